//! From the values of a record to a message: who spoke, when, and what to say when that cannot be told.
//!
//! Formats hand in values and know nothing of roles or times; this module knows nothing of formats.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{
    FileSummary, Message, Moment, Problem, ReadStats, Role, Source,
    config::{DateOrder, Event, Format, InputConfig, Medium, Settings},
    field::{ByField, Cells, Field},
    html, names,
    sink::{Record, Sink},
    time,
    value::{clip, damage, damaged, shape, unknown_role, unknown_sender},
};

/// The longest text, in UTF-16 units, that a cell of Excel can hold.
const CELL: usize = 32_767;

/// How many strings are kept to be shared while messages are handed over.
const STRINGS: usize = 1 << 16;

/// How many role words that are not known are kept to be shown.
const UNKNOWN: usize = 8;

/// A message that is yet to be put into its conversation.
#[derive(Debug)]
pub(crate) struct Staged {
    /// `None` where the file has no conversation ids.
    pub(crate) conversation: Option<Arc<str>>,
    pub(crate) channel: Option<Arc<str>>,
    pub(crate) event: Event,
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
    noted: bool,
    stats: ReadStats,
    messages: BTreeMap<Role, u64>,
    found: InputConfig,
    columns: Vec<String>,
    readings: Vec<InputConfig>,
    unknown_roles: BTreeMap<String, u64>,
    /// Times that only one order of day and month reads, and those that both do.
    slashed: BTreeMap<Option<DateOrder>, u64>,
    sink: Option<&'s mut dyn Sink>,
    /// Whether a message was read whose writer is known only at the end of the file.
    undecided: bool,
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
            noted: false,
            stats: ReadStats { files: 1, ..ReadStats::default() },
            messages: BTreeMap::new(),
            found: InputConfig::default(),
            columns: Vec::new(),
            readings: Vec::new(),
            unknown_roles: BTreeMap::new(),
            slashed: BTreeMap::new(),
            sink: None,
            undecided: false,
        }
    }

    /// Hands over what is read as it is read, instead of keeping it.
    pub(crate) fn into_sink(self, sink: Option<&'s mut dyn Sink>) -> Self {
        Self { sink, ..self }
    }

    pub(crate) fn settings(&self) -> &'s Settings {
        self.settings
    }

    /// Says which fields the file has, how a user would say where, and among which columns they were found.
    pub(crate) fn map(
        &mut self,
        fields: impl IntoIterator<Item = Field>,
        found: InputConfig,
        columns: Vec<String>,
    ) {
        for field in fields {
            self.present[field] = true;
        }
        self.found = found;
        self.columns = columns;
    }

    /// Keeps the ways in which the file can be read besides the one taken, and that one.
    pub(crate) fn readings(&mut self, readings: Vec<InputConfig>) {
        self.readings = readings;
    }

    /// Takes one record; `raw` is asked for only if something is wrong with it.
    pub(crate) fn record(&mut self, line: u64, cells: &Cells<'_>, raw: impl Fn() -> String) {
        let event = cells.value(Field::Event).and_then(|value| self.settings.input.events.get(value));
        let spoken = self.settings.input.source.or(self.found.source) == Some(Medium::Speech);
        let event = match event.copied() {
            None | Some(Event::Message) if spoken => Event::Speech,
            event => event.unwrap_or(Event::Message),
        };
        if event == Event::Skip {
            return self.skip();
        }
        let conversation = match self.conversation(cells) {
            Ok(conversation) => conversation,
            Err(reason) => return self.fail(line, reason, raw()),
        };
        match event {
            Event::Recall => self.recall(line, conversation, cells, raw),
            Event::Unseen => {
                self.unseen(line, conversation);
                self.skip();
            }
            _ => self.message(line, conversation, event, cells, raw),
        }
        if self.sink.is_some() && !self.undecided {
            self.hand_over();
        }
    }

    fn message(
        &mut self,
        line: u64,
        conversation: Option<Arc<str>>,
        event: Event,
        cells: &Cells<'_>,
        raw: impl Fn() -> String,
    ) {
        match self.stage(line, cells, event, &raw) {
            Ok(staged) => {
                self.stats.records += 1;
                // Of an edited message, what stood there before was not seen.
                if names::get().is_placeholder(&staged.message.text) || event == Event::Edited {
                    self.unseen.push(conversation.clone());
                }
                self.undecided |= staged.not_the_agent.is_some();
                self.staged.push(Staged { conversation, ..staged });
            }
            Err(refusal) => {
                self.unseen(line, conversation);
                match refusal {
                    Refusal::Empty => self.skip(),
                    Refusal::Because(reason) => self.fail(line, reason, raw()),
                }
            }
        }
    }

    /// Notes that a conversation has a part that cannot be seen.
    fn unseen(&mut self, line: u64, conversation: Option<Arc<str>>) {
        match &mut self.sink {
            Some(sink) => sink.record(&self.name, conversation.as_ref(), Record::Unseen { line }),
            None => self.unseen.push(conversation),
        }
    }

    fn hand_over(&mut self) {
        let Some(sink) = &mut self.sink else { return };
        for Staged { conversation, channel, event, message, .. } in self.staged.drain(..) {
            *self.messages.entry(message.role).or_default() += 1;
            let record = Record::Message { channel, event, message };
            sink.record(&self.name, conversation.as_ref(), record);
        }
        for Recall { conversation, message_id, line } in self.recalls.drain(..) {
            sink.record(&self.name, conversation.as_ref(), Record::Recall { id: message_id, line });
        }
        self.unseen.clear();
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
        let problem = Problem { file: self.name.clone(), line, reason: reason.into(), raw };
        self.noted = true;
        match &mut self.sink {
            Some(sink) => sink.problem(problem),
            None => self.problems.push(problem),
        }
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
        if self.sink.is_some() {
            self.hand_over();
        } else {
            for staged in &self.staged {
                *self.messages.entry(staged.message.role).or_default() += 1;
            }
        }
        self.stats.files_failed = u64::from(self.messages.is_empty() && self.noted);
        let given = &self.settings.input;
        let text_format = Format::ALL.into_iter().find(|known| known.as_str() == format);
        let input = match preset.and_then(|preset| names::get().presets.get_key_value(preset)) {
            Some((name, shape)) => InputConfig { preset: Some(name.clone()), ..given.beyond(&shape.input) },
            None => InputConfig {
                format: text_format,
                roles: given.roles.clone(),
                events: given.events.clone(),
                timezone: given.timezone.clone(),
                dates: given.dates,
                source: given.source.or(self.found.source),
                html: given.html,
                ..self.found
            },
        };
        let summary = FileSummary {
            file: self.name.clone(),
            format,
            encoding,
            input: InputConfig { encoding: text_format.map(|_| encoding.to_ascii_lowercase()), ..input },
            columns: self.columns,
            readings: self.readings,
            unknown_roles: self.unknown_roles,
            slashed: self.slashed,
            records: self.stats.records,
            failed: self.stats.records_failed,
            messages: self.messages,
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
        let time = cells.value(Field::Time).and_then(|text| self.time(line, text, raw));
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
            event,
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

    fn time(&mut self, line: u64, text: &str, raw: &impl Fn() -> String) -> Option<Moment> {
        let zone = &self.settings.zone;
        let dates = self.settings.input.dates;
        let time = time::parse(text, zone, dates);
        if time.is_none() {
            let both = [DateOrder::MonthFirst, DateOrder::DayFirst];
            let read = both.map(|order| time::parse(text, zone, Some(order)).map(|_| order));
            let reads = match read {
                [Some(_), Some(_)] => Some(None),
                [Some(only), None] | [None, Some(only)] => Some(Some(only)),
                [None, None] => None,
            };
            let help = if reads.is_some() && dates.is_none() {
                ": it may be month or day that stands first; say under [input] dates = \"month-first\" or \"day-first\""
            } else {
                ""
            };
            if let Some(order) = reads {
                *self.slashed.entry(order).or_default() += 1;
            }
            let shape = shape(text);
            let reason = format!(
                "the time (shaped `{shape}`) is not understood; the message is kept without time{help}"
            );
            self.note(Some(line), reason, Some(raw()));
        }
        time
    }

    /// The role column decides; without one, the sender is compared with the agent and the customer of the record.
    fn role(&mut self, cells: &Cells<'_>) -> Result<(Role, Option<Arc<str>>), Refusal> {
        if let Some(value) = cells.value(Field::Role) {
            if let Some(role) = self.settings.roles.of(value) {
                return Ok((role, None));
            }
            self.remember(value);
            return Err(Refusal::Because(unknown_role(value)));
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
            (None, ..) => {
                self.remember(sender);
                Err(Refusal::Because(unknown_sender(sender)))
            }
        }
    }

    /// Counts a role or sender that is not known.
    fn remember(&mut self, value: &str) {
        if let Some(count) = self.unknown_roles.get_mut(value) {
            *count += 1;
        } else if self.unknown_roles.len() < UNKNOWN {
            self.unknown_roles.insert(value.to_owned(), 1);
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
        if self.sink.is_some() && self.strings.len() == STRINGS {
            self.strings.clear();
        }
        let new: Arc<str> = text.into();
        self.strings.insert(new.clone());
        new
    }
}
