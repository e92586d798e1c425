//! The recognisers of personal data: spans lie inside the text, and masking leaves as many characters as there were.
#![no_main]

use kefulint::personal;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let length = text.chars().count();
    let data = personal::find(text);
    assert!(data.iter().all(|datum| datum.span.start < datum.span.end && datum.span.end as usize <= length));
    assert_eq!(personal::mask_data(text, &data).chars().count(), length);
});
