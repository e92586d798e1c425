//! A night's intake: from files as they lie there to conversations judged and written.
//!
//! Files are read in groups of some size, so that a first night over years of chats needs no more memory than any other. Of each
//! group first the conversations are written, some hundreds a transaction, and only then that its files were seen: whatever moment
//! a run dies at, the next one reads those files again and finds in them what is still missing, and nothing else.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io,
    path::Path,
    sync::Arc,
};

use rusqlite::{Connection, OptionalExtension, params, types::Type};

use super::{
    Night, Result, Store, StoreError,
    files::{self, FileDigest, Snapshot},
    gather::{Gathering, Tail, Tails, origin},
    identity::{self, Identity, Tag},
    whole,
};
use crate::transcript::{self, Conversation, Input, Problem, ReadStats, Transcript};

/// Bytes of files that are read together.
const GROUP: usize = 64 << 20;

/// What a run found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Files that were new by their bytes.
    pub files: u64,
    /// Files that were seen before.
    pub known: u64,
    /// Files that somebody was still writing; left for the next run.
    pub growing: Vec<String>,
    /// Messages that were new.
    pub messages: u64,
    /// Messages in the new files that were known.
    pub repeated: u64,
    /// Conversations that were judged.
    pub conversations: u64,
    /// Findings in them.
    pub findings: u64,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A file that is read in this run.
struct Fresh {
    path: String,
    stamp: String,
    digest: FileDigest,
    length: usize,
}

impl Store {
    /// Reads and judges what of these inputs is new.
    pub fn take_in(&mut self, inputs: Vec<Input>, night: &Night<'_>) -> Result<Outcome> {
        let pack = self.begin(night)?;
        let mut outcome = Outcome::default();
        let mut group: Vec<(Fresh, Vec<u8>)> = Vec::new();
        let mut digests: HashSet<FileDigest> = HashSet::new();
        for input in inputs {
            if let Some(reason) = input.refusal() {
                self.refuse(input.name(), reason, night, &mut outcome)?;
            }
            let Some(path) = input.path() else { continue };
            match self.look(path) {
                Ok(Look::Known) => outcome.known += 1,
                Ok(Look::Growing) => outcome.growing.push(input.name().to_owned()),
                Ok(Look::New(snapshot)) => {
                    let Snapshot { bytes, digest, stamp } = snapshot;
                    if !digests.insert(digest) {
                        outcome.known += 1;
                        continue;
                    }
                    let fresh = Fresh { path: input.name().to_owned(), stamp, digest, length: bytes.len() };
                    group.push((fresh, bytes));
                }
                Err(LookError::File(error)) => {
                    self.refuse(input.name(), &transcript::not_opened(&error), night, &mut outcome)?;
                }
                Err(LookError::Store(error)) => return Err(error),
            }
            if group.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() >= GROUP {
                self.read_group(std::mem::take(&mut group), night, pack, &mut outcome)?;
            }
        }
        if !group.is_empty() {
            self.read_group(group, night, pack, &mut outcome)?;
        }
        Ok(outcome)
    }

    /// Whether a file has to be read.
    fn look(&mut self, path: &Path) -> std::result::Result<Look, LookError> {
        let name = path.to_string_lossy().into_owned();
        let stamp = files::stamp(&std::fs::metadata(path)?);
        let known = self.sql(|db| {
            db.prepare_cached("SELECT 1 FROM place WHERE path = ? AND stamp = ? AND stamp <> ''")?
                .exists([&name, &stamp])
        })?;
        if known {
            return Ok(Look::Known);
        }
        let Some(snapshot) = files::take(path)? else { return Ok(Look::Growing) };
        let seen = self
            .sql(|db| db.prepare_cached("SELECT 1 FROM file WHERE digest = ?")?.exists([snapshot.digest]))?;
        if !seen {
            return Ok(Look::New(snapshot));
        }
        // Seen, but elsewhere or at another time; of its tail nothing is known here, so it may only grow as a new file does.
        self.write(|db| {
            db.execute(
                "INSERT INTO place VALUES (?1, ?2, ?3, ?4, '[]')
                 ON CONFLICT DO UPDATE SET stamp = excluded.stamp,
                     tail = CASE WHEN digest = excluded.digest THEN tail ELSE '[]' END,
                     digest = excluded.digest, length = excluded.length",
                params![name, snapshot.stamp, snapshot.digest, whole(snapshot.bytes.len())],
            )
        })?;
        Ok(Look::Known)
    }

    /// Notes once a night that an input could not be had at all.
    fn refuse(&mut self, name: &str, reason: &str, night: &Night<'_>, outcome: &mut Outcome) -> Result<()> {
        let problem = Problem { file: name.into(), line: None, reason: reason.to_owned(), raw: None };
        let day = night.day().to_string();
        let row = ProblemRow { tag: self.problem_tag(&problem, 0, &day), problem: &problem };
        self.write(|db| {
            if row.insert(db, &day)? {
                let stats = ReadStats { files: 1, files_failed: 1, ..ReadStats::default() };
                count(db, &day, Counts { read: stats, ..Counts::default() })?;
            }
            Ok(())
        })?;
        outcome.problems.push(problem);
        Ok(())
    }

    fn read_group(
        &mut self,
        group: Vec<(Fresh, Vec<u8>)>,
        night: &Night<'_>,
        pack: i64,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let mut former = Vec::new();
        for (fresh, bytes) in &group {
            former.extend(self.former_tail(fresh, bytes)?);
        }
        let (files, inputs): (Vec<Fresh>, Vec<Input>) = group
            .into_iter()
            .map(|(fresh, bytes)| {
                let input = Input::stream(&fresh.path, io::Cursor::new(bytes));
                (fresh, input)
            })
            .unzip();
        let mut read = transcript::read(inputs, night.input)?;
        read.note_files_without_agents();
        let conversations: Vec<(Conversation, Vec<Identity>)> = std::mem::take(&mut read.conversations)
            .into_iter()
            .map(|conversation| {
                let identities = identity::of_messages(&self.key, &conversation.messages);
                (conversation, identities)
            })
            .collect();
        self.cut_tails(former, &conversations)?;
        let mut gathering = Gathering::new(self, night, pack, outcome);
        let mut tails = Tails::default();
        let mut recalls = recalls(&read);
        let mut problems = Vec::new();
        for (conversation, identities) in conversations {
            let recalled = recalls.remove(&conversation.id).unwrap_or_default();
            problems.extend(gathering.take(conversation, &identities, &recalled, &mut tails)?);
        }
        // Recalls whose conversations have no other message in these files.
        for (name, recalled) in recalls {
            gathering.take_back(name, &recalled)?;
        }
        gathering.flush()?;
        gathering.judge_due()?;
        settle_recalls(&mut read, self)?;
        read.problems.extend(problems);
        self.finish(&files, &read, tails, night)?;
        outcome.files += files.len() as u64;
        outcome.problems.extend(read.problems);
        Ok(())
    }

    /// What the last record of a file gave that has only grown since.
    fn former_tail(&self, fresh: &Fresh, bytes: &[u8]) -> Result<Vec<Tail>> {
        let place: Option<(Vec<u8>, i64, String)> = self.sql(|db| {
            db.prepare_cached("SELECT digest, length, tail FROM place WHERE path = ?")?
                .query_row([&fresh.path], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()
        })?;
        match place {
            Some((digest, length, tail)) if files::grew(bytes, length.cast_unsigned(), &digest) => {
                self.unpacked(&tail)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The former end of a file that grew may have been half a record: what it gave goes, if the whole file does not say it.
    fn cut_tails(&mut self, mut tails: Vec<Tail>, read: &[(Conversation, Vec<Identity>)]) -> Result<()> {
        if tails.is_empty() {
            return Ok(());
        }
        let mut said: HashSet<(Tag, Tag)> = HashSet::new();
        for (conversation, identities) in read {
            let names = [Some(conversation.id.to_string()), origin(conversation)];
            for name in names.iter().flatten() {
                let tag = identity::of_conversation(&self.key, name);
                said.extend(identities.iter().map(|identity| (tag, identity.tag)));
            }
        }
        tails.retain(|tail| !said.contains(&(tail.conversation, tail.message)));
        self.write(|db| {
            for tail in &tails {
                let known = db
                    .prepare_cached("SELECT id FROM conversation WHERE tag = ? AND texts > 0")?
                    .query_row([tail.conversation], |row| row.get::<_, i64>(0))
                    .optional()?;
                let Some(id) = known else { continue };
                let gone = db.execute(
                    "DELETE FROM message WHERE conversation = ? AND tag = ?",
                    params![id, tail.message],
                )?;
                if gone > 0 {
                    db.execute(
                        "DELETE FROM seen WHERE conversation = ? AND tag = ?",
                        params![id, tail.message],
                    )?;
                    db.execute(
                        "UPDATE seen SET ends = 1 WHERE conversation = ? AND tag = ?",
                        params![id, tail.before],
                    )?;
                    db.execute(
                        "UPDATE conversation SET due = 1, texts = texts - 1,
                             judged = CASE WHEN texts > 1 OR sealed IS NOT NULL THEN judged END WHERE id = ?",
                        [id],
                    )?;
                }
            }
            Ok(())
        })
    }

    /// Notes that the files of a group were seen: the last step.
    fn finish(
        &mut self,
        files: &[Fresh],
        read: &Transcript,
        mut tails: Tails,
        night: &Night<'_>,
    ) -> Result<()> {
        let day = night.day().to_string();
        let mut times: HashMap<(&str, &str, Option<&str>), u32> = HashMap::new();
        let rows: Vec<ProblemRow<'_>> = read
            .problems
            .iter()
            .map(|problem| {
                let same = times.entry((&problem.file, &problem.reason, problem.raw.as_deref())).or_default();
                *same += 1;
                ProblemRow { tag: self.problem_tag(problem, *same, &day), problem }
            })
            .collect();
        let counts = Counts { files: whole(files.len()), read: read.stats, ..Counts::default() };
        self.write(|db| {
            for file in files {
                db.execute(
                    "INSERT OR IGNORE INTO file VALUES (?, ?, ?)",
                    params![file.digest, file.path, day],
                )?;
                let tail = serde_json::to_string(&tails.of(&file.path)).expect("a tail is plain data");
                db.execute(
                    "INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?, ?)",
                    params![file.path, file.stamp, file.digest, whole(file.length), tail],
                )?;
            }
            for row in &rows {
                row.insert(db, &day)?;
            }
            count(db, &day, counts)
        })
    }

    /// A bad record is known by its bytes, so that the same file sent with more rows does not repeat it; what concerns a whole
    /// file, by its night.
    fn problem_tag(&self, problem: &Problem, times: u32, night: &str) -> Tag {
        let at = problem.line.unwrap_or_default().to_le_bytes();
        match &problem.raw {
            Some(raw) => self.key.mark(&[
                b"record\0",
                problem.reason.as_bytes(),
                &[0],
                &times.to_le_bytes(),
                raw.as_bytes(),
            ]),
            None => self.key.mark(&[
                b"file\0",
                problem.reason.as_bytes(),
                &[0],
                problem.file.as_bytes(),
                &[0],
                &at,
                night.as_bytes(),
            ]),
        }
    }
}

enum Look {
    Known,
    Growing,
    New(Snapshot),
}

enum LookError {
    File(io::Error),
    Store(StoreError),
}

impl From<io::Error> for LookError {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<StoreError> for LookError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

struct ProblemRow<'a> {
    tag: Tag,
    problem: &'a Problem,
}

impl ProblemRow<'_> {
    fn insert(&self, db: &Connection, night: &str) -> rusqlite::Result<bool> {
        let Problem { file, line, reason, .. } = self.problem;
        let line = line.map(u64::cast_signed);
        db.prepare_cached("INSERT OR IGNORE INTO problem VALUES (?, ?, ?, ?, ?)")?
            .execute(params![self.tag, night, &**file, line, reason])
            .map(|rows| rows > 0)
    }
}

#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) files: i64,
    pub(super) messages: i64,
    pub(super) conversations: i64,
    pub(super) read: ReadStats,
}

/// Adds to the night's row.
pub(super) fn count(db: &Connection, night: &str, counts: Counts) -> rusqlite::Result<()> {
    let read: String =
        db.prepare_cached("SELECT read FROM night WHERE day = ?")?.query_row([night], |row| row.get(0))?;
    let mut stats: ReadStats = serde_json::from_str(&read)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))?;
    stats.merge(&counts.read);
    db.prepare_cached(
        "UPDATE night SET files = files + ?2, messages = messages + ?3, conversations = conversations + ?4, read = ?5
         WHERE day = ?1",
    )?
    .execute(params![
        night,
        counts.files,
        counts.messages,
        counts.conversations,
        serde_json::to_string(&stats).expect("counts are plain data")
    ])?;
    Ok(())
}

/// Recalled ids by conversation.
fn recalls(read: &Transcript) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
    let mut all: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for recall in &read.recalls {
        all.entry(recall.conversation.clone()).or_default().push(recall.message_id.clone());
    }
    all
}

/// A recall of a message that another night brought is no problem.
fn settle_recalls(read: &mut Transcript, store: &Store) -> Result<()> {
    for recall in std::mem::take(&mut read.recalls) {
        let conversation = identity::of_conversation(&store.key, &recall.conversation);
        let tag = identity::of_id(&store.key, &recall.message_id);
        let known = store.sql(|db| {
            db.prepare_cached(
                "SELECT 1 FROM seen JOIN conversation ON conversation.id = seen.conversation
                 WHERE conversation.tag = ? AND seen.tag = ?",
            )?
            .exists([conversation, tag])
        })?;
        if known {
            read.problems.retain(|problem| {
                !(problem.file == recall.source.file
                    && problem.line == Some(recall.source.line)
                    && problem.reason == transcript::NOT_AMONG_THOSE_READ)
            });
        }
    }
    Ok(())
}
