//! The named shapes over arbitrary bytes; the first byte chooses.
#![no_main]

use kefulint::transcript::presets;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let name = presets().keys().nth(usize::from(*choice) % presets().len()).expect("a remainder");
    kefulint_fuzz::read("chat", bytes, &kefulint_fuzz::preset(name));
});
