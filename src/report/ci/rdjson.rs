//! The Reviewdog Diagnostic Format, from which reviewdog comments on changes in whatever forge.

use std::io::{self, Write};

use serde::Serialize;

use super::{Level, notes};
use crate::{place::Place, report::digest::Digest};

#[derive(Serialize)]
struct Diagnostics<'a> {
    source: Named<'a>,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code<'a>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
}

#[derive(Serialize)]
struct Position {
    line: u64,
}

/// One object with all diagnostics.
pub fn write(digest: &Digest<'_>, place: &Place, out: &mut dyn Write) -> io::Result<()> {
    let diagnostics = notes(digest, place).into_iter().map(|note| Diagnostic {
        severity: match note.level {
            Level::Note => "INFO",
            Level::Warning => "WARNING",
            Level::Error => "ERROR",
        },
        message: note.text,
        location: Location { path: note.file, range: Range { start: Position { line: note.line } } },
        code: Code { value: note.rule },
    });
    let whole = Diagnostics { source: Named { name: "kefulint" }, diagnostics: diagnostics.collect() };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    out.write_all(b"\n")
}
