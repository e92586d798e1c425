//! Excel and OpenDocument workbooks: the rows of one sheet.
//!
//! A workbook is no stream, so it is held as a whole; what it unpacks to is bounded before it is opened.

use std::{
    io::{self, BufReader, Cursor, Read, Seek},
    panic,
};

use calamine::{Data, ExcelDateTime, Ods, Range, Reader, Xls, Xlsb, Xlsx, open_workbook_from_rs};
use jiff::{Unit, civil::DateTime};
use zip::ZipArchive;

use super::{
    assemble::Assembler,
    config::InputConfig,
    layout::Table,
    spread,
    table::{self, BadRow, Row, Rows},
};

/// How many columns of a sheet are looked at: a chat has a dozen, and a stray cell far out must not cost memory for all between.
const COLUMNS: u32 = 1024;
/// Excel keeps 15 digits of a number.
const EXACT: f64 = 1e15;

/// A kind of workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
        }
    }
}

/// The cells of a row that are not empty, by column.
type Cells = Vec<(u32, Data)>;

/// Reads the sheet that is named, or the first whose columns can be told. Remarks and problems go to `out`.
pub(crate) fn read(bytes: &[u8], kind: Kind, out: &mut Assembler<'_>) {
    let wanted = out.settings().input.sheet.as_deref();
    // calamine 0.38 panics on some damaged .xls files. One damaged file must not end the run, so this is why the release
    // profile unwinds. Nothing outlives the call that a panic could leave half done.
    let read = panic::catch_unwind(|| sheets(bytes, kind, wanted));
    match read.unwrap_or_else(|_| Err("the workbook is damaged and cannot be read".to_owned())) {
        Ok(sheets) => choose(sheets, out),
        Err(reason) => out.note(None, reason, None),
    }
}

struct Sheet {
    name: String,
    rows: Vec<(u32, Cells)>,
}

impl Sheet {
    fn add(&mut self, (row, column): (u32, u32), data: Data) {
        if data != Data::Empty && column < COLUMNS {
            match self.rows.last_mut() {
                Some((last, cells)) if *last == row => cells.push((column, data)),
                _ => self.rows.push((row, vec![(column, data)])),
            }
        }
    }

    fn rows(&self) -> SheetRows<'_> {
        SheetRows { rows: self.rows.iter() }
    }
}

fn sheets(bytes: &[u8], kind: Kind, wanted: Option<&str>) -> Result<Vec<Sheet>, String> {
    let cursor = Cursor::new(bytes);
    match kind {
        Kind::Xlsx => {
            let mut book: Xlsx<_> = open_workbook_from_rs(cursor).map_err(broken)?;
            named(book.sheet_names(), wanted)?.into_iter().map(|name| streamed(&mut book, name)).collect()
        }
        Kind::Xlsb => {
            let mut book: Xlsb<_> = open_workbook_from_rs(cursor).map_err(broken)?;
            let names = named(book.sheet_names(), wanted)?;
            names.into_iter().map(|name| streamed_binary(&mut book, name)).collect()
        }
        Kind::Xls => {
            spread::check_xls(bytes)?;
            ranges(open_workbook_from_rs::<Xls<_>, _>(cursor).map_err(broken)?, wanted)
        }
        Kind::Ods => {
            let mut files = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
            spread::check_ods(BufReader::new(files.by_name("content.xml").map_err(broken)?))?;
            ranges(open_workbook_from_rs::<Ods<_>, _>(cursor).map_err(broken)?, wanted)
        }
    }
}

fn broken(error: impl std::fmt::Display) -> String {
    format!("the workbook cannot be opened: {error}")
}

fn named(all: Vec<String>, wanted: Option<&str>) -> Result<Vec<String>, String> {
    match wanted {
        None => Ok(all),
        Some(name) if all.iter().any(|sheet| sheet == name) => Ok(vec![name.to_owned()]),
        Some(name) => {
            Err(format!("[input] sheet = \"{name}\" is not in the workbook; its sheets: {}", all.join(", ")))
        }
    }
}

/// Cell by cell: a sheet of which one corner is used takes no more memory than its cells.
fn streamed<RS: Read + Seek>(book: &mut Xlsx<RS>, name: String) -> Result<Sheet, String> {
    let mut sheet = Sheet { name, rows: Vec::new() };
    let mut cells = book.worksheet_cells_reader(&sheet.name).map_err(broken)?;
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        sheet.add(cell.get_position(), cell.get_value().clone().into());
    }
    Ok(sheet)
}

fn streamed_binary<RS: Read + Seek>(book: &mut Xlsb<RS>, name: String) -> Result<Sheet, String> {
    let mut sheet = Sheet { name, rows: Vec::new() };
    let mut cells = book.worksheet_cells_reader(&sheet.name).map_err(broken)?;
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        sheet.add(cell.get_position(), cell.get_value().clone().into());
    }
    Ok(sheet)
}

fn ranges<RS: Read + Seek, B: Reader<RS>>(mut book: B, wanted: Option<&str>) -> Result<Vec<Sheet>, String>
where
    B::Error: std::fmt::Display,
{
    let mut sheets = Vec::new();
    for name in named(book.sheet_names(), wanted)? {
        let range = book.worksheet_range(&name).map_err(broken)?;
        sheets.push(Sheet { rows: used(&range), name });
    }
    Ok(sheets)
}

fn used(range: &Range<Data>) -> Vec<(u32, Cells)> {
    let (top, left) = range.start().unwrap_or_default();
    let cells = |row: &[Data]| {
        let filled = row.iter().zip(left..COLUMNS).filter(|(cell, _)| **cell != Data::Empty);
        filled.map(|(cell, column)| (column, cell.clone())).collect::<Cells>()
    };
    let rows = range.rows().zip(top..).map(|(row, number)| (number, cells(row)));
    rows.filter(|(_, cells)| !cells.is_empty()).collect()
}

fn choose(sheets: Vec<Sheet>, out: &mut Assembler<'_>) {
    let filled: Vec<Sheet> = sheets.into_iter().filter(|sheet| !sheet.rows.is_empty()).collect();
    let fits = |sheet: &&Sheet| Table::find(&table::head(&mut sheet.rows()), out.settings()).is_ok();
    let mut fitting = filled.iter().filter(fits);
    // Without a sheet that fits, the first says why it does not.
    let Some(sheet) = fitting.next().or(filled.first()) else {
        return out.note(None, "the workbook is empty; there is nothing to read", None);
    };
    let others: Vec<&str> = fitting.map(|sheet| sheet.name.as_str()).collect();
    if !others.is_empty() {
        let reason = format!(
            "only the sheet {} is read; these look like chats too: {}. Say which under [input] sheet, or keep one sheet a file",
            sheet.name,
            others.join(", ")
        );
        out.note(None, reason, None);
        let names = std::iter::once(sheet.name.as_str()).chain(others);
        let readings =
            names.map(|name| InputConfig { sheet: Some(name.to_owned()), ..InputConfig::default() });
        out.readings(readings.collect());
    }
    if table::read(&mut sheet.rows(), out).is_err() {
        out.note(None, "the sheet ends too early", None);
    }
}

struct SheetRows<'s> {
    rows: std::slice::Iter<'s, (u32, Cells)>,
}

impl Rows for SheetRows<'_> {
    fn next(&mut self, row: &mut Row) -> io::Result<Option<Result<(), BadRow>>> {
        let Some((number, cells)) = self.rows.next() else { return Ok(None) };
        row.clear();
        row.line = u64::from(*number) + 1;
        for (column, data) in cells {
            while row.width() < *column as usize {
                row.push("");
            }
            row.push(&text(data));
        }
        Ok(Some(Ok(())))
    }
}

/// A cell as its owner would read it.
fn text(data: &Data) -> String {
    match data {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => float(*number),
        Data::Bool(truth) => truth.to_string(),
        Data::DateTime(time) => date_time(*time).unwrap_or_else(|| float(time.as_f64())),
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}

/// Beyond 15 digits Excel has lost the rest: then the number is written as Excel shows it, and is known as damaged further on.
fn float(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT {
        return format!("{number:.0}");
    }
    if number.abs() < EXACT {
        return number.to_string();
    }
    let (mantissa, exponent) = match format!("{number:E}").split_once('E') {
        Some((mantissa, exponent)) => (mantissa.to_owned(), exponent.to_owned()),
        None => return number.to_string(),
    };
    format!("{mantissa}E+{exponent}")
}

fn date_time(time: ExcelDateTime) -> Option<String> {
    if !time.is_datetime() {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let exact = DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()?,
        i32::from(milli) * 1_000_000,
    );
    // A second is a fraction of a day that is rarely exact.
    let rounded = exact.ok()?.round(Unit::Second).ok()?;
    Some(rounded.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn numbers_are_text_as_long_as_all_digits_are_there() {
        assert_eq!(float(1_714_529_561_000.0), "1714529561000");
        assert_eq!(float(42.5), "42.5");
        assert_eq!(float(123_456_789_012_345_678.0), "1.2345678901234568E+17");
        assert_eq!(float(1e20), "1E+20");
    }

    #[test]
    fn dates_of_both_systems() {
        let date = |days, is_1904| date_time(ExcelDateTime::new(days, ExcelDateTimeType::DateTime, is_1904));
        assert_eq!(date(45_413.425_474_537, false).as_deref(), Some("2024-05-01 10:12:41"));
        assert_eq!(date(45_413.425_474_537 - 1462.0, true).as_deref(), Some("2024-05-01 10:12:41"));
        assert_eq!(date_time(ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false)), None);
    }
}
