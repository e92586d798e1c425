//! The report as a workbook: 概览, 坐席, 发现, 规则, 法条, 未读记录.
//!
//! Every text is written as text, so a message that begins with `=` is no formula. The same report gives the same bytes: the
//! workbook's date is the report's.

use std::io::{self, Write};

use rust_xlsxwriter::{
    Chart, ChartType, Color, ConditionalFormatDataBar, ConditionalFormatText, ConditionalFormatTextRule,
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::{
    Charge,
    cells::{Cell, FINDING},
    digest::Digest,
    group::Groups,
    risk::PRIOR_CONVERSATIONS,
    wording,
};
use crate::finding::{Family, Severity};

/// What a sheet can hold below its heading.
const MOST_ROWS: usize = 1_048_575;
/// What a cell can hold, in UTF-16 units.
const MOST_TEXT: usize = 32_767;

/// The colours of the severities, from mild to worst: ground and text, each pair with a contrast over 4.5.
const COLOURS: [(u32, u32); 4] = [
    (0x00E8_EBEF, 0x0038_404A),
    (0x00FF_EFC7, 0x006B_4300),
    (0x00FF_DDCC, 0x008A_2A05),
    (0x00FF_D0D6, 0x008A_0E22),
];

/// Writes the workbook.
pub fn write(digest: &Digest<'_>, out: &mut dyn Write) -> io::Result<()> {
    let bytes = workbook(digest).map_err(io::Error::other)?;
    out.write_all(&bytes)
}

fn workbook(digest: &Digest<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let day = digest.head.date;
    let created = ExcelDateTime::from_ymd(
        day.year().unsigned_abs(),
        day.month().unsigned_abs(),
        day.day().unsigned_abs(),
    )?;
    workbook
        .set_properties(&DocProperties::new().set_title("客服会话合规报告").set_creation_datetime(&created));
    summary(workbook.add_worksheet(), digest)?;
    agents(workbook.add_worksheet(), digest)?;
    if let Some(all) = &digest.groups {
        groups(workbook.add_worksheet(), all)?;
    }
    findings(workbook.add_worksheet(), digest)?;
    rules(workbook.add_worksheet(), digest)?;
    statutes(workbook.add_worksheet(), digest)?;
    unread(workbook.add_worksheet(), digest)?;
    workbook.save_to_buffer()
}

/// A sheet that is filled row by row under a frozen heading.
struct Table<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    columns: u16,
}

impl<'a> Table<'a> {
    fn new(sheet: &'a mut Worksheet, name: &str, columns: &[(&str, u16)]) -> Result<Self, XlsxError> {
        sheet.set_name(name)?;
        let bold = Format::new().set_bold().set_background_color(Color::RGB(0x00E3_EFFB));
        for (at, (title, width)) in (0..).zip(columns) {
            sheet.set_column_width(at, f64::from(*width))?;
            sheet.write_string_with_format(0, at, *title, &bold)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(Self { sheet, row: 0, columns: columns.len() as u16 })
    }

    fn push(&mut self, cells: impl IntoIterator<Item = Cell>) -> Result<(), XlsxError> {
        self.row += 1;
        for (at, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) => self.sheet.write_string(self.row, at, fitting(&text))?,
                Cell::Number(number) => self.sheet.write_number(self.row, at, number as f64)?,
                Cell::Decimal(number) => {
                    self.sheet.write_number(self.row, at, (number * 10.0).round() / 10.0)?
                }
            };
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), XlsxError> {
        self.sheet.autofilter(0, 0, self.row.max(1), self.columns - 1)?;
        Ok(())
    }

    /// Colours the column where the severities stand.
    fn colour_severities(&mut self, column: u16) -> Result<(), XlsxError> {
        for (severity, (ground, text)) in Severity::ALL.into_iter().zip(COLOURS) {
            let format =
                Format::new().set_background_color(Color::RGB(ground)).set_font_color(Color::RGB(text));
            // 特别严重 holds 严重: a cell is compared from its beginning.
            let rule = ConditionalFormatTextRule::BeginsWith(severity.title().to_owned());
            let condition = ConditionalFormatText::new().set_rule(rule).set_format(format);
            self.sheet.add_conditional_format(1, column, self.row.max(1), column, &condition)?;
        }
        Ok(())
    }

    fn bars(&mut self, column: u16) -> Result<(), XlsxError> {
        let bar =
            ConditionalFormatDataBar::new().set_fill_color(Color::RGB(0x00F2_A38C)).set_solid_fill(true);
        self.sheet.add_conditional_format(1, column, self.row.max(1), column, &bar)?;
        Ok(())
    }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn count(number: usize) -> Cell {
    Cell::Number(number as u64)
}

fn fitting(text: &str) -> String {
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units < MOST_TEXT
    };
    text.chars().take_while(fits).collect()
}

fn summary(sheet: &mut Worksheet, digest: &Digest<'_>) -> Result<(), XlsxError> {
    let (report, head) = (digest.report, digest.head);
    let mut table = Table::new(sheet, "概览", &[("项目", 22), ("数值", 14), ("说明", 90)])?;
    let charged = Charge::ALL.map(|charge| digest.charged(charge));
    let stats = &report.stats;
    let state =
        if report.is_complete() { "全部读取" } else { "未能全部读取，见“未读记录”" };
    table.push([text("报告日"), text(head.date.to_string()), text(format!("kefulint {}", head.version))])?;
    table.push([text("会话"), count(report.conversations.len()), text("")])?;
    table.push([text("消息"), Cell::Number(digest.messages()), text("")])?;
    table.push([text("坐席"), count(digest.agents.len()), text("")])?;
    table.push([text("疑似问题"), count(charged[0]), text("坐席的疑似问题，计入风险")])?;
    table.push([text("日志明文"), count(charged[1]), text("导出里未遮盖的个人信息，不计入坐席")])?;
    table.push([text("顾客辱骂"), count(charged[2]), text("顾客对客服的辱骂或威胁，不计入坐席")])?;
    table.push([
        text("文件"),
        Cell::Number(stats.files),
        text(format!("失败 {}；{state}", stats.files_failed)),
    ])?;
    let records = format!("失败 {}，跳过 {}", stats.records_failed, stats.records_skipped);
    table.push([text("记录"), Cell::Number(stats.records), text(records)])?;
    table.push([text("规则"), count(head.rules), text("")])?;
    if let Some(set_aside) = wording::set_aside(digest.suppressed) {
        let number = digest.suppressed.baseline + digest.suppressed.decision;
        table.push([text("不计入"), count(number), text(set_aside)])?;
    }
    let first = table.row + 1;
    for (family, total) in Family::ALL.into_iter().zip(digest.family_totals()) {
        table.push([text(family.title()), Cell::Number(total), text("疑似问题，按类别")])?;
    }
    let last = table.row;
    for (severity, total) in Severity::ALL.into_iter().zip(digest.severity_totals()) {
        let weight = format!("疑似问题，按严重程度；权重 {}", severity.weight());
        table.push([text(severity.title()), Cell::Number(total), text(weight)])?;
    }
    let prior = format!("{}；先验相当于 {PRIOR_CONVERSATIONS} 个会话", wording::RISK);
    table.push([text("团队平均风险"), Cell::Decimal(digest.team_mean()), text(prior)])?;
    for line in wording::exposure(&digest.exposure) {
        table.push([text("可能涉及的后果"), text(""), text(line)])?;
    }
    table.push([text("说明"), text(""), text("本报告只提示疑似问题，须由人核实，不是法律意见。")])?;
    if report.findings.len() > MOST_ROWS {
        let left =
            format!("工作表只容 {MOST_ROWS} 行，其余 {} 条发现未列出", report.findings.len() - MOST_ROWS);
        table.push([text("未列出"), count(report.findings.len() - MOST_ROWS), text(left)])?;
    }
    sheet.set_column_format(2, &Format::new().set_text_wrap().set_align(FormatAlign::Top))?;
    let mut chart = Chart::new(ChartType::Bar);
    chart.add_series().set_categories(("概览", first, 0, last, 0)).set_values(("概览", first, 1, last, 1));
    chart.title().set_name("疑似问题，按类别");
    chart.legend().set_hidden();
    sheet.insert_chart(1, 4, &chart)?;
    Ok(())
}

fn agents(sheet: &mut Worksheet, digest: &Digest<'_>) -> Result<(), XlsxError> {
    let mut columns = vec![
        ("坐席", 16),
        ("风险", 10),
        ("区间下限", 10),
        ("区间上限", 10),
        ("可比较", 8),
        ("会话", 8),
        ("消息", 8),
    ];
    columns.extend(Family::ALL.map(|family| (family.title(), 14)));
    columns.extend(Severity::ALL.map(|severity| (severity.title(), 10)));
    columns.extend([
        ("日志明文", 10),
        ("受辱", 8),
        ("提问", 8),
        ("已答", 8),
        ("延后", 8),
        ("未答", 8),
        ("可能的后果", 80),
    ]);
    let mut table = Table::new(sheet, "坐席", &columns)?;
    for line in &digest.agents {
        let tally = &line.tally;
        let mut row = vec![
            text(line.name()),
            Cell::Decimal(line.risk.mean),
            Cell::Decimal(line.risk.low),
            Cell::Decimal(line.risk.high),
            comparable(line.too_few),
        ];
        let counts =
            [tally.conversations, tally.messages].into_iter().chain(tally.families).chain(tally.severities);
        let load = [
            tally.exposures,
            tally.abuse_borne,
            tally.questions,
            tally.answered,
            tally.deferred,
            tally.evaded,
        ];
        row.extend(counts.chain(load).map(Cell::Number));
        row.push(text(wording::exposure_in_short(&line.exposure).join("；")));
        table.push(row)?;
    }
    table.bars(1)?;
    table.finish()
}

fn groups(sheet: &mut Worksheet, groups: &Groups) -> Result<(), XlsxError> {
    let mut columns = vec![
        (groups.by.title(), 20),
        ("风险", 10),
        ("区间下限", 10),
        ("区间上限", 10),
        ("可比较", 8),
        ("会话", 8),
    ];
    columns.extend(Family::ALL.map(|family| (family.title(), 14)));
    columns.extend(Severity::ALL.map(|severity| (severity.title(), 10)));
    let mut table = Table::new(sheet, "分组", &columns)?;
    for line in &groups.lines {
        let mut row = vec![
            text(&*line.group),
            Cell::Decimal(line.risk.mean),
            Cell::Decimal(line.risk.low),
            Cell::Decimal(line.risk.high),
            comparable(line.too_few),
            Cell::Number(line.conversations),
        ];
        row.extend(line.families.into_iter().chain(line.severities).map(Cell::Number));
        table.push(row)?;
    }
    table.bars(1)?;
    table.finish()
}

fn comparable(too_few: bool) -> Cell {
    text(if too_few { "会话太少" } else { "是" })
}

fn findings(sheet: &mut Worksheet, digest: &Digest<'_>) -> Result<(), XlsxError> {
    let columns = FINDING.each_ref().map(|column| (column.title, column.width));
    let mut table = Table::new(sheet, "发现", &columns)?;
    for finding in digest.report.findings.iter().take(MOST_ROWS) {
        table.push(FINDING.iter().map(|column| (column.of)(finding)))?;
    }
    table.colour_severities(1)?;
    table.finish()
}

fn rules(sheet: &mut Worksheet, digest: &Digest<'_>) -> Result<(), XlsxError> {
    let columns = [("规则", 12), ("严重程度", 10), ("类别", 14), ("名称", 40), ("义务", 40), ("发现", 8)];
    let mut table = Table::new(sheet, "规则", &columns)?;
    for line in &digest.rules {
        let card = &line.card;
        table.push([
            text(&*line.rule),
            text(card.severity.title()),
            text(card.family.title()),
            text(&*card.title),
            text(card.duties.join("、")),
            Cell::Number(line.findings),
        ])?;
    }
    table.colour_severities(1)?;
    table.bars(5)?;
    table.finish()
}

fn statutes(sheet: &mut Worksheet, digest: &Digest<'_>) -> Result<(), XlsxError> {
    let columns = [
        ("法条编号", 22),
        ("法律", 40),
        ("条", 16),
        ("要旨", 80),
        ("后果", 10),
        ("施行自", 12),
        ("施行至", 12),
        ("发现", 8),
    ];
    let mut table = Table::new(sheet, "法条", &columns)?;
    for line in &digest.statutes {
        let citation = &line.citation;
        let day = |day: Option<jiff::civil::Date>| text(day.map_or_else(String::new, |day| day.to_string()));
        table.push([
            text(&*citation.id),
            text(&*citation.law),
            text(&*citation.article),
            text(&*citation.gist),
            text(citation.consequence.title()),
            day(line.from),
            day(line.to),
            Cell::Number(line.findings),
        ])?;
    }
    table.finish()
}

fn unread(sheet: &mut Worksheet, digest: &Digest<'_>) -> Result<(), XlsxError> {
    let mut table = Table::new(sheet, "未读记录", &[("文件", 50), ("行", 10), ("原因", 100)])?;
    for problem in digest.report.problems.iter().take(MOST_ROWS) {
        let line = problem.line.map_or_else(|| text(""), Cell::Number);
        table.push([text(&*problem.file), line, text(&*problem.reason)])?;
    }
    table.finish()
}
