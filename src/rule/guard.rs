//! Guards: what in a hit's surroundings shows that it is not meant. The words are data (`lexicons/guards.toml`).
//!
//! They look at the clause and the sentence, not at a window of so many characters: a denial governs its clause.

use std::ops::Range;

use serde::Deserialize;

use super::program::Pattern;
use crate::lexicon::{Fault, line_at};

/// All guards of a lexicon.
#[derive(Debug)]
pub struct Guards {
    guards: Vec<Guard>,
}

/// One guard.
#[derive(Debug)]
pub struct Guard {
    /// The name that rules use.
    pub name: String,
    /// Said in explanations: 本句有否定.
    pub why: String,
    before: Vec<Pattern>,
    after: Vec<Pattern>,
    clause: Vec<Pattern>,
    sentence: Vec<Pattern>,
    except: Vec<Pattern>,
    inside: Vec<(char, char)>,
}

/// A hit in its surroundings, as byte ranges of one folded text.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// The whole folded message.
    pub text: &'a str,
    /// The sentence around the clause.
    pub sentence: Range<usize>,
    /// The clause around the hit.
    pub clause: Range<usize>,
    /// The hit.
    pub hit: Range<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    guard: Vec<GuardDoc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GuardDoc {
    name: toml::Spanned<String>,
    why: String,
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    clause: Vec<String>,
    #[serde(default)]
    sentence: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    #[serde(default)]
    inside: Vec<String>,
}

impl Guards {
    /// Reads the guards of a lexicon.
    pub fn parse(file: &str, text: &str) -> Result<Self, Fault> {
        let fault =
            |offset: usize, reason: String| Fault { file: file.into(), line: line_at(text, offset), reason };
        let doc: File = toml::from_str(text)
            .map_err(|e| fault(e.span().map_or(0, |span| span.start), e.message().to_owned()))?;
        let guards = doc
            .guard
            .into_iter()
            .map(|doc| {
                let at = doc.name.span().start;
                let compile = |patterns: &[String]| {
                    patterns
                        .iter()
                        .map(|p| match regex_syntax::parse(p) {
                            Ok(_) => Ok(Pattern::new(p.clone())),
                            Err(error) => Err(fault(at, format!("pattern `{p}`: {error}"))),
                        })
                        .collect::<Result<Vec<_>, _>>()
                };
                let inside = doc.inside.iter().map(|pair| {
                    let mut chars = pair.chars();
                    chars.next().zip(chars.next()).ok_or_else(|| {
                        fault(at, format!("`{pair}` must be an opening and a closing bracket"))
                    })
                });
                Ok(Guard {
                    before: compile(&doc.before)?,
                    after: compile(&doc.after)?,
                    clause: compile(&doc.clause)?,
                    sentence: compile(&doc.sentence)?,
                    except: compile(&doc.except)?,
                    inside: inside.collect::<Result<_, _>>()?,
                    name: doc.name.into_inner(),
                    why: doc.why,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { guards })
    }

    /// The number of the guard with this name.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.guards.iter().position(|guard| guard.name == name)
    }

    /// The guard of that number.
    pub fn get(&self, number: usize) -> &Guard {
        &self.guards[number]
    }

    /// All names, for messages.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.guards.iter().map(|guard| guard.name.as_str())
    }
}

impl Guard {
    /// Whether the surroundings take the hit back.
    pub fn stops(&self, place: &Place<'_>) -> bool {
        self.matches(&self.before, &place.text[place.clause.start.min(place.hit.start)..place.hit.start])
            || self.matches(&self.after, &place.text[place.hit.end..place.clause.end.max(place.hit.end)])
            || self.matches(&self.clause, &place.text[place.clause.clone()])
            || self.matches(&self.sentence, &place.text[place.sentence.clone()])
            || self.inside.iter().any(|&pair| encloses(pair, place))
    }

    fn matches(&self, patterns: &[Pattern], region: &str) -> bool {
        if patterns.is_empty() || region.is_empty() {
            return false;
        }
        // What the exceptions cover is blanked, so that a second, real denial in the same region still counts.
        let mut blanked = None;
        for except in &self.except {
            let text = blanked.as_deref().unwrap_or(region);
            if except.get().is_match(text) {
                blanked = Some(except.get().replace_all(text, "\u{FFFC}").into_owned());
            }
        }
        let region = blanked.as_deref().unwrap_or(region);
        patterns.iter().any(|pattern| pattern.get().is_match(region))
    }
}

/// Whether the hit stands between an opening bracket and its closing one.
fn encloses((open, close): (char, char), place: &Place<'_>) -> bool {
    let before = &place.text[..place.hit.start];
    // A pattern may have taken the closing bracket into the hit.
    let after = &place.text[place.hit.start..];
    if open == close {
        return before.matches(open).count() % 2 == 1 && after.contains(close);
    }
    let opened = before.rfind(open);
    let closed = before.rfind(close);
    opened.is_some_and(|at| closed.is_none_or(|end| end < at)) && after.contains(close)
}
