//! Which column holds which field: what the user says first, then the known names.
//!
//! Decides on names alone. It never looks at values to guess, because a wrong guess would put words into the wrong mouth.

use std::collections::HashSet;

use super::{
    config::{Column, Columns, InputConfig, Settings},
    field::{ByField, Field},
    names,
};

/// A column or JSON path that a file has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Seen {
    /// The name by which it is known: for a path, without the way to the object it stands in.
    pub(crate) name: String,
    /// 0 for a column of the message; for JSON, how many objects further out it stands.
    pub(crate) level: usize,
}

/// Gives each field that is not `taken` the column with the best name, each column once. Answers with indexes into `seen`.
pub(crate) fn by_name(seen: &[Seen], taken: &ByField<bool>, used: &HashSet<usize>) -> ByField<Option<usize>> {
    let names = names::get();
    let mut best: ByField<Option<(usize, usize, usize)>> = ByField::default();
    for (index, column) in seen.iter().enumerate().filter(|(index, _)| !used.contains(index)) {
        let Some((mut field, mut rank)) = names.field(&column.name) else { continue };
        if column.level > 0 && !field.of_conversation() {
            // `{"id": 7, "messages": [...]}`: the id of what holds messages is that of a conversation.
            if field != Field::MessageId {
                continue;
            }
            (field, rank) = (Field::ConversationId, usize::MAX);
        }
        let candidate = (column.level, rank, index);
        if !taken[field] && best[field].is_none_or(|known| candidate < known) {
            best[field] = Some(candidate);
        }
    }
    let mut chosen = ByField::default();
    for field in Field::ALL {
        chosen[field] = best[field].map(|(_, _, index)| index);
    }
    chosen
}

/// The required fields that `has` lacks: a text, and something that says who spoke.
pub(crate) fn missing(has: impl Fn(Field) -> bool) -> Vec<Field> {
    let mut missing = Vec::new();
    if !has(Field::Text) {
        missing.push(Field::Text);
    }
    if !has(Field::Role) && !has(Field::Sender) {
        missing.push(Field::Role);
    }
    missing
}

/// The message for a file whose columns cannot be told, with what to write into `kefulint.toml`.
pub(crate) fn unmapped(missing: &[Field], columns: &[String], named: bool) -> String {
    let list: Vec<&str> = missing.iter().map(|field| field.as_str()).collect();
    let shown: Vec<String> = columns
        .iter()
        .take(40)
        .enumerate()
        .map(|(n, column)| format!("{} {}", n + 1, described(column)))
        .collect();
    let more = if columns.len() > 40 { format!(" and {} more", columns.len() - 40) } else { String::new() };
    let value = if named { "\"NAME\"" } else { "NUMBER" };
    let line = |field: &Field| {
        let who = if *field == Field::Role { "    # or: sender" } else { "" };
        format!("{field} = {value}{who}")
    };
    let lines: Vec<String> = missing.iter().map(line).collect();
    format!(
        "no column is known for: {}. Columns seen: {}{more}. Add to kefulint.toml, with the right column:\n[input.columns]\n{}",
        list.join(", "),
        shown.join(" | "),
        lines.join("\n")
    )
}

/// A column's name, or the kind of value if the first line holds values: those may be personal and are not shown.
fn described(column: &str) -> String {
    let length = column.chars().count();
    let digits = column.chars().filter(char::is_ascii_digit).count();
    match (length, digits) {
        (0, _) => "(empty)".to_owned(),
        (_, 4..) => format!("(a value of {length} characters with {digits} digits)"),
        (25.., _) => format!("(a text of {length} characters)"),
        _ => format!("`{}`", crate::personal::mask(column)),
    }
}

/// Where a table has what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Table {
    /// Which of the rows looked at is the header.
    pub(crate) header: Option<usize>,
    /// For each field its columns, counted from 0, the preferred first.
    pub(crate) columns: ByField<Vec<usize>>,
    /// The number of columns.
    pub(crate) width: usize,
}

impl Table {
    /// Finds header and columns in the first rows of a table.
    pub(crate) fn find(rows: &[Vec<String>], settings: &Settings) -> Result<Self, String> {
        let Some(first) = rows.first() else { return Err("holds no rows".to_owned()) };
        match settings.input.header {
            Some(false) => Self::build(first, None, settings),
            Some(true) => Self::build(first, Some(0), settings),
            None => {
                let header = rows.iter().position(|row| {
                    looks_like_header(row, settings) && Self::build(row, Some(0), settings).is_ok()
                });
                match header {
                    Some(at) => {
                        let mut table = Self::build(&rows[at], Some(at), settings)?;
                        table.header = Some(at);
                        Ok(table)
                    }
                    None if numbered(settings) => Self::build(first, None, settings),
                    None => Self::build(first, Some(0), settings),
                }
            }
        }
    }

    fn build(row: &[String], header: Option<usize>, settings: &Settings) -> Result<Self, String> {
        let seen: Vec<Seen> = match header {
            Some(_) => row.iter().map(|name| Seen { name: name.clone(), level: 0 }).collect(),
            None => Vec::new(),
        };
        let mut columns: ByField<Vec<usize>> = ByField::default();
        let mut taken = ByField::default();
        let mut used = HashSet::new();
        for (field, configured) in &settings.input.columns {
            taken[*field] = true;
            for column in configured.as_slice() {
                match position(column, &seen, row.len()) {
                    Some(index) => {
                        used.insert(index);
                        columns[*field].push(index);
                    }
                    None if configured.as_slice().len() > 1 => {}
                    None => return Err(not_there(*field, column, row, header.is_some())),
                }
            }
        }
        let chosen = by_name(&seen, &taken, &used);
        for field in Field::ALL {
            columns[field].extend(chosen[field]);
        }
        let missing = missing(|field| !columns[field].is_empty());
        if missing.is_empty() {
            Ok(Self { header, columns, width: row.len() })
        } else {
            Err(unmapped(&missing, row, header.is_some()))
        }
    }

    /// How a user would say where the fields are.
    pub(crate) fn found(&self, header: Option<&[String]>) -> InputConfig {
        // A name that stands twice means its first column; the others have only a number.
        let name = |index: &usize| match header {
            Some(names) if !names[*index].is_empty() && !names[..*index].contains(&names[*index]) => {
                Column::Name(names[*index].clone())
            }
            _ => Column::Number(*index as u32 + 1),
        };
        let columns = self
            .fields()
            .map(|field| (field, Columns::new(self.columns[field].iter().map(name).collect())))
            .collect();
        InputConfig { header: Some(header.is_some()), columns, ..InputConfig::default() }
    }

    /// The fields that have a column.
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(|field| !self.columns[*field].is_empty())
    }
}

fn position(column: &Column, seen: &[Seen], width: usize) -> Option<usize> {
    match column {
        Column::Number(number) => {
            let index = (*number as usize).checked_sub(1)?;
            (index < width).then_some(index)
        }
        Column::Name(name) => {
            let exact = seen.iter().position(|column| column.name == *name);
            let wanted = names::normalise(name);
            exact.or_else(|| seen.iter().position(|column| names::normalise(&column.name) == wanted))
        }
    }
}

fn not_there(field: Field, column: &Column, row: &[String], named: bool) -> String {
    let what = match column {
        Column::Number(number) => format!("column {number}, but there are {}", row.len()),
        Column::Name(name) if named => format!("\"{name}\", which is not among the columns"),
        Column::Name(name) => format!("\"{name}\", but the file has no header line; use a column number"),
    };
    let seen: Vec<String> = row.iter().take(40).map(|column| described(column)).collect();
    format!("[input.columns] {field} is {what}. Columns seen: {}", seen.join(" | "))
}

/// Whether all columns that are needed are given by number, so that no header is needed.
fn numbered(settings: &Settings) -> bool {
    let by_number = |field| {
        settings.input.columns.get(&field).is_some_and(|columns| {
            columns.as_slice().iter().all(|column| matches!(column, Column::Number(_)))
        })
    };
    missing(by_number).is_empty()
}

/// Two known names and a third of all cells: a row of values has that only by rare chance.
fn looks_like_header(row: &[String], settings: &Settings) -> bool {
    let configured: HashSet<String> = settings
        .input
        .columns
        .values()
        .flat_map(Columns::as_slice)
        .filter_map(|column| match column {
            Column::Name(name) => Some(names::normalise(name)),
            Column::Number(_) => None,
        })
        .collect();
    let names = names::get();
    let known = |cell: &&String| names.field(cell).is_some() || configured.contains(&names::normalise(cell));
    let hits = row.iter().filter(known).count();
    let filled = row.iter().filter(|cell| !cell.trim().is_empty()).count();
    hits >= 2 && hits * 3 >= filled
}
