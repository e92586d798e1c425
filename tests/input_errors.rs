//! Bad input: nothing panics, nothing is lost in silence, and what can be read is read.

use std::{
    fmt::Write,
    fs,
    io::{self, Cursor, Read},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use kefulint::transcript::{self, Input, InputConfig, Role, Transcript, discover};
use proptest::prelude::*;

fn read(name: &str, bytes: impl Into<Vec<u8>>) -> Transcript {
    read_with(name, bytes, "")
}

fn read_with(name: &str, bytes: impl Into<Vec<u8>>, toml: &str) -> Transcript {
    let config: InputConfig = toml::from_str(toml).expect("a valid [input] table");
    transcript::read(vec![Input::stream(name, Cursor::new(bytes.into()))], &config)
        .expect("a valid configuration")
}

fn read_inputs(inputs: Vec<Input>) -> Transcript {
    transcript::read(inputs, &InputConfig::default()).expect("a valid configuration")
}

/// Line, reason and raw record of every problem.
fn problems(transcript: &Transcript) -> Vec<(Option<u64>, &str, Option<&str>)> {
    transcript.problems.iter().map(|p| (p.line, p.reason.as_str(), p.raw.as_deref())).collect()
}

fn texts(transcript: &Transcript) -> Vec<&str> {
    transcript.conversations.iter().flat_map(|c| &c.messages).map(|m| m.text.as_str()).collect()
}

/// Files, files failed, files ignored, records, records failed, records skipped.
fn stats(transcript: &Transcript) -> [u64; 6] {
    let s = transcript.stats;
    [s.files, s.files_failed, s.files_ignored, s.records, s.records_failed, s.records_skipped]
}

#[test]
fn a_row_with_too_few_or_too_many_columns() {
    let read = read("x.csv", "会话ID,角色,内容\n1,客服,在的\n1,客服\n1,客服,好,的\n1,客户,谢谢,,\n");
    assert_eq!(texts(&read), ["在的", "谢谢"]);
    assert_eq!(
        problems(&read),
        [
            (Some(3), "the row has 2 columns; at least 3 are needed", Some("1\t客服")),
            (
                Some(4),
                "the row has 4 columns instead of 3; a separator inside a text may stand without quotation marks",
                Some("1\t客服\t好\t的")
            ),
        ]
    );
    assert_eq!(stats(&read), [1, 0, 0, 4, 2, 0]);
}

#[test]
fn invalid_utf8_in_the_middle_costs_one_record() {
    let reason = "the record holds bytes that are no text in the file's encoding; give --encoding if it was taken wrongly";
    let mut csv = "会话ID,角色,内容\n1,客服,第一句话\n1,客服,坏\n1,客服,第三句话\n".as_bytes().to_vec();
    let at = csv.windows(3).position(|w| w == "坏".as_bytes()).expect("there");
    csv[at + 1] = b'x';
    let csv = read("x.csv", csv);
    assert_eq!(texts(&csv), ["第一句话", "第三句话"]);
    assert_eq!(problems(&csv), [(Some(3), reason, Some("1\t客服\t\u{fffd}x\u{fffd}"))]);
    let mut lines = "{\"role\":\"agent\",\"text\":\"第一句话\"}\n{\"role\":\"agent\",\"text\":\"坏\"}\n{\"role\":\"agent\",\"text\":\"第三句话\"}\n"
        .as_bytes()
        .to_vec();
    let at = lines.windows(3).position(|w| w == "坏".as_bytes()).expect("there");
    lines[at] = 0xff;
    let lines = read("x.jsonl", lines);
    assert_eq!(texts(&lines), ["第一句话", "第三句话"]);
    assert_eq!(
        lines.problems.iter().map(|p| (p.line, p.reason.as_str())).collect::<Vec<_>>(),
        [(Some(2), reason)]
    );
}

#[test]
fn malformed_gb18030_costs_one_record() {
    let (gbk, ..) =
        encoding_rs::GB18030.encode("会话ID,角色,内容\n1,客服,第一句\n1,客服,坏\n1,客服,第三句\n");
    let mut gbk = gbk.into_owned();
    let bad = encoding_rs::GB18030.encode("坏").0.into_owned();
    let at = gbk.windows(2).position(|w| w == bad).expect("there");
    gbk[at..at + 2].copy_from_slice(&[0xff, 0xff]);
    let read = read_with("x.csv", gbk, "encoding = \"gb18030\"");
    assert_eq!(texts(&read), ["第一句", "第三句"]);
    assert_eq!(stats(&read), [1, 0, 0, 3, 1, 0]);
}

#[test]
fn a_truncated_gzip_keeps_its_beginning() {
    let mut whole = String::new();
    for n in 0..50_000_u32 {
        let noise = n.wrapping_mul(2_654_435_761);
        writeln!(whole, "{{\"conversation_id\":\"c{n}\",\"role\":\"agent\",\"text\":\"{noise}\"}}")
            .expect("memory");
    }
    let mut gz = Vec::new();
    flate2::read::GzEncoder::new(whole.as_bytes(), flate2::Compression::fast())
        .read_to_end(&mut gz)
        .expect("memory");
    gz.truncate(gz.len() / 2);
    let read = read("x.jsonl.gz", gz);
    let messages = read.stats.records;
    assert!((10_000..50_000).contains(&messages), "{messages}");
    assert_eq!(
        problems(&read),
        [(
            Some(messages + 1),
            "the compressed file ends too early; what was read before is kept, the rest is missing",
            None
        )]
    );
    assert_eq!(stats(&read), [1, 0, 0, messages, 0, 0]);
}

#[test]
fn a_gzip_cut_off_at_once() {
    let read = read("x.csv.gz", [0x1f, 0x8b, 8, 0]);
    assert_eq!(
        problems(&read),
        [
            (None, "not one record could be read", None),
            (
                Some(1),
                "the compressed file ends too early; what was read before is kept, the rest is missing",
                None
            )
        ]
    );
    assert_eq!(stats(&read), [1, 1, 0, 0, 0, 0]);
}

#[test]
fn an_empty_file() {
    for (name, bytes) in [("x.csv", ""), ("x.jsonl", "\n \n"), ("x.json", "\u{feff}")] {
        let read = read(name, bytes);
        assert_eq!(problems(&read), [(None, "the file is empty; there is nothing to read", None)], "{name}");
        assert_eq!(stats(&read), [1, 1, 0, 0, 0, 0]);
    }
}

#[test]
fn a_table_without_rows_and_an_empty_array_are_read() {
    for (name, bytes) in [("x.csv", "会话ID,角色,内容\n"), ("x.json", "[]\n")] {
        let read = read(name, bytes);
        assert_eq!((problems(&read), stats(&read)), (vec![], [1, 0, 0, 0, 0, 0]), "{name}");
    }
}

#[test]
fn a_line_of_100_megabytes_is_passed_over() {
    let first = Cursor::new("{\"role\":\"agent\",\"text\":\"before\"}\n{\"role\":\"agent\",\"text\":\"");
    let long = io::repeat(b'x').take(100 << 20);
    let last = Cursor::new("\"}\n{\"role\":\"agent\",\"text\":\"after\"}\n");
    let read = read_inputs(vec![Input::stream("x.jsonl", first.chain(long).chain(last))]);
    assert_eq!(texts(&read), ["before", "after"]);
    let problem = &read.problems[0];
    assert_eq!(
        (problem.line, problem.reason.as_str()),
        (Some(2), "the record is longer than 16 MiB and is passed over")
    );
    assert!(problem.raw.as_ref().is_some_and(|raw| raw.len() <= 64 << 10));
    assert_eq!(stats(&read), [1, 0, 0, 3, 1, 0]);
}

#[test]
fn a_file_with_no_agent_is_read_and_its_summary_shows_it() {
    let read = read("x.csv", "会话ID,角色,内容\n1,客户,有人吗\n1,系统,排队中\n");
    assert_eq!((problems(&read), stats(&read)), (vec![], [1, 0, 0, 2, 0, 0]));
    assert!(!read.files[0].messages.contains_key(&Role::Agent));
}

#[test]
fn an_unknown_role() {
    let read = read("x.csv", "会话ID,角色,内容\n1,客服,在的\n1,二号位,喂\n1,,喂\n");
    assert_eq!(texts(&read), ["在的"]);
    assert_eq!(
        problems(&read),
        [
            (
                Some(3),
                "the role `二号位` is not known; if it is one, add to kefulint.toml: [input.roles] \"二号位\" = \"agent\" (or \"customer\", \"bot\", \"system\")",
                Some("1\t二号位\t喂")
            ),
            (Some(4), "neither role nor sender is given; who wrote the message is unknown", Some("1\t\t喂")),
        ]
    );
}

#[test]
fn an_unknown_sender_is_not_named() {
    let read =
        read("x.csv", "会话ID,客服,客户,发送者,内容\n1,小满,王小明,李四光,喂\n1,小满,王小明,小满,在\n");
    assert_eq!(texts(&read), ["在"]);
    assert_eq!(
        problems(&read)[0].1,
        "who the sender `李**` is cannot be told; name a role column under [input.columns], or say under [input.roles] which senders are agents"
    );
}

#[test]
fn two_messages_with_one_id() {
    let rows = "会话ID,消息ID,角色,内容\n1,7,客服,一\n1,7,客服,一\n1,7,客服,二\n2,7,客服,三\n";
    let read = read("x.csv", rows);
    assert_eq!(texts(&read), ["一", "三"]);
    assert_eq!(
        problems(&read),
        [(
            Some(4),
            "the message id was used before (x.csv, line 2) for another text; the first is kept",
            Some("二")
        )]
    );
    assert_eq!(stats(&read), [1, 0, 0, 4, 0, 2]);
}

#[test]
fn messages_without_ids_are_counted_once_if_text_and_time_are_the_same() {
    let one = "会话ID,角色,时间,内容\n1,客户,2024-05-01 10:00:07,在吗\n1,客户,2024-05-01 10:00:07,在吗\n1,客户,2024-05-01 10:01:00,人呢\n1,客户,2024-05-01 10:01:00,人呢\n";
    let two = "会话ID,角色,时间,内容\n1,客户,2024-05-01 10:01:00,人呢\n1,客服,2024-05-01 10:01:00,人呢\n";
    let read =
        read_inputs(vec![Input::stream("one.csv", one.as_bytes()), Input::stream("two.csv", two.as_bytes())]);
    // To the second it is a copy; to the minute it is one only in another file, and never if somebody else says it.
    assert_eq!(texts(&read), ["在吗", "人呢", "人呢", "人呢"]);
    assert_eq!((problems(&read), stats(&read)), (vec![], [2, 0, 0, 6, 0, 2]));
}

#[test]
fn an_id_that_excel_rounded_is_damaged_evidence() {
    let rows = "会话ID,消息ID,角色,客服工号,内容\n1.23457E+17,1,客服,8,一\n1,1.23457E+17,客服,8,二\n1,2,客服,1.2E+17,三\n";
    let read = read("x.csv", rows);
    assert_eq!(texts(&read), ["二", "三"]);
    let said = |field: &str| {
        format!(
            "{field} is a rounded number (such as 1.23457E+17), its digits are lost: evidence damaged by Excel; export the column as text"
        )
    };
    let reasons: Vec<_> = read.problems.iter().map(|p| (p.line, p.reason.clone())).collect();
    assert_eq!(
        reasons,
        [(Some(2), said("conversation_id")), (Some(3), said("message_id")), (Some(4), said("agent_id"))]
    );
    assert_eq!(read.conversations[0].messages[1].agent, None);
    // A number that JSON readers round is no better.
    let json = "{\"conversation_id\":123456789012345678901234,\"role\":\"agent\",\"text\":\"hi\"}\n";
    assert_eq!(self::read("x.jsonl", json).problems[0].reason, said("conversation_id"));
}

#[test]
fn a_time_that_is_none_does_not_cost_the_message_nor_show_the_value() {
    let read = read("x.csv", "角色,时间,内容\n客服,13912345678,在\n");
    assert_eq!(texts(&read), ["在"]);
    assert_eq!(
        problems(&read),
        [(
            Some(2),
            "the time (shaped `99999999999`) is not understood; the message is kept without time",
            Some("客服\t13912345678\t在")
        )]
    );
    assert_eq!(stats(&read), [1, 0, 0, 1, 0, 0]);
}

#[test]
fn a_message_without_text_is_skipped_and_one_without_conversation_refused() {
    let read = read("x.csv", "会话ID,角色,内容\n1,客服,  \n,客服,在\n1,客服,好\n");
    assert_eq!(texts(&read), ["好"]);
    assert_eq!(
        problems(&read),
        [(
            Some(3),
            "the conversation id is empty; the message cannot be put into a conversation",
            Some("\t客服\t在")
        )]
    );
    assert_eq!(stats(&read), [1, 0, 0, 3, 1, 1]);
}

#[test]
fn columns_that_cannot_be_mapped_are_named_with_the_lines_to_add() {
    let table = read("x.csv", "编号,谁,说了什么\n1,甲,喂\n");
    assert_eq!(
        problems(&table),
        [(
            None,
            "no column is known for: text, role. Columns seen: 1 `编号` | 2 `谁` | 3 `说了什么`. Add to kefulint.toml, with the right column:\n\
             [input.columns]\ntext = \"NAME\"\nrole = \"NAME\"    # or: sender",
            None
        )]
    );
    assert_eq!(stats(&table), [1, 1, 0, 0, 0, 0]);
    let json = read("x.jsonl", "{\"who\":{\"n\":1},\"said\":\"hi\"}\n");
    assert_eq!(
        problems(&json)[0].1,
        "no column is known for: text, role. Columns seen: 1 `said` | 2 `who.n`. Add to kefulint.toml, with the right column:\n\
         [input.columns]\ntext = \"NAME\"\nrole = \"NAME\"    # or: sender"
    );
}

#[test]
fn values_in_the_place_of_names_are_not_shown() {
    let read = read("x.csv", "13912345678,北京市朝阳区某某路一百二十八号院三号楼二单元十五层零一室\n1,2\n");
    assert_eq!(
        problems(&read)[0].1.lines().next(),
        Some(
            "no column is known for: text, role. Columns seen: 1 (a value of 11 characters with 11 digits) | 2 (a text of 28 characters). \
             Add to kefulint.toml, with the right column:"
        )
    );
}

#[test]
fn a_configured_column_that_is_not_there() {
    let rows = "会话ID,角色,内容\n1,客服,在\n";
    let named = read_with("x.csv", rows, "[columns]\ntext = \"正文\"");
    assert_eq!(
        problems(&named)[0].1,
        "[input.columns] text is \"正文\", which is not among the columns. Columns seen: `会话ID` | `角色` | `内容`"
    );
    let numbered = read_with("x.csv", rows, "[columns]\ntext = 9");
    assert_eq!(
        problems(&numbered)[0].1,
        "[input.columns] text is column 9, but there are 3. Columns seen: `会话ID` | `角色` | `内容`"
    );
}

#[test]
fn records_that_are_no_json() {
    let lines = "{\"role\":\"agent\",\"text\":\"a\"}\n{\"role\":\"agent\",\"te\n[1]\n{\"role\":oops}\n\"x\"\n{\"role\":\"agent\",\"text\":\"b\"}\n";
    let read = read("x.jsonl", lines);
    assert_eq!(texts(&read), ["a", "b"]);
    let reasons: Vec<_> = problems(&read).into_iter().map(|(line, reason, _)| (line, reason)).collect();
    assert_eq!(
        reasons,
        [
            (Some(2), "the JSON record ends too early; it may have been cut off"),
            (Some(4), "the record is not valid JSON at character 9"),
            (Some(5), "the record is no JSON object"),
        ]
    );
    assert_eq!(stats(&read), [1, 0, 0, 6, 3, 1]);
}

#[test]
fn a_json_array_that_is_cut_off_keeps_its_beginning() {
    let read = read(
        "x.json",
        "[{\"role\":\"agent\",\"text\":\"a\"},\n{\"role\":\"agent\",\"text\":\"b\"},\n{\"role\":\"ag",
    );
    assert_eq!(texts(&read), ["a", "b"]);
    assert_eq!(
        problems(&read),
        [
            (None, "the JSON array is not closed; the file may have been cut off", None),
            (Some(3), "the JSON record ends too early; it may have been cut off", Some("{\"role\":\"ag")),
        ]
    );
}

#[test]
fn what_is_no_text_or_no_table_is_said_so() {
    let binary = read("x.csv", [0, 0, 0, 1, 2, 0, 0, 9, 0, 0, 0, 0]);
    assert_eq!(
        problems(&binary)[0].1,
        "is no text and of no known kind; give --input-format and --encoding if it is one"
    );
    let prose = read("x.txt", "just words\nand more words\n");
    assert_eq!(
        problems(&prose)[0].1,
        "is neither JSON nor a table nor a chat in a known grammar; give --input-format if it is one of: jsonl, json, csv, tsv, \
         or a preset, or [input] blocks"
    );
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new("fixtures/inputs").join(name)).expect("a fixture")
}

#[test]
fn what_excel_has_damaged_is_reported() {
    let read = read("damaged.xlsx", fixture("damaged.xlsx"));
    assert_eq!(
        read.problems.iter().map(|p| (p.line, p.reason.as_str())).collect::<Vec<_>>(),
        [
            (
                Some(2),
                "conversation_id is a rounded number (such as 1.23457E+17), its digits are lost: evidence damaged by Excel; export the column as text"
            ),
            (Some(3), "the text is 32,767 characters long: Excel has cut it, its end is missing"),
        ]
    );
    let ids: Vec<&str> = read.conversations.iter().map(|c| &*c.id).collect();
    assert_eq!(ids, ["900000123456", "c-09"]);
}

#[test]
fn a_workbook_without_the_wanted_sheet() {
    let read = read_with("chat.xlsx", fixture("chat.xlsx"), "sheet = \"五月\"");
    assert_eq!(
        problems(&read)[0].1,
        "[input] sheet = \"五月\" is not in the workbook; its sheets: 说明, 聊天记录"
    );
    assert_eq!(stats(&read), [1, 1, 0, 0, 0, 0]);
}

#[test]
fn archives_that_cannot_be_read() {
    let mut cut = fixture("chat.zip");
    cut.truncate(cut.len() / 2);
    let cut = read("chat.zip", cut);
    assert!(problems(&cut)[0].1.starts_with("the zip file cannot be opened, it may have been cut off"));
    let locked = read("locked.zip", fixture("locked.zip"));
    assert_eq!(locked.problems[0].file.as_ref(), "locked.zip!chat.csv");
    assert!(
        problems(&locked)[0].1.ends_with("if it needs a password, give --password-file"),
        "{:?}",
        locked.problems
    );
    let config = InputConfig { password: Some("wrong".to_owned()), ..InputConfig::default() };
    let wrong = transcript::read(vec![Input::file("fixtures/inputs/locked.zip")], &config).expect("valid");
    assert_eq!(problems(&wrong)[0].1, "the password of the zip file is wrong");
}

#[test]
fn a_zip_bomb_is_refused_with_a_message() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("bomb.csv", options).expect("memory");
    io::copy(&mut io::repeat(b'0').take(64 << 20), &mut zip).expect("memory");
    let bomb = zip.finish().expect("memory").into_inner();
    let read = read("bomb.zip", bomb);
    assert_eq!(problems(&read)[0].1, "would unpack to 64 MiB, over 200 times its size, and is refused");
}

#[test]
fn archives_are_opened_two_deep_and_no_deeper() {
    let pack = |name: &str, inner: Vec<u8>| {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory");
        io::Write::write_all(&mut zip, &inner).expect("memory");
        zip.finish().expect("memory").into_inner()
    };
    let one = pack("a.csv", b"role,text\nagent,hi\n".to_vec());
    let two = pack("one.zip", one);
    assert_eq!(texts(&read("two.zip", two.clone())), ["hi"]);
    let three = read("three.zip", pack("two.zip", two));
    assert_eq!(
        three.problems.iter().map(|p| (p.file.as_ref(), p.reason.as_str())).collect::<Vec<_>>(),
        [("three.zip!two.zip!one.zip", "is an archive in an archive in an archive; unpack it first")]
    );
}

struct Denied;

impl Read for Denied {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "permission denied"))
    }
}

#[test]
fn a_read_that_fails_is_reported_and_the_other_files_are_read() {
    let good = Input::stream("good.csv", &b"role,text\nagent,hi\n"[..]);
    let read = read_inputs(vec![Input::stream("denied.csv", Denied), good]);
    assert_eq!(texts(&read), ["hi"]);
    assert_eq!(
        problems(&read),
        [
            (None, "not one record could be read", None),
            (
                Some(1),
                "reading failed (permission denied); what was read before is kept, the rest is missing",
                None
            )
        ]
    );
    assert_eq!(stats(&read), [2, 1, 0, 1, 0, 0]);
}

/// A folder that is removed at the end.
fn folder(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for file in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().expect("has one")).expect("writable");
        fs::write(path, "role,text\nagent,hi\n").expect("writable");
    }
    let path = dir.path().to_owned();
    (dir, path)
}

/// The inputs found, without the folder's own name.
fn found(args: &[&Path], root: &Path) -> Vec<String> {
    let args: Vec<String> = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let prefix = format!("{}/", root.display());
    discover(&args, io::empty()).iter().map(|input| format!("{input:?}").replace(&prefix, "")).collect()
}

#[test]
fn folders_are_walked_in_order_without_hidden_and_foreign_files() {
    let (_dir, root) = folder(&[
        "b/2.csv",
        "b/1.csv.gz",
        "a.jsonl",
        ".hidden.csv",
        ".git/x.csv",
        "b/photo.png",
        "c/会话.2024-05-01",
    ]);
    assert_eq!(
        found(&[&root], &root),
        ["file a.jsonl", "file b/1.csv.gz", "file b/2.csv", "ignored b/photo.png", "file c/会话.2024-05-01"]
    );
    // A file that is named is read, whatever it is called.
    assert_eq!(found(&[&root.join("b/photo.png")], &root), ["file b/photo.png"]);
}

#[test]
fn patterns_are_expanded_and_no_file_is_read_twice() {
    let (_dir, root) = folder(&["jan/a.csv", "jan/b.json", "feb/a.csv", "feb/deep/a.csv"]);
    assert_eq!(found(&[&root.join("*/*.csv")], &root), ["file feb/a.csv", "file jan/a.csv"]);
    assert_eq!(
        found(&[&root.join("**/a.csv"), &root.join("jan")], &root),
        ["file feb/a.csv", "file feb/deep/a.csv", "file jan/a.csv", "file jan/b.json"]
    );
}

#[test]
fn arguments_that_lead_nowhere_are_problems_and_the_run_goes_on() {
    let (_dir, root) = folder(&["ok.csv"]);
    fs::create_dir(root.join("empty")).expect("writable");
    symlink(&root, root.join("loop")).expect("writable");
    let arg = |name: &str| root.join(name).to_string_lossy().into_owned();
    let args =
        [arg("missing.csv"), arg("none-*.csv"), arg("empty"), arg("loop"), "-".to_owned(), "-".to_owned()];
    let stdin = &b"role,text\nagent,from stdin\n"[..];
    let read = read_inputs(discover(&args, stdin));
    let prefix = format!("{}/", root.display());
    let reasons: Vec<String> =
        read.problems.iter().map(|p| format!("{}: {}", p.file.replace(&prefix, ""), p.reason)).collect();
    assert_eq!(
        reasons,
        [
            "missing.csv: there is no such file",
            "loop: a link leads back to a folder above it",
            "none-*.csv: no file matches the pattern",
            "empty: the folder holds no file of chats (looked for: jsonl, ndjson, json, csv, tsv, tab, txt, log, text, srt, vtt, xlsx, xlsm, xlsb, xls, ods, zip, tar, tgz, also with .gz or .zst)",
            "loop/loop: a link leads back to a folder above it",
            "<stdin>: standard input is given twice; it can be read only once",
        ]
    );
    assert_eq!(texts(&read), ["hi", "from stdin"]);
}

#[test]
fn a_folder_given_as_a_file_is_said_so() {
    let (_dir, root) = folder(&[]);
    let read = read_inputs(vec![Input::file(&root)]);
    assert_eq!(read.problems.last().map(|p| p.reason.as_str()), Some("is a folder, not a file"));
}

#[test]
fn a_file_without_permission_is_a_problem() {
    let (_dir, root) = folder(&["locked.csv"]);
    let path = root.join("locked.csv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("ours");
    let read = read_inputs(vec![Input::file(&path)]);
    // Root may read everything; everyone else must be told.
    let expected: &[&str] =
        if fs::File::open(&path).is_ok() { &[] } else { &["permission to read it is denied"] };
    assert_eq!(read.problems.iter().map(|p| p.reason.as_str()).collect::<Vec<_>>(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_panic_whatever_they_are_called(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        name in "x\\.(csv|tsv|json|jsonl|txt)(\\.gz|\\.zst)?",
        format in "(format = \"(csv|tsv|json|jsonl)\")?",
    ) {
        let read = read_with(&name, bytes, &format);
        let stats = read.stats;
        let messages: usize = read.conversations.iter().map(|c| c.messages.len()).sum();
        prop_assert_eq!(messages as u64, stats.records - stats.records_failed - stats.records_skipped);
        prop_assert!(messages > 0 || stats.records_skipped > 0 || !read.problems.is_empty() || stats.records == 0);
    }

    // A damaged .xls may let its reader panic, which the hook would print; see `excel`.
    #[test]
    fn no_damage_to_a_real_file_panics_or_goes_unseen(
        fixture in prop::sample::select(vec!["utf8.csv", "gbk.csv", "array.json", "flat.jsonl", "utf16be.tsv", "flat.jsonl.gz", "utf8.csv.zst", "nested.json", "chat.xlsx", "chat.xls", "chat.ods", "chat.zip", "chat.tar.gz"]),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = self::fixture(fixture);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        read(fixture, bytes.clone());
        bytes.truncate(cut.index(bytes.len()));
        let read = read(fixture, bytes);
        let messages: usize = read.conversations.iter().map(|c| c.messages.len()).sum();
        let stats = read.stats;
        prop_assert_eq!(messages as u64, stats.records - stats.records_failed - stats.records_skipped);
    }
}
