//! The numbers of articles, as people write them: 二十四, 一百零九, 一一二, 24, ２４.
//!
//! Knows 0 to 9999, which is more than any law has. It reads numbers and writes them; what stands around them is not its concern.

/// The number at the beginning of `text`, and how many characters it takes.
pub(super) fn read(text: &str) -> Option<(u16, usize)> {
    if text.chars().next().is_some_and(|c| arabic(c).is_some()) {
        read_arabic(text)
    } else {
        read_chinese(text)
    }
}

/// The number that the whole of `text` is.
pub(super) fn parse(text: &str) -> Option<u16> {
    read(text).filter(|&(_, taken)| taken == text.chars().count()).map(|(number, _)| number)
}

/// The number in the form that laws use: 一百零九, 一千一百九十四.
pub(super) fn write(number: u16) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    if number == 0 {
        return "零".to_owned();
    }
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, Some('千')), (100, Some('百')), (10, Some('十')), (1, None)] {
        let digit = number / unit % 10;
        if digit == 0 {
            gap |= !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push('零');
        }
        // 十六 and not 一十六 at the head of a number; 一百一十六 inside.
        if !(unit == 10 && digit == 1 && out.is_empty()) {
            out.push(DIGITS[digit as usize]);
        }
        out.extend(name);
    }
    out
}

fn read_arabic(text: &str) -> Option<(u16, usize)> {
    let digits: Vec<u16> = text.chars().map_while(arabic).collect();
    if digits.len() > 4 {
        return None;
    }
    Some((digits.iter().fold(0, |sum, digit| sum * 10 + digit), digits.len()))
}

fn read_chinese(text: &str) -> Option<(u16, usize)> {
    let signs: Vec<Sign> = text.chars().map_while(Sign::of).collect();
    if signs.is_empty() {
        return None;
    }
    let number = if signs.iter().any(|sign| matches!(sign, Sign::Unit(_))) {
        with_units(&signs)?
    } else if signs.len() <= 4 {
        // 第一一二条: read digit by digit.
        signs.iter().fold(0, |sum, sign| if let Sign::Digit(digit) = sign { sum * 10 + digit } else { sum })
    } else {
        return None;
    };
    Some((number, signs.len()))
}

/// Units must fall: 一百零九 is a number, 九十百 is not.
fn with_units(signs: &[Sign]) -> Option<u16> {
    let (mut sum, mut digit, mut ceiling) = (0, None, 10_000);
    for sign in signs {
        match *sign {
            Sign::Digit(0) if digit.is_none() => {}
            Sign::Digit(value) if digit.is_none() => digit = Some(value),
            Sign::Unit(unit) if unit < ceiling => {
                sum += match digit.take() {
                    Some(value) => value * unit,
                    None if unit == 10 => unit,
                    None => return None,
                };
                ceiling = unit;
            }
            _ => return None,
        }
    }
    Some(sum + digit.unwrap_or(0))
}

#[derive(Clone, Copy)]
enum Sign {
    Digit(u16),
    Unit(u16),
}

impl Sign {
    fn of(c: char) -> Option<Self> {
        Some(match c {
            '零' | '〇' => Self::Digit(0),
            '一' | '壹' => Self::Digit(1),
            '二' | '两' | '贰' => Self::Digit(2),
            '三' | '叁' => Self::Digit(3),
            '四' | '肆' => Self::Digit(4),
            '五' | '伍' => Self::Digit(5),
            '六' | '陆' => Self::Digit(6),
            '七' | '柒' => Self::Digit(7),
            '八' | '捌' => Self::Digit(8),
            '九' | '玖' => Self::Digit(9),
            '十' | '拾' => Self::Unit(10),
            '百' | '佰' => Self::Unit(100),
            '千' | '仟' => Self::Unit(1000),
            _ => return None,
        })
    }
}

fn arabic(c: char) -> Option<u16> {
    let ascii = match c {
        '０'..='９' => char::from_u32(c as u32 - 0xFEE0)?,
        other => other,
    };
    ascii.is_ascii().then(|| ascii.to_digit(10)).flatten().map(|digit| digit as u16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, number) in [
            ("十", 10),
            ("十六", 16),
            ("二十", 20),
            ("二十四", 24),
            ("一百", 100),
            ("一百零九", 109),
            ("一百一十二", 112),
            ("一百十二", 112),
            ("一千零一十", 1010),
            ("一千零三十三", 1033),
            ("一千一百九十四", 1194),
            ("两百", 200),
            ("一一二", 112),
            ("五〇", 50),
            ("1194", 1194),
            ("２４", 24),
            ("贰拾肆", 24),
        ] {
            assert_eq!(parse(text), Some(number), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in ["", "条", "九十百", "十十", "百", "二三百", "12345", "一二三四五", "二十x"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn takes_only_the_number() {
        assert_eq!(read("十六、十七条"), Some((16, 2)));
        assert_eq!(read("148条"), Some((148, 3)));
    }

    proptest! {
        #[test]
        fn what_it_writes_it_reads(number in 0_u16..10_000) {
            prop_assert_eq!(parse(&write(number)), Some(number));
            prop_assert_eq!(parse(&number.to_string()), Some(number));
        }

        #[test]
        fn never_panics(text in "[零一二十百千0-9条０-９x]{0,12}") {
            let _ = read(&text);
        }
    }
}
