//! A JSON text read for a few of its values: nothing else is kept, and no tree is built.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use serde_json::Value;

use crate::transcript::path::{self, Step};

/// The wanted values, as a tree of keys.
#[derive(Debug, Default)]
pub(super) struct Node {
    keys: Vec<(String, Node)>,
    indexes: Vec<(usize, Node)>,
    slots: Vec<usize>,
}

impl Node {
    pub(super) fn add(&mut self, steps: &[Step], slot: usize) {
        match steps.split_first() {
            None => self.slots.push(slot),
            Some((Step::Key(key), rest)) => child(&mut self.keys, key.clone()).add(rest, slot),
            Some((Step::Index(index), rest)) => child(&mut self.indexes, *index).add(rest, slot),
            // No single value stands there.
            Some((Step::Each, _)) => {}
        }
    }
}

impl Node {
    /// Takes the wanted values out of a text that holds JSON.
    fn enter(&self, text: &str, values: &mut [Option<Cow<'_, str>>]) {
        let inside = !self.keys.is_empty() || !self.indexes.is_empty();
        if inside
            && path::holds_json(text)
            && let Ok(value) = serde_json::from_str::<Value>(text)
        {
            self.take(&value, values);
        }
    }

    fn take(&self, value: &Value, values: &mut [Option<Cow<'_, str>>]) {
        for slot in &self.slots {
            values[*slot] = path::text(&[], value).map(|text| Cow::Owned(text.into_owned()));
        }
        let keys = self.keys.iter().filter_map(|(key, node)| Some((node, value.get(key.as_str())?)));
        let indexes = self.indexes.iter().filter_map(|(index, node)| Some((node, value.get(index)?)));
        for (node, value) in keys.chain(indexes) {
            node.take(value, values);
        }
    }
}

fn child<K: PartialEq>(children: &mut Vec<(K, Node)>, key: K) -> &mut Node {
    let at = children.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        children.push((key, Node::default()));
        children.len() - 1
    });
    &mut children[at].1
}

/// Fills `values` from a JSON text, passing over all that is not wanted.
pub(super) struct Wanted<'n, 'v, 'de> {
    pub(super) node: &'n Node,
    pub(super) values: &'v mut Vec<Option<Cow<'de, str>>>,
}

impl<'de> Wanted<'_, '_, 'de> {
    fn keep(self, value: impl Into<Cow<'de, str>>) {
        if let [slots @ .., last] = self.node.slots.as_slice() {
            let value = value.into();
            for slot in slots {
                self.values[*slot] = Some(value.clone());
            }
            self.values[*last] = Some(value);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Wanted<'_, '_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<(), E> {
        self.node.enter(value, self.values);
        self.keep(value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.node.enter(value, self.values);
        self.keep(value.to_owned());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.keep(value.to_string());
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.keep(value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        let number = serde_json::Number::from_f64(value);
        self.keep(number.map(|n| n.to_string()).unwrap_or_default());
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.keep(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match self.node.keys.iter().find(|(wanted, _)| *wanted == key.0) {
                Some((_, node)) => map.next_value_seed(Wanted { node, values: &mut *self.values })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for index in 0.. {
            let wanted = self.node.indexes.iter().find(|(wanted, _)| *wanted == index);
            let more = match wanted {
                Some((_, node)) => {
                    seq.next_element_seed(Wanted { node, values: &mut *self.values })?.is_some()
                }
                None => seq.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }
}

/// A key, borrowed unless it is written with escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
