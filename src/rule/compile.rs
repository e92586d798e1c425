//! From rules as typed to a program that the judge can run: names resolved, expressions parsed, literals collected.
//!
//! Everything that can be wrong with a rule is found here, before the first message is read.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use globset::{Glob, GlobSet, GlobSetBuilder};
use regex_syntax::hir::Hir;
use serde::de::{DeserializeOwned, IntoDeserializer, value::Error as ValueError};

use super::{
    expr::Expr,
    guard::Guards,
    literal,
    matcher::{MatcherBuilder, Use},
    program::{Asked, Condition, Operator, Pattern, Plan, Program, Scope},
    ready,
    similar::Exemplars,
    source::{self, Alternatives},
    trade::{self, Trade},
};
use crate::{
    finding::Family,
    law::Registry,
    learned::Model,
    lexicon::{
        Fault, Lexicon, LexiconError, Rule,
        schema::{Boundary, ConditionDoc, LearnedDoc, Matching, Speaker},
        sorted,
    },
    personal,
    text::{
        disguise::Disguise,
        fold::{fold, fold_char},
        segment::Segmenter,
        table::is_han,
    },
};

/// Compiles a lexicon; all faults at once.
pub fn compile(
    lexicon: &Lexicon,
    registry: &Registry,
    models: Vec<Arc<Model>>,
) -> Result<Program, LexiconError> {
    let mut faults = Vec::new();
    let (file, text) = lexicon.data("guards.toml");
    let guards = Guards::parse(file, text).map_err(|fault| sorted(vec![fault]))?;
    let (file, text) = lexicon.data("trades.toml");
    let trades = trade::parse(file, text).map_err(|fault| sorted(vec![fault]))?;
    let mut compiler = Compiler {
        guards: &guards,
        trades: &trades,
        registry,
        models: &models,
        conditions: Vec::new(),
        builder: MatcherBuilder::default(),
        sentences: Vec::new(),
        words: Vec::new(),
        remarks: Vec::new(),
        alternatives: HashMap::new(),
    };
    let mut plans = Vec::new();
    for (number, rule) in lexicon.rules.iter().enumerate() {
        match compiler.rule(number as u32, rule) {
            Ok(plan) => plans.push(plan),
            Err(reasons) => faults.extend(reasons.into_iter().map(|reason| rule.fault(reason))),
        }
    }
    compiler.builder.listen_to_all();
    for (number, trade) in trades.iter().enumerate() {
        for (words, weight) in [(&trade.strong, trade::STRONG), (&trade.weak, 1)] {
            let words: HashSet<String> = words.iter().map(|word| fold(word)).collect();
            for word in words {
                let cue = Use::Cue { trade: number as u32, weight };
                compiler.builder.add(&word, Disguise::Light, cue);
            }
        }
    }
    if !faults.is_empty() {
        return Err(sorted(faults));
    }
    let Compiler { conditions, builder, sentences, words, remarks, .. } = compiler;
    let matcher = builder.build().map_err(|error| {
        sorted(vec![Fault {
            file: "lexicons".into(),
            line: 1,
            reason: format!("the terms are too many: {error}"),
        }])
    })?;
    let exemplars = Exemplars::new(sentences);
    let seen = |&condition: &u32| !conditions[condition as usize].operator.is_looked_out_for();
    let unprompted = (0..).zip(&plans).filter(|(_, plan)| plan.when.possible(&seen)).map(|(at, _)| at);
    Ok(Program {
        unprompted: unprompted.collect(),
        plans,
        conditions,
        matcher,
        exemplars,
        guards,
        trades,
        models,
        segmenter: Segmenter::new(words),
        remarks,
    })
}

struct Compiler<'a> {
    guards: &'a Guards,
    trades: &'a [Trade],
    registry: &'a Registry,
    models: &'a [Arc<Model>],
    conditions: Vec<Condition>,
    builder: MatcherBuilder,
    sentences: Vec<(u32, String)>,
    words: Vec<String>,
    remarks: Vec<Fault>,
    /// The lists of each pack as expressions; the rules of a pack share its lists.
    alternatives: HashMap<*const BTreeMap<String, Vec<String>>, Alternatives>,
}

impl Compiler<'_> {
    fn rule(&mut self, number: u32, rule: &Rule) -> Result<Plan, Vec<String>> {
        let doc = &rule.doc;
        let mut reasons = Vec::new();
        let mut note = |problem: Result<(), String>| reasons.extend(problem.err());
        note(check_id(doc.family, rule.id()));
        note(check_kind(doc.family, &doc.kind));
        for duty in &doc.duty {
            let known = self.registry.duty_exists(duty);
            note(
                known.then_some(()).ok_or_else(|| format!("unknown duty `{duty}`; statutes.toml lists them")),
            );
        }
        let trades = numbers(&doc.trades, |name| self.trades.iter().position(|t| *t.name == *name), "trade");
        let default = doc.guards.clone().unwrap_or_else(|| default_guards(doc.family));
        let guards = numbers(&default, |name| self.guards.number(name), "guard");
        let channels = globs(&doc.channels);
        let agents = globs(&doc.agents);
        let first = self.conditions.len() as u32;
        let names: BTreeMap<&str, u32> = doc.conditions.keys().map(String::as_str).zip(first..).collect();
        let when =
            doc.when.clone().unwrap_or_else(|| names.keys().copied().collect::<Vec<_>>().join(" and "));
        let when =
            Expr::parse(&when).map_err(|error| format!("when = \"{when}\": {error}")).and_then(|expr| {
                expr.try_map(&mut |name: &String| {
                    names
                        .get(name.as_str())
                        .copied()
                        .ok_or_else(|| format!("when names `{name}`, which is no condition"))
                })
            });
        let (when, guards, trades, channels, agents) = match (when, guards, trades, channels, agents) {
            (Ok(when), Ok(guards), Ok(trades), Ok(channels), Ok(agents)) if reasons.is_empty() => {
                (when, guards, trades, channels, agents)
            }
            (when, guards, trades, channels, agents) => {
                reasons.extend(
                    [when.err(), guards.err(), trades.err(), channels.err(), agents.err()]
                        .into_iter()
                        .flatten(),
                );
                return Err(reasons);
            }
        };
        let mut asked = Vec::new();
        let mut denied = Vec::new();
        when.visit(&mut |&condition, positive| {
            let list = if positive { &mut asked } else { &mut denied };
            if !list.contains(&condition) {
                list.push(condition);
            }
        });
        for (name, condition) in &doc.conditions {
            let number_of = names[name.as_str()];
            let counted = doc.conditions.values().any(|c| c.count.as_ref().is_some_and(|c| c.of == *name));
            if !asked.contains(&number_of) && !denied.contains(&number_of) && !counted {
                reasons.push(format!("condition `{name}` is not named in when"));
            }
            // Only what is asked for can be meant otherwise; a denial that is itself denied would be lost.
            let guards = if asked.contains(&number_of) || counted { guards.as_slice() } else { &[] };
            match self.condition(rule, number, name, condition, guards, &names) {
                Ok(compiled) => self.conditions.push(compiled),
                Err(reason) => reasons.push(format!("condition `{name}`: {reason}")),
            }
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let scope = |&condition: &u32| self.conditions[condition as usize].scope;
        Ok(Plan {
            focus: asked.iter().copied().filter(|c| scope(c).is_local()).collect(),
            by_clause: asked.iter().chain(&denied).any(|c| scope(c) == Scope::Clause),
            when,
            asked,
            denied,
            speaker: doc.speaker,
            report: doc.report,
            trades,
            days: (doc.from.map(|d| d.0), doc.to.map(|d| d.0)),
            channels,
            agents,
        })
    }

    fn condition(
        &mut self,
        rule: &Rule,
        rule_number: u32,
        name: &str,
        doc: &ConditionDoc,
        guards: &[usize],
        names: &BTreeMap<&str, u32>,
    ) -> Result<Condition, String> {
        let number = names[name];
        let scope = doc.scope.as_deref().map_or(Ok(Scope::Message), Scope::parse)?;
        let around = matches!(scope, Scope::Before(_) | Scope::After(_) | Scope::Around(_));
        let speaker = doc.speaker.unwrap_or(if around { Speaker::Any } else { rule.doc.speaker });
        // Who counts a condition asks for the messages of a speaker of its own.
        let counted = rule.doc.conditions.values().any(|c| c.count.as_ref().is_some_and(|c| c.of == name));
        self.builder.listen_to(if counted { Speaker::Any } else { speaker });
        let operator = self.operator(rule, number, doc, names)?;
        let textual =
            matches!(operator, Operator::Terms { .. } | Operator::Patterns { .. } | Operator::Similar { .. });
        let guards = match &doc.guards {
            Some(names) => numbers(names, |name| self.guards.number(name), "guard")?,
            None if textual => guards.to_vec(),
            None => Vec::new(),
        };
        let except = doc
            .except
            .iter()
            .flatten()
            .map(|pattern| self.exception(pattern, rule))
            .collect::<Result<_, _>>()?;
        let allow = expand(doc.allow.as_deref().unwrap_or_default(), rule)?;
        Ok(Condition {
            rule: rule_number,
            name: name.to_owned(),
            operator,
            scope,
            speaker,
            guards,
            except,
            allow,
        })
    }

    fn operator(
        &mut self,
        rule: &Rule,
        number: u32,
        doc: &ConditionDoc,
        names: &BTreeMap<&str, u32>,
    ) -> Result<Operator, String> {
        if doc.terms.is_none() && (doc.matching.is_some() || doc.at_least.is_some() || doc.boundary.is_some())
        {
            return Err("match, at_least and boundary belong to terms".to_owned());
        }
        let mut operators = Vec::new();
        let disguise = doc.disguise.unwrap_or_default();
        if let Some(terms) = &doc.terms {
            operators.push(self.terms(rule, number, doc, terms, disguise)?);
        }
        if let Some(patterns) = &doc.patterns {
            operators.push(self.patterns(rule, number, patterns, disguise)?);
        }
        if let Some(sentences) = &doc.similar {
            let threshold = doc.threshold.unwrap_or(0.7);
            if !(0.0..=1.0).contains(&threshold) {
                return Err(format!("threshold = {threshold} must lie between 0 and 1"));
            }
            self.sentences.extend(sentences.iter().map(|s| (number, fold(s))));
            operators.push(Operator::Similar { threshold, sentences: sentences.clone() });
        }
        if let Some(kinds) = &doc.personal_data {
            let confidence = doc.confidence.unwrap_or(personal::Confidence::Medium);
            let elsewhere = doc.given_elsewhere.unwrap_or_default();
            operators.push(Operator::PersonalData { kinds: kinds.clone(), confidence, elsewhere });
        } else if doc.given_elsewhere.is_some() {
            return Err("given_elsewhere belongs to personal_data".to_owned());
        }
        if let Some(types) = &doc.question {
            let any = types.iter().any(|name| name == "any");
            operators.push(Operator::Question(if any { Vec::new() } else { named(types, "question type")? }));
        }
        if let Some(verdicts) = &doc.verdict {
            operators.push(Operator::Verdict(named(verdicts, "verdict")?));
        }
        if let Some(holdings) = &doc.holds {
            operators.push(Operator::Holds(named(holdings, "content of a reply")?));
        }
        if let Some(closeness) = doc.repeats {
            operators.push(Operator::Repeats(closeness));
        }
        if let Some(delay) = &doc.delay {
            let delay =
                delay.parse().map_err(|e| format!("delay = \"{delay}\": {e}; write it as 10m, 2h, 90s"))?;
            operators.push(Operator::Delay(delay));
        }
        if doc.unanswered == Some(true) {
            operators.push(Operator::Unanswered);
        }
        if doc.overdue == Some(true) {
            operators.push(Operator::Overdue);
        }
        if let Some(at_least) = doc.evasive {
            operators.push(Operator::Evasive(share(at_least, "evasive")?));
        }
        if let Some(learned) = &doc.learned {
            operators.push(self.learned(learned)?);
        }
        if let Some(count) = &doc.count {
            let of = names.get(count.of.as_str()).copied();
            let of = of.ok_or_else(|| format!("count names `{}`, which is no condition", count.of))?;
            operators.push(Operator::Count { of, at_least: count.at_least });
        }
        let found = operators.len();
        operators.pop().filter(|_| found == 1).ok_or_else(|| {
            format!("needs exactly one operator (terms, patterns, similar, personal_data, …), found {found}")
        })
    }

    fn learned(&self, doc: &LearnedDoc) -> Result<Operator, String> {
        let LearnedDoc { model: name, at_least, below } = doc;
        let (word, bound) = match (*at_least, *below) {
            (Some(bound), None) => ("at_least", bound),
            (None, Some(bound)) => ("below", bound),
            _ => return Err("learned needs either at_least or below".to_owned()),
        };
        let bound = share(bound, word)?;
        let choices = self.models.iter().enumerate();
        let asked: Vec<Asked> =
            choices.filter_map(|(model, known)| Some(Asked { model, choice: known.choice(name)? })).collect();
        // A model of one's own may know fewer families than the rules in the binary ask for: those stay silent.
        if asked.is_empty() && !self.models.is_empty() && Model::embedded().choice(name).is_none() {
            let names: Vec<String> = self.models.iter().flat_map(|model| model.names()).collect();
            return Err(format!("the model does not know `{name}`; it knows {}", names.join(", ")));
        }
        Ok(match below {
            None => Operator::Learned { asked, at_least: bound },
            Some(_) => Operator::Unlearned { asked, below: bound },
        })
    }

    fn terms(
        &mut self,
        rule: &Rule,
        number: u32,
        doc: &ConditionDoc,
        terms: &[String],
        disguise: Disguise,
    ) -> Result<Operator, String> {
        let word = doc.boundary != Some(Boundary::None);
        let terms = expand(terms, rule)?;
        if terms.is_empty() {
            return Err("terms is empty".to_owned());
        }
        let single: Vec<&str> = terms.iter().map(String::as_str).filter(|t| t.chars().count() < 2).collect();
        if !single.is_empty() {
            return Err(format!(
                "`{}`: a single character stands inside too many words; write what surrounds it, or a pattern",
                single.join("`, `")
            ));
        }
        for (at, term) in terms.iter().enumerate() {
            self.builder.add(term, disguise, Use::Term { condition: number, term: at as u32 });
            if word && term.chars().all(is_han) {
                self.words.push(term.clone());
            }
        }
        let at_least = match (doc.at_least, doc.matching) {
            (Some(n), _) => n,
            (None, Some(Matching::All)) => terms.len(),
            (None, _) => 1,
        };
        Ok(Operator::Terms { terms, word, at_least })
    }

    fn patterns(
        &mut self,
        rule: &Rule,
        number: u32,
        patterns: &[String],
        disguise: Disguise,
    ) -> Result<Operator, String> {
        let mut always = Vec::new();
        let mut compiled = Vec::new();
        for (at, pattern) in patterns.iter().enumerate() {
            let text = self.expanded(pattern, rule);
            let anchor = Use::Anchor { condition: number, pattern: at as u32 };
            let tolerance = disguise.min(Disguise::Symbols);
            let anchored = if let Some(literals) = ready::anchors(&text) {
                literals.map(|literal| self.builder.add_known(literal, tolerance, anchor)).count() > 0
            } else {
                let hir = parse(&text, pattern)?;
                let literals = literal::required(&hir, ready::RATES).unwrap_or_default();
                literals.iter().map(|literal| self.builder.add(literal, tolerance, anchor)).count() > 0
            };
            if !anchored {
                always.push(at as u32);
                self.remarks.push(rule.fault(format!(
                    "pattern `{pattern}` holds no literal that every match needs, so it runs on every message"
                )));
            }
            compiled.push(Pattern::new(text));
        }
        Ok(Operator::Patterns { patterns: compiled, always, symbols: disguise >= Disguise::Symbols })
    }

    /// An exception: nothing is looked for beforehand, but it must be right.
    fn exception(&mut self, pattern: &str, rule: &Rule) -> Result<Pattern, String> {
        let text = self.expanded(pattern, rule);
        if ready::anchors(&text).is_none() {
            parse(&text, pattern)?;
        }
        Ok(Pattern::new(text))
    }

    fn expanded(&mut self, pattern: &str, rule: &Rule) -> String {
        let lists = self
            .alternatives
            .entry(Arc::as_ptr(&rule.lists))
            .or_insert_with(|| source::alternatives(&rule.lists, fold_char));
        source::expand(pattern, lists, fold_char)
    }
}

fn parse(text: &str, pattern: &str) -> Result<Hir, String> {
    source::parse(text).map_err(|error| format!("pattern `{pattern}`: {error}"))
}

/// The kinds of a family, as the labelling guideline names them.
pub const fn kinds(family: Family) -> &'static [&'static str] {
    match family {
        Family::Abuse => {
            &["insult", "sarcasm", "impatience", "threat", "discrimination", "argue", "customer"]
        }
        Family::Evasion => {
            &["irrelevant", "boilerplate", "stalling", "buck_passing", "repeated", "ignored", "refusal"]
        }
        Family::Disclosure => {
            &["guarantee", "exaggeration", "absolute", "missing_risk", "missing_terms", "concealment"]
        }
        Family::Privacy => &["leak", "overcollection", "exposure"],
        Family::Conduct => &[
            "off_platform",
            "link_or_software",
            "review_bribery",
            "review_harassment",
            "illegal_pressure",
            "false_urgency",
        ],
    }
}

fn check_kind(family: Family, kind: &str) -> Result<(), String> {
    let known = kinds(family);
    known
        .contains(&kind)
        .then_some(())
        .ok_or_else(|| format!("unknown kind `{kind}`; {} has {}", family.as_str(), known.join(", ")))
}

fn check_id(family: Family, id: &str) -> Result<(), String> {
    let prefix = match family {
        Family::Abuse => "ABU",
        Family::Evasion => "EVA",
        Family::Disclosure => "DIS",
        Family::Privacy => "PRI",
        Family::Conduct => "CON",
    };
    let digits =
        id.strip_prefix(prefix).is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()));
    digits
        .then_some(())
        .ok_or_else(|| format!("the id of a rule of {} is {prefix} and three digits", family.as_str()))
}

fn default_guards(family: Family) -> Vec<String> {
    let names: &[&str] = match family {
        Family::Abuse => &["quotation", "naming", "self"],
        Family::Disclosure | Family::Conduct => &["negation", "question", "quotation", "warning", "naming"],
        Family::Privacy => &["negation", "quotation", "warning"],
        Family::Evasion => &[],
    };
    names.iter().map(|&name| name.to_owned()).collect()
}

fn numbers(
    names: &[String],
    number: impl Fn(&str) -> Option<usize>,
    what: &str,
) -> Result<Vec<usize>, String> {
    names.iter().map(|name| number(name).ok_or_else(|| format!("unknown {what} `{name}`"))).collect()
}

/// A number that must be a share.
fn share(value: f64, name: &str) -> Result<f64, String> {
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err(format!("{name} = {value} must lie between 0 and 1"))
    }
}

fn named<T: DeserializeOwned>(names: &[String], what: &str) -> Result<Vec<T>, String> {
    names
        .iter()
        .map(|name| {
            let name: serde::de::value::StrDeserializer<'_, ValueError> = name.as_str().into_deserializer();
            T::deserialize(name).map_err(|error| format!("{what}: {error}"))
        })
        .collect()
}

fn globs(patterns: &[String]) -> Result<Option<GlobSet>, String> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern).map_err(|error| error.to_string())?);
    }
    set.build().map(Some).map_err(|error| error.to_string())
}

/// Terms with the lists that they name by `@` put in their place, folded, each once.
fn expand(terms: &[String], rule: &Rule) -> Result<Vec<String>, String> {
    let mut expanded: Vec<String> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    for term in terms {
        let words = match term.strip_prefix('@') {
            Some(list) => list_of(list, rule)?,
            None => std::slice::from_ref(term),
        };
        for word in words {
            let word = fold(word);
            if known.insert(word.clone()) {
                expanded.push(word);
            }
        }
    }
    Ok(expanded)
}

fn list_of<'a>(name: &str, rule: &'a Rule) -> Result<&'a [String], String> {
    rule.lists.get(name).map(Vec::as_slice).ok_or_else(|| format!("unknown list `@{name}`"))
}
