//! The parts of a sequence as typed; shared with `build.rs`, which makes the automaton of the embedded lexicon.

/// The alternatives of each part, without the marks at its ends: `^怎么/咋…了$` has the parts 怎么/咋 and 了.
pub(super) fn parts(sequence: &str) -> Vec<Vec<&str>> {
    let body = sequence.trim_start_matches('^').trim_end_matches('$');
    body.split('…').filter(|part| !part.is_empty()).map(|part| part.split('/').collect()).collect()
}
