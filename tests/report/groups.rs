//! Rates by group and by day, and two periods side by side.

use std::sync::Arc;

use kefulint::{
    config::Teams,
    report::{
        Report, compare,
        digest::Digest,
        group::{GroupBy, GroupLine},
        json, markdown,
        risk::{rate, ratio},
        terminal,
    },
    transcript::Input,
};

use super::{Bench, DAY};

fn teams() -> Teams {
    Teams::from([("早班".into(), vec!["甲一".into()]), ("晚班".into(), vec!["乙二".into(), "丙三".into()])])
}

fn lines(by: GroupBy) -> Vec<(Arc<str>, u64, u64)> {
    let bench = Bench::new();
    let report = bench.fixture();
    let groups = bench.digest(&report).grouped(by, &teams()).groups.expect("they were asked for");
    assert_eq!(groups.by, by);
    let of = |line: GroupLine| (line.group, line.conversations, line.findings);
    let mut lines: Vec<_> = groups.lines.into_iter().map(of).collect();
    lines.sort();
    lines
}

#[test]
fn every_conversation_and_finding_stands_in_one_group() {
    let group = |name: &str, conversations, findings| (Arc::from(name), conversations, findings);
    assert_eq!(lines(GroupBy::Team), [group("早班", 2, 3), group("晚班", 2, 1), group("（未分组）", 1, 1)]);
    assert_eq!(
        lines(GroupBy::Hour),
        [group("09 时", 1, 2), group("10 时", 2, 2), group("11 时", 1, 0), group("（时间不详）", 1, 1)]
    );
    assert_eq!(lines(GroupBy::Channel), [group("（未注明渠道）", 5, 5)]);
    for by in [GroupBy::Agent, GroupBy::Trade] {
        let lines = lines(by);
        assert_eq!(lines.iter().map(|line| line.1).sum::<u64>(), 5, "{by:?}");
        assert_eq!(lines.iter().map(|line| line.2).sum::<u64>(), 5, "{by:?}");
    }
}

#[test]
fn all_formats_print_the_groups() {
    let bench = Bench::new();
    let report = bench.fixture();
    let written = |write: &dyn Fn(&Digest<'_>, &mut dyn std::io::Write) -> std::io::Result<()>| {
        let mut out = Vec::new();
        write(&bench.digest(&report).grouped(GroupBy::Hour, &teams()), &mut out).expect("memory takes it");
        out
    };
    let screen = terminal::Screen { width: 100, color: false, findings: 0 };
    let text = String::from_utf8(written(&|d, out| terminal::write(d, screen, out))).expect("UTF-8");
    let (_, after) = text.split_once("按时段").expect("the table is there");
    insta::assert_snapshot!(after.split("\n\n").next().expect("its lines"));
    let text = String::from_utf8(written(&|d, out| markdown::write(d, 0, out))).expect("UTF-8");
    let (_, after) = text.split_once("## 按时段").expect("the table is there");
    assert_eq!(after.split("\n## ").next().expect("its lines").matches("\n| ").count(), 5);
    let page = String::from_utf8(written(&|d, out| kefulint::report::html::write(d, out))).expect("UTF-8");
    assert!(page.contains("<h2 id=\"h-groups\">按时段</h2>"));
    let workbook = written(&|d, out| kefulint::report::excel::write(d, out));
    assert_eq!(super::formats::sheet_of(workbook, "分组").height(), 5);
    let whole: serde_json::Value =
        serde_json::from_slice(&written(&|d, out| json::whole(d, out))).expect("it is JSON");
    assert_eq!(whole["groups"]["by"], "hour");
    assert_eq!(whole["groups"]["lines"].as_array().map(Vec::len), Some(4));
}

#[test]
fn the_trend_is_a_rate_by_the_day_on_which_conversations_began() {
    let bench = Bench::new();
    let mut report = bench.fixture();
    report.conversations.retain(|line| line.started.is_none_or(|started| started.day().year() == 2026));
    let trend = bench.digest(&report).trend();
    let told: Vec<(&str, u64, u64, Option<f64>)> = trend
        .iter()
        .map(|period| {
            (&*period.label, period.conversations, period.total(), period.rate.map(|r| r.mean.round()))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("2026-02-27", 1, 2, Some(200.0)),
            ("2026-02-28", 1, 1, Some(100.0)),
            ("2026-03-01", 1, 0, Some(0.0))
        ]
    );
}

#[test]
fn intervals_are_the_textbook_ones() {
    let near =
        |found: f64, right: f64| assert!((found - right).abs() < 2e-3 * right.max(1.0), "{found} {right}");
    // scipy.stats.gamma.ppf([.025, .975], 7.5, scale=1/40)
    let known = rate(7, 40).expect("there are conversations");
    near(known.mean, 17.5);
    near(known.low, 7.827_672);
    near(known.high, 34.360_491);
    assert_eq!(rate(3, 0), None);
    assert_eq!(rate(0, 10).map(|rate| (rate.mean, rate.low)), Some((0.0, 0.0)));
    // (30.5/400)/(10.5/300) * scipy.stats.f.ppf([.025, .975], 61, 21)
    let known = ratio([10, 30], [300, 400]).expect("there are conversations");
    near(known.mean, (30.5 / 400.0) / (10.5 / 300.0));
    near(known.low, 1.132_974);
    near(known.high, 4.748_798);
    assert_eq!((ratio([1, 1], [0, 5]), ratio([0, 0], [5, 5])), (None, None));
}

fn month(bench: &Bench, name: &str, chats: usize, bad: usize) -> Report {
    let line = |at: usize| {
        let text = if at < bad { "这个您找别人去" } else { "好的，我来处理" };
        let agent = if at.is_multiple_of(2) { "甲一" } else { "乙二" };
        format!(
            "{{\"conversation_id\":\"{name}{at:03}\",\"agent_id\":\"{agent}\",\"role\":\"agent\",\"text\":\"{text}\"}}\n"
        )
    };
    let text: String = (0..chats).map(line).collect();
    bench.read(vec![Input::stream("chats.jsonl", std::io::Cursor::new(text.into_bytes()))])
}

#[test]
fn periods_are_compared_with_what_the_numbers_allow() {
    let bench = Bench::new();
    let [before, after] = [month(&bench, "a", 100, 40), month(&bench, "b", 100, 10)];
    let compared = compare::compare([&before, &after], [DAY, DAY], GroupBy::Agent, &Teams::new());
    assert_eq!(compared.whole[0].verdict, compare::Verdict::Down);
    let same = compare::compare([&before, &before], [DAY, DAY], GroupBy::Team, &teams());
    assert!(same.whole.iter().chain(&same.groups).all(|change| change.verdict == compare::Verdict::Open));
    let mut out = Vec::new();
    compare::markdown(&compared, &mut out).expect("memory takes it");
    insta::assert_snapshot!(String::from_utf8(out).expect("it is UTF-8"));
}
