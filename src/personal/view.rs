//! A text as the recognisers read it: folded, without invisible characters, each cell knowing where it stood.
//!
//! Building one costs an allocation or two, so [`worth_reading`] first decides from one pass over the characters
//! whether a text can hold a datum at all.

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
                if let Some(cell) = cells.last_mut().filter(|cell| cell.digit.is_some() && cell.end + 1 == end) {
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

const DIGIT: u8 = 1;
const LETTER: u8 = 2;
const NAME: u8 = 4;

/// What a character of the basic plane can contribute to a datum.
static CLASSES: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    let class = |code: u32| {
        let Some(c) = char::from_u32(code).and_then(fold_char) else { return 0 };
        let mut class = 0;
        class |= if digits::value(c).is_some() { DIGIT } else { 0 };
        class |= if c.is_ascii_alphabetic() { LETTER } else { 0 };
        class |= if data().name.endings.iter().any(|(_, last)| *last == c) { NAME } else { 0 };
        class
    };
    (0..0x1_0000).map(class).collect()
});

/// What a text may hold, by its characters alone.
#[derive(Clone, Copy, Default)]
pub(super) struct Outlook {
    /// At least two digits in any script, or a run of four letters.
    pub(super) written: bool,
    /// The last two characters of a name label or title.
    pub(super) named: bool,
}

/// One pass, no allocation: most messages end here.
pub(super) fn outlook(text: &str) -> Outlook {
    let classes = &**CLASSES;
    let (mut digits, mut letters, mut longest) = (0_u32, 0_u32, 0_u32);
    let (mut named, mut before) = (false, ' ');
    for c in text.chars() {
        let class = classes.get(c as usize).copied().unwrap_or_else(|| u8::from(digits::value(fold(c)).is_some()));
        named |= class & NAME != 0 && data().name.endings.contains(&(fold(before), fold(c)));
        before = c;
        digits += u32::from(class & DIGIT);
        letters = if class & LETTER == 0 { 0 } else { letters + 1 };
        longest = longest.max(letters);
    }
    Outlook { written: digits >= 2 || longest >= 4, named }
}
