//! The Parquet file, read back.

use ::parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Row,
};
use kefulint::report::{Report, parquet};

use super::Bench;

pub(crate) fn rows(report: &Report) -> Vec<Row> {
    let mut file = tempfile::tempfile().expect("a file");
    parquet::write(report, &mut file).expect("it can be written");
    let reader = SerializedFileReader::new(file).expect("it is a Parquet file");
    let rows = reader.get_row_iter(None).expect("it has rows");
    rows.map(|row| row.expect("it can be read")).collect()
}

#[test]
fn each_finding_is_a_row_with_the_names_of_the_contract() {
    let bench = Bench::new();
    let rows = rows(&bench.fixture());
    assert_eq!(rows.len(), 7);
    insta::assert_snapshot!(rows[4].to_string().replace(", ", "\n"));
    assert!(rows[5].to_string().contains("time: null"), "a message without a date");
}
