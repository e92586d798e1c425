//! Any bytes under no telling name: encoding, format, separator, header and shape are all found by looking.
#![no_main]

use kefulint::transcript::InputConfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    kefulint_fuzz::read("upload", bytes, &InputConfig::default());
});
