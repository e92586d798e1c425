//! `kefulint store`: what an operator does to a store besides the nights: report, forget, check.

use std::{io::Write, path::PathBuf};

use clap::Subcommand;
use jiff::{Timestamp, civil::Date};
use kefulint::{
    report::digest::{self, Digest, Ground},
    rule::Options,
    store::{Days, Store},
};

use super::{Global, Status, scan};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The report on a span of days, or on all that the store holds
    Report(ReportArgs),
    /// Delete all data of one customer; what is logged names nobody
    Forget {
        /// The folder of the store
        #[arg(long, value_name = "DIR")]
        store: PathBuf,
        /// The customer's id, as in the export
        #[arg(long, value_name = "ID")]
        customer: String,
        /// Wait for another job on the same store
        #[arg(long)]
        wait: bool,
    },
    /// Look through the whole store for damage
    Check {
        /// The folder of the store
        #[arg(long, value_name = "DIR")]
        store: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
struct ReportArgs {
    /// The folder of the store
    #[arg(long, value_name = "DIR")]
    store: PathBuf,

    /// The first day [default: the first there is]
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,

    /// The last day [default: the last there is]
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,

    /// What to write
    #[arg(long, value_enum, default_value = "text")]
    format: scan::Format,

    /// Write the report there instead of to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    match &args.command {
        Command::Report(args) => report(args, global, out),
        Command::Forget { store, customer, wait } => {
            let mut store = Store::open(store, None, *wait)?;
            let gone = store.forget(customer, Timestamp::now())?;
            store.close()?;
            writeln!(
                out,
                "deleted: {} conversations, {} stored messages, {} findings; the next nightly run writes the reports of their days \
                 anew; exports and backups are not touched",
                gone.conversations, gone.messages, gone.findings
            )?;
            Ok(if gone.conversations > 0 { Status::Done } else { Status::Failed })
        }
        Command::Check { store } => {
            let store = Store::read(store)?;
            store.check()?;
            writeln!(out, "the store is whole: {} bytes", store.size())?;
            Ok(Status::Done)
        }
    }
}

fn report(args: &ReportArgs, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let store = Store::read(&args.store)?;
    let config = global.config(args.store.to_str())?;
    let linter = global.linter(&config, Options::default())?;
    let days = Days { first: args.from.unwrap_or(Days::ALL.first), last: args.to.unwrap_or(Days::ALL.last) };
    let report = store.report(days)?;
    let rules = digest::cards(linter.lexicon());
    let head = scan::head(&config, args.to.unwrap_or_else(super::today), rules.len());
    let ground = Ground { registry: linter.registry(), platform: &config.platform, rules: &rules };
    let digest = Digest::new(&report, &head, ground);
    let writer = scan::Writer::new(args.format, args.output.as_deref())?;
    writer.write(&digest, global, config.report.top, out)?;
    Ok(if report.is_complete() { Status::Done } else { Status::Unread })
}
