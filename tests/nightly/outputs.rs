//! What others see of a night: reports, figures, log lines, notices, and the weeks.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use jiff::Timestamp;
use kefulint::notify::{Channel, Notice, NotifyError, Robot, RobotKind};
use serde_json::Value;

use crate::world::{HEAD, Random, World, errors, file, rows};

const CHAT: &str = "7,客户,,买家甲,2026-03-01 10:00:01,在吗\n7,客服,小王,买家甲,2026-03-01 10:00:09,你是不是傻，自己不会看吗\n";

#[test]
fn the_report_on_yesterday_is_that_of_a_scan() {
    let world = World::new();
    world.put("a.csv", [HEAD, CHAT].concat());
    world.night("2026-03-02", &["--report", "json,html,xlsx", "-o", "rep"], 0);
    let scanned = world.run(&["scan", "in", "--date", "2026-03-01", "--format", "json"]);
    assert_eq!(fs::read(world.path("rep/2026-03-01.json")).expect("reads"), scanned.stdout);
    let names: Vec<String> =
        crate::world::files(&world.path("rep")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["2026-03-01.html", "2026-03-01.json", "2026-03-01.xlsx", "index.html"]);
    // A late chat changes the report of its own day.
    world.put("late.csv", [HEAD, &CHAT.replace("7,", "8,")].concat());
    world.night("2026-03-05", &["--report", "json", "-o", "rep"], 0);
    let report: Value =
        serde_json::from_slice(&fs::read(world.path("rep/2026-03-01.json")).expect("reads")).expect("json");
    assert_eq!(report["agents"][0]["conversations"], 2);
    let index = fs::read_to_string(world.path("rep/index.html")).expect("reads");
    assert!(
        index.contains(
            "<tr><td>2026-03-01</td><td>2</td><td>2</td><td><a href=\"2026-03-01.json\">json</a></td></tr>"
        ),
        "{index}"
    );
}

#[test]
fn monitors_find_figures_and_json_lines() {
    let world = World::new();
    world.put("a.csv", [HEAD, CHAT].concat());
    let output = world.night("2026-03-02", &["--prometheus", "kefulint.prom", "--log", "json"], 0);
    let lines: Vec<Value> =
        errors(&output).lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    assert_eq!((&lines[0]["message"], &lines[0]["conversations"]), (&"taken in".into(), &1.into()));
    let figures = fs::read_to_string(world.path("kefulint.prom")).expect("reads");
    for line in [
        "# TYPE kefulint_messages_new gauge",
        "kefulint_messages_new 2",
        "kefulint_last_run_status 0",
        "kefulint_last_run_timestamp_seconds 1772389800",
        "kefulint_reading_errors 0",
    ] {
        assert!(figures.lines().any(|known| known == line), "{line} is not in\n{figures}");
    }
}

#[test]
fn the_weeks_beside_each_other() {
    let world = World::new();
    let mut random = Random(9);
    for day in 1..=14 {
        world.put(&format!("{day:02}.csv"), file(&rows(&mut random, day, 10)));
    }
    world.night("2026-03-15", &[], 0);
    let output =
        world.run(&["trend", "--store", "st", "--until", "2026-03-14", "--weeks", "3", "--top", "1"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.starts_with("风险走势：2026-02-23 起至 2026-03-09 的一周，共 3 周"), "{text}");
    assert!(text.contains("\n……另有 6 人\n") && text.contains("没有发现持续的变化"), "{text}");
    let csv =
        world.run(&["trend", "--store", "st", "--until", "2026-03-14", "--weeks", "3", "--format", "csv"]);
    let csv = String::from_utf8_lossy(&csv.stdout).into_owned();
    let report = world.report();
    let total: u64 = csv
        .lines()
        .filter(|line| line.contains(",team,"))
        .map(|line| line.split(',').nth(5).expect("a column").parse::<u64>().expect("a number"))
        .sum();
    let own = |agent: &Value| {
        agent["families"].as_array().expect("families").iter().filter_map(Value::as_u64).sum::<u64>()
    };
    assert_eq!(total, report["agents"].as_array().expect("agents").iter().map(own).sum::<u64>());
    let html = world.run(&["trend", "--store", "st", "--until", "2026-03-14", "--format", "html"]);
    let html = String::from_utf8_lossy(&html.stdout).into_owned();
    assert!(html.contains("<polyline points=") && !html.contains("<script"), "{html}");
    let none = world.run(&["trend", "--store", "nowhere"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(errors(&none).contains("there is no store in nowhere"), "{}", errors(&none));
}

/// A server that answers each request as it is told, and hands back what was asked.
fn server(answers: Vec<(u16, &'static str)>) -> (String, thread::JoinHandle<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let url = format!(
        "http://127.0.0.1:{}/robot/send?access_token=t0k3n",
        listener.local_addr().expect("is bound").port()
    );
    let serve = move || {
        let mut asked = Vec::new();
        for (status, answer) in answers {
            let (mut stream, _) = listener.accept().expect("accepts");
            let mut reader = BufReader::new(stream.try_clone().expect("clones"));
            let (mut first, mut length) = (String::new(), 0);
            reader.read_line(&mut first).expect("reads");
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("reads");
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a number");
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("reads");
            asked.push((first, String::from_utf8(body).expect("text")));
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            stream.write_all((head + answer).as_bytes()).expect("writes");
        }
        asked
    };
    (url, thread::spawn(serve))
}

fn notice() -> Notice {
    Notice {
        day: jiff::civil::date(2026, 3, 1),
        title: "客服合规日报 2026-03-01".to_owned(),
        lines: vec!["会话 1 个，坐席 1 人".to_owned()],
        severities: [0, 0, 1, 0],
    }
}

fn deliver(kind: RobotKind, url: &str, secret: Option<&str>) -> (Result<(), NotifyError>, Vec<Duration>) {
    let channel = Channel::Robot(Robot::new(kind, url, secret, None).expect("an address"));
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
    let mut waited = Vec::new();
    let result = channel.deliver(&notice(), now, 3, |pause| {
        waited.push(pause);
        now
    });
    (result, waited)
}

#[test]
fn robots_get_what_their_platforms_ask_for() {
    let ok = r#"{"errcode":0,"errmsg":"ok"}"#;
    let (url, asked) = server(vec![(200, ok)]);
    assert_eq!(deliver(RobotKind::Dingtalk, &url, Some("SECabc123")).0, Ok(()));
    let (line, body) = asked.join().expect("ends").remove(0);
    assert!(line.contains("&timestamp=1767225600000&sign="), "{line}");
    let body: Value = serde_json::from_str(&body).expect("json");
    assert_eq!(body["markdown"]["text"], "### 客服合规日报 2026-03-01\n\n会话 1 个，坐席 1 人");

    let (url, asked) = server(vec![(200, r#"{"code":0,"msg":"success"}"#)]);
    assert_eq!(deliver(RobotKind::Feishu, &url, Some("feishu-secret")).0, Ok(()));
    let (_, body) = asked.join().expect("ends").remove(0);
    let body: Value = serde_json::from_str(&body).expect("json");
    assert_eq!((&body["timestamp"], &body["msg_type"]), (&"1767225600".into(), &"text".into()));
    assert_eq!(body["sign"].as_str().map(str::len), Some(44));

    let (url, asked) = server(vec![(200, ok)]);
    assert_eq!(deliver(RobotKind::Wecom, &url, None).0, Ok(()));
    let (_, body) = asked.join().expect("ends").remove(0);
    let body: Value = serde_json::from_str(&body).expect("json");
    assert_eq!(body["text"]["content"], "客服合规日报 2026-03-01\n会话 1 个，坐席 1 人");
}

#[test]
fn what_passes_is_tried_again_and_what_lasts_is_not() {
    let ok = r#"{"errcode":0,"errmsg":"ok"}"#;
    let seconds = |n: &[u64]| n.iter().map(|n| Duration::from_secs(*n)).collect::<Vec<_>>();
    let (url, asked) = server(vec![(503, ""), (200, r#"{"errcode":45009,"errmsg":"freq"}"#), (200, ok)]);
    assert_eq!(deliver(RobotKind::Wecom, &url, None), (Ok(()), seconds(&[1, 2])));
    assert_eq!(asked.join().expect("ends").len(), 3);
    let (url, asked) = server(vec![(200, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#)]);
    let (result, waited) = deliver(RobotKind::Wecom, &url, None);
    let error = result.expect_err("refused").to_string();
    assert_eq!(
        (error.as_str(), waited),
        ("the robot refused with code 93000: invalid webhook url", seconds(&[]))
    );
    asked.join().expect("ends");
    // Nobody listens there any more.
    let (result, waited) = deliver(RobotKind::Wecom, &url, None);
    let error = result.expect_err("nobody").to_string();
    assert!(!error.contains("t0k3n"), "{error}");
    assert_eq!(waited, seconds(&[1, 2]));
}

#[test]
fn a_night_tells_once_and_names_nobody() {
    let world = World::new();
    world.put("a.csv", [HEAD, CHAT].concat());
    let (url, asked) = server(vec![(200, r#"{"errcode":0,"errmsg":"ok"}"#)]);
    fs::write(world.path("url"), url).expect("writes");
    let toml = "[notify]\nattempts = 1\n[[notify.robot]]\nkind = \"wecom\"\nurl = { file = \"url\" }\n\
                [[notify.command]]\nrun = [\"sh\", \"-c\", \"cat >> told.json\"]\n\
                [[notify.mail]]\nfrom = \"k@example.cn\"\nto = [\"qa@example.cn\"]\nsendmail = \"./sendmail\"\n";
    fs::write(world.path("kefulint.toml"), toml).expect("writes");
    // No mail can go out yet.
    world.night("2026-03-02", &[], 6);
    fs::write(world.path("sendmail"), "#!/bin/sh\necho \"$@\" > mail\ncat >> mail\n").expect("writes");
    fs::set_permissions(world.path("sendmail"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("sets");
    world.night("2026-03-02", &[], 0);
    let mail = fs::read_to_string(world.path("mail")).expect("reads");
    assert!(mail.starts_with("-i -- qa@example.cn\nFrom: k@example.cn\r\nTo: qa@example.cn\r\n"), "{mail}");
    let told = fs::read_to_string(world.path("told.json")).expect("reads");
    let notice: Value = serde_json::from_str(&told).expect("told once");
    assert_eq!(
        (&notice["day"], &notice["severities"]),
        (&"2026-03-01".into(), &serde_json::json!([0, 1, 0, 0]))
    );
    let (_, body) = asked.join().expect("ends").remove(0);
    for text in [&told, &body] {
        assert!(text.contains("疑似问题 1 条，涉及坐席 1 人"), "{text}");
        for name in ["小王", "买家甲", "你是不是傻", "会话 7"] {
            assert!(!text.contains(name), "{text}");
        }
    }
    fs::write(
        world.path("kefulint.toml"),
        "[[notify.robot]]\nkind = \"wecom\"\nurl = { env = \"KEFULINT_NO_SUCH\" }\n",
    )
    .expect("writes");
    let output = world.night("2026-03-03", &[], 2);
    assert!(errors(&output).contains("the variable KEFULINT_NO_SUCH"), "{}", errors(&output));
}
