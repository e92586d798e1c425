//! `kefulint evidence`: findings with all that is needed to check them later, in one file; and checking that file.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Subcommand;
use jiff::{Zoned, civil::Date};
use kefulint::{
    evidence::{self, Event, Run},
    finding::Finding,
    rule::Options,
};

use super::{Global, Status, input::InputArgs, scan};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    bundle: BundleArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a bundle with nothing but the bundle, and say what does not match
    Verify {
        /// The bundle
        bundle: PathBuf,
    },
    /// Write down in a bundle's custody log who got it, or what was done with it
    Log {
        /// The bundle; it is written anew with one line more
        bundle: PathBuf,
        /// What was done, as 移交审计部
        what: String,
        /// Who did it [default: the user of this machine]
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
struct BundleArgs {
    /// Findings by their fingerprint (编号), or the beginning of it
    #[arg(required = true, value_name = "FINDING")]
    findings: Vec<String>,

    /// The chats in which they were found: files, folders, or globs
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    input: Vec<String>,

    /// Where to write the bundle
    #[arg(short, long, required = true, value_name = "FILE.zip")]
    output: Option<PathBuf>,

    /// Keep source files whole, also where the lines of the conversation would do
    #[arg(long)]
    whole_source: bool,

    /// Put a request for a time stamp (RFC 3161) into the bundle, to be stamped elsewhere
    #[arg(long)]
    timestamp_request: bool,

    /// Who makes the bundle [default: the user of this machine]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,

    /// The trade of all conversations, in place of what their words tell
    #[arg(long, value_name = "TRADE")]
    trade: Option<String>,

    /// The day whose law holds for messages without a date [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    match &args.command {
        None => bundle(&args.bundle, global),
        Some(Command::Verify { bundle }) => verify(bundle, out),
        Some(Command::Log { bundle, what, by }) => log(bundle, what, by.as_deref()),
    }
}

fn bundle(args: &BundleArgs, global: &Global) -> anyhow::Result<Status> {
    let input = InputArgs::of_paths(args.input.clone());
    let mut config = input.config(global)?;
    if let Some(trade) = &args.trade {
        config.set_trade(trade);
    }
    let options = Options {
        default_day: args.date.unwrap_or_else(super::today),
        trade: config.lint.trade.clone(),
        ..Options::default()
    };
    let transcript = input.read(&config)?;
    let linter = global.linter(&config, options.clone())?;
    let judged = linter.lint_all(&transcript.conversations, || {});
    let all: Vec<Finding> = judged.into_iter().flat_map(|linted| linted.findings).collect();
    let wanted = evidence::select(&all, &args.findings)?;
    // How each condition held is told of these alone: of all chats it would be much.
    let explaining = global.linter(&config, Options { explain: true, ..options })?;
    let mut findings = Vec::new();
    for conversation in &transcript.conversations {
        if wanted.iter().any(|finding| finding.conversation_id == conversation.id) {
            findings.extend(explaining.lint(conversation).findings);
        }
    }
    findings.retain(|finding| wanted.iter().any(|known| known.fingerprint == finding.fingerprint));
    let run = Run {
        version: env!("CARGO_PKG_VERSION"),
        executable: evidence::digest(
            &fs::read(env::current_exe()?).context("cannot read this program's file")?,
        ),
        arguments: arguments(),
        config: &config,
    };
    let how = evidence::Options { whole: args.whole_source, timestamp: args.timestamp_request };
    let made = event("制作证据包", args.by.as_deref());
    let bytes = evidence::bundle(&explaining, &transcript, &findings, run, how, made)?;
    let path = args.output.as_deref().context("-o FILE.zip is missing")?;
    scan::write_file(path, |out| out.write_all(&bytes))?;
    scan::tell_problems(&transcript.problems)?;
    writeln!(
        io::stderr(),
        "kefulint: {} holds original chats, personal data readable: keep it as you keep those",
        path.display()
    )?;
    Ok(if transcript.problems.is_empty() { Status::Done } else { Status::Unread })
}

fn verify(path: &Path, out: &mut dyn Write) -> anyhow::Result<Status> {
    let checked = evidence::verify(&read(path)?);
    for (time, by, what) in &checked.custody {
        writeln!(out, "custody: {time} {by}: {what}")?;
    }
    if !checked.wrong.is_empty() {
        for reason in &checked.wrong {
            writeln!(out, "does not match: {reason}")?;
        }
        return Ok(Status::Failed);
    }
    writeln!(out, "{} files match the manifest, and nothing else has changed", checked.files)?;
    writeln!(out, "root:         {}", checked.root.unwrap_or_default())?;
    writeln!(out, "last custody: {}", checked.custody_head)?;
    Ok(Status::Done)
}

fn log(path: &Path, what: &str, by: Option<&str>) -> anyhow::Result<Status> {
    let bundle = evidence::add_custody(&read(path)?, event(what, by))?;
    scan::write_file(path, |out| out.write_all(&bundle))?;
    Ok(Status::Done)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn event(what: &str, by: Option<&str>) -> Event {
    let now = Zoned::now();
    let user = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| env::var(name).ok());
    Event {
        time: now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        zone: now.time_zone().iana_name().unwrap_or("unknown").to_owned(),
        by: by.map(str::to_owned).or_else(user).unwrap_or_else(|| "unknown".to_owned()),
        what: what.to_owned(),
        command: env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect(),
    }
}

/// The command line without the program, and without what does not tell what is in the bundle: where it is written, and by whom.
fn arguments() -> Vec<String> {
    let mut kept = Vec::new();
    let mut arguments = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-o" | "--output" | "--by" => drop(arguments.next()),
            other if other.starts_with("-o") => {}
            other if other.starts_with("--output=") || other.starts_with("--by=") => {}
            _ => kept.push(argument),
        }
    }
    kept
}
