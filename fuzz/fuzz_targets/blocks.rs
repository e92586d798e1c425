//! Chats saved as text, in each grammar that has a name; the first byte chooses.
#![no_main]

use kefulint::transcript::Format;
use libfuzzer_sys::fuzz_target;

const GRAMMARS: [&str; 4] = ["qianniu", "qq", "bot-log", "speaker-lines"];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let mut config = kefulint_fuzz::preset(GRAMMARS[usize::from(*choice) % GRAMMARS.len()]);
    config.format = Some(Format::Text);
    kefulint_fuzz::read("chat.txt", bytes, &config);
});
