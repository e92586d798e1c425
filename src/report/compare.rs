//! Two reports side by side: what has changed between two periods, and whether the numbers are enough to say so.
//!
//! Findings per 100 conversations are compared as rates of counts. What is told is their ratio with a 95 % interval (Jeffreys'
//! prior, whose posterior ratio is an F distribution); only an interval without 1 counts as a change. docs/risk.md says what that leaves out.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    sync::Arc,
};

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Report, Tally,
    group::{GroupBy, tallies},
    markdown::escaped,
    risk::{Risk, rate, ratio},
};
use crate::{config::Teams, finding::Family};

/// One report's share of a line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Side {
    /// Conversations.
    pub conversations: u64,
    /// The agents' own findings.
    pub findings: u64,
    /// Findings per 100 conversations, with interval.
    pub rate: Option<Risk>,
}

/// Whether something has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The rate has risen.
    Up,
    /// It has fallen.
    Down,
    /// The numbers do not tell.
    Open,
}

impl Verdict {
    const fn title(self) -> &'static str {
        match self {
            Self::Up => "上升",
            Self::Down => "下降",
            Self::Open => "不足以判断",
        }
    }
}

/// One thing compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// What: all findings, a family, or a group.
    pub what: Arc<str>,
    /// The earlier report.
    pub before: Side,
    /// The later report.
    pub after: Side,
    /// The later rate over the earlier one, with interval; none where there is nothing to compare.
    pub ratio: Option<Risk>,
    /// What that says.
    pub verdict: Verdict,
}

/// Two reports compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The days of both reports.
    pub days: [Date; 2],
    /// What the groups are.
    pub by: GroupBy,
    /// All findings, then each family.
    pub whole: Vec<Change>,
    /// By group, in order of name.
    pub groups: Vec<Change>,
}

/// Compares two reports.
pub fn compare(reports: [&Report; 2], days: [Date; 2], by: GroupBy, teams: &Teams) -> Comparison {
    let conversations = reports.map(|report| report.conversations.len() as u64);
    let sum = |of: fn(&Tally, usize) -> u64, at: usize| {
        reports.map(|report| report.agents.values().map(|tally| of(tally, at)).sum::<u64>())
    };
    let mut whole = vec![change("全部", conversations, sum(|tally, _| tally.findings(), 0))];
    whole.extend(Family::ALL.map(|family| {
        change(family.title(), conversations, sum(|tally, at| tally.families[at], family as usize))
    }));
    let tallies = reports.map(|report| tallies(report, by, teams));
    let names: BTreeSet<&Arc<str>> = tallies.iter().flat_map(|tallies| tallies.keys()).collect();
    let groups = names.into_iter().map(|name| {
        let sides = tallies.each_ref().map(|tallies| tallies.get(name).cloned().unwrap_or_default());
        change(name, sides.each_ref().map(|side| side.conversations), sides.each_ref().map(Tally::findings))
    });
    Comparison { days, by, whole, groups: groups.collect() }
}

fn change(what: &str, conversations: [u64; 2], findings: [u64; 2]) -> Change {
    let side = |at: usize| Side {
        conversations: conversations[at],
        findings: findings[at],
        rate: rate(findings[at], conversations[at]),
    };
    let ratio = ratio(findings, conversations);
    let verdict = match ratio {
        Some(ratio) if ratio.low > 1.0 => Verdict::Up,
        Some(ratio) if ratio.high < 1.0 => Verdict::Down,
        _ => Verdict::Open,
    };
    Change { what: what.into(), before: side(0), after: side(1), ratio, verdict }
}

const NOTE: &str = "每百会话的疑似问题数；括号内为 95% 区间。区间包含 1 即“不足以判断”。逐行比较，行数多时难免有偶然的差异；\
                    两期的会话若来源不同，差异也可能出于来源。";

/// As JSON.
pub fn json(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, comparison)?;
    out.write_all(b"\n")
}

/// As Markdown, which reads well on a screen too.
pub fn markdown(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let [before, after] = comparison.days;
    writeln!(out, "# 两期比较：{before} 与 {after}\n")?;
    table("类别", &comparison.whole, out)?;
    table(comparison.by.title(), &comparison.groups, out)?;
    writeln!(out, "{NOTE}\n\n本报告只提示疑似问题，须由人核实，不是法律意见。")
}

fn table(heading: &str, changes: &[Change], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {heading} | 前期 会话 | 发现 | 每百会话 | 后期 会话 | 发现 | 每百会话 | 后期/前期 | |")?;
    writeln!(out, "|---|--:|--:|--:|--:|--:|--:|--:|---|")?;
    for line in changes {
        let rate = |side: Side| {
            side.rate.map_or_else(
                || "–".to_owned(),
                |rate| format!("{:.1}（{:.1}–{:.1}）", rate.mean, rate.low, rate.high),
            )
        };
        let ratio = line.ratio.map_or_else(
            || "–".to_owned(),
            |ratio| format!("{:.2}（{:.2}–{:.2}）", ratio.mean, ratio.low, ratio.high),
        );
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {ratio} | {} |",
            escaped(&line.what),
            line.before.conversations,
            line.before.findings,
            rate(line.before),
            line.after.conversations,
            line.after.findings,
            rate(line.after),
            line.verdict.title()
        )?;
    }
    writeln!(out)
}
