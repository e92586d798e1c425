//! Rows of cells into records, whatever they were read from: a header is looked for, then columns are taken by number.

use std::{borrow::Cow, io};

use super::{
    assemble::Assembler,
    field::{Cells, Field},
    guess,
    layout::Table,
    value::{clip, first_filled},
};

/// How far down a header is looked for: exports put titles and remarks above it.
const HEADER_WITHIN: usize = 10;

/// The cells of a row, end to end in one buffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) ends: Vec<usize>,
}

impl Row {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    pub(crate) fn push(&mut self, cell: &str) {
        self.bytes.extend_from_slice(cell.as_bytes());
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn width(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of a cell; nothing where there is none. `="0123"` is how a text is kept from Excel's idea of a number: what is
    /// meant stands inside.
    pub(crate) fn cell(&self, index: usize) -> &[u8] {
        let Some(end) = self.ends.get(index) else { return &[] };
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        let cell = self.bytes.get(start..*end).unwrap_or_default();
        cell.strip_prefix(b"=\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(cell)
    }

    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.width()).map(|index| self.cell(index))
    }

    pub(super) fn strings(&self) -> Vec<String> {
        self.cells().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect()
    }
}

/// A row that is none.
#[derive(Debug)]
pub(crate) struct BadRow {
    pub(crate) line: u64,
    pub(crate) reason: String,
    pub(crate) raw: String,
}

/// Something that gives rows.
pub(crate) trait Rows {
    /// Fills `row` with the next row; after an error there are no more.
    fn next(&mut self, row: &mut Row) -> io::Result<Option<Result<(), BadRow>>>;
}

/// The rows among which a header is looked for.
pub(crate) fn head(rows: &mut impl Rows) -> Vec<Vec<String>> {
    let mut head = Vec::new();
    let mut row = Row::default();
    while head.len() < HEADER_WITHIN
        && let Ok(Some(read)) = rows.next(&mut row)
    {
        head.extend(read.is_ok().then(|| row.strings()));
    }
    head
}

/// Reads all rows. An error is one of reading, after which what was read still counts.
pub(crate) fn read(rows: &mut impl Rows, out: &mut Assembler<'_>) -> io::Result<()> {
    let mut head: Vec<Row> = Vec::new();
    let mut row = Row::default();
    let mut failed = None;
    while head.len() < HEADER_WITHIN {
        match rows.next(&mut row) {
            Ok(Some(Ok(()))) => head.push(row.clone()),
            Ok(Some(Err(bad))) => out.fail(bad.line, bad.reason, bad.raw),
            Ok(None) => break,
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    if head.is_empty() {
        return failed.map_or(Ok(()), Err);
    }
    let strings: Vec<Vec<String>> = head.iter().map(Row::strings).collect();
    let table = match Table::find(&strings, out.settings()) {
        Ok(table) => table,
        Err(reason) => {
            out.note(None, reason, None);
            if !out.settings().says_columns() {
                out.readings(guess::table(&strings).into_iter().collect());
            }
            return failed.map_or(Ok(()), Err);
        }
    };
    let header = table.header.map(|at| strings[at].as_slice());
    // Above the header may stand what only looking for it passes over.
    let mut found = table.found(header);
    found.header = found.header.filter(|_| table.header.is_none_or(|at| at == 0));
    let columns =
        header.map_or_else(|| (1..=table.width).map(|n| n.to_string()).collect(), <[String]>::to_vec);
    out.map(table.fields(), found, columns);
    let header_row = table.header.map(|at| head[at].clone());
    for (index, row) in head.iter().enumerate() {
        match table.header {
            Some(at) if index < at => out.skip(),
            Some(at) if index == at => {}
            _ => record(row, &table, header_row.as_ref(), out),
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    while let Some(read) = rows.next(&mut row)? {
        match read {
            Ok(()) => record(&row, &table, header_row.as_ref(), out),
            Err(bad) => out.fail(bad.line, bad.reason, bad.raw),
        }
    }
    Ok(())
}

fn record(row: &Row, table: &Table, header: Option<&Row>, out: &mut Assembler<'_>) {
    if header.is_some_and(|header| header.bytes == row.bytes) {
        // Exports that were put together by hand repeat it.
        return out.skip();
    }
    let raw = || clip(&row.cells().collect::<Vec<_>>().join(&b'\t'));
    let needed = Field::ALL.iter().filter_map(|field| table.columns[*field].first());
    let most = needed.max().map_or(0, |index| index + 1);
    if row.width() < most {
        let reason = format!("the row has {} columns; at least {most} are needed", row.width());
        return out.fail(row.line, reason, raw());
    }
    if (table.width..row.width()).any(|index| !row.cell(index).trim_ascii().is_empty()) {
        let reason = format!(
            "the row has {} columns instead of {}; a separator inside a text may stand without quotation marks",
            row.width(),
            table.width
        );
        return out.fail(row.line, reason, raw());
    }
    let mut cells = Cells::default();
    for field in Field::ALL {
        let columns = &table.columns[field];
        let mut texts = Vec::with_capacity(columns.len());
        for index in columns {
            match std::str::from_utf8(row.cell(*index)) {
                Ok(text) => texts.push(Cow::Borrowed(text)),
                Err(_) => return out.fail(row.line, super::INVALID_TEXT, raw()),
            }
        }
        cells[field] = first_filled(texts.into_iter());
    }
    out.record(row.line, &cells, raw);
}
