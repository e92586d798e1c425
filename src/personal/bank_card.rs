//! Bank card numbers: issuer prefix, length, Luhn's check, and the words around.

use super::{
    Confidence, Kind,
    cues::Cue,
    data::data,
    digits::Number,
    number::{Context, Match, grouped},
};

const GROUPS: [&[usize]; 8] = [
    &[4, 4, 4, 4],
    &[4, 4, 4, 4, 3],
    &[4, 4, 4, 4, 1],
    &[4, 4, 4, 4, 2],
    &[6, 13],
    &[6, 10],
    &[4, 6, 5],
    &[8, 8],
];

/// A bank card.
pub(super) fn find(context: &Context<'_>, number: &Number<'_>) -> Option<Match> {
    let d = number.digits;
    if !(15..=19).contains(&d.len()) || !grouped(&number.groups_after(0), &GROUPS) {
        return None;
    }
    let starts = |prefixes: &[Vec<u8>]| prefixes.iter().any(|prefix| d.starts_with(prefix));
    let national = d.len() >= 16 && starts(&data().union_pay);
    let network = starts(&data().network) && (d.len() == 16 || d[0] == 3);
    let cells = number.cells.clone();
    let cue = context.cue(&cells);
    if matches!(cue, Some(Cue::Other | Cue::Tax)) {
        return None;
    }
    let said = cue == Some(Cue::BankCard) || cue.is_none() && context.cues().near(Cue::BankCard, &cells, 8);
    let confidence = match (luhn(d), said) {
        (true, true) => Confidence::High,
        (true, false) if national => Confidence::High,
        (true, false) if network && matches!(d[0], 4 | 5) => Confidence::Medium,
        (false, true) if national || network => Confidence::Medium,
        (false, false) if national => Confidence::Low,
        _ => return None,
    };
    Some(Match { kind: Kind::BankCard, confidence, cells })
}

/// Luhn's check over all digits.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &digit)| match (at % 2, u32::from(digit) * 2) {
            (0, _) => u32::from(digit),
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}
