//! All that was decided before, put on the findings of a run: decisions by people, and the baseline.

use std::collections::HashSet;

use jiff::civil::Date;

use super::{Decisions, Entry};
use crate::{
    baseline::Baseline,
    finding::{Finding, Suppression, SuppressionStatus, identity},
};

/// Decisions and baseline. The default remembers nothing.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// What people decided.
    pub decisions: Decisions,
    /// What stood there before.
    pub baseline: Option<Baseline>,
    /// The day of the run, by which decisions expire.
    pub today: Date,
}

/// What is to be said of the decisions after a run.
#[derive(Clone, Debug)]
pub struct Review<'a> {
    /// On findings that are there again and count again.
    pub expired: Vec<&'a Entry>,
    /// On findings that this run does not have.
    pub unused: Vec<&'a Entry>,
}

impl Memory {
    /// Tells each finding what is known of it.
    pub fn settle(&self, findings: &mut [Finding]) {
        for finding in findings {
            finding.suppressed = self.suppression(finding);
        }
    }

    /// What people set aside is set aside, then what the baseline knows; an appeal or a confirmation of a known finding
    /// makes it no new one.
    fn suppression(&self, finding: &Finding) -> Option<Suppression> {
        let entry = self.decisions.on(finding).filter(|entry| !entry.decision.is_expired(self.today));
        let decided = entry.map(|entry| entry.decision.suppression());
        match decided {
            Some(decided) if decided.status == SuppressionStatus::Accepted => Some(decided),
            decided => self.baseline.as_ref().and_then(|known| known.suppression(finding)).or(decided),
        }
    }

    /// Decisions that no longer do what they were made for.
    pub fn review<'a>(&'a self, findings: &[Finding]) -> Review<'a> {
        let there: HashSet<&str> = findings.iter().map(|finding| finding.identity().0).collect();
        let is_there = |entry: &&Entry| there.contains(identity(&entry.decision.fingerprint).0);
        let (used, unused): (Vec<_>, Vec<_>) = self.decisions.entries().partition(is_there);
        let expired = used.into_iter().filter(|entry| entry.decision.is_expired(self.today));
        Review { expired: expired.collect(), unused }
    }
}
