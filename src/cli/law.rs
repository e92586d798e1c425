//! `kefulint law`: looks articles up, and checks the citations of any text.

use std::{
    ffi::OsStr,
    io::{Read, Write},
    path::Path,
};

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use jiff::civil::Date;
use kefulint::law::{Assessment, Basis, Checker, Registry, Statute};
use serde_json::json;

/// Look up the law that findings cite, or check the citations of a text
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List every article on record, in force or not
    List,
    /// Show one article: what it says, when it held, what came before and after
    Show {
        /// Its id, as `list` prints it: cpl-2013-art-27
        id: String,
    },
    /// List the articles in force on a day
    On {
        /// The day, as 2021-01-01
        date: Date,
    },
    /// List the articles whose law, number or gist holds a text
    Find {
        /// The text: 三倍, 第五十五条, 消法
        text: String,
    },
    /// Find the citations in a text and say whether they exist, held on the day, and say what the text claims
    #[command(after_help = "Ends with 1 if a citation is wrong.")]
    Check {
        /// A text, a file (UTF-8 or GB 18030), or - for standard input
        text_or_file: String,
        /// Judge by the law of this day, as 2021-01-01 [default: today]
        #[arg(long, value_name = "DATE")]
        date: Option<Date>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object a line
    Jsonl,
}

/// Runs the subcommand; `Ok(false)` says that a citation is wrong.
pub(crate) fn run(
    args: &Args,
    registry: &Registry,
    today: Date,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    match &args.command {
        Command::List => list(registry.statutes().iter(), args.format, out)?,
        Command::On { date } => list(registry.on(*date), args.format, out)?,
        Command::Find { text } => list(registry.find(text), args.format, out)?,
        Command::Show { id } => show(registry, id, args.format, out)?,
        Command::Check { text_or_file, date } => {
            return check(registry, text_or_file, date.unwrap_or(today), args.format, out);
        }
    }
    Ok(true)
}

fn list<'a>(
    statutes: impl Iterator<Item = &'a Statute>,
    format: Format,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    for statute in statutes {
        match format {
            Format::Text => writeln!(
                out,
                "{}  {}{}（{}）  {}  {}",
                statute.id,
                statute.law_short,
                statute.article,
                statute.version,
                days(statute),
                statute.gist
            )?,
            Format::Jsonl => writeln!(out, "{}", statute_json(statute))?,
        }
    }
    Ok(())
}

fn show(registry: &Registry, id: &str, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
    let Some(statute) = registry.statute(id) else {
        bail!("no article has the id `{id}`; `kefulint law find TEXT` looks for one");
    };
    if format == Format::Jsonl {
        writeln!(out, "{}", statute_json(statute))?;
        return Ok(());
    }
    writeln!(out, "{}", statute.id)?;
    writeln!(out, "  条文：《{}》{}（{}）", statute.law, statute.article, statute.version)?;
    writeln!(out, "  大意：{}", statute.gist)?;
    writeln!(out, "  施行：{}", days(statute))?;
    writeln!(out, "  性质：{}", statute.consequence.title())?;
    for (label, id) in [("前身", &statute.predecessor), ("后身", &statute.successor)] {
        if let Some(other) = id.as_deref().and_then(|id| registry.statute(id)) {
            writeln!(out, "  {label}：{}  {}{}", other.id, other.law_short, other.article)?;
        }
    }
    if let Some(note) = &statute.note {
        writeln!(out, "  说明：{note}")?;
    }
    writeln!(out, "  核对：条号和内容{}；施行日期{}", statute.verified.title(), statute.date_basis.title())?;
    let names = registry.duties().iter().filter(|duty| duty.all_ids().any(|id| *id == statute.id));
    let names: Vec<&str> = names.map(|duty| &*duty.name).collect();
    if !names.is_empty() {
        writeln!(out, "  用于：{}", names.join("、"))?;
    } else if statute.verified != Basis::Text {
        writeln!(out, "  用于：无（未对照原文的条文不供规则引用）")?;
    }
    Ok(())
}

fn check(
    registry: &Registry,
    text_or_file: &str,
    day: Date,
    format: Format,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let (file, text) = read(text_or_file)?;
    let assessments = Checker::new(registry).check(&text, day);
    let wrong = assessments.iter().filter(|assessment| assessment.is_wrong()).count();
    for assessment in &assessments {
        match format {
            Format::Text => print(&file, assessment, &text, out)?,
            Format::Jsonl => writeln!(out, "{}", assessment_json(&file, assessment))?,
        }
    }
    if format == Format::Text {
        writeln!(out, "{day}：引用{}处，有误{wrong}处。", assessments.len())?;
    }
    Ok(wrong == 0)
}

/// The name to print and the text. What is no file is a text.
fn read(text_or_file: &str) -> anyhow::Result<(String, String)> {
    let bytes = if text_or_file == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        bytes
    } else if Path::new(text_or_file).is_file() {
        std::fs::read(text_or_file).with_context(|| format!("cannot read {text_or_file}"))?
    } else {
        let looks_like_a_path = Path::new(text_or_file).extension().is_some_and(OsStr::is_ascii);
        if looks_like_a_path && !text_or_file.contains('条') {
            bail!("there is no file {text_or_file}, and it names no article either");
        }
        return Ok(("<text>".to_owned(), text_or_file.to_owned()));
    };
    let name = if text_or_file == "-" { "<stdin>" } else { text_or_file };
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| encoding_rs::GB18030.decode(error.as_bytes()).0.into_owned());
    Ok((name.to_owned(), text))
}

fn print(file: &str, assessment: &Assessment<'_>, text: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let reference = &assessment.reference;
    let verdict: Vec<&str> = assessment.verdicts.iter().map(|verdict| verdict.title()).collect();
    let written = &text[reference.span.clone()];
    writeln!(out, "{file}:{}: {} {written}：{}", reference.line, reference.named, verdict.join("，"))?;
    if let Some(statute) = assessment.statute {
        writeln!(out, "    条文：{}（{}，{}）", statute.gist, statute.version, days(statute))?;
    }
    for note in &assessment.notes {
        writeln!(out, "    说明：{note}")?;
    }
    for statute in &assessment.instead {
        writeln!(out, "    可引：《{}》{}：{}", statute.law, statute.article, statute.gist)?;
    }
    Ok(())
}

fn days(statute: &Statute) -> String {
    statute.in_force_to.map_or_else(
        || format!("{}起", statute.in_force_from),
        |to| format!("{}至{to}", statute.in_force_from),
    )
}

fn statute_json(statute: &Statute) -> serde_json::Value {
    json!({
        "id": statute.id,
        "law": statute.law,
        "version": statute.version,
        "article": statute.article,
        "gist": statute.gist,
        "in_force_from": statute.in_force_from,
        "in_force_to": statute.in_force_to,
        "predecessor": statute.predecessor,
        "successor": statute.successor,
        "consequence": statute.consequence,
        "verified": statute.verified,
        "date_basis": statute.date_basis,
        "note": statute.note,
    })
}

fn assessment_json(file: &str, assessment: &Assessment<'_>) -> serde_json::Value {
    let reference = &assessment.reference;
    json!({
        "file": file,
        "line": reference.line,
        "named": reference.named,
        "law": assessment.law.map(|law| &law.name),
        "article": reference.article.to_string(),
        "verdicts": assessment.verdicts,
        "wrong": assessment.is_wrong(),
        "id": assessment.statute.map(|statute| &statute.id),
        "gist": assessment.statute.map(|statute| &statute.gist),
        "notes": assessment.notes,
        "instead": assessment.instead.iter().map(|statute| &statute.id).collect::<Vec<_>>(),
    })
}
