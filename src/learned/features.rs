//! What the learned reader sees of a message: hashed character grams of it and of what it answers, and what the reply holds.
//!
//! Sees shapes and not meanings: digits fall together, punctuation becomes one mark of a clause's edge. The place in the
//! conversation and the trade are left out on purpose: both helped on chats by authors who were learned from and harmed on
//! chats by others (docs/quality.md).

use std::ops::Range;

use crate::{
    dialogue::{Holding, Ledger, QuestionType},
    text::fold::Folded,
    transcript::{Conversation, Role},
};

/// Buckets into which features are hashed, as a power of two.
pub(super) const BITS: u32 = 17;

/// The number of buckets.
pub(super) const BUCKETS: usize = 1 << BITS;

/// Changes whenever a feature does: a model reads with the features with which it was trained.
pub(super) const VERSION: u32 = 1;

/// Longest gram of the message itself.
const LONGEST: usize = 4;

/// Longest gram of what the message answers.
const LONGEST_CONTEXT: usize = 2;

/// What a gram of each length counts, in tenths: long ones are many and seldom come again.
const COUNTS: [u32; LONGEST] = [10, 10, 7, 4];

/// A message is divided by the root of its norm and not by its norm, so that one bad clause is not drowned in many good ones; this
/// brings messages of usual length back to a length of one.
const SOFTENER: f64 = 0.8;

/// What the context counts beside the message.
const CONTEXT: f64 = 0.5;

/// What a fact of the ledger counts.
const FACT: f64 = 0.3;

const MESSAGE_SEED: u64 = 0x6b65_6675_6c69_6e74;
const CONTEXT_SEED: u64 = 0x5ec0_4d5e_ed00_0001;
const FACT_SEED: u64 = 0xfac7_5eed_0000_0002;
const EDGE: char = '|';

/// A gram of a text: its bucket, its length, and the number of its last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gram {
    pub(super) bucket: usize,
    pub(super) length: usize,
    /// Counted in characters of the folded text; for an edge, the character before which it stands.
    pub(super) last: usize,
    /// Counted the same way: the first character.
    pub(super) first: usize,
}

/// Calls `each` with the grams of a message.
pub(super) fn message_grams(folded: &str, each: impl FnMut(Gram)) {
    grams::<LONGEST>(folded, MESSAGE_SEED, each);
}

/// Calls `each` with the grams of a message that is being answered.
pub(super) fn context_grams(folded: &str, each: impl FnMut(Gram)) {
    grams::<LONGEST_CONTEXT>(folded, CONTEXT_SEED, each);
}

/// What a gram of a message counts, in tenths.
pub(super) const fn count(length: usize) -> u32 {
    COUNTS[length - 1]
}

/// By what a sum over a message's grams is multiplied, from the sum of their squared counts.
pub(super) fn message_factor(squares: u32) -> f64 {
    if squares == 0 { 0.0 } else { 1.0 / (10.0 * (SOFTENER * f64::from(squares).sqrt()).sqrt()) }
}

/// By what a sum over the grams of the context is multiplied, from their number.
pub(super) fn context_factor(grams: u32) -> f64 {
    if grams == 0 { 0.0 } else { CONTEXT / f64::from(grams).sqrt() }
}

/// By what a sum over the facts is multiplied.
pub(super) const fn fact_factor() -> f64 {
    FACT
}

fn mix(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(23) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

const fn bucket(hash: u64) -> usize {
    (hash >> (64 - BITS)) as usize
}

/// One pass: the hashes of the last one to `N` characters grow with each character.
fn grams<const N: usize>(folded: &str, seed: u64, mut each: impl FnMut(Gram)) {
    let mut hashes = [seed; N];
    let mut firsts = [0; N];
    let mut known = 0;
    let mut step = |c: char, at: usize| {
        known = (known + 1).min(N);
        for length in (1..known).rev() {
            hashes[length] = mix(hashes[length - 1], c as u64);
            firsts[length] = firsts[length - 1];
        }
        hashes[0] = mix(seed, c as u64);
        firsts[0] = at;
        for length in 1..=known {
            each(Gram { bucket: bucket(hashes[length - 1]), length, last: at, first: firsts[length - 1] });
        }
    };
    step(EDGE, 0);
    let mut edge = true;
    let mut end = 0;
    for (at, c) in folded.chars().enumerate() {
        end = at;
        if is_edge(c) {
            if !edge {
                step(EDGE, at);
            }
            edge = true;
        } else {
            step(if c.is_ascii_digit() { '0' } else { c }, at);
            edge = false;
        }
    }
    if !edge {
        step(EDGE, end);
    }
}

const fn is_edge(c: char) -> bool {
    matches!(c, ',' | '。' | '!' | '?' | ';' | '~' | ' ' | '…' | '\n' | '\r' | '\t')
}

/// What the other side wrote between this side's message before and this one: what message `at` answers.
pub(super) fn context(conversation: &Conversation, at: usize) -> Range<usize> {
    let messages = &conversation.messages;
    let other = match messages[at].role {
        Role::Customer => Role::Agent,
        _ => Role::Customer,
    };
    let Some(last) = messages[..at].iter().rposition(|message| message.role == other) else { return 0..0 };
    let first = messages[..=last].iter().rposition(|message| message.role != other).map_or(0, |before| before + 1);
    first..last + 1
}

/// What the ledger knows of the agent's message `at`, as buckets: what is asked, what the reply holds, and both together.
pub(super) fn facts(conversation: &Conversation, ledger: &Ledger, at: usize, mut each: impl FnMut(usize, Fact)) {
    if conversation.messages[at].role != Role::Agent {
        return;
    }
    let asking = context(conversation, at);
    let mut asked: Vec<QuestionType> =
        ledger.items().iter().filter(|item| asking.contains(&item.message)).map(|item| item.kind).collect();
    asked.sort_unstable_by_key(|&kind| kind as u8);
    asked.dedup();
    let holds = ledger.holds(at);
    let mut tell = |fact: Fact| each(fact.bucket(), fact);
    for &question in &asked {
        tell(Fact { question: Some(question), holding: None, nothing: false });
        if holds.is_empty() {
            tell(Fact { question: Some(question), holding: None, nothing: true });
        }
        for &holding in holds {
            tell(Fact { question: Some(question), holding: Some(holding), nothing: false });
        }
    }
    for &holding in holds {
        tell(Fact { question: None, holding: Some(holding), nothing: false });
    }
    if holds.is_empty() {
        tell(Fact { question: None, holding: None, nothing: true });
    }
}

/// A fact of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    question: Option<QuestionType>,
    holding: Option<Holding>,
    nothing: bool,
}

impl Fact {
    fn bucket(self) -> usize {
        let question = self.question.map_or(0, |question| question as u64 + 1);
        let holding = self.holding.map_or(0, |holding| holding as u64 + 1);
        bucket(mix(mix(mix(FACT_SEED, question), holding), u64::from(self.nothing)))
    }

    /// In the words of a report.
    pub(super) fn title(self) -> String {
        let holding = match (self.holding, self.nothing) {
            (Some(holding), _) => format!("答复含{}", holding.title()),
            (None, true) => "答复未含实质内容".to_owned(),
            (None, false) => String::new(),
        };
        match self.question {
            Some(question) if holding.is_empty() => format!("顾客{}", question.title()),
            Some(question) => format!("顾客{}而{holding}", question.title()),
            None => holding,
        }
    }
}

/// The grams of a message as readable text, for telling what a model leans on.
pub(super) fn spelled(folded: &str) -> Vec<(usize, String)> {
    let mut shown: Vec<char> = vec![EDGE];
    for c in folded.chars() {
        if !is_edge(c) {
            shown.push(if c.is_ascii_digit() { '0' } else { c });
        } else if shown.last() != Some(&EDGE) {
            shown.push(EDGE);
        }
    }
    if shown.last() != Some(&EDGE) {
        shown.push(EDGE);
    }
    let mut ends = Vec::new();
    let mut out = Vec::new();
    let mut end = 0;
    message_grams(folded, |gram| {
        if gram.length == 1 {
            end += 1;
        }
        ends.push((gram, end));
    });
    for (gram, end) in ends {
        out.push((gram.bucket, shown[end - gram.length..end].iter().collect()));
    }
    out
}

/// The grams of a message as (place, value) with `place` of the bucket, each place once and in order: for training.
pub(super) fn message_row(folded: &str, place: impl Fn(usize) -> usize) -> Vec<(u32, f64)> {
    let mut grams: Vec<(u32, u32)> = Vec::new();
    message_grams(folded, |gram| grams.push((place(gram.bucket) as u32, count(gram.length))));
    let factor = message_factor(grams.iter().map(|&(_, count)| count * count).sum());
    merged(grams.into_iter().map(|(bucket, count)| (bucket, f64::from(count) * factor)).collect())
}

/// All that a model reads of a message, in the same form.
pub(super) fn row(conversation: &Conversation, folded: &[Folded], ledger: &Ledger, at: usize) -> Vec<(u32, f64)> {
    let mut row = message_row(folded[at].text(), |bucket| bucket);
    let mut answered: Vec<u32> = Vec::new();
    for message in context(conversation, at) {
        context_grams(folded[message].text(), |gram| answered.push(gram.bucket as u32));
    }
    let factor = context_factor(answered.len() as u32);
    row.extend(answered.iter().map(|&bucket| (bucket, factor)));
    facts(conversation, ledger, at, |bucket, _| row.push((bucket as u32, fact_factor())));
    merged(row)
}

fn merged(mut row: Vec<(u32, f64)>) -> Vec<(u32, f64)> {
    row.sort_by_key(|&(bucket, _)| bucket);
    let mut merged: Vec<(u32, f64)> = Vec::new();
    for (bucket, value) in row {
        match merged.last_mut() {
            Some(last) if last.0 == bucket => last.1 += value,
            _ => merged.push((bucket, value)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelling(text: &str) -> Vec<String> {
        spelled(text).into_iter().map(|(_, gram)| gram).collect()
    }

    #[test]
    fn grams_grow_with_each_character_and_edges_are_one_mark() {
        assert_eq!(
            spelling("好, 3天"),
            [
                "|", "好", "|好", "|", "好|", "|好|", "0", "|0", "好|0", "|好|0", "天", "0天", "|0天", "好|0天",
                "|", "天|", "0天|", "|0天|"
            ]
        );
        assert_eq!(spelling(""), ["|"]);
    }

    #[test]
    fn equal_grams_fall_into_one_bucket_and_context_into_another() {
        let mut seen = Vec::new();
        message_grams("行行", |gram| seen.push((gram.length, gram.bucket)));
        let singles: Vec<usize> = seen.iter().filter(|(n, _)| *n == 1).map(|(_, b)| *b).collect();
        assert_eq!(singles[1], singles[2]);
        let mut context = Vec::new();
        context_grams("行行", |gram| context.push(gram.bucket));
        assert!(!context.contains(&singles[1]));
    }

    #[test]
    fn a_gram_tells_where_it_stands() {
        let mut seen = Vec::new();
        message_grams("您,好的", |gram| seen.push((gram.length, gram.first, gram.last)));
        assert!(seen.contains(&(2, 2, 3)), "{seen:?}");
        assert!(seen.contains(&(3, 1, 3)), "{seen:?}");
    }
}
