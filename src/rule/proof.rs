//! Proof by example: every rule's hits must fire and its near misses must not.

use std::fmt;

use super::Linter;
use crate::lexicon::{
    Fault, Rule,
    example::{conversation, elsewhere},
    schema::{ExampleDoc, Maturity},
};

/// What proving a lexicon came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Rules walked.
    pub rules: usize,
    /// Examples run.
    pub examples: usize,
    /// Examples that did not do what they must, and rules without examples.
    pub failures: Vec<Fault>,
}

/// Runs the examples of all rules.
pub fn prove(linter: &Linter) -> Proof {
    let mut proof = Proof::default();
    for rule in &linter.lexicon().rules {
        proof.rules += 1;
        for (examples, must_hit) in [(&rule.doc.hits, true), (&rule.doc.misses, false)] {
            if examples.is_empty() && rule.doc.status != Maturity::Deprecated {
                let what = if must_hit { "hits" } else { "misses" };
                proof.failures.push(rule.fault(format!("has no {what}; a rule needs examples of both")));
            }
            for example in examples {
                proof.examples += 1;
                proof.failures.extend(check(linter, rule, example, must_hit));
            }
        }
    }
    proof
}

fn check(linter: &Linter, rule: &Rule, example: &ExampleDoc, must_hit: bool) -> Option<Fault> {
    let chat = match conversation(example, rule.doc.speaker) {
        Ok(chat) => chat,
        Err(reason) => return Some(rule.fault(reason)),
    };
    let trade = rule.doc.trades.first().map(String::as_str);
    let hit = linter.fired(&chat, elsewhere(example), trade).contains(&rule.id());
    if hit == must_hit {
        return None;
    }
    let verb = if must_hit { "must fire on" } else { "must not fire on" };
    let near: Vec<String> = linter
        .near_misses(&chat)
        .into_iter()
        .filter(|near| must_hit && *near.rule == *rule.id())
        .map(|near| format!("`{}` of {}: {}", near.quote, near.condition, near.reason))
        .collect();
    let hint = if near.is_empty() { String::new() } else { format!(" (taken back: {})", near.join("; ")) };
    Some(rule.fault(format!("{verb} {}{hint}", Shown(example))))
}

struct Shown<'a>(&'a ExampleDoc);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ExampleDoc::Message(text) => write!(f, "`{text}`"),
            ExampleDoc::Chat(lines) => write!(f, "`{}`", lines.join(" / ")),
        }
    }
}
