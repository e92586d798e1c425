//! Chats saved as text: a line that opens a message, and the lines after it that belong to it.
//!
//! The grammar is data (`blocks` of a preset or of kefulint.toml): regular expressions whose named groups are fields. A file holds no
//! knowledge of this kind that a user could not change.

use std::io;

use regex::Regex;

use super::{
    assemble::Assembler,
    config::InputConfig,
    field::{ByField, Cells, Field},
    lines::Pieces,
    value::clip,
};

/// The longest message.
const LONGEST: usize = 256 << 10;

/// The lines that open a message.
#[derive(Debug)]
pub(crate) struct Grammar {
    openers: Vec<Opener>,
}

#[derive(Debug)]
struct Opener {
    pattern: Regex,
    groups: Vec<(Field, usize)>,
}

impl Grammar {
    /// Compiles patterns; says what is wrong with the first that cannot be used.
    pub(crate) fn new(patterns: &[String]) -> Result<Self, String> {
        let opener = |source: &String| {
            let pattern = Regex::new(source).map_err(|error| error.to_string())?;
            let mut groups = Vec::new();
            for (index, name) in pattern.capture_names().enumerate() {
                let Some(name) = name else { continue };
                let field = Field::ALL.into_iter().find(|field| field.as_str() == name);
                groups.push((
                    field.ok_or_else(|| format!("the group {name} in `{source}` is no field"))?,
                    index,
                ));
            }
            if groups.is_empty() {
                return Err(format!("`{source}` has no named group such as (?<sender>...)"));
            }
            Ok(Opener { pattern, groups })
        };
        Ok(Self { openers: patterns.iter().map(opener).collect::<Result<_, _>>()? })
    }

    /// The fields that a line opens a message (or a conversation) with.
    fn open(&self, line: &str) -> Option<ByField<Option<String>>> {
        self.openers.iter().find_map(|opener| {
            let captures = opener.pattern.captures(line)?;
            let mut fields = ByField::default();
            for (field, index) in &opener.groups {
                fields[*field] = captures.get(*index).map(|group| group.as_str().to_owned());
            }
            Some(fields)
        })
    }

    /// Whether a line of `head` opens a message.
    pub(crate) fn fits(&self, head: &str) -> bool {
        head.lines().any(|line| self.open(line.trim_end()).is_some())
    }

    fn fields(&self) -> impl Iterator<Item = Field> {
        let groups = self.openers.iter().flat_map(|opener| &opener.groups);
        groups.map(|(field, _)| *field).chain([Field::Text])
    }
}

/// A message that may go on.
struct Open {
    line: u64,
    raw: String,
    fields: ByField<Option<String>>,
    text: String,
    spoilt: Option<&'static str>,
}

/// Reads all messages. An error is one of reading, after which what was read still counts.
pub(crate) fn read(lines: &mut impl Pieces, grammar: &Grammar, out: &mut Assembler<'_>) -> io::Result<()> {
    let blocks = out.settings().input.blocks.clone();
    out.map(grammar.fields(), InputConfig { blocks, ..InputConfig::default() }, Vec::new());
    let mut open: Option<Open> = None;
    let mut conversation = None;
    let read = loop {
        let piece = match lines.next() {
            Ok(Some(piece)) => piece,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        let line = if piece.too_long {
            Err("a line of the message is too long")
        } else {
            std::str::from_utf8(piece.bytes).map(str::trim_end).map_err(|_| super::INVALID_TEXT)
        };
        match line.map(|line| (line, grammar.open(line))) {
            Ok((line, Some(mut fields))) => {
                close(open.take(), out);
                if fields[Field::ConversationId].is_some() {
                    conversation.clone_from(&fields[Field::ConversationId]);
                } else {
                    fields[Field::ConversationId].clone_from(&conversation);
                }
                let opens_message =
                    [Field::Sender, Field::Role, Field::Text].iter().any(|f| fields[*f].is_some());
                if opens_message {
                    let text = fields[Field::Text].take().unwrap_or_default();
                    open = Some(Open { line: piece.line, raw: line.to_owned(), fields, text, spoilt: None });
                }
            }
            Ok((line, None)) => match &mut open {
                Some(message) => message.add(line),
                None if line.trim().is_empty() => {}
                None => out.skip(),
            },
            Err(reason) => match &mut open {
                Some(message) => message.spoilt = Some(reason),
                None => out.fail(piece.line, reason, clip(piece.bytes)),
            },
        }
    };
    close(open, out);
    read
}

impl Open {
    fn add(&mut self, line: &str) {
        if self.text.len() + line.len() > LONGEST {
            self.spoilt = Some(
                "the message is longer than 256 KiB; the line that opens the next may be of another form",
            );
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }
}

fn close(open: Option<Open>, out: &mut Assembler<'_>) {
    let Some(mut message) = open else { return };
    message.text.truncate(message.text.trim_end().len());
    let raw = || clip(format!("{}\n{}", message.raw, message.text).as_bytes());
    if let Some(reason) = message.spoilt {
        return out.fail(message.line, reason, raw());
    }
    let mut cells = Cells::default();
    for field in Field::ALL {
        cells[field] = message.fields[field].as_deref().map(Into::into);
    }
    cells[Field::Text] = Some(message.text.as_str().into());
    out.record(message.line, &cells, raw);
}
