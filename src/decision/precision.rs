//! How right a rule is, told from decisions, and which rules fall short of what is asked of them.
//!
//! Reviewers look at few findings, so a precision comes with its Wilson interval, and a rule is demoted only if even the
//! upper end lies below its target.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

use super::{Decisions, Verdict};
use crate::{
    gate::Selector,
    report::digest::{RuleCard, RuleCards},
};

/// A share with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The share itself.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The share of `hits` among `all` with Wilson's 95 % interval; nothing is known of none.
pub fn wilson(hits: u64, all: u64) -> Option<Interval> {
    if all == 0 {
        return None;
    }
    let z = Normal::standard().inverse_cdf(0.975);
    let (n, p) = (all as f64, hits as f64 / all as f64);
    let (spread, centre) = (z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt(), p + z * z / (2.0 * n));
    let scale = 1.0 + z * z / n;
    let (low, high) = ((centre - spread) / scale, (centre + spread) / scale);
    Some(Interval { mean: p, low: low.max(0.0), high: high.min(1.0) })
}

/// What was decided on a rule's findings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// The rule.
    pub rule: Arc<str>,
    /// Findings that were confirmed.
    pub confirmed: u64,
    /// Right as well, and borne with.
    pub accepted: u64,
    /// Wrong ones.
    pub false_alarms: u64,
    /// Those under appeal, of which nothing is known yet.
    pub appeals: u64,
    /// The share of right ones among those decided.
    pub precision: Option<Interval>,
    /// What is asked of the rule.
    pub target: Option<f64>,
}

impl Record {
    /// Whether even the upper end of its precision lies below the target.
    pub fn falls_short(&self) -> bool {
        matches!((self.precision, self.target), (Some(precision), Some(target)) if precision.high < target)
    }
}

/// A rule that is to be relied upon no more.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Demotion {
    /// The rule.
    pub rule: Arc<str>,
    /// Its precision.
    pub precision: Interval,
    /// What was asked of it.
    pub target: f64,
}

/// The record of each rule on which something was decided, in order of rule. Decisions that have expired count too: what
/// was right or wrong stays so.
pub fn records(decisions: &Decisions, rules: &RuleCards, targets: &BTreeMap<Selector, f64>) -> Vec<Record> {
    decisions
        .by_rule()
        .into_iter()
        .map(|(rule, counts)| {
            let count = |verdict: Verdict| counts[verdict as usize];
            let (confirmed, accepted) = (count(Verdict::Confirmed), count(Verdict::AcceptedRisk));
            let false_alarms = count(Verdict::FalseAlarm);
            let right = confirmed + accepted;
            Record {
                rule: rule.into(),
                confirmed,
                accepted,
                false_alarms,
                appeals: count(Verdict::UnderAppeal),
                precision: wilson(right, right + false_alarms),
                target: rules.get(rule).and_then(|card| target(rule, card, targets)),
            }
        })
        .collect()
}

/// The rules that fall short.
pub fn demotions(records: &[Record]) -> Vec<Demotion> {
    let demotion = |record: &Record| {
        let (precision, target) = (record.precision?, record.target?);
        Some(Demotion { rule: record.rule.clone(), precision, target })
    };
    records.iter().filter(|record| record.falls_short()).filter_map(demotion).collect()
}

/// The narrowest target that speaks of a rule.
fn target(rule: &str, card: &RuleCard, targets: &BTreeMap<Selector, f64>) -> Option<f64> {
    let narrow_to_wide = [
        Selector::Rule(rule.into()),
        Selector::Kind(card.family, card.kind.clone()),
        Selector::Family(card.family),
        Selector::Severity(card.severity),
        Selector::All,
    ];
    narrow_to_wide.iter().find_map(|selector| targets.get(selector)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        // statsmodels.stats.proportion.proportion_confint(8, 10, method="wilson"): 0.490162, 0.943318.
        let interval = wilson(8, 10).expect("ten were decided");
        assert!((interval.low - 0.490_162).abs() < 1e-5, "{interval:?}");
        assert!((interval.high - 0.943_318).abs() < 1e-5, "{interval:?}");
        assert_eq!(wilson(0, 0), None);
        let none = wilson(0, 5).expect("five were decided");
        assert!(none.low.abs() < 1e-12 && (none.high - 0.434_482).abs() < 1e-5, "{none:?}");
    }
}
