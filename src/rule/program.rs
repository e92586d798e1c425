//! A compiled lexicon: plain data that [`super::compile`] builds and [`super::case`] and [`super::judge`] run.

use std::sync::{Arc, OnceLock};

use globset::GlobSet;
use jiff::{SignedDuration, civil::Date};
use regex::{Regex, RegexBuilder};

use super::{expr::Expr, guard::Guards, matcher::Matcher, similar::Exemplars, trade::Trade};
use crate::{
    dialogue::{Holding, QuestionType, Verdict},
    learned::{Choice, Model},
    lexicon::{
        Fault,
        schema::{Report, Speaker},
    },
    personal,
    text::segment::Segmenter,
};

/// A compiled lexicon.
#[derive(Debug)]
pub struct Program {
    /// One for each rule of the lexicon, in its order.
    pub plans: Vec<Plan>,
    /// Rules that could fire although none of their terms and literals was seen, ascending.
    pub unprompted: Vec<u32>,
    /// The conditions of all rules.
    pub conditions: Vec<Condition>,
    /// All literals.
    pub matcher: Matcher,
    /// All exemplar sentences.
    pub exemplars: Exemplars,
    /// All guards.
    pub guards: Guards,
    /// All trades.
    pub trades: Vec<Trade>,
    /// The second readers, if there are any.
    pub models: Vec<Arc<Model>>,
    /// Knows the words that must begin and end at word boundaries.
    pub segmenter: Segmenter,
    /// What `lexicon check` has to say: no faults, but worth a look.
    pub remarks: Vec<Fault>,
}

/// A regular expression that is known to be right, and is compiled when a message first asks for it: most of a lexicon's
/// patterns are not asked for in a run, and compiling all of them would be most of the start-up.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    regex: OnceLock<Regex>,
}

impl Pattern {
    /// `text` was checked by [`super::source::parse`], now or when the program was built.
    pub(super) const fn new(text: String) -> Self {
        Self { text, regex: OnceLock::new() }
    }

    /// The expression as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The expression, compiled.
    pub fn get(&self) -> &Regex {
        self.regex.get_or_init(|| {
            RegexBuilder::new(&self.text)
                .size_limit(usize::MAX)
                .build()
                .expect("syntax and size were checked")
        })
    }
}

/// How a rule is run.
#[derive(Debug)]
pub struct Plan {
    /// The conditions joined.
    pub when: Expr<u32>,
    /// Conditions on the message itself that are asked for: the ones that put the finding there.
    pub focus: Vec<u32>,
    /// All conditions that are asked for, in the order of the expression.
    pub asked: Vec<u32>,
    /// All conditions that must not hold.
    pub denied: Vec<u32>,
    /// Whether conditions must meet in one clause.
    pub by_clause: bool,
    /// Whose messages are judged.
    pub speaker: Speaker,
    /// How often it reports.
    pub report: Report,
    /// Numbers of the trades to which it is limited.
    pub trades: Vec<usize>,
    /// First and last day.
    pub days: (Option<Date>, Option<Date>),
    /// Channels to which it is limited.
    pub channels: Option<GlobSet>,
    /// Agents to whom it is limited.
    pub agents: Option<GlobSet>,
}

/// One condition of one rule.
#[derive(Debug)]
pub struct Condition {
    /// The rule's number.
    pub rule: u32,
    /// The name in the rule.
    pub name: String,
    /// What must be there.
    pub operator: Operator,
    /// Where to look.
    pub scope: Scope,
    /// At whose messages.
    pub speaker: Speaker,
    /// What takes a hit back.
    pub guards: Vec<usize>,
    /// A hit that overlaps does not count.
    pub except: Vec<Pattern>,
    /// A hit inside does not count; folded.
    pub allow: Vec<String>,
}

/// What a condition asks.
#[derive(Debug)]
pub enum Operator {
    /// Words.
    Terms {
        /// As typed and as folded.
        terms: Vec<String>,
        /// Whether they begin and end at word boundaries.
        word: bool,
        /// How many different ones.
        at_least: usize,
    },
    /// Regular expressions.
    Patterns {
        /// Compiled when first needed.
        patterns: Vec<Pattern>,
        /// Those of which no literal is required, so that they run on every message.
        always: Vec<u32>,
        /// Whether the skeleton is tried as well.
        symbols: bool,
    },
    /// Exemplar sentences.
    Similar {
        /// How close.
        threshold: f64,
        /// The first few, for explanations.
        sentences: Vec<String>,
    },
    /// Personal data.
    PersonalData {
        /// Kinds.
        kinds: Vec<personal::Kind>,
        /// How sure.
        confidence: personal::Confidence,
        /// Only those that the customer of another conversation gave.
        elsewhere: bool,
    },
    /// An open question; no types mean any.
    Question(Vec<QuestionType>),
    /// What the dialogue analysis says of the message.
    Verdict(Vec<Verdict>),
    /// What the reply holds.
    Holds(Vec<Holding>),
    /// Close to an earlier message of the same speaker.
    Repeats(f64),
    /// Later than that after the message it answers.
    Delay(SignedDuration),
    /// Nobody replied.
    Unanswered,
    /// A stated deadline passed, and the customer had to ask.
    Overdue,
    /// The dialogue analysis holds the reply for that likely evasive.
    Evasive(f64),
    /// A model thinks so; never holds where no model knows the answer.
    Learned {
        /// The models that know, and what each is asked.
        asked: Vec<Asked>,
        /// How likely it must be.
        at_least: f64,
    },
    /// Some model knows, and all that know think otherwise.
    Unlearned {
        /// The models that know, and what each is asked.
        asked: Vec<Asked>,
        /// How unlikely it must be.
        below: f64,
    },
    /// A condition that holds in so many messages.
    Count {
        /// Condition number.
        of: u32,
        /// So many.
        at_least: usize,
    },
}

impl Operator {
    /// Whether the automata see all that it could hit.
    pub const fn is_looked_out_for(&self) -> bool {
        match self {
            Self::Terms { .. } => true,
            Self::Patterns { always, .. } => always.is_empty(),
            _ => false,
        }
    }
}

/// What a model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The model, by its number in [`Program::models`].
    pub model: usize,
    /// The family or kind.
    pub choice: Choice,
}

/// Where a condition looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The message that the rule looks at.
    Message,
    /// One clause of it.
    Clause,
    /// All messages.
    Conversation,
    /// The first so many.
    First(usize),
    /// The last so many.
    Last(usize),
    /// So many before.
    Before(usize),
    /// So many after.
    After(usize),
    /// So many before and after.
    Around(usize),
}

impl Scope {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (word, number) = match text.split_once(' ') {
            Some((word, number)) => {
                let number: usize =
                    number.trim().parse().map_err(|_| format!("scope `{text}`: `{number}` is no number"))?;
                (word, Some(number))
            }
            None => (text, None),
        };
        match (word, number) {
            ("message", None) => Ok(Self::Message),
            ("clause", None) => Ok(Self::Clause),
            ("conversation", None) => Ok(Self::Conversation),
            ("first", Some(n)) => Ok(Self::First(n)),
            ("last", Some(n)) => Ok(Self::Last(n)),
            ("before", n) => Ok(Self::Before(n.unwrap_or(usize::MAX))),
            ("after", n) => Ok(Self::After(n.unwrap_or(usize::MAX))),
            ("around", Some(n)) => Ok(Self::Around(n)),
            _ => Err(format!(
                "unknown scope `{text}`; there are message, clause, conversation, first N, last N, before [N], after [N], around N"
            )),
        }
    }

    /// Whether it looks at nothing but the message itself.
    pub const fn is_local(self) -> bool {
        matches!(self, Self::Message | Self::Clause)
    }
}
