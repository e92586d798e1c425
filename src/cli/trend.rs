//! `kefulint trend`: the weeks of a store beside each other.

use std::{io::Write, path::PathBuf};

use clap::ValueEnum;
use jiff::{ToSpan, civil::Date};
use kefulint::{
    store::{Days, Store},
    trend::{self, Trend},
};

use super::{Status, scan};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of the store that `kefulint nightly` keeps
    #[arg(long, value_name = "DIR")]
    store: PathBuf,

    /// How many weeks to show
    #[arg(long, value_name = "N", default_value = "26", value_parser = clap::value_parser!(u16).range(1..=520))]
    weeks: u16,

    /// The last day [default: yesterday]
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<Date>,

    /// What to write
    #[arg(long, value_enum, default_value = "text")]
    format: Format,

    /// Write it there instead of to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// How many agents the text shows
    #[arg(long, value_name = "N", default_value = "20")]
    top: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For the screen, in Chinese
    Text,
    /// A row a week and agent
    Csv,
    /// One page for the browser, in Chinese
    Html,
    /// All of it as one JSON object
    Json,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> anyhow::Result<Status> {
    let last = match args.until {
        Some(day) => day,
        None => super::today().yesterday()?,
    };
    let first = trend::monday(last).checked_sub((i64::from(args.weeks) - 1).weeks())?;
    let store = Store::read(&args.store)?;
    let days = Days { first, last };
    let (agents, rules) = store.history(days)?;
    let trend = Trend::new(first, last, &agents, &rules, &store.reading_errors(days)?);
    let write = |out: &mut dyn Write| match args.format {
        Format::Text => trend::terminal(&trend, args.top, out),
        Format::Csv => trend::csv(&trend, out),
        Format::Html => trend::html(&trend, out),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &trend)?;
            writeln!(out)
        }
    };
    match &args.output {
        Some(path) => scan::write_file(path, write)?,
        None => write(out)?,
    }
    Ok(Status::Done)
}
