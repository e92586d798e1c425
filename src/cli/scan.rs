//! `kefulint scan` (being built: JSON lines in, JSON lines out).
use std::{collections::BTreeMap, io::Write, path::PathBuf, sync::Arc};

use kefulint::{
    rule::Options,
    transcript::{Conversation, Message, Moment, Role, Source},
};
use serde::Deserialize;

use super::{Global, Status};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    paths: Vec<PathBuf>,
    #[arg(long)]
    format: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    conversation_id: Arc<str>,
    agent_id: Option<Arc<str>>,
    channel: Option<Arc<str>>,
    role: Role,
    time: Option<String>,
    text: String,
}

pub(crate) fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<Status> {
    let linter = global.linter(Options { default_day: super::today(), ..Options::default() })?;
    for path in &args.paths {
        let file: Arc<str> = path.display().to_string().into();
        let mut conversations: BTreeMap<Arc<str>, Conversation> = BTreeMap::new();
        for (line, text) in (1..).zip(std::fs::read_to_string(path)?.lines()) {
            let row: Row = serde_json::from_str(text)?;
            let time = row.time.and_then(|t| {
                let at: jiff::Timestamp = t.parse().ok()?;
                Some(Moment { at, offset: jiff::tz::Offset::constant(8) })
            });
            let entry = conversations.entry(row.conversation_id.clone()).or_insert_with(|| Conversation {
                id: row.conversation_id,
                channel: row.channel,
                messages: Vec::new(),
            });
            entry.messages.push(Message {
                role: row.role,
                agent: row.agent_id,
                time,
                text: row.text,
                source: Source { file: file.clone(), line },
            });
        }
        let conversations: Vec<Conversation> = conversations.into_values().collect();
        for linted in linter.lint_all(&conversations, || ()) {
            for finding in linted.findings {
                serde_json::to_writer(&mut *out, &finding)?;
                writeln!(out)?;
            }
        }
    }
    Ok(Status::Done)
}
