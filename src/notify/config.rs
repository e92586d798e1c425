//! `[notify]` of `kefulint.toml`: who is told. Keys and addresses of robots are named here, never written here.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::finding::Severity;

/// `[notify]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifyConfig {
    /// Tell only of days with a finding at least that bad; of every day where it is left out.
    pub at_least: Option<Severity>,
    /// How often to try.
    pub attempts: u32,
    /// The proxy for robots, as `http://proxy.example:3128`.
    pub proxy: Option<String>,
    /// Robots of chat groups.
    pub robot: Vec<RobotConfig>,
    /// Mailboxes.
    pub mail: Vec<MailConfig>,
    /// Programs.
    pub command: Vec<CommandConfig>,
}

impl Default for NotifyConfig {
    fn default() -> Self {
        Self {
            at_least: None,
            attempts: 4,
            proxy: None,
            robot: Vec::new(),
            mail: Vec::new(),
            command: Vec::new(),
        }
    }
}

impl NotifyConfig {
    /// The files that are named.
    pub(crate) fn files_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let secrets =
            self.robot.iter_mut().flat_map(|robot| [&mut robot.url].into_iter().chain(&mut robot.secret));
        secrets.filter_map(|secret| match secret {
            Secret::File(path) => Some(path),
            Secret::Env(_) => None,
        })
    }
}

/// Whose robot it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RobotKind {
    /// 钉钉
    Dingtalk,
    /// 飞书
    Feishu,
    /// 企业微信
    Wecom,
}

impl RobotKind {
    /// The name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dingtalk => "dingtalk",
            Self::Feishu => "feishu",
            Self::Wecom => "wecom",
        }
    }
}

/// Where a secret stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub enum Secret {
    /// In a variable of the environment.
    Env(String),
    /// In a file; its path is relative to that of the configuration.
    File(PathBuf),
}

/// `[[notify.robot]]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RobotConfig {
    /// Whose it is.
    pub kind: RobotKind,
    /// Its address, which holds its key.
    pub url: Secret,
    /// The secret of its signature, for 钉钉 and 飞书 robots that were set up with one.
    pub secret: Option<Secret>,
}

/// `[[notify.mail]]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// Who writes.
    pub from: String,
    /// Who reads.
    pub to: Vec<String>,
    /// The program that takes a mail on standard input and recipients as arguments.
    #[serde(default = "sendmail")]
    pub sendmail: String,
}

fn sendmail() -> String {
    "/usr/sbin/sendmail".to_owned()
}

/// `[[notify.command]]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CommandConfig {
    /// The program and its arguments; no shell is asked.
    pub run: Vec<String>,
}
