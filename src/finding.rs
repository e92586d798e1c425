//! What a rule says about a message. One type; every report format renders this and nothing else.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::transcript::{Moment, Role, Source};

/// The five families of breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// 不文明用语
    Abuse,
    /// 答非所问、推诿、拖延
    Evasion,
    /// 未披露风险、误导
    Disclosure,
    /// 泄露、过度收集
    Privacy,
    /// 违规引导、骚扰
    Conduct,
}

impl Family {
    /// All of them, in the order of every report.
    pub const ALL: [Self; 5] = [Self::Abuse, Self::Evasion, Self::Disclosure, Self::Privacy, Self::Conduct];

    /// The name in the findings contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Abuse => "abuse",
            Self::Evasion => "evasion",
            Self::Disclosure => "disclosure",
            Self::Privacy => "privacy",
            Self::Conduct => "conduct",
        }
    }

    /// The name in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Abuse => "不文明用语",
            Self::Evasion => "答非所问",
            Self::Disclosure => "误导与未披露",
            Self::Privacy => "隐私",
            Self::Conduct => "违规引导",
        }
    }
}

/// How bad a suspicion is. The order is that of badness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// To be coached.
    Low,
    /// To be spoken about.
    Medium,
    /// To be followed up.
    High,
    /// To be looked at today.
    Critical,
}

impl Severity {
    /// All of them, from bad to worst.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// One level worse; the worst stays.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }

    /// The name in the findings contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The name in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Low => "轻微",
            Self::Medium => "一般",
            Self::High => "严重",
            Self::Critical => "特别严重",
        }
    }

    /// What a finding weighs in an agent's risk; a ratio without unit. docs/risk.md says why these.
    pub const fn weight(self) -> f64 {
        match self {
            Self::Low => 1.0,
            Self::Medium => 3.0,
            Self::High => 7.0,
            Self::Critical => 15.0,
        }
    }
}

/// How much speaks for a suspicion; docs/report.md tells what share of each level proved right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The learned model alone, or a rule on trial.
    Low,
    /// A proven rule, or a rule on trial with which the model agrees.
    Medium,
    /// A proven rule with which the model agrees.
    High,
}

impl Confidence {
    /// With a second reader who agrees.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Low => Self::Medium,
            Self::Medium | Self::High => Self::High,
        }
    }

    /// The name in the findings contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The name in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Low => "低",
            Self::Medium => "中",
            Self::High => "高",
        }
    }
}

/// A half-open range of Unicode scalar values within one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First character.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

impl Span {
    /// Whether the two share a character.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies inside.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Length in characters.
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether it covers nothing.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// An article that held on the day of the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The statute id of `lexicons/statutes.toml`.
    pub id: Arc<str>,
    /// The full name of the law.
    pub law: Arc<str>,
    /// The article, in the law's own numbering: 第二十七条.
    pub article: Arc<str>,
    /// What it says, in our words.
    pub gist: Arc<str>,
    /// What follows from it: `none` for a duty, else `civil`, `administrative`, `criminal`.
    pub consequence: crate::law::Consequence,
}

/// A message next to the finding, masked, for readers of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextLine {
    /// Index of the message in its conversation.
    pub message_index: u32,
    /// Who wrote it.
    pub role: Role,
    /// Its text, masked.
    pub text: String,
}

/// How a condition held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The condition's name in the rule.
    pub condition: String,
    /// Index of the message in its conversation.
    pub message_index: u32,
    /// Where, in characters of the original.
    pub span: Span,
    /// The words as they stand there, masked.
    pub original: String,
    /// The words as the rule saw them.
    pub folded: String,
    /// The guards that were asked and let it pass.
    pub guards: Vec<String>,
}

/// What was looked for and not found, where the suspicion is that something was not said. The trigger is the quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// The condition's name in the rule.
    pub condition: String,
    /// Whether the whole conversation was looked at, or only what stands near the trigger.
    pub whole_conversation: bool,
    /// Indexes of the messages that were examined.
    pub messages: Vec<u32>,
    /// Each wording that would have counted: words in “”, regular expressions in //.
    pub wordings: Arc<[String]>,
}

/// What spoke of a finding after the rules did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SuppressionKind {
    /// The baseline knows it: it stood there before.
    Baseline,
    /// A reviewer decided on it.
    Decision,
}

/// How far the setting aside of a finding has come, in the words of SARIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SuppressionStatus {
    /// It is set aside and counts for nothing.
    Accepted,
    /// It was asked for; until that is decided, the finding counts.
    UnderReview,
    /// It was refused: the finding is confirmed, and counts.
    Rejected,
}

/// Whether a finding is set aside, and who says so. Rules know nothing of it; a report is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// What spoke.
    pub kind: SuppressionKind,
    /// How far it has come.
    pub status: SuppressionStatus,
    /// Why, masked.
    pub reason: String,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The day of the decision or of the baseline.
    pub date: Date,
}

/// A suspicion, with what is needed to check it. All texts are masked unless the user asked otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The family.
    pub family: Family,
    /// The kind within the family, as in the labelling guideline.
    pub kind: Arc<str>,
    /// How bad.
    pub severity: Severity,
    /// How much speaks for it.
    pub confidence: Confidence,
    /// The rule's title.
    pub title: Arc<str>,
    /// The conversation.
    pub conversation_id: Arc<str>,
    /// 0 for the first message of the conversation.
    pub message_index: u32,
    /// Who wrote the message.
    pub role: Role,
    /// To whom it is put down.
    pub agent_id: Option<Arc<str>>,
    /// When it was written.
    pub time: Option<Moment>,
    /// The part that fired.
    pub quote: String,
    /// Where the part stands in the message, in characters of the original text.
    pub span: Span,
    /// The duties' articles first, then what follows from a breach.
    pub statutes: Vec<Citation>,
    /// Whether the articles were chosen by the report's date, the message having none.
    pub assumed_date: bool,
    /// What the agent should do instead.
    pub advice: Arc<str>,
    /// What fired and what was looked for.
    pub why: String,
    /// Where and for what was looked in vain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
    /// Further rules of the same kind that fired on the same message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Arc<str>>,
    /// Stable across runs and moved lines; holds no personal data.
    pub fingerprint: String,
    /// Where the message was read.
    pub source: Source,
    /// The message before it, and the message itself.
    pub context: Vec<ContextLine>,
    /// How each condition held, where it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Trace>,
    /// What a baseline or a reviewer says of it, if they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppression>,
}

impl Finding {
    /// Whether it speaks of the log (personal data left readable in it) and not of what somebody did.
    pub fn is_hygiene(&self) -> bool {
        self.family == Family::Privacy && &*self.kind == "exposure"
    }

    /// Rule, conversation and normalised text as one name, and the number among equals of it: neither knows of lines, and
    /// the name not of order.
    pub fn identity(&self) -> (&str, u32) {
        identity(&self.fingerprint)
    }

    /// Whether it was set aside: it stays in the output, and counts neither into risk nor at a gate.
    pub fn is_suppressed(&self) -> bool {
        self.suppressed.as_ref().is_some_and(|suppression| suppression.status == SuppressionStatus::Accepted)
    }
}

/// The two parts of a fingerprint: the name that equal texts of a conversation share, and the number among them.
pub fn identity(fingerprint: &str) -> (&str, u32) {
    let numbered = fingerprint.split_once('-').and_then(|(name, number)| Some((name, number.parse().ok()?)));
    numbered.unwrap_or((fingerprint, 1))
}
