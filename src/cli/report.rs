//! `kefulint report`: reports made of reports, and the page on one agent.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use jiff::civil::Date;
use kefulint::{
    report::{
        Report, compare,
        digest::{self, Digest, Ground, RuleCards},
        json, sheet,
    },
    rule::Options,
};

use super::{Global, Status, input::InputArgs, memory::MemoryArgs, scan};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add up reports that `scan --format json` wrote, or print one in another format
    Merge(MergeArgs),
    /// Compare the reports of two periods: what has changed, and whether the numbers are enough to say so
    Compare(CompareArgs),
    /// A page on one agent, for a talk about how to do better
    Agent(AgentArgs),
}

#[derive(Debug, clap::Args)]
struct MergeArgs {
    /// Reports as JSON; no conversation may stand in two of them
    #[arg(required = true, value_name = "REPORT.json")]
    reports: Vec<PathBuf>,

    #[command(flatten)]
    target: scan::Target,

    /// Add a table of rates by this
    #[arg(long, value_enum, value_name = "WHAT")]
    group_by: Option<scan::GroupBy>,
}

#[derive(Debug, clap::Args)]
struct CompareArgs {
    /// The earlier report as JSON
    before: PathBuf,

    /// The later one
    after: PathBuf,

    /// Compare these as well
    #[arg(long, value_enum, value_name = "WHAT", default_value = "agent")]
    group_by: scan::GroupBy,

    /// What to write
    #[arg(long, value_enum, default_value = "markdown")]
    format: ComparisonFormat,

    /// Write the comparison there instead of to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ComparisonFormat {
    /// Tables, in Chinese
    Markdown,
    /// One JSON object
    Json,
}

#[derive(Debug, clap::Args)]
struct AgentArgs {
    /// The agent's id, as in the export
    agent: String,

    /// Chats: files, folders, or globs; those of the whole team, so that the agent can be compared with it
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    input: Vec<String>,

    #[command(flatten)]
    memory: MemoryArgs,

    /// What to write
    #[arg(long, value_enum, default_value = "markdown")]
    format: SheetFormat,

    /// Write the page there instead of to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The day of the report [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SheetFormat {
    /// For a document
    Markdown,
    /// For the browser
    Html,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    match &args.command {
        Command::Merge(args) => merge(args, global, out),
        Command::Compare(args) => compare(args, global, out),
        Command::Agent(args) => agent(args, global, out),
    }
}

fn merge(args: &MergeArgs, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let config = global.config(args.reports[0].to_str())?;
    let writer = args.target.open(scan::Format::Json)?;
    let linter = global.linter(&config, Options::default())?;
    let (mut report, mut rules, mut date) = (Report::default(), RuleCards::new(), Date::MIN);
    for path in &args.reports {
        let saved = load(path)?;
        report.merge(saved.report).with_context(|| path.display().to_string())?;
        rules.extend(saved.rules);
        date = date.max(saved.date);
    }
    let head = scan::head(&config, date, rules.len());
    let ground = Ground { registry: linter.registry(), platform: &config.platform, rules: &rules };
    let digest = scan::grouped(Digest::new(&report, &head, ground), args.group_by, &config);
    writer.write(&digest, global, config.report.top, out)?;
    Ok(if report.is_complete() { Status::Done } else { Status::Unread })
}

fn compare(args: &CompareArgs, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let config = global.config(args.before.to_str())?;
    let [before, after] = [load(&args.before)?, load(&args.after)?];
    let complete = before.report.is_complete() && after.report.is_complete();
    let comparison = compare::compare(
        [&before.report, &after.report],
        [before.date, after.date],
        args.group_by.into(),
        &config.report.teams,
    );
    let write = |out: &mut dyn Write| match args.format {
        ComparisonFormat::Markdown => compare::markdown(&comparison, out),
        ComparisonFormat::Json => compare::json(&comparison, out),
    };
    match &args.output {
        Some(path) => scan::write_file(path, write)?,
        None => write(out)?,
    }
    Ok(if complete { Status::Done } else { Status::Unread })
}

fn load(path: &Path) -> anyhow::Result<json::Saved> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    json::read(&text)
        .with_context(|| format!("{name} is no report as `kefulint scan --format json` writes it"))
}

fn agent(args: &AgentArgs, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let input = InputArgs::of_paths(args.input.clone());
    let config = input.config(global)?;
    let date = args.date.unwrap_or_else(super::today);
    let options = Options { default_day: date, trade: config.lint.trade.clone(), ..Options::default() };
    let linter = global.linter(&config, options)?;
    let rules = digest::cards(linter.lexicon());
    let memory = args.memory.load(&input, &config, global, date, &rules)?;
    let report = scan::judge(&linter, input.read(&config)?, global, &memory);
    let head = scan::head(&config, date, rules.len());
    let ground = Ground { registry: linter.registry(), platform: &config.platform, rules: &rules };
    let digest = Digest::new(&report, &head, ground);
    let page = sheet::Sheet::new(&digest, &args.agent).with_context(|| {
        format!("no agent `{}` in these chats; `kefulint scan` lists those who are", args.agent)
    })?;
    let write = |out: &mut dyn Write| match args.format {
        SheetFormat::Markdown => page.markdown(out),
        SheetFormat::Html => page.html(out),
    };
    match &args.output {
        Some(path) => scan::write_file(path, write)?,
        None => write(out)?,
    }
    scan::tell_problems(&report.problems)?;
    Ok(if report.is_complete() { Status::Done } else { Status::Unread })
}
