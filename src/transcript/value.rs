//! Single values of a record: whether one is damaged, how one may be shown to a user without telling what it says.

use std::borrow::Cow;

use super::field::Field;

/// How much of a raw record a problem keeps.
const RAW: usize = 64 << 10;

pub(super) fn unknown_role(value: &str) -> String {
    let value = masked(value);
    format!(
        "the role `{value}` is not known; if it is one, add to kefulint.toml: [input.roles] \"{value}\" = \"agent\" (or \"customer\", \"bot\", \"system\")"
    )
}

pub(super) fn unknown_sender(value: &str) -> String {
    let first = value.chars().next().unwrap_or('*');
    format!(
        "who the sender `{first}**` is cannot be told; name a role column under [input.columns], or say under [input.roles] which senders are agents"
    )
}

/// Excel shows long numbers as `1.23457E+17`: the digits are gone, so it is neither the id nor another one.
pub(super) fn damaged(id: &str) -> bool {
    let Some((mantissa, exponent)) = id.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let written = match mantissa.split_once('.') {
        Some((one, fraction)) => one.len() == 1 && digits(one) && digits(fraction),
        None => mantissa.len() == 1 && digits(mantissa) && exponent.starts_with('+'),
    };
    written && digits(exponent.strip_prefix('+').unwrap_or(exponent))
}

pub(super) fn damage(field: Field) -> String {
    format!(
        "{field} is a rounded number (such as 1.23457E+17), its digits are lost: evidence damaged by Excel; export the column as text"
    )
}

/// A value fit to be shown: short and without personal data.
fn masked(value: &str) -> String {
    let short: String = value.chars().take(20).collect();
    crate::personal::mask(&short)
}

/// The form of a value without the value: digits become 9, letters a.
pub(super) fn shape(value: &str) -> String {
    let form = |c: char| match c {
        c if c.is_ascii_digit() => '9',
        c if c.is_alphabetic() => 'a',
        c => c,
    };
    value.chars().take(30).map(form).collect()
}

/// The text of a raw record, bounded.
pub(crate) fn clip(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    if text.len() <= RAW {
        return text.into_owned();
    }
    text[..text.floor_char_boundary(RAW)].to_owned()
}

/// The values of a record for which the columns are known by number, the first that is not empty for each field.
pub(crate) fn first_filled<'a>(candidates: impl Iterator<Item = Cow<'a, str>>) -> Option<Cow<'a, str>> {
    let mut last = None;
    for value in candidates {
        if !value.trim().is_empty() {
            return Some(value);
        }
        last = last.or(Some(value));
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rounded_numbers_are_damaged() {
        for id in ["1.23457E+17", "1.2e20", "1E+17", "9.9e+5"] {
            assert!(damaged(id), "{id}");
        }
        for id in ["123456789012345678", "12e45", "1e9f", "E+17", "1.2.3E+4", "1e10", "abc", "e5c25", "1.5"] {
            assert!(!damaged(id), "{id}");
        }
    }

    #[test]
    fn shapes_tell_form_and_nothing_else() {
        assert_eq!(shape("13812345678"), "99999999999");
        assert_eq!(shape("明天 9:30am"), "aa 9:99aa");
    }
}
