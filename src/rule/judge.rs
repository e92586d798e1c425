//! The judge: which rules fire on which message of a conversation.
//!
//! Asks a [`Case`] condition by condition, most rules not at all, since the automata already saw that nothing is there.

use jiff::civil::Date;

use super::{
    case::Case,
    outcome::Focus,
    program::{Condition, Operator, Plan, Program},
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
    for number in case.candidates() {
        let plan = &program.plans[number as usize];
        if !applies(plan, case, circumstances) {
            continue;
        }
        // What was not said cannot be told where part of the conversation was not exported.
        let absence = plan.denied.iter().any(|&c| !program.conditions[c as usize].scope.is_local());
        let blind = absence && case.conversation.unseen > 0;
        let known = decisions.len();
        decide(Trial { program, plan, number, case, blind }, circumstances, &mut decisions);
        if blind && decisions.len() > known {
            decisions.truncate(known);
            case.note_not_evaluable(number);
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

/// A rule before a conversation.
#[derive(Clone, Copy)]
struct Trial<'a> {
    program: &'a Program,
    plan: &'a Plan,
    number: u32,
    case: &'a Case<'a>,
    /// Part of the conversation is missing: what must not stand elsewhere is taken as not said.
    blind: bool,
}

impl Trial<'_> {
    fn fires(&self, focus: &Focus) -> bool {
        let is_unseen = |condition: u32| {
            self.blind
                && self.plan.denied.contains(&condition)
                && !self.program.conditions[condition as usize].scope.is_local()
        };
        self.plan.when.eval(&mut |&condition| !is_unseen(condition) && self.case.holds(condition, focus))
    }

    /// Whether the rule could fire on a message by what was seen of it so far; asks the automata alone.
    fn may_fire(&self, message: usize) -> bool {
        let may_hold = |condition: u32| {
            let Condition { operator, scope, speaker, .. } = &self.program.conditions[condition as usize];
            match operator {
                Operator::Terms { .. } | Operator::Patterns { .. } if scope.is_local() => {
                    self.case.is_by(message, *speaker) && self.case.may_hold(condition, message)
                }
                _ => true,
            }
        };
        // Where times are missing, whoever asks for them must be heard.
        let timed = |&&condition: &&u32| {
            matches!(self.program.conditions[condition as usize].operator, Operator::Delay(_))
        };
        self.plan.focus.iter().any(|&condition| self.case.may_hold(condition, message))
            && (self.plan.when.possible(&|&condition| may_hold(condition))
                || self.plan.asked.iter().chain(&self.plan.denied).any(|condition| timed(&condition)))
    }
}

fn decide(trial: Trial<'_>, circumstances: Circumstances, decisions: &mut Vec<Decision>) {
    let Trial { plan, case, .. } = trial;
    let messages = 0..case.conversation.messages.len();
    let judged = |&message: &usize| {
        case.is_by(message, plan.speaker)
            && in_days(plan, case, message, circumstances)
            && by_agent(plan, case, message)
    };
    if plan.focus.is_empty() {
        decisions.extend(over_conversation(trial, &messages.filter(judged).collect::<Vec<_>>()));
        return;
    }
    for message in messages.filter(judged) {
        if !trial.may_fire(message) {
            continue;
        }
        if let Some(decision) = on_message(trial, message) {
            decisions.push(decision);
            if plan.report == Report::First {
                return;
            }
        }
    }
}

fn on_message(trial: Trial<'_>, message: usize) -> Option<Decision> {
    let Trial { plan, case, number, .. } = trial;
    let foci: Vec<Focus> = if plan.by_clause {
        case.clauses(message).iter().map(|clause| Focus { message, clause: Some(clause.clone()) }).collect()
    } else {
        vec![Focus { message, clause: None }]
    };
    foci.iter().find_map(|focus| {
        let fires = trial.fires(focus) && plan.focus.iter().any(|&condition| case.holds(condition, focus));
        fires.then(|| Decision {
            rule: number,
            message,
            span: span(plan, case, focus),
            because: because(plan, case, focus),
        })
    })
}

/// A rule that looks at no message of its own fires once: where its first condition held, or at the end.
fn over_conversation(trial: Trial<'_>, messages: &[usize]) -> Option<Decision> {
    let Trial { program, plan, case, number, .. } = trial;
    let last = *messages.last()?;
    let focus = Focus { message: last, clause: None };
    if !trial.fires(&focus) {
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
    if from.is_none() && to.is_none() {
        return true;
    }
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
