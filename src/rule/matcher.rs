//! One automaton for every literal of a lexicon: terms, the literals that patterns cannot do without, the cues of trades.
//!
//! A message is read once in its folded view; the views that see through disguise are read only where a message has
//! something to see through. What comes out are raw hits; whether they count is decided later.

use std::{collections::HashMap, sync::OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};

use crate::{
    finding::Span,
    text::{
        disguise::{self, Disguise},
        fold::Folded,
    },
};

/// What a literal stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Term `term` of condition `condition`.
    Term {
        /// Condition number.
        condition: u32,
        /// Number of the term in its condition.
        term: u32,
    },
    /// Pattern `pattern` of condition `condition` has a chance.
    Anchor {
        /// Condition number.
        condition: u32,
        /// Number of the pattern in its condition.
        pattern: u32,
    },
    /// A word of a trade.
    Cue {
        /// Trade number.
        trade: u32,
        /// What the word counts.
        weight: u32,
    },
}

/// Collects literals.
#[derive(Debug, Default)]
pub struct MatcherBuilder {
    plain: Literals,
    symbols: Literals,
    sound: Literals,
    heard: Vec<(String, Use)>,
}

/// How many characters a term has whose like may be looked for by sound in speech; of shorter ones there are too many.
const HEARD: usize = 3;

#[derive(Debug, Default)]
struct Literals {
    numbers: HashMap<String, usize>,
    uses: Vec<Vec<Use>>,
}

impl Literals {
    fn add(&mut self, literal: String, r#use: Use) {
        let next = self.uses.len();
        let number = *self.numbers.entry(literal).or_insert(next);
        if number == next {
            self.uses.push(Vec::new());
        }
        if !self.uses[number].contains(&r#use) {
            self.uses[number].push(r#use);
        }
    }

    fn build(self) -> Result<Option<Automaton>, BuildError> {
        if self.uses.is_empty() {
            return Ok(None);
        }
        let mut literals: Vec<(String, usize)> = self.numbers.into_iter().collect();
        literals.sort_by_key(|&(_, number)| number);
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(literals.iter().map(|(literal, _)| literal.as_bytes()))?;
        Ok(Some(Automaton { automaton, uses: self.uses }))
    }
}

#[derive(Debug)]
struct Automaton {
    automaton: AhoCorasick,
    uses: Vec<Vec<Use>>,
}

impl MatcherBuilder {
    /// Adds a folded literal that tolerates so much disguise.
    pub fn add(&mut self, literal: &str, disguise: Disguise, r#use: Use) {
        self.plain.add(literal.to_owned(), r#use);
        if disguise >= Disguise::Symbols {
            self.symbols.add(literal.to_owned(), r#use);
        }
        if disguise >= Disguise::Sound && literal.chars().all(is_han) && literal.chars().count() > 1 {
            self.sound.add(disguise::sound_of(literal), r#use);
        }
        let shortest = if disguise >= Disguise::Sound { 2 } else { HEARD };
        let is_term = matches!(r#use, Use::Term { .. });
        if is_term && literal.chars().all(is_han) && literal.chars().count() >= shortest {
            self.heard.push((literal.to_owned(), r#use));
        }
    }

    /// Builds the automata.
    pub fn build(self) -> Result<Matcher, BuildError> {
        Ok(Matcher {
            plain: self.plain.build()?,
            symbols: self.symbols.build()?,
            sound: self.sound.build()?,
            heard: (self.heard, OnceLock::new()),
        })
    }
}

/// Whether `c` is written in Chinese script.
pub fn is_han(c: char) -> bool {
    matches!(c as u32, 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x2_0000..=0x3_134F)
}

/// The automata of a lexicon.
#[derive(Debug)]
pub struct Matcher {
    plain: Option<Automaton>,
    symbols: Option<Automaton>,
    sound: Option<Automaton>,
    /// The terms of which the like is looked for in speech, and their automaton, built when the first speech is read.
    heard: (Vec<(String, Use)>, OnceLock<Option<Automaton>>),
}

/// In which view a hit was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// The folded text.
    Folded,
    /// Without symbols and repetitions.
    Skeleton,
    /// By sound.
    Sound,
}

/// A term seen in a message; not yet known to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TermHit {
    /// Condition number.
    pub condition: u32,
    /// Where, in characters of the original.
    pub span: Span,
    /// Number of the term in its condition.
    pub term: u32,
    /// The view in which it was seen first.
    pub view: View,
}

/// What the automata saw in one message.
#[derive(Debug, Default)]
pub struct Scan {
    /// The folded text.
    pub folded: Folded,
    /// Without symbols and repetitions, where that differs and was needed.
    pub skeleton: Option<Folded>,
    /// By condition, then place.
    pub terms: Vec<TermHit>,
    /// (condition, pattern, view), ascending, each once.
    pub anchors: Vec<(u32, u32, View)>,
    /// (trade, weight), one for each word seen.
    pub cues: Vec<(u32, u32)>,
}

impl Matcher {
    /// Reads one message.
    pub fn scan(&self, original: &str) -> Scan {
        let mut scan = Scan { folded: Folded::new(original), ..Scan::default() };
        if let Some(plain) = &self.plain {
            let folded = std::mem::take(&mut scan.folded);
            plain.read(&folded, &folded, View::Folded, &mut scan);
            scan.folded = folded;
        }
        if self.symbols.is_some() || self.sound.is_some() {
            scan.skeleton = disguise::skeleton(&scan.folded);
        }
        if let (Some(symbols), Some(skeleton)) = (&self.symbols, scan.skeleton.take()) {
            symbols.read(&skeleton, &skeleton, View::Skeleton, &mut scan);
            scan.skeleton = Some(skeleton);
        }
        if let Some(sound) = &self.sound {
            let base = scan.skeleton.take();
            let folded = std::mem::take(&mut scan.folded);
            let text = base.as_ref().unwrap_or(&folded);
            sound.read(&disguise::sound(text), text, View::Sound, &mut scan);
            scan.folded = folded;
            scan.skeleton = base;
        }
        scan.settle();
        scan
    }

    /// Reads one message that was spoken: a machine that writes down what it hears takes words of like sound for one another.
    pub fn scan_speech(&self, original: &str) -> Scan {
        let mut scan = self.scan(original);
        let (terms, automaton) = &self.heard;
        let automaton = automaton.get_or_init(|| {
            let mut literals = Literals::default();
            for (term, r#use) in terms {
                literals.add(disguise::heard_of(term), *r#use);
            }
            // What cannot be built is not looked for: the other views have been read.
            literals.build().ok().flatten()
        });
        if let Some(automaton) = automaton {
            let folded = std::mem::take(&mut scan.folded);
            automaton.read(&disguise::heard(&disguise::sound(&folded)), &folded, View::Sound, &mut scan);
            scan.folded = folded;
            scan.settle();
        }
        scan
    }
}

impl Scan {
    /// Each hit once, in order.
    fn settle(&mut self) {
        self.terms.sort_unstable();
        self.terms.dedup_by_key(|hit| (hit.condition, hit.span, hit.term));
        self.anchors.sort_unstable();
        self.anchors.dedup();
    }
}

impl Automaton {
    fn read(&self, view: &Folded, base: &Folded, kind: View, scan: &mut Scan) {
        for found in self.automaton.find_overlapping_iter(view.text()) {
            let mut span = view.span(found.start()..found.end());
            if kind == View::Sound {
                span.end = latin_end(base, span);
            }
            for r#use in &self.uses[found.pattern().as_usize()] {
                match *r#use {
                    Use::Term { condition, term } => {
                        // Spread too far apart, letters are no disguised word but chance.
                        if span.len() <= 3 * found.pattern_length(view) + 2 {
                            scan.terms.push(TermHit { condition, span, term, view: kind });
                        }
                    }
                    Use::Anchor { condition, pattern } => scan.anchors.push((condition, pattern, kind)),
                    Use::Cue { trade, weight } => scan.cues.push((trade, weight)),
                }
            }
        }
    }
}

trait PatternLength {
    fn pattern_length(&self, view: &Folded) -> u32;
}

impl PatternLength for aho_corasick::Match {
    /// In characters.
    fn pattern_length(&self, view: &Folded) -> u32 {
        view.text()[self.range()].chars().count() as u32
    }
}

/// A syllable spelled in Latin letters stands at the first of them; the span reaches to the last.
fn latin_end(base: &Folded, span: Span) -> u32 {
    let last = base.bytes(Span { start: span.end - 1, end: span.end });
    let tail = &base.text()[last.start..];
    if !tail.starts_with(|c: char| c.is_ascii_lowercase()) {
        return span.end;
    }
    let letters = tail.bytes().take_while(u8::is_ascii_lowercase).count();
    base.span(last.start..last.start + letters).end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(disguise: Disguise, term: &str, text: &str) -> Vec<(u32, u32, View)> {
        let mut builder = MatcherBuilder::default();
        builder.add(term, disguise, Use::Term { condition: 0, term: 0 });
        let matcher = builder.build().expect("the literals are few");
        matcher.scan(text).terms.iter().map(|hit| (hit.span.start, hit.span.end, hit.view)).collect()
    }

    #[test]
    fn each_view_marks_exactly_what_stands_in_the_original() {
        assert_eq!(seen(Disguise::Light, "傻逼", "真傻逼"), [(1, 3, View::Folded)]);
        assert_eq!(seen(Disguise::Light, "傻逼", "真傻*逼"), []);
        assert_eq!(seen(Disguise::Symbols, "傻逼", "真傻*逼"), [(1, 4, View::Skeleton)]);
        assert_eq!(seen(Disguise::Symbols, "傻逼", "真煞笔"), []);
        assert_eq!(seen(Disguise::Sound, "傻逼", "真煞笔"), [(1, 3, View::Sound)]);
        assert_eq!(seen(Disguise::Sound, "智障", "zhi障都会"), [(0, 4, View::Sound)]);
        assert_eq!(seen(Disguise::Sound, "智障", "你个智-zhang"), [(2, 9, View::Sound)]);
    }

    #[test]
    fn speech_is_also_read_by_what_it_sounds_like() {
        let mut builder = MatcherBuilder::default();
        builder.add("稳赚不赔", Disguise::Light, Use::Term { condition: 0, term: 0 });
        builder.add("保本", Disguise::Light, Use::Term { condition: 1, term: 0 });
        let matcher = builder.build().expect("the literals are few");
        assert_eq!(matcher.scan("这个问转不陪").terms, []);
        let seen = matcher.scan_speech("这个问转不陪").terms;
        assert_eq!(seen.iter().map(|hit| (hit.span.start, hit.span.end)).collect::<Vec<_>>(), [(2, 6)]);
        assert_eq!(matcher.scan_speech("宝贝的本子").terms, []);
        assert_eq!(matcher.scan_speech("稳赚不赔").terms, matcher.scan("稳赚不赔").terms);
    }

    #[test]
    fn letters_far_apart_are_no_word() {
        assert_eq!(seen(Disguise::Symbols, "傻逼", "傻 * * * * * * * * * * 逼"), []);
    }
}
