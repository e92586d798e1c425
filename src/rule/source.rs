//! A pattern as typed becomes the expression that is compiled; shared with `build.rs`, which does it beforehand for the packs
//! in the binary.

use std::collections::BTreeMap;

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// The lists of a pack by name, each as one expression.
pub(super) type Alternatives = BTreeMap<String, String>;

/// Each list as the alternatives that its words are, folded.
pub(super) fn alternatives(
    lists: &BTreeMap<String, Vec<String>>,
    fold: impl Fn(char) -> Option<char>,
) -> Alternatives {
    let expression = |words: &Vec<String>| {
        let folded = words.iter().map(|word| word.chars().filter_map(&fold).collect::<String>());
        let escaped: Vec<String> = folded.map(|word| regex_syntax::escape(&word)).collect();
        format!("(?:{})", escaped.join("|"))
    };
    lists.iter().map(|(name, words)| (name.clone(), expression(words))).collect()
}

/// A pattern with its lists put in and its Chinese folded; Latin letters are left alone, for `\D` is not `\d`.
pub(super) fn expand(pattern: &str, lists: &Alternatives, fold: impl Fn(char) -> Option<char>) -> String {
    let mut text = String::with_capacity(2 * pattern.len());
    // Most stretches are folded as they stand.
    let put = |text: &mut String, part: &str| {
        let mut start = 0;
        for (at, c) in part.char_indices().filter(|&(_, c)| !c.is_ascii()) {
            let folded = fold(c);
            if folded != Some(c) {
                text.push_str(&part[start..at]);
                text.extend(folded);
                start = at + c.len_utf8();
            }
        }
        text.push_str(&part[start..]);
    };
    let mut rest = pattern;
    while let Some(at) = rest.find('@') {
        let length = rest[at + 1..].bytes().take_while(|c| c.is_ascii_lowercase() || *c == b'_').count();
        let name = &rest[at + 1..=at + length];
        put(&mut text, &rest[..at]);
        match lists.get(name) {
            Some(expression) => text.push_str(expression),
            None => text.push_str(&rest[at..=at + length]),
        }
        rest = &rest[at + 1 + length..];
    }
    put(&mut text, rest);
    text
}

/// The parsed expression, or what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Hir, String> {
    /// A rule's pattern of ordinary length costs some hundreds; what costs this much is a mistake.
    const LIMIT: u64 = 50_000;
    let hir = regex_syntax::parse(text).map_err(|error| error.to_string())?;
    let anywhere = !hir.properties().look_set_prefix().contains(Look::Start);
    if anywhere && hir.properties().minimum_len() == Some(0) {
        return Err("it can match nothing at all, and so would match everywhere".to_owned());
    }
    if cost(&hir) > LIMIT {
        return Err("it repeats too much to be compiled".to_owned());
    }
    Ok(hir)
}

/// How many states an expression needs, roughly.
fn cost(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => 1 + class.ranges().len() as u64 / 4,
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() as u64,
        HirKind::Capture(capture) => cost(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = u64::from(repetition.max.unwrap_or(repetition.min).max(1));
            cost(&repetition.sub).saturating_mul(times)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(cost).fold(0, u64::saturating_add)
        }
    }
}
