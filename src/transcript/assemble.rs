//! From the values of a record to a message: who spoke, when, and what to say when that cannot be told.
//!
//! Formats hand in values and know nothing of roles or times; this module knows nothing of formats.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{
    FileSummary, Message, Problem, ReadStats, Role, Source,
    config::{Event, Format, InputConfig, Settings},
    field::{ByField, Cells, Field},
    html, names, time,
};

/// How much of a raw record a problem keeps.
const RAW: usize = 64 << 10;

/// The longest text, in UTF-16 units, that a cell of Excel can hold.
const CELL: usize = 32_767;

/// A message that is yet to be put into its conversation.
#[derive(Debug)]
pub(crate) struct Staged {
    /// `None` where the file has no conversation ids.
    pub(crate) conversation: Option<Arc<str>>,
    pub(crate) channel: Option<Arc<str>>,
    pub(crate) customer: Option<Arc<str>>,
    pub(crate) message: Message,
    /// The sender of a message that was put down to the customer only because it is not the agent of its record.
    not_the_agent: Option<Arc<str>>,
}

/// A message that was taken back.
#[derive(Debug)]
pub(crate) struct Recall {
    pub(crate) conversation: Option<Arc<str>>,
    pub(crate) message_id: Arc<str>,
    pub(crate) line: u64,
}

/// All that one file gave.
#[derive(Debug)]
pub(crate) struct FileRead {
    pub(crate) name: Arc<str>,
    pub(crate) staged: Vec<Staged>,
    pub(crate) recalls: Vec<Recall>,
    /// The conversations of records that hold nothing to judge, once for each record.
    pub(crate) unseen: Vec<Option<Arc<str>>>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) stats: ReadStats,
    pub(crate) summary: Option<FileSummary>,
}

impl FileRead {
    /// A file that could not be read at all.
    pub(crate) fn failed(name: Arc<str>, reason: impl Into<String>) -> Self {
        let problem = Problem { file: name.clone(), line: None, reason: reason.into(), raw: None };
        let stats = ReadStats { files: 1, files_failed: 1, ..ReadStats::default() };
        Self { problems: vec![problem], stats, ..Self::nothing(name) }
    }

    /// A file that is no chat by its name.
    pub(crate) fn ignored(name: Arc<str>) -> Self {
        let stats = ReadStats { files_ignored: 1, ..ReadStats::default() };
        Self { stats, ..Self::nothing(name) }
    }

    fn nothing(name: Arc<str>) -> Self {
        let stats = ReadStats::default();
        let (staged, recalls, unseen, problems) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { name, staged, recalls, unseen, problems, stats, summary: None }
    }
}

/// Turns the records of one file into messages.
pub(crate) struct Assembler<'s> {
    settings: &'s Settings,
    name: Arc<str>,
    present: ByField<bool>,
    strings: HashSet<Arc<str>>,
    agents: HashSet<Arc<str>>,
    staged: Vec<Staged>,
    recalls: Vec<Recall>,
    unseen: Vec<Option<Arc<str>>>,
    problems: Vec<Problem>,
    stats: ReadStats,
    found: InputConfig,
}

/// Why a record gives no message.
enum Refusal {
    /// It holds no text.
    Empty,
    Because(String),
}

impl<'s> Assembler<'s> {
    pub(crate) fn new(settings: &'s Settings, name: Arc<str>) -> Self {
        Self {
            settings,
            name,
            present: ByField::default(),
            strings: HashSet::new(),
            agents: HashSet::new(),
            staged: Vec::new(),
            recalls: Vec::new(),
            unseen: Vec::new(),
            problems: Vec::new(),
            stats: ReadStats { files: 1, ..ReadStats::default() },
            found: InputConfig::default(),
        }
    }

    pub(crate) fn settings(&self) -> &'s Settings {
        self.settings
    }

    /// Says which fields the file has, and how a user would say where.
    pub(crate) fn map(&mut self, fields: impl IntoIterator<Item = Field>, found: InputConfig) {
        for field in fields {
            self.present[field] = true;
        }
        self.found = found;
    }

    /// Takes one record; `raw` is asked for only if something is wrong with it.
    pub(crate) fn record(&mut self, line: u64, cells: &Cells<'_>, raw: impl Fn() -> String) {
        let event = cells.value(Field::Event).and_then(|value| self.settings.input.events.get(value));
        let event = event.copied().unwrap_or(Event::Message);
        if event == Event::Skip {
            return self.skip();
        }
        let conversation = match self.conversation(cells) {
            Ok(conversation) => conversation,
            Err(reason) => return self.fail(line, reason, raw()),
        };
        if event == Event::Recall {
            return self.recall(line, conversation, cells, raw);
        }
        match self.stage(line, cells, event, &raw) {
            Ok(staged) => {
                self.stats.records += 1;
                if names::get().is_placeholder(&staged.message.text) {
                    self.unseen.push(conversation.clone());
                }
                self.staged.push(Staged { conversation, ..staged });
            }
            Err(refusal) => {
                self.unseen.push(conversation);
                match refusal {
                    Refusal::Empty => self.skip(),
                    Refusal::Because(reason) => self.fail(line, reason, raw()),
                }
            }
        }
    }

    fn recall(
        &mut self,
        line: u64,
        conversation: Option<Arc<str>>,
        cells: &Cells<'_>,
        raw: impl Fn() -> String,
    ) {
        match cells.value(Field::Recalls) {
            Some(id) => {
                self.stats.records += 1;
                self.stats.records_skipped += 1;
                self.recalls.push(Recall { conversation, message_id: id.into(), line });
            }
            None => self.fail(line, "a recall that does not say which message it takes back", raw()),
        }
    }

    /// The id of the record's conversation: its own, or that of the two who speak; `None` if the file tells neither.
    fn conversation(&mut self, cells: &Cells<'_>) -> Result<Option<Arc<str>>, String> {
        match cells.value(Field::ConversationId) {
            Some(id) if damaged(id) => return Err(damage(Field::ConversationId)),
            Some(id) => return Ok(Some(self.string(id))),
            None => {}
        }
        if let (Some(sender), Some(receiver)) = (cells.value(Field::Sender), cells.value(Field::Receiver)) {
            let (one, other) = if sender <= receiver { (sender, receiver) } else { (receiver, sender) };
            return Ok(Some(self.string(&format!("{one}|{other}"))));
        }
        if self.present[Field::ConversationId] {
            return Err(
                "the conversation id is empty; the message cannot be put into a conversation".to_owned()
            );
        }
        Ok(None)
    }

    /// Counts a record that is passed over for a reason that is no failure.
    pub(crate) fn skip(&mut self) {
        self.stats.records += 1;
        self.stats.records_skipped += 1;
    }

    /// Counts and keeps a record that could not be read.
    pub(crate) fn fail(&mut self, line: u64, reason: impl Into<String>, raw: String) {
        self.stats.records += 1;
        self.stats.records_failed += 1;
        self.note(Some(line), reason, Some(raw));
    }

    /// Keeps what is wrong without counting a record.
    pub(crate) fn note(&mut self, line: Option<u64>, reason: impl Into<String>, raw: Option<String>) {
        let raw = raw.map(|raw| clip(raw.as_bytes()));
        self.problems.push(Problem { file: self.name.clone(), line, reason: reason.into(), raw });
    }

    pub(crate) fn finish(
        mut self,
        format: &'static str,
        encoding: &'static str,
        preset: Option<&str>,
    ) -> FileRead {
        // Whoever is an agent in one record is not the customer of another.
        for staged in &mut self.staged {
            if let Some(sender) = &staged.not_the_agent
                && self.agents.contains(sender)
            {
                staged.customer.take_if(|customer| customer == sender);
                staged.message.role = Role::Agent;
                staged.message.agent = Some(sender.clone());
            }
        }
        let read_none = self.staged.is_empty() && !self.problems.is_empty();
        self.stats.files_failed = u64::from(read_none);
        let mut messages = BTreeMap::new();
        for staged in &self.staged {
            *messages.entry(staged.message.role).or_insert(0) += 1;
        }
        let base = match preset {
            Some(_) => InputConfig { preset: preset.map(str::to_owned), ..InputConfig::default() },
            None => InputConfig {
                format: Format::ALL.into_iter().find(|known| known.as_str() == format),
                roles: self.settings.input.roles.clone(),
                events: self.settings.input.events.clone(),
                ..self.found
            },
        };
        let summary = FileSummary {
            file: self.name.clone(),
            format,
            encoding,
            input: InputConfig {
                encoding: Some(encoding.to_ascii_lowercase()),
                timezone: self.settings.input.timezone.clone(),
                ..base
            },
            records: self.stats.records,
            messages,
        };
        let Self { name, staged, recalls, unseen, problems, stats, .. } = self;
        FileRead { name, staged, recalls, unseen, problems, stats, summary: Some(summary) }
    }

    /// A message of no conversation yet.
    fn stage(
        &mut self,
        line: u64,
        cells: &Cells<'_>,
        event: Event,
        raw: &impl Fn() -> String,
    ) -> Result<Staged, Refusal> {
        let text = cells[Field::Text].as_deref().unwrap_or_default();
        let text = if self.settings.input.html == Some(true) { html::text(text) } else { text.to_owned() };
        if text.trim().is_empty() {
            return Err(Refusal::Empty);
        }
        let (role, not_the_agent) = match event {
            Event::Bot => (Role::Bot, None),
            _ => self.role(cells)?,
        };
        let message_id = match cells.value(Field::MessageId) {
            Some(id) if damaged(id) => {
                self.note(Some(line), damage(Field::MessageId), Some(raw()));
                None
            }
            id => id.map(Arc::from),
        };
        let agent = match cells.value(Field::AgentId) {
            Some(id) if damaged(id) => {
                self.note(Some(line), damage(Field::AgentId), Some(raw()));
                None
            }
            Some(id) => Some(self.string(id)),
            None if role == Role::Agent => self.sender(cells),
            None => None,
        };
        let time = cells.value(Field::Time).and_then(|text| {
            let time = time::parse(text, &self.settings.zone);
            if time.is_none() {
                let shape = shape(text);
                let reason = format!(
                    "the time (shaped `{shape}`) is not understood; the message is kept without time"
                );
                self.note(Some(line), reason, Some(raw()));
            }
            time
        });
        if let Some(agent) = &agent
            && role == Role::Agent
        {
            self.agents.insert(agent.clone());
        }
        let channel = cells.value(Field::Channel).map(|channel| self.string(channel));
        let customer = match cells.value(Field::CustomerId) {
            Some(id) => Some(self.string(id)),
            None if role == Role::Customer => self.sender(cells),
            None => None,
        };
        if text.len() >= CELL && text.encode_utf16().count() == CELL {
            self.note(
                Some(line),
                "the text is 32,767 characters long: Excel has cut it, its end is missing",
                Some(raw()),
            );
        }
        let source = Source { file: self.name.clone(), line };
        Ok(Staged {
            conversation: None,
            channel,
            customer,
            message: Message {
                id: message_id,
                role,
                agent,
                time,
                text,
                recalled: event == Event::Recalled,
                source,
            },
            not_the_agent,
        })
    }

    /// The role column decides; without one, the sender is compared with the agent and the customer of the record.
    fn role(&mut self, cells: &Cells<'_>) -> Result<(Role, Option<Arc<str>>), Refusal> {
        if let Some(value) = cells.value(Field::Role) {
            return match self.settings.roles.of(value) {
                Some(role) => Ok((role, None)),
                None => Err(Refusal::Because(unknown_role(value))),
            };
        }
        let Some(sender) = cells.value(Field::Sender) else {
            let reason = "neither role nor sender is given; who wrote the message is unknown";
            return Err(Refusal::Because(reason.to_owned()));
        };
        let (agent, customer) = (cells.value(Field::AgentId), cells.value(Field::CustomerId));
        let known = if let Some(role) = self.settings.roles.configured(sender) {
            Some(role)
        } else if agent == Some(sender) {
            Some(Role::Agent)
        } else if customer == Some(sender) {
            Some(Role::Customer)
        } else {
            self.settings.roles.of(sender)
        };
        match (known, agent, customer) {
            (Some(role), ..) => Ok((role, None)),
            (None, None, Some(_)) if !self.present[Field::AgentId] => Ok((Role::Agent, None)),
            (None, Some(agent), None) => {
                let agent = self.string(agent);
                self.agents.insert(agent);
                Ok((Role::Customer, Some(self.string(sender))))
            }
            (None, ..) => Err(Refusal::Because(unknown_sender(sender))),
        }
    }

    /// Who wrote it by name, unless the column says only what he is.
    fn sender(&mut self, cells: &Cells<'_>) -> Option<Arc<str>> {
        let sender = cells.value(Field::Sender)?;
        let says_what = names::get().role(sender).is_some();
        (!says_what).then(|| self.string(sender))
    }

    fn string(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.strings.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        self.strings.insert(new.clone());
        new
    }
}

fn unknown_role(value: &str) -> String {
    let value = masked(value);
    format!(
        "the role `{value}` is not known; if it is one, add to kefulint.toml: [input.roles] \"{value}\" = \"agent\" (or \"customer\", \"bot\", \"system\")"
    )
}

fn unknown_sender(value: &str) -> String {
    let first = value.chars().next().unwrap_or('*');
    format!(
        "who the sender `{first}**` is cannot be told; name a role column under [input.columns], or say under [input.roles] which senders are agents"
    )
}

/// Excel shows long numbers as `1.23457E+17`: the digits are gone, so it is neither the id nor another one.
fn damaged(id: &str) -> bool {
    let Some((mantissa, exponent)) = id.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let written = match mantissa.split_once('.') {
        Some((one, fraction)) => one.len() == 1 && digits(one) && digits(fraction),
        None => mantissa.len() == 1 && digits(mantissa) && exponent.starts_with('+'),
    };
    written && digits(exponent.strip_prefix('+').unwrap_or(exponent))
}

fn damage(field: Field) -> String {
    format!(
        "{field} is a rounded number (such as 1.23457E+17), its digits are lost: evidence damaged by Excel; export the column as text"
    )
}

/// A value fit to be shown: short and without personal data.
fn masked(value: &str) -> String {
    let short: String = value.chars().take(20).collect();
    crate::personal::mask(&short)
}

/// The form of a value without the value: digits become 9, letters a.
fn shape(value: &str) -> String {
    let form = |c: char| match c {
        c if c.is_ascii_digit() => '9',
        c if c.is_alphabetic() => 'a',
        c => c,
    };
    value.chars().take(30).map(form).collect()
}

/// The text of a raw record, bounded.
pub(crate) fn clip(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    if text.len() <= RAW {
        return text.into_owned();
    }
    text[..text.floor_char_boundary(RAW)].to_owned()
}

/// The values of a record for which the columns are known by number, the first that is not empty for each field.
pub(crate) fn first_filled<'a>(candidates: impl Iterator<Item = Cow<'a, str>>) -> Option<Cow<'a, str>> {
    let mut last = None;
    for value in candidates {
        if !value.trim().is_empty() {
            return Some(value);
        }
        last = last.or(Some(value));
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rounded_numbers_are_damaged() {
        for id in ["1.23457E+17", "1.2e20", "1E+17", "9.9e+5"] {
            assert!(damaged(id), "{id}");
        }
        for id in ["123456789012345678", "12e45", "1e9f", "E+17", "1.2.3E+4", "1e10", "abc", "e5c25", "1.5"] {
            assert!(!damaged(id), "{id}");
        }
    }

    #[test]
    fn shapes_tell_form_and_nothing_else() {
        assert_eq!(shape("13812345678"), "99999999999");
        assert_eq!(shape("明天 9:30am"), "aa 9:99aa");
    }
}
