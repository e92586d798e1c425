//! `kefulint decide`: writes one entry at the end of the decisions.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use jiff::civil::Date;
use kefulint::{
    config::Config,
    decision::{self, Decision, Decisions, Verdict},
    finding::{Finding, identity},
    personal,
    report::{digest, json},
};

use super::{Global, Status, input::folder_of, memory::decisions_path, rules, scan};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The finding's fingerprint (编号), as reports print it
    fingerprint: String,

    /// What was decided: confirmed, false-alarm (silences it, and counts against its rule), accepted-risk (silences it),
    /// under-appeal (申诉; it counts until that is decided)
    #[arg(value_parser = rules::named::<Verdict>)]
    verdict: Verdict,

    /// Why; personal data in it is masked
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Who decided
    #[arg(long, value_name = "NAME", env = "KEFULINT_AUTHOR")]
    author: Option<String>,

    /// The last day on which it holds
    #[arg(long, value_name = "YYYY-MM-DD")]
    expires: Option<Date>,

    /// A report that shows the finding, as `scan --format json` or jsonl wrote it: names the rule, and catches mistyped
    /// fingerprints
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// The rule of the finding, for its precision, where no report names it
    #[arg(long, value_name = "RULE", conflicts_with = "report")]
    rule: Option<String>,

    /// Where to write, a file or a folder [default: the nearest kefulint.decisions.toml, or a new one here]
    #[arg(long, value_name = "PATH")]
    decisions: Option<PathBuf>,

    /// The day of the decision [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    if !decision::is_fingerprint(&args.fingerprint) {
        bail!(decision::not_a_fingerprint(&args.fingerprint));
    }
    let config = global.config(None)?;
    let date = args.date.unwrap_or_else(super::today);
    if args.expires.is_some_and(|last| last < date) {
        bail!("--expires lies before the day of the decision, {date}");
    }
    let decision = Decision {
        fingerprint: identity(&args.fingerprint).0.to_owned(),
        verdict: args.verdict,
        reason: personal::mask(&args.reason),
        author: author(args)?,
        date,
        expires: args.expires,
        rule: rule(args, &config)?,
    };
    let path = decisions_path(args.decisions.as_deref(), &config, global, &folder_of(""))
        .unwrap_or_else(|| decision::FILE_NAME.into());
    let path = if path.is_dir() { path.join(decision::FILE_NAME) } else { path };
    append(&path, &decision)?;
    let of = decision.rule.as_deref().map_or_else(String::new, |rule| format!(" ({rule})"));
    let verdict = decision.verdict.as_str();
    writeln!(out, "{}: {verdict} of {}{of}", path.display(), decision.fingerprint)?;
    if decision.rule.is_none() {
        writeln!(
            io::stderr(),
            "kefulint: the entry names no rule, so it counts for no rule's precision; --report or --rule names it"
        )?;
    }
    Ok(Status::Done)
}

fn author(args: &Args) -> anyhow::Result<String> {
    let login = || ["USER", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let author = args.author.clone().or_else(login).filter(|author| !author.trim().is_empty());
    author.context("who decides? give --author NAME, or set KEFULINT_AUTHOR")
}

fn rule(args: &Args, config: &Config) -> anyhow::Result<Option<String>> {
    if let Some(path) = &args.report {
        let name = identity(&args.fingerprint).0;
        let findings = findings(path)?;
        let finding = findings.iter().find(|finding| finding.identity().0 == name);
        let finding =
            finding.with_context(|| format!("{} has no finding {}", path.display(), args.fingerprint))?;
        return Ok(Some(finding.rule.to_string()));
    }
    let Some(rule) = &args.rule else { return Ok(None) };
    if !digest::cards(&super::rules_of(config)?).contains_key(rule.as_str()) {
        bail!("there is no rule `{rule}`; `kefulint rules` lists them");
    }
    Ok(Some(rule.clone()))
}

/// The findings of a report, as one JSON object or one a line.
fn findings(path: &Path) -> anyhow::Result<Vec<Finding>> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    if let Ok(saved) = json::read(&text) {
        return Ok(saved.report.findings);
    }
    let lines = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    lines.with_context(|| format!("{name} is no report as `kefulint scan --format json` or jsonl writes it"))
}

/// Adds an entry, leaving what stands there as it is; the file must be right before and after.
fn append(path: &Path, decision: &Decision) -> anyhow::Result<()> {
    let before = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let gap = match before.as_str() {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let text = format!("{before}{gap}{}", decision.to_toml());
    Decisions::default().read(&path.display().to_string(), &text)?;
    scan::write_file(path, |out| out.write_all(text.as_bytes()))
}
