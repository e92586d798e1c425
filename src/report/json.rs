//! The findings contract: one object a finding (`jsonl`), or the whole report as one object (`json`).

use std::io::{self, Write};

use serde::Serialize;

use super::{AgentLine, ConversationLine, Head, Report, risk::PRIOR_CONVERSATIONS};
use crate::{
    finding::Finding,
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
    agents: Vec<AgentLine>,
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
pub fn whole(report: &Report, head: &Head, out: &mut dyn Write) -> io::Result<()> {
    let whole = Whole {
        tool: "kefulint",
        head,
        read: &report.stats,
        complete: report.is_complete(),
        problems: &report.problems,
        conversations_without_agent: report.without_agent,
        not_evaluable: &report.not_evaluable,
        prior_conversations: PRIOR_CONVERSATIONS,
        agents: report.ranking(head.min_conversations),
        conversations: &report.conversations,
        findings: &report.findings,
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    out.write_all(b"\n")
}
