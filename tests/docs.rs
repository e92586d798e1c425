//! What is generated is not stale, and what is said is said as a suspicion.

use std::fs;

use kefulint::{
    finding::Family,
    lexicon::Lexicon,
    rule::{Linter, Options, catalogue},
};

fn linter() -> Linter {
    let lexicon = Lexicon::embedded().expect("the embedded lexicon loads");
    Linter::new(lexicon, Options::default()).expect("the embedded lexicon compiles")
}

/// `UPDATE_DOCS=1 cargo test --test docs` writes the pages anew.
fn check(path: &str, text: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, text).expect("docs can be written");
    }
    let known = fs::read_to_string(path).unwrap_or_default();
    assert!(known == text, "{path} is stale; UPDATE_DOCS=1 cargo test --test docs writes it anew");
}

#[test]
fn rule_pages_are_up_to_date() {
    let linter = linter();
    for family in Family::ALL {
        let page = catalogue::page(&linter, family, linter.options().default_day);
        check(&format!("docs/rules/{}.md", family.as_str()), &page);
    }
    check("docs/coverage.md", &catalogue::coverage_map(&linter));
}

#[test]
fn rules_speak_of_suspicions_and_never_of_verdicts() {
    const VERDICTS: &[&str] = &["违法", "犯罪", "构成侵权", "必须赔偿", "触犯"];
    let linter = linter();
    let mut wrong = Vec::new();
    for rule in &linter.lexicon().rules {
        for text in [&rule.doc.title, &rule.doc.advice] {
            wrong.extend(
                VERDICTS
                    .iter()
                    .filter(|word| text.contains(**word))
                    .map(|word| format!("{} says {word}: {text}", rule.id())),
            );
        }
        if !rule.doc.title.contains("疑似") && !rule.doc.title.contains("可能") && rule.doc.kind != "exposure"
        {
            wrong.push(format!("{} states a fact: {}", rule.id(), rule.doc.title));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_proven_three_times_both_ways() {
    let linter = linter();
    let few: Vec<String> = linter
        .lexicon()
        .rules
        .iter()
        .filter(|rule| rule.doc.hits.len() < 3 || rule.doc.misses.len() < 3)
        .map(|rule| format!("{}: {} hits, {} misses", rule.id(), rule.doc.hits.len(), rule.doc.misses.len()))
        .collect();
    assert!(few.is_empty(), "{}", few.join("\n"));
}
