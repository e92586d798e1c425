//! `kefulint lexicon`: are the packs right, and do the rules do what their examples say.

use std::{io::Write, path::PathBuf};

use clap::Subcommand;
use kefulint::{
    finding::Finding,
    lexicon::Lexicon,
    rule::{Linter, Options, compare::compare, proof, review::review},
};

use super::{Global, Status, input::InputArgs};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run every rule's examples: hits must fire, near misses must not
    Test,
    /// Load the packs and name what is no error but worth a look
    Check,
    /// Show which findings appear, vanish or move between two folders of packs
    Diff {
        /// The packs as they are
        old: PathBuf,
        /// The packs as they shall be
        new: PathBuf,
        /// The chats to judge by both
        #[arg(long, required = true, value_name = "PATH", num_args = 1..)]
        input: Vec<String>,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    match &args.command {
        Command::Test => test(global, out),
        Command::Check => check(global, out),
        Command::Diff { old, new, input, json } => {
            let input = InputArgs::of_paths(input.clone());
            let config = input.config(global)?;
            let transcript = input.read(&config)?;
            let findings = |dir: &PathBuf| -> anyhow::Result<Vec<Finding>> {
                let options = Options { default_day: super::today(), ..Options::default() };
                let linter = Linter::new(Lexicon::from_dir(dir)?, options)?;
                let linted = linter.lint_all(&transcript.conversations, || ());
                Ok(linted.into_iter().flat_map(|linted| linted.findings).collect())
            };
            let comparison = compare(&findings(old)?, &findings(new)?);
            if *json {
                serde_json::to_writer_pretty(&mut *out, &comparison)?;
                writeln!(out)?;
            } else {
                diff(&comparison, out)?;
            }
            Ok(if transcript.problems.is_empty() { Status::Done } else { Status::Unread })
        }
    }
}

fn test(global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let linter = global.linter(&global.config(None)?, Options::default())?;
    let proof = proof::prove(&linter);
    for failure in &proof.failures {
        writeln!(out, "{failure}")?;
    }
    let failed = proof.failures.len();
    writeln!(out, "{} rules, {} examples, {failed} failures", proof.rules, proof.examples)?;
    Ok(if failed == 0 { Status::Done } else { Status::Failed })
}

fn check(global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let options = Options { default_day: super::today(), ..Options::default() };
    let linter = global.linter(&global.config(None)?, options)?;
    let remarks = review(&linter);
    for remark in &remarks {
        writeln!(out, "{remark}")?;
    }
    writeln!(out, "{} rules, {} remarks", linter.lexicon().rules.len(), remarks.len())?;
    Ok(Status::Done)
}

/// The difference, a line each, and its sums.
pub(crate) fn diff(
    comparison: &kefulint::rule::compare::Comparison,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    for (sign, list) in [('+', &comparison.appeared), ('-', &comparison.vanished)] {
        for (place, agent, quote) in list {
            let agent = agent.as_deref().unwrap_or("—");
            writeln!(
                out,
                "{sign} {} {} {} {agent} “{quote}”",
                place.rule, place.conversation_id, place.message_index
            )?;
        }
    }
    for (place, old, new) in &comparison.moved {
        let (old, new) = (old.as_str(), new.as_str());
        writeln!(out, "~ {} {} {} {old} → {new}", place.rule, place.conversation_id, place.message_index)?;
    }
    for (agent, (appeared, vanished)) in &comparison.agents {
        writeln!(out, "{}: +{appeared} -{vanished}", agent.as_deref().unwrap_or("—"))?;
    }
    let (new, gone) = (comparison.appeared.len(), comparison.vanished.len());
    let (moved, same) = (comparison.moved.len(), comparison.unchanged);
    writeln!(out, "{new} appeared, {gone} vanished, {moved} moved, {same} unchanged")
}
