//! Word boundaries by jieba, loaded the first time that a hit hangs on one.
//!
//! Loading takes a tenth of a second and fifty megabytes, so nothing here is touched until a term that asks for word
//! boundaries stands in a text.

use std::sync::OnceLock;

use jieba_rs::{Jieba, TokenizeMode};

/// A segmenter that knows the lexicon's own words.
#[derive(Debug)]
pub struct Segmenter {
    words: Vec<String>,
    jieba: OnceLock<Jieba>,
}

impl Segmenter {
    /// A segmenter for a lexicon with these Han words; loads nothing yet.
    pub fn new(words: Vec<String>) -> Self {
        Self { words, jieba: OnceLock::new() }
    }

    /// Whether the dictionary has been needed so far.
    pub fn is_loaded(&self) -> bool {
        self.jieba.get().is_some()
    }

    /// The byte offsets at which a word begins or ends, ascending, with both ends of the text.
    pub fn edges(&self, text: &str) -> Vec<u32> {
        let mut edges: Vec<u32> = self
            .jieba()
            .tokenize(text, TokenizeMode::Default, false)
            .into_iter()
            .scan(0, |at, token| {
                let start = *at;
                *at += token.word.len() as u32;
                Some(start)
            })
            .collect();
        edges.push(text.len() as u32);
        edges
    }

    fn jieba(&self) -> &Jieba {
        self.jieba.get_or_init(|| {
            let mut jieba = Jieba::new();
            for word in &self.words {
                // A low frequency makes the word known without letting it win over an everyday reading: 大/麻烦.
                if !jieba.has_word(word) {
                    jieba.add_word(word, Some(3), None);
                }
            }
            jieba
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_word(text: &str, word: &str) -> bool {
        let segmenter = Segmenter::new(vec!["大麻".into(), "口交".into(), "他妈的".into()]);
        let edges = segmenter.edges(text);
        let at = text.find(word).expect("the word stands there") as u32;
        edges.contains(&at) && edges.contains(&(at + word.len() as u32))
    }

    #[test]
    fn everyday_readings_win() {
        assert!(!is_word("我有一个大麻烦", "大麻"));
        assert!(!is_word("在路口交通灯那里", "口交"));
        assert!(!is_word("这很可靠的", "靠"));
        assert!(is_word("你他妈的", "他妈的"));
    }

    #[test]
    fn nothing_is_loaded_before_it_is_needed() {
        let segmenter = Segmenter::new(Vec::new());
        assert!(!segmenter.is_loaded());
        assert_eq!(segmenter.edges(""), [0]);
        assert!(segmenter.is_loaded());
    }
}
