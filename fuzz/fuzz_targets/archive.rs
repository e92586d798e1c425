//! Zip, tar, gzip and zstd, also in one another, with and without a password.
#![no_main]

use kefulint::transcript::InputConfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let password = (choice & 1 == 1).then(|| "secret".to_owned());
    kefulint_fuzz::read("week.zip", bytes, &InputConfig { password, ..InputConfig::default() });
});
