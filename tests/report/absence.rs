//! Who says that something was not said says where they looked and for what, in every format.

use std::io::Cursor;

use jiff::civil::date;
use kefulint::{
    lexicon::Lexicon,
    report::{Report, csv, digest, html, json, markdown, terminal},
    rule::{Linter, Options},
    transcript::Input,
};
use serde_json::{Value, json};

use super::Bench;

const PACK: &str = r#"
[pack]
name = "absence"
title = "未告知"

[[rule]]
id = "DIS990"
family = "disclosure"
kind = "missing_risk"
title = "疑似未提示风险"
severity = "high"
duty = ["提示风险"]
advice = "请提示风险。"
since = "0.1.0"
when = "offer and not told"
where.offer = { terms = ["推荐这款"] }
where.told = { scope = "conversation", terms = ["可能亏损", "不保证本金"] }
"#;

const CHAT: &str = "会话ID,角色,坐席,内容\nZ,客户,甲一,有什么可以买\nZ,客服,甲一,推荐这款\nZ,客户,甲一,好\nZ,客服,甲一,点这里\nZ,客服,甲一,您看下\n";

fn bench() -> Bench {
    let mut lexicon = Lexicon::from_dir("tests/packs".as_ref()).expect("the pack loads");
    lexicon.extend(vec![("absence.toml".into(), PACK.to_owned())]).expect("so does the other");
    let rules = digest::cards(&lexicon);
    let options = Options { default_day: date(2026, 3, 2), ..Options::default() };
    Bench { linter: Linter::new(lexicon, options).expect("it compiles"), rules, ..Bench::new() }
}

fn judged(bench: &Bench) -> Report {
    bench.read(vec![Input::stream("chat.csv", Cursor::new(CHAT))])
}

#[test]
fn the_messages_examined_and_the_wordings_stand_in_the_finding() {
    let bench = bench();
    let report = judged(&bench);
    let whole: Value = serde_json::from_str(&bench.written(&report, json::whole)).expect("it is JSON");
    let finding = &whole["findings"][0];
    assert_eq!(
        (&finding["message_index"], &finding["quote"]),
        (&json!(1), &json!("推荐这款")),
        "the trigger"
    );
    assert_eq!(
        finding["absences"],
        json!([{
            "condition": "told",
            "whole_conversation": true,
            "messages": [1, 3, 4],
            "wordings": ["“可能亏损”", "“不保证本金”"],
        }])
    );
    let said = "查看了第 2、4–5 条（共 3 条），未见 2 种说法中的任何一种";
    let screen = terminal::Screen { width: 100, color: false, findings: 1 };
    for text in [
        bench.written(&report, |digest, out| terminal::write(digest, screen, out)),
        bench.written(&report, |digest, out| markdown::write(digest, 1, out)),
        bench.written(&report, |digest, out| csv::write(digest.report, out)),
    ] {
        assert!(text.contains(said), "{text}");
    }
    let page = bench.written(&report, html::write);
    assert!(page.contains(r#"[["查看了第 2、4–5 条（共 3 条）",0]]"#));
    assert!(page.contains(r#""wordings":[["“可能亏损”","“不保证本金”"]]"#));
}
