//! Weeks beside each other: how risk went, for the team and for each agent; what shifted, who is new, which rules rose.
//!
//! Works on the store's history and on nothing else; it points at what is worth a look and explains nothing.

pub mod cusum;
mod html;
mod table;
mod terminal;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{ToSpan, civil::Date};
use serde::Serialize;
use statrs::distribution::{Binomial, DiscreteCDF};

pub use self::{html::html, table::csv, terminal::terminal};
use crate::{
    finding::Family,
    report::{
        Tally,
        risk::{Risk, Team},
    },
    store::{AgentDay, RuleDay},
};
use cusum::Count;

/// Weeks that count as of late.
pub const RECENT: usize = 4;
/// Findings of late below which no rule is said to have risen.
const FEW: u64 = 5;
/// How unlikely a rise must be, over all rules together.
const CHANCE: f64 = 0.01;

/// One week of one line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Point {
    /// The counts.
    #[serde(flatten)]
    pub tally: Tally,
    /// Conversations with findings.
    pub flagged: u64,
    /// Weighted breaches per 100 conversations, shrunk towards the week's team.
    pub risk: Risk,
}

/// The weeks of the team or of an agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The agent; `None` in the team's line, and for agents whom the export does not name.
    pub agent: Option<Arc<str>>,
    /// A point a week; none in weeks without conversations.
    pub points: Vec<Option<Point>>,
    /// Shifts that lasted.
    pub shifts: Vec<Shift>,
    /// Whether the agent was first seen of late, others having been seen before.
    pub new: bool,
}

/// A shift worth a look.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shift {
    /// The Monday of the week in which it seems to have begun.
    pub since: Date,
    /// Whether it rose.
    pub rose: bool,
    /// Conversations with findings since, as the weeks before lead to expect.
    pub expected: f64,
    /// The same as counted.
    pub counted: u64,
}

/// A rule that fires more often than it did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rise {
    /// The rule.
    pub rule: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// Its family.
    pub family: Family,
    /// Findings of the last [`RECENT`] weeks.
    pub recent: u64,
    /// What the weeks before lead to expect.
    pub expected: f64,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// The Mondays.
    pub weeks: Vec<Date>,
    /// Everybody together.
    pub team: Line,
    /// The riskiest of the last week first; of equals in order of name.
    pub agents: Vec<Line>,
    /// The steepest first.
    pub rises: Vec<Rise>,
    /// Records that could not be read, a week each.
    pub errors: Vec<u64>,
}

/// By week, the counts and the conversations with findings.
type Weeks = BTreeMap<usize, (Tally, u64)>;

/// A rule with its title and family.
type Named<'a> = (&'a Arc<str>, &'a Arc<str>, Family);

/// The Monday of a day's week.
pub fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(back.days()).unwrap_or(day)
}

impl Trend {
    /// Puts days into weeks, from that of `first` to that of `last`.
    pub fn new(
        first: Date,
        last: Date,
        days: &[AgentDay],
        rules: &[RuleDay],
        errors: &[(Date, u64)],
    ) -> Self {
        let weeks: Vec<Date> = monday(first).series(1.week()).take_while(|week| *week <= last).collect();
        let place: BTreeMap<Date, usize> = weeks.iter().enumerate().map(|(at, week)| (*week, at)).collect();
        let week_of = |day: Date| place.get(&monday(day)).copied();
        let mut sums: BTreeMap<Option<Arc<str>>, Weeks> = BTreeMap::new();
        for day in days {
            let Some(week) = week_of(day.day) else { continue };
            let (tally, flagged) = sums.entry(day.agent.clone()).or_default().entry(week).or_default();
            tally.merge(&day.tally);
            *flagged += day.flagged;
        }
        let teams: Vec<Team> = (0..weeks.len())
            .map(|week| Team::new(sums.values().filter_map(|own| own.get(&week)).map(|(tally, _)| tally)))
            .collect();
        let line = |agent: Option<Arc<str>>, own: &Weeks| {
            let point = |(week, team): (usize, &Team)| {
                let (tally, flagged) = own.get(&week)?;
                Some(Point { tally: tally.clone(), flagged: *flagged, risk: team.risk(tally) })
            };
            let points: Vec<Option<Point>> = teams.iter().enumerate().map(point).collect();
            Line { agent, shifts: shifts(&weeks, &points), new: false, points }
        };
        let mut all = Weeks::new();
        for (week, (tally, flagged)) in sums.values().flatten() {
            let (total, count) = all.entry(*week).or_default();
            total.merge(tally);
            *count += flagged;
        }
        let recent = weeks.len().saturating_sub(RECENT);
        let any_before = all.keys().any(|week| *week < recent);
        let mut agents: Vec<Line> = sums
            .iter()
            .map(|(agent, own)| {
                let new = any_before && own.keys().next().is_some_and(|first| *first >= recent);
                Line { new, ..line(agent.clone(), own) }
            })
            .collect();
        let latest =
            |line: &Line| line.points.iter().rev().flatten().next().map_or(0.0, |point| point.risk.mean);
        agents.sort_by(|a, b| latest(b).total_cmp(&latest(a)).then_with(|| a.agent.cmp(&b.agent)));
        let mut errors_by_week = vec![0; weeks.len()];
        for (day, count) in errors {
            if let Some(week) = week_of(*day) {
                errors_by_week[week] += count;
            }
        }
        let conversations: Vec<u64> =
            (0..weeks.len()).map(|week| all.get(&week).map_or(0, |(tally, _)| tally.conversations)).collect();
        let rises = rises(rules, &week_of, &conversations, recent);
        Self { team: line(None, &all), agents, rises, errors: errors_by_week, weeks }
    }
}

fn shifts(weeks: &[Date], points: &[Option<Point>]) -> Vec<Shift> {
    let counts: Vec<Count> = points
        .iter()
        .map(|point| {
            let point = point.as_ref();
            Count {
                flagged: point.map_or(0, |point| point.flagged),
                conversations: point.map_or(0, |point| point.tally.conversations),
            }
        })
        .collect();
    let shift = |call: &cusum::Call| Shift {
        since: weeks[call.since],
        rose: call.rose(),
        expected: call.expected,
        counted: call.counted,
    };
    cusum::calls(&counts).iter().map(shift).collect()
}

/// Rules whose share of late is greater than chance would have it. Given how often a rule fired at all, chance would put each
/// finding into the last weeks by their share of conversations; of many rules one looks steep anyway, so the chance is shared out.
fn rises(
    rules: &[RuleDay],
    week_of: &impl Fn(Date) -> Option<usize>,
    conversations: &[u64],
    recent: usize,
) -> Vec<Rise> {
    let late: u64 = conversations[recent..].iter().sum();
    let all: u64 = conversations.iter().sum();
    if late == 0 || late == all {
        return Vec::new();
    }
    let share = late as f64 / all as f64;
    let mut sums: BTreeMap<Named<'_>, (u64, u64)> = BTreeMap::new();
    for day in rules {
        let Some(week) = week_of(day.day) else { continue };
        let (now, total) = sums.entry((&day.rule, &day.title, day.family)).or_default();
        *total += day.findings;
        *now += if week >= recent { day.findings } else { 0 };
    }
    let known: BTreeSet<_> = sums.keys().map(|(rule, ..)| *rule).collect();
    let limit = CHANCE / known.len().max(1) as f64;
    let steep = |((rule, title, family), (recent, total)): (Named<'_>, (u64, u64))| {
        let chance = Binomial::new(share, total).map_or(1.0, |law| law.sf(recent.saturating_sub(1)));
        let before = (total - recent) as f64;
        let expected = before * share / (1.0 - share);
        let rise = Rise { rule: rule.clone(), title: title.clone(), family, recent, expected };
        (recent >= FEW && chance < limit).then_some((chance, rise))
    };
    let mut rises: Vec<(f64, Rise)> = sums.into_iter().filter_map(steep).collect();
    rises.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.rule.cmp(&b.1.rule)));
    rises.into_iter().map(|(_, rise)| rise).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn day(day: Date, agent: &str, conversations: u64, found: u64) -> AgentDay {
        let tally = Tally {
            conversations,
            families: [found, 0, 0, 0, 0],
            severities: [0, 0, found, 0],
            ..Tally::default()
        };
        AgentDay { day, agent: Some(agent.into()), tally, flagged: found }
    }

    #[test]
    fn days_become_weeks_and_the_team_is_all_agents() {
        let (first, last) = (date(2026, 3, 4), date(2026, 3, 15));
        let days = [
            day(date(2026, 3, 1), "a", 9, 9),
            day(date(2026, 3, 4), "a", 10, 1),
            day(date(2026, 3, 8), "a", 10, 2),
            day(date(2026, 3, 9), "b", 5, 0),
        ];
        let trend = Trend::new(first, last, &days, &[], &[(date(2026, 3, 9), 3)]);
        assert_eq!(trend.weeks, [date(2026, 3, 2), date(2026, 3, 9)]);
        assert_eq!(trend.errors, [0, 3]);
        let team: Vec<(u64, u64)> =
            trend.team.points.iter().flatten().map(|p| (p.tally.conversations, p.flagged)).collect();
        assert_eq!(team, [(20, 3), (5, 0)]);
        assert_eq!(trend.agents[0].points[1], None);
        // All findings are of one weight, so the team's own rate is its risk: 7 × 3 / 20 × 100.
        assert!((trend.team.points[0].as_ref().expect("conversations").risk.mean - 105.0).abs() < 1e-9);
    }

    #[test]
    fn who_is_new_and_what_rose() {
        let first = date(2026, 1, 5);
        let week = |n: i64| first.checked_add((7 * n).days()).expect("a day");
        let mut days: Vec<AgentDay> = (0..12).map(|n| day(week(n), "old", 100, 1)).collect();
        days.push(day(week(10), "new", 10, 0));
        let rule = |n: i64, rule: &str, findings| RuleDay {
            day: week(n),
            rule: rule.into(),
            title: "疑似".into(),
            family: Family::Abuse,
            findings,
        };
        let rules: Vec<RuleDay> = (0..12)
            .flat_map(|n| [rule(n, "ABU901", 2), rule(n, "ABU902", if n < 8 { 1 } else { 6 })])
            .collect();
        let trend = Trend::new(first, week(11), &days, &rules, &[]);
        let new: Vec<_> =
            trend.agents.iter().filter(|line| line.new).map(|line| line.agent.as_deref()).collect();
        assert_eq!(new, [Some("new")]);
        let rises: Vec<(&str, u64)> = trend.rises.iter().map(|rise| (&*rise.rule, rise.recent)).collect();
        assert_eq!(rises, [("ABU902", 24)]);
    }
}
