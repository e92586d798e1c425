//! Deadlines that an agent states, and whether the same log shows that they passed.
//!
//! Reads 今天18点前, 明早九点之前, 24小时内, 半小时内, 三天内. Does not count working days: which days those are, no log says.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp, ToSpan, civil};
use regex::{Captures, Regex};

use super::{QuestionType, cue::Cue, question, reading::Reading};
use crate::transcript::{Conversation, Moment, Role};

/// Words of the same sitting keep no promise: `18点前回复您` is followed by a farewell.
const SITTING: SignedDuration = SignedDuration::from_mins(30);

const NUMBER: &str = r"(\d{1,3}|半|[一二两三四五六七八九十]{1,3})";

static WITHIN: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!(r"{NUMBER}个?(分钟|小时|钟头|天)(?:之|以)?内")));

static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        r"(今天|今日|今儿|今晚|明天|明早|明日|明晚|后天)?(早上|上午|中午|下午|傍晚|晚上|晚)?{NUMBER}(?:点钟?|:)(\d{{2}}|半)?(?:之|以)?前"
    ))
});

static DAY: LazyLock<Regex> = LazyLock::new(|| compiled("(今天|今日|明天|明日)(?:之|以)?内"));

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is tested")
}

/// The latest instant by which a message written at `now` promises something; `None` where it states none.
fn deadline(folded: &str, now: Moment) -> Option<Timestamp> {
    let within = WITHIN.captures_iter(folded).filter_map(|found| {
        let minutes = match found.get(2)?.as_str() {
            "分钟" => 1,
            "天" => 24 * 60,
            _ => 60,
        };
        let minutes = match &found[1] {
            "半" => minutes / 2,
            number => minutes * numeral(number)?,
        };
        now.at.checked_add(SignedDuration::from_mins(minutes)).ok()
    });
    let before = BEFORE.captures_iter(folded).filter_map(|found| clock(&found, now));
    let days = DAY.captures_iter(folded).filter_map(|found| {
        let day = now.day().checked_add(days_ahead(&found[1]).days()).ok()?;
        instant(day.at(23, 59, 59, 0), now)
    });
    within.chain(before).chain(days).max().filter(|&by| by > now.at)
}

fn clock(found: &Captures<'_>, now: Moment) -> Option<Timestamp> {
    let said = |group: usize| found.get(group).map_or("", |part| part.as_str());
    let hour = i8::try_from(numeral(said(3))?).ok()?;
    let late = ["下午", "傍晚", "晚上", "晚"].contains(&said(2)) || said(1).ends_with('晚');
    let noon = said(2) == "中午" && hour < 11;
    let hour = if (late || noon) && hour < 12 { hour + 12 } else { hour };
    let minute = match said(4) {
        "" => 0,
        "半" => 30,
        digits => digits.parse().ok()?,
    };
    let time = civil::Time::new(hour % 24, minute, 0, 0).ok()?;
    let days = days_ahead(said(1)) + i64::from(hour == 24);
    instant(now.day().checked_add(days.days()).ok()?.to_datetime(time), now)
}

fn days_ahead(word: &str) -> i64 {
    match word {
        "后天" => 2,
        word if word.starts_with('明') => 1,
        _ => 0,
    }
}

fn instant(on_the_wall: civil::DateTime, now: Moment) -> Option<Timestamp> {
    now.offset.to_timestamp(on_the_wall).ok()
}

/// Up to 99.
fn numeral(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let digit = |c: char| {
        (0..).zip("零一二三四五六七八九".chars()).find(|(_, known)| *known == c).map(|(value, _)| value)
    };
    let digit = |part: &str| match part {
        "两" => Some(2),
        part => digit(part.chars().next()?).filter(|_| part.chars().count() == 1),
    };
    match text.split_once('十') {
        None => digit(text),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { digit(tens)? };
            Some(10 * tens + if ones.is_empty() { 0 } else { digit(ones)? })
        }
    }
}

/// For each message whether it is an agent's that states a deadline after which the customer had to ask, nothing having come.
pub(super) fn overdue(conversation: &Conversation, readings: &[Option<Reading>]) -> Vec<bool> {
    let messages = &conversation.messages;
    let is_overdue = |at: usize| -> Option<bool> {
        let (reading, said) = (readings[at].as_ref()?, messages[at].time?);
        if messages[at].role != Role::Agent {
            return None;
        }
        let by = deadline(reading.folded.text(), said)?;
        let sitting = said.at + SITTING.min(by.duration_since(said.at) / 2);
        let (asking, again) = messages
            .iter()
            .enumerate()
            .skip(at + 1)
            .filter(|(_, message)| message.role == Role::Customer)
            .find_map(|(later, message)| {
                message
                    .time
                    .filter(|time| time.at > by)
                    .and(readings[later].as_ref())
                    .map(|read| (later, read))
            })?;
        let came = (at + 1..asking).any(|between| {
            messages[between].role == Role::Agent
                && messages[between].time.is_none_or(|time| time.at > sitting)
                && readings[between].as_ref().is_some_and(|reading| !reading.is_empty())
        });
        Some(!came && asks_after(again))
    };
    (0..messages.len()).map(|at| is_overdue(at).unwrap_or(false)).collect()
}

/// Whether the customer asks what became of it.
fn asks_after(reading: &Reading) -> bool {
    use QuestionType::{Complaint, Reason, Request, Status, Time};
    reading.cues.has(Cue::TalkPressing)
        || question::questions(reading)
            .flat_map(|(_, asks)| question::types(asks))
            .any(|kind| matches!(kind, Time | Reason | Status | Complaint | Request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    fn by(text: &str) -> Option<String> {
        let offset = jiff::tz::offset(8);
        let at = offset.to_timestamp(civil::date(2026, 3, 2).at(14, 0, 0, 0)).expect("a day that was");
        let now = Moment { at, offset };
        deadline(&fold(text), now).map(|by| offset.to_datetime(by).strftime("%d %H:%M").to_string())
    }

    #[test]
    fn deadlines_are_read_as_they_are_said() {
        for (text, want) in [
            ("今天18点前回复您", "02 18:00"),
            ("下午六点半之前给您电话", "02 18:30"),
            ("今晚9:30前处理好", "02 21:30"),
            ("明早十点前一定发出", "03 10:00"),
            ("后天中午十二点以前", "04 12:00"),
            ("24小时内答复", "03 14:00"),
            ("半小时内回电", "02 14:30"),
            ("两个小时之内", "02 16:00"),
            ("二十五分钟内", "02 14:25"),
            ("三天内到账", "05 14:00"),
            ("今天内给您结果", "02 23:59"),
            ("24点前都可以", "03 00:00"),
            ("2小时内受理,今天20点前办结", "02 20:00"),
        ] {
            assert_eq!(by(text).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_deadline_or_lies_behind_is_none() {
        for text in
            ["三个工作日内", "尽快回复您", "今天上午9点前下的单", "三天前发的货", "25点前", "您在18点后再看"]
        {
            assert_eq!(by(text), None, "{text}");
        }
    }
}
