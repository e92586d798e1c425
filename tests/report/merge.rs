//! Reports of parts add up to the report of the whole.

use kefulint::{
    report::{Report, json},
    transcript::Input,
};
use proptest::{collection::vec, prelude::*, sample::select};

use super::Bench;

/// Messages: whose conversation, by whom, what.
type Chat = Vec<(u8, &'static str, &'static str, &'static str)>;

fn chats() -> impl Strategy<Value = (Chat, Vec<bool>)> {
    let agent = select(vec!["甲一", "乙二", "丙三"]);
    let role = select(vec!["customer", "agent", "system", "nobody"]);
    let text = select(vec![
        "笨蛋",
        "这款稳赚",
        "在吗？",
        "能退吗",
        "不改评价试试",
        "电话13812345672",
        "蠢货",
        "可以退",
    ]);
    (vec((0..12_u8, agent, role, text), 0..40), vec(any::<bool>(), 12))
}

fn file(name: &str, chats: &Chat, keep: impl Fn(usize) -> bool) -> Input {
    let lines: Vec<String> = chats
        .iter()
        .filter(|(chat, ..)| keep(usize::from(*chat)))
        .enumerate()
        .map(|(at, (chat, agent, role, text))| {
            let time = format!("2026-02-01T09:{at:02}:00+08:00");
            let id = format!("C{chat:02}");
            let line = serde_json::json!({
                "conversation_id": id, "agent_id": agent, "role": role, "time": time, "text": text,
            });
            format!("{line}\n")
        })
        .collect();
    Input::stream(name, std::io::Cursor::new(lines.concat().into_bytes()))
}

fn saved(bench: &Bench, report: &Report) -> Report {
    json::read(&bench.written(report, json::whole)).expect("a report reads what it wrote").report
}

#[test]
fn parts_add_up() {
    let bench = Bench::new();
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((chats, sides) in chats())| {
        let parts = || [file("a.jsonl", &chats, |c| sides[c]), file("b.jsonl", &chats, |c| !sides[c])];
        let [a, b] = parts().map(|input| bench.read(vec![input]));
        let both = bench.read(parts().into());
        let mut merged = saved(&bench, &a);
        prop_assert!(merged.merge(saved(&bench, &b)).is_ok());
        prop_assert_eq!(bench.written(&merged, json::whole), bench.written(&both, json::whole));
    });
}

#[test]
fn a_conversation_in_both_is_refused() {
    let bench = Bench::new();
    let mut report = bench.fixture();
    let error = report.merge(bench.fixture()).expect_err("all are shared");
    assert_eq!(
        error.to_string(),
        "conversation R-01 and 4 more stand in both reports and would count twice; scan all files at once instead"
    );
}
