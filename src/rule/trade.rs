//! Which trade a conversation belongs to, by the words that stand in it.

use std::sync::Arc;

use serde::Deserialize;

use crate::lexicon::{Fault, line_at};

/// A trade and the words that tell it. Data: `lexicons/trades.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trade {
    /// The name that rules and duties use.
    pub name: Arc<str>,
    /// The name in reports.
    pub title: String,
    /// Words that each say enough.
    #[serde(default)]
    pub strong: Vec<String>,
    /// Words of which several are needed.
    #[serde(default)]
    pub weak: Vec<String>,
}

/// What a strong word counts; also the sum from which on a trade is taken as known.
pub const STRONG: u32 = 3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    trade: Vec<Trade>,
}

/// Reads `trades.toml`.
pub fn parse(file: &str, text: &str) -> Result<Vec<Trade>, Fault> {
    let fault = |error: toml::de::Error| Fault {
        file: file.into(),
        line: line_at(text, error.span().map_or(0, |span| span.start)),
        reason: error.message().to_owned(),
    };
    toml::from_str::<File>(text).map(|doc| doc.trade).map_err(fault)
}

/// The trade with the greatest sum, if that is enough; of equals the first in the file.
pub fn strongest(sums: &[u32]) -> Option<usize> {
    let best = (0..sums.len()).rev().max_by_key(|&at| sums[at])?;
    (sums[best] >= STRONG).then_some(best)
}
