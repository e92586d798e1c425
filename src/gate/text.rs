//! What a gate says, in Chinese: each limit with what was measured, and the worst examples of those that do not hold.

use std::io::{self, Write};

use super::{Check, Outcome};
use crate::{finding::Finding, report::UNNAMED};

impl Outcome<'_> {
    /// Writes it.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let failed = self.checks.iter().filter(|check| !check.passed).count();
        let verdict = match (self.complete, failed) {
            (false, 0) => "门禁无法判定：有内容未能读取".to_owned(),
            (false, failed) => format!("门禁无法判定：有内容未能读取；已读部分有 {failed} 项不符"),
            (true, 0) => format!("门禁通过：{} 项均符合", self.checks.len()),
            (true, failed) => format!("门禁未通过：{} 项中 {failed} 项不符", self.checks.len()),
        };
        writeln!(out, "{verdict}")?;
        if self.unread > 0.0 {
            writeln!(out, "未读比例 {:.2}%", 100.0 * self.unread)?;
        }
        if self.suppressed > 0 {
            writeln!(out, "基线已知或已复核的发现 {} 条，不计入", self.suppressed)?;
        }
        if self.preview > 0 {
            writeln!(out, "试行规则的发现 {} 条，不计入（--preview 可计入）", self.preview)?;
        }
        writeln!(out)?;
        self.checks.iter().try_for_each(|check| check.write(out))
    }
}

impl Check<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { title, limit, measured, by, .. } = self;
        let mark = if self.passed { "✓" } else { "✗" };
        let by = if self.passed { String::new() } else { format!("，相差 {}", number(*by)) };
        let detail = if self.detail.is_empty() { String::new() } else { format!("；{}", self.detail) };
        let (limit, measured) = (number(*limit), number(*measured));
        let line = match self.threshold {
            "max" => format!("{title} 至多 {limit} 条：{measured} 条"),
            "max_rate" => format!("{title} 每百会话至多 {limit} 条：下限 {measured}"),
            "max_risk" => format!("坐席风险至多 {limit}：{title} 下限 {measured}"),
            name => format!("{title} 的 {} 至少 {limit}：{measured}", name.trim_start_matches("min_")),
        };
        writeln!(out, "{mark} {line}{by}{detail}")?;
        self.examples.iter().try_for_each(|finding| write_finding(finding, out))
    }
}

/// A finding in two lines.
pub fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Finding { severity, rule, title, quote, .. } = finding;
    writeln!(out, "    【{}】{rule} {title}：“{quote}”", severity.title())?;
    writeln!(
        out,
        "      坐席 {} · 会话 {} 第 {} 条 · {}:{} · 编号 {}",
        finding.agent_id.as_deref().unwrap_or(UNNAMED),
        finding.conversation_id,
        finding.message_index + 1,
        finding.source.file,
        finding.source.line,
        finding.fingerprint
    )
}

/// Counts without decimals, other figures with three.
fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.3}") }
}
