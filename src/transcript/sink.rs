//! Reading without keeping: every record is handed on as it is read, file after file, so that a file may be larger than memory.
//!
//! Nothing is grouped here, and nothing that needs all records at once is decided: repeated messages are handed on twice, and what
//! takes a message back is a record of its own. One exception: where who wrote a message hangs on the whole file (no role column,
//! a sender who is not the agent of the record), the rest of that file waits for its end.

use std::{collections::HashMap, sync::Arc};

use super::{
    FileSummary, Message, Problem, ReadStats,
    assemble::FileRead,
    config::{Event, InputConfig, InputError, Settings},
    file,
    group::stem,
    input::Input,
};

/// One record of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A message.
    Message {
        /// The channel, shop or queue.
        channel: Option<Arc<str>>,
        /// What the export says of it.
        event: Event,
        /// The message.
        message: Message,
    },
    /// Takes back the message of that id.
    Recall {
        /// The id of the other message.
        id: Arc<str>,
        /// Where it was read.
        line: u64,
    },
    /// Something that holds no text, or that could not be read.
    Unseen {
        /// Where it was read.
        line: u64,
    },
}

/// Takes what is read.
pub trait Sink {
    /// A record of `file` and its conversation, if the file names any.
    fn record(&mut self, file: &Arc<str>, conversation: Option<&Arc<str>>, record: Record);

    /// Something that could not be read.
    fn problem(&mut self, problem: Problem);

    /// A file was read to its end.
    fn finished(&mut self, file: FileSummary);
}

/// Reads all inputs, one after the other, and hands every record to `sink`.
///
/// An error is one of the configuration: nothing was read.
pub fn each(inputs: Vec<Input>, config: &InputConfig, sink: &mut dyn Sink) -> Result<ReadStats, InputError> {
    let settings = Settings::new(config)?;
    let mut stats = ReadStats::default();
    for input in inputs {
        for FileRead { problems, stats: read, summary, .. } in file::read(input, &settings, Some(&mut *sink))
        {
            for problem in problems {
                sink.problem(problem);
            }
            stats.merge(&read);
            if let Some(summary) = summary {
                sink.finished(summary);
            }
        }
    }
    Ok(stats)
}

/// The conversation ids of files that name none, given out as the files come: a file's name without folder and extensions, or its
/// whole path where an earlier file has that.
#[derive(Clone, Debug, Default)]
pub struct OwnNames {
    taken: HashMap<String, Arc<str>>,
}

impl OwnNames {
    /// The conversation id of `file`.
    pub fn of(&mut self, file: &Arc<str>) -> Arc<str> {
        let stem = stem(file);
        match self.taken.get(stem) {
            Some(first) if first == file => stem.into(),
            Some(_) => file.clone(),
            None => {
                self.taken.insert(stem.to_owned(), file.clone());
                stem.into()
            }
        }
    }
}
