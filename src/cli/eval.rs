//! `kefulint eval`: precision, recall and F1 on labelled chats.

use std::{fs, io::Write, path::PathBuf};

use anyhow::Context;
use kefulint::{eval::Gold, rule::Options};

use super::{Global, Status, input::InputArgs};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Gold labels, JSON lines: {"conv", "msg", "label", "certainty"} and {"conv", "read": true}
    gold: PathBuf,

    /// The labelled chats
    #[arg(long, required = true, value_name = "PATH", num_args = 1..)]
    input: Vec<String>,

    /// Also list recall by kind
    #[arg(long)]
    kinds: bool,

    /// List the misses and false alarms of this family
    #[arg(long, value_name = "FAMILY")]
    show: Option<String>,

    /// As one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let name = args.gold.display();
    let text = fs::read_to_string(&args.gold).with_context(|| format!("cannot read {name}"))?;
    let gold = Gold::parse(&text).with_context(|| format!("{name}"))?;
    let input = InputArgs::of_paths(args.input.clone());
    let config = input.config(global)?;
    let linter = global.linter(&config, Options { default_day: super::today(), ..Options::default() })?;
    let transcript = input.read(&config)?;
    let linted = linter.lint_all(&transcript.conversations, || ());
    let score = gold.score(linted.iter().flat_map(|linted| &linted.findings));
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &score)?;
        writeln!(out)?;
    } else {
        writeln!(
            out,
            "{} conversations, {} clear labels, {} borderline, {} findings",
            score.conversations, score.clear, score.borderline, score.found
        )?;
        writeln!(
            out,
            "{:18} {:>5} {:>5} {:>5} {:>6} {:>6} {:>6}",
            "family", "TP", "FP", "FN", "P", "R", "F1"
        )?;
        for (family, counts) in &score.families {
            writeln!(
                out,
                "{family:18} {:5} {:5} {:5} {:6.3} {:6.3} {:6.3}",
                counts.hits,
                counts.false_alarms,
                counts.misses,
                counts.precision(),
                counts.recall(),
                counts.f1()
            )?;
        }
        if args.kinds {
            for (kind, (found, all)) in &score.kinds {
                writeln!(out, "{kind:28} found {found} of {all}")?;
            }
        }
        if let Some(family) = &args.show {
            let of = |label: &str| label == family || label.starts_with(&format!("{family}."));
            for (conversation, message, label) in score.missed.iter().filter(|(.., label)| of(label)) {
                writeln!(out, "  missed  {conversation} {message} {label}")?;
            }
            for (conversation, message, _) in score.false_alarms.iter().filter(|(.., label)| label == family)
            {
                writeln!(out, "  false   {conversation} {message}")?;
            }
        }
    }
    Ok(if transcript.problems.is_empty() { Status::Done } else { Status::Unread })
}
