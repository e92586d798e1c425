//! The conversations of a group of files on their way into the store: which one each is, what of it is new, judged and written.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::civil::Date;
use rayon::prelude::*;
use rusqlite::{OptionalExtension, params};

use super::{
    Night, Result, Store,
    identity::{self, Basis, Identity, Tag},
    intake::{Counts, Outcome, count},
    judged::{self, Judged, Known, Stamp, Stored, Task},
    retention, whole,
};
use crate::transcript::{self, Conversation, Message, Moment, Problem, Source};

/// Conversations in a transaction.
const BATCH: usize = 256;

/// Where the last record of a file stands: if the file was only half written, it may not have been whole.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Tail {
    pub(super) conversation: Tag,
    pub(super) message: Tag,
    /// What stands before it, where messages are known by their places.
    pub(super) before: Option<Tag>,
}

/// The last record of each file so far.
#[derive(Default)]
pub(super) struct Tails(BTreeMap<Arc<str>, (u64, Vec<Tail>)>);

impl Tails {
    fn see(&mut self, conversation: Tag, message: &Message, identity: &Identity) {
        let Source { file, line } = &message.source;
        let (last, tails) = self.0.entry(file.clone()).or_default();
        if *line > *last {
            *last = *line;
            tails.clear();
        }
        if *line == *last {
            let before = match identity.basis {
                Basis::Place { before, .. } => before,
                Basis::Id | Basis::Time => None,
            };
            tails.push(Tail { conversation, message: identity.tag, before });
        }
    }

    pub(super) fn of(&mut self, path: &str) -> Vec<Tail> {
        self.0.remove(path).map(|(_, tails)| tails).unwrap_or_default()
    }
}

/// The conversations of a group on their way into the store.
pub(super) struct Gathering<'a> {
    store: &'a mut Store,
    night: &'a Night<'a>,
    pack: i64,
    day: Date,
    batch: Vec<Task>,
    outcome: &'a mut Outcome,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(
        store: &'a mut Store,
        night: &'a Night<'a>,
        pack: i64,
        outcome: &'a mut Outcome,
    ) -> Self {
        Self { store, night, pack, day: night.day(), batch: Vec::new(), outcome }
    }

    /// Takes what is new of a conversation.
    pub(super) fn take(
        &mut self,
        mut conversation: Conversation,
        identities: &[Identity],
        recalled: &[Arc<str>],
        tails: &mut Tails,
    ) -> Result<Vec<Problem>> {
        let origin = origin(&conversation);
        if let Some(origin) = &origin {
            conversation.id = self.own_name(origin, &conversation.id, identities)?;
        }
        let tag = identity::of_conversation(&self.store.key, &conversation.id);
        let known = self.store.known(&tag)?;
        for (message, identity) in conversation.messages.iter().zip(identities) {
            tails.see(tag, message, identity);
        }
        let (seen, problems) = self.seen(known.as_ref(), &conversation, identities)?;
        let new = identity::unknown(&conversation.messages, identities, |tag| seen.get(tag).copied());
        let mut added = Vec::new();
        let mut taken_back: Vec<Tag> =
            recalled.iter().map(|id| identity::of_id(&self.store.key, id)).collect();
        for ((message, identity), new) in conversation.messages.iter().zip(identities).zip(&new) {
            if *new {
                let day = message.time.map_or(self.day, Moment::day);
                added.push(Stored { tag: identity.tag, day, message: message.clone() });
            } else if message.recalled {
                taken_back.push(identity.tag);
            }
        }
        self.outcome.repeated += (conversation.messages.len() - added.len()) as u64;
        let unseen = known.as_ref().is_some_and(|known| known.unseen < conversation.unseen);
        if added.is_empty() && taken_back.is_empty() && !unseen {
            return Ok(problems);
        }
        let mut task = match &known {
            Some(known) => Task::new(self.store, known, conversation.id.clone(), added, taken_back)?,
            None => Task {
                id: None,
                tag,
                origin,
                days: added.iter().map(|stored| stored.day).collect(),
                conversation: Conversation {
                    messages: added.iter().map(|a| a.message.clone()).collect(),
                    ..conversation.clone()
                },
                sealed: None,
                added,
                marks: Vec::new(),
                recalled: Vec::new(),
                customers: Vec::new(),
            },
        };
        if task.added.is_empty() && task.recalled.is_empty() && !unseen {
            return Ok(problems);
        }
        let place = |identity: &Identity| matches!(identity.basis, Basis::Place { ends: true, .. });
        let text = |identity: &Identity| (identity.basis == Basis::Id).then_some(identity.text);
        task.marks =
            identities.iter().map(|identity| (identity.tag, text(identity), place(identity))).collect();
        task.customers =
            conversation.customers.iter().map(|id| identity::of_customer(&self.store.key, id)).collect();
        task.conversation.unseen = task.conversation.unseen.max(conversation.unseen);
        task.conversation.channel = task.conversation.channel.or(conversation.channel);
        task.conversation.speech |= conversation.speech;
        task.put_in_order();
        self.push(task)?;
        Ok(problems)
    }

    /// Marks messages of a stored conversation as taken back.
    pub(super) fn take_back(&mut self, name: Arc<str>, ids: &[Arc<str>]) -> Result<()> {
        let tag = identity::of_conversation(&self.store.key, &name);
        let tags = ids.iter().map(|id| identity::of_id(&self.store.key, id)).collect();
        if let Some(known) = self.store.known(&tag)? {
            let task = Task::new(self.store, &known, name, Vec::new(), tags)?;
            if !task.recalled.is_empty() {
                self.push(task)?;
            }
        }
        Ok(())
    }

    /// The name of a conversation that is named after its file: two files of one name in two folders are two conversations, unless
    /// one goes on where the other ended. The reader sees only tonight's files, the store all of them.
    fn own_name(&self, path: &str, given: &Arc<str>, identities: &[Identity]) -> Result<Arc<str>> {
        let known = |name: &str| self.store.known(&identity::of_conversation(&self.store.key, name));
        if known(path)?.is_some() {
            return Ok(path.into());
        }
        let stem = transcript::stem(path);
        match known(stem)? {
            None => Ok(given.clone()),
            Some(first) if first.origin.as_deref() == Some(path) || self.shares(first.id, identities)? => {
                Ok(stem.into())
            }
            Some(_) => Ok(path.into()),
        }
    }

    fn shares(&self, conversation: i64, identities: &[Identity]) -> Result<bool> {
        let last = identities.last().map(|identity| identity.tag).unwrap_or_default();
        self.store.sql(|db| {
            let mut ask = db.prepare_cached(
                "SELECT 1 FROM seen WHERE conversation = ? AND tag = ? AND (ends OR tag = ?)",
            )?;
            for identity in identities {
                let place = matches!(identity.basis, Basis::Place { .. });
                // Without times a shared greeting proves nothing; a shared piece does.
                let end = if place { last } else { identity.tag };
                if ask.exists(params![conversation, identity.tag, end])? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// Which of the tags are known, and whether they ended a piece; an id that was used for another text is a problem.
    fn seen(
        &self,
        known: Option<&Known>,
        conversation: &Conversation,
        identities: &[Identity],
    ) -> Result<(HashMap<Tag, bool>, Vec<Problem>)> {
        let Some(known) = known else { return Ok(Default::default()) };
        let rows: Vec<Option<(bool, Option<Tag>)>> = self.store.sql(|db| {
            let mut ask =
                db.prepare_cached("SELECT ends, text FROM seen WHERE conversation = ? AND tag = ?")?;
            let row = |identity: &Identity| {
                ask.query_row(params![known.id, identity.tag], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            };
            identities.iter().map(row).collect()
        })?;
        let mut seen = HashMap::new();
        let mut problems = Vec::new();
        for ((row, identity), message) in rows.into_iter().zip(identities).zip(&conversation.messages) {
            let Some((ends, text)) = row else { continue };
            seen.insert(identity.tag, ends);
            if text.is_some_and(|text| text != identity.text) {
                problems.push(Problem {
                    file: message.source.file.clone(),
                    line: Some(message.source.line),
                    reason: "the message id was used on another night for another text; the first is kept"
                        .to_owned(),
                    raw: Some(message.text.clone()),
                });
            }
        }
        Ok((seen, problems))
    }

    fn push(&mut self, task: Task) -> Result<()> {
        self.batch.push(task);
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// Judges and writes the batch in one transaction.
    pub(super) fn flush(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let linter = self.night.linter;
        let judged: Vec<Judged> = batch.par_iter().map(|task| task.judge(linter)).collect();
        let night = self.day.to_string();
        let stamp = Stamp { night: &night, pack: self.pack, keep_text: self.night.keep_text };
        let messages: usize = batch.iter().map(|task| task.added.len()).sum();
        let counts =
            Counts { messages: whole(messages), conversations: whole(batch.len()), ..Counts::default() };
        self.store.write(|db| {
            for (task, judged) in batch.iter().zip(&judged) {
                judged::write(db, task, judged, stamp)?;
            }
            count(db, &night, counts)
        })?;
        self.outcome.messages += messages as u64;
        self.outcome.conversations += batch.len() as u64;
        self.outcome.findings += judged.iter().map(|judged| judged.linted.findings.len() as u64).sum::<u64>();
        Ok(())
    }

    /// Judges conversations from which half a record was taken, and to which nothing was added since.
    pub(super) fn judge_due(&mut self) -> Result<()> {
        let select = format!("SELECT name, {} FROM conversation WHERE due = 1 ORDER BY id", Known::COLUMNS);
        let due: Vec<(String, Known)> = self.store.sql(|db| {
            db.prepare(&select)?.query_map([], |row| Ok((row.get(0)?, Known::of_columns(row, 1)?)))?.collect()
        })?;
        for (name, known) in due {
            let task = Task::new(self.store, &known, name.into(), Vec::new(), Vec::new())?;
            if task.conversation.messages.is_empty() && task.sealed.is_none() {
                self.store.write(|db| retention::erase(db, known.id).map(drop))?;
            } else {
                self.push(task)?;
            }
        }
        self.flush()
    }
}

/// The file that gave a conversation its name, where its records name none.
pub(super) fn origin(conversation: &Conversation) -> Option<String> {
    let file = &conversation.messages.first()?.source.file;
    let alone = conversation.messages.iter().all(|message| message.source.file == *file);
    (alone && (transcript::stem(file) == &*conversation.id || *file == conversation.id))
        .then(|| file.to_string())
}
