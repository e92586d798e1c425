//! JSON lines and JSON texts into records: flat objects, or conversations that hold an array of messages.
//!
//! The shape is found once, in the first records. Flat records are then read without building a tree: only the wanted values are
//! taken out, borrowed where nothing is escaped.

mod shape;
mod wanted;

use std::io;

use serde::de::{DeserializeSeed, IgnoredAny};
use serde_json::Value;

use self::{
    shape::{Shape, each_message, written},
    wanted::{Node, Wanted},
};
use super::{
    assemble::Assembler,
    field::{Cells, Field},
    lines::{Piece, Pieces},
    path,
    value::{clip, first_filled},
};

/// How many records are looked at to find the shape, and how many bytes of them.
const HEAD_RECORDS: usize = 200;
const HEAD_BYTES: usize = 1 << 20;

/// Reads all records. An error is one of reading, after which what was read still counts.
pub(crate) fn read(pieces: &mut impl Pieces, out: &mut Assembler<'_>) -> io::Result<()> {
    let mut head: Vec<(u64, String)> = Vec::new();
    let mut bytes = 0;
    let mut failed = None;
    let mut early = Vec::new();
    let longest = pieces.longest();
    while head.len() < HEAD_RECORDS && bytes < HEAD_BYTES {
        match pieces.next() {
            Ok(Some(piece)) => match text(&piece, longest) {
                Ok("") => {}
                Ok(text) => {
                    bytes += text.len();
                    head.push((piece.line, text.to_owned()));
                }
                Err(reason) => early.push((piece.line, reason, clip(piece.bytes))),
            },
            Ok(None) => break,
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    for (line, reason, raw) in early {
        out.fail(line, reason, raw);
    }
    let values: Vec<Value> = head.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect();
    if values.is_empty() {
        for (line, text) in head {
            out.fail(line, not_json(&text), clip(text.as_bytes()));
        }
        return failed.map_or(Ok(()), Err);
    }
    let shape = match Shape::find(&values, out.settings()) {
        Ok(shape) => shape,
        Err(reason) => {
            out.note(None, reason, None);
            return failed.map_or(Ok(()), Err);
        }
    };
    drop(values);
    out.map(shape.fields(), shape.found(), shape.columns.clone());
    let reader = Reader::new(shape);
    for (line, text) in &head {
        reader.record(*line, text, out);
    }
    drop(head);
    if let Some(error) = failed {
        return Err(error);
    }
    while let Some(piece) = pieces.next()? {
        match text(&piece, longest) {
            Ok("") => {}
            Ok(text) => reader.record(piece.line, text, out),
            Err(reason) => out.fail(piece.line, reason, clip(piece.bytes)),
        }
    }
    if let Some(reason) = pieces.unfinished() {
        out.note(None, reason, None);
    }
    Ok(())
}

fn text<'a>(piece: &Piece<'a>, longest: usize) -> Result<&'a str, String> {
    if piece.too_long {
        return Err(crate::transcript::too_long(longest));
    }
    std::str::from_utf8(piece.bytes).map(str::trim).map_err(|_| crate::transcript::INVALID_TEXT.to_owned())
}

/// Why a text is no JSON; without serde's own words about the values in it.
fn not_json(text: &str) -> String {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => "the record is no JSON object".to_owned(),
        Err(error) if error.is_eof() => "the JSON record ends too early; it may have been cut off".to_owned(),
        Err(error) => format!("the record is not valid JSON at character {}", error.column()),
    }
}

/// Takes the values out of records of a known shape.
struct Reader {
    shape: Shape,
    /// The wanted values of flat records.
    tree: Node,
    slots: usize,
}

impl Reader {
    fn new(shape: Shape) -> Self {
        let mut tree = Node::default();
        let mut slots = 0;
        for field in Field::ALL {
            for place in &shape.places[field] {
                tree.add(&place.steps, slots);
                slots += 1;
            }
        }
        Self { shape, tree, slots }
    }

    fn record(&self, line: u64, text: &str, out: &mut Assembler<'_>) {
        let read = if self.shape.messages.is_empty() {
            self.flat(line, text, out)
        } else {
            self.nested(line, text, out)
        };
        if !read {
            out.fail(line, not_json(text), clip(text.as_bytes()));
        }
    }

    fn flat(&self, line: u64, text: &str, out: &mut Assembler<'_>) -> bool {
        if !text.starts_with(['{', '[']) {
            return false;
        }
        let mut values = vec![None; self.slots];
        let mut parser = serde_json::Deserializer::from_str(text);
        let read = Wanted { node: &self.tree, values: &mut values }.deserialize(&mut parser);
        if read.and_then(|()| parser.end()).is_err() {
            return false;
        }
        let mut cells = Cells::default();
        let mut slots = values.as_mut_slice();
        for field in Field::ALL {
            let (own, others) = slots.split_at_mut(self.shape.places[field].len());
            cells[field] = first_filled(own.iter_mut().filter_map(Option::take));
            slots = others;
        }
        out.record(line, &cells, || clip(text.as_bytes()));
        true
    }

    fn nested(&self, line: u64, text: &str, out: &mut Assembler<'_>) -> bool {
        let Ok(record) = serde_json::from_str::<Value>(text) else { return false };
        let found = each_message(&record, &self.shape.messages, &mut |trail| {
            let mut cells = Cells::default();
            for field in Field::ALL {
                let candidates = self.shape.places[field].iter().filter_map(|place| {
                    let from = trail.get(place.depth)?;
                    path::text(&place.steps, from)
                });
                cells[field] = first_filled(candidates);
            }
            out.record(line, &cells, || trail.last().map(ToString::to_string).unwrap_or_default());
        });
        if !found {
            let way = written(&self.shape.messages);
            out.fail(line, format!("the record has no messages at `{way}`"), clip(text.as_bytes()));
        }
        true
    }
}
