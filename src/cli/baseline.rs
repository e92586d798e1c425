//! `kefulint baseline`: take the known findings down, hold today's against them, and let go of those that are gone.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::bail;
use clap::Subcommand;
use jiff::civil::Date;
use kefulint::{
    baseline::{Baseline, Change, FILE_NAME},
    report::Report,
};

use super::{
    Global, Status,
    memory::{Chats, read_baseline},
    scan,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take all findings of these chats down as known
    Write {
        #[command(flatten)]
        chats: Chats,
        /// Replace a baseline that is there
        #[arg(long)]
        force: bool,
    },
    /// Name the findings that are new; exit code 1 if there are any
    Check {
        #[command(flatten)]
        chats: Chats,
        /// Fail also where known findings are gone and the baseline still allows them
        #[arg(long)]
        tight: bool,
    },
    /// Let go of known findings that are gone; new ones are not taken in
    Update {
        #[command(flatten)]
        chats: Chats,
    },
}

/// The findings of the chats, and where the baseline lies.
struct Run {
    report: Report,
    date: Date,
    path: PathBuf,
}

impl Run {
    /// Reads and judges; what reviewers set aside is marked, what the baseline knows is not.
    fn new(chats: &Chats, global: &Global) -> anyhow::Result<Self> {
        let (config, date, linter) = chats.linter(global)?;
        let path = chats.memory.baseline.clone().or_else(|| config.review.baseline.clone());
        let memory = chats.memory.decided(&chats.input, &config, global, date)?;
        let report = scan::judge(&linter, chats.input.read(&config)?, global, &memory);
        scan::tell_problems(&report.problems)?;
        Ok(Self { report, date, path: path.unwrap_or_else(|| FILE_NAME.into()) })
    }

    fn taken(&self) -> Baseline {
        Baseline::take(&self.report.findings, self.date)
    }
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    match &args.command {
        Command::Write { chats, force } => write(chats, *force, global, out),
        Command::Check { chats, tight } => check(chats, *tight, global, out),
        Command::Update { chats } => update(chats, global, out),
    }
}

fn write(chats: &Chats, force: bool, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let run = Run::new(chats, global)?;
    let name = run.path.display();
    if run.path.exists() && !force {
        bail!("{name} is there; `baseline update` lets go of what is gone, --force takes all findings anew");
    }
    if !run.report.is_complete() {
        return unread(out);
    }
    let taken = run.taken();
    save(&run.path, &taken)?;
    writeln!(out, "{name}：记下 {} 条发现", taken.len())?;
    Ok(Status::Done)
}

fn check(chats: &Chats, tight: bool, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let run = Run::new(chats, global)?;
    let known = read_baseline(&run.path)?;
    let Change { unchanged, new, gone } = known.compare(&run.taken());
    writeln!(out, "{}：已知 {unchanged} 条，新增 {new} 条，消失 {gone} 条", run.path.display())?;
    let fresh = run.report.worst().into_iter().filter(|finding| known.suppression(finding).is_none());
    for finding in fresh {
        kefulint::gate::write_finding(finding, out)?;
    }
    if gone > 0 {
        writeln!(out, "消失的可用 baseline update 从基线去掉")?;
    }
    Ok(match () {
        () if !run.report.is_complete() => Status::Unread,
        () if new > 0 || (tight && gone > 0) => Status::Failed,
        () => Status::Done,
    })
}

fn update(chats: &Chats, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let run = Run::new(chats, global)?;
    let mut known = read_baseline(&run.path)?;
    if !run.report.is_complete() {
        return unread(out);
    }
    let now = run.taken();
    let Change { new, gone, .. } = known.compare(&now);
    known.tighten(&now);
    save(&run.path, &known)?;
    writeln!(out, "{}：去掉 {gone} 条，留下 {} 条", run.path.display(), known.len())?;
    if new > 0 {
        writeln!(out, "新增 {new} 条，未收入基线")?;
    }
    Ok(if new > 0 { Status::Failed } else { Status::Done })
}

/// What was not read would seem to be gone.
fn unread(out: &mut dyn Write) -> anyhow::Result<Status> {
    writeln!(out, "有内容未能读取，基线未改动")?;
    Ok(Status::Unread)
}

fn save(path: &Path, baseline: &Baseline) -> anyhow::Result<()> {
    scan::write_file(path, |out| out.write_all(baseline.to_text().as_bytes()))
}
