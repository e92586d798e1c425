//! The dialogue analysis as a library user sees it.

use kefulint::dialogue::Cues;

#[test]
fn the_embedded_lexicon_parses() {
    Cues::parse(include_str!("../lexicons/dialogue.toml")).expect("the lexicon that the binary carries");
}

#[test]
fn a_pattern_that_is_none_is_named_with_its_line() {
    let source = include_str!("../lexicons/dialogue.toml").replacen(
        "[ask.place]",
        "[ask.place]\npatterns = ['(']\n#",
        1,
    );
    let error = Cues::parse(&source).expect_err("an open parenthesis");
    assert!(error.to_string().contains("line"), "{error}");
}
