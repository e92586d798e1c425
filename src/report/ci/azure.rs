//! Logging commands of Azure Pipelines: a line a note, which the summary of the run lists.

use std::io::{self, Write};

use super::{Level, notes};
use crate::{place::Place, report::digest::Digest};

/// A command a finding, the worst first. Azure knows errors and warnings only.
pub fn write(digest: &Digest<'_>, place: &Place, out: &mut dyn Write) -> io::Result<()> {
    for note in notes(digest, place) {
        let level = if note.level == Level::Error { "error" } else { "warning" };
        writeln!(
            out,
            "##vso[task.logissue type={level};sourcepath={};linenumber={};code={}]{}",
            property(&note.file),
            note.line,
            property(note.rule),
            data(&note.text)
        )?;
    }
    Ok(())
}

/// As the agent reads a message back.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As it reads a property back.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
