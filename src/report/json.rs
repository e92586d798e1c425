//! The findings contract: one object a finding (`jsonl`), or the whole report as one object (`json`).

use std::io::{self, Write};

use serde::Serialize;

use super::{
    ConversationLine, Head, Report,
    digest::{AgentLine, Digest, RuleLine, StatuteLine},
    risk::PRIOR_CONVERSATIONS,
};
use crate::{
    finding::Finding,
    law::remedy::Exposure,
    transcript::{Problem, ReadStats},
};

#[derive(Serialize)]
struct Whole<'a> {
    tool: &'static str,
    #[serde(flatten)]
    head: &'a Head,
    read: &'a ReadStats,
    complete: bool,
    problems: &'a [Problem],
    conversations_without_agent: u64,
    not_evaluable: &'a std::collections::BTreeMap<std::sync::Arc<str>, u64>,
    prior_conversations: f64,
    exposure: &'a Exposure,
    agents: &'a [AgentLine],
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
    let Digest { report, head, .. } = digest;
    let whole = Whole {
        tool: "kefulint",
        head,
        read: &report.stats,
        complete: report.is_complete(),
        problems: &report.problems,
        conversations_without_agent: report.without_agent,
        not_evaluable: &report.not_evaluable,
        prior_conversations: PRIOR_CONVERSATIONS,
        exposure: &digest.exposure,
        agents: &digest.agents,
        by_rule: &digest.rules,
        by_statute: &digest.statutes,
        conversations: &report.conversations,
        findings: &report.findings,
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    out.write_all(b"\n")
}
