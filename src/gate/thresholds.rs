//! The limits of a gate as set, in `[gate]` or by flags: what may stand there, nothing about how it is measured.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::Selector;
use crate::{
    finding::{Family, Severity},
    report::digest::RuleCards,
};

/// `[gate]`: what is left out is not asked for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// No finding may be as bad as this.
    pub fail_on: Option<Severity>,
    /// At most so many findings.
    pub max: BTreeMap<Selector, u64>,
    /// At most so many findings per 100 conversations; the lower end of the 95 % interval is held against it.
    pub max_rate: BTreeMap<Selector, f64>,
    /// No agent's risk may be over that; the lower end of its interval is held against it.
    pub max_risk: Option<f64>,
    /// Share of the input, 0 to 1, that may stay unread without the run counting as incomplete; none if left out.
    pub max_unread: Option<f64>,
    /// Gold labels of the same chats, for the three below; relative to the file.
    pub gold: Option<PathBuf>,
    /// F1 by family, at least.
    pub min_f1: BTreeMap<String, f64>,
    /// Precision by family, at least.
    pub min_precision: BTreeMap<String, f64>,
    /// Recall by family, at least.
    pub min_recall: BTreeMap<String, f64>,
    /// Whether findings of preview rules count.
    pub preview: bool,
}

/// The families that are scored apart from theirs.
const APART: [&str; 2] = ["abuse.customer", "privacy.exposure"];

impl Thresholds {
    /// Lays limits typed on the command line over these.
    #[must_use]
    pub fn with(mut self, typed: Self) -> Self {
        self.fail_on = typed.fail_on.or(self.fail_on);
        self.max_risk = typed.max_risk.or(self.max_risk);
        self.max_unread = typed.max_unread.or(self.max_unread);
        self.gold = typed.gold.or(self.gold);
        self.preview |= typed.preview;
        self.max.extend(typed.max);
        self.max_rate.extend(typed.max_rate);
        self.min_f1.extend(typed.min_f1);
        self.min_precision.extend(typed.min_precision);
        self.min_recall.extend(typed.min_recall);
        self
    }

    /// Whether nothing at all is asked for.
    pub fn is_empty(&self) -> bool {
        self.fail_on.is_none()
            && self.max_risk.is_none()
            && self.max.is_empty()
            && self.max_rate.is_empty()
            && !self.asks_for_quality()
    }

    /// Whether labels are needed.
    pub fn asks_for_quality(&self) -> bool {
        [&self.min_f1, &self.min_precision, &self.min_recall].iter().any(|limits| !limits.is_empty())
    }

    /// Refuses limits that could never fail, or only ever.
    pub fn check(&self, rules: &RuleCards) -> Result<(), String> {
        for selector in self.max.keys().chain(self.max_rate.keys()) {
            if let Some(reason) = selector.unknown(rules) {
                return Err(reason);
            }
        }
        let rates = self.max_rate.iter().map(|(selector, limit)| (format!("max_rate of {selector}"), *limit));
        let risk = self.max_risk.map(|limit| ("max_risk".to_owned(), limit));
        for (name, limit) in rates.chain(risk) {
            if !limit.is_finite() || limit < 0.0 {
                return Err(format!("{name} is {limit}; it must be 0 or more"));
            }
        }
        let shares = [("min_f1", &self.min_f1), ("min_precision", &self.min_precision)];
        let shares = shares.into_iter().chain([("min_recall", &self.min_recall)]);
        for (name, family, limit) in shares
            .flat_map(|(name, limits)| limits.iter().map(move |(family, limit)| (name, &**family, *limit)))
        {
            if !APART.contains(&family) && !Family::ALL.iter().any(|known| known.as_str() == family) {
                let known = Family::ALL.map(Family::as_str).join(", ");
                return Err(format!("{name}: no family `{family}`; there are {known}, {}", APART.join(", ")));
            }
            if !(0.0..=1.0).contains(&limit) {
                return Err(format!("{name} of {family} is {limit}; it is a share, from 0 to 1"));
            }
        }
        match self.max_unread {
            Some(limit) if !(0.0..=1.0).contains(&limit) => {
                Err(format!("max_unread is {limit}; it is a share, from 0 to 1"))
            }
            _ => Ok(()),
        }
    }
}
