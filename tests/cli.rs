//! The command line as a user meets it: arguments in; output, errors and exit code out. `TRYCMD=overwrite` renews them.

#[test]
fn commands() {
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}
