//! The coverage map: for each duty, the rules that check it, what a machine can see of it, and what only a person can tell.
//!
//! Renders Markdown for the docs. Which rules there are, the caller says.

use std::fmt::Write;

use super::Registry;
use crate::finding::Family;

/// A rule that checks a duty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Check<'a> {
    /// The duty.
    pub duty: &'a str,
    /// The rule's id.
    pub rule: &'a str,
    /// Its title.
    pub title: &'a str,
    /// What it looks at, in a few words: 用语, 问答, 个人信息, 时间….
    pub sees: &'a str,
}

/// The map as Markdown, families and duties in the registry's order, rules by id.
pub fn coverage(registry: &Registry, checks: &[Check<'_>]) -> String {
    let checked =
        registry.duties().iter().filter(|duty| checks.iter().any(|check| *check.duty == *duty.name)).count();
    let mut out =
        format!("{checked} of {} duties are checked by at least one rule.\n", registry.duties().len());
    for family in Family::ALL {
        let mut put =
            |line: std::fmt::Arguments<'_>| writeln!(out, "{line}").expect("writing to a string cannot fail");
        put(format_args!("\n## {} ({})\n", family.title(), family.as_str()));
        put(format_args!("| duty | rules | a machine can see | only a person can tell |"));
        put(format_args!("|---|---|---|---|"));
        for duty in registry.duties().iter().filter(|duty| duty.family == family) {
            let mut rules: Vec<&Check<'_>> =
                checks.iter().filter(|check| *check.duty == *duty.name).collect();
            rules.sort_unstable_by_key(|check| check.rule);
            let rules: Vec<String> = rules
                .iter()
                .map(|check| format!("`{}` {} ({})", check.rule, cell(check.title), cell(check.sees)))
                .collect();
            let rules = if rules.is_empty() { "none yet".to_owned() } else { rules.join("<br>") };
            put(format_args!(
                "| {} | {rules} | {} | {} |",
                duty.name,
                cell(&duty.machine),
                cell(&duty.human)
            ));
        }
    }
    out
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
