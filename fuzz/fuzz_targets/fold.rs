//! Folding and its further views: every range leads back into the original.
#![no_main]

use kefulint::text::{clause::clauses, disguise, fold::Folded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let length = text.chars().count() as u32;
    let folded = Folded::new(text);
    for clause in clauses(folded.text()) {
        assert!(folded.span(clause).end <= length);
    }
    let skeleton = disguise::skeleton(&folded);
    let sound = disguise::sound(skeleton.as_ref().unwrap_or(&folded));
    for view in skeleton.iter().chain([&folded, &sound]) {
        assert!(view.span(0..view.text().len()).end <= length);
    }
});
