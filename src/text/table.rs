//! How the character tables that `build.rs` makes are read; shared with it, since it folds the embedded packs beforehand.
//!
//! A table is one little-endian `u16` for each code point of the Basic Multilingual Plane.

/// The folded form of `c`, or `None` where the character is invisible and falls away.
pub(crate) fn fold_char(table: &[u8], c: char) -> Option<char> {
    match c as u32 {
        code @ 0..=0x7F => Some((code as u8).to_ascii_lowercase() as char),
        0x00AD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0xFE00..=0xFE0F | 0xFEFF | 0x20E3 => {
            None
        }
        code @ 0x80..=0xFFFF => Some(char::from_u32(u32::from(entry(table, code))).unwrap_or(c)),
        code @ 0x1_D400..=0x1_D6A3 => {
            let letter = (code - 0x1_D400) % 26;
            Some((b'a' + letter as u8) as char)
        }
        code @ 0x1_D7CE..=0x1_D7FF => Some((b'0' + ((code - 0x1_D7CE) % 10) as u8) as char),
        0xE_0100..=0xE_01EF => None,
        _ => Some(c),
    }
}

/// The syllable of a Han character as a character; any other is itself.
pub(crate) fn sound_char(table: &[u8], c: char) -> char {
    match c as u32 {
        code @ 0x3400..=0x9FFF => match entry(table, code) {
            0 => c,
            number => syllable_char(number),
        },
        _ => c,
    }
}

/// Syllables live in the private use area, so that they meet no character of a text.
pub(crate) fn syllable_char(number: u16) -> char {
    char::from_u32(0xE000 + u32::from(number)).unwrap_or('\u{E000}')
}

/// Whether `c` is written in Chinese script.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c as u32, 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x2_0000..=0x3_134F)
}

fn entry(table: &[u8], code: u32) -> u16 {
    let at = code as usize * 2;
    u16::from_le_bytes([table[at], table[at + 1]])
}
