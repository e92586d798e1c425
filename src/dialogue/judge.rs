//! The way through the conversation: which items are open before each reply, and what the reply makes of them.

use super::{
    Judgement, Ledger, Outcome, Verdict,
    cues::{Cue, Cues},
    evidence::{self, Scene},
    reading::{self, Reading},
};
use crate::{
    personal,
    transcript::{Conversation, Role},
};

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

pub(super) fn judge(
    ledger: &mut Ledger,
    conversation: &Conversation,
    readings: &[Option<Reading>],
    cues: &Cues,
) {
    ledger.judgements = vec![Vec::new(); conversation.messages.len()];
    let runs = runs(conversation);
    let read =
        |messages: &[usize]| messages.iter().filter_map(|at| readings[*at].as_ref()).collect::<Vec<_>>();
    let mut open: Vec<usize> = Vec::new();
    let mut pending = false;
    for (at, run) in runs.iter().enumerate() {
        if run.role != Role::Agent || at == 0 {
            continue;
        }
        let asked = read(&runs[at - 1].messages);
        let fresh: Vec<usize> = (0..ledger.items.len())
            .filter(|item| runs[at - 1].messages.contains(&ledger.items[*item].message))
            .collect();
        let says = |cue: Cue| asked.iter().any(|reading| reading.cues.has(cue));
        let carried = fresh.is_empty();
        if carried && (says(Cue::TalkThanks) || says(Cue::TalkAssent) && !pending) {
            open.clear();
        }
        let content: u32 = asked.iter().map(|reading| reading.residue).sum();
        let statement = carried && content >= 4 && !says(Cue::TalkThanks) && !says(Cue::TalkCard);
        let active: Vec<usize> = if carried { open.clone() } else { fresh };
        if active.is_empty() && !statement {
            continue;
        }
        let next = runs.get(at + 1).map_or_else(Vec::new, |run| read(&run.messages));
        let earlier: Vec<&Reading> = runs[..at]
            .iter()
            .filter(|run| run.role == Role::Agent)
            .flat_map(|run| read(&run.messages))
            .collect();
        let mut met = false;
        for (nth, message) in run.messages.iter().enumerate() {
            let Some(reply) = readings[*message].as_ref() else { continue };
            let scene = Scene {
                reply,
                active: active.iter().map(|item| &ledger.items[*item]).collect(),
                asked: asked.clone(),
                next: next.clone(),
                same_block: read(&run.messages[nth + 1..]),
                earlier: earlier.clone(),
                carried,
                statement,
            };
            let values = evidence::gather(&scene);
            let sum: f32 = values.iter().zip(&cues.weights).map(|(value, weight)| value * weight).sum();
            let evasive = 1.0 / (1.0 + (-(sum + cues.bias)).exp());
            let lead = active.first().map(|item| &ledger.items[*item]);
            let asks_back = reply.cues.has(Cue::HoldsDataRequest)
                || reply.clauses.iter().any(|clause| clause.asks && clause.residue > 0);
            let meets = active.iter().any(|item| {
                let item = &ledger.items[*item];
                reply.cues.any(evidence::slots(item.kind))
            });
            let verdict = if evasive >= cues.threshold {
                kind(&scene)
            } else if asks_back || reply.cues.has(Cue::FillerHold) && reply.residue < 4 {
                Verdict::AskedBack
            } else if reply.cues.has(Cue::HoldsRefusal) && !meets {
                Verdict::Refusal
            } else if reply.cues.has(Cue::HoldsTime) && reply.cues.has(Cue::MovesWait) {
                Verdict::DeferredWithTime
            } else {
                Verdict::Answered
            };
            met |= meets && !verdict.is_evasive() && verdict != Verdict::AskedBack;
            pending = verdict == Verdict::AskedBack;
            ledger.replies += 1;
            ledger.badness += f64::from(evasive);
            let why = lead.map_or_else(String::new, |item| {
                format!(
                    "顾客{}“{}”,应答需含{};本条回复没有。",
                    item.kind.title(),
                    personal::mask(&item.text),
                    item.kind.wants()
                )
            });
            ledger.judgements[*message].push(Judgement {
                verdict,
                item: active.first().copied(),
                why,
                confidence: if verdict.is_evasive() { evasive } else { 1.0 - evasive },
            });
        }
        for item in &active {
            ledger.items[*item].outcome = if met { Outcome::Answered } else { Outcome::Evaded };
        }
        open = if met { Vec::new() } else { active };
    }
    ledger.summary.items = ledger.items.len();
    for item in &ledger.items {
        match item.outcome {
            Outcome::Answered => ledger.summary.answered += 1,
            Outcome::Deferred => ledger.summary.deferred += 1,
            Outcome::Evaded | Outcome::Open => ledger.summary.evaded += 1,
        }
    }
}

/// Which kind of evasion an evasive reply is.
fn kind(scene: &Scene<'_>) -> Verdict {
    let reply = scene.reply;
    let again = scene.earlier.iter().any(|before| {
        reading::likeness(&before.grams, &reply.grams) > 0.7
            || reading::likeness(&before.letters, &reply.letters) > 0.7
    });
    if again && reply.residue >= 4 {
        Verdict::Repeated
    } else if reply.cues.has(Cue::MovesBuck) && !reply.cues.has(Cue::MovesStock) {
        Verdict::BuckPassing
    } else if reply.cues.has(Cue::MovesWait)
        || reply.cues.has(Cue::MovesProgress)
        || reply.cues.has(Cue::FillerHold)
    {
        Verdict::Stalling
    } else if reply.residue <= 2 || reply.cues.has(Cue::MovesStock) || reply.cues.has(Cue::FillerEmpathy) {
        Verdict::Boilerplate
    } else {
        Verdict::Irrelevant
    }
}
