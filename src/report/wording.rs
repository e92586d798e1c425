//! How reports say things: the same words in every format.

use super::digest::Suppressed;
use crate::{
    finding::{Absence, Citation, Finding, Span, SuppressionKind, SuppressionStatus},
    law::{
        Consequence,
        remedy::{Exposure, PossiblePenalty},
    },
    transcript::Role,
};

/// The heading of what may follow.
pub(super) const EXPOSURE: &str = "可能涉及的后果（只是提示，须由人核实；责任由单位承担）";

/// What the risk is, under every table of agents.
pub(super) const RISK: &str = "风险 = 每百个会话的加权疑似问题数，向团队均值收缩";

/// One character for who speaks.
pub(super) const fn speaker(role: Role) -> &'static str {
    match role {
        Role::Customer => "客",
        Role::Agent => "服",
        Role::Bot => "机",
        Role::System => "系",
    }
}

/// The same in full.
pub(super) const fn speaker_in_full(role: Role) -> &'static str {
    match role {
        Role::Customer => "顾客",
        Role::Agent => "客服",
        Role::Bot => "机器人",
        Role::System => "系统",
    }
}

/// A text before, in and after a span of its characters; all of it before where the span does not lie within.
pub(super) fn split(text: &str, span: Span) -> [&str; 3] {
    let byte = |at: u32| text.char_indices().map(|(byte, _)| byte).chain([text.len()]).nth(at as usize);
    match (byte(span.start), byte(span.end)) {
        (Some(start), Some(end)) if start <= end => [&text[..start], &text[start..end], &text[end..]],
        _ => [text, "", ""],
    }
}

/// The minute of the message, as its export states it.
pub(super) fn time(finding: &Finding) -> String {
    finding.time.map_or_else(|| "时间不详".to_owned(), |time| time.civil().strftime("%F %H:%M").to_string())
}

/// Where and for what was looked in vain; the wordings themselves only where there is one.
pub(super) fn absence(absence: &Absence) -> String {
    let sought = match &*absence.wordings {
        [only] if only.starts_with('/') => "未见规则所列的句式".to_owned(),
        [only] => format!("未见{only}"),
        many => format!("未见 {} 种说法中的任何一种", many.len()),
    };
    format!("{}，{sought}", examined(absence))
}

/// The messages that were looked at: 查看了第 1–3、6 条（共 4 条）
pub(super) fn examined(absence: &Absence) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &index in &absence.messages {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == index => *last = index,
            _ => runs.push((index, index)),
        }
    }
    if runs.is_empty() {
        return "范围内没有消息".to_owned();
    }
    let run = |&(first, last): &(u32, u32)| {
        if first == last { format!("{}", first + 1) } else { format!("{}–{}", first + 1, last + 1) }
    };
    let runs: Vec<String> = runs.iter().map(run).collect();
    format!("查看了第 {} 条（共 {} 条）", runs.join("、"), absence.messages.len())
}

/// What was set aside; nothing where nothing was.
pub(super) fn set_aside(suppressed: Suppressed) -> Option<String> {
    let parts = [("基线已知", suppressed.baseline), ("复核决定", suppressed.decision)];
    let parts: Vec<String> =
        parts.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{name} {n} 条")).collect();
    (!parts.is_empty()).then(|| format!("另有不计入的发现：{}", parts.join("，")))
}

/// What a baseline or a reviewer says of a finding; empty where they say nothing.
pub(super) fn standing(finding: &Finding) -> String {
    let Some(suppression) = &finding.suppressed else { return String::new() };
    let word = match (suppression.kind, suppression.status) {
        (SuppressionKind::Baseline, _) => "基线已知",
        (_, SuppressionStatus::Accepted) => "已复核，不计入",
        (_, SuppressionStatus::UnderReview) => "申诉中",
        (_, SuppressionStatus::Rejected) => "复核确认",
    };
    let author = suppression.author.as_ref().map_or_else(String::new, |author| format!(" {author}"));
    let reason = &suppression.reason;
    let reason = if reason.is_empty() { String::new() } else { format!("：{reason}") };
    format!("{word}（{}{author}）{reason}", suppression.date)
}

/// What may follow in at most three lines, without articles and conditions; nothing where nothing may.
pub(super) fn exposure_in_short(exposure: &Exposure) -> Vec<String> {
    let joined = |parts: Vec<String>| (!parts.is_empty()).then(|| parts.join("、"));
    let consequences = exposure.consequences.iter().map(|line| (line.consequence.title(), line.findings));
    let consequences = consequences.map(|(title, findings)| format!("{title}（{findings}条）")).collect();
    let practices = exposure.practices.iter().map(|line| {
        let title = line.title.split_once('：').map_or(&*line.title, |(_, title)| title);
        format!("{title}（{}条）", line.findings)
    });
    let consequences = joined(consequences).map(|text| format!("可能涉及{text}"));
    let practices = joined(practices.collect()).map(|text| format!("可能的补偿，各有条件：{text}"));
    consequences.into_iter().chain(practices).chain(exposure.penalty.iter().map(penalty)).collect()
}

fn penalty(line: &PossiblePenalty) -> String {
    format!("{}；{}条发现逐条计共{}分（{}）", line.title, line.findings, line.points, line.source)
}

/// What may follow, a line each; nothing where nothing may.
pub(super) fn exposure(exposure: &Exposure) -> Vec<String> {
    let laws = |citations: &[Citation]| by_law(&citations.iter().collect::<Vec<_>>());
    let consequences = exposure
        .consequences
        .iter()
        .map(|line| format!("{}（{}条发现）：{}", line.title, line.findings, laws(&line.citations)));
    let practices = exposure.practices.iter().map(|line| {
        let laws = laws(&line.citations);
        let laws = if laws.is_empty() { laws } else { format!("；{laws}") };
        format!("{}（{}条发现）：{}{laws}", line.title, line.findings, line.condition.trim_end_matches('。'))
    });
    consequences.chain(practices).chain(exposure.penalty.iter().map(penalty)).collect()
}

/// The articles as a reader would cite them: the consequences after the duties, those of one law together.
pub(super) fn citations(statutes: &[Citation], assumed_date: bool) -> String {
    if statutes.is_empty() {
        return "该日没有收录对应条文".to_owned();
    }
    let (duties, consequences): (Vec<_>, Vec<_>) =
        statutes.iter().partition(|citation| citation.consequence == Consequence::None);
    let mut text = by_law(&duties);
    if !consequences.is_empty() {
        text.push_str(if text.is_empty() { "可能涉及" } else { "；可能涉及" });
        text.push_str(&by_law(&consequences));
    }
    if assumed_date {
        text.push_str("（消息无日期，按报告日适用）");
    }
    text
}

/// 《消费者权益保护法》第十四条、第二十七条，《民法典》第一千零二十四条
fn by_law(citations: &[&Citation]) -> String {
    let mut laws: Vec<(&str, Vec<&str>)> = Vec::new();
    for citation in citations {
        let law = short(&citation.law);
        match laws.iter_mut().find(|(known, _)| *known == law) {
            Some((_, articles)) => articles.push(&citation.article),
            None => laws.push((law, vec![&citation.article])),
        }
    }
    laws.iter()
        .map(|(law, articles)| format!("《{}》{}", inner_marks(law), articles.join("、")))
        .collect::<Vec<_>>()
        .join("，")
}

pub(super) fn short(law: &str) -> &str {
    law.strip_prefix("中华人民共和国").unwrap_or(law)
}

/// A title within a title stands in single marks.
fn inner_marks(law: &str) -> String {
    law.replace('《', "〈").replace('》', "〉")
}
