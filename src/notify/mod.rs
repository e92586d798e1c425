//! Telling somebody that the night is over: robots of 钉钉, 飞书 and 企业微信, mail through the machine's own sendmail, any command.
//!
//! Off unless configured. What goes out are counts: no quote, no name of a customer or an agent, no conversation. Addresses of
//! robots hold their keys, so they and the secrets come from files or the environment, and no error repeats them.

mod config;
mod mail;
mod robot;

use std::{
    io::Write,
    process::{Command, Stdio},
    time::Duration,
};

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use thiserror::Error;

pub use self::{
    config::{CommandConfig, MailConfig, NotifyConfig, RobotConfig, RobotKind, Secret},
    robot::Robot,
};
use crate::{
    finding::{Family, Severity},
    report::digest::Digest,
};

/// Rules that are named.
const RULES: usize = 3;

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The day that the report is about.
    pub day: Date,
    /// The heading.
    pub title: String,
    /// The text, in Chinese, a line each.
    pub lines: Vec<String>,
    /// The agents' own findings by severity, in the order of [`Severity::ALL`].
    pub severities: [u64; 4],
}

impl Notice {
    /// The counts of a day's report.
    pub fn new(digest: &Digest<'_>) -> Self {
        let report = digest.report;
        let severities = digest.severity_totals();
        let total: u64 = severities.iter().sum();
        let concerned = digest.agents.iter().filter(|line| line.tally.findings() > 0).count();
        let mut lines =
            vec![format!("会话 {} 个，坐席 {} 人", report.conversations.len(), digest.agents.len())];
        if total == 0 {
            lines.push("没有疑似问题".to_owned());
        } else {
            let named = |parts: Vec<(&str, u64)>| {
                let parts = parts.into_iter().filter(|(_, count)| *count > 0);
                parts.map(|(title, count)| format!("{title} {count}")).collect::<Vec<_>>().join("，")
            };
            let by_severity =
                Severity::ALL.iter().rev().map(|s| (s.title(), severities[*s as usize])).collect();
            let by_family = Family::ALL.iter().map(|f| f.title()).zip(digest.family_totals()).collect();
            lines.push(format!("疑似问题 {total} 条，涉及坐席 {concerned} 人：{}", named(by_severity)));
            lines.push(format!("按类别：{}", named(by_family)));
            let mut rules: Vec<_> = digest.rules.iter().filter(|rule| rule.findings > 0).collect();
            rules.sort_by_key(|rule| std::cmp::Reverse(rule.findings));
            let top =
                rules.iter().take(RULES).map(|rule| format!("{} {} 条", rule.card.title, rule.findings));
            lines.push(format!("最多的规则：{}", top.collect::<Vec<_>>().join("；")));
        }
        let unread = report.problems.len();
        if unread > 0 {
            lines.push(format!("另有 {unread} 处未能读取"));
        }
        lines.push("以上只是提示，须由人核实；详情见本机报告。".to_owned());
        Self {
            day: digest.head.date, title: format!("客服合规日报 {}", digest.head.date), lines, severities
        }
    }

    /// Whether there is a finding at least that bad.
    pub fn reaches(&self, at_least: Severity) -> bool {
        self.severities[at_least as usize..].iter().any(|count| *count > 0)
    }

    /// All of it as plain text.
    pub fn text(&self) -> String {
        format!("{}\n{}", self.title, self.lines.join("\n"))
    }
}

/// Where a notice goes.
#[derive(Debug)]
pub enum Channel {
    /// A group's robot.
    Robot(Robot),
    /// A mailbox.
    Mail(MailConfig),
    /// A program that reads the notice as JSON.
    Command(CommandConfig),
}

/// Why a notice did not arrive. Holds no address and no key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotifyError {
    /// Trying again may help.
    #[error("{0}")]
    Passing(String),
    /// Trying again will not help.
    #[error("{0}")]
    Lasting(String),
}

impl Channel {
    /// The name for log lines.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Robot(robot) => robot.kind.as_str(),
            Self::Mail(_) => "mail",
            Self::Command(_) => "command",
        }
    }

    /// Sends once.
    pub fn send(&self, notice: &Notice, now: Timestamp) -> Result<(), NotifyError> {
        match self {
            Self::Robot(robot) => robot.send(notice, now),
            Self::Mail(mail) => mail.send(notice, now),
            Self::Command(command) => {
                let json = serde_json::to_vec(notice).expect("a notice is plain data");
                run(&command.run, &json)
            }
        }
    }

    /// Sends, and sends again after what passes: `attempts` times at most, waiting one second, then two, four, eight.
    /// `wait` waits and answers with the time at which it is done.
    pub fn deliver(
        &self,
        notice: &Notice,
        now: Timestamp,
        attempts: u32,
        mut wait: impl FnMut(Duration) -> Timestamp,
    ) -> Result<(), NotifyError> {
        let mut now = now;
        for attempt in 1.. {
            match self.send(notice, now) {
                Err(NotifyError::Passing(_)) if attempt < attempts => {
                    now = wait(Duration::from_secs(1 << (attempt - 1).min(6)));
                }
                result => return result,
            }
        }
        Ok(())
    }
}

/// Runs a program that reads from standard input and says by its exit code whether all went well.
fn run(command: &[String], input: &[u8]) -> Result<(), NotifyError> {
    let [program, args @ ..] = command else {
        return Err(NotifyError::Lasting("no program is named".to_owned()));
    };
    let lasting = |error: std::io::Error| NotifyError::Lasting(format!("cannot run {program}: {error}"));
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(lasting)?;
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(input) {
            // Whoever does not read to the end says by the exit code whether that is right.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(lasting(error)),
            _ => {}
        }
    }
    let status = child.wait().map_err(lasting)?;
    if status.success() {
        Ok(())
    } else {
        Err(NotifyError::Passing(format!("{program} ended with {status}")))
    }
}
