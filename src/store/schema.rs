//! The tables, version by version. A version that was once released is never edited: what changes is a new step at the end.

use rusqlite::{Connection, Transaction};

/// "kflt": by this the file is known for a store of ours.
pub(super) const APPLICATION: i64 = 0x6b66_6c74;

/// Step n leads from version n to n + 1.
pub(super) const MIGRATIONS: &[&str] = &[
    // A conversation of which all was deleted keeps its row and what was seen of it, so that the same records sent once more do
    // not bring it back; names and texts are gone, and a tag tells nothing without the key.
    "
    CREATE TABLE secret (key BLOB NOT NULL);
    CREATE TABLE pack (
        id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, version TEXT NOT NULL, night TEXT NOT NULL);
    CREATE TABLE night (
        day TEXT PRIMARY KEY, at TEXT NOT NULL, pack INTEGER NOT NULL REFERENCES pack, files INTEGER NOT NULL DEFAULT 0,
        messages INTEGER NOT NULL DEFAULT 0, conversations INTEGER NOT NULL DEFAULT 0, read TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE file (digest BLOB PRIMARY KEY, name TEXT NOT NULL, night TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE place (
        path TEXT PRIMARY KEY, stamp TEXT NOT NULL, digest BLOB NOT NULL, length INTEGER NOT NULL, tail TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE problem (
        tag BLOB PRIMARY KEY, night TEXT NOT NULL, file TEXT NOT NULL, line INTEGER, reason TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX problem_night ON problem (night);
    CREATE TABLE conversation (
        id INTEGER PRIMARY KEY, tag BLOB NOT NULL UNIQUE, name TEXT, origin TEXT, channel TEXT, unseen INTEGER NOT NULL DEFAULT 0,
        night TEXT NOT NULL, last_day TEXT, pack INTEGER REFERENCES pack, due INTEGER NOT NULL DEFAULT 0,
        texts INTEGER NOT NULL DEFAULT 0, sealed TEXT, judged TEXT);
    CREATE INDEX conversation_name ON conversation (name) WHERE name IS NOT NULL;
    CREATE INDEX conversation_texts ON conversation (night) WHERE texts > 0;
    CREATE INDEX conversation_named ON conversation (night) WHERE name IS NOT NULL;
    CREATE INDEX conversation_due ON conversation (id) WHERE due = 1;
    CREATE INDEX conversation_day ON conversation (last_day);
    CREATE TABLE seen (
        conversation INTEGER NOT NULL REFERENCES conversation, tag BLOB NOT NULL, text BLOB, ends INTEGER NOT NULL,
        PRIMARY KEY (conversation, tag)) WITHOUT ROWID;
    CREATE TABLE customer (
        tag BLOB NOT NULL, conversation INTEGER NOT NULL REFERENCES conversation, PRIMARY KEY (tag, conversation)) WITHOUT ROWID;
    CREATE INDEX customer_conversation ON customer (conversation);
    CREATE TABLE message (
        conversation INTEGER NOT NULL REFERENCES conversation, position INTEGER NOT NULL, tag BLOB NOT NULL, id TEXT,
        role TEXT NOT NULL, agent TEXT, at TEXT, shift INTEGER, day TEXT NOT NULL, text TEXT NOT NULL, recalled INTEGER NOT NULL,
        file TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (conversation, position)) WITHOUT ROWID;
    CREATE TABLE presence (
        conversation INTEGER NOT NULL REFERENCES conversation, day TEXT NOT NULL, messages INTEGER NOT NULL, agents TEXT NOT NULL,
        PRIMARY KEY (conversation, day)) WITHOUT ROWID;
    CREATE INDEX presence_day ON presence (day);
    CREATE TABLE finding (
        conversation INTEGER NOT NULL REFERENCES conversation, number INTEGER NOT NULL, day TEXT NOT NULL, finding TEXT NOT NULL,
        PRIMARY KEY (conversation, number)) WITHOUT ROWID;
    CREATE INDEX finding_day ON finding (day);
    CREATE TABLE stale (day TEXT PRIMARY KEY) WITHOUT ROWID;
    ",
    // What judging again changed, who was told of which night, and what was deleted on demand: the log of the latter counts and names nobody.
    "
    CREATE TABLE change (
        night TEXT NOT NULL, conversation INTEGER NOT NULL REFERENCES conversation, before TEXT NOT NULL,
        PRIMARY KEY (night, conversation)) WITHOUT ROWID;
    CREATE INDEX change_conversation ON change (conversation);
    CREATE TABLE told (night TEXT NOT NULL, channel TEXT NOT NULL, PRIMARY KEY (night, channel)) WITHOUT ROWID;
    CREATE TABLE forgotten (
        at TEXT NOT NULL, conversations INTEGER NOT NULL, messages INTEGER NOT NULL, findings INTEGER NOT NULL);
    ",
    // What was spoken is judged otherwise than what was typed.
    "ALTER TABLE conversation ADD COLUMN speech INTEGER NOT NULL DEFAULT 0;",
];

/// The version of a database.
pub(super) fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Takes a database from its version to the latest; each step is done whole or not at all.
pub(super) fn migrate(db: &mut Connection) -> rusqlite::Result<()> {
    let from = usize::try_from(version(db)?).unwrap_or(MIGRATIONS.len());
    for (at, step) in MIGRATIONS.iter().enumerate().skip(from) {
        let tx: Transaction<'_> = db.transaction()?;
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", super::whole(at + 1))?;
        tx.commit()?;
    }
    Ok(())
}
