//! The report's summary as Markdown, for a ticket or a merge request; findings beyond the worst stay with the other formats.

use std::io::{self, Write};

use super::{
    Charge,
    digest::{AgentLine, Digest},
    wording,
};
use crate::finding::{Family, Finding};

/// Writes the summary with so many findings.
pub fn write(digest: &Digest<'_>, findings: usize, out: &mut dyn Write) -> io::Result<()> {
    let (report, head) = (digest.report, digest.head);
    let [own, log, customer] = Charge::ALL.map(|charge| digest.charged(charge));
    writeln!(out, "# 客服会话合规报告 {}\n", head.date)?;
    writeln!(
        out,
        "会话 {}，消息 {}，坐席 {}，规则 {}；疑似问题 {own}，日志明文 {log}，顾客辱骂 {customer}\n",
        report.conversations.len(),
        digest.messages(),
        digest.agents.len(),
        head.rules
    )?;
    let stats = &report.stats;
    let state = if report.is_complete() { "全部读取" } else { "**未能全部读取**" };
    writeln!(
        out,
        "{state}：文件 {}（失败 {}），记录 {}（失败 {}，跳过 {}）\n",
        stats.files, stats.files_failed, stats.records, stats.records_failed, stats.records_skipped
    )?;
    if let Some(set_aside) = wording::set_aside(digest.suppressed) {
        writeln!(out, "{set_aside}\n")?;
    }
    agents(digest, out)?;
    groups(digest, out)?;
    let lines = wording::exposure(&digest.exposure);
    if !lines.is_empty() {
        writeln!(out, "## {}\n", wording::EXPOSURE)?;
        lines.iter().try_for_each(|line| writeln!(out, "- {}", escaped(line)))?;
        writeln!(out)?;
    }
    let worst = report.worst();
    let shown = worst.len().min(findings);
    if shown > 0 {
        writeln!(out, "## 最需要查看的 {shown} 条（共 {} 条）\n", worst.len())?;
        worst[..shown].iter().try_for_each(|found| finding(found, out))?;
    }
    if !report.problems.is_empty() {
        writeln!(out, "## 未能读取（{}）\n", report.problems.len())?;
        for problem in &report.problems {
            let line = problem.line.map_or_else(String::new, |line| format!(":{line}"));
            writeln!(out, "- {}{line}: {}", escaped(&problem.file), escaped(&problem.reason))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "本报告只提示疑似问题，须由人核实，不是法律意见。")
}

fn agents(digest: &Digest<'_>, out: &mut dyn Write) -> io::Result<()> {
    if digest.agents.is_empty() {
        return Ok(());
    }
    let titles = Family::ALL.map(Family::title).join(" | ");
    writeln!(out, "## 坐席\n\n| 坐席 | 会话 | 消息 | {titles} | 风险（95% 区间） |")?;
    writeln!(out, "|---|{}", "--:|".repeat(3 + Family::ALL.len()))?;
    for line in &digest.agents {
        let AgentLine { tally, risk, .. } = line;
        let families = tally.families.map(|count| count.to_string()).join(" | ");
        let star = if line.too_few { " \\*" } else { "" };
        writeln!(
            out,
            "| {} | {} | {} | {families} | {:.1}（{:.0}–{:.0}）{star} |",
            escaped(line.name()),
            tally.conversations,
            tally.messages,
            risk.mean,
            risk.low,
            risk.high
        )?;
    }
    writeln!(out, "\n{}；\\* 会话太少，不宜比较。\n", wording::RISK)
}

fn groups(digest: &Digest<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(groups) = &digest.groups else { return Ok(()) };
    let titles = Family::ALL.map(Family::title).join(" | ");
    writeln!(out, "## 按{}\n\n| {0} | 会话 | {titles} | 风险（95% 区间） |", groups.by.title())?;
    writeln!(out, "|---|{}", "--:|".repeat(2 + Family::ALL.len()))?;
    for line in &groups.lines {
        let families = line.families.map(|count| count.to_string()).join(" | ");
        let star = if line.too_few { " \\*" } else { "" };
        let (group, risk) = (escaped(&line.group), line.risk);
        writeln!(
            out,
            "| {group} | {} | {families} | {:.1}（{:.0}–{:.0}）{star} |",
            line.conversations, risk.mean, risk.low, risk.high
        )?;
    }
    writeln!(out)
}

/// A finding with its context.
pub(super) fn finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "### 【{}】{} {}\n",
        finding.severity.title(),
        escaped(&finding.rule),
        escaped(&finding.title)
    )?;
    writeln!(
        out,
        "坐席 {} · 会话 {} 第 {} 条 · {}\n",
        escaped(finding.agent_id.as_deref().unwrap_or(super::UNNAMED)),
        escaped(&finding.conversation_id),
        finding.message_index + 1,
        wording::time(finding)
    )?;
    for line in &finding.context {
        let here = line.message_index == finding.message_index;
        let [before, quote, after] =
            if here { wording::split(&line.text, finding.span) } else { [&*line.text, "", ""] };
        let quote = if quote.is_empty() { String::new() } else { format!("〔{}〕", escaped(quote)) };
        writeln!(out, "> {}：{}{quote}{}  ", wording::speaker(line.role), escaped(before), escaped(after))?;
    }
    writeln!(out, "\n- 原因：{}", escaped(&finding.why))?;
    for absence in &finding.absences {
        writeln!(out, "- 未见：{}", escaped(&wording::absence(absence)))?;
    }
    writeln!(out, "- 依据：{}", escaped(&wording::citations(&finding.statutes, finding.assumed_date)))?;
    writeln!(out, "- 建议：{}", escaped(&finding.advice))?;
    if finding.suppressed.is_some() {
        writeln!(out, "- 复核：{}", escaped(&wording::standing(finding)))?;
    }
    writeln!(out)
}

/// Text that stays text in Markdown and in the HTML within it.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '&' => safe.push_str("&amp;"),
            '\n' | '\r' | '\t' => safe.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '>' | '!' => safe.extend(['\\', c]),
            c => safe.push(c),
        }
    }
    safe
}
