//! Records cut out of a stream: lines, and the values of a JSON text. Bounded: a record that is too long is passed over, not kept.

use std::io::{self, BufRead, BufReader};

use super::stream::Stream;

/// The longest line; the longest message that any known system sends is a thousandth of it.
pub(crate) const LONGEST_LINE: usize = 16 << 20;
/// The longest value of a JSON text: a conversation, or a whole answer of an interface.
pub(crate) const LONGEST_VALUE: usize = 64 << 20;
/// What is kept of a record that is too long.
const SAMPLE: usize = 4 << 10;

/// A record, not yet understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// The line on which it begins, counted from 1.
    pub(crate) line: u64,
    /// The record without its line end; its beginning if it is too long.
    pub(crate) bytes: &'a [u8],
    /// Whether it is longer than allowed.
    pub(crate) too_long: bool,
}

/// Something that can be read record by record.
pub(crate) trait Pieces {
    /// The next record; after an error there are no more.
    fn next(&mut self) -> io::Result<Option<Piece<'_>>>;

    /// The line last read, or on which reading failed.
    fn line(&self) -> u64;

    /// How long a record may be.
    fn longest(&self) -> usize;

    /// Why the end came too early, asked at the end.
    fn unfinished(&self) -> Option<&'static str> {
        None
    }
}

/// The lines of a stream.
pub(crate) struct Lines<'a> {
    from: BufReader<Stream<'a>>,
    buffer: Vec<u8>,
    line: u64,
    longest: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(stream: Stream<'a>) -> Self {
        Self::with_longest(stream, LONGEST_LINE)
    }

    fn with_longest(stream: Stream<'a>, longest: usize) -> Self {
        Self { from: BufReader::with_capacity(256 << 10, stream), buffer: Vec::new(), line: 0, longest }
    }
}

impl Pieces for Lines<'_> {
    fn line(&self) -> u64 {
        self.line
    }

    fn longest(&self) -> usize {
        self.longest
    }

    fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        self.buffer.clear();
        self.line += 1;
        let mut length = 0;
        loop {
            let ready = match self.from.fill_buf() {
                Ok(ready) => ready,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if ready.is_empty() {
                if length == 0 {
                    return Ok(None);
                }
                break;
            }
            let end = memchr::memchr(b'\n', ready);
            let part = &ready[..end.unwrap_or(ready.len())];
            length += part.len();
            if length <= self.longest {
                self.buffer.extend_from_slice(part);
            } else if self.buffer.len() < SAMPLE {
                let room = (SAMPLE - self.buffer.len()).min(part.len());
                self.buffer.extend_from_slice(&part[..room]);
            }
            let consumed = part.len() + usize::from(end.is_some());
            self.from.consume(consumed);
            if end.is_some() {
                break;
            }
        }
        let too_long = length > self.longest;
        if too_long {
            self.buffer.truncate(SAMPLE);
            self.buffer.shrink_to(SAMPLE);
        } else if self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        Ok(Some(Piece { line: self.line, bytes: &self.buffer, too_long }))
    }
}

/// The elements of a JSON array, or the values of a JSON text that holds several, one after the other.
///
/// Only brackets and strings are looked at. What stands in an element is the parser's concern, so that one bad element spoils no other.
pub(crate) struct Elements<'a> {
    from: BufReader<Stream<'a>>,
    buffer: Vec<u8>,
    line: u64,
    longest: usize,
    array: Array,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Array {
    NotSeen,
    Open,
    Closed,
}

impl<'a> Elements<'a> {
    pub(crate) fn new(stream: Stream<'a>) -> Self {
        Self::with_longest(stream, LONGEST_VALUE)
    }

    fn with_longest(stream: Stream<'a>, longest: usize) -> Self {
        Self {
            from: BufReader::with_capacity(256 << 10, stream),
            buffer: Vec::new(),
            line: 1,
            longest,
            array: Array::NotSeen,
        }
    }
}

/// Where in a value the cutter stands.
#[derive(Default)]
struct Cutter {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Cutter {
    /// Whether `byte` is the last of the value, is not part of it any more, or neither.
    fn step(&mut self, byte: u8, first: bool) -> Cut {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.in_string = false;
                    if self.depth == 0 {
                        return Cut::After;
                    }
                }
                _ => {}
            }
            return Cut::Inside;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                if self.depth == 0 {
                    return Cut::After;
                }
            }
            b',' | b']' | b' ' | b'\n' | b'\r' | b'\t' if self.depth == 0 && !first => {
                return Cut::Before;
            }
            _ => {}
        }
        Cut::Inside
    }
}

enum Cut {
    Inside,
    After,
    Before,
}

impl Pieces for Elements<'_> {
    fn line(&self) -> u64 {
        self.line
    }

    fn longest(&self) -> usize {
        self.longest
    }

    fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        self.buffer.clear();
        let mut cutter = Cutter::default();
        let mut length = 0_usize;
        let mut begin = self.line;
        'fill: loop {
            let ready = match self.from.fill_buf() {
                Ok(ready) => ready,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if ready.is_empty() {
                if length == 0 {
                    return Ok(None);
                }
                break;
            }
            for (index, byte) in ready.iter().enumerate() {
                if length == 0 {
                    match byte {
                        b'\n' => self.line += 1,
                        b' ' | b'\t' | b'\r' | b',' => {}
                        b'[' if self.array == Array::NotSeen => self.array = Array::Open,
                        b']' if self.array == Array::Open => self.array = Array::Closed,
                        _ => {
                            begin = self.line;
                            length = 1;
                            // A value that is no array, first of all: there will be no array around the rest.
                            if self.array == Array::NotSeen {
                                self.array = Array::Closed;
                            }
                            self.buffer.push(*byte);
                            if let Cut::After = cutter.step(*byte, true) {
                                self.from.consume(index + 1);
                                break 'fill;
                            }
                        }
                    }
                    continue;
                }
                let cut = cutter.step(*byte, false);
                if let Cut::Before = cut {
                    self.from.consume(index);
                    break 'fill;
                }
                self.line += u64::from(*byte == b'\n');
                length += 1;
                if length <= self.longest || self.buffer.len() < SAMPLE {
                    self.buffer.push(*byte);
                }
                if let Cut::After = cut {
                    self.from.consume(index + 1);
                    break 'fill;
                }
            }
            let consumed = ready.len();
            self.from.consume(consumed);
        }
        let too_long = length > self.longest;
        if too_long {
            self.buffer.truncate(SAMPLE);
            self.buffer.shrink_to(SAMPLE);
        }
        Ok(Some(Piece { line: begin, bytes: &self.buffer, too_long }))
    }

    fn unfinished(&self) -> Option<&'static str> {
        (self.array == Array::Open).then_some("the JSON array is not closed; the file may have been cut off")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(pieces: &mut impl Pieces) -> Vec<(u64, String, bool)> {
        let mut all = Vec::new();
        while let Some(piece) = pieces.next().expect("memory") {
            all.push((piece.line, String::from_utf8_lossy(piece.bytes).into_owned(), piece.too_long));
        }
        all
    }

    fn stream(text: &str) -> Stream<'static> {
        Stream::new(io::Cursor::new(text.as_bytes().to_vec()))
    }

    fn elements(text: &str) -> Vec<(u64, String, bool)> {
        cut(&mut Elements::new(stream(text)))
    }

    fn plain(line: u64, text: &str) -> (u64, String, bool) {
        (line, text.to_owned(), false)
    }

    #[test]
    fn lines_end_with_and_without_carriage_return_and_at_the_end() {
        let all = cut(&mut Lines::new(stream("a\r\n\nb\nc")));
        assert_eq!(all, [plain(1, "a"), plain(2, ""), plain(3, "b"), plain(4, "c")]);
        assert_eq!(cut(&mut Lines::new(stream(""))), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_is_read() {
        let text = format!("ok\n{}\nok again\n", "x".repeat(5000));
        let all = cut(&mut Lines::with_longest(stream(&text), 4999));
        assert_eq!(all.len(), 3);
        assert_eq!((all[1].0, all[1].1.len(), all[1].2), (2, SAMPLE, true));
        assert_eq!(all[2], plain(3, "ok again"));
    }

    #[test]
    fn arrays_and_sequences_are_cut_into_values() {
        assert_eq!(
            elements(r#"[{"a":1}, {"b":"]}\"{"} ]"#),
            [plain(1, r#"{"a":1}"#), plain(1, r#"{"b":"]}\"{"}"#)]
        );
        assert_eq!(elements("{\n\"a\":1\n}\n{\"b\":2}"), [plain(1, "{\n\"a\":1\n}"), plain(4, "{\"b\":2}")]);
        assert_eq!(elements("[[1],[2]]"), [plain(1, "[1]"), plain(1, "[2]")]);
        assert_eq!(elements("[1, true,\"x,y\"]"), [plain(1, "1"), plain(1, "true"), plain(1, "\"x,y\"")]);
        assert_eq!(elements("[]"), []);
        assert_eq!(elements("  "), []);
    }

    #[test]
    fn an_open_end_is_told() {
        let mut open = Elements::new(stream("[{\"a\":1},{\"b\""));
        assert_eq!(cut(&mut open), [plain(1, "{\"a\":1}"), plain(1, "{\"b\"")]);
        assert!(open.unfinished().is_some());
        let mut closed = Elements::new(stream("[{\"a\":1}]"));
        cut(&mut closed);
        assert!(closed.unfinished().is_none());
    }

    #[test]
    fn a_value_that_is_too_long_is_passed_over() {
        let text = format!("[{{\"a\":\"{}\"}},{{\"b\":1}}]", "x".repeat(6000));
        let all = cut(&mut Elements::with_longest(stream(&text), 5000));
        assert_eq!((all.len(), all[0].1.len(), all[0].2), (2, SAMPLE, true));
        assert_eq!(all[1], plain(1, "{\"b\":1}"));
    }

    proptest! {
        #[test]
        fn cutting_ends_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            cut(&mut Elements::new(Stream::new(io::Cursor::new(bytes.clone()))));
            cut(&mut Lines::new(Stream::new(io::Cursor::new(bytes))));
        }

        #[test]
        fn what_serde_writes_is_cut_where_it_was_joined(values in proptest::collection::vec("\\PC{0,12}", 0..8)) {
            let objects: Vec<String> =
                values.iter().map(|v| serde_json::json!({ "k": v, "l": [v] }).to_string()).collect();
            let cut: Vec<String> = elements(&format!("[{}]", objects.join(", "))).into_iter().map(|p| p.1).collect();
            prop_assert_eq!(cut, objects);
        }
    }
}
