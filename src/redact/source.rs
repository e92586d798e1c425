//! A file as characters that know their bytes, and the way back with some of them replaced.
//!
//! Decoding and encoding the whole would be simpler, but what an encoding can write in two ways, or not at all, would come
//! out changed.

use std::ops::Range;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

/// A decoded file.
pub(super) struct Source<'a> {
    bytes: &'a [u8],
    encoding: &'static Encoding,
    /// What is malformed is U+FFFD here and stays as it is in the bytes.
    pub(super) chars: Vec<char>,
    /// Where each character begins, and where the last ends.
    starts: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(super) fn new(bytes: &'a [u8], encoding: &'static Encoding) -> Self {
        let mut source = Self { bytes, encoding, chars: Vec::new(), starts: Vec::new() };
        if encoding == UTF_8 {
            let mut at = 0;
            for chunk in bytes.utf8_chunks() {
                for c in chunk.valid().chars() {
                    source.push(c, at);
                    at += c.len_utf8();
                }
                if !chunk.invalid().is_empty() {
                    source.push(char::REPLACEMENT_CHARACTER, at);
                    at += chunk.invalid().len();
                }
            }
        } else {
            let mut at = 0;
            while at < bytes.len() {
                let (c, length) = step(&bytes[at..], encoding);
                source.push(c, at);
                at += length;
            }
        }
        source.starts.push(bytes.len());
        source
    }

    fn push(&mut self, c: char, start: usize) {
        self.chars.push(c);
        self.starts.push(start);
    }

    /// A copy in which characters can be replaced, from front to back.
    pub(super) fn writer(&'a self) -> Writer<'a> {
        Writer { source: self, written: 0, out: Vec::with_capacity(self.bytes.len()) }
    }
}

/// The first character and its length in an encoding of one, two or four bytes a character.
fn step(bytes: &[u8], encoding: &'static Encoding) -> (char, usize) {
    let surrogate = |high: u8| if (0xD8..0xDC).contains(&high) { 4 } else { 2 };
    let expected = match bytes {
        [_, high, ..] if encoding == UTF_16LE => surrogate(*high),
        [high, ..] if encoding == UTF_16BE => surrogate(*high),
        [0..=0x7F, ..] => 1,
        [_, 0x30..=0x39, ..] if encoding == GB18030 || encoding == GBK => 4,
        _ => 2,
    };
    for length in [expected, 1] {
        if let Some(bytes) = bytes.get(..length)
            && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes)
            && let (Some(c), None) = (text.chars().next(), text.chars().nth(1))
        {
            return (c, length);
        }
    }
    // Keep the two bytes of UTF-16 together, or all that follows would be read askew.
    let unit = if encoding == UTF_16LE || encoding == UTF_16BE { 2 } else { 1 };
    (char::REPLACEMENT_CHARACTER, unit.min(bytes.len()))
}

/// The original with replacements.
pub(super) struct Writer<'a> {
    source: &'a Source<'a>,
    /// How many characters of the source are in `out`, or were replaced.
    written: usize,
    out: Vec<u8>,
}

impl Writer<'_> {
    /// Writes `text` in the place of these characters. Places come in order.
    pub(super) fn replace(&mut self, chars: Range<usize>, text: &str) {
        self.copy_to(chars.start);
        self.encode(text);
        self.written = chars.end.max(self.written);
    }

    /// Writes `text` before that character.
    pub(super) fn insert(&mut self, at: usize, text: &str) {
        self.replace(at..at, text);
    }

    /// All bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.copy_to(self.source.chars.len());
        self.out
    }

    fn copy_to(&mut self, at: usize) {
        if at > self.written {
            let bytes = self.source.starts[self.written]..self.source.starts[at];
            self.out.extend_from_slice(&self.source.bytes[bytes]);
            self.written = at;
        }
    }

    /// Masks and pseudonyms are ASCII, and what stays of a datum was in the file: every encoding has it.
    fn encode(&mut self, text: &str) {
        match self.source.encoding {
            e if e == UTF_16LE => self.out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            e if e == UTF_16BE => self.out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            e => self.out.extend_from_slice(&e.encode(text).0),
        }
    }
}
