//! Which literals a regular expression cannot match without.
//!
//! They go into the one automaton with all terms, so that an expression is run only on messages where it has a chance.
//! An expression of which no literal is required is run on every message; `lexicon check` names such ones.

use std::{cmp::Reverse, collections::BTreeSet};

use regex_syntax::hir::{Class, Hir, HirKind};

/// At most so many spellings of one stretch are listed; beyond that the stretch does not help.
const MAX_SPELLINGS: usize = 48;

/// A set of literals of which every match of the expression holds at least one, or `None`.
pub fn required(hir: &Hir) -> Option<Vec<String>> {
    best(hir).map(|literals| literals.into_iter().collect())
}

type Spellings = BTreeSet<String>;

fn best(hir: &Hir) -> Option<Spellings> {
    if let Some(spellings) = exact(hir).filter(useful) {
        return Some(spellings);
    }
    match hir.kind() {
        HirKind::Capture(capture) => best(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => best(&repetition.sub),
        HirKind::Alternation(branches) => {
            let mut union = Spellings::new();
            for branch in branches {
                union.extend(best(branch)?);
            }
            (union.len() <= 8 * MAX_SPELLINGS).then_some(union)
        }
        HirKind::Concat(parts) => concat(parts),
        _ => None,
    }
}

/// The most telling of: each run of neighbours whose spellings can be listed, and each part on its own.
fn concat(parts: &[Hir]) -> Option<Spellings> {
    let mut found: Option<Spellings> = None;
    let mut consider = |candidate: Option<Spellings>| {
        if let Some(candidate) = candidate.filter(useful)
            && found.as_ref().is_none_or(|known| worth(&candidate) > worth(known))
        {
            found = Some(candidate);
        }
    };
    let mut run: Option<Spellings> = None;
    for part in parts {
        let spellings = exact(part);
        run = match (run, spellings) {
            (Some(left), Some(right)) => {
                if let Some(joined) = product(&left, &right) {
                    Some(joined)
                } else {
                    consider(Some(left));
                    Some(right)
                }
            }
            (left, right) => {
                consider(left);
                right
            }
        };
        consider(best(part));
    }
    consider(run);
    found
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

fn useful(spellings: &Spellings) -> bool {
    !spellings.is_empty() && shortest(spellings) > 0
}

/// Two characters tell much more than one, three little more than two; then the fewer the better.
fn worth(spellings: &Spellings) -> (usize, Reverse<usize>) {
    (shortest(spellings).min(2), Reverse(spellings.len()))
}

fn shortest(spellings: &Spellings) -> usize {
    spellings.iter().map(|s| s.chars().count()).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn literals(pattern: &str) -> Vec<String> {
        required(&regex_syntax::parse(pattern).expect("the pattern is right")).unwrap_or_default()
    }

    #[test]
    fn the_most_telling_stretch_is_chosen() {
        assert_eq!(literals("(加|添加).{0,4}(微信|vx)"), ["vx", "微信"]);
        assert_eq!(literals("自己(不会)?看"), ["自己不会看", "自己看"]);
        assert_eq!(literals("连.{1,6}都不会"), ["都不会"]);
        assert_eq!(literals("[你您]是不是"), ["你是不是", "您是不是"]);
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
