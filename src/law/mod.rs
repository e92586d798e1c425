//! Statutes and their versions, and the duties that rules name: which article held on a day.
//!
//! Knows articles and dates. Knows nothing of rules, messages or reports.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What an article itself imposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consequence {
    /// Only a duty.
    None,
    /// 民事责任
    Civil,
    /// 行政责任
    Administrative,
    /// 刑事责任
    Criminal,
}

/// One article in one version of one law.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statute {
    /// Stable id: law, version, article.
    pub id: Arc<str>,
    /// Full name of the law.
    pub law: Arc<str>,
    /// First day in force.
    pub in_force_from: Date,
    /// Last day in force.
    pub in_force_to: Option<Date>,
}
