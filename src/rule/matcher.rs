//! One automaton for every literal of a lexicon: terms, the literals that patterns cannot do without, the cues of trades.
//!
//! A message is read once in its folded view; the views that see through disguise are read only where a message has
//! something to see through. What comes out are raw hits; whether they count is decided later.

use std::collections::HashMap;

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
}

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
    }

    /// Builds the automata.
    pub fn build(self) -> Result<Matcher, BuildError> {
        Ok(Matcher { plain: self.plain.build()?, symbols: self.symbols.build()?, sound: self.sound.build()? })
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
        scan.terms.sort_unstable();
        scan.terms.dedup_by_key(|hit| (hit.condition, hit.span, hit.term));
        scan.anchors.sort_unstable();
        scan.anchors.dedup();
        scan
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
    fn letters_far_apart_are_no_word() {
        assert_eq!(seen(Disguise::Symbols, "傻逼", "傻 * * * * * * * * * * 逼"), []);
    }
}
