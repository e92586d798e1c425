//! What every format prints, worked out once from the counts: ranks, tables by rule and by article, and what may follow.
//!
//! Formats render this and work out nothing themselves, so that they cannot disagree.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Charge, ConversationLine, Head, Report, Tally,
    group::{self, GroupBy, Groups},
    risk,
};
use crate::{
    config::Teams,
    finding::{Citation, Family, Severity, SuppressionKind},
    law::{
        Registry,
        remedy::{Case, Exposure, Platform, exposure},
    },
    lexicon::{Lexicon, schema::RuleDoc},
    transcript::Moment,
};

/// A rule as a report knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCard {
    /// The family of its findings.
    pub family: Family,
    /// Their kind.
    pub kind: Arc<str>,
    /// How bad they are.
    pub severity: Severity,
    /// Its title.
    pub title: Arc<str>,
    /// The duties that it names.
    pub duties: Vec<Arc<str>>,
}

/// The rules by id.
pub type RuleCards = BTreeMap<Arc<str>, RuleCard>;

/// The cards of a lexicon.
pub fn cards(lexicon: &Lexicon) -> RuleCards {
    let card = |doc: &RuleDoc| RuleCard {
        family: doc.family,
        kind: doc.kind.as_str().into(),
        severity: doc.severity,
        title: doc.title.as_str().into(),
        duties: doc.duty.iter().map(|duty| duty.as_str().into()).collect(),
    };
    lexicon.rules.iter().map(|rule| (rule.id().into(), card(&rule.doc))).collect()
}

/// What a report is worked out with besides its counts.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The law.
    pub registry: &'a Registry,
    /// The platform's own rule.
    pub platform: &'a Platform,
    /// The rules.
    pub rules: &'a RuleCards,
}

/// An agent with the risk worked out.
#[derive(Clone, Debug, Serialize)]
pub struct AgentLine {
    /// The agent, if the export names one.
    pub agent_id: Option<Arc<str>>,
    /// The counts.
    #[serde(flatten)]
    pub tally: Tally,
    /// Breaches weighted by severity, per 100 conversations, shrunk towards the team.
    pub risk: risk::Risk,
    /// Whether there are too few conversations to compare by.
    pub too_few: bool,
    /// What may follow from the agent's own findings; it falls on the employer.
    pub exposure: Exposure,
}

impl AgentLine {
    /// The agent for print.
    pub fn name(&self) -> &str {
        self.agent_id.as_deref().unwrap_or(super::UNNAMED)
    }
}

/// A rule with the number of its findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleLine {
    /// The id.
    pub rule: Arc<str>,
    /// What it is.
    #[serde(flatten)]
    pub card: RuleCard,
    /// Findings that it heads; those that another rule of its kind heads on the same message are not counted.
    pub findings: u64,
}

/// An article with the number of findings that cite it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatuteLine {
    /// The article.
    #[serde(flatten)]
    pub citation: Citation,
    /// First day in force, where the registry at hand knows the article.
    pub from: Option<Date>,
    /// Last day in force.
    pub to: Option<Date>,
    /// Findings that cite it.
    pub findings: u64,
}

/// The conversations that began on a day, in a month or in a year.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Period {
    /// 2026-03-02, 2026-03 or 2026.
    pub label: String,
    /// How many they are.
    pub conversations: u64,
    /// The agents' own findings in them, by family.
    pub families: [u64; 5],
    /// Findings per 100 conversations, with interval; none without conversations.
    pub rate: Option<risk::Risk>,
}

impl Period {
    /// Of all families.
    pub fn total(&self) -> u64 {
        self.families.iter().sum()
    }
}

/// A conversation with much to look at.
#[derive(Clone, Debug, Serialize)]
pub struct WorstConversation<'a> {
    /// The conversation.
    #[serde(flatten)]
    pub line: &'a ConversationLine,
    /// The agents' own findings in it.
    pub own: u64,
    /// The same weighted by severity.
    pub weight: f64,
}

/// Findings that were set aside: they stay in the output and count for nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Suppressed {
    /// The baseline knows them.
    pub baseline: usize,
    /// A reviewer's decision.
    pub decision: usize,
}

/// A report, worked out.
#[derive(Debug)]
pub struct Digest<'a> {
    /// The counts and findings.
    pub report: &'a Report,
    /// What the report says of itself.
    pub head: &'a Head,
    /// The riskiest first; of equals in order of name.
    pub agents: Vec<AgentLine>,
    /// By id, those without findings too.
    pub rules: Vec<RuleLine>,
    /// Those of more findings first; those that only findings cite that were set aside stand with none.
    pub statutes: Vec<StatuteLine>,
    /// What may follow from all findings but those about customers.
    pub exposure: Exposure,
    /// The same figures by group, where they were asked for.
    pub groups: Option<Groups>,
    /// What was set aside.
    pub suppressed: Suppressed,
}

impl<'a> Digest<'a> {
    /// Works a report out.
    pub fn new(report: &'a Report, head: &'a Head, ground: Ground<'_>) -> Self {
        let mut exposures = exposures(report, head, ground);
        let team = risk::Team::new(report.agents.values());
        let mut agents: Vec<AgentLine> = report
            .agents
            .iter()
            .map(|(agent, tally)| AgentLine {
                agent_id: agent.clone(),
                risk: team.risk(tally),
                too_few: tally.conversations < head.min_conversations,
                exposure: exposures.agents.remove(agent).unwrap_or_default(),
                tally: tally.clone(),
            })
            .collect();
        agents.sort_by(|a, b| b.risk.mean.total_cmp(&a.risk.mean).then_with(|| a.agent_id.cmp(&b.agent_id)));
        Self {
            report,
            head,
            agents,
            rules: rules(report, ground.rules),
            statutes: statutes(report, ground.registry),
            exposure: exposures.whole,
            groups: None,
            suppressed: suppressed(report),
        }
    }

    /// Adds the figures by group.
    #[must_use]
    pub fn grouped(self, by: GroupBy, teams: &Teams) -> Self {
        Self { groups: Some(group::groups(self.report, self.head, by, teams)), ..self }
    }

    /// Findings put down to that.
    pub fn charged(&self, charge: Charge) -> usize {
        self.report.active().filter(|finding| Charge::of(finding) == charge).count()
    }

    /// The agents' own findings by family.
    pub fn family_totals(&self) -> [u64; 5] {
        Family::ALL.map(|family| self.agents.iter().map(|line| line.tally.families[family as usize]).sum())
    }

    /// The same by severity.
    pub fn severity_totals(&self) -> [u64; 4] {
        let count = |severity: Severity| move |line: &AgentLine| line.tally.severities[severity as usize];
        Severity::ALL.map(|severity| self.agents.iter().map(count(severity)).sum())
    }

    /// Weighted breaches per 100 conversations of all agents together.
    pub fn team_mean(&self) -> f64 {
        let conversations: u64 = self.agents.iter().map(|line| line.tally.conversations).sum();
        let weight: f64 = self.agents.iter().map(|line| line.tally.weight()).sum();
        if conversations == 0 { 0.0 } else { 100.0 * weight / conversations as f64 }
    }

    /// The dated conversations by the day of their beginning; by month or year where there would be too many days to draw.
    pub fn trend(&self) -> Vec<Period> {
        let started = |line: &'a ConversationLine| Some((&*line.conversation_id, line.started?.day()));
        let days: HashMap<&str, Date> = self.report.conversations.iter().filter_map(started).collect();
        let (Some(&first), Some(&last)) = (days.values().min(), days.values().max()) else {
            return Vec::new();
        };
        let (format, step, start) = match (last - first).get_days() {
            ..62 => ("%F", jiff::Span::new().days(1), first),
            62..1096 => ("%Y-%m", jiff::Span::new().months(1), first.first_of_month()),
            _ => ("%Y", jiff::Span::new().years(1), first.first_of_year()),
        };
        let label = |day: Date| day.strftime(format).to_string();
        let mut periods: BTreeMap<String, (u64, [u64; 5])> =
            start.series(step).take_while(|day| *day <= last).map(|day| (label(day), (0, [0; 5]))).collect();
        for &day in days.values() {
            periods.entry(label(day)).or_default().0 += 1;
        }
        for finding in self.report.active().filter(|finding| Charge::of(finding) == Charge::Agent) {
            if let Some(&day) = days.get(&*finding.conversation_id) {
                periods.entry(label(day)).or_default().1[finding.family as usize] += 1;
            }
        }
        let period = |(label, (conversations, families)): (String, (u64, [u64; 5]))| Period {
            rate: risk::rate(families.iter().sum(), conversations),
            label,
            conversations,
            families,
        };
        periods.into_iter().map(period).collect()
    }

    /// Those whose own findings weigh most; of equals in reading order.
    pub fn worst_conversations(&self, at_most: usize) -> Vec<WorstConversation<'a>> {
        let mut weights: HashMap<&str, (u64, f64)> = HashMap::new();
        for finding in self.report.active().filter(|finding| Charge::of(finding) == Charge::Agent) {
            let (own, weight) = weights.entry(&finding.conversation_id).or_default();
            *own += 1;
            *weight += finding.severity.weight();
        }
        let weighed = |line: &'a ConversationLine| {
            let &(own, weight) = weights.get(&*line.conversation_id)?;
            Some(WorstConversation { line, own, weight })
        };
        let mut worst: Vec<_> = self.report.conversations.iter().filter_map(weighed).collect();
        worst.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        worst.truncate(at_most);
        worst
    }

    /// Messages in all conversations.
    pub fn messages(&self) -> u64 {
        self.report.conversations.iter().map(|line| line.messages).sum()
    }
}

fn suppressed(report: &Report) -> Suppressed {
    let mut suppressed = Suppressed::default();
    let set_aside = report.findings.iter().filter(|finding| finding.is_suppressed());
    for suppression in set_aside.filter_map(|finding| finding.suppressed.as_ref()) {
        match suppression.kind {
            SuppressionKind::Baseline => suppressed.baseline += 1,
            SuppressionKind::Decision => suppressed.decision += 1,
        }
    }
    suppressed
}

fn rules(report: &Report, cards: &RuleCards) -> Vec<RuleLine> {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for finding in report.active() {
        *counts.entry(&finding.rule).or_default() += 1;
    }
    cards
        .iter()
        .map(|(rule, card)| RuleLine {
            rule: rule.clone(),
            card: card.clone(),
            findings: counts.get(&**rule).copied().unwrap_or(0),
        })
        .collect()
}

fn statutes(report: &Report, registry: &Registry) -> Vec<StatuteLine> {
    let mut counts: BTreeMap<&str, (&Citation, u64)> = BTreeMap::new();
    for finding in &report.findings {
        for citation in &finding.statutes {
            counts.entry(&citation.id).or_insert((citation, 0)).1 += u64::from(!finding.is_suppressed());
        }
    }
    let mut lines: Vec<StatuteLine> = counts
        .into_values()
        .map(|(citation, findings)| {
            let statute = registry.statute(&citation.id);
            // A finding's gist may carry the condition of its own duty, which does not hold for all of them.
            let gist = statute.map_or(&citation.gist, |statute| &statute.gist).clone();
            StatuteLine {
                citation: Citation { gist, ..citation.clone() },
                from: statute.map(|statute| statute.in_force_from),
                to: statute.and_then(|statute| statute.in_force_to),
                findings,
            }
        })
        .collect();
    lines.sort_by_key(|line| Reverse(line.findings));
    lines
}

struct Exposures {
    whole: Exposure,
    agents: HashMap<Option<Arc<str>>, Exposure>,
}

/// What may follow for each agent and for all. Breaches by customers bring nothing upon the shop; the log's hygiene is put
/// down to no agent.
fn exposures(report: &Report, head: &Head, ground: Ground<'_>) -> Exposures {
    let duties: HashMap<&str, Vec<&str>> = ground
        .rules
        .iter()
        .map(|(rule, card)| (&**rule, card.duties.iter().map(|duty| &**duty).collect()))
        .collect();
    let trades: HashMap<&str, Option<&str>> =
        report.conversations.iter().map(|line| (&*line.conversation_id, line.trade.as_deref())).collect();
    let (mut whole, mut agents) = (Vec::new(), HashMap::<_, Vec<_>>::new());
    for finding in report.active() {
        let case = Case {
            citations: &finding.statutes,
            duties: duties.get(&*finding.rule).map(Vec::as_slice).unwrap_or_default(),
            kind: &finding.kind,
            day: finding.time.map_or(head.date, Moment::day),
            trade: trades.get(&*finding.conversation_id).copied().flatten(),
            severe: finding.severity == Severity::Critical,
        };
        match Charge::of(finding) {
            Charge::Agent => {
                whole.push(case);
                agents.entry(finding.agent_id.clone()).or_default().push(case);
            }
            Charge::Log => whole.push(case),
            Charge::Customer => {}
        }
    }
    let expose = |cases: &[Case<'_>]| exposure(ground.registry, ground.platform, cases);
    Exposures {
        whole: expose(&whole),
        agents: agents.into_iter().map(|(agent, cases)| (agent, expose(&cases))).collect(),
    }
}
