//! The registry: what may be cited on which day.

use std::collections::BTreeSet;

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use kefulint::law::{Consequence, Registry, TRADES};
use proptest::prelude::*;

/// The duties that rules may name; `docs/rules.md` and all packs rely on these names.
const DUTIES: [&str; 32] = [
    "尊重人格尊严",
    "不得侮辱诽谤",
    "不得威胁恐吓",
    "不得歧视",
    "顾客文明维权",
    "如实答复询问",
    "及时处理诉求",
    "不得推诿",
    "履行退换修义务",
    "七日无理由退货",
    "开具发票",
    "格式条款不得免责",
    "保障个人信息权利",
    "提供资料凭证",
    "不得承诺收益",
    "不得虚假宣传",
    "不得使用绝对化用语",
    "提示风险",
    "告知关键条款",
    "不得隐瞒重要事实",
    "不得诱导不如实告知",
    "个人信息保密",
    "最小必要收集",
    "个人信息安全保护",
    "禁止引导私下交易",
    "禁止诱导危险操作",
    "禁止利诱评价",
    "禁止骚扰改评",
    "禁止不当催收",
    "禁止冒充公检法",
    "禁止虚假紧迫",
    "商业营销须经同意",
];

fn ids(duty: &str, day: Date, trade: Option<&str>) -> Vec<String> {
    Registry::embedded().cite(&[duty], day, trade).iter().map(|citation| citation.id.to_string()).collect()
}

fn trades() -> impl Iterator<Item = Option<&'static str>> {
    TRADES.into_iter().map(Some).chain([None])
}

#[test]
fn the_duties_are_these() {
    let names: Vec<&str> = Registry::embedded().duties().iter().map(|duty| &*duty.name).collect();
    assert_eq!(names, DUTIES);
    assert!(Registry::embedded().duty_exists("不得推诿"));
    assert!(!Registry::embedded().duty_exists("不得打盹"));
}

#[test]
fn the_day_of_the_message_picks_the_version() {
    assert_eq!(
        ids("不得侮辱诽谤", date(2019, 6, 1), None),
        [
            "cpl-2013-art-27",
            "gpc-1986-art-101",
            "cpl-2013-art-50",
            "cpl-2013-art-56",
            "psapl-2005-art-42",
            "crim-1997-art-246"
        ]
    );
    assert_eq!(
        ids("不得侮辱诽谤", date(2026, 6, 1), None),
        [
            "cpl-2013-art-27",
            "cc-2020-art-1024",
            "cpl-2013-art-50",
            "cpl-2013-art-56",
            "psapl-2025-art-50",
            "crim-1997-art-246"
        ]
    );
    assert_eq!(
        ids("不得推诿", date(2019, 6, 1), None),
        [
            "contract-1999-art-121",
            "cpl-2013-art-16",
            "contract-1999-art-107",
            "cpl-2013-art-48",
            "cpl-2013-art-56"
        ]
    );
    assert_eq!(
        ids("不得推诿", date(2022, 6, 1), None),
        ["cc-2020-art-593", "cpl-2013-art-16", "cc-2020-art-577", "cpl-2013-art-48", "cpl-2013-art-56"]
    );
}

#[test]
fn the_trade_goes_before_the_general_law() {
    let day = date(2026, 6, 1);
    assert_eq!(ids("不得承诺收益", day, Some("securities"))[0], "sl-2019-art-135");
    assert_eq!(ids("不得承诺收益", day, Some("finance"))[..2], ["suit-2025-art-13", "wm-2018-art-26"]);
    assert_eq!(ids("不得承诺收益", day, Some("insurance"))[..2], ["suit-2025-art-13", "ins-2009-art-116"]);
    assert_eq!(ids("不得虚假宣传", day, Some("telecom"))[0], "telecom-2000-art-40");
    assert_eq!(ids("个人信息保密", day, Some("courier"))[0], "express-2025-art-35");
    assert_eq!(ids("及时处理诉求", day, Some("ecommerce"))[0], "ecl-2018-art-59");
    assert_eq!(ids("不得承诺收益", day, None)[0], "cc-2020-art-500");
    assert_eq!(ids("不得承诺收益", day, Some("property")), ids("不得承诺收益", day, None));
}

#[test]
fn advertising_law_and_crimes_come_last_and_with_their_condition() {
    let registry = Registry::embedded();
    let mut seen = 0;
    for (duty, trade) in DUTIES.iter().flat_map(|duty| trades().map(move |trade| (duty, trade))) {
        let cited = registry.cite(&[duty], date(2026, 6, 1), trade);
        for citation in cited.iter().filter(|citation| citation.id.starts_with("adl-")) {
            seen += 1;
            assert!(citation.gist.contains("（前提："), "{duty}: {}", citation.gist);
            assert!(citation.gist.contains("须构成广告"), "{duty}: {}", citation.gist);
        }
        let crimes = cited.iter().filter(|citation| citation.consequence == Consequence::Criminal);
        assert!(crimes.into_iter().all(|citation| citation.gist.contains("（前提：")), "{duty}");
        let last_free = cited.iter().rposition(|citation| !citation.gist.contains("（前提："));
        let first_bound = cited.iter().position(|citation| citation.gist.contains("（前提："));
        assert!(
            first_bound.is_none_or(|first| last_free.is_none_or(|last| last < first)),
            "{duty} {trade:?}"
        );
    }
    assert!(seen > 10);
}

#[test]
fn several_duties_share_the_room() {
    let cited = Registry::embedded().cite(&["不得侮辱诽谤", "个人信息保密"], date(2026, 6, 1), None);
    let ids: Vec<&str> = cited.iter().map(|citation| &*citation.id).collect();
    assert_eq!(
        ids,
        [
            "cpl-2013-art-27",
            "cpl-2013-art-29",
            "cc-2020-art-1024",
            "cpl-2013-art-50",
            "pipl-2021-art-69",
            "psapl-2025-art-50"
        ]
    );
}

/// Change-over dates: on the day before the left ones may be cited and the right ones not, on the day itself the reverse.
/// An empty side is a law that had no forerunner.
#[test]
fn articles_change_over_on_the_day() {
    let changes: [(Date, &[&str], &[&str]); 20] = [
        (
            date(2014, 3, 15),
            &[
                "cpl-1993-art-14",
                "cpl-1993-art-19",
                "cpl-1993-art-24",
                "cpl-1993-art-25",
                "cpl-1993-art-43",
                "cpl-1993-art-44",
                "cpl-1993-art-49",
                "cpl-1993-art-50",
            ],
            &[
                "cpl-2013-art-14",
                "cpl-2013-art-20",
                "cpl-2013-art-26",
                "cpl-2013-art-27",
                "cpl-2013-art-50",
                "cpl-2013-art-52",
                "cpl-2013-art-55",
                "cpl-2013-art-56",
                "cpl-2013-art-25",
                "cpl-2013-art-28",
                "cpl-2013-art-29",
            ],
        ),
        (date(2017, 6, 1), &[], &["csl-2016-art-41", "csl-2016-art-42", "csl-2016-art-64"]),
        (date(2017, 10, 1), &[], &["gpcl-2017-art-148", "gpcl-2017-art-111"]),
        (
            date(2018, 1, 1),
            &["aucl-1993-art-9", "aucl-1993-art-24"],
            &["aucl-2017-art-8", "aucl-2017-art-20"],
        ),
        (date(2018, 9, 26), &[], &["wm-2018-art-26"]),
        (date(2019, 1, 1), &[], &["ecl-2018-art-17", "ecl-2018-art-59", "ecl-2018-art-85"]),
        (
            date(2021, 1, 1),
            &[
                "contract-1999-art-39",
                "contract-1999-art-40",
                "contract-1999-art-42",
                "contract-1999-art-60",
                "contract-1999-art-107",
                "contract-1999-art-109",
                "contract-1999-art-112",
                "contract-1999-art-113",
                "contract-1999-art-121",
            ],
            &[
                "cc-2020-art-496",
                "cc-2020-art-497",
                "cc-2020-art-500",
                "cc-2020-art-509",
                "cc-2020-art-577",
                "cc-2020-art-579",
                "cc-2020-art-583",
                "cc-2020-art-584",
                "cc-2020-art-593",
            ],
        ),
        (
            date(2021, 1, 1),
            &[
                "tort-2009-art-6",
                "tort-2009-art-22",
                "tort-2009-art-34",
                "tort-2009-art-36",
                "gpcl-2017-art-111",
                "gpcl-2017-art-119",
                "gpcl-2017-art-120",
                "gpcl-2017-art-148",
                "gpcl-2017-art-179",
                "gpc-1986-art-101",
            ],
            &[
                "cc-2020-art-1165",
                "cc-2020-art-1183",
                "cc-2020-art-1191",
                "cc-2020-art-1194",
                "cc-2020-art-111",
                "cc-2020-art-119",
                "cc-2020-art-120",
                "cc-2020-art-148",
                "cc-2020-art-179",
                "cc-2020-art-1024",
            ],
        ),
        (date(2021, 5, 1), &[], &["otm-2021-art-14", "otm-2021-art-18"]),
        (
            date(2021, 11, 1),
            &[],
            &[
                "pipl-2021-art-6",
                "pipl-2021-art-25",
                "pipl-2021-art-51",
                "pipl-2021-art-66",
                "pipl-2021-art-69",
            ],
        ),
        (date(2022, 3, 15), &[], &["spc-online-2022-art-1", "spc-online-2022-art-5"]),
        (date(2022, 7, 1), &[], &["pricefraud-2022-art-19"]),
        (date(2023, 3, 1), &[], &["bicp-2022-art-22", "bicp-2022-art-37", "bicp-2022-art-41"]),
        (
            date(2024, 7, 1),
            &[],
            &[
                "crpl-2024-art-9",
                "crpl-2024-art-19",
                "crpl-2024-art-24",
                "crpl-2024-art-44",
                "crpl-2024-art-50",
            ],
        ),
        (date(2024, 9, 1), &[], &["ncomp-2024-art-9"]),
        (
            date(2025, 6, 1),
            &["express-2018-art-27", "express-2018-art-28", "express-2018-art-34", "express-2018-art-44"],
            &["express-2025-art-28", "express-2025-art-29", "express-2025-art-35", "express-2025-art-54"],
        ),
        (
            date(2025, 10, 15),
            &["aucl-2017-art-8", "aucl-2017-art-20"],
            &["aucl-2025-art-9", "aucl-2025-art-25"],
        ),
        (
            date(2026, 1, 1),
            &["psapl-2005-art-26", "psapl-2005-art-42", "psapl-2005-art-49", "psapl-2005-art-51"],
            &[
                "psapl-2025-art-30",
                "psapl-2025-art-50",
                "psapl-2025-art-58",
                "psapl-2025-art-62",
                "psapl-2025-art-56",
            ],
        ),
        (
            date(2026, 1, 1),
            &[
                "csl-2016-art-40",
                "csl-2016-art-41",
                "csl-2016-art-42",
                "csl-2016-art-43",
                "csl-2016-art-44",
                "csl-2016-art-49",
                "csl-2016-art-64",
                "csl-2016-art-74",
            ],
            &[
                "csl-2025-art-42",
                "csl-2025-art-43",
                "csl-2025-art-44",
                "csl-2025-art-45",
                "csl-2025-art-46",
                "csl-2025-art-51",
                "csl-2025-art-71",
                "csl-2025-art-76",
            ],
        ),
        (
            date(2026, 2, 1),
            &[],
            &["suit-2025-art-13", "suit-2025-art-31", "platrule-2025-art-19", "live-2025-art-16"],
        ),
    ];
    let registry = Registry::embedded();
    for (day, older, newer) in changes {
        let before = day.yesterday().expect("far from the end of time");
        for (id, holds) in older.iter().map(|id| (id, true)).chain(newer.iter().map(|id| (id, false))) {
            let statute = registry.statute(id).unwrap_or_else(|| panic!("{id}"));
            assert!(statute.citable(), "{id}");
            assert_eq!(statute.in_force_on(before), holds, "{id} on {before}");
            assert_eq!(statute.in_force_on(day), !holds, "{id} on {day}");
            // And nothing that is cited goes against it.
            for (on, held) in [(before, holds), (day, !holds)] {
                let cited = trades().flat_map(|trade| registry.cite(&DUTIES, on, trade));
                assert!(held || cited.into_iter().all(|citation| *citation.id != **id), "{id} cited on {on}");
            }
        }
        for (old, new) in older.iter().zip(newer) {
            assert_eq!(registry.statute(old).expect("checked above").successor.as_deref(), Some(*new));
        }
    }
}

/// What a finding shows, on both sides of each date on which its law changed.
#[test]
fn citations_change_over_on_the_day() {
    for (duty, trade, day, before, after) in [
        ("尊重人格尊严", None, date(2014, 3, 15), "cpl-1993-art-14", "cpl-2013-art-14"),
        ("如实答复询问", None, date(2014, 3, 15), "cpl-1993-art-19", "cpl-2013-art-20"),
        ("格式条款不得免责", None, date(2014, 3, 15), "cpl-1993-art-24", "cpl-2013-art-26"),
        ("不得虚假宣传", None, date(2014, 3, 15), "cpl-1993-art-49", "cpl-2013-art-55"),
        ("不得虚假宣传", None, date(2018, 1, 1), "aucl-1993-art-9", "aucl-2017-art-8"),
        ("不得虚假宣传", None, date(2018, 1, 1), "aucl-1993-art-24", "aucl-2017-art-20"),
        ("不得推诿", None, date(2021, 1, 1), "contract-1999-art-121", "cc-2020-art-593"),
        ("如实答复询问", None, date(2021, 1, 1), "contract-1999-art-107", "cc-2020-art-577"),
        ("不得隐瞒重要事实", None, date(2021, 1, 1), "gpcl-2017-art-148", "cc-2020-art-148"),
        ("禁止骚扰改评", None, date(2021, 1, 1), "tort-2009-art-6", "cc-2020-art-1165"),
        ("最小必要收集", None, date(2021, 11, 1), "csl-2016-art-64", "pipl-2021-art-69"),
        ("及时处理诉求", Some("courier"), date(2025, 6, 1), "express-2018-art-28", "express-2025-art-29"),
        ("个人信息保密", Some("courier"), date(2025, 6, 1), "express-2018-art-44", "express-2025-art-54"),
        ("禁止利诱评价", None, date(2025, 10, 15), "aucl-2017-art-20", "aucl-2025-art-25"),
        ("不得威胁恐吓", None, date(2026, 1, 1), "psapl-2005-art-42", "psapl-2025-art-50"),
        ("禁止冒充公检法", None, date(2026, 1, 1), "psapl-2005-art-51", "psapl-2025-art-62"),
        ("保障个人信息权利", None, date(2014, 3, 15), "", "cpl-2013-art-29"),
        ("七日无理由退货", None, date(2014, 3, 15), "", "cpl-2013-art-25"),
        ("及时处理诉求", None, date(2024, 7, 1), "", "crpl-2024-art-44"),
        ("禁止利诱评价", None, date(2024, 9, 1), "", "ncomp-2024-art-9"),
        ("禁止虚假紧迫", None, date(2022, 7, 1), "", "pricefraud-2022-art-19"),
        ("不得承诺收益", Some("finance"), date(2026, 2, 1), "", "suit-2025-art-13"),
        ("个人信息安全保护", None, date(2021, 11, 1), "", "pipl-2021-art-51"),
        ("个人信息保密", None, date(2026, 1, 1), "", "psapl-2025-art-56"),
    ] {
        let older = ids(duty, day.yesterday().expect("far from the end of time"), trade);
        let newer = ids(duty, day, trade);
        assert!(before.is_empty() || older.iter().any(|id| id == before), "{duty} before {day}: {older:?}");
        assert!(!older.iter().any(|id| id == after), "{duty} before {day}: {older:?}");
        assert!(newer.iter().any(|id| id == after), "{duty} on {day}: {newer:?}");
        assert!(!newer.iter().any(|id| id == before), "{duty} on {day}: {newer:?}");
    }
}

/// Between two boundaries nothing can change, so the days around all of them stand for all days.
#[test]
fn nothing_is_cited_out_of_force_on_any_day() {
    let registry = Registry::embedded();
    let mut days = BTreeSet::from([date(2000, 1, 1), date(2027, 12, 31)]);
    for statute in registry.statutes() {
        for day in [Some(statute.in_force_from), statute.in_force_to].into_iter().flatten() {
            days.extend([-1, 0, 1].map(|offset| day.saturating_add(offset.days())));
        }
    }
    for (day, duty, trade) in days
        .iter()
        .flat_map(|day| DUTIES.iter().flat_map(move |duty| trades().map(move |trade| (*day, duty, trade))))
    {
        assert_sound(&[duty], day, trade);
    }
}

fn assert_sound(duties: &[&str], day: Date, trade: Option<&str>) {
    let registry = Registry::embedded();
    let cited = registry.cite(duties, day, trade);
    assert!(cited.len() <= 6, "{duties:?} {day} {trade:?}");
    let mut seen = BTreeSet::new();
    for citation in &cited {
        let statute = registry.statute(&citation.id).expect("cited from the registry");
        assert!(statute.in_force_on(day), "{} is not in force on {day}", statute.id);
        assert!(statute.citable(), "{} was not checked", statute.id);
        assert!(seen.insert(&citation.id), "{} twice", statute.id);
    }
    assert!(day < date(2014, 3, 15) || !cited.is_empty(), "{duties:?} {day} {trade:?} cites nothing");
}

proptest! {
    #[test]
    fn nothing_is_cited_out_of_force_on_random_days(
        offset in 0_i64..10_227,
        duties in proptest::sample::subsequence(DUTIES.to_vec(), 1..4),
        trade in proptest::option::of(proptest::sample::select(TRADES.to_vec())),
    ) {
        assert_sound(&duties, date(2000, 1, 1).saturating_add(offset.days()), trade);
    }
}

#[test]
fn looking_up() {
    let registry = Registry::embedded();
    let found: Vec<&str> = registry.find("三倍增加赔偿").map(|statute| &*statute.id).collect();
    assert_eq!(found, ["cpl-2013-art-55"]);
    assert!(registry.on(date(2019, 1, 1)).all(|statute| *statute.law_short != *"民法典"));
    assert_eq!(
        registry.statute("crim-1997-art-253-1").map(|s| s.number.to_string()).as_deref(),
        Some("第二百五十三条之一")
    );
    assert_eq!(registry.statute("cpl-2013-art-56").map(|s| s.consequence), Some(Consequence::Administrative));
}

/// Reports may suspect; a verdict is the court's. Gists and notes speak of what the law says, titles of what may follow.
#[test]
fn words_of_verdict_stay_out() {
    let registry = Registry::embedded();
    for duty in registry.duties() {
        for text in [&duty.machine, &duty.human] {
            assert!(!["违法", "犯罪"].iter().any(|word| text.contains(word)), "{}: {text}", duty.name);
        }
    }
    for practice in registry.practices() {
        for word in ["依法", "违法", "犯罪", "必须赔"] {
            assert!(!practice.title.contains(word) && !practice.condition.contains(word), "{}", practice.key);
        }
    }
}
