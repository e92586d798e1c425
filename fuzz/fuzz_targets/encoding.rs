//! A text in an encoding that the user names; the first byte chooses.
#![no_main]

use kefulint::transcript::InputConfig;
use libfuzzer_sys::fuzz_target;

const LABELS: [&str; 6] = ["utf-8", "gb18030", "big5", "utf-16le", "utf-16be", "shift_jis"];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let label = LABELS[usize::from(*choice) % LABELS.len()].to_owned();
    kefulint_fuzz::read("chat", bytes, &InputConfig { encoding: Some(label), ..InputConfig::default() });
});
