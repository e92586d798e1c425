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
    /// Byte offset of each folded character.
    starts: Vec<u32>,
    /// Index in the original, in characters, of each folded character.
    origins: Vec<u32>,
}

impl Folded {
    /// Folds `original`.
    pub fn new(original: &str) -> Self {
        let mut folded = Self::default();
        folded.refill(original.chars().enumerate().filter_map(|(i, c)| Some((fold_char(c)?, i as u32))));
        folded
    }

    /// Builds a view from characters and the index in the original that each stands for, in ascending order.
    pub fn from_parts(parts: impl Iterator<Item = (char, u32)>) -> Self {
        let mut folded = Self::default();
        folded.refill(parts);
        folded
    }

    fn refill(&mut self, parts: impl Iterator<Item = (char, u32)>) {
        for (c, origin) in parts {
            self.starts.push(self.text.len() as u32);
            self.origins.push(origin);
            self.text.push(c);
        }
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The characters with the index in the original that each stands for.
    pub fn parts(&self) -> impl Iterator<Item = (char, u32)> + '_ {
        self.text.chars().zip(self.origins.iter().copied())
    }

    /// The characters of the original that stand for `bytes` of the folded text.
    ///
    /// Characters that fell away inside the range are inside the span; those at its ends are not.
    pub fn span(&self, bytes: Range<usize>) -> Span {
        if bytes.is_empty() {
            let at = self.origins.get(self.char_at(bytes.start)).copied().unwrap_or_else(|| self.end());
            return Span { start: at, end: at };
        }
        let first = self.char_at(bytes.start);
        let last = self.char_at(bytes.end).saturating_sub(1).max(first);
        match (self.origins.get(first), self.origins.get(last)) {
            (Some(&start), Some(&end)) => Span { start, end: end + 1 },
            _ => Span { start: self.end(), end: self.end() },
        }
    }

    /// The bytes of the folded text that stand for characters inside `span` of the original.
    pub fn bytes(&self, span: Span) -> Range<usize> {
        let byte = |origin: u32| {
            let at = self.origins.partition_point(|&known| known < origin);
            self.starts.get(at).map_or(self.text.len(), |&start| start as usize)
        };
        byte(span.start)..byte(span.end)
    }

    /// The number of the folded character that begins at or after byte `offset`.
    fn char_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| (start as usize) < offset)
    }

    fn end(&self) -> u32 {
        self.origins.last().map_or(0, |last| last + 1)
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
        fn every_range_maps_into_the_original(original in "\\PC{0,40}") {
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
