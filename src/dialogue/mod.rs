//! What the customer asked, what each reply holds, and whether the one answers the other.
//!
//! Decides the evasion family's kinds for each reply; says nothing of law or severity. A reply is judged by the slot that the
//! question opens (何时 wants a time, 哪里 a place, 为什么 a reason) and not by shared words, which stock replies have in plenty.

mod cue;
mod cues;
mod deadline;
mod evidence;
mod judge;
mod parting;
mod parts;
mod question;
mod reading;
mod scan;
mod weights;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub use self::cues::{CueError, Cues};
use self::{cue::CueSet, reading::Reading};
use crate::{
    finding::Span,
    transcript::{Conversation, Role},
};

/// What a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionType {
    /// 何时
    Time,
    /// 哪里
    Place,
    /// 多少
    Amount,
    /// 为什么
    Reason,
    /// 能不能、是不是
    Polarity,
    /// 哪个
    Choice,
    /// 怎么
    Method,
    /// 是什么、谁
    Identity,
    /// 到哪一步
    Status,
    /// 帮我做
    Request,
    /// 不满
    Complaint,
}

impl QuestionType {
    /// The name in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Time => "问时间",
            Self::Place => "问地点或去处",
            Self::Amount => "问数额",
            Self::Reason => "问原因",
            Self::Polarity => "问是否",
            Self::Choice => "问选择",
            Self::Method => "问办法",
            Self::Identity => "问是什么或谁",
            Self::Status => "问进度",
            Self::Request => "要求办理",
            Self::Complaint => "反映问题",
        }
    }

    /// What a reply must hold to meet it, in the words of a report.
    pub const fn wants(self) -> &'static str {
        match self {
            Self::Time => "时间",
            Self::Place => "地点或去处",
            Self::Amount => "数额",
            Self::Reason => "原因",
            Self::Polarity => "是或否",
            Self::Choice => "选哪个",
            Self::Method => "步骤",
            Self::Identity => "所问的事物或人",
            Self::Status => "进展或时间",
            Self::Request => "办理结果、时限或步骤",
            Self::Complaint => "处理办法",
        }
    }
}

/// What a reply holds, after greeting, hold, apology, closing and courtesy are taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holding {
    /// A time or deadline.
    Time,
    /// An amount.
    Amount,
    /// A place or whereabouts.
    Place,
    /// A reason.
    Reason,
    /// A yes or no.
    Polarity,
    /// Steps or a path.
    Steps,
    /// A number or address to turn to.
    Contact,
    /// An act that is done.
    Done,
    /// An act that is promised.
    Promised,
    /// A request for what is needed to go on.
    DataRequest,
    /// A hand-over to somebody else.
    Handover,
    /// A no to what was asked.
    Refusal,
}

impl Holding {
    /// The name in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Time => "时间",
            Self::Amount => "数额",
            Self::Place => "地点",
            Self::Reason => "原因",
            Self::Polarity => "是否",
            Self::Steps => "步骤",
            Self::Contact => "联系方式",
            Self::Done => "已办事项",
            Self::Promised => "承诺办理",
            Self::DataRequest => "索要所需信息",
            Self::Handover => "转交",
            Self::Refusal => "拒绝",
        }
    }
}

/// What the analysis says of a reply, or, for `Ignored`, of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The reply holds what was asked for.
    Answered,
    /// It meets one of several open questions.
    Partly,
    /// It asks for what is needed to answer.
    AskedBack,
    /// It puts the matter off to a stated time.
    DeferredWithTime,
    /// 答非所问: it talks of something else.
    Irrelevant,
    /// 套话敷衍: nothing but stock phrases.
    Boilerplate,
    /// 拖延: asks to wait, no time, no result.
    Stalling,
    /// 推诿: sends the customer to others without a handle.
    BuckPassing,
    /// 重复话术: the same message again.
    Repeated,
    /// 置之不理: on the customer's message, no later reply touches it.
    Ignored,
    /// It says no.
    Refusal,
}

impl Verdict {
    /// Whether the verdict is one of the evasion family's kinds that this analysis decides.
    pub const fn is_evasive(self) -> bool {
        matches!(
            self,
            Self::Irrelevant
                | Self::Boilerplate
                | Self::Stalling
                | Self::BuckPassing
                | Self::Repeated
                | Self::Ignored
        )
    }

    /// The name in findings and rules.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Partly => "partly",
            Self::AskedBack => "asked_back",
            Self::DeferredWithTime => "deferred_with_time",
            Self::Irrelevant => "irrelevant",
            Self::Boilerplate => "boilerplate",
            Self::Stalling => "stalling",
            Self::BuckPassing => "buck_passing",
            Self::Repeated => "repeated",
            Self::Ignored => "ignored",
            Self::Refusal => "refusal",
        }
    }
}

/// A verdict on one message, with its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The open question that it concerns: an index into [`Ledger::items`].
    pub item: Option<usize>,
    /// In Chinese: the open question, what was looked for, what stood there instead.
    pub why: String,
    /// How sure, 0 to 1.
    pub confidence: f32,
}

/// What became of an item in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// No reply touched it.
    Open,
    /// A reply met it.
    Answered,
    /// It was put off to a stated time.
    Deferred,
    /// The last word on it was an evasion.
    Evaded,
}

/// A question or request of the customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The message in which it stands.
    pub message: usize,
    /// Where, in characters of the original text.
    pub span: Span,
    /// What it asks for.
    pub kind: QuestionType,
    /// The clause, folded; not masked.
    pub text: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The reply that closed it.
    closed: Option<usize>,
    asks: CueSet,
    grams: Vec<u32>,
    letters: Vec<u32>,
}

/// Counts of one conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Questions and requests.
    pub items: usize,
    /// Met.
    pub answered: usize,
    /// Put off to a stated time.
    pub deferred: usize,
    /// Evaded or never touched.
    pub evaded: usize,
    /// Seconds from the first customer message to the first agent reply after it, where times exist.
    pub first_reply: Option<i64>,
    /// The longest wait of the customer for a reply in seconds, where times exist.
    pub longest_wait: Option<i64>,
}

/// What became of the open questions, message by message.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    items: Vec<Item>,
    judgements: Vec<Vec<Judgement>>,
    holds: Vec<Vec<Holding>>,
    delays: Vec<Option<SignedDuration>>,
    unanswered: Vec<bool>,
    overdue: Vec<bool>,
    /// How likely each reply evades.
    evasiveness: Vec<Option<f64>>,
    score: Option<f64>,
    summary: Summary,
}

impl Ledger {
    /// Reads the conversation once, front to back.
    pub fn new(conversation: &Conversation, cues: &Cues) -> Self {
        let readings: Vec<Option<Reading>> = conversation
            .messages
            .iter()
            .map(|message| {
                matches!(message.role, Role::Customer | Role::Agent)
                    .then(|| Reading::new(&message.text, message.role, cues))
            })
            .collect();
        let mut ledger = Self::default();
        for (at, reading) in readings.iter().enumerate() {
            if let Some(reading) = reading
                && conversation.messages[at].role == Role::Customer
            {
                ledger.items.extend(question::questions(reading).map(|(clause, asks)| Item {
                    message: at,
                    span: reading.folded.span(clause.range.clone()),
                    kind: question::types(asks).next().unwrap_or(QuestionType::Polarity),
                    text: reading.text(clause).to_owned(),
                    outcome: Outcome::Open,
                    closed: None,
                    asks,
                    grams: clause.grams.clone(),
                    letters: clause.letters.clone(),
                }));
            }
        }
        ledger.holds = readings
            .iter()
            .map(|reading| reading.as_ref().map_or_else(Vec::new, evidence::holdings))
            .collect();
        ledger.read_times(conversation);
        ledger.overdue = deadline::overdue(conversation, &readings);
        judge::judge(&mut ledger, &readings, conversation, cues);
        ledger.count();
        ledger.score = ledger.mean_evasiveness().map(|evaded| {
            let by_customer = conversation.messages.iter().zip(&readings);
            let by_customer = by_customer.filter(|(message, _)| message.role == Role::Customer);
            let customers: Vec<&Reading> = by_customer.filter_map(|(_, reading)| reading.as_ref()).collect();
            parting::displeasure(evaded, &customers)
        });
        ledger
    }

    /// What is to be said of message `index`: one judgement or more for a reply to an open question, none for small talk.
    pub fn verdicts(&self, index: usize) -> &[Judgement] {
        self.judgements.get(index).map_or(&[], Vec::as_slice)
    }

    /// The items of messages before `index` that were still open then.
    pub fn open_before(&self, index: usize) -> impl Iterator<Item = &Item> {
        self.items
            .iter()
            .filter(move |item| item.message < index && item.closed.is_none_or(|closed| closed >= index))
    }

    /// What the reply at `index` holds; empty for other messages.
    pub fn holds(&self, index: usize) -> &[Holding] {
        self.holds.get(index).map_or(&[], Vec::as_slice)
    }

    /// All questions and requests, in order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// How badly the conversation went for the customer, 0 to 1: how likely its replies evade, and how the customer takes them.
    /// `None` where nothing was asked.
    pub const fn score(&self) -> Option<f64> {
        self.score
    }

    /// Counts of items and waits.
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// How long after the first unanswered customer message before it the reply at `index` came.
    pub fn reply_delay(&self, index: usize) -> Option<SignedDuration> {
        self.delays.get(index).copied().flatten()
    }

    /// Whether `index` is a customer's message after which nobody wrote.
    pub fn unanswered(&self, index: usize) -> bool {
        self.unanswered.get(index).copied().unwrap_or(false)
    }

    /// Whether `index` is an agent's message whose stated deadline passed without a word, so that the customer asked again.
    pub fn overdue(&self, index: usize) -> bool {
        self.overdue.get(index).copied().unwrap_or(false)
    }

    /// How likely the reply at `index` evades, 0 to 1; `None` where nothing was open or nobody replied.
    pub fn evasiveness(&self, index: usize) -> Option<f64> {
        self.evasiveness.get(index).copied().flatten()
    }

    fn mean_evasiveness(&self) -> Option<f64> {
        let replies = self.evasiveness.iter().flatten();
        let count = replies.clone().count();
        (count > 0).then(|| replies.sum::<f64>() / count as f64)
    }

    fn count(&mut self) {
        self.summary.items = self.items.len();
        for item in &self.items {
            match item.outcome {
                Outcome::Answered => self.summary.answered += 1,
                Outcome::Deferred => self.summary.deferred += 1,
                Outcome::Evaded | Outcome::Open => self.summary.evaded += 1,
            }
        }
    }

    fn read_times(&mut self, conversation: &Conversation) {
        let messages = &conversation.messages;
        self.delays = vec![None; messages.len()];
        let mut waiting = None;
        let mut longest: Option<SignedDuration> = None;
        for (at, message) in messages.iter().enumerate() {
            match message.role {
                Role::Customer => waiting = waiting.or(message.time),
                Role::Agent => {
                    if let (Some(since), Some(now)) = (waiting, message.time) {
                        let delay = now.at.duration_since(since.at);
                        self.delays[at] = Some(delay);
                        self.summary.first_reply.get_or_insert(delay.as_secs());
                        longest = longest.max(Some(delay));
                    }
                    waiting = None;
                }
                Role::Bot | Role::System => {}
            }
        }
        self.summary.longest_wait = longest.map(|wait| wait.as_secs());
        let last_reply = messages.iter().rposition(|message| message.role == Role::Agent);
        self.unanswered = messages
            .iter()
            .enumerate()
            .map(|(at, message)| message.role == Role::Customer && last_reply.is_none_or(|last| last < at))
            .collect();
    }
}
