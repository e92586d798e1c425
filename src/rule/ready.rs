//! What `build.rs` found out about the packs in the binary, so that a run need not: the literals of their terms and patterns,
//! and the automata over them.
//!
//! Everything here is asked for by text, never by rule: a user's pack that changes or adds some terms finds the others ready,
//! and a pack of which nothing is known is compiled by the same code that `build.rs` runs. Deleting this module's tables would
//! change how long the start takes and nothing else.

use std::sync::LazyLock;

use daachorse::CharwiseDoubleArrayAhoCorasick;

use super::{
    matcher::View,
    words::{self, Words},
};

/// An automaton whose values are the numbers of literals.
pub(super) type Automaton = CharwiseDoubleArrayAhoCorasick<u32>;

/// The table of [`super::rarity`].
pub(super) static RATES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rates.bin"));

/// All literals.
static LITERALS: LazyLock<Words<'static>> =
    LazyLock::new(|| Words::read(include_bytes!(concat!(env!("OUT_DIR"), "/literals.bin"))));

/// By literal, a bit for each view in whose automaton it stands.
static VIEWS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/views.bin"));

/// All patterns, expanded.
static PATTERNS: LazyLock<Words<'static>> =
    LazyLock::new(|| Words::read(include_bytes!(concat!(env!("OUT_DIR"), "/patterns.bin"))));

/// By pattern, where the numbers of its literals end; then those numbers.
static ANCHORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/anchors.bin"));

/// How many literals there are.
pub(super) fn literals() -> u32 {
    LITERALS.len() as u32
}

/// The number of a literal.
pub(super) fn literal(text: &str) -> Option<u32> {
    LITERALS.number(text)
}

/// All literals with their numbers.
pub(super) fn texts() -> impl Iterator<Item = (&'static str, u32)> {
    LITERALS.texts().zip(0..)
}

/// Whether a literal stands in the automaton of a view.
pub(super) fn is_in(literal: u32, view: View) -> bool {
    VIEWS.get(literal as usize).is_some_and(|bits| bits & 1 << view as u8 != 0)
}

/// The literals that an expanded pattern cannot do without, by number, none if there are none; or nothing is known of it.
pub(super) fn anchors(pattern: &str) -> Option<impl Iterator<Item = u32>> {
    let at = PATTERNS.number(pattern)? as usize;
    let start = if at == 0 { 0 } else { words::number(ANCHORS, at - 1) as usize };
    let end = words::number(ANCHORS, at) as usize;
    let first = PATTERNS.len();
    Some((start..end).map(move |at| words::number(ANCHORS, first + at)))
}

/// The automaton of a view.
///
/// # Panics
/// Never: what was written is read back in the tests.
pub(super) fn automaton(view: View) -> Automaton {
    let bytes: &[u8] = match view {
        View::Folded => include_bytes!(concat!(env!("OUT_DIR"), "/folded.pma")),
        View::Skeleton => include_bytes!(concat!(env!("OUT_DIR"), "/skeleton.pma")),
        View::Sound => include_bytes!(concat!(env!("OUT_DIR"), "/sound.pma")),
    };
    Automaton::deserialize(bytes).expect("build.rs wrote it").0
}
