//! What reviewers decided on findings, each once: `kefulint.decisions.toml`, or a folder of such files.
//!
//! The files are only ever added to, so that they tell who decided what and when; the last word on a finding holds. A
//! finding is named by its fingerprint, so that no text of a chat stands here. It has no clock: the caller says the day.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::{
    config::ConfigError,
    finding::{Finding, Suppression, SuppressionKind, SuppressionStatus, identity},
    gate::Selector,
    lexicon::{line_at, schema::DateDoc},
    personal,
    report::digest::RuleCards,
};

mod memory;
mod precision;

pub use memory::{Memory, Review};
pub use precision::{Demotion, Interval, Record, demotions, records, wilson};

/// The name that is looked for.
pub const FILE_NAME: &str = "kefulint.decisions.toml";

/// `[review]`: what people decided, and what is asked of rules because of it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewConfig {
    /// The decisions, a file or a folder, relative to the settings; else the nearest `kefulint.decisions.toml`.
    pub decisions: Option<PathBuf>,
    /// The baseline, relative to the settings.
    pub baseline: Option<PathBuf>,
    /// The precision that rules must reach: for all, a family, a kind, or one rule; the narrowest holds.
    pub precision: BTreeMap<Selector, f64>,
}

impl ReviewConfig {
    /// Refuses targets that speak of no rule or are no share.
    pub fn check(&self, rules: &RuleCards) -> Result<(), String> {
        for (selector, target) in &self.precision {
            if let Some(reason) = selector.unknown(rules) {
                return Err(format!("[review.precision]: {reason}"));
            }
            if !(0.0..=1.0).contains(target) {
                return Err(format!(
                    "[review.precision]: {selector} is {target}; it is a share, from 0 to 1"
                ));
            }
        }
        Ok(())
    }
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The finding is right, and counts.
    Confirmed,
    /// The finding is wrong: it is silenced, and counts against its rule.
    FalseAlarm,
    /// The finding is right, and is borne with: it is silenced.
    AcceptedRisk,
    /// The agent objects (申诉): it counts until that is decided.
    UnderAppeal,
}

impl Verdict {
    /// The name in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::FalseAlarm => "false-alarm",
            Self::AcceptedRisk => "accepted-risk",
            Self::UnderAppeal => "under-appeal",
        }
    }

    const fn status(self) -> SuppressionStatus {
        match self {
            Self::Confirmed => SuppressionStatus::Rejected,
            Self::FalseAlarm | Self::AcceptedRisk => SuppressionStatus::Accepted,
            Self::UnderAppeal => SuppressionStatus::UnderReview,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Confirmed => "确认",
            Self::FalseAlarm => "误报",
            Self::AcceptedRisk => "接受风险",
            Self::UnderAppeal => "申诉",
        }
    }
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The finding's; the number among equal texts does not matter.
    pub fingerprint: String,
    /// What was decided.
    pub verdict: Verdict,
    /// Why, masked.
    pub reason: String,
    /// Who decided.
    pub author: String,
    /// When.
    pub date: Date,
    /// The last day on which it holds.
    pub expires: Option<Date>,
    /// The rule, by which precision is counted.
    pub rule: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDoc {
    #[serde(default)]
    decision: Vec<DecisionDoc>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionDoc {
    fingerprint: Spanned<String>,
    verdict: Verdict,
    reason: String,
    author: String,
    date: DateDoc,
    expires: Option<DateDoc>,
    rule: Option<String>,
}

/// What [`Decision::to_toml`] writes.
#[derive(Serialize)]
struct Written<'a> {
    decision: [WrittenDecision<'a>; 1],
}

#[derive(Serialize)]
struct WrittenDecision<'a> {
    fingerprint: &'a str,
    verdict: Verdict,
    reason: &'a str,
    author: &'a str,
    date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
}

impl Decision {
    /// Whether its last day is over.
    pub fn is_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    /// Its entry for a file.
    pub fn to_toml(&self) -> String {
        let decision = WrittenDecision {
            fingerprint: &self.fingerprint,
            verdict: self.verdict,
            reason: &self.reason,
            author: &self.author,
            date: self.date,
            expires: self.expires,
            rule: self.rule.as_deref(),
        };
        toml::to_string(&Written { decision: [decision] }).expect("it holds nothing that TOML cannot")
    }

    fn suppression(&self) -> Suppression {
        Suppression {
            kind: SuppressionKind::Decision,
            status: self.verdict.status(),
            reason: format!("{}，{}", self.verdict.title(), self.reason),
            author: Some(self.author.clone()),
            date: self.date,
        }
    }
}

/// A decision and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The decision.
    pub decision: Decision,
    /// The file.
    pub file: Arc<str>,
    /// The line of its fingerprint.
    pub line: usize,
}

/// All decisions; of several on one finding the last holds.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// In order of finding.
    entries: BTreeMap<String, Entry>,
}

impl Decisions {
    /// Reads a file, or all `*.toml` of a folder in order of name.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let mut decisions = Self::default();
        for path in files(path).map_err(|source| unreadable(path, source))? {
            let text = fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
            decisions.read(&path.display().to_string(), &text)?;
        }
        Ok(decisions)
    }

    /// Adds the decisions of a text; `name` is for errors and for [`Entry::file`].
    pub fn read(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        let wrong = |line: usize, reason: String| ConfigError::Wrong { path: name.to_owned(), line, reason };
        let doc: FileDoc = toml::from_str(text).map_err(|error| {
            wrong(error.span().map_or(1, |span| line_at(text, span.start)), error.message().to_owned())
        })?;
        let file: Arc<str> = name.into();
        for doc in doc.decision {
            let line = line_at(text, doc.fingerprint.span().start);
            let fingerprint = doc.fingerprint.into_inner();
            if !is_fingerprint(&fingerprint) {
                return Err(wrong(line, not_a_fingerprint(&fingerprint)));
            }
            let decision = Decision {
                verdict: doc.verdict,
                reason: personal::mask(&doc.reason),
                author: doc.author,
                date: doc.date.0,
                expires: doc.expires.map(|date| date.0),
                rule: doc.rule,
                fingerprint,
            };
            let name = identity(&decision.fingerprint).0.to_owned();
            // Of one day, the later entry is the later word.
            let outdated = self.entries.get(&name).is_some_and(|known| known.decision.date > decision.date);
            if !outdated {
                self.entries.insert(name, Entry { decision, file: file.clone(), line });
            }
        }
        Ok(())
    }

    /// The last word on each finding, in order of finding.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    fn on(&self, finding: &Finding) -> Option<&Entry> {
        self.entries.get(finding.identity().0)
    }

    /// The last words by rule, counted in the order of [`Verdict`]; those that name no rule are left out.
    fn by_rule(&self) -> BTreeMap<&str, [u64; 4]> {
        let mut rules = BTreeMap::<&str, [u64; 4]>::new();
        for Entry { decision, .. } in self.entries.values() {
            if let Some(rule) = &decision.rule {
                rules.entry(rule).or_default()[decision.verdict as usize] += 1;
            }
        }
        rules
    }
}

/// Whether a text has the form of a fingerprint: `0123456789abcdef01234567`, or the same with `-2`.
pub fn is_fingerprint(text: &str) -> bool {
    let name = identity(text).0;
    name.len() == 24 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// What to say of a text that has not.
pub fn not_a_fingerprint(text: &str) -> String {
    format!(
        "`{text}` is no fingerprint; the reports print one with each finding (编号), 24 hexadecimal digits"
    )
}

fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "toml") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, source: io::Error) -> ConfigError {
    ConfigError::Read { path: path.display().to_string(), source }
}
