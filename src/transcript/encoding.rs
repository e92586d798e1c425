//! From the encodings that Chinese exports come in to UTF-8, and how they are told apart.
//!
//! What is malformed is not replaced: it becomes the byte 0xFF, which no UTF-8 text holds, so that the one record it stands in
//! is refused further on and all others are read.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::stream::Stream;

/// How far to look at first, and how far as long as all is ASCII.
const LOOK: usize = 64 << 10;
const LOOK_FURTHER: usize = 1 << 20;

/// A stream of UTF-8 (with 0xFF where it was damaged) and the name of what it was.
pub(crate) struct Decoded<'a> {
    pub(crate) stream: Stream<'a>,
    pub(crate) encoding: &'static Encoding,
}

/// Decodes from `forced`, or from what the beginning looks like; `None` if that is no text.
pub(crate) fn decode<'a>(mut stream: Stream<'a>, forced: Option<&'static Encoding>) -> Option<Decoded<'a>> {
    let mut head = stream.peek(LOOK);
    if head.is_ascii() && !head.contains(&0) {
        head = stream.peek(LOOK_FURTHER);
    }
    let mark = Encoding::for_bom(head);
    let (encoding, skip) = match (forced, mark) {
        (Some(forced), Some((marked, length))) if forced == marked => (forced, length),
        (Some(forced), _) => (forced, 0),
        (None, Some((marked, length))) => (marked, length),
        (None, None) => (guess(head)?, 0),
    };
    stream.skip(skip);
    if encoding != UTF_8 {
        stream = Stream::new(Transcoder {
            from: stream,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; LOOK],
            filled: 0..0,
            ended: false,
            done: false,
            out: Vec::with_capacity(2 * LOOK),
            position: 0,
        });
    }
    Some(Decoded { stream, encoding })
}

fn guess(head: &[u8]) -> Option<&'static Encoding> {
    if head.contains(&0) {
        return utf16(head);
    }
    let (chinese, damaged) = utf8_evidence(head);
    if damaged == 0 || (chinese >= 3 && chinese >= 2 * damaged) {
        return Some(UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, false);
    let big5 = detector.guess(None, Utf8Detection::Deny) == BIG5;
    let candidates = if big5 { [BIG5, GB18030] } else { [GB18030, BIG5] };
    candidates.into_iter().find(|encoding| decodes(encoding, head)).or(Some(GB18030))
}

/// Without a mark: Chinese exports hold ASCII too (digits, line ends), which leaves a zero in every other byte.
fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let encoding = if odd > 4 * even {
        UTF_16LE
    } else if even > 4 * odd {
        UTF_16BE
    } else {
        return None;
    };
    let mut text = String::new();
    let whole = &head[..head.len() & !1];
    text.reserve(whole.len() * 2);
    let (_, _, malformed) =
        encoding.new_decoder_without_bom_handling().decode_to_string(whole, &mut text, false);
    let plain =
        |c: &char| c.is_alphanumeric() || c.is_ascii_graphic() || c.is_whitespace() || !c.is_control();
    (!malformed && text.chars().all(|c| plain(&c))).then_some(encoding)
}

/// Chinese characters and places of damage, read as UTF-8; a sequence that the look ahead cuts off is no damage.
///
/// Three bytes that happen to form a Chinese character are a rare accident in GBK (one character in a hundred), so that even a
/// damaged UTF-8 file is known by them.
fn utf8_evidence(head: &[u8]) -> (usize, usize) {
    let (mut chinese, mut damaged) = (0, 0);
    let mut chunks = head.utf8_chunks().peekable();
    let mut first = true;
    while let Some(chunk) = chunks.next() {
        let (valid, invalid) = (chunk.valid(), chunk.invalid());
        chinese +=
            valid.chars().filter(|c| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')).count();
        let cut_off =
            chunks.peek().is_none() && std::str::from_utf8(invalid).is_err_and(|e| e.error_len().is_none());
        // One spoilt character leaves several malformed pieces in a row.
        let another = first || !valid.is_empty();
        damaged += usize::from(another && !invalid.is_empty() && !cut_off);
        first = false;
    }
    (chinese, damaged)
}

fn decodes(encoding: &'static Encoding, head: &[u8]) -> bool {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut out = vec![0; 4096];
    let mut rest = head;
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut out, false);
        rest = &rest[read..];
        match result {
            DecoderResult::InputEmpty => return true,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => return false,
        }
    }
}

struct Transcoder<'a> {
    from: Stream<'a>,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    /// The part of `raw` that is yet to be decoded.
    filled: std::ops::Range<usize>,
    ended: bool,
    done: bool,
    out: Vec<u8>,
    position: usize,
}

impl Transcoder<'_> {
    fn refill(&mut self) -> io::Result<()> {
        if self.filled.is_empty() && !self.ended {
            let read = self.from.read(&mut self.raw)?;
            self.ended = read == 0;
            self.filled = 0..read;
        }
        self.out.resize(2 * LOOK, 0);
        let source = &self.raw[self.filled.clone()];
        // One byte is kept back for the mark of damage.
        let target = &mut self.out[..2 * LOOK - 1];
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(source, target, self.ended);
        self.filled.start += read;
        self.out.truncate(written);
        self.position = 0;
        match result {
            DecoderResult::Malformed(..) => self.out.push(0xff),
            DecoderResult::InputEmpty => self.done = self.ended,
            DecoderResult::OutputFull => {}
        }
        Ok(())
    }
}

impl Read for Transcoder<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.position == self.out.len() && !self.done {
            match self.refill() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => other?,
            }
        }
        let ready = &self.out[self.position..];
        let length = ready.len().min(out.len());
        out[..length].copy_from_slice(&ready[..length]);
        self.position += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CHAT: &str = "会话ID,角色,内容\n1,客户,在吗\n1,客服,在的，想看哪一款台灯呢\n";

    fn bytes(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        match encoding {
            e if e == UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            e if e == UTF_16BE => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            e => e.encode(text).0.into_owned(),
        }
    }

    fn read(bytes: Vec<u8>, forced: Option<&'static Encoding>) -> Option<(&'static str, Vec<u8>)> {
        let mut decoded = decode(Stream::new(io::Cursor::new(bytes)), forced)?;
        let mut out = Vec::new();
        decoded.stream.read_to_end(&mut out).expect("memory");
        Some((decoded.encoding.name(), out))
    }

    #[test]
    fn encodings_are_told_apart_with_and_without_a_mark() {
        for encoding in [UTF_8, GB18030, UTF_16LE, UTF_16BE] {
            let expected = Some((encoding.name(), CHAT.as_bytes().to_vec()));
            assert_eq!(read(bytes(encoding, CHAT), None), expected, "{}", encoding.name());
            if encoding != GB18030 {
                assert_eq!(read(bytes(encoding, &format!("\u{feff}{CHAT}")), None), expected);
            }
        }
        assert_eq!(read(b"a,b\n".to_vec(), None), Some(("UTF-8", b"a,b\n".to_vec())));
        assert_eq!(read(Vec::new(), None), Some(("UTF-8", Vec::new())));
    }

    #[test]
    fn short_gbk_is_not_taken_for_anything_else() {
        for text in ["在吗", "客服,在的亲", "你好", "收到请回复", "退款", "发票什么时候开", "内容\n好的\n"]
        {
            let read = read(bytes(GB18030, text), None);
            assert_eq!(read, Some(("gb18030", text.as_bytes().to_vec())), "{text}");
        }
    }

    #[test]
    fn traditional_big5_is_found() {
        let text = "會話編號,角色,內容\n1,客服,您好，請問有什麼可以為您服務的嗎\n1,客戶,我想詢問訂單什麼時候會送到\n";
        assert_eq!(read(bytes(BIG5, text), None), Some(("Big5", text.as_bytes().to_vec())));
    }

    #[test]
    fn damage_stays_one_byte_of_damage() {
        let mut damaged = CHAT.as_bytes().to_vec();
        damaged.insert(30, 0xc3);
        assert_eq!(read(damaged.clone(), None), Some(("UTF-8", damaged)));
        let mut gbk = bytes(GB18030, CHAT);
        let at = gbk.len() - 1;
        gbk.insert(at, 0xff);
        let (name, out) = read(gbk, None).expect("text");
        assert_eq!((name, memchr::memchr_iter(0xff, &out).count()), ("gb18030", 1));
    }

    #[test]
    fn what_the_user_says_wins_and_binary_is_no_text() {
        assert_eq!(read(bytes(BIG5, "會話"), Some(BIG5)), Some(("Big5", "會話".as_bytes().to_vec())));
        assert_eq!(read(b"\x00\x00\x00\x01\x00\x00\x7f\x00".to_vec(), None), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            for forced in [None, Some(GB18030), Some(UTF_16LE), Some(BIG5)] {
                read(bytes.clone(), forced);
            }
        }

        #[test]
        fn a_text_survives_the_way_through_gb18030(text in "[一-龥，。a-z0-9]{1,80}") {
            let out = read(bytes(GB18030, &text), Some(GB18030));
            prop_assert_eq!(out, Some(("gb18030", text.into_bytes())));
        }
    }
}
