//! Folding: one pass that makes width, case, script and invisible characters not matter.
//!
//! A table built from Unicode data (see `build.rs`) maps each character to at most one, so a folded text is never
//! longer than its original and the way back is one array. Phrase-level conversion of traditional script is
//! refused on purpose: lexicon and text are folded by the same table, so a wrong choice is wrong on both sides alike.

use std::ops::Range;

use super::table;
use crate::finding::Span;

/// Folded code point by code point of the Basic Multilingual Plane, little-endian.
static FOLD: &[u8; 1 << 17] = include_bytes!(concat!(env!("OUT_DIR"), "/fold.bin"));

/// The folded form of `c`, or `None` where the character is invisible and falls away.
pub fn fold_char(c: char) -> Option<char> {
    table::fold_char(FOLD, c)
}

/// `text` folded, without the way back: for lexicon entries, which are folded by the same table.
pub fn fold(text: &str) -> String {
    text.chars().filter_map(fold_char).collect()
}

/// A folded text with the way back to the characters of the original.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    text: String,
    /// Index in the original, in characters, of each folded character; none where it is that of the folded character itself.
    origins: Option<Vec<u32>>,
    /// Byte offset of each folded character, where counting would take long.
    starts: Vec<u32>,
}

/// Characters of a text up to this many bytes are counted faster than looked up.
const SHORT: usize = 1 << 10;

impl Folded {
    /// Folds `original`.
    pub fn new(original: &str) -> Self {
        let mut text = String::with_capacity(original.len());
        for (at, c) in original.chars().enumerate() {
            match fold_char(c) {
                Some(c) => text.push(c),
                None => return Self::with_gaps(original, at),
            }
        }
        Self::of(text, None)
    }

    /// Folds a text of which the character at `gap` falls away.
    fn with_gaps(original: &str, gap: usize) -> Self {
        let mut origins = Vec::with_capacity(gap + original.len() / 3);
        let folded = original.chars().zip(0..).filter_map(|(c, at)| {
            let c = fold_char(c)?;
            origins.push(at);
            Some(c)
        });
        let text = folded.collect();
        Self::of(text, Some(origins))
    }

    /// Builds a view from characters and the index in the original that each stands for, in ascending order.
    pub fn from_parts(parts: impl Iterator<Item = (char, u32)>) -> Self {
        let (text, origins) = parts.unzip();
        Self::of(text, Some(origins))
    }

    fn of(text: String, origins: Option<Vec<u32>>) -> Self {
        let starts = if text.len() > SHORT {
            text.char_indices().map(|(start, _)| start as u32).collect()
        } else {
            Vec::new()
        };
        Self { text, origins, starts }
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The characters with the index in the original that each stands for.
    pub fn parts(&self) -> impl Iterator<Item = (char, u32)> + '_ {
        self.text
            .chars()
            .zip(0..)
            .map(|(c, at)| (c, self.origins.as_ref().map_or(at, |all| all[at as usize])))
    }

    /// The characters of the original that stand for `bytes` of the folded text.
    ///
    /// Characters that fell away inside the range are inside the span; those at its ends are not.
    pub fn span(&self, bytes: Range<usize>) -> Span {
        let first = self.char_at(bytes.start);
        if bytes.is_empty() {
            let at = self.origin(first).unwrap_or_else(|| self.end());
            return Span { start: at, end: at };
        }
        let last = self.char_at(bytes.end).saturating_sub(1).max(first);
        match (self.origin(first), self.origin(last)) {
            (Some(start), Some(end)) => Span { start, end: end + 1 },
            _ => Span { start: self.end(), end: self.end() },
        }
    }

    /// The bytes of the folded text that stand for characters inside `span` of the original.
    pub fn bytes(&self, span: Span) -> Range<usize> {
        let start = self.byte_of(span.start);
        start..self.byte_of(span.end)
    }

    /// Where the first character that stands for `origin` or what follows it begins.
    fn byte_of(&self, origin: u32) -> usize {
        let at = match &self.origins {
            Some(origins) => origins.partition_point(|&known| known < origin),
            None => origin as usize,
        };
        let start = if self.starts.is_empty() {
            self.text.char_indices().nth(at).map(|(start, _)| start)
        } else {
            self.starts.get(at).map(|&start| start as usize)
        };
        start.unwrap_or(self.text.len())
    }

    /// The number of the folded character that begins at or after byte `offset`.
    fn char_at(&self, offset: usize) -> usize {
        if self.starts.is_empty() {
            let before = &self.text.as_bytes()[..offset.min(self.text.len())];
            before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
        } else {
            self.starts.partition_point(|&start| (start as usize) < offset)
        }
    }

    /// The index in the original of a folded character.
    fn origin(&self, at: usize) -> Option<u32> {
        match &self.origins {
            Some(origins) => origins.get(at).copied(),
            None => (at < self.char_at(self.text.len())).then_some(at as u32),
        }
    }

    fn end(&self) -> u32 {
        match &self.origins {
            Some(origins) => origins.last().map_or(0, |last| last + 1),
            None => self.char_at(self.text.len()) as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn width_case_and_script_do_not_matter() {
        assert_eq!(fold("ＳＢ，妳這個白癡！１３８"), "sb,你这个白痴!138");
        assert_eq!(fold("𝐒𝐁𝟑"), "sb3");
    }

    #[test]
    fn common_simplified_characters_stay() {
        for text in ["乾隆着急说得对后面里面干嘛发", "。、《》“”"] {
            let folded = fold(text);
            assert_eq!(fold(&folded), folded, "folding is idempotent on {text}");
        }
        assert_eq!(fold("着后里干发说。、《》“”"), "着后里干发说。、《》“”");
    }

    #[test]
    fn invisible_characters_fall_away_and_stay_inside_the_span() {
        let original = "你\u{200B}是废\u{200B}物\u{FE0F}。";
        let folded = Folded::new(original);
        assert_eq!(folded.text(), "你是废物。");
        let at = folded.text().find("废物").expect("it is there");
        assert_eq!(folded.span(at..at + "废物".len()), Span { start: 3, end: 6 });
    }

    proptest! {
        #[test]
        fn every_range_maps_into_the_original(original in "\\PC{0,40}", long in any::<bool>()) {
            let original = if long { original.repeat(SHORT / original.len().max(1) + 1) } else { original };
            let folded = Folded::new(&original);
            let length = original.chars().count() as u32;
            let edges: Vec<usize> =
                folded.text().char_indices().map(|(i, _)| i).chain([folded.text().len()]).collect();
            for pair in edges.windows(2) {
                let span = folded.span(pair[0]..pair[1]);
                prop_assert!(span.start < span.end && span.end <= length);
                prop_assert_eq!(folded.bytes(span), pair[0]..pair[1]);
                let source = original.chars().nth(span.start as usize).and_then(fold_char);
                prop_assert_eq!(source, folded.text()[pair[0]..].chars().next());
            }
        }

        #[test]
        fn folding_twice_changes_nothing(original in "\\PC{0,40}") {
            let once = fold(&original);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
