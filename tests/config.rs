//! kefulint.toml: the schema for editors and the structs that read the file say the same; overrides do what they say.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use kefulint::{
    config::Config,
    finding::{Family, Finding},
    lexicon::Lexicon,
    place::Place,
    rule::{Linter, Options},
    transcript::{self, Input, InputConfig},
};
use serde_json::Value;

fn schema() -> Value {
    let text = fs::read_to_string("docs/config.schema.json").expect("the schema is there");
    serde_json::from_str(&text).expect("the schema is JSON")
}

fn keys(object: &Value) -> BTreeSet<String> {
    object["properties"].as_object().expect("properties").keys().cloned().collect()
}

/// The keys that the reader knows: it lists them when it meets one that it does not.
fn known(text: &str) -> BTreeSet<String> {
    let error = Config::parse("t", text).expect_err("there is no such key").to_string();
    let (_, expected) = error.split_once("expected ").expect("it says what was expected");
    let (expected, _) = expected.split_once("; did you mean").unwrap_or((expected, ""));
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_schema_lists_the_keys_that_are_read() {
    let schema = schema();
    assert_eq!(keys(&schema), known("\"?\" = 1"));
    let sections = schema["properties"].as_object().expect("sections");
    for (name, section) in sections {
        let (section, text) = match section.get("items") {
            Some(items) => (items, format!("[[{name}]]\n\"?\" = 1")),
            None => (section, format!("[{name}]\n\"?\" = 1")),
        };
        assert_eq!(keys(section), known(&text), "{name}");
    }
    assert_eq!(keys(&sections["input"]["properties"]["columns"]), known("[input.columns]\n\"?\" = 1"));
}

#[test]
fn the_schema_names_the_defaults_that_hold() {
    let defaults = serde_json::to_value(Config::default()).expect("it can be written");
    let schema = schema();
    let mut told = 0;
    for (section, doc) in schema["properties"].as_object().expect("sections") {
        for (key, doc) in doc["properties"].as_object().into_iter().flatten() {
            let default = defaults[section].get(key).filter(|default| !default.is_null() && key != "columns");
            assert_eq!(doc.get("default"), default, "{section}.{key}");
            told += usize::from(default.is_some());
        }
    }
    assert!(told >= 10, "only {told} defaults were compared");
}

#[test]
fn schema_and_reader_accept_and_refuse_the_same() {
    let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
    let page = fs::read_to_string("docs/config.md").expect("the page is there");
    let (_, example) = page.split_once("```toml\n").expect("the page shows a whole file");
    let (example, _) = example.split_once("```").expect("the example ends");
    for (text, right) in [
        (example, true),
        ("", true),
        ("[input.columns]\ntext = [\"正文\", 3]\n", true),
        ("[input.columns]\ntext = []\n", true),
        ("[[overrides]]\nseverity = { DIS101 = \"bad\" }\n", false),
        ("[overrides]\npaths = []\n", false),
        ("[report]\ntop = -1\n", false),
        ("[report]\ntop = \"3\"\n", false),
        ("[platform]\ncomplaint_days = 70000\n", false),
        ("[input]\nformat = \"docx\"\n", false),
        ("[input]\ndelimiter = \";;\"\n", false),
        ("[input.roles]\n\"1\" = \"boss\"\n", false),
        ("[lint]\npacks = \"one.toml\"\n", false),
    ] {
        assert_eq!(Config::parse("t", text).is_ok(), right, "the reader on {text}");
        let value: Value = toml::from_str(text).expect("it is TOML");
        // That a list of columns is empty, the reader tells only when it reads.
        if text != "[input.columns]\ntext = []\n" {
            assert_eq!(validator.is_valid(&value), right, "the schema on {text}");
        }
    }
}

/// Judges two chats of two agents in two folders under these settings.
fn judged(config: &str) -> Result<Vec<Finding>, String> {
    judged_with(config, &[])
}

fn judged_with(config: &str, packs: &[PathBuf]) -> Result<Vec<Finding>, String> {
    let config = Config::parse("kefulint.toml", config).map_err(|error| error.to_string())?;
    let mut lexicon = Lexicon::from_dir("tests/packs".as_ref()).expect("the pack loads");
    lexicon.extend_from_files(&["fixtures/report/rules.toml".into()]).expect("so does the other");
    lexicon.extend_from_files(packs).expect("and these");
    let options = Options {
        overrides: config.overrides,
        place: Place::new(Path::new("/repo"), Path::new("/repo")),
        ..Options::default()
    };
    let linter = Linter::new(lexicon, options).map_err(|error| error.to_string())?;
    let chat = |id: &str, agent: &str| {
        let line = |text: &str| {
            format!(
                "{{\"conversation_id\":\"{id}\",\"role\":\"agent\",\"agent_id\":\"{agent}\",\"text\":\"{text}\"}}\n"
            )
        };
        line("你这个笨蛋") + &line("放心，这款稳赚")
    };
    let file = |name: &str, text: String| Input::stream(name, io::Cursor::new(text));
    let inputs = vec![file("bot/a.jsonl", chat("C-1", "B01")), file("team/a.jsonl", chat("C-2", "A02"))];
    let read = transcript::read(inputs, &InputConfig::default()).expect("the settings are right");
    Ok(linter.lint_all(&read.conversations, || {}).into_iter().flat_map(|linted| linted.findings).collect())
}

fn told(config: &str) -> Vec<String> {
    let findings = judged(config).expect("the settings are right");
    let told = |finding: &Finding| {
        format!("{} {} {}", finding.conversation_id, finding.rule, finding.severity.as_str())
    };
    findings.iter().map(told).collect()
}

#[test]
fn an_override_holds_where_it_says() {
    let all = told("");
    assert_eq!(all.len(), 4, "{all:?}");
    let abuse = |id: &str| all.iter().find(|line| line.starts_with(id)).expect("an insult").clone();

    let without = told("[[overrides]]\npaths = [\"bot\"]\ndisable = [\"abuse\"]\n");
    assert_eq!(without.len(), 3, "{without:?}");
    assert!(!without.contains(&abuse("C-1")) && without.contains(&abuse("C-2")), "{without:?}");

    let without = told("[[overrides]]\nagents = [\"A*\"]\ndisable = [\"DIS9*\"]\n");
    assert!(!without.iter().any(|line| line.starts_with("C-2 DIS")), "{without:?}");
    assert!(without.iter().any(|line| line.starts_with("C-1 DIS")), "{without:?}");

    let milder = told(
        "[[overrides]]\nseverity = { DIS901 = \"low\" }\n[[overrides]]\npaths = [\"**/team/*.jsonl\"]\nseverity = { DIS901 = \"high\" }\n",
    );
    assert!(milder.contains(&"C-1 DIS901 low".to_owned()), "{milder:?}");
    assert!(milder.contains(&"C-2 DIS901 high".to_owned()), "{milder:?}");

    let both =
        told("[[overrides]]\npaths = [\"bot\"]\nagents = [\"A*\"]\ndisable = [\"abuse\", \"DIS901\"]\n");
    assert_eq!(both, all, "no agent A serves in that folder");
}

#[test]
fn an_override_chooses_the_trade() {
    let cited = |config: &str| {
        let findings = judged(config).expect("the settings are right");
        let promise = findings.iter().find(|finding| &*finding.rule == "DIS901").expect("the promise");
        promise.statutes.iter().map(|citation| citation.law.to_string()).collect::<Vec<_>>()
    };
    let plain = cited("");
    let finance = cited("[[overrides]]\npaths = [\"bot/**\"]\ntrade = \"finance\"\n");
    assert!(!plain.iter().any(|law| law.contains("理财")), "{plain:?}");
    assert!(finance.iter().any(|law| law.contains("理财")), "{finance:?}");
}

#[test]
fn an_override_of_nothing_is_an_error() {
    let error = |config: &str| judged(config).expect_err("it names nothing");
    let misspelt = error("[[overrides]]\n[[overrides]]\ndisable = [\"DIS91\"]\n");
    assert!(
        misspelt.contains(
            "kefulint.toml:2: [[overrides]]: there is no rule or family `DIS91`; did you mean `DIS901`?"
        ),
        "{misspelt}"
    );
    let trade = error("[[overrides]]\ntrade = \"fishing\"\n");
    assert!(trade.contains("unknown trade `fishing`; there are insurance"), "{trade}");
    let key = error("[[overrides]]\npath = [\"bot\"]\n");
    assert!(
        key.contains("kefulint.toml:2: unknown field `path`") && key.ends_with("; did you mean `paths`?"),
        "{key}"
    );
    assert!(error("[[overrides]]\npaths = [\"[\"]\n").contains("not a pattern"));
}

#[test]
fn a_rule_that_is_switched_off_does_not_speak_for_another() {
    let dir = tempfile::tempdir().expect("a folder");
    let pack = dir.path().join("second.toml");
    let rule = "[pack]\nname = \"second\"\ntitle = \"二\"\n\n[[rule]]\nid = \"ABU902\"\nfamily = \"abuse\"\nkind = \"insult\"\ntitle = \"疑似辱骂\"\nseverity = \"low\"\nduty = [\"尊重人格尊严\"]\nadvice = \"请改用礼貌的说法。\"\nstatus = \"stable\"\nsince = \"0.1.0\"\nhits = [\"笨蛋\"]\nmisses = [\"您好\"]\nwhere.word = { terms = [\"笨蛋\"] }\n";
    fs::write(&pack, rule).expect("it can be written");
    let spoke = |config: &str| {
        let told = judged_with(config, std::slice::from_ref(&pack)).expect("the settings are right");
        let insults = told
            .iter()
            .filter(|finding| finding.family == Family::Abuse && &*finding.conversation_id == "C-1");
        insults.map(|finding| (finding.rule.to_string(), finding.also.len())).collect::<Vec<_>>()
    };
    assert_eq!(spoke(""), [("ABU101".to_owned(), 1)]);
    assert_eq!(spoke("[[overrides]]\ndisable = [\"ABU101\"]\n"), [("ABU902".to_owned(), 0)]);
}
