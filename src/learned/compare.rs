//! Rules alone, model alone, both together, held against the same labels.

use super::model::Head;
use crate::eval::{Claim, Counts, Gold};

/// The figures of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// As the labelling guideline counts them.
    pub family: String,
    /// Rules alone.
    pub rules: Counts,
    /// Model alone.
    pub model: Counts,
    /// What either finds.
    pub both: Counts,
}

/// Compares, family by family in order of name.
pub fn compare(gold: &Gold, rules: &[Claim], model: &[Claim]) -> Vec<Compared> {
    let by_rules = gold.score_claims(rules.iter().cloned()).families;
    let by_model = gold.score_claims(model.iter().cloned()).families;
    let by_both = gold.score_claims(rules.iter().chain(model).cloned()).families;
    by_both
        .into_iter()
        .map(|(family, both)| Compared {
            rules: by_rules.get(&family).copied().unwrap_or_default(),
            model: by_model.get(&family).copied().unwrap_or_default(),
            family,
            both,
        })
        .collect()
}

/// What a head claims of a message that passes its threshold.
pub fn claim(head: &Head, kind: Option<usize>, conversation: &str, message: u32) -> Claim {
    let label = match kind {
        Some(kind) => format!("{}.{}", head.name, head.kinds[kind].name),
        None => head.name.clone(),
    };
    Claim { conversation: conversation.to_owned(), message, label }
}
