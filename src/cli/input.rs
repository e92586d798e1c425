//! The options of every subcommand that reads chats.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use kefulint::{
    config::Config,
    transcript::{self, Format, Input, InputConfig, Transcript},
};

use super::Global;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// Files, folders (read with all below them), globs, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,

    /// The format of all files: jsonl, json, csv, tsv, text (chats saved as text), subtitles (SRT, WebVTT) [default: by
    /// extension and content; workbooks and archives always by content]
    #[arg(long, value_name = "FORMAT", help_heading = "Input", value_parser = parse_format)]
    input_format: Option<Format>,

    /// The encoding of all files, as gb18030, utf-8, utf-16le [default: by content]
    #[arg(long, value_name = "LABEL", help_heading = "Input")]
    encoding: Option<String>,

    /// A known shape of export, as jddc
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    preset: Option<String>,

    /// The file that holds the password of zip files; else KEFULINT_ZIP_PASSWORD
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    password_file: Option<PathBuf>,

    /// The zone of times without one [default: Asia/Shanghai]
    #[arg(long, value_name = "ZONE", help_heading = "Input")]
    timezone: Option<String>,
}

fn parse_format(text: &str) -> Result<Format, String> {
    let quoted = serde_json::Value::String(text.to_owned());
    serde_json::from_value(quoted).map_err(|_| {
        format!("`{text}` is no format; there are {}", Format::ALL.map(Format::as_str).join(", "))
    })
}

impl InputArgs {
    /// Paths without options.
    pub(crate) const fn of_paths(paths: Vec<String>) -> Self {
        Self { paths, input_format: None, encoding: None, preset: None, password_file: None, timezone: None }
    }

    /// The paths as typed.
    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// The settings: the file given, or the nearest above the first path, with the options laid over it.
    pub(crate) fn config(&self, global: &Global) -> anyhow::Result<Config> {
        let mut config = global.config(self.paths.first().map(String::as_str))?;
        let typed = InputConfig {
            format: self.input_format,
            encoding: self.encoding.clone(),
            preset: self.preset.clone(),
            timezone: self.timezone.clone(),
            password: self.password()?,
            ..InputConfig::default()
        };
        config.input = typed.over(&config.input);
        Ok(config)
    }

    /// Whether each option is typed, the key that it sets, and its name.
    pub(crate) fn typed(&self) -> [(bool, &'static str, &'static str); 4] {
        [
            (self.input_format.is_some(), "input.format", "--input-format"),
            (self.encoding.is_some(), "input.encoding", "--encoding"),
            (self.preset.is_some(), "input.preset", "--preset"),
            (self.timezone.is_some(), "input.timezone", "--timezone"),
        ]
    }

    /// Never from the command line, which other users of the machine can see.
    fn password(&self) -> anyhow::Result<Option<String>> {
        let Some(path) = &self.password_file else { return Ok(env::var("KEFULINT_ZIP_PASSWORD").ok()) };
        let text =
            fs::read_to_string(path).with_context(|| format!("the password file {}", path.display()))?;
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// What the paths lead to.
    pub(crate) fn discover(&self) -> Vec<Input> {
        transcript::discover(&self.paths, io::stdin())
    }

    /// Reads everything.
    pub(crate) fn read(&self, config: &Config) -> anyhow::Result<Transcript> {
        let mut transcript = transcript::read(self.discover(), &config.input)?;
        transcript.note_files_without_agents();
        Ok(transcript)
    }
}

/// The folder from which to look for a configuration, for a path as typed.
pub(crate) fn folder_of(path: &str) -> PathBuf {
    let path = Path::new(path);
    let start = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    std::path::absolute(start).unwrap_or_else(|_| PathBuf::from("."))
}
