//! What is kept of a file from which a conversation was read: the whole, or the lines of the conversation with their place.
//!
//! A cut holds what stands before the first message (a table's heading) and each record up to the next, so it is itself a
//! file of the same format. Only plain text is cut; what is packed, or a workbook, is kept whole, since its parts prove nothing.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{hash::sha256, transcript::FileSummary};

/// Where a piece of the original stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    /// First byte in the original.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// First line in the original, from 1.
    pub(super) line: u64,
}

/// A file of which something is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Kept {
    /// Its name in the bundle.
    pub(super) path: String,
    /// Its name as it was given or found.
    pub(super) file: String,
    /// Bytes of the original.
    pub(super) bytes: usize,
    /// SHA-256 of the original.
    pub(super) sha256: String,
    /// Whether all of it is kept.
    pub(super) whole: bool,
    /// The pieces that are kept, in order; they stand in the bundle one after the other.
    pub(super) pieces: Vec<Piece>,
}

/// The formats whose records begin on lines of their own.
const BY_LINE: [&str; 5] = ["jsonl", "csv", "tsv", "text", "subtitles"];

/// The heads of what is packed: gzip, Zstandard.
const PACKED: [&[u8]; 2] = [&[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd]];

/// Whether lines of the original can be told in it.
fn has_lines(original: &[u8], summary: Option<&FileSummary>) -> bool {
    let by_line = summary
        .is_some_and(|summary| BY_LINE.contains(&summary.format) && !summary.encoding.starts_with("UTF-16"));
    by_line && !PACKED.iter().any(|magic| original.starts_with(magic))
}

/// The pieces with the records that begin on the `wanted` lines; `known` are the lines on which any record begins. `None`
/// where the original has to be kept whole.
pub(super) fn pieces(
    original: &[u8],
    summary: Option<&FileSummary>,
    wanted: &BTreeSet<u64>,
    known: &BTreeSet<u64>,
) -> Option<Vec<Piece>> {
    if !has_lines(original, summary) {
        return None;
    }
    let mut starts = vec![0];
    starts.extend(memchr::memchr_iter(b'\n', original).map(|at| at + 1));
    let start_of = |line: u64| starts.get(usize::try_from(line).ok()?.checked_sub(1)?).copied();
    let end_of = |line: u64| match known.range(line + 1..).next() {
        Some(&next) => start_of(next),
        None => Some(original.len()),
    };
    let mut pieces = vec![Piece { start: 0, end: start_of(*known.first()?)?, line: 1 }];
    for &line in wanted {
        let (start, end) = (start_of(line)?, end_of(line)?);
        match pieces.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => pieces.push(Piece { start, end, line }),
        }
    }
    pieces.retain(|piece| piece.start < piece.end);
    Some(pieces)
}

/// What is kept of a file, and its bytes.
pub(super) fn keep(
    number: usize,
    file: &str,
    original: Vec<u8>,
    pieces: Option<Vec<Piece>>,
) -> (Kept, Vec<u8>) {
    let all = vec![Piece { start: 0, end: original.len(), line: 1 }];
    let whole = pieces.as_ref().is_none_or(|pieces| *pieces == all);
    let kept = Kept {
        path: format!("sources/{number:02}-{}", plain_name(file)),
        file: file.to_owned(),
        bytes: original.len(),
        sha256: sha256(&original),
        whole,
        pieces: pieces.unwrap_or(all),
    };
    let bytes = if whole {
        original
    } else {
        kept.pieces.iter().flat_map(|piece| &original[piece.start..piece.end]).copied().collect()
    };
    (kept, bytes)
}

/// The last part of a path, without what a file system may take amiss.
fn plain_name(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    name.chars().map(plain).collect()
}
