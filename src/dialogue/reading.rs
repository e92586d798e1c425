//! One message read once: its clauses, the cues in each, and what is left after fillers are taken off.
//!
//! Looks at no other message.

use std::ops::Range;

use super::{
    cue::{Cue, CueSet},
    cues::Cues,
};
use crate::{text::fold::Folded, transcript::Role};

/// A stretch between two marks of punctuation or blanks.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// Bytes of the folded text.
    pub(super) range: Range<usize>,
    /// Whether a question mark ends it.
    pub(super) asks: bool,
    /// The cues in it.
    pub(super) cues: CueSet,
    /// Characters left after fillers and empty words.
    pub(super) residue: u32,
    /// The content in pairs of characters; ascending, no doubles.
    pub(super) grams: Vec<u32>,
    /// The content character by character; ascending, no doubles.
    pub(super) letters: Vec<u32>,
}

/// What stands in one message.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) folded: Folded,
    pub(super) clauses: Vec<Clause>,
    /// The cues of all clauses; of an agent's message only those of clauses that say something.
    pub(super) cues: CueSet,
    /// Characters of content in the message.
    pub(super) residue: u32,
    /// The content in pairs of characters; ascending, no doubles.
    pub(super) grams: Vec<u32>,
    /// The content character by character, for paraphrases; ascending, no doubles.
    pub(super) letters: Vec<u32>,
}

const SAID_EVEN_IF_EMPTY: CueSet = CueSet::of(&[
    Cue::HoldsPolarity,
    Cue::HoldsRefusal,
    Cue::HoldsDataRequest,
    Cue::HoldsTime,
    Cue::HoldsAmount,
    Cue::HoldsPlace,
    Cue::FillerGreeting,
    Cue::FillerHold,
    Cue::FillerApology,
    Cue::FillerEmpathy,
    Cue::FillerClosing,
    Cue::FillerSticker,
    Cue::FillerAck,
    Cue::MovesWait,
    Cue::MovesStock,
]);

/// A price in a sales pitch and the five of `五颗星` answer nothing.
const UNSAID_BY: CueSet =
    CueSet::of(&[Cue::MovesSales, Cue::MovesRetention, Cue::FillerClosing, Cue::FillerSticker]);

/// `有进展会通知您` is no yes, and `已反馈相关部门` settles nothing.
const PUTS_OFF: CueSet = CueSet::of(&[Cue::MovesWait, Cue::MovesProgress]);

const HOLDS: CueSet = CueSet::of(&[
    Cue::HoldsTime,
    Cue::HoldsAmount,
    Cue::HoldsPlace,
    Cue::HoldsReason,
    Cue::HoldsPolarity,
    Cue::HoldsSteps,
    Cue::HoldsContact,
    Cue::HoldsDone,
    Cue::HoldsPromised,
    Cue::HoldsDataRequest,
    Cue::HoldsHandover,
    Cue::HoldsRefusal,
]);

impl Reading {
    pub(super) fn new(text: &str, role: Role, cues: &Cues) -> Self {
        let folded = Folded::new(text);
        let mut clauses = split(folded.text());
        let customer = role == Role::Customer;
        let whole = folded.text();
        let mut covered = vec![false; whole.len()];
        cues.mark(whole, customer, &mut clauses, &mut covered);
        for clause in &mut clauses {
            let mut previous = None;
            for (byte, character) in whole[clause.range.clone()].char_indices() {
                let code = character as u32 & 0xFFFF;
                if covered[clause.range.start + byte] || cues.is_stop(character) {
                    previous = None;
                } else {
                    clause.residue += 1;
                    clause.letters.push(code);
                    if let Some(before) = previous {
                        clause.grams.push(before << 16 | code);
                    }
                    previous = Some(code);
                }
            }
            tidy(&mut clause.grams);
            tidy(&mut clause.letters);
        }
        let mut all = Self {
            folded,
            clauses,
            cues: CueSet::default(),
            residue: 0,
            grams: Vec::new(),
            letters: Vec::new(),
        };
        for clause in &all.clauses {
            all.residue += clause.residue;
            all.grams.extend_from_slice(&clause.grams);
            all.letters.extend_from_slice(&clause.letters);
            let said = if customer {
                clause.cues
            } else if clause.cues.any(UNSAID_BY) {
                clause.cues.without(HOLDS)
            } else if clause.cues.any(PUTS_OFF) {
                clause.cues.without(CueSet::of(&[Cue::HoldsPolarity]))
            } else if clause.residue > 0 {
                clause.cues
            } else {
                clause.cues.and(SAID_EVEN_IF_EMPTY)
            };
            all.cues.extend(said);
        }
        if customer && all.clauses.is_empty() && all.folded.text().contains(['?', '!', '…', '。']) {
            all.cues.insert(Cue::TalkPressing);
        }
        tidy(&mut all.grams);
        tidy(&mut all.letters);
        all
    }

    /// Whether nothing is left after courtesy, and the courtesy neither asks to hold the line, nor greets, nor assents.
    pub(super) fn is_hollow(&self) -> bool {
        const COURTESY: CueSet =
            CueSet::of(&[Cue::FillerApology, Cue::FillerEmpathy, Cue::FillerClosing, Cue::FillerSticker]);
        self.is_empty()
            && self.cues.any(COURTESY)
            && !self.cues.any(HOLDS)
            && !self.cues.has(Cue::FillerHold)
            && !self.cues.has(Cue::FillerAck)
            && (!self.cues.has(Cue::FillerGreeting) || self.cues.has(Cue::FillerClosing))
    }

    /// Whether nothing is left after fillers, not even a yes or no.
    pub(super) fn is_empty(&self) -> bool {
        self.clauses.iter().all(|clause| clause.residue <= 1) && !self.cues.has(Cue::HoldsPolarity)
    }

    pub(super) fn text(&self, clause: &Clause) -> &str {
        &self.folded.text()[clause.range.clone()]
    }
}

fn tidy(values: &mut Vec<u32>) {
    values.sort_unstable();
    values.dedup();
}

/// The share of `of` that stands in `within` too; both ascending.
pub(super) fn share(of: &[u32], within: &[u32]) -> f32 {
    if of.is_empty() {
        return 0.0;
    }
    common(of, within) as f32 / of.len() as f32
}

/// Dice's coefficient of two ascending sets.
pub(super) fn likeness(a: &[u32], b: &[u32]) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    2.0 * common(a, b) as f32 / (a.len() + b.len()) as f32
}

fn common(a: &[u32], b: &[u32]) -> usize {
    a.iter().filter(|value| b.binary_search(value).is_ok()).count()
}

/// Cuts at punctuation and blanks, which in exports stand for line breaks; masks such as `[数字x]` stay whole.
fn split(text: &str) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut start = 0;
    let mut push = |range: Range<usize>, asks: bool| {
        let trimmed = text[range.clone()].trim();
        if trimmed.is_empty() {
            if asks && let Some(last) = clauses.last_mut() {
                last.asks = true;
            }
            return;
        }
        let from = range.start + text[range.clone()].find(trimmed).unwrap_or(0);
        clauses.push(Clause {
            range: from..from + trimmed.len(),
            asks: asks || trimmed.ends_with('吗') || trimmed.ends_with('么') && !trimmed.ends_with("什么"),
            cues: CueSet::default(),
            residue: 0,
            grams: Vec::new(),
            letters: Vec::new(),
        });
    };
    for (byte, character) in text.char_indices() {
        let stops = matches!(character, ',' | '。' | '?' | '!' | ';' | '~' | '…' | '\n' | '\r' | '\t' | ' ')
            || character == ':' && !text[byte + 1..].starts_with(|next: char| next.is_ascii_digit());
        if stops {
            push(start..byte, character == '?');
            start = byte + character.len_utf8();
        }
    }
    push(start..text.len(), false);
    clauses
}
