//! The evidence bundle (证据包): all that is needed to check findings years later, in one file that tells when it was changed.
//!
//! What is hashed depends on the chats, the rules and the program alone: no clock, no host. Who made the bundle and when stands in
//! the custody log beside it. A bundle proves that its parts belong together and have not changed since the root was noted or
//! stamped; it does not prove that an export is true. It holds original bytes, so personal data in it is readable.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
    sync::Arc,
};

use jiff::civil::Date;
use serde::Serialize;
use thiserror::Error;

use crate::{
    config::Config,
    finding::Finding,
    hash::{listing, sha256},
    law::Statute,
    rule::Linter,
    transcript::{Conversation, Message, Moment, Role, Source, Transcript},
};

mod container;
mod custody;
mod manifest;
mod source;
mod timestamp;
mod verify;

use container::Entry;
pub use custody::Event;
use manifest::Manifest;
use source::Kept;
pub use verify::{Checked, verify};

/// The names of the files that are not hashed into the root.
const MANIFEST: &str = "manifest.json";
const CUSTODY: &str = "custody.jsonl";
const TIMESTAMP: &str = "timestamp.tsq";

const README: &str = include_str!("README.txt");

/// What findings were made with.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// The program's version.
    pub version: &'static str,
    /// SHA-256 of the program file.
    pub executable: String,
    /// The command line without the program and without what only says where to write.
    pub arguments: Vec<String>,
    /// The settings.
    pub config: &'a Config,
}

/// How a bundle is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Keep source files whole also where the lines of the conversation would do.
    pub whole: bool,
    /// Put a request for a time stamp beside.
    pub timestamp: bool,
}

/// Why there is no bundle.
#[derive(Debug, Error)]
pub enum EvidenceError {
    /// A finding that is not there.
    #[error(
        "no finding `{0}` in these chats; `kefulint scan --format csv` lists them by 编号, as judged by the same rules and settings"
    )]
    Unknown(String),
    /// The beginning of several.
    #[error("`{id}` begins {count} findings; give more of its letters")]
    Ambiguous {
        /// As given.
        id: String,
        /// How many.
        count: usize,
    },
    /// A source file that cannot be had again.
    #[error("cannot keep {file}: {reason}")]
    Source {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// More than 4 GiB.
    #[error(
        "the bundle would be larger than 4 GiB; give fewer findings, or files that are not packed, which are kept in part"
    )]
    TooLarge,
    /// A setting that cannot be written down.
    #[error("cannot write the settings down: {0}")]
    Settings(#[from] serde_json::Error),
    /// A bundle that cannot be added to.
    #[error(
        "the bundle does not verify, so nothing is added to its log; `kefulint evidence verify` says why"
    )]
    Broken,
}

/// SHA-256 as it stands in bundles.
pub fn digest(bytes: &[u8]) -> String {
    sha256(bytes)
}

/// The findings of these ids, or of what their ids begin with; each once, in order of the report.
pub fn select<'a>(findings: &'a [Finding], ids: &[String]) -> Result<Vec<&'a Finding>, EvidenceError> {
    let mut wanted = BTreeSet::new();
    for id in ids {
        let all = || findings.iter().enumerate();
        let exact: Vec<usize> = all().filter(|(_, f)| f.fingerprint == *id).map(|(at, _)| at).collect();
        let begun = || all().filter(|(_, f)| f.fingerprint.starts_with(id.as_str())).map(|(at, _)| at);
        let found = if exact.is_empty() { begun().collect() } else { exact };
        match found[..] {
            [] => return Err(EvidenceError::Unknown(id.clone())),
            [one] => wanted.insert(one),
            _ => return Err(EvidenceError::Ambiguous { id: id.clone(), count: found.len() }),
        };
    }
    Ok(wanted.into_iter().map(|at| &findings[at]).collect())
}

/// Makes a bundle of these findings, which `linter` made of conversations of `transcript`.
pub fn bundle(
    linter: &Linter,
    transcript: &Transcript,
    findings: &[Finding],
    run: Run<'_>,
    options: Options,
    made: Event,
) -> Result<Vec<u8>, EvidenceError> {
    let ids: BTreeSet<&str> = findings.iter().map(|finding| &*finding.conversation_id).collect();
    let conversations: Vec<&Conversation> =
        transcript.conversations.iter().filter(|conversation| ids.contains(&*conversation.id)).collect();
    let mut entries = vec![Entry { name: "README.txt".to_owned(), bytes: README.into() }];
    for (number, conversation) in (1..).zip(&conversations) {
        entries.push(json(format!("conversations/{number:02}.json"), &Parsed::new(conversation))?);
    }
    for finding in findings {
        entries.push(json(format!("findings/{}.json", finding.fingerprint), finding)?);
    }
    let rules: BTreeSet<&str> =
        findings.iter().flat_map(|f| f.also.iter().chain([&f.rule])).map(|rule| &**rule).collect();
    for rule in rules.into_iter().filter_map(|id| linter.lexicon().rule(id)) {
        let text = linter.lexicon().text_of(rule).into_bytes();
        entries.push(Entry { name: format!("rules/{}.toml", rule.id()), bytes: text });
    }
    entries.push(json("statutes.json".to_owned(), &statutes(linter, findings))?);
    entries.push(json("run.json".to_owned(), &RunDoc::new(linter, &conversations, run))?);
    entries.extend(sources(transcript, &conversations, options.whole)?);
    seal(entries, options.timestamp, made)
}

/// The bundle with a line more in its custody log.
pub fn add_custody(bundle: &[u8], event: Event) -> Result<Vec<u8>, EvidenceError> {
    let checked = verify(bundle);
    let (mut entries, _) = container::unpack(bundle);
    let (Some(root), true) = (&checked.root, checked.wrong.is_empty()) else {
        return Err(EvidenceError::Broken);
    };
    let log = entries.iter_mut().find(|entry| entry.name == CUSTODY).ok_or(EvidenceError::Broken)?;
    log.bytes = custody::add(&String::from_utf8_lossy(&log.bytes), root, event).into_bytes();
    container::pack(&entries).ok_or(EvidenceError::TooLarge)
}

fn seal(mut entries: Vec<Entry>, timestamp: bool, made: Event) -> Result<Vec<u8>, EvidenceError> {
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let manifest = Manifest::of(&entries);
    let log = custody::add("", &manifest.root, made).into_bytes();
    entries.push(Entry { name: MANIFEST.to_owned(), bytes: manifest.text().into_bytes() });
    if timestamp {
        entries.push(Entry { name: TIMESTAMP.to_owned(), bytes: timestamp::request(&manifest.digest()) });
    }
    entries.push(Entry { name: CUSTODY.to_owned(), bytes: log });
    container::pack(&entries).ok_or(EvidenceError::TooLarge)
}

fn json(name: String, value: &impl Serialize) -> Result<Entry, EvidenceError> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(Entry { name, bytes })
}

/// The files from which the conversations were read, and the index of them.
fn sources(
    transcript: &Transcript,
    conversations: &[&Conversation],
    whole: bool,
) -> Result<Vec<Entry>, EvidenceError> {
    let mut wanted: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for Source { file, line } in conversations.iter().flat_map(|c| &c.messages).map(|m| &m.source) {
        wanted.entry(file).or_default().insert(*line);
    }
    let mut known: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for Source { file, line } in transcript.conversations.iter().flat_map(|c| &c.messages).map(|m| &m.source)
    {
        known.entry(file).or_default().insert(*line);
    }
    let (mut index, mut entries) = (Vec::<Kept>::new(), Vec::new());
    for (file, lines) in wanted {
        // A file in an archive is kept with its archive.
        let on_disk = if Path::new(file).exists() { file } else { file.split('!').next().unwrap_or(file) };
        if index.iter().any(|kept| kept.file == on_disk) {
            continue;
        }
        let original = fs::read(on_disk).map_err(|error| unreadable(on_disk, &error))?;
        let summary = transcript.files.iter().find(|summary| &*summary.file == file);
        let pieces = if whole { None } else { source::pieces(&original, summary, &lines, &known[file]) };
        let (kept, bytes) = source::keep(index.len() + 1, on_disk, original, pieces);
        entries.push(Entry { name: kept.path.clone(), bytes });
        index.push(kept);
    }
    entries.push(json("sources.json".to_owned(), &index)?);
    Ok(entries)
}

fn unreadable(file: &str, error: &io::Error) -> EvidenceError {
    let reason = if file == "<stdin>" {
        "what came from standard input cannot be read again; give a file".to_owned()
    } else {
        error.to_string()
    };
    EvidenceError::Source { file: file.to_owned(), reason }
}

fn statutes<'a>(linter: &'a Linter, findings: &[Finding]) -> Vec<&'a Statute> {
    let ids: BTreeSet<&str> = findings.iter().flat_map(|f| &f.statutes).map(|cited| &*cited.id).collect();
    ids.into_iter().filter_map(|id| linter.registry().statute(id)).collect()
}

/// A conversation as it was parsed, nothing masked.
#[derive(Serialize)]
struct Parsed<'a> {
    conversation_id: &'a str,
    channel: Option<&'a Arc<str>>,
    unseen_records: u32,
    messages: Vec<ParsedMessage<'a>>,
}

#[derive(Serialize)]
struct ParsedMessage<'a> {
    index: usize,
    role: Role,
    agent_id: Option<&'a Arc<str>>,
    time: Option<Moment>,
    text: &'a str,
    recalled: bool,
    source: &'a Source,
}

impl<'a> Parsed<'a> {
    fn new(conversation: &'a Conversation) -> Self {
        let message = |(index, message): (usize, &'a Message)| ParsedMessage {
            index,
            role: message.role,
            agent_id: message.agent.as_ref(),
            time: message.time,
            text: &message.text,
            recalled: message.recalled,
            source: &message.source,
        };
        Self {
            conversation_id: &conversation.id,
            channel: conversation.channel.as_ref(),
            unseen_records: conversation.unseen,
            messages: conversation.messages.iter().enumerate().map(message).collect(),
        }
    }
}

#[derive(Serialize)]
struct RunDoc<'a> {
    tool: &'static str,
    version: &'static str,
    executable_sha256: String,
    arguments: Vec<String>,
    /// The day whose law was taken for messages without a date; only where there is such a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed_day: Option<Date>,
    configuration: &'a Config,
    rules: Rules<'a>,
    models_sha256: Vec<String>,
}

/// The files of the lexicon, and one digest over their list.
#[derive(Serialize)]
struct Rules<'a> {
    sha256: String,
    files: Vec<FileDigest<'a>>,
}

#[derive(Serialize)]
struct FileDigest<'a> {
    file: &'a str,
    sha256: String,
}

impl<'a> RunDoc<'a> {
    fn new(linter: &'a Linter, conversations: &[&Conversation], run: Run<'a>) -> Self {
        let undated = conversations.iter().flat_map(|c| &c.messages).any(|message| message.time.is_none());
        let files: Vec<FileDigest<'_>> = linter
            .lexicon()
            .files()
            .map(|(file, text)| FileDigest { file, sha256: sha256(text.as_bytes()) })
            .collect();
        let list = listing(files.iter().map(|file| (&*file.sha256, file.file)));
        Self {
            tool: "kefulint",
            version: run.version,
            executable_sha256: run.executable,
            arguments: run.arguments,
            assumed_day: undated.then_some(linter.options().default_day),
            configuration: run.config,
            rules: Rules { sha256: sha256(list.as_bytes()), files },
            models_sha256: linter.options().model.models().iter().map(|model| model.sha256()).collect(),
        }
    }
}
