//! Masks: what of a datum stays legible, so that a reader recognises it and nobody can use it.
//!
//! One `*` for one character, so that spans found in the original hold in the masked text too.

use super::{
    Datum, Kind, find,
    view::{fold, is_keycap},
};

/// `text` with every datum masked by `*`, character for character.
///
/// What stays: a mobile number's first three and last four digits (`138****8000`), an identity number's first and last
/// four, a bank card's last four, an address's province, city and district, a name's surname, a plate's first two, a mailbox's
/// first letter and its provider. Of passwords and codes nothing stays.
pub fn mask(text: &str) -> String {
    let data = find(text);
    if data.is_empty() { text.to_owned() } else { mask_data(text, &data) }
}

/// `text` with `data`, found in it before, masked.
pub fn mask_data(text: &str, data: &[Datum]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for datum in data {
        mask_one(datum.kind, &mut chars[datum.span.start as usize..datum.span.end as usize]);
    }
    chars.into_iter().collect()
}

/// Masks the characters of one datum in place.
fn mask_one(kind: Kind, chars: &mut [char]) {
    match kind {
        Kind::Mobile => {
            let digits = chars.iter().filter(|c| is_figure(**c)).count();
            keep_figures(chars, digits.saturating_sub(8), 4);
        }
        Kind::Landline => {
            let digits = chars.iter().filter(|c| is_figure(**c)).count();
            keep_figures(chars, digits.saturating_sub(8), 2);
        }
        // Hong Kong's has ten characters: two of them are as much as can stay.
        Kind::IdCard if chars.len() < 15 => keep_figures(chars, 1, 1),
        Kind::IdCard => keep_figures(chars, 4, 4),
        Kind::BankCard => keep_figures(chars, 0, 4),
        Kind::Passport | Kind::Permit => keep_figures(chars, 1, 2),
        Kind::CreditCode => keep_figures(chars, 2, 4),
        Kind::Plate => keep_figures(chars, 2, 1),
        Kind::Wechat | Kind::Qq => keep_figures(chars, 2, 0),
        Kind::Ip => keep_figures(chars, 1, 0),
        Kind::Email => {
            let provider = chars.iter().position(|c| fold(*c) == '@').unwrap_or(chars.len());
            chars[1..provider].fill('*');
        }
        Kind::Name => {
            let family = if chars.len() >= 4 { 2 } else { 1 };
            chars.iter_mut().skip(family).for_each(|c| *c = '*');
        }
        Kind::Address => {
            let public = district_end(chars);
            chars[public..].fill('*');
        }
        Kind::SmsCode | Kind::Password | Kind::Cvv => chars.fill('*'),
    }
}

/// A character that carries information: separators stay, so that the shape of what is masked can be seen.
fn is_figure(c: char) -> bool {
    fold(c).is_alphanumeric() && c != '杠'
}

/// Masks all figures but the first and last few; the marks of a keycap go with their digit.
fn keep_figures(chars: &mut [char], first: usize, last: usize) {
    let total = chars.iter().filter(|c| is_figure(**c)).count();
    let (first, last) = if first + last < total { (first, last) } else { (0, 0) };
    let mut seen = 0;
    let mut masking = false;
    for c in chars {
        if is_figure(*c) {
            masking = seen >= first && seen < total - last;
            seen += 1;
            *c = if masking { '*' } else { *c };
        } else if masking && is_keycap(*c) {
            *c = '*';
        }
    }
}

/// Where the part of an address ends that names no more than a district.
fn district_end(chars: &[char]) -> usize {
    let limit = chars.iter().position(|c| fold(*c).is_ascii_digit()).unwrap_or(chars.len()).min(16);
    let chars: Vec<char> = chars[..limit].iter().map(|c| fold(*c)).collect();
    // 小区 and 园区 are compounds, 自治区 is a province.
    let is_district = |at: &usize| {
        matches!(chars[*at], '区' | '县' | '旗')
            && !matches!(chars[..*at].last(), Some('小' | '社' | '园' | '住' | '治' | '片' | '这') | None)
    };
    let district = (0..limit).find(is_district);
    let city = || chars.iter().rposition(|c| *c == '市').or_else(|| chars.iter().rposition(|c| *c == '省'));
    district.or_else(city).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_legible_per_kind() {
        let cases = [
            ("我号 137-6520-4418 记下", "我号 137-****-4418 记下"),
            ("拨+86 15927340865", "拨+86 159****0865"),
            ("证件号110101199003077774不对", "证件号1101**********7774不对"),
            ("卡号6222 0212 3456 7890 128", "卡号**** **** **** ***0 128"),
            ("车牌苏E·5K72Q", "车牌苏E·****Q"),
            ("邮箱 lanlan.w@126.com 收", "邮箱 l*******@126.com 收"),
            ("收货人:欧阳晓雯", "收货人:欧阳**"),
            ("登录密码是Qx7731ab", "登录密码是********"),
        ];
        for (text, masked) in cases {
            assert_eq!(mask(text), masked);
        }
    }
}
