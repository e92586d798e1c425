//! `kefulint nightly`: the cron job. Takes in what is new, writes the day's report, tells somebody; safe to kill, safe to repeat.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, bail};
use clap::ValueEnum;
use jiff::{Timestamp, ToSpan, Zoned, civil::Date};
use kefulint::{
    config::Config,
    notify::{Channel, Notice, Robot, Secret},
    report::{
        Report,
        digest::{self, Digest, Ground},
    },
    rule::{Linter, Options},
    store::{Age, Days, Night, Outcome, Retention, Store, StoreError},
    transcript,
};
use tracing::{error, info, warn};

use super::{Global, Status, input::InputArgs, lexicon, scan};

/// Reports of days further back are only written anew where they are.
const BACK_DAYS: i64 = 31;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,

    /// The folder of the store; made if it is not there
    #[arg(long, value_name = "DIR")]
    store: PathBuf,

    /// Wait for another job on the same store, instead of leaving with exit code 4
    #[arg(long)]
    wait: bool,

    /// The time to take for now, as 2026-11-22T03:00+08:00[Asia/Shanghai] or 2026-11-22 [default: the clock]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    now: Option<Zoned>,

    /// Keep the texts of messages so long, to judge a conversation that goes on whole again: 30d, 180d; or `none`
    #[arg(long, value_name = "AGE", default_value = "30d", value_parser = parse_kept, help_heading = "Retention")]
    keep_text: Kept,

    /// Keep findings and all else so long [default: for ever]
    #[arg(long, value_name = "AGE", help_heading = "Retention")]
    keep_findings: Option<Age>,

    /// Write the report on the day before, and anew those of days that late chats changed: html, xlsx, json, csv, md
    #[arg(long, value_enum, value_delimiter = ',', requires = "output", help_heading = "Output")]
    report: Vec<Kind>,

    /// The folder of the reports and their index
    #[arg(short, long, value_name = "DIR", requires = "report", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Judge again what went on since that day and was judged by other rules, and show the difference
    #[arg(long, num_args = 2, value_names = ["since", "YYYY-MM-DD"], help_heading = "Judging")]
    rejudge: Option<Vec<String>>,

    /// The trade of all conversations, in place of what their words tell
    #[arg(long, value_name = "TRADE", help_heading = "Judging")]
    trade: Option<String>,

    /// Write figures for the node exporter of Prometheus there
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    prometheus: Option<PathBuf>,

    /// How log lines are written to standard error
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    log: Log,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Log {
    /// For people
    Text,
    /// A JSON object a line
    Json,
}

/// How long texts are kept.
#[derive(Clone, Copy, Debug)]
enum Kept {
    None,
    For(Age),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// One page for the browser
    Html,
    /// A workbook
    Xlsx,
    /// The whole report as one JSON object
    Json,
    /// The findings as a table
    Csv,
    /// The summary
    Md,
}

impl Kind {
    const fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Md => "md",
        }
    }

    const fn format(self) -> scan::Format {
        match self {
            Self::Html => scan::Format::Html,
            Self::Xlsx => scan::Format::Excel,
            Self::Json => scan::Format::Json,
            Self::Csv => scan::Format::Csv,
            Self::Md => scan::Format::Markdown,
        }
    }
}

fn parse_kept(text: &str) -> Result<Kept, String> {
    if text == "none" { Ok(Kept::None) } else { text.parse().map(Kept::For) }
}

fn parse_time(text: &str) -> Result<Zoned, String> {
    let local =
        || text.parse::<jiff::civil::DateTime>().and_then(|time| time.to_zoned(jiff::tz::TimeZone::system()));
    text.parse::<Zoned>().or_else(|_| local()).map_err(|error| error.to_string())
}

/// What all steps of a run need.
struct Run<'a> {
    args: &'a Args,
    global: &'a Global,
    config: &'a Config,
    linter: &'a Linter,
    night: Night<'a>,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let begun = Instant::now();
    log(args.log, global.quiet);
    if args.input.paths().iter().any(|path| path == "-") {
        bail!("a night's run reads files; standard input cannot be known again");
    }
    let since = args.rejudge.as_deref().map(since).transpose()?;
    let config = args.input.config(global)?;
    let channels = channels(&config)?;
    let now = args.now.clone().unwrap_or_else(Zoned::now);
    let options = Options {
        default_day: now.date().yesterday()?,
        trade: args.trade.clone().or_else(|| config.lint.trade.clone()),
        ..Options::default()
    };
    let linter = global.linter(&config, options)?;
    let keep_text = matches!(args.keep_text, Kept::For(_));
    let night = Night { now: &now, input: &config.input, linter: &linter, keep_text };
    let run = Run { args, global, config: &config, linter: &linter, night };
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).context("the system gives no random key")?;
    let mut store = Store::open(&args.store, Some(&secret), args.wait)?;
    if store.was_interrupted() {
        warn!(
            "the run before did not end; the store was looked through and is whole, this run goes on where it stopped"
        );
    }
    if store.pack_changed(&night)? {
        warn!("the rules, the law or the model changed since last night; --rejudge since DATE judges again");
    }
    let inputs = transcript::discover(args.input.paths(), io::empty());
    let outcome = store.take_in(inputs, &night)?;
    tell_outcome(&outcome);
    if let Some(since) = since {
        run.rejudge(&mut store, since, out)?;
    }
    run.sweep(&mut store)?;
    let mut status = if outcome.problems.is_empty() { Status::Done } else { Status::Unread };
    if let Err(failure) = run.reports(&mut store) {
        error!("{failure:#}; the store is complete, the next run writes the reports");
        status = Status::Store;
    } else if let Err(failure) = run.tell(&mut store, &channels) {
        error!("{failure:#}");
        status = Status::Untold;
    }
    let figures = Figures { outcome: &outcome, size: store.size(), now: now.timestamp(), status };
    store.close()?;
    if let Some(path) = &args.prometheus {
        scan::write_file(path, |out| figures.write(begun, out))?;
    }
    Ok(status)
}

fn log(log: Log, quiet: bool) {
    let level = if quiet { tracing::Level::WARN } else { tracing::Level::INFO };
    let lines = tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(level).with_target(false);
    match log {
        Log::Text => lines.with_ansi(false).init(),
        Log::Json => lines.json().flatten_event(true).with_span_list(false).init(),
    }
}

fn since(words: &[String]) -> anyhow::Result<Date> {
    match words {
        [since, date] if since == "since" => {
            date.parse().with_context(|| format!("`{date}` is no day like 2026-03-01"))
        }
        _ => bail!("write it as: --rejudge since 2026-03-01"),
    }
}

fn tell_outcome(outcome: &Outcome) {
    let Outcome { files, known, growing, messages, repeated, conversations, findings, problems } = outcome;
    info!(files, known, messages, repeated, conversations, findings, problems = problems.len(), "taken in");
    for file in growing {
        warn!(file, "is still being written; left for the next run");
    }
    for problem in problems {
        warn!(file = &*problem.file, line = problem.line, "{}", problem.reason);
    }
}

impl Run<'_> {
    fn rejudge(&self, store: &mut Store, since: Date, out: &mut dyn Write) -> anyhow::Result<()> {
        let rejudged = store.rejudge(since, &self.night)?;
        info!(conversations = rejudged.conversations, without_text = rejudged.without_text, "judged again");
        if rejudged.without_text > 0 {
            warn!(
                conversations = rejudged.without_text,
                "stay as they were judged, for their texts are not kept; see --keep-text"
            );
        }
        Ok(lexicon::diff(&rejudged.comparison, out)?)
    }

    fn sweep(&self, store: &mut Store) -> anyhow::Result<()> {
        let texts = match self.args.keep_text {
            Kept::For(age) => Some(age),
            Kept::None => None,
        };
        let swept = store.sweep(&Retention { texts, findings: self.args.keep_findings }, &self.night)?;
        if swept.clock_went_back {
            warn!("the clock stands before that of an earlier run; nothing is let go tonight");
        } else if swept.texts + swept.conversations > 0 {
            info!(texts = swept.texts, conversations = swept.conversations, "let go by age");
        }
        Ok(())
    }

    /// Works out the report on a day and hands it on.
    fn with_digest<T>(
        &self,
        store: &Store,
        day: Date,
        with: impl FnOnce(&Digest<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let report: Report = store.report(Days::one(day))?;
        let rules = digest::cards(self.linter.lexicon());
        let head = scan::head(self.config, day, rules.len());
        let ground =
            Ground { registry: self.linter.registry(), platform: &self.config.platform, rules: &rules };
        with(&Digest::new(&report, &head, ground))
    }

    fn reports(&self, store: &mut Store) -> anyhow::Result<()> {
        let Some(dir) = &self.args.output else { return Ok(()) };
        fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let yesterday = self.night.day();
        let oldest = yesterday.checked_sub(BACK_DAYS.days())?;
        let stale = store.stale_days()?;
        let path = |day: Date, kind: Kind| dir.join(format!("{day}.{}", kind.extension()));
        let mut days: Vec<Date> = stale.iter().copied().filter(|day| *day < yesterday).collect();
        days.push(yesterday);
        for day in days {
            let wanted = |kind: &&Kind| day >= oldest || path(day, **kind).exists();
            let kinds: Vec<&Kind> = self.args.report.iter().filter(wanted).collect();
            if kinds.is_empty() {
                continue;
            }
            self.with_digest(store, day, |digest| {
                for kind in kinds {
                    let to = path(day, *kind);
                    let top = self.config.report.top;
                    scan::Writer::new(kind.format(), Some(&to))?.write(
                        digest,
                        self.global,
                        top,
                        &mut io::sink(),
                    )?;
                }
                Ok(())
            })?;
            info!(day = %day, "report written");
        }
        self.index(store, dir)?;
        Ok(store.reported(&stale)?)
    }

    /// A page that links all reports of the folder, the latest first.
    fn index(&self, store: &Store, dir: &Path) -> anyhow::Result<()> {
        let mut lines = Vec::new();
        for (day, conversations, findings) in store.days()?.into_iter().rev() {
            let links: Vec<String> = self
                .args
                .report
                .iter()
                .map(|kind| format!("{day}.{}", kind.extension()))
                .filter(|name| dir.join(name).exists())
                .map(|name| format!("<a href=\"{name}\">{}</a>", name.rsplit('.').next().unwrap_or(&name)))
                .collect();
            if !links.is_empty() {
                let links = links.join(" ");
                lines.push(format!(
                    "<tr><td>{day}</td><td>{conversations}</td><td>{findings}</td><td>{links}</td></tr>\n"
                ));
            }
        }
        let page = include_str!("nightly.html").replace("{{ lines }}", &lines.concat());
        scan::write_file(&dir.join("index.html"), |out| out.write_all(page.as_bytes()))
    }

    /// Tells everybody who was not told of this night yet.
    fn tell(&self, store: &mut Store, channels: &[Channel]) -> anyhow::Result<()> {
        if channels.is_empty() {
            return Ok(());
        }
        let day = self.night.day();
        let notice = self.with_digest(store, day, |digest| Ok(Notice::new(digest)))?;
        let settings = &self.config.notify;
        if settings.at_least.is_some_and(|at_least| !notice.reaches(at_least)) {
            return Ok(());
        }
        let mut failed = 0;
        for (number, channel) in channels.iter().enumerate() {
            let name = format!("{} {}", channel.name(), number + 1);
            if store.was_told(day, &name)? {
                continue;
            }
            let wait = |pause| {
                warn!(channel = name, "could not be told; trying again in {pause:?}");
                std::thread::sleep(pause);
                Timestamp::now()
            };
            match channel.deliver(&notice, Timestamp::now(), settings.attempts, wait) {
                Ok(()) => store.note_told(day, &name)?,
                Err(reason) => {
                    error!(channel = name, "could not be told: {reason}");
                    failed += 1;
                }
            }
        }
        if failed > 0 {
            bail!("{failed} of {} could not be told; the next run of this night tries again", channels.len());
        }
        Ok(())
    }
}

/// Whom the configuration names, with their keys.
fn channels(config: &Config) -> anyhow::Result<Vec<Channel>> {
    let notify = &config.notify;
    let mut channels = Vec::new();
    for robot in &notify.robot {
        let url = secret(&robot.url)?;
        let key = robot.secret.as_ref().map(secret).transpose()?;
        let robot = Robot::new(robot.kind, &url, key.as_deref(), notify.proxy.as_deref())
            .with_context(|| format!("[[notify.robot]] {}", robot.kind.as_str()))?;
        channels.push(Channel::Robot(robot));
    }
    channels.extend(notify.mail.iter().cloned().map(Channel::Mail));
    channels.extend(notify.command.iter().cloned().map(Channel::Command));
    Ok(channels)
}

fn secret(secret: &Secret) -> anyhow::Result<String> {
    match secret {
        Secret::Env(name) => env::var(name).with_context(|| format!("[notify] the variable {name}")),
        Secret::File(path) => {
            fs::read_to_string(path).with_context(|| format!("[notify] the file {}", path.display()))
        }
    }
}

/// What monitors look at.
struct Figures<'a> {
    outcome: &'a Outcome,
    size: u64,
    now: Timestamp,
    status: Status,
}

impl Figures<'_> {
    fn write(&self, begun: Instant, out: &mut dyn Write) -> io::Result<()> {
        let outcome = self.outcome;
        let figures = [
            ("last_run_timestamp_seconds", "When the last run began", self.now.as_second() as f64),
            ("last_run_duration_seconds", "How long it took", begun.elapsed().as_secs_f64()),
            ("last_run_status", "Its exit code", f64::from(self.status.code())),
            ("files_new", "Files that were new", outcome.files as f64),
            ("files_growing", "Files that were still being written", outcome.growing.len() as f64),
            ("messages_new", "Messages that were new", outcome.messages as f64),
            ("conversations_judged", "Conversations that were judged", outcome.conversations as f64),
            ("findings", "Findings in them", outcome.findings as f64),
            ("reading_errors", "Files and records that could not be read", outcome.problems.len() as f64),
            ("store_bytes", "Size of the store", self.size as f64),
        ];
        for (name, help, value) in figures {
            writeln!(
                out,
                "# HELP kefulint_{name} {help}.\n# TYPE kefulint_{name} gauge\nkefulint_{name} {value}"
            )?;
        }
        Ok(())
    }
}

/// The exit code that tells a monitor what is wrong with a store.
pub(crate) fn store_status(error: &StoreError) -> Status {
    match error {
        StoreError::Busy(_) => Status::Busy,
        StoreError::Missing(_) | StoreError::Input(_) => Status::Wrong,
        _ => Status::Store,
    }
}
