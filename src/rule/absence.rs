//! What was looked for in vain: whoever says that something was not said has to say where they looked and for what.

use std::sync::{Arc, OnceLock};

use super::{
    case::Case,
    judge::Decision,
    program::{Condition, Operator, Program, Scope},
};
use crate::finding::Absence;

/// What would have counted where nobody replied.
pub(super) const SILENCE: &str = "客服的任何回复";

/// The wordings of each condition, written out when a finding first needs them and shared by all that do.
#[derive(Debug)]
pub(super) struct Wordings(Vec<OnceLock<Arc<[String]>>>);

impl Wordings {
    pub(super) fn new(program: &Program) -> Self {
        Self(program.conditions.iter().map(|_| OnceLock::new()).collect())
    }

    fn of(&self, program: &Program, number: u32) -> Arc<[String]> {
        let at = number as usize;
        self.0[at].get_or_init(|| wordings(&program.conditions[at].operator)).clone()
    }

    /// What a decision rests on that was not there.
    pub(super) fn absences(&self, program: &Program, case: &Case<'_>, decision: &Decision) -> Vec<Absence> {
        let denied = program.plans[decision.rule as usize].denied.iter().filter_map(|&number| {
            let condition = &program.conditions[number as usize];
            let wordings = self.of(program, number);
            let sought = !wordings.is_empty() && !condition.scope.is_local();
            sought.then(|| Absence {
                condition: condition.name.clone(),
                whole_conversation: condition.scope == Scope::Conversation,
                messages: examined(case, condition, decision.message),
                wordings,
            })
        });
        let silence = decision.because.iter().filter_map(|(number, _)| {
            let condition = &program.conditions[*number as usize];
            matches!(condition.operator, Operator::Unanswered).then(|| Absence {
                condition: condition.name.clone(),
                whole_conversation: false,
                messages: (decision.message as u32 + 1..case.conversation.messages.len() as u32).collect(),
                wordings: self.of(program, *number),
            })
        });
        denied.chain(silence).collect()
    }
}

/// The messages that a condition looks at for a finding on message `at`.
fn examined(case: &Case<'_>, condition: &Condition, at: usize) -> Vec<u32> {
    let by = |message: &usize| case.is_by(*message, condition.speaker);
    case.window(condition, at).filter(by).map(|message| message as u32).collect()
}

fn wordings(operator: &Operator) -> Arc<[String]> {
    match operator {
        Operator::Terms { terms: quoted, .. } | Operator::Similar { sentences: quoted, .. } => {
            quoted.iter().map(|words| format!("“{words}”")).collect()
        }
        Operator::Patterns { patterns, .. } => {
            patterns.iter().map(|pattern| format!("/{}/", pattern.as_str())).collect()
        }
        Operator::Unanswered => Arc::new([SILENCE.to_owned()]),
        _ => Arc::new([]),
    }
}
