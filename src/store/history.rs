//! Reports and history out of the store, without judging anything again.
//!
//! A finding belongs to the day of its message, a conversation to each day on which somebody wrote in it, and what became of a
//! conversation's questions to its last day: so the days of a conversation that goes on for weeks add up to the conversation, and
//! nothing counts on two of them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::civil::Date;

use super::{Result, Store};
use crate::{
    dialogue::Summary,
    finding::{Family, Finding},
    report::{Charge, Report, Tally},
    rule::Linted,
    transcript::{Problem, ReadStats},
};

/// A span of days, both ends in it; everything where an end is left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

impl Days {
    /// All of them.
    pub const ALL: Self = Self { first: Date::MIN, last: Date::MAX };

    /// One day.
    pub const fn one(day: Date) -> Self {
        Self { first: day, last: day }
    }

    fn texts(self) -> [String; 2] {
        // Years before 0 and after 9999 would not compare as texts do.
        let text = |day: Date| if day.year() < 0 { String::new() } else { day.to_string() };
        [text(self.first), text(self.last)]
    }
}

/// What an agent did on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentDay {
    /// The day.
    pub day: Date,
    /// The agent, if the export names one.
    pub agent: Option<Arc<str>>,
    /// The counts.
    pub tally: Tally,
    /// Conversations in which the agent has findings of that day.
    pub flagged: u64,
}

/// How often a rule found an agent's own breach on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDay {
    /// The day.
    pub day: Date,
    /// The rule.
    pub rule: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// Its family.
    pub family: Family,
    /// Findings.
    pub findings: u64,
}

/// A conversation on one of its days.
struct Part {
    conversation: i64,
    day: Date,
    last: bool,
    messages: u64,
    agents: Vec<(Option<Arc<str>>, u64)>,
    /// All that is said of the whole conversation, but for its findings.
    whole: Linted,
    findings: Vec<Finding>,
}

impl Store {
    /// The report on a span of days; on all of them it is that of one scan over everything that was sent.
    pub fn report(&self, days: Days) -> Result<Report> {
        let mut report = Report::default();
        let mut conversations: BTreeMap<(Arc<str>, i64), Vec<Part>> = BTreeMap::new();
        for part in self.parts(days)? {
            let key = (part.whole.conversation_id.clone(), part.conversation);
            conversations.entry(key).or_default().push(part);
        }
        for parts in conversations.into_values() {
            if let Some(linted) = joined(parts) {
                report.add(linted);
            }
        }
        let [first, last] = days.texts();
        let problems: Vec<Problem> = self.sql(|db| {
            db.prepare("SELECT file, line, reason FROM problem WHERE night BETWEEN ? AND ? ORDER BY night, file, line, reason")?
                .query_map([&first, &last], |row| {
                    Ok(Problem {
                        file: row.get::<_, String>(0)?.into(),
                        line: row.get::<_, Option<i64>>(1)?.map(i64::cast_unsigned),
                        reason: row.get(2)?,
                        raw: None,
                    })
                })?
                .collect()
        })?;
        report.problems = problems;
        let read: Vec<String> = self.sql(|db| {
            db.prepare("SELECT read FROM night WHERE day BETWEEN ? AND ? ORDER BY day")?
                .query_map([&first, &last], |row| row.get(0))?
                .collect()
        })?;
        for read in read {
            report.stats.merge(&self.unpacked::<ReadStats>(&read)?);
        }
        Ok(report)
    }

    /// What each agent did on each day, and which rules found how much.
    pub fn history(&self, days: Days) -> Result<(Vec<AgentDay>, Vec<RuleDay>)> {
        let mut by_day: BTreeMap<Date, Vec<Part>> = BTreeMap::new();
        for part in self.parts(days)? {
            by_day.entry(part.day).or_default().push(part);
        }
        let (mut agents, mut rules) = (Vec::new(), Vec::new());
        for (day, parts) in by_day {
            let mut report = Report::default();
            let mut flagged: HashMap<Option<Arc<str>>, u64> = HashMap::new();
            let mut found: BTreeMap<(Arc<str>, Arc<str>, Family), u64> = BTreeMap::new();
            for part in parts {
                let own = part.findings.iter().filter(|finding| Charge::of(finding) == Charge::Agent);
                let mut concerned: Vec<Option<Arc<str>>> = Vec::new();
                for finding in own {
                    *found
                        .entry((finding.rule.clone(), finding.title.clone(), finding.family))
                        .or_default() += 1;
                    if !concerned.contains(&finding.agent_id) {
                        concerned.push(finding.agent_id.clone());
                    }
                }
                for agent in concerned {
                    *flagged.entry(agent).or_default() += 1;
                }
                if let Some(linted) = joined(vec![part]) {
                    report.add(linted);
                }
            }
            agents.extend(report.agents.into_iter().map(|(agent, tally)| {
                let flagged = flagged.get(&agent).copied().unwrap_or(0);
                AgentDay { day, agent, tally, flagged }
            }));
            let line = |((rule, title, family), findings)| RuleDay { day, rule, title, family, findings };
            rules.extend(found.into_iter().map(line));
        }
        Ok((agents, rules))
    }

    /// Records that could not be read, by the day on which the run that met them reports.
    pub fn reading_errors(&self, days: Days) -> Result<Vec<(Date, u64)>> {
        let [first, last] = days.texts();
        let rows: Vec<(String, i64)> = self.sql(|db| {
            db.prepare("SELECT night, count(*) FROM problem WHERE night BETWEEN ? AND ? GROUP BY night ORDER BY night")?
                .query_map([&first, &last], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        rows.iter().map(|(night, count)| Ok((self.parsed(night)?, count.cast_unsigned()))).collect()
    }

    /// All days, with the numbers of conversations and of findings.
    pub fn days(&self) -> Result<Vec<(Date, u64, u64)>> {
        let rows: Vec<(String, i64, i64)> = self.sql(|db| {
            db.prepare(
                "SELECT day, count(*), (SELECT count(*) FROM finding WHERE finding.day = presence.day) FROM presence
                 GROUP BY day ORDER BY day",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect()
        })?;
        let line = |(day, conversations, findings): &(String, i64, i64)| {
            Ok((self.parsed(day)?, conversations.cast_unsigned(), findings.cast_unsigned()))
        };
        rows.iter().map(line).collect()
    }

    /// The days whose reports say something else than when they were last written.
    pub fn stale_days(&self) -> Result<Vec<Date>> {
        let days: Vec<String> = self.sql(|db| {
            db.prepare("SELECT day FROM stale ORDER BY day")?.query_map([], |row| row.get(0))?.collect()
        })?;
        days.iter().map(|day| self.parsed(day)).collect()
    }

    /// Notes that the reports of these days were written.
    pub fn reported(&mut self, days: &[Date]) -> Result<()> {
        self.write(|db| {
            for day in days {
                db.execute("DELETE FROM stale WHERE day = ?", [day.to_string()])?;
            }
            Ok(())
        })
    }

    fn parts(&self, days: Days) -> Result<Vec<Part>> {
        type Row = (i64, String, Option<String>, i64, String, String);
        let range = days.texts();
        let rows: Vec<Row> = self.sql(|db| {
            db.prepare(
                "SELECT c.id, p.day, c.last_day, p.messages, p.agents, c.judged FROM presence p JOIN conversation c ON c.id = p.conversation
                 WHERE p.day BETWEEN ? AND ? AND c.judged IS NOT NULL ORDER BY c.id, p.day",
            )?
            .query_map(range.clone(), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
            })?
            .collect()
        })?;
        let mut findings: HashMap<(i64, String), Vec<String>> = HashMap::new();
        self.sql(|db| {
            let mut select = db.prepare(
                "SELECT conversation, day, finding FROM finding WHERE day BETWEEN ? AND ? ORDER BY conversation, number",
            )?;
            let mut rows = select.query(range)?;
            while let Some(row) = rows.next()? {
                findings.entry((row.get(0)?, row.get(1)?)).or_default().push(row.get(2)?);
            }
            Ok(())
        })?;
        rows.into_iter()
            .map(|(conversation, day, last_day, messages, agents, whole)| {
                let found = findings.remove(&(conversation, day.clone())).unwrap_or_default();
                Ok(Part {
                    conversation,
                    last: last_day.as_deref() == Some(&day),
                    day: self.parsed(&day)?,
                    messages: messages.cast_unsigned(),
                    agents: self.unpacked(&agents)?,
                    whole: self.unpacked(&whole)?,
                    findings: found.iter().map(|finding| self.unpacked(finding)).collect::<Result<_>>()?,
                })
            })
            .collect()
    }
}

/// Days of one conversation as one; all of its days are the conversation as it was judged.
fn joined(mut parts: Vec<Part>) -> Option<Linted> {
    let mut linted = parts.last()?.whole.clone();
    let mut findings: Vec<Finding> =
        parts.iter_mut().flat_map(|part| std::mem::take(&mut part.findings)).collect();
    findings.sort_by_key(|finding| finding.message_index);
    linted.findings = findings;
    let messages = parts.iter().map(|part| part.messages).sum();
    if linted.messages == messages {
        return Some(linted);
    }
    linted.messages = messages;
    linted.agents = Vec::new();
    for (agent, messages) in parts.iter().flat_map(|part| &part.agents) {
        super::judged::add_agent(&mut linted.agents, agent.as_ref(), *messages);
    }
    if !parts.iter().any(|part| part.last) {
        linted.dialogue = Summary::default();
        linted.evasion_score = None;
        linted.not_evaluable = Vec::new();
    }
    Some(linted)
}
