//! SHA-256 as the rest of the crate wants it: in small letters.

use sha2::{Digest, Sha256};

/// The digest of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |text, byte| format!("{text}{byte:02x}"))
}

/// Digests and names as `sha256sum` prints them, a line each.
pub(crate) fn listing<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    files.flat_map(|(digest, name)| [digest, "  ", name, "\n"]).collect()
}
