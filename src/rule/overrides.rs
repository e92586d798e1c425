//! What holds for some files or some agents only: rules switched off or weighed otherwise, and the trade.
//!
//! A lexicon's own overrides change a rule for everybody; these change what is made of it here or there, and are applied
//! before findings of one kind are joined, so that a rule that is switched off cannot speak for one that is not.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

use super::trade::Trade;
use crate::{
    finding::{Family, Finding, Severity},
    lexicon::{Fault, Lexicon, Rule},
    place::Place,
    suggest::closest,
    transcript::{Conversation, Role},
};

/// `[[overrides]]` of kefulint.toml. Without paths it holds for all files, without agents for all agents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// Only these files and folders: globs, seen from the folder of kefulint.toml.
    pub paths: Vec<String>,
    /// Only these agents: globs.
    pub agents: Vec<String>,
    /// Rules that stay silent: ids, globs of ids, or families.
    pub disable: Vec<String>,
    /// How bad the findings of these rules are.
    pub severity: BTreeMap<String, Severity>,
    /// The trade of these conversations.
    pub trade: Option<String>,
    /// File and 1-based line where it is written, for errors.
    #[serde(skip)]
    pub written: (Arc<str>, usize),
}

/// Overrides, ready to be applied; of two that speak of one thing, the later holds.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    place: Place,
    each: Vec<Ready>,
}

#[derive(Debug)]
struct Ready {
    paths: Option<GlobSet>,
    agents: Option<GlobSet>,
    disabled: HashSet<Arc<str>>,
    severity: HashMap<Arc<str>, Severity>,
    trade: Option<usize>,
}

impl Overrides {
    /// Checks them against the rules and trades that there are.
    pub(super) fn new(
        overrides: &[Override],
        place: Place,
        lexicon: &Lexicon,
        trades: &[Trade],
    ) -> Result<Self, Fault> {
        let ready = |doc: &Override| {
            let (file, line) = doc.written.clone();
            let fault = |reason| Fault { file, line, reason: format!("[[overrides]]: {reason}") };
            Ready::new(doc, lexicon, trades).map_err(fault)
        };
        Ok(Self { each: overrides.iter().map(ready).collect::<Result<_, _>>()?, place })
    }

    /// The trade that holds for a conversation, by number.
    pub(super) fn trade(&self, conversation: &Conversation) -> Option<usize> {
        let first = conversation.messages.first()?;
        let served = |agents: &GlobSet| {
            let own = conversation.messages.iter().filter(|message| message.role == Role::Agent);
            own.filter_map(|message| message.agent.as_deref()).any(|agent| agents.is_match(agent))
        };
        let holds = |ready: &&Ready| {
            ready.trade.is_some()
                && self.is_there(ready, &first.source.file)
                && ready.agents.as_ref().is_none_or(served)
        };
        self.each.iter().rev().find(holds)?.trade
    }

    /// Weighs a finding anew; `false` where its rule is switched off.
    pub(super) fn keep(&self, finding: &mut Finding) -> bool {
        for ready in &self.each {
            let disabled = ready.disabled.contains(&finding.rule);
            let severity = ready.severity.get(&finding.rule);
            if !disabled && severity.is_none() {
                continue;
            }
            let agent = finding.agent_id.as_deref();
            let own = ready.agents.as_ref().is_none_or(|globs| agent.is_some_and(|id| globs.is_match(id)));
            if own && self.is_there(ready, &finding.source.file) {
                if disabled {
                    return false;
                }
                finding.severity = severity.copied().unwrap_or(finding.severity);
            }
        }
        true
    }

    fn is_there(&self, ready: &Ready, file: &str) -> bool {
        ready.paths.as_ref().is_none_or(|paths| paths.is_match(self.place.of(file)))
    }
}

impl Ready {
    fn new(doc: &Override, lexicon: &Lexicon, trades: &[Trade]) -> Result<Self, String> {
        let mut disabled = HashSet::new();
        for name in &doc.disable {
            disabled.extend(rules(name, lexicon)?);
        }
        let mut severity = HashMap::new();
        for (name, level) in &doc.severity {
            severity.extend(rules(name, lexicon)?.into_iter().map(|rule| (rule, *level)));
        }
        let trade = match &doc.trade {
            None => None,
            Some(name) => Some(trades.iter().position(|trade| *trade.name == **name).ok_or_else(|| {
                let known: Vec<&str> = trades.iter().map(|trade| &*trade.name).collect();
                format!("unknown trade `{name}`; there are {}", known.join(", "))
            })?),
        };
        // A folder stands for all that lies below it.
        let below = doc.paths.iter().map(|path| format!("{}/**", path.trim_end_matches('/')));
        let paths: Vec<String> = doc.paths.iter().cloned().chain(below).collect();
        Ok(Self { paths: globs(&paths)?, agents: globs(&doc.agents)?, disabled, severity, trade })
    }
}

fn glob(text: &str) -> Result<Glob, String> {
    GlobBuilder::new(text).literal_separator(true).build().map_err(|error| format!("not a pattern: {error}"))
}

/// None where there are none, which means everything.
fn globs(texts: &[String]) -> Result<Option<GlobSet>, String> {
    if texts.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for text in texts {
        set.add(glob(text)?);
    }
    set.build().map(Some).map_err(|error| error.to_string())
}

/// The rules that a name stands for: a family, an id, or a glob of ids.
fn rules(name: &str, lexicon: &Lexicon) -> Result<Vec<Arc<str>>, String> {
    let family = Family::ALL.into_iter().find(|family| family.as_str() == name);
    let matcher: GlobMatcher = glob(name)?.compile_matcher();
    let meant = lexicon.rules.iter().filter(|rule| match family {
        Some(family) => rule.doc.family == family,
        None => matcher.is_match(rule.id()),
    });
    let meant: Vec<Arc<str>> = meant.map(|rule| rule.id().into()).collect();
    if meant.is_empty() {
        let known = lexicon.rules.iter().map(Rule::id).chain(Family::ALL.map(Family::as_str));
        let hint = closest(name, known).map_or_else(
            || "`kefulint rules` lists them".to_owned(),
            |close| format!("did you mean `{close}`?"),
        );
        return Err(format!("there is no rule or family `{name}`; {hint}"));
    }
    Ok(meant)
}
