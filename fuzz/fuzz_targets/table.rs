//! CSV and TSV, with the quotation marks taken as such and as text; the first byte chooses.
#![no_main]

use kefulint::transcript::{Format, InputConfig};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let format = if choice & 1 == 0 { Format::Csv } else { Format::Tsv };
    let quoting = Some(choice & 2 == 0);
    kefulint_fuzz::read("chat", bytes, &InputConfig { quoting, ..kefulint_fuzz::format(format) });
});
