//! What may follow from findings, and the map of what is checked.

use jiff::civil::date;
use kefulint::{
    finding::Citation,
    law::{
        Registry,
        coverage::{Check, coverage},
        remedy::{Case, Exposure, Platform, exposure},
    },
};

struct Found {
    duties: Vec<&'static str>,
    kind: &'static str,
    day: jiff::civil::Date,
    trade: Option<&'static str>,
    severe: bool,
}

fn found(duty: &'static str, kind: &'static str, year: i16) -> Found {
    Found { duties: vec![duty], kind, day: date(year, 6, 1), trade: None, severe: false }
}

fn assess(found: &[Found]) -> Exposure {
    let registry = Registry::embedded();
    let cited: Vec<Vec<Citation>> =
        found.iter().map(|found| registry.cite(&found.duties, found.day, found.trade)).collect();
    let cases: Vec<Case<'_>> = found
        .iter()
        .zip(&cited)
        .map(|(found, citations)| Case {
            citations,
            duties: &found.duties,
            kind: found.kind,
            day: found.day,
            trade: found.trade,
            severe: found.severe,
        })
        .collect();
    exposure(registry, &Platform::default(), &cases)
}

fn summary(exposure: &Exposure) -> Vec<String> {
    let ids =
        |citations: &[Citation]| citations.iter().map(|c| c.id.to_string()).collect::<Vec<_>>().join(" ");
    let consequences =
        exposure.consequences.iter().map(|c| format!("{} {}: {}", c.title, c.findings, ids(&c.citations)));
    let practices =
        exposure.practices.iter().map(|p| format!("{} {}: {}", p.title, p.findings, ids(&p.citations)));
    let penalty = exposure.penalty.iter().map(|p| format!("{} {}: {}", p.title, p.findings, p.points));
    consequences.chain(practices).chain(penalty).collect()
}

#[test]
fn an_insult_may_lead_to_an_apology() {
    assert_eq!(
        summary(&assess(&[found("不得侮辱诽谤", "insult", 2026)])),
        [
            "可能涉及民事责任 1: cpl-2013-art-50",
            "可能涉及行政责任 1: cpl-2013-art-56 psapl-2025-art-50",
            "可能涉及刑事责任 1: crim-1997-art-246",
            "可能的补偿：道歉或优惠券 1: cpl-2013-art-50 cc-2020-art-179",
            "可能的补偿：精神损害赔偿 1: cpl-2013-art-51 cc-2020-art-1183 spc-mental-2020-art-5",
        ]
    );
}

#[test]
fn fraud_names_its_condition_and_the_multiple_of_its_day() {
    let now = assess(&[found("不得虚假宣传", "exaggeration", 2022)]);
    let fraud = now
        .practices
        .iter()
        .find(|practice| practice.title.contains("三倍"))
        .expect("a promise may be fraud");
    assert!(fraud.condition.contains("须认定为欺诈"));
    assert_eq!(fraud.citations[0].id.as_ref(), "cpl-2013-art-55");
    let then = assess(&[found("不得虚假宣传", "exaggeration", 2012)]);
    let fraud = then
        .practices
        .iter()
        .find(|practice| practice.title.contains("三倍"))
        .expect("a promise may be fraud");
    assert!(fraud.condition.contains("2014-03-14以前为一倍"));
    assert_eq!(fraud.citations[0].id.as_ref(), "cpl-1993-art-49");
}

#[test]
fn delay_goes_by_the_trade() {
    let late = Found { trade: Some("courier"), ..found("及时处理诉求", "stalling", 2024) };
    let exposure = assess(&[late]);
    let delay = exposure.practices.iter().find(|practice| practice.title.contains("延误")).expect("a delay");
    assert_eq!(delay.citations[0].id.as_ref(), "express-2018-art-27");
}

#[test]
fn the_order_of_findings_does_not_matter() {
    let one = || found("不得推诿", "buck_passing", 2019);
    let two = || found("个人信息保密", "leak", 2026);
    let three = || found("禁止骚扰改评", "review_harassment", 2026);
    assert_eq!(assess(&[one(), two(), three()]), assess(&[three(), one(), two()]));
}

#[test]
fn harassment_may_cost_points() {
    let severe = Found { severe: true, ..found("不得威胁恐吓", "threat", 2026) };
    let exposure = assess(&[
        found("禁止骚扰改评", "review_harassment", 2026),
        severe,
        found("不得推诿", "buck_passing", 2026),
    ]);
    let penalty = exposure.penalty.expect("two findings are of that kind");
    assert_eq!(penalty.title, "淘宝规则可能认定为恶意骚扰：每次扣12分，情节严重的每次扣48分");
    assert_eq!((penalty.findings, penalty.points), (2, 60));
    assert!(penalty.source.contains("来源文章002"));
    assert_eq!(assess(&[found("不得推诿", "buck_passing", 2026)]).penalty, None);
}

#[test]
fn the_platform_table_may_be_given_in_part() {
    let platform: Platform =
        toml::from_str("harassment_points = 6\nname = \"某平台\"").expect("keys of the table");
    assert_eq!((platform.harassment_points, platform.severe_points), (6, 48));
    let error = toml::from_str::<Platform>("harrassment_points = 6").expect_err("a misspelt key");
    assert!(error.message().contains("unknown field `harrassment_points`"), "{error}");
}

#[test]
fn time_limits_count_days_and_working_days() {
    let limits = |completed, filed| {
        let limits = Platform::default().time_limits(completed, filed);
        limits.into_iter().map(|limit| (limit.what, limit.until)).collect::<Vec<_>>()
    };
    // 2026-11-20 is a Friday.
    assert_eq!(
        limits(Some(date(2026, 11, 20)), Some(date(2026, 11, 20))),
        [
            ("顾客可在交易完成后15日内向淘宝投诉".to_owned(), date(2026, 12, 5)),
            ("商家应在4个工作日内回应投诉（未计法定节假日和调休）".to_owned(), date(2026, 11, 26)),
        ]
    );
    assert_eq!(limits(None, None), []);
}

#[test]
fn the_map_names_every_duty_and_its_rules() {
    let registry = Registry::embedded();
    let checks = [
        Check { duty: "开具发票", rule: "EVA402", title: "疑似拖开发票", sees: "用语" },
        Check { duty: "开具发票", rule: "EVA401", title: "疑似拒开发票|补税", sees: "用语" },
    ];
    let map = coverage(registry, &checks);
    assert!(map.starts_with("1 of 32 duties are checked by at least one rule.\n"));
    assert!(map.contains(
        "| 开具发票 | `EVA401` 疑似拒开发票\\|补税 (用语)<br>`EVA402` 疑似拖开发票 (用语) | 拒开、拖开发票，或以加价、放弃优惠为开票条件。 | 是否已另行开具，抬头和税号是否齐备。 |"
    ));
    assert_eq!(map.lines().filter(|line| line.contains("| none yet |")).count(), 31);
    for duty in registry.duties() {
        assert_eq!(map.lines().filter(|line| line.starts_with(&format!("| {} |", duty.name))).count(), 1);
    }
}

#[test]
fn the_page_shows_the_defaults_of_the_platform_table() {
    #[derive(serde::Deserialize)]
    struct File {
        platform: Platform,
    }
    let page = include_str!("../docs/law.md");
    let block =
        page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("one TOML block");
    let file: File = toml::from_str(block).expect("the block of the page");
    assert_eq!(file.platform, Platform::default());
}
