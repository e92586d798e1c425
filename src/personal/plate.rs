//! Licence plates: civil, new-energy, police, trailer and embassy ones.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    Confidence, Kind,
    cues::Cue,
    data::data,
    number::{Context, Match},
    view::{Hint, View},
};

/// Characters that take the place of the last of the serial.
const ENDINGS: &str = "警学挂港澳领试超";

/// Plates of the armed forces and of missions, which have forms of their own.
static SPECIAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"wj[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]?[ ·.-]?[0-9]{4}[0-9xbtsjd]|使[ ·.]?[0-9]{3}[·. ]?[0-9]{3}|[0-9]{3}[·.][0-9]{3}使|[军海空北南东中][a-z][ ·.-]?[0-9]{5}")
        .expect("a literal pattern")
});

/// All plates.
pub(super) fn find(context: &Context<'_>, found: &mut Vec<Match>) {
    let view = context.view;
    if !context.outlook.holds(Hint::Letter) && !context.outlook.holds(Hint::Service) {
        return;
    }
    let civil_starts = if context.outlook.holds(Hint::Province) { 0..view.cells.len() } else { 0..0 };
    for start in civil_starts {
        if data().plate_provinces.contains(&view.cells[start].c)
            && let Some((cells, dotted)) = civil(view, start)
            && let Some(confidence) = weigh(context, &cells, dotted)
        {
            found.push(Match { kind: Kind::Plate, confidence, cells });
        }
    }
    if !context.outlook.holds(Hint::Service) {
        return;
    }
    for hit in SPECIAL.find_iter(&view.folded) {
        let cells = view.cells_of(hit.range());
        let mission = hit.as_str().contains('使') && hit.as_str().contains('·');
        if free(view, &cells) && (mission || context.cues().near(Cue::Plate, &cells, 10)) {
            found.push(Match { kind: Kind::Plate, confidence: Confidence::Medium, cells });
        }
    }
}

/// Province, office letter and serial from `start`, and whether the customary dot stands between.
fn civil(view: &View, start: usize) -> Option<(Range<usize>, bool)> {
    let skip_blank = |at: usize| at + usize::from(view.char(at) == Some(' '));
    let office = skip_blank(start + 1);
    if !view.char(office).is_some_and(|c| c.is_ascii_lowercase() && c != 'i') {
        return None;
    }
    let mark = skip_blank(office + 1);
    let dotted = matches!(view.char(mark), Some('·' | '.' | '•' | '・' | '‧' | '-'));
    let serial = skip_blank(mark + usize::from(dotted));
    let tight = take_serial(view, serial, false);
    let end = tight.or_else(|| take_serial(view, serial, true))?;
    (free(view, &(start..end))).then_some((start..end, dotted && view.char(mark) != Some('-')))
}

/// The end of a serial of five or six that begins at `start`; with `blanks`, single blanks may stand inside.
fn take_serial(view: &View, start: usize, blanks: bool) -> Option<usize> {
    let mut serial = String::with_capacity(8);
    let mut end = start;
    for at in start..view.cells.len() {
        match view.cells[at].c {
            c if c.is_ascii_alphanumeric() => serial.push(c),
            ' ' if blanks => continue,
            c if serial.len() == 4 && ENDINGS.contains(c) => {
                return serial.bytes().all(|b| b.is_ascii_digit()).then_some(at + 1);
            }
            _ => break,
        }
        end = at + 1;
    }
    let digits = serial.bytes().filter(u8::is_ascii_digit).count();
    let lettered = |at: usize| serial.as_bytes()[at].is_ascii_alphabetic();
    let valid = match serial.len() {
        5 => digits >= 2 && !serial.contains(['i', 'o']),
        // New energy: a letter at one end of five digits, the second may be a letter too.
        6 => lettered(0) && digits >= 4 && !lettered(5) || lettered(5) && digits == 5,
        _ => false,
    };
    valid.then_some(end)
}

/// Whether no letter or digit touches.
fn free(view: &View, cells: &Range<usize>) -> bool {
    let touched = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '*');
    !touched(view.char_before(cells.start)) && !touched(view.char(cells.end))
}

fn weigh(context: &Context<'_>, cells: &Range<usize>, dotted: bool) -> Option<Confidence> {
    let view = context.view;
    let cue = context.cue(cells);
    if cue == Some(Cue::Other) {
        return None;
    }
    let said = cue == Some(Cue::Plate) || context.cues().near(Cue::Plate, cells, 8);
    let sign = view.cells[cells.start].c;
    let in_a_word = view.char_before(cells.start).is_some_and(|c| c > '\u{2E80}' && c.is_alphanumeric());
    Some(match (said || dotted, data().plate_everyday.contains(&sign) && in_a_word) {
        (true, _) => Confidence::High,
        (false, false) => Confidence::Medium,
        (false, true) => Confidence::Low,
    })
}
