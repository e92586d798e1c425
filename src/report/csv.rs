//! The findings as CSV for spreadsheets: UTF-8 with a byte order mark, by which Excel knows it.

use std::io::{self, Write};

use super::{
    Report,
    cells::{Cell, FINDING},
};

/// A row a finding, in order of conversation and message.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut rows = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    rows.write_record(FINDING.iter().map(|column| column.title))?;
    for finding in &report.findings {
        rows.write_record(FINDING.iter().map(|column| match (column.of)(finding) {
            Cell::Text(text) => inert(text),
            Cell::Number(number) => number.to_string(),
            Cell::Decimal(number) => number.to_string(),
        }))?;
    }
    rows.flush()
}

/// A spreadsheet runs what begins like a formula; an apostrophe before it makes it text. Full-width signs count too in
/// Chinese and Japanese settings, and leading blanks do not help.
pub(crate) fn inert(text: String) -> String {
    let first = text.trim_start_matches([' ', '\u{3000}']).chars().next();
    if matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')) {
        format!("'{text}")
    } else {
        text
    }
}
