//! The report: a fold over judged conversations whose parts merge in any order, and its renderers.
//!
//! The fold counts in whole numbers, so that merging is exact; rates and intervals are worked out once, at the end.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    dialogue::Summary,
    finding::{Family, Finding, Severity},
    rule::{Linted, NearMiss},
    transcript::{Moment, Problem, ReadStats},
};

mod cells;
pub mod ci;
pub mod compare;
pub mod csv;
pub mod digest;
pub mod excel;
pub mod group;
pub mod html;
pub mod json;
pub mod markdown;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod risk;
pub mod sheet;
pub mod template;
pub mod terminal;
mod wording;

/// What stands for an agent whom the export does not name.
pub const UNNAMED: &str = "（未署名）";

/// What a finding is put down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    /// The agent: these make up the risk.
    Agent,
    /// The log, in which personal data stands readable.
    Log,
    /// The customer, who insults or threatens the agent.
    Customer,
}

impl Charge {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Agent, Self::Log, Self::Customer];

    /// The one of a finding.
    pub fn of(finding: &Finding) -> Self {
        match (finding.family, &*finding.kind) {
            (Family::Abuse, "customer") => Self::Customer,
            _ if finding.is_hygiene() => Self::Log,
            _ => Self::Agent,
        }
    }
}

/// Counts of one agent. All whole numbers: two tallies merge by addition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Conversations in which the agent spoke.
    pub conversations: u64,
    /// The agent's messages.
    pub messages: u64,
    /// The agent's own breaches by family, in the order of [`Family::ALL`].
    pub families: [u64; 5],
    /// The same by severity, in the order of [`Severity::ALL`].
    pub severities: [u64; 4],
    /// Messages in which personal data stands unmasked: the log's hygiene, not the agent's breach.
    pub exposures: u64,
    /// Insults and threats borne from customers.
    pub abuse_borne: u64,
    /// Questions and requests of the customers.
    pub questions: u64,
    /// Of them answered.
    pub answered: u64,
    /// Of them put off to a stated time.
    pub deferred: u64,
    /// Of them evaded or dropped.
    pub evaded: u64,
}

impl Tally {
    /// The agent's own breaches.
    pub fn findings(&self) -> u64 {
        self.families.iter().sum()
    }

    /// Breaches weighted by severity.
    pub fn weight(&self) -> f64 {
        Severity::ALL
            .iter()
            .zip(self.severities)
            .map(|(severity, count)| severity.weight() * count as f64)
            .sum()
    }

    /// Adds what another part of the data says of the same agent.
    pub fn merge(&mut self, other: &Self) {
        let add = |a: &mut [u64], b: &[u64]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        add(&mut self.families, &other.families);
        add(&mut self.severities, &other.severities);
        self.conversations += other.conversations;
        self.messages += other.messages;
        self.exposures += other.exposures;
        self.abuse_borne += other.abuse_borne;
        self.questions += other.questions;
        self.answered += other.answered;
        self.deferred += other.deferred;
        self.evaded += other.evaded;
    }

    /// Counts one finding.
    pub(crate) fn count(&mut self, finding: &Finding) {
        match Charge::of(finding) {
            Charge::Customer => self.abuse_borne += 1,
            Charge::Log => self.exposures += 1,
            Charge::Agent => {
                self.families[finding.family as usize] += 1;
                self.severities[finding.severity as usize] += 1;
            }
        }
    }
}

/// One conversation in a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConversationLine {
    /// The id.
    pub conversation_id: Arc<str>,
    /// The agents who spoke.
    pub agents: Vec<Option<Arc<str>>>,
    /// Its messages.
    pub messages: u64,
    /// The channel, shop or queue, if the export says so.
    #[serde(default)]
    pub channel: Option<Arc<str>>,
    /// When its first dated message was written.
    #[serde(default)]
    pub started: Option<Moment>,
    /// The trade told from its words.
    pub trade: Option<Arc<str>>,
    /// Findings in it that are not set aside.
    pub findings: u64,
    /// What became of the customer's questions.
    pub dialogue: Summary,
    /// Share of the questions that were evaded, 0 to 1.
    pub evasion_score: Option<f64>,
}

/// All that a report says.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// By agent; `None` for messages of agents whom the export does not name.
    pub agents: BTreeMap<Option<Arc<str>>, Tally>,
    /// In order of reading.
    pub conversations: Vec<ConversationLine>,
    /// In order of conversation and message.
    pub findings: Vec<Finding>,
    /// What nearly fired, by conversation, where it was asked for.
    pub near_misses: Vec<(Arc<str>, NearMiss)>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What was read.
    pub stats: ReadStats,
    /// Rules that could not be evaluated, with the number of conversations.
    pub not_evaluable: BTreeMap<Arc<str>, u64>,
    /// Conversations in which no agent spoke.
    pub without_agent: u64,
}

/// Two reports that cannot be added: they judge the same conversation, or two of the same id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "conversation {id} and {more} more stand in both reports and would count twice; scan all files at once instead"
)]
pub struct SharedConversation {
    /// The first of them.
    pub id: Arc<str>,
    /// How many besides.
    pub more: usize,
}

/// What a report says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// The program's version.
    pub version: &'static str,
    /// The day of the report, as the caller says.
    pub date: Date,
    /// Number of rules.
    pub rules: usize,
    /// Conversations below which an agent's risk is greyed out.
    pub min_conversations: u64,
}

impl Report {
    /// Adds a judged conversation.
    pub fn add(&mut self, linted: Linted) {
        let key = |finding: &Finding| finding.agent_id.clone();
        for (agent, messages) in &linted.agents {
            let tally = self.agents.entry(agent.clone()).or_default();
            tally.conversations += 1;
            tally.messages += messages;
        }
        for finding in linted.findings.iter().filter(|finding| !finding.is_suppressed()) {
            self.agents.entry(key(finding)).or_default().count(finding);
        }
        // A conversation's questions are put down to whoever served most of it.
        if let Some((agent, _)) = linted.agents.iter().max_by_key(|(_, messages)| *messages) {
            let tally = self.agents.entry(agent.clone()).or_default();
            tally.questions += linted.dialogue.items as u64;
            tally.answered += linted.dialogue.answered as u64;
            tally.deferred += linted.dialogue.deferred as u64;
            tally.evaded += linted.dialogue.evaded as u64;
        }
        self.without_agent += u64::from(linted.agents.is_empty());
        for rule in linted.not_evaluable {
            *self.not_evaluable.entry(rule).or_default() += 1;
        }
        let id = &linted.conversation_id;
        self.near_misses.extend(linted.near_misses.into_iter().map(|near| (id.clone(), near)));
        self.conversations.push(ConversationLine {
            conversation_id: linted.conversation_id,
            agents: linted.agents.into_iter().map(|(agent, _)| agent).collect(),
            messages: linted.messages,
            channel: linted.channel,
            started: linted.started,
            trade: linted.trade,
            findings: linted.findings.iter().filter(|finding| !finding.is_suppressed()).count() as u64,
            dialogue: linted.dialogue,
            evasion_score: linted.evasion_score,
        });
        self.findings.extend(linted.findings);
    }

    /// Adds the report of another part of the data: the sum is the report of both parts read at once.
    pub fn merge(&mut self, other: Self) -> Result<(), SharedConversation> {
        let known: HashSet<&str> = self.conversations.iter().map(|line| &*line.conversation_id).collect();
        let mut shared = other.conversations.iter().filter(|line| known.contains(&*line.conversation_id));
        if let Some(first) = shared.next() {
            return Err(SharedConversation { id: first.conversation_id.clone(), more: shared.count() });
        }
        for (agent, tally) in other.agents {
            self.agents.entry(agent).or_default().merge(&tally);
        }
        for (rule, conversations) in other.not_evaluable {
            *self.not_evaluable.entry(rule).or_default() += conversations;
        }
        self.conversations.extend(other.conversations);
        self.findings.extend(other.findings);
        self.near_misses.extend(other.near_misses);
        // As the reader orders conversations; within one, the order stays.
        self.conversations.sort_by(|a, b| a.conversation_id.cmp(&b.conversation_id));
        self.findings.sort_by(|a, b| a.conversation_id.cmp(&b.conversation_id));
        self.near_misses.sort_by(|a, b| a.0.cmp(&b.0));
        self.problems.extend(other.problems);
        self.stats.merge(&other.stats);
        self.without_agent += other.without_agent;
        Ok(())
    }

    /// The findings that count: those that were set aside are left out.
    pub fn active(&self) -> impl Iterator<Item = &Finding> + Clone {
        self.findings.iter().filter(|finding| !finding.is_suppressed())
    }

    /// The findings that count, from worst to mildest; the log's hygiene last, and of equals in reading order.
    pub fn worst(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.active().collect();
        findings.sort_by_key(|finding| (finding.is_hygiene(), std::cmp::Reverse(finding.severity)));
        findings
    }

    /// Whether everything could be read.
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty()
    }
}
