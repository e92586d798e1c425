//! Precision, recall and F1 of findings against gold labels, the same figures as the labelling guideline's scorer.
//!
//! The unit is (conversation, message, family). A borderline label makes its unit count for nothing; conversations not
//! marked as read are left out on both sides; a `disclosure.missing_*` label is met by such a finding on any message of
//! its conversation. `abuse.customer` and `privacy.exposure` are families of their own.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::finding::Finding;

/// A line of a gold file.
#[derive(Debug, Deserialize)]
struct GoldLine {
    conv: String,
    #[serde(default)]
    read: bool,
    msg: Option<u32>,
    label: Option<String>,
    #[serde(default)]
    certainty: Certainty,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Certainty {
    #[default]
    Clear,
    Borderline,
}

/// A gold file that cannot be read.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("line {line}: {reason}")]
pub struct GoldError {
    /// 1-based.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

type Unit = (String, u32, String);

/// That a message is a breach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The conversation.
    pub conversation: String,
    /// Index of the message.
    pub message: u32,
    /// Family and kind: `abuse.sarcasm`.
    pub label: String,
}

impl Claim {
    /// What a finding claims.
    pub fn of(finding: &Finding) -> Self {
        Self {
            conversation: finding.conversation_id.to_string(),
            message: finding.message_index,
            label: format!("{}.{}", finding.family.as_str(), finding.kind),
        }
    }
}

/// Gold labels.
#[derive(Debug, Default)]
pub struct Gold {
    read: HashSet<String>,
    clear: BTreeMap<Unit, String>,
    borderline: BTreeSet<Unit>,
}

/// What the labels say of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label<'a> {
    /// A breach, by its label: `abuse.sarcasm`.
    Clear(&'a str),
    /// It may be read either way.
    Borderline,
    /// None.
    Absent,
}

/// Counts of one family or kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Labels that were found.
    pub hits: u64,
    /// Findings without a label.
    pub false_alarms: u64,
    /// Labels that were not found.
    pub misses: u64,
}

impl Counts {
    /// Share of findings that are right; 0 without findings.
    pub fn precision(self) -> f64 {
        ratio(self.hits, self.hits + self.false_alarms)
    }

    /// Share of labels that were found; 0 without labels.
    pub fn recall(self) -> f64 {
        ratio(self.hits, self.hits + self.misses)
    }

    /// Their harmonic mean.
    pub fn f1(self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }
}

/// The figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Conversations that were labelled.
    pub conversations: usize,
    /// Clear labels.
    pub clear: usize,
    /// Borderline labels.
    pub borderline: usize,
    /// Units with a finding.
    pub found: usize,
    /// By family, in order of name.
    pub families: BTreeMap<String, Counts>,
    /// By kind: found of all.
    pub kinds: BTreeMap<String, (u64, u64)>,
    /// Labels that were not found: conversation, message, label.
    pub missed: Vec<(String, u32, String)>,
    /// Findings without a label: conversation, message, family.
    pub false_alarms: Vec<(String, u32, String)>,
}

impl Gold {
    /// Reads JSON lines.
    pub fn parse(text: &str) -> Result<Self, GoldError> {
        let mut gold = Self::default();
        for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
            let wrong = |reason: String| GoldError { line, reason };
            let entry: GoldLine = serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?;
            if entry.read {
                gold.read.insert(entry.conv);
                continue;
            }
            let (Some(msg), Some(label)) = (entry.msg, entry.label) else {
                return Err(wrong("needs `msg` and `label`, or `read`: true".to_owned()));
            };
            let unit = (entry.conv, msg, family_of(&label).to_owned());
            match entry.certainty {
                Certainty::Clear => {
                    gold.clear.insert(unit, label);
                }
                Certainty::Borderline => {
                    gold.borderline.insert(unit);
                }
            }
        }
        let clear = &gold.clear;
        gold.borderline.retain(|unit| !clear.contains_key(unit));
        Ok(gold)
    }

    /// Adds the labels of another file.
    pub fn extend(&mut self, other: Self) {
        self.read.extend(other.read);
        self.clear.extend(other.clear);
        self.borderline.extend(other.borderline);
    }

    /// Whether a conversation was labelled.
    pub fn is_read(&self, conversation: &str) -> bool {
        self.read.contains(conversation)
    }

    /// What the labels say of a message, for one of the families that are counted apart.
    pub fn label(&self, conversation: &str, message: u32, family: &str) -> Label<'_> {
        let unit = (conversation.to_owned(), message, family.to_owned());
        match self.clear.get(&unit) {
            Some(label) => Label::Clear(label),
            None if self.borderline.contains(&unit) => Label::Borderline,
            None => Label::Absent,
        }
    }

    /// Keeps the conversations of which `keep` says so.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.read.retain(|conversation| keep(conversation));
        self.clear.retain(|(conversation, ..), _| keep(conversation));
        self.borderline.retain(|(conversation, ..)| keep(conversation));
    }

    /// Holds findings against the labels.
    pub fn score<'a>(&self, findings: impl IntoIterator<Item = &'a Finding>) -> Score {
        self.score_claims(findings.into_iter().map(Claim::of))
    }

    /// Holds what is claimed of messages against the labels.
    pub fn score_claims(&self, claims: impl IntoIterator<Item = Claim>) -> Score {
        let found = self.found(claims);
        let mut score = Score {
            conversations: self.read.len(),
            clear: self.clear.len(),
            borderline: self.borderline.len(),
            found: found.len(),
            ..Score::default()
        };
        for (unit, label) in &self.clear {
            let hit = found.contains(unit);
            let counts = score.families.entry(unit.2.clone()).or_default();
            *(if hit { &mut counts.hits } else { &mut counts.misses }) += 1;
            let kind = score.kinds.entry(label.clone()).or_default();
            kind.0 += u64::from(hit);
            kind.1 += 1;
            if !hit {
                score.missed.push((unit.0.clone(), unit.1, label.clone()));
            }
        }
        for unit in found {
            let counts = score.families.entry(unit.2.clone()).or_default();
            if !self.clear.contains_key(&unit) && !self.borderline.contains(&unit) {
                counts.false_alarms += 1;
                score.false_alarms.push(unit);
            }
        }
        score
    }

    fn found(&self, claims: impl IntoIterator<Item = Claim>) -> BTreeSet<Unit> {
        let mut homes: HashMap<&str, Vec<&Unit>> = HashMap::new();
        for (unit, label) in &self.clear {
            if label.starts_with("disclosure.missing_") {
                homes.entry(&unit.0).or_default().push(unit);
            }
        }
        let mut found = BTreeSet::new();
        for Claim { conversation, message, label } in claims {
            let unit = (conversation, message, family_of(&label).to_owned());
            match homes.get(unit.0.as_str()) {
                Some(home) if label.starts_with("disclosure.missing_") && !self.clear.contains_key(&unit) => {
                    found.extend(home.iter().map(|&unit| unit.clone()));
                }
                _ => {
                    found.insert(unit);
                }
            }
        }
        found.retain(|unit| self.read.contains(&unit.0));
        found
    }
}

pub(crate) fn family_of(label: &str) -> &str {
    match label {
        "abuse.customer" | "privacy.exposure" => label,
        _ => label.split_once('.').map_or(label, |(family, _)| family),
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_label_is_named() {
        let error =
            Gold::parse("{\"conv\": \"a\", \"read\": true}\n{\"conv\": \"a\"}\n").expect_err("no label");
        assert_eq!(error.to_string(), "line 2: needs `msg` and `label`, or `read`: true");
    }

    #[test]
    fn precision_recall_and_their_mean() {
        let counts = Counts { hits: 3, false_alarms: 1, misses: 2 };
        assert!((counts.precision() - 0.75).abs() < 1e-12);
        assert!((counts.recall() - 0.6).abs() < 1e-12);
        assert!((counts.f1() - 2.0 / 3.0).abs() < 1e-12);
        assert!(Counts::default().f1().abs() < 1e-12);
    }
}
