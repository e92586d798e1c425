//! A text as the recognisers read it: folded, without invisible characters, each cell knowing where it stood.
//!
//! Building one costs an allocation or two, so [`outlook`] first tells from one pass over the characters what
//! a text can hold at all.

use std::{ops::Range, sync::LazyLock};

use super::{data::data, digits};
use crate::{finding::Span, text::fold::fold_char};

/// Folds one character; what is invisible stays as it is.
pub(super) fn fold(c: char) -> char {
    fold_char(c).unwrap_or(c)
}

/// One visible character.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    /// Folded.
    pub(super) c: char,
    /// Its value if it can be read as a digit.
    pub(super) digit: Option<u8>,
    /// Where it begins in [`View::folded`].
    byte: u32,
    /// The characters of the original that it stands for.
    start: u32,
    end: u32,
}

/// The cells of a text, and the same as a string for regular expressions.
pub(super) struct View {
    pub(super) cells: Vec<Cell>,
    pub(super) folded: String,
}

impl View {
    pub(super) fn new(text: &str) -> Self {
        let mut cells: Vec<Cell> = Vec::with_capacity(text.len() / 2);
        let mut folded = String::with_capacity(text.len());
        for (at, original) in text.chars().enumerate() {
            let end = at as u32 + 1;
            let Some(c) = fold_char(original) else {
                // A keycap is a digit and two marks: all three are the digit.
                if let Some(cell) =
                    cells.last_mut().filter(|cell| cell.digit.is_some() && cell.end + 1 == end)
                {
                    cell.end = if is_keycap(original) { end } else { cell.end };
                }
                continue;
            };
            cells.push(Cell { c, digit: digits::value(c), byte: folded.len() as u32, start: at as u32, end });
            folded.push(c);
        }
        read_letters(&mut cells);
        Self { cells, folded }
    }

    /// The characters of the original that `cells` stand for.
    pub(super) fn span(&self, cells: Range<usize>) -> Span {
        let start = self.cells.get(cells.start).map_or(0, |cell| cell.start);
        let end = self.cells[..cells.end].last().map_or(start, |cell| cell.end);
        Span { start, end }
    }

    /// The cells that a match in [`View::folded`] covers.
    pub(super) fn cells_of(&self, bytes: Range<usize>) -> Range<usize> {
        let at = |byte: usize| self.cells.partition_point(|cell| (cell.byte as usize) < byte);
        at(bytes.start)..at(bytes.end)
    }

    /// The folded text of `cells`.
    pub(super) fn slice(&self, cells: Range<usize>) -> &str {
        let at = |cell: usize| self.cells.get(cell).map_or(self.folded.len(), |cell| cell.byte as usize);
        &self.folded[at(cells.start)..at(cells.end)]
    }

    /// The character `cell`, if there is one.
    pub(super) fn char(&self, cell: usize) -> Option<char> {
        self.cells.get(cell).map(|cell| cell.c)
    }

    /// The character before `cell`, if there is one.
    pub(super) fn char_before(&self, cell: usize) -> Option<char> {
        self.char(cell.checked_sub(1)?)
    }
}

/// An `o` between digits is a zero in disguise; within a serial number the other letters give it away.
fn read_letters(cells: &mut [Cell]) {
    for at in 1..cells.len() {
        let follows = cells[at - 1].digit.is_some() && cells[at].c == 'o';
        let goes_on =
            cells[at..].iter().find(|cell| cell.c != 'o').is_some_and(|cell| cell.c.is_ascii_digit());
        if follows && goes_on {
            cells[at].digit = Some(0);
        }
    }
}

pub(super) fn is_keycap(c: char) -> bool {
    matches!(c, '\u{FE0F}' | '\u{20E3}')
}

/// What a character can contribute to a datum: one bit a hint.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Hint {
    Digit = 1,
    Letter = 1 << 1,
    /// The last character of a name label or title.
    Name = 1 << 2,
    /// The group of a village.
    Group = 1 << 3,
    /// A unit of a door.
    Door = 1 << 4,
    /// A sign or word for @.
    Mail = 1 << 5,
    /// The sign of a province on a plate.
    Province = 1 << 6,
    /// Of passwords and codes.
    Secret = 1 << 7,
    /// Of WeChat in its disguises.
    Wechat = 1 << 8,
    Qq = 1 << 9,
    /// Of plates that are not civil.
    Service = 1 << 10,
}

/// The hints of every character of the basic plane.
static HINTS: LazyLock<Box<[u16]>> = LazyLock::new(|| {
    let signs = [
        (Hint::Group, "组社"),
        (Hint::Door, "号栋幢座弄室房户组社舍寝门楼层#-"),
        (Hint::Mail, "@#艾爱圈鼠"),
        (Hint::Secret, "密口码面背签cp"),
        (Hint::Wechat, "微薇威维徽卫绿加私个我号v➕w"),
        (Hint::Qq, "q扣企球"),
        (Hint::Service, "使军海空北南东中w"),
    ];
    // By folded character first: a list names some dozens of them, and there are sixty thousand.
    let mut own = vec![0_u16; 1 << 16];
    let listed = signs.into_iter().flat_map(|(hint, list)| list.chars().map(move |c| (hint, c)));
    let endings = data().name.endings.iter().map(|&(_, last)| (Hint::Name, last));
    let provinces = data().plate_provinces.iter().map(|&c| (Hint::Province, c));
    let letters = ('a'..='z').chain('A'..='Z').map(|c| (Hint::Letter, c));
    let digits = ('\0'..='\u{FFFF}').filter(|&c| digits::value(c).is_some()).map(|c| (Hint::Digit, c));
    for (hint, c) in listed.chain(endings).chain(provinces).chain(letters).chain(digits) {
        if let Some(hints) = own.get_mut(c as usize) {
            *hints |= hint as u16;
        }
    }
    let folded = |code: u32| char::from_u32(code).and_then(fold_char);
    (0..0x1_0000).map(|code| folded(code).and_then(|c| own.get(c as usize).copied()).unwrap_or(0)).collect()
});

/// What a text may hold, by its characters alone.
#[derive(Clone, Copy, Default)]
pub(super) struct Outlook {
    hints: u16,
    /// Digits in any script.
    digits: u32,
    /// The longest run of letters.
    letters: u32,
    /// The last two characters of a name label or title stand there.
    pub(super) named: bool,
}

impl Outlook {
    /// Whether a character with that hint stands in the text.
    pub(super) fn holds(self, hint: Hint) -> bool {
        self.hints & hint as u16 != 0
    }

    /// Whether there are enough digits or letters for any datum.
    pub(super) fn written(self) -> bool {
        self.digits >= 2 || self.digits == 1 && self.holds(Hint::Group) || self.letters >= 4
    }

    /// Whether there are that many digits.
    pub(super) fn digits(self, least: u32) -> bool {
        self.digits >= least
    }
}

/// One pass, no allocation: most messages end here.
pub(super) fn outlook(text: &str) -> Outlook {
    let table = &**HINTS;
    let mut outlook = Outlook::default();
    let (mut letters, mut before) = (0_u32, ' ');
    for c in text.chars() {
        let beyond = || u16::from(digits::value(fold(c)).is_some());
        let hints = table.get(c as usize).copied().unwrap_or_else(beyond);
        outlook.hints |= hints;
        outlook.digits += u32::from(hints & Hint::Digit as u16);
        letters = if hints & Hint::Letter as u16 == 0 { 0 } else { letters + 1 };
        outlook.letters = outlook.letters.max(letters);
        let may_be_named = hints & Hint::Name as u16 != 0;
        outlook.named |= may_be_named && data().name.endings.contains(&(fold(before), fold(c)));
        before = c;
    }
    outlook
}
