//! `kefulint train`: a model from labelled chats, and what it is worth.

use std::{fs, io::Write, path::PathBuf};

use anyhow::Context;
use jiff::civil::Date;
use kefulint::{
    dialogue::{Cues, Ledger},
    eval::{Claim, Counts, Gold},
    learned::{
        self, Compared, Head, HeadReport, Model, Opinion, Pages, Point, Reading, Settings, Source, Training,
    },
    rule::{Linter, Options},
    text::fold::Folded,
    transcript::{Conversation, Role},
};

use super::{Global, Status, input::InputArgs};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The labelled chats, in any format that `scan` reads
    #[arg(long, required = true, value_name = "PATH", num_args = 1..)]
    chats: Vec<String>,

    /// Their labels, JSON lines: {"conv", "msg", "label", "certainty"} and {"conv", "read": true}
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    gold: Vec<PathBuf>,

    /// Where to write the model
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// The day to write into the model, as 2026-11-22; the same day and data make the same file
    #[arg(long, value_name = "DATE")]
    date: Date,

    /// The precision for which a threshold is sought
    #[arg(long, value_name = "SHARE", default_value_t = 0.8)]
    precision: f64,

    /// Take the figures on messages of these authors only (an id without its number, as ec-d of ec-d-017); the others only teach
    #[arg(long, value_name = "AUTHOR", value_delimiter = ',')]
    judge: Vec<String>,

    /// Chats of everyday service, without labels: tell how often the model would fire there
    #[arg(long, value_name = "PATH", num_args = 1..)]
    quiet_on: Vec<String>,

    /// Labelled chats by others, not learned from, to hold the finished model against
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "test_gold")]
    test: Vec<String>,

    /// The labels of --test
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "test")]
    test_gold: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    anyhow::ensure!(
        (0.0..=1.0).contains(&args.precision),
        "--precision {} must lie between 0 and 1",
        args.precision
    );
    let conversations = read(&args.chats, global)?;
    let gold = labels(&args.gold)?;
    let cues = Cues::embedded();
    let settings = Settings { date: args.date, precision: args.precision, judge: args.judge.clone() };
    let training = learned::train(&conversations, &gold, &cues, &settings)?;
    let bytes = training.model.write();
    fs::write(&args.output, &bytes).with_context(|| format!("cannot write {}", args.output.display()))?;

    let header = training.model.header();
    let folds = match training.authors {
        0 => "conversations left out (the ids carry no author)".to_owned(),
        authors => format!("each of {authors} authors left out in turn"),
    };
    writeln!(out, "{} conversations learned from; figures with {folds}", header.conversations)?;
    for (head, report) in header.heads.iter().zip(&training.heads) {
        show_head(out, head, report, args.precision)?;
    }
    for (head, labels) in &training.left_out {
        writeln!(out, "\n{head}: left out, {labels} clear labels are too few")?;
    }
    let linter = rules_only(global)?;
    let mut judged = labels(&args.gold)?;
    judged.retain(|id| {
        args.judge.is_empty()
            || args.judge.iter().any(|author| id.rsplit_once('-').is_some_and(|(a, _)| a == author))
    });
    let title = "beside the rules, authors left out, at the threshold for the wanted precision";
    show_compared(
        out,
        title,
        &learned::compare(&judged, &claims_of_rules(&linter, &conversations), &guessed(&training)),
    )?;
    if !args.test.is_empty() {
        let conversations = read(&args.test, global)?;
        let opinions = opinions(&training.model, &conversations, &cues);
        let gold = labels(&args.test_gold)?;
        let rules = claims_of_rules(&linter, &conversations);
        let compared = learned::compare(&gold, &rules, &passing(&training.model, &opinions));
        show_compared(out, "beside the rules, on --test", &compared)?;
    }
    if !args.quiet_on.is_empty() {
        let opinions = opinions(&training.model, &read(&args.quiet_on, global)?, &cues);
        show_quiet(out, &training.model, &opinions)?;
    }
    writeln!(out, "\nwrote {} ({} KB)", args.output.display(), bytes.len() / 1000)?;
    Ok(Status::Done)
}

fn read(paths: &[String], global: &Global) -> anyhow::Result<Vec<Conversation>> {
    let input = InputArgs::of_paths(paths.to_vec());
    let transcript = input.read(&input.config(global)?)?;
    if let Some(problem) = transcript.problems.first() {
        let line = problem.line.map_or_else(String::new, |line| format!(":{line}"));
        anyhow::bail!(
            "{}{line}: {}; nothing is learned from chats that are read in part",
            problem.file,
            problem.reason
        );
    }
    Ok(transcript.conversations)
}

fn labels(paths: &[PathBuf]) -> anyhow::Result<Gold> {
    let mut gold = Gold::default();
    for path in paths {
        let name = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        gold.extend(Gold::parse(&text).with_context(|| name.to_string())?);
    }
    Ok(gold)
}

/// The rules that do not ask the model.
fn rules_only(global: &Global) -> anyhow::Result<Linter> {
    let options = Options { model: Source::Off, default_day: super::today(), ..Options::default() };
    global.linter(&global.config(None)?, options)
}

fn claims_of_rules(linter: &Linter, conversations: &[Conversation]) -> Vec<Claim> {
    let linted = linter.lint_all(conversations, || ());
    linted.iter().flat_map(|linted| &linted.findings).map(Claim::of).collect()
}

/// From which probability on a head's word counts; above 1 where no threshold has the wanted precision.
fn threshold(head: &Head) -> f64 {
    head.figures.wanted.map_or(f64::INFINITY, |point| point.at_least)
}

fn guessed(training: &Training) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (head, report) in training.model.header().heads.iter().zip(&training.heads) {
        let passing = report.guesses.iter().filter(|guess| guess.probability >= threshold(head));
        claims.extend(
            passing.map(|guess| learned::claim(head, guess.kind, &guess.conversation, guess.message)),
        );
    }
    claims
}

/// What a model thinks of one message.
struct Thought {
    conversation: String,
    message: u32,
    role: Role,
    opinions: Vec<Opinion>,
}

fn opinions(model: &Model, conversations: &[Conversation], cues: &Cues) -> Vec<Thought> {
    let mut thoughts = Vec::new();
    for conversation in conversations {
        let folded: Vec<Folded> = conversation.messages.iter().map(|m| Folded::new(&m.text)).collect();
        let ledger = Ledger::new(conversation, cues);
        let pages = Pages { model, conversation, ledger: &ledger, folded: &|at| &folded[at] };
        let reading = Reading::new(folded.len());
        thoughts.extend(conversation.messages.iter().enumerate().map(|(at, message)| Thought {
            conversation: conversation.id.to_string(),
            message: at as u32,
            role: message.role,
            opinions: reading.opinions(pages, at),
        }));
    }
    thoughts
}

fn passing(model: &Model, thoughts: &[Thought]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for thought in thoughts {
        for (head, opinion) in model.header().heads.iter().zip(&thought.opinions) {
            if opinion.probability >= threshold(head) {
                claims.push(learned::claim(head, opinion.kind, &thought.conversation, thought.message));
            }
        }
    }
    claims
}

fn show_head(out: &mut dyn Write, head: &Head, report: &HeadReport, wanted: f64) -> anyhow::Result<()> {
    let figures = &head.figures;
    writeln!(out, "\n{}: {} of {} messages labelled", head.name, figures.labelled, figures.messages)?;
    let mut row = |what: &str, point: Point| {
        let Point { at_least, precision, recall } = point;
        writeln!(
            out,
            "  {what:32} at_least {at_least:.3}  P {precision:.3}  R {recall:.3}  F1 {:.3}",
            point.f1()
        )
    };
    row("best F1", figures.best)?;
    row("best F1, authors known", figures.best_by_conversation)?;
    match figures.wanted {
        Some(point) => row(&format!("precision {wanted}"), point)?,
        None => writeln!(out, "  no threshold has precision {wanted}; the model should stay off here")?,
    }
    for (kind, counts) in head.kinds.iter().zip(&report.kinds) {
        writeln!(
            out,
            "    {:24} found {:3} of {:3}, as this kind {:3} of {:3} right",
            kind.name, counts.found, counts.labelled, counts.right, counts.said
        )?;
    }
    let tenths: Vec<String> = figures
        .reliability
        .iter()
        .map(|tenth| format!("{:.2}→{:.2} ({})", tenth.said, tenth.is, tenth.rows))
        .collect();
    writeln!(out, "  calibration, said→is (messages): {}", tenths.join("  "))?;
    writeln!(out, "  leans on: {}", report.leans_on.join("  "))?;
    Ok(())
}

fn show_compared(out: &mut dyn Write, title: &str, compared: &[Compared]) -> anyhow::Result<()> {
    writeln!(out, "\n{title}")?;
    writeln!(out, "{:18} {:^20} {:^20} {:^20}", "", "rules only", "model only", "both")?;
    writeln!(
        out,
        "{:18} {:>6} {:>6} {:>6}  {:>6} {:>6} {:>6}  {:>6} {:>6} {:>6}",
        "family", "P", "R", "F1", "P", "R", "F1", "P", "R", "F1"
    )?;
    for row in compared {
        let cells = |counts: Counts| {
            format!("{:6.3} {:6.3} {:6.3}", counts.precision(), counts.recall(), counts.f1())
        };
        writeln!(out, "{:18} {}  {}  {}", row.family, cells(row.rules), cells(row.model), cells(row.both))?;
    }
    Ok(())
}

fn show_quiet(out: &mut dyn Write, model: &Model, thoughts: &[Thought]) -> anyhow::Result<()> {
    let agents: Vec<&Thought> = thoughts.iter().filter(|thought| thought.role == Role::Agent).collect();
    writeln!(out, "\non {} messages by agents in --quiet-on", agents.len())?;
    for (number, head) in model.header().heads.iter().enumerate() {
        let mut scores: Vec<f64> =
            agents.iter().map(|thought| thought.opinions[number].probability).collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let fires = scores.partition_point(|&score| score >= threshold(head));
        let first_quiet = scores.get(scores.len() / 1000).copied().unwrap_or(0.0);
        writeln!(
            out,
            "  {:16} fires on {fires} at its threshold; on at most 1 in 1,000 above {first_quiet:.3}",
            head.name
        )?;
    }
    Ok(())
}
