//! What the targets share: bytes go in as a file of a given name, and what every reading must keep to is checked.

use std::io::Cursor;

use kefulint::transcript::{self, Format, Input, InputConfig, Transcript};

/// Reads `bytes` as the content of a file called `name` and checks what holds for every input.
pub fn read(name: &str, bytes: &[u8], config: &InputConfig) -> Transcript {
    let input = Input::stream(name, Cursor::new(bytes.to_vec()));
    let read = transcript::read(vec![input], config).expect("the configuration is a constant of the target");
    let stats = read.stats;
    assert!(stats.records_failed + stats.records_skipped <= stats.records, "{stats:?}");
    let messages: usize = read.conversations.iter().map(|conversation| conversation.messages.len()).sum();
    assert!(messages as u64 <= stats.records, "more messages than records: {stats:?}");
    let text = read.conversations.iter().flat_map(|conversation| &conversation.messages);
    assert!(text.into_iter().all(|message| !message.text.trim().is_empty()), "a message without text");
    assert!(
        !read.conversations.is_empty()
            || !read.problems.is_empty()
            || stats.records_skipped > 0
            || stats.records == 0
            || stats.files_ignored > 0,
        "lost in silence: {stats:?}"
    );
    read
}

/// A configuration that says nothing but the format.
pub fn format(format: Format) -> InputConfig {
    InputConfig { format: Some(format), ..InputConfig::default() }
}

/// A configuration that says nothing but the named shape.
pub fn preset(name: &str) -> InputConfig {
    InputConfig { preset: Some(name.to_owned()), ..InputConfig::default() }
}
