//! A user's changes to rules that came with the program: by id, without touching the packs themselves.
//!
//! An override can switch a rule off, change how bad it is, add words and examples, and limit where it applies. It cannot
//! rewrite a rule: who wants that, disables it and writes one of their own.

use serde::Deserialize;
use toml::Spanned;

use super::{
    Fault, Rule,
    schema::{DateDoc, ExampleDoc},
};
use crate::finding::Severity;

/// `[[override]]` as typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverrideDoc {
    /// The rule.
    pub id: Spanned<String>,
    /// Switches it off.
    #[serde(default)]
    pub disable: bool,
    /// How bad.
    pub severity: Option<Severity>,
    /// Terms to add, by condition.
    #[serde(default)]
    pub add_terms: std::collections::BTreeMap<String, Vec<String>>,
    /// Patterns to add, by condition.
    #[serde(default)]
    pub add_patterns: std::collections::BTreeMap<String, Vec<String>>,
    /// Longer harmless words to add, by condition.
    #[serde(default)]
    pub add_allow: std::collections::BTreeMap<String, Vec<String>>,
    /// Examples that must fire.
    #[serde(default)]
    pub add_hits: Vec<ExampleDoc>,
    /// Near misses that must not.
    #[serde(default)]
    pub add_misses: Vec<ExampleDoc>,
    /// Only these channels, as globs.
    pub channels: Option<Vec<String>>,
    /// Only these agents, as globs.
    pub agents: Option<Vec<String>>,
    /// Only messages from that day on.
    pub from: Option<DateDoc>,
    /// Only messages up to that day.
    pub to: Option<DateDoc>,
}

/// Carries out an override; `fault` makes an error at its place.
pub(super) fn apply(
    rules: &mut Vec<Rule>,
    change: OverrideDoc,
    fault: impl Fn(String) -> Fault,
) -> Result<(), Fault> {
    let id = change.id.into_inner();
    let Some(at) = rules.iter().position(|rule| rule.id() == id) else {
        return Err(fault(format!("override of {id}: there is no such rule; `kefulint rules` lists them")));
    };
    if change.disable {
        rules.remove(at);
        return Ok(());
    }
    let doc = &mut rules[at].doc;
    doc.severity = change.severity.unwrap_or(doc.severity);
    doc.from = change.from.or(doc.from);
    doc.to = change.to.or(doc.to);
    if let Some(channels) = change.channels {
        doc.channels = channels;
    }
    if let Some(agents) = change.agents {
        doc.agents = agents;
    }
    doc.hits.extend(change.add_hits);
    doc.misses.extend(change.add_misses);
    for (what, additions) in
        [("terms", change.add_terms), ("patterns", change.add_patterns), ("allow", change.add_allow)]
    {
        for (name, words) in additions {
            let condition = doc
                .conditions
                .get_mut(&name)
                .ok_or_else(|| fault(format!("override of {id}: it has no condition `{name}`")))?;
            let list = match what {
                "terms" => condition.terms.as_mut(),
                "patterns" => condition.patterns.as_mut(),
                _ => Some(condition.allow.get_or_insert_default()),
            };
            list.ok_or_else(|| {
                fault(format!("override of {id}: condition `{name}` has no {what} to add to"))
            })?
            .extend(words);
        }
    }
    Ok(())
}
