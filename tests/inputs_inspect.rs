//! `inspect` and `convert`: what is suggested reads the file, and what is written reads as what it was written from.

use std::{collections::BTreeMap, fs, path::PathBuf};

use kefulint::transcript::{
    self, Ground, Input, InputConfig, Inspection, Neutral, Suggestion, Transcript, each, inspect,
};

/// All fixtures, with the password of the one that has any.
fn fixtures() -> Vec<(PathBuf, InputConfig)> {
    let mut paths: Vec<PathBuf> = fs::read_dir("fixtures/inputs")
        .expect("the folder is there")
        .map(|entry| entry.expect("listed").path())
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    let config = |path: &PathBuf| InputConfig {
        password: path.ends_with("locked.zip").then(|| "guess-me".to_owned()),
        ..InputConfig::default()
    };
    paths.into_iter().map(|path| (path.clone(), config(&path))).collect()
}

fn read(input: Input, config: &InputConfig) -> Transcript {
    transcript::read(vec![input], config).expect("a valid configuration")
}

fn looked_at(input: Input) -> Inspection {
    let mut all = inspect(vec![input], &InputConfig::default()).expect("a valid configuration");
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// By the way of kefulint.toml.
fn written(suggestion: &Suggestion, password: Option<&String>) -> InputConfig {
    let table = toml::to_string(&suggestion.input).expect("a table");
    let read: InputConfig = toml::from_str(&table).expect("what is written can be read");
    InputConfig { password: password.cloned(), ..read }
}

/// Conversations without the places that they were read from.
fn content(read: Transcript) -> Vec<String> {
    let told = |c: transcript::Conversation| {
        let said: Vec<String> = c
            .messages
            .iter()
            .map(|m| {
                let time = m.time.map(|time| (time.at, time.offset));
                format!("{} {:?} {:?} {} {:?}", m.role, m.agent, time, m.recalled, m.text)
            })
            .collect();
        format!("{} {:?} {} {} {said:#?}", c.id, c.channel, c.unseen, c.speech)
    };
    read.conversations.into_iter().map(told).collect()
}

#[test]
fn what_is_suggested_reads_every_fixture_without_further_configuration() {
    for (path, config) in fixtures() {
        let files = inspect(vec![Input::file(&path)], &config).expect("a valid configuration");
        let suggestions: Vec<Suggestion> = files.iter().flat_map(Inspection::suggestions).collect();
        assert_eq!(suggestions.len(), files.iter().filter(|file| file.summary.is_some()).count(), "{path:?}");
        let suggested = read(Input::file(&path), &written(&suggestions[0], config.password.as_ref()));
        if suggestions.iter().all(|suggestion| suggestion.ground == Ground::Read) {
            assert_eq!(content(suggested), content(read(Input::file(&path), &config)), "{path:?}");
        } else {
            assert_eq!(suggested.problems, [], "{path:?}");
            assert!(!suggested.conversations.is_empty(), "{path:?}");
        }
    }
}

#[test]
fn a_table_without_header_is_guessed_by_values_and_said_to_be_guessed() {
    let inspection = looked_at(Input::file("fixtures/inputs/headerless.csv"));
    let suggestions = inspection.suggestions();
    assert_eq!(suggestions.iter().map(|s| s.ground).collect::<Vec<_>>(), [Ground::Values]);
    let read = read(Input::file("fixtures/inputs/headerless.csv"), &written(&suggestions[0], None));
    let counts: Vec<usize> = read.conversations.iter().map(|c| c.messages.len()).collect();
    assert_eq!(counts, [3, 3]);
}

#[test]
fn of_what_is_ambiguous_both_readings_are_told_and_each_reads() {
    for (name, ground, told) in [
        (
            "role-numbers.csv",
            Ground::Role,
            ["[roles]\n0 = \"agent\"\n1 = \"customer\"\n", "[roles]\n0 = \"customer\"\n1 = \"agent\"\n"],
        ),
        ("day-or-month.csv", Ground::DayOrMonth, ["dates = \"month-first\"\n", "dates = \"day-first\"\n"]),
    ] {
        let path = PathBuf::from("fixtures/ambiguous").join(name);
        let suggestions = looked_at(Input::file(&path)).suggestions();
        assert_eq!(suggestions.iter().map(|s| s.ground).collect::<Vec<_>>(), [ground, ground], "{name}");
        for (suggestion, told) in suggestions.iter().zip(told) {
            let table = toml::to_string(&suggestion.input).expect("a table");
            assert!(table.contains(told), "{name}: {table}");
            let read = read(Input::file(&path), &written(suggestion, None));
            assert_eq!(read.problems, [], "{name}");
            assert_eq!(read.conversations[0].messages.len(), 2, "{name}");
        }
    }
}

#[test]
fn a_date_that_only_one_order_reads_settles_the_order() {
    let suggestions = looked_at(Input::file("fixtures/ambiguous/month-first.csv")).suggestions();
    assert_eq!(suggestions.len(), 1);
    let read = read(Input::file("fixtures/ambiguous/month-first.csv"), &written(&suggestions[0], None));
    let days: Vec<String> = read.conversations[0]
        .messages
        .iter()
        .map(|message| message.time.expect("has one").day().to_string())
        .collect();
    assert_eq!(days, ["2024-05-01", "2024-05-23"]);
}

#[test]
fn two_sheets_of_chats_are_two_readings() {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (sheet, text) in [("五月", "在的"), ("六月", "您好")] {
        let sheet = book.add_worksheet().set_name(sheet).expect("a name");
        for (row, cells) in [["会话ID", "角色", "内容"], ["1", "客服", text]].iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                sheet.write(row as u32, column as u16, *cell).expect("room");
            }
        }
    }
    let bytes = book.save_to_buffer().expect("memory");
    let stream = || Input::stream("book.xlsx", std::io::Cursor::new(bytes.clone()));
    let suggestions = looked_at(stream()).suggestions();
    let texts: Vec<String> = suggestions
        .iter()
        .map(|suggestion| {
            assert_eq!(suggestion.ground, Ground::OneOfSeveral);
            let read = read(stream(), &written(suggestion, None));
            assert_eq!(read.problems, []);
            read.conversations[0].messages[0].text.clone()
        })
        .collect();
    assert_eq!(texts, ["在的", "您好"]);
}

#[test]
fn an_inspection_counts_what_stands_in_the_file() {
    let rows = "会话ID,角色,客服,时间,内容\n1,客户,小满,2024-05-01 09:00,我电话13812345672\n1,客服,小满,2024-05-01 09:05,尾号138****5672对吗\n\
                2,客服,,,[图片]\n2,路人,,,在吗\n";
    let seen = looked_at(Input::stream("x.csv", rows.as_bytes()));
    let summary = seen.summary.expect("it was read");
    assert_eq!((summary.records, summary.failed, seen.conversations, seen.timed), (4, 1, 2, 2));
    assert_eq!((seen.personal, seen.masked, seen.nameless, seen.unseen), (1, 1, 1, 2));
    assert_eq!(seen.agents, BTreeMap::from([("小满".into(), 1)]));
    assert_eq!(summary.unknown_roles, BTreeMap::from([("路人".to_owned(), 1)]));
    let (first, last) = seen.times.expect("two have one");
    assert_eq!((first.civil().minute(), last.civil().minute()), (0, 5));
}

fn converted(path: &PathBuf, config: &InputConfig, show: bool) -> String {
    let mut out = Vec::new();
    let mut neutral = Neutral::new(&mut out, show);
    each(vec![Input::file(path)], config, &mut neutral).expect("a valid configuration");
    neutral.finish().expect("memory");
    String::from_utf8(out).expect("JSON is text")
}

#[test]
fn neutral_lines_read_as_the_file_that_they_were_written_from() {
    for (path, config) in fixtures() {
        let lines = converted(&path, &config, true);
        let name = if lines.is_empty() { continue } else { "neutral.jsonl" };
        let again = read(Input::stream(name, std::io::Cursor::new(lines)), &InputConfig::default());
        assert_eq!(again.files[0].input.preset.as_deref(), Some("neutral"), "{path:?}");
        // A text that Excel has cut is as long as before.
        assert!(again.problems.iter().all(|problem| problem.reason.contains("Excel has cut it")), "{path:?}");
        assert_eq!(content(again), content(read(Input::file(&path), &config)), "{path:?}");
    }
}

#[test]
fn neutral_lines_are_masked_unless_asked_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chat.csv");
    fs::write(&path, "角色,内容\n客服,您电话是13812345672吧\n").expect("written");
    let line = |text: &str| {
        format!(
            "{{\"conversation_id\":\"chat\",\"event\":\"message\",\"role\":\"agent\",\"text\":\"{text}\"}}\n"
        )
    };
    assert_eq!(converted(&path, &InputConfig::default(), false), line("您电话是138****5672吧"));
    assert_eq!(converted(&path, &InputConfig::default(), true), line("您电话是13812345672吧"));
}

#[test]
fn an_edit_leaves_the_text_before_as_evidence_and_an_edited_message_hides_something() {
    let read = read(Input::file("fixtures/inputs/edits.jsonl"), &InputConfig::default());
    assert_eq!(read.problems, []);
    let said =
        |at: usize| read.conversations[at].messages.iter().map(|m| m.text.as_str()).collect::<Vec<_>>();
    assert_eq!(said(0), ["请问这盏台灯装几号电池", "五号", "说错了，三节七号"]);
    assert_eq!(read.conversations.iter().map(|c| c.unseen).collect::<Vec<_>>(), [0, 1, 1]);
    assert_eq!(read.conversations.iter().map(|c| c.speech).collect::<Vec<_>>(), [false, false, true]);
    let recalled: Vec<bool> = read.conversations[1].messages.iter().map(|m| m.recalled).collect();
    assert_eq!(recalled, [false, true]);
}

#[test]
fn cells_kept_from_excel_as_formulas_are_texts() {
    let read = read(Input::file("fixtures/inputs/excel-texts.csv"), &InputConfig::default());
    assert_eq!(read.problems, []);
    assert_eq!(&*read.conversations[0].id, "0012");
    let message = &read.conversations[0].messages[1];
    assert_eq!((message.agent.as_deref(), message.text.as_str()), (Some("007"), "您好，三节七号"));
}

#[test]
fn speech_is_marked_where_the_shape_or_the_user_says_so() {
    let spoken = |name: &str, config: &InputConfig| {
        read(Input::file(PathBuf::from("fixtures/inputs").join(name)), config).conversations[0].speech
    };
    for name in ["aliyun-sca.json", "whisperx.json", "call.srt", "call.vtt"] {
        assert!(spoken(name, &InputConfig::default()), "{name}");
    }
    assert!(!spoken("utf8.csv", &InputConfig::default()));
    assert!(spoken("utf8.csv", &toml::from_str("source = \"speech\"").expect("valid")));
    assert!(!spoken("call.srt", &toml::from_str("source = \"chat\"").expect("valid")));
}

/// Found by fuzzing: the library followed a circle of sectors until the memory was full.
#[test]
fn an_old_workbook_whose_sectors_go_in_circles_is_refused() {
    let read = read(Input::file("fixtures/bad/looped.xls"), &InputConfig::default());
    assert_eq!(read.conversations, []);
    assert_eq!(read.problems.len(), 1);
    assert!(read.problems[0].reason.starts_with("the workbook is damaged"), "{}", read.problems[0].reason);
}
