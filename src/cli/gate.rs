//! `kefulint gate`: chats in, yes or no out.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    str::FromStr,
};

use anyhow::{Context, bail};
use kefulint::{
    eval::{Gold, Score},
    finding::Severity,
    gate::{self, Selector, Thresholds, Trial},
    report::digest::{self, Digest, Ground},
};

use super::{
    Global, Status,
    memory::{self, Chats},
    rules, scan,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    chats: Chats,

    #[command(flatten)]
    limits: Limits,

    /// What the gate says, as one JSON object
    #[arg(long, help_heading = "Output")]
    json: bool,

    /// Also write the report; to standard output without --output, and what the gate says then goes to standard error
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    format: Option<scan::Format>,

    /// Write the report there
    #[arg(short, long, value_name = "FILE", requires = "format", help_heading = "Output")]
    output: Option<PathBuf>,
}

/// Limits as typed; they go before those of `[gate]`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
struct Limits {
    /// Fail on any finding at least as bad: low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", value_parser = rules::named::<Severity>)]
    fail_on: Option<Severity>,

    /// At most so many findings of all, a family, a severity and worse, a kind, or a rule: all=20, abuse=0, ABU101=0
    #[arg(long, value_name = "WHAT=N", value_parser = pair::<Selector, u64>)]
    max: Vec<(Selector, u64)>,

    /// At most so many per 100 conversations, by the lower end of the 95 % interval: evasion=5
    #[arg(long, value_name = "WHAT=RATE", value_parser = pair::<Selector, f64>)]
    max_rate: Vec<(Selector, f64)>,

    /// No agent's risk over this, by the lower end of its 95 % interval
    #[arg(long, value_name = "RISK")]
    max_risk: Option<f64>,

    /// Share of files and records, 0 to 1, that may stay unread [default: 0]
    #[arg(long, value_name = "SHARE")]
    max_unread: Option<f64>,

    /// Gold labels of the same chats, as for `eval`
    #[arg(long, value_name = "GOLD")]
    gold: Option<PathBuf>,

    /// F1 of a family on the labelled chats, at least: evasion=0.7
    #[arg(long, value_name = "FAMILY=F1", value_parser = pair::<String, f64>)]
    min_f1: Vec<(String, f64)>,

    /// Precision of a family on the labelled chats, at least
    #[arg(long, value_name = "FAMILY=SHARE", value_parser = pair::<String, f64>)]
    min_precision: Vec<(String, f64)>,

    /// Recall of a family on the labelled chats, at least
    #[arg(long, value_name = "FAMILY=SHARE", value_parser = pair::<String, f64>)]
    min_recall: Vec<(String, f64)>,

    /// Count findings of preview rules too
    #[arg(long)]
    preview: bool,
}

fn pair<K: FromStr, V: FromStr>(text: &str) -> Result<(K, V), String>
where
    K::Err: std::fmt::Display,
    V::Err: std::fmt::Display,
{
    let (key, value) = text.split_once('=').ok_or("write it as name=number")?;
    let value = value.parse().map_err(|error| format!("`{value}`: {error}"))?;
    Ok((key.parse().map_err(|error| format!("{error}"))?, value))
}

impl Limits {
    fn over(&self, config: Thresholds) -> Thresholds {
        let typed = Thresholds {
            fail_on: self.fail_on,
            max: self.max.iter().cloned().collect(),
            max_rate: self.max_rate.iter().cloned().collect(),
            max_risk: self.max_risk,
            gold: self.gold.clone(),
            min_f1: self.min_f1.iter().cloned().collect(),
            min_precision: self.min_precision.iter().cloned().collect(),
            min_recall: self.min_recall.iter().cloned().collect(),
            preview: self.preview,
            max_unread: self.max_unread,
        };
        config.with(typed)
    }
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let Chats { input, memory, .. } = &args.chats;
    let (config, date, linter) = args.chats.linter(global)?;
    let rules = digest::cards(linter.lexicon());
    let memory = memory.load(input, &config, global, date, &rules)?;
    let mut limits = args.limits.over(config.gate.clone());
    if limits.is_empty() {
        if memory.baseline.is_none() {
            bail!(
                "the gate asks for nothing; give a limit, as --fail-on high, set [gate], or give --baseline"
            );
        }
        // Who gives a baseline and nothing else wants nothing new.
        limits.max.insert(Selector::All, 0);
    }
    limits.check(&rules).map_err(anyhow::Error::msg)?;
    let gold = gold(&limits)?;

    let report = scan::judge(&linter, input.read(&config)?, global, &memory);
    let score: Option<Score> = gold.map(|gold| gold.score(&report.findings));
    let mut preview = gate::preview_rules(linter.lexicon());
    preview.extend(memory::demotions(&memory, &config, &rules).into_iter().map(|demotion| demotion.rule));
    let outcome = gate::judge(&limits, Trial { report: &report, preview: &preview, score: score.as_ref() });
    if let Some(format) = args.format {
        let head = scan::head(&config, date, rules.len());
        let ground = Ground { registry: linter.registry(), platform: &config.platform, rules: &rules };
        let digest = Digest::new(&report, &head, ground);
        scan::Writer::new(format, args.output.as_deref())?.write(&digest, global, config.report.top, out)?;
    }
    let tell = |out: &mut dyn Write| -> io::Result<()> {
        if args.json {
            serde_json::to_writer_pretty(&mut *out, &outcome)?;
            return writeln!(out);
        }
        outcome.write(out)
    };
    if args.format.is_some() && args.output.is_none() {
        tell(&mut io::stderr().lock())?;
    } else {
        tell(out)?;
    }
    scan::tell_problems(&report.problems)?;
    memory::tell(&memory, &report.findings, &config, &rules)?;
    Ok(match () {
        () if !outcome.complete => Status::Unread,
        () if !outcome.passed => Status::Failed,
        () => Status::Done,
    })
}

fn gold(limits: &Thresholds) -> anyhow::Result<Option<Gold>> {
    match (&limits.gold, limits.asks_for_quality()) {
        (None, false) => Ok(None),
        (None, true) => bail!("F1, precision and recall need labels: give --gold GOLD"),
        (Some(_), false) => {
            bail!("gold labels are given but nothing is asked of them: give --min-f1 FAMILY=F1")
        }
        (Some(path), true) => {
            let name = path.display();
            let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
            Ok(Some(Gold::parse(&text).with_context(|| name.to_string())?))
        }
    }
}
