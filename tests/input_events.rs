//! What events in an export mean for findings: taken back, edited, unseen, spoken, written by a machine, handed on, repeated.

use std::fs;

use kefulint::{
    lexicon::Lexicon,
    rule::{Linted, Linter, Options},
    transcript::{self, Input, InputConfig},
};

const PACK: &str = r#"
[pack]
name = "events"
title = "测试规则"

[[rule]]
id = "ABU101"
family = "abuse"
kind = "insult"
title = "疑似辱骂"
severity = "medium"
duty = ["不得侮辱诽谤"]
advice = "请保持礼貌。"
status = "stable"
since = "0.1.0"
hits = ["你个糊涂蛋"]
misses = ["您好"]
where.insult = { terms = ["糊涂蛋"] }

[[rule]]
id = "DIS101"
family = "disclosure"
kind = "missing_risk"
title = "疑似未提示风险"
severity = "high"
duty = ["提示风险"]
advice = "请提示风险。"
status = "stable"
since = "0.1.0"
when = "promise and not warning"
hits = ["这只基金适合您"]
misses = ["您好"]
where.promise = { terms = ["这只基金"] }
where.warning = { terms = ["投资有风险"], scope = "conversation" }
"#;

fn lint(lines: &[&str]) -> Vec<Linted> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("events.toml"), PACK).expect("written");
    let linter = Linter::new(Lexicon::from_dir(folder.path()).expect("a pack"), Options::default());
    let chat = lines.join("\n");
    let read = transcript::read(
        vec![Input::stream("chat.jsonl", std::io::Cursor::new(chat))],
        &InputConfig { preset: Some("neutral".to_owned()), ..InputConfig::default() },
    )
    .expect("a valid configuration");
    linter.expect("the pack is right").lint_all(&read.conversations, || ())
}

fn line(event: &str, role: &str, agent: &str, second: u32, text: &str) -> String {
    format!(
        "{{\"conversation_id\":\"1\",\"event\":\"{event}\",\"role\":\"{role}\",\"agent_id\":\"{agent}\",\
         \"time\":\"2026-03-02T10:00:{second:02}+08:00\",\"text\":\"{text}\"}}"
    )
}

/// Rule, level and agent of every finding.
fn found(lines: &[String]) -> Vec<String> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let findings = lint(&lines).remove(0).findings;
    findings
        .iter()
        .map(|finding| {
            let agent = finding.agent_id.as_deref().unwrap_or("-");
            format!("{} {:?} {agent}", finding.rule, finding.severity)
        })
        .collect()
}

#[test]
fn a_message_taken_back_weighs_one_level_more() {
    assert_eq!(found(&[line("message", "agent", "A", 1, "你个糊涂蛋")]), ["ABU101 Medium A"]);
    assert_eq!(found(&[line("recalled", "agent", "A", 1, "你个糊涂蛋")]), ["ABU101 High A"]);
}

#[test]
fn a_machine_is_no_agent() {
    assert_eq!(found(&[line("message", "bot", "A", 1, "你个糊涂蛋")]), [""; 0]);
}

#[test]
fn of_two_agents_the_one_who_spoke_is_meant() {
    let chat = [
        line("message", "agent", "A", 1, "我转给同事"),
        line("message", "agent", "B", 2, "你个糊涂蛋"),
        line("message", "agent", "A", 3, "抱歉"),
    ];
    assert_eq!(found(&chat), ["ABU101 Medium B"]);
}

#[test]
fn what_stands_twice_counts_once() {
    let said = line("message", "agent", "A", 7, "你个糊涂蛋");
    assert_eq!(found(&[said.clone(), said]), ["ABU101 Medium A"]);
}

#[test]
fn what_was_not_seen_cannot_be_missing() {
    let promise = line("message", "agent", "A", 1, "这只基金适合您");
    assert_eq!(found(std::slice::from_ref(&promise)), ["DIS101 High A"]);
    for unseen in [
        line("unseen", "agent", "A", 2, ""),
        line("message", "agent", "A", 2, "[图片]"),
        line("edited", "agent", "A", 2, "好的"),
    ] {
        let linted = lint(&[&promise, &unseen]).remove(0);
        assert!(linted.findings.is_empty(), "{unseen}");
        assert_eq!(linted.not_evaluable.iter().map(|rule| &**rule).collect::<Vec<_>>(), ["DIS101"]);
    }
}

#[test]
fn an_edit_does_not_take_the_text_before_away() {
    let with_id = |event: &str, second, text: &str| {
        line(event, "agent", "A", second, text).replace("{\"conv", "{\"message_id\":\"m1\",\"conv")
    };
    assert_eq!(
        found(&[with_id("message", 1, "你个糊涂蛋"), with_id("edit", 9, "您好")]),
        ["ABU101 Medium A"]
    );
}

#[test]
fn speech_is_also_heard_by_its_sound() {
    assert_eq!(found(&[line("message", "agent", "A", 1, "你个胡图但")]), [""; 0]);
    assert_eq!(found(&[line("speech", "agent", "A", 1, "你个胡图但")]), ["ABU101 Medium A"]);
}
