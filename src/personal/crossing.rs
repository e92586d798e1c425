//! Data that stand in the wrong conversation: what a customer gave in one chat and an agent wrote into another.
//!
//! The index holds keyed tags and ids of conversations, never a datum. Partial indexes merge in any order. A customer who
//! comes back in a second chat looks the same as a stranger, so a crossing is a suspicion to be looked at, no more.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::{Confidence, Datum, Key, Tag, find};
use crate::transcript::{Conversation, Role};

/// Which data customers gave, and in which conversations.
pub struct Index {
    key: Key,
    /// For each datum the first two conversations, in order of id, in which a customer gave it.
    given: HashMap<Tag, Vec<Arc<str>>>,
}

/// A datum that an agent wrote into a conversation and a customer gave in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The agent's message.
    pub message_index: u32,
    /// The datum in it.
    pub datum: Datum,
    /// A conversation in which a customer gave it.
    pub elsewhere: Arc<str>,
}

impl Index {
    /// What the customers of a run gave.
    ///
    /// Its tags are compared within the process and written nowhere, so that their key need be no secret: a fixed one gives
    /// the same answers on every run.
    pub fn of(conversations: &[Conversation]) -> Self {
        let empty = || Self::new(Key::new(b"kefulint: tags of one run"));
        let taken_in = conversations.par_iter().fold(empty, |mut index, conversation| {
            index.add(conversation);
            index
        });
        taken_in.reduce(empty, |mut index, other| {
            index.merge(other);
            index
        })
    }

    /// An empty index. The key need not outlive it.
    pub fn new(key: Key) -> Self {
        Self { key, given: HashMap::new() }
    }

    /// Takes in what the customer of a conversation gave, before any agent did.
    pub fn add(&mut self, conversation: &Conversation) {
        let mut told = HashSet::new();
        for message in &conversation.messages {
            for (tag, _) in self.tags(&message.text) {
                match message.role {
                    Role::Customer if !told.contains(&tag) => {
                        insert(self.given.entry(tag).or_default(), conversation.id.clone());
                    }
                    _ => drop(told.insert(tag)),
                }
            }
        }
    }

    /// Takes in another index of the same key.
    pub fn merge(&mut self, other: Self) {
        for (tag, conversations) in other.given {
            let known = self.given.entry(tag).or_default();
            for id in conversations {
                insert(known, id);
            }
        }
    }

    /// What an agent wrote into this conversation that its customer did not give, and one of another did.
    pub fn crossings(&self, conversation: &Conversation) -> Vec<Crossing> {
        let own = self.given_in(conversation);
        let mut crossings = Vec::new();
        for (at, message) in conversation.messages.iter().enumerate().filter(|(_, m)| m.role == Role::Agent) {
            for (tag, datum) in self.tags(&message.text) {
                let others = self.given.get(&tag).into_iter().flatten();
                let elsewhere = others.into_iter().find(|id| **id != conversation.id);
                if let Some(elsewhere) = elsewhere.filter(|_| !own.contains(&tag)) {
                    crossings.push(Crossing {
                        message_index: at as u32,
                        datum,
                        elsewhere: elsewhere.clone(),
                    });
                }
            }
        }
        crossings
    }

    fn given_in(&self, conversation: &Conversation) -> HashSet<Tag> {
        let messages = conversation.messages.iter().filter(|message| message.role == Role::Customer);
        messages.flat_map(|message| self.tags(&message.text)).map(|(tag, _)| tag).collect()
    }

    fn tags(&self, text: &str) -> Vec<(Tag, Datum)> {
        let data =
            find(text).into_iter().filter(|d| d.confidence >= Confidence::Medium && d.kind.is_exposure());
        data.map(|datum| (self.key.tag(datum.kind, datum.of(text)), datum)).collect()
    }
}

/// Keeps the first two in order, so that the order of adding does not matter.
fn insert(known: &mut Vec<Arc<str>>, id: Arc<str>) {
    if let Err(at) = known.binary_search(&id) {
        known.insert(at, id);
        known.truncate(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{self, Input, InputConfig};

    #[test]
    fn a_number_in_the_wrong_chat_is_found_and_ones_own_is_not() {
        let chats = "会话ID,角色,内容\na,客户,号码186-5237-1904\na,客服,是18652371904对吗\n\
                     b,客户,在吗\nb,客服,您的电话幺八六五二三七幺九零四\n";
        let read = transcript::read(vec![Input::stream("c.csv", chats.as_bytes())], &InputConfig::default());
        let read = read.expect("the settings are right");
        let [mine, other] = read.conversations.as_slice() else { panic!("two conversations") };
        let mut index = Index::new(Key::new(b"test"));
        index.add(mine);
        let mut rest = Index::new(Key::new(b"test"));
        rest.add(other);
        index.merge(rest);
        assert_eq!(index.crossings(mine), []);
        let found = index.crossings(other);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].message_index, &*found[0].elsewhere), (1, "a"));
        assert_eq!((found[0].datum.span.start, found[0].datum.span.end), (4, 15));
    }
}
