//! Who said what, when: the neutral form that every export format is read into.
//!
//! This module and its children read and group; they do not judge. What cannot be read becomes a
//! [`Problem`], never a panic and never silence.
//!
//! A file goes through `stream` (wrappers off), `encoding` (to UTF-8), a format (`json`, or `delimited` and `table`) that gives
//! records, `assemble` (who, when) and `group`. Files are read on as many threads as there are; the result does not depend on how many.

mod archive;
mod assemble;
mod blocks;
mod config;
mod delimited;
mod encoding;
mod excel;
mod field;
mod file;
mod group;
mod guess;
mod html;
mod input;
mod inspect;
mod json;
mod layout;
mod lines;
mod names;
mod neutral;
mod outline;
mod path;
mod roles;
mod sink;
mod speech;
mod spread;
mod stream;
mod table;
mod time;
mod value;

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::{Timestamp, civil, tz::Offset};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::{Deserialize, Serialize};

pub(crate) use archive::file_name;
pub(crate) use file::not_opened;
pub(crate) use group::{NOT_AMONG_THOSE_READ, stem};
pub(crate) use input::is_chat;
pub(crate) use outline::{Layout, STRUCTURE, Shape, field_of, layout_of};

pub use self::{
    config::{Column, Columns, DateOrder, Event, Format, InputConfig, InputError, Medium},
    field::Field,
    input::{Input, discover},
    inspect::{Ground, Inspection, Suggestion, inspect},
    names::{Preset, presets},
    neutral::{Neutral, Written},
    sink::{OwnNames, Record, Sink, each},
};

/// Reads all inputs and puts their messages into conversations.
///
/// What cannot be read is a [`Problem`] of the result. An error is one of the configuration: nothing was read.
///
/// ```
/// use kefulint::transcript::{self, Input, InputConfig};
///
/// let chat = "会话ID,角色,内容\n7,客户,在吗\n7,客服,在的\n";
/// let read = transcript::read(vec![Input::stream("chat.csv", chat.as_bytes())], &InputConfig::default())?;
/// assert_eq!(read.conversations[0].messages[1].text, "在的");
/// # Ok::<(), transcript::InputError>(())
/// ```
pub fn read(inputs: Vec<Input>, config: &InputConfig) -> Result<Transcript, InputError> {
    let settings = config::Settings::new(config)?;
    let files: Vec<_> = inputs.into_par_iter().map(|input| file::read(input, &settings, None)).collect();
    Ok(group::group(files.into_iter().flatten().collect()))
}

/// The reason given for a record that is not in the file's encoding.
const INVALID_TEXT: &str =
    "the record holds bytes that are no text in the file's encoding; give --encoding if it was taken wrongly";

/// The reason given for a record that is longer than any chat has.
fn too_long(limit: usize) -> String {
    format!("the record is longer than {} MiB and is passed over", limit >> 20)
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person who is served.
    Customer,
    /// A human agent: the one whom findings are about.
    Agent,
    /// An automatic reply; judged apart from agents.
    Bot,
    /// Notices of the platform; context, never judged.
    System,
}

impl Role {
    /// The name used in findings and in `kefulint.toml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Bot => "bot",
            Self::System => "system",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An instant together with the offset from UTC in which it was written down.
///
/// The civil day decides which law held, so the offset is kept and not normalised away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub at: Timestamp,
    /// The offset in which the export, or `[input] timezone`, states it.
    pub offset: Offset,
}

impl Moment {
    /// The day on the wall calendar of the place where the message was written.
    pub fn day(self) -> civil::Date {
        self.offset.to_datetime(self.at).date()
    }

    /// Date and time of day on that wall clock.
    pub fn civil(self) -> civil::DateTime {
        self.offset.to_datetime(self.at)
    }
}

/// RFC 3339, to the second: `2024-05-01T10:12:41+08:00`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.offset.seconds();
        let (sign, seconds) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
        let civil = self.civil().strftime("%Y-%m-%dT%H:%M:%S");
        write!(f, "{civil}{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong =
            || serde::de::Error::custom(format!("`{text}` is no time like 2024-05-01T10:12:41+08:00"));
        time::parse(&text, &jiff::tz::TimeZone::UTC, None).ok_or_else(wrong)
    }
}

/// Where a record stands in the user's files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Source {
    /// The path as the user gave or as the walk found it; `<stdin>` for standard input.
    pub file: Arc<str>,
    /// 1-based line, row or record number in that file.
    pub line: u64,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id in the export, if it has one.
    pub id: Option<Arc<str>>,
    /// Who wrote it.
    pub role: Role,
    /// The agent who wrote it, or, for the other roles, the one serving the conversation if the export says so.
    pub agent: Option<Arc<str>>,
    /// When, if the export says so.
    pub time: Option<Moment>,
    /// The text as exported; never folded, never masked.
    pub text: String,
    /// Whether its writer took it back afterwards; the text stays as evidence.
    pub recalled: bool,
    /// Where it was read.
    pub source: Source,
}

/// The messages that share a conversation id, in order of time and then of reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// The id in the export.
    pub id: Arc<str>,
    /// The channel, shop or queue, if the export says so.
    pub channel: Option<Arc<str>>,
    /// The customers who wrote in it or for whom its records were kept, as far as the export names them.
    pub customers: Vec<Arc<str>>,
    /// The messages; a message's index in a finding is its index here.
    pub messages: Vec<Message>,
    /// How many of its records hold nothing that can be judged: pictures, voice, records that could not be read. What was
    /// not seen cannot be said to be missing.
    pub unseen: u32,
    /// Whether it was spoken, and written down by a machine.
    pub speech: bool,
}

impl Conversation {
    /// Puts the messages in order of time, if all have one; those of one second stay in the order of reading.
    pub fn put_in_order(&mut self) {
        if self.messages.iter().all(|message| message.time.is_some()) {
            self.messages.sort_by_key(|message| message.time.map(|time| time.at));
        }
    }

    /// The agent to whom message `index` is put down: its own, or the nearest earlier one, or the next.
    pub fn agent_of(&self, index: usize) -> Option<&Arc<str>> {
        let own = self.messages.get(index)?.agent.as_ref();
        own.or_else(|| self.messages[..index].iter().rev().find_map(|m| m.agent.as_ref()))
            .or_else(|| self.messages[index..].iter().find_map(|m| m.agent.as_ref()))
    }
}

/// A record or file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file, as in [`Source::file`].
    pub file: Arc<str>,
    /// 1-based line or row; `None` where the whole file is concerned.
    pub line: Option<u64>,
    /// What is wrong and, where it helps, what to do.
    pub reason: String,
    /// The raw record, to be kept aside; `None` where there is none.
    #[serde(skip)]
    pub raw: Option<String>,
}

/// A message that was taken back, but does not stand among those read: a store may have it from another night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// The conversation.
    pub conversation: Arc<str>,
    /// The id of the message.
    pub message_id: Arc<str>,
    /// Where the recall was read.
    pub source: Source,
}

/// All that was read, and all that was not.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// In order of id.
    pub conversations: Vec<Conversation>,
    /// In order of input and line; what concerns a whole file stands before its lines.
    pub problems: Vec<Problem>,
    /// Recalls of messages that were not read; each is one of the problems too.
    pub recalls: Vec<Recall>,
    /// What the reader counted.
    pub stats: ReadStats,
    /// What each file was taken to be, in order of input; files that could not be opened are missing.
    pub files: Vec<FileSummary>,
}

impl Transcript {
    /// Notes the files in which nobody serves: the roles were most likely mistaken, and such a file may not look clean.
    pub fn note_files_without_agents(&mut self) {
        let silent = self
            .files
            .iter()
            .filter(|file| !file.messages.is_empty() && !file.messages.contains_key(&Role::Agent));
        self.problems.extend(silent.map(|file| Problem {
            file: file.file.clone(),
            line: None,
            reason: "no message of an agent in this file, so nothing was judged; if there should be, map the values of \
                     the role column in kefulint.toml: [input.roles] \"…\" = \"agent\""
                .to_owned(),
            raw: None,
        }));
    }
}

/// What a file was taken to be, and what it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSummary {
    /// The file, as in [`Source::file`].
    pub file: Arc<str>,
    /// `jsonl`, `json`, `csv`, `tsv`, `xlsx`, `xlsb`, `xls`, `ods`, `text`, `subtitles`, or `empty`.
    pub format: &'static str,
    /// The encoding's WHATWG name.
    pub encoding: &'static str,
    /// The `[input]` table that reads it as it was read: all that was found in it, or the named shape that was.
    pub input: InputConfig,
    /// The columns or JSON paths among which the fields were found.
    pub columns: Vec<String>,
    /// Where it can be read in several ways, each of them.
    pub readings: Vec<InputConfig>,
    /// Role words, or senders, of which nobody knows who they are, and how many records have them; of many, the first few.
    pub unknown_roles: BTreeMap<String, u64>,
    /// Times that only this order of month and day reads; `None` for those that both do.
    pub slashed: BTreeMap<Option<DateOrder>, u64>,
    /// Records seen.
    pub records: u64,
    /// Records that could not be read.
    pub failed: u64,
    /// Messages read, by role; a role without messages is missing.
    pub messages: BTreeMap<Role, u64>,
}

/// What was read, skipped and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadStats {
    /// Files opened.
    pub files: u64,
    /// Files of which not one record could be read.
    pub files_failed: u64,
    /// Files left out because their names say that they are no chats.
    pub files_ignored: u64,
    /// Records seen.
    pub records: u64,
    /// Records that could not be read.
    pub records_failed: u64,
    /// Records passed over with a reason that is no failure: a repeated id, an empty text.
    pub records_skipped: u64,
}

impl ReadStats {
    /// Adds what was counted elsewhere.
    pub const fn merge(&mut self, other: &Self) {
        self.files += other.files;
        self.files_failed += other.files_failed;
        self.files_ignored += other.files_ignored;
        self.records += other.records;
        self.records_failed += other.records_failed;
        self.records_skipped += other.records_skipped;
    }
}
