//! Files as a night finds them: whether one must be read at all, and what its bytes were at one moment.
//!
//! A file is known by the SHA-256 of its bytes. So that a night need not hash all of history, a file whose device, inode, size and
//! times (to the nanosecond, and that of its last change, which nobody can set back) are those of the night before is taken to
//! be unchanged; anything else is read. What is hashed and what is judged are the same bytes in memory.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::Path,
};

use sha2::{Digest, Sha256};

pub(super) type FileDigest = [u8; 32];

/// A file at one moment.
pub(super) struct Snapshot {
    pub(super) bytes: Vec<u8>,
    pub(super) digest: FileDigest,
    pub(super) stamp: String,
}

/// What tells that a file is as it was; empty where the system does not tell enough.
#[cfg(unix)]
pub(super) fn stamp(data: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    let (mtime, ctime) = ((data.mtime(), data.mtime_nsec()), (data.ctime(), data.ctime_nsec()));
    format!("{}:{}:{}:{}.{}:{}.{}", data.dev(), data.ino(), data.size(), mtime.0, mtime.1, ctime.0, ctime.1)
}

#[cfg(not(unix))]
pub(super) fn stamp(_: &Metadata) -> String {
    String::new()
}

/// Reads a whole file; `None` if it changed meanwhile: somebody is still writing it.
pub(super) fn take(path: &Path) -> io::Result<Option<Snapshot>> {
    take_by(path, |file| {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map(|_| bytes)
    })
}

fn take_by(path: &Path, read: impl FnOnce(&mut File) -> io::Result<Vec<u8>>) -> io::Result<Option<Snapshot>> {
    let mut file = File::open(path)?;
    let before = file.metadata()?;
    let bytes = read(&mut file)?;
    let after = std::fs::metadata(path)?;
    if stamp(&before) != stamp(&after) || bytes.len() as u64 != after.len() {
        return Ok(None);
    }
    Ok(Some(Snapshot { digest: Sha256::digest(&bytes).into(), bytes, stamp: stamp(&after) }))
}

/// Whether a file of that length and digest has only grown.
pub(super) fn grew(bytes: &[u8], length: u64, digest: &[u8]) -> bool {
    let before = usize::try_from(length).ok().and_then(|length| bytes.get(..length));
    before.is_some_and(|before| before.len() < bytes.len() && *Sha256::digest(before) == *digest)
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use super::*;

    #[test]
    fn a_file_that_grows_while_it_is_read_is_left_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("chat.csv");
        fs::write(&path, "one\n").expect("writes");
        let grows = |file: &mut File| {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            File::options().append(true).open(&path)?.write_all(b"two\n")?;
            Ok(bytes)
        };
        assert!(take_by(&path, grows).expect("reads").is_none());
        let whole = take(&path).expect("reads").expect("nobody writes");
        assert_eq!(whole.bytes, b"one\ntwo\n");
        assert!(grew(&whole.bytes, 4, &Sha256::digest(b"one\n")));
        assert!(!grew(&whole.bytes, 4, &Sha256::digest(b"two\n")));
        assert!(!grew(&whole.bytes, 8, &whole.digest) && !grew(&whole.bytes, 9, &whole.digest));
    }

    #[test]
    #[cfg(unix)]
    fn other_bytes_of_the_same_length_and_time_are_another_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("chat.csv");
        fs::write(&path, "one\n").expect("writes");
        let before = fs::metadata(&path).expect("is there");
        let modified = before.modified().expect("has a time");
        // Until the clock of the file system has gone on.
        while stamp(&fs::metadata(&path).expect("is there")) == stamp(&before) {
            fs::write(&path, "two\n").expect("writes");
            File::options()
                .write(true)
                .open(&path)
                .and_then(|file| file.set_modified(modified))
                .expect("sets");
        }
        let after = fs::metadata(&path).expect("is there");
        assert_eq!((before.len(), modified), (after.len(), after.modified().expect("has a time")));
    }
}
