//! What a limit speaks of: all findings, a family, a kind, a severity, or one rule. One word in settings and flags.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    finding::{Family, Finding, Severity},
    report::{Charge, digest::RuleCards},
};

/// What a limit speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Selector {
    /// All that is put down to agents.
    All,
    /// Of that, what is at least as bad.
    Severity(Severity),
    /// Of that, a family.
    Family(Family),
    /// A kind of a family, whoever it is put down to: `privacy.exposure` is the log's, `abuse.customer` the customers'.
    Kind(Family, Arc<str>),
    /// A rule, whoever its findings are put down to.
    Rule(Arc<str>),
}

impl Selector {
    /// Whether it speaks of a finding.
    pub fn holds(&self, finding: &Finding) -> bool {
        let own = Charge::of(finding) == Charge::Agent;
        match self {
            Self::All => own,
            Self::Severity(severity) => own && finding.severity >= *severity,
            Self::Family(family) => own && finding.family == *family,
            Self::Kind(family, kind) => finding.family == *family && finding.kind == *kind,
            Self::Rule(rule) => finding.rule == *rule,
        }
    }

    /// The name in what a gate says.
    pub fn title(&self) -> String {
        match self {
            Self::All => "全部（all）".to_owned(),
            Self::Severity(severity) => format!("{}及以上（{self}）", severity.title()),
            Self::Family(family) => format!("{}（{self}）", family.title()),
            Self::Kind(..) | Self::Rule(_) => self.to_string(),
        }
    }

    /// Why it can never speak of a finding of these rules, if so.
    pub fn unknown(&self, rules: &RuleCards) -> Option<String> {
        match self {
            Self::Rule(rule) if !rules.contains_key(rule) => {
                Some(format!("there is no rule `{rule}`; `kefulint rules` lists them"))
            }
            Self::Kind(family, kind)
                if !rules.values().any(|card| card.family == *family && card.kind == *kind) =>
            {
                Some(format!("no rule is of the kind `{self}`; `kefulint rules` lists them"))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Severity(severity) => f.write_str(severity.as_str()),
            Self::Family(family) => f.write_str(family.as_str()),
            Self::Kind(family, kind) => write!(f, "{}.{kind}", family.as_str()),
            Self::Rule(rule) => f.write_str(rule),
        }
    }
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let family = |name: &str| Family::ALL.into_iter().find(|family| family.as_str() == name);
        if text == "all" {
            return Ok(Self::All);
        }
        if let Some(family) = family(text) {
            return Ok(Self::Family(family));
        }
        if let Some(severity) = Severity::ALL.into_iter().find(|severity| severity.as_str() == text) {
            return Ok(Self::Severity(severity));
        }
        if let Some((name, kind)) = text.split_once('.')
            && let Some(family) = family(name)
        {
            return Ok(Self::Kind(family, kind.into()));
        }
        let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
        if digits.len() < text.len() && !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) {
            return Ok(Self::Rule(text.into()));
        }
        let families = Family::ALL.map(Family::as_str).join(", ");
        let severities = Severity::ALL.map(Severity::as_str).join(", ");
        Err(format!(
            "`{text}` is neither all, a family ({families}), a severity ({severities}), a kind as abuse.insult, nor a \
             rule as ABU101"
        ))
    }
}

impl TryFrom<String> for Selector {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Selector> for String {
    fn from(selector: Selector) -> Self {
        selector.to_string()
    }
}
