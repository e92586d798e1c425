//! Terms and sequences in one pass over a text.
//!
//! A regular expression with gaps costs an automaton a state for every gap that it may be in, and a lazy one builds those states
//! while the first few thousand messages wait. Parts in order need no such states: each literal that the one automaton finds
//! moves the sequences that wait for it one part on.

use std::{collections::HashMap, fmt, ops::Range};

use daachorse::{CharwiseDoubleArrayAhoCorasick, errors::DaachorseError};

use super::{cue::Cue, parts::parts, reading::Clause};
use crate::text::words::Words;

/// The literals of the embedded lexicon and the automaton over them, made by `build.rs`.
const LITERALS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cues.bin"));
const AUTOMATON: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cues.pma"));

type Automaton = CharwiseDoubleArrayAhoCorasick<u32>;

/// Particles that may stand between the last part and the end of the clause.
const TRAILING: [char; 10] = ['呢', '哦', '哈', '呀', '啊', '亲', '哟', '啦', '的', '喔'];

#[derive(Clone, Copy, Debug)]
enum Action {
    /// The literal is a term of this class.
    Term(Cue),
    /// The literal is the nth part of a sequence.
    Part { sequence: u16, nth: u8 },
    /// The literal carries nothing.
    Stop,
}

#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "the four marks that a sequence may carry, each by itself")]
struct Sequence {
    cue: Cue,
    parts: u8,
    /// `^`: the first part begins the clause.
    at_start: bool,
    /// `$`: the last part ends the clause.
    at_end: bool,
    /// A gap before the first part: a filler takes the clause from its beginning.
    from_start: bool,
    /// A gap after the last part: a filler takes the clause to its end.
    to_end: bool,
}

/// Collects literals until the automaton is built.
#[derive(Debug, Default)]
pub(super) struct ScannerBuilder {
    literals: HashMap<String, usize>,
    actions: Vec<Vec<Action>>,
    sequences: Vec<Sequence>,
}

impl ScannerBuilder {
    fn add(&mut self, literal: &str, action: Action) {
        let next = self.actions.len();
        let at = *self.literals.entry(literal.to_owned()).or_insert(next);
        if at == next {
            self.actions.push(Vec::new());
        }
        self.actions[at].push(action);
    }

    pub(super) fn term(&mut self, term: &str, cue: Cue) {
        self.add(term, Action::Term(cue));
    }

    pub(super) fn stop(&mut self, term: &str) {
        self.add(term, Action::Stop);
    }

    /// `Err` says what is wrong with the sequence.
    pub(super) fn sequence(
        &mut self,
        text: &str,
        cue: Cue,
        lists: &[(String, Vec<String>)],
    ) -> Result<(), String> {
        let at_start = text.starts_with('^');
        let at_end = text.ends_with('$');
        let body = text.trim_start_matches('^').trim_end_matches('$');
        let parts: Vec<Vec<&str>> = parts(text);
        let id =
            u16::try_from(self.sequences.len()).map_err(|_| "there are too many sequences".to_owned())?;
        if parts.is_empty() || parts.len() > 8 {
            return Err(format!("the sequence {text:?} must have one to eight parts"));
        }
        self.sequences.push(Sequence {
            cue,
            parts: parts.len() as u8,
            at_start,
            at_end,
            from_start: body.starts_with('…'),
            to_end: body.ends_with('…'),
        });
        for (nth, part) in parts.iter().enumerate() {
            let action = Action::Part { sequence: id, nth: nth as u8 };
            for &alternative in part {
                if let Some(name) = alternative.strip_prefix('@') {
                    let Some((_, words)) = lists.iter().find(|(list, _)| list == name) else {
                        return Err(format!("no list is called {alternative}"));
                    };
                    for word in words {
                        self.add(word, action);
                    }
                } else if alternative.is_empty() {
                    return Err(format!("the sequence {text:?} has an empty alternative"));
                } else {
                    self.add(alternative, action);
                }
            }
        }
        Ok(())
    }

    pub(super) fn build(mut self) -> Result<Scanner, DaachorseError> {
        let ready = Words::read(LITERALS);
        let numbers: Option<Vec<(u32, usize)>> =
            self.literals.iter().map(|(literal, &at)| Some((ready.number(literal)?, at))).collect();
        let numbers = numbers.filter(|numbers| numbers.len() == ready.len());
        let (automaton, actions) = if let Some(mut numbers) = numbers {
            numbers.sort_unstable();
            let actions = numbers.iter().map(|&(_, at)| std::mem::take(&mut self.actions[at])).collect();
            (Automaton::deserialize(AUTOMATON)?.0, actions)
        } else {
            let literals = self.literals.iter().map(|(literal, &at)| (literal, at as u32));
            (Automaton::with_values(literals)?, self.actions)
        };
        Ok(Scanner { automaton, actions, sequences: self.sequences })
    }
}

/// Finds all terms, sequences and empty words.
pub(super) struct Scanner {
    automaton: Automaton,
    /// By literal.
    actions: Vec<Vec<Action>>,
    sequences: Vec<Sequence>,
}

impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanner").field("literals", &self.actions.len()).finish_non_exhaustive()
    }
}

/// How far a sequence has come in the clause.
#[derive(Clone, Copy)]
struct Progress {
    clause: u32,
    nth: u8,
    start: u32,
    end: u32,
}

impl Scanner {
    /// Marks the cues of each clause and, in `covered`, the bytes of fillers and empty words.
    pub(super) fn scan(&self, text: &str, clauses: &mut [Clause], covered: &mut [bool]) {
        let idle = Progress { clause: u32::MAX, nth: 0, start: 0, end: 0 };
        let mut progress = vec![idle; self.sequences.len()];
        let mut at = 0;
        for found in self.automaton.find_overlapping_iter(text) {
            while at < clauses.len() && clauses[at].range.end < found.end() {
                at += 1;
            }
            let Some(clause) = clauses.get_mut(at) else { break };
            if found.start() < clause.range.start {
                continue;
            }
            for action in &self.actions[found.value() as usize] {
                match *action {
                    Action::Term(cue) => {
                        clause.cues.insert(cue);
                        if cue.is_filler() {
                            covered[found.start()..found.end()].fill(true);
                        }
                    }
                    Action::Stop => covered[found.start()..found.end()].fill(true),
                    Action::Part { sequence: id, nth } => {
                        let sequence = self.sequences[id as usize];
                        let state = &mut progress[id as usize];
                        if state.clause != at as u32 {
                            *state = Progress { clause: at as u32, ..idle };
                        }
                        let here = state.nth == nth && found.start() >= state.end as usize;
                        let placed = nth > 0 || !sequence.at_start || found.start() == clause.range.start;
                        let last = nth + 1 == sequence.parts;
                        let closes = !last || !sequence.at_end || ends(text, &clause.range, found.end());
                        if !(here && placed && closes) {
                            continue;
                        }
                        if nth == 0 {
                            state.start = found.start() as u32;
                        }
                        state.end = found.end() as u32;
                        if !last {
                            state.nth += 1;
                            continue;
                        }
                        clause.cues.insert(sequence.cue);
                        if sequence.cue.is_filler() {
                            let from =
                                if sequence.from_start { clause.range.start } else { state.start as usize };
                            let to = if sequence.to_end { clause.range.end } else { found.end() };
                            covered[from..to].fill(true);
                        }
                    }
                }
            }
        }
    }
}

fn ends(text: &str, clause: &Range<usize>, at: usize) -> bool {
    text[at..clause.end].chars().all(|character| TRAILING.contains(&character))
}
