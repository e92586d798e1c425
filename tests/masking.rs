//! No output shows a datum: all commands over all fixtures, every format, screen and files, searched for what the fixtures hold.
//!
//! Twice over: for the list below, written by hand and independent of the recognisers, and with the recognisers themselves.

use std::{
    fs,
    io::{Cursor, Read},
    path::{Path, PathBuf},
    process::Command,
};

use kefulint::personal::{self, Confidence};
use tempfile::TempDir;

/// What stands in the fixtures and may stand in no output.
const SECRETS: &[(&str, &[&str])] = &[
    (
        "fixtures/personal/chats.jsonl",
        &[
            "19833607521",
            "苏E·6KM27",
            "6KM27",
            "枫津路215号",
            "8幢3单元602",
            "330106199003074512",
            "EJ6620184",
            "6222021202041701863",
            "yun.tao_88",
            "88123046",
            "2817460935",
            "taotao_yun88",
            "一九八三三六零七五二二",
            "庐山路88号",
            "5幢1单元1304",
            "幺九八 三三六零 七五二二",
            "qwe45872",
            "835172",
            "19833607523",
            "19833607524",
            "１９８３３６０７５２５",
            "06612873",
            "漓江路26号",
            "lixin_7733",
            "19833607526",
        ],
    ),
    ("fixtures/personal/broken.jsonl", &["19833607527"]),
    ("fixtures/demo/courier.json", &["13812345672"]),
    (
        "fixtures/judged/chats.jsonl",
        &[
            "350203196706068304",
            "6217001965273757002",
            "350203197002142048",
            "18640833643",
            "linyf.1987",
            "18628705783",
            "6217001394593310162",
            "18271367623",
            "3栋1单元1602",
            "13905571284",
            "18663232778",
            "19979973355",
            "苏E7Q81F",
            "15903968451",
            "13369039797",
            "18739196795",
            "粤B5T9K2",
            "440103198820317764",
            "18609139800",
            "18773031420",
            "17650753689",
            "18724076996",
            "17615088605",
            "430104198708251081",
        ],
    ),
];

const FOLDERS: [&str; 5] = ["personal", "demo", "report", "inputs", "bad"];

/// Outputs of one kind, as they came out.
struct Watch {
    folder: TempDir,
    seen: usize,
}

impl Watch {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder for the outputs"), seen: 0 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program and searches what it wrote to the screen; answers with standard output.
    fn run(&mut self, arguments: &[&str]) -> String {
        let run = Command::new(env!("CARGO_BIN_EXE_kefulint"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .args(["--isolated"])
            .output()
            .expect("the program runs");
        let what = arguments.join(" ");
        let out = String::from_utf8_lossy(&run.stdout).into_owned();
        self.search(&what, &out);
        self.search(&format!("{what} (errors)"), &String::from_utf8_lossy(&run.stderr));
        out
    }

    /// Runs the program with a file to write, and searches that.
    fn run_to(&mut self, arguments: &[&str], option: &str, name: &str) -> PathBuf {
        let path = self.path(name);
        self.run(&[arguments, &[option, &path.display().to_string()]].concat());
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{arguments:?} wrote no {name}: {error}"));
        for text in texts(&bytes) {
            self.search(&format!("{} > {name}", arguments.join(" ")), &text);
        }
        path
    }

    fn search(&mut self, what: &str, text: &str) {
        self.seen += text.len();
        for secret in SECRETS.iter().flat_map(|(_, secrets)| *secrets) {
            assert!(!text.contains(secret), "{what} shows {secret}");
        }
        for line in text.lines() {
            let shown = personal::find(line)
                .into_iter()
                .find(|datum| datum.confidence == Confidence::High && datum.kind.is_exposure());
            assert_eq!(shown.map(|datum| datum.of(line).to_owned()), None, "{what}: {line}");
        }
    }
}

/// The text of a file, or the parts of a workbook.
fn texts(bytes: &[u8]) -> Vec<String> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return vec![String::from_utf8_lossy(bytes).into_owned()];
    };
    let parts = archive.len();
    let part = |at| {
        let mut text = String::new();
        archive.by_index(at).expect("a part").read_to_string(&mut text).expect("XML");
        text
    };
    (0..parts).map(part).collect()
}

fn fixtures() -> Vec<String> {
    FOLDERS.iter().map(|folder| format!("fixtures/{folder}")).collect()
}

#[test]
fn the_list_is_of_what_the_fixtures_hold() {
    for (file, secrets) in SECRETS {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("there");
        for secret in *secrets {
            assert!(text.contains(secret), "{file} does not hold {secret}");
        }
    }
}

#[test]
fn no_report_in_any_format_shows_a_datum() {
    let mut watch = Watch::new();
    let folders = fixtures();
    let chats: Vec<&str> = folders.iter().map(String::as_str).collect();
    for format in ["text", "json", "jsonl", "html", "excel", "csv", "markdown"] {
        let scan = [&["scan", "--format", format, "--explain", "--top", "5000"], chats.as_slice()].concat();
        watch.run_to(&scan, "--output", &format!("report.{format}"));
    }
    watch.run_to(&[&["scan"], chats.as_slice()].concat(), "--rejects", "rejects.jsonl");
    let (one, two) = (
        ["scan", "--format", "json", "fixtures/personal/chats.jsonl"],
        ["scan", "--format", "json", "fixtures/judged"],
    );
    let one = watch.run_to(&one, "--output", "one.json").display().to_string();
    let two = watch.run_to(&two, "--output", "two.json").display().to_string();
    for format in ["text", "json", "jsonl", "html", "excel", "csv", "markdown"] {
        watch.run_to(
            &["report", "merge", &one, &two, "--format", format],
            "--output",
            &format!("merged.{format}"),
        );
    }
    for format in ["html", "markdown"] {
        let sheet =
            ["report", "agent", "K01", "--input", "fixtures/personal/chats.jsonl", "--format", format];
        watch.run_to(&sheet, "--output", &format!("sheet.{format}"));
    }
    assert!(watch.seen > 500_000, "the reports are full: {}", watch.seen);
}

#[test]
fn no_other_command_shows_a_datum() {
    let mut watch = Watch::new();
    let chats = "fixtures/personal/chats.jsonl";
    let shown = watch.run(&["try", "服: 车主电话19833607521,您打给他", "服: 订单号19833607521"]);
    assert!(shown.contains("PRI"), "{shown}");
    watch.run(&["eval", "fixtures/personal/gold.jsonl", "--input", chats, "--show", "privacy", "--kinds"]);
    watch.run(&["eval", "fixtures/personal/gold.jsonl", "--input", chats, "--json"]);
    watch.run(&["lexicon", "diff", "tests/packs", "lexicons", "--input", chats]);
    watch.run(&["lexicon", "diff", "tests/packs", "lexicons", "--input", chats, "--json"]);
    watch.run(&["scan", "fixtures/personal/broken.jsonl", "--strict"]);
    let clean = watch.path("clean").display().to_string();
    watch.run(&["redact", "fixtures/personal", "-o", &clean]);
    for name in ["chats.jsonl", "broken.jsonl"] {
        let text = fs::read_to_string(watch.path("clean").join(name)).expect("written");
        watch.search(&format!("redact > {name}"), &text);
    }
}
