//! Thirty nights as they come: late files, files sent again and grown, overlaps, a change of rules. What is left is what one scan
//! over everything finds.

use std::fs;

use kefulint::report::{Report, json};
use serde_json::Value;

use crate::world::{Random, World, errors, file, rows};

const PACK: &str = r#"
[pack]
name = "own"
title = "本店规则"

[[rule]]
id = "CON901"
family = "conduct"
kind = "illegal_pressure"
title = "疑似推给别的部门"
severity = "low"
duty = ["禁止不当催收"]
advice = "请自己跟进到底。"
status = "stable"
since = "0.1.0"
hits = ["这个不归我管"]
misses = ["我来管"]
where.said = { terms = ["不归我管"] }
"#;

fn without_source(findings: &Value) -> Vec<Value> {
    let mut findings = findings.as_array().expect("findings").clone();
    for finding in &mut findings {
        finding.as_object_mut().expect("an object").remove("source");
    }
    findings
}

#[test]
fn thirty_nights_add_up_to_one_scan() {
    let world = World::new();
    fs::write(world.path("own.toml"), PACK).expect("writes");
    let mut random = Random(5);
    let days: Vec<Vec<String>> = (1..=30).map(|day| rows(&mut random, day, 25)).collect();
    let name = |day: usize| format!("{day:02}.csv");
    for night in 1..=30 {
        let today = &days[night - 1];
        match night % 6 {
            // Late: it comes with the next night's file.
            1 if night > 1 => {}
            2 => {
                world.put(&name(night - 1), file(&days[night - 2]));
                world.put(&name(night), file(today));
            }
            // The day before is sent again with it.
            3 => world.put(&name(night), file(&[days[night - 2].as_slice(), today].concat())),
            // Half of it; the rest comes by another name, with some rows that were there.
            4 => {
                let half = today.len() / 2;
                world.put(&name(night), file(&today[..half]));
                world.put(&format!("{night:02}-rest.csv"), file(&today[half - 6..]));
            }
            // All but the last three rows, which come the night after.
            5 => world.put(&name(night), file(&today[..today.len() - 3])),
            _ => {
                if night > 1 && night % 6 == 0 {
                    world.put(&name(night - 1), file(&days[night - 2]));
                }
                world.put(&name(night), file(today));
                world.put(&format!("copy/{}", name(night)), file(today));
            }
        }
        let date = format!("2026-03-{:02}", night + 1);
        let pack = ["--pack", "own.toml"];
        let rejudge = ["--rejudge", "since", "2026-03-01"];
        let more: Vec<&str> = match night {
            ..15 => Vec::new(),
            15 => pack.into_iter().chain(rejudge).collect(),
            _ => pack.to_vec(),
        };
        let output = world.night(&date, &more, 0);
        if night == 15 {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(said.contains("+ CON901 "), "{said}");
            assert!(said.ends_with("unchanged\n") && said.contains(" 0 vanished"), "{said}");
            assert!(
                errors(&output).contains("the rules, the law or the model changed"),
                "{}",
                errors(&output)
            );
        }
    }
    let stored = world.report_by(&["--pack", "own.toml"]);
    let args = ["scan", "in", "--pack", "own.toml", "--format", "json", "--date", "2030-01-01"];
    let scanned = world.run(&args);
    assert_eq!(scanned.status.code(), Some(0), "{}", errors(&scanned));
    let scanned: Value = serde_json::from_slice(&scanned.stdout).expect("a report");
    assert!(stored["findings"].as_array().is_some_and(|findings| findings.len() > 1000));
    assert_eq!(stored["conversations"], scanned["conversations"]);
    assert!(stored["agents"] == scanned["agents"], "the agents differ");
    let (stored, found) = (without_source(&stored["findings"]), without_source(&scanned["findings"]));
    assert!(stored == found, "the findings differ");

    // The days add up to the whole: no finding stands on two of them.
    let mut sum = 0;
    let mut weight = 0.0;
    for day in 1..=30 {
        let day = format!("2026-03-{day:02}");
        let output = world
            .run(&["store", "report", "--store", "st", "--from", &day, "--to", &day, "--format", "json"]);
        let report: Report = json::read(&String::from_utf8_lossy(&output.stdout)).expect("a report").report;
        sum += report.findings.len();
        weight += report.agents.values().map(kefulint::report::Tally::weight).sum::<f64>();
    }
    assert_eq!(sum, scanned["findings"].as_array().map_or(0, Vec::len));
    let of_scan: Report = json::read(&scanned.to_string()).expect("a report").report;
    let whole: f64 = of_scan.agents.values().map(kefulint::report::Tally::weight).sum();
    assert!((weight - whole).abs() < 1e-6, "{weight} {whole}");
}
