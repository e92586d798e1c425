//! Workflow commands of GitHub Actions: a line a note, which the page of the change shows as an annotation.

use std::io::{self, Write};

use super::{Level, notes};
use crate::{place::Place, report::digest::Digest};

/// A command a finding, the worst first: GitHub shows ten of each level and step.
pub fn write(digest: &Digest<'_>, place: &Place, out: &mut dyn Write) -> io::Result<()> {
    for note in notes(digest, place) {
        let level = match note.level {
            Level::Note => "notice",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        let file = property(&note.file);
        let title = property(&format!("{} {}", note.rule, note.title));
        writeln!(out, "::{level} file={file},line={},title={title}::{}", note.line, data(&note.text))?;
    }
    Ok(())
}

/// As the runner reads a message back.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As it reads a property back.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
