//! The gate's memory: a baseline over several runs, decisions and what becomes of them. Exit codes and the screen stand in
//! tests/cmd/gate*.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output},
};

use jiff::civil::{Date, date};
use kefulint::{
    decision::{Decision, Decisions, Memory, Verdict},
    finding::{Finding, SuppressionStatus},
    gate::{self, Selector, Thresholds, Trial},
    lexicon::Lexicon,
    report::Report,
    rule::{Linter, Options},
    transcript::{self, InputConfig},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

const DAY: Date = date(2026, 3, 5);

fn message(conversation: &str, minute: u32, role: &str, text: &str) -> Value {
    json!({
        "conversation_id": conversation, "agent_id": "丙", "role": role, "text": text,
        "time": format!("2026-03-02T10:{minute:02}:00+08:00"),
    })
}

fn write(path: &Path, messages: &[Value]) {
    let lines: Vec<String> = messages.iter().map(Value::to_string).collect();
    fs::write(path, lines.join("\n")).expect("the folder is ours");
}

/// Runs the program in a folder, with the packs that stay as they are.
fn run(dir: &TempDir, args: &str) -> Output {
    let root = env!("CARGO_MANIFEST_DIR");
    Command::new(env!("CARGO_BIN_EXE_kefulint"))
        .args(args.split(' '))
        .args([
            "--lexicons",
            &format!("{root}/tests/packs"),
            "--pack",
            &format!("{root}/fixtures/report/rules.toml"),
        ])
        .env("KEFULINT_AUTHOR", "复核甲")
        .current_dir(dir.path())
        .output()
        .expect("the program runs")
}

/// The exit code and standard output.
fn told(dir: &TempDir, args: &str) -> (Option<i32>, String) {
    let output = run(dir, args);
    (output.status.code(), String::from_utf8(output.stdout).expect("it writes UTF-8"))
}

fn findings(dir: &TempDir, args: &str) -> Vec<Finding> {
    let (_, text) = told(dir, &format!("scan {args} --format jsonl --date 2026-03-05"));
    text.lines().map(|line| serde_json::from_str(line).expect("a finding a line")).collect()
}

#[test]
fn a_baseline_lets_only_new_findings_fail_and_their_number_only_fall() {
    let dir = TempDir::new().expect("a folder");
    let day = " --date 2026-03-05";
    let [first, moved, third] = ["a.jsonl", "moved.jsonl", "third.jsonl"].map(|name| dir.path().join(name));
    let insult = "笨蛋，自己不会查吗";
    write(
        &first,
        &[
            message("B-1", 0, "customer", "麻烦看下进度"),
            message("B-1", 1, "agent", insult),
            message("B-1", 2, "agent", insult),
            message("B-2", 0, "customer", "这只会亏吗"),
            message("B-2", 1, "agent", "这款稳赚，闭着眼睛买"),
        ],
    );

    // First run: all of it is known from now on.
    let (code, text) = told(&dir, &format!("baseline write a.jsonl{day}"));
    assert_eq!((code, text.as_str()), (Some(0), "kefulint.baseline.json：记下 3 条发现\n"));
    let (code, text) = told(&dir, &format!("gate a.jsonl --baseline kefulint.baseline.json{day}"));
    assert_eq!(code, Some(0), "{text}");

    // Second run: other lines, other order, other minutes, other width of the comma, another chat before it. Nothing is new.
    write(
        &moved,
        &[
            message("A-0", 0, "customer", "几点下班"),
            message("A-0", 1, "agent", "晚上九点。"),
            message("B-2", 3, "customer", "这只会亏吗"),
            message("B-2", 7, "agent", "这款稳赚,闭着眼睛买"),
            message("B-1", 5, "agent", insult),
            message("B-1", 6, "customer", "麻烦看下进度"),
            message("B-1", 9, "agent", "笨蛋,自己不会查吗"),
        ],
    );
    let (code, text) = told(&dir, &format!("baseline check moved.jsonl{day}"));
    assert_eq!((code, text.as_str()), (Some(0), "kefulint.baseline.json：已知 3 条，新增 0 条，消失 0 条\n"));
    let known = findings(&dir, "moved.jsonl --baseline kefulint.baseline.json");
    assert_eq!(known.len(), 3, "known findings stay in the output");
    assert!(known.iter().all(Finding::is_suppressed));

    // Third run: the promise and one insult are gone, and an insult in another chat is new.
    write(
        &third,
        &[
            message("B-1", 1, "agent", insult),
            message("B-2", 0, "customer", "这只会亏吗"),
            message("B-2", 1, "agent", "有可能亏。"),
            message("B-3", 1, "agent", insult),
        ],
    );
    let (code, text) = told(&dir, &format!("baseline check third.jsonl{day}"));
    assert_eq!(code, Some(1));
    assert!(text.starts_with("kefulint.baseline.json：已知 1 条，新增 1 条，消失 2 条\n"), "{text}");
    assert!(
        text.contains("会话 B-3 第 1 条") && !text.contains("会话 B-1"),
        "only the new one is named: {text}"
    );
    let (code, text) = told(&dir, &format!("gate third.jsonl --baseline kefulint.baseline.json{day}"));
    assert_eq!(code, Some(1), "{text}");
    let (code, text) = told(&dir, &format!("baseline update third.jsonl{day}"));
    assert_eq!(code, Some(1), "the new one is not taken in");
    assert_eq!(text, "kefulint.baseline.json：去掉 2 条，留下 1 条\n新增 1 条，未收入基线\n");

    // What is gone may not come back.
    let (code, text) = told(&dir, &format!("baseline check a.jsonl{day}"));
    assert_eq!(code, Some(1));
    assert!(text.starts_with("kefulint.baseline.json：已知 1 条，新增 2 条，消失 0 条\n"), "{text}");
}

#[test]
fn a_tight_check_fails_where_the_baseline_allows_more_than_there_is() {
    let dir = TempDir::new().expect("a folder");
    let [all, less] = ["all.jsonl", "less.jsonl"].map(|name| dir.path().join(name));
    write(&all, &[message("B-1", 1, "agent", "你个笨蛋")]);
    write(&less, &[message("B-1", 1, "agent", "您好")]);
    assert_eq!(told(&dir, "baseline write all.jsonl").0, Some(0));
    assert_eq!(told(&dir, "baseline check less.jsonl").0, Some(0));
    assert_eq!(told(&dir, "baseline check less.jsonl --tight").0, Some(1));
    assert_eq!(told(&dir, "baseline update less.jsonl").0, Some(0));
    assert_eq!(told(&dir, "baseline check less.jsonl --tight").0, Some(0));
}

#[test]
fn a_decision_is_made_once() {
    let dir = TempDir::new().expect("a folder");
    write(
        &dir.path().join("a.jsonl"),
        &[message("B-1", 1, "agent", "你个笨蛋"), message("B-2", 1, "agent", "这款稳赚")],
    );
    fs::write(dir.path().join("found.jsonl"), run(&dir, "scan a.jsonl --format jsonl").stdout)
        .expect("written");
    let before = findings(&dir, "a.jsonl");
    let [insult, promise] = ["ABU101", "DIS901"].map(|rule| {
        before.iter().find(|finding| &*finding.rule == rule).expect("it is found").fingerprint.clone()
    });

    let (code, text) = told(
        &dir,
        &format!(
            "decide {insult} false-alarm --reason 测试号13812345672 --report found.jsonl --date 2026-03-04"
        ),
    );
    assert_eq!(
        (code, text),
        (Some(0), format!("kefulint.decisions.toml: false-alarm of {insult} (ABU101)\n"))
    );
    let (code, _) = told(
        &dir,
        &format!("decide {promise} accepted-risk --reason 待改 --date 2026-03-04 --expires 2026-03-06"),
    );
    assert_eq!(code, Some(0), "it works without a report too");
    let file = fs::read_to_string(dir.path().join("kefulint.decisions.toml")).expect("it was written");
    assert!(file.contains("测试号138****5672") && !file.contains("13812345672"), "{file}");

    // Found beside the chats without being asked for.
    assert!(findings(&dir, "a.jsonl").iter().all(Finding::is_suppressed));
    assert!(!findings(&dir, "a.jsonl --isolated").iter().any(Finding::is_suppressed));
    assert_eq!(told(&dir, "gate a.jsonl --max all=0 --date 2026-03-06").0, Some(0));
    let late = run(&dir, "gate a.jsonl --max all=0 --date 2026-03-07");
    assert_eq!(late.status.code(), Some(1), "the accepted risk has expired");
    let notice = String::from_utf8_lossy(&late.stderr).into_owned();
    assert!(notice.contains(&format!("accepted-risk of {promise} has expired")), "{notice}");

    // The last word holds.
    assert_eq!(
        told(&dir, &format!("decide {insult} confirmed --reason 复听 --rule ABU101 --date 2026-03-05")).0,
        Some(0)
    );
    assert_eq!(told(&dir, "gate a.jsonl --max all=0 --date 2026-03-05").0, Some(1));
    let (_, stats) = told(&dir, "rules --stats");
    assert!(stats.contains("ABU101       1      0      0      0  1.00（0.21–1.00）"), "{stats}");
    assert!(stats.contains("另有 1 条决定没有写明规则"), "{stats}");

    let mistyped = run(&dir, &format!("decide {} confirmed --reason x --report found.jsonl", "f".repeat(24)));
    assert_eq!(mistyped.status.code(), Some(2));
    let said = String::from_utf8_lossy(&mistyped.stderr).into_owned();
    assert!(said.contains("found.jsonl has no finding ffff"), "{said}");
}

fn linted(text: &str) -> Vec<Finding> {
    let mut lexicon = Lexicon::from_dir("tests/packs".as_ref()).expect("the pack loads");
    lexicon.extend_from_files(&["fixtures/report/rules.toml".into()]).expect("so does the other");
    let linter =
        Linter::new(lexicon, Options { default_day: DAY, ..Options::default() }).expect("it compiles");
    let dir = TempDir::new().expect("a folder");
    let path = dir.path().join("chats.jsonl");
    write(&path, &[message("B-1", 1, "agent", text), message("B-1", 2, "agent", text)]);
    let inputs = transcript::discover(&[path.display().to_string()], std::io::empty());
    let read = transcript::read(inputs, &InputConfig::default()).expect("the settings are right");
    read.conversations.iter().flat_map(|conversation| linter.lint(conversation).findings).collect()
}

fn remembering(verdict: &str, fingerprint: &str) -> Memory {
    let mut decisions = Decisions::default();
    let entry = format!(
        "[[decision]]\nfingerprint = \"{fingerprint}\"\nverdict = \"{verdict}\"\nreason = \"r\"\nauthor = \"a\"\n\
         date = 2026-03-01\n"
    );
    decisions.read("d.toml", &entry).expect("it is right");
    Memory { decisions, baseline: None, today: DAY }
}

#[test]
fn a_verdict_has_its_standing_and_holds_for_equal_texts() {
    for (verdict, status, counts) in [
        ("confirmed", SuppressionStatus::Rejected, true),
        ("false-alarm", SuppressionStatus::Accepted, false),
        ("accepted-risk", SuppressionStatus::Accepted, false),
        ("under-appeal", SuppressionStatus::UnderReview, true),
    ] {
        let mut findings = linted("你个笨蛋");
        assert_eq!(findings[1].fingerprint, format!("{}-2", findings[0].fingerprint));
        let memory = remembering(verdict, &findings[1].fingerprint);
        memory.settle(&mut findings);
        for finding in &findings {
            let standing = finding.suppressed.as_ref().expect("it was decided on");
            assert_eq!((standing.status, finding.is_suppressed()), (status, !counts), "{verdict}");
        }
        assert!(memory.review(&findings).unused.is_empty());
    }
}

#[test]
fn what_the_baseline_knows_is_not_new_for_being_confirmed() {
    let mut findings = linted("你个笨蛋");
    let baseline = kefulint::baseline::Baseline::take(&findings, DAY);
    let decided = remembering("confirmed", &findings[0].fingerprint);
    Memory { baseline: Some(baseline), ..decided }.settle(&mut findings);
    assert!(findings.iter().all(Finding::is_suppressed));
}

#[test]
fn a_finding_that_a_reliable_rule_backs_counts_though_a_preview_rule_heads_it() {
    let mut findings = linted("你个笨蛋");
    findings.truncate(1);
    let limits = Thresholds { max: [(Selector::All, 0)].into(), ..Thresholds::default() };
    let preview = BTreeSet::from(["ABU101".into()]);
    let failed = |findings: &[Finding]| {
        let report = Report { findings: findings.to_vec(), ..Report::default() };
        let outcome = gate::judge(&limits, Trial { report: &report, preview: &preview, score: None });
        (outcome.passed, outcome.preview)
    };
    assert_eq!(failed(&findings), (true, 1));
    findings[0].also.push("ABU102".into());
    assert_eq!(failed(&findings), (false, 0));
}

#[test]
fn a_run_without_conversations_is_not_complete() {
    let report = Report::default();
    let limits = Thresholds { max: [(Selector::All, 0)].into(), ..Thresholds::default() };
    let preview = BTreeSet::new();
    let outcome = gate::judge(&limits, Trial { report: &report, preview: &preview, score: None });
    assert!(!outcome.complete);
}

proptest! {
    #[test]
    fn a_decision_written_is_the_decision_read(
        reason in "[^0-9\\p{C}]{0,30}", author in "\\PC{0,12}", expires in proptest::option::of(1..28_i8), named in any::<bool>(),
    ) {
        let decision = Decision {
            fingerprint: "0123456789abcdef01234567".to_owned(),
            verdict: Verdict::FalseAlarm,
            reason: kefulint::personal::mask(&reason),
            author,
            date: DAY,
            expires: expires.map(|day| date(2027, 2, day)),
            rule: named.then(|| "ABU101".to_owned()),
        };
        let mut read = Decisions::default();
        read.read("d.toml", &decision.to_toml()).expect("what is written can be read");
        let entries: Vec<_> = read.entries().map(|entry| entry.decision.clone()).collect();
        prop_assert_eq!(entries, vec![decision]);
    }

    #[test]
    fn a_selector_reads_back_what_it_prints(text in "all|high|abuse|abuse\\.[a-z_]{1,8}|[A-Z]{3}[0-9]{3}|\\PC{0,10}") {
        if let Ok(selector) = text.parse::<Selector>() {
            prop_assert_eq!(selector.to_string(), text);
        }
    }
}
