//! Code quality of GitLab: a list of issues that a merge request compares with those of its target.

use std::io::{self, Write};

use serde::Serialize;

use super::{Level, Of, UNREAD, notes};
use crate::{finding::Severity, place::Place, report::digest::Digest};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

/// The list of issues.
pub fn write(digest: &Digest<'_>, place: &Place, out: &mut dyn Write) -> io::Result<()> {
    let issues = notes(digest, place).into_iter().map(|note| Issue {
        severity: match note.of {
            Of::Finding(finding) if note.level != Level::Note => severity(finding.severity),
            Of::Finding(_) => "info",
            Of::Problem(_) => "major",
        },
        fingerprint: match note.of {
            Of::Finding(finding) => finding.fingerprint.clone(),
            // It need only be unique and stay the same: nobody reads it.
            Of::Problem(problem) => format!("{UNREAD}:{}:{}:{}", note.file, note.line, problem.reason),
        },
        description: note.text,
        check_name: note.rule,
        location: Location { path: note.file, lines: Lines { begin: note.line } },
    });
    serde_json::to_writer_pretty(&mut *out, &issues.collect::<Vec<_>>())?;
    out.write_all(b"\n")
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "info",
        Severity::Medium => "minor",
        Severity::High => "critical",
        Severity::Critical => "blocker",
    }
}
