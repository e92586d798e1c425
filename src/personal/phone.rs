//! Mobile and landline numbers.
//!
//! The `phonenumber` crate was weighed and left out: it knows every country's plan, costs two megabytes and reads no
//! disguise. The mainland's plan is one table of prefixes in the lexicon.

use super::{
    Confidence, Kind,
    cues::Cue,
    data::data,
    digits::Number,
    number::{Context, Match, grouped},
};

/// How people group the eleven digits.
const MOBILE_GROUPS: [&[usize]; 7] =
    [&[3, 4, 4], &[4, 4, 3], &[4, 3, 4], &[3, 8], &[7, 4], &[3, 3, 5], &[3, 5, 3]];

/// A mainland mobile number, with or without country code.
pub(super) fn mobile(context: &Context<'_>, number: &Number<'_>) -> Option<Match> {
    let code = country_code(context, number)?;
    let body: &[u8; 11] = number.digits[code..].try_into().ok()?;
    if body[0] != 1 || body[1] < 3 || data().mobile_public.contains(body.as_slice()) {
        return None;
    }
    let groups = number.groups_after(code);
    // Two groups around a point or comma, and groups of three, are amounts.
    if groups.len() == 2 && number.links().any(|link| matches!(link, '.' | ',')) && code == 0 {
        return None;
    }
    let plus = code > 0 && context.view.char_before(number.cells.start) == Some('+');
    let cells = open_bracket(context, number, number.cells.start - usize::from(plus))..number.cells.end;
    let cue = context.cue(&cells);
    // Other groups are how sizes and scores are listed, unless a word says otherwise.
    if !grouped(&groups, &MOBILE_GROUPS) && cue != Some(Cue::Mobile) {
        return None;
    }
    if matches!(cue, Some(Cue::Other | Cue::Tax)) {
        return None;
    }
    let issued = data().mobile_prefixes.contains(&[body[0], body[1], body[2]]);
    let confidence = match (issued, cue) {
        _ if is_relayed(context, cells.end) => Confidence::Low,
        (true, _) => Confidence::High,
        (false, Some(Cue::Mobile)) => Confidence::Medium,
        (false, _) => Confidence::Low,
    };
    Some(Match { kind: Kind::Mobile, confidence, cells })
}

/// How many of the first digits are the country code; `None` if the number has not the length of a mobile one.
fn country_code(context: &Context<'_>, number: &Number<'_>) -> Option<usize> {
    match number.digits {
        d if d.len() == 11 => Some(0),
        [0, 0, 8, 6, rest @ ..] if rest.len() == 11 => Some(4),
        [8, 6, rest @ ..] if rest.len() == 11 => {
            let apart = number.atoms[0].len() == 2;
            let plus = context.view.char_before(number.cells.start) == Some('+');
            (apart || plus || context.cue(&number.cells) == Some(Cue::Mobile)).then_some(2)
        }
        _ => None,
    }
}

/// A number with an extension is the platform's relay (隐私号), which belongs to nobody.
fn is_relayed(context: &Context<'_>, end: usize) -> bool {
    let rest = context.view.slice(end..context.view.cells.len());
    let rest = rest.trim_start();
    let extension =
        rest.strip_prefix('转').or_else(|| rest.strip_prefix("分机")).or_else(|| rest.strip_prefix('-'));
    extension.is_some_and(|e| e.trim_start().starts_with(|c: char| c.is_ascii_digit()))
}

/// A landline. Only a home's is a person's: without a word of home it is masked, but not reported.
pub(super) fn landline(context: &Context<'_>, number: &Number<'_>) -> Option<Match> {
    let d = number.digits;
    let (area, groups): (usize, &[&[usize]]) = match d {
        [0, 1, 0, rest @ ..] | [0, 2, 0..=9, rest @ ..] if rest.len() == 8 => (3, &[&[3, 8], &[3, 4, 4]]),
        [0, 3..=9, _, _, rest @ ..] if matches!(rest.len(), 7 | 8) => {
            (4, &[&[4, 8], &[4, 4, 4], &[4, 7], &[4, 3, 4]])
        }
        [2..=8, ..] if matches!(d.len(), 7 | 8) => (0, &[&[4, 4], &[3, 4]]),
        _ => return None,
    };
    if !matches!(d[area], 2..=8) || !grouped(&number.groups_after(0), groups) {
        return None;
    }
    let cells = open_bracket(context, number, number.cells.start)..number.cells.end;
    if matches!(context.cue(&cells), Some(cue) if !matches!(cue, Cue::Mobile | Cue::Landline)) {
        return None;
    }
    let confidence = match (area, context.cues().is_home(&cells)) {
        (0, true) => Confidence::Medium,
        (0, false) => return None,
        (_, true) => Confidence::High,
        (_, false) => Confidence::Low,
    };
    Some(Match { kind: Kind::Landline, confidence, cells })
}

/// Where a number begins whose first group stands in brackets: (029)8531…
fn open_bracket(context: &Context<'_>, number: &Number<'_>, start: usize) -> usize {
    let closes = number.links().any(|link| link == ')');
    start - usize::from(closes && context.view.char_before(start) == Some('('))
}
