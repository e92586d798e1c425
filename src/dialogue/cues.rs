//! The cue words and patterns of `lexicons/dialogue.toml`, compiled once.
//!
//! Knows which class of cue stands in a clause; does not know what follows from it.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use serde::Deserialize;
use toml::Spanned;

use super::evidence;

/// Patterns with bounded gaps over Han characters grow large automata; this is room for all of them.
const AUTOMATON_LIMIT: usize = 64 << 20;

/// One class of cue. The first word of each name is its table in the lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Cue {
    AskTime,
    AskPlace,
    AskAmount,
    AskReason,
    AskPolarity,
    AskChoice,
    AskMethod,
    AskIdentity,
    AskStatus,
    AskRequest,
    AskComplaint,
    TalkThanks,
    TalkAssent,
    TalkCard,
    TalkPressing,
    TalkLeave,
    FillerGreeting,
    FillerHold,
    FillerApology,
    FillerEmpathy,
    FillerClosing,
    FillerSticker,
    FillerAck,
    HoldsTime,
    HoldsAmount,
    HoldsPlace,
    HoldsReason,
    HoldsPolarity,
    HoldsSteps,
    HoldsContact,
    HoldsDone,
    HoldsPromised,
    HoldsDataRequest,
    HoldsHandover,
    HoldsRefusal,
    MovesWait,
    MovesProgress,
    MovesStock,
    MovesBuck,
    MovesRetention,
    MovesSales,
    MovesDeflect,
}

impl Cue {
    const ALL: [(Self, &'static str, &'static str); 42] = [
        (Self::AskTime, "ask", "time"),
        (Self::AskPlace, "ask", "place"),
        (Self::AskAmount, "ask", "amount"),
        (Self::AskReason, "ask", "reason"),
        (Self::AskPolarity, "ask", "polarity"),
        (Self::AskChoice, "ask", "choice"),
        (Self::AskMethod, "ask", "method"),
        (Self::AskIdentity, "ask", "identity"),
        (Self::AskStatus, "ask", "status"),
        (Self::AskRequest, "ask", "request"),
        (Self::AskComplaint, "ask", "complaint"),
        (Self::TalkThanks, "talk", "thanks"),
        (Self::TalkAssent, "talk", "assent"),
        (Self::TalkCard, "talk", "card"),
        (Self::TalkPressing, "talk", "pressing"),
        (Self::TalkLeave, "talk", "leave"),
        (Self::FillerGreeting, "filler", "greeting"),
        (Self::FillerHold, "filler", "hold"),
        (Self::FillerApology, "filler", "apology"),
        (Self::FillerEmpathy, "filler", "empathy"),
        (Self::FillerClosing, "filler", "closing"),
        (Self::FillerSticker, "filler", "sticker"),
        (Self::FillerAck, "filler", "ack"),
        (Self::HoldsTime, "holds", "time"),
        (Self::HoldsAmount, "holds", "amount"),
        (Self::HoldsPlace, "holds", "place"),
        (Self::HoldsReason, "holds", "reason"),
        (Self::HoldsPolarity, "holds", "polarity"),
        (Self::HoldsSteps, "holds", "steps"),
        (Self::HoldsContact, "holds", "contact"),
        (Self::HoldsDone, "holds", "done"),
        (Self::HoldsPromised, "holds", "promised"),
        (Self::HoldsDataRequest, "holds", "data_request"),
        (Self::HoldsHandover, "holds", "handover"),
        (Self::HoldsRefusal, "holds", "refusal"),
        (Self::MovesWait, "moves", "wait"),
        (Self::MovesProgress, "moves", "progress"),
        (Self::MovesStock, "moves", "stock"),
        (Self::MovesBuck, "moves", "buck"),
        (Self::MovesRetention, "moves", "retention"),
        (Self::MovesSales, "moves", "sales"),
        (Self::MovesDeflect, "moves", "deflect"),
    ];

    fn named(table: &str, name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, t, n)| *t == table && *n == name).map(|(cue, ..)| *cue)
    }
}

/// A set of cue classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CueSet(u64);

impl CueSet {
    pub(super) const fn of(cues: &[Cue]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < cues.len() {
            bits |= 1 << cues[at] as u8;
            at += 1;
        }
        Self(bits)
    }

    pub(super) const fn has(self, cue: Cue) -> bool {
        self.0 & (1 << cue as u8) != 0
    }

    pub(super) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    pub(super) const fn and(self, of: Self) -> Self {
        Self(self.0 & of.0)
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn insert(&mut self, cue: Cue) {
        self.0 |= 1 << cue as u8;
    }

    pub(super) const fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

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
    stop: Class,
    weights: BTreeMap<Spanned<String>, f32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    #[serde(default)]
    terms: Vec<Spanned<String>>,
    #[serde(default)]
    patterns: Vec<Spanned<String>>,
}

/// The compiled cues. Immutable; share one among all threads.
#[derive(Debug)]
pub struct Cues {
    terms: AhoCorasick,
    kinds: Vec<Cue>,
    asked: Patterns,
    replied: Patterns,
    filler: Regex,
    stop: Regex,
    /// In the order of [`evidence::NAMES`].
    pub(super) weights: Vec<f32>,
    pub(super) bias: f32,
    pub(super) threshold: f32,
}

#[derive(Debug)]
struct Patterns {
    set: RegexSet,
    cues: Vec<Cue>,
}

impl Cues {
    /// The lexicon that the binary carries.
    ///
    /// # Panics
    /// Never in a build whose tests passed: the embedded lexicon is parsed by them.
    pub fn embedded() -> Self {
        Self::parse(include_str!("../../lexicons/dialogue.toml")).expect("the embedded lexicon is tested")
    }

    /// Reads a lexicon in the form of `lexicons/dialogue.toml`.
    pub fn parse(source: &str) -> Result<Self, CueError> {
        let line_of = |byte: usize| source[..byte].matches('\n').count() + 1;
        let file: File = toml::from_str(source).map_err(|error| CueError {
            line: error.span().map_or(1, |span| line_of(span.start)),
            reason: error.message().to_owned(),
        })?;
        let lists: Vec<(String, String)> = file
            .lists
            .iter()
            .map(|(name, words)| (format!("@{name}"), format!("(?:{})", words.join("|"))))
            .collect();
        let expand = |pattern: &Spanned<String>| -> Result<String, CueError> {
            let mut text = pattern.get_ref().clone();
            // Longer names first, so that `@number` is not read as `@num` and `ber`.
            let mut names: Vec<_> = lists.iter().filter(|(name, _)| text.contains(name.as_str())).collect();
            names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
            for (name, words) in names {
                text = text.replace(name.as_str(), words);
            }
            match RegexBuilder::new(&text).size_limit(AUTOMATON_LIMIT).build() {
                Ok(_) => Ok(text),
                Err(error) => Err(CueError {
                    line: line_of(pattern.span().start),
                    reason: format!("the pattern is no regular expression: {error}"),
                }),
            }
        };

        let mut terms: Vec<String> = Vec::new();
        let mut kinds = Vec::new();
        let (mut asked, mut replied) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        let mut fillers: Vec<String> = Vec::new();
        let mut filler_terms: Vec<String> = Vec::new();
        for (table, classes) in [
            ("ask", &file.ask),
            ("talk", &file.talk),
            ("filler", &file.filler),
            ("holds", &file.holds),
            ("moves", &file.moves),
        ] {
            for (name, class) in classes {
                let cue = Cue::named(table, name.get_ref()).ok_or_else(|| CueError {
                    line: line_of(name.span().start),
                    reason: format!("no such class: {table}.{}", name.get_ref()),
                })?;
                for term in &class.terms {
                    terms.push(term.get_ref().clone());
                    kinds.push(cue);
                }
                let patterns = class.patterns.iter().map(expand).collect::<Result<Vec<_>, _>>()?;
                if table == "filler" {
                    fillers.extend(patterns.iter().cloned());
                    filler_terms.extend(class.terms.iter().map(|term| regex::escape(term.get_ref())));
                }
                let side = if matches!(table, "ask" | "talk") { &mut asked } else { &mut replied };
                if !patterns.is_empty() {
                    side.0.push(format!("(?:{})", patterns.join(")|(?:")));
                    side.1.push(cue);
                }
            }
        }
        filler_terms.sort_by_key(|term| std::cmp::Reverse(term.len()));
        fillers.extend(filler_terms);
        let mut stops: Vec<String> =
            file.stop.terms.iter().map(|term| regex::escape(term.get_ref())).collect();
        for pattern in &file.stop.patterns {
            stops.push(expand(pattern)?);
        }
        let mut weights = vec![0.0; evidence::NAMES.len()];
        let (mut bias, mut threshold) = (0.0, 0.5);
        for (name, weight) in &file.weights {
            match name.get_ref().as_str() {
                "bias" => bias = *weight,
                "threshold" => threshold = *weight,
                known => match evidence::NAMES.iter().position(|evidence| *evidence == known) {
                    Some(at) => weights[at] = *weight,
                    None => {
                        return Err(CueError {
                            line: line_of(name.span().start),
                            reason: format!("no such evidence: {known}"),
                        });
                    }
                },
            }
        }
        let whole = |error: &dyn std::fmt::Display| CueError { line: 1, reason: error.to_string() };
        let union = |alternatives: &[String]| {
            RegexBuilder::new(&format!("(?:{})", alternatives.join(")|(?:")))
                .size_limit(AUTOMATON_LIMIT)
                .dfa_size_limit(AUTOMATON_LIMIT)
                .build()
                .map_err(|error| whole(&error))
        };
        let set = |(patterns, cues): (Vec<String>, Vec<Cue>)| {
            RegexSetBuilder::new(&patterns)
                .size_limit(AUTOMATON_LIMIT)
                .dfa_size_limit(AUTOMATON_LIMIT)
                .build()
                .map(|set| Patterns { set, cues })
                .map_err(|error| whole(&error))
        };
        Ok(Self {
            terms: AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .build(&terms)
                .map_err(|error| whole(&error))?,
            kinds,
            asked: set(asked)?,
            replied: set(replied)?,
            filler: union(&fillers)?,
            stop: union(&stops)?,
            weights,
            bias,
            threshold,
        })
    }

    /// Calls `hit` with the end of every term in `text` and its class.
    pub(super) fn each_term(&self, text: &str, mut hit: impl FnMut(usize, Cue)) {
        for found in self.terms.find_overlapping_iter(text) {
            hit(found.start(), self.kinds[found.pattern().as_usize()]);
        }
    }

    /// The classes whose patterns match in a customer's clause.
    pub(super) fn asked(&self, clause: &str) -> CueSet {
        self.asked.of(clause)
    }

    /// The classes whose patterns match in an agent's clause.
    pub(super) fn replied(&self, clause: &str) -> CueSet {
        self.replied.of(clause)
    }

    /// The stretches of a clause that are greeting, hold, apology, empathy, closing, sticker or mere assent.
    pub(super) fn fillers<'t>(&self, clause: &'t str) -> impl Iterator<Item = std::ops::Range<usize>> + 't
    where
        Self: 't,
    {
        self.filler.find_iter(clause).map(|found| found.range()).collect::<Vec<_>>().into_iter()
    }

    /// The stretches of a clause that carry nothing by themselves.
    pub(super) fn stops<'t>(&self, clause: &'t str) -> impl Iterator<Item = std::ops::Range<usize>> + 't {
        self.stop.find_iter(clause).map(|found| found.range()).collect::<Vec<_>>().into_iter()
    }
}

impl Patterns {
    fn of(&self, clause: &str) -> CueSet {
        let mut cues = CueSet::default();
        for index in self.set.matches(clause) {
            cues.insert(self.cues[index]);
        }
        cues
    }
}
