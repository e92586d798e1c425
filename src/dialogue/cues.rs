//! The cue words and patterns of `lexicons/dialogue.toml`, compiled once.
//!
//! Knows which class of cue stands in a clause; does not know what follows from it.

use std::{collections::BTreeMap, sync::OnceLock};

use regex::{Regex, RegexSet, RegexSetBuilder};
use serde::Deserialize;
use toml::Spanned;

use super::{
    cue::{Cue, CueSet},
    reading::Clause,
    scan::{Scanner, ScannerBuilder},
    weights::Weights,
};

/// Patterns with bounded gaps over Han characters grow large automata; this is room for all of them.
const AUTOMATON_LIMIT: usize = 64 << 20;

/// The lexicon in the binary.
const EMBEDDED: &str = include_str!("../../lexicons/dialogue.toml");

/// Why a cue lexicon does not load.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("dialogue lexicon, line {line}: {reason}")]
pub struct CueError {
    /// 1-based line of the lexicon.
    pub line: usize,
    /// What is wrong with it and what to do.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    lists: BTreeMap<String, Vec<String>>,
    ask: BTreeMap<Spanned<String>, Class>,
    talk: BTreeMap<Spanned<String>, Class>,
    filler: BTreeMap<Spanned<String>, Class>,
    holds: BTreeMap<Spanned<String>, Class>,
    moves: BTreeMap<Spanned<String>, Class>,
    stop: Stop,
    weights: BTreeMap<Spanned<String>, f32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    #[serde(default)]
    terms: Vec<Spanned<String>>,
    #[serde(default)]
    sequences: Vec<Spanned<String>>,
    #[serde(default)]
    patterns: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stop {
    terms: Vec<String>,
    characters: String,
}

/// The compiled cues. Immutable; share one among all threads.
#[derive(Debug)]
pub struct Cues {
    scanner: Scanner,
    asked: Patterns,
    replied: Patterns,
    /// All patterns of fillers as one.
    filler: String,
    filler_regex: OnceLock<Regex>,
    /// The single characters that carry nothing by themselves.
    stops: CharSet,
    pub(super) weights: Weights,
}

impl Cues {
    /// The lexicon that the binary carries.
    ///
    /// # Panics
    /// Never in a build whose tests passed: the embedded lexicon is parsed by them.
    pub fn embedded() -> Self {
        Self::parse(EMBEDDED).expect("the embedded lexicon is tested")
    }

    /// Reads a lexicon in the form of `lexicons/dialogue.toml`.
    pub fn parse(source: &str) -> Result<Self, CueError> {
        // The tests have seen that the embedded patterns are right; they are compiled when a message first asks for them.
        let tested = source == EMBEDDED;
        let line_of = |byte: usize| source[..byte].matches('\n').count() + 1;
        let file: File = toml::from_str(source).map_err(|error| CueError {
            line: error.span().map_or(1, |span| line_of(span.start)),
            reason: error.message().to_owned(),
        })?;
        let lists: Vec<(String, Vec<String>)> = file.lists.into_iter().collect();
        let at =
            |span: std::ops::Range<usize>, reason: String| CueError { line: line_of(span.start), reason };
        let whole = |error: &dyn std::fmt::Display| CueError { line: 1, reason: error.to_string() };

        let mut scanner = ScannerBuilder::default();
        let (mut asked, mut replied) = (Patterns::default(), Patterns::default());
        let mut fillers: Vec<String> = Vec::new();
        for (table, classes) in [
            ("ask", file.ask),
            ("talk", file.talk),
            ("filler", file.filler),
            ("holds", file.holds),
            ("moves", file.moves),
        ] {
            for (name, class) in classes {
                let cue = Cue::named(table, name.get_ref()).ok_or_else(|| {
                    at(name.span(), format!("there is no class {table}.{}", name.get_ref()))
                })?;
                for term in &class.terms {
                    scanner.term(term.get_ref(), cue);
                }
                for sequence in &class.sequences {
                    scanner
                        .sequence(sequence.get_ref(), cue, &lists)
                        .map_err(|reason| at(sequence.span(), reason))?;
                }
                for pattern in &class.patterns {
                    let text = expand(pattern.get_ref(), &lists);
                    if !tested && let Err(error) = Regex::new(&text) {
                        let reason = format!("{:?} is no regular expression: {error}", pattern.get_ref());
                        return Err(at(pattern.span(), reason));
                    }
                    if matches!(table, "ask" | "talk" | "filler") {
                        asked.add(&text, cue);
                    }
                    if matches!(table, "filler" | "holds" | "moves") {
                        replied.add(&text, cue);
                    }
                    if table == "filler" {
                        fillers.push(format!("(?:{text})"));
                    }
                }
            }
        }
        for term in &file.stop.terms {
            scanner.stop(term);
        }
        let mut weights = Weights::new();
        for (name, weight) in &file.weights {
            if !weights.set(name.get_ref(), *weight) {
                return Err(at(name.span(), format!("there is no evidence called {}", name.get_ref())));
            }
        }
        if !tested {
            asked.compile().map_err(|error| whole(&error))?;
            replied.compile().map_err(|error| whole(&error))?;
            Regex::new(&fillers.join("|")).map_err(|error| whole(&error))?;
        }
        Ok(Self {
            scanner: scanner.build().map_err(|error| whole(&error))?,
            asked,
            replied,
            filler: fillers.join("|"),
            filler_regex: OnceLock::new(),
            stops: CharSet::new(&file.stop.characters),
            weights,
        })
    }

    /// Marks the cues of the clauses of a customer's or an agent's message, and in `covered` the bytes that say nothing.
    pub(super) fn mark(&self, text: &str, customer: bool, clauses: &mut [Clause], covered: &mut [bool]) {
        self.scanner.scan(text, clauses, covered);
        let patterns = if customer { &self.asked } else { &self.replied };
        for clause in clauses {
            let found = patterns.of(&text[clause.range.clone()]);
            clause.cues.extend(found);
            if found.any(FILLERS) {
                for filler in self.filler().find_iter(&text[clause.range.clone()]) {
                    covered[clause.range.start + filler.start()..clause.range.start + filler.end()]
                        .fill(true);
                }
            }
        }
    }

    fn filler(&self) -> &Regex {
        self.filler_regex.get_or_init(|| Regex::new(&self.filler).expect("it was compiled once before"))
    }

    /// Whether the character carries nothing by itself.
    pub(super) fn is_stop(&self, character: char) -> bool {
        self.stops.has(character)
    }
}

const FILLERS: CueSet = CueSet::of(&[
    Cue::FillerGreeting,
    Cue::FillerHold,
    Cue::FillerApology,
    Cue::FillerEmpathy,
    Cue::FillerClosing,
    Cue::FillerSticker,
    Cue::FillerAck,
]);

/// `@name` replaced by the alternatives of the list; longer names first, so that `@number` is not read as `@num` and `ber`.
fn expand(pattern: &str, lists: &[(String, Vec<String>)]) -> String {
    let mut text = pattern.to_owned();
    let mut named: Vec<_> = lists.iter().filter(|(name, _)| text.contains(&format!("@{name}"))).collect();
    named.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, words) in named {
        text = text.replace(&format!("@{name}"), &format!("(?:{})", words.join("|")));
    }
    text
}

/// A set of characters of the Basic Multilingual Plane; asked for every character of every message.
#[derive(Debug)]
struct CharSet(Box<[u64]>);

impl CharSet {
    fn new(characters: &str) -> Self {
        let mut bits = vec![0; 1 << 10];
        for code in characters.chars().map(u32::from).filter(|code| *code < 1 << 16) {
            bits[(code >> 6) as usize] |= 1_u64 << (code & 63);
        }
        Self(bits.into())
    }

    fn has(&self, character: char) -> bool {
        let code = u32::from(character);
        self.0.get((code >> 6) as usize).is_some_and(|bits| bits & 1 << (code & 63) != 0)
    }
}

/// Regular expressions, several a class, matched in one pass over a clause.
#[derive(Debug, Default)]
struct Patterns {
    texts: Vec<String>,
    cues: Vec<Cue>,
    set: OnceLock<RegexSet>,
}

impl Patterns {
    fn add(&mut self, pattern: &str, cue: Cue) {
        match self.cues.last() {
            Some(last) if *last == cue => {
                if let Some(joined) = self.texts.last_mut() {
                    joined.push_str("|(?:");
                    joined.push_str(pattern);
                    joined.push(')');
                }
            }
            _ => {
                self.texts.push(format!("(?:{pattern})"));
                self.cues.push(cue);
            }
        }
    }

    fn compile(&self) -> Result<RegexSet, regex::Error> {
        RegexSetBuilder::new(&self.texts).dfa_size_limit(AUTOMATON_LIMIT).build()
    }

    fn of(&self, clause: &str) -> CueSet {
        let mut cues = CueSet::default();
        let set = self.set.get_or_init(|| self.compile().expect("it was compiled once before"));
        for index in set.matches(clause) {
            cues.insert(self.cues[index]);
        }
        cues
    }
}
