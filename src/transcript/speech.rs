//! Subtitles of a call (SRT, WebVTT) whose lines name their speakers: one message a cue.
//!
//! The times in them count from the beginning of the call. They are no times of day, so messages have none.

use std::io;

use super::{
    assemble::Assembler,
    config::{InputConfig, Medium},
    field::{Cells, Field},
    lines::Pieces,
    value::clip,
};

/// How long a speaker's name may be, in characters.
const NAME: usize = 20;
/// The longest cue, in bytes; nobody says more in a breath.
const LONGEST: usize = 64 << 10;

/// Whether a text is a list of cues.
pub(crate) fn fits(head: &str) -> bool {
    head.starts_with("WEBVTT") || head.lines().take(4).any(is_timing)
}

/// Reads all cues. An error is one of reading, after which what was read still counts.
pub(crate) fn read(lines: &mut impl Pieces, out: &mut Assembler<'_>) -> io::Result<()> {
    let found = InputConfig { source: Some(Medium::Speech), ..InputConfig::default() };
    out.map([Field::Sender, Field::Text], found, Vec::new());
    let mut cue = Cue::default();
    let read = loop {
        let piece = match lines.next() {
            Ok(Some(piece)) => piece,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        match std::str::from_utf8(piece.bytes).map(str::trim) {
            Ok(_) if piece.too_long => cue.spoilt = Some("a line of the cue is too long"),
            Ok(line) if is_timing(line) => {
                cue.close(out);
                cue.begun = Some(piece.line);
            }
            Ok("") => cue.close(out),
            Ok(line) if cue.begun.is_some() => cue.add(line),
            // Numbers of cues, the title and notes of WebVTT.
            Ok(_) => {}
            Err(_) if cue.begun.is_some() => cue.spoilt = Some(super::INVALID_TEXT),
            Err(_) => out.fail(piece.line, super::INVALID_TEXT, clip(piece.bytes)),
        }
    };
    cue.close(out);
    read
}

fn is_timing(line: &str) -> bool {
    let stamp = |text: &str| {
        let text = text.split_whitespace().next().unwrap_or_default();
        text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | ',' | '.'))
    };
    line.split_once("-->").is_some_and(|(from, to)| stamp(from) && stamp(to))
}

#[derive(Default)]
struct Cue {
    begun: Option<u64>,
    speaker: Option<String>,
    text: String,
    spoilt: Option<&'static str>,
}

impl Cue {
    fn add(&mut self, line: &str) {
        if self.text.len() + line.len() > LONGEST {
            self.spoilt = Some("the cue is too long; the blank line that ends it may be missing");
            return;
        }
        let (speaker, said) = speaker(line);
        if let Some(speaker) = speaker {
            self.speaker.get_or_insert_with(|| speaker.to_owned());
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(said);
    }

    fn close(&mut self, out: &mut Assembler<'_>) {
        let cue = std::mem::take(self);
        let Some(line) = cue.begun else { return };
        let raw = || clip(cue.text.as_bytes());
        if let Some(reason) = cue.spoilt {
            return out.fail(line, reason, raw());
        }
        let mut cells = Cells::default();
        cells[Field::Sender] = cue.speaker.as_deref().map(Into::into);
        cells[Field::Text] = Some(cue.text.as_str().into());
        out.record(line, &cells, raw);
    }
}

/// `客服: 您好` and `<v 客服>您好</v>`.
fn speaker(line: &str) -> (Option<&str>, &str) {
    if let Some((name, said)) = line.strip_prefix("<v ").and_then(|rest| rest.split_once('>')) {
        return (Some(name.trim()), said.strip_suffix("</v>").unwrap_or(said));
    }
    match line.split_once([':', '：']) {
        Some((name, said)) if !name.is_empty() && name.chars().count() <= NAME => {
            (Some(name.trim()), said.trim_start())
        }
        _ => (None, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speakers_stand_before_a_colon_or_in_a_tag() {
        assert_eq!(speaker("客服：您好"), (Some("客服"), "您好"));
        assert_eq!(speaker("<v 客户 A>喂</v>"), (Some("客户 A"), "喂"));
        assert_eq!(speaker("就这样吧"), (None, "就这样吧"));
        assert!(is_timing("00:00:01,000 --> 00:00:03,200"));
        assert!(is_timing("00:01.000 --> 00:03.200 align:start"));
        assert!(!is_timing("a --> b"));
    }
}
