//! The linter does not do more than it did: steps per 1,000 messages against the numbers of `tests/work.json`.
//!
//! Steps are counted and not timed, so the numbers are the same on every machine. After a change that is worth what it costs,
//! `UPDATE_WORK=1 cargo test --test work` writes them anew; the diff shows the price.

use std::{collections::BTreeMap, env, fs, path::Path};

use kefulint::{
    lexicon::Lexicon,
    rule::{Linter, Options, Work},
    transcript::{self, Input, InputConfig},
};

#[path = "../benches/corpus/generate.rs"]
#[expect(dead_code, reason = "the generator's own command line")]
mod generate;

/// What may be added before the test fails, as a share.
const SLACK: f64 = 0.15;

#[test]
fn a_thousand_messages_take_no_more_steps_than_before() {
    let mut chats = Vec::new();
    generate::write(5_000, 7, false, &mut chats).expect("a vector takes all");
    let input = Input::stream("corpus.jsonl", std::io::Cursor::new(chats));
    let read = transcript::read(vec![input], &InputConfig::default()).expect("the settings are right");
    let lexicon = Lexicon::embedded().expect("the packs load");
    let linter = Linter::new(lexicon, Options::default()).expect("the packs compile");
    let mut work = Work::default();
    for conversation in &read.conversations {
        work += linter.work(conversation);
    }
    assert_eq!(work.messages, 5_000);
    let found: BTreeMap<&str, u64> = [
        ("literals", work.literals),
        ("recognised", work.recognised),
        ("rules", work.rules),
        ("searches", work.searches),
        ("segmented", work.segmented),
    ]
    .map(|(step, count)| (step, count / 5))
    .into();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/work.json");
    if env::var_os("UPDATE_WORK").is_some() {
        let text = serde_json::to_string_pretty(&found).expect("numbers can be written");
        fs::write(&path, text + "\n").expect("tests/ is writable");
        return;
    }
    let text = fs::read_to_string(&path).expect("the numbers are part of the project");
    let known: BTreeMap<&str, u64> = serde_json::from_str(&text).expect("the numbers are JSON");
    for (step, count) in found {
        let limit = known[step] as f64 * (1.0 + SLACK);
        assert!(count as f64 <= limit, "{step}: {count} per 1,000 messages, known were {}", known[step]);
    }
}
