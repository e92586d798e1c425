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
