//! What a file is: for a person who has to write the `[input]` section for it, or to decide whether what was found is right.
//!
//! Everything is counted while reading, nothing is kept. Where a file can be read in two ways, both are told and none is chosen.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{
    Event, FileSummary, InputConfig, InputError, Moment, Problem, Role,
    config::DateOrder,
    input::Input,
    names,
    sink::{OwnNames, Record, Sink, each},
};
use crate::personal;

/// How many problems of a file are kept to be told.
const TOLD: usize = 5;

/// What was found in one file.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// What the file was taken to be; nothing where it could not be opened.
    pub summary: Option<FileSummary>,
    /// The file's name.
    pub file: Arc<str>,
    /// First and last time.
    pub times: Option<(Moment, Moment)>,
    /// Messages that have a time.
    pub timed: u64,
    /// Conversations.
    pub conversations: u64,
    /// Agents, and how many messages each wrote.
    pub agents: BTreeMap<Arc<str>, u64>,
    /// Messages of agents without a name.
    pub nameless: u64,
    /// Messages that hold personal data anybody can read.
    pub personal: u64,
    /// Messages that hold what was masked before.
    pub masked: u64,
    /// Messages taken back, or recalls of such.
    pub recalled: u64,
    /// Records that hold no text, or could not be read.
    pub unseen: u64,
    /// What could not be read; of many, the first.
    pub problems: Vec<Problem>,
    /// How many problems there were besides.
    pub more: u64,
}

/// A way to read a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What to write under `[input]`.
    pub input: InputConfig,
    /// What speaks for it.
    pub ground: Ground,
}

/// What speaks for a way to read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Names and marks: it is how the file was read.
    Read,
    /// Values: a person should look at it.
    Values,
    /// One of several shapes or sheets that fit.
    OneOfSeveral,
    /// Which of two role words is the agent's cannot be told.
    Role,
    /// Whether day or month stands first cannot be told.
    DayOrMonth,
}

/// Looks at every input as `config` reads it.
pub fn inspect(inputs: Vec<Input>, config: &InputConfig) -> Result<Vec<Inspection>, InputError> {
    let mut inspector = Inspector::default();
    each(inputs, config, &mut inspector)?;
    Ok(inspector.done)
}

impl Inspection {
    fn new(file: Arc<str>) -> Self {
        Self {
            summary: None,
            file,
            times: None,
            timed: 0,
            conversations: 0,
            agents: BTreeMap::new(),
            nameless: 0,
            personal: 0,
            masked: 0,
            recalled: 0,
            unseen: 0,
            problems: Vec::new(),
            more: 0,
        }
    }

    /// How the file can be read: one way, or each of several where it is ambiguous; none where nothing is known.
    pub fn suggestions(&self) -> Vec<Suggestion> {
        let Some(summary) = &self.summary else { return Vec::new() };
        let base = &summary.input;
        let over = |reading: &InputConfig, ground| Suggestion { input: reading.over(base), ground };
        match summary.readings.as_slice() {
            [] => {}
            [only] => return vec![over(only, Ground::Values)],
            several => return several.iter().map(|reading| over(reading, Ground::OneOfSeveral)).collect(),
        }
        let known = |role| summary.messages.contains_key(&role);
        let words: Vec<&String> = summary.unknown_roles.keys().collect();
        if let [one, other] = words.as_slice()
            && !known(Role::Agent)
            && !known(Role::Customer)
        {
            let reading = |agent: &str, customer: &str| {
                let roles = [(agent.to_owned(), Role::Agent), (customer.to_owned(), Role::Customer)];
                InputConfig { roles: roles.into(), ..InputConfig::default() }
            };
            return [reading(one, other), reading(other, one)]
                .map(|reading| over(&reading, Ground::Role))
                .into();
        }
        if summary.messages.is_empty() {
            return Vec::new();
        }
        let reading = |order| InputConfig { dates: Some(order), ..InputConfig::default() };
        let reads = |order| summary.slashed.contains_key(&Some(order));
        match (reads(DateOrder::MonthFirst), reads(DateOrder::DayFirst)) {
            (true, false) => vec![over(&reading(DateOrder::MonthFirst), Ground::Values)],
            (false, true) => vec![over(&reading(DateOrder::DayFirst), Ground::Values)],
            (false, false) if summary.slashed.is_empty() => {
                vec![Suggestion { input: base.clone(), ground: Ground::Read }]
            }
            _ => [DateOrder::MonthFirst, DateOrder::DayFirst]
                .map(|order| over(&reading(order), Ground::DayOrMonth))
                .into(),
        }
    }
}

#[derive(Default)]
struct Inspector {
    names: OwnNames,
    conversations: HashSet<Arc<str>>,
    done: Vec<Inspection>,
}

impl Inspector {
    /// The file that is being read.
    fn at(&mut self, file: &Arc<str>) -> &mut Inspection {
        if self.done.last().is_none_or(|last| last.file != *file) {
            self.conversations.clear();
            self.done.push(Inspection::new(file.clone()));
        }
        self.done.last_mut().expect("it was pushed where there was none")
    }
}

impl Sink for Inspector {
    fn record(&mut self, file: &Arc<str>, conversation: Option<&Arc<str>>, record: Record) {
        let conversation = conversation.cloned().unwrap_or_else(|| self.names.of(file));
        self.at(file);
        let new = matches!(record, Record::Message { .. }) && self.conversations.insert(conversation);
        let at = self.at(file);
        at.conversations += u64::from(new);
        match record {
            Record::Unseen { .. } => at.unseen += 1,
            Record::Recall { .. } => at.recalled += 1,
            Record::Message { event, message, .. } => {
                at.recalled += u64::from(event == Event::Recalled);
                at.unseen += u64::from(names::get().is_placeholder(&message.text));
                if message.role == Role::Agent {
                    match message.agent {
                        Some(agent) => *at.agents.entry(agent).or_default() += 1,
                        None => at.nameless += 1,
                    }
                }
                if let Some(time) = message.time {
                    at.timed += 1;
                    let (first, last) = at.times.get_or_insert((time, time));
                    *first = if time.at < first.at { time } else { *first };
                    *last = if time.at > last.at { time } else { *last };
                }
                at.personal += u64::from(!personal::find(&message.text).is_empty());
                at.masked += u64::from(is_masked(&message.text));
            }
        }
    }

    fn problem(&mut self, problem: Problem) {
        let at = self.at(&problem.file.clone());
        if at.problems.len() < TOLD {
            at.problems.push(Problem { raw: None, ..problem });
        } else {
            at.more += 1;
        }
    }

    fn finished(&mut self, file: FileSummary) {
        let name = file.file.clone();
        self.at(&name).summary = Some(file);
    }
}

/// Two stars with a figure or letter beside them: `138****8000`, `王**`.
fn is_masked(text: &str) -> bool {
    let mut last = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if matches!(c, '*' | '＊') && rest.peek() == Some(&c) {
            let stars = std::iter::from_fn(|| rest.next_if_eq(&c)).count();
            let next = rest.peek().copied().unwrap_or(' ');
            if stars > 0 && (last.is_alphanumeric() || next.is_alphanumeric()) {
                return true;
            }
        }
        last = c;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_stars_beside_letters_or_figures() {
        for text in ["电话138****8000", "王**女士", "尾号＊＊＊＊1234"] {
            assert!(is_masked(text), "{text}");
        }
        for text in ["2*3等于6", "***", "重点：*安装*"] {
            assert!(!is_masked(text), "{text}");
        }
    }
}
