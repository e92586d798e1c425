//! The way through the conversation: which items are open before each reply, and what the reply makes of them.

use super::{
    Holding, Item, Judgement, Ledger, Outcome, QuestionType, Verdict,
    cue::{Cue, CueSet},
    cues::Cues,
    evidence::{self, Scene},
    reading::{self, Reading},
};
use crate::{
    personal,
    transcript::{Conversation, Role},
};

/// How many turns back and ahead are looked at: a chat of a thousand messages is read once, not a thousand times.
const MEMORY: usize = 24;

/// Likeness from which a reply is an earlier one word for word.
const VERBATIM: f32 = 0.85;

/// Likeness from which a reply counts as the same again.
const SAME: f32 = 0.7;

/// One run of messages by one side.
struct Run {
    role: Role,
    messages: Vec<usize>,
}

fn runs(conversation: &Conversation) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, message) in conversation.messages.iter().enumerate() {
        if !matches!(message.role, Role::Customer | Role::Agent) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.role == message.role => run.messages.push(at),
            _ => runs.push(Run { role: message.role, messages: vec![at] }),
        }
    }
    runs
}

/// Fills the ledger's judgements, outcomes and counts.
pub(super) fn judge(
    ledger: &mut Ledger,
    readings: &[Option<Reading>],
    conversation: &Conversation,
    cues: &Cues,
) {
    ledger.judgements = vec![Vec::new(); readings.len()];
    ledger.evasiveness = vec![None; readings.len()];
    let runs = runs(conversation);
    let read =
        |messages: &[usize]| messages.iter().filter_map(|at| readings[*at].as_ref()).collect::<Vec<_>>();
    let agents = |runs: &[Run]| -> Vec<usize> {
        runs.iter()
            .filter(|run| run.role == Role::Agent)
            .flat_map(|run| run.messages.iter().copied())
            .collect()
    };
    let mut open: Vec<usize> = Vec::new();
    // The last reply asked for something or asked to hold the line: what the customer says next belongs to the same item.
    let mut pending = false;
    let mut next_item = 0;
    for (at, run) in runs.iter().enumerate() {
        if run.role != Role::Agent || at == 0 {
            continue;
        }
        let asked = read(&runs[at - 1].messages);
        let says = |cue: Cue| asked.iter().any(|reading| reading.cues.has(cue));
        let fresh: Vec<usize> = (next_item..ledger.items.len())
            .take_while(|item| ledger.items[*item].message < run.messages[0])
            .collect();
        next_item += fresh.len();
        let carried = fresh.is_empty();
        if carried && (says(Cue::TalkThanks) || says(Cue::TalkAssent) && !pending) {
            open.clear();
        }
        let content: u32 = asked.iter().map(|reading| reading.residue).sum();
        let nothing_said =
            content == 0 && !says(Cue::TalkCard) && !says(Cue::TalkPressing) && !says(Cue::TalkLeave);
        if carried && nothing_said && !pending {
            open.clear();
        }
        let statement = carried && content >= 4 && !says(Cue::TalkThanks) && !says(Cue::TalkCard);
        let active = if carried { open.clone() } else { fresh };
        if active.is_empty() && !statement {
            continue;
        }
        let next = runs.get(at + 1).map_or_else(Vec::new, |run| read(&run.messages));
        let earlier = read(&agents(&runs[at.saturating_sub(MEMORY)..at]));
        let later = read(&agents(&runs[at + 1..runs.len().min(at + 1 + MEMORY)]));
        let mut met = false;
        let mut deferred = false;
        for message in &run.messages {
            let Some(reply) = readings[*message].as_ref() else { continue };
            let others: Vec<usize> = run.messages.iter().copied().filter(|other| other != message).collect();
            let scene = Scene {
                reply,
                active: active.iter().map(|item| &ledger.items[*item]).collect(),
                statement,
                asked: asked.clone(),
                next: next.clone(),
                same_block: read(&others),
                earlier: earlier.clone(),
                later: later.clone(),
                carried,
            };
            let evidence = evidence::gather(&scene);
            let evasive = cues.weights.evasive(&evidence);
            let verdict = if evasive >= cues.weights.threshold {
                evasion(&scene)
            } else if scene.is_met_with_courtesy() {
                Verdict::Boilerplate
            } else if scene.says_it_again() {
                Verdict::Repeated
            } else {
                service(&scene)
            };
            let judgement = Judgement {
                verdict,
                item: active.first().copied(),
                why: if verdict.is_evasive() { why(&scene, verdict) } else { String::new() },
                confidence: if verdict.is_evasive() { evasive } else { 1.0 - evasive },
            };
            met |= matches!(verdict, Verdict::Answered | Verdict::Partly | Verdict::Refusal) && scene.meets();
            deferred |= verdict == Verdict::DeferredWithTime;
            pending = verdict == Verdict::AskedBack;
            ledger.evasiveness[*message] = Some(f64::from(evasive));
            ledger.judgements[*message].push(judgement);
        }
        let outcome = match (met, deferred) {
            (true, _) => Outcome::Answered,
            (_, true) => Outcome::Deferred,
            _ => Outcome::Evaded,
        };
        for item in &active {
            let item = &mut ledger.items[*item];
            item.outcome = outcome;
            item.closed = (met || deferred).then_some(run.messages[0]);
        }
        open = if met || deferred { Vec::new() } else { active };
    }
    // What was not seen cannot be said to be missing: a picture may have been the answer.
    if conversation.unseen == 0 {
        dropped(ledger, readings, &runs);
    }
}

impl Scene<'_> {
    /// Whether the reply fills the slot of one of the items.
    fn meets(&self) -> bool {
        self.active.is_empty()
            || self.active.iter().any(|item| {
                item.kind == QuestionType::Choice || self.reply.cues.any(evidence::slots(item.kind))
            })
    }
}

impl Scene<'_> {
    /// Whether a new question gets a closing, an apology or a sticker for an answer.
    fn is_met_with_courtesy(&self) -> bool {
        let says = |cue: Cue| self.asked.iter().any(|reading| reading.cues.has(cue));
        let asks =
            self.active.iter().any(|item| item.kind < QuestionType::Status && !item.letters.is_empty());
        self.reply.is_hollow()
            && (!self.carried || says(Cue::TalkPressing))
            && asks
            && !says(Cue::TalkAssent)
            && !says(Cue::TalkThanks)
            && self.same_block.iter().all(|other| other.is_hollow())
    }

    /// Whether the reply is word for word an earlier one although the customer asked on.
    fn says_it_again(&self) -> bool {
        let reply = self.reply;
        let says = |cue: Cue| self.asked.iter().any(|reading| reading.cues.has(cue));
        reply.residue >= 6
            && (!self.carried || says(Cue::TalkPressing))
            && !reply.cues.any(CueSet::of(&[Cue::HoldsDataRequest, Cue::FillerHold]))
            && !reply.clauses.iter().any(|clause| clause.asks)
            && !says(Cue::TalkAssent)
            && !says(Cue::TalkCard)
            && self.earlier.iter().any(|before| reading::likeness(&before.grams, &reply.grams) > VERBATIM)
    }
}

/// The verdict on a reply that does not evade.
fn service(scene: &Scene<'_>) -> Verdict {
    let cues = scene.reply.cues;
    let asks = scene.reply.clauses.iter().any(|clause| clause.asks && clause.residue > 0);
    let holds_the_line = cues.has(Cue::FillerHold) && scene.reply.residue < 4;
    if holds_the_line || (asks || cues.has(Cue::HoldsDataRequest)) && !cues.has(Cue::HoldsDone) {
        Verdict::AskedBack
    } else if cues.has(Cue::HoldsRefusal) && !cues.any(CueSet::of(&[Cue::HoldsTime, Cue::HoldsDone])) {
        Verdict::Refusal
    } else if cues.has(Cue::HoldsTime) && cues.any(CueSet::of(&[Cue::MovesWait, Cue::MovesProgress])) {
        Verdict::DeferredWithTime
    } else if scene.active.len() > 1 && !scene.active.iter().all(|item| cues.any(evidence::slots(item.kind)))
    {
        Verdict::Partly
    } else {
        Verdict::Answered
    }
}

/// Which kind of evasion an evasive reply is.
fn evasion(scene: &Scene<'_>) -> Verdict {
    let reply = scene.reply;
    let cues = reply.cues;
    let again = scene.earlier.iter().any(|before| {
        reading::likeness(&before.grams, &reply.grams) > SAME
            || reading::likeness(&before.letters, &reply.letters) > SAME
    });
    if again && reply.residue >= 4 {
        Verdict::Repeated
    } else if cues.any(CueSet::of(&[Cue::MovesSales, Cue::MovesRetention])) {
        Verdict::Irrelevant
    } else if cues.has(Cue::MovesBuck) && !cues.has(Cue::MovesStock) {
        Verdict::BuckPassing
    } else if cues.any(CueSet::of(&[Cue::MovesWait, Cue::MovesProgress, Cue::FillerHold])) {
        Verdict::Stalling
    } else if reply.residue <= 2 || cues.any(CueSet::of(&[Cue::MovesStock, Cue::FillerEmpathy])) {
        Verdict::Boilerplate
    } else {
        Verdict::Irrelevant
    }
}

/// Questions of a message with several, of which the next replies met another and none ever touched this one.
///
/// Only where the two are plainly two: the customer says so (另外, 顺便), or a time or an amount is what is missing.
fn dropped(ledger: &mut Ledger, readings: &[Option<Reading>], runs: &[Run]) {
    for (at, run) in runs.iter().enumerate().filter(|(_, run)| run.role == Role::Customer) {
        let says = |cue: Cue| {
            run.messages.iter().filter_map(|at| readings[*at].as_ref()).any(|read| read.cues.has(cue))
        };
        if at + 1 == runs.len() {
            if !says(Cue::TalkThanks) && !says(Cue::TalkLeave) {
                unanswered(ledger, &run.messages);
            }
            continue;
        }
        for message in &run.messages {
            let items: Vec<usize> = (0..ledger.items.len())
                .filter(|item| {
                    ledger.items[*item].message == *message && ledger.items[*item].kind < QuestionType::Status
                })
                .collect();
            let replies: Vec<&Reading> = runs[at + 1..]
                .iter()
                .take(MEMORY)
                .filter(|run| run.role == Role::Agent)
                .flat_map(|run| run.messages.iter().filter_map(|message| readings[*message].as_ref()))
                .collect();
            let Some(first) = replies.first() else { continue };
            let evasive = runs[at + 1].messages.iter().any(|reply| {
                ledger.judgements[*reply].iter().any(|judgement| {
                    judgement.verdict.is_evasive()
                        || matches!(judgement.verdict, Verdict::AskedBack | Verdict::Refusal)
                })
            });
            let says_besides =
                readings[*message].as_ref().is_some_and(|reading| reading.cues.has(Cue::TalkBesides));
            if items.len() < 2 || evasive {
                continue;
            }
            for item in &items {
                let question = &ledger.items[*item];
                let slot = evidence::slots(question.kind);
                let touched = replies.iter().any(|reply| {
                    reading::share(&question.letters, &reply.letters) >= 0.25 || reply.cues.any(slot)
                });
                let telling =
                    matches!(question.kind, QuestionType::Time | QuestionType::Amount) || says_besides;
                let other_met = items.iter().any(|other| {
                    let other = &ledger.items[*other];
                    other.kind != question.kind && first.cues.any(evidence::slots(other.kind))
                });
                if touched || !telling || !other_met || question.letters.len() < 2 {
                    continue;
                }
                let why = format!(
                    "顾客同时{}“{}”,其后各条回复均未涉及,应答需含{}。",
                    question.kind.title(),
                    personal::mask(&question.text),
                    question.kind.wants()
                );
                let judgement =
                    Judgement { verdict: Verdict::Ignored, item: Some(*item), why, confidence: 0.6 };
                ledger.judgements[*message].push(judgement);
                ledger.items[*item].outcome = Outcome::Open;
                ledger.items[*item].closed = None;
            }
        }
    }
}

/// Questions after which nobody wrote.
fn unanswered(ledger: &mut Ledger, messages: &[usize]) {
    let open = |item: &&Item| {
        messages.contains(&item.message) && item.kind < QuestionType::Status && item.letters.len() >= 3
    };
    let Some(question) = ledger.items.iter().position(|item| open(&item)) else { return };
    let item = &ledger.items[question];
    let why = format!("顾客{}“{}”,此后无人回复。", item.kind.title(), personal::mask(&item.text));
    let judgement = Judgement { verdict: Verdict::Ignored, item: Some(question), why, confidence: 0.7 };
    ledger.judgements[item.message].push(judgement);
}

/// In the words of a report: what was asked, what was looked for, what stood there instead.
fn why(scene: &Scene<'_>, verdict: Verdict) -> String {
    let asked = match scene.active.first() {
        Some(item) => {
            format!("顾客{}“{}”,应答需含{}", item.kind.title(), personal::mask(&item.text), item.kind.wants())
        }
        None => "顾客的话尚待回应".to_owned(),
    };
    let holds = evidence::holdings(scene.reply);
    let held = if holds.is_empty() {
        "去掉客套后没有实质内容".to_owned()
    } else {
        let names: Vec<&str> = holds.iter().map(|holding: &Holding| holding.title()).collect();
        format!("只见{}", names.join("、"))
    };
    let turn = match verdict {
        Verdict::Stalling => "只让等待,没有时限和结果",
        Verdict::BuckPassing => "推给他人,没有可用的联系方式或步骤",
        Verdict::Repeated => "与此前的回复基本相同",
        Verdict::Boilerplate => "只有套话",
        _ => "所说与所问不是一回事",
    };
    format!("{asked};本条{turn}({held})。")
}
