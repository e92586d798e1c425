//! Reports over `fixtures/report`, judged by the packs that stay as they are.

use std::{io, path::PathBuf};

use jiff::civil::{Date, date};
use kefulint::{
    law::remedy::Platform,
    lexicon::Lexicon,
    report::{
        Head, Report,
        digest::{self, Digest, Ground, RuleCards},
    },
    rule::{Linted, Linter, Options},
    transcript::{self, Input, InputConfig},
};

mod absence;
mod agent;
mod browser;
mod ci;
mod contrast;
mod evidence;
mod formats;
mod groups;
mod merge;
#[cfg(feature = "parquet")]
mod parquet;
mod suppressed;
mod text;

const DAY: Date = date(2026, 3, 2);

struct Bench {
    linter: Linter,
    rules: RuleCards,
    head: Head,
    platform: Platform,
}

impl Bench {
    fn new() -> Self {
        let mut lexicon = Lexicon::from_dir("tests/packs".as_ref()).expect("the pack loads");
        lexicon.extend_from_files(&[PathBuf::from("fixtures/report/rules.toml")]).expect("so does the other");
        let rules = digest::cards(&lexicon);
        let head = Head { version: "0.0.0", date: DAY, rules: lexicon.rules.len(), min_conversations: 2 };
        let linter =
            Linter::new(lexicon, Options { default_day: DAY, ..Options::default() }).expect("it compiles");
        Self { linter, rules, head, platform: Platform::default() }
    }

    fn judge(&self, paths: &[&str]) -> Report {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        self.read(transcript::discover(&paths, io::empty()))
    }

    fn read(&self, inputs: Vec<Input>) -> Report {
        let read = transcript::read(inputs, &InputConfig::default()).expect("the settings are right");
        let mut report = Report { problems: read.problems, stats: read.stats, ..Report::default() };
        for linted in self.linter.lint_all(&read.conversations, || {}) {
            report.add(linted);
        }
        report
    }

    fn linted(&self, paths: &[&str]) -> Vec<Linted> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let inputs = transcript::discover(&paths, io::empty());
        let read = transcript::read(inputs, &InputConfig::default()).expect("the settings are right");
        self.linter.lint_all(&read.conversations, || {})
    }

    fn fixture(&self) -> Report {
        self.judge(&["fixtures/report/chats.jsonl"])
    }

    fn digest<'a>(&'a self, report: &'a Report) -> Digest<'a> {
        let ground =
            Ground { registry: self.linter.registry(), platform: &self.platform, rules: &self.rules };
        Digest::new(report, &self.head, ground)
    }

    fn written(
        &self,
        report: &Report,
        write: impl FnOnce(&Digest<'_>, &mut dyn io::Write) -> io::Result<()>,
    ) -> String {
        let mut out = Vec::new();
        write(&self.digest(report), &mut out).expect("writing to memory cannot fail");
        String::from_utf8(out).expect("reports are UTF-8")
    }
}
