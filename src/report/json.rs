//! The findings contract: one object a finding (`jsonl`), or the whole report as one object (`json`), which can be read back
//! to be merged or printed in another format.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    ConversationLine, Head, Report, Tally,
    digest::{AgentLine, Digest, Period, RuleCards, RuleLine, StatuteLine, Suppressed},
    group::Groups,
    risk::PRIOR_CONVERSATIONS,
};
use crate::{
    finding::Finding,
    law::remedy::Exposure,
    transcript::{Problem, ReadStats},
};

/// What a whole report is, for everything that reads one.
#[derive(Serialize)]
pub(super) struct Whole<'a> {
    tool: &'static str,
    #[serde(flatten)]
    head: &'a Head,
    read: &'a ReadStats,
    complete: bool,
    problems: &'a [Problem],
    conversations_without_agent: u64,
    not_evaluable: &'a BTreeMap<Arc<str>, u64>,
    prior_conversations: f64,
    suppressed: Suppressed,
    exposure: &'a Exposure,
    agents: &'a [AgentLine],
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<&'a Groups>,
    trend: Vec<Period>,
    by_rule: &'a [RuleLine],
    by_statute: &'a [StatuteLine],
    conversations: &'a [ConversationLine],
    findings: &'a [Finding],
}

/// One line a finding, in order of conversation and message.
pub fn lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        serde_json::to_writer(&mut *out, finding)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The whole report.
pub fn whole(digest: &Digest<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(digest))?;
    out.write_all(b"\n")
}

pub(super) fn document<'a>(digest: &'a Digest<'_>) -> Whole<'a> {
    let Digest { report, head, .. } = digest;
    Whole {
        tool: "kefulint",
        head,
        read: &report.stats,
        complete: report.is_complete(),
        problems: &report.problems,
        conversations_without_agent: report.without_agent,
        not_evaluable: &report.not_evaluable,
        prior_conversations: PRIOR_CONVERSATIONS,
        suppressed: digest.suppressed,
        exposure: &digest.exposure,
        agents: &digest.agents,
        groups: digest.groups.as_ref(),
        trend: digest.trend(),
        by_rule: &digest.rules,
        by_statute: &digest.statutes,
        conversations: &report.conversations,
        findings: &report.findings,
    }
}

/// A report read back.
#[derive(Debug)]
pub struct Saved {
    /// The version that wrote it.
    pub version: String,
    /// Its day.
    pub date: Date,
    /// Its counts and findings; near misses are not kept.
    pub report: Report,
    /// The rules that it was judged by.
    pub rules: RuleCards,
}

#[derive(Deserialize)]
struct SavedDoc {
    version: String,
    date: Date,
    read: ReadStats,
    problems: Vec<Problem>,
    conversations_without_agent: u64,
    not_evaluable: BTreeMap<Arc<str>, u64>,
    agents: Vec<SavedAgent>,
    by_rule: Vec<RuleLine>,
    conversations: Vec<ConversationLine>,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct SavedAgent {
    agent_id: Option<Arc<str>>,
    #[serde(flatten)]
    tally: Tally,
}

/// Reads what [`whole`] wrote.
pub fn read(text: &str) -> Result<Saved, serde_json::Error> {
    let doc: SavedDoc = serde_json::from_str(text)?;
    Ok(Saved {
        version: doc.version,
        date: doc.date,
        report: Report {
            agents: doc.agents.into_iter().map(|agent| (agent.agent_id, agent.tally)).collect(),
            conversations: doc.conversations,
            findings: doc.findings,
            near_misses: Vec::new(),
            problems: doc.problems,
            stats: doc.read,
            not_evaluable: doc.not_evaluable,
            without_agent: doc.conversations_without_agent,
        },
        rules: doc.by_rule.into_iter().map(|line| (line.rule, line.card)).collect(),
    })
}
