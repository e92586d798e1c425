//! The baseline: findings that stood there before, so that only new ones fail, and a ratchet that lets their number only
//! fall.
//!
//! It knows a finding by rule, conversation and normalised text, as its fingerprint does, and counts how often each stood
//! there; lines and order are nothing to it. It holds no text: it may lie in a repository.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::finding::{Finding, Suppression, SuppressionKind, SuppressionStatus, identity};

/// The name of its file where no other is given.
pub const FILE_NAME: &str = "kefulint.baseline.json";

/// The form of the file that this version writes and reads.
const VERSION: u32 = 1;

/// What stood there under one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    count: u32,
}

/// Known findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    /// The day on which it was taken.
    date: Date,
    findings: BTreeMap<String, Entry>,
}

/// What became of a baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Findings that it knows and that are still there.
    pub unchanged: u64,
    /// Findings that it does not know.
    pub new: u64,
    /// Findings that it knows and that are gone.
    pub gone: u64,
}

/// A file that is no baseline.
#[derive(Debug, Error)]
pub enum BaselineError {
    /// It cannot be read as one.
    #[error("no baseline as `kefulint baseline write` writes it: {0}")]
    Form(#[from] serde_json::Error),
    /// Another version wrote it.
    #[error("a baseline of version {0}; this program knows version {VERSION}: write it anew")]
    Version(u32),
}

impl Baseline {
    /// Takes the findings that are not set aside by a decision.
    pub fn take<'a>(findings: impl IntoIterator<Item = &'a Finding>, date: Date) -> Self {
        let mut known = BTreeMap::new();
        for finding in findings.into_iter().filter(|finding| may_enter(finding)) {
            let entry = Entry { rule: finding.rule.to_string(), count: 0 };
            known.entry(finding.identity().0.to_owned()).or_insert(entry).count += 1;
        }
        Self { version: VERSION, date, findings: known }
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let baseline: Self = serde_json::from_str(text)?;
        if baseline.version == VERSION { Ok(baseline) } else { Err(BaselineError::Version(baseline.version)) }
    }

    /// The file, in order of name, so that a change of one finding changes its lines only.
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("it holds nothing that JSON cannot");
        text.push('\n');
        text
    }

    /// How many findings it knows.
    pub fn len(&self) -> u64 {
        self.findings.values().map(|entry| u64::from(entry.count)).sum()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// The setting aside of a finding that it knows. Of equal texts in one conversation, those beyond the known number are
    /// new.
    pub fn suppression(&self, finding: &Finding) -> Option<Suppression> {
        let (name, number) = finding.identity();
        (number <= self.count(name)).then(|| Suppression {
            kind: SuppressionKind::Baseline,
            status: SuppressionStatus::Accepted,
            reason: "此前已有".to_owned(),
            author: None,
            date: self.date,
        })
    }

    /// Holds another day's findings, taken in the same way, against it.
    pub fn compare(&self, now: &Self) -> Change {
        let mut change = Change::default();
        for (name, entry) in &now.findings {
            let known = self.count(name).min(entry.count);
            change.unchanged += u64::from(known);
            change.new += u64::from(entry.count - known);
        }
        change.gone = self.len() - change.unchanged;
        change
    }

    /// Lets go of what is gone, and takes nothing in.
    pub fn tighten(&mut self, now: &Self) {
        for (name, entry) in &mut self.findings {
            entry.count = entry.count.min(now.count(name));
        }
        self.findings.retain(|_, entry| entry.count > 0);
    }

    fn count(&self, name: &str) -> u32 {
        self.findings.get(identity(name).0).map_or(0, |entry| entry.count)
    }
}

/// What a reviewer set aside needs no baseline; what the baseline itself set aside is still there.
fn may_enter(finding: &Finding) -> bool {
    !finding.is_suppressed()
        || finding.suppressed.as_ref().is_some_and(|known| known.kind == SuppressionKind::Baseline)
}
