//! `kefulint redact`: transcripts in their own format without the personal data.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::Write,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, bail};
use kefulint::{
    personal::{self, Key, Kind},
    redact::{self, Style},
    transcript,
};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::{Global, Status, input::InputArgs};

/// Keys shorter than this can be guessed.
const SHORTEST_KEY: usize = 16;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,

    /// Where to write; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,

    /// Put stable names in place of masks: one person, one name. Needs a key, from --key-file or KEFULINT_REDACT_KEY
    #[arg(long)]
    pseudonyms: bool,

    /// The file that holds the key for --pseudonyms
    #[arg(long, value_name = "FILE", requires = "pseudonyms")]
    key_file: Option<PathBuf>,
}

/// A file to read and one to write.
struct Job {
    from: PathBuf,
    to: PathBuf,
}

/// All that is to be done, and what cannot be.
struct Plan {
    jobs: Vec<Job>,
    refused: Vec<String>,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let config = args.input.config(global)?;
    let style = if args.pseudonyms { Style::Pseudonym(key(args.key_file.as_deref())?) } else { Style::Mask };
    let Plan { jobs, refused } = plan(args.input.paths(), &args.out)?;
    let results: Vec<anyhow::Result<BTreeMap<Kind, u64>>> = jobs
        .par_iter()
        .map(|job| {
            let bytes = fs::read(&job.from)?;
            let redacted = redact::redact(&job.from.to_string_lossy(), &bytes, &config.input, &style)?;
            write(&job.to, &redacted.bytes)?;
            Ok(redacted.counts)
        })
        .collect();
    let mut total: BTreeMap<Kind, u64> = BTreeMap::new();
    let mut status = if refused.is_empty() { Status::Done } else { Status::Unread };
    for problem in &refused {
        complain(problem)?;
    }
    let mut written = 0;
    for (job, result) in jobs.iter().zip(results) {
        match result {
            Ok(counts) => {
                written += 1;
                for (kind, count) in counts {
                    *total.entry(kind).or_default() += count;
                }
            }
            Err(error) => {
                status = Status::Unread;
                complain(&format!("{}: {error:#}", job.from.display()))?;
            }
        }
    }
    writeln!(out, "{written} 个文件写入 {}", args.out.display())?;
    for (kind, count) in &total {
        writeln!(out, "{count:>8}  {}", kind.title())?;
    }
    if total.is_empty() {
        writeln!(out, "未发现个人信息。")?;
    }
    Ok(status)
}

/// Names of files may hold what their texts do.
fn complain(problem: &str) -> std::io::Result<()> {
    writeln!(std::io::stderr(), "kefulint: {}", personal::mask(problem))
}

/// Never from the command line, which other users of the machine can see.
fn key(file: Option<&Path>) -> anyhow::Result<Key> {
    let secret = match file {
        Some(path) => fs::read(path).with_context(|| format!("the key file {}", path.display()))?,
        None => match env::var_os("KEFULINT_REDACT_KEY") {
            Some(secret) => secret.into_encoded_bytes(),
            None => bail!("--pseudonyms needs a key: give --key-file FILE, or set KEFULINT_REDACT_KEY"),
        },
    };
    let secret = secret.trim_ascii();
    if secret.len() < SHORTEST_KEY {
        bail!(
            "the key has {} bytes; it needs at least {SHORTEST_KEY}, as from: openssl rand -hex 32",
            secret.len()
        );
    }
    Ok(Key::new(secret))
}

/// Where each input goes: below a folder that was given its path there, else its name.
fn plan(paths: &[String], out: &Path) -> anyhow::Result<Plan> {
    let (mut jobs, mut refused) = (Vec::new(), Vec::new());
    for path in paths {
        if path == "-" {
            bail!("standard input has no name to write it under; give files or folders");
        }
        for input in transcript::discover(&[path], std::io::empty()) {
            refused.extend(input.refusal().map(|reason| format!("{}: {reason}", input.name())));
            let Some(from) = input.path() else { continue };
            let below = from.strip_prefix(path).ok().filter(|below| below.components().next().is_some());
            let name = below.or(from.file_name().map(Path::new)).unwrap_or(from);
            jobs.push(Job { from: from.to_owned(), to: out.join(clean_name(name)) });
        }
    }
    let sources: BTreeSet<PathBuf> =
        jobs.iter().filter_map(|job: &Job| job.from.canonicalize().ok()).collect();
    let mut targets = BTreeSet::new();
    for Job { from, to } in &jobs {
        if to.canonicalize().is_ok_and(|to| sources.contains(&to)) {
            bail!("{} would be overwritten by its own redaction; give another --out", from.display());
        }
        if to.exists() {
            bail!("{} exists already; nothing was written. Remove it or give another --out", to.display());
        }
        if !targets.insert(to) {
            bail!("two inputs would be written to {}; redact them one at a time", to.display());
        }
    }
    Ok(Plan { jobs, refused })
}

/// Names of files may tell whose chat it is; a star is no good in a file name.
fn clean_name(name: &Path) -> PathBuf {
    let parts = name.components().filter_map(|part| match part {
        Component::Normal(part) => Some(personal::mask(&part.to_string_lossy()).replace('*', "x")),
        _ => None,
    });
    parts.collect()
}

/// All of it or nothing: a half-written file looks like a clean one.
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("the folder {}", folder.display()))?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .with_context(|| format!("{}", path.display()))
}
