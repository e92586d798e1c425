//! The report as one HTML file that needs no network: tables drawn here, findings as data for the page's own script.
//!
//! A message may hold anything, `</script>` too: the template escapes what it prints, the data escape every `<`, and the
//! script only ever sets text, never markup.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
    sync::Arc,
};

use minijinja::{Environment, value::Serde};
use serde::Serialize;

use super::{
    Charge, Head, UNNAMED,
    digest::{Digest, Period, RuleLine, StatuteLine, WorstConversation},
    group::Groups,
    risk::{PRIOR_CONVERSATIONS, Risk},
    wording,
};
use crate::{
    finding::{Citation, Family, Finding, Severity},
    transcript::{Problem, ReadStats},
};

/// Conversations listed as the worst.
const WORST: usize = 10;

/// Writes the page.
pub fn write(digest: &Digest<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    environment.add_filter("law", |name: &str| wording::short(name).to_owned());
    environment.add_template("page.html", include_str!("page.html")).map_err(io::Error::other)?;
    let page = environment.get_template("page.html").map_err(io::Error::other)?;
    let data = serde_json::to_string(&Data::new(digest))?.replace('<', "\\u003c");
    let report = digest.report;
    let trend = digest.trend();
    let context = Page {
        css: include_str!("page.css"),
        script: include_str!("page.js"),
        data,
        head: digest.head,
        stats: &report.stats,
        complete: report.is_complete(),
        problems: &report.problems,
        without_agent: report.without_agent,
        not_evaluable: &report.not_evaluable,
        conversations: report.conversations.len(),
        messages: digest.messages(),
        charged: Charge::ALL.map(|charge| digest.charged(charge)),
        set_aside: wording::set_aside(digest.suppressed),
        families: Family::ALL.map(Family::title),
        severities: Severity::ALL.map(Severity::title),
        family_names: Family::ALL.map(|family| (family.as_str(), family.title())).into(),
        severity_names: Severity::ALL.map(|severity| (severity.as_str(), severity.title())).into(),
        family_totals: digest.family_totals(),
        severity_totals: digest.severity_totals(),
        agents: digest.agents.iter().map(Row::new).collect(),
        team: digest.team_mean(),
        highest: digest.agents.iter().map(|line| line.risk.high).fold(1.0, f64::max),
        prior: PRIOR_CONVERSATIONS,
        weights: Severity::ALL.map(Severity::weight),
        trend_peak: peak(&trend),
        trend: trend.iter().map(Bar::new).collect(),
        groups: digest.groups.as_ref(),
        group_title: digest.groups.as_ref().map_or("", |groups| groups.by.title()),
        exposure_title: wording::EXPOSURE,
        exposure: wording::exposure(&digest.exposure),
        worst: digest.worst_conversations(WORST),
        rules: &digest.rules,
        statutes: &digest.statutes,
        risk_note: wording::RISK,
    };
    page.render_captured_to(Serde(&context), out).map_err(io::Error::other)?;
    Ok(())
}

/// What the template prints.
#[derive(Serialize)]
struct Page<'a> {
    css: &'static str,
    script: &'static str,
    data: String,
    head: &'a Head,
    stats: &'a ReadStats,
    complete: bool,
    problems: &'a [Problem],
    without_agent: u64,
    not_evaluable: &'a BTreeMap<Arc<str>, u64>,
    conversations: usize,
    messages: u64,
    charged: [usize; 3],
    set_aside: Option<String>,
    families: [&'static str; 5],
    severities: [&'static str; 4],
    family_names: BTreeMap<&'static str, &'static str>,
    severity_names: BTreeMap<&'static str, &'static str>,
    family_totals: [u64; 5],
    severity_totals: [u64; 4],
    agents: Vec<Row<'a>>,
    /// The team's own rate.
    team: f64,
    /// The end of the scale on which intervals are drawn.
    highest: f64,
    prior: f64,
    weights: [f64; 4],
    /// The rate at the top of the trend.
    trend_peak: f64,
    trend: Vec<Bar<'a>>,
    groups: Option<&'a Groups>,
    group_title: &'static str,
    exposure_title: &'static str,
    exposure: Vec<String>,
    worst: Vec<WorstConversation<'a>>,
    rules: &'a [RuleLine],
    statutes: &'a [StatuteLine],
    risk_note: &'static str,
}

/// A period in the trend.
#[derive(Serialize)]
struct Bar<'a> {
    label: &'a str,
    families: [u64; 5],
    rate: Option<Risk>,
    /// The same in words.
    said: String,
}

impl<'a> Bar<'a> {
    fn new(period: &'a Period) -> Self {
        let Period { label, conversations, families, rate } = period;
        let total = period.total();
        let said = rate.map_or_else(
            || format!("{label}：没有会话"),
            |Risk { mean, low, high }| {
                format!(
                    "{label}：{conversations} 个会话，{total} 条，每百会话 {mean:.1}（95% 区间 {low:.1}–{high:.1}）"
                )
            },
        );
        Self { label, families: *families, rate: *rate, said }
    }
}

/// The top of the scale: the highest end of an interval, unless a day with few conversations would press all others flat.
fn peak(trend: &[Period]) -> f64 {
    let highest =
        |of: fn(Risk) -> f64| trend.iter().filter_map(|period| period.rate).map(of).fold(0.0, f64::max);
    highest(|rate| rate.high).min(2.0 * highest(|rate| rate.mean)).max(1.0)
}

/// An agent in the table.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    tally: &'a super::Tally,
    risk: Risk,
    too_few: bool,
    exposure: Vec<String>,
}

impl<'a> Row<'a> {
    fn new(line: &'a super::digest::AgentLine) -> Self {
        Self {
            name: line.name(),
            tally: &line.tally,
            risk: line.risk,
            too_few: line.too_few,
            exposure: wording::exposure_in_short(&line.exposure),
        }
    }
}

/// What the script reads. Whatever repeats stands once and is named by its place, which keeps 100,000 findings small.
#[derive(Serialize)]
struct Data<'a> {
    families: [&'static str; 5],
    severities: [&'static str; 4],
    rules: Vec<RuleData<'a>>,
    agents: Vec<&'a str>,
    files: Vec<&'a str>,
    laws: Vec<LawData<'a>>,
    /// Sets of articles that findings share.
    citations: Vec<Vec<usize>>,
    /// Lists of wordings that would have counted, which findings share.
    wordings: Vec<&'a [String]>,
    conversations: Vec<ConversationData<'a>>,
    findings: Vec<FindingData<'a>>,
}

/// Id, title, family, severity, charge, advice.
type RuleData<'a> = (&'a str, &'a str, usize, usize, usize, &'a str);

/// Law, article, gist, consequence, first and last day in force.
type LawData<'a> = (&'a str, &'a str, &'a str, &'static str, String, String);

/// Id, trade, and the known lines: index, who speaks, text.
type ConversationData<'a> = (&'a str, &'a str, Vec<(u32, &'static str, &'a str)>);

/// Rule, conversation, message, agent, time, start and end of the quote, why, set of articles, whether the day was assumed,
/// file, line, further rules, fingerprint; whether it was set aside, what is said of it, and confidence; what was looked for in vain.
type FindingData<'a> = (
    usize,
    usize,
    u32,
    usize,
    String,
    u32,
    u32,
    &'a str,
    usize,
    u8,
    usize,
    u64,
    &'a [Arc<str>],
    &'a str,
    (u8, String, &'static str),
    Vec<(String, usize)>,
);

/// Numbers things in order of first sight.
struct Places<K>(HashMap<K, usize>, Vec<K>);

impl<K: Copy + Eq + std::hash::Hash> Places<K> {
    fn new() -> Self {
        Self(HashMap::new(), Vec::new())
    }

    fn of(&mut self, key: K) -> usize {
        *self.0.entry(key).or_insert_with(|| {
            self.1.push(key);
            self.1.len() - 1
        })
    }
}

impl<'a> Data<'a> {
    fn new(digest: &'a Digest<'_>) -> Self {
        let report = digest.report;
        let days: HashMap<&str, &StatuteLine> =
            digest.statutes.iter().map(|line| (&*line.citation.id, line)).collect();
        // A gist may carry the condition under which a duty names the article, so an id may stand with several.
        let mut laws = Places::new();
        let trades: HashMap<&str, &str> = report
            .conversations
            .iter()
            .filter_map(|line| Some((&*line.conversation_id, line.trade.as_deref()?)))
            .collect();
        let (mut rules, mut agents, mut files) = (Places::new(), Places::new(), Places::new());
        let (mut conversations, mut wordings) = (Places::new(), Places::new());
        let mut lines: Vec<BTreeMap<u32, (&'static str, &'a str)>> = Vec::new();
        let (mut sets, mut citations) = (HashMap::<Vec<usize>, usize>::new(), Vec::new());
        let mut findings = Vec::with_capacity(report.findings.len());
        for finding in &report.findings {
            let rule = rules.of((
                &*finding.rule,
                &*finding.title,
                finding.family as usize,
                finding.severity as usize,
                Charge::of(finding) as usize,
                &*finding.advice,
            ));
            let conversation = conversations.of(&*finding.conversation_id);
            lines.resize_with(lines.len().max(conversation + 1), BTreeMap::new);
            lines[conversation].extend(
                finding
                    .context
                    .iter()
                    .map(|line| (line.message_index, (wording::speaker_in_full(line.role), &*line.text))),
            );
            let cited: Vec<usize> =
                finding.statutes.iter().map(|citation| laws.of(cited_as(citation))).collect();
            let set = *sets.entry(cited).or_insert_with_key(|cited| {
                citations.push(cited.clone());
                citations.len() - 1
            });
            findings.push((
                rule,
                conversation,
                finding.message_index,
                agents.of(finding.agent_id.as_deref().unwrap_or(UNNAMED)),
                finding.time.map_or_else(String::new, |_| wording::time(finding)),
                finding.span.start,
                finding.span.end,
                reason(finding),
                set,
                u8::from(finding.assumed_date),
                files.of(&*finding.source.file),
                finding.source.line,
                finding.also.as_slice(),
                finding.fingerprint.as_str(),
                (u8::from(finding.is_suppressed()), wording::standing(finding), finding.confidence.title()),
                finding
                    .absences
                    .iter()
                    .map(|absence| (wording::examined(absence), wordings.of(&*absence.wordings)))
                    .collect(),
            ));
        }
        let known = |(at, lines): (usize, BTreeMap<u32, (&'static str, &'a str)>)| {
            let id = conversations.1[at];
            let lines = lines.into_iter().map(|(index, (speaker, text))| (index, speaker, text)).collect();
            (id, trades.get(id).copied().unwrap_or_default(), lines)
        };
        Self {
            families: Family::ALL.map(Family::title),
            severities: Severity::ALL.map(Severity::title),
            conversations: lines.into_iter().enumerate().map(known).collect(),
            rules: rules.1,
            agents: agents.1,
            files: files.1,
            laws: laws.1.into_iter().map(|key| law(key, days[key.0])).collect(),
            citations,
            wordings: wordings.1,
            findings,
        }
    }
}

/// Why it fired, without the title that stands above it.
fn reason(finding: &Finding) -> &str {
    finding.why.strip_prefix(&*finding.title).and_then(|why| why.strip_prefix('：')).unwrap_or(&finding.why)
}

/// Id, law, article, gist, consequence.
type CitedAs<'a> = (&'a str, &'a str, &'a str, &'a str, &'static str);

fn cited_as(citation: &Citation) -> CitedAs<'_> {
    let consequence = citation.consequence.title();
    (&citation.id, wording::short(&citation.law), &citation.article, &citation.gist, consequence)
}

fn law<'a>((_, law, article, gist, consequence): CitedAs<'a>, line: &StatuteLine) -> LawData<'a> {
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| day.to_string());
    (law, article, gist, consequence, day(line.from), day(line.to))
}
