//! The shape of JSON records: where the messages are, and where in them the wanted values.

use std::collections::HashSet;

use serde_json::Value;

use crate::transcript::{
    config::{Column, Columns, InputConfig, Settings},
    field::{ByField, Field},
    layout::{self, Seen},
    names::normalise,
    path::{self, Path, Step, walk},
};

/// How deep values and arrays of messages are looked for.
const DEPTH: usize = 4;
/// How many arrays of objects are tried as the messages of a record.
const CANDIDATES: usize = 32;

/// A value's way: from the object at `depth` on the way to the messages, then down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) depth: usize,
    pub(super) steps: Vec<Step>,
    /// As a user would write it.
    written: String,
}

/// Where records have what.
#[derive(Debug)]
pub(super) struct Shape {
    /// The way from a record to its messages; empty if the record is the message.
    pub(super) messages: Vec<Step>,
    pub(super) places: ByField<Vec<Place>>,
    /// All values among which the places were found.
    pub(super) columns: Vec<String>,
}

impl Shape {
    pub(super) fn find(values: &[Value], settings: &Settings) -> Result<Self, String> {
        if let Some(path) = &settings.input.messages {
            let path = Path::parse(path).map_err(|error| error.to_string())?;
            let mut steps = path.steps;
            if steps.last() != Some(&Step::Each) {
                steps.push(Step::Each);
            }
            return Self::build(values, steps, settings);
        }
        let flat = Self::build(values, Vec::new(), settings);
        if flat.as_ref().is_ok_and(|shape| shape.tells(values)) {
            return flat;
        }
        let mut built =
            arrays(values).into_iter().filter_map(|steps| Self::build(values, steps, settings).ok());
        built.find(|shape| shape.tells(values)).map_or(flat, Ok)
    }

    /// Whether a message is found with a text and somebody who wrote it: a column that is configured need not be there.
    fn tells(&self, values: &[Value]) -> bool {
        let filled = |trail: &[&Value], field| {
            self.places[field].iter().any(|place| {
                let value = trail.get(place.depth).and_then(|from| path::text(&place.steps, from));
                value.is_some_and(|text| !text.trim().is_empty())
            })
        };
        let mut told = false;
        for value in values {
            each_message(value, &self.messages, &mut |trail| {
                let spoken = filled(trail, Field::Role) || filled(trail, Field::Sender);
                told |= spoken && filled(trail, Field::Text);
            });
        }
        told
    }

    fn build(values: &[Value], messages: Vec<Step>, settings: &Settings) -> Result<Self, String> {
        let seen = Present::of(values, &messages);
        let mut places: ByField<Vec<Place>> = ByField::default();
        let mut taken = ByField::default();
        let mut used = HashSet::new();
        for (field, configured) in &settings.input.columns {
            taken[*field] = true;
            for column in configured.as_slice() {
                if let Some(index) = seen.position(column) {
                    used.insert(index);
                    places[*field].push(seen.places[index].clone());
                } else {
                    places[*field].push(place(column, &messages)?);
                }
            }
        }
        let chosen = layout::by_name(&seen.names, &taken, &used);
        for field in Field::ALL {
            places[field].extend(chosen[field].map(|index| seen.places[index].clone()));
        }
        let missing = layout::missing(|field| !places[field].is_empty());
        if missing.is_empty() {
            let columns = seen.places.into_iter().map(|place| place.written).collect();
            Ok(Self { messages, places, columns })
        } else {
            let columns: Vec<String> = seen.places.into_iter().map(|place| place.written).collect();
            Err(layout::unmapped(&missing, &columns, true))
        }
    }

    /// How a user would say where the fields are.
    pub(super) fn found(&self) -> InputConfig {
        let name = |place: &Place| Column::Name(place.written.clone());
        let columns = self
            .fields()
            .map(|field| (field, Columns::new(self.places[field].iter().map(name).collect())))
            .collect();
        let messages = (!self.messages.is_empty()).then(|| written(&self.messages));
        InputConfig { messages, columns, ..InputConfig::default() }
    }

    /// The fields that have a place.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(|field| !self.places[*field].is_empty())
    }
}

/// The place that a user's column means where no record of the head has it: it may come later.
fn place(column: &Column, messages: &[Step]) -> Result<Place, String> {
    match column {
        Column::Number(number) => Ok(Place {
            depth: messages.len(),
            steps: vec![Step::Index((*number as usize).saturating_sub(1))],
            written: number.to_string(),
        }),
        Column::Name(name) => {
            let path = Path::parse(name).map_err(|error| error.to_string())?;
            let mut steps = path.steps;
            let mut depth = messages.len();
            if path.rooted {
                depth = messages.iter().zip(&steps).take_while(|(a, b)| a == b).count();
                steps.drain(..depth);
            }
            Ok(Place { depth, steps, written: name.clone() })
        }
    }
}

/// The values that the first records hold.
#[derive(Default)]
struct Present {
    names: Vec<Seen>,
    places: Vec<Place>,
    known: HashSet<(usize, String)>,
}

impl Present {
    fn of(values: &[Value], messages: &[Step]) -> Self {
        let mut columns = Self::default();
        for value in values {
            each_message(value, messages, &mut |trail| {
                for (depth, outer) in trail.iter().enumerate() {
                    let is_object_of_way =
                        depth == messages.len() || depth == 0 || messages.get(depth - 1) == Some(&Step::Each);
                    if is_object_of_way {
                        columns.add(outer, depth, messages, &mut Vec::new());
                    }
                }
            });
        }
        columns
    }

    fn add(&mut self, value: &Value, depth: usize, messages: &[Step], way: &mut Vec<Step>) {
        match value {
            Value::Object(map) if way.len() < DEPTH => {
                for (key, value) in map {
                    way.push(Step::Key(key.clone()));
                    self.add(value, depth, messages, way);
                    way.pop();
                }
            }
            Value::Object(_) | Value::Array(_) => {}
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                let name = written(way);
                if !name.is_empty() && self.known.insert((depth, name.clone())) {
                    let level = messages.len() - depth;
                    let written = if level == 0 {
                        name.clone()
                    } else {
                        let whole: Vec<Step> = messages[..depth].iter().chain(way.iter()).cloned().collect();
                        format!("$.{}", written(&whole))
                    };
                    self.places.push(Place { depth, steps: way.clone(), written });
                    self.names.push(Seen { name, level });
                }
            }
        }
    }

    /// The column that a user's name means: literally, or without regard to case and blanks; the nearest object first.
    fn position(&self, column: &Column) -> Option<usize> {
        let Column::Name(name) = column else { return None };
        let wanted = normalise(name);
        let nearest = |matches: &dyn Fn(usize) -> bool| {
            (0..self.names.len()).filter(|i| matches(*i)).min_by_key(|i| self.names[*i].level)
        };
        nearest(&|i| self.places[i].written == *name || self.names[i].name == *name)
            .or_else(|| nearest(&|i| normalise(&self.names[i].name) == wanted))
    }
}

pub(super) fn written(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Step::Index(index) => {
                text.push('[');
                text.push_str(&index.to_string());
                text.push(']');
            }
            Step::Each => text.push_str("[]"),
        }
    }
    text
}

/// All ways to arrays of objects in the first records, the shortest first.
fn arrays(values: &[Value]) -> Vec<Vec<Step>> {
    fn look(value: &Value, way: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
        if way.len() > 2 * DEPTH {
            return;
        }
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    way.push(Step::Key(key.clone()));
                    look(value, way, found);
                    way.pop();
                }
            }
            Value::Array(elements) if elements.iter().any(Value::is_object) => {
                way.push(Step::Each);
                if found.len() < CANDIDATES && !found.contains(way) {
                    found.push(way.clone());
                }
                for element in elements.iter().take(20) {
                    look(element, way, found);
                }
                way.pop();
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for value in values.iter().take(20) {
        look(value, &mut Vec::new(), &mut found);
    }
    found.sort_by_key(Vec::len);
    found
}

/// Calls `use_it` for every message of a record with the values on the way to it, the message last.
pub(super) fn each_message<'v>(
    record: &'v Value,
    messages: &[Step],
    use_it: &mut impl FnMut(&[&'v Value]),
) -> bool {
    fn go<'v>(steps: &[Step], trail: &mut Vec<&'v Value>, use_it: &mut impl FnMut(&[&'v Value])) -> bool {
        let Some((step, rest)) = steps.split_first() else {
            use_it(trail);
            return true;
        };
        let Some(here) = trail.last().copied() else { return false };
        if *step == Step::Each {
            let Some(elements) = here.as_array() else { return false };
            for element in elements {
                trail.push(element);
                go(rest, trail, use_it);
                trail.pop();
            }
            return true;
        }
        let Some(next) = walk(std::slice::from_ref(step), here) else { return false };
        trail.push(next);
        let found = go(rest, trail, use_it);
        trail.pop();
        found
    }
    go(messages, &mut vec![record], use_it)
}
