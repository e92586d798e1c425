//! How often two characters stand side by side in everyday service chats, so that of the literals a pattern cannot do without
//! the ones are looked for that seldom stand in a message for nothing.
//!
//! Shared with `build.rs`, which counts them in `training/`. Pairs share slots by chance: a rare pair may pass for a frequent
//! one, which costs a little time and nothing else.

/// Slots of the table, each a little-endian `u16`.
pub(super) const SLOTS: usize = 1 << 15;

/// The slot of a pair; of a single character that of the pair with NUL.
pub(super) fn slot(first: char, second: char) -> usize {
    let key = u64::from(u32::from(first)) << 21 | u64::from(u32::from(second));
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOTS.trailing_zeros())) as usize
}

/// How often the rarest pair of a literal was counted.
pub(super) fn rate(table: &[u8], literal: &str) -> u32 {
    let count = |first, second| {
        let at = 2 * slot(first, second);
        u32::from(u16::from_le_bytes([table[at], table[at + 1]]))
    };
    let mut characters = literal.chars();
    let Some(mut last) = characters.next() else { return u32::MAX };
    let mut least = count(last, '\0');
    for c in characters {
        least = least.min(count(last, c));
        last = c;
    }
    least
}
