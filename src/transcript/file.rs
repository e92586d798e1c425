//! One file from its first byte to its messages: unwrap, decode, find the format, hand over to its reader.

use std::{fs, io, path::Path, sync::Arc};

use super::{
    archive,
    assemble::{Assembler, FileRead},
    config::{Format, Settings},
    delimited::{Delimited, Dialect, find_delimiter},
    encoding, excel,
    input::{self, From, Input},
    json,
    lines::{Elements, Lines, Pieces},
    stream::{self, Stream},
    table,
};

/// How much of the text is looked at to find the format.
const LOOK: usize = 64 << 10;

/// Reads one input, which may be an archive of many files; whatever goes wrong stands in the result.
pub(crate) fn read(input: Input, settings: &Settings) -> Vec<FileRead> {
    let name = input.name;
    let stream = match input.from {
        From::Refused(reason) => Err(reason),
        From::Ignored => return vec![FileRead::ignored(name)],
        From::Stream(reader) => Ok(Stream::boxed(reader)),
        From::File(path) => open(&path),
    };
    let mut all = Vec::new();
    match stream {
        Ok(stream) => Files { settings, all: &mut all }.add(name, stream, 0),
        Err(reason) => all.push(FileRead::failed(name, reason)),
    }
    all
}

/// How deep archives may stand in archives.
const NESTED: usize = 1;
const TOO_DEEP: &str = "is an archive in an archive in an archive; unpack it first";

/// The files found so far.
struct Files<'s> {
    settings: &'s Settings,
    all: &'s mut Vec<FileRead>,
}

impl Files<'_> {
    fn add(&mut self, name: Arc<str>, stream: Stream<'_>, depth: usize) {
        if let Err(reason) = self.try_add(&name, stream, depth) {
            self.all.push(FileRead::failed(name, reason));
        }
    }

    fn try_add(&mut self, name: &Arc<str>, stream: Stream<'_>, depth: usize) -> Result<(), String> {
        let mut stream = stream::unwrap(stream).map_err(|error| broken(&error))?;
        match archive::kind(&mut stream) {
            archive::Kind::Plain => self.all.push(text(name.clone(), stream, self.settings)),
            archive::Kind::Ole => self.workbook(name, &archive::whole(stream)?, excel::Kind::Xls),
            archive::Kind::Tar if depth > NESTED => return Err(TOO_DEEP.to_owned()),
            archive::Kind::Tar => {
                archive::each_of_tar(stream, &mut |entry, it| self.entry(name, entry, it, depth))
            }
            archive::Kind::Zip => {
                let bytes = archive::whole(stream)?;
                let mut zip = archive::Zip::open(&bytes)?;
                match zip.workbook()? {
                    Some(kind) => self.workbook(name, &bytes, kind),
                    None if depth > NESTED => return Err(TOO_DEEP.to_owned()),
                    None => {
                        let password = self.settings.input.password.as_deref();
                        zip.each(password, &mut |entry, it| self.entry(name, entry, it, depth));
                    }
                }
            }
        }
        Ok(())
    }

    /// A file inside an archive is named `archive.zip!folder/file.csv`.
    fn entry(&mut self, archive: &str, name: &str, entry: archive::Entry<'_>, depth: usize) {
        let whole: Arc<str> =
            if name.is_empty() { archive.into() } else { format!("{archive}!{name}").into() };
        match entry {
            None => self.all.push(FileRead::ignored(whole)),
            Some(Err(reason)) => self.all.push(FileRead::failed(whole, reason)),
            Some(Ok(stream)) => self.add(whole, stream, depth + 1),
        }
    }

    fn workbook(&mut self, name: &Arc<str>, bytes: &[u8], kind: excel::Kind) {
        let mut out = Assembler::new(self.settings, name.clone());
        excel::read(bytes, kind, &mut out);
        self.all.push(out.finish(kind.as_str(), "UTF-8"));
    }
}

fn open(path: &Path) -> Result<Stream<'static>, String> {
    fs::File::open(path).map(Stream::new).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission to read it is denied".to_owned(),
        _ => format!("cannot be opened: {error}"),
    })
}

/// What an error in the middle of a file means to its owner.
fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "the compressed file ends too early; what was read before is kept, the rest is missing".to_owned()
        }
        io::ErrorKind::IsADirectory => "is a folder, not a file".to_owned(),
        _ => format!("reading failed ({error}); what was read before is kept, the rest is missing"),
    }
}

fn text(name: Arc<str>, stream: Stream<'_>, settings: &Settings) -> FileRead {
    let Some(mut decoded) = encoding::decode(stream, settings.encoding) else {
        return FileRead::failed(
            name,
            "is no text and of no known kind; give --input-format and --encoding if it is one",
        );
    };
    let encoding = decoded.encoding.name();
    let head = decoded.stream.peek(LOOK);
    let head = String::from_utf8_lossy(head).into_owned();
    let mut out = Assembler::new(settings, name.clone());
    let format = if head.trim().is_empty() && decoded.stream.ended() {
        None
    } else {
        match find_format(&head, input::extension(&name).as_deref(), settings) {
            Some(format) => Some(format),
            None => {
                return FileRead::failed(
                    name,
                    "is neither JSON nor a table; give --input-format if it is one of: jsonl, json, csv, tsv",
                );
            }
        }
    };
    let (format, read, line) = match format {
        None => {
            let (reason, read) = match io::copy(&mut decoded.stream, &mut io::sink()) {
                Ok(_) => ("the file is empty; there is nothing to read", Ok(())),
                Err(error) => ("not one record could be read", Err(error)),
            };
            out.note(None, reason, None);
            ("empty", read, 1)
        }
        Some(Found::Lines) => {
            let mut lines = Lines::new(decoded.stream);
            ("jsonl", json::read(&mut lines, &mut out), lines.line())
        }
        Some(Found::Values) => {
            let mut elements = Elements::new(decoded.stream);
            ("json", json::read(&mut elements, &mut out), elements.line())
        }
        Some(Found::Table(dialect)) => {
            let mut rows = Delimited::new(decoded.stream, dialect);
            let format = if dialect.delimiter == b'\t' { "tsv" } else { "csv" };
            (format, table::read(&mut rows, &mut out), rows.line())
        }
    };
    if let Err(error) = read {
        out.note(Some(line), broken(&error), None);
    }
    out.finish(format, encoding)
}

/// A format with all that its reader needs to know.
enum Found {
    Lines,
    Values,
    Table(Dialect),
}

/// What the user says; else what the content says; the extension decides between commas and tabs.
fn find_format(head: &str, extension: Option<&str>, settings: &Settings) -> Option<Found> {
    let input = &settings.input;
    let table = |preferred: u8| {
        let delimiter = match input.delimiter {
            Some(delimiter) => Some(delimiter as u8),
            None if input.format == Some(Format::Tsv) => Some(b'\t'),
            None => find_delimiter(head, preferred),
        };
        let dialect = |delimiter| Dialect { delimiter, quoting: input.quoting.unwrap_or(true) };
        delimiter.map(|delimiter| Found::Table(dialect(delimiter)))
    };
    match input.format {
        Some(Format::Jsonl) => Some(Found::Lines),
        Some(Format::Json) => Some(Found::Values),
        Some(Format::Csv) => table(b',').or(Some(Found::Table(Dialect { delimiter: b',', quoting: true }))),
        Some(Format::Tsv) => table(b'\t'),
        None => {
            let start = head.trim_start();
            if start.starts_with('{') {
                let first = start.lines().next().unwrap_or_default();
                // A first line longer than what was looked at is a line all the same.
                let one_line = first.len() == start.len()
                    || serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok();
                return Some(if one_line { Found::Lines } else { Found::Values });
            }
            if let Some(inside) = start.strip_prefix('[')
                && inside.trim_start().starts_with(['{', '[', ']', '"'])
            {
                return Some(Found::Values);
            }
            match extension {
                Some("jsonl" | "ndjson") => Some(Found::Lines),
                Some("tsv" | "tab") => table(b'\t'),
                _ => table(b','),
            }
        }
    }
}
