//! What a change of rules does to the findings of the same chats: the impact statement before a policy goes live.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Serialize;

use crate::finding::{Finding, Severity};

/// A finding as far as a change of rules can move it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The conversation.
    pub conversation_id: Arc<str>,
    /// Index of the message.
    pub message_index: u32,
    /// The rule.
    pub rule: Arc<str>,
}

/// What changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// New ones, with agent and quote.
    pub appeared: Vec<(Place, Option<Arc<str>>, String)>,
    /// Gone ones.
    pub vanished: Vec<(Place, Option<Arc<str>>, String)>,
    /// With the severity before and after.
    pub moved: Vec<(Place, Severity, Severity)>,
    /// Unchanged ones.
    pub unchanged: usize,
    /// By agent: appeared, vanished.
    pub agents: BTreeMap<Option<Arc<str>>, (u64, u64)>,
}

/// Holds the findings of two lexicons against each other.
pub fn compare(old: &[Finding], new: &[Finding]) -> Comparison {
    let index = |findings: &[Finding]| -> BTreeMap<Place, usize> {
        findings.iter().enumerate().map(|(at, finding)| (place(finding), at)).collect()
    };
    let (before, after) = (index(old), index(new));
    let mut comparison = Comparison::default();
    let all: BTreeSet<&Place> = before.keys().chain(after.keys()).collect();
    for place in all {
        match (before.get(place).map(|&at| &old[at]), after.get(place).map(|&at| &new[at])) {
            (Some(a), Some(b)) if a.severity != b.severity => {
                comparison.moved.push((place.clone(), a.severity, b.severity));
            }
            (Some(_), Some(_)) | (None, None) => comparison.unchanged += 1,
            (None, Some(finding)) => {
                comparison.agents.entry(finding.agent_id.clone()).or_default().0 += 1;
                comparison.appeared.push((place.clone(), finding.agent_id.clone(), finding.quote.clone()));
            }
            (Some(finding), None) => {
                comparison.agents.entry(finding.agent_id.clone()).or_default().1 += 1;
                comparison.vanished.push((place.clone(), finding.agent_id.clone(), finding.quote.clone()));
            }
        }
    }
    comparison
}

fn place(finding: &Finding) -> Place {
    Place {
        conversation_id: finding.conversation_id.clone(),
        message_index: finding.message_index,
        rule: finding.rule.clone(),
    }
}
