//! What speaks for and against a reply being an answer, as named numbers.
//!
//! Gathers; does not decide. The weights stand in the lexicon.

use super::{
    Holding, Item, QuestionType,
    cue::{Cue, CueSet},
    question,
    reading::{self, Clause, Reading},
    weights::NAMES,
};

const HOLDING_CUES: [(Cue, Holding, &str); 12] = [
    (Cue::HoldsTime, Holding::Time, "holds_time"),
    (Cue::HoldsAmount, Holding::Amount, "holds_amount"),
    (Cue::HoldsPlace, Holding::Place, "holds_place"),
    (Cue::HoldsReason, Holding::Reason, "holds_reason"),
    (Cue::HoldsPolarity, Holding::Polarity, "holds_polarity"),
    (Cue::HoldsSteps, Holding::Steps, "holds_steps"),
    (Cue::HoldsContact, Holding::Contact, "holds_contact"),
    (Cue::HoldsDone, Holding::Done, "holds_done"),
    (Cue::HoldsPromised, Holding::Promised, "holds_promised"),
    (Cue::HoldsDataRequest, Holding::DataRequest, "holds_data_request"),
    (Cue::HoldsHandover, Holding::Handover, "holds_handover"),
    (Cue::HoldsRefusal, Holding::Refusal, "holds_refusal"),
];

/// What the message holds.
pub(super) fn holdings(reading: &Reading) -> Vec<Holding> {
    HOLDING_CUES.iter().filter(|(cue, ..)| reading.cues.has(*cue)).map(|(_, holding, _)| *holding).collect()
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
    /// The agent's other messages before the customer writes again.
    pub(super) same_block: Vec<&'a Reading>,
    /// The agent's earlier messages, those after which the customer wrote.
    pub(super) earlier: Vec<&'a Reading>,
    /// The agent's messages after the customer wrote again.
    pub(super) later: Vec<&'a Reading>,
    /// Whether the items were left over from before.
    pub(super) carried: bool,
}

/// Evidence by name, in the order in which it was gathered.
pub(super) type Evidence = Vec<(&'static str, f32)>;

/// What each type of question is called when it is open and when the reply lacks its slot.
const KINDS: [(Cue, QuestionType, &str, &str); 11] = [
    (Cue::AskTime, QuestionType::Time, "open_time", "lacks_time"),
    (Cue::AskPlace, QuestionType::Place, "open_place", "lacks_place"),
    (Cue::AskReason, QuestionType::Reason, "open_reason", "lacks_reason"),
    (Cue::AskAmount, QuestionType::Amount, "open_amount", "lacks_amount"),
    (Cue::AskChoice, QuestionType::Choice, "open_choice", "lacks_choice"),
    (Cue::AskMethod, QuestionType::Method, "open_method", "lacks_method"),
    (Cue::AskIdentity, QuestionType::Identity, "open_identity", "lacks_identity"),
    (Cue::AskPolarity, QuestionType::Polarity, "open_polarity", "lacks_polarity"),
    (Cue::AskStatus, QuestionType::Status, "open_status", "lacks_status"),
    (Cue::AskRequest, QuestionType::Request, "open_request", "lacks_request"),
    (Cue::AskComplaint, QuestionType::Complaint, "open_complaint", "lacks_complaint"),
];

/// Slots whose filling is hard to fake.
const CONCRETE: CueSet = CueSet::of(&[
    Cue::HoldsTime,
    Cue::HoldsAmount,
    Cue::HoldsContact,
    Cue::HoldsSteps,
    Cue::HoldsDone,
    Cue::HoldsDataRequest,
    Cue::HoldsRefusal,
]);

const MOVES: CueSet = CueSet::of(&[
    Cue::MovesWait,
    Cue::MovesProgress,
    Cue::MovesStock,
    Cue::MovesBuck,
    Cue::MovesRetention,
    Cue::MovesSales,
    Cue::MovesDeflect,
]);

/// Words of the same yes or no: who asks with one of a row is answered with one of it.
const MODALS: [&[&str]; 6] = [
    &["能", "可以", "可", "行", "得", "支持", "无法", "办法"],
    &["有", "没", "无"],
    &["是", "不是", "属于", "非"],
    &["会", "不会"],
    &["要", "需", "不用", "免"],
    &["好了", "已", "完", "到了"],
];

/// A clause that only asks to hold the line.
const fn holds_the_line(clause: &Clause) -> bool {
    clause.cues.has(Cue::FillerHold) && clause.residue <= 3
}

const fn flag(value: bool) -> f32 {
    if value { 1.0 } else { 0.0 }
}

fn most(values: impl Iterator<Item = f32>) -> f32 {
    values.fold(0.0, f32::max)
}

/// The evidence on one reply.
pub(super) fn gather(scene: &Scene<'_>) -> Evidence {
    let mut evidence = Evidence::with_capacity(NAMES.len());
    slots_asked_and_held(scene, &mut evidence);
    moves(scene, &mut evidence);
    echoes(scene, &mut evidence);
    surroundings(scene, &mut evidence);
    evidence
}

fn slots_asked_and_held(scene: &Scene<'_>, out: &mut Evidence) {
    let cues = scene.reply.cues;
    let open = |cue: Cue| scene.active.iter().any(|item| item.asks.has(cue));
    for (cue, kind, asked, lacking) in KINDS {
        if open(cue) {
            out.push((asked, 1.0));
            out.push((lacking, flag(!cues.any(slots(kind)))));
        }
    }
    for (cue, _, name) in HOLDING_CUES {
        out.push((name, flag(cues.has(cue))));
    }
    let lacks_primary = scene.active.iter().all(|item| !cues.any(slots(item.kind)));
    let lacks_all =
        scene.active.iter().all(|item| question::types(item.asks).all(|kind| !cues.any(slots(kind))));
    let hard = scene.active.iter().any(|item| {
        matches!(item.kind, QuestionType::Time | QuestionType::Amount | QuestionType::Place)
            && cues.any(slots(item.kind))
    });
    out.push(("lacks_primary", flag(lacks_primary)));
    out.push(("lacks_all", flag(lacks_all)));
    out.push(("meets_hard", flag(hard)));
}

fn moves(scene: &Scene<'_>, out: &mut Evidence) {
    let reply = scene.reply;
    let cues = reply.cues;
    let timed = cues.has(Cue::HoldsTime);
    let total = reply.residue.max(1) as f32;
    let share = |of: CueSet| {
        reply
            .clauses
            .iter()
            .filter(|clause| clause.cues.any(of) && !holds_the_line(clause))
            .map(|clause| clause.residue)
            .sum::<u32>() as f32
            / total
    };
    for (cue, name) in [
        (Cue::MovesWait, "wait_share"),
        (Cue::MovesProgress, "progress_share"),
        (Cue::MovesStock, "stock_share"),
        (Cue::MovesBuck, "buck_share"),
        (Cue::MovesRetention, "retention_share"),
        (Cue::MovesSales, "sales_share"),
        (Cue::MovesDeflect, "deflect_share"),
    ] {
        if cues.has(cue) {
            let unsure = matches!(cue, Cue::MovesWait | Cue::MovesProgress) && timed;
            out.push((name, if unsure { 0.0 } else { share(CueSet::of(&[cue])) }));
        }
    }
    // Content of clauses that neither evade nor merely fill.
    let plain = |clause: &&Clause| clause.residue > 1 && !clause.cues.any(MOVES) && !holds_the_line(clause);
    let bare = !cues.any(CONCRETE);
    let rest: u32 = reply.clauses.iter().filter(plain).map(|clause| clause.residue).sum();
    let waits = cues.has(Cue::MovesWait) || cues.has(Cue::MovesProgress);
    out.push(("wait_only", flag(waits && rest <= 2 && !timed && !cues.has(Cue::HoldsContact))));
    let lacking = flag(scene.active.iter().all(|item| !cues.any(slots(item.kind))));
    out.push(("evasive_share", share(MOVES)));
    out.push(("evades_lacking", share(MOVES) * lacking));
    out.push((
        "sells_lacking",
        share(CueSet::of(&[Cue::MovesSales, Cue::MovesRetention, Cue::MovesDeflect])) * lacking,
    ));
    out.push(("evasive_only", flag(cues.any(MOVES) && rest <= 2 && bare)));
    for (cue, name) in [
        (Cue::FillerGreeting, "filler_greeting"),
        (Cue::FillerHold, "filler_hold"),
        (Cue::FillerApology, "filler_apology"),
        (Cue::FillerEmpathy, "filler_empathy"),
        (Cue::FillerClosing, "filler_closing"),
        (Cue::FillerSticker, "filler_sticker"),
        (Cue::FillerAck, "filler_ack"),
    ] {
        if cues.has(cue) {
            out.push((name, 1.0));
        }
    }
    let empty = reply.is_empty();
    let held = cues.has(Cue::FillerHold);
    let greets = cues.has(Cue::FillerGreeting) && !cues.has(Cue::FillerClosing);
    let acks = cues.has(Cue::FillerAck);
    let hollow = reply.is_hollow();
    out.push(("hollow", flag(hollow)));
    out.push((
        "hollow_fresh",
        flag(hollow && !scene.carried && scene.active.iter().any(|item| item.kind < QuestionType::Request)),
    ));
    let asked = |cue: Cue| scene.asked.iter().any(|reading| reading.cues.has(cue));
    let content = scene.asked.iter().map(|reading| reading.residue).sum::<u32>() >= 4;
    let content = content && !asked(Cue::TalkAssent) && !asked(Cue::TalkThanks);
    let hollow_any = empty && !held;
    out.push(("hollow_pressed", flag(hollow_any && asked(Cue::TalkPressing))));
    out.push(("hollow_leave", flag(hollow_any && asked(Cue::TalkLeave))));
    out.push(("hollow_statement", flag(hollow_any && content)));
    out.push((
        "sticker_only",
        flag(hollow && reply.clauses.iter().all(|clause| clause.cues.has(Cue::FillerSticker))),
    ));
    out.push(("hollow_ack", flag(empty && acks && !held)));
    out.push(("hollow_greeting", flag(empty && greets && !held)));
    out.push(("hold_only", flag(empty && held)));
    let resolved = scene.later.iter().any(|later| {
        later.cues.any(CONCRETE) || later.cues.has(Cue::HoldsPolarity) || later.cues.has(Cue::HoldsPlace)
    });
    out.push(("hold_unresolved", flag(empty && held && !resolved)));
    out.push(("thin", flag(reply.residue <= 4)));
    out.push(("short", flag(reply.residue <= 10)));
    out.push(("long", flag(reply.residue > 30)));
    out.push(("bare", flag(bare)));
    out.push(("concrete", HOLDING_CUES.iter().filter(|(cue, ..)| cues.has(*cue)).count() as f32 / 4.0));
    let number = reply
        .clauses
        .iter()
        .filter(|clause| {
            !clause.cues.any(CueSet::of(&[
                Cue::FillerClosing,
                Cue::FillerSticker,
                Cue::MovesSales,
                Cue::MovesRetention,
            ]))
        })
        .map(|clause| reply.text(clause))
        .any(|text| text.contains(|c: char| c.is_ascii_digit()) || text.contains("x]"));
    out.push(("number", flag(number)));
    out.push((
        "buck_no_handle",
        flag(cues.has(Cue::MovesBuck) && !number && !timed && !cues.has(Cue::HoldsSteps)),
    ));
}

fn echoes(scene: &Scene<'_>, out: &mut Evidence) {
    let reply = scene.reply;
    let item_letters = most(scene.active.iter().map(|item| reading::share(&item.letters, &reply.letters)));
    out.push(("item_share", most(scene.active.iter().map(|item| reading::share(&item.grams, &reply.grams)))));
    out.push(("item_letters", item_letters));
    out.push((
        "block_letters",
        most(scene.asked.iter().map(|asked| reading::share(&asked.letters, &reply.letters))),
    ));
    out.push(("no_echo", flag(item_letters < 0.15)));
    let yes_no = || scene.active.iter().filter(|item| item.asks.has(Cue::AskPolarity));
    let modal = yes_no().any(|item| {
        MODALS.iter().filter(|row| row.iter().any(|word| item.text.contains(word))).any(|row| {
            plain_clauses(reply).any(|clause| {
                let text = reply.text(clause).trim_start_matches(is_vocative);
                row.iter().any(|word| {
                    text.starts_with(word)
                        || text.contains(word) && reading::share(&item.letters, &clause.letters) > 0.0
                })
            })
        })
    });
    out.push(("modal_echo", flag(modal)));
    let lead = yes_no().any(|item| {
        plain_clauses(reply).any(|clause| {
            reply
                .text(clause)
                .trim_start_matches(is_vocative)
                .chars()
                .next()
                .is_some_and(|first| item.text.contains(first))
        })
    });
    out.push(("lead_echo", flag(lead)));
    let again = most(scene.earlier.iter().map(|before| reading::likeness(&before.grams, &reply.grams)));
    let known = most(scene.earlier.iter().map(|before| reading::share(&reply.letters, &before.letters)));
    let said: u32 = reply
        .clauses
        .iter()
        .filter(|clause| clause.residue >= 4 && !clause.asks && !clause.cues.has(Cue::HoldsDataRequest))
        .filter(|clause| {
            scene
                .earlier
                .iter()
                .flat_map(|before| &before.clauses)
                .any(|old| reading::likeness(&old.grams, &clause.grams) > 0.75)
        })
        .map(|clause| clause.residue)
        .sum();
    let said = said as f32 / reply.residue.max(1) as f32;
    out.push(("said_before", said));
    out.push((
        "said_before_lacking",
        said * flag(scene.active.iter().all(|item| !reply.cues.any(slots(item.kind)))),
    ));
    out.push(("plain_no_echo", flag(item_letters < 0.15 && !modal && !lead && reply.residue > 4)));
    let silent = !reply.cues.any(CueSet::of(&[
        Cue::HoldsRefusal,
        Cue::HoldsDataRequest,
        Cue::HoldsDone,
        Cue::FillerHold,
        Cue::FillerAck,
    ])) && !reply.clauses.iter().any(|clause| clause.asks && clause.residue > 0)
        && !scene.carried
        && reply.residue > 3;
    let missed = |kinds: &[QuestionType]| {
        silent
            && scene.active.iter().any(|item| kinds.contains(&item.kind) && !reply.cues.any(slots(item.kind)))
            && scene
                .active
                .iter()
                .all(|item| item.kind >= QuestionType::Status || !reply.cues.any(slots(item.kind)))
    };
    let hard = missed(&[QuestionType::Time, QuestionType::Amount, QuestionType::Place]);
    out.push(("hard_missed", flag(hard)));
    out.push(("hard_missed_plain", flag(hard && item_letters < 0.34)));
    out.push((
        "polar_missed",
        flag(missed(&[QuestionType::Polarity]) && !modal && !lead && item_letters < 0.34),
    ));
    let words = [QuestionType::Reason, QuestionType::Method, QuestionType::Identity, QuestionType::Choice];
    out.push(("open_word_missed", flag(missed(&words) && item_letters < 0.34)));
    let weighty = reply.residue >= 4;
    let pressed = scene.asked.iter().any(|asked| asked.cues.has(Cue::TalkPressing));
    out.push(("repeat_pressed", flag(weighty && pressed && (again > 0.6 || known > 0.75))));
    out.push(("repeat_asked", flag(weighty && !scene.carried && (again > 0.6 || known > 0.8))));
    out.push(("repeat", if weighty { again } else { 0.0 }));
    out.push(("nothing_new", if weighty { (known - 0.5).max(0.0) * 2.0 } else { 0.0 }));
    out.push(("nothing_new_short", flag(weighty && known > 0.7 && !reply.cues.has(Cue::HoldsDone))));
}

/// The clauses that do not put off, sell or deflect.
fn plain_clauses(reply: &Reading) -> impl Iterator<Item = &Clause> {
    reply.clauses.iter().filter(|clause| !clause.cues.any(MOVES))
}

const fn is_vocative(character: char) -> bool {
    matches!(
        character,
        '亲' | '哥' | '姐' | '宝' | '您' | '咱' | '我' | '这' | '那' | '都' | '也' | '它' | '们' | '的'
    )
}

fn surroundings(scene: &Scene<'_>, out: &mut Evidence) {
    let reply = scene.reply;
    let asks_back = reply.clauses.iter().any(|clause| {
        clause.asks
            && clause.residue > 0
            && !clause.cues.has(Cue::FillerClosing)
            && !clause.cues.has(Cue::FillerGreeting)
    });
    out.push(("asks_back", flag(asks_back)));
    let next = |cue: Cue| flag(scene.next.iter().any(|reading| reading.cues.has(cue)));
    out.push(("next_pressing", next(Cue::TalkPressing)));
    out.push(("next_thanks", next(Cue::TalkThanks)));
    out.push(("next_assent", next(Cue::TalkAssent)));
    out.push(("next_leave", next(Cue::TalkLeave)));
    out.push(("next_none", flag(scene.next.is_empty())));
    let repeats = scene
        .next
        .iter()
        .flat_map(|next| scene.active.iter().map(|item| reading::share(&item.grams, &next.grams)));
    out.push(("next_repeats", most(repeats)));
    let asked_next: Vec<CueSet> =
        scene.next.iter().flat_map(|next| question::questions(next).map(|(_, asks)| asks)).collect();
    out.push(("next_asks", flag(!asked_next.is_empty())));
    let same = |item: &&Item| asked_next.iter().any(|asks| question::types(*asks).next() == Some(item.kind));
    out.push(("next_same_type", flag(scene.active.iter().any(same))));
    let asked = |cue: Cue| scene.asked.iter().any(|reading| reading.cues.has(cue));
    out.push(("asked_pressing", flag(asked(Cue::TalkPressing))));
    out.push(("asked_leave", flag(asked(Cue::TalkLeave))));
    out.push(("asked_assent", flag(asked(Cue::TalkAssent))));
    out.push(("carried", flag(scene.carried)));
    out.push(("statement", flag(scene.statement)));
    out.push(("data", flag(scene.asked.iter().any(|asked| asked.cues.has(Cue::TalkCard)))));
    out.push(("many_items", flag(scene.active.len() > 1)));
    let block_meets = scene.same_block.iter().any(|other| {
        scene.active.iter().any(|item| question::types(item.asks).any(|kind| other.cues.any(slots(kind))))
    });
    out.push(("block_meets", flag(block_meets)));
    out.push(("in_block", flag(!scene.same_block.is_empty())));
    let sells = reply.cues.any(CueSet::of(&[Cue::MovesRetention, Cue::MovesSales]));
    let plea =
        scene.active.iter().any(|item| item.asks.has(Cue::AskRequest) || item.asks.has(Cue::AskComplaint));
    out.push(("plea_sold", flag(sells && plea)));
    out.push(("asked_long", flag(scene.asked.iter().map(|asked| asked.residue).sum::<u32>() > 12)));
}
