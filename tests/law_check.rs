//! Citations in texts: found, and judged as `source-citations.md` judges them.

use jiff::civil::{Date, date};
use kefulint::law::{Checker, Finder, Registry, Verdict};
use proptest::prelude::*;

const TODAY: Date = date(2026, 11, 22);

fn found(text: &str) -> Vec<String> {
    let registry = Registry::embedded();
    let each = |reference: kefulint::law::Reference| {
        let law = reference.law.unwrap_or_else(|| format!("?{}", reference.named));
        let sub =
            if reference.article.sub > 0 { format!("-{}", reference.article.sub) } else { String::new() };
        let paragraph = reference.paragraph.map_or_else(String::new, |p| format!("({p})"));
        format!("{law}:{}{sub}{paragraph}", reference.article.main)
    };
    Finder::new(registry).find(text).into_iter().map(each).collect()
}

#[test]
fn finds_citations_in_every_spelling() {
    for (text, expected) in [
        ("依据《消费者权益保护法》第十六条", &["cpl:16"][..]),
        ("《中华人民共和国消费者权益保护法》（2013修正）第 55 条", &["cpl:55"]),
        ("民法典1194条", &["cc:1194"]),
        ("消法24条", &["cpl:24"]),
        ("消保法第５５条", &["cpl:55"]),
        ("合同法第一百零九条", &["contract:109"]),
        ("消法第十六、十七条", &["cpl:16", "cpl:17"]),
        ("消法第八条、第二十条和第五十五条第一款", &["cpl:8", "cpl:20", "cpl:55(1)"]),
        ("个保法第5-7条", &["pipl:5", "pipl:6", "pipl:7"]),
        ("个人信息保护法第五条至第七条", &["pipl:5", "pipl:6", "pipl:7"]),
        ("消费者权益保护法实施条例第四十四条第二款", &["crpl:44(2)"]),
        ("民法典侵权责任编第一千一百六十五条", &["cc:1165"]),
        ("刑法第二百五十三条之一", &["crim:253-1"]),
        ("治安管理处罚法第四十二条第（五）项", &["psapl:42"]),
        ("消法第八条规定知情权，第二十条规定如实答复。", &["cpl:8", "cpl:20"]),
        ("电商法很明确。该法第五十九条要求受理投诉。", &["ecl:59"]),
        ("《产品召回示例条例》第三条", &["?产品召回示例条例:3"]),
        ("《某某市消费者权益保护法实施细则》第三条", &["?某某市消费者权益保护法实施细则:3"]),
        ("《消费者权益保护法（2013修正）》第三条", &["cpl:3"]),
        ("《合同法》、《侵权责任法》第六条", &["tort:6"]),
        ("消法第八条和某某法第九条", &["cpl:8", "?某某法:9"]),
        ("按照某某法39条办理", &["?某某法:39"]),
        ("按操作方法第三条和消法第八条", &["cpl:8"]),
        ("消法第八条之外，本法第九条另有规定", &["cpl:8"]),
        ("第十六条第一款、第二款", &[]),
        ("消法规定清楚。合同第八条另有约定", &[]),
        ("消法第八条与双方合同第九条", &["cpl:8"]),
        ("消法第十六条,2020年起", &["cpl:16"]),
        ("消费者权益保护法第七章", &[]),
        ("消法 24 小时客服", &[]),
        // Not a number, and not a reason to look for ever.
        ("消法第八条、第12345条", &["cpl:8"]),
        ("消法第八条，第二十九百条，第九条", &["cpl:8", "cpl:9"]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn a_reference_knows_its_place() {
    let text = "开头\n按消法第八条、第二十条，商家要说清楚。";
    let references = Finder::new(Registry::embedded()).find(text);
    let seen: Vec<_> = references.iter().map(|r| (r.line, &text[r.span.clone()], r.claim.as_str())).collect();
    assert_eq!(seen, [(2, "第八条", "商家要说清楚"), (2, "第二十条", "商家要说清楚")]);
}

/// The claims of the table's rows, in our own words, and its verdicts on them.
#[test]
fn the_seventeen_numbered_rows_get_the_verdict_of_the_table() {
    use Verdict::{NoSuchArticle, Repealed, Right, WrongContent, WrongNumber};
    let checker = Checker::new(Registry::embedded());
    for (row, text, verdicts, instead) in [
        (1, "消法第五十二条：造成财产损失要修、换、退或者赔钱", &[Right][..], &[][..]),
        (2, "根据消法第二十四条，商品必须符合人身和财产安全方面的要求", &[WrongNumber], &["cpl-2013-art-18"]),
        (3, "合同法第一百零九条说不履行合同就要承担违约责任", &[WrongNumber, Repealed], &["cc-2020-art-577"]),
        (
            4,
            "消法第四十六条：侵犯了消费者权益要承担民事责任",
            &[WrongNumber],
            &["cpl-2013-art-48", "cpl-2013-art-50", "crpl-2024-art-48"],
        ),
        (5, "劳动合同法第三十九条说违背职业道德的员工可以辞退", &[WrongContent], &["lcl-2007-art-39"]),
        (6, "消法第十四条保护消费者的人格尊严和民族风俗习惯", &[Right], &[]),
        (7, "消法第十四条写明商家不得侮辱和诽谤顾客", &[WrongNumber], &["cpl-2013-art-27"]),
        (8, "合同法第一百零六条规定了违约责任", &[WrongNumber, Repealed], &["cc-2020-art-577"]),
        (
            9,
            "消法第三十九条给了我们要求真实全面信息的权利",
            &[WrongNumber],
            &["cpl-2013-art-8", "cpl-2013-art-20"],
        ),
        (
            10,
            "《消费者权益保护法》第十六条：消费者有权获得准确的信息",
            &[WrongNumber],
            &["cpl-2013-art-8", "cpl-2013-art-20"],
        ),
        (
            11,
            "按民法典第一百四十八条，欺诈还要看有没有给用户带来实际损害",
            &[WrongContent],
            &["cc-2020-art-148", "spc-gp-2022-art-21", "cc-2020-art-500", "cpl-2013-art-55"],
        ),
        (
            12,
            "个人信息保护法第十四条确立了合法正当必要三原则",
            &[WrongNumber],
            &["pipl-2021-art-5", "pipl-2021-art-6"],
        ),
        (
            13,
            "民法典第一百一十九条：侵权的要赔偿损失、恢复名誉",
            &[WrongNumber],
            &["cc-2020-art-120", "cc-2020-art-1165", "cc-2020-art-179"],
        ),
        (
            14,
            "民法典第1194条：客服工作失误的，可以找客服赔",
            &[WrongContent],
            &["cc-2020-art-1194", "cc-2020-art-1191", "cc-2020-art-1165", "cc-2020-art-577"],
        ),
        (
            15,
            "互联网信息服务管理办法第十四条要求管理用户行为，否则罚款",
            &[WrongNumber],
            &[
                "iis-2000-art-13",
                "cpl-2013-art-56",
                "ecl-2018-art-59",
                "crpl-2024-art-44",
                "crpl-2024-art-50",
            ],
        ),
        (
            16,
            "见消法第一百一十二条。",
            &[NoSuchArticle],
            &["cpl-2013-art-8", "cpl-2013-art-20", "cpl-2013-art-50", "cpl-2013-art-55", "cpl-2013-art-56"],
        ),
        (17, "见个人信息保护法第十七条。", &[Right], &[]),
    ] {
        let assessments = checker.check(text, TODAY);
        assert_eq!(assessments.len(), 1, "row {row}");
        assert_eq!(assessments[0].verdicts, verdicts, "row {row}: {:?}", assessments[0]);
        let ids: Vec<&str> = assessments[0].instead.iter().map(|statute| &*statute.id).collect();
        assert_eq!(ids, instead, "row {row}");
    }
}

/// The same with the table's own words, where it is at hand: its citation and claim go in, its verdict must come out.
#[test]
fn the_table_itself_agrees() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/law/source-citations.md");
    let Ok(table) = std::fs::read_to_string(path) else { return };
    let checker = Checker::new(Registry::embedded());
    let rows = table
        .split("\n## ")
        .find(|part| part.starts_with("一、"))
        .expect("the first part has the numbered rows");
    let rows = rows.lines().map(|line| line.split(" | ").collect::<Vec<_>>());
    let mut judged = 0;
    for row in rows.filter(|row| row.len() == 7 && row[0].trim_start_matches("| ").parse::<u8>().is_ok()) {
        judged += 1;
        // Row 7 continues row 6 and names the law by that only.
        let citation = row[2].replace("（承第十四条）", "消法第十四条");
        let assessment = checker.check(&format!("{citation}：{}", row[3]), TODAY).remove(0);
        let name = |verdict: &Verdict| match verdict {
            Verdict::Right => "right",
            Verdict::WrongContent => "right number, wrong content",
            Verdict::WrongNumber => "wrong number",
            Verdict::Repealed => "repealed",
            Verdict::NoSuchArticle => "no such article",
            _ => "other",
        };
        let ours: Vec<&str> = assessment.verdicts.iter().map(name).collect();
        let theirs = row[6].trim_end_matches([' ', '|']).split('（').next().unwrap_or_default();
        assert_eq!(ours.join(" + "), theirs, "row {}", row[0]);
    }
    assert_eq!(judged, 17);
}

/// What fits the article, or only stands in the same sentence, is no error.
#[test]
fn a_weak_sign_of_a_known_error_is_only_a_doubt() {
    let checker = Checker::new(Registry::embedded());
    for (text, verdict) in [
        ("客服侮辱我，违反消法第十四条，请处理", Verdict::Right),
        ("消法第四十六条：收到投诉七个工作日内要处理，并责令赔偿", Verdict::Doubtful),
        ("商家要保障人身安全，这是消法第二十四条规定的，请尽快回复我", Verdict::Doubtful),
        ("商家要保障人身安全（消法第二十四条）", Verdict::WrongNumber),
    ] {
        assert_eq!(checker.check(text, TODAY).remove(0).verdicts, [verdict], "{text}");
    }
}

#[test]
fn an_old_number_leads_to_the_new_one() {
    let checker = Checker::new(Registry::embedded());
    let assessment = checker.check("按治安管理处罚法第四十二条处理", TODAY).remove(0);
    assert_eq!(assessment.verdicts, [Verdict::Doubtful]);
    assert_eq!(assessment.instead.iter().map(|s| &*s.id).collect::<Vec<_>>(), ["psapl-2025-art-50"]);
    assert!(
        assessment.notes[0].ends_with("这一条现为第五十条，请核对所指的版本。"),
        "{:?}",
        assessment.notes
    );
    assert_eq!(
        checker.check("按治安管理处罚法第四十二条处理", date(2025, 12, 31))[0].verdicts,
        [Verdict::Right]
    );
}

#[test]
fn the_day_decides() {
    use Verdict::{NoSuchArticle, NotYetInForce, Repealed, Right, Unrecorded, WrongNumber};
    let checker = Checker::new(Registry::embedded());
    for (text, day, verdict) in [
        ("合同法第一百零七条", date(2020, 12, 31), Right),
        ("合同法第一百零七条", date(2021, 1, 1), Repealed),
        ("民法典第五百七十七条", date(2020, 12, 31), NotYetInForce),
        ("个保法第十七条", date(2021, 10, 31), NotYetInForce),
        ("个保法第十七条", date(2021, 11, 1), Right),
        ("消法第四十九条说欺诈要加倍赔", date(2014, 3, 14), Right),
        ("消法第四十九条说欺诈要加倍赔", date(2014, 3, 15), WrongNumber),
        ("消法第五十六条", date(2014, 3, 14), NoSuchArticle),
        ("消法第六十三条", date(2014, 3, 15), Verdict::Exists),
        ("消法第六十四条", date(2026, 1, 1), NoSuchArticle),
        ("反不正当竞争法第四十一条", date(2025, 10, 14), NoSuchArticle),
        ("反不正当竞争法第四十一条", date(2025, 10, 15), Verdict::Exists),
        ("广告法第九条", date(2010, 1, 1), Unrecorded),
        ("民法典第一千二百六十一条", TODAY, NoSuchArticle),
        ("合同法第四百二十九条", TODAY, NoSuchArticle),
        ("《产品召回示例条例》第三条", TODAY, Verdict::UnknownLaw),
    ] {
        let verdicts: Vec<_> = checker.check(text, day).into_iter().map(|a| a.verdicts).collect();
        assert_eq!(verdicts, [[verdict]], "{text} on {day}");
    }
}

#[test]
fn a_repealed_article_leads_to_the_one_of_the_day() {
    let assessment = Checker::new(Registry::embedded()).check("合同法第一百二十一条", TODAY).remove(0);
    assert_eq!(assessment.instead.iter().map(|s| &*s.id).collect::<Vec<_>>(), ["cc-2020-art-593"]);
    assert_eq!(
        assessment.notes,
        ["《中华人民共和国合同法》施行到2020-12-31为止，由《中华人民共和国民法典》取代。"]
    );
}

/// Not in any list: the claim alone leads to the article, through the old number too.
#[test]
fn a_claim_that_looks_like_another_article_raises_a_doubt() {
    let checker = Checker::new(Registry::embedded());
    let doubt = |text: &str, day| {
        let assessment = checker.check(text, day).remove(0);
        (
            assessment.verdicts,
            assessment.instead.iter().map(|s| s.id.to_string()).collect::<Vec<_>>(),
            assessment.notes,
        )
    };
    assert_eq!(
        doubt("快递条例第二十七条：企业须保证联络畅通，接到投诉七日内处理并告知用户", date(2025, 6, 1)),
        (
            vec![Verdict::Doubtful],
            vec!["express-2025-art-29".to_owned()],
            vec!["所述内容更像《快递暂行条例》第二十九条，请核对。".to_owned()]
        )
    );
}

proptest! {
    /// Whatever the text, spans are whole characters, in order, and hold a number; and the same text gives the same answer.
    #[test]
    fn any_text_can_be_read(parts in proptest::collection::vec(
        proptest::sample::select(vec![
            "消法", "《", "》", "民法典", "合同法", "第", "条", "款", "项", "之一", "十", "一百零九", "24", "２４", "、", "和", "至", "-",
            "（", "）", "该法", "规定", "。", "，", "\n", "某某条例", "侵权责任编", " ", "|", "a", "9999", "12345", "😀",
        ]), 0..40)
    ) {
        let text = parts.concat();
        let checker = Checker::new(Registry::embedded());
        let assessments = checker.check(&text, TODAY);
        let mut last = 0;
        for assessment in &assessments {
            let span = assessment.reference.span.clone();
            prop_assert!(span.start >= last, "{text}");
            last = span.start;
            prop_assert!(text[span].chars().any(|c| c.is_numeric() || "一十百零九".contains(c)), "{text}");
            prop_assert!(!assessment.verdicts.is_empty());
        }
        prop_assert_eq!(assessments, checker.check(&text, TODAY));
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,60}") {
        let _ = Finder::new(Registry::embedded()).find(&text);
    }
}
