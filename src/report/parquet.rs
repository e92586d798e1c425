//! The findings as a Parquet file, for data tools: the names of the findings contract, a column each, times as instants.

use std::io::{self, Write};

use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::parser::parse_message_type,
};

use super::{Report, cells};
use crate::finding::Finding;

/// How a column is taken from a finding.
enum Values {
    Text(fn(&Finding) -> String),
    OptionalText(fn(&Finding) -> Option<String>),
    Number(fn(&Finding) -> i64),
    /// Milliseconds since 1970 in UTC.
    Instant(fn(&Finding) -> Option<i64>),
}

use Values::{Instant, Number, OptionalText, Text};

const COLUMNS: [(&str, Values); 23] = [
    ("fingerprint", Text(|f| f.fingerprint.clone())),
    ("rule", Text(|f| f.rule.to_string())),
    ("family", Text(|f| f.family.as_str().to_owned())),
    ("kind", Text(|f| f.kind.to_string())),
    ("severity", Text(|f| f.severity.as_str().to_owned())),
    ("title", Text(|f| f.title.to_string())),
    ("conversation_id", Text(|f| f.conversation_id.to_string())),
    ("message_index", Number(|f| i64::from(f.message_index))),
    ("role", Text(|f| f.role.as_str().to_owned())),
    ("agent_id", OptionalText(|f| f.agent_id.as_deref().map(str::to_owned))),
    ("time", Instant(|f| Some(f.time?.at.as_millisecond()))),
    ("local_time", OptionalText(|f| Some(f.time?.to_string()))),
    ("quote", Text(|f| f.quote.clone())),
    ("span_start", Number(|f| i64::from(f.span.start))),
    ("span_end", Number(|f| i64::from(f.span.end))),
    ("message", Text(|f| cells::message(f).to_owned())),
    ("why", Text(|f| f.why.clone())),
    ("not_said", Text(cells::not_said)),
    ("statutes", Text(|f| cells::ids(&f.statutes))),
    ("advice", Text(|f| f.advice.to_string())),
    ("also", Text(|f| f.also.join(" "))),
    ("file", Text(|f| f.source.file.to_string())),
    ("line", Number(|f| f.source.line.cast_signed())),
];

/// Rows that are held at a time.
const ROWS: usize = 50_000;

/// A row a finding, in order of conversation and message.
pub fn write(report: &Report, out: &mut (dyn Write + Send)) -> io::Result<()> {
    file(report, out).map_err(io::Error::other)
}

fn file(report: &Report, out: &mut (dyn Write + Send)) -> Result<(), ParquetError> {
    let schema = parse_message_type(&schema())?.into();
    let properties = WriterProperties::builder()
        .set_created_by(concat!("kefulint ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .build();
    let mut writer = SerializedFileWriter::new(out, schema, properties.into())?;
    for findings in report.findings.chunks(ROWS) {
        let mut group = writer.next_row_group()?;
        for (_, values) in &COLUMNS {
            column(findings, values, &mut group)?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

fn schema() -> String {
    let column = |(name, values): &(&str, Values)| match values {
        Text(_) => format!("required binary {name} (utf8);"),
        OptionalText(_) => format!("optional binary {name} (utf8);"),
        Number(_) => format!("required int64 {name};"),
        Instant(_) => format!("optional int64 {name} (timestamp(millis,true));"),
    };
    format!("message finding {{ {} }}", COLUMNS.iter().map(column).collect::<String>())
}

fn column<W: Write + Send>(
    findings: &[Finding],
    values: &Values,
    group: &mut SerializedRowGroupWriter<'_, W>,
) -> Result<(), ParquetError> {
    let bytes = |text: String| ByteArray::from(text.into_bytes());
    let mut writer = group.next_column()?.expect("the schema has as many columns");
    match values {
        Text(of) => {
            let all: Vec<ByteArray> = findings.iter().map(|finding| bytes(of(finding))).collect();
            writer.typed::<ByteArrayType>().write_batch(&all, None, None)?;
        }
        OptionalText(of) => {
            let (all, there) = present(findings.iter().map(|finding| of(finding).map(bytes)));
            writer.typed::<ByteArrayType>().write_batch(&all, Some(&there), None)?;
        }
        Number(of) => {
            let all: Vec<i64> = findings.iter().map(of).collect();
            writer.typed::<Int64Type>().write_batch(&all, None, None)?;
        }
        Instant(of) => {
            let (all, there) = present(findings.iter().map(of));
            writer.typed::<Int64Type>().write_batch(&all, Some(&there), None)?;
        }
    }
    writer.close()
}

/// The values that are there, and for each row whether one is.
fn present<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let (mut all, mut there) = (Vec::new(), Vec::new());
    for value in values {
        there.push(i16::from(value.is_some()));
        all.extend(value);
    }
    (all, there)
}
