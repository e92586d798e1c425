//! Identity numbers: the resident card of 18 and of 15 digits, the documents with a letter before the digits, and the
//! unified social credit code.
//!
//! A resident number needs no region table finer than the province: the check digit and a real date of birth leave one
//! accident in some three hundred thousand strings, and districts come and go while numbers stay.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    Confidence, Kind,
    cues::Cue,
    data::data,
    digits::Number,
    number::{Context, Match},
};

/// A resident identity number.
pub(super) fn find(context: &Context<'_>, number: &Number<'_>) -> Option<Match> {
    let (view, d) = (context.view, number.digits);
    let mut cells = number.cells.clone();
    let closed = |cell: usize| !view.char(cell).is_some_and(|c| c.is_ascii_alphanumeric());
    let valid = match d.len() {
        18 => check(&d[..17]) == d[17],
        17 if matches!(view.char(cells.end), Some('x' | '×' | '叉')) && closed(cells.end + 1) => {
            cells.end += 1;
            check(d) == 10
        }
        15 => false,
        _ => return None,
    };
    let birth = if d.len() == 15 { [&[1, 9], &d[6..12]].concat() } else { d[6..14].to_vec() };
    if !data().id_provinces.contains(&[d[0], d[1]]) || !is_date(&birth) {
        return None;
    }
    let confidence = match context.cue(&cells) {
        Some(Cue::IdCard) if valid => Confidence::High,
        Some(Cue::IdCard) => Confidence::Medium,
        Some(Cue::Tax) if valid => Confidence::Medium,
        Some(Cue::Other | Cue::Tax) => return None,
        // A card number may read as an identity number of 15 digits, hardly as one of 18.
        Some(Cue::BankCard) if !valid => return None,
        _ if valid => Confidence::High,
        _ if d.len() == 15 && (context.cues().near(Cue::IdCard, &cells, 12)) => Confidence::Medium,
        _ => Confidence::Low,
    };
    Some(Match { kind: Kind::IdCard, confidence, cells })
}

/// The check digit of GB 11643 over the first 17; ten stands for X.
pub(super) fn check(digits: &[u8]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    ((12 - sum % 11) % 11) as u8
}

/// Whether eight digits are a day between 1900 and 2099.
fn is_date(d: &[u8]) -> bool {
    let number = |d: &[u8]| d.iter().fold(0_i16, |n, &digit| n * 10 + i16::from(digit));
    let (year, month, day) = (number(&d[..4]), number(&d[4..6]), number(&d[6..8]));
    (1900..2100).contains(&year) && jiff::civil::Date::new(year, month as i8, day as i8).is_ok()
}

/// Letter and digits, as passports and permits have them; 18 characters for the credit code; Hong Kong's with its bracket.
static LETTERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9a-hj-npqrtuwxy]{2}[0-9]{6}[0-9a-hj-npqrtuwxy]{10}|(?:[a-z]{1,2}[ -]?)?[0-9]{7,10}|[a-z]{1,2}[0-9]{6}\([0-9a]\)").expect("a literal pattern")
});

/// Documents that have letters in their numbers.
pub(super) fn documents(context: &Context<'_>, found: &mut Vec<Match>) {
    let view = context.view;
    for hit in LETTERED.find_iter(&view.folded) {
        let cells = view.cells_of(hit.range());
        let touched = |c: Option<char>| {
            c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '*' | '@' | '#' | '_'))
        };
        if touched(view.char_before(cells.start)) || touched(view.char(cells.end)) {
            continue;
        }
        let verdict = document(context, &hit.as_str().replace([' ', '-'], ""), &cells);
        found.extend(verdict.map(|(kind, confidence)| Match { kind, confidence, cells }));
    }
}

fn document(context: &Context<'_>, text: &str, cells: &Range<usize>) -> Option<(Kind, Confidence)> {
    let cue = context.cue(cells);
    if text.len() == 18 {
        let valid = credit_check(text)? && text.bytes().any(|b| b.is_ascii_alphabetic());
        let named = cue == Some(Cue::Tax);
        return (valid || named)
            .then_some((Kind::CreditCode, if valid { Confidence::High } else { Confidence::Medium }));
    }
    if cue == Some(Cue::Other) {
        return None;
    }
    if text.ends_with(')') {
        return match (hong_kong_check(text), cue) {
            (true, _) => Some((Kind::IdCard, Confidence::High)),
            (false, Some(Cue::IdCard)) => Some((Kind::IdCard, Confidence::Medium)),
            (false, _) => None,
        };
    }
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = text.len() - letters;
    let is_permit = match (&text[..letters], digits) {
        ("c" | "w" | "t" | "l", 8) | ("" | "h" | "m", 8 | 10) => true,
        (two, 7) => two.len() == 2 && two.starts_with(['c', 'l']),
        _ => false,
    };
    let is_passport = match (&text[..letters], digits) {
        ("e" | "g" | "d" | "s" | "p" | "k" | "h", 8) => true,
        (two, 7) => two.len() == 2 && two.starts_with(['e', 'd', 's', 'p', 'k', 'm']),
        _ => false,
    };
    let said = |wanted: Cue| cue == Some(wanted) || cue.is_none() && context.cues().near(wanted, cells, 8);
    if said(Cue::Passport) && (is_passport || letters > 0 || matches!(digits, 8 | 9)) {
        return Some((Kind::Passport, if is_passport { Confidence::High } else { Confidence::Medium }));
    }
    if is_permit && said(Cue::Permit) {
        return Some((Kind::Permit, if letters > 0 { Confidence::High } else { Confidence::Medium }));
    }
    match cue {
        None if is_passport => Some((Kind::Passport, Confidence::Low)),
        None if is_permit && letters > 0 => Some((Kind::Permit, Confidence::Low)),
        _ => None,
    }
}

/// The check character of GB 32100, modulo 31.
fn credit_check(text: &str) -> Option<bool> {
    const ALPHABET: &str = "0123456789abcdefghjklmnpqrtuwxy";
    let values = text.chars().map(|c| ALPHABET.find(c)).collect::<Option<Vec<_>>>()?;
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    Some((31 - sum % 31) % 31 == values[17])
}

/// The bracketed check character of a Hong Kong identity card, modulo 11; a missing first letter weighs as a blank.
fn hong_kong_check(text: &str) -> bool {
    let body: Vec<u32> =
        text.chars().filter(char::is_ascii_alphanumeric).filter_map(|c| c.to_digit(36)).collect();
    let Some((&last, rest)) = body.split_last() else { return false };
    let blank = (rest.len() == 7).then_some(36);
    let sum: u32 = blank.iter().chain(rest).zip((2..=9).rev()).map(|(value, weight)| value * weight).sum();
    (sum + last).is_multiple_of(11)
}
