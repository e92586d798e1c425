//! What counts, and that it counts once.

use crate::world::{HEAD, World, dump, errors};

const ASK: &str = "7,客户,,买家甲,2026-03-01 10:00:01,在吗\n";
const RUDE: &str = "7,客服,小王,买家甲,2026-03-01 10:00:09,你是不是傻，自己不会看吗\n";
const LATER: &str = "7,客服,小王,买家甲,2026-03-02 09:00:00,保证收益，稳赚不赔，绝对没有风险\n";

fn counts(output: &std::process::Output, name: &str) -> String {
    let lines = errors(output);
    let found =
        lines.split_whitespace().find_map(|word| word.strip_prefix(&format!("{name}=")).map(str::to_owned));
    found.unwrap_or_else(|| panic!("no {name} in: {lines}"))
}

#[test]
fn a_file_counts_once_by_its_bytes_wherever_it_lies() {
    let world = World::new();
    world.put("a.csv", [HEAD, ASK, RUDE].concat());
    assert_eq!(counts(&world.night("2026-03-02", &[], 0), "files"), "1");
    let before = world.report();
    world.put("again/b.csv", [HEAD, ASK, RUDE].concat());
    let output = world.night("2026-03-03", &[], 0);
    assert_eq!((counts(&output, "files"), counts(&output, "known")), ("0".into(), "2".into()));
    // The same length, but not the same bytes.
    world.put("a.csv", [HEAD, ASK, &RUDE.replace("傻", "笨")].concat());
    let output = world.night("2026-03-03", &[], 0);
    assert_eq!((counts(&output, "files"), counts(&output, "messages")), ("1".into(), "1".into()));
    assert_eq!(before["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_grown_file_adds_its_new_messages_and_its_conversation_is_judged_whole() {
    let world = World::new();
    world.put("a.csv", [HEAD, ASK, RUDE].concat());
    world.night("2026-03-02", &[], 0);
    assert_eq!(world.quotes().len(), 1);
    world.put("a.csv", [HEAD, ASK, RUDE, LATER].concat());
    let output = world.night("2026-03-03", &[], 0);
    assert_eq!((counts(&output, "messages"), counts(&output, "repeated")), ("1".into(), "2".into()));
    let report = world.report();
    assert_eq!(report["conversations"][0]["messages"], 3);
    let indexes: Vec<_> =
        report["findings"].as_array().expect("findings").iter().map(|f| f["message_index"].clone()).collect();
    assert_eq!(indexes, [1, 2], "{report:#}");
}

#[test]
fn half_a_record_gives_way_to_the_whole_one() {
    let world = World::new();
    let whole = [HEAD, ASK, RUDE, LATER].concat();
    // The exporter had come to 保证收益，稳赚不赔.
    let cut = whole.find("，绝对没有").expect("is there");
    world.put("a.csv", &whole[..cut]);
    world.night("2026-03-02", &[], 0);
    assert_eq!(world.report()["conversations"][0]["messages"], 3);
    world.put("a.csv", &whole);
    world.night("2026-03-03", &[], 0);
    let report = world.report();
    assert_eq!(report["conversations"][0]["messages"], 3);
    let fresh = World::new();
    fresh.put("a.csv", &whole);
    fresh.night("2026-03-03", &[], 0);
    assert_eq!(report["findings"], fresh.report()["findings"]);
    // The same without times, where a message is known by what stands before it.
    let world = World::new();
    let with = |tail: &str| [HEAD, ASK, RUDE, tail].concat();
    world.put("b.csv", with("1,客户,,,,在吗\n1,客服,小王,,,不知道"));
    world.night("2026-03-02", &[], 0);
    world.put("b.csv", with("1,客户,,,,在吗\n1,客服,小王,,,不知道，不归我管\n1,客户,,,,好吧\n"));
    world.night("2026-03-03", &[], 0);
    let lines = world.report()["conversations"].clone();
    assert_eq!((&lines[0]["messages"], &lines[1]["messages"]), (&3.into(), &2.into()));
}

#[test]
fn two_files_of_one_name_are_two_conversations() {
    let world = World::new();
    let chat = |said: &str| {
        format!("角色,时间,内容\n客户,2026-03-01 10:00:01,在吗\n客服,2026-03-01 10:00:05,{said}\n")
    };
    world.put("mon/chat.csv", chat("您好"));
    world.night("2026-03-02", &[], 0);
    world.put("tue/chat.csv", chat("您好").replace("10:00", "11:00"));
    // The third goes on where the first ended.
    world.put("wed/chat.csv", chat("您好") + "客服,2026-03-01 10:09:00,还在吗\n");
    world.night("2026-03-03", &[], 0);
    let report = world.report();
    let lines: Vec<(&str, u64)> = report["conversations"]
        .as_array()
        .expect("conversations")
        .iter()
        .map(|line| {
            (line["conversation_id"].as_str().expect("text"), line["messages"].as_u64().expect("a number"))
        })
        .collect();
    assert_eq!(lines, [("chat", 3), ("in/tue/chat.csv", 2)]);
}

#[test]
fn a_message_may_be_taken_back_on_another_night() {
    let world = World::new();
    let toml =
        "[input.columns]\nevent = \"事件\"\nrecalls = \"撤回\"\n[input.events]\n\"撤回\" = \"recall\"\n";
    std::fs::write(world.path("kefulint.toml"), toml).expect("writes");
    let head = "会话ID,消息ID,角色,客服,时间,内容,事件,撤回\n";
    world.put("a.csv", format!("{head}7,m1,客户,,2026-03-01 10:00:01,在吗,,\n7,m2,客服,小王,2026-03-01 10:00:09,你是不是傻，自己不会看吗,,\n"));
    world.night("2026-03-02", &[], 0);
    let severity = |world: &World| world.report()["findings"][0]["severity"].clone();
    let before = severity(&world);
    world.put(
        "b.csv",
        format!(
            "{head}7,m3,客服,小王,2026-03-02 10:00:09,抱歉,,\n7,,客服,小王,2026-03-02 10:00:10,,撤回,m2\n"
        ),
    );
    world.night("2026-03-03", &[], 0);
    assert_ne!(severity(&world), before, "what was said and then withdrawn weighs more");
    assert_eq!(world.report()["problems"], serde_json::json!([]));
}

#[test]
fn without_texts_what_was_judged_stays_and_what_comes_is_added() {
    let world = World::new();
    world.put("a.csv", [HEAD, ASK, RUDE].concat());
    world.night("2026-03-02", &["--keep-text", "none"], 0);
    world.put("a.csv", [HEAD, ASK, RUDE, LATER].concat());
    world.night("2026-03-03", &["--keep-text", "none"], 0);
    let report = world.report();
    assert_eq!(report["conversations"][0]["messages"], 3);
    assert_eq!(report["agents"][0]["conversations"], 1);
    let indexes: Vec<_> =
        report["findings"].as_array().expect("findings").iter().map(|f| f["message_index"].clone()).collect();
    assert_eq!(indexes, [1, 2], "{report:#}");
    assert!(!dump(&world.path("st")).lines().any(|line| line.starts_with("message ")));
}

#[test]
fn a_forgotten_customer_is_gone_and_does_not_come_back() {
    let world = World::new();
    let other =
        "8,客户,,买家乙,2026-03-01 10:00:01,在吗\n8,客服,小王,买家乙,2026-03-01 10:00:09,不知道，不归我管\n";
    world.put("a.csv", [HEAD, ASK, RUDE, other].concat());
    world.night("2026-03-02", &["--report", "json", "-o", "rep"], 0);
    let output = world.run(&["store", "forget", "--store", "st", "--customer", "买家甲"]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "deleted: 1 conversations, 2 stored messages, 1 findings; the next nightly run writes the reports of their days anew; \
         exports and backups are not touched\n"
    );
    let bytes = std::fs::read(world.path("st/store.sqlite")).expect("reads");
    for gone in ["自己不会看吗", "买家甲"] {
        assert!(!contains(&bytes, gone), "{gone} is still there");
    }
    assert!(
        dump(&world.path("st"))
            .lines()
            .any(|line| line.starts_with("forgotten") && line.contains("Integer(1), Integer(2), Integer(1)"))
    );
    // The same chats once more, with rows of others added.
    world.put(
        "b.csv",
        [
            HEAD,
            ASK,
            RUDE,
            other,
            "9,客户,,买家丙,2026-03-01 10:00:01,在吗\n9,客服,小王,买家丙,2026-03-01 10:01:00,在的\n",
        ]
        .concat(),
    );
    world.night("2026-03-03", &["--report", "json", "-o", "rep"], 0);
    let report = world.report();
    let ids: Vec<_> = report["conversations"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|l| l["conversation_id"].clone())
        .collect();
    assert_eq!(ids, ["8", "9"]);
    let page = std::fs::read(world.path("rep/2026-03-01.json")).expect("reads");
    assert!(!contains(&page, "自己不会看吗"), "the report of that day is written anew");
    assert_eq!(
        world.run(&["store", "forget", "--store", "st", "--customer", "nobody"]).status.code(),
        Some(1)
    );
}

#[test]
fn age_takes_texts_first_and_findings_later() {
    let world = World::new();
    world.put("a.csv", [HEAD, ASK, RUDE].concat());
    let kept = ["--keep-text", "7d", "--keep-findings", "1y"];
    world.night("2026-03-02", &kept, 0);
    let rows = |table: &str| {
        dump(&world.path("st")).lines().filter(|line| line.starts_with(&format!("{table} "))).count()
    };
    assert_eq!((rows("message"), rows("finding")), (2, 1));
    world.night("2026-03-09", &kept, 0);
    assert_eq!((rows("message"), rows("finding")), (2, 1));
    world.night("2026-03-10", &kept, 0);
    assert_eq!((rows("message"), rows("finding")), (0, 1));
    assert_eq!(world.report()["conversations"][0]["messages"], 2);
    world.night("2027-03-03", &kept, 0);
    assert_eq!((rows("finding"), rows("presence"), rows("customer")), (0, 0, 0));
    assert_eq!(world.report()["conversations"], serde_json::json!([]));
}

#[test]
fn a_bad_record_is_told_once_and_a_missing_file_every_night() {
    let world = World::new();
    let bad = "7,谁,小王,买家甲,2026-03-01 10:00:20,嗯\n";
    world.put("a.csv", [HEAD, ASK, RUDE, bad].concat());
    world.night("2026-03-02", &[], 3);
    assert_eq!(world.report()["problems"].as_array().map(Vec::len), Some(1));
    world.night("2026-03-03", &[], 0);
    world.put("a.csv", [HEAD, ASK, RUDE, bad, LATER].concat());
    world.night("2026-03-03", &[], 3);
    assert_eq!(world.report()["problems"].as_array().map(Vec::len), Some(1));
    let output = world.run(&["nightly", "nowhere.csv", "--store", "st", "--now", "2026-03-03T04:00"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(errors(&output).contains("there is no such file"), "{}", errors(&output));
}

fn contains(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}
