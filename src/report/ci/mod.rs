//! Reports for the machines that judge a change: each format shows findings as notes beside the file that holds the chat.
//!
//! A note names the line of the message, never a column: exports wrap messages in CSV, JSON or workbooks, and where in such a
//! line a character stands is not known. What has been suppressed is left out, but for SARIF, which has a place for it.

use crate::{
    finding::{Finding, Severity},
    place::Place,
    transcript::Problem,
};

use super::{Charge, UNNAMED, digest::Digest, wording};

pub mod azure;
pub mod github;
pub mod gitlab;
pub mod junit;
pub mod rdjson;
pub mod sarif;

/// How loud a note is. Machines know three degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Note,
    Warning,
    Error,
}

impl Level {
    const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Low => Self::Note,
            Severity::Medium => Self::Warning,
            Severity::High | Severity::Critical => Self::Error,
        }
    }

    /// What a customer says is no breach of ours, however bad.
    fn of_finding(finding: &Finding) -> Self {
        if Charge::of(finding) == Charge::Customer { Self::Note } else { Self::of(finding.severity) }
    }
}

/// What stands for the rule where something could not be read.
const UNREAD: &str = "unread";

/// The same in print.
const UNREAD_TITLE: &str = "未能读取";

/// What the formats of lines and lists say, each in its own way.
struct Note<'a> {
    level: Level,
    rule: &'a str,
    title: &'a str,
    text: String,
    file: String,
    line: u64,
    of: Of<'a>,
}

enum Of<'a> {
    Finding(&'a Finding),
    Problem(&'a Problem),
}

/// The worst first, since some machines show only the first few; then what could not be read.
fn notes<'a>(digest: &Digest<'a>, place: &Place) -> Vec<Note<'a>> {
    let findings = digest.report.worst().into_iter().map(|finding| Note {
        level: Level::of_finding(finding),
        rule: &finding.rule,
        title: &finding.title,
        text: text(finding),
        file: path(&finding.source.file, place),
        line: finding.source.line.max(1),
        of: Of::Finding(finding),
    });
    let problems = digest.report.problems.iter().map(|problem| Note {
        level: Level::Error,
        rule: UNREAD,
        title: UNREAD_TITLE,
        text: problem.reason.clone(),
        file: path(&problem.file, place),
        line: problem.line.unwrap_or(1).max(1),
        of: Of::Problem(problem),
    });
    findings.chain(problems).collect()
}

/// The finding in one paragraph.
fn text(finding: &Finding) -> String {
    let why = finding.why.trim_end_matches('。');
    let advice = finding.advice.trim_end_matches('。');
    let law = wording::citations(&finding.statutes, finding.assumed_date);
    format!("{why}。{}。依据：{law}。建议：{advice}。", whereabouts(finding))
}

/// Who, and in which message.
fn whereabouts(finding: &Finding) -> String {
    let agent = finding.agent_id.as_deref().unwrap_or(UNNAMED);
    format!("坐席 {agent}，会话 {} 第 {} 条", finding.conversation_id, finding.message_index + 1)
}

/// A path that a machine can hold, also for what never was a file.
fn path(file: &str, place: &Place) -> String {
    if file == "<stdin>" { "stdin".to_owned() } else { place.of(file) }
}
