//! Keyed tags: the same datum gives the same tag, and without the key no tag gives its datum.
//!
//! A plain hash would not do: there are only some two billion mobile numbers, and hashing them all takes minutes.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Kind, view::View};

/// The secret under which tags are made.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

/// What stands for a datum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag([u8; 16]);

impl Key {
    /// A key of any length; 32 random bytes are a good one.
    pub fn new(secret: &[u8]) -> Self {
        Self(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }

    /// The tag of a datum, however it is written.
    pub fn tag(&self, kind: Kind, datum: &str) -> Tag {
        Tag(self.mark(&[kind.as_str().as_bytes(), &[0], canonical(kind, datum).as_bytes()]))
    }

    /// The tag of bytes as they are; whoever joins several parts sees to it that no two joins look alike.
    pub fn mark(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        let mut tag = [0; 16];
        tag.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        tag
    }
}

impl Tag {
    /// Twelve letters: enough for a hundred thousand people, and no digits that might be read as a number.
    pub fn letters(self) -> String {
        let nibbles = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        nibbles.take(12).map(|nibble| char::from(b'a' + nibble)).collect()
    }
}

/// One spelling for all spellings of a datum.
fn canonical(kind: Kind, datum: &str) -> String {
    let view = View::new(datum);
    let numeric = matches!(
        kind,
        Kind::Mobile | Kind::Landline | Kind::IdCard | Kind::BankCard | Kind::Qq | Kind::SmsCode
    );
    let cells = view.cells.iter();
    let mut text: String = cells
        .filter_map(|cell| match cell.digit {
            Some(digit) if numeric || cell.c.is_ascii_digit() => Some(char::from(b'0' + digit)),
            _ if numeric => matches!(cell.c, 'x' | '×' | '叉').then_some('x'),
            _ => cell.c.is_alphanumeric().then_some(cell.c),
        })
        .collect();
    if kind == Kind::Mobile {
        text.drain(..text.len().saturating_sub(11));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_datum_has_one_tag_however_it_is_written() {
        let key = Key::new(b"a secret for this test");
        let tag = key.tag(Kind::Mobile, "18652371904");
        for spelling in
            ["186-5237-1904", "+86 18652371904", "１８６５２３７１９０４", "幺八六五二三七幺九零四"]
        {
            assert_eq!(key.tag(Kind::Mobile, spelling), tag, "{spelling}");
        }
        assert_ne!(key.tag(Kind::Mobile, "18652371905"), tag);
        assert_ne!(key.tag(Kind::Qq, "18652371904"), tag);
        assert_ne!(Key::new(b"another").tag(Kind::Mobile, "18652371904"), tag);
        assert_eq!(tag.letters().len(), 12);
    }
}
