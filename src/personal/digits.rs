//! Digits however they are written, and the numbers that runs of them make.
//!
//! Full width, circled, keycap, Chinese and financial numerals and radio speech all read as digits; groups may be
//! set apart by spaces, dashes, dots or commas. What a number means is not decided here.

use std::ops::Range;

use super::view::View;

/// The value of a folded character as a digit.
pub(super) fn value(c: char) -> Option<u8> {
    let value = match c {
        '0'..='9' => c as u8 - b'0',
        '零' | '〇' | '洞' | '○' | '⓪' | '🄋' | '⓿' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '贰' | '两' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' | '拐' => 7,
        '八' | '捌' => 8,
        '九' | '玖' | '勾' => 9,
        '❶'..='❾' => (c as u32 - '❶' as u32) as u8 + 1,
        '➀'..='➈' => (c as u32 - '➀' as u32) as u8 + 1,
        '➊'..='➒' => (c as u32 - '➊' as u32) as u8 + 1,
        _ => return None,
    };
    Some(value)
}

/// An unbroken run of digits.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    pub(super) cells: Range<usize>,
    /// Index of its first digit among all digits of the text.
    first: usize,
    /// The mark that links it to the atom before: a space stands for any number of blanks.
    pub(super) link: Option<char>,
    /// Whether all its digits are of the ASCII kind once folded.
    plain: bool,
}

impl Atom {
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }
}

/// All digits of a text and how they group.
pub(super) struct Digits {
    pub(super) values: Vec<u8>,
    pub(super) atoms: Vec<Atom>,
}

/// A candidate: some neighbouring atoms read as one number.
#[derive(Clone)]
pub(super) struct Number<'a> {
    pub(super) cells: Range<usize>,
    pub(super) digits: &'a [u8],
    pub(super) atoms: &'a [Atom],
}

impl Number<'_> {
    /// The marks between the groups, in order.
    pub(super) fn links(&self) -> impl Iterator<Item = char> + '_ {
        self.atoms[1..].iter().filter_map(|atom| atom.link)
    }

    /// The digits without the first `n`, which may end within a group.
    pub(super) fn groups_after(&self, mut n: usize) -> Vec<usize> {
        let mut groups = Vec::with_capacity(self.atoms.len());
        for atom in self.atoms {
            let rest = atom.len().saturating_sub(n);
            n -= n.min(atom.len());
            if rest > 0 {
                groups.push(rest);
            }
        }
        groups
    }
}

impl Digits {
    pub(super) fn new(view: &View) -> Self {
        let (mut values, mut atoms) = (Vec::new(), Vec::<Atom>::new());
        let mut at = 0;
        while at < view.cells.len() {
            let Some(first_value) = view.cells[at].digit else {
                at += 1;
                continue;
            };
            let (start, first) = (at, values.len());
            let mut digit = Some(first_value);
            while let Some(value) = digit {
                values.push(value);
                at += 1;
                digit = view.cells.get(at).and_then(|cell| cell.digit);
            }
            let link = atoms.last().and_then(|atom| link(view, atom.cells.end..start));
            let plain = view.cells[start..at].iter().all(|cell| cell.c.is_ascii_digit());
            atoms.push(Atom { cells: start..at, first, link, plain });
        }
        Self { values, atoms }
    }

    /// Atoms `from..to` as one number.
    pub(super) fn number(&self, from: usize, to: usize) -> Number<'_> {
        let atoms = &self.atoms[from..to];
        let (first, last) = (&atoms[0], &atoms[atoms.len() - 1]);
        Number {
            cells: first.cells.start..last.cells.end,
            digits: &self.values[first.first..last.first + last.len()],
            atoms,
        }
    }

    /// Atom `at` without the Chinese numerals at its ends, which may be words: 第一 before a number.
    pub(super) fn trimmed(&self, at: usize, view: &View) -> Option<(Atom, Vec<u8>)> {
        let atom = &self.atoms[at];
        if atom.plain {
            return None;
        }
        let is_plain = |cell: &usize| view.cells[*cell].c.is_ascii_digit();
        let start = atom.cells.clone().find(is_plain)?;
        let end = atom.cells.clone().rfind(is_plain)? + 1;
        if (start..end) == atom.cells {
            return None;
        }
        let values = view.cells[start..end].iter().filter_map(|cell| cell.digit).collect();
        Some((Atom { cells: start..end, first: 0, link: None, plain: true }, values))
    }
}

/// The mark that `gap` consists of, if it is one that people put between groups of one number.
fn link(view: &View, gap: Range<usize>) -> Option<char> {
    if gap.len() > 3 {
        return None;
    }
    let mut mark = None;
    for cell in &view.cells[gap] {
        match cell.c {
            ' ' | '\t' => {}
            '-' | '–' | '—' | '‐' | '‑' | '−' | '_' | '~' | '杠' | '(' | '.' | '·' | '•' | ',' | '、'
            | '。' | '/' | ')' | '|'
                if mark.is_none() =>
            {
                mark = Some(cell.c);
            }
            _ => return None,
        }
    }
    Some(match mark.unwrap_or(' ') {
        '–' | '—' | '‐' | '‑' | '−' | '杠' => '-',
        '•' | '。' => '.',
        mark => mark,
    })
}
