//! Evidence bundles: what is in them, that the same input gives the same bytes, and that nothing in them changes unseen.

use std::{fs, path::Path};

use kefulint::{
    config::Config,
    evidence::{self, Event, EvidenceError, Options, Run},
    finding::Finding,
    transcript::{self, InputConfig, Transcript},
};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde_json::Value;

use super::Bench;

const CHATS: &str = "fixtures/report/chats.jsonl";

fn event(time: &str) -> Event {
    Event {
        time: time.to_owned(),
        zone: "Asia/Shanghai".to_owned(),
        by: "审计员".to_owned(),
        what: "制作证据包".to_owned(),
        command: vec!["kefulint".to_owned(), "evidence".to_owned()],
    }
}

struct Matter {
    bench: Bench,
    transcript: Transcript,
    findings: Vec<Finding>,
    config: Config,
}

impl Matter {
    fn new(path: &str) -> Self {
        let bench = Bench::new();
        let inputs = transcript::discover(&[path], std::io::empty());
        let transcript = transcript::read(inputs, &InputConfig::default()).expect("the settings are right");
        let linted = bench.linter.lint_all(&transcript.conversations, || {});
        let findings = linted.into_iter().flat_map(|linted| linted.findings).collect();
        Self { bench, transcript, findings, config: Config::default() }
    }

    fn of_rule(&self, rule: &str) -> Vec<Finding> {
        self.findings.iter().filter(|finding| &*finding.rule == rule).cloned().collect()
    }

    fn bundle(&self, findings: &[Finding], options: Options, made: Event) -> Vec<u8> {
        let run = Run {
            version: "0.0.0",
            executable: evidence::digest(b"the program"),
            arguments: vec!["evidence".to_owned()],
            config: &self.config,
        };
        evidence::bundle(&self.bench.linter, &self.transcript, findings, run, options, made)
            .expect("the sources are there")
    }
}

fn small() -> Vec<u8> {
    let matter = Matter::new(CHATS);
    let options = Options { timestamp: true, ..Options::default() };
    matter.bundle(&matter.of_rule("EVA901"), options, event("2026-03-02T10:00:00+08:00"))
}

/// The files of a bundle as another program unpacks them.
fn unpacked(bundle: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bundle)).expect("it is a zip file");
    let names: Vec<String> = zip.file_names().map(|name| name.expect("it is text").into_owned()).collect();
    let unpack = |name: String| {
        let mut bytes = Vec::new();
        let mut entry = zip.by_name(&name).expect("it is there");
        std::io::copy(&mut entry, &mut bytes).expect("its sum is right");
        (name, bytes)
    };
    names.into_iter().map(unpack).collect()
}

fn file(bundle: &[u8], name: &str) -> Vec<u8> {
    let found = unpacked(bundle).into_iter().find(|(known, _)| known == name);
    found.expect("the file is in the bundle").1
}

#[test]
fn it_holds_what_is_needed_to_check_a_finding() {
    let bundle = small();
    let names: Vec<String> = unpacked(&bundle).into_iter().map(|(name, _)| name).collect();
    let text = |name: &str| String::from_utf8(file(&bundle, name)).expect("it is text");
    let shown =
        ["conversations/01.json", "rules/EVA901.toml", "sources.json", "sources/01-chats.jsonl"].map(text);
    insta::assert_snapshot!(format!("{}\n\n{}", names.join("\n"), shown.join("\n")));

    let json = |name: &str| serde_json::from_str::<Value>(&text(name)).expect("it is JSON");
    let finding = json("findings/038bb46b1a73e719d3eab3c4.json");
    assert_eq!((&finding["rule"], &finding["quote"]), (&"EVA901".into(), &"找别人去".into()));
    let cited = finding["statutes"].as_array().expect("a list");
    let statutes = json("statutes.json");
    assert_eq!(statutes.as_array().map(Vec::len), Some(cited.len()));
    for statute in statutes.as_array().expect("a list") {
        assert!(cited.iter().any(|citation| citation["id"] == statute["id"]), "{statute}");
        assert!(statute["gist"].is_string() && statute["in_force_from"].is_string(), "{statute}");
    }
    let run = json("run.json");
    assert_eq!(run["executable_sha256"], evidence::digest(b"the program"));
    assert_eq!(run["configuration"]["report"]["min_conversations"], 20);
    assert!(run["assumed_day"].is_null(), "all messages have their day");
    let packs = run["rules"]["files"].as_array().expect("a list");
    assert!(packs.iter().any(|pack| pack["file"] == "fixtures/report/rules.toml"));
}

#[test]
fn the_same_input_gives_the_same_bytes_whenever_and_wherever() {
    let matter = Matter::new(CHATS);
    let findings = matter.of_rule("EVA901");
    let [one, other] =
        [("2026-03-02T10:00:00+08:00", "Asia/Shanghai"), ("2031-01-01T00:00:00+00:00", "Etc/UTC")].map(
            |(time, zone)| {
                let made = Event { zone: zone.to_owned(), ..event(time) };
                unpacked(&matter.bundle(&findings, Options { timestamp: true, ..Options::default() }, made))
            },
        );
    let differing: Vec<&str> =
        one.iter().zip(&other).filter(|(a, b)| a != b).map(|((name, _), _)| name.as_str()).collect();
    assert_eq!(differing, ["custody.jsonl"]);
}

#[test]
fn a_bundle_verifies_until_a_single_bit_of_it_is_flipped() {
    let bundle = small();
    let checked = evidence::verify(&bundle);
    assert_eq!(checked.wrong, [""; 0]);
    assert_eq!(checked.custody.len(), 1);
    (0..bundle.len()).into_par_iter().for_each(|at| {
        let mut changed = bundle.clone();
        // Every byte, each time another bit: a digest does not care which.
        changed[at] ^= 1 << (at % 8);
        assert!(!evidence::verify(&changed).wrong.is_empty(), "byte {at}");
    });
    for length in (0..bundle.len()).step_by(97) {
        assert!(!evidence::verify(&bundle[..length]).wrong.is_empty(), "cut off at {length}");
    }
    assert!(!evidence::verify(&[&bundle[..], b"\n"].concat()).wrong.is_empty(), "something added");
}

#[test]
fn what_does_not_match_is_named() {
    let bundle = small();
    let text = "这个您找别人去".as_bytes();
    let at = bundle.windows(text.len()).position(|part| part == text).expect("the words are kept");
    let mut changed = bundle.clone();
    changed[at + 2] ^= 1;
    let wrong = evidence::verify(&changed).wrong;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].starts_with("conversations/01.json: its SHA-256 is "), "{wrong:?}");

    let text = "审计员".as_bytes();
    let at = bundle.windows(text.len()).position(|part| part == text).expect("the name is kept");
    let mut changed = bundle.clone();
    changed[at + 2] ^= 1;
    assert_eq!(
        evidence::verify(&changed).wrong,
        ["custody.jsonl: line 1 is not as it was written: its own digest differs"]
    );

    let mut changed = bundle.clone();
    changed[10] ^= 1;
    assert_eq!(
        evidence::verify(&changed).wrong,
        ["the zip file: byte 10 is not as it was written (the head of README.txt)"]
    );
    assert_eq!(
        evidence::verify(b"no bundle").wrong[0],
        "manifest.json: there is none; this is no evidence bundle, or a damaged one"
    );
}

#[test]
fn custody_is_added_and_never_changed() {
    let first = small();
    let handed_over = Event { what: "移交法务".to_owned(), ..event("2026-03-05T09:00:00+08:00") };
    let second = evidence::add_custody(&first, handed_over).expect("it verifies");
    let (before, after) = (evidence::verify(&first), evidence::verify(&second));
    assert_eq!(after.wrong, [""; 0]);
    assert_eq!(before.root, after.root);
    assert_ne!(before.custody_head, after.custody_head);
    let said: Vec<&str> = after.custody.iter().map(|(_, _, what)| what.as_str()).collect();
    assert_eq!(said, ["制作证据包", "移交法务"]);
    assert!(file(&second, "custody.jsonl").starts_with(&file(&first, "custody.jsonl")));

    let mut spoilt = second;
    spoilt[100] ^= 1;
    assert!(matches!(
        evidence::add_custody(&spoilt, event("2026-03-06T09:00:00+08:00")),
        Err(EvidenceError::Broken)
    ));
}

#[test]
fn the_request_for_a_stamp_is_the_one_that_openssl_reads() {
    let bundle = small();
    let root = evidence::verify(&bundle).root.expect("it has a manifest");
    let request = file(&bundle, "timestamp.tsq");
    let hex: String = request.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    // As `openssl ts -query -sha256 -digest ROOT -no_nonce -cert` writes it.
    assert_eq!(hex, format!("30390201013031300d060960864801650304020105000420{root}0101ff"));
}

/// The pieces that a bundle's index names, cut out of the original again.
fn cut_again(bundle: &[u8], original: &Path) -> (Vec<u8>, Vec<u8>, bool) {
    let index: Value = serde_json::from_slice(&file(bundle, "sources.json")).expect("it is JSON");
    let bytes = fs::read(original).expect("it is there");
    let place = |piece: &Value, key: &str| {
        usize::try_from(piece[key].as_u64().expect("a number")).expect("it is small")
    };
    let pieces = index[0]["pieces"].as_array().expect("a list");
    let cut = pieces.iter().flat_map(|p| bytes[place(p, "start")..place(p, "end")].to_vec()).collect();
    assert_eq!(index[0]["sha256"], evidence::digest(&bytes));
    let kept = file(bundle, index[0]["path"].as_str().expect("a path"));
    (cut, kept, index[0]["whole"] == true)
}

#[test]
fn a_cut_is_the_original_s_bytes_and_reads_like_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("聊天.csv");
    let rows = "会话ID,角色,坐席,内容\nA,客户,甲一,\"多行\n内容\"\nA,客服,甲一,\"好的，\n您稍等\"\nB,客户,乙二,能退吗\nB,客服,乙二,\"这事\n您找别人去\"\nC,客户,丙三,在吗\n";
    let (gbk, ..) = encoding_rs::GBK.encode(rows);
    fs::write(&path, &gbk).expect("it can be written");
    let name = path.to_str().expect("it is UTF-8");
    let matter = Matter::new(name);
    let findings = matter.of_rule("EVA901");
    let bundle = matter.bundle(&findings, Options::default(), event("2026-03-02T10:00:00+08:00"));
    let (cut, kept, whole) = cut_again(&bundle, &path);
    assert!(!whole);
    assert_eq!(cut, kept);
    let (text, ..) = encoding_rs::GBK.decode(&kept);
    assert_eq!(text, "会话ID,角色,坐席,内容\nB,客户,乙二,能退吗\nB,客服,乙二,\"这事\n您找别人去\"\n");
    assert_eq!(evidence::verify(&bundle).wrong, [""; 0]);

    let everything = Options { whole: true, ..Options::default() };
    let bundle = matter.bundle(&findings, everything, event("2026-03-02T10:00:00+08:00"));
    let (_, kept, whole) = cut_again(&bundle, &path);
    assert!(whole);
    assert_eq!(kept, gbk.into_owned());
}

#[test]
fn what_is_packed_is_kept_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chats.jsonl.gz");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::copy(&mut fs::File::open(CHATS).expect("it is there"), &mut packed).expect("memory takes it");
    fs::write(&path, packed.finish().expect("memory takes it")).expect("it can be written");
    let matter = Matter::new(path.to_str().expect("it is UTF-8"));
    let bundle =
        matter.bundle(&matter.of_rule("EVA901"), Options::default(), event("2026-03-02T10:00:00+08:00"));
    let (cut, kept, whole) = cut_again(&bundle, &path);
    assert!(whole);
    assert_eq!(cut, kept);
}

#[test]
fn findings_are_named_by_the_beginning_of_their_id() {
    let matter = Matter::new(CHATS);
    let id = matter.findings[0].fingerprint.clone();
    let chosen = |ids: &[&str]| {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let found = evidence::select(&matter.findings, &ids);
        found
            .map(|found| found.iter().map(|f| f.fingerprint.clone()).collect::<Vec<_>>())
            .map_err(|e| e.to_string())
    };
    assert_eq!(chosen(&[&id[..10], &id]), Ok(vec![id]));
    let unknown = chosen(&["zzz"]).expect_err("there is none");
    assert!(unknown.starts_with("no finding `zzz` in these chats"), "{unknown}");
    assert_eq!(
        chosen(&[""]),
        Err(format!("`` begins {} findings; give more of its letters", matter.findings.len()))
    );
}
