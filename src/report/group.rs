//! Who does how well, by agent, team, channel, trade or hour: rates with intervals, shrunk towards the rate of all.
//!
//! A conversation belongs to the channel, the trade and the hour of its beginning, and so do the findings in it. With agents
//! and teams it counts once for each that spoke in it, and a finding for the one to whom it is put down.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use serde::Serialize;

use super::{Charge, ConversationLine, Head, Report, Tally, UNNAMED, risk};
use crate::{config::Teams, finding::Finding};

/// What conversations are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupBy {
    /// Who served.
    Agent,
    /// The teams of `[report.teams]`.
    Team,
    /// The channel, shop or queue.
    Channel,
    /// The trade told from the words.
    Trade,
    /// The hour of the day in which the conversation began.
    Hour,
}

impl GroupBy {
    /// The name in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Agent => "坐席",
            Self::Team => "团队",
            Self::Channel => "渠道",
            Self::Trade => "行业",
            Self::Hour => "时段",
        }
    }

    /// What stands for those of whom it is not known.
    const fn unknown(self) -> &'static str {
        match self {
            Self::Agent => UNNAMED,
            Self::Team => "（未分组）",
            Self::Channel => "（未注明渠道）",
            Self::Trade => "（未能判断行业）",
            Self::Hour => "（时间不详）",
        }
    }

    /// Whether the agent decides and not the conversation.
    const fn is_by_agent(self) -> bool {
        matches!(self, Self::Agent | Self::Team)
    }
}

/// A group with its counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupLine {
    /// The agent, team, channel, trade or hour.
    pub group: Arc<str>,
    /// Conversations in it.
    pub conversations: u64,
    /// The agents' own findings.
    pub findings: u64,
    /// The same by family.
    pub families: [u64; 5],
    /// The same by severity.
    pub severities: [u64; 4],
    /// Weighted by severity, per 100 conversations, shrunk towards all.
    pub risk: risk::Risk,
    /// Whether there are too few conversations to compare by.
    pub too_few: bool,
}

/// All groups of a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Groups {
    /// What they are.
    pub by: GroupBy,
    /// The riskiest first; hours in their order.
    pub lines: Vec<GroupLine>,
}

/// Puts the conversations of a report into groups.
pub fn groups(report: &Report, head: &Head, by: GroupBy, teams: &Teams) -> Groups {
    let tallies = tallies(report, by, teams);
    let all = risk::Team::new(tallies.values());
    let mut lines: Vec<GroupLine> = tallies
        .into_iter()
        .map(|(group, tally)| GroupLine {
            group,
            conversations: tally.conversations,
            findings: tally.findings(),
            families: tally.families,
            severities: tally.severities,
            risk: all.risk(&tally),
            too_few: tally.conversations < head.min_conversations,
        })
        .collect();
    if by != GroupBy::Hour {
        lines.sort_by(|a, b| b.risk.mean.total_cmp(&a.risk.mean));
    }
    Groups { by, lines }
}

/// The counts of each group, in order of name.
pub(super) fn tallies(report: &Report, by: GroupBy, teams: &Teams) -> BTreeMap<Arc<str>, Tally> {
    let team_of: HashMap<&str, Arc<str>> =
        teams.iter().flat_map(|(team, agents)| agents.iter().map(|agent| (&**agent, team.clone()))).collect();
    let of_agent = |agent: Option<&Arc<str>>| match (by, agent) {
        (GroupBy::Agent, Some(agent)) => agent.clone(),
        (_, Some(agent)) => team_of.get(&**agent).cloned().unwrap_or_else(|| by.unknown().into()),
        (_, None) => by.unknown().into(),
    };
    let mut tallies: BTreeMap<Arc<str>, Tally> = BTreeMap::new();
    let mut places: HashMap<&str, Arc<str>> = HashMap::new();
    for line in &report.conversations {
        let groups: BTreeSet<Arc<str>> = if by.is_by_agent() {
            line.agents.iter().map(|agent| of_agent(agent.as_ref())).collect()
        } else {
            let group = of_conversation(line, by);
            places.insert(&line.conversation_id, group.clone());
            BTreeSet::from([group])
        };
        for group in groups {
            let tally = tallies.entry(group).or_default();
            tally.conversations += 1;
            tally.messages += line.messages;
        }
    }
    let of_finding = |finding: &Finding| match places.get(&*finding.conversation_id) {
        Some(group) => group.clone(),
        None => of_agent(finding.agent_id.as_ref()),
    };
    for finding in report.active().filter(|finding| Charge::of(finding) == Charge::Agent) {
        tallies.entry(of_finding(finding)).or_default().count(finding);
    }
    tallies
}

fn of_conversation(line: &ConversationLine, by: GroupBy) -> Arc<str> {
    let hour = || line.started.map(|started| format!("{:02} 时", started.civil().hour()).into());
    let known = match by {
        GroupBy::Channel => line.channel.clone(),
        GroupBy::Trade => line.trade.clone(),
        _ => hour(),
    };
    known.unwrap_or_else(|| by.unknown().into())
}
