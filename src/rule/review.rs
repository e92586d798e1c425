//! A second look at a lexicon that loads: what is no error, but is probably not what its writer meant.

use super::{Linter, case::Case, outcome::Stop, program::Operator};
use crate::{
    lexicon::{
        Fault, Rule,
        schema::{Maturity, Speaker},
    },
    transcript::{Conversation, Message, Role, Source},
};

/// All remarks, in order of file and line.
pub fn review(linter: &Linter) -> Vec<Fault> {
    let mut remarks = linter.program().remarks.clone();
    for rule in &linter.lexicon().rules {
        let doc = &rule.doc;
        if doc.status != Maturity::Deprecated && (doc.hits.is_empty() || doc.misses.is_empty()) {
            remarks.push(rule.fault("has no hits or no misses; a rule needs examples of both"));
        }
        remarks.extend(uncited(linter, rule));
    }
    for (number, condition) in linter.program().conditions.iter().enumerate() {
        let rule = &linter.lexicon().rules[condition.rule as usize];
        if let Operator::Terms { terms, word, at_least } = &condition.operator {
            let place = |term: &str| format!("condition `{}`: term `{term}`", condition.name);
            for term in terms {
                if let Some(why) = dead(linter, number as u32, term, *at_least) {
                    remarks.push(rule.fault(format!("{} can never count: {why}", place(term))));
                }
                // Within word boundaries a shorter term does not stand wherever a longer one does.
                let shadow =
                    terms.iter().find(|other| !*word && *other != term && term.contains(other.as_str()));
                if let Some(other) = shadow.filter(|_| *at_least == 1) {
                    remarks.push(rule.fault(format!("{} is shadowed by `{other}`", place(term))));
                }
            }
        }
    }
    remarks.sort_by(|a, b| (&a.file, a.line, &a.reason).cmp(&(&b.file, b.line, &b.reason)));
    remarks
}

/// Whether a rule would cite nothing on the days for which it is made.
fn uncited(linter: &Linter, rule: &Rule) -> Option<Fault> {
    let doc = &rule.doc;
    let duties: Vec<&str> = doc.duty.iter().map(String::as_str).collect();
    let days = [doc.from.map(|d| d.0), doc.to.map(|d| d.0), Some(linter.options().default_day)];
    let day = days.into_iter().flatten().find(|&day| {
        linter.registry().cite(&duties, day, doc.trades.first().map(String::as_str)).is_empty()
    })?;
    Some(rule.fault(format!("no article of its duties held on {day}")))
}

/// Why a term standing alone in a message does not even nearly count.
fn dead(linter: &Linter, condition: u32, term: &str, at_least: usize) -> Option<&'static str> {
    let speaker = linter.program().conditions[condition as usize].speaker;
    let message = Message {
        id: None,
        role: if speaker == Speaker::Customer { Role::Customer } else { Role::Agent },
        agent: None,
        time: None,
        text: term.to_owned(),
        recalled: false,
        source: Source { file: "<term>".into(), line: 1 },
    };
    let chat = Conversation {
        id: "term".into(),
        channel: None,
        customers: Vec::new(),
        messages: vec![message],
        unseen: 0,
        speech: false,
    };
    let case = Case::new(linter.program(), linter.cues(), &chat);
    let outcome = case.outcome(condition, 0);
    if !outcome.hits.is_empty() || at_least > 1 {
        return None;
    }
    match outcome.near.first() {
        None => Some("the folded text does not hold it"),
        Some((_, Stop::Allow)) => Some("an allowed word swallows it"),
        Some((_, Stop::Except)) => Some("an exception covers it"),
        Some((_, Stop::Boundary)) => Some("it does not begin and end at word boundaries"),
        Some((_, Stop::Guard(_) | Stop::TooFew | Stop::Unsure)) => None,
    }
}
