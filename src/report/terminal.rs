//! The report on the screen, in Chinese: a line an agent, then the worst findings with their context.
//!
//! Widths are counted in terminal cells, so that Chinese and Latin columns meet. Colours are optional and carry nothing
//! that the words do not say.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::{
    Charge, Report, UNNAMED,
    digest::{AgentLine, Digest},
    group::Groups,
    wording,
};
use crate::{
    finding::{Finding, Severity},
    law::remedy::Exposure,
};

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// How many findings are written out.
    pub findings: usize,
}

/// The families in two or three characters.
const FAMILIES: [&str; 5] = ["不文明", "答非", "误导", "隐私", "引导"];

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const MARK: Style = AnsiColor::Red.on_default().bold();

/// Writes the report.
pub fn write(digest: &Digest<'_>, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { screen, out };
    let report = digest.report;
    page.summary(digest)?;
    page.agents(&digest.agents)?;
    page.groups(digest.groups.as_ref())?;
    page.exposure(&digest.exposure)?;
    page.findings(report)?;
    page.near_misses(report)?;
    page.problems(report)
}

struct Page<'a> {
    screen: Screen,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn summary(&mut self, digest: &Digest<'_>) -> io::Result<()> {
        let Digest { report, head, .. } = digest;
        let messages = digest.messages();
        let [own, hygiene, borne] =
            [Charge::Agent, Charge::Log, Charge::Customer].map(|charge| digest.charged(charge));
        self.line(BOLD, &format!("客服会话合规报告  {}", head.date))?;
        self.line(
            PLAIN,
            &format!(
                "会话 {}，消息 {messages}，坐席 {}，规则 {}；疑似问题 {own}，日志明文 {hygiene}，顾客辱骂 {borne}",
                report.conversations.len(),
                report.agents.len(),
                head.rules
            ),
        )?;
        let stats = &report.stats;
        let (style, state) =
            if report.is_complete() { (PLAIN, "全部读取") } else { (MARK, "未能全部读取") };
        self.line(
            style,
            &format!(
                "{state}：文件 {}（失败 {}），记录 {}（失败 {}，跳过 {}）",
                stats.files, stats.files_failed, stats.records, stats.records_failed, stats.records_skipped
            ),
        )?;
        if let Some(set_aside) = wording::set_aside(digest.suppressed) {
            self.line(DIM, &set_aside)?;
        }
        if report.without_agent > 0 {
            self.line(DIM, &format!("没有客服消息的会话 {} 个", report.without_agent))?;
        }
        if !report.not_evaluable.is_empty() {
            let rules: Vec<String> =
                report.not_evaluable.iter().map(|(rule, n)| format!("{rule}（{n} 个会话）")).collect();
            self.wrapped(DIM, "缺少时间而无法判断的规则：", &rules.join("、"))?;
        }
        writeln!(self.out)
    }

    fn agents(&mut self, lines: &[AgentLine]) -> io::Result<()> {
        if lines.is_empty() {
            return self.line(DIM, "没有可评价的坐席。");
        }
        let name_width = lines.iter().map(|line| line.name().width()).max().unwrap_or(0).clamp(4, 24);
        // Wide screens have room for the log's hygiene and the load borne.
        let wide = self.screen.width >= 110;
        let mut header = pad("坐席", name_width);
        for title in ["会话", "消息"].into_iter().chain(FAMILIES) {
            header.push_str(&pad_left(title, 7));
        }
        if wide {
            for title in ["日志明文", "受辱", "提问", "未答"] {
                header.push_str(&pad_left(title, 9));
            }
        }
        header.push_str("  风险（95% 区间）");
        self.line(BOLD, &header)?;
        for line in lines {
            let tally = &line.tally;
            let mut row = pad(&shortened(line.name(), name_width), name_width);
            for count in [tally.conversations, tally.messages].into_iter().chain(tally.families) {
                row.push_str(&pad_left(&count.to_string(), 7));
            }
            if wide {
                for count in [tally.exposures, tally.abuse_borne, tally.questions, tally.evaded] {
                    row.push_str(&pad_left(&count.to_string(), 9));
                }
            }
            let risk = &line.risk;
            let star = if line.too_few { "*" } else { "" };
            let row = format!("{row}  {:.1}（{:.0}–{:.0}）{star}", risk.mean, risk.low, risk.high);
            self.line(if line.too_few { DIM } else { PLAIN }, &row)?;
        }
        self.wrapped(DIM, "", &format!("{}；* 会话太少，不宜比较。", wording::RISK))?;
        writeln!(self.out)
    }

    fn groups(&mut self, groups: Option<&Groups>) -> io::Result<()> {
        let Some(Groups { by, lines }) = groups else { return Ok(()) };
        let name_width = lines.iter().map(|line| line.group.width()).max().unwrap_or(0).clamp(4, 24);
        let mut header = pad(&format!("按{}", by.title()), name_width) + &pad_left("会话", 7);
        for title in FAMILIES {
            header.push_str(&pad_left(title, 7));
        }
        self.line(BOLD, &(header + "  风险（95% 区间）"))?;
        for line in lines {
            let mut row = pad(&shortened(&line.group, name_width), name_width);
            for count in [line.conversations].into_iter().chain(line.families) {
                row.push_str(&pad_left(&count.to_string(), 7));
            }
            let star = if line.too_few { "*" } else { "" };
            let risk = line.risk;
            let row = format!("{row}  {:.1}（{:.0}–{:.0}）{star}", risk.mean, risk.low, risk.high);
            self.line(if line.too_few { DIM } else { PLAIN }, &row)?;
        }
        writeln!(self.out)
    }

    fn exposure(&mut self, exposure: &Exposure) -> io::Result<()> {
        let lines = wording::exposure_in_short(exposure);
        if lines.is_empty() {
            return Ok(());
        }
        self.line(BOLD, wording::EXPOSURE)?;
        for line in lines {
            self.wrapped(PLAIN, "  ", &line)?;
        }
        writeln!(self.out)
    }

    fn findings(&mut self, report: &Report) -> io::Result<()> {
        let worst = report.worst();
        if worst.is_empty() {
            let nothing = match (report.conversations.is_empty(), report.findings.is_empty()) {
                (true, _) => "没有读到任何会话。",
                (false, true) => "没有发现疑似问题。",
                (false, false) => "没有计入的疑似问题。",
            };
            return self.line(BOLD, nothing);
        }
        let shown = worst.len().min(self.screen.findings);
        self.line(BOLD, &format!("最需要查看的 {shown} 条（共 {} 条）", worst.len()))?;
        for finding in &worst[..shown] {
            writeln!(self.out)?;
            self.finding(finding)?;
        }
        if shown < worst.len() {
            writeln!(self.out)?;
            self.line(DIM, "其余用 --top N 或 --format json 查看。")?;
        }
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let agent = finding.agent_id.as_deref().unwrap_or(UNNAMED);
        let style = match finding.severity {
            Severity::Critical | Severity::High => MARK,
            Severity::Medium => AnsiColor::Yellow.on_default(),
            Severity::Low => PLAIN,
        };
        let time = wording::time(finding);
        self.wrapped(
            style,
            "",
            &format!("【{}】{} {}", finding.severity.title(), finding.rule, finding.title),
        )?;
        self.wrapped(
            DIM,
            "  ",
            &format!(
                "坐席 {agent} · 会话 {} 第 {} 条 · {time}",
                finding.conversation_id,
                finding.message_index + 1
            ),
        )?;
        for line in &finding.context {
            let speaker = wording::speaker(line.role);
            let own = line.message_index == finding.message_index;
            let text = if own { Self::marked(&line.text, finding) } else { line.text.clone() };
            self.wrapped(PLAIN, &format!("  {speaker}："), &text)?;
        }
        self.wrapped(PLAIN, "  原因：", &finding.why)?;
        for absence in &finding.absences {
            self.wrapped(PLAIN, "  未见：", &wording::absence(absence))?;
        }
        self.wrapped(PLAIN, "  依据：", &wording::citations(&finding.statutes, finding.assumed_date))?;
        self.wrapped(PLAIN, "  建议：", &finding.advice)?;
        if finding.suppressed.is_some() {
            self.wrapped(PLAIN, "  复核：", &wording::standing(finding))?;
        }
        if !finding.trace.is_empty() {
            self.wrapped(DIM, "  可信度：", finding.confidence.title())?;
        }
        for trace in &finding.trace {
            let guards = if trace.guards.is_empty() {
                String::new()
            } else {
                format!("，已过 {}", trace.guards.join("、"))
            };
            let folded = if trace.folded == trace.original {
                String::new()
            } else {
                format!(" → “{}”", trace.folded)
            };
            let (start, end) = (trace.span.start, trace.span.end);
            let text = format!(
                "{} 成立：第 {} 条 {start}–{end} 字“{}”{folded}{guards}",
                trace.condition,
                trace.message_index + 1,
                trace.original
            );
            self.wrapped(DIM, "  条件：", &text)?;
        }
        Ok(())
    }

    fn near_misses(&mut self, report: &Report) -> io::Result<()> {
        if report.near_misses.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        self.line(BOLD, &format!("未计入的近似命中 {} 处", report.near_misses.len()))?;
        for (conversation, near) in &report.near_misses {
            let text = format!(
                "{conversation} 第 {} 条 {} {}：“{}” {}",
                near.message_index + 1,
                near.rule,
                near.condition,
                near.quote,
                near.reason
            );
            self.wrapped(DIM, "  ", &text)?;
        }
        Ok(())
    }

    /// The message with the part that fired in brackets, which survive a pipe where colours do not.
    fn marked(text: &str, finding: &Finding) -> String {
        match wording::split(text, finding.span) {
            [_, "", _] | ["", _, ""] => text.to_owned(),
            [before, quote, after] => format!("{before}〔{quote}〕{after}"),
        }
    }

    fn problems(&mut self, report: &Report) -> io::Result<()> {
        const SHOWN: usize = 10;
        if report.problems.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        self.line(MARK, &format!("未能读取 {} 处：", report.problems.len()))?;
        for problem in report.problems.iter().take(SHOWN) {
            let line = problem.line.map_or_else(String::new, |line| format!(":{line}"));
            self.wrapped(PLAIN, "  ", &format!("{}{line}: {}", problem.file, problem.reason))?;
        }
        if report.problems.len() > SHOWN {
            self.line(DIM, "  其余用 --rejects FILE 写出。")?;
        }
        Ok(())
    }

    fn wrapped(&mut self, style: Style, label: &str, text: &str) -> io::Result<()> {
        let indent = " ".repeat(label.width());
        let options = textwrap::Options::new(self.screen.width.max(40))
            .initial_indent(label)
            .subsequent_indent(&indent)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let text = text.replace(['\n', '\r', '\t'], " ");
        for line in textwrap::wrap(&text, options) {
            self.line(style, &line)?;
        }
        Ok(())
    }

    fn line(&mut self, style: Style, text: &str) -> io::Result<()> {
        let text = text.trim_end();
        if self.screen.color && style != PLAIN {
            writeln!(self.out, "{style}{text}{style:#}")
        } else {
            writeln!(self.out, "{text}")
        }
    }
}

fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if kept.width() + c.to_string().width() + 1 > width {
            break;
        }
        kept.push(c);
    }
    kept + "…"
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}
