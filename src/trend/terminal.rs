//! The weeks for the screen, in Chinese: a line of blocks each, and what is worth a look.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::{Line, RECENT, Trend};
use crate::report::UNNAMED;

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Writes the page; of the agents the first `top`.
pub fn terminal(trend: &Trend, top: usize, out: &mut dyn Write) -> io::Result<()> {
    let (Some(first), Some(last)) = (trend.weeks.first(), trend.weeks.last()) else {
        return writeln!(out, "没有可比较的周。");
    };
    writeln!(
        out,
        "风险走势：{first} 起至 {last} 的一周，共 {} 周（每格一周，空格为无会话）",
        trend.weeks.len()
    )?;
    let shown = &trend.agents[..trend.agents.len().min(top)];
    let name = |line: &Line| line.agent.as_deref().unwrap_or(UNNAMED).to_owned();
    let width = shown.iter().map(|line| name(line).width()).max().unwrap_or(0).max("全体".width());
    let highest = shown.iter().chain([&trend.team]).flat_map(|line| line.points.iter().flatten());
    let highest = highest.map(|point| point.risk.mean).fold(0.0, f64::max);
    row("全体", width, &trend.team, highest, out)?;
    for line in shown {
        row(&name(line), width, line, highest, out)?;
    }
    if shown.len() < trend.agents.len() {
        writeln!(out, "……另有 {} 人", trend.agents.len() - shown.len())?;
    }
    writeln!(out, "风险 = 每百个会话的加权疑似问题数，末列为最近一周及其 95 % 区间")?;
    worth_a_look(trend, out)
}

fn row(name: &str, width: usize, line: &Line, highest: f64, out: &mut dyn Write) -> io::Result<()> {
    let pad = " ".repeat(width - name.width());
    let bars: String =
        line.points.iter().map(|point| point.as_ref().map_or(' ', |p| block(p.risk.mean, highest))).collect();
    write!(out, "{name}{pad} {bars}")?;
    if let Some(point) = line.points.last().and_then(Option::as_ref) {
        let risk = point.risk;
        write!(out, " {:.1}（{:.1}–{:.1}）", risk.mean, risk.low, risk.high)?;
    }
    writeln!(out)
}

fn block(value: f64, highest: f64) -> char {
    let share = if highest > 0.0 { value / highest } else { 0.0 };
    let height = BLOCKS.iter().enumerate().rev().find(|(at, _)| share * 8.0 >= *at as f64);
    height.map_or(BLOCKS[0], |(_, block)| *block)
}

fn worth_a_look(trend: &Trend, out: &mut dyn Write) -> io::Result<()> {
    let mut remarks = remarks(trend);
    if remarks.is_empty() {
        remarks.push("没有发现持续的变化。".to_owned());
    }
    writeln!(out, "\n值得一看（只是提示，须由人核实）")?;
    remarks.iter().try_for_each(|remark| writeln!(out, "· {remark}"))
}

/// What is worth a look, a sentence each.
pub(super) fn remarks(trend: &Trend) -> Vec<String> {
    let mut remarks = Vec::new();
    let lines = std::iter::once(("全体", &trend.team))
        .chain(trend.agents.iter().map(|line| (line.agent.as_deref().unwrap_or(UNNAMED), line)));
    for (name, line) in lines {
        for shift in &line.shifts {
            let way = if shift.rose { "上升" } else { "下降" };
            remarks.push(format!(
                "{name}：自 {} 一周起疑似问题会话持续{way}，预期 {:.1} 个，实际 {} 个",
                shift.since, shift.expected, shift.counted
            ));
        }
    }
    for line in trend.agents.iter().filter(|line| line.new) {
        let name = line.agent.as_deref().unwrap_or(UNNAMED);
        let conversations: u64 = line.points.iter().flatten().map(|point| point.tally.conversations).sum();
        remarks.push(format!("{name}：最近 {RECENT} 周新出现的坐席，{conversations} 个会话"));
    }
    for rise in &trend.rises {
        remarks.push(format!(
            "规则 {} {}：最近 {RECENT} 周 {} 条，按此前的比例预期 {:.1} 条",
            rise.rule, rise.title, rise.recent, rise.expected
        ));
    }
    let errors: u64 = trend.errors.iter().sum();
    if errors > 0 {
        remarks.push(format!("{errors} 条记录未能读取；`kefulint store report` 列出"));
    }
    remarks
}
