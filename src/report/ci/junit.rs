//! JUnit XML: agents are suites and conversations are cases, so that the machine counts what the report counts.
//!
//! What a customer says does not fail a case, nor what has been suppressed: both are told in its output.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{UNREAD, UNREAD_TITLE, path, text, wording};
use crate::{
    finding::Finding,
    place::Place,
    report::{Charge, ConversationLine, UNNAMED, digest::Digest},
    transcript::Problem,
};

struct Case<'a> {
    id: &'a str,
    failures: Vec<&'a Finding>,
    told: Vec<&'a Finding>,
}

/// A suite an agent, in order of name; a conversation stands with the first agent who spoke in it.
pub fn write(digest: &Digest<'_>, place: &Place, out: &mut dyn Write) -> io::Result<()> {
    let report = digest.report;
    let mut findings: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for finding in &report.findings {
        findings.entry(&finding.conversation_id).or_default().push(finding);
    }
    let mut suites: BTreeMap<&str, Vec<Case<'_>>> = BTreeMap::new();
    for line in &report.conversations {
        let (failures, told) = findings
            .remove(&*line.conversation_id)
            .unwrap_or_default()
            .into_iter()
            .partition(|finding| Charge::of(finding) != Charge::Customer && !finding.is_suppressed());
        suites.entry(suite(line)).or_default().push(Case { id: &line.conversation_id, failures, told });
    }
    let failed = suites.values().flatten().filter(|case| !case.failures.is_empty()).count();
    let unread = report.problems.len();

    let mut xml = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("testsuites")
        .with_attribute(("name", "kefulint"))
        .with_attribute(("tests", &*(report.conversations.len() + unread).to_string()))
        .with_attribute(("failures", &*failed.to_string()))
        .with_attribute(("errors", &*unread.to_string()))
        .write_inner_content(|xml| {
            for (agent, cases) in &suites {
                let failed = cases.iter().filter(|case| !case.failures.is_empty()).count();
                xml.create_element("testsuite")
                    .with_attribute(("name", &*legal(agent)))
                    .with_attribute(("tests", &*cases.len().to_string()))
                    .with_attribute(("failures", &*failed.to_string()))
                    .with_attribute(("errors", "0"))
                    .write_inner_content(|xml| {
                        cases.iter().try_for_each(|case| conversation(xml, agent, case, place))
                    })?;
            }
            if unread > 0 {
                xml.create_element("testsuite")
                    .with_attribute(("name", UNREAD_TITLE))
                    .with_attribute(("tests", &*unread.to_string()))
                    .with_attribute(("failures", "0"))
                    .with_attribute(("errors", &*unread.to_string()))
                    .write_inner_content(|xml| {
                        report.problems.iter().try_for_each(|problem| unreadable(xml, problem, place))
                    })?;
            }
            Ok(())
        })?;
    xml.get_mut().write_all(b"\n")
}

fn suite(line: &ConversationLine) -> &str {
    match line.agents.first() {
        Some(agent) => agent.as_deref().unwrap_or(UNNAMED),
        None => "（无客服）",
    }
}

type Xml<'a> = Writer<&'a mut dyn Write>;

fn conversation(xml: &mut Xml<'_>, agent: &str, case: &Case<'_>, place: &Place) -> io::Result<()> {
    let (agent, id) = (legal(agent), legal(case.id));
    let mut element =
        xml.create_element("testcase").with_attribute(("classname", &*agent)).with_attribute(("name", &*id));
    if case.failures.is_empty() && case.told.is_empty() {
        return element.write_empty().map(drop);
    }
    if let Some(first) = case.failures.first() {
        element = element
            .with_attribute(("file", &*legal(&path(&first.source.file, place))))
            .with_attribute(("line", &*first.source.line.to_string()));
    }
    element
        .write_inner_content(|xml| {
            if let Some(worst) = case.failures.iter().max_by_key(|finding| finding.severity) {
                let message =
                    format!("疑似问题 {} 条，最重：{} {}", case.failures.len(), worst.rule, worst.title);
                xml.create_element("failure")
                    .with_attribute(("type", worst.severity.as_str()))
                    .with_attribute(("message", &*legal(&message)))
                    .write_text_content(BytesText::new(&lines(&case.failures, place)))?;
            }
            if !case.told.is_empty() {
                xml.create_element("system-out")
                    .write_text_content(BytesText::new(&lines(&case.told, place)))?;
            }
            Ok(())
        })
        .map(drop)
}

fn unreadable(xml: &mut Xml<'_>, problem: &Problem, place: &Place) -> io::Result<()> {
    let file = legal(&path(&problem.file, place));
    let name = problem.line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
    xml.create_element("testcase")
        .with_attribute(("classname", UNREAD_TITLE))
        .with_attribute(("name", &*name))
        .with_attribute(("file", &*file))
        .write_inner_content(|xml| {
            xml.create_element("error")
                .with_attribute(("type", UNREAD))
                .with_attribute(("message", &*legal(&problem.reason)))
                .write_empty()
                .map(drop)
        })
        .map(drop)
}

/// A line a finding.
fn lines(findings: &[&Finding], place: &Place) -> String {
    let line = |finding: &&Finding| {
        let file = path(&finding.source.file, place);
        let standing = wording::standing(finding);
        let standing = if standing.is_empty() { standing } else { format!("（{standing}）") };
        format!("{file}:{}: [{}] {}{standing}", finding.source.line, finding.rule, text(finding))
    };
    legal(&findings.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// XML has no way at all to write most control characters.
fn legal(text: &str) -> String {
    let known =
        |c: char| matches!(c, '\t' | '\n' | '\r') || !matches!(c, '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if known(c) { c } else { '\u{fffd}' }).collect()
}
