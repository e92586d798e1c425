//! The judge: which rules fire on which message of a conversation.
//!
//! Asks a [`Case`] condition by condition, most rules not at all, since the automata already saw that nothing is there.

use jiff::civil::Date;

use super::{
    case::Case,
    outcome::Focus,
    program::{Plan, Program},
};
use crate::{finding::Span, lexicon::schema::Report};

/// A rule that fired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The rule's number.
    pub rule: u32,
    /// Index of the message.
    pub message: usize,
    /// The part that fired, in characters of the original.
    pub span: Span,
    /// For each condition asked for that held: its number and the messages in which it held.
    pub because: Vec<(u32, Vec<usize>)>,
}

/// What the judge must know beside the conversation.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The day for messages without a date.
    pub default_day: Date,
    /// The trade, by number.
    pub trade: Option<usize>,
}

/// All decisions, in order of message and rule.
pub fn judge(program: &Program, case: &Case<'_>, circumstances: Circumstances) -> Vec<Decision> {
    let mut decisions = Vec::new();
    for (number, plan) in program.plans.iter().enumerate() {
        if !applies(plan, case, circumstances) {
            continue;
        }
        // What was not said cannot be told where part of the conversation was not exported.
        let absence = plan.denied.iter().any(|&c| !program.conditions[c as usize].scope.is_local());
        if absence && case.conversation.unseen > 0 {
            case.note_not_evaluable(number as u32);
        } else {
            decide(program, plan, number as u32, case, circumstances, &mut decisions);
        }
    }
    decisions.sort_by_key(|decision| (decision.message, decision.rule));
    decisions
}

fn applies(plan: &Plan, case: &Case<'_>, circumstances: Circumstances) -> bool {
    let trade =
        plan.trades.is_empty() || circumstances.trade.is_some_and(|trade| plan.trades.contains(&trade));
    let channel = plan
        .channels
        .as_ref()
        .is_none_or(|globs| case.conversation.channel.as_ref().is_some_and(|c| globs.is_match(c.as_ref())));
    trade && channel && plan.when.possible(&|&condition| case.may_hold_anywhere(condition))
}

fn decide(
    program: &Program,
    plan: &Plan,
    number: u32,
    case: &Case<'_>,
    circumstances: Circumstances,
    decisions: &mut Vec<Decision>,
) {
    let messages = 0..case.conversation.messages.len();
    let judged = |&message: &usize| {
        case.is_by(message, plan.speaker)
            && in_days(plan, case, message, circumstances)
            && by_agent(plan, case, message)
    };
    if plan.focus.is_empty() {
        decisions.extend(over_conversation(
            program,
            plan,
            number,
            case,
            &messages.filter(judged).collect::<Vec<_>>(),
        ));
        return;
    }
    for message in messages.filter(judged) {
        if !plan.focus.iter().any(|&condition| case.may_hold(condition, message)) {
            continue;
        }
        if let Some(decision) = on_message(plan, number, case, message) {
            decisions.push(decision);
            if plan.report == Report::First {
                return;
            }
        }
    }
}

fn on_message(plan: &Plan, number: u32, case: &Case<'_>, message: usize) -> Option<Decision> {
    let foci: Vec<Focus> = if plan.by_clause {
        case.clauses(message).iter().map(|clause| Focus { message, clause: Some(clause.clone()) }).collect()
    } else {
        vec![Focus { message, clause: None }]
    };
    foci.iter().find_map(|focus| {
        let fires = plan.when.eval(&mut |&condition| case.holds(condition, focus))
            && plan.focus.iter().any(|&condition| case.holds(condition, focus));
        fires.then(|| Decision {
            rule: number,
            message,
            span: span(plan, case, focus),
            because: because(plan, case, focus),
        })
    })
}

/// A rule that looks at no message of its own fires once: where its first condition held, or at the end.
fn over_conversation(
    program: &Program,
    plan: &Plan,
    number: u32,
    case: &Case<'_>,
    messages: &[usize],
) -> Option<Decision> {
    let last = *messages.last()?;
    let focus = Focus { message: last, clause: None };
    if !plan.when.eval(&mut |&condition| case.holds(condition, &focus)) {
        return None;
    }
    let because = because(plan, case, &focus);
    let anchor = because
        .iter()
        .filter(|(condition, _)| program.conditions[*condition as usize].speaker == plan.speaker)
        .find_map(|(condition, found)| {
            found.iter().find(|at| messages.contains(at)).map(|&at| (*condition, at))
        });
    let (message, span) = match anchor {
        Some((condition, at)) => {
            let span = case.outcome(condition, at).hits.first().map(|hit| hit.span);
            (at, span.unwrap_or_else(|| whole(case, at)))
        }
        None => (last, whole(case, last)),
    };
    Some(Decision { rule: number, message, span, because })
}

fn because(plan: &Plan, case: &Case<'_>, focus: &Focus) -> Vec<(u32, Vec<usize>)> {
    plan.asked
        .iter()
        .map(|&condition| (condition, case.evidence(condition, focus)))
        .filter(|(_, found)| !found.is_empty())
        .collect()
}

/// The first hit of the first condition that holds on the message itself.
fn span(plan: &Plan, case: &Case<'_>, focus: &Focus) -> Span {
    let inside = |bytes: &std::ops::Range<usize>| {
        focus.clause.as_ref().is_none_or(|clause| clause.start <= bytes.start && bytes.end <= clause.end)
    };
    plan.focus
        .iter()
        .filter(|&&condition| case.holds(condition, focus))
        .find_map(|&condition| {
            let outcome = case.outcome(condition, focus.message);
            outcome.hits.iter().find(|hit| inside(&hit.bytes)).or(outcome.hits.first()).map(|hit| hit.span)
        })
        .unwrap_or_else(|| whole(case, focus.message))
}

fn whole(case: &Case<'_>, message: usize) -> Span {
    Span { start: 0, end: case.conversation.messages[message].text.chars().count() as u32 }
}

fn in_days(plan: &Plan, case: &Case<'_>, message: usize, circumstances: Circumstances) -> bool {
    let (from, to) = plan.days;
    let day = case.conversation.messages[message]
        .time
        .map_or(circumstances.default_day, super::super::transcript::Moment::day);
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

fn by_agent(plan: &Plan, case: &Case<'_>, message: usize) -> bool {
    plan.agents.as_ref().is_none_or(|globs| {
        case.conversation.agent_of(message).is_some_and(|agent| globs.is_match(agent.as_ref()))
    })
}
