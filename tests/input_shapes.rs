//! The named shapes: each has a fixture, is found by itself, and gives exactly these messages.

use std::fmt::Write;

use kefulint::transcript::{self, Input, InputConfig, presets};

/// Fixture, shape, and the messages: conversation, role, agent, time, text; a recalled message is marked.
const SHAPES: &[(&str, &str, &str)] = &[
    (
        "jddc.tsv",
        "jddc",
        "\
c-01 customer - - 请问这盏台灯, 装几号电池
c-01 agent - - 您好，三节七号 盒里不带电池
c-01 customer - - 懂了\"多谢\"
c-02 customer - - 抬头开错了，能重开么
c-02 agent - - 麻烦发下正确抬头，今晚六点前重开给您
",
    ),
    (
        "qianniu.txt",
        "qianniu",
        "\
qianniu customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
qianniu agent 青禾家居旗舰店:小满 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
qianniu customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "qq.txt",
        "qq",
        "\
qq customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
qq agent 青禾客服小满 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
qq customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "bot.log",
        "bot-log",
        "\
bot customer - - 请问这盏台灯, 装几号电池
bot customer - - 抬头开错了，能重开么
bot agent - - 您好，三节七号 盒里不带电池
bot customer - - 懂了\"多谢\"
bot agent - - 麻烦发下正确抬头，今晚六点前重开给您
",
    ),
    (
        "speakers.txt",
        "speaker-lines",
        "\
speakers customer - - 请问这盏台灯, 装几号电池
speakers agent - - 您好，三节七号⏎盒里不带电池
speakers customer - - 懂了\"多谢\"
",
    ),
    (
        "wecom.jsonl",
        "wecom",
        "\
XiaoMan|wmKu01 customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
XiaoMan|wmKu01 agent XiaoMan 2024-05-01T10:12:55+08:00 (recalled) 您好，三节七号⏎盒里不带电池
XiaoMan|wmKu01 customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "wecom-zone.jsonl",
        "wecom-zone",
        "\
c-01 customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
c-01 agent XiaoMan 2024-05-01T10:12:55+08:00 (recalled) 您好，三节七号⏎盒里不带电池
c-01 customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "qiyu.jsonl",
        "qiyu",
        "\
569001 customer 小满 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
569001 bot 小满 2024-05-01T10:12:41+08:00 欢迎光临青禾
569001 agent 小满 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
569001 customer 小满 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "udesk.json",
        "udesk",
        "\
77 customer 小满 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
77 agent 小满 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
77 customer 小满 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "sobot.json",
        "sobot",
        "\
c-01 customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
c-01 agent 小满 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
c-01 customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "easemob.jsonl",
        "easemob",
        "\
kf_xiaoman|u9 customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
kf_xiaoman|u9 agent kf_xiaoman 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
kf_xiaoman|u9 customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "tencent-im.json.gz",
        "tencent-im",
        "\
kf_xiaoman|u9 customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
kf_xiaoman|u9 agent kf_xiaoman 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
kf_xiaoman|u9 customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "yunxin.jsonl",
        "yunxin",
        "\
kf_xiaoman|u9 customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
kf_xiaoman|u9 agent kf_xiaoman 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
kf_xiaoman|u9 customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "huawei-cec.json",
        "huawei-cec",
        "\
c-01 customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
c-01 agent 小满 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
c-01 customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "zendesk-chat.json",
        "zendesk-chat",
        "\
c-01 customer - 2024-05-01T02:12:41+00:00 请问这盏台灯, 装几号电池
c-01 agent 小满 2024-05-01T02:12:55+00:00 您好，三节七号⏎盒里不带电池
c-01 customer - 2024-05-01T02:13:20+00:00 懂了\"多谢\"
",
    ),
    (
        "intercom.json",
        "intercom",
        "\
c-01 customer - 2024-05-01T10:12:41+08:00 请问这盏台灯, 装几号电池
c-01 agent 小满 2024-05-01T10:12:55+08:00 您好，三节七号⏎盒里不带电池
c-01 customer - 2024-05-01T10:13:20+08:00 懂了\"多谢\"
",
    ),
    (
        "aliyun-sca.json",
        "aliyun-sca",
        "\
c-01 customer A07 - 请问这盏台灯, 装几号电池
c-01 agent A07 - 您好，三节七号 盒里不带电池
c-01 customer A07 - 懂了\"多谢\"
",
    ),
    (
        "whisperx.json",
        "whisper",
        "\
whisperx customer - - 请问这盏台灯, 装几号电池
whisperx agent SPEAKER_00 - 您好，三节七号 盒里不带电池
whisperx customer - - 懂了\"多谢\"
",
    ),
    (
        "edits.jsonl",
        "neutral",
        "\
c-01 customer - 2024-05-01T10:12:41+08:00 请问这盏台灯装几号电池
c-01 agent A07 2024-05-01T10:12:55+08:00 五号
c-01 agent A07 2024-05-01T10:13:02+08:00 说错了，三节七号
c-02 agent A07 2024-05-01T10:14:02+08:00 今晚六点前重开给您
c-02 agent A12 2024-05-01T10:14:09+08:00 (recalled) 这单我来跟进
c-03 customer - 2024-05-01T10:15:00+08:00 那个灯不亮了能退吗
",
    ),
];

fn read(name: &str, preset: Option<&str>) -> transcript::Transcript {
    let config = InputConfig { preset: preset.map(str::to_owned), ..InputConfig::default() };
    transcript::read(vec![Input::file(format!("fixtures/inputs/{name}"))], &config)
        .expect("a valid configuration")
}

fn told(transcript: &transcript::Transcript) -> String {
    let mut out = String::new();
    for conversation in &transcript.conversations {
        for message in &conversation.messages {
            let agent = message.agent.as_deref().unwrap_or("-");
            let time = message.time.map_or_else(|| "-".to_owned(), |time| time.to_string());
            let recalled = if message.recalled { "(recalled) " } else { "" };
            let text = message.text.replace('\n', "⏎");
            writeln!(out, "{} {} {agent} {time} {recalled}{text}", conversation.id, message.role)
                .expect("memory");
        }
    }
    out
}

#[test]
fn every_shape_is_read_when_it_is_named_and_found_when_it_is_not() {
    for (fixture, shape, expected) in SHAPES {
        for preset in [Some(*shape), None] {
            let transcript = read(fixture, preset);
            assert_eq!(transcript.problems, [], "{fixture} {preset:?}");
            assert_eq!(told(&transcript), *expected, "{fixture} {preset:?}");
            assert_eq!(transcript.files[0].input.preset.as_deref(), Some(*shape), "{fixture} {preset:?}");
        }
    }
}

#[test]
fn every_shape_has_a_fixture() {
    let mut tested: Vec<&str> = SHAPES.iter().map(|(_, shape, _)| *shape).collect();
    tested.sort_unstable();
    assert_eq!(presets().keys().map(String::as_str).collect::<Vec<_>>(), tested);
}

#[test]
fn subtitles_that_name_their_speakers() {
    for name in ["call.srt", "call.vtt"] {
        let transcript = read(name, None);
        assert_eq!(transcript.problems, [], "{name}");
        assert_eq!(
            told(&transcript),
            "\
call customer - - 请问这盏台灯, 装几号电池
call agent - - 您好，三节七号 盒里不带电池
call customer - - 懂了\"多谢\"
",
            "{name}"
        );
    }
}

#[test]
fn a_picture_leaves_a_part_that_was_not_seen() {
    let wecom = read("wecom.jsonl", None);
    assert_eq!(wecom.conversations[0].unseen, 1);
    // Two records are no messages: the change of device and the picture; the recall is one more that is none itself.
    assert_eq!((wecom.stats.records, wecom.stats.records_skipped), (6, 3));
}

#[test]
fn a_message_that_two_shapes_could_read_is_not_guessed_at() {
    let config = |toml: &str| toml::from_str::<InputConfig>(toml).expect("valid");
    let read = |config: &InputConfig| {
        let chat = "张三 2024-05-01 10:00:00\n在吗\n李四 2024-05-01 10:00:09\n在\n";
        transcript::read(vec![Input::stream("chat.txt", chat.as_bytes())], config).expect("valid")
    };
    // Neither sender is an agent by any shape: the file is refused.
    assert_eq!(read(&InputConfig::default()).conversations.len(), 0);
    let named = read(&config("preset = \"qianniu\"\n[roles]\n\"李四\" = \"agent\""));
    assert_eq!(
        told(&named),
        "chat customer - 2024-05-01T10:00:00+08:00 在吗\nchat agent 李四 2024-05-01T10:00:09+08:00 在\n"
    );
}

#[test]
fn a_recall_of_a_message_that_was_not_read_is_missing_evidence() {
    let lines = "{\"msgid\":\"1\",\"action\":\"send\",\"from\":\"A\",\"tolist\":[\"wm1\"],\"msgtime\":1714529561000,\"text\":{\"content\":\"hi\"}}\n\
                 {\"msgid\":\"2\",\"action\":\"recall\",\"from\":\"A\",\"tolist\":[\"wm1\"],\"msgtime\":1714529561000,\"revoke\":{\"pre_msgid\":\"0\"}}\n";
    let config = InputConfig { preset: Some("wecom".to_owned()), ..InputConfig::default() };
    let read = transcript::read(vec![Input::stream("x.jsonl", lines.as_bytes())], &config).expect("valid");
    assert_eq!(
        read.problems.iter().map(|p| (p.line, p.reason.as_str())).collect::<Vec<_>>(),
        [(Some(2), "a message was taken back that is not among those read: evidence is missing")]
    );
}

#[test]
fn a_grammar_of_ones_own() {
    let config: InputConfig = toml::from_str(
        "format = \"text\"\nblocks = ['^#(?<conversation_id>\\d+)$', '^(?<role>[AC])> (?<text>.*)$']\n[roles]\nA = \"agent\"\nC = \"customer\"",
    )
    .expect("valid");
    let chat = "#1\nC> one\nmore\nA> two\n#2\nA> three\n";
    let read = transcript::read(vec![Input::stream("x", chat.as_bytes())], &config).expect("valid");
    assert_eq!(read.problems, []);
    assert_eq!(told(&read), "1 customer - - one⏎more\n1 agent - - two\n2 agent - - three\n");
    for (bad, said) in [
        ("blocks = ['(']", "[input] blocks: regex parse error"),
        ("blocks = ['(?<who>.)']", "[input] blocks: the group who in `(?<who>.)` is no field"),
        ("blocks = ['x']", "[input] blocks: `x` has no named group such as (?<sender>...)"),
    ] {
        let config = toml::from_str(bad).expect("valid TOML");
        let error = transcript::read(Vec::new(), &config).expect_err("not usable").to_string();
        assert!(error.starts_with(said), "{error}");
    }
}

/// `inspect` shows a table that reads each fixture without further configuration.
#[test]
fn what_was_found_written_into_the_configuration_reads_the_same() {
    let mut names: Vec<String> = std::fs::read_dir("fixtures/inputs")
        .expect("there")
        .map(|entry| entry.expect("there").file_name().to_string_lossy().into_owned())
        .filter(|name| !["headerless.csv", "locked.zip", "damaged.xlsx"].contains(&name.as_str()))
        .collect();
    names.sort();
    assert!(names.len() > 40);
    for name in names {
        let found = read(&name, None);
        assert_eq!(found.problems, [], "{name}");
        let table = toml::to_string(&found.files[0].input).expect("a table");
        let config: InputConfig = toml::from_str(&table).expect(&table);
        let again =
            transcript::read(vec![Input::file(format!("fixtures/inputs/{name}"))], &config).expect(&table);
        assert_eq!(again.problems, [], "{name}:\n{table}");
        assert_eq!(told(&again), told(&found), "{name}:\n{table}");
    }
}
