//! HTML, workbook, CSV and Markdown: what they hold, that they agree, and that hostile text stays text.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use kefulint::{
    report::{Report, csv, excel, html, json, markdown, terminal},
    transcript::Input,
};
use serde_json::Value;

use super::Bench;

fn page(bench: &Bench) -> String {
    bench.written(&bench.fixture(), html::write)
}

/// What the page's script reads, and the page without it.
fn data(page: &str) -> (Value, String) {
    let begin = "<script type=\"application/json\" id=\"data\">";
    let (before, rest) = page.split_once(begin).expect("the page carries data");
    let (data, after) = rest.split_once("</script>").expect("the data end");
    (serde_json::from_str(data).expect("the data are JSON"), format!("{before}{begin}</script>{after}"))
}

fn sheet(bench: &Bench, report: &Report, name: &str) -> Range<Data> {
    let mut bytes = Vec::new();
    excel::write(&bench.digest(report), &mut bytes).expect("writing to memory cannot fail");
    sheet_of(bytes, name)
}

pub(crate) fn sheet_of(workbook: Vec<u8>, name: &str) -> Range<Data> {
    let mut workbook: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(workbook)).expect("it is a workbook");
    workbook.worksheet_range(name).expect("the sheet is there")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().expect("a list")
}

/// Holds every format against the JSON.
fn agree(bench: &Bench, report: &Report) {
    let whole: Value = serde_json::from_str(&bench.written(report, json::whole)).expect("it is JSON");
    let [findings, agents, rules, statutes, problems] =
        ["findings", "agents", "by_rule", "by_statute", "problems"].map(|key| list(&whole, key).len());
    assert_eq!((findings, agents, rules, problems), (7, 3, 6, 1));

    for (name, rows) in
        [("发现", findings), ("坐席", agents), ("规则", rules), ("法条", statutes), ("未读记录", problems)]
    {
        assert_eq!(sheet(bench, report, name).height(), rows + 1, "{name}");
    }
    let table = bench.written(report, |digest, out| csv::write(digest.report, out));
    assert_eq!(::csv::Reader::from_reader(table.as_bytes()).records().count(), findings);
    let lines = bench.written(report, |digest, out| json::lines(digest.report, out));
    assert_eq!(lines.lines().count(), findings);
    let (data, rest) = data(&bench.written(report, html::write));
    assert_eq!(list(&data, "findings").len(), findings);
    assert!(rest.contains(&format!("法条（{statutes}）")));
    assert_eq!(rest.matches("data-filter=\"agent\"").count(), agents);
    let text = bench.written(report, |digest, out| markdown::write(digest, 100, out));
    assert_eq!(text.matches("\n### ").count(), findings);
    let screen = terminal::Screen { width: 100, color: false, findings: 100 };
    let screen = bench.written(report, |digest, out| terminal::write(digest, screen, out));
    assert_eq!(screen.matches("\n【").count(), findings);
    #[cfg(feature = "parquet")]
    assert_eq!(super::parquet::rows(report).len(), findings);

    let own: u64 = list(&whole, "agents")
        .iter()
        .flat_map(|agent| list(agent, "families").iter().map(|count| count.as_u64().expect("a count")))
        .sum();
    assert_eq!(own, 5);
    let summary = sheet(bench, report, "概览");
    let cell = summary.rows().find(|row| row[0] == "疑似问题").map(|row| row[1].clone());
    assert_eq!(cell, Some(Data::Float(5.0)));
    assert!(rest.contains("<dt>疑似问题</dt><dd>5</dd>"));
    for printed in [&text, &screen] {
        assert!(printed.contains("疑似问题 5，日志明文 1，顾客辱骂 1"));
    }
}

#[test]
fn all_formats_count_the_same() {
    let bench = Bench::new();
    agree(&bench, &bench.fixture());
}

#[test]
fn all_formats_count_the_same_of_merged_reports() {
    let bench = Bench::new();
    let chats = std::fs::read_to_string("fixtures/report/chats.jsonl").expect("it is there");
    let saved = |side: bool| {
        let is_ours = |line: &&str| (line.contains("R-01") || line.contains("R-03")) == side;
        let part: String = chats.lines().filter(is_ours).flat_map(|line| [line, "\n"]).collect();
        let report = bench.read(vec![Input::stream("part.jsonl", Cursor::new(part.into_bytes()))]);
        json::read(&bench.written(&report, json::whole)).expect("a report reads what it wrote").report
    };
    let mut merged = saved(true);
    merged.merge(saved(false)).expect("they share no conversation");
    agree(&bench, &merged);
}

#[test]
fn a_message_cannot_break_out_of_the_page() {
    let page = page(&Bench::new());
    assert_eq!(page.matches("</script").count(), 2, "the data's end and the script's");
    assert!(!page.contains("<img"), "only the data hold it, with its bracket escaped");
    let (data, _) = data(&page);
    assert!(
        data.to_string().contains("</script><img src=x onerror=alert(1)>"),
        "the reader sees it all the same"
    );
}

#[test]
fn the_page_needs_no_network() {
    let (_, page) = data(&page(&Bench::new()));
    for reference in ["http://", "https://", "src=", "url(", "@import", "<link"] {
        assert!(!page.contains(reference), "{reference}");
    }
}

#[test]
fn the_page_prints_the_tables() {
    let (data, page) = data(&page(&Bench::new()));
    let (style, script) = (page.find("<style>").expect("a style"), page.find("</style>").expect("its end"));
    let body = &page[script..page.find("<script type=").expect("the data")];
    insta::assert_snapshot!("page", format!("{}\n{body}", &page[..style]));
    insta::assert_snapshot!("data", serde_json::to_string_pretty(&data).expect("JSON prints"));
}

#[test]
fn csv_holds_no_formula() {
    let bench = Bench::new();
    insta::assert_snapshot!(bench.written(&bench.fixture(), |digest, out| csv::write(digest.report, out)));
}

#[test]
fn markdown_escapes_what_is_quoted() {
    let bench = Bench::new();
    insta::assert_snapshot!(bench.written(&bench.fixture(), |digest, out| markdown::write(digest, 3, out)));
}

#[test]
fn workbook_ids_are_text_and_numbers_are_numbers() {
    let bench = Bench::new();
    let findings = sheet(&bench, &bench.fixture(), "发现");
    let column = |title: &str| {
        findings.rows().next().and_then(|row| row.iter().position(|cell| cell == title)).expect("the column")
    };
    let row = findings.rows().find(|row| row[column("规则")] == "DIS901").expect("the promise");
    assert_eq!(row[column("坐席")], Data::String("=cmd|'/c calc'!A1".to_owned()));
    assert_eq!(row[column("消息")], Data::String("=SUM(1,2) 这款稳赚，放心".to_owned()));
    assert_eq!(row[column("第几条")], Data::Float(2.0));
    assert_eq!(row[column("行")], Data::Float(8.0));
}

#[test]
fn the_same_report_gives_the_same_workbook() {
    let bench = Bench::new();
    let report = bench.fixture();
    let [one, two] = [0, 1].map(|_| {
        let mut bytes = Vec::new();
        excel::write(&bench.digest(&report), &mut bytes).expect("writing to memory cannot fail");
        bytes
    });
    assert!(one == two);
}
