//! What is learned from: messages as rows, with their labels, and the parts that are left out in turn.

use std::collections::BTreeMap;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{features, model::kind_bucket, reading::side, solver::Row};
use crate::{
    dialogue::{Cues, Ledger},
    eval::{Gold, Label},
    hash::hex,
    text::fold::Folded,
    transcript::{Conversation, Role},
};

/// Parts into which conversations are cut where authors are not looked at.
const PARTS: usize = 10;

/// A message.
pub(super) struct Sample {
    pub(super) conversation: usize,
    pub(super) message: usize,
    /// By bucket.
    pub(super) row: Row,
    /// The grams of the message alone, in the kinds' buckets.
    pub(super) kind_row: Row,
}

/// All messages by either side of the conversations that were read.
pub(super) struct Samples<'a> {
    pub(super) conversations: Vec<&'a Conversation>,
    pub(super) gold: &'a Gold,
    pub(super) all: Vec<Sample>,
}

/// A sample of one head's side by number, with its label; `None` where that is borderline.
pub(super) type Labelled = (usize, Option<bool>);

impl<'a> Samples<'a> {
    pub(super) fn gather(conversations: &'a [Conversation], gold: &'a Gold, cues: &Cues) -> Self {
        let conversations: Vec<&Conversation> =
            conversations.iter().filter(|conversation| gold.is_read(&conversation.id)).collect();
        let all = conversations
            .par_iter()
            .enumerate()
            .flat_map_iter(|(number, conversation)| {
                let folded: Vec<Folded> =
                    conversation.messages.iter().map(|m| Folded::new(&m.text)).collect();
                let ledger = Ledger::new(conversation, cues);
                let spoken = |message: &usize| {
                    matches!(conversation.messages[*message].role, Role::Agent | Role::Customer)
                };
                let messages: Vec<usize> = (0..folded.len()).filter(spoken).collect();
                messages.into_iter().map(move |message| Sample {
                    conversation: number,
                    message,
                    row: features::row(conversation, &folded, &ledger, message),
                    kind_row: features::message_row(folded[message].text(), kind_bucket),
                })
            })
            .collect();
        Self { conversations, gold, all }
    }

    pub(super) fn id(&self, sample: &Sample) -> &str {
        &self.conversations[sample.conversation].id
    }

    pub(super) fn text(&self, sample: &Sample) -> &str {
        &self.conversations[sample.conversation].messages[sample.message].text
    }

    pub(super) fn label(&self, head: &str, sample: &Sample) -> Label<'_> {
        self.gold.label(self.id(sample), sample.message as u32, head)
    }

    /// The samples of a head's side.
    pub(super) fn of(&self, head: &str) -> Vec<Labelled> {
        let role = |sample: &Sample| self.conversations[sample.conversation].messages[sample.message].role;
        let label = |sample: &Sample| match self.label(head, sample) {
            Label::Clear(_) => Some(true),
            Label::Borderline => None,
            Label::Absent => Some(false),
        };
        let mine = self.all.iter().enumerate().filter(|(_, sample)| role(sample) == side(head));
        mine.map(|(at, sample)| (at, label(sample))).collect()
    }

    /// For each conversation the number of its author, if all ids carry one and there are several.
    pub(super) fn authors(&self) -> Option<Vec<usize>> {
        let names: Vec<&str> = self.conversations.iter().map(|c| author(&c.id)).collect::<Option<_>>()?;
        let mut numbers = BTreeMap::new();
        let parts: Vec<usize> = names
            .iter()
            .map(|&name| {
                let next = numbers.len();
                *numbers.entry(name).or_insert(next)
            })
            .collect();
        (numbers.len() > 1).then_some(parts)
    }

    /// For each conversation the number of a part, authors not looked at.
    pub(super) fn parts(&self) -> Vec<usize> {
        (0..self.conversations.len()).map(|at| at % PARTS).collect()
    }

    /// SHA-256 over all that is learned from, whatever files it lay in.
    pub(super) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        };
        for (number, conversation) in self.conversations.iter().enumerate() {
            add(&conversation.id);
            add(&number.to_string());
            for message in &conversation.messages {
                add(message.role.as_str());
                add(&message.text);
            }
        }
        for sample in &self.all {
            for head in super::train::HEADS {
                add(match self.label(head, sample) {
                    Label::Clear(label) => label,
                    Label::Borderline => "?",
                    Label::Absent => "",
                });
            }
        }
        hex(&hash.finalize())
    }
}

/// What stands before the number at the end of an id: `ec-d` of `ec-d-017`.
pub(super) fn author(id: &str) -> Option<&str> {
    let (author, number) = id.rsplit_once('-')?;
    (!author.is_empty() && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(author)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_stand_before_the_number() {
        assert_eq!(author("ec-d-017"), Some("ec-d"));
        assert_eq!(author("p3-1"), Some("p3"));
        assert_eq!(author("fa1ee3f3-c6f6-4cae-aa0e"), None);
        assert_eq!(author("-12"), None);
        assert_eq!(author("20240302"), None);
    }
}
