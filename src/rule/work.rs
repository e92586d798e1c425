//! How much was done to judge a conversation, counted and not timed: the same on every machine, so that a change that makes the
//! linter do more is seen in a test (`tests/work.rs`).

use std::{cell::Cell, ops::AddAssign};

use serde::{Deserialize, Serialize};

/// Steps that cost time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Messages read.
    pub messages: u64,
    /// Literals that the automata saw.
    pub literals: u64,
    /// Rules of which a condition was looked at.
    pub rules: u64,
    /// Searches for a pattern in a text.
    pub searches: u64,
    /// Texts cut into words.
    pub segmented: u64,
    /// Messages looked through for personal data.
    pub recognised: u64,
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.literals += other.literals;
        self.rules += other.rules;
        self.searches += other.searches;
        self.segmented += other.segmented;
        self.recognised += other.recognised;
    }
}

/// Counts while a conversation is judged.
#[derive(Debug, Default)]
pub(super) struct Counter(Cell<Work>);

impl Counter {
    pub(super) fn count(&self, change: impl FnOnce(&mut Work)) {
        let mut work = self.0.get();
        change(&mut work);
        self.0.set(work);
    }

    pub(super) const fn work(&self) -> Work {
        self.0.get()
    }
}
