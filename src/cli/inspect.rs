//! `kefulint inspect`: what a file is, and the `[input]` section to read it by.

use std::io::{self, Write};

use kefulint::{
    personal,
    transcript::{self, Ground, Inspection, Role, Suggestion, presets},
};

use super::{Global, Status, input::InputArgs};

/// How many agents and columns are written out.
const SHOWN: usize = 12;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,

    /// Show role words and senders that are not known as they are, where they may be names
    #[arg(long)]
    show_personal_data: bool,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let config = args.input.config(global)?;
    let files = transcript::inspect(args.input.discover(), &config.input)?;
    let mut status = if files.is_empty() { Status::Unread } else { Status::Done };
    for (index, file) in files.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        tell(file, args.show_personal_data, out)?;
        if !file.problems.is_empty() {
            status = Status::Unread;
        }
    }
    Ok(status)
}

fn tell(file: &Inspection, show: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "{}", file.file)?;
    if let Some(summary) = &file.summary {
        let preset = summary.input.preset.as_deref();
        let shape = preset.and_then(|name| presets().get_key_value(name));
        line(out, "格式", &format!("{}，编码 {}", summary.format, summary.encoding))?;
        if let Some((name, shape)) = shape {
            let known =
                if shape.confirmed { "已证实" } else { "未经证实，请对照真实导出核对" };
            line(out, "形状", &format!("{name}：{}（{known}）", shape.title))?;
        }
        if !summary.columns.is_empty() {
            line(out, "列", &listed(summary.columns.iter().map(|column| personal::mask(column)), "、"))?;
        }
        let failed = summary.failed;
        line(out, "记录", &format!("{} 条，其中 {failed} 条无法读取", summary.records))?;
        let roles = summary.messages.iter().map(|(role, count)| format!("{} {count}", named(*role)));
        line(out, "消息", &or_none(listed(roles, "，")))?;
        line(out, "会话", &file.conversations.to_string())?;
        let agents = file.agents.iter().map(|(agent, count)| format!("{agent} {count}"));
        let nameless = (file.nameless > 0).then(|| format!("（未具名）{}", file.nameless));
        line(out, "客服", &or_none(listed(agents.chain(nameless), "，")))?;
        let messages: u64 = summary.messages.values().sum();
        let times = match file.times {
            Some((first, last)) if file.timed == messages => format!("{first} 至 {last}"),
            Some((first, last)) => format!("{first} 至 {last}；{} 条消息没有时间", messages - file.timed),
            None => "没有".to_owned(),
        };
        line(out, "时间", &times)?;
        let personal = match (file.personal, file.masked) {
            (0, 0) => "未发现".to_owned(),
            (0, masked) => format!("已打码（{masked} 条消息）"),
            (plain, masked) => format!("{plain} 条消息含未打码的个人信息，{masked} 条含打码痕迹"),
        };
        line(out, "个人信息", &personal)?;
        if file.recalled + file.unseen > 0 {
            line(out, "事件", &format!("撤回 {}，看不到的内容 {}", file.recalled, file.unseen))?;
        }
        for (word, count) in &summary.unknown_roles {
            line(out, "身份不明", &format!("“{}” {count} 条", shown(word, show)))?;
        }
    }
    for problem in &file.problems {
        let at = problem.line.map_or_else(String::new, |line| format!("第 {line} 行："));
        line(out, "问题", &format!("{at}{}", problem.reason))?;
    }
    if file.more > 0 {
        line(out, "问题", &format!("另有 {} 处", file.more))?;
    }
    let suggestions = file.suggestions();
    for (index, suggestion) in suggestions.iter().enumerate() {
        writeln!(out, "\n# {}", reason(suggestion, index, suggestions.len()))?;
        write!(out, "{}", table(suggestion, show)?)?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
    let text = text.replace('\n', "\n      ");
    writeln!(out, "  {label}：{text}")
}

fn listed(items: impl Iterator<Item = String>, between: &str) -> String {
    let items: Vec<String> = items.collect();
    let more = items.len().saturating_sub(SHOWN);
    let text = items[..items.len() - more].join(between);
    if more > 0 { format!("{text} 等 {} 项", items.len()) } else { text }
}

fn or_none(text: String) -> String {
    if text.is_empty() { "没有".to_owned() } else { text }
}

const fn named(role: Role) -> &'static str {
    match role {
        Role::Customer => "顾客",
        Role::Agent => "客服",
        Role::Bot => "机器人",
        Role::System => "系统",
    }
}

fn reason(suggestion: &Suggestion, index: usize, count: usize) -> String {
    let which =
        if count > 1 { format!("读法 {}（共 {count} 种）：", index + 1) } else { String::new() };
    let why = match suggestion.ground {
        Ground::Read => "写入 kefulint.toml 即照此读取",
        Ground::Values => "按内容推测，请核对后写入 kefulint.toml",
        Ground::OneOfSeveral => "几种读法都成立，请选一种写入 kefulint.toml",
        Ground::Role => "无法判断谁是客服，请选一种写入 kefulint.toml",
        Ground::DayOrMonth => "无法判断月在前还是日在前，请选一种写入 kefulint.toml",
    };
    format!("{which}{why}")
}

/// The `[input]` table as it stands in kefulint.toml.
fn table(suggestion: &Suggestion, show: bool) -> anyhow::Result<String> {
    #[derive(serde::Serialize)]
    struct File<'a> {
        input: &'a transcript::InputConfig,
    }
    let mut input = suggestion.input.clone();
    input.roles = input.roles.into_iter().map(|(word, role)| (shown(&word, show), role)).collect();
    Ok(toml::to_string(&File { input: &input })?)
}

/// Numbers, codes and stars are no names; anything else may be one.
fn shown(word: &str, show: bool) -> String {
    let code = word.chars().count() <= 20
        && word.bytes().filter(u8::is_ascii_digit).count() < 5
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-*:.".contains(&b));
    if show || code { word.to_owned() } else { personal::mask(word) }
}
