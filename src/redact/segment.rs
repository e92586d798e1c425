//! The pieces of a file in which data are looked for: values of JSON, cells of tables, or lines.
//!
//! A value is read behind the name of its key or column, as people read it: 订单号 over a column makes its numbers order
//! numbers, 姓名 its words names.

use std::ops::Range;

use crate::transcript::{Field, Layout, STRUCTURE, Shape, field_of};

/// Characters of a value, and which characters of the file stand for each.
type Chars = Vec<(char, Range<usize>)>;

/// One value.
pub(super) struct Segment {
    /// The name of the column, with a colon; empty where there is none.
    pub(super) label: Vec<char>,
    /// The value.
    pub(super) chars: Chars,
    /// A number of JSON, which needs quotation marks once it is masked.
    pub(super) bare_number: bool,
}

impl Segment {
    fn new(label: &str, chars: Chars) -> Self {
        let text = field_of(label) == Some(Field::Text);
        let label = if text || label.is_empty() { Vec::new() } else { label.chars().chain([':']).collect() };
        Self { label, chars, bare_number: false }
    }

    /// Label and value.
    pub(super) fn text(&self) -> String {
        self.label.iter().copied().chain(self.chars.iter().map(|(c, _)| *c)).collect()
    }

    /// The characters of the value that a span of [`Self::text`] covers; `None` where it begins in the label.
    pub(super) fn own(&self, span: Range<usize>) -> Option<Range<usize>> {
        Some(span.start.checked_sub(self.label.len())?..span.end - self.label.len())
    }
}

/// Hands out all segments of a file, in order.
pub(super) fn each(chars: &[char], layout: &Layout, mut visit: impl FnMut(&Segment)) {
    match layout.shape {
        Shape::Json => json(chars, layout, &mut visit),
        Shape::Table { delimiter, quoting } => table(chars, delimiter, quoting, layout, &mut visit),
        Shape::Lines => lines(chars, &mut visit),
    }
}

fn lines(chars: &[char], visit: &mut impl FnMut(&Segment)) {
    let mut start = 0;
    for line in chars.split_inclusive(|c| *c == '\n') {
        visit(&Segment::new("", plain(chars, start..start + line.len())));
        start += line.len();
    }
}

fn plain(chars: &[char], range: Range<usize>) -> Chars {
    range.map(|at| (chars[at], at..at + 1)).collect()
}

/// Strings and long numbers; the structure between them does not matter.
fn json(chars: &[char], layout: &Layout, visit: &mut impl FnMut(&Segment)) {
    let mut key = String::new();
    let mut is_kept = false;
    let mut at = 0;
    while at < chars.len() {
        match chars[at] {
            '"' => {
                let (value, end) = json_string(chars, at + 1);
                if chars[end..].iter().find(|c| !c.is_whitespace()) == Some(&':') {
                    key = value.iter().map(|(c, _)| *c).collect();
                    is_kept = layout.structure_keys.contains(&key)
                        || field_of(&key).is_some_and(|field| STRUCTURE.contains(&field));
                } else if !is_kept {
                    visit(&Segment::new(&key, value));
                }
                at = end;
            }
            c if c.is_ascii_digit() => {
                let number = chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
                let is_whole = !matches!(chars.get(at + number), Some('.' | 'e' | 'E'))
                    && !matches!(at.checked_sub(1).map(|before| chars[before]), Some('.' | '-'));
                if is_whole && !is_kept {
                    let mut segment = Segment::new(&key, plain(chars, at..at + number));
                    segment.bare_number = true;
                    visit(&segment);
                }
                at += number;
            }
            _ => at += 1,
        }
    }
}

/// The string whose first character is `at`, and where what follows its quotation mark begins.
fn json_string(chars: &[char], mut at: usize) -> (Chars, usize) {
    let mut value = Vec::new();
    while at < chars.len() {
        match chars[at] {
            '"' => return (value, at + 1),
            // No string holds a bare line end: the mark was never closed, and the next line is another record.
            '\n' => break,
            '\\' => {
                let (c, length) = escape(&chars[at..]);
                value.push((c, at..at + length));
                at += length;
            }
            c => {
                value.push((c, at..at + 1));
                at += 1;
            }
        }
    }
    (value, at)
}

/// What an escape stands for, and how long it is.
fn escape(chars: &[char]) -> (char, usize) {
    let unit = |from: usize| -> Option<u32> {
        let digits: String = chars.get(from..from + 4)?.iter().collect();
        u32::from_str_radix(&digits, 16).ok()
    };
    match chars.get(1) {
        Some('u') => {
            let first = unit(2).unwrap_or(0xFFFD);
            let low = if chars.get(6..8) == Some(&['\\', 'u']) { unit(8) } else { None };
            match (first, low) {
                (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
                    let code = 0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00);
                    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                }
                _ => (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6.min(chars.len())),
            }
        }
        Some('n') => ('\n', 2),
        Some('r') => ('\r', 2),
        Some('t') => ('\t', 2),
        Some(c) => (*c, 2),
        None => ('\\', 1),
    }
}

/// A cell longer than this has a quotation mark that is never closed: the mark is text then.
const LONGEST_CELL: usize = 256 << 10;

fn table(chars: &[char], delimiter: char, quoting: bool, layout: &Layout, visit: &mut impl FnMut(&Segment)) {
    let (mut at, mut row, mut column) = (0, 0, 0);
    while at < chars.len() {
        let (value, end) = cell(chars, at, delimiter, quoting);
        let ends_row = chars.get(end) != Some(&delimiter);
        let is_blank = column == 0 && ends_row && value.iter().all(|(c, _)| *c == '\r');
        // Above the header stand titles and remarks, which no column names.
        let named = layout.header.is_none_or(|header| row > header);
        let name = layout.names.get(column).filter(|_| named).map_or("", String::as_str);
        if layout.header != Some(row) && !(named && layout.structure.contains(&column)) {
            visit(&Segment::new(name, value));
        }
        (row, column) = if ends_row { (row + usize::from(!is_blank), 0) } else { (row, column + 1) };
        at = end + 1;
    }
}

/// The cell that begins at `at`, and where the separator or line end behind it stands.
fn cell(chars: &[char], at: usize, delimiter: char, quoting: bool) -> (Chars, usize) {
    let end = |from: usize| {
        let end = chars[from..].iter().position(|c| *c == delimiter || *c == '\n');
        end.map_or(chars.len(), |end| from + end)
    };
    if quoting
        && chars[at] == '"'
        && let Some((mut value, closed)) = quoted(chars, at + 1)
    {
        // What stands between the closing mark and the separator is text as well.
        value.extend(plain(chars, closed..end(closed)));
        return (value, end(closed));
    }
    (plain(chars, at..end(at)), end(at))
}

/// The text up to the closing mark, and where what follows the mark begins.
fn quoted(chars: &[char], mut at: usize) -> Option<(Chars, usize)> {
    let mut value = Vec::new();
    while value.len() < LONGEST_CELL {
        match (chars.get(at)?, chars.get(at + 1)) {
            ('"', Some('"')) => {
                value.push(('"', at..at + 2));
                at += 2;
            }
            ('"', _) => return Some((value, at + 1)),
            (c, _) => {
                value.push((*c, at..at + 1));
                at += 1;
            }
        }
    }
    None
}
