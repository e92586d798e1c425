//! A table whose columns have no known names: what their values look like.
//!
//! A guess is never read by. It is shown to a person, who may take it into kefulint.toml.

use std::collections::HashSet;

use jiff::tz::TimeZone;

use super::{
    config::{Column, Columns, DateOrder, InputConfig},
    field::Field,
    names, time,
};

/// The `[input]` table that would read these rows, if one column holds role words and another texts.
pub(crate) fn table(rows: &[Vec<String>]) -> Option<InputConfig> {
    of(rows, false).or_else(|| of(rows.get(1..)?, true))
}

fn of(rows: &[Vec<String>], header: bool) -> Option<InputConfig> {
    let width = rows.first()?.len();
    let column = |index: usize| rows.iter().filter_map(move |row| row.get(index)).map(String::as_str);
    let filled = |index: usize| column(index).filter(|cell| !cell.is_empty());
    let all = |index: usize, is: &dyn Fn(&str) -> bool| filled(index).count() > 0 && filled(index).all(is);
    let mut left: Vec<usize> = (0..width).collect();
    let mut take = |pick: &dyn Fn(&[usize]) -> Option<usize>| {
        let index = pick(&left)?;
        left.retain(|known| *known != index);
        Some(index)
    };
    let role =
        take(&|left| left.iter().copied().find(|i| all(*i, &|cell| names::get().role(cell).is_some())))?;
    let time = take(&|left| left.iter().copied().find(|i| all(*i, &is_time)));
    let text = take(&|left| left.iter().copied().max_by_key(|i| (letters(filled(*i)), usize::MAX - i)))
        .filter(|index| letters(filled(*index)) > 0)?;
    let conversation = take(&|left| {
        left.iter().copied().find(|i| {
            let distinct: HashSet<&str> = column(*i).collect();
            filled(*i).count() == rows.len() && distinct.len() < rows.len()
        })
    });
    let columns = [
        (Field::ConversationId, conversation),
        (Field::Role, Some(role)),
        (Field::Time, time),
        (Field::Text, Some(text)),
    ];
    let numbered = |index: usize| Columns::One(Column::Number(index as u32 + 1));
    let columns = columns.into_iter().filter_map(|(field, index)| Some((field, numbered(index?)))).collect();
    Some(InputConfig { header: Some(header), columns, ..InputConfig::default() })
}

fn is_time(cell: &str) -> bool {
    time::parse(cell, &TimeZone::UTC, Some(DateOrder::MonthFirst)).is_some()
        || time::parse(cell, &TimeZone::UTC, Some(DateOrder::DayFirst)).is_some()
}

fn letters<'c>(cells: impl Iterator<Item = &'c str>) -> usize {
    cells.flat_map(str::chars).filter(|c| c.is_alphabetic()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(rows: &[&str]) -> Option<String> {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.split('|').map(str::to_owned).collect()).collect();
        table(&rows).map(|input| toml::to_string(&input).expect("a table"))
    }

    #[test]
    fn values_tell_what_names_do_not() {
        let rows = ["7|2024/5/1 9:00|客户|灯不亮了", "7|2024/5/1 9:01|客服|您换一下灯泡试试"];
        let told = "header = false\n\n[columns]\nconversation_id = 1\nrole = 3\ntime = 2\ntext = 4\n";
        assert_eq!(guess(&rows).as_deref(), Some(told));
        let named = ["甲|乙|丙|丁", rows[0], rows[1]];
        assert_eq!(guess(&named).as_deref(), Some(told.replace("false", "true").as_str()));
    }

    #[test]
    fn without_role_words_nothing_is_guessed() {
        assert_eq!(guess(&["7|张三|灯不亮了", "7|李四|您换一下灯泡试试"]), None);
        assert_eq!(guess(&[]), None);
    }
}
