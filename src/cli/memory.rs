//! Where decisions and the baseline are looked for, and what is said of them after a run.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use jiff::civil::Date;
use kefulint::{
    baseline::Baseline,
    config::Config,
    decision::{self, Decisions, Demotion, Memory},
    finding::Finding,
    report::digest::RuleCards,
    rule::{Linter, Options},
};

use super::{
    Global,
    input::{InputArgs, folder_of},
};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct MemoryArgs {
    /// What reviewers decided, a file or a folder [default: the nearest kefulint.decisions.toml above the input]
    #[arg(long, value_name = "PATH", help_heading = "Judging")]
    decisions: Option<PathBuf>,

    /// Known findings, which stay in the output and do not count
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub(crate) baseline: Option<PathBuf>,
}

/// Chats to be judged against what is remembered.
#[derive(Debug, clap::Args)]
pub(crate) struct Chats {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) memory: MemoryArgs,

    /// The trade of all conversations, in place of what their words tell
    #[arg(long, value_name = "TRADE", help_heading = "Judging")]
    trade: Option<String>,

    /// The day of the run, whose law holds for messages without a date, and by which decisions expire [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Judging")]
    date: Option<Date>,
}

impl Chats {
    /// The settings, the day, and who judges.
    pub(crate) fn linter(&self, global: &Global) -> anyhow::Result<(Config, Date, Linter)> {
        let mut config = self.input.config(global)?;
        if let Some(trade) = &self.trade {
            config.set_trade(trade);
        }
        let date = self.date.unwrap_or_else(super::today);
        let trade = config.lint.trade.clone();
        let linter = global.linter(&config, Options { default_day: date, trade, ..Options::default() })?;
        Ok((config, date, linter))
    }
}

impl MemoryArgs {
    /// What is remembered of these chats.
    pub(crate) fn load(
        &self,
        input: &InputArgs,
        config: &Config,
        global: &Global,
        today: Date,
        rules: &RuleCards,
    ) -> anyhow::Result<Memory> {
        config.review.check(rules).map_err(anyhow::Error::msg)?;
        let baseline = self.baseline.as_ref().or(config.review.baseline.as_ref());
        let baseline = baseline.map(|path| read_baseline(path)).transpose()?;
        Ok(Memory { baseline, ..self.decided(input, config, global, today)? })
    }

    /// The same without the baseline.
    pub(crate) fn decided(
        &self,
        input: &InputArgs,
        config: &Config,
        global: &Global,
        today: Date,
    ) -> anyhow::Result<Memory> {
        let folder = folder_of(input.paths().first().filter(|path| *path != "-").map_or("", String::as_str));
        let path = decisions_path(self.decisions.as_deref(), config, global, &folder);
        let decisions = path.as_deref().map(Decisions::load).transpose()?.unwrap_or_default();
        Ok(Memory { decisions, baseline: None, today })
    }
}

/// The decisions asked for, set, or lying nearest above a folder.
pub(crate) fn decisions_path(
    typed: Option<&Path>,
    config: &Config,
    global: &Global,
    folder: &Path,
) -> Option<PathBuf> {
    let nearest = || {
        let paths = folder.ancestors().map(|dir| dir.join(decision::FILE_NAME));
        if global.isolated { None } else { paths.into_iter().find(|path| path.exists()) }
    };
    typed.or(config.review.decisions.as_deref()).map(Path::to_owned).or_else(nearest)
}

/// Reads a baseline.
pub(crate) fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    let name = path.display();
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {name}; `kefulint baseline write` makes a baseline"))?;
    Baseline::parse(&text).with_context(|| name.to_string())
}

/// The rules that the decisions speak against.
pub(crate) fn demotions(memory: &Memory, config: &Config, rules: &RuleCards) -> Vec<Demotion> {
    decision::demotions(&decision::records(&memory.decisions, rules, &config.review.precision))
}

/// Says on standard error which decisions do nothing any more, and which rules fall short.
pub(crate) fn tell(
    memory: &Memory,
    findings: &[Finding],
    config: &Config,
    rules: &RuleCards,
) -> io::Result<()> {
    const SHOWN: usize = 10;
    let mut err = io::stderr().lock();
    let review = memory.review(findings);
    let groups = [
        (review.expired, "has expired, so its finding is as if undecided; decide again or delete the entry"),
        (review.unused, "is on no finding of this run; delete the entry if the chat should be in it"),
    ];
    for (entries, what) in groups {
        for entry in entries.iter().take(SHOWN) {
            let (file, line, decision) = (&entry.file, entry.line, &entry.decision);
            let (verdict, fingerprint) = (decision.verdict.as_str(), &decision.fingerprint);
            writeln!(err, "kefulint: {file}:{line}: {verdict} of {fingerprint} {what}")?;
        }
        if entries.len() > SHOWN {
            writeln!(err, "kefulint: … and {} more of these decisions", entries.len() - SHOWN)?;
        }
    }
    for Demotion { rule, precision, target } in demotions(memory, config, rules) {
        writeln!(
            err,
            "kefulint: rule {rule} is treated as preview: its precision is {:.2} ({:.2} to {:.2}) by the decisions, below \
             the {target} asked for in [review.precision]",
            precision.mean, precision.low, precision.high
        )?;
    }
    Ok(())
}
