//! `kefulint scan`: chats in, report out.

use std::{
    fs::{self, File},
    io::{self, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use kefulint::{
    config::Config,
    decision::Memory,
    personal,
    place::Place,
    report::{
        Head, Report,
        ci::{azure, github, gitlab, junit, rdjson, sarif},
        csv,
        digest::{self, Digest, Ground},
        excel, group, html, json, markdown,
        template::Template,
        terminal,
    },
    rule::{Linter, Options},
    transcript::{Problem, Transcript},
};

#[cfg(feature = "parquet")]
use kefulint::report::parquet;

use super::{
    Global, Status,
    input::InputArgs,
    memory::{self, MemoryArgs},
};

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
    /// The summary and the worst findings, in Chinese: for a ticket or a merge request
    Markdown,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML: a suite an agent, a case a conversation
    Junit,
    /// Workflow commands of GitHub Actions
    Github,
    /// Code quality of GitLab
    Gitlab,
    /// Logging commands of Azure Pipelines
    Azure,
    /// The Reviewdog Diagnostic Format
    Rdjson,
    /// The findings as a table for data tools
    #[cfg(feature = "parquet")]
    Parquet,
}

/// What conversations are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupBy {
    /// Who served
    Agent,
    /// The teams of [report.teams] in kefulint.toml
    Team,
    /// The channel, shop or queue
    Channel,
    /// The trade told from the words
    Trade,
    /// The hour of the day in which the conversation began
    Hour,
}

impl From<GroupBy> for group::GroupBy {
    fn from(by: GroupBy) -> Self {
        match by {
            GroupBy::Agent => Self::Agent,
            GroupBy::Team => Self::Team,
            GroupBy::Channel => Self::Channel,
            GroupBy::Trade => Self::Trade,
            GroupBy::Hour => Self::Hour,
        }
    }
}

/// What to write, and where to.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Target {
    /// What to write [default: text; for `report merge`: json]
    #[arg(long, value_enum, env = "KEFULINT_FORMAT", help_heading = "Output")]
    format: Option<Format>,

    /// Write what this minijinja template makes of the report, in place of a format
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    template: Option<PathBuf>,

    /// Write the report there instead of to standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
}

/// A target, ready to be written.
pub(crate) struct Writer<'a> {
    format: Format,
    output: Option<&'a Path>,
    template: Option<Template>,
    place: Place,
}

impl Target {
    /// Reads the template, so that a wrong one is told before any chat is read.
    pub(crate) fn open(&self, default: Format) -> anyhow::Result<Writer<'_>> {
        let template = match &self.template {
            None => None,
            Some(path) => {
                let name = path.display().to_string();
                let source = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
                Some(Template::parse(&name, source)?)
            }
        };
        let format = self.format.unwrap_or(default);
        Ok(Writer { template, ..Writer::new(format, self.output.as_deref())? })
    }
}

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    memory: MemoryArgs,

    /// Add a table of rates by this
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Output")]
    group_by: Option<GroupBy>,

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

    /// Write the settings in force, each with where it comes from, and judge nothing
    #[arg(long, help_heading = "Global")]
    dump_config: bool,
}

/// The settings with the options laid over them.
fn settings(args: &Args, global: &Global) -> anyhow::Result<Config> {
    let mut config = args.input.config(global)?;
    if let Some(trade) = &args.trade {
        config.set_trade(trade);
    }
    config.report.top = args.top.unwrap_or(config.report.top);
    Ok(config)
}

/// The keys that options set, with the option.
fn typed(args: &Args, global: &Global) -> Vec<(&'static str, &'static str)> {
    let own = [(args.trade.is_some(), "lint.trade", "--trade"), (args.top.is_some(), "report.top", "--top")];
    args.input
        .typed()
        .into_iter()
        .chain(global.typed())
        .chain(own)
        .filter(|(set, ..)| *set)
        .map(|(_, key, by)| (key, by))
        .collect()
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    if let Some(threads) = args.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .context("cannot set the threads")?;
    }
    let config = settings(args, global)?;
    if args.dump_config {
        super::config::dump(
            &config,
            global,
            args.input.paths().first().map(String::as_str),
            &typed(args, global),
            out,
        )?;
        return Ok(Status::Done);
    }
    let writer = args.target.open(Format::Text)?;
    let date = args.date.unwrap_or_else(super::today);
    let options = Options {
        show_personal_data: args.show_personal_data,
        default_day: date,
        trade: config.lint.trade.clone(),
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
    let rules = digest::cards(linter.lexicon());
    let memory = args.memory.load(&args.input, &config, global, date, &rules)?;
    let report = judge(&linter, transcript, global, &memory);
    let ground = Ground { registry: linter.registry(), platform: &config.platform, rules: &rules };
    let digest = grouped(Digest::new(&report, &head, ground), args.group_by, &config);
    writer.write(&digest, global, config.report.top, out)?;
    if !writer.is_screen() {
        tell_problems(&report.problems)?;
    }
    memory::tell(&memory, &report.findings, &config, &rules)?;
    Ok(if report.is_complete() { Status::Done } else { Status::Unread })
}

/// With the figures by group, where they are asked for.
pub(crate) fn grouped<'a>(digest: Digest<'a>, by: Option<GroupBy>, config: &Config) -> Digest<'a> {
    match by {
        Some(by) => digest.grouped(by.into(), &config.report.teams),
        None => digest,
    }
}

pub(crate) fn judge(linter: &Linter, transcript: Transcript, global: &Global, memory: &Memory) -> Report {
    let Transcript { conversations, problems, stats, .. } = transcript;
    let bar = if io::stderr().is_terminal() && !global.quiet {
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} conversations, {eta} left");
        ProgressBar::new(conversations.len() as u64)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    } else {
        ProgressBar::hidden()
    };
    let mut report = Report { problems, stats, ..Report::default() };
    for mut linted in linter.lint_all(&conversations, || bar.inc(1)) {
        memory.settle(&mut linted.findings);
        report.add(linted);
    }
    bar.finish_and_clear();
    report
}

impl<'a> Writer<'a> {
    /// A writer of a format to a file or to standard output.
    pub(crate) fn new(format: Format, output: Option<&'a Path>) -> anyhow::Result<Self> {
        Ok(Self { format, output, template: None, place: super::checkout()? })
    }

    /// Whether the report itself tells on the screen what could not be read.
    pub(crate) fn is_screen(&self) -> bool {
        self.format == Format::Text && self.output.is_none() && self.template.is_none()
    }

    /// Writes a report to a file or to standard output.
    pub(crate) fn write(
        &self,
        digest: &Digest<'_>,
        global: &Global,
        top: usize,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        match self.output {
            Some(path) => write_file(path, |out| self.render(digest, global.page(top), out)),
            None => Ok(self.render(digest, global.screen(top), out)?),
        }
    }

    fn render(&self, digest: &Digest<'_>, screen: terminal::Screen, out: &mut dyn Write) -> io::Result<()> {
        if let Some(template) = &self.template {
            return template.write(digest, out);
        }
        match self.format {
            Format::Text => terminal::write(digest, screen, out),
            Format::Json => json::whole(digest, out),
            Format::Jsonl => json::lines(digest.report, out),
            Format::Html => html::write(digest, out),
            Format::Excel => excel::write(digest, out),
            Format::Csv => csv::write(digest.report, out),
            Format::Markdown => markdown::write(digest, screen.findings, out),
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                // The file's end tells where its parts stand, so its writer wants a place of its own.
                let mut bytes = Vec::new();
                parquet::write(digest.report, &mut bytes)?;
                out.write_all(&bytes)
            }
            Format::Sarif => sarif::write(digest, &self.place, out),
            Format::Junit => junit::write(digest, &self.place, out),
            Format::Github => github::write(digest, &self.place, out),
            Format::Gitlab => gitlab::write(digest, &self.place, out),
            Format::Azure => azure::write(digest, &self.place, out),
            Format::Rdjson => rdjson::write(digest, &self.place, out),
        }
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
        fs::rename(&partial, path)
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
