//! What a file looks like, without reading its messages: for those who change a file in place and keep its form.

use std::io::Cursor;

use encoding_rs::Encoding;

use super::{
    Column, Field, InputConfig, InputError,
    config::{Columns, Settings},
    delimited::Delimited,
    encoding,
    file::{Found, LOOK, find_format},
    input,
    layout::Table,
    names,
    stream::Stream,
    table::{Row, Rows},
};

/// How a text is cut into values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Json,
    Table {
        delimiter: char,
        quoting: bool,
    },
    /// Neither: a value a line.
    Lines,
}

/// The form of a file.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) encoding: &'static Encoding,
    pub(crate) shape: Shape,
    /// Of a table, the row that names the columns.
    pub(crate) header: Option<usize>,
    /// Of a table, the names of the columns.
    pub(crate) names: Vec<String>,
    /// Of a table, the columns that hold together what was said: ids of conversation and message, time and role.
    pub(crate) structure: Vec<usize>,
    /// The keys that the settings give these fields.
    pub(crate) structure_keys: Vec<String>,
}

/// The fields that say where a message belongs and nothing of a person.
pub(crate) const STRUCTURE: [Field; 4] = [Field::ConversationId, Field::MessageId, Field::Time, Field::Role];

/// The field that a column or key of this name holds.
pub(crate) fn field_of(name: &str) -> Option<Field> {
    names::get().field(name).map(|(field, _)| field)
}

/// Looks at the beginning of an unwrapped file; `None` if it is no text.
pub(crate) fn layout_of(
    name: &str,
    bytes: &[u8],
    config: &InputConfig,
) -> Result<Option<Layout>, InputError> {
    let settings = Settings::new(config)?;
    let head = bytes[..bytes.len().min(16 * LOOK)].to_vec();
    let Some(mut decoded) = encoding::decode(Stream::new(Cursor::new(head)), settings.encoding) else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(decoded.stream.peek(LOOK)).into_owned();
    let keys = STRUCTURE.iter().filter_map(|field| settings.input.columns.get(field));
    let structure_keys = keys.flat_map(Columns::as_slice).filter_map(|column| match column {
        Column::Name(path) => path.rsplit(['.', '$']).next().map(str::to_owned),
        Column::Number(_) => None,
    });
    let mut layout = Layout {
        encoding: decoded.encoding,
        shape: Shape::Lines,
        header: None,
        names: Vec::new(),
        structure: Vec::new(),
        structure_keys: structure_keys.collect(),
    };
    match find_format(&head, input::extension(name).as_deref(), &settings) {
        Some(Found::Lines | Found::Values) => layout.shape = Shape::Json,
        Some(Found::Table(dialect)) => {
            let mut reader = Delimited::new(Stream::new(Cursor::new(head.into_bytes())), dialect);
            let mut rows = Vec::new();
            let mut row = Row::default();
            // A row that cannot be read is one that the header is not.
            while rows.len() < 10
                && let Ok(Some(read)) = reader.next(&mut row)
            {
                rows.push(if read.is_ok() { row.strings() } else { Vec::new() });
            }
            if let Ok(table) = Table::find(&rows, &settings) {
                layout.shape =
                    Shape::Table { delimiter: char::from(dialect.delimiter), quoting: dialect.quoting };
                layout.header = table.header;
                layout.names = table.header.map(|at| rows.swap_remove(at)).unwrap_or_default();
                layout.structure =
                    STRUCTURE.iter().flat_map(|field| table.columns[*field].iter().copied()).collect();
            }
        }
        // Blocks of text and subtitles are lines.
        Some(Found::Blocks(_) | Found::Subtitles) | None => {}
    }
    Ok(Some(layout))
}
