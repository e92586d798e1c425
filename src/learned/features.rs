//! What the learned reader sees of a message: hashed character grams of it and of what it answers, and what the reply holds.
//!
//! Sees shapes and not meanings: digits fall together, punctuation becomes one mark of a clause's edge. The place in the
//! conversation is left out on purpose: it helped on chats by authors who were learned from and harmed on chats by others
//! (docs/quality.md).

use std::{cell::RefCell, ops::Range};

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
const COUNTS: [i32; LONGEST] = [10, 10, 7, 4];

/// Sums are divided by the norm to the power of 0.75 and not by the norm, so that one bad clause is not drowned in many good ones; this
/// brings a message of usual length back to a length of one.
const SOFTENER: f64 = 0.334;

/// What the context counts beside the message.
const CONTEXT: f64 = 0.5;

/// What a fact of the ledger counts.
const FACT: f64 = 0.3;

const MESSAGE_SEED: u64 = 0x6b65_6675_6c69_6e74;
const CONTEXT_SEED: u64 = 0x5ec0_4d5e_ed00_0001;
const FACT_SEED: u64 = 0xfac7_5eed_0000_0002;
pub(super) const EDGE: char = '|';

/// A Latin word up to this long may be an abbreviation that says something (`vx`, `app`); longer ones are mostly names of goods.
const LATIN: usize = 3;

/// A mask such as `[数字x]` is not longer, its brackets counted.
const LONGEST_MASK: usize = 8;

/// A gram of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gram {
    pub(super) bucket: usize,
    /// In shapes, see [`shapes`].
    pub(super) length: usize,
    /// One past the number of its last shape.
    pub(super) end: usize,
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
pub(super) const fn count(length: usize) -> i32 {
    COUNTS[length - 1]
}

/// By what a sum over a message's grams is multiplied, from the sum of their squared counts.
pub(super) fn message_factor(squares: i32) -> f64 {
    let root = f64::from(squares).sqrt().sqrt();
    if squares == 0 { 0.0 } else { SOFTENER / (root * root.sqrt()) }
}

/// By what a sum over the grams of the context is multiplied, from their number.
pub(super) fn context_factor(grams: i32) -> f64 {
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

/// One pass: the hashes of the last one to `N` characters grow with each character. Each gram counts once, or a list of goods
/// would outweigh what is said of them.
fn grams<const N: usize>(folded: &str, seed: u64, mut each: impl FnMut(Gram)) {
    SEEN.with_borrow_mut(|seen| {
        let mut hashes = [seed; N];
        let mut end = 0;
        shapes(folded, |c, _| {
            end += 1;
            for length in (1..N.min(end)).rev() {
                hashes[length] = mix(hashes[length - 1], c as u64);
            }
            hashes[0] = mix(seed, c as u64);
            for length in 1..=N.min(end) {
                let bucket = bucket(hashes[length - 1]);
                if seen.insert(bucket) {
                    each(Gram { bucket, length, end });
                }
            }
        });
        seen.clear();
    });
}

thread_local! {
    static SEEN: RefCell<Seen> = RefCell::new(Seen { bits: vec![0; BUCKETS / 64], touched: Vec::new() });
}

/// A set of buckets that is emptied at the cost of what it holds.
struct Seen {
    bits: Vec<u64>,
    touched: Vec<u32>,
}

impl Seen {
    /// Whether the bucket is new.
    fn insert(&mut self, bucket: usize) -> bool {
        let (word, bit) = (bucket / 64, 1 << (bucket % 64));
        let new = self.bits[word] & bit == 0;
        if new {
            self.bits[word] |= bit;
            self.touched.push(word as u32);
        }
        new
    }

    fn clear(&mut self) {
        for word in self.touched.drain(..) {
            self.bits[word as usize] = 0;
        }
    }
}

/// Calls `each` with the shapes of a text, each with the numbers of the characters that it stands for: punctuation is an edge, a
/// number is one digit by its length (an amount, a code, a mobile number), a mask `[…]` too, a Latin word of more than three letters is
/// one letter.
pub(super) fn shapes(folded: &str, mut each: impl FnMut(char, Range<usize>)) {
    each(EDGE, 0..0);
    let mut edge = true;
    let mut at = 0;
    let mut rest = folded;
    while let Some(c) = rest.chars().next() {
        let (shape, characters, bytes) = shape(c, rest);
        if shape != EDGE || !edge {
            each(shape, at..at + characters);
        }
        edge = shape == EDGE;
        at += characters;
        rest = &rest[bytes..];
    }
    if !edge {
        each(EDGE, at..at);
    }
}

/// What stands at the beginning of `rest`, and how many characters and bytes it takes.
fn shape(c: char, rest: &str) -> (char, usize, usize) {
    let run = |is: fn(&u8) -> bool| rest.bytes().take_while(is).count();
    match c {
        ',' | '。' | '!' | '?' | ';' | '~' | ' ' | '…' | '\n' | '\r' | '\t' => (EDGE, 1, c.len_utf8()),
        '0'..='9' => {
            let digits = run(|byte| byte.is_ascii_digit() || *byte == b'.');
            (
                if digits < 5 {
                    '0'
                } else if digits < 11 {
                    '5'
                } else {
                    '9'
                },
                digits,
                digits,
            )
        }
        'a'..='z' => match run(u8::is_ascii_lowercase) {
            0..=LATIN => (c, 1, 1),
            letters => ('a', letters, letters),
        },
        '[' => match rest.char_indices().take(LONGEST_MASK).enumerate().find(|(_, (_, c))| *c == ']') {
            Some((number, (byte, _))) => ('0', number + 1, byte + 1),
            None => (c, 1, 1),
        },
        _ => (c, 1, c.len_utf8()),
    }
}

/// What the other side wrote between this side's message before and this one: what message `at` answers.
pub(super) fn context(conversation: &Conversation, at: usize) -> Range<usize> {
    let messages = &conversation.messages;
    let other = match messages[at].role {
        Role::Customer => Role::Agent,
        _ => Role::Customer,
    };
    let Some(last) = messages[..at].iter().rposition(|message| message.role == other) else { return 0..0 };
    let first =
        messages[..=last].iter().rposition(|message| message.role != other).map_or(0, |before| before + 1);
    first..last + 1
}

/// What the ledger knows of the agent's message `at`, as buckets: what is asked, what the reply holds, and both together.
pub(super) fn facts(
    conversation: &Conversation,
    ledger: &Ledger,
    at: usize,
    mut each: impl FnMut(usize, Fact),
) {
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
    let mut shown: Vec<char> = Vec::new();
    shapes(folded, |c, _| shown.push(c));
    let mut spelled = Vec::new();
    message_grams(folded, |gram| {
        spelled.push((gram.bucket, shown[gram.end - gram.length..gram.end].iter().collect()));
    });
    spelled
}

/// The grams of a message as (place, value) with `place` of the bucket, each place once and in order: for training.
pub(super) fn message_row(folded: &str, place: impl Fn(usize) -> usize) -> Vec<(u32, f64)> {
    let mut grams: Vec<(u32, i32)> = Vec::new();
    message_grams(folded, |gram| grams.push((place(gram.bucket) as u32, count(gram.length))));
    let factor = message_factor(grams.iter().map(|&(_, count)| count * count).sum());
    merged(grams.into_iter().map(|(bucket, count)| (bucket, f64::from(count) * factor)).collect())
}

/// All that a model reads of a message, in the same form.
pub(super) fn row(
    conversation: &Conversation,
    folded: &[Folded],
    ledger: &Ledger,
    at: usize,
) -> Vec<(u32, f64)> {
    let mut row = message_row(folded[at].text(), |bucket| bucket);
    let mut answered: Vec<u32> = Vec::new();
    for message in context(conversation, at) {
        context_grams(folded[message].text(), |gram| answered.push(gram.bucket as u32));
    }
    let factor = context_factor(i32::try_from(answered.len()).unwrap_or(i32::MAX));
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
    fn grams_grow_with_each_shape_and_count_once() {
        assert_eq!(
            spelling("好, 3天"),
            [
                "|", "好", "|好", "好|", "|好|", "0", "|0", "好|0", "|好|0", "天", "0天", "|0天", "好|0天",
                "天|", "0天|", "|0天|"
            ]
        );
        assert_eq!(spelling(""), ["|"]);
    }

    #[test]
    fn numbers_masks_and_names_of_goods_are_one_shape() {
        let shapes_of = |text: &str| {
            let mut seen = Vec::new();
            shapes(text, |c, range| seen.push((c, range)));
            seen
        };
        assert_eq!(spelling("满3.5元"), spelling("满[金额x]元"));
        assert_ne!(spelling("报123456"), spelling("报12345678901"));
        assert_eq!(spelling("加vx"), spelling("加vx"));
        assert_eq!(spelling("买iphone"), spelling("买huawei"));
        assert_ne!(spelling("加vx"), spelling("加qq"));
        assert_eq!(
            shapes_of("[数字x]个[没完"),
            [('|', 0..0), ('0', 0..5), ('个', 5..6), ('[', 6..7), ('没', 7..8), ('完', 8..9), ('|', 9..9)]
        );
    }

    #[test]
    fn context_falls_into_other_buckets() {
        let mut message = Vec::new();
        message_grams("行", |gram| message.push(gram.bucket));
        context_grams("行", |gram| assert!(!message.contains(&gram.bucket)));
    }
}
