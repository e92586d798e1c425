//! `kefulint rules` lists the rules; `kefulint explain` tells one of them.

use std::{io::Write, path::PathBuf};

use clap::ValueEnum;
use jiff::civil::Date;
use kefulint::{
    config::Config,
    finding::{Family, Severity},
    law::Consequence,
    lexicon::{Rule, schema::ExampleDoc},
    rule::{Linter, Options, catalogue},
};
use unicode_width::UnicodeWidthStr;

use super::{Global, Status, stats};

/// How rules are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For the screen
    Text,
    /// One JSON object a rule
    Jsonl,
    /// The page of docs/rules for the family that --family names
    Markdown,
    /// The map of duties and the rules that check them
    Coverage,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Only this family: abuse, evasion, disclosure, privacy, conduct
    #[arg(long, value_name = "FAMILY", value_parser = named::<Family>)]
    family: Option<Family>,

    /// Only rules at least as bad: low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", value_parser = named::<Severity>)]
    severity: Option<Severity>,

    /// What to write
    #[arg(long, value_enum, default_value = "text")]
    format: Format,

    /// Tell instead how right each rule is, from the decisions of reviewers
    #[arg(long, conflicts_with_all = ["format", "family", "severity"])]
    stats: bool,

    /// The decisions for --stats, a file or a folder [default: the nearest kefulint.decisions.toml]
    #[arg(long, value_name = "PATH", requires = "stats")]
    decisions: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// The rule's id, as ABU101
    rule: String,

    /// The day whose law is told [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
}

/// A value by its name in files.
pub(crate) fn named<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}

pub(crate) fn list(args: &ListArgs, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let config = global.config(None)?;
    let linter = global.linter(&config, Options::default())?;
    if args.stats {
        stats::write(args.decisions.as_deref(), &config, global, linter.lexicon(), out)?;
        return Ok(Status::Done);
    }
    let day = linter.options().default_day;
    match args.format {
        Format::Text | Format::Jsonl => list_rules(args, &linter, out)?,
        Format::Markdown => {
            for family in Family::ALL.into_iter().filter(|family| args.family.is_none_or(|f| f == *family)) {
                out.write_all(catalogue::page(&linter, family, day).as_bytes())?;
            }
        }
        Format::Coverage => out.write_all(catalogue::coverage_map(&linter).as_bytes())?,
    }
    Ok(Status::Done)
}

fn list_rules(args: &ListArgs, linter: &Linter, out: &mut dyn Write) -> std::io::Result<()> {
    for rule in &linter.lexicon().rules {
        let doc = &rule.doc;
        if args.family.is_some_and(|family| family != doc.family)
            || args.severity.is_some_and(|s| doc.severity < s)
        {
            continue;
        }
        if args.format == Format::Jsonl {
            let line = serde_json::json!({
                "id": rule.id(), "family": doc.family, "kind": doc.kind, "severity": doc.severity,
                "title": doc.title, "status": doc.status, "since": doc.since, "duty": doc.duty, "advice": doc.advice,
            });
            writeln!(out, "{line}")?;
        } else {
            let severity = doc.severity.as_str();
            let kind = format!("{}.{}", doc.family.as_str(), doc.kind);
            writeln!(out, "{}  {severity:8}  {kind:27}  {}", rule.id(), doc.title)?;
        }
    }
    Ok(())
}

pub(crate) fn explain(args: &ExplainArgs, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let config: Config = global.config(None)?;
    let linter = global.linter(&config, Options::default())?;
    let Some(rule) = linter.lexicon().rule(&args.rule) else {
        anyhow::bail!("there is no rule `{}`; `kefulint rules` lists them", args.rule);
    };
    let date = args.date.unwrap_or_else(super::today);
    tell(rule, &linter, date, out)?;
    Ok(Status::Done)
}

fn tell(rule: &Rule, linter: &Linter, date: Date, out: &mut dyn Write) -> std::io::Result<()> {
    let doc = &rule.doc;
    let heading = format!("{} {}", rule.id(), doc.title);
    writeln!(out, "{heading}\n{}\n", "─".repeat(heading.width()))?;
    writeln!(out, "类别    {}.{}（{}）", doc.family.as_str(), doc.kind, doc.family.title())?;
    writeln!(out, "程度    {}（{}）", doc.severity.title(), doc.severity.as_str())?;
    writeln!(out, "来源    {}:{}，自 {} 起", rule.file, rule.line, doc.since)?;
    if !doc.trades.is_empty() {
        writeln!(out, "行业    {}", doc.trades.join("、"))?;
    }
    writeln!(out, "建议    {}", doc.advice)?;
    writeln!(out, "\n条件    {}", doc.when.as_deref().unwrap_or("（全部条件）"))?;
    for (name, condition) in &doc.conditions {
        let scope = condition.scope.as_deref().unwrap_or("message");
        writeln!(out, "  {name}（{scope}）：{}", told(condition))?;
    }
    writeln!(out, "\n义务    {}", doc.duty.join("、"))?;
    let duties: Vec<&str> = doc.duty.iter().map(String::as_str).collect();
    for citation in linter.registry().cite(&duties, date, doc.trades.first().map(String::as_str)) {
        let what = match citation.consequence {
            Consequence::None => "义务",
            Consequence::Civil => "民事",
            Consequence::Administrative => "行政",
            Consequence::Criminal => "刑事",
        };
        writeln!(out, "  [{what}]《{}》{}", citation.law, citation.article)?;
        writeln!(out, "         {}", citation.gist)?;
        if let Some(statute) = linter.registry().statute(&citation.id) {
            let to = statute.in_force_to.map_or_else(|| "现行".to_owned(), |day| day.to_string());
            writeln!(out, "         施行 {} 至 {to}", statute.in_force_from)?;
        }
    }
    writeln!(out, "  （按 {date} 适用的法律）")?;
    for (title, examples) in [("应当命中", &doc.hits), ("不应命中", &doc.misses)] {
        writeln!(out, "\n{title}")?;
        for example in examples {
            match example {
                ExampleDoc::Message(text) => writeln!(out, "  · {text}")?,
                ExampleDoc::Chat(lines) => writeln!(out, "  · {}", lines.join("\n    "))?,
            }
        }
    }
    Ok(())
}

fn told(condition: &kefulint::lexicon::schema::ConditionDoc) -> String {
    const SHOWN: usize = 8;
    let list = |words: &[String]| {
        let more = if words.len() > SHOWN { format!(" …共 {} 项", words.len()) } else { String::new() };
        format!("{}{more}", words.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("、"))
    };
    if let Some(terms) = &condition.terms {
        return format!("词语 {}", list(terms));
    }
    if let Some(patterns) = &condition.patterns {
        return format!("句式 {}", list(patterns));
    }
    if let Some(sentences) = &condition.similar {
        return format!("近似 {}", list(sentences));
    }
    if let Some(kinds) = &condition.personal_data {
        return format!("个人信息 {kinds:?}");
    }
    if let Some(types) = &condition.question {
        return format!("未答的提问 {}", list(types));
    }
    if let Some(verdicts) = &condition.verdict {
        return format!("问答分析 {}", list(verdicts));
    }
    if let Some(holdings) = &condition.holds {
        return format!("回复含有 {}", list(holdings));
    }
    if let Some(closeness) = condition.repeats {
        return format!("与此前消息相似度不低于 {closeness}");
    }
    if let Some(delay) = &condition.delay {
        return format!("回复晚于 {delay}");
    }
    if let Some(count) = &condition.count {
        return format!("{} 至少出现 {} 次", count.of, count.at_least);
    }
    if let Some(learned) = &condition.learned {
        let bound = learned.at_least.map(|at_least| format!("不低于 {at_least}"));
        let bound = bound.or_else(|| learned.below.map(|below| format!("低于 {below}")));
        return format!("模型评分（{}）{}", learned.model, bound.unwrap_or_default());
    }
    "无人回复".to_owned()
}
