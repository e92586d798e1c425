//! Examples of a rule as conversations that the linter can read.

use std::sync::Arc;

use jiff::{Timestamp, civil::Time, tz::Offset};

use super::schema::{ExampleDoc, Speaker};
use crate::transcript::{Conversation, Message, Moment, Role, Source};

/// The day on which examples take place unless the caller says otherwise: the packs are written for the law of this day.
const EXAMPLE_DAY: jiff::civil::Date = jiff::civil::date(2026, 3, 2);

/// Begins a line by the customer of another conversation.
const ELSEWHERE: &str = "另:";

/// The conversation that an example stands for, or what is wrong with it.
pub fn conversation(example: &ExampleDoc, speaker: Speaker) -> Result<Conversation, String> {
    let role = if speaker == Speaker::Customer { Role::Customer } else { Role::Agent };
    let lines: Vec<(Role, Option<Moment>, String)> = match example {
        ExampleDoc::Message(text) => vec![(role, None, text.clone())],
        ExampleDoc::Chat(lines) => {
            let here = lines.iter().filter(|line| !line.starts_with(ELSEWHERE));
            here.map(|line| parse_line(line)).collect::<Result<_, _>>()?
        }
    };
    Ok(of_lines("example", lines))
}

/// What the customer of another conversation says in an example, where it has such lines.
pub fn elsewhere(example: &ExampleDoc) -> Option<Conversation> {
    let ExampleDoc::Chat(lines) = example else { return None };
    let said = lines.iter().filter_map(|line| line.strip_prefix(ELSEWHERE));
    let said: Vec<_> = said.map(|text| (Role::Customer, None, text.trim().to_owned())).collect();
    (!said.is_empty()).then(|| of_lines("elsewhere", said))
}

fn of_lines(id: &str, lines: Vec<(Role, Option<Moment>, String)>) -> Conversation {
    let agent: Arc<str> = "A000".into();
    let file: Arc<str> = "<example>".into();
    let messages = (1..)
        .zip(lines)
        .map(|(line, (role, time, text))| Message {
            id: None,
            role,
            agent: Some(agent.clone()),
            time,
            text,
            recalled: false,
            source: Source { file: file.clone(), line },
        })
        .collect();
    Conversation { id: id.into(), channel: None, customers: Vec::new(), messages, unseen: 0, speech: false }
}

/// Reads `客: 文字` or `服 10:05: 文字`.
pub fn parse_line(line: &str) -> Result<(Role, Option<Moment>, String), String> {
    let wrong = || format!("`{line}` must begin with 客: 服: 机: or 系: (a time may stand before the colon)");
    let mut chars = line.chars();
    let role = match chars.next() {
        Some('客') => Role::Customer,
        Some('服') => Role::Agent,
        Some('机') => Role::Bot,
        Some('系') => Role::System,
        _ => return Err(wrong()),
    };
    let rest = chars.as_str();
    if let Some(text) = rest.strip_prefix([':', '：']) {
        return Ok((role, None, text.trim().to_owned()));
    }
    let (time, text) = rest.trim_start().split_once(": ").ok_or_else(wrong)?;
    let time: Time = time.trim().parse().map_err(|_| wrong())?;
    let offset = Offset::constant(8);
    let at: Timestamp = offset.to_timestamp(EXAMPLE_DAY.to_datetime(time)).map_err(|e| e.to_string())?;
    Ok((role, Some(Moment { at, offset }), text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_name_role_and_time() {
        let (role, time, text) = parse_line("服 10:05: 您好").expect("the line is right");
        assert_eq!((role, text.as_str()), (Role::Agent, "您好"));
        assert_eq!(time.map(|t| t.to_string()).as_deref(), Some("2026-03-02T10:05:00+08:00"));
        assert_eq!(parse_line("客：在吗").map(|(role, ..)| role), Ok(Role::Customer));
        assert!(parse_line("您好").is_err());
    }
}
