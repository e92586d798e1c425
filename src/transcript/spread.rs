//! How much a workbook would take up, asked before it is opened: for the two kinds that cannot be read cell by cell.
//!
//! The library that reads them gives every sheet one place a cell from the first to the last that is used, and follows damaged chains of
//! sectors round and round: a file of five kilobytes could fill the memory. Only the places of cells are looked at here.

use std::io::{BufRead, Cursor, Read};

use cfb::CompoundFile;
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

/// How many places for cells all sheets may have together: twenty columns of the most rows that a sheet can have.
const CELLS: u64 = 20 << 16;

/// What a record says: a sheet begins, or a cell stands in it.
const BEGIN: u16 = 0x0809;
const MANY: [u16; 2] = [0x00bd, 0x00be];
const ONE: [u16; 9] = [0x0006, 0x0001, 0x0201, 0x0203, 0x0204, 0x0205, 0x00d6, 0x00fd, 0x027e];

/// Refuses an old Excel workbook that is damaged, or that would be spread out over too many cells.
pub(crate) fn check_xls(bytes: &[u8]) -> Result<(), String> {
    let broken = |error: std::io::Error| format!("the workbook is damaged and cannot be read: {error}");
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(broken)?;
    let name = ["/Workbook", "/Book"].into_iter().find(|name| file.is_stream(name));
    let Some(name) = name else { return Err("the file holds no workbook".to_owned()) };
    let mut stream = Vec::new();
    file.open_stream(name).and_then(|mut stream_of| stream_of.read_to_end(&mut stream)).map_err(broken)?;
    fits(places(&stream))
}

fn fits(places: u64) -> Result<(), String> {
    if places > CELLS {
        return Err(format!(
            "the workbook's cells are spread over {places} places and it is refused; save the sheet with the chats as .xlsx"
        ));
    }
    Ok(())
}

/// Refuses an OpenDocument sheet that says of a few cells that they are repeated without end.
pub(crate) fn check_ods(content: impl BufRead) -> Result<(), String> {
    let broken = |error: quick_xml::Error| format!("the workbook is damaged and cannot be read: {error}");
    let mut xml = Reader::from_reader(content);
    let mut buffer = Vec::new();
    let (mut rows, mut width) = (0_u64, 0_u64);
    let (mut columns, mut filled) = (0_u64, 0_u64);
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer).map_err(broken)?;
        let closed = matches!(event, Event::Empty(_));
        match event {
            Event::Eof => return Ok(()),
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "table" => (rows, width) = (0, 0),
                "table-row" => {
                    (columns, filled) = (0, 0);
                    rows = rows.saturating_add(number(&tag, "number-rows-repeated").unwrap_or(1));
                }
                "table-cell" => {
                    let repeated = number(&tag, "number-columns-repeated").unwrap_or(1);
                    columns = columns.saturating_add(repeated);
                    if !closed || has(&tag, "value-type") {
                        filled = columns;
                    }
                }
                _ => {}
            },
            // Rows that hold nothing cost nothing until one comes that does.
            Event::End(tag) if tag.local_name().as_ref() == "table-row" && filled > 0 => {
                width = width.max(filled);
                fits(rows.saturating_mul(width))?;
            }
            _ => {}
        }
    }
}

fn has(tag: &BytesStart<'_>, name: &str) -> bool {
    tag.attributes().filter_map(Result::ok).any(|attribute| attribute.key.local_name().as_ref() == name)
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u64> {
    let mut attributes = tag.attributes().filter_map(Result::ok);
    let value = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    value.value.parse().ok()
}

/// The places between the first and the last cell of every sheet, added up.
fn places(mut records: &[u8]) -> u64 {
    let mut total = 0_u64;
    let mut sheet: Option<[u64; 4]> = None;
    while let Some((head, rest)) = records.split_first_chunk::<4>() {
        let kind = u16::from_le_bytes([head[0], head[1]]);
        let length = usize::from(u16::from_le_bytes([head[2], head[3]])).min(rest.len());
        let (body, rest) = rest.split_at(length);
        records = rest;
        let number = |at: usize| Some(u64::from(u16::from_le_bytes([*body.get(at)?, *body.get(at + 1)?])));
        if kind == BEGIN {
            total += sheet.take().map_or(0, area);
        }
        let last = if MANY.contains(&kind) { number(length.saturating_sub(2)) } else { number(2) };
        if (MANY.contains(&kind) || ONE.contains(&kind))
            && let (Some(row), Some(first), Some(last)) = (number(0), number(2), last)
        {
            let [top, bottom, left, right] = sheet.get_or_insert([row, row, first, first]);
            (*top, *bottom) = (row.min(*top), row.max(*bottom));
            (*left, *right) = (first.min(*left), last.max(first).max(*right));
        }
    }
    total + sheet.map_or(0, area)
}

const fn area([top, bottom, left, right]: [u64; 4]) -> u64 {
    (bottom - top + 1) * (right - left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(kind: u16, row: u16, column: u16) -> Vec<u8> {
        [kind, 6, row, column, 0].into_iter().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn two_cells_far_apart_take_all_the_places_between() {
        let sheet = [cell(0x0203, 0, 0), cell(0x00fd, 99, 9)].concat();
        assert_eq!(places(&sheet), 1000);
        let two = [sheet.clone(), cell(BEGIN, 0, 0), sheet].concat();
        assert_eq!(places(&two), 2000);
        assert_eq!(places(&[0xbd, 0, 6]), 0);
    }

    #[test]
    fn rows_repeated_without_end_are_refused_and_empty_ones_are_not() {
        let sheet = |rows: u32, cell: &str| {
            format!(
                "<table:table><table:table-row table:number-rows-repeated=\"{rows}\">{cell}</table:table-row></table:table>"
            )
        };
        let full =
            "<table:table-cell table:number-columns-repeated=\"1000\"><text:p>x</text:p></table:table-cell>";
        let empty = "<table:table-cell table:number-columns-repeated=\"16384\"/>";
        assert_eq!(check_ods(sheet(1000, full).as_bytes()), Ok(()));
        assert_eq!(check_ods(sheet(1_048_576, empty).as_bytes()), Ok(()));
        let refused = check_ods(sheet(100_000, full).as_bytes()).expect_err("a hundred million places");
        assert!(refused.starts_with("the workbook's cells are spread over 100000000 places"), "{refused}");
        let valued = full.replace("><text:p>x</text:p></table:table-cell>", " office:value-type=\"float\"/>");
        assert!(check_ods(sheet(100_000, &valued).as_bytes()).is_err());
    }
}
