//! JSON texts: arrays, objects that hold conversations, values one after the other.
#![no_main]

use kefulint::transcript::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    kefulint_fuzz::read("chat.json", bytes, &kefulint_fuzz::format(Format::Json));
});
