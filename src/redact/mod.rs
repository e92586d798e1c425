//! Transcripts in their own format with the personal data masked, so that they can be shared.
//!
//! Works on the bytes of a file and changes those of a datum and no others: encoding, quoting, order and spacing stay. It
//! does not need to understand a file to clean it: where it sees no columns it reads lines. Ids of conversations and
//! messages, times and roles stay as they are, or the result could not be analysed any more.

mod archive;
mod segment;
mod source;

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read, Write},
};

use thiserror::Error;

use crate::{
    personal::{self, Datum, Key, Kind},
    transcript::{InputConfig, InputError, layout_of},
};
use segment::Segment;
use source::Source;

/// What takes the place of a datum.
#[derive(Clone)]
pub enum Style {
    /// `186****1904`, character for character.
    Mask,
    /// `[mobile#kdbmafehgcpo]`: the same datum gives the same name under the same key.
    Pseudonym(Key),
}

/// A cleaned file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted {
    /// What to write in place of the original.
    pub bytes: Vec<u8>,
    /// How many data of each kind were replaced.
    pub counts: BTreeMap<Kind, u64>,
}

/// Why a file cannot be cleaned. Nothing of it may be shared then.
#[derive(Debug, Error)]
pub enum RedactError {
    /// The settings are wrong.
    #[error(transparent)]
    Config(#[from] InputError),
    /// A wrapper ends too early or is damaged.
    #[error("the compressed file is damaged ({0}); nothing was written for it")]
    Wrapper(#[from] io::Error),
    /// A zip archive is damaged, or locked by a password.
    #[error("the zip archive cannot be opened ({0}); nothing was written for it")]
    Zip(#[from] zip::result::ZipError),
    /// A workbook or a tar, with the data in more places than their cells and files.
    #[error(
        "is a workbook or a tar; save it as CSV, or unpack it, and redact that. Nothing was written for it"
    )]
    Container,
    /// A file of an archive cannot be cleaned, so that the archive as a whole cannot be shared.
    #[error(
        "holds {name}, which cannot be cleaned: {reason}. Take it out of the archive; nothing was written for it"
    )]
    Entry {
        /// The file, masked.
        name: String,
        /// Why.
        reason: String,
    },
    /// Neither text nor a wrapper of text.
    #[error("is no text; nothing was written for it")]
    NoText,
}

/// Cleans the bytes of one file; its name tells between commas and tabs where the content does not.
pub fn redact(
    name: &str,
    bytes: &[u8],
    config: &InputConfig,
    style: &Style,
) -> Result<Redacted, RedactError> {
    match bytes {
        [0x1f, 0x8b, ..] => {
            let mut inner = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut inner)?;
            let mut redacted = redact(name, &inner, config, style)?;
            let mut wrapper = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            wrapper.write_all(&redacted.bytes)?;
            redacted.bytes = wrapper.finish()?;
            Ok(redacted)
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let inner = zstd::decode_all(Cursor::new(bytes))?;
            let mut redacted = redact(name, &inner, config, style)?;
            redacted.bytes = zstd::encode_all(Cursor::new(&redacted.bytes), 0)?;
            Ok(redacted)
        }
        [b'P', b'K', 3, 4, ..] => archive::zip(bytes, config, style),
        // The old office format, a tar.
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(RedactError::Container),
        _ if bytes.get(257..262) == Some(b"ustar") => Err(RedactError::Container),
        _ => text(name, bytes, config, style),
    }
}

fn text(name: &str, bytes: &[u8], config: &InputConfig, style: &Style) -> Result<Redacted, RedactError> {
    if bytes.is_empty() {
        return Ok(Redacted { bytes: Vec::new(), counts: BTreeMap::new() });
    }
    let layout = layout_of(name, bytes, config)?.ok_or(RedactError::NoText)?;
    let source = Source::new(bytes, layout.encoding);
    let mut out = source.writer();
    let mut counts = BTreeMap::new();
    segment::each(&source.chars, &layout, |segment| {
        let text = segment.text();
        for datum in personal::find(&text) {
            if segment.replace(datum, &text, style, &mut out) {
                *counts.entry(datum.kind).or_default() += 1;
            }
        }
    });
    Ok(Redacted { bytes: out.finish(), counts })
}

impl Segment {
    /// Puts mask or pseudonym in the place of a datum; `false` where it stands in the column's name.
    fn replace(&self, datum: Datum, text: &str, style: &Style, out: &mut source::Writer<'_>) -> bool {
        let span = datum.span.start as usize..datum.span.end as usize;
        let Some(span) = self.own(span) else { return false };
        // A number holds one datum at most, so its marks are written once.
        if self.bare_number {
            out.insert(self.chars[0].1.start, "\"");
        }
        match style {
            Style::Pseudonym(key) => {
                let name =
                    format!("[{}#{}]", datum.kind.as_str(), key.tag(datum.kind, datum.of(text)).letters());
                let (first, last) = (&self.chars[span.start], &self.chars[span.end - 1]);
                out.replace(first.1.start..last.1.end, &name);
            }
            Style::Mask => {
                let masked = personal::mask_data(text, &[datum]);
                let masked = masked.chars().skip(self.label.len()).enumerate();
                for (at, masked) in masked.skip(span.start).take(span.len()) {
                    if masked != self.chars[at].0 {
                        out.replace(self.chars[at].1.clone(), masked.encode_utf8(&mut [0; 4]));
                    }
                }
            }
        }
        if self.bare_number {
            out.insert(self.chars[self.chars.len() - 1].1.end, "\"");
        }
        true
    }
}
