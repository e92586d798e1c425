//! JSON lines, flat and nested.
#![no_main]

use kefulint::transcript::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    kefulint_fuzz::read("chat.jsonl", bytes, &kefulint_fuzz::format(Format::Jsonl));
});
