//! The page on one agent.

use kefulint::report::sheet::Sheet;

use super::Bench;

#[test]
fn it_shows_what_goes_well_and_what_does_not() {
    let bench = Bench::new();
    let page = bench.written(&bench.fixture(), |digest, out| {
        Sheet::new(digest, "甲一").expect("the agent is there").markdown(out)
    });
    insta::assert_snapshot!(page);
}

#[test]
fn nobody_has_no_page() {
    let bench = Bench::new();
    let report = bench.fixture();
    assert!(Sheet::new(&bench.digest(&report), "A999").is_none());
}

#[test]
fn the_page_for_the_browser_escapes_messages() {
    let bench = Bench::new();
    let page = bench.written(&bench.fixture(), |digest, out| {
        Sheet::new(digest, "甲一").expect("the agent is there").html(out)
    });
    assert!(!page.contains("<img") && !page.contains("</script"));
    let (_, body) = page.split_once("</style>").expect("the style ends");
    insta::assert_snapshot!(body);
}

#[test]
fn a_rule_is_shown_once_with_its_number() {
    let bench = Bench::new();
    let mut report = bench.fixture();
    let again = report.findings.iter().find(|finding| &*finding.rule == "EVA901").expect("it fired").clone();
    report.findings.push(again);
    let page = bench.written(&report, |digest, out| {
        Sheet::new(digest, "甲一").expect("the agent is there").markdown(out)
    });
    assert_eq!(page.matches("EVA901").count(), 1);
    assert!(page.contains("- 同一规则共 2 条，此为一例"));
}
