//! Closeness to exemplar sentences: shared character pairs, rare ones counting more than frequent ones.
//!
//! Pairs of characters stand in for words, so nothing is segmented. The weights come from the exemplars of the whole
//! lexicon: a pair that many exemplars share says little.

use std::collections::{HashMap, HashSet};

type Pair = (char, char);

/// All exemplars of a lexicon, indexed by their character pairs.
#[derive(Debug, Default)]
pub struct Exemplars {
    sentences: Vec<Sentence>,
    by_pair: HashMap<Pair, Vec<u32>>,
}

#[derive(Debug)]
struct Sentence {
    condition: u32,
    pairs: HashSet<Pair>,
    weight: f64,
}

impl Exemplars {
    /// Indexes folded sentences, each with the number of the condition that it belongs to.
    pub fn new(sentences: Vec<(u32, String)>) -> Self {
        let mut by_pair: HashMap<Pair, Vec<u32>> = HashMap::new();
        let mut all: Vec<Sentence> = Vec::new();
        for (condition, text) in sentences {
            let pairs = pairs(&text);
            for &pair in &pairs {
                by_pair.entry(pair).or_default().push(all.len() as u32);
            }
            all.push(Sentence { condition, pairs, weight: 0.0 });
        }
        let mut exemplars = Self { sentences: all, by_pair };
        for at in 0..exemplars.sentences.len() {
            // Summed in a fixed order, for the sum of floats hangs on it.
            let mut weights: Vec<f64> =
                exemplars.sentences[at].pairs.iter().map(|&p| exemplars.weight(p)).collect();
            weights.sort_by(f64::total_cmp);
            exemplars.sentences[at].weight = weights.iter().sum();
        }
        exemplars
    }

    /// The conditions to whose exemplars `text` is close, each with the greatest closeness (0 to 1), by number.
    pub fn close_to(&self, text: &str) -> Vec<(u32, f64)> {
        if self.sentences.is_empty() {
            return Vec::new();
        }
        let own = pairs(text);
        let mut ordered: Vec<Pair> =
            own.iter().copied().filter(|pair| self.by_pair.contains_key(pair)).collect();
        ordered.sort_unstable();
        let mut shared: HashMap<u32, f64> = HashMap::new();
        for pair in &ordered {
            for &sentence in &self.by_pair[pair] {
                *shared.entry(sentence).or_default() += self.weight(*pair);
            }
        }
        let unknown = (own.len() - ordered.len()) as f64 * self.rarest();
        let known: f64 = ordered.iter().map(|&pair| self.weight(pair)).sum();
        let mut best: HashMap<u32, f64> = HashMap::new();
        for (sentence, common) in shared {
            let sentence = &self.sentences[sentence as usize];
            // Dice's coefficient over weights: both what is missing and what is added cost.
            let closeness = 2.0 * common / (sentence.weight + known + unknown);
            let entry = best.entry(sentence.condition).or_default();
            *entry = entry.max(closeness);
        }
        let mut best: Vec<(u32, f64)> = best.into_iter().collect();
        best.sort_by_key(|&(condition, _)| condition);
        best
    }

    fn weight(&self, pair: Pair) -> f64 {
        let count = self.by_pair.get(&pair).map_or(0, Vec::len) as f64;
        ((self.sentences.len() as f64 + 1.0) / (count + 0.5)).ln().max(0.1)
    }

    /// Pairs that no exemplar has weigh like ones that a few have, lest politeness around a sentence hide it.
    fn rarest(&self) -> f64 {
        ((self.sentences.len() as f64 + 1.0) / 4.0).ln().max(0.1)
    }
}

/// The pairs of neighbouring letters and digits of a text.
pub(super) fn pairs(text: &str) -> HashSet<Pair> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    letters.windows(2).map(|w| (w[0], w[1])).collect()
}

/// Twice the shared pairs over all pairs, each counting the same; 0 where there are none.
pub(super) fn dice(a: &HashSet<Pair>, b: &HashSet<Pair>) -> f64 {
    let total = a.len() + b.len();
    if total == 0 { 0.0 } else { 2.0 * a.intersection(b).count() as f64 / total as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closeness_falls_with_what_is_missing_or_added() {
        let exemplars = Exemplars::new(vec![
            (7, "您自己不会看说明书吗".into()),
            (7, "说明书上写得明明白白".into()),
            (9, "这个月考核请改成五星".into()),
        ]);
        let score = |text: &str, condition: u32| {
            exemplars.close_to(text).into_iter().find(|&(c, _)| c == condition).map_or(0.0, |(_, s)| s)
        };
        assert!((score("您自己不会看说明书吗", 7) - 1.0).abs() < 1e-9);
        let near = score("你自己不会看看说明书吗", 7);
        assert!(near > 0.6 && near < 1.0, "{near}");
        assert!(score("说明书在盒子里", 7) < 0.5);
        assert!(score("您自己不会看说明书吗", 9) < 0.1);
    }
}
