//! Messages into conversations: by id over all files, in order of time where every message has one, numbered.
//!
//! The order of the result depends on the inputs and on nothing else.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    path::Path,
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    Conversation, Message, Problem, ReadStats, Recall, Role, Source, Transcript,
    assemble::{FileRead, Staged},
    config::Event,
};

/// A message id that was seen, and where its message stands.
type SeenIds = HashMap<(usize, Arc<str>), usize>;

/// The reason given for a recall of what was not read.
pub(crate) const NOT_AMONG_THOSE_READ: &str =
    "a message was taken back that is not among those read: evidence is missing";

#[derive(Default)]
struct Grouping {
    index: HashMap<Arc<str>, usize>,
    conversations: Vec<Conversation>,
    ids: SeenIds,
    /// Messages without id, by what they say: where the first of each stands.
    said: HashMap<(usize, Role, Timestamp, u64), usize>,
    hasher: BuildHasherDefault<DefaultHasher>,
}

/// Puts all files together.
pub(crate) fn group(files: Vec<FileRead>) -> Transcript {
    let own_names = own_names(&files);
    let order: HashMap<Arc<str>, usize> =
        files.iter().enumerate().rev().map(|(at, file)| (file.name.clone(), at)).collect();
    let mut grouping = Grouping::default();
    let mut transcript = Transcript::default();
    let mut recalls = Vec::new();
    for (file, own_name) in files.into_iter().zip(own_names) {
        let mut problems = file.problems;
        let mut stats = file.stats;
        for staged in file.staged {
            let place = grouping.conversation(staged.conversation.as_ref().unwrap_or(&own_name));
            grouping.conversations[place].speech |= staged.event == Event::Speech;
            if let Err(repeated) = grouping.add(place, staged) {
                stats.records_skipped += 1;
                problems.extend(repeated);
            }
        }
        for recall in file.recalls {
            let place = grouping.conversation(recall.conversation.as_ref().unwrap_or(&own_name));
            recalls.push((place, recall, file.name.clone()));
        }
        for conversation in file.unseen {
            let place = grouping.conversation(conversation.as_ref().unwrap_or(&own_name));
            grouping.conversations[place].unseen += 1;
        }
        transcript.problems.extend(problems);
        transcript.stats = transcript.stats.plus(stats);
        transcript.files.extend(file.summary);
    }
    // What is taken back may stand in another file, so this waits for all of them.
    for (place, recall, file) in recalls {
        if !grouping.take_back(place, &recall.message_id) {
            let conversation = grouping.conversations[place].id.clone();
            let source = Source { file: file.clone(), line: recall.line };
            transcript.recalls.push(Recall { conversation, message_id: recall.message_id, source });
            let reason = NOT_AMONG_THOSE_READ.to_owned();
            transcript.problems.push(Problem { file, line: Some(recall.line), reason, raw: None });
        }
    }
    transcript.problems.sort_by_key(|problem| (order.get(&problem.file).copied(), problem.line));
    transcript.conversations = grouping.conversations;
    transcript.conversations.retain(|conversation| !conversation.messages.is_empty());
    for conversation in &mut transcript.conversations {
        conversation.put_in_order();
    }
    transcript.conversations.sort_by(|a, b| a.id.cmp(&b.id));
    transcript
}

impl Grouping {
    fn conversation(&mut self, id: &Arc<str>) -> usize {
        if let Some(index) = self.index.get(id) {
            return *index;
        }
        let index = self.conversations.len();
        self.index.insert(id.clone(), index);
        self.conversations.push(Conversation {
            id: id.clone(),
            channel: None,
            customers: Vec::new(),
            messages: Vec::new(),
            unseen: 0,
            speech: false,
        });
        index
    }

    /// Marks a message as taken back; answers whether it is there.
    fn take_back(&mut self, place: usize, id: &Arc<str>) -> bool {
        let Some(index) = self.ids.get(&(place, id.clone())) else { return false };
        self.conversations[place].messages[*index].recalled = true;
        true
    }

    /// Adds a message, unless its id was seen; then says so if it is not simply the same message again.
    fn add(&mut self, place: usize, mut staged: Staged) -> Result<(), Option<Problem>> {
        let conversation = &mut self.conversations[place];
        let mut said_before = None;
        if staged.message.id.is_none()
            && let Some(time) = staged.message.time
        {
            let text = self.hasher.hash_one(&staged.message.text);
            match self.said.entry((place, staged.message.role, time.at, text)) {
                Entry::Occupied(first) => said_before = Some(*first.get()),
                Entry::Vacant(entry) => drop(entry.insert(conversation.messages.len())),
            }
        }
        if let Some(id) = &staged.message.id {
            match self.ids.entry((place, id.clone())) {
                Entry::Occupied(first) => {
                    let first = &conversation.messages[*first.get()];
                    // The text before an edit stays as evidence.
                    if staged.event != Event::Edit || first.text == staged.message.text {
                        return Err(repeated(first, staged.message));
                    }
                    // The id stays with the first text; the new one is told by its words and time.
                    staged.message.id = None;
                }
                Entry::Vacant(entry) => drop(entry.insert(conversation.messages.len())),
            }
        }
        if let Some(first) = said_before {
            let first = &conversation.messages[first];
            if is_copy(first, &staged.message) {
                return Err(None);
            }
        }
        if conversation.channel.is_none() {
            conversation.channel = staged.channel;
        }
        if let Some(customer) = staged.customer
            && !conversation.customers.contains(&customer)
        {
            conversation.customers.push(customer);
        }
        conversation.messages.push(staged.message);
        Ok(())
    }
}

/// Exports overlap: what stands in two files is one message. Within a file it is one only if the second is known, for in one minute
/// a person may well write the same twice, and that is evidence.
fn is_copy(first: &Message, second: &Message) -> bool {
    let to_the_second = second.time.is_some_and(|time| time.at.as_second() % 60 != 0);
    first.text == second.text && (first.source.file != second.source.file || to_the_second)
}

fn repeated(first: &Message, second: Message) -> Option<Problem> {
    if first.text == second.text {
        return None;
    }
    let reason = format!(
        "the message id was used before ({}, line {}) for another text; the first is kept",
        first.source.file, first.source.line
    );
    Some(Problem { file: second.source.file, line: Some(second.source.line), reason, raw: Some(second.text) })
}

/// The conversation id of each file that has none: its name without folder and extensions, or its whole path where two files share that.
fn own_names(files: &[FileRead]) -> Vec<Arc<str>> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    let needs = |file: &FileRead| file.staged.iter().any(|staged| staged.conversation.is_none());
    for file in files.iter().filter(|file| needs(file)) {
        *count.entry(stem(&file.name)).or_default() += 1;
    }
    let name = |file: &FileRead| {
        let stem = stem(&file.name);
        if count.get(stem).is_some_and(|n| *n > 1) { file.name.clone() } else { stem.into() }
    };
    files.iter().map(name).collect()
}

pub(crate) fn stem(name: &str) -> &str {
    let name = name.rsplit_once('!').map_or(name, |(_, entry)| entry);
    let file = Path::new(name).file_name().and_then(|file| file.to_str()).unwrap_or(name);
    let unwrapped = [".gz", ".zst"].iter().find_map(|wrapper| file.strip_suffix(wrapper)).unwrap_or(file);
    match unwrapped.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => unwrapped.trim_matches(['<', '>']),
    }
}

impl ReadStats {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            files_failed: self.files_failed + other.files_failed,
            files_ignored: self.files_ignored + other.files_ignored,
            records: self.records + other.records,
            records_failed: self.records_failed + other.records_failed,
            records_skipped: self.records_skipped + other.records_skipped,
        }
    }
}
