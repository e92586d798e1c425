//! Who had the bundle and when: a log that is only ever added to, outside of what is hashed into the root.
//!
//! Each line holds the digest of the line before, so that none can be changed, taken out or put between without changing
//! all that follow. Whoever rewrites all of them leaves no trace in the bundle itself: the digest of the last line, noted
//! elsewhere when the bundle changes hands, or a time stamp, settles that.

use serde::{Deserialize, Serialize};

use crate::hash::sha256;

/// What is written down about a moment; the library has no clock, so the caller says when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, with offset: `2026-03-02T10:00:00+08:00`.
    pub time: String,
    /// The host's zone: `Asia/Shanghai`.
    pub zone: String,
    /// Who, as far as they say.
    pub by: String,
    /// What was done.
    pub what: String,
    /// The command line as typed.
    pub command: Vec<String>,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    number: u64,
    time: String,
    zone: String,
    by: String,
    what: String,
    command: Vec<String>,
    root: String,
    previous: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    sha256: String,
}

/// What stands before the first line.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Line {
    fn sealed(mut self) -> Self {
        self.sha256.clear();
        self.sha256 = sha256(self.text().as_bytes());
        self
    }

    fn text(&self) -> String {
        let mut text = serde_json::to_string(self).expect("a line is plain data");
        text.push('\n');
        text
    }
}

/// The log with a line more.
pub(super) fn add(log: &str, root: &str, event: Event) -> String {
    let last = log.lines().last().and_then(|line| serde_json::from_str::<Line>(line).ok());
    let (number, previous) = last.map_or((1, NOTHING.to_owned()), |line| (line.number + 1, line.sha256));
    let Event { time, zone, by, what, command } = event;
    let line = Line {
        number,
        time,
        zone,
        by,
        what,
        command,
        root: root.to_owned(),
        previous,
        sha256: String::new(),
    };
    format!("{log}{}", line.sealed().text())
}

/// What is wrong with a log, in words; nothing if nothing is.
pub(super) fn check(log: &str, root: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut previous = NOTHING.to_owned();
    for (at, text) in (1..).zip(log.split_inclusive('\n')) {
        let Ok(line) = serde_json::from_str::<Line>(text) else {
            wrong.push(format!("line {at} cannot be read"));
            continue;
        };
        if line.text() != text || line.clone().sealed() != line {
            wrong.push(format!("line {at} is not as it was written: its own digest differs"));
        }
        if line.previous != previous || line.number != at {
            wrong.push(format!("line {at} does not follow the line before it"));
        }
        if line.root != root {
            wrong.push(format!("line {at} speaks of another root, {}", line.root));
        }
        previous = line.sha256;
    }
    if log.is_empty() {
        wrong.push("it has no line".to_owned());
    }
    wrong
}

/// Each line as (time, who, what), and the digest of the last.
pub(super) fn entries(log: &str) -> (Vec<(String, String, String)>, String) {
    let lines: Vec<Line> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let head = lines.last().map(|line| line.sha256.clone()).unwrap_or_default();
    (
        lines.into_iter().map(|line| (format!("{} {}", line.time, line.zone), line.by, line.what)).collect(),
        head,
    )
}
