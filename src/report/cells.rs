//! Findings as rows of a table: the columns that CSV and the workbook share.

use super::wording;
use crate::finding::{Citation, Finding};

/// A cell. Ids are text even where they look like numbers, and numbers are numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(u64),
    Decimal(f64),
}

/// A column: its heading, its width in the workbook, and what stands in it.
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) width: u16,
    pub(super) of: fn(&Finding) -> Cell,
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

const fn column(title: &'static str, width: u16, of: fn(&Finding) -> Cell) -> Column {
    Column { title, width, of }
}

/// The columns of a finding.
pub(super) const FINDING: [Column; 21] = [
    column("编号", 26, |f| text(&*f.fingerprint)),
    column("严重程度", 10, |f| text(f.severity.title())),
    column("可信度", 8, |f| text(f.confidence.title())),
    column("类别", 14, |f| text(f.family.title())),
    column("规则", 10, |f| text(&*f.rule)),
    column("名称", 24, |f| text(&*f.title)),
    column("坐席", 12, |f| text(f.agent_id.as_deref().unwrap_or_default())),
    column("会话", 16, |f| text(&*f.conversation_id)),
    column("第几条", 8, |f| Cell::Number(u64::from(f.message_index) + 1)),
    column("时间", 17, |f| text(f.time.map_or_else(String::new, |_| wording::time(f)))),
    column("说话人", 8, |f| text(wording::speaker_in_full(f.role))),
    column("命中", 24, |f| text(&*f.quote)),
    column("消息", 50, |f| text(message(f))),
    column("原因", 50, |f| text(&*f.why)),
    column("未见", 40, |f| text(not_said(f))),
    column("依据", 50, |f| text(wording::citations(&f.statutes, f.assumed_date))),
    column("法条编号", 30, |f| text(ids(&f.statutes))),
    column("建议", 40, |f| text(&*f.advice)),
    column("文件", 30, |f| text(&*f.source.file)),
    column("行", 8, |f| Cell::Number(f.source.line)),
    column("复核", 30, |f| text(wording::standing(f))),
];

pub(super) fn message(finding: &Finding) -> &str {
    let own = finding.context.iter().find(|line| line.message_index == finding.message_index);
    own.map_or("", |line| &line.text)
}

/// What was looked for in vain.
pub(super) fn not_said(finding: &Finding) -> String {
    finding.absences.iter().map(wording::absence).collect::<Vec<_>>().join("；")
}

pub(super) fn ids(citations: &[Citation]) -> String {
    citations.iter().map(|citation| &*citation.id).collect::<Vec<_>>().join(" ")
}
