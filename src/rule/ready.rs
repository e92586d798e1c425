//! What `build.rs` found out about the packs in the binary, so that a run need not: the literals of their terms and patterns,
//! and the automata over them.
//!
//! Everything here is asked for by text, never by rule: a user's pack that changes or adds some terms finds the others ready,
//! and a pack of which nothing is known is compiled by the same code that `build.rs` runs. Deleting this module's tables would
//! change how long the start takes and nothing else.

use std::sync::LazyLock;

use daachorse::CharwiseDoubleArrayAhoCorasick;

use super::matcher::View;
use crate::text::words::{self, Words};

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

#[cfg(test)]
mod tests {
    use super::{
        super::{literal, source},
        *,
    };

    /// The same code runs beforehand and at run time; this sees that it ran on the same packs, tables and sample.
    #[test]
    fn a_run_would_choose_the_same_literals_for_every_pattern() {
        let texts: Vec<&str> = LITERALS.texts().collect();
        for pattern in PATTERNS.texts() {
            let hir = source::parse(pattern).expect("build.rs parsed it");
            let chosen = literal::required(&hir, RATES).unwrap_or_default();
            let known: Vec<&str> = anchors(pattern)
                .expect("it is one of the patterns")
                .map(|number| texts[number as usize])
                .collect();
            assert_eq!(known, chosen, "{pattern}");
        }
    }

    #[test]
    fn each_automaton_finds_its_literals_and_no_others() {
        for view in [View::Folded, View::Skeleton, View::Sound] {
            let automaton = automaton(view);
            for (text, number) in texts() {
                let whole = automaton
                    .find_overlapping_iter(text)
                    .find(|found| (found.start(), found.end()) == (0, text.len()));
                assert_eq!(
                    whole.map(|found| found.value()),
                    is_in(number, view).then_some(number),
                    "{text} {view:?}"
                );
            }
        }
    }
}
