//! A file of statutes that does not hold together is refused, with the line and the reason.

use kefulint::law::Registry;

const GOOD: &str = r#"
[[law]]
key = "a"
name = "甲法"
short = "甲法"
[[law.version]]
key = "a-1"
label = "旧"
from = 2000-01-01
to = 2009-12-31
articles = 10
[[law.version]]
key = "a-2"
label = "新"
from = 2010-01-01
articles = 12

[[statute]]
id = "a-1-3"
version = "a-1"
article = "第三条"
gist = "要客气。"
successor = "a-2-4"
verified = "text"

[[statute]]
id = "a-2-4"
version = "a-2"
article = "第四条"
gist = "要很客气。"
predecessor = "a-1-3"
consequence = "civil"
verified = "text"

[[statute]]
id = "a-2-5"
version = "a-2"
article = "第五条"
gist = "据说要微笑。"
verified = "secondary"

[[practice]]
key = "tea"
title = "喝茶"
condition = "须有茶"
statutes = ["a-2-4"]

[[duty]]
name = "客气"
family = "abuse"
statutes = ["a-1-3", "a-2-4"]
consequences = ["a-2-4"]
machine = "用语"
human = "语气"
remedy = ["tea"]

[[miscitation]]
law = "a"
article = "第一条"
verdict = "number"
right = ["a-2-4"]
note = "在第四条。"
"#;

/// Replaces once and says what loading says.
fn refused(from: &str, to: &str) -> String {
    assert_eq!(GOOD.matches(from).count(), 1, "{from}");
    Registry::parse("甲.toml", &GOOD.replace(from, to)).map(|_| ()).expect_err("must be refused").to_string()
}

#[test]
fn the_model_loads() {
    Registry::parse("甲.toml", GOOD).expect("consistent");
}

#[test]
fn what_does_not_hold_together_is_refused() {
    for (from, to, error) in [
        (
            r#"statutes = ["a-1-3", "a-2-4"]"#,
            r#"statutes = ["a-1-9"]"#,
            "甲.toml:48: `客气` names the unknown statute `a-1-9`",
        ),
        (
            r#"statutes = ["a-1-3", "a-2-4"]"#,
            r#"statutes = ["a-2-5"]"#,
            "甲.toml:48: `客气` names `a-2-5`, which was not checked against the law's text and may not be cited",
        ),
        (
            r#"consequences = ["a-2-4"]"#,
            r#"consequences = ["a-1-3"]"#,
            "甲.toml:48: duty `客气`: `a-1-3` is no consequence, it only states a duty",
        ),
        (
            r#"remedy = ["tea"]"#,
            r#"remedy = ["wine"]"#,
            "甲.toml:48: duty `客气` names the unknown practice `wine`",
        ),
        (
            r#"machine = "用语""#,
            "machine = \"用语\"\ntrade.circus.statutes = [\"a-2-4\"]",
            "甲.toml:48: `客气`: unknown trade `circus`; known are finance, insurance, loan, securities, telecom, courier, ecommerce, travel, education, health, secondhand, property",
        ),
        (
            "to = 2009-12-31",
            "to = 2010-01-01",
            "甲.toml:2: versions `a-1` and `a-2` overlap; end the older one the day before, oldest first",
        ),
        ("to = 2009-12-31", "to = 1999-12-31", "甲.toml:2: version `a-1` ends before it begins"),
        (
            "to = 2009-12-31",
            "to = 2008-12-31",
            "甲.toml:18: `a-1-3` ends on 2008-12-31, but its successor `a-2-4` begins on 2010-01-01; they must meet",
        ),
        (
            r#"article = "第五条""#,
            r#"article = "第四条""#,
            "甲.toml:35: `a-2-4` and `a-2-5` are the same article of the same law on the same days; end one before the other",
        ),
        (r#"article = "第五条""#, r#"article = "第十三条""#, "甲.toml:35: `a-2-5`: a-2 has only 12 articles"),
        (
            r#"article = "第五条""#,
            r#"article = "五""#,
            "甲.toml:35: `a-2-5`: cannot read the article `五`; write it as 第二十七条",
        ),
        (
            r#"predecessor = "a-1-3""#,
            r#"predecessor = "a-2-5""#,
            "甲.toml:26: `a-2-5` does not end, but its successor `a-2-4` begins on 2010-01-01; they must meet",
        ),
        (
            r#"successor = "a-2-4""#,
            "",
            "甲.toml:26: `a-2-4` calls `a-1-3` its predecessor, which names another successor",
        ),
        (
            r#"gist = "要客气。""#,
            "gist = \"要客气。\"\nin_force_from = 2005-01-01\nin_force_to = 2004-01-01",
            "甲.toml:18: `a-1-3` ends (in_force_to) before it begins (in_force_from)",
        ),
        (
            r#"gist = "要客气。""#,
            "gist = \"要客气。\"\nin_force_from = 1999-01-01",
            "甲.toml:18: `a-1-3` is in force outside the days of its version `a-1`",
        ),
        (r#"id = "a-2-5""#, r#"id = "a-2-4""#, "甲.toml:35: statute id `a-2-4` is used twice"),
        (r#"right = ["a-2-4"]"#, r#"right = ["x"]"#, "甲.toml:57: miscitation names the unknown statute `x`"),
        ("from = 2000-01-01", "from = 2000-01-01T10:00:00", "甲.toml:9: expected a date such as 2021-11-01"),
        (r#"family = "abuse""#, r#"familly = "abuse""#, "甲.toml:50: unknown field `familly`"),
    ] {
        let told = refused(from, to);
        assert!(told.starts_with(error), "{told}\nexpected {error}");
    }
}
