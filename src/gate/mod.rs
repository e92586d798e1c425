//! The gate: limits held against a report, for a job that must say yes or no.
//!
//! Findings that were set aside do not count, nor do those of preview rules unless asked for. Rates and risks are held
//! against their limits by the lower end of their intervals: a gate fails on what the sample shows, not on what it leaves
//! open. It reads no files and decides no exit code.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Serialize;

use crate::{
    eval::{Counts, Score},
    finding::Finding,
    lexicon::{Lexicon, Rule, schema::Maturity},
    report::{Report, Tally, UNNAMED, risk},
};

mod selector;
mod text;
mod thresholds;

pub use selector::Selector;
pub use text::write_finding;
pub use thresholds::Thresholds;

/// Findings shown for each limit that is passed.
const EXAMPLES: usize = 3;

/// What is held against the limits.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// The findings, with those set aside marked.
    pub report: &'a Report,
    /// Rules that are not to be relied upon.
    pub preview: &'a BTreeSet<Arc<str>>,
    /// The figures on labelled chats, where labels were given.
    pub score: Option<&'a Score>,
}

/// One limit and what was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Check<'a> {
    /// The limit's name, as in `[gate]`: `max`, `max_rate`, `max_risk`, `min_f1`.
    pub threshold: &'static str,
    /// What it speaks of: a selector, an agent, a family.
    pub of: String,
    /// The same for print.
    #[serde(skip)]
    pub title: String,
    /// What is allowed.
    pub limit: f64,
    /// What was measured and is held against it.
    pub measured: f64,
    /// Whether it holds.
    pub passed: bool,
    /// By how much it does not; 0 where it holds.
    pub by: f64,
    /// The measure with its interval, in Chinese; empty where the number says all.
    pub detail: String,
    /// The worst of those that it failed on, by fingerprint.
    #[serde(serialize_with = "fingerprints")]
    pub examples: Vec<&'a Finding>,
}

fn fingerprints<S: serde::Serializer>(findings: &[&Finding], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(findings.iter().map(|finding| &finding.fingerprint))
}

/// What a gate says.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome<'a> {
    /// Whether all limits hold. A run that is not complete has not passed, whatever they say.
    pub passed: bool,
    /// Whether enough could be read.
    pub complete: bool,
    /// Share of the input that could not be read.
    pub unread: f64,
    /// The limits, in the order of the settings.
    pub checks: Vec<Check<'a>>,
    /// Findings of preview rules, which were left out.
    pub preview: usize,
    /// Findings that were set aside.
    pub suppressed: usize,
}

/// Holds a report against limits.
pub fn judge<'a>(limits: &Thresholds, trial: Trial<'a>) -> Outcome<'a> {
    let report = trial.report;
    // A finding that a reliable rule stands behind too is no preview's.
    let is_preview = |finding: &Finding| {
        std::iter::once(&finding.rule).chain(&finding.also).all(|rule| trial.preview.contains(rule))
    };
    let worst = report.worst();
    let active = worst.len();
    let counted: Vec<&Finding> =
        worst.into_iter().filter(|finding| limits.preview || !is_preview(finding)).collect();
    let mut checks = Vec::new();
    let fail_on = limits.fail_on.map(|severity| (Selector::Severity(severity), 0));
    for (selector, limit) in fail_on.iter().map(|(s, n)| (s, n)).chain(&limits.max) {
        checks.push(count(selector, *limit, &counted));
    }
    let conversations = report.conversations.len() as u64;
    for (selector, limit) in &limits.max_rate {
        checks.push(rate(selector, *limit, &counted, conversations));
    }
    if let Some(limit) = limits.max_risk {
        checks.extend(risks(limit, report, &counted));
    }
    if let Some(score) = trial.score {
        let of = [
            ("min_f1", &limits.min_f1, Counts::f1 as fn(Counts) -> f64),
            ("min_precision", &limits.min_precision, Counts::precision),
            ("min_recall", &limits.min_recall, Counts::recall),
        ];
        for (threshold, limits, figure) in of {
            checks.extend(
                limits.iter().map(|(family, limit)| quality(threshold, family, *limit, figure, score)),
            );
        }
    }
    let unread = unread(report);
    Outcome {
        passed: checks.iter().all(|check| check.passed),
        complete: unread <= limits.max_unread.unwrap_or(0.0),
        unread,
        checks,
        preview: active - counted.len(),
        suppressed: report.findings.len() - active,
    }
}

impl<'a> Check<'a> {
    fn at_most(threshold: &'static str, of: String, limit: f64, measured: f64) -> Self {
        Self::new(threshold, of, limit, measured, measured - limit)
    }

    fn at_least(threshold: &'static str, of: String, limit: f64, measured: f64) -> Self {
        Self::new(threshold, of, limit, measured, limit - measured)
    }

    fn new(threshold: &'static str, of: String, limit: f64, measured: f64, over: f64) -> Self {
        Self {
            threshold,
            title: of.clone(),
            of,
            limit,
            measured,
            passed: over <= 0.0,
            by: over.max(0.0),
            detail: String::new(),
            examples: Vec::new(),
        }
    }

    /// Shows the worst of the findings where the limit does not hold.
    fn showing(mut self, findings: impl Iterator<Item = &'a Finding>) -> Self {
        if !self.passed {
            self.examples = findings.take(EXAMPLES).collect();
        }
        self
    }
}

fn count<'a>(selector: &Selector, limit: u64, counted: &[&'a Finding]) -> Check<'a> {
    let own = counted.iter().copied().filter(|finding| selector.holds(finding));
    let measured = own.clone().count();
    let check = Check::at_most("max", selector.to_string(), limit as f64, measured as f64).showing(own);
    Check { title: selector.title(), ..check }
}

fn rate<'a>(selector: &Selector, limit: f64, counted: &[&'a Finding], conversations: u64) -> Check<'a> {
    let own = counted.iter().copied().filter(|finding| selector.holds(finding));
    let number = own.clone().count();
    let rate = risk::rate(number as u64, conversations).unwrap_or_default();
    let mut check = Check::at_most("max_rate", selector.to_string(), limit, rate.low).showing(own);
    check.title = selector.title();
    check.detail = format!(
        "{number} 条 / {conversations} 个会话，每百会话 {:.2}（95% 区间 {:.2}–{:.2}）",
        rate.mean, rate.low, rate.high
    );
    check
}

/// One check for each agent over the limit; one that says so where there is none.
fn risks<'a>(limit: f64, report: &Report, counted: &[&'a Finding]) -> Vec<Check<'a>> {
    let mut tallies: BTreeMap<Option<Arc<str>>, Tally> = report
        .agents
        .iter()
        .map(|(agent, tally)| {
            let Tally { conversations, messages, .. } = *tally;
            (agent.clone(), Tally { conversations, messages, ..Tally::default() })
        })
        .collect();
    for finding in counted {
        tallies.entry(finding.agent_id.clone()).or_default().count(finding);
    }
    let team = risk::Team::new(tallies.values());
    let mut checks: Vec<Check<'a>> = tallies
        .iter()
        .map(|(agent, tally)| {
            let risk = team.risk(tally);
            let name = agent.as_deref().unwrap_or(UNNAMED).to_owned();
            let own = counted
                .iter()
                .copied()
                .filter(|finding| finding.agent_id == *agent && Selector::All.holds(finding));
            let mut check = Check::at_most("max_risk", name, limit, risk.low).showing(own);
            check.detail = format!(
                "风险 {:.1}（95% 区间 {:.1}–{:.1}），会话 {}",
                risk.mean, risk.low, risk.high, tally.conversations
            );
            check
        })
        .collect();
    checks.sort_by(|a, b| b.measured.total_cmp(&a.measured));
    let over = checks.iter().filter(|check| !check.passed).count();
    checks.truncate(over.max(1));
    checks
}

fn quality<'a>(
    threshold: &'static str,
    family: &str,
    limit: f64,
    figure: fn(Counts) -> f64,
    score: &Score,
) -> Check<'a> {
    let counts = score.families.get(family).copied().unwrap_or_default();
    let mut check = Check::at_least(threshold, family.to_owned(), limit, figure(counts));
    let Counts { hits, false_alarms, misses } = counts;
    check.detail = if counts == Counts::default() {
        "标注里没有这一类，也没有发现，无从衡量".to_owned()
    } else {
        format!("命中 {hits}，误报 {false_alarms}，漏报 {misses}")
    };
    check
}

/// The share of the input that could not be read: of its files or of its records, whichever is worse. An input without
/// any conversation was not read at all.
fn unread(report: &Report) -> f64 {
    if report.conversations.is_empty() {
        return 1.0;
    }
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let stats = &report.stats;
    share(stats.files_failed, stats.files)
        .max(share(stats.records_failed, stats.records))
        // Some problems are neither a file's nor a record's, such as a message taken back that is not there.
        .max(share(report.problems.len() as u64, stats.records).min(1.0))
}

/// The rules of a lexicon that are not to be relied upon yet.
pub fn preview_rules(lexicon: &Lexicon) -> BTreeSet<Arc<str>> {
    let preview = |rule: &&Rule| rule.doc.status == Maturity::Preview;
    lexicon.rules.iter().filter(preview).map(|rule| rule.id().into()).collect()
}
