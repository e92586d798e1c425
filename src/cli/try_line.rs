//! `kefulint try`: one line typed in, and what becomes of it.

use std::io::Write;

use kefulint::{
    lexicon::{
        example,
        schema::{ExampleDoc, Speaker},
    },
    rule::Options,
    transcript::Role,
};

use super::{Global, Status};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// One message, or several lines that begin with 客: 服: 机: 系:
    #[arg(required = true)]
    lines: Vec<String>,

    /// Who says a single message
    #[arg(long, value_name = "ROLE", default_value = "agent", value_parser = ["agent", "customer"])]
    role: String,

    /// The trade of the conversation, in place of what its words tell
    #[arg(long, value_name = "TRADE")]
    trade: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let options = Options { default_day: super::today(), trade: args.trade.clone(), ..Options::default() };
    let linter = global.linter(&global.config(None)?, options)?;
    let chat = args.lines.len() > 1 || example::parse_line(&args.lines[0]).is_ok();
    let example =
        if chat { ExampleDoc::Chat(args.lines.clone()) } else { ExampleDoc::Message(args.lines[0].clone()) };
    let speaker = if args.role == "customer" { Speaker::Customer } else { Speaker::Agent };
    let conversation = example::conversation(&example, speaker).map_err(anyhow::Error::msg)?;
    let linted = linter.lint(&conversation);
    if let Some(trade) = &linted.trade {
        writeln!(out, "行业：{trade}")?;
    }
    for finding in &linted.findings {
        let also: Vec<&str> = finding.also.iter().map(AsRef::as_ref).collect();
        let also = if also.is_empty() { String::new() } else { format!("（同类 {}）", also.join("、")) };
        let who = if finding.role == Role::Customer { "客" } else { "服" };
        writeln!(
            out,
            "命中 {} {}.{} {}{also} 可信度{}",
            finding.rule,
            finding.family.as_str(),
            finding.kind,
            finding.severity.title(),
            finding.confidence.title()
        )?;
        writeln!(out, "     第 {} 条 {who}：{}", finding.message_index + 1, finding.why)?;
    }
    if linted.findings.is_empty() {
        writeln!(out, "没有命中。")?;
    }
    for near in linter.near_misses(&conversation) {
        writeln!(out, "未计 {} {}：“{}” {}", near.rule, near.condition, near.quote, near.reason)?;
    }
    Ok(Status::Done)
}
