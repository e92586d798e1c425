//! Where a condition holds in a message, and why a hit does not count: what a case answers, plain data.

use std::ops::Range;

use crate::finding::Span;

/// What a rule looks at: a message, and where conditions must meet in one clause, that clause.
#[derive(Clone, Debug)]
pub struct Focus {
    /// Index of the message.
    pub message: usize,
    /// Bytes of the folded text.
    pub clause: Option<Range<usize>>,
}

/// Where a condition holds in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// In characters of the original.
    pub span: Span,
    /// In bytes of the folded text.
    pub bytes: Range<usize>,
    /// Number of the term, for terms.
    pub(super) term: u32,
}

/// Why a hit does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It begins or ends inside a word.
    Boundary,
    /// An exception of the condition overlaps.
    Except,
    /// A longer harmless word holds it.
    Allow,
    /// A guard, by number.
    Guard(usize),
    /// Too few different terms.
    TooFew,
    /// A model's score just below what is asked.
    Unsure,
}

/// The hits of a condition in a message, and those that do not count.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What counts, in order.
    pub hits: Vec<Hit>,
    /// What does not, and why.
    pub near: Vec<(Hit, Stop)>,
}
