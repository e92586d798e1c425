//! `kefulint rules --stats`: how right each rule is, from the decisions of reviewers.

use std::{io::Write, path::Path};

use anyhow::Context;
use kefulint::{
    config::Config,
    decision::{Decisions, Record, records},
    lexicon::Lexicon,
    report::digest,
};

use super::{Global, input::folder_of, memory::decisions_path};

pub(crate) fn write(
    typed: Option<&Path>,
    config: &Config,
    global: &Global,
    lexicon: &Lexicon,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let path = decisions_path(typed, config, global, &folder_of(""))
        .context("no decisions are known; give --decisions, or make some with `kefulint decide`")?;
    let decisions = Decisions::load(&path)?;
    let rules = digest::cards(lexicon);
    config.review.check(&rules).map_err(anyhow::Error::msg)?;
    let records = records(&decisions, &rules, &config.review.precision);
    writeln!(out, "规则      确认   误报   接受   申诉  精确率（95% 区间）   目标")?;
    for record in &records {
        let Record { rule, confirmed, accepted, false_alarms, appeals, .. } = record;
        let precision = record.precision.map_or_else(
            || "—".to_owned(),
            |share| format!("{:.2}（{:.2}–{:.2}）", share.mean, share.low, share.high),
        );
        let target = record.target.map_or_else(|| "—".to_owned(), |target| format!("{target:.2}"));
        let demoted = if record.falls_short() { "  低于目标，按试行规则处理" } else { "" };
        writeln!(
            out,
            "{rule:7} {confirmed:6} {false_alarms:6} {accepted:6} {appeals:6}  {precision:18}  {target}{demoted}"
        )?;
    }
    let nameless = decisions.entries().filter(|entry| entry.decision.rule.is_none()).count();
    if nameless > 0 {
        writeln!(out, "另有 {nameless} 条决定没有写明规则（rule），未计入")?;
    }
    Ok(())
}
