//! A list of texts that finds the number of a text, as bytes that are used where they lie; `build.rs` writes such lists and the
//! library reads them.

/// A list in its written form: the number of texts and of slots, where each text ends, the slots of a hash table, the texts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    ends: &'a [u8],
    slots: &'a [u8],
    texts: &'a [u8],
}

impl<'a> Words<'a> {
    /// Reads what [`write`] wrote.
    ///
    /// # Panics
    /// On anything else.
    pub(crate) fn read(bytes: &'a [u8]) -> Self {
        let (count, slots) = (number(bytes, 0) as usize, number(bytes, 1) as usize);
        let (ends, rest) = bytes[8..].split_at(4 * count);
        let (slots, texts) = rest.split_at(4 * slots);
        Self { ends, slots, texts }
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len() / 4
    }

    /// The number of a text.
    pub(crate) fn number(&self, text: &str) -> Option<u32> {
        let mask = self.slots.len() / 4 - 1;
        let mut slot = hash(text) as usize & mask;
        loop {
            // A slot holds the number plus one; at least half of them are empty.
            let found = number(self.slots, slot).checked_sub(1)?;
            if self.text(found as usize) == text.as_bytes() {
                return Some(found);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The texts in order.
    pub(crate) fn texts(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).map(move |at| str::from_utf8(self.text(at)).expect("texts were written"))
    }

    fn text(&self, at: usize) -> &'a [u8] {
        let start = if at == 0 { 0 } else { number(self.ends, at - 1) as usize };
        &self.texts[start..number(self.ends, at) as usize]
    }
}

/// Writes a list of texts that are all different.
pub(crate) fn write(texts: &[String]) -> Vec<u8> {
    let size = (2 * texts.len()).next_power_of_two().max(2);
    let mut slots = vec![0_u32; size];
    let mut ends = Vec::with_capacity(texts.len());
    let mut end = 0;
    for (text, number) in texts.iter().zip(1..) {
        end += text.len() as u32;
        ends.push(end);
        let mut slot = hash(text) as usize & (size - 1);
        while slots[slot] != 0 {
            slot = (slot + 1) & (size - 1);
        }
        slots[slot] = number;
    }
    let head = [texts.len() as u32, size as u32];
    let numbers = head.iter().chain(&ends).chain(&slots).flat_map(|number| number.to_le_bytes());
    numbers.chain(texts.iter().flat_map(|text| text.bytes())).collect()
}

/// The number at place `at` of a list of little-endian numbers.
pub(crate) fn number(bytes: &[u8], at: usize) -> u32 {
    let at = 4 * at;
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// FNV-1a, the upper bits mixed in.
fn hash(text: &str) -> u64 {
    let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    hash ^ hash >> 32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_is_found_by_its_number_and_no_other(
            texts in prop::collection::btree_set("[a-d微信加]{0,4}", 0..40),
            other in "[a-d微信加]{0,4}",
        ) {
            let texts: Vec<String> = texts.into_iter().collect();
            let bytes = write(&texts);
            let words = Words::read(&bytes);
            prop_assert_eq!(words.texts().collect::<Vec<_>>(), texts.iter().collect::<Vec<_>>());
            for (text, number) in texts.iter().zip(0..) {
                prop_assert_eq!(words.number(text), Some(number));
            }
            prop_assert_eq!(words.number(&other).is_some(), texts.contains(&other));
        }
    }
}
