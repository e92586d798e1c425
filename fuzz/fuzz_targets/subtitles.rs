//! SRT and WebVTT.
#![no_main]

use kefulint::transcript::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    kefulint_fuzz::read("call.srt", bytes, &kefulint_fuzz::format(Format::Subtitles));
});
