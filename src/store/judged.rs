//! A conversation as the store keeps it: its messages while texts are kept, what was found in it, and on which days.
//!
//! Where texts are gone, what was judged before is sealed: later messages are judged by themselves, and both are counted together.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, civil::Date, tz::Offset};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::{Result, Store, identity::Tag, whole};
use crate::{
    finding::Finding,
    rule::{Linted, Linter},
    transcript::{Conversation, Message, Moment, Role, Source},
};

/// Who wrote how much of a conversation on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Presence {
    pub(super) day: Date,
    pub(super) messages: u64,
    pub(super) agents: Vec<(Option<Arc<str>>, u64)>,
}

/// All that is said of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Judged {
    pub(super) linted: Linted,
    /// The day of each finding.
    pub(super) days: Vec<Date>,
    /// In order of day.
    pub(super) presence: Vec<Presence>,
}

/// A stored message.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) tag: Tag,
    pub(super) day: Date,
    pub(super) message: Message,
}

/// What the store knows of a conversation besides its messages.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: i64,
    pub(super) origin: Option<String>,
    pub(super) channel: Option<Arc<str>>,
    pub(super) unseen: u32,
    pub(super) speech: bool,
    pub(super) texts: i64,
    sealed: Option<String>,
    judged: Option<String>,
}

impl Known {
    pub(super) const COLUMNS: &'static str = "id, origin, channel, unseen, texts, sealed, judged, speech";

    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Self::of_columns(row, 0)
    }

    /// From a row in which other columns stand before these.
    pub(super) fn of_columns(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(first)?,
            origin: row.get(first + 1)?,
            channel: text(row, first + 2)?,
            unseen: row.get(first + 3)?,
            texts: row.get(first + 4)?,
            sealed: row.get(first + 5)?,
            judged: row.get(first + 6)?,
            speech: row.get(first + 7)?,
        })
    }
}

/// A conversation to be judged and written.
#[derive(Debug)]
pub(super) struct Task {
    /// Its row; made when it is written, where there is none yet.
    pub(super) id: Option<i64>,
    pub(super) tag: Tag,
    pub(super) origin: Option<String>,
    pub(super) conversation: Conversation,
    /// The day of each message.
    pub(super) days: Vec<Date>,
    /// What was judged before and cannot be judged again.
    pub(super) sealed: Option<Judged>,
    /// Messages that were not there before.
    pub(super) added: Vec<Stored>,
    /// What is now known: the tag, the text of those with an id, whether it ends a piece.
    pub(super) marks: Vec<(Tag, Option<Tag>, bool)>,
    pub(super) recalled: Vec<Tag>,
    pub(super) customers: Vec<Tag>,
}

impl Task {
    /// A stored conversation as it stands, with what shall be added to it and what of it is said to be taken back.
    pub(super) fn new(
        store: &Store,
        known: &Known,
        name: Arc<str>,
        added: Vec<Stored>,
        mut recalled: Vec<Tag>,
    ) -> Result<Self> {
        let mut stored = store.messages(known.id)?;
        recalled.retain(|tag| {
            let found = stored.iter_mut().find(|stored| stored.tag == *tag && !stored.message.recalled);
            found.map(|stored| stored.message.recalled = true).is_some()
        });
        let (mut messages, mut days) = (Vec::new(), Vec::new());
        for stored in stored.iter().chain(&added) {
            messages.push(stored.message.clone());
            days.push(stored.day);
        }
        let conversation = Conversation {
            id: name,
            channel: known.channel.clone(),
            customers: Vec::new(),
            messages,
            unseen: known.unseen,
            speech: known.speech,
        };
        let mut task = Self {
            id: Some(known.id),
            tag: Tag::default(),
            origin: known.origin.clone(),
            conversation,
            days,
            sealed: store.sealed(known)?,
            added,
            marks: Vec::new(),
            recalled,
            customers: Vec::new(),
        };
        task.put_in_order();
        Ok(task)
    }

    /// As the reader orders a conversation; only dated messages change places, and their days are told by their times.
    pub(super) fn put_in_order(&mut self) {
        self.conversation.put_in_order();
        for (day, message) in self.days.iter_mut().zip(&self.conversation.messages) {
            *day = message.time.map_or(*day, Moment::day);
        }
    }

    pub(super) fn judge(&self, linter: &Linter) -> Judged {
        let linted = linter.lint(&self.conversation);
        let days = linted.findings.iter().map(|finding| self.days[finding.message_index as usize]).collect();
        let mut presence: BTreeMap<Date, Presence> = BTreeMap::new();
        for (message, day) in self.conversation.messages.iter().zip(&self.days) {
            let empty = || Presence { day: *day, messages: 0, agents: Vec::new() };
            let entry = presence.entry(*day).or_insert_with(empty);
            entry.messages += 1;
            if message.role == Role::Agent {
                add_agent(&mut entry.agents, message.agent.as_ref(), 1);
            }
        }
        let fresh = Judged { linted, days, presence: presence.into_values().collect() };
        match &self.sealed {
            Some(sealed) => sealed.clone().with(fresh),
            None => fresh,
        }
    }
}

pub(super) fn add_agent(agents: &mut Vec<(Option<Arc<str>>, u64)>, agent: Option<&Arc<str>>, messages: u64) {
    match agents.iter_mut().find(|(known, _)| known.as_ref() == agent) {
        Some((_, count)) => *count += messages,
        None => agents.push((agent.cloned(), messages)),
    }
}

impl Judged {
    /// What was judged before, and what came after it.
    fn with(mut self, later: Self) -> Self {
        let before = self.linted.messages;
        let offset = before as u32;
        let shifted = |mut finding: Finding| {
            finding.message_index += offset;
            finding.context.iter_mut().for_each(|line| line.message_index += offset);
            finding
        };
        let (old, new) = (&mut self.linted, later.linted);
        // The score is a mean over questions, as near as can be told without the texts.
        let weighed = |score: Option<f64>, items: usize| score.map(|score| (score, items.max(1) as f64));
        let scores: Vec<(f64, f64)> =
            [weighed(old.evasion_score, old.dialogue.items), weighed(new.evasion_score, new.dialogue.items)]
                .into_iter()
                .flatten()
                .collect();
        let weight: f64 = scores.iter().map(|(_, weight)| weight).sum();
        old.evasion_score =
            (weight > 0.0).then(|| scores.iter().map(|(score, weight)| score * weight).sum::<f64>() / weight);
        for (agent, messages) in &new.agents {
            add_agent(&mut old.agents, agent.as_ref(), *messages);
        }
        old.messages += new.messages;
        old.trade = new.trade.or(old.trade.take());
        old.findings.extend(new.findings.into_iter().map(shifted));
        old.not_evaluable.extend(new.not_evaluable);
        old.not_evaluable.sort();
        old.not_evaluable.dedup();
        old.dialogue.items += new.dialogue.items;
        old.dialogue.answered += new.dialogue.answered;
        old.dialogue.deferred += new.dialogue.deferred;
        old.dialogue.evaded += new.dialogue.evaded;
        old.dialogue.first_reply = old.dialogue.first_reply.or(new.dialogue.first_reply);
        old.dialogue.longest_wait = old.dialogue.longest_wait.max(new.dialogue.longest_wait);
        self.days.extend(later.days);
        for part in later.presence {
            match self.presence.iter_mut().find(|known| known.day == part.day) {
                Some(known) => {
                    known.messages += part.messages;
                    for (agent, messages) in &part.agents {
                        add_agent(&mut known.agents, agent.as_ref(), *messages);
                    }
                }
                None => self.presence.push(part),
            }
        }
        self.presence.sort_by_key(|part| part.day);
        self
    }
}

impl Store {
    /// What is known of a conversation by its tag.
    pub(super) fn known(&self, tag: &Tag) -> Result<Option<Known>> {
        let select = format!("SELECT {} FROM conversation WHERE tag = ?", Known::COLUMNS);
        self.sql(|db| db.prepare_cached(&select)?.query_row([tag], Known::of).optional())
    }

    fn messages(&self, conversation: i64) -> Result<Vec<Stored>> {
        type Texts = (Option<String>, Option<i32>, String);
        let rows: Vec<(Tag, Message, String, Texts)> = self.sql(|db| {
            db.prepare_cached(
                "SELECT tag, id, role, agent, at, shift, day, text, recalled, file, line FROM message
                 WHERE conversation = ? ORDER BY position",
            )?
            .query_map([conversation], |row| {
                let source = Source {
                    file: text(row, 9)?.unwrap_or_default(),
                    line: row.get::<_, i64>(10)?.cast_unsigned(),
                };
                let message = Message {
                    id: text(row, 1)?,
                    role: Role::System,
                    agent: text(row, 3)?,
                    time: None,
                    text: row.get(7)?,
                    recalled: row.get(8)?,
                    source,
                };
                Ok((row.get(0)?, message, row.get(2)?, (row.get(4)?, row.get(5)?, row.get(6)?)))
            })?
            .collect()
        })?;
        let whole = |(tag, message, role, (at, shift, day)): (Tag, Message, String, Texts)| {
            let time = match (at, shift) {
                (Some(at), Some(shift)) => {
                    let at: Timestamp = self.parsed(&at)?;
                    Some(Moment { at, offset: Offset::from_seconds(shift).unwrap_or(Offset::UTC) })
                }
                _ => None,
            };
            let role = self.unpacked(&format!("\"{role}\""))?;
            Ok(Stored { tag, day: self.parsed(&day)?, message: Message { role, time, ..message } })
        };
        rows.into_iter().map(whole).collect()
    }

    /// What was judged of messages whose texts are gone.
    fn sealed(&self, known: &Known) -> Result<Option<Judged>> {
        match (&known.sealed, &known.judged) {
            (Some(sealed), _) => Ok(Some(self.unpacked(sealed)?)),
            (None, Some(judged)) if known.texts == 0 => Ok(Some(self.judged(known.id, judged)?)),
            _ => Ok(None),
        }
    }

    pub(super) fn findings(&self, conversation: i64) -> Result<Vec<(Date, Finding)>> {
        let rows: Vec<(String, String)> = self.sql(|db| {
            db.prepare_cached("SELECT day, finding FROM finding WHERE conversation = ? ORDER BY number")?
                .query_map([conversation], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        rows.iter().map(|(day, finding)| Ok((self.parsed(day)?, self.unpacked(finding)?))).collect()
    }

    /// What is said of a conversation; `judged` is its column of that name, which leaves the findings to their table.
    pub(super) fn judged(&self, conversation: i64, judged: &str) -> Result<Judged> {
        let mut linted: Linted = self.unpacked(judged)?;
        let (days, findings) = self.findings(conversation)?.into_iter().unzip();
        linted.findings = findings;
        Ok(Judged { linted, days, presence: self.presence(conversation)? })
    }

    fn presence(&self, conversation: i64) -> Result<Vec<Presence>> {
        let rows: Vec<(String, i64, String)> = self.sql(|db| {
            db.prepare_cached(
                "SELECT day, messages, agents FROM presence WHERE conversation = ? ORDER BY day",
            )?
            .query_map([conversation], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect()
        })?;
        rows.iter()
            .map(|(day, messages, agents)| {
                Ok(Presence {
                    day: self.parsed(day)?,
                    messages: messages.cast_unsigned(),
                    agents: self.unpacked(agents)?,
                })
            })
            .collect()
    }
}

fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Arc<str>>> {
    row.get::<_, Option<String>>(column).map(|text| text.map(Arc::from))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what is stored is plain data")
}

/// Under what a conversation is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp<'a> {
    pub(super) night: &'a str,
    pub(super) pack: i64,
    pub(super) keep_text: bool,
}

/// Writes a conversation and what is said of it in place of what was said before; answers with its row.
pub(super) fn write(
    db: &Connection,
    task: &Task,
    judged: &Judged,
    stamp: Stamp<'_>,
) -> rusqlite::Result<i64> {
    let Stamp { night, pack, keep_text } = stamp;
    let conversation = &task.conversation;
    let id = match task.id {
        Some(id) => id,
        None => db
            .prepare_cached("INSERT INTO conversation (tag, night) VALUES (?, ?) RETURNING id")?
            .query_row(params![task.tag, night], |row| row.get(0))?,
    };
    for (tag, text, ends) in &task.marks {
        db.prepare_cached(
            "INSERT INTO seen (conversation, tag, text, ends) VALUES (?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET ends = max(ends, excluded.ends)",
        )?
        .execute(params![id, tag, text, ends])?;
    }
    for customer in &task.customers {
        db.prepare_cached("INSERT OR IGNORE INTO customer (tag, conversation) VALUES (?, ?)")?
            .execute(params![customer, id])?;
    }
    if keep_text {
        add_messages(db, id, &task.added)?;
        for tag in &task.recalled {
            db.prepare_cached("UPDATE message SET recalled = 1 WHERE conversation = ? AND tag = ?")?
                .execute(params![id, tag])?;
        }
    } else {
        db.prepare_cached("DELETE FROM message WHERE conversation = ?")?.execute([id])?;
    }
    write_judged(db, id, judged)?;
    let linted = Linted { findings: Vec::new(), ..judged.linted.clone() };
    let sealed = task.sealed.as_ref().filter(|_| keep_text).map(json);
    let texts = if keep_text { whole(conversation.messages.len()) } else { 0 };
    let last_day = judged.presence.last().map(|part| part.day.to_string());
    db.prepare_cached(
        "UPDATE conversation SET name = ?2, origin = ?3, channel = ?4, unseen = ?5, last_day = ?6, pack = ?7, due = 0,
             texts = ?8, sealed = ?9, judged = ?10, night = CASE WHEN ?11 THEN ?12 ELSE night END, speech = ?13 WHERE id = ?1",
    )?
    .execute(params![
        id,
        &*conversation.id,
        task.origin,
        conversation.channel.as_deref(),
        conversation.unseen,
        last_day,
        pack,
        texts,
        sealed,
        json(&linted),
        !task.added.is_empty(),
        night,
        conversation.speech
    ])?;
    Ok(id)
}

fn add_messages(db: &Connection, id: i64, added: &[Stored]) -> rusqlite::Result<()> {
    let next: i64 = db
        .prepare_cached("SELECT ifnull(max(position), -1) + 1 FROM message WHERE conversation = ?")?
        .query_row([id], |row| row.get(0))?;
    for (stored, position) in added.iter().zip(next..) {
        let message = &stored.message;
        db.prepare_cached("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(
            params![
                id,
                position,
                stored.tag,
                message.id.as_deref(),
                message.role.as_str(),
                message.agent.as_deref(),
                message.time.map(|time| time.at.to_string()),
                message.time.map(|time| time.offset.seconds()),
                stored.day.to_string(),
                message.text,
                message.recalled,
                &*message.source.file,
                message.source.line.cast_signed(),
            ],
        )?;
    }
    Ok(())
}

/// Replaces findings and days; the reports of all days concerned are to be written anew.
fn write_judged(db: &Connection, id: i64, judged: &Judged) -> rusqlite::Result<()> {
    clear_judged(db, id)?;
    for part in &judged.presence {
        let day = part.day.to_string();
        db.prepare_cached("INSERT INTO presence VALUES (?, ?, ?, ?)")?.execute(params![
            id,
            day,
            part.messages.cast_signed(),
            json(&part.agents)
        ])?;
        db.prepare_cached("INSERT OR IGNORE INTO stale VALUES (?)")?.execute([day])?;
    }
    for (number, (finding, day)) in judged.linted.findings.iter().zip(&judged.days).enumerate() {
        db.prepare_cached("INSERT INTO finding VALUES (?, ?, ?, ?)")?.execute(params![
            id,
            whole(number),
            day.to_string(),
            json(finding)
        ])?;
    }
    Ok(())
}

/// Takes away what was said of a conversation, and notes the days whose reports said it.
pub(super) fn clear_judged(db: &Connection, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR IGNORE INTO stale SELECT day FROM presence WHERE conversation = ?")?
        .execute([id])?;
    db.prepare_cached("DELETE FROM presence WHERE conversation = ?")?.execute([id])?;
    db.prepare_cached("DELETE FROM finding WHERE conversation = ?")?.execute([id])?;
    Ok(())
}
