//! `kefulint scan`: chats in, report out.

use std::{
    fs::File,
    io::{self, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use kefulint::{
    config::Config,
    personal,
    report::{
        Head, Report, csv,
        digest::{self, Digest, Ground},
        excel, html, json, markdown, terminal,
    },
    rule::{Linter, Options},
    transcript::{Problem, Transcript},
};

use super::{Global, Status, input::InputArgs};

/// What the report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For the screen, in Chinese
    Text,
    /// The whole report as one JSON object
    Json,
    /// One JSON object a finding
    Jsonl,
    /// One page for the browser, in Chinese
    Html,
    /// A workbook with sheets for agents, findings, rules, law, and what was not read
    Excel,
    /// The findings as a table
    Csv,
    /// The summary and the worst findings, in Chinese
    Markdown,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,

    /// What to write
    #[arg(long, value_enum, default_value = "text", env = "KEFULINT_FORMAT", help_heading = "Output")]
    format: Format,

    /// Write the report there instead of to standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// How many findings the text and Markdown reports write out [default: 20, or what kefulint.toml says]
    #[arg(long, value_name = "N", help_heading = "Output")]
    top: Option<usize>,

    /// Write unreadable records, masked, there as JSON lines
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    rejects: Option<PathBuf>,

    /// Leave personal data readable in the report
    #[arg(long, help_heading = "Output")]
    show_personal_data: bool,

    /// The trade of all conversations, in place of what their words tell
    #[arg(long, value_name = "TRADE", help_heading = "Judging")]
    trade: Option<String>,

    /// The day of the report, whose law holds for messages without a date [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Judging")]
    date: Option<Date>,

    /// Tell for each finding which conditions held and how, and what nearly fired
    #[arg(long, help_heading = "Output")]
    explain: bool,

    /// Stop without a report when anything cannot be read
    #[arg(long, help_heading = "Judging")]
    strict: bool,

    /// How many threads to use [default: all cores]
    #[arg(long, value_name = "N", help_heading = "Judging")]
    threads: Option<usize>,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    if let Some(threads) = args.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .context("cannot set the threads")?;
    }
    let config = args.input.config(global)?;
    let date = args.date.unwrap_or_else(super::today);
    let options = Options {
        show_personal_data: args.show_personal_data,
        default_day: date,
        trade: args.trade.clone().or_else(|| config.lint.trade.clone()),
        explain: args.explain,
        ..Options::default()
    };
    let linter = global.linter(&config, options)?;
    let transcript = args.input.read(&config)?;
    if args.strict && !transcript.problems.is_empty() {
        tell_problems(&transcript.problems)?;
        return Ok(Status::Unread);
    }
    if let Some(path) = &args.rejects {
        write_file(path, |out| rejects(&transcript.problems, args.show_personal_data, out))?;
    }
    let head = head(&config, date, linter.lexicon().rules.len());
    let report = judge(&linter, transcript, global);
    let rules = digest::cards(linter.lexicon());
    let ground = Ground { registry: linter.registry(), platform: &config.platform, rules: &rules };
    let digest = Digest::new(&report, &head, ground);
    let top = args.top.unwrap_or(config.report.top);
    write_report(args.format, args.output.as_deref(), &digest, global, top, out)?;
    if args.format != Format::Text || args.output.is_some() {
        tell_problems(&report.problems)?;
    }
    Ok(if report.is_complete() { Status::Done } else { Status::Unread })
}

pub(crate) fn judge(linter: &Linter, transcript: Transcript, global: &Global) -> Report {
    let Transcript { conversations, problems, stats, .. } = transcript;
    let bar = if io::stderr().is_terminal() && !global.quiet {
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} conversations, {eta} left");
        ProgressBar::new(conversations.len() as u64)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    } else {
        ProgressBar::hidden()
    };
    let mut report = Report { problems, stats, ..Report::default() };
    for linted in linter.lint_all(&conversations, || bar.inc(1)) {
        report.add(linted);
    }
    bar.finish_and_clear();
    report
}

/// Writes a report to a file or to standard output.
pub(crate) fn write_report(
    format: Format,
    output: Option<&Path>,
    digest: &Digest<'_>,
    global: &Global,
    top: usize,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let render = |out: &mut dyn Write, screen: terminal::Screen| match format {
        Format::Text => terminal::write(digest, screen, out),
        Format::Json => json::whole(digest, out),
        Format::Jsonl => json::lines(digest.report, out),
        Format::Html => html::write(digest, out),
        Format::Excel => excel::write(digest, out),
        Format::Csv => csv::write(digest.report, out),
        Format::Markdown => markdown::write(digest, top, out),
    };
    match output {
        Some(path) => write_file(path, |out| render(out, global.page(top))),
        None => Ok(render(out, global.screen(top))?),
    }
}

/// What a report says of itself.
pub(crate) fn head(config: &Config, date: Date, rules: usize) -> Head {
    let min_conversations = config.report.min_conversations;
    Head { version: env!("CARGO_PKG_VERSION"), date, rules, min_conversations }
}

/// Writes beside the target first, so that nothing but a complete file ever bears its name.
pub(crate) fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    let partial = PathBuf::from(name);
    let attempt = || -> io::Result<()> {
        let mut out = BufWriter::new(File::create(&partial)?);
        write(&mut out)?;
        out.into_inner()?.sync_all()?;
        std::fs::rename(&partial, path)
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}

fn rejects(problems: &[Problem], show_personal_data: bool, out: &mut dyn Write) -> io::Result<()> {
    for problem in problems {
        let raw = problem
            .raw
            .as_deref()
            .map(|raw| if show_personal_data { raw.to_owned() } else { personal::mask(raw) });
        let line = serde_json::json!({
            "file": problem.file, "line": problem.line, "reason": problem.reason, "raw": raw,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

pub(crate) fn tell_problems(problems: &[Problem]) -> io::Result<()> {
    const SHOWN: usize = 20;
    let mut err = io::stderr().lock();
    for problem in problems.iter().take(SHOWN) {
        let line = problem.line.map_or_else(String::new, |line| format!(":{line}"));
        let told = format!("{}{line}: {}", problem.file, problem.reason);
        writeln!(err, "kefulint: {}", personal::mask(&told))?;
    }
    if problems.len() > SHOWN {
        writeln!(err, "kefulint: … and {} more; --rejects FILE writes them all", problems.len() - SHOWN)?;
    }
    Ok(())
}
