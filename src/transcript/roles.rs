//! From a value in the role column to a role: the user's table first, then the known words.

use std::collections::{BTreeMap, HashMap};

use super::{Role, names};

/// What the values of a role or sender column mean.
#[derive(Debug)]
pub(crate) struct Roles {
    exact: HashMap<String, Role>,
    /// Values with `*` in them, cut there; the one that says most first.
    patterns: Vec<(Vec<String>, Role)>,
}

impl Roles {
    pub(crate) fn new(table: &BTreeMap<String, Role>) -> Self {
        let mut exact = HashMap::new();
        let mut patterns: Vec<(Vec<String>, Role)> = Vec::new();
        for (value, role) in table {
            if value.contains('*') {
                patterns.push((value.split('*').map(str::to_owned).collect(), *role));
            } else {
                exact.insert(value.clone(), *role);
            }
        }
        patterns.sort_by_key(|(parts, _)| std::cmp::Reverse(parts.iter().map(String::len).sum::<usize>()));
        Self { exact, patterns }
    }

    /// What the user's table says.
    pub(crate) fn configured(&self, value: &str) -> Option<Role> {
        let pattern = || self.patterns.iter().find(|(parts, _)| matches(parts, value)).map(|(_, role)| *role);
        self.exact.get(value).copied().or_else(pattern)
    }

    /// What the table or, failing that, the language says.
    pub(crate) fn of(&self, value: &str) -> Option<Role> {
        self.configured(value).or_else(|| names::get().role(value))
    }
}

/// Whether `value` begins with the first part, ends with the last, and has the others between them in order.
fn matches(parts: &[String], value: &str) -> bool {
    let [first, between @ .., last] = parts else { return false };
    let Some(inside) = value.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()))
    else {
        return false;
    };
    between
        .iter()
        .try_fold(inside, |rest, part| rest.split_once(part.as_str()).map(|(_, after)| after))
        .is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything_and_the_longest_pattern_wins() {
        let table =
            [("*:*", Role::Agent), ("*", Role::Customer), ("店*:机器人", Role::Bot), ("a", Role::System)];
        let roles = Roles::new(&table.map(|(value, role)| (value.to_owned(), role)).into());
        for (value, role) in [
            ("店:小美", Role::Agent),
            ("t**8", Role::Customer),
            ("店1:机器人", Role::Bot),
            ("a", Role::System),
            (":", Role::Agent),
        ] {
            assert_eq!(roles.configured(value), Some(role), "{value}");
        }
        assert_eq!(Roles::new(&[("a*a".to_owned(), Role::Bot)].into()).configured("a"), None);
    }
}
