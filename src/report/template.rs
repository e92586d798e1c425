//! A format of the user's own: a minijinja template that is given what `--format json` writes.
//!
//! A template sees the report and nothing else: it can read no file and knows neither clock nor environment.

use std::io::{self, Write};

use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig, value::Serde};
use thiserror::Error;

use super::{digest::Digest, json};
use crate::finding::{Family, Severity};

/// A template that cannot be read; the message names its file and line.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct TemplateError(#[from] minijinja::Error);

/// A template, read.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    name: String,
}

impl Template {
    /// Reads a template. Its name is for errors, and tells how to escape: `.html` and `.xml` as markup, `.json` as JSON, anything
    /// else not at all; a last `.j2` does not count.
    pub fn parse(name: &str, source: String) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
        environment.set_syntax(syntax.build()?);
        environment.add_filter("title", title);
        environment.add_filter("worst", worst);
        environment.add_template_owned(name.to_owned(), source)?;
        Ok(Self { environment, name: name.to_owned() })
    }

    /// Writes what it makes of a report.
    pub fn write(&self, digest: &Digest<'_>, out: &mut dyn Write) -> io::Result<()> {
        let template = self.environment.get_template(&self.name).map_err(io::Error::other)?;
        template.render_captured_to(Serde(&json::document(digest)), out).map_err(io::Error::other)?;
        Ok(())
    }
}

/// The Chinese name of a family or a severity; anything else stays.
fn title(name: &str) -> String {
    let family = Family::ALL.iter().find(|family| family.as_str() == name).map(|family| family.title());
    let severity = || Some(severity(name)?.title());
    family.or_else(severity).unwrap_or(name).to_owned()
}

/// Findings, or anything that has a severity, the worst first; of equals in their order.
fn worst(mut list: Vec<Value>) -> Vec<Value> {
    let rank = |value: &Value| value.get_attr("severity").ok().and_then(|name| severity(name.as_str()?));
    list.sort_by_key(|value| std::cmp::Reverse(rank(value)));
    list
}

fn severity(name: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|severity| severity.as_str() == name)
}
