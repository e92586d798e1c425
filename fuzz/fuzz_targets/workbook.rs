//! Workbooks: xlsx, xlsb, xls and ods.
//!
//! The reader fences the library that it uses by `catch_unwind`; libFuzzer's hook would end the run before the fence is reached, so
//! it is taken out. A panic outside the fence still ends the run.
#![no_main]

use kefulint::transcript::InputConfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        kefulint_fuzz::read("chat.xlsx", bytes, &InputConfig::default());
    }
);
