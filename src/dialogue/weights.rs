//! How much each piece of evidence weighs, and the sum of it.
//!
//! The numbers stand in the lexicon, under `[weights]`; docs/evasion.md says how they were found.

/// The names of all evidence, in order of the alphabet; the lexicon may give a weight to each.
#[rustfmt::skip]
pub(super) const NAMES: [&str; 111] = [
    "asked_assent", "asked_leave", "asked_long", "asked_pressing", "asks_back", "bare", "block_letters",
    "block_meets", "buck_no_handle", "buck_share", "carried", "concrete", "data", "deflect_share",
    "evades_lacking", "evasive_only", "evasive_share", "filler_ack", "filler_apology", "filler_closing",
    "filler_empathy", "filler_greeting", "filler_hold", "filler_sticker", "hard_missed", "hard_missed_plain",
    "hold_only", "hold_unresolved", "holds_amount", "holds_contact", "holds_data_request", "holds_done",
    "holds_handover", "holds_place", "holds_polarity", "holds_promised", "holds_reason", "holds_refusal",
    "holds_steps", "holds_time", "hollow", "hollow_ack", "hollow_fresh", "hollow_greeting", "hollow_leave",
    "hollow_pressed", "hollow_statement", "in_block", "item_letters", "item_share", "lacks_all",
    "lacks_amount", "lacks_choice", "lacks_complaint", "lacks_identity", "lacks_method", "lacks_place",
    "lacks_polarity", "lacks_primary", "lacks_reason", "lacks_request", "lacks_status", "lacks_time",
    "lead_echo", "long", "many_items", "meets_hard", "modal_echo", "next_asks", "next_assent", "next_leave",
    "next_none", "next_pressing", "next_repeats", "next_same_type", "next_thanks", "no_echo", "nothing_new",
    "nothing_new_short", "number", "open_amount", "open_choice", "open_complaint", "open_identity",
    "open_method", "open_place", "open_polarity", "open_reason", "open_request", "open_status", "open_time",
    "open_word_missed", "plain_no_echo", "plea_sold", "polar_missed", "progress_share", "repeat",
    "repeat_asked", "repeat_pressed", "retention_share", "said_before", "said_before_lacking", "sales_share",
    "sells_lacking", "short", "statement", "sticker_only", "stock_share", "thin", "wait_only", "wait_share",
];

/// The weights of the lexicon.
#[derive(Debug)]
pub(super) struct Weights {
    /// By position in [`NAMES`].
    each: Vec<f32>,
    bias: f32,
    /// From this probability on, a reply counts as evasive.
    pub(super) threshold: f32,
}

impl Weights {
    pub(super) fn new() -> Self {
        Self { each: vec![0.0; NAMES.len()], bias: 0.0, threshold: 0.5 }
    }

    /// Whether there is such evidence.
    pub(super) fn set(&mut self, name: &str, weight: f32) -> bool {
        match (name, NAMES.binary_search(&name)) {
            ("bias", _) => self.bias = weight,
            ("threshold", _) => self.threshold = weight,
            (_, Ok(at)) => self.each[at] = weight,
            (_, Err(_)) => return false,
        }
        true
    }

    /// The probability that a reply with this evidence evades.
    pub(super) fn evasive(&self, evidence: &[(&'static str, f32)]) -> f32 {
        let mut sum = self.bias;
        for (name, value) in evidence.iter().filter(|(_, value)| *value != 0.0) {
            let at = NAMES.binary_search(name);
            debug_assert!(at.is_ok(), "{name} is missing from NAMES");
            sum += at.map_or(0.0, |at| self.each[at]) * value;
        }
        1.0 / (1.0 + (-sum).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order() {
        assert!(NAMES.is_sorted());
    }

    #[test]
    fn evidence_moves_the_probability_by_its_weight() {
        let mut weights = Weights::new();
        assert!(weights.set("hollow", 2.0));
        assert!(!weights.set("no_such_thing", 1.0));
        assert!((weights.evasive(&[]) - 0.5).abs() < 1e-6);
        let more = weights.evasive(&[("hollow", 1.0)]);
        assert!((more - 0.880_797).abs() < 1e-5, "{more}");
    }
}
