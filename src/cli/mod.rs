//! The command line: one file a subcommand, each thin; what a library user would miss does not belong here.
//!
//! Data goes to standard output, everything else to standard error. This is the one place that knows the clock, the
//! environment and the terminal.

use std::{
    env, fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;
use kefulint::{
    config::Config,
    learned::{Model, Source},
    lexicon::Lexicon,
    personal,
    place::Place,
    report::terminal::Screen,
    rule::{Linter, Options},
};

mod baseline;
mod config;
mod convert;
mod decide;
mod eval;
mod evidence;
mod gate;
mod input;
mod inspect;
mod law;
mod lexicon;
mod memory;
mod nightly;
mod redact;
mod report;
mod rules;
mod scan;
mod stats;
mod store;
mod train;
mod trend;
mod try_line;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Done, or the gate passed.
    Done,
    /// The gate failed.
    Failed,
    /// Something could not be read.
    Unread,
    /// Wrong use or configuration.
    Wrong,
    /// Another job holds the store.
    Busy,
    /// The store or the disk cannot be used.
    Store,
    /// Somebody could not be told.
    Untold,
}

impl Status {
    /// The exit code.
    const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Wrong => 2,
            Self::Unread => 3,
            Self::Busy => 4,
            Self::Store => 5,
            Self::Untold => 6,
        }
    }
}

/// A compliance linter for Chinese customer-service transcripts.
///
/// Exit codes: 0 done, 1 a check failed, 2 wrong use or configuration, 3 input that could not be read; of a store also
/// 4 another job is at work on it, 5 it or the disk cannot be used, 6 somebody could not be told.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Options of every subcommand.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Global {
    /// Use the rule packs of this folder instead of the embedded ones
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global")]
    lexicons: Option<PathBuf>,

    /// Lay this pack over the others: rules of one's own, overrides (may be given several times)
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global")]
    pack: Vec<PathBuf>,

    /// Use this configuration instead of the nearest kefulint.toml above the input
    #[arg(long, global = true, value_name = "FILE", env = "KEFULINT_CONFIG", help_heading = "Global")]
    config: Option<PathBuf>,

    /// Use no kefulint.toml, not even one that --config or KEFULINT_CONFIG names
    #[arg(long, global = true, help_heading = "Global")]
    isolated: bool,

    /// Ask this model, made by `kefulint train`, instead of the one in the binary, which is named `embedded`; of several the
    /// surest speaks: `--model my.kfl,embedded`
    #[arg(long, global = true, value_name = "FILE", value_delimiter = ',', help_heading = "Global")]
    model: Vec<PathBuf>,

    /// Ask no model: rules that need one stay silent
    #[arg(long, global = true, conflicts_with = "model", help_heading = "Global")]
    no_model: bool,

    /// When to colour
    #[arg(long, global = true, value_enum, default_value = "auto", help_heading = "Global")]
    color: Color,

    /// No progress bar
    #[arg(short, long, global = true, help_heading = "Global")]
    quiet: bool,
}

impl Global {
    /// The settings for an input at that path; for none, those of the working folder.
    pub(crate) fn config(&self, path: Option<&str>) -> anyhow::Result<Config> {
        let mut config =
            self.config_file(path).map_or_else(|| Ok(Config::default()), |path| Config::load(&path))?;
        config.lint.lexicons = self.lexicons.clone().or(config.lint.lexicons);
        config.lint.packs.extend_from_slice(&self.pack);
        Ok(config)
    }

    /// Whether each option is typed, the key that it sets, and its name.
    pub(crate) fn typed(&self) -> [(bool, &'static str, &'static str); 2] {
        [
            (self.lexicons.is_some(), "lint.lexicons", "--lexicons"),
            (!self.pack.is_empty(), "lint.packs", "--pack"),
        ]
    }

    /// The file with these settings, if there is one.
    pub(crate) fn config_file(&self, path: Option<&str>) -> Option<PathBuf> {
        match &self.config {
            _ if self.isolated => None,
            Some(path) if !path.as_os_str().is_empty() => Some(path.clone()),
            _ => Config::find(&input::folder_of(path.filter(|path| *path != "-").unwrap_or(""))),
        }
    }

    /// The linter that the options and settings ask for.
    pub(crate) fn linter(&self, config: &Config, options: Options) -> anyhow::Result<Linter> {
        let options = match options.model {
            Source::Embedded => Options { model: self.model()?, ..options },
            Source::Given(_) | Source::Off => options,
        };
        let here = env::current_dir().context("cannot tell the working folder")?;
        let place = Place::new(&here, &here.join(&config.folder));
        let options = Options { overrides: config.overrides.clone(), place, ..options };
        Ok(Linter::new(rules_of(config)?, options)?)
    }

    fn model(&self) -> anyhow::Result<Source> {
        let model = |path: &PathBuf| -> anyhow::Result<Arc<Model>> {
            if path.as_os_str() == "embedded" {
                return Ok(Model::embedded());
            }
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok(Arc::new(Model::read(&bytes).with_context(|| path.display().to_string())?))
        };
        Ok(match self.model.as_slice() {
            _ if self.no_model => Source::Off,
            [] => Source::Embedded,
            paths => Source::Given(paths.iter().map(model).collect::<anyhow::Result<_>>()?),
        })
    }

    /// The terminal at standard output.
    pub(crate) fn screen(&self, findings: usize) -> Screen {
        let terminal = console::Term::stdout();
        let asked = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let width =
            asked.or_else(|| terminal.size_checked().map(|(_, columns)| columns as usize)).unwrap_or(80);
        let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stdout().is_terminal() && !plain,
        };
        Screen { width, color, findings }
    }

    /// A text file.
    pub(crate) fn page(&self, findings: usize) -> Screen {
        Screen { width: 100, color: self.color == Color::Always, findings }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read chats and report what was found
    Scan(scan::Args),
    /// Hold chats against limits, for CI: exit code 0 passed, 1 failed, 3 not all could be read
    Gate(gate::Args),
    /// Keep the findings that are known, so that only new ones fail
    Baseline(baseline::Args),
    /// Write down what was decided on a finding
    Decide(decide::Args),
    /// Take in what is new since last night, keep history, write the day's report
    Nightly(Box<nightly::Args>),
    /// Show risk over weeks from a store, and what is worth a look
    Trend(trend::Args),
    /// Report on a store, delete one customer's data, look for damage
    Store(store::Args),
    /// Merge reports, or make the page on one agent
    Report(report::Args),
    /// Put findings and all that is needed to check them into one file; verify such a file
    Evidence(evidence::Args),
    /// Judge one line typed in, and tell what nearly fired
    Try(try_line::Args),
    /// Write chats with personal data masked, in their own format
    Redact(redact::Args),
    /// Tell what a file is, and the [input] section that reads it
    Inspect(inspect::Args),
    /// Write chats of any shape as neutral JSON lines
    Convert(convert::Args),
    /// List the rules
    Rules(rules::ListArgs),
    /// Tell what a rule looks for, its law and its examples
    Explain(rules::ExplainArgs),
    /// Check rule packs and run their examples
    Lexicon(lexicon::Args),
    /// Look up the law that findings cite, or check the citations of a text
    Law(law::Args),
    /// Precision, recall and F1 on labelled chats
    Eval(eval::Args),
    /// Learn a model from labelled chats, and tell what it is worth
    Train(train::Args),
    /// Write a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the man page
    Man,
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let result = run(&cli, &mut out).and_then(|status| {
        out.flush()?;
        Ok(status)
    });
    match result {
        Ok(status) => ExitCode::from(status.code()),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nowhere is left to say that standard error is closed.
            let _ = writeln!(io::stderr(), "kefulint: {}", personal::mask(&format!("{error:#}")));
            let status = error.downcast_ref().map_or(Status::Wrong, nightly::store_status);
            ExitCode::from(status.code())
        }
    }
}

fn run(cli: &Cli, out: &mut dyn Write) -> anyhow::Result<Status> {
    let global = &cli.global;
    match &cli.command {
        Command::Scan(args) => scan::run(args, global, out),
        Command::Gate(args) => gate::run(args, global, out),
        Command::Baseline(args) => baseline::run(args, global, out),
        Command::Decide(args) => decide::run(args, global, out),
        Command::Nightly(args) => nightly::run(args, global, out),
        Command::Trend(args) => trend::run(args, out),
        Command::Store(args) => store::run(args, global, out),
        Command::Report(args) => report::run(args, global, out),
        Command::Evidence(args) => evidence::run(args, global, out),
        Command::Try(args) => try_line::run(args, global, out),
        Command::Redact(args) => redact::run(args, global, out),
        Command::Inspect(args) => inspect::run(args, global, out),
        Command::Convert(args) => convert::run(args, global, out),
        Command::Rules(args) => rules::list(args, global, out),
        Command::Explain(args) => rules::explain(args, global, out),
        Command::Lexicon(args) => lexicon::run(args, global, out),
        Command::Law(args) => {
            let linter = global.linter(&global.config(None)?, Options::default())?;
            let right = law::run(args, linter.registry(), today(), out)?;
            Ok(if right { Status::Done } else { Status::Failed })
        }
        Command::Eval(args) => eval::run(args, global, out),
        Command::Train(args) => train::run(args, global, out),
        Command::Completions { shell } => {
            // clap_complete panics where writing fails; a buffer cannot.
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "kefulint", &mut script);
            out.write_all(&script)?;
            Ok(Status::Done)
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command()).render(out)?;
            Ok(Status::Done)
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

/// The rules that the settings ask for.
pub(crate) fn rules_of(config: &Config) -> anyhow::Result<Lexicon> {
    let mut lexicon = match &config.lint.lexicons {
        Some(dir) => Lexicon::from_dir(dir)?,
        None => Lexicon::embedded()?,
    };
    lexicon.extend_from_files(&config.lint.packs)?;
    Ok(lexicon)
}

/// Where the files that reports name stand: seen from the checkout of a CI job, else from the working folder.
pub(crate) fn checkout() -> anyhow::Result<Place> {
    const ROOTS: [&str; 3] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"];
    let here = env::current_dir().context("cannot tell the working folder")?;
    let root = ROOTS.iter().find_map(|name| env::var_os(name).filter(|root| !root.is_empty()));
    Ok(Place::new(&here, root.as_ref().map_or(&here, |root| Path::new(root))))
}
