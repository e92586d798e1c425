//! Candidates: which runs of digits are read as one number, and what around a number says that it is none.

use std::{cell::OnceCell, ops::Range};

use super::{
    Confidence, Kind, bank_card,
    cues::{Cue, Cues},
    data::data,
    digits::{Digits, Number},
    id_card, phone,
    view::{Outlook, View},
};

/// A text with all that is known of it before recognition.
pub(super) struct Context<'a> {
    pub(super) view: &'a View,
    pub(super) digits: Digits,
    pub(super) outlook: Outlook,
    cues: OnceCell<Cues>,
}

impl<'a> Context<'a> {
    pub(super) fn new(view: &'a View, outlook: Outlook) -> Self {
        Self { view, digits: Digits::new(view), outlook, cues: OnceCell::new() }
    }

    /// The cues of the text, looked for when the first candidate asks.
    pub(super) fn cues(&self) -> &Cues {
        self.cues.get_or_init(|| data().cues.find(self.view))
    }

    /// What the words around say that `cells` is.
    pub(super) fn cue(&self, cells: &Range<usize>) -> Option<Cue> {
        self.cues().of(self.view, cells)
    }
}

/// A datum in cells.
#[derive(Clone, Debug)]
pub(super) struct Match {
    pub(super) kind: Kind,
    pub(super) confidence: Confidence,
    pub(super) cells: Range<usize>,
}

/// The longest number that a person has, a bank card with country code and all, in digits.
const LONGEST: usize = 21;
/// The shortest that is recognised without a cue of its own: a local telephone number.
pub(super) const SHORTEST: usize = 7;

type Recogniser = fn(&Context<'_>, &Number<'_>) -> Option<Match>;
const RECOGNISERS: [Recogniser; 4] = [id_card::find, phone::mobile, bank_card::find, phone::landline];

/// All numbers that are personal data.
pub(super) fn find(context: &Context<'_>, found: &mut Vec<Match>) {
    let atoms = &context.digits.atoms;
    let mut from = 0;
    while from < atoms.len() {
        let to = best(context, from).map_or(from, |(to, hit)| {
            found.push(hit);
            to
        });
        if to == from
            && let Some((atom, values)) = context.digits.trimmed(from, context.view)
        {
            let number = Number { cells: atom.cells.clone(), digits: &values, atoms: &[atom] };
            found.extend(recognise(context, &number));
        }
        from = to.max(from + 1);
    }
}

/// The surest reading of a number that begins with atom `from`, the longer of two as sure ones.
fn best(context: &Context<'_>, from: usize) -> Option<(usize, Match)> {
    let atoms = &context.digits.atoms;
    let mut best: Option<(usize, Match)> = None;
    for to in from + 1..=atoms.len() {
        if to > from + 1 && atoms[to - 1].link.is_none() {
            break;
        }
        let number = context.digits.number(from, to);
        if number.digits.len() > LONGEST {
            break;
        }
        if number.digits.len() < SHORTEST {
            continue;
        }
        if let Some(hit) = recognise(context, &number)
            && best.as_ref().is_none_or(|(_, known)| hit.confidence >= known.confidence)
        {
            best = Some((to, hit));
        }
    }
    best
}

fn recognise(context: &Context<'_>, number: &Number<'_>) -> Option<Match> {
    let hit = RECOGNISERS.iter().find_map(|recogniser| recogniser(context, number))?;
    let is_free = stands_free(context.view, &hit.cells) && !continues(context, number);
    is_free.then_some(hit)
}

/// Whether an atom outside the number belongs to the same composite: a decimal, a dashed serial number.
fn continues(context: &Context<'_>, number: &Number<'_>) -> bool {
    let (Some(first), Some(last)) = (number.atoms.first(), number.atoms.last()) else { return false };
    let atoms = &context.digits.atoms;
    let before = atoms.partition_point(|atom| atom.cells.end <= first.cells.start).checked_sub(1);
    let next = atoms.get(atoms.partition_point(|atom| atom.cells.start < last.cells.end));
    let tight = |link: Option<char>| matches!(link, Some('/' | ','));
    let left = before.is_some_and(|at| {
        let link =
            atoms.get(at + 1).filter(|atom| atom.cells.start == first.cells.start).and_then(|atom| atom.link);
        let gap = first.cells.start - atoms[at].cells.end;
        match link {
            Some('.') => gap == 1,
            // A house number, a name's list number: short. A serial number's part: long.
            Some('-' | '_') => atoms[at].len() >= 4,
            _ => {
                tight(link) && number.atoms.len() > 1 && number.atoms[1].link == link && atoms[at].len() <= 4
            }
        }
    });
    let right = next.is_some_and(|atom| {
        let gap = atom.cells.start - last.cells.end;
        match atom.link {
            Some('.') => gap == 1,
            Some('-' | '_') => atom.len() > 4,
            link => tight(link) && number.atoms.len() > 1 && number.atoms[1].link == link && atom.len() <= 4,
        }
    });
    left || right
}

/// Letters that may touch a number: what is left out of them is part of a serial number or a measure.
const TOUCHING: [&str; 12] =
    ["tel", "phone", "mobile", "mob", "qq", "vx", "wx", "v", "id", "wechat", "cell", "m"];
/// Words after a number that make it an amount.
const MEASURES: [&str; 14] =
    ["元", "块", "积分", "毫秒", "秒", "字节", "万", "亿", "股", "美元", "港币", "美金", "欧元", "人民币"];

/// Whether nothing touches the number that makes it part of something else.
fn stands_free(view: &View, cells: &Range<usize>) -> bool {
    let letters = |range: Range<usize>| {
        let text = view.slice(range);
        text.is_empty() || TOUCHING.contains(&text)
    };
    let is_letter = |cell: usize| view.char(cell).is_some_and(|c| c.is_ascii_alphabetic());
    let mut start = cells.start;
    while start > 0 && is_letter(start - 1) {
        start -= 1;
    }
    let mut end = cells.end;
    while is_letter(end) {
        end += 1;
    }
    if !letters(start..cells.start) || !letters(cells.end..end) {
        return false;
    }
    let is_mask = |c: char| matches!(c, '*' | '#' | '×' | '•' | '●' | '█' | '@');
    let before_ok = view.char_before(start).is_none_or(|c| {
        // Behind a mark that letters stand before: an address in the web, a file name, a key.
        let in_token = matches!(c, '/' | '_' | '=' | '-' | '.' | '&') && start >= 2 && is_letter(start - 2);
        !is_mask(c)
            && !matches!(c, '¥' | '$' | '€' | '£' | '\\')
            && !in_token
            && (start == cells.start || !c.is_ascii_digit())
    });
    let after_ok = view
        .char(end)
        .is_none_or(|c| !is_mask(c) && !matches!(c, '%' | '°' | '℃' | '_') && !c.is_ascii_digit());
    let rest = view.slice(cells.end..view.cells.len().min(cells.end + 5));
    let rest = rest.trim_start();
    before_ok && after_ok && !MEASURES.iter().any(|measure| rest.starts_with(measure))
}

/// Whether the groups are those in which people write such a number; single digits set apart always are.
pub(super) fn grouped(groups: &[usize], customary: &[&[usize]]) -> bool {
    groups.len() == 1 || groups.iter().all(|&group| group == 1) || customary.contains(&groups)
}
