//! Every input shape, read whole: the fixtures hold one chat, so all must come out as that chat.

use std::{fmt::Write, io::Cursor, path::PathBuf};

use kefulint::transcript::{self, Format, Input, InputConfig, Role, Transcript};

fn fixture(name: &str) -> Input {
    Input::file(PathBuf::from("fixtures/inputs").join(name))
}

fn config(toml: &str) -> InputConfig {
    toml::from_str(toml).expect("a valid [input] table")
}

fn read_with(name: &str, toml: &str) -> Transcript {
    let transcript = transcript::read(vec![fixture(name)], &config(toml)).expect("a valid configuration");
    assert_eq!(transcript.problems, [], "{name}");
    transcript
}

fn read(name: &str) -> Transcript {
    read_with(name, "")
}

/// Conversation, role, agent, time and text of every message.
fn told(transcript: &Transcript) -> String {
    let mut out = String::new();
    for conversation in &transcript.conversations {
        for message in &conversation.messages {
            let agent = message.agent.as_deref().unwrap_or("-");
            let time = message.time.map_or_else(|| "-".to_owned(), |time| time.to_string());
            let id = &conversation.id;
            let text = message.text.replace('\n', "⏎");
            writeln!(out, "{id} {} {agent} {time} {text}", message.role).expect("memory");
        }
    }
    out
}

const WHOLE: &str = "\
c-01 customer A07 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
c-01 agent A07 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
c-01 customer A07 2024-05-01T10:13:20+08:00 懂了\"多谢\"
c-02 customer A12 2024-05-01T10:12:50+08:00 抬头开错了，能重开么
c-02 bot A12 2024-05-01T10:12:56+08:00 已转人工
c-02 agent A12 2024-05-01T10:14:02+08:00 麻烦发下正确抬头，今晚六点前重开给您
";

#[test]
fn every_encoding_separator_wrapper_and_way_to_write_a_time_gives_one_chat() {
    for (name, format, encoding) in [
        ("utf8.csv", "csv", "UTF-8"),
        ("utf8-bom.csv", "csv", "UTF-8"),
        ("gbk.csv", "csv", "gb18030"),
        ("utf16le-bom.txt", "tsv", "UTF-16LE"),
        ("utf16be.tsv", "tsv", "UTF-16BE"),
        ("semicolon.csv", "csv", "UTF-8"),
        ("titled.csv", "csv", "UTF-8"),
        ("utf8.csv.zst", "csv", "UTF-8"),
        ("excel-dates.csv", "csv", "UTF-8"),
        ("slashes.csv", "csv", "UTF-8"),
        ("flat.jsonl", "jsonl", "UTF-8"),
        ("flat.jsonl.gz", "jsonl", "UTF-8"),
        ("array.json", "json", "UTF-8"),
        ("epoch-ms.jsonl", "jsonl", "UTF-8"),
        ("nested.json", "json", "UTF-8"),
        ("wrapped.json", "jsonl", "UTF-8"),
        ("chat.xlsx", "xlsx", "UTF-8"),
        ("chat-1904.xlsx", "xlsx", "UTF-8"),
        ("chat.xls", "xls", "UTF-8"),
        ("chat.ods", "ods", "UTF-8"),
    ] {
        let transcript = read(name);
        assert_eq!(told(&transcript), WHOLE, "{name}");
        let summary = &transcript.files[0];
        assert_eq!((summary.format, summary.encoding), (format, encoding), "{name}");
        let counts: Vec<_> = summary.messages.iter().map(|(role, count)| (*role, *count)).collect();
        assert_eq!(counts, [(Role::Customer, 3), (Role::Agent, 2), (Role::Bot, 1)], "{name}");
    }
}

#[test]
fn a_channel_comes_with_its_conversation() {
    let transcript = read("nested.json");
    assert_eq!(transcript.conversations[0].channel.as_deref(), Some("青禾家居"));
}

#[test]
fn the_direction_of_an_arrow_is_a_role() {
    assert_eq!(
        told(&read("arrow.csv")),
        "\
c-01 customer 小满 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
c-01 agent 小满 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
c-01 customer 小满 2024-05-01T10:13:20+08:00 懂了\"多谢\"
c-02 customer 阿辰 2024-05-01T10:12:50+08:00 抬头开错了，能重开么
c-02 agent 阿辰 2024-05-01T10:14:02+08:00 麻烦发下正确抬头，今晚六点前重开给您
"
    );
}

#[test]
fn without_a_role_column_the_sender_is_compared_with_the_agent() {
    assert_eq!(told(&read("sender.csv")), told(&read("arrow.csv")));
}

#[test]
fn the_jddc_dump_is_a_preset() {
    assert_eq!(
        told(&read_with("jddc.tsv", "preset = \"jddc\"")),
        "\
c-01 customer - - 请问这盏台灯, 装几号电池
c-01 agent - - 您好，三节七号 盒里不带电池
c-01 customer - - 懂了\"多谢\"
c-02 customer - - 抬头开错了，能重开么
c-02 agent - - 麻烦发下正确抬头，今晚六点前重开给您
"
    );
}

#[test]
fn without_conversation_ids_a_file_is_one_conversation_named_after_it() {
    assert_eq!(
        told(&read("one-chat.csv")),
        "\
one-chat customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
one-chat agent - 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
one-chat customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
"
    );
}

#[test]
fn two_such_files_of_one_name_stay_two_conversations() {
    let chat = |path: &str| Input::stream(path, &b"role,text\nagent,hello there\n"[..]);
    let inputs = vec![chat("a/chat.csv"), chat("b/chat.csv"), chat("b/other.csv.gz")];
    let transcript = transcript::read(inputs, &InputConfig::default()).expect("valid");
    let ids: Vec<&str> = transcript.conversations.iter().map(|c| &*c.id).collect();
    assert_eq!(ids, ["a/chat.csv", "b/chat.csv", "other"]);
}

#[test]
fn columns_by_number_need_no_header() {
    let numbered = "header = false\n[columns]\nconversation_id = 1\ntime = 2\nrole = 3\ntext = 4";
    let expected = WHOLE.replace(" A07 ", " - ").replace(" A12 ", " - ");
    assert_eq!(told(&read_with("headerless.csv", numbered)), expected);
    let without_header_key = numbered.trim_start_matches("header = false\n");
    assert_eq!(told(&read_with("headerless.csv", without_header_key)), expected);
}

#[test]
fn columns_by_name_and_path_win_over_those_found() {
    let by_name = "[columns]\nagent_id = \"客服昵称\"";
    assert_eq!(told(&read_with("gbk.csv", by_name)), WHOLE.replace("A07", "小满").replace("A12", "阿辰"));
    let by_path = "[columns]\nagent_id = \"$.shop\"\nconversation_id = \"$.agent.id\"";
    let expected = WHOLE
        .replace("A07", "青禾家居")
        .replace("A12", "青禾家居")
        .replace("c-01", "A07")
        .replace("c-02", "A12");
    assert_eq!(told(&read_with("nested.json", by_path)), expected);
    let by_path =
        "messages = \"data.sessions[].messages\"\n[columns]\nagent_id = \"$.data.sessions[].agent.id\"";
    assert_eq!(told(&read_with("wrapped.json", by_path)), WHOLE);
}

#[test]
fn of_several_columns_the_first_that_is_filled_counts() {
    let lines = "{\"role\":\"agent\",\"a\":{\"text\":\"one\"},\"b\":\"no\",\"sender\":\"S\"}\n{\"role\":\"agent\",\"a\":{\"text\":\"\"},\"b\":\"two\"}\n";
    let config = config("[columns]\ntext = [\"a.text\", \"b\"]");
    let read = transcript::read(vec![Input::stream("x.jsonl", lines.as_bytes())], &config).expect("valid");
    assert_eq!(told(&read), "x agent S - one\nx agent - - two\n");
}

#[test]
fn configured_role_values_win_and_may_end_in_a_star() {
    let rows = "role,text\nwmA1,hi\nwb_7,hi\nLiMei,hi\n客服,hi\n";
    let config = config(
        "[roles]\n\"wm*\" = \"customer\"\n\"wb*\" = \"bot\"\n\"*\" = \"agent\"\n\"客服\" = \"system\"",
    );
    let read = transcript::read(vec![Input::stream("x.csv", rows.as_bytes())], &config).expect("valid");
    let roles: Vec<Role> = read.conversations[0].messages.iter().map(|m| m.role).collect();
    assert_eq!(roles, [Role::Customer, Role::Bot, Role::Agent, Role::System]);
}

#[test]
fn a_conversation_may_lie_scattered_over_files_and_is_ordered_by_time() {
    let late = "会话ID,角色,时间,内容\nk,客服,2024-05-01 09:30:00,三\nk,客服,2024-05-01 09:10:00,二\n";
    let early =
        "{\"session_id\":\"k\",\"role\":\"user\",\"time\":\"2024-05-01T01:00:00Z\",\"content\":\"一\"}\n";
    let both = |second: &str| {
        let second = Cursor::new(second.to_owned());
        let inputs = vec![Input::stream("late.csv", late.as_bytes()), Input::stream("early.jsonl", second)];
        told(&transcript::read(inputs, &InputConfig::default()).expect("valid"))
    };
    assert_eq!(
        both(early),
        "k customer - 2024-05-01T01:00:00+00:00 一\n\
         k agent - 2024-05-01T09:10:00+08:00 二\n\
         k agent - 2024-05-01T09:30:00+08:00 三\n"
    );
    // One message without a time, and the order is that of reading.
    assert_eq!(
        both("{\"session_id\":\"k\",\"role\":\"user\",\"content\":\"一\"}\n"),
        "k agent - 2024-05-01T09:30:00+08:00 三\n\
         k agent - 2024-05-01T09:10:00+08:00 二\n\
         k customer - - 一\n"
    );
}

#[test]
fn a_sender_who_is_an_agent_elsewhere_is_no_customer() {
    let rows = "会话ID,客服,发送者,内容\n1,阿辰,小满,先由我接待\n1,阿辰,阿辰,我来接手\n2,小满,小满,在的\n1,阿辰,访客9,好\n";
    let read = transcript::read(vec![Input::stream("x.csv", rows.as_bytes())], &InputConfig::default())
        .expect("valid");
    assert_eq!(
        told(&read),
        "1 agent 小满 - 先由我接待\n1 agent 阿辰 - 我来接手\n1 customer 阿辰 - 好\n2 agent 小满 - 在的\n"
    );
}

#[test]
fn the_zone_of_the_configuration_is_that_of_times_without_one() {
    let transcript = read_with("utf8.csv", "timezone = \"Asia/Tokyo\"");
    let time = transcript.conversations[0].messages[0].time.expect("has one");
    assert_eq!(time.to_string(), "2024-05-01T10:12:41+09:00");
}

#[test]
fn the_result_does_not_depend_on_how_many_threads_read() {
    let names = ["flat.jsonl", "gbk.csv", "nested.json", "sender.csv", "utf16be.tsv", "excel-dates.csv"];
    let read = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let inputs = names.iter().map(|name| fixture(name)).collect();
        let transcript = pool.install(|| transcript::read(inputs, &InputConfig::default())).expect("valid");
        (told(&transcript), transcript.problems, transcript.files)
    };
    assert_eq!(read(1), read(4));
}

#[test]
fn input_tables_are_read_strictly() {
    let parsed = config(
        "format = \"tsv\"\nencoding = \"gbk\"\n[columns]\ntext = [7, \"内容\"]\n[roles]\n\"0\" = \"customer\"",
    );
    assert_eq!(parsed.format, Some(Format::Tsv));
    for bad in [
        "colums = 1",
        "[columns]\ntxt = 1",
        "[columns]\ntext = true",
        "format = \"pdf\"",
        "[roles]\n\"0\" = \"boss\"",
    ] {
        assert!(toml::from_str::<InputConfig>(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_configuration_that_cannot_be_carried_out_is_refused_before_anything_is_read() {
    for (bad, said) in [
        (
            "encoding = \"klingon\"",
            "[input] encoding = \"klingon\" is not known; try \"utf-8\", \"gb18030\", \"utf-16le\", \"utf-16be\" or \"big5\"",
        ),
        (
            "timezone = \"Asia/Atlantis\"",
            "[input] timezone = \"Asia/Atlantis\" is not known; try \"Asia/Shanghai\" or an offset such as \"+08:00\"",
        ),
        (
            "delimiter = \"，\"",
            "[input] delimiter = \"，\" cannot separate columns; use one ASCII character such as \",\" or \";\"",
        ),
        ("[columns]\ntext = 0", "[input.columns] text: columns are counted from 1"),
    ] {
        let error = transcript::read(Vec::new(), &config(bad)).expect_err(bad);
        assert_eq!(error.to_string(), said);
    }
    let unknown =
        transcript::read(Vec::new(), &config("preset = \"jdcc\"")).expect_err("unknown").to_string();
    assert!(
        unknown.starts_with("[input] preset = \"jdcc\" is not known; known presets: aliyun-sca, "),
        "{unknown}"
    );
}

#[test]
fn archives_are_read_through() {
    for (name, files) in [
        (
            "chat.zip",
            vec!["fixtures/inputs/chat.zip!day/a.csv", "fixtures/inputs/chat.zip!day/inner.zip!b.csv"],
        ),
        ("chat.tar.gz", vec!["fixtures/inputs/chat.tar.gz!a.csv", "fixtures/inputs/chat.tar.gz!b.csv"]),
    ] {
        let transcript = read(name);
        assert_eq!(told(&transcript), WHOLE, "{name}");
        assert_eq!(transcript.files.iter().map(|f| &*f.file).collect::<Vec<_>>(), files);
    }
    assert_eq!(read("chat.zip").stats.files_ignored, 1);
}

#[test]
fn a_locked_zip_is_read_with_its_password() {
    let unlocked = InputConfig { password: Some("guess-me".to_owned()), ..InputConfig::default() };
    let transcript = transcript::read(vec![fixture("locked.zip")], &unlocked).expect("valid");
    assert_eq!(told(&transcript), WHOLE);
}

#[test]
fn a_sheet_may_be_named() {
    let config = config("sheet = \"说明\"");
    let transcript = transcript::read(vec![fixture("chat.xlsx")], &config).expect("valid");
    assert!(transcript.problems[0].reason.starts_with("no column is known for: text, role."));
    assert_eq!(told(&read_with("chat.xlsx", "sheet = \"聊天记录\"")), WHOLE);
}
