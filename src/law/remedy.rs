//! What may follow from findings: kinds of consequence, and the compensation practice that goes with them.
//!
//! Everything here is a possibility. A chat is a lead, not a proof; amounts are named only where the law or a platform's
//! rule names them, and always with their condition.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::{Consequence, Registry, registry::cite};
use crate::finding::Citation;

/// A practice or a kind of consequence shows at most so many articles.
const AT_MOST: usize = 4;

/// What one finding brings along.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What it cites.
    pub citations: &'a [Citation],
    /// The duties of its rule.
    pub duties: &'a [&'a str],
    /// Its kind, as in the labelling guideline.
    pub kind: &'a str,
    /// The day of the message, or the report's.
    pub day: Date,
    /// The trade of the conversation.
    pub trade: Option<&'a str>,
    /// Whether its severity is critical.
    pub severe: bool,
}

/// A kind of consequence that findings may lead to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PossibleConsequence {
    /// Civil, administrative or criminal.
    pub consequence: Consequence,
    /// For print: 可能涉及民事责任.
    pub title: String,
    /// From how many findings.
    pub findings: usize,
    /// The articles, those of more findings first.
    pub citations: Vec<Citation>,
}

/// A compensation practice that may go with findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PossiblePractice {
    /// For print: 可能的补偿：赔偿损失.
    pub title: String,
    /// Under which condition.
    pub condition: Arc<str>,
    /// From how many findings.
    pub findings: usize,
    /// The articles behind it.
    pub citations: Vec<Citation>,
}

/// Penalty points that the platform may take from the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PossiblePenalty {
    /// For print.
    pub title: String,
    /// Points, were each finding counted by itself.
    pub points: u32,
    /// From how many findings.
    pub findings: usize,
    /// Where the figures come from.
    pub source: Arc<str>,
}

/// What may follow from the findings of an agent, or of the whole report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exposure {
    /// Civil first, criminal last.
    pub consequences: Vec<PossibleConsequence>,
    /// In the registry's order.
    pub practices: Vec<PossiblePractice>,
    /// None where no finding is of a kind that the platform's rule names.
    pub penalty: Option<PossiblePenalty>,
}

/// What may follow from these findings.
pub fn exposure(registry: &Registry, platform: &Platform, cases: &[Case<'_>]) -> Exposure {
    let mut exposure = Exposure::default();
    for consequence in [Consequence::Civil, Consequence::Administrative, Consequence::Criminal] {
        let mut tally = Tally::default();
        for case in cases {
            tally.add(case.citations.iter().filter(|citation| citation.consequence == consequence).cloned());
        }
        if tally.findings > 0 {
            exposure.consequences.push(PossibleConsequence {
                consequence,
                title: format!("可能涉及{}", consequence.title()),
                findings: tally.findings,
                citations: tally.most_frequent(),
            });
        }
    }
    for practice in registry.practices() {
        let mut tally = Tally::default();
        for case in cases {
            let mut duties = case.duties.iter().filter_map(|name| registry.duty(name));
            if duties.any(|duty| duty.remedy.contains(&practice.key)) {
                let own = case.trade.and_then(|trade| practice.trades.get(trade)).into_iter().flatten();
                let held = own.chain(&practice.statutes).filter_map(|id| registry.statute(id));
                tally.add(held.filter(|s| s.in_force_on(case.day)).map(|s| cite(s, None)));
            }
        }
        if tally.findings > 0 {
            exposure.practices.push(PossiblePractice {
                title: format!("可能的补偿：{}", practice.title),
                condition: practice.condition.clone(),
                findings: tally.findings,
                citations: tally.most_frequent(),
            });
        }
    }
    exposure.penalty = platform.penalty(cases);
    exposure
}

/// Findings and the articles that they bring.
#[derive(Default)]
struct Tally {
    findings: usize,
    seen: BTreeMap<Arc<str>, Seen>,
}

struct Seen {
    count: usize,
    /// The foremost place in which a finding brought it.
    rank: usize,
    citation: Citation,
}

impl Tally {
    /// Counts a finding if it brings anything.
    fn add(&mut self, citations: impl Iterator<Item = Citation>) {
        let mut brought = false;
        for (rank, citation) in citations.enumerate() {
            brought = true;
            let seen = self.seen.entry(citation.id.clone()).or_insert(Seen { count: 0, rank, citation });
            seen.count += 1;
            seen.rank = seen.rank.min(rank);
        }
        self.findings += usize::from(brought);
    }

    /// The same whatever the order of the findings.
    fn most_frequent(self) -> Vec<Citation> {
        let mut seen: Vec<Seen> = self.seen.into_values().collect();
        seen.sort_by_key(|seen| (Reverse(seen.count), seen.rank));
        seen.into_iter().take(AT_MOST).map(|seen| seen.citation).collect()
    }
}

/// The `[platform]` table of kefulint.toml: a platform's own rule, which is no law.
///
/// The defaults are what source article 002 tells of an older Taobao rule; the present rule's text was not found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Platform {
    /// How the platform is called in reports.
    pub name: Arc<str>,
    /// Points for each harassment.
    pub harassment_points: u32,
    /// Points for each harassment that counts as severe.
    pub severe_points: u32,
    /// The kinds of finding that may count as harassment.
    pub kinds: Vec<Arc<str>>,
    /// Days after a completed trade in which a complaint may be filed.
    pub complaint_days: u16,
    /// Working days in which the shop has to reply to a complaint.
    pub reply_working_days: u16,
    /// Where these figures come from.
    pub source: Arc<str>,
}

impl Default for Platform {
    fn default() -> Self {
        Self {
            name: "淘宝".into(),
            harassment_points: 12,
            severe_points: 48,
            kinds: vec!["review_harassment".into(), "threat".into()],
            complaint_days: 15,
            reply_working_days: 4,
            source: "据来源文章002所述的旧版淘宝规则，未与现行规则核对，可在 [platform] 中修改".into(),
        }
    }
}

/// A day until which something has to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeLimit {
    /// What has to be done.
    pub what: String,
    /// The last day.
    pub until: Date,
    /// What the day rests on.
    pub source: Arc<str>,
}

impl Platform {
    fn penalty(&self, cases: &[Case<'_>]) -> Option<PossiblePenalty> {
        let harassment: Vec<&Case<'_>> =
            cases.iter().filter(|case| self.kinds.iter().any(|kind| **kind == *case.kind)).collect();
        let points = |case: &&Case<'_>| if case.severe { self.severe_points } else { self.harassment_points };
        (!harassment.is_empty()).then(|| PossiblePenalty {
            title: format!(
                "{}规则可能认定为恶意骚扰：每次扣{}分，情节严重的每次扣{}分",
                self.name, self.harassment_points, self.severe_points
            ),
            points: harassment.iter().map(points).sum(),
            findings: harassment.len(),
            source: self.source.clone(),
        })
    }

    /// The time limits that can be computed from the dates at hand. Public holidays are not known here, and say so.
    pub fn time_limits(
        &self,
        trade_completed: Option<Date>,
        complaint_filed: Option<Date>,
    ) -> Vec<TimeLimit> {
        let complain =
            trade_completed.and_then(|day| day.checked_add(jiff::Span::new().days(self.complaint_days)).ok());
        let complain = complain.map(|until| TimeLimit {
            what: format!("顾客可在交易完成后{}日内向{}投诉", self.complaint_days, self.name),
            until,
            source: self.source.clone(),
        });
        let reply = complaint_filed.and_then(|day| working_days_after(day, self.reply_working_days));
        let reply = reply.map(|until| TimeLimit {
            what: format!("商家应在{}个工作日内回应投诉（未计法定节假日和调休）", self.reply_working_days),
            until,
            source: self.source.clone(),
        });
        complain.into_iter().chain(reply).collect()
    }
}

/// Monday to Friday count.
fn working_days_after(day: Date, count: u16) -> Option<Date> {
    let works = |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let days = std::iter::successors(Some(day), |day| day.tomorrow().ok());
    days.skip(1).filter(works).take(count as usize).last()
}
