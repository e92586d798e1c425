//! The zip file that a bundle is: stored, never packed, with no clock in it, so that the same files give the same bytes.
//!
//! Written by hand because every byte has to mean something: a checker that rebuilds the container and compares finds a
//! flipped bit wherever it is, and a library's next version may write other headers. Any program that knows zip reads it.

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// Where a container is not as [`pack`] writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Damage {
    /// The first byte that differs.
    pub(super) at: usize,
    /// What stands there.
    pub(super) what: &'static str,
    /// Of which file.
    pub(super) entry: Option<String>,
}

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// Needs version 2.0; names are UTF-8; stored; 1980-01-01, the day without a day.
const COMMON: [u8; 10] = [20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0];
const LOCAL_LENGTH: usize = 30;
const CENTRAL_LENGTH: usize = 46;

/// The container; `None` where it would not fit the sizes that zip knows without extensions.
pub(super) fn pack(entries: &[Entry]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for Entry { name, bytes } in entries {
        let offset = u32::try_from(out.len()).ok()?;
        let header = header(name, bytes)?;
        directory.extend(CENTRAL);
        directory.extend([20, 0]);
        directory.extend(&header);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
        out.extend(LOCAL);
        out.extend(&header);
        out.extend(name.as_bytes());
        out.extend(bytes);
    }
    let count = u16::try_from(entries.len()).ok()?.to_le_bytes();
    let (start, length) = (u32::try_from(out.len()).ok()?, u32::try_from(directory.len()).ok()?);
    out.extend(directory);
    out.extend(END);
    out.extend([0; 4]);
    out.extend(count);
    out.extend(count);
    out.extend(length.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    Some(out)
}

/// What the headers of an entry share.
fn header(name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    let size = u32::try_from(bytes.len()).ok()?.to_le_bytes();
    let mut header = COMMON.to_vec();
    header.extend(crc.sum().to_le_bytes());
    header.extend(size);
    header.extend(size);
    header.extend(u16::try_from(name.len()).ok()?.to_le_bytes());
    header.extend([0; 2]);
    Some(header)
}

/// The files of a container as far as they can be told, and where it is not as [`pack`] would write them. A file whose
/// bytes have changed shows as damage too, for its sum stands in the heads.
pub(super) fn unpack(container: &[u8]) -> (Vec<Entry>, Vec<Damage>) {
    let mut entries = Vec::new();
    let mut at = 0;
    while container.get(at..).is_some_and(|rest| rest.starts_with(&LOCAL)) {
        let Some((entry, next)) = entry(container, at) else { break };
        entries.push(entry);
        at = next;
    }
    let damage = damage(container, &entries);
    (entries, damage)
}

fn entry(container: &[u8], at: usize) -> Option<(Entry, usize)> {
    let number = |from: usize, bytes: usize| {
        let read = container.get(at + from..at + from + bytes)?;
        Some(read.iter().rev().fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte)))
    };
    let (size, name) = (number(22, 4)?, number(26, 2)?);
    let data = at.checked_add(LOCAL_LENGTH + name)?;
    let end = data.checked_add(size)?;
    let name = String::from_utf8(container.get(at + LOCAL_LENGTH..data)?.to_vec()).ok()?;
    Some((Entry { name, bytes: container.get(data..end)?.to_vec() }, end))
}

fn damage(container: &[u8], entries: &[Entry]) -> Vec<Damage> {
    const HEAD: &str = "the head of";
    const DIRECTORY: &str = "the directory's line of";
    let Some(right) = pack(entries) else {
        return vec![Damage { at: 0, what: "more than a bundle holds", entry: None }];
    };
    let mut parts = Vec::new();
    let mut at = 0;
    for Entry { name, bytes } in entries {
        parts.push((at, HEAD, Some(name)));
        at += LOCAL_LENGTH + name.len() + bytes.len();
    }
    for Entry { name, .. } in entries {
        parts.push((at, DIRECTORY, Some(name)));
        at += CENTRAL_LENGTH + name.len();
    }
    parts.push((at, "the end of the directory", None));
    let ends = parts.iter().skip(1).map(|part| part.0).chain([right.len().max(container.len())]);
    let differs = |from: usize, to: usize| (from..to).find(|&at| right.get(at) != container.get(at));
    parts
        .iter()
        .zip(ends)
        .filter_map(|(&(from, what, entry), to)| {
            Some(Damage { at: differs(from, to)?, what, entry: entry.cloned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    fn entries() -> Vec<Entry> {
        let entry = |name: &str, text: &str| Entry { name: name.to_owned(), bytes: text.into() };
        vec![entry("a.txt", "hello"), entry("会话/1.json", "{}"), entry("empty", "")]
    }

    #[test]
    fn a_zip_program_reads_it() {
        let bytes = pack(&entries()).expect("it is small");
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("it is a zip file");
        let names: Vec<String> =
            zip.file_names().map(|name| name.expect("it is text").into_owned()).collect();
        assert_eq!(names, ["a.txt", "会话/1.json", "empty"]);
        let mut text = String::new();
        zip.by_index(0).expect("it is there").read_to_string(&mut text).expect("its sum is right");
        assert_eq!(text, "hello");
    }

    #[test]
    fn what_was_packed_is_unpacked() {
        assert_eq!(unpack(&pack(&entries()).expect("it is small")), (entries(), vec![]));
    }

    #[test]
    fn no_byte_can_change_unseen() {
        let whole = pack(&entries()).expect("it is small");
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(!unpack(&changed).1.is_empty(), "byte {at}");
            assert!(!unpack(&whole[..at]).1.is_empty(), "cut off at byte {at}");
        }
    }
}
