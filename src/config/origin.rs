//! The settings in force, each with where it comes from, as TOML that can be read back.

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};

use toml::{
    Value,
    de::{DeTable, DeValue},
};

use super::Config;
use crate::lexicon::line_at;

/// What set a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Default,
    /// A line of the file.
    Line(usize),
    /// An option of the command line.
    Option(&'static str),
}

/// A configuration to be shown.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The settings in force.
    pub config: &'a Config,
    /// Name and text of the file that was read, if one was.
    pub file: Option<(&'a str, &'a str)>,
    /// Keys that options set, with the option: `("report.top", "--top")`.
    pub options: &'a [(&'static str, &'static str)],
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file {
            Some((name, _)) => writeln!(f, "# {name}")?,
            None => writeln!(f, "# no kefulint.toml")?,
        }
        let lines = self.file.map(|(_, text)| lines(text)).unwrap_or_default();
        let name = self.file.map_or("", |(name, _)| name);
        for (key, value) in self.values() {
            let option =
                self.options.iter().find(|(set, _)| *set == key).map(|(_, option)| Origin::Option(option));
            let line = || lines.get(&key).map(|line| Origin::Line(*line));
            match option.or_else(line).unwrap_or(Origin::Default) {
                Origin::Default => writeln!(f, "{key} = {value}  # default")?,
                Origin::Line(line) => writeln!(f, "{key} = {value}  # {name}:{line}")?,
                Origin::Option(option) => writeln!(f, "{key} = {value}  # {option}")?,
            }
        }
        Ok(())
    }
}

impl Shown<'_> {
    fn values(&self) -> BTreeMap<String, Value> {
        let mut values = BTreeMap::new();
        let whole =
            Value::try_from(self.config).expect("a configuration that TOML made is one that TOML can hold");
        flatten("", whole, &mut values);
        values
    }
}

fn flatten(path: &str, value: Value, values: &mut BTreeMap<String, Value>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                flatten(&joined(path, &key), value, values);
            }
        }
        value => {
            values.insert(path.to_owned(), value);
        }
    }
}

/// The lines on which keys stand.
fn lines(text: &str) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    if let Ok(table) = DeTable::parse(text) {
        walk("", table.get_ref(), text, &mut lines);
    }
    lines
}

/// The lines on which the tables of a list begin.
pub(super) fn lines_of(text: &str, list: &str) -> Vec<usize> {
    let table = DeTable::parse(text).ok();
    let items = table.as_ref().and_then(|table| table.get_ref().get(list)?.get_ref().as_array());
    items.into_iter().flatten().map(|item| line_at(text, item.span().start)).collect()
}

fn walk(path: &str, table: &DeTable<'_>, text: &str, lines: &mut BTreeMap<String, usize>) {
    for (key, value) in table {
        let path = joined(path, key.get_ref());
        match value.get_ref() {
            DeValue::Table(table) => walk(&path, table, text, lines),
            _ => {
                lines.insert(path, line_at(text, key.span().start));
            }
        }
    }
}

fn joined(path: &str, key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let mut joined = path.to_owned();
    if !path.is_empty() {
        joined.push('.');
    }
    if bare {
        joined.push_str(key);
    } else {
        write!(joined, "{}", Value::String(key.to_owned())).expect("writing to a string cannot fail");
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_read_back() {
        let text = "[input.roles]\n\"坐席 一\" = \"agent\"\n\n[report]\ntop = 3\n\n[[overrides]]\npaths = [\"bot\"]\nseverity = { DIS101 = \"low\" }\n";
        let mut config = Config::parse("kefulint.toml", text).expect("it is right");
        config.lint.trade = Some("finance".to_owned());
        let shown = Shown {
            config: &config,
            file: Some(("kefulint.toml", text)),
            options: &[("lint.trade", "--trade")],
        };
        let shown = shown.to_string();
        assert!(shown.contains("input.roles.\"坐席 一\" = \"agent\"  # kefulint.toml:2\n"), "{shown}");
        assert!(shown.contains("report.top = 3  # kefulint.toml:5\n"), "{shown}");
        assert!(shown.contains("report.min_conversations = 20  # default\n"), "{shown}");
        assert!(shown.contains("lint.trade = \"finance\"  # --trade\n"), "{shown}");
        let again = Config::parse("shown", &shown).expect("it can be read back");
        assert_eq!(toml::Value::try_from(&again).ok(), toml::Value::try_from(&config).ok());
    }
}
