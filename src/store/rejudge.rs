//! Judging again by other rules what was judged before, from the stored texts.
//!
//! What was found before is put aside in the transaction that replaces it, so that a run that is killed and goes on still tells
//! the whole difference.

use jiff::civil::Date;
use rayon::prelude::*;
use rusqlite::params;

use super::{
    Night, Result, Store,
    judged::{self, Judged, Known, Stamp, Task},
};
use crate::{
    finding::Finding,
    rule::compare::{Comparison, compare},
};

/// Conversations in a transaction.
const BATCH: usize = 256;

/// What judging again came to.
#[derive(Clone, Debug)]
pub struct Rejudged {
    /// Tonight's findings against those before.
    pub comparison: Comparison,
    /// Conversations judged again, by this run or by one of this night that was cut short.
    pub conversations: u64,
    /// Conversations that stay as they were judged, for their texts are not kept.
    pub without_text: u64,
}

impl Store {
    /// Judges again all conversations that went on at or after a day and were last judged by other rules than tonight's.
    pub fn rejudge(&mut self, since: Date, night: &Night<'_>) -> Result<Rejudged> {
        let pack = self.begin(night)?;
        let (since, day) = (since.to_string(), night.day().to_string());
        let select = format!(
            "SELECT name, {} FROM conversation
             WHERE last_day >= ? AND texts > 0 AND pack <> ? ORDER BY id LIMIT {BATCH}",
            Known::COLUMNS
        );
        loop {
            let batch: Vec<(String, Known)> = self.sql(|db| {
                db.prepare_cached(&select)?
                    .query_map(params![since, pack], |row| Ok((row.get(0)?, Known::of_columns(row, 1)?)))?
                    .collect()
            })?;
            if batch.is_empty() {
                break;
            }
            let mut tasks = Vec::new();
            for (name, known) in batch {
                let before: Vec<Finding> =
                    self.findings(known.id)?.into_iter().map(|(_, finding)| finding).collect();
                tasks.push((known.id, before, Task::new(self, &known, name.into(), Vec::new(), Vec::new())?));
            }
            let judged: Vec<Judged> = tasks.par_iter().map(|(.., task)| task.judge(night.linter)).collect();
            let stamp = Stamp { night: &day, pack, keep_text: true };
            self.write(|db| {
                for ((id, before, task), judged) in tasks.iter().zip(&judged) {
                    let before = serde_json::to_string(before).expect("findings are plain data");
                    db.prepare_cached("INSERT OR IGNORE INTO change VALUES (?, ?, ?)")?
                        .execute(params![day, id, before])?;
                    judged::write(db, task, judged, stamp)?;
                }
                Ok(())
            })?;
        }
        self.rejudged(&since, &day, pack)
    }

    fn rejudged(&self, since: &str, night: &str, pack: i64) -> Result<Rejudged> {
        let without_text: i64 = self.sql(|db| {
            db.query_row(
                "SELECT count(*) FROM conversation WHERE last_day >= ? AND texts = 0 AND pack <> ?",
                params![since, pack],
                |row| row.get(0),
            )
        })?;
        let changes: Vec<(i64, String)> = self.sql(|db| {
            db.prepare("SELECT conversation, before FROM change WHERE night = ? ORDER BY conversation")?
                .query_map([night], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        let (mut old, mut new): (Vec<Finding>, Vec<Finding>) = (Vec::new(), Vec::new());
        for (conversation, before) in &changes {
            old.extend(self.unpacked::<Vec<Finding>>(before)?);
            new.extend(self.findings(*conversation)?.into_iter().map(|(_, finding)| finding));
        }
        Ok(Rejudged {
            comparison: compare(&old, &new),
            conversations: changes.len() as u64,
            without_text: without_text.cast_unsigned(),
        })
    }
}
