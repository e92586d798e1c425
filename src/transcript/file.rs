//! One file from its first byte to its messages: unwrap, decode, find the format, hand over to its reader.

use std::{fs, io, path::Path, sync::Arc};

use super::{
    Role, archive,
    assemble::{Assembler, FileRead},
    blocks::{self, Grammar},
    config::{Format, InputConfig, Settings, Shape},
    delimited::{Delimited, Dialect, find_delimiter},
    encoding, excel,
    input::{self, From, Input},
    json,
    lines::{Elements, Lines, Pieces},
    sink::Sink,
    speech,
    stream::{self, Stream},
    table,
};

/// How much of the text is looked at to find the format.
pub(super) const LOOK: usize = 64 << 10;

/// Reads one input, which may be an archive of many files; whatever goes wrong stands in the result.
///
/// With a `sink`, messages and problems go there; what stands in the result is counts, and files that could not be opened.
pub(crate) fn read<'s>(
    input: Input,
    settings: &'s Settings,
    sink: Option<&'s mut (dyn Sink + 's)>,
) -> Vec<FileRead> {
    let name = input.name;
    let stream = match input.from {
        From::Refused(reason) => Err(reason),
        From::Ignored => return vec![FileRead::ignored(name)],
        From::Stream(reader) => Ok(Stream::boxed(reader)),
        From::File(path) => open(&path),
    };
    let mut all = Vec::new();
    match stream {
        Ok(stream) => Files { settings, all: &mut all, sink }.add(name, stream, 0),
        Err(reason) => all.push(FileRead::failed(name, reason)),
    }
    all
}

/// How deep archives may stand in archives.
const NESTED: usize = 1;
const TOO_DEEP: &str = "is an archive in an archive in an archive; unpack it first";

/// The files found so far.
struct Files<'f, 's> {
    settings: &'s Settings,
    all: &'f mut Vec<FileRead>,
    sink: Option<&'s mut (dyn Sink + 's)>,
}

impl Files<'_, '_> {
    fn add(&mut self, name: Arc<str>, stream: Stream<'_>, depth: usize) {
        if let Err(reason) = self.try_add(&name, stream, depth) {
            self.all.push(FileRead::failed(name, reason));
        }
    }

    fn try_add(&mut self, name: &Arc<str>, stream: Stream<'_>, depth: usize) -> Result<(), String> {
        let mut stream = stream::unwrap(stream).map_err(|error| broken(&error))?;
        match archive::kind(&mut stream) {
            archive::Kind::Plain => {
                let read = text(name.clone(), stream, self.settings, lent(&mut self.sink));
                self.all.push(read);
            }
            archive::Kind::Ole => self.workbook(name, &archive::whole(stream)?, excel::Kind::Xls),
            archive::Kind::Tar if depth > NESTED => return Err(TOO_DEEP.to_owned()),
            archive::Kind::Tar => {
                archive::each_of_tar(stream, &mut |entry, it| self.entry(name, entry, it, depth));
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
        let mut out = Assembler::new(self.settings, name.clone()).into_sink(lent(&mut self.sink));
        excel::read(bytes, kind, &mut out);
        let read = out.finish(kind.as_str(), "UTF-8", self.settings.input.preset.as_deref());
        self.all.push(read);
    }
}

/// A sink for a while.
fn lent<'l>(sink: &'l mut Option<&mut dyn Sink>) -> Option<&'l mut (dyn Sink + 'l)> {
    match sink {
        Some(sink) => Some(&mut **sink),
        None => None,
    }
}

fn open(path: &Path) -> Result<Stream<'static>, String> {
    fs::File::open(path).map(Stream::new).map_err(|error| not_opened(&error))
}

/// Why a file cannot be had, for its owner.
pub(crate) fn not_opened(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission to read it is denied".to_owned(),
        _ => format!("cannot be opened: {error}"),
    }
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

fn text<'s>(
    name: Arc<str>,
    stream: Stream<'_>,
    settings: &'s Settings,
    sink: Option<&'s mut (dyn Sink + 's)>,
) -> FileRead {
    let Some(mut decoded) = encoding::decode(stream, settings.encoding) else {
        return FileRead::failed(
            name,
            "is no text and of no known kind; give --input-format and --encoding if it is one",
        );
    };
    let encoding = decoded.encoding.name();
    let head = decoded.stream.peek(LOOK).to_vec();
    let ended = decoded.stream.ended();
    if ended && head.trim_ascii().is_empty() {
        return empty(Assembler::new(settings, name).into_sink(sink), decoded.stream);
    }
    let (settings, preset) = match shape(&name, &head, ended, settings) {
        Ok((settings, preset)) => (settings, preset),
        Err(names) => {
            let mut out = Assembler::new(settings, name).into_sink(sink);
            let reason = format!(
                "can be read in several ways; say which under [input]: preset = one of {}",
                names.join(", ")
            );
            out.note(None, reason, None);
            let preset = |name| InputConfig { preset: Some(name), ..InputConfig::default() };
            out.readings(names.into_iter().map(preset).collect());
            return out.finish("text", encoding, None);
        }
    };
    let extension = input::extension(&name);
    let Some(found) = find_format(&String::from_utf8_lossy(&head), extension.as_deref(), settings) else {
        return FileRead::failed(
            name,
            "is neither JSON nor a table nor a chat in a known grammar; give --input-format if it is one of: jsonl, json, csv, tsv, \
             or a preset, or [input] blocks",
        );
    };
    let mut out = Assembler::new(settings, name).into_sink(sink);
    let (format, read, line) = records(&found, decoded.stream, &mut out);
    if let Err(error) = read {
        out.note(Some(line), broken(&error), None);
    }
    out.finish(format, encoding, preset)
}

fn empty(mut out: Assembler<'_>, mut stream: Stream<'_>) -> FileRead {
    match io::copy(&mut stream, &mut io::sink()) {
        Ok(_) => out.note(None, "the file is empty; there is nothing to read", None),
        Err(error) => {
            out.note(None, "not one record could be read", None);
            out.note(Some(1), broken(&error), None);
        }
    }
    out.finish("empty", "UTF-8", None)
}

/// Reads all records of a text; answers with the format's name, what ended it, and the line last read.
fn records(
    found: &Found<'_>,
    stream: Stream<'_>,
    out: &mut Assembler<'_>,
) -> (&'static str, io::Result<()>, u64) {
    match found {
        Found::Lines => {
            let mut lines = Lines::new(stream);
            ("jsonl", json::read(&mut lines, out), lines.line())
        }
        Found::Values => {
            let mut elements = Elements::new(stream);
            ("json", json::read(&mut elements, out), elements.line())
        }
        Found::Table(dialect) => {
            let mut rows = Delimited::new(stream, *dialect);
            let format = if dialect.delimiter == b'\t' { "tsv" } else { "csv" };
            (format, table::read(&mut rows, out), rows.line())
        }
        Found::Blocks(grammar) => {
            let mut lines = Lines::new(stream);
            ("text", blocks::read(&mut lines, grammar, out), lines.line())
        }
        Found::Subtitles => {
            let mut lines = Lines::new(stream);
            ("subtitles", speech::read(&mut lines, out), lines.line())
        }
    }
}

/// How well the beginning of a file can be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Well,
    Badly,
    /// The first record is longer than what was looked at.
    Unknown,
}

/// The configuration to read by. What the user says of columns counts. Else a named shape that the file bears the marks of; else
/// what its columns are called; else a named shape that has no marks. A shape must give agents and others, nearly without a flaw.
fn shape<'s>(
    name: &Arc<str>,
    head: &[u8],
    ended: bool,
    settings: &'s Settings,
) -> Result<(&'s Settings, Option<&'s str>), Vec<String>> {
    let as_given = (settings, settings.input.preset.as_deref());
    if settings.says_columns() {
        return Ok(as_given);
    }
    let text = String::from_utf8_lossy(head);
    let read = |settings: &Settings| trial(name, head, &text, ended, settings);
    let fit = |settings: &Settings| read(settings).map_or(Fit::Badly, |read| shape_fit(&read, ended));
    let marked =
        |shape: &&Shape| !shape.marks.is_empty() && shape.marks.iter().all(|mark| text.contains(mark));
    let shapes = settings.shapes();
    let fitting: Vec<_> =
        shapes.iter().filter(marked).filter(|shape| fit(&shape.settings) != Fit::Badly).collect();
    if let Some(chosen) = only_one(&fitting)? {
        return Ok(chosen);
    }
    if read(settings)
        .is_some_and(|read| !read.staged.is_empty() && 2 * read.stats.records_failed <= read.stats.records)
    {
        return Ok(as_given);
    }
    let unmarked = shapes.iter().filter(|shape| shape.marks.is_empty());
    let fitting: Vec<_> = unmarked.filter(|shape| fit(&shape.settings) == Fit::Well).collect();
    Ok(only_one(&fitting)?.unwrap_or(as_given))
}

/// The shape, if there is one at most; else the names of all.
fn only_one<'s>(shapes: &[&'s Shape]) -> Result<Option<(&'s Settings, Option<&'s str>)>, Vec<String>> {
    match shapes {
        [] => Ok(None),
        [shape] => Ok(Some((&shape.settings, Some(shape.name)))),
        several => Err(several.iter().map(|shape| shape.name.to_owned()).collect()),
    }
}

/// Reads the beginning of a file.
fn trial(name: &Arc<str>, head: &[u8], text: &str, ended: bool, settings: &Settings) -> Option<FileRead> {
    let found = find_format(text, input::extension(name).as_deref(), settings)?;
    // The last line may be cut off.
    let end = if ended { head.len() } else { memchr::memrchr(b'\n', head).unwrap_or(head.len()) };
    let mut out = Assembler::new(settings, name.clone());
    let (format, ..) = records(&found, Stream::new(&head[..end]), &mut out);
    Some(out.finish(format, "UTF-8", None))
}

fn shape_fit(read: &FileRead, ended: bool) -> Fit {
    let agents = read.staged.iter().filter(|staged| staged.message.role == Role::Agent).count();
    let stats = read.stats;
    if !ended && read.staged.is_empty() && stats.records <= 1 {
        Fit::Unknown
    } else if agents > 0 && agents < read.staged.len() && 10 * stats.records_failed <= stats.records {
        Fit::Well
    } else {
        Fit::Badly
    }
}

/// A format with all that its reader needs to know.
pub(super) enum Found<'s> {
    Lines,
    Values,
    Table(Dialect),
    Blocks(&'s Grammar),
    Subtitles,
}

/// What the user says; else what the content says; the extension decides between commas and tabs.
pub(super) fn find_format<'s>(
    head: &str,
    extension: Option<&str>,
    settings: &'s Settings,
) -> Option<Found<'s>> {
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
        Some(Format::Text) => settings.grammar.as_ref().map(Found::Blocks),
        Some(Format::Subtitles) => Some(Found::Subtitles),
        None => {
            if let Some(grammar) = settings.grammar.as_ref().filter(|grammar| grammar.fits(head)) {
                return Some(Found::Blocks(grammar));
            }
            let start = head.trim_start();
            if speech::fits(start) {
                return Some(Found::Subtitles);
            }
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
