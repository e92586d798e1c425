//! From what an export writes in its time column to a [`Moment`].
//!
//! Reads what is unambiguous and nothing else: `5/1/2024` could be May or January, so it is no time.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time, date},
    tz::{Offset, TimeZone},
};

use super::{Moment, config::DateOrder};

/// Reads a time; one that states no offset is a time of `zone`. Dates with the year last are read only in an `order` that is said.
pub(crate) fn parse(text: &str, zone: &TimeZone, order: Option<DateOrder>) -> Option<Moment> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return numeric(text, zone);
    }
    written(text, zone, order)
}

/// An offset such as `+08:00`, `-0530`, `+8` or `Z`.
pub(crate) fn offset(text: &str) -> Option<Offset> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-" | "−", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(pair) => pair,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let (hours, minutes): (i32, i32) = (small(hours)?, small(minutes)?);
    if hours > 15 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

fn small(digits: &str) -> Option<i32> {
    let fits = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| digits.parse().ok()).flatten()
}

/// Epochs, Excel serials, and dates written without separators, told apart by their length.
fn numeric(text: &str, zone: &TimeZone) -> Option<Moment> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match (whole.len(), fraction.is_empty()) {
        (5, _) => excel(text.parse().ok()?, date(1899, 12, 30), zone),
        (8, true) => local(compact(whole, "")?, zone),
        (14 | 17, true) => {
            let (day, clock) = whole.split_at_checked(8)?;
            local(compact(day, clock)?, zone)
        }
        (10, _) => {
            let nanoseconds = format!("{fraction:0<9}").get(..9)?.parse::<i32>().ok()?;
            Some(at(Timestamp::new(number, nanoseconds).ok()?, zone))
        }
        (13, _) => Some(at(Timestamp::from_millisecond(number).ok()?, zone)),
        (16, true) => Some(at(Timestamp::from_microsecond(number).ok()?, zone)),
        _ => None,
    }
}

/// Days since `origin`: 1899-12-30 for Excel's 1900 system, 1904-01-01 for the other. Plausible years only.
pub(crate) fn excel(days: f64, origin: Date, zone: &TimeZone) -> Option<Moment> {
    if !(20_000.0..80_000.0).contains(&days) {
        return None;
    }
    // Excel keeps seconds as fractions of a day that are rarely exact.
    let since = SignedDuration::from_secs((days * 86_400.0).round() as i64);
    local(origin.to_datetime(Time::midnight()).checked_add(since).ok()?, zone)
}

/// `20240501` and `101241` or `101241123`.
fn compact(day: &str, clock: &str) -> Option<DateTime> {
    let part = |text: &str, from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let date = Date::new(part(day, 0, 4)?, part(day, 4, 6)? as i8, part(day, 6, 8)? as i8).ok()?;
    if clock.is_empty() {
        return Some(date.to_datetime(Time::midnight()));
    }
    let milliseconds = i32::from(part(&format!("{clock:0<9}"), 6, 9)?);
    let (hour, minute, second) = (part(clock, 0, 2)?, part(clock, 2, 4)?, part(clock, 4, 6)?);
    Some(date.to_datetime(Time::new(hour as i8, minute as i8, second as i8, milliseconds * 1_000_000).ok()?))
}

fn at(at: Timestamp, zone: &TimeZone) -> Moment {
    Moment { at, offset: zone.to_offset(at) }
}

fn local(civil: DateTime, zone: &TimeZone) -> Option<Moment> {
    Some(at(zone.to_ambiguous_timestamp(civil).compatible().ok()?, zone))
}

/// `2024-05-01 10:12:41`, `2024/5/1 9:03`, `2024年5月1日 下午3:05:00`, ISO 8601 with and without offset.
fn written(text: &str, zone: &TimeZone, order: Option<DateOrder>) -> Option<Moment> {
    let mut scan = Scan { rest: text };
    let begins_with_year = text.get(..4).is_some_and(|year| year.bytes().all(|b| b.is_ascii_digit()));
    let date = match order {
        Some(order) if !begins_with_year => scan.year_last(order)?,
        _ => scan.year_first()?,
    };
    scan.blanks();
    if scan.rest.is_empty() {
        return local(date.to_datetime(Time::midnight()), zone);
    }
    scan.one_of(&["T", "t"]);
    let half = scan.one_of(&["上午", "下午", "凌晨", "早上", "中午", "晚上", "AM", "PM", "am", "pm"]);
    scan.blanks();
    let mut hour = scan.number(1, 2)?;
    scan.one_of(&[":", "：", "时", "点"])?;
    let minute = scan.number(1, 2)?;
    let mut second = 0;
    let mut nanoseconds = 0;
    if scan.one_of(&[":", "：", "分"]).is_some() && scan.rest.starts_with(|c: char| c.is_ascii_digit()) {
        second = scan.number(1, 2)?;
        scan.one_of(&["秒"]);
        if scan.one_of(&[".", ","]).is_some() {
            let digits = scan.digits();
            nanoseconds = format!("{digits:0<9}").get(..9)?.parse().ok()?;
        }
    }
    scan.blanks();
    match half.or_else(|| scan.one_of(&["AM", "PM", "am", "pm"])) {
        Some("下午" | "晚上" | "PM" | "pm") if hour < 12 => hour += 12,
        Some("中午") if hour < 11 => hour += 12,
        Some("上午" | "凌晨" | "AM" | "am") if hour == 12 => hour = 0,
        _ => {}
    }
    let civil = date.to_datetime(Time::new(hour as i8, minute as i8, second as i8, nanoseconds).ok()?);
    scan.blanks();
    let (offset_text, annotation) = scan.rest.split_once('[').unwrap_or((scan.rest, "]"));
    match (offset_text, annotation.ends_with(']')) {
        (_, false) => None,
        ("", true) => local(civil, zone),
        (written, true) => {
            let offset = offset(written)?;
            Some(Moment { at: offset.to_timestamp(civil).ok()?, offset })
        }
    }
}

struct Scan<'t> {
    rest: &'t str,
}

impl<'t> Scan<'t> {
    fn year_first(&mut self) -> Option<Date> {
        let year = self.number(4, 4)?;
        self.one_of(&["-", "/", ".", "年"])?;
        let month = self.number(1, 2)?;
        self.one_of(&["-", "/", ".", "月"])?;
        let day = self.number(1, 2)?;
        self.one_of(&["日", "号"]);
        Date::new(year, month as i8, day as i8).ok()
    }

    fn year_last(&mut self, order: DateOrder) -> Option<Date> {
        let first = self.number(1, 2)?;
        self.one_of(&["-", "/", "."])?;
        let second = self.number(1, 2)?;
        self.one_of(&["-", "/", "."])?;
        let year = self.number(4, 4)?;
        let (month, day) = match order {
            DateOrder::MonthFirst => (first, second),
            DateOrder::DayFirst => (second, first),
        };
        Date::new(year, month as i8, day as i8).ok()
    }

    fn digits(&mut self) -> &'t str {
        let end = self.rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
    }

    fn number(&mut self, least: usize, most: usize) -> Option<i16> {
        let digits = self.digits();
        (least..=most).contains(&digits.len()).then(|| digits.parse().ok()).flatten()
    }

    fn one_of(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let word = words.iter().find(|word| self.rest.starts_with(**word))?;
        self.rest = &self.rest[word.len()..];
        Some(word)
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz;
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        parse(text, &TimeZone::fixed(tz::offset(8)), None).map(|moment| moment.to_string())
    }

    #[test]
    fn shapes_that_exports_use() {
        for (text, expected) in [
            ("2024-05-01T10:12:41+08:00", "2024-05-01T10:12:41+08:00"),
            ("2024-05-01T02:12:41Z", "2024-05-01T02:12:41+00:00"),
            ("2024-05-01T02:12:41.123456789Z", "2024-05-01T02:12:41+00:00"),
            ("2024-05-01 10:12:41 -0530", "2024-05-01T10:12:41-05:30"),
            ("2024-05-01T10:12:41+08:00[Asia/Shanghai]", "2024-05-01T10:12:41+08:00"),
            ("2024-05-01 10:12:41", "2024-05-01T10:12:41+08:00"),
            ("2024-05-01 10:12", "2024-05-01T10:12:00+08:00"),
            ("2024-05-01", "2024-05-01T00:00:00+08:00"),
            ("2024/5/1 9:03:07", "2024-05-01T09:03:07+08:00"),
            ("2024.5.1 9:03:07", "2024-05-01T09:03:07+08:00"),
            ("2024年5月1日 9时3分7秒", "2024-05-01T09:03:07+08:00"),
            ("2024年5月1日 下午3:05", "2024-05-01T15:05:00+08:00"),
            ("2024/5/1 12:05:00 AM", "2024-05-01T00:05:00+08:00"),
            ("2024/5/1 12:05:00 PM", "2024-05-01T12:05:00+08:00"),
            ("1714529561", "2024-05-01T10:12:41+08:00"),
            ("1714529561.250", "2024-05-01T10:12:41+08:00"),
            ("1714529561000", "2024-05-01T10:12:41+08:00"),
            ("1714529561000000", "2024-05-01T10:12:41+08:00"),
            ("45413.4254745370", "2024-05-01T10:12:41+08:00"),
            ("45413", "2024-05-01T00:00:00+08:00"),
            ("20240501", "2024-05-01T00:00:00+08:00"),
            ("20240501101241", "2024-05-01T10:12:41+08:00"),
            ("20240501101241250", "2024-05-01T10:12:41+08:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_ambiguous_or_impossible_is_no_time() {
        for text in [
            "",
            "yesterday",
            "5/1/2024 9:03",
            "2024-13-01",
            "2024-02-30 10:00:00",
            "2024-05-01 25:00:00",
            "13812345678",
            "2024-05-01 10:12:41 CST",
            "24-05-01 10:00",
            "99999",
            "2024-05-01T",
            "1.2.3",
            "10:12:41",
            "2024-05-01 10",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_zone_of_the_configuration_counts_only_where_the_text_has_none() {
        let utc = TimeZone::UTC;
        let read = |text| parse(text, &utc, None).map(|m| m.to_string());
        assert_eq!(read("2024-05-01 10:12:41").as_deref(), Some("2024-05-01T10:12:41+00:00"));
        assert_eq!(read("2024-05-01 10:12:41+08:00").as_deref(), Some("2024-05-01T10:12:41+08:00"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}", digits in "[0-9./: TZ年月日+-]{0,30}") {
            let zone = TimeZone::fixed(tz::offset(8));
            parse(&text, &zone, Some(DateOrder::DayFirst));
            parse(&digits, &zone, None);
            offset(&text);
            offset(&digits);
        }

        #[test]
        fn what_is_written_is_read_back(seconds in 0_i64..4_000_000_000) {
            let moment = Moment { at: Timestamp::from_second(seconds).expect("in range"), offset: tz::offset(8) };
            prop_assert_eq!(parse(&moment.to_string(), &TimeZone::UTC, None), Some(moment));
        }
    }
}
