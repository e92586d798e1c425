//! Bytes on their way in: a look ahead that loses nothing, and the wrappers (gzip, zstd) taken off.
//!
//! Wrappers are known by their first bytes, never by a file's name, and taken off while reading: no file is unpacked as a whole.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

/// A reader that one may look ahead into.
pub(crate) struct Stream<'a> {
    ahead: Vec<u8>,
    position: usize,
    /// What ended the look ahead; handed out after what was read before it.
    failed: Option<io::Error>,
    ended: bool,
    rest: Box<dyn Read + 'a>,
}

impl<'a> Stream<'a> {
    pub(crate) fn new(rest: impl Read + 'a) -> Self {
        Self::boxed(Box::new(rest))
    }

    pub(crate) fn boxed(rest: Box<dyn Read + 'a>) -> Self {
        Self { ahead: Vec::new(), position: 0, failed: None, ended: false, rest }
    }

    /// The next `length` bytes, or fewer where the input ends or fails before.
    pub(crate) fn peek(&mut self, length: usize) -> &[u8] {
        self.ahead.drain(..self.position);
        self.position = 0;
        if self.ahead.len() < length && !self.ended {
            let missing = (length - self.ahead.len()) as u64;
            match self.rest.by_ref().take(missing).read_to_end(&mut self.ahead) {
                Ok(read) => self.ended = (read as u64) < missing,
                Err(error) => {
                    self.failed = Some(error);
                    self.ended = true;
                }
            }
        }
        &self.ahead[..length.min(self.ahead.len())]
    }

    /// Whether the last look ahead reached the end.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Passes over bytes that were looked at.
    pub(crate) fn skip(&mut self, length: usize) {
        self.position = (self.position + length).min(self.ahead.len());
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ahead = &self.ahead[self.position..];
        if !ahead.is_empty() {
            let length = ahead.len().min(out.len());
            out[..length].copy_from_slice(&ahead[..length]);
            self.position += length;
            return Ok(length);
        }
        match self.failed.take() {
            Some(error) => Err(error),
            None if self.ended => Ok(0),
            None => self.rest.read(out),
        }
    }
}

/// How often a wrapper may stand in a wrapper.
const NESTED: usize = 2;

/// Takes gzip and zstd off.
pub(crate) fn unwrap(mut stream: Stream<'_>) -> io::Result<Stream<'_>> {
    for _ in 0..NESTED {
        stream = match stream.peek(4) {
            [0x1f, 0x8b, ..] => Stream::new(MultiGzDecoder::new(stream)),
            [0x28, 0xb5, 0x2f, 0xfd] => Stream::new(zstd::Decoder::new(stream)?),
            _ => break,
        };
    }
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn all(mut stream: Stream<'_>) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut out = Vec::new();
        let error = stream.read_to_end(&mut out).err().map(|e| e.kind());
        (out, error)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn looking_ahead_loses_nothing() {
        let mut stream = Stream::new(&b"0123456789"[..]);
        assert_eq!(stream.peek(3), b"012");
        stream.skip(2);
        assert_eq!(stream.peek(4), b"2345");
        let mut two = [0; 2];
        stream.read_exact(&mut two).expect("there");
        assert_eq!(stream.peek(100), b"456789");
        assert!(stream.ended());
        assert_eq!(all(stream), (b"456789".to_vec(), None));
    }

    #[test]
    fn wrappers_come_off_twice() {
        let zstd = zstd::encode_all(&b"plain"[..], 3).expect("memory");
        let wrapped = gzip(&zstd);
        assert_eq!(
            all(unwrap(Stream::new(io::Cursor::new(wrapped))).expect("known")),
            (b"plain".to_vec(), None)
        );
        assert_eq!(all(unwrap(Stream::new(&b"\x1f"[..])).expect("known")), (b"\x1f".to_vec(), None));
    }

    #[test]
    fn of_a_truncated_file_the_beginning_is_kept() {
        let text: Vec<u8> =
            (0..20_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let mut whole = gzip(&text);
        whole.truncate(whole.len() / 2);
        let mut stream = unwrap(Stream::new(io::Cursor::new(whole))).expect("known");
        assert_eq!(stream.peek(1000), &text[..1000]);
        let (out, error) = all(stream);
        assert!(out.len() > 1000 && text.starts_with(&out));
        assert_eq!(error, Some(io::ErrorKind::UnexpectedEof));
    }
}
