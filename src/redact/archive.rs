//! Zip archives of chats: each file in them is cleaned as it would be by itself, and the others are copied as they are packed.
//!
//! All or nothing: an archive of which one file cannot be cleaned is refused, because it is shared as a whole. Workbooks are zip
//! archives too and are refused: their cells, comments and caches repeat each other in places that nobody sees.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read, Write},
};

use zip::{CompressionMethod, ZipArchive, ZipWriter, read::ZipFile, write::SimpleFileOptions};

use super::{RedactError, Redacted, Style, redact};
use crate::{
    personal,
    transcript::{InputConfig, file_name, is_chat},
};

/// What all files of an archive may unpack to.
const UNPACKED: u64 = 2 << 30;

/// Cleans the files of a zip archive.
pub(super) fn zip(bytes: &[u8], config: &InputConfig, style: &Style) -> Result<Redacted, RedactError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    if archive.index_for_name("[Content_Types].xml").or(archive.index_for_name("content.xml")).is_some() {
        return Err(RedactError::Container);
    }
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let comment = String::from_utf8_lossy(archive.comment()).into_owned();
    if personal::mask(&comment) == comment {
        out.set_raw_comment(archive.comment().into())?;
    }
    let mut redacted = Redacted { bytes: Vec::new(), counts: BTreeMap::new() };
    let mut left = UNPACKED;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = file_name(entry.name_raw());
        let refused = |reason: String| RedactError::Entry { name: personal::mask(&name), reason };
        let mut packed = Vec::new();
        (&mut entry).take(left).read_to_end(&mut packed)?;
        left = left.saturating_sub(packed.len() as u64);
        if left == 0 {
            return Err(refused(format!("the archive unpacks to more than {} GiB", UNPACKED >> 30)));
        }
        let options = options(&entry);
        drop(entry);
        if !packed.is_empty() && !is_chat(&name) {
            return Err(refused("is no chat by its name".to_owned()));
        }
        let clean = if packed.is_empty() {
            Redacted { bytes: Vec::new(), counts: BTreeMap::new() }
        } else {
            redact(&name, &packed, config, style).map_err(|error| refused(error.to_string()))?
        };
        let clean_name = personal::mask(&name).replace('*', "x");
        if clean.bytes != packed {
            out.start_file(clean_name, options)?;
            out.write_all(&clean.bytes)?;
        } else if clean_name == name {
            out.raw_copy_file(archive.by_index_raw(index)?)?;
        } else {
            out.raw_copy_file_rename(archive.by_index_raw(index)?, clean_name)?;
        }
        for (kind, count) in clean.counts {
            *redacted.counts.entry(kind).or_default() += count;
        }
    }
    redacted.bytes = out.finish()?.into_inner();
    Ok(redacted)
}

/// What an entry says of itself, so that its clean twin says the same.
fn options<R: Read>(entry: &ZipFile<'_, R>) -> SimpleFileOptions {
    let method = match entry.compression() {
        CompressionMethod::Stored => CompressionMethod::Stored,
        _ => CompressionMethod::Deflated,
    };
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(entry.last_modified().unwrap_or_default());
    entry.unix_mode().map_or(options, |mode| options.unix_permissions(mode))
}
