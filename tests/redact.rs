//! Redaction: every other byte stays, in every encoding and format.

use std::{
    fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
};

use kefulint::{
    personal::{Key, Kind, mask},
    redact::{RedactError, Redacted, Style, redact},
    transcript::{self, Input, InputConfig},
};

fn masked(name: &str, text: &str) -> String {
    String::from_utf8(clean(name, text.as_bytes(), &Style::Mask).bytes).expect("as the input")
}

fn clean(name: &str, bytes: &[u8], style: &Style) -> Redacted {
    redact(name, bytes, &InputConfig::default(), style).expect("readable")
}

/// The fixtures of the readers: every format and encoding there is.
fn fixtures() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/inputs");
    let files = fs::read_dir(folder).expect("there").map(|entry| entry.expect("there").path());
    files.filter(|path| path.is_file() && !is_container(path)).collect()
}

fn is_container(path: &Path) -> bool {
    let name = path.to_string_lossy();
    [".xlsx", ".xls", ".ods", ".zip", ".tar.gz"].iter().any(|ending| name.ends_with(ending))
}

#[test]
fn workbooks_and_tars_are_refused_rather_than_half_cleaned() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/inputs");
    for name in ["chat.xlsx", "chat.xls", "chat.ods", "chat.tar.gz"] {
        let bytes = fs::read(folder.join(name)).expect("there");
        let refused = redact(name, &bytes, &InputConfig::default(), &Style::Mask);
        assert!(matches!(refused, Err(RedactError::Container)), "{name}");
    }
    let locked = fs::read(folder.join("locked.zip")).expect("there");
    let refused = redact("locked.zip", &locked, &InputConfig::default(), &Style::Mask);
    assert!(matches!(refused, Err(RedactError::Zip(_))), "{refused:?}");
}

#[test]
fn every_datum_of_a_message_is_masked_where_it_stands() {
    let line = r#"{"text":"车主电话19833607521,车牌苏E·6KM27,您打给他"}"#;
    let redacted = clean("a.jsonl", line.as_bytes(), &Style::Mask);
    let masked = line.replace("19833607521", "198****7521").replace("6KM2", "****");
    assert_eq!(String::from_utf8(redacted.bytes).expect("text"), masked);
}

/// A zip archive of these files.
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .last_modified_time(zip::DateTime::from_date_and_time(2024, 5, 1, 10, 12, 40).expect("a day"))
        .unix_permissions(0o640);
    for (name, bytes) in files {
        out.start_file(*name, options).expect("in memory");
        out.write_all(bytes).expect("in memory");
    }
    out.finish().expect("in memory").into_inner()
}

#[test]
fn a_zip_archive_is_cleaned_file_by_file_and_the_clean_ones_keep_their_bytes() {
    let chat = "会话ID,角色,内容\n1,客户,号码18652371904\n";
    let plain = "会话ID,角色,内容\n2,客户,在吗\n";
    let before =
        [("5月/a.csv", chat.as_bytes()), ("18652371904.csv", plain.as_bytes()), ("b.csv", plain.as_bytes())];
    let redacted = clean("chats.zip", &zipped(&before), &Style::Mask);
    assert_eq!(redacted.counts.get(&Kind::Mobile), Some(&1));
    let masked = chat.replace("18652371904", "186****1904");
    let after = [
        ("5月/a.csv", masked.as_bytes()),
        ("186xxxx1904.csv", plain.as_bytes()),
        ("b.csv", plain.as_bytes()),
    ];
    assert_eq!(redacted.bytes, zipped(&after));
    assert_eq!(clean("chats.zip", &redacted.bytes, &Style::Mask).bytes, redacted.bytes);
}

#[test]
fn an_archive_with_a_picture_is_refused_and_says_which() {
    let picture = [0x89, b'P', b'N', b'G', 0, 0xff, 0, 0xfe];
    let bytes = zipped(&[("a.csv", "角色,内容\n客户,在吗\n".as_bytes()), ("18652371904.png", &picture)]);
    let refused = redact("chats.zip", &bytes, &InputConfig::default(), &Style::Mask).expect_err("a picture");
    assert!(refused.to_string().starts_with("holds 186****1904.png, which cannot be cleaned"), "{refused}");
}

#[test]
fn a_redacted_fixture_reads_as_the_masked_original() {
    let config = InputConfig::default();
    for path in fixtures() {
        let bytes = fs::read(&path).expect("there");
        let name = path.to_string_lossy().into_owned();
        let read = |bytes: Vec<u8>| {
            let input = Input::stream(&name, std::io::Cursor::new(bytes));
            transcript::read(vec![input], &config).expect("the settings are right")
        };
        let redacted = clean(&name, &bytes, &Style::Mask);
        let (before, after) = (read(bytes), read(redacted.bytes));
        assert_eq!(before.conversations.len(), after.conversations.len(), "{name}");
        for (before, after) in before.conversations.iter().zip(&after.conversations) {
            assert_eq!((&before.id, before.messages.len()), (&after.id, after.messages.len()), "{name}");
            for (before, after) in before.messages.iter().zip(&after.messages) {
                assert_eq!(mask(&before.text), after.text, "{name}");
                assert_eq!((before.role, before.time), (after.role, after.time), "{name}");
            }
        }
    }
}

#[test]
fn a_table_keeps_its_ids_quotes_and_line_ends() {
    let chat = "会话ID,角色,时间,内容,手机号\r\n18652371904,客户,2024-05-01 10:12:41,\"在吗,\"\"急\"\"\",18652371904\r\n18652371904,客服,2024-05-01 10:12:50,\"电话\n186-5237-1904\",\r\n";
    let expected = "会话ID,角色,时间,内容,手机号\r\n18652371904,客户,2024-05-01 10:12:41,\"在吗,\"\"急\"\"\",186****1904\r\n18652371904,客服,2024-05-01 10:12:50,\"电话\n186-****-1904\",\r\n";
    assert_eq!(masked("chat.csv", chat), expected);
}

#[test]
fn the_name_of_a_column_is_a_cue() {
    let chat = "会话ID,角色,内容,订单号,收货人,备注\n1,客户,在吗,18652371904,陆子衿,陆子衿\n";
    let expected = "会话ID,角色,内容,订单号,收货人,备注\n1,客户,在吗,18652371904,陆**,陆子衿\n";
    assert_eq!(masked("chat.csv", chat), expected);
}

#[test]
fn json_keeps_its_escapes_and_spacing_and_stays_json() {
    let chat = r#"{"conversation_id": "18652371904",  "role":"customer","text":"\u6211\u7535\u8bdd 1865\u0032371904\n\"ok\"","phone":18652371904,"price":18652371904.5}"#;
    let expected = r#"{"conversation_id": "18652371904",  "role":"customer","text":"\u6211\u7535\u8bdd 186****1904\n\"ok\"","phone":"186****1904","price":18652371904.5}"#;
    assert_eq!(masked("chat.jsonl", chat), expected);
    assert!(serde_json::from_str::<serde_json::Value>(expected).is_ok());
}

#[test]
fn every_encoding_keeps_its_bytes() {
    let chat = "会话ID\t角色\t内容\n7\t客户\t号码１８６５２３７１９０４，麻烦\n";
    let expected = "会话ID\t角色\t内容\n7\t客户\t号码１８６****１９０４，麻烦\n";
    for encoding in [encoding_rs::GB18030, encoding_rs::UTF_8] {
        let bytes = encoding.encode(chat).0.into_owned();
        let redacted = clean("chat.tsv", &bytes, &Style::Mask);
        assert_eq!(redacted.bytes, encoding.encode(expected).0.into_owned(), "{}", encoding.name());
        assert_eq!(redacted.counts.get(&Kind::Mobile), Some(&1));
    }
    let wide =
        |text: &str| [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bytes: Vec<u8> = wide(chat);
    let expected: Vec<u8> = wide(expected);
    assert_eq!(clean("chat.tsv", &bytes, &Style::Mask).bytes, expected);
}

#[test]
fn damage_and_broken_records_stay_as_they_are_but_are_cleaned() {
    let mut bytes = "会话ID,角色,内容\n1,客户,\"没关上的引号 18652371904\n1,客服,好".as_bytes().to_vec();
    bytes.extend([0xC3, 0x28, b'\n']);
    let redacted = clean("chat.csv", &bytes, &Style::Mask);
    let expected: Vec<u8> = String::from_utf8_lossy(&bytes[..bytes.len() - 3])
        .replace("18652371904", "186****1904")
        .into_bytes()
        .into_iter()
        .chain([0xC3, 0x28, b'\n'])
        .collect();
    assert_eq!(redacted.bytes, expected);
    let broken = "{\"text\":\"电话18652371904\n{\"text\":\"电话18652371904\"}\n";
    assert_eq!(masked("chat.jsonl", broken), broken.replace("18652371904", "186****1904"));
}

#[test]
fn pseudonyms_are_stable_under_a_key_and_nothing_to_find() {
    let chat =
        "会话ID,角色,内容\n1,客户,号码186-5237-1904\n2,客服,您是18652371904吗\n3,客服,13788126650对吗\n";
    let style = Style::Pseudonym(Key::new(b"a key of the test"));
    let once = clean("chat.csv", chat.as_bytes(), &style);
    let text = String::from_utf8(once.bytes.clone()).expect("as the input");
    let names: Vec<&str> =
        text.split('[').skip(1).map(|rest| rest.split(']').next().unwrap_or_default()).collect();
    assert_eq!(names.len(), 3);
    assert_eq!(names[0], names[1]);
    assert_ne!(names[0], names[2]);
    assert!(names[0].starts_with("mobile#"), "{text}");
    assert_eq!(once, clean("chat.csv", chat.as_bytes(), &style));
    assert!(clean("chat.csv", &once.bytes, &Style::Mask).counts.is_empty());
    let other = clean("chat.csv", chat.as_bytes(), &Style::Pseudonym(Key::new(b"another key")));
    assert_ne!(once.bytes, other.bytes);
}

#[test]
fn plain_lines_and_empty_files() {
    let log = "陆子衿 2024-05-01 10:12:41\n  我电话18652371904\n\n";
    assert_eq!(masked("chat.txt", log), log.replace("18652371904", "186****1904"));
    assert_eq!(clean("chat.txt", b"", &Style::Mask).bytes, b"");
}
