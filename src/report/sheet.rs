//! The page on one agent for a talk: what goes well, what was found with its context, and how to say it better.
//!
//! It judges nobody: it shows suspicions with their reasons, and where the agent stands beside the team.

use std::{
    cmp::Reverse,
    io::{self, Write},
};

use minijinja::{Environment, value::Serde};
use serde::Serialize;

use super::{
    Charge, Tally,
    digest::{AgentLine, Digest},
    markdown, wording,
};
use crate::finding::{Family, Finding};

/// One agent's page.
#[derive(Debug)]
pub struct Sheet<'a> {
    digest: &'a Digest<'a>,
    line: &'a AgentLine,
    /// One example of each rule, from worst to mildest, with the number of findings of that rule; of equals the most frequent first.
    examples: Vec<(&'a Finding, usize)>,
}

/// More kinds than this are not for one talk.
const AT_MOST: usize = 5;

impl<'a> Sheet<'a> {
    /// The page of the agent of that id, if there is one.
    pub fn new(digest: &'a Digest<'a>, agent: &str) -> Option<Self> {
        let line = digest.agents.iter().find(|line| line.agent_id.as_deref() == Some(agent))?;
        let own =
            |finding: &&Finding| finding.agent_id == line.agent_id && Charge::of(finding) == Charge::Agent;
        let mut examples: Vec<(&Finding, usize)> = Vec::new();
        for finding in digest.report.worst().into_iter().filter(own) {
            match examples.iter_mut().find(|(example, _)| example.rule == finding.rule) {
                Some((_, count)) => *count += 1,
                None => examples.push((finding, 1)),
            }
        }
        examples.sort_by_key(|(finding, count)| Reverse((finding.severity, *count)));
        Some(Self { digest, line, examples })
    }

    fn topics(&self) -> impl Iterator<Item = (&'a Finding, usize)> {
        self.examples.iter().copied().take(AT_MOST)
    }

    /// What the page leaves to the report.
    fn rest(&self) -> Option<String> {
        let left = self.examples.len().saturating_sub(AT_MOST);
        (left > 0).then(|| format!("另有 {left} 种疑似问题未列出，见完整报告。"))
    }

    /// What goes well, as far as the counts show it.
    fn strengths(&self) -> Vec<String> {
        let tally = &self.line.tally;
        let mut strengths = Vec::new();
        let team = |of: fn(&Tally) -> u64| self.digest.agents.iter().map(|line| of(&line.tally)).sum::<u64>();
        // Told only where it is no worse than the team's share.
        if tally.answered > 0
            && tally.answered * team(|tally| tally.questions)
                >= team(|tally| tally.answered) * tally.questions
        {
            strengths.push(format!("顾客的 {} 个提问里，{} 个得到了答复。", tally.questions, tally.answered));
        }
        if tally.abuse_borne > 0 && tally.families[Family::Abuse as usize] == 0 {
            strengths.push(format!("受到顾客辱骂 {} 次，没有疑似不文明用语。", tally.abuse_borne));
        }
        let clean: Vec<&str> = Family::ALL
            .into_iter()
            .filter(|family| tally.families[*family as usize] == 0)
            .map(Family::title)
            .collect();
        if !clean.is_empty() {
            strengths.push(format!(
                "{} 个会话里没有发现这些方面的疑似问题：{}。",
                tally.conversations,
                clean.join("、")
            ));
        }
        strengths
    }

    fn standing(&self) -> String {
        let AgentLine { tally, risk, .. } = self.line;
        let few = if self.line.too_few { "会话还少，不宜与他人比较。" } else { "" };
        format!(
            "会话 {}，消息 {}，疑似问题 {}。风险 {:.1}（95% 区间 {:.0}–{:.0}），团队平均 {:.1}。{few}",
            tally.conversations,
            tally.messages,
            tally.findings(),
            risk.mean,
            risk.low,
            risk.high,
            self.digest.team_mean()
        )
    }

    /// As Markdown.
    pub fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let name = markdown::escaped(self.line.name());
        writeln!(out, "# 坐席辅导单：{name}\n\n报告日 {}。{}\n", self.digest.head.date, self.standing())?;
        writeln!(out, "## 做得好的\n")?;
        self.strengths().iter().try_for_each(|line| writeln!(out, "- {line}"))?;
        writeln!(out, "\n## 可以改进的\n")?;
        for (finding, count) in self.topics() {
            markdown::finding(finding, out)?;
            if count > 1 {
                writeln!(out, "- 同一规则共 {count} 条，此为一例")?;
            }
            for citation in &finding.statutes {
                let law = wording::short(&citation.law);
                writeln!(out, "- 《{law}》{}：{}", citation.article, markdown::escaped(&citation.gist))?;
            }
            writeln!(out)?;
        }
        if let Some(rest) = self.rest() {
            writeln!(out, "{rest}\n")?;
        }
        writeln!(out, "{NOTE}")
    }

    /// As a page for the browser that needs no network.
    pub fn html(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut environment = Environment::new();
        environment.add_template("sheet.html", include_str!("html/sheet.html")).map_err(io::Error::other)?;
        let page = environment.get_template("sheet.html").map_err(io::Error::other)?;
        let context = Page {
            css: include_str!("html/page.css"),
            name: self.line.name(),
            date: self.digest.head.date.to_string(),
            standing: self.standing(),
            strengths: self.strengths(),
            findings: self.topics().map(|(finding, count)| Card::new(finding, count)).collect(),
            rest: self.rest(),
            note: NOTE,
        };
        page.render_captured_to(Serde(&context), out).map_err(io::Error::other)?;
        Ok(())
    }
}

const NOTE: &str = "本页只提示疑似问题，供辅导交流使用，须由人核实，不作为处分依据，也不是法律意见。";

#[derive(Serialize)]
struct Page<'a> {
    css: &'static str,
    name: &'a str,
    date: String,
    standing: String,
    strengths: Vec<String>,
    findings: Vec<Card<'a>>,
    rest: Option<String>,
    note: &'static str,
}

#[derive(Serialize)]
struct Card<'a> {
    grade: &'static str,
    rank: usize,
    count: usize,
    minute: String,
    /// Who speaks; the text before, in and after the quote.
    lines: Vec<(&'static str, [&'a str; 3])>,
    laws: Vec<(String, &'a str)>,
    #[serde(flatten)]
    finding: &'a Finding,
}

impl<'a> Card<'a> {
    fn new(finding: &'a Finding, count: usize) -> Self {
        let lines = finding.context.iter().map(|line| {
            let here = line.message_index == finding.message_index;
            let parts = if here { wording::split(&line.text, finding.span) } else { [&*line.text, "", ""] };
            (wording::speaker_in_full(line.role), parts)
        });
        let laws = finding.statutes.iter().map(|citation| {
            (format!("《{}》{}", wording::short(&citation.law), citation.article), &*citation.gist)
        });
        Self {
            grade: finding.severity.title(),
            rank: finding.severity as usize,
            count,
            minute: wording::time(finding),
            lines: lines.collect(),
            laws: laws.collect(),
            finding,
        }
    }
}
