//! JSON paths, as far as exports need them: `text.content`, `$.session.id`, `items[0].text`, `data.sessions[].messages[]`.
//!
//! No filters, no wildcards over keys, no recursion: what a record means must not depend on luck. A text that holds JSON is entered
//! like an object, since some systems store messages so.

use std::borrow::Cow;

use serde_json::Value;
use thiserror::Error;

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
    /// Every element of an array.
    Each,
}

/// The way from a message, or from the whole record, to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Path {
    /// Whether it starts at the record (`$`) and not at the message.
    pub(crate) rooted: bool,
    pub(crate) steps: Vec<Step>,
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{path}` is no JSON path: {reason}; write for example \"text.content\", \"$.session.id\" or \"items[0].text\""
)]
pub(crate) struct BadPath {
    path: String,
    reason: &'static str,
}

impl Path {
    pub(crate) fn parse(text: &str) -> Result<Self, BadPath> {
        let bad = |reason| BadPath { path: text.to_owned(), reason };
        let (rooted, rest) = match text.strip_prefix('$') {
            Some(rest) => (true, rest.strip_prefix('.').unwrap_or(rest)),
            None => (false, text),
        };
        let mut steps = Vec::new();
        for part in rest.split('.') {
            let mut brackets = part.split('[');
            let key = brackets.next().unwrap_or_default();
            if key.is_empty() && !part.starts_with('[') && !rest.is_empty() {
                return Err(bad("a name is empty"));
            }
            if !key.is_empty() {
                steps.push(Step::Key(key.to_owned()));
            }
            for bracket in brackets {
                let inside = bracket.strip_suffix(']').ok_or_else(|| bad("a bracket is not closed"))?;
                steps.push(match inside {
                    "" | "*" => Step::Each,
                    index => Step::Index(index.parse().map_err(|_| bad("in brackets stands no number"))?),
                });
            }
        }
        Ok(Self { rooted, steps })
    }
}

/// Goes `steps` down from `value`.
pub(crate) fn walk<'v>(steps: &[Step], value: &'v Value) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key.as_str()),
        Step::Index(index) => value.get(index),
        Step::Each => None,
    })
}

/// The text at the end of `steps`, if a single value stands there.
pub(crate) fn text<'v>(steps: &[Step], value: &'v Value) -> Option<Cow<'v, str>> {
    match (steps.split_first(), value) {
        (None, Value::String(text)) => Some(Cow::Borrowed(text)),
        (None, Value::Number(number)) => Some(Cow::Owned(number.to_string())),
        (None, Value::Bool(truth)) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
        (None, Value::Null | Value::Array(_) | Value::Object(_)) => None,
        (Some(_), Value::String(inner)) => {
            let inner: Value = holds_json(inner).then(|| serde_json::from_str(inner).ok())??;
            text(steps, &inner).map(|text| Cow::Owned(text.into_owned()))
        }
        (Some((step, rest)), value) => text(rest, walk(std::slice::from_ref(step), value)?),
    }
}

/// Whether it is worth while to parse a text.
pub(crate) fn holds_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read() {
        let key = |k: &str| Step::Key(k.to_owned());
        let steps = |text| Path::parse(text).expect("valid").steps;
        assert_eq!(steps("text.content"), [key("text"), key("content")]);
        assert_eq!(
            steps("data.sessions[].messages[]"),
            [key("data"), key("sessions"), Step::Each, key("messages"), Step::Each]
        );
        assert_eq!(steps("items[0].text"), [key("items"), Step::Index(0), key("text")]);
        assert!(Path::parse("$.id").expect("valid").rooted);
        assert!(!Path::parse("id").expect("valid").rooted);
        for bad in ["a..b", "a[x]", "a[0", ".a"] {
            assert!(Path::parse(bad).is_err(), "{bad}");
        }
    }
}
