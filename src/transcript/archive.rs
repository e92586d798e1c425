//! Zip and tar: files inside a file, one more archive deep, and not more than can be what it says.
//!
//! Nothing is written to disk. An entry is read while it is unpacked, so a large one takes no more memory than a large file does.

use std::io::{self, Cursor, Read};

use encoding_rs::GB18030;
use zip::{ZipArchive, result::ZipError};

use super::{excel, input::is_chat, stream::Stream};

/// The largest archive or workbook that is held in memory.
const LARGEST: u64 = 512 << 20;
/// What all entries of an archive may unpack to.
const UNPACKED: u64 = 8 << 30;
/// What a workbook may unpack to; its cells take several times as much.
const WORKBOOK: u64 = 512 << 20;
/// How many times its size an entry may unpack to. Chats come to 10 or 20; a bomb to 1,000.
const RATIO: u64 = 200;
/// Below this size a ratio tells nothing.
const SMALL: u64 = 8 << 20;
/// How many entries are looked at.
const ENTRIES: usize = 100_000;

/// What a stream begins like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Zip,
    Tar,
    /// The container of old Excel files.
    Ole,
    /// None of these.
    Plain,
}

pub(crate) fn kind(stream: &mut Stream<'_>) -> Kind {
    match stream.peek(512) {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Kind::Zip,
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Kind::Ole,
        head if head.get(257..262) == Some(b"ustar") => Kind::Tar,
        _ => Kind::Plain,
    }
}

/// All bytes of an archive, which can only be read from its end.
pub(crate) fn whole(stream: Stream<'_>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match stream.take(LARGEST + 1).read_to_end(&mut bytes) {
        Ok(read) if read as u64 > LARGEST => {
            Err(format!("is larger than {} MiB; unpack it first", LARGEST >> 20))
        }
        Ok(_) => Ok(bytes),
        Err(error) => Err(format!("reading failed: {error}")),
    }
}

/// An entry that could be opened, or why not; `None` for a file that is no chat by its name.
pub(crate) type Entry<'a> = Option<Result<Stream<'a>, String>>;

/// An opened zip file: a workbook, or a folder of files.
pub(crate) struct Zip<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    packed: u64,
}

impl<'b> Zip<'b> {
    pub(crate) fn open(bytes: &'b [u8]) -> Result<Self, String> {
        let archive = ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| format!("the zip file cannot be opened, it may have been cut off: {error}"))?;
        if archive.len() > ENTRIES {
            return Err(format!("the zip file holds more than {ENTRIES} files; unpack it first"));
        }
        Ok(Self { archive, packed: bytes.len() as u64 })
    }

    /// The kind of workbook that it is, if it is one; an error if it would unpack to too much.
    pub(crate) fn workbook(&mut self) -> Result<Option<excel::Kind>, String> {
        let mut kind = None;
        let mut unpacked = 0_u64;
        for index in 0..self.archive.len() {
            let Ok(entry) = self.archive.by_index_raw(index) else { continue };
            match entry.name_raw() {
                b"xl/workbook.xml" => kind = Some(excel::Kind::Xlsx),
                b"xl/workbook.bin" => kind = Some(excel::Kind::Xlsb),
                b"content.xml" => kind = Some(excel::Kind::Ods),
                _ => {}
            }
            unpacked = unpacked.saturating_add(entry.size());
        }
        if kind.is_some() && (unpacked > WORKBOOK || too_dense(self.packed, unpacked)) {
            return Err(format!("the workbook would unpack to {} MiB and is refused", unpacked >> 20));
        }
        Ok(kind)
    }

    /// Hands over every file with its name, in order of name.
    pub(crate) fn each(&mut self, password: Option<&str>, use_it: &mut dyn FnMut(&str, Entry<'_>)) {
        let mut names: Vec<(String, usize)> = Vec::new();
        let mut unpacked = 0_u64;
        for index in 0..self.archive.len() {
            if let Ok(entry) = self.archive.by_index_raw(index)
                && !entry.is_dir()
            {
                unpacked = unpacked.saturating_add(entry.size());
                names.push((file_name(entry.name_raw()), index));
            }
        }
        if unpacked > UNPACKED {
            let reason = format!("would unpack to {} GiB and is refused; unpack it first", unpacked >> 30);
            return use_it("", Some(Err(reason)));
        }
        names.sort();
        for (name, index) in names {
            if is_hidden(&name) {
                continue;
            }
            if !is_chat(&name) {
                use_it(&name, None);
                continue;
            }
            let opened = match password {
                Some(password) => self.archive.by_index_decrypt(index, password.as_bytes()),
                None => self.archive.by_index(index),
            };
            match opened {
                Ok(entry) if too_dense(entry.compressed_size(), entry.size()) => {
                    let reason = format!(
                        "would unpack to {} MiB, over {RATIO} times its size, and is refused",
                        entry.size() >> 20
                    );
                    use_it(&name, Some(Err(reason)));
                }
                Ok(entry) => {
                    let left = entry.size();
                    use_it(&name, Some(Ok(Stream::new(Bounded { from: entry, left }))));
                }
                Err(error) => use_it(&name, Some(Err(refusal(&error, password.is_some())))),
            }
        }
    }
}

fn refusal(error: &ZipError, has_password: bool) -> String {
    match error {
        ZipError::InvalidPassword => "the password of the zip file is wrong".to_owned(),
        ZipError::UnsupportedArchive(_) if !has_password => {
            format!("cannot be unpacked: {error}; if it needs a password, give --password-file")
        }
        _ => format!("cannot be unpacked: {error}"),
    }
}

/// Hands over every file of a tar with its name, in the order of the archive.
pub(crate) fn each_of_tar(stream: Stream<'_>, use_it: &mut dyn FnMut(&str, Entry<'_>)) {
    let mut archive = tar::Archive::new(stream);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return use_it("", Some(Err(format!("the tar file cannot be read: {error}")))),
    };
    for (count, entry) in entries.enumerate() {
        match entry {
            Ok(_) if count >= ENTRIES => {
                return use_it("", Some(Err(format!("holds more than {ENTRIES} files; unpack it first"))));
            }
            Ok(entry) if entry.header().entry_type().is_file() => {
                let name = file_name(&entry.path_bytes());
                if is_hidden(&name) {
                    continue;
                }
                let is_chat = is_chat(&name);
                use_it(&name, is_chat.then(|| Ok(Stream::new(entry))));
            }
            Ok(_) => {}
            Err(error) => {
                let reason = format!("the tar file ends too early ({error}); the files before are kept");
                return use_it("", Some(Err(reason)));
            }
        }
    }
}

fn too_dense(packed: u64, unpacked: u64) -> bool {
    unpacked > SMALL && unpacked / packed.max(1) > RATIO
}

/// Windows writes Chinese names in GBK and does not say so.
pub(crate) fn file_name(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(raw).0.into_owned(),
    }
}

fn is_hidden(name: &str) -> bool {
    name.split(['/', '\\']).any(|part| part.starts_with('.') && part.len() > 1 || part == "__MACOSX")
}

/// An entry that is not allowed to be larger than it says.
struct Bounded<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(out)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "the file unpacks to more than the archive says")
        })?;
        Ok(read)
    }
}
