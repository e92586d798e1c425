//! Formats for machines: what their schemas ask, that references lead somewhere, and that they count as the report does.
//! The exact output of each stands in tests/cmd/ci-*.

use std::{
    collections::HashSet,
    fs,
    io::{self, Write},
    path::Path,
};

use kefulint::{
    finding::{SuppressionKind, SuppressionStatus},
    place::Place,
    report::{
        ci::{azure, github, gitlab, junit, sarif},
        digest::Digest,
        template::Template,
    },
    transcript::Input,
};
use quick_xml::events::Event;
use serde_json::Value;

use super::{Bench, suppressed};

/// Checks against a schema of tests/schemas and says where it fails.
fn check(schema: &str, document: &Value) {
    let text = fs::read_to_string(format!("tests/schemas/{schema}")).expect("the schema is there");
    // The schema of OASIS has a bracket too many in the pattern of languages, which is then no pattern at all.
    let text = text.replace("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn sarif(bench: &Bench) -> Value {
    json(&bench.written(&bench.fixture(), |digest, out| sarif::write(digest, &Place::default(), out)))
}

#[test]
fn sarif_is_what_its_schema_asks() {
    let bench = Bench::new();
    check("sarif-2.1.0.json", &sarif(&bench));
    let empty = bench.read(Vec::new());
    check(
        "sarif-2.1.0.json",
        &json(&bench.written(&empty, |digest, out| sarif::write(digest, &Place::default(), out))),
    );
}

#[test]
fn every_reference_in_sarif_leads_somewhere() {
    let log = sarif(&Bench::new());
    let run = &log["runs"][0];
    let rules = list(run, "/tool/driver/rules");
    let index = |value: &Value| usize::try_from(value.as_u64().expect("an index")).expect("it is small");
    let article = |reference: &Value| {
        let law = &run["taxonomies"][index(&reference["toolComponent"]["index"])];
        assert_eq!(law["name"], reference["toolComponent"]["name"]);
        let taxon = &law["taxa"][index(&reference["index"])];
        assert_eq!(taxon["id"], reference["id"]);
    };
    let results = list(run, "/results");
    assert_eq!(results.len(), 7);
    for result in results {
        assert_eq!(rules[index(&result["ruleIndex"])]["id"], result["ruleId"]);
        assert!(!list(result, "/taxa").is_empty(), "{} cites no article", result["ruleId"]);
        list(result, "/taxa").iter().for_each(article);
    }
    for rule in rules {
        assert!(rule["help"]["text"].as_str().is_some_and(|help| help.contains("建议：")), "{rule}");
        for relationship in list(rule, "/relationships") {
            article(&relationship["target"]);
        }
    }
    let components = list(run, "/tool/driver/supportedTaxonomies");
    for (law, component) in list(run, "/taxonomies").iter().zip(components) {
        assert_eq!(law["name"], component["name"]);
    }
    assert_eq!(list(run, "/taxonomies").len(), components.len());
}

#[test]
fn sarif_shows_the_customers_question_and_what_was_not_read() {
    let log = sarif(&Bench::new());
    let run = &log["runs"][0];
    let promise =
        list(run, "/results").iter().find(|result| result["ruleId"] == "DIS901").expect("the promise");
    let question = &promise["relatedLocations"][0];
    assert_eq!(question["message"]["text"], "客：这款会亏吗");
    assert_eq!(question["logicalLocations"][0]["fullyQualifiedName"], "R-03/1");
    assert_eq!(promise["locations"][0]["physicalLocation"]["region"]["startLine"], 8);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let unread = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(unread["descriptor"]["id"], "unread");
    assert_eq!(unread["locations"][0]["physicalLocation"]["region"]["startLine"], 13);
}

#[test]
fn what_was_set_aside_is_told_to_those_who_can_show_it() {
    let bench = Bench::new();
    let (kind, status) = (SuppressionKind::Decision, SuppressionStatus::Accepted);
    let report = suppressed::fixture(&bench, "DIS901", kind, status);
    let written = |write: fn(&Digest<'_>, &Place, &mut dyn Write) -> io::Result<()>| {
        bench.written(&report, |digest, out| write(digest, &Place::default(), out))
    };
    let log = json(&written(sarif::write));
    check("sarif-2.1.0.json", &log);
    for result in list(&log, "/runs/0/results") {
        let suppressions = list(result, "/suppressions");
        if result["ruleId"] == "DIS901" {
            assert_eq!(suppressions[0]["status"], "accepted");
            assert_eq!(suppressions[0]["justification"], "测试账号");
        } else {
            assert!(suppressions.is_empty() && result["suppressions"].is_array(), "{result}");
        }
    }
    let xml = written(junit::write);
    let (_, case) = xml.split_once("name=\"R-03\"").expect("the conversation is a case");
    let (case, _) = case.split_once("</testcase>").expect("the case ends");
    assert!(!case.contains("<failure") && case.contains("已复核，不计入"), "{case}");
    for text in [written(github::write), written(gitlab::write), written(azure::write)] {
        assert!(!text.contains("DIS901"), "{text}");
    }
}

#[test]
fn a_fingerprint_does_not_tell_the_number_that_was_masked() {
    let bench = Bench::new();
    let fingerprints = |number: &str| {
        let chat = format!(
            "{{\"conversation_id\":\"F-1\",\"role\":\"agent\",\"agent_id\":\"甲\",\"text\":\"机主电话{number}\"}}\n"
        );
        let report = bench.read(vec![Input::stream("chat.jsonl", io::Cursor::new(chat))]);
        let log = json(&bench.written(&report, |digest, out| sarif::write(digest, &Place::default(), out)));
        log["runs"][0]["results"]
            .as_array()
            .expect("results")
            .iter()
            .map(|result| result["partialFingerprints"].to_string())
            .collect::<Vec<_>>()
    };
    let [one, other] = ["13812345672", "13887655672"].map(fingerprints);
    assert_eq!(one.len(), 1);
    assert_eq!(one, other, "both are masked to the same, so nobody can try out which it was");
}

#[test]
fn gitlab_gets_what_it_documents() {
    let bench = Bench::new();
    let issues =
        json(&bench.written(&bench.fixture(), |digest, out| gitlab::write(digest, &Place::default(), out)));
    check("gitlab-code-quality.json", &issues);
    let issues = list(&issues, "");
    let fingerprints: HashSet<&str> =
        issues.iter().filter_map(|issue| issue["fingerprint"].as_str()).collect();
    assert_eq!((issues.len(), fingerprints.len()), (8, 8), "seven findings and one record");
}

#[test]
fn junit_counts_conversations_and_holds_no_control_character() {
    let bench = Bench::new();
    let chat = "{\"conversation_id\":\"J\\u0001<1>\",\"role\":\"agent\",\"agent_id\":\"甲&乙\",\"text\":\"你这个\\u0002笨蛋 ]]> \\u000b\"}\n\
                {\"conversation_id\":\"J2\",\"role\":\"agent\",\"agent_id\":\"甲&乙\",\"text\":\"您好\"}\n";
    let report = bench.read(vec![Input::stream("chat.jsonl", io::Cursor::new(chat))]);
    let xml = bench.written(&report, |digest, out| junit::write(digest, &Place::default(), out));
    let mut reader = quick_xml::Reader::from_str(&xml);
    let (mut cases, mut failures) = (0, 0);
    loop {
        match reader.read_event().expect("it is XML") {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element) => {
                cases += usize::from(element.name().as_ref() == "testcase");
                failures += usize::from(element.name().as_ref() == "failure");
            }
            _ => {}
        }
    }
    assert_eq!((cases, failures), (2, 1), "{xml}");
    assert!(xml.contains("<testsuites name=\"kefulint\" tests=\"2\" failures=\"1\" errors=\"0\">"), "{xml}");
    assert!(xml.contains("name=\"J\u{fffd}&lt;1&gt;\"") && xml.contains("甲&amp;乙"), "{xml}");
    assert!(!xml.contains(|c: char| c.is_control() && c != '\n'), "{xml}");
}

#[test]
fn a_message_cannot_give_commands_to_the_machine() {
    let bench = Bench::new();
    let chat = "{\"conversation_id\":\"X\\n::set-output name=a::b\",\"role\":\"agent\",\"agent_id\":\"a]\\r\\n##vso[task.complete result=Failed]\",\"text\":\"你这个笨蛋\\n::error::x\"}\n";
    let report = bench.read(vec![Input::stream("x,y;z]%.jsonl", io::Cursor::new(chat))]);
    let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let actions = lines(bench.written(&report, |digest, out| github::write(digest, &Place::default(), out)));
    assert_eq!(actions.len(), 1, "{actions:?}");
    assert!(actions[0].starts_with("::error file=x%2Cy;z]%25.jsonl,line=1,title="), "{actions:?}");
    let logging = lines(bench.written(&report, |digest, out| azure::write(digest, &Place::default(), out)));
    assert_eq!(logging.len(), 1, "{logging:?}");
    assert!(
        logging[0].starts_with(
            "##vso[task.logissue type=error;sourcepath=x,y%3Bz%5D%AZP25.jsonl;linenumber=1;code="
        ),
        "{logging:?}"
    );
}

#[test]
fn paths_are_those_of_the_checkout() {
    let bench = Bench::new();
    let place = Place::new(Path::new("/build/repo/chats"), Path::new("/build/repo"));
    let report = bench.fixture();
    let issues = json(&bench.written(&report, |digest, out| gitlab::write(digest, &place, out)));
    assert_eq!(issues[0]["location"]["path"], "chats/fixtures/report/chats.jsonl");
    let elsewhere = Place::new(Path::new("/tmp/客 服"), Path::new("/build/repo"));
    let log = json(&bench.written(&report, |digest, out| sarif::write(digest, &elsewhere, out)));
    assert_eq!(
        log.pointer("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri").expect("a place"),
        "file:///tmp/%E5%AE%A2%20%E6%9C%8D/fixtures/report/chats.jsonl"
    );
}

#[test]
fn a_template_is_told_wrong_with_its_line() {
    let error = Template::parse("mine.txt", "一\n{% for %}\n".to_owned()).expect_err("it is none");
    assert!(error.to_string().contains("(in mine.txt:2)"), "{error}");
    let bench = Bench::new();
    let report = bench.fixture();
    let template = Template::parse("mine.txt", "一\n{{ nothing }}\n".to_owned()).expect("it can be read");
    let error = template.write(&bench.digest(&report), &mut Vec::new()).expect_err("there is no such thing");
    assert!(error.to_string().contains("(in mine.txt:2)"), "{error}");
}
