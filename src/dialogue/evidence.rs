//! What speaks for and against a reply being an answer, as named numbers.
//!
//! Gathers; does not decide. The weights stand in the lexicon.

use super::{
    Holding, Item, QuestionType,
    cues::{Cue, CueSet},
    question,
    reading::{self, Reading},
};

const HOLDING_CUES: [(Cue, Holding); 12] = [
    (Cue::HoldsTime, Holding::Time),
    (Cue::HoldsAmount, Holding::Amount),
    (Cue::HoldsPlace, Holding::Place),
    (Cue::HoldsReason, Holding::Reason),
    (Cue::HoldsPolarity, Holding::Polarity),
    (Cue::HoldsSteps, Holding::Steps),
    (Cue::HoldsContact, Holding::Contact),
    (Cue::HoldsDone, Holding::Done),
    (Cue::HoldsPromised, Holding::Promised),
    (Cue::HoldsDataRequest, Holding::DataRequest),
    (Cue::HoldsHandover, Holding::Handover),
    (Cue::HoldsRefusal, Holding::Refusal),
];

/// What the message holds.
pub(super) fn holdings(reading: &Reading) -> Vec<Holding> {
    HOLDING_CUES.iter().filter(|(cue, _)| reading.cues.has(*cue)).map(|(_, holding)| *holding).collect()
}

/// What a reply to a question of this type is expected to hold: one of these.
pub(super) const fn slots(kind: QuestionType) -> CueSet {
    match kind {
        QuestionType::Time => CueSet::of(&[Cue::HoldsTime]),
        QuestionType::Place => CueSet::of(&[Cue::HoldsPlace, Cue::HoldsContact]),
        QuestionType::Amount => CueSet::of(&[Cue::HoldsAmount]),
        QuestionType::Reason => CueSet::of(&[Cue::HoldsReason]),
        QuestionType::Polarity => CueSet::of(&[Cue::HoldsPolarity, Cue::HoldsRefusal]),
        QuestionType::Choice => CueSet::of(&[]),
        QuestionType::Method => CueSet::of(&[Cue::HoldsSteps, Cue::HoldsContact, Cue::HoldsDone]),
        QuestionType::Identity => CueSet::of(&[Cue::HoldsContact, Cue::HoldsAmount]),
        QuestionType::Status => CueSet::of(&[Cue::HoldsTime, Cue::HoldsDone, Cue::HoldsPlace]),
        QuestionType::Request | QuestionType::Complaint => CueSet::of(&[
            Cue::HoldsDone,
            Cue::HoldsPromised,
            Cue::HoldsSteps,
            Cue::HoldsDataRequest,
            Cue::HoldsContact,
        ]),
    }
}

/// The surroundings in which a reply is judged.
pub(super) struct Scene<'a> {
    /// The reply.
    pub(super) reply: &'a Reading,
    /// The open items that it should meet.
    pub(super) active: Vec<&'a Item>,
    /// Whether the customer asked nothing but said something.
    pub(super) statement: bool,
    /// The customer's messages since the agent wrote last.
    pub(super) asked: Vec<&'a Reading>,
    /// The customer's messages up to the agent's next.
    pub(super) next: Vec<&'a Reading>,
    /// The agent's later messages before the customer writes again.
    pub(super) same_block: Vec<&'a Reading>,
    /// The agent's earlier messages, those after which the customer wrote.
    pub(super) earlier: Vec<&'a Reading>,
    /// Whether the items were left over from before.
    pub(super) carried: bool,
}

pub(super) const NAMES: [&str; 88] = [
    "open_time",
    "open_place",
    "open_reason",
    "open_amount",
    "open_choice",
    "open_method",
    "open_identity",
    "open_polarity",
    "open_status",
    "open_request",
    "open_complaint",
    "lacks_time",
    "lacks_place",
    "lacks_reason",
    "lacks_amount",
    "lacks_choice",
    "lacks_method",
    "lacks_identity",
    "lacks_polarity",
    "lacks_status",
    "lacks_request",
    "lacks_complaint",
    "holds_time",
    "holds_amount",
    "holds_place",
    "holds_reason",
    "holds_polarity",
    "holds_steps",
    "holds_contact",
    "holds_done",
    "holds_promised",
    "holds_data_request",
    "holds_handover",
    "holds_refusal",
    "moves_wait",
    "moves_progress",
    "moves_stock",
    "moves_buck",
    "moves_retention",
    "moves_sales",
    "moves_deflect",
    "filler_greeting",
    "filler_hold",
    "filler_apology",
    "filler_empathy",
    "filler_closing",
    "filler_sticker",
    "filler_ack",
    "empty",
    "thin",
    "short",
    "long",
    "lacks_all",
    "lacks_any",
    "share",
    "shares",
    "letters",
    "asks_back",
    "repeat",
    "repeat_letters",
    "next_pressing",
    "next_repeats",
    "next_thanks",
    "next_none",
    "next_asks",
    "next_leave",
    "carried",
    "many_items",
    "block_meets",
    "number",
    "no_slot_at_all",
    "wait_no_time",
    "progress_no_time",
    "buck_no_handle",
    "stock_no_slot",
    "sales_no_slot",
    "filler_only",
    "asked_long",
    "next_same_type",
    "concrete",
    "deflect_no_slot",
    "retention_request",
    "lacks_primary",
    "later_block",
    "statement",
    "next_assent",
    "data",
    "thanks",
];

const CONCRETE: CueSet = CueSet::of(&[
    Cue::HoldsTime,
    Cue::HoldsAmount,
    Cue::HoldsContact,
    Cue::HoldsSteps,
    Cue::HoldsDone,
    Cue::HoldsDataRequest,
    Cue::HoldsRefusal,
    Cue::HoldsPolarity,
    Cue::HoldsPlace,
    Cue::HoldsReason,
]);

/// The evidence, in the order of [`NAMES`].
pub(super) fn gather(scene: &Scene<'_>) -> Vec<f32> {
    let reply = scene.reply;
    let cues = reply.cues;
    let mut values = Vec::with_capacity(NAMES.len());
    let flag = |value: bool| if value { 1.0 } else { 0.0 };
    let kinds = [
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
    let open = |cue: Cue| scene.active.iter().any(|item| item.asks.has(cue));
    for (cue, _) in kinds {
        values.push(flag(open(cue)));
    }
    for (cue, kind) in kinds {
        values.push(flag(open(cue) && !cues.any(slots(kind))));
    }
    for (cue, _) in HOLDING_CUES {
        values.push(flag(cues.has(cue)));
    }
    let moves = [
        Cue::MovesWait,
        Cue::MovesProgress,
        Cue::MovesStock,
        Cue::MovesBuck,
        Cue::MovesRetention,
        Cue::MovesSales,
        Cue::MovesDeflect,
        Cue::FillerGreeting,
        Cue::FillerHold,
        Cue::FillerApology,
        Cue::FillerEmpathy,
        Cue::FillerClosing,
        Cue::FillerSticker,
        Cue::FillerAck,
    ];
    for cue in moves {
        values.push(flag(cues.has(cue)));
    }
    values.push(flag(reply.residue == 0));
    values.push(flag(reply.residue <= 4));
    values.push(flag(reply.residue <= 10));
    values.push(flag(reply.residue > 30));
    let lacks = |item: &Item| question::types(item.asks).all(|kind| !cues.any(slots(kind)));
    let lacks_primary = |item: &Item| !cues.any(slots(item.kind));
    values.push(flag(scene.active.iter().all(|item| lacks(item))));
    values.push(flag(scene.active.iter().any(|item| lacks(item))));
    let share = scene.active.iter().map(|item| reading::share(&item.grams, &reply.grams)).fold(0.0, f32::max);
    let share =
        scene.asked.iter().map(|asked| reading::share(&asked.grams, &reply.grams)).fold(share, f32::max);
    values.push(share);
    values.push(flag(share > 0.0));
    values.push(
        scene.asked.iter().map(|asked| reading::share(&asked.letters, &reply.letters)).fold(0.0, f32::max),
    );
    let asks_back = reply.clauses.iter().any(|clause| {
        clause.asks
            && clause.residue > 0
            && !clause.cues.has(Cue::FillerClosing)
            && !clause.cues.has(Cue::FillerGreeting)
    });
    values.push(flag(asks_back));
    values.push(
        scene.earlier.iter().map(|before| reading::likeness(&before.grams, &reply.grams)).fold(0.0, f32::max),
    );
    values.push(
        scene
            .earlier
            .iter()
            .map(|before| reading::likeness(&before.letters, &reply.letters))
            .fold(0.0, f32::max),
    );
    let next = |cue: Cue| scene.next.iter().any(|reading| reading.cues.has(cue));
    values.push(flag(next(Cue::TalkPressing)));
    values.push(
        scene
            .next
            .iter()
            .flat_map(|next| scene.active.iter().map(|item| reading::share(&item.grams, &next.grams)))
            .fold(0.0, f32::max),
    );
    values.push(flag(next(Cue::TalkThanks)));
    values.push(flag(scene.next.is_empty()));
    values.push(flag(scene.next.iter().any(|next| question::questions(next).next().is_some())));
    values.push(flag(next(Cue::TalkLeave)));
    values.push(flag(scene.carried));
    values.push(flag(scene.active.len() > 1));
    let block_meets = scene.same_block.iter().any(|other| {
        scene.active.iter().any(|item| question::types(item.asks).any(|kind| other.cues.any(slots(kind))))
    });
    values.push(flag(block_meets));
    let number =
        reply.folded.text().contains(|c: char| c.is_ascii_digit()) || reply.folded.text().contains("x]");
    values.push(flag(number));
    let no_slot = !cues.any(CONCRETE);
    values.push(flag(no_slot));
    let timeless = !cues.has(Cue::HoldsTime);
    values.push(flag(cues.has(Cue::MovesWait) && timeless));
    values.push(flag(cues.has(Cue::MovesProgress) && timeless));
    values.push(flag(cues.has(Cue::MovesBuck) && !cues.has(Cue::HoldsContact) && timeless && !number));
    let lacks_all = scene.active.iter().all(|item| lacks(item));
    values.push(flag(cues.has(Cue::MovesStock) && lacks_all));
    values.push(flag(cues.has(Cue::MovesSales) && lacks_all));
    values.push(flag(reply.clauses.iter().all(|clause| clause.residue <= 1)));
    values.push(flag(scene.asked.iter().map(|asked| asked.residue).sum::<u32>() > 12));
    let next_asks: Vec<CueSet> =
        scene.next.iter().flat_map(|next| question::questions(next).map(|(_, asks)| asks)).collect();
    values.push(flag(
        scene.active.iter().any(|item| next_asks.iter().any(|asks| asks.has(primary_cue(item.kind)))),
    ));
    values.push(HOLDING_CUES.iter().filter(|(cue, _)| cues.has(*cue)).count() as f32 / 4.0);
    values.push(flag(cues.has(Cue::MovesDeflect) && lacks_all));
    values.push(flag(cues.any(CueSet::of(&[Cue::MovesRetention, Cue::MovesSales])) && open(Cue::AskRequest)));
    values.push(flag(scene.active.iter().all(|item| lacks_primary(item))));
    values.push(flag(!scene.same_block.is_empty()));
    values.push(flag(scene.statement));
    values.push(flag(next(Cue::TalkAssent)));
    values.push(flag(scene.asked.iter().any(|asked| asked.cues.has(Cue::TalkCard))));
    values.push(flag(scene.asked.iter().any(|asked| asked.cues.has(Cue::TalkThanks))));
    values
}

const fn primary_cue(kind: QuestionType) -> Cue {
    match kind {
        QuestionType::Time => Cue::AskTime,
        QuestionType::Place => Cue::AskPlace,
        QuestionType::Amount => Cue::AskAmount,
        QuestionType::Reason => Cue::AskReason,
        QuestionType::Polarity => Cue::AskPolarity,
        QuestionType::Choice => Cue::AskChoice,
        QuestionType::Method => Cue::AskMethod,
        QuestionType::Identity => Cue::AskIdentity,
        QuestionType::Status => Cue::AskStatus,
        QuestionType::Request => Cue::AskRequest,
        QuestionType::Complaint => Cue::AskComplaint,
    }
}
