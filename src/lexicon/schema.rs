//! The TOML of a rule pack, as typed: what may stand there, nothing about what it means.
//!
//! Unknown keys are errors, so that a misspelt `sevrity` cannot silently do nothing. docs/rules.md describes the
//! language to its writers.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::overlay::OverrideDoc;
use crate::{
    finding::{Family, Severity},
    personal,
    text::disguise::Disguise,
    transcript::Role,
};

/// A file of rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackDoc {
    /// What the pack is.
    pub pack: PackHead,
    /// Word lists that terms and patterns may name with `@`.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<String>>,
    /// The rules.
    #[serde(default)]
    pub rule: Vec<RuleDoc>,
    /// Changes to rules of other packs.
    #[serde(default, rename = "override")]
    pub overrides: Vec<OverrideDoc>,
}

/// The head of a pack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackHead {
    /// Short name, in English.
    pub name: String,
    /// Name in reports.
    pub title: String,
}

/// Whose messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The agent's.
    #[default]
    Agent,
    /// The customer's.
    Customer,
    /// Anybody's.
    Any,
}

impl Speaker {
    /// Whether a message of that role is by them.
    pub fn is(self, role: Role) -> bool {
        match self {
            Self::Any => role != Role::System,
            Self::Agent => role == Role::Agent,
            Self::Customer => role == Role::Customer,
        }
    }
}

/// How far a rule has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Maturity {
    /// New; may change without notice.
    #[default]
    Preview,
    /// To be relied upon.
    Stable,
    /// To be removed; still fires.
    Deprecated,
}

/// How often a rule reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Report {
    /// On each message.
    #[default]
    Each,
    /// On the first message of a conversation.
    First,
}

/// A rule as typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDoc {
    /// `ABU101`.
    pub id: Spanned<String>,
    /// The family.
    pub family: Family,
    /// The kind within the family.
    pub kind: String,
    /// The suspicion, in a few words.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// Whose messages are judged.
    #[serde(default)]
    pub speaker: Speaker,
    /// Names of duties in `statutes.toml`.
    pub duty: Vec<String>,
    /// To the agent: what to do instead.
    pub advice: String,
    /// How far it has come.
    #[serde(default)]
    pub status: Maturity,
    /// The version that brought it.
    pub since: String,
    /// How the conditions are joined; all must hold where it is left out.
    pub when: Option<String>,
    /// How often it reports.
    #[serde(default)]
    pub report: Report,
    /// Replaces the family's default guards.
    pub guards: Option<Vec<String>>,
    /// Only conversations of these trades.
    #[serde(default)]
    pub trades: Vec<String>,
    /// Only messages from that day on.
    pub from: Option<DateDoc>,
    /// Only messages up to that day.
    pub to: Option<DateDoc>,
    /// Only these channels, as globs.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Only these agents, as globs.
    #[serde(default)]
    pub agents: Vec<String>,
    /// Examples that must fire.
    #[serde(default)]
    pub hits: Vec<ExampleDoc>,
    /// Near misses that must not.
    #[serde(default)]
    pub misses: Vec<ExampleDoc>,
    /// The conditions, by name.
    #[serde(rename = "where")]
    pub conditions: BTreeMap<String, ConditionDoc>,
}

/// A day, as a TOML date or a string.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "DateForm")]
pub struct DateDoc(pub Date);

#[derive(Deserialize)]
#[serde(untagged)]
enum DateForm {
    Toml(toml::value::Datetime),
    Text(String),
}

impl TryFrom<DateForm> for DateDoc {
    type Error = jiff::Error;

    fn try_from(form: DateForm) -> Result<Self, Self::Error> {
        let text = match form {
            DateForm::Toml(date) => date.to_string(),
            DateForm::Text(text) => text,
        };
        text.parse().map(Self)
    }
}

/// One message, or the lines of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ExampleDoc {
    /// One message by the rule's speaker.
    Message(String),
    /// Lines that begin with 客: 服: 机: 系:
    Chat(Vec<String>),
}

/// A condition as typed: exactly one operator, and what belongs to it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionDoc {
    /// Operator: words.
    pub terms: Option<Vec<String>>,
    /// Of terms: `any` or `all`.
    #[serde(rename = "match")]
    pub matching: Option<Matching>,
    /// Of terms: that many different ones.
    pub at_least: Option<usize>,
    /// Operator: regular expressions.
    pub patterns: Option<Vec<String>>,
    /// Operator: close to these sentences.
    pub similar: Option<Vec<String>>,
    /// Of similar: how close, 0 to 1.
    pub threshold: Option<f64>,
    /// Operator: kinds of personal data.
    pub personal_data: Option<Vec<personal::Kind>>,
    /// Of personal data: how sure at least.
    pub confidence: Option<personal::Confidence>,
    /// Of personal data: only those that the customer of another conversation gave, and this one's did not.
    pub given_elsewhere: Option<bool>,
    /// Operator: types of open question, or `any`.
    pub question: Option<Vec<String>>,
    /// Operator: what the dialogue analysis says of the reply.
    pub verdict: Option<Vec<String>>,
    /// Operator: what the reply holds.
    pub holds: Option<Vec<String>>,
    /// Operator: how close to an earlier message of the same speaker, 0 to 1.
    pub repeats: Option<f64>,
    /// Operator: later than that, as `10m`, `2h`.
    pub delay: Option<String>,
    /// Operator: nobody replied.
    pub unanswered: Option<bool>,
    /// Operator: a deadline that the message states passed without a word.
    pub overdue: Option<bool>,
    /// Operator: how likely the reply evades the open question, 0 to 1.
    pub evasive: Option<f64>,
    /// Operator: so many messages.
    pub count: Option<CountDoc>,
    /// Operator: the learned model thinks so.
    pub learned: Option<LearnedDoc>,
    /// Of terms and patterns: a hit that overlaps with one of these does not count.
    pub except: Option<Vec<String>>,
    /// Of terms and patterns: a hit inside one of these does not count.
    pub allow: Option<Vec<String>>,
    /// Of terms: whether they begin and end at word boundaries.
    pub boundary: Option<Boundary>,
    /// Of terms and patterns: how much disguise is seen through.
    pub disguise: Option<Disguise>,
    /// Replaces the rule's guards.
    pub guards: Option<Vec<String>>,
    /// Where to look.
    pub scope: Option<String>,
    /// At whose messages.
    pub speaker: Option<Speaker>,
}

/// How many of the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Matching {
    /// One of them.
    Any,
    /// All of them.
    All,
}

/// Where a term may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Boundary {
    /// Between word boundaries.
    Word,
    /// Anywhere.
    None,
}

/// Operator: a condition that holds in so many messages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountDoc {
    /// The name of a condition of the same rule.
    pub of: String,
    /// In at least so many messages of the conversation.
    pub at_least: usize,
}

/// Operator: what the learned model thinks of the message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnedDoc {
    /// A family (`abuse`) or a kind (`abuse.sarcasm`).
    pub model: String,
    /// The probability from which on it holds, 0 to 1.
    pub at_least: Option<f64>,
    /// In its place: the probability below which it holds; never where there is no model.
    pub below: Option<f64>,
}
