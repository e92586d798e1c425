//! The customer's side: which clauses ask or request something, and of what type.
//!
//! Thanks, greetings, order cards and masks are no questions; a question needs no question mark.

use super::{
    QuestionType,
    cue::{Cue, CueSet},
    reading::{Clause, Reading},
};

/// The types, the more telling first: a clause that asks for a time and is also a request is a question for a time.
const TYPES: [(Cue, QuestionType); 11] = [
    (Cue::AskTime, QuestionType::Time),
    (Cue::AskPlace, QuestionType::Place),
    (Cue::AskReason, QuestionType::Reason),
    (Cue::AskAmount, QuestionType::Amount),
    (Cue::AskChoice, QuestionType::Choice),
    (Cue::AskMethod, QuestionType::Method),
    (Cue::AskIdentity, QuestionType::Identity),
    (Cue::AskPolarity, QuestionType::Polarity),
    (Cue::AskStatus, QuestionType::Status),
    (Cue::AskRequest, QuestionType::Request),
    (Cue::AskComplaint, QuestionType::Complaint),
];

const ASKS: CueSet = CueSet::of(&[
    Cue::AskTime,
    Cue::AskPlace,
    Cue::AskReason,
    Cue::AskAmount,
    Cue::AskChoice,
    Cue::AskMethod,
    Cue::AskIdentity,
    Cue::AskPolarity,
    Cue::AskStatus,
    Cue::AskRequest,
    Cue::AskComplaint,
]);

/// All types that a clause has cues of.
pub(super) fn types(asks: CueSet) -> impl Iterator<Item = QuestionType> {
    TYPES.iter().filter(move |(cue, _)| asks.has(*cue)).map(|(_, kind)| *kind)
}

/// The clauses of a customer's message that open an item, with the cues of what they ask.
pub(super) fn questions(reading: &Reading) -> impl Iterator<Item = (&Clause, CueSet)> {
    reading.clauses.iter().filter_map(|clause| {
        let mut asks = clause.cues.and(ASKS);
        if clause.asks && asks.is_empty() && clause.residue > 0 {
            asks.insert(Cue::AskPolarity);
        }
        let courtesy = clause.cues.has(Cue::TalkThanks) && !clause.asks && asks.and(STRONG).is_empty();
        let empty = clause.residue == 0 && asks.and(STRONG).is_empty();
        let card = clause.cues.has(Cue::TalkCard) && !clause.asks;
        (!asks.is_empty() && !courtesy && !empty && !card).then_some((clause, asks))
    })
}

/// Types that stand by themselves, without content words: `多久?`
const STRONG: CueSet = CueSet::of(&[
    Cue::AskTime,
    Cue::AskPlace,
    Cue::AskReason,
    Cue::AskAmount,
    Cue::AskChoice,
    Cue::AskMethod,
    Cue::AskIdentity,
    Cue::AskPolarity,
]);
