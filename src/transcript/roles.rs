//! From a value in the role column to a role: the user's table first, then the known words.

use std::collections::{BTreeMap, HashMap};

use super::{Role, names};

/// What the values of a role or sender column mean.
#[derive(Debug)]
pub(crate) struct Roles {
    exact: HashMap<String, Role>,
    /// Values that end in `*`, without it; the longest first.
    prefixes: Vec<(String, Role)>,
}

impl Roles {
    pub(crate) fn new(table: &BTreeMap<String, Role>) -> Self {
        let mut exact = HashMap::new();
        let mut prefixes = Vec::new();
        for (value, role) in table {
            match value.strip_suffix('*') {
                Some(prefix) => prefixes.push((prefix.to_owned(), *role)),
                None => drop(exact.insert(value.clone(), *role)),
            }
        }
        prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Self { exact, prefixes }
    }

    /// What the user's table says.
    pub(crate) fn configured(&self, value: &str) -> Option<Role> {
        let prefix =
            || self.prefixes.iter().find(|(p, _)| value.starts_with(p.as_str())).map(|(_, role)| *role);
        self.exact.get(value).copied().or_else(prefix)
    }

    /// What the table or, failing that, the language says.
    pub(crate) fn of(&self, value: &str) -> Option<Role> {
        self.configured(value).or_else(|| names::get().role(value))
    }
}
