//! `kefulint.toml`: what a user sets once. Unknown keys are errors, so that a misspelt one cannot silently do nothing.
//!
//! Reads the file it is told to; where to look for one is the command line's business. `docs/config.schema.json` tells editors
//! the keys; a test holds that it knows the same ones.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    decision::ReviewConfig, gate::Thresholds, law::remedy::Platform, lexicon::line_at, notify::NotifyConfig,
    rule::Override, suggest::with_suggestion, transcript::InputConfig,
};

mod origin;

pub use origin::Shown;

/// The name that is looked for.
pub const FILE_NAME: &str = "kefulint.toml";

/// The settings of a file; what is left out keeps its default.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    /// Who is told when a night's run is over.
    pub notify: NotifyConfig,
    /// What a gate asks.
    pub gate: Thresholds,
    /// What people decided.
    pub review: ReviewConfig,
    /// What holds for some files or some agents only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// The folder of the file: what the file names is seen from there. It is no key of the file.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// `[lint]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LintConfig {
    /// A folder of rule packs in place of the embedded ones, relative to the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lexicons: Option<PathBuf>,
    /// Packs laid over those: rules of one's own and overrides; relative to the file.
    pub packs: Vec<PathBuf>,
    /// The trade of all conversations, in place of what their words tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trade: Option<String>,
}

/// `[report]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportConfig {
    /// Conversations below which an agent's risk is greyed out.
    pub min_conversations: u64,
    /// How many findings the screen writes out.
    pub top: usize,
    /// The agents of each team, for `--group-by team`.
    pub teams: Teams,
}

/// Teams by name, with the ids of their agents.
pub type Teams = BTreeMap<Arc<str>, Vec<Arc<str>>>;

impl Default for ReportConfig {
    fn default() -> Self {
        Self { min_conversations: 20, top: 20, teams: Teams::new() }
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
            let review = config.review.decisions.iter_mut().chain(&mut config.review.baseline);
            let packs = config.lint.lexicons.iter_mut().chain(&mut config.lint.packs);
            for path in packs.chain(review).chain(&mut config.gate.gold).chain(config.notify.files_mut()) {
                *path = dir.join(&*path);
            }
            dir.clone_into(&mut config.folder);
        }
        Ok(config)
    }

    /// Reads a text; `name` is for errors.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let mut config: Self = toml::from_str(text).map_err(|error| ConfigError::Wrong {
            path: name.to_owned(),
            line: error.span().map_or(1, |span| line_at(text, span.start)),
            reason: with_suggestion(error.message()),
        })?;
        for (each, line) in config.overrides.iter_mut().zip(origin::lines_of(text, "overrides")) {
            each.written = (name.into(), line);
        }
        Ok(config)
    }

    /// Takes all conversations to be of that trade, those of overrides too.
    pub fn set_trade(&mut self, trade: &str) {
        self.lint.trade = Some(trade.to_owned());
        self.overrides.iter_mut().for_each(|one| one.trade = None);
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
        assert!(text.ends_with("; did you mean `min_conversations`?"), "{text}");
    }

    #[test]
    fn a_platforms_own_rule_replaces_the_default() {
        let text = "[platform]\nname = \"某平台\"\nharassment_points = 6\nkinds = [\"threat\"]\n";
        let platform = Config::parse("kefulint.toml", text).expect("it is right").platform;
        let default = Platform::default();
        assert_eq!((&*platform.name, platform.harassment_points), ("某平台", 6));
        assert_eq!(platform.kinds, ["threat".into()]);
        assert_eq!(platform.severe_points, default.severe_points, "what is left out keeps its default");
        let wrong = Config::parse("kefulint.toml", "[platform]\npoints = 6\n").expect_err("unknown");
        assert!(wrong.to_string().starts_with("kefulint.toml:2: unknown field `points`"), "{wrong}");
    }
}
