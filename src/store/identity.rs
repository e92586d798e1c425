//! When two records are the same message: the question on which rests that nothing is lost and nothing counts twice.
//!
//! A message with an id is known by it. One with a time is known by who wrote it, when, what, and the how-many-eth of such it is
//! in its file: in one minute a person may well write the same twice, and that is evidence. One with neither is known only by all
//! that stands before it in its file, since 好的 may be said at any time: of a file that grew the beginning is known, a file that
//! merely begins with the same greeting is not. All tags are keyed, so that none can be guessed from a text.

use std::collections::HashMap;

use crate::{
    personal::Key,
    transcript::{Message, Role},
};

pub(super) type Tag = [u8; 16];

/// By what a message is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    Id,
    Time,
    /// Its place in a piece without ids and times; whether it ends it, and what stands before it.
    Place {
        ends: bool,
        before: Option<Tag>,
    },
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    pub(super) tag: Tag,
    pub(super) basis: Basis,
    /// What it says, for messages with an id: the same id with another text is another message.
    pub(super) text: Tag,
}

pub(super) fn of_conversation(key: &Key, name: &str) -> Tag {
    key.mark(&[b"conversation\0", name.as_bytes()])
}

pub(super) fn of_customer(key: &Key, id: &str) -> Tag {
    key.mark(&[b"customer\0", id.trim().as_bytes()])
}

pub(super) fn of_id(key: &Key, id: &str) -> Tag {
    key.mark(&[b"id\0", id.as_bytes()])
}

/// The identities of a conversation's messages, in their order.
pub(super) fn of_messages(key: &Key, messages: &[Message]) -> Vec<Identity> {
    let mut repeated: HashMap<(&str, Role, i128, &str), u32> = HashMap::new();
    let mut pieces: HashMap<&str, (Tag, usize)> = HashMap::new();
    let mut identities: Vec<Identity> = Vec::with_capacity(messages.len());
    for message in messages {
        let file: &str = &message.source.file;
        let role = message.role.as_str().as_bytes();
        let text = key.mark(&[b"text\0", message.text.as_bytes()]);
        let (tag, basis) = match (&message.id, message.time) {
            (Some(id), _) => (of_id(key, id), Basis::Id),
            (None, Some(time)) => {
                let at = time.at.as_nanosecond();
                let count = repeated.entry((file, message.role, at, &message.text)).or_default();
                *count += 1;
                let tag = key.mark(&[b"time\0", role, &at.to_le_bytes(), &count.to_le_bytes(), &text]);
                (tag, Basis::Time)
            }
            (None, None) => {
                let before = pieces.get(file).map(|(tag, _)| *tag);
                let tag = key.mark(&[b"place\0", role, &before.unwrap_or_default(), &text]);
                pieces.insert(file, (tag, identities.len()));
                (tag, Basis::Place { ends: false, before })
            }
        };
        identities.push(Identity { tag, basis, text });
    }
    for (_, at) in pieces.into_values() {
        if let Basis::Place { ends, .. } = &mut identities[at].basis {
            *ends = true;
        }
    }
    identities
}

/// Which messages are not known yet. `known` answers for a tag whether it was seen, and whether it then ended a piece.
pub(super) fn unknown(
    messages: &[Message],
    identities: &[Identity],
    mut known: impl FnMut(&Tag) -> Option<bool>,
) -> Vec<bool> {
    let mut answers: HashMap<Tag, bool> = HashMap::new();
    let mut new = vec![false; messages.len()];
    // Pieces without ids and times are taken file by file; each is known from its beginning to where an earlier one ended.
    let mut pieces: Vec<(&str, Vec<usize>)> = Vec::new();
    for (at, (message, identity)) in messages.iter().zip(identities).enumerate() {
        if let Basis::Place { .. } = identity.basis {
            match pieces.iter_mut().find(|(file, _)| *file == &*message.source.file) {
                Some((_, piece)) => piece.push(at),
                None => pieces.push((&message.source.file, vec![at])),
            }
        } else if known(&identity.tag).is_none() && answers.insert(identity.tag, false).is_none() {
            new[at] = true;
        }
    }
    for (_, piece) in pieces {
        let mut ask =
            |at: usize| answers.get(&identities[at].tag).copied().or_else(|| known(&identities[at].tag));
        let last = piece.len() - 1;
        let from = (0..piece.len())
            .rev()
            .find(|&n| ask(piece[n]).is_some_and(|ended| ended || n == last))
            .map_or(0, |n| n + 1);
        for (n, &at) in piece.iter().enumerate() {
            new[at] = n >= from;
            let ended = answers.entry(identities[at].tag).or_default();
            *ended |= n == last;
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::transcript::{self, Input, InputConfig};

    /// Takes files one after the other, as nights do; answers with what was new of each.
    fn nights(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let key = Key::new(b"a secret for this test");
        let mut seen: HashMap<Tag, bool> = HashMap::new();
        let mut news = Vec::new();
        for (name, text) in files {
            let input = Input::stream(name, std::io::Cursor::new(text.to_string().into_bytes()));
            let read =
                transcript::read(vec![input], &InputConfig::default()).expect("the settings are right");
            let messages = &read.conversations[0].messages;
            let identities = of_messages(&key, messages);
            let new = unknown(messages, &identities, |tag| seen.get(tag).copied());
            news.push(
                messages.iter().zip(&new).filter(|(_, new)| **new).map(|(m, _)| m.text.clone()).collect(),
            );
            for identity in &identities {
                let ends = matches!(identity.basis, Basis::Place { ends: true, .. });
                *seen.entry(identity.tag).or_default() |= ends;
            }
        }
        news
    }

    #[test]
    fn of_a_file_that_grew_only_the_end_is_new() {
        let dated = "会话ID,角色,时间,内容\n7,客户,2026-03-01 10:00,在吗\n7,客户,2026-03-01 10:00,在吗\n";
        let grown = format!("{dated}7,客服,2026-03-01 10:01,在的\n");
        assert_eq!(nights(&[("a.csv", dated), ("b.csv", &grown)]), [vec!["在吗", "在吗"], vec!["在的"]]);
        let plain = "会话ID,角色,内容\n7,客户,在吗\n7,客服,在的\n7,客户,好的\n";
        let grown = format!("{plain}7,客户,好的\n");
        assert_eq!(
            nights(&[("a.csv", plain), ("a.csv", &grown), ("b.csv", plain)]),
            [vec!["在吗", "在的", "好的"], vec!["好的"], vec![]]
        );
    }

    #[test]
    fn the_same_greeting_without_a_time_begins_another_piece() {
        let first = "会话ID,角色,内容\n7,客户,在吗\n7,客服,您说\n";
        let second = "会话ID,角色,内容\n7,客户,在吗\n7,客服,又是您呀\n";
        assert_eq!(
            nights(&[("a.csv", first), ("b.csv", second), ("c.csv", second)]),
            [vec!["在吗", "您说"], vec!["在吗", "又是您呀"], vec![]]
        );
    }

    #[test]
    fn an_id_names_its_message_whatever_the_order() {
        let first = "会话ID,消息ID,角色,内容\n7,m1,客户,在吗\n7,m3,客户,在吗\n";
        let second = "会话ID,消息ID,角色,内容\n7,m2,客服,在的\n7,m3,客户,在吗\n";
        assert_eq!(nights(&[("a.csv", first), ("b.csv", second)]), [vec!["在吗", "在吗"], vec!["在的"]]);
    }
}
