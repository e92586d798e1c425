//! The command line: one file a subcommand, each thin; what a library user would miss does not belong here.
//!
//! Data goes to standard output, everything else to standard error. This is the one place that knows the clock, the
//! environment and the terminal.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use jiff::civil::Date;
use kefulint::{lexicon::Lexicon, rule::{Linter, Options}};

mod lexicon;
mod scan;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Done, or the gate passed.
    Done,
    /// The gate failed.
    Failed,
    /// Something could not be read.
    Unread,
}

/// A compliance linter for Chinese customer-service transcripts.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// Options of every subcommand.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Global {
    /// Use the rule packs of this folder instead of the embedded ones
    #[arg(long, global = true, value_name = "DIR")]
    lexicons: Option<PathBuf>,
}

impl Global {
    pub(crate) fn linter(&self, options: Options) -> anyhow::Result<Linter> {
        let lexicon = match &self.lexicons {
            Some(dir) => Lexicon::from_dir(dir)?,
            None => Lexicon::embedded()?,
        };
        Ok(Linter::new(lexicon, options)?)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read chats and report what was found
    Scan(scan::Args),
    /// Check rule packs and run their examples
    Lexicon(lexicon::Args),
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let result = match cli.command {
        Command::Scan(args) => scan::run(&args, &cli.global, &mut out),
        Command::Lexicon(args) => lexicon::run(&args, &cli.global, &mut out),
    };
    let result = result.and_then(|status| {
        out.flush()?;
        Ok(status)
    });
    match result {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::Failed) => ExitCode::from(1),
        Ok(Status::Unread) => ExitCode::from(3),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "kefulint: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whoever reads us has seen enough: `kefulint rules | head`.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// The day on the wall calendar here.
pub(crate) fn today() -> Date {
    jiff::Zoned::now().date()
}
