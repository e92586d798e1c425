//! CSV and TSV: lines into rows of cells.
//!
//! A quotation mark that is never closed must not swallow the rest of a file: then its line is refused and reading goes on with the next.

use std::{collections::VecDeque, io};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::{
    lines::{Lines, Piece, Pieces},
    stream::Stream,
    table::{BadRow, Row, Rows},
    value::clip,
};

/// How far a quoted text may reach.
const QUOTED_BYTES: usize = 256 << 10;
const QUOTED_LINES: usize = 1000;
/// After so many marks that were never closed, marks are text. It also bounds the work on a file made to be slow.
const OPEN_QUOTES: u32 = 64;

/// How the cells of a line are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    pub(crate) quoting: bool,
}

impl Dialect {
    fn reader(self) -> Reader {
        // Lines are cut before, so that a lone carriage return stays in its text.
        ReaderBuilder::new()
            .delimiter(self.delimiter)
            .quoting(self.quoting)
            .terminator(Terminator::Any(b'\n'))
            .build()
    }
}

/// The rows of a CSV or TSV text.
pub(crate) struct Delimited<'a> {
    lines: Lines<'a>,
    dialect: Dialect,
    reader: Reader,
    /// Lines that were read in vain for the end of a quotation.
    waiting: VecDeque<(u64, Vec<u8>)>,
    open_quotes: u32,
    /// An error met while looking for the end of a quotation; told once the lines before it are read.
    failed: Option<io::Error>,
}

enum Next {
    Line(u64, Vec<u8>),
    TooLong(BadRow),
    End,
}

impl<'a> Delimited<'a> {
    pub(crate) fn new(stream: Stream<'a>, dialect: Dialect) -> Self {
        let reader = dialect.reader();
        Self {
            lines: Lines::new(stream),
            dialect,
            reader,
            waiting: VecDeque::new(),
            open_quotes: 0,
            failed: None,
        }
    }

    /// The line last read, or on which reading failed.
    pub(crate) fn line(&self) -> u64 {
        self.lines.line()
    }

    fn next_line(&mut self) -> io::Result<Next> {
        if let Some((line, bytes)) = self.waiting.pop_front() {
            return Ok(Next::Line(line, bytes));
        }
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        Ok(match self.lines.next()? {
            None => Next::End,
            Some(Piece { line, bytes, too_long: true }) => {
                let reason = super::too_long(super::lines::LONGEST_LINE);
                Next::TooLong(BadRow { line, reason, raw: clip(bytes) })
            }
            Some(Piece { line, bytes, .. }) => Next::Line(line, bytes.to_vec()),
        })
    }

    /// Feeds a line; answers whether the row ends with it.
    fn feed(&mut self, line: &[u8], row: &mut Row) -> bool {
        let mut used = (row.bytes.len(), row.ends.len());
        let mut done = false;
        for mut input in [line, b"\n"] {
            while !input.is_empty() && !done {
                row.bytes.resize(used.0 + input.len() + 64, 0);
                row.ends.resize(used.1 + 32, 0);
                let (out, ends) = (&mut row.bytes[used.0..], &mut row.ends[used.1..]);
                let (result, read, written, ended) = self.reader.read_record(input, out, ends);
                input = &input[read..];
                used = (used.0 + written, used.1 + ended);
                done = matches!(result, ReadRecordResult::Record);
            }
        }
        row.bytes.truncate(used.0);
        row.ends.truncate(used.1);
        done
    }

    /// The quotation that `first` opens has no end: refuses that line and puts the others back.
    fn refuse(&mut self, line: u64, first: &[u8], others: Vec<(u64, Vec<u8>)>) -> BadRow {
        for other in others.into_iter().rev() {
            self.waiting.push_front(other);
        }
        let mut reason = "a quotation mark is opened and never closed; the line is passed over".to_owned();
        self.open_quotes += 1;
        if self.open_quotes == OPEN_QUOTES {
            self.dialect.quoting = false;
            reason.push_str("; from here on quotation marks are taken as text");
        }
        self.reader = self.dialect.reader();
        BadRow { line, reason, raw: clip(first) }
    }
}

impl Rows for Delimited<'_> {
    fn next(&mut self, row: &mut Row) -> io::Result<Option<Result<(), BadRow>>> {
        let (number, first) = loop {
            match self.next_line()? {
                Next::End => return Ok(None),
                Next::TooLong(bad) => return Ok(Some(Err(bad))),
                Next::Line(_, bytes) if bytes.trim_ascii().is_empty() => {}
                Next::Line(number, bytes) => break (number, bytes),
            }
        };
        row.clear();
        row.line = number;
        let mut done = self.feed(&first, row);
        let mut others: Vec<(u64, Vec<u8>)> = Vec::new();
        while !done {
            if row.bytes.len() > QUOTED_BYTES || others.len() > QUOTED_LINES {
                return Ok(Some(Err(self.refuse(number, &first, others))));
            }
            match self.next_line() {
                Ok(Next::Line(line, bytes)) => {
                    done = self.feed(&bytes, row);
                    others.push((line, bytes));
                }
                Ok(Next::End | Next::TooLong(_)) => {
                    return Ok(Some(Err(self.refuse(number, &first, others))));
                }
                Err(error) if others.is_empty() => return Err(error),
                Err(error) => {
                    self.failed = Some(error);
                    return Ok(Some(Err(self.refuse(number, &first, others))));
                }
            }
        }
        Ok(Some(Ok(())))
    }
}

/// The delimiter that cuts the first lines most evenly into at least two columns.
pub(crate) fn find_delimiter(head: &str, preferred: u8) -> Option<u8> {
    let lines: Vec<&str> = head.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let others = [b',', b'\t', b';', b'|'].into_iter().filter(|d| *d != preferred);
    let mut best: Option<(usize, usize, u8)> = None;
    for delimiter in std::iter::once(preferred).chain(others) {
        let mut counts: Vec<usize> = lines.iter().map(|line| columns(line, delimiter)).collect();
        counts.sort_unstable();
        let Some(middle) = counts.get(counts.len() / 2).copied().filter(|n| *n > 1) else { continue };
        let even = counts.iter().filter(|n| **n == middle).count();
        if best.is_none_or(|(most, ..)| even > most) {
            best = Some((even, middle, delimiter));
        }
    }
    best.map(|(.., delimiter)| delimiter)
}

/// How many columns a line has; marks of quotation are honoured.
fn columns(line: &str, delimiter: u8) -> usize {
    let mut quoted = false;
    let mut count = 1;
    for byte in line.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b if b == delimiter && !quoted => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Read = Result<Vec<String>, (u64, String)>;

    fn rows(bytes: &[u8], quoting: bool) -> Vec<Read> {
        let stream = Stream::new(io::Cursor::new(bytes.to_vec()));
        let mut source = Delimited::new(stream, Dialect { delimiter: b',', quoting });
        let mut row = Row::default();
        let mut all = Vec::new();
        while let Some(read) = source.next(&mut row).expect("memory") {
            all.push(match read {
                Ok(()) => {
                    Ok((0..row.width()).map(|i| String::from_utf8_lossy(row.cell(i)).into_owned()).collect())
                }
                Err(bad) => Err((bad.line, bad.raw)),
            });
        }
        all
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands beside rows that are refused")]
    fn row<const N: usize>(cells: [&str; N]) -> Read {
        Read::Ok(cells.map(str::to_owned).to_vec())
    }

    #[test]
    fn quotations_may_hold_separators_marks_and_line_ends() {
        let text = b"a,\"b,\"\"c\"\"\r\nd\",e\r\n\r\nf,,\n";
        assert_eq!(rows(text, true), [row(["a", "b,\"c\"\nd", "e"]), row(["f", "", ""])]);
        assert_eq!(rows(b"a\rb,c", true), [row(["a\rb", "c"])]);
        assert_eq!(rows(b"x,say \"hi\" now\n", true), [row(["x", "say \"hi\" now"])]);
        assert_eq!(rows(b"x,\"open\ny,z\n", false), [row(["x", "\"open"]), row(["y", "z"])]);
    }

    #[test]
    fn an_open_quotation_costs_one_line() {
        let text = b"a,b\n1,\"open\n2,c\n3,d\n";
        let expected = [row(["a", "b"]), Err((2, "1,\"open".to_owned())), row(["2", "c"]), row(["3", "d"])];
        assert_eq!(rows(text, true), expected);
    }

    #[test]
    fn many_open_quotations_end_in_marks_as_text() {
        let text: String = std::iter::repeat_n("x\"y,\"\n", 200).collect();
        let all = rows(text.as_bytes(), true);
        assert_eq!(all.iter().filter(|row| row.is_err()).count() as u32, OPEN_QUOTES);
        assert_eq!(all.last(), Some(&row(["x\"y", "\""])));
    }

    #[test]
    fn delimiters_are_found() {
        assert_eq!(find_delimiter("a;b;c\n1;2,5;3\n", b','), Some(b';'));
        assert_eq!(find_delimiter("a\tb\n1,1,1\t2\n", b','), Some(b'\t'));
        assert_eq!(find_delimiter("a,b\n\"x\ty\",2\n", b','), Some(b','));
        assert_eq!(find_delimiter("words only\nand more\n", b','), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            rows(&bytes, true);
            rows(&bytes, false);
            find_delimiter(&String::from_utf8_lossy(&bytes), b',');
        }

        #[test]
        fn cells_survive_quoting(cells in proptest::collection::vec("[a-z,\"\n 中文]{1,9}", 1..5)) {
            let quoted: Vec<String> = cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
            prop_assert_eq!(rows(quoted.join(",").as_bytes(), true), vec![Ok(cells)]);
        }
    }
}
