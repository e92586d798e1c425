//! The neutral JSON lines, one a record: what every shape can be turned into, and what is read without being told anything.
//!
//! Nothing is decided here: a message that stands twice is written twice and counted once when it is read again, and a recall stays a
//! line of its own. Personal data is masked in texts unless its showing was asked for.

use std::{
    io::{self, Write},
    sync::Arc,
};

use serde::Serialize;

use super::{
    FileSummary, Moment, Problem, Role,
    config::Event,
    sink::{OwnNames, Record, Sink},
};
use crate::personal;

/// How many problems are kept to be told.
const TOLD: usize = 100;

/// Writes what is read as neutral JSON lines.
#[derive(Debug)]
pub struct Neutral<W> {
    out: W,
    show_personal_data: bool,
    names: OwnNames,
    failed: Option<io::Error>,
    problems: Vec<Problem>,
    more: u64,
    lines: u64,
}

/// How the writing went.
#[derive(Debug)]
pub struct Written {
    /// Lines written.
    pub lines: u64,
    /// What could not be read; of many, the first.
    pub problems: Vec<Problem>,
    /// How many problems there were besides.
    pub more: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    conversation_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<&'a str>,
    event: Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    recalls: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    text: &'a str,
}

impl<W: Write> Neutral<W> {
    /// Writes to `out`, with personal data masked unless it is to be shown.
    pub fn new(out: W, show_personal_data: bool) -> Self {
        let (names, problems) = (OwnNames::default(), Vec::new());
        Self { out, show_personal_data, names, failed: None, problems, more: 0, lines: 0 }
    }

    /// Ends the writing; an error is the first that writing met.
    pub fn finish(mut self) -> io::Result<Written> {
        self.failed.map_or_else(|| self.out.flush(), Err)?;
        Ok(Written { lines: self.lines, problems: self.problems, more: self.more })
    }

    fn write(&mut self, line: &Line<'_>) {
        if self.failed.is_some() {
            return;
        }
        let written = serde_json::to_writer(&mut self.out, line).map_err(io::Error::from);
        match written.and_then(|()| self.out.write_all(b"\n")) {
            Ok(()) => self.lines += 1,
            Err(error) => self.failed = Some(error),
        }
    }
}

impl<W: Write> Sink for Neutral<W> {
    fn record(&mut self, file: &Arc<str>, conversation: Option<&Arc<str>>, record: Record) {
        let conversation = conversation.cloned().unwrap_or_else(|| self.names.of(file));
        let line = Line {
            conversation_id: &conversation,
            message_id: None,
            event: Event::Unseen,
            recalls: None,
            role: None,
            agent_id: None,
            time: None,
            channel: None,
            text: "",
        };
        match &record {
            Record::Unseen { .. } => self.write(&line),
            Record::Recall { id, .. } => {
                self.write(&Line { event: Event::Recall, recalls: Some(id), ..line });
            }
            Record::Message { channel, event, message } => {
                let masked = (!self.show_personal_data).then(|| personal::mask(&message.text));
                self.write(&Line {
                    message_id: message.id.as_deref(),
                    // That a machine wrote it is said by the role.
                    event: if *event == Event::Bot { Event::Message } else { *event },
                    role: Some(message.role),
                    agent_id: message.agent.as_deref(),
                    time: message.time.map(exact),
                    channel: channel.as_deref(),
                    text: masked.as_ref().unwrap_or(&message.text),
                    ..line
                });
            }
        }
    }

    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < TOLD {
            self.problems.push(Problem { raw: None, ..problem });
        } else {
            self.more += 1;
        }
    }

    fn finished(&mut self, _: FileSummary) {}
}

/// With all digits of the second, which decide on the order of messages.
fn exact(time: Moment) -> String {
    let whole = time.to_string();
    let fraction = time.civil().strftime("%.f").to_string();
    match whole.split_at_checked("2024-05-01T10:12:41".len()) {
        Some((civil, offset)) => format!("{civil}{fraction}{offset}"),
        None => whole,
    }
}
