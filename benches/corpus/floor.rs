//! What the linter is measured against: `floor parse|jieba FILE [THREADS]` reads a file of JSON lines, borrows the fields of each,
//! and for `jieba` cuts each text into words. Prints a number that hangs on all of it, so that nothing can be left out.

use std::{
    env, fs,
    io::{self, Write},
    process::ExitCode,
};

use jieba_rs::Jieba;
use rayon::prelude::*;
use serde::Deserialize;

/// A record as the corpus has it.
#[derive(Deserialize)]
struct Record<'a> {
    conversation_id: &'a str,
    agent_id: &'a str,
    role: &'a str,
    time: &'a str,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
}

/// Bytes that a thread takes at a time.
const BLOCK: usize = 1 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let jieba = match arguments.first().map(String::as_str) {
        Some("parse") => None,
        Some("jieba") => Some(Jieba::new()),
        _ => return usage(),
    };
    let Some(path) = arguments.get(1) else { return usage() };
    if let Some(threads) = arguments.get(2).and_then(|number| number.parse().ok())
        && rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().is_err()
    {
        return ExitCode::FAILURE;
    }
    let Ok(bytes) = fs::read(path) else { return ExitCode::FAILURE };
    let sum: usize = blocks(&bytes).par_iter().map(|block| sum(block, jieba.as_ref())).sum();
    match writeln!(io::stdout(), "{sum}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn usage() -> ExitCode {
    // A reader that stopped reading is all that can go wrong here.
    let _ = writeln!(io::stderr(), "usage: floor parse|jieba FILE [THREADS]");
    ExitCode::from(2)
}

/// Whole lines of about a megabyte.
fn blocks(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut blocks = Vec::new();
    while !bytes.is_empty() {
        let from = BLOCK.min(bytes.len()) - 1;
        let end = memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1);
        let (block, rest) = bytes.split_at(end);
        blocks.push(block);
        bytes = rest;
    }
    blocks
}

fn sum(block: &[u8], jieba: Option<&Jieba>) -> usize {
    let mut sum = 0;
    for line in block.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let Ok(record) = serde_json::from_slice::<Record<'_>>(line) else { continue };
        let fields = [record.conversation_id, record.agent_id, record.role, record.time, &record.text];
        sum += fields.iter().map(|field| field.len()).sum::<usize>();
        sum += jieba.map_or(0, |jieba| jieba.cut(&record.text, false).len());
    }
    sum
}
