//! `kefulint.toml`: what a user sets once. Unknown keys are errors, so that a misspelt one cannot silently do nothing.
//!
//! Reads the file it is told to; where to look for one is the command line's business.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{law::remedy::Platform, lexicon::line_at, transcript::InputConfig};

/// The name that is looked for.
pub const FILE_NAME: &str = "kefulint.toml";

/// The settings of a file; what is left out keeps its default.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How exports are read.
    pub input: InputConfig,
    /// How they are judged.
    pub lint: LintConfig,
    /// How the report is made.
    pub report: ReportConfig,
    /// The platform's own rule of penalties and time limits.
    pub platform: Platform,
}

/// `[lint]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct LintConfig {
    /// A folder of rule packs in place of the embedded ones, relative to the file.
    pub lexicons: Option<PathBuf>,
    /// Packs laid over those: rules of one's own and overrides; relative to the file.
    pub packs: Vec<PathBuf>,
    /// The trade of all conversations, in place of what their words tell.
    pub trade: Option<String>,
}

/// `[report]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportConfig {
    /// Conversations below which an agent's risk is greyed out.
    pub min_conversations: u64,
    /// How many findings the screen writes out.
    pub top: usize,
}

impl Default for ReportConfig {
    fn default() -> Self {
        Self { min_conversations: 20, top: 20 }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not right.
    #[error("{path}:{line}: {reason}")]
    Wrong {
        /// The file.
        path: String,
        /// 1-based.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

impl Config {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text =
            fs::read_to_string(path).map_err(|source| ConfigError::Read { path: name.clone(), source })?;
        let mut config = Self::parse(&name, &text)?;
        if let Some(dir) = path.parent() {
            for path in config.lint.lexicons.iter_mut().chain(&mut config.lint.packs) {
                *path = dir.join(&*path);
            }
        }
        Ok(config)
    }

    /// Reads a text; `name` is for the error.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::Wrong {
            path: name.to_owned(),
            line: error.span().map_or(1, |span| line_at(text, span.start)),
            reason: error.message().to_owned(),
        })
    }

    /// The nearest file of that name in `start` or a folder above it.
    pub fn find(start: &Path) -> Option<PathBuf> {
        start.ancestors().map(|dir| dir.join(FILE_NAME)).find(|path| path.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_an_error_with_its_line() {
        let error = Config::parse("kefulint.toml", "[report]\ntop = 3\nmin_conversation = 5\n")
            .expect_err("misspelt");
        let text = error.to_string();
        assert!(text.starts_with("kefulint.toml:3: unknown field `min_conversation`"), "{text}");
    }
}
