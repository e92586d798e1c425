//! `kefulint law`, run as the command line runs it.

use clap::Parser;
use jiff::civil::date;
use kefulint::law::Registry;

#[path = "../src/cli/law.rs"]
mod law;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    law: law::Args,
}

fn run(args: &[&str]) -> Result<(bool, String), String> {
    let cli = Cli::try_parse_from([&["law"], args].concat()).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    let clean = law::run(&cli.law, Registry::embedded(), date(2026, 11, 22), &mut out)
        .map_err(|error| error.to_string())?;
    Ok((clean, String::from_utf8(out).expect("UTF-8")))
}

#[test]
fn shows_an_article() {
    let (clean, out) = run(&["show", "contract-1999-art-107"]).expect("known");
    assert!(clean);
    insta::assert_snapshot!(out, @r#"
    contract-1999-art-107
      条文：《中华人民共和国合同法》第一百零七条（1999公布）
      大意：不履行合同或者履行得不合约定，要负违约责任：继续履行、补救或者赔偿损失。
      施行：1999-10-01至2020-12-31
      性质：民事责任
      后身：cc-2020-art-577  民法典第五百七十七条
      核对：条号和内容已对照原文；施行日期已对照原文
      用于：如实答复询问、及时处理诉求、不得推诿、履行退换修义务、提供资料凭证
    "#);
}

#[test]
fn an_unknown_id_says_where_to_look() {
    assert_eq!(
        run(&["show", "cpl-2013-art-112"]),
        Err("no article has the id `cpl-2013-art-112`; `kefulint law find TEXT` looks for one".to_owned())
    );
}

#[test]
fn lists_finds_and_goes_by_the_day() {
    let lines = |args: &[&str]| run(args).expect("known").1.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&["list"]).len(), Registry::embedded().statutes().len());
    let ids = |args: &[&str]| -> Vec<String> {
        lines(args).iter().filter_map(|line| line.split(' ').next().map(str::to_owned)).collect()
    };
    assert_eq!(
        ids(&["find", "冒充国家机关"]),
        ["psapl-2005-art-51", "psapl-2025-art-62", "crim-1997-art-279"]
    );
    assert!(ids(&["on", "2020-12-31"]).contains(&"contract-1999-art-107".to_owned()));
    assert!(!ids(&["on", "2021-01-01"]).contains(&"contract-1999-art-107".to_owned()));
}

#[test]
fn checks_a_file() {
    let (clean, out) = run(&["check", "fixtures/law/complaint.txt"]).expect("readable");
    assert!(!clean);
    insta::assert_snapshot!(out, @r#"
    fixtures/law/complaint.txt:3: 消法 24条：未见错误
        条文：商品或服务不合质量要求的，消费者可依规定或约定退货、更换、修理，无规定无约定的可在收货七日内退货，运输等必要费用由经营者承担。（2013修正，2014-03-15起）
    fixtures/law/complaint.txt:4: 消费者权益保护法 第十六条：条号错
        条文：经营者须依法律和约定履行义务、诚信经营，不得设定不公平不合理的交易条件，不得强制交易。（2013修正，2014-03-15起）
        说明：第十六条讲依法依约履行、诚信经营；知情权在第八条，提供信息和答复询问在第二十条；以虚假信息欺诈看第五十五条。
        可引：《中华人民共和国消费者权益保护法》第八条：消费者有权知悉所购商品或所受服务的真实情况，并可要求经营者说明价格、性能、规格、售后服务、费用等。
        可引：《中华人民共和国消费者权益保护法》第二十条：经营者提供的商品或服务信息须真实、全面，不得虚假或引人误解，对消费者的询问须作真实、明确的答复，并明码标价。
    fixtures/law/complaint.txt:5: 合同法 第一百零七条：已废止
        条文：不履行合同或者履行得不合约定，要负违约责任：继续履行、补救或者赔偿损失。（1999公布，1999-10-01至2020-12-31）
        说明：《中华人民共和国合同法》施行到2020-12-31为止，由《中华人民共和国民法典》取代。
        可引：《中华人民共和国民法典》第五百七十七条：不履行合同或者履行得不合约定，要负违约责任：继续履行、补救或者赔偿损失。
    fixtures/law/complaint.txt:6: 消法 第十四条：未见错误
        条文：消费者的人格尊严和民族风俗习惯应受尊重，个人信息依法受保护。（2013修正，2014-03-15起）
    fixtures/law/complaint.txt:6: 消法 第一百一十二条：没有这一条
        说明：《中华人民共和国消费者权益保护法》（2013修正）共63条。
        说明：消法没有这一条；知情看第八条、第二十条，人格尊严看第五十条，欺诈看第五十五条，行政处罚看第五十六条。
        可引：《中华人民共和国消费者权益保护法》第八条：消费者有权知悉所购商品或所受服务的真实情况，并可要求经营者说明价格、性能、规格、售后服务、费用等。
        可引：《中华人民共和国消费者权益保护法》第二十条：经营者提供的商品或服务信息须真实、全面，不得虚假或引人误解，对消费者的询问须作真实、明确的答复，并明码标价。
        可引：《中华人民共和国消费者权益保护法》第五十条：侵害消费者人格尊严、人身自由或个人信息权利的，经营者应停止侵害、恢复名誉、消除影响、赔礼道歉并赔偿损失。
        可引：《中华人民共和国消费者权益保护法》第五十五条：经营者有欺诈行为的，按价款或费用的三倍增加赔偿，不足五百元的按五百元；明知缺陷造成死亡或健康严重损害的另有二倍以下惩罚性赔偿。
        可引：《中华人民共和国消费者权益保护法》第五十六条：虚假宣传、对退换修赔要求故意拖延或无理拒绝、侵害人格尊严或个人信息等，法律法规未另作规定的，可警告、没收违法所得并处一倍以上十倍以下罚款，无违法所得的处五十万元以下罚款。
    fixtures/law/complaint.txt:7: 电子商务法 第五十九条：未见错误
        条文：电商经营者应建立便捷、有效的投诉举报机制，公开方式并及时受理、处理。（2018公布，2019-01-01起）
    fixtures/law/complaint.txt:7: 电子商务促进条例 第八条：未收录此法，无法核对
    2026-11-22：引用7处，有误3处。
    "#);
}

#[test]
fn checks_a_text_on_a_day() {
    let (clean, out) = run(&["check", "合同法第一百零七条", "--date", "2019-05-01"]).expect("a text");
    assert!(clean);
    insta::assert_snapshot!(out, @r#"
    <text>:1: 合同法 第一百零七条：未见错误
        条文：不履行合同或者履行得不合约定，要负违约责任：继续履行、补救或者赔偿损失。（1999公布，1999-10-01至2020-12-31）
    2019-05-01：引用1处，有误0处。
    "#);
}

#[test]
fn prints_json_lines() {
    let (clean, out) = run(&["check", "消法第一百一十二条", "--format", "jsonl"]).expect("a text");
    assert!(!clean);
    insta::assert_snapshot!(out, @r#"
    {"article":"第一百一十二条","file":"<text>","gist":null,"id":null,"instead":["cpl-2013-art-8","cpl-2013-art-20","cpl-2013-art-50","cpl-2013-art-55","cpl-2013-art-56"],"law":"中华人民共和国消费者权益保护法","line":1,"named":"消法","notes":["《中华人民共和国消费者权益保护法》（2013修正）共63条。","消法没有这一条；知情看第八条、第二十条，人格尊严看第五十条，欺诈看第五十五条，行政处罚看第五十六条。"],"verdicts":["no_such_article"],"wrong":true}
    "#);
}

#[test]
fn reads_gbk_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("投诉.txt");
    std::fs::write(&path, encoding_rs::GB18030.encode("按消法第五十五条要求三倍赔偿").0).expect("writable");
    let (clean, out) = run(&["check", path.to_str().expect("UTF-8")]).expect("readable");
    assert!(clean && out.contains("消法 第五十五条：未见错误"), "{out}");
}

#[test]
fn a_missing_file_is_no_text() {
    assert_eq!(
        run(&["check", "missing.txt"]),
        Err("there is no file missing.txt, and it names no article either".to_owned())
    );
}
