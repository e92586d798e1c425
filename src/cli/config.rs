//! `--dump-config`: the settings in force, and where each comes from.

use std::{fs, io::Write};

use anyhow::Context;
use kefulint::config::{Config, Shown};

use super::Global;

/// Writes the settings for an input at that path, over which the options named have been laid.
pub(crate) fn dump(
    config: &Config,
    global: &Global,
    path: Option<&str>,
    options: &[(&'static str, &'static str)],
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let file = match global.config_file(path) {
        None => None,
        Some(path) => {
            let name = path.display().to_string();
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {name}"))?;
            Some((name, text))
        }
    };
    let file = file.as_ref().map(|(name, text)| (&**name, &**text));
    write!(out, "{}", Shown { config, file, options })?;
    Ok(())
}
