//! Findings that were set aside stay in every output and count nowhere.

use jiff::civil::date;
use kefulint::{
    finding::{Suppression, SuppressionKind, SuppressionStatus},
    report::{Report, digest::Suppressed, html, json, markdown},
};
use serde_json::Value;

use super::Bench;

/// The fixture, with a word said on each finding of `rule`.
pub(super) fn fixture(bench: &Bench, rule: &str, kind: SuppressionKind, status: SuppressionStatus) -> Report {
    let mut report = Report::default();
    for mut linted in bench.linted(&["fixtures/report/chats.jsonl"]) {
        for finding in linted.findings.iter_mut().filter(|finding| &*finding.rule == rule) {
            let author = Some("复核员".to_owned());
            let reason = "测试账号".to_owned();
            finding.suppressed = Some(Suppression { kind, status, reason, author, date: date(2026, 3, 1) });
        }
        report.add(linted);
    }
    report
}

#[test]
fn what_was_set_aside_stays_in_the_output_and_counts_nowhere() {
    let bench = Bench::new();
    let before = fixture(&bench, "none", SuppressionKind::Decision, SuppressionStatus::Accepted);
    let report = fixture(&bench, "DIS901", SuppressionKind::Decision, SuppressionStatus::Accepted);
    let promises = before.findings.iter().filter(|finding| &*finding.rule == "DIS901").count();
    assert!(promises > 0);
    let digest = bench.digest(&report);
    assert_eq!(digest.suppressed, Suppressed { baseline: 0, decision: promises });
    assert_eq!(digest.report.findings.len(), before.findings.len());
    assert_eq!(digest.report.worst().len(), before.findings.len() - promises);
    let weight = |report: &Report| report.agents.values().map(kefulint::report::Tally::weight).sum::<f64>();
    assert!((weight(&before) - weight(&report) - 15.0 * promises as f64).abs() < 1e-9);
    let rule = digest.rules.iter().find(|line| &*line.rule == "DIS901").expect("the rule is listed");
    assert_eq!(rule.findings, 0);
    let promiser = digest.agents.iter().find(|line| line.name().starts_with("=cmd")).expect("who promised");
    assert!(promiser.exposure.consequences.is_empty(), "nothing may follow from what was set aside");

    let whole: Value = serde_json::from_str(&bench.written(&report, json::whole)).expect("it is JSON");
    assert_eq!(whole["suppressed"]["decision"], promises);
    let finding = whole["findings"]
        .as_array()
        .and_then(|findings| findings.iter().find(|finding| finding["rule"] == "DIS901"))
        .expect("it is in the output");
    assert_eq!(
        finding["suppressed"],
        serde_json::json!({
            "kind": "decision", "status": "accepted", "reason": "测试账号", "author": "复核员", "date": "2026-03-01"
        })
    );
    let page = bench.written(&report, html::write);
    assert!(page.contains("另有不计入的发现：复核决定"), "the page says so");
    assert!(page.contains("已复核，不计入（2026-03-01 复核员）：测试账号"), "and by whom");
    let text = bench.written(&report, |digest, out| markdown::write(digest, 100, out));
    assert!(!text.contains("DIS901"), "the worst findings are those that count");
}

#[test]
fn an_appeal_and_a_confirmation_count() {
    let bench = Bench::new();
    for status in [SuppressionStatus::UnderReview, SuppressionStatus::Rejected] {
        let report = fixture(&bench, "DIS901", SuppressionKind::Decision, status);
        let digest = bench.digest(&report);
        assert_eq!(digest.suppressed, Suppressed::default());
        assert_eq!(report.worst().len(), report.findings.len());
    }
}

#[test]
fn a_report_read_back_still_knows_what_was_set_aside() {
    let bench = Bench::new();
    let report = fixture(&bench, "DIS901", SuppressionKind::Baseline, SuppressionStatus::Accepted);
    let text = bench.written(&report, json::whole);
    let saved = json::read(&text).expect("it is a report");
    assert_eq!(bench.written(&saved.report, json::whole), text);
}
