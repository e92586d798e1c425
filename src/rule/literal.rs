//! Which literals a regular expression cannot match without.
//!
//! They go into the one automaton with all terms, so that an expression is run only on messages where it has a chance.
//! An expression of which no literal is required is run on every message; `lexicon check` names such ones. Shared with
//! `build.rs`, which looks for the literals of the packs in the binary beforehand.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::rarity;

/// At most so many spellings of one stretch are listed; beyond that the stretch does not help.
const MAX_SPELLINGS: usize = 48;

/// A set of literals of which every match of the expression holds at least one, or `None`; of several sets the one that
/// is seen least often by `rates`, a table of [`rarity`].
pub(super) fn required(hir: &Hir, rates: &[u8]) -> Option<Vec<String>> {
    best(hir, rates).map(|literals| literals.into_iter().collect())
}

type Spellings = BTreeSet<String>;

fn best(hir: &Hir, rates: &[u8]) -> Option<Spellings> {
    let parts = match hir.kind() {
        HirKind::Capture(capture) => best(&capture.sub, rates),
        HirKind::Repetition(repetition) if repetition.min > 0 => best(&repetition.sub, rates),
        HirKind::Alternation(branches) => branches
            .iter()
            .try_fold(Spellings::new(), |union, branch| Some(&union | &best(branch, rates)?))
            .filter(|union| union.len() <= 8 * MAX_SPELLINGS),
        HirKind::Concat(parts) => concat(parts, rates),
        _ => None,
    };
    cheaper(parts, exact(hir), rates)
}

/// The most telling of each run of neighbours whose spellings can be listed, and each part on its own.
fn concat(parts: &[Hir], rates: &[u8]) -> Option<Spellings> {
    let spellings: Vec<Option<Spellings>> = parts.iter().map(exact).collect();
    let mut found = None;
    for (start, part) in parts.iter().enumerate() {
        found = cheaper(found, best(part, rates), rates);
        let mut run = Spellings::from([String::new()]);
        for next in &spellings[start..] {
            let Some(joined) = next.as_ref().and_then(|next| product(&run, next)) else { break };
            run = joined;
            found = cheaper(found, Some(run.clone()), rates);
        }
    }
    found
}

/// The set for which an expression is run for nothing less often; of equals the first.
fn cheaper(a: Option<Spellings>, b: Option<Spellings>, rates: &[u8]) -> Option<Spellings> {
    let cost = |spellings: &Spellings| -> u64 {
        spellings.iter().map(|spelling| u64::from(rarity::rate(rates, spelling)) + 1).sum()
    };
    let useful = |spellings: &Spellings| !spellings.is_empty() && spellings.iter().all(|s| !s.is_empty());
    match (a.filter(useful), b.filter(useful)) {
        (Some(a), Some(b)) => Some(if cost(&b) < cost(&a) { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// All strings that `hir` matches, if they are few.
fn exact(hir: &Hir) -> Option<Spellings> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(Spellings::from([String::new()])),
        HirKind::Literal(literal) => Some(Spellings::from([String::from_utf8(literal.0.to_vec()).ok()?])),
        HirKind::Class(Class::Unicode(class)) => {
            let count: u64 = class.iter().map(|r| u64::from(r.end()) - u64::from(r.start()) + 1).sum();
            (count <= 24).then(|| class.iter().flat_map(|r| r.start()..=r.end()).map(String::from).collect())
        }
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Repetition(repetition) => {
            let mut spellings = exact(&repetition.sub)?;
            match (repetition.min, repetition.max) {
                (1, Some(1)) => Some(spellings),
                (0, Some(1)) => {
                    spellings.insert(String::new());
                    Some(spellings)
                }
                _ => None,
            }
        }
        HirKind::Concat(parts) => parts
            .iter()
            .try_fold(Spellings::from([String::new()]), |left, part| product(&left, &exact(part)?)),
        HirKind::Alternation(branches) => {
            let mut union = Spellings::new();
            for branch in branches {
                union.extend(exact(branch)?);
                if union.len() > MAX_SPELLINGS {
                    return None;
                }
            }
            Some(union)
        }
    }
}

fn product(left: &Spellings, right: &Spellings) -> Option<Spellings> {
    (left.len() * right.len() <= MAX_SPELLINGS)
        .then(|| left.iter().flat_map(|l| right.iter().map(move |r| format!("{l}{r}"))).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A table by which these stand in every message, and anything else in none.
    fn rates(frequent: &[&str]) -> Vec<u8> {
        let mut counts = vec![0_u16; rarity::SLOTS];
        for text in frequent {
            let mut last = '\0';
            for c in text.chars() {
                counts[rarity::slot(c, '\0')] = 9;
                counts[rarity::slot(last, c)] = 9;
                last = c;
            }
        }
        counts.into_iter().flat_map(u16::to_le_bytes).collect()
    }

    fn literals(pattern: &str) -> Vec<String> {
        let hir = regex_syntax::parse(pattern).expect("the pattern is right");
        required(&hir, &rates(&["加", "自己", "看", "你是", "您是", "不是"])).unwrap_or_default()
    }

    #[test]
    fn the_stretch_that_is_rarest_is_chosen() {
        assert_eq!(literals("(加|添加).{0,4}(微信|vx)"), ["vx", "微信"]);
        assert_eq!(literals("自己(不会)?看"), ["自己不会看", "自己看"]);
        assert_eq!(literals("自己.{1,6}都不会"), ["都不会"]);
        assert_eq!(literals("[你您]是不是"), ["是不是"]);
    }

    #[test]
    fn nothing_is_required_where_nothing_is() {
        for pattern in [r"\d{3,}", "(a.*)?", "保本|.{3}"] {
            assert_eq!(literals(pattern), [] as [&str; 0], "{pattern}");
        }
    }

    proptest! {
        /// Whatever matches holds one of the literals: else the automaton would hide a match.
        #[test]
        fn every_match_holds_a_required_literal(text in "[你您保本不会看听懂吗]{0,12}") {
            for pattern in ["[你您].{0,3}(看|听)不?懂", "不会?(看|听)+", "保本(不保息)?|本.{1,2}会", "(你|您)(不会)?看"] {
                let regex = regex::Regex::new(pattern).expect("the pattern is right");
                if regex.is_match(&text) {
                    let found = literals(pattern).iter().any(|l| text.contains(l.as_str()));
                    prop_assert!(found, "{pattern} on {text}");
                }
            }
        }
    }
}
