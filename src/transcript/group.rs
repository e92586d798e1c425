//! Messages into conversations: by id over all files, in order of time where every message has one, numbered.
//!
//! The order of the result depends on the inputs and on nothing else.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::Path,
    sync::Arc,
};

use super::{
    Conversation, Message, Problem, ReadStats, Transcript,
    assemble::{FileRead, Staged},
};

/// A message id that was seen, and where its message stands.
type SeenIds = HashMap<(usize, Box<str>), usize>;

#[derive(Default)]
struct Grouping {
    index: HashMap<Arc<str>, usize>,
    conversations: Vec<Conversation>,
    ids: SeenIds,
}

/// Puts all files together.
pub(crate) fn group(files: Vec<FileRead>) -> Transcript {
    let own_names = own_names(&files);
    let mut grouping = Grouping::default();
    let mut transcript = Transcript::default();
    for (file, own_name) in files.into_iter().zip(own_names) {
        let mut problems = file.problems;
        let mut stats = file.stats;
        for staged in file.staged {
            let place = grouping.conversation(staged.conversation.as_ref().unwrap_or(&own_name));
            if let Err(repeated) = grouping.add(place, staged) {
                stats.records_skipped += 1;
                problems.extend(repeated);
            }
        }
        problems.sort_by_key(|problem| problem.line);
        transcript.problems.extend(problems);
        transcript.stats = transcript.stats.plus(stats);
        transcript.files.extend(file.summary);
    }
    transcript.conversations = grouping.conversations;
    for conversation in &mut transcript.conversations {
        // Stable, so that messages of one second stay in the order of reading.
        if conversation.messages.iter().all(|message| message.time.is_some()) {
            conversation.messages.sort_by_key(|message| message.time.map(|time| time.at));
        }
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
        self.conversations.push(Conversation { id: id.clone(), channel: None, messages: Vec::new() });
        index
    }

    /// Adds a message, unless its id was seen; then says so if it is not simply the same message again.
    fn add(&mut self, place: usize, staged: Staged) -> Result<(), Option<Problem>> {
        let conversation = &mut self.conversations[place];
        if let Some(id) = staged.message_id {
            match self.ids.entry((place, id)) {
                Entry::Occupied(first) => {
                    return Err(repeated(&conversation.messages[*first.get()], staged.message));
                }
                Entry::Vacant(entry) => drop(entry.insert(conversation.messages.len())),
            }
        }
        if conversation.channel.is_none() {
            conversation.channel = staged.channel;
        }
        conversation.messages.push(staged.message);
        Ok(())
    }
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

fn stem(name: &str) -> &str {
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
