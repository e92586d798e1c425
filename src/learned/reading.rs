//! One conversation read with a model: what it thinks of each message, and which passages made it think so.

use std::{cell::OnceCell, ops::Range};

use super::{
    features::{self, Gram},
    model::{Choice, LANES, Model},
};
use crate::{
    dialogue::Ledger,
    finding::Span,
    text::fold::Folded,
    transcript::{Conversation, Role},
};

/// The sums of one message's grams, a lane a head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    lanes: [i32; LANES],
    /// Squares of the counts, or for a context the number of its grams.
    size: i32,
}

impl Sums {
    fn add(&mut self, row: [i8; LANES], count: i32) {
        for (sum, weight) in self.lanes.iter_mut().zip(row) {
            *sum += i32::from(weight) * count;
        }
    }
}

/// What a model thinks of the messages of a conversation; found out once for each and only when a rule asks.
#[derive(Debug)]
pub struct Reading {
    /// The probabilities of all heads, by message.
    probabilities: Vec<OnceCell<[f64; LANES]>>,
    /// What each message adds to those that answer it.
    contexts: Vec<OnceCell<Sums>>,
}

/// What is read: the conversation, the folded text of each message, and the ledger.
#[derive(Clone, Copy)]
pub struct Pages<'a> {
    /// The model.
    pub model: &'a Model,
    /// The conversation.
    pub conversation: &'a Conversation,
    /// Its ledger.
    pub ledger: &'a Ledger,
    /// The folded text of a message.
    pub folded: &'a dyn Fn(usize) -> &'a Folded,
}

impl Reading {
    /// Nothing read yet.
    pub fn new(messages: usize) -> Self {
        Self { probabilities: vec![OnceCell::new(); messages], contexts: vec![OnceCell::new(); messages] }
    }

    /// How likely message `at` is what the model was asked for, 0 to 1; for a kind that is not the likeliest of its family 0.
    pub fn probability(&self, pages: Pages<'_>, choice: Choice, at: usize) -> f64 {
        let probability = self.of_head(pages, choice.head, at);
        match choice.kind {
            Some(kind) if probability > 0.0 && likeliest(pages, choice.head, at) != Some(kind) => 0.0,
            _ => probability,
        }
    }

    /// What every head thinks of message `at`, in their order.
    pub fn opinions(&self, pages: Pages<'_>, at: usize) -> Vec<Opinion> {
        let heads = 0..pages.model.header.heads.len();
        let opinion = |head| {
            let probability = self.of_head(pages, head, at);
            let kind = if probability > 0.0 { likeliest(pages, head, at) } else { None };
            Opinion { probability, kind }
        };
        heads.map(opinion).collect()
    }

    /// How likely message `at` is of a family: 0 for messages of a side from which the head did not learn.
    pub fn of_head(&self, pages: Pages<'_>, head: usize, at: usize) -> f64 {
        self.probabilities[at].get_or_init(|| self.probabilities(pages, at))[head]
    }

    fn probabilities(&self, pages: Pages<'_>, at: usize) -> [f64; LANES] {
        let mut values = [0.0; LANES];
        let role = pages.conversation.messages[at].role;
        if pages.model.header.heads.iter().all(|head| side(&head.name) != role) {
            return values;
        }
        let margins = self.margins(pages, at);
        for ((value, margin), head) in values.iter_mut().zip(margins).zip(&pages.model.header.heads) {
            if side(&head.name) == role {
                *value = head.platt.probability(margin);
            }
        }
        values
    }

    fn margins(&self, pages: Pages<'_>, at: usize) -> [f64; LANES] {
        let rows = &pages.model.rows;
        let mut message = Sums::default();
        features::message_grams((pages.folded)(at).text(), |gram| {
            let count = features::count(gram.length);
            message.add(rows[gram.bucket], count);
            message.size += count * count;
        });
        let mut context = Sums::default();
        for before in features::context(pages.conversation, at) {
            let sums = self.contexts[before].get_or_init(|| {
                let mut sums = Sums::default();
                features::context_grams((pages.folded)(before).text(), |gram| {
                    sums.add(rows[gram.bucket], 1);
                    sums.size += 1;
                });
                sums
            });
            for (sum, lane) in context.lanes.iter_mut().zip(sums.lanes) {
                *sum += lane;
            }
            context.size += sums.size;
        }
        let mut facts = Sums::default();
        features::facts(pages.conversation, pages.ledger, at, |bucket, _| facts.add(rows[bucket], 1));
        let factors = (features::message_factor(message.size), features::context_factor(context.size));
        let mut margins = [0.0; LANES];
        for (lane, head) in pages.model.header.heads.iter().enumerate() {
            let sum = f64::from(message.lanes[lane]) * factors.0
                + f64::from(context.lanes[lane]) * factors.1
                + f64::from(facts.lanes[lane]) * features::fact_factor();
            margins[lane] = sum * head.scale.unit + head.scale.bias;
        }
        margins
    }
}

/// What a head thinks of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opinion {
    /// How likely it is of the head's family.
    pub probability: f64,
    /// The likeliest kind by number, if the head has kinds.
    pub kind: Option<usize>,
}

/// Whose messages a head judges.
pub(super) fn side(head: &str) -> Role {
    if head.ends_with(".customer") { Role::Customer } else { Role::Agent }
}

/// The kind whose weights favour the message most; `None` where the head has none.
fn likeliest(pages: Pages<'_>, head: usize, at: usize) -> Option<usize> {
    let kinds = &pages.model.header.heads[head].kinds;
    let mut sums = vec![0; kinds.len()];
    let mut squares = 0;
    features::message_grams((pages.folded)(at).text(), |gram| {
        let count = features::count(gram.length);
        squares += count * count;
        for (kind, sum) in sums.iter_mut().enumerate() {
            *sum += i32::from(pages.model.kind_weight(head, kind, gram.bucket)) * count;
        }
    });
    let factor = features::message_factor(squares);
    let margin =
        |kind: usize| f64::from(sums[kind]) * factor * kinds[kind].scale.unit + kinds[kind].scale.bias;
    (0..kinds.len()).rev().max_by(|&a, &b| margin(a).total_cmp(&margin(b)))
}

/// Why a head thinks so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reasons {
    /// The passages of the message that weighed most, in characters of the original, the weightiest first.
    pub passages: Vec<Span>,
    /// Facts of the dialogue that weighed as much as a passage, in Chinese.
    pub facts: Vec<String>,
}

/// Passages shown at most.
const PASSAGES: usize = 3;

/// A passage is shown if it weighs at least this share of the weightiest.
const WORTH_SHOWING: f64 = 0.25;

/// The passages and facts that speak most for a head on message `at`.
pub fn reasons(pages: Pages<'_>, choice: Choice, at: usize) -> Reasons {
    let folded = (pages.folded)(at);
    let rows = &pages.model.rows;
    let mut grams: Vec<Gram> = Vec::new();
    features::message_grams(folded.text(), |gram| grams.push(gram));
    let squares = grams.iter().map(|gram| features::count(gram.length).pow(2)).sum();
    let factor = features::message_factor(squares);
    let mut shapes: Vec<(char, Range<usize>)> = Vec::new();
    features::shapes(folded.text(), |c, range| shapes.push((c, range)));
    let mut weights = vec![0.0; shapes.len()];
    for gram in grams {
        let weight =
            f64::from(rows[gram.bucket][choice.head]) * f64::from(features::count(gram.length)) * factor;
        for sum in &mut weights[gram.end - gram.length..gram.end] {
            *sum += weight / gram.length as f64;
        }
    }
    let mut passages: Vec<(f64, Range<usize>)> = Vec::new();
    while passages.len() < PASSAGES
        && let Some((sum, range)) = heaviest(&weights)
        && passages.first().is_none_or(|first| sum >= first.0 * WORTH_SHOWING)
    {
        weights[range.clone()].fill(f64::NEG_INFINITY);
        passages.push((sum, whole_words(&shapes, range)));
    }
    let least = passages.first().map_or(0.0, |first| first.0 * WORTH_SHOWING);
    let mut facts = Vec::new();
    features::facts(pages.conversation, pages.ledger, at, |bucket, fact| {
        let weight = f64::from(rows[bucket][choice.head]) * features::fact_factor();
        if weight > 0.0 && weight >= least {
            facts.push((weight, fact.title()));
        }
    });
    facts.sort_by(|a, b| b.0.total_cmp(&a.0));
    facts.truncate(1);
    let origins: Vec<u32> = folded.parts().map(|(_, origin)| origin).collect();
    let span = |range: &Range<usize>| {
        let mut inside =
            shapes[range.clone()].iter().filter(|(c, _)| *c != features::EDGE).map(|(_, range)| range);
        let first = inside.next()?;
        let last = inside.next_back().unwrap_or(first);
        Some(Span { start: origins[first.start], end: origins[last.end - 1] + 1 })
    };
    Reasons {
        passages: passages.iter().filter_map(|(_, range)| span(range)).collect(),
        facts: facts.into_iter().map(|(_, title)| title).collect(),
    }
}

/// A passage that begins or ends next to a clause's edge is shown from or to that edge, lest it begin in the middle of a word.
fn whole_words(shapes: &[(char, Range<usize>)], range: Range<usize>) -> Range<usize> {
    const NEAR: usize = 3;
    let is_edge = |at: usize| shapes.get(at).is_none_or(|(c, _)| *c == features::EDGE);
    let start = (range.start.saturating_sub(NEAR)..range.start).rev().find(|&at| is_edge(at));
    let end = (range.end..range.end + NEAR).find(|&at| is_edge(at));
    start.unwrap_or(range.start)..end.unwrap_or(range.end)
}

/// Shapes in a passage at most.
const LONGEST_PASSAGE: usize = 12;

/// The stretch with the greatest sum, if that is positive.
fn heaviest(weights: &[f64]) -> Option<(f64, Range<usize>)> {
    let mut best: Option<(f64, Range<usize>)> = None;
    for start in 0..weights.len() {
        let mut sum = 0.0;
        for (length, weight) in (1..=LONGEST_PASSAGE).zip(&weights[start..]) {
            sum += weight;
            if sum > best.as_ref().map_or(0.0, |best| best.0) {
                best = Some((sum, start..start + length));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_stretch_may_cross_a_light_one() {
        assert_eq!(heaviest(&[1.0, -0.5, 2.0, -3.0, 1.0]), Some((2.5, 0..3)));
        assert_eq!(heaviest(&[-1.0, f64::NEG_INFINITY]), None);
    }
}
