//! The `[input]` table of `kefulint.toml`, and what it comes to once preset, encoding and zone are looked up.
//!
//! A configuration is checked here, once, before any file is opened; what a particular file lacks is that file's problem.

use std::{collections::BTreeMap, sync::OnceLock};

use encoding_rs::Encoding;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Role,
    blocks::Grammar,
    field::Field,
    names::{self, Preset},
    roles::Roles,
};

/// The zone of times that state none.
const DEFAULT_ZONE: &str = "Asia/Shanghai";

/// An input format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// A JSON array or object; conversations may hold their messages.
    Json,
    /// Comma-separated values, or separated by what `delimiter` says.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// A chat saved as text, in the grammar of `blocks`.
    Text,
    /// Subtitles (SRT, WebVTT) that name their speakers.
    Subtitles,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Jsonl, Self::Json, Self::Csv, Self::Tsv, Self::Text, Self::Subtitles];

    /// The name on the command line and in `kefulint.toml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Text => "text",
            Self::Subtitles => "subtitles",
        }
    }
}

/// A column, as a user names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a column name, a column number counted from 1, or a JSON path")]
pub enum Column {
    /// Counted from 1.
    Number(u32),
    /// The name in the header, or the path to a JSON value: `text.content`, `$.session.id`.
    Name(String),
}

/// One column or several, of which the first that is not empty counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a column name, number or JSON path, or a list of them")]
pub enum Columns {
    /// Always the same.
    One(Column),
    /// The first that is not empty.
    First(Vec<Column>),
}

impl Columns {
    /// As short as it can be written.
    pub(crate) fn new(mut columns: Vec<Column>) -> Self {
        match columns.pop() {
            Some(only) if columns.is_empty() => Self::One(only),
            last => {
                columns.extend(last);
                Self::First(columns)
            }
        }
    }

    pub(crate) fn as_slice(&self) -> &[Column] {
        match self {
            Self::One(column) => std::slice::from_ref(column),
            Self::First(columns) => columns,
        }
    }
}

/// What a value of the event column makes of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// A message like any other.
    Message,
    /// No message: passed over and counted.
    Skip,
    /// Takes back the message named in `recalls`.
    Recall,
    /// A message that was taken back itself.
    Recalled,
    /// A message that a machine sent in somebody's name.
    Bot,
    /// The new text of the message named in `recalls`; the text before stays as evidence.
    Edit,
    /// A message whose text was changed: what stood there before was not seen.
    Edited,
    /// Something was there that holds no text.
    Unseen,
    /// A message that was spoken, and written down by a machine.
    Speech,
}

/// How texts came to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Medium {
    /// Typed.
    Chat,
    /// Heard and written down by a machine: without punctuation, and with words of the same sound in place of others.
    Speech,
}

/// What stands first in dates such as `5/1/2024`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// The first of May.
    MonthFirst,
    /// The fifth of January.
    DayFirst,
}

/// How exports are to be read. Everything left out is found by looking at the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InputConfig {
    /// A shape of `lexicons/columns.toml`, on which the other keys are laid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// The format of all files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The encoding of all files, by its WHATWG label: `gb18030`, `utf-8`, `utf-16le`, `big5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The zone of times without one: an IANA name or an offset such as `+08:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Whether month or day stands first where the year stands last; such dates are not read if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateOrder>,
    /// Whether the texts are written down speech; subtitles are, all else is not, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Medium>,
    /// Whether CSV and TSV begin with a line of column names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// What separates the columns of a CSV file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Whether quotation marks in CSV and TSV enclose values; `false` takes them as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoting: Option<bool>,
    /// The sheet of workbooks; the first whose columns can be told if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The password of zip files. It is no key of the file: passwords do not belong there.
    #[serde(skip)]
    pub password: Option<String>,
    /// The JSON path to the array of messages inside a record: `data.sessions[].messages[]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<String>,
    /// Where each field stands.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<Field, Columns>,
    /// For chats saved as text: the lines that open a message, as regular expressions whose named groups are fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<String>,
    /// Whether texts are HTML, to be read without tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<bool>,
    /// What the values of the role (or sender) column mean; a `*` stands for anything.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Role>,
    /// What the values of the event column mean; other values are messages.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, Event>,
}

impl InputConfig {
    /// Lays `self` over `base`: what is said here wins, key by key.
    #[must_use]
    pub fn over(&self, base: &Self) -> Self {
        let mut columns = base.columns.clone();
        columns.extend(self.columns.clone());
        let mut roles = base.roles.clone();
        roles.extend(self.roles.clone());
        let mut events = base.events.clone();
        events.extend(self.events.clone());
        Self {
            preset: self.preset.clone().or_else(|| base.preset.clone()),
            format: self.format.or(base.format),
            encoding: self.encoding.clone().or_else(|| base.encoding.clone()),
            timezone: self.timezone.clone().or_else(|| base.timezone.clone()),
            dates: self.dates.or(base.dates),
            source: self.source.or(base.source),
            header: self.header.or(base.header),
            delimiter: self.delimiter.or(base.delimiter),
            quoting: self.quoting.or(base.quoting),
            sheet: self.sheet.clone().or_else(|| base.sheet.clone()),
            password: self.password.clone().or_else(|| base.password.clone()),
            messages: self.messages.clone().or_else(|| base.messages.clone()),
            blocks: if self.blocks.is_empty() { base.blocks.clone() } else { self.blocks.clone() },
            html: self.html.or(base.html),
            columns,
            roles,
            events,
        }
    }

    /// What `self` says and `base` does not: laid over `base`, it is `self` again.
    pub(crate) fn beyond(&self, base: &Self) -> Self {
        fn entries<K: Ord + Clone, V: PartialEq + Clone>(
            own: &BTreeMap<K, V>,
            base: &BTreeMap<K, V>,
        ) -> BTreeMap<K, V> {
            let new = own.iter().filter(|(key, value)| base.get(key) != Some(value));
            new.map(|(key, value)| (key.clone(), value.clone())).collect()
        }
        fn value<V: PartialEq + Clone>(own: Option<&V>, base: Option<&V>) -> Option<V> {
            own.filter(|_| own != base).cloned()
        }
        Self {
            preset: None,
            format: value(self.format.as_ref(), base.format.as_ref()),
            encoding: value(self.encoding.as_ref(), base.encoding.as_ref()),
            timezone: value(self.timezone.as_ref(), base.timezone.as_ref()),
            dates: value(self.dates.as_ref(), base.dates.as_ref()),
            source: value(self.source.as_ref(), base.source.as_ref()),
            header: value(self.header.as_ref(), base.header.as_ref()),
            delimiter: value(self.delimiter.as_ref(), base.delimiter.as_ref()),
            quoting: value(self.quoting.as_ref(), base.quoting.as_ref()),
            sheet: value(self.sheet.as_ref(), base.sheet.as_ref()),
            password: None,
            messages: value(self.messages.as_ref(), base.messages.as_ref()),
            columns: entries(&self.columns, &base.columns),
            blocks: if self.blocks == base.blocks { Vec::new() } else { self.blocks.clone() },
            html: value(self.html.as_ref(), base.html.as_ref()),
            roles: entries(&self.roles, &base.roles),
            events: entries(&self.events, &base.events),
        }
    }
}

/// A configuration that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InputError {
    /// `preset` names nothing.
    #[error("[input] preset = \"{name}\" is not known; known presets: {known}")]
    UnknownPreset {
        /// What was written.
        name: String,
        /// What could have been.
        known: String,
    },
    /// `encoding` names nothing.
    #[error(
        "[input] encoding = \"{0}\" is not known; try \"utf-8\", \"gb18030\", \"utf-16le\", \"utf-16be\" or \"big5\""
    )]
    UnknownEncoding(String),
    /// `timezone` names nothing.
    #[error("[input] timezone = \"{0}\" is not known; try \"Asia/Shanghai\" or an offset such as \"+08:00\"")]
    UnknownTimezone(String),
    /// `delimiter` is not one byte.
    #[error(
        "[input] delimiter = \"{0}\" cannot separate columns; use one ASCII character such as \",\" or \";\""
    )]
    BadDelimiter(char),
    /// A column is none.
    #[error("[input.columns] {field}: {reason}")]
    BadColumn {
        /// Whose column.
        field: Field,
        /// What is wrong with it.
        reason: String,
    },
    /// `blocks` cannot be used.
    #[error("[input] blocks: {0}")]
    BadBlocks(String),
    /// `messages` is no path.
    #[error("[input] messages: {0}")]
    BadMessages(String),
}

/// A configuration ready to read by.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The configuration over its preset.
    pub(crate) input: InputConfig,
    pub(crate) encoding: Option<&'static Encoding>,
    pub(crate) zone: TimeZone,
    pub(crate) roles: Roles,
    pub(crate) grammar: Option<Grammar>,
    shapes: OnceLock<Vec<Shape>>,
}

/// A named shape under the user's configuration.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) marks: &'static [String],
    pub(crate) settings: Settings,
}

impl Settings {
    pub(crate) fn new(config: &InputConfig) -> Result<Self, InputError> {
        let names = names::get();
        let mut input = config.clone();
        if let Some(name) = &config.preset {
            let Some(preset) = names.presets.get(name) else {
                let known = names.presets.keys().cloned().collect::<Vec<_>>().join(", ");
                return Err(InputError::UnknownPreset { name: name.clone(), known });
            };
            input = config.over(&preset.input);
        }
        let encoding = match &input.encoding {
            None => None,
            Some(label) => match Encoding::for_label(label.as_bytes()) {
                Some(encoding) => Some(encoding),
                None => return Err(InputError::UnknownEncoding(label.clone())),
            },
        };
        if let Some(delimiter) = input.delimiter
            && (!delimiter.is_ascii() || matches!(delimiter, '"' | '\n' | '\r'))
        {
            return Err(InputError::BadDelimiter(delimiter));
        }
        for (field, columns) in &input.columns {
            let bad = |reason: &str| InputError::BadColumn { field: *field, reason: reason.to_owned() };
            if columns.as_slice().is_empty() {
                return Err(bad("the list is empty"));
            }
            for column in columns.as_slice() {
                match column {
                    Column::Number(0) => return Err(bad("columns are counted from 1")),
                    Column::Name(name) if name.trim().is_empty() => return Err(bad("the name is empty")),
                    Column::Number(_) | Column::Name(_) => {}
                }
            }
        }
        if let Some(path) = &input.messages {
            super::path::Path::parse(path).map_err(|e| InputError::BadMessages(e.to_string()))?;
        }
        let zone = zone(input.timezone.as_deref().unwrap_or(DEFAULT_ZONE))?;
        let roles = Roles::new(&input.roles);
        let grammar = match input.blocks.as_slice() {
            [] => None,
            patterns => Some(Grammar::new(patterns).map_err(InputError::BadBlocks)?),
        };
        Ok(Self { input, encoding, zone, roles, grammar, shapes: OnceLock::new() })
    }

    /// The configuration laid over each named shape, for files that it does not fit by itself.
    pub(crate) fn shapes(&self) -> &[Shape] {
        self.shapes.get_or_init(|| {
            let with = |(name, preset): (&'static String, &'static Preset)| {
                let config = InputConfig { preset: Some(name.clone()), ..self.input.clone() };
                Some(Shape { name, marks: &preset.marks, settings: Self::new(&config).ok()? })
            };
            names::get().presets.iter().filter_map(with).collect()
        })
    }

    /// Whether the user has said what the columns are.
    pub(crate) fn says_columns(&self) -> bool {
        self.input.preset.is_some() || !self.input.columns.is_empty() || self.grammar.is_some()
    }
}

/// The bundled database is asked, not the machine's: the same input must give the same output everywhere.
fn zone(name: &str) -> Result<TimeZone, InputError> {
    if let Some(offset) = super::time::offset(name) {
        return Ok(TimeZone::fixed(offset));
    }
    TimeZoneDatabase::bundled().get(name).map_err(|_| InputError::UnknownTimezone(name.to_owned()))
}
