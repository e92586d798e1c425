//! `kefulint lexicon`: are the packs right, and do the rules do what their examples say.

use std::io::Write;

use clap::Subcommand;
use kefulint::rule::{Options, proof};

use super::{Global, Status};

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
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let linter = global.linter(&global.config(None)?, Options::default())?;
    match args.command {
        Command::Test => {
            let proof = proof::prove(&linter);
            for failure in &proof.failures {
                writeln!(out, "{failure}")?;
            }
            let (rules, examples, failed) = (proof.rules, proof.examples, proof.failures.len());
            writeln!(
                out,
                "{rules} rules, {examples} examples: {} passed, {failed} failed",
                examples - failed.min(examples)
            )?;
            Ok(if failed == 0 { Status::Done } else { Status::Failed })
        }
        Command::Check => {
            for remark in linter.remarks() {
                writeln!(out, "{remark}")?;
            }
            writeln!(out, "{} rules, {} remarks", linter.lexicon().rules.len(), linter.remarks().len())?;
            Ok(Status::Done)
        }
    }
}
