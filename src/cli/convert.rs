//! `kefulint convert`: chats of any shape to the neutral JSON lines, read and written one by one.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use kefulint::transcript::{self, Neutral, Written};

use super::{Global, Status, input::InputArgs, scan::tell_problems};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,

    /// Where to write the JSON lines; - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Leave personal data readable: masked chats cannot be judged on what an agent gives away
    #[arg(long)]
    show_personal_data: bool,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let config = args.input.config(global)?;
    let inputs = args.input.discover();
    if args.output == Path::new("-") {
        let mut neutral = Neutral::new(out, args.show_personal_data);
        transcript::each(inputs, &config.input, &mut neutral)?;
        return tell(&neutral.finish()?);
    }
    if let Ok(target) = args.output.canonicalize()
        && inputs
            .iter()
            .any(|input| input.path().and_then(|path| path.canonicalize().ok()).as_ref() == Some(&target))
    {
        bail!("{} is one of the inputs; give another --output", args.output.display());
    }
    // All of it or nothing: a half-written file looks like a whole one.
    let part = part(&args.output);
    let written = File::create(&part).map_err(anyhow::Error::from).and_then(|file| {
        let mut neutral = Neutral::new(BufWriter::new(file), args.show_personal_data);
        transcript::each(inputs, &config.input, &mut neutral)?;
        let written = neutral.finish()?;
        fs::rename(&part, &args.output)?;
        Ok(written)
    });
    let written = written.with_context(|| args.output.display().to_string())?;
    writeln!(out, "{} 行写入 {}", written.lines, args.output.display())?;
    tell(&written)
}

fn part(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

fn tell(written: &Written) -> anyhow::Result<Status> {
    tell_problems(&written.problems)?;
    if written.more > 0 {
        writeln!(io::stderr(), "kefulint: … and {} more", written.more)?;
    }
    Ok(if written.problems.is_empty() { Status::Done } else { Status::Unread })
}
