//! The nightly store: what was seen, what was found, on which day, by which rules; one SQLite file in a folder of its own.
//!
//! A file counts once by its bytes, a message once by what it says; a conversation that goes on is judged whole again and its
//! findings are replaced. Every step is one transaction, and what a run leaves behind is a function of what it was given: killed at
//! any moment and run again, the store holds what an undisturbed run would have left. docs/nightly.md tells an operator the rest.
//!
//! The store reads neither clock nor randomness: who opens it says what time it is and brings the secret of a new one.

mod error;
mod files;
mod gather;
mod history;
mod identity;
mod intake;
mod judged;
mod rejudge;
mod retention;
mod schema;

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read},
    path::{Path, PathBuf},
};

use jiff::{Zoned, civil::Date};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use sha2::{Digest, Sha256};

pub use self::{
    error::StoreError,
    history::{AgentDay, Days, RuleDay},
    intake::Outcome,
    rejudge::Rejudged,
    retention::{Age, Forgotten, Retention, Swept},
};
use crate::{
    personal::Key,
    rule::Linter,
    transcript::{InputConfig, ReadStats},
};

/// The database's name in its folder.
const FILE: &str = "store.sqlite";
/// Stands there while a run writes; whoever finds it knows that the run before did not end.
const RUNNING: &str = "running";

type Result<T> = std::result::Result<T, StoreError>;

/// An open store.
pub struct Store {
    path: PathBuf,
    db: Connection,
    key: Key,
    /// Held while the store may be written; given back when it is dropped, by whatever end of the process.
    lock: Option<File>,
    interrupted: bool,
}

/// How a night's run works.
#[derive(Clone, Copy, Debug)]
pub struct Night<'a> {
    /// What time it is.
    pub now: &'a Zoned,
    /// How exports are read.
    pub input: &'a InputConfig,
    /// Who judges.
    pub linter: &'a Linter,
    /// Whether texts are stored, so that a conversation that goes on can be judged whole again.
    pub keep_text: bool,
}

impl Night<'_> {
    /// The day that the run is about: the one before.
    pub fn day(&self) -> Date {
        self.now.date().yesterday().unwrap_or(Date::MIN)
    }
}

impl Store {
    /// Opens the store of a folder for writing, or makes one with that secret, if one is given. Holds the folder's lock until it is dropped.
    pub fn open(dir: &Path, secret: Option<&[u8]>, wait: bool) -> Result<Self> {
        let path = dir.join(FILE);
        if secret.is_none() && !path.exists() {
            return Err(StoreError::Missing(dir.to_owned()));
        }
        private_folder(dir).map_err(|error| StoreError::of_io(dir, &error))?;
        let lock = lock(dir, wait)?;
        let interrupted = dir.join(RUNNING).exists();
        if let Some(secret) = secret.filter(|_| !path.exists()) {
            create(&path, secret)?;
        }
        check_head(&path)?;
        let mut db = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        known(&path, &db)?;
        let sql = |error| StoreError::of_sql(&path, &error);
        schema::migrate(&mut db).map_err(sql)?;
        let key = key(&path, &db)?;
        let store = Self { path, db, key, lock: Some(lock), interrupted };
        if interrupted {
            store.check()?;
        }
        fs::write(dir.join(RUNNING), []).map_err(|error| StoreError::of_io(dir, &error))?;
        Ok(store)
    }

    /// Opens a store to read in it; a night's run may be at work on it.
    pub fn read(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        if !path.exists() {
            return Err(StoreError::Missing(dir.to_owned()));
        }
        check_head(&path)?;
        let db = connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        known(&path, &db)?;
        let key = key(&path, &db)?;
        Ok(Self { path, db, key, lock: None, interrupted: false })
    }

    /// Whether the run before did not come to its end; opening has then looked through the whole store.
    pub fn was_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Looks through the whole store for damage.
    pub fn check(&self) -> Result<()> {
        let answer: String =
            self.sql(|db| db.pragma_query_value(None, "integrity_check", |row| row.get(0)))?;
        if answer == "ok" { Ok(()) } else { Err(StoreError::damaged(&self.path, answer)) }
    }

    /// Ends a run: the journal goes into the database, and the next run knows that this one ended.
    pub fn close(self) -> Result<()> {
        self.sql(|db| db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())))?;
        let Self { path, db, lock, .. } = self;
        drop(db);
        if lock.is_some() {
            match fs::remove_file(path.with_file_name(RUNNING)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::of_io(path, &error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The latest instant at which a run was told to work.
    pub fn latest(&self) -> Result<Option<jiff::Timestamp>> {
        let at: Option<String> =
            self.sql(|db| db.query_row("SELECT max(at) FROM night", [], |row| row.get(0)))?;
        at.map(|at| self.parsed(&at)).transpose()
    }

    /// The digests of the packs that judged anything, with the first night of each.
    pub fn packs(&self) -> Result<Vec<(String, String)>> {
        self.sql(|db| {
            db.prepare("SELECT digest, night FROM pack ORDER BY id")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// Whether that channel was told of that night.
    pub fn was_told(&self, night: Date, channel: &str) -> Result<bool> {
        self.sql(|db| {
            db.prepare("SELECT 1 FROM told WHERE night = ? AND channel = ?")?
                .exists([&night.to_string(), channel])
        })
    }

    /// Notes that it was.
    pub fn note_told(&mut self, night: Date, channel: &str) -> Result<()> {
        self.write(|db| {
            db.execute("INSERT OR IGNORE INTO told VALUES (?, ?)", [&night.to_string(), channel]).map(drop)
        })
    }

    /// The size of the database in bytes.
    pub fn size(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |data| data.len())
    }

    /// Begins the night's row and answers with the number of the pack that judges.
    fn begin(&mut self, night: &Night<'_>) -> Result<i64> {
        let digest = pack_digest(night.linter);
        let (day, at) = (night.day().to_string(), night.now.timestamp().to_string());
        let nothing = serde_json::to_string(&ReadStats::default()).expect("counts are plain data");
        self.write(|tx| {
            let known = tx.query_row("SELECT id FROM pack WHERE digest = ?", [&digest], |row| row.get(0));
            let pack: i64 = match known.optional()? {
                Some(pack) => pack,
                None => tx.query_row(
                    "INSERT INTO pack (digest, version, night) VALUES (?, ?, ?) RETURNING id",
                    [&digest, env!("CARGO_PKG_VERSION"), &day],
                    |row| row.get(0),
                )?,
            };
            tx.execute(
                "INSERT INTO night (day, at, pack, read) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET at = max(at, excluded.at), pack = excluded.pack",
                params![day, at, pack, nothing],
            )?;
            Ok(pack)
        })
    }

    /// Whether the night before was judged by other rules than tonight is.
    pub fn pack_changed(&self, night: &Night<'_>) -> Result<bool> {
        let last: Option<String> = self.sql(|db| {
            db.query_row(
                "SELECT digest FROM night JOIN pack ON pack.id = night.pack WHERE day < ? ORDER BY day DESC LIMIT 1",
                [night.day().to_string()],
                |row| row.get(0),
            )
            .optional()
        })?;
        Ok(last.is_some_and(|last| last != pack_digest(night.linter)))
    }

    fn sql<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(&self.db).map_err(|error| StoreError::of_sql(&self.path, &error))
    }

    /// One transaction: all of it or nothing.
    fn write<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let all = || {
            let tx = self.db.transaction()?;
            let answer = work(&tx)?;
            tx.commit()?;
            Ok(answer)
        };
        all().map_err(|error| StoreError::of_sql(&self.path, &error))
    }

    /// What the store holds as text, which is damage where it cannot be read.
    fn parsed<T: std::str::FromStr<Err: ToString>>(&self, text: &str) -> Result<T> {
        text.parse().map_err(|error: T::Err| StoreError::damaged(&self.path, error.to_string()))
    }

    fn unpacked<T: serde::de::DeserializeOwned>(&self, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|error| StoreError::damaged(&self.path, error.to_string()))
    }
}

/// A count as the database has it.
fn whole(count: usize) -> i64 {
    (count as u64).cast_signed()
}

/// By what judgements are made: rules, law, model, trade, and the version of the program.
fn pack_digest(linter: &Linter) -> String {
    let mut hash = Sha256::new().chain_update(linter.lexicon().digest());
    hash.update(env!("CARGO_PKG_VERSION"));
    for model in linter.options().model.models() {
        hash.update(Sha256::digest(model.write()));
    }
    hash.update(linter.options().trade.as_deref().unwrap_or_default());
    crate::hash::hex(&hash.finalize()[..16])
}

fn private_folder(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn lock(dir: &Path, wait: bool) -> Result<File> {
    let path = dir.join("lock");
    let io = |error: io::Error| StoreError::of_io(&path, &error);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) if wait => file.lock().map_err(io)?,
        Err(TryLockError::WouldBlock) => return Err(StoreError::Busy(dir.to_owned())),
        Err(TryLockError::Error(error)) => return Err(io(error)),
    }
    Ok(file)
}

/// Makes the database under another name, so that what bears its own is always a whole one.
fn create(path: &Path, secret: &[u8]) -> Result<()> {
    let new = path.with_extension("new");
    let io = |error: io::Error| StoreError::of_io(&new, &error);
    for left in [new.clone(), new.with_extension("new-journal")] {
        match fs::remove_file(&left) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
    }
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(&new).map_err(io)?);
    let make = || -> rusqlite::Result<()> {
        let mut db = Connection::open(&new)?;
        db.pragma_update(None, "application_id", schema::APPLICATION)?;
        schema::migrate(&mut db)?;
        db.execute("INSERT INTO secret (key) VALUES (?)", [secret])?;
        db.close().map_err(|(_, error)| error)
    };
    make().map_err(|error| StoreError::of_sql(&new, &error))?;
    File::open(&new).and_then(|file| file.sync_all()).map_err(io)?;
    fs::rename(&new, path).map_err(io)
}

/// What can be told without reading it all: that it is a database, and that its end was not cut off.
fn check_head(path: &Path) -> Result<()> {
    let mut head = Vec::new();
    let opened = File::open(path).map_err(|error| StoreError::of_io(path, &error))?;
    let length = opened.metadata().map_or(0, |data| data.len());
    opened.take(100).read_to_end(&mut head).map_err(|error| StoreError::of_io(path, &error))?;
    if head.len() < 100 || !head.starts_with(b"SQLite format 3\0") {
        return Err(StoreError::damaged(path, "it does not begin as a database does"));
    }
    let page = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u64::from(u32::from_be_bytes([head[28], head[29], head[30], head[31]]));
    // While a journal is there, the pages that are missing here stand in it.
    let journal = fs::metadata(path.with_extension("sqlite-wal")).map_or(0, |data| data.len());
    if journal == 0 && length < page * pages {
        return Err(StoreError::damaged(path, format!("{length} bytes are left of {}", page * pages)));
    }
    Ok(())
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let open = || -> rusqlite::Result<Connection> {
        let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        db.busy_timeout(std::time::Duration::from_secs(10))?;
        if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
            db.pragma_update(None, "journal_mode", "WAL")?;
            db.pragma_update(None, "synchronous", "FULL")?;
            db.pragma_update(None, "foreign_keys", true)?;
            // What is deleted for a person's sake shall not stay legible in free pages.
            db.pragma_update(None, "secure_delete", true)?;
        }
        db.set_prepared_statement_cache_capacity(64);
        Ok(db)
    };
    open().map_err(|error| StoreError::of_sql(path, &error))
}

/// Refuses what is no store of ours, or one of a later version.
fn known(path: &Path, db: &Connection) -> Result<()> {
    let sql = |error| StoreError::of_sql(path, &error);
    let application: i64 = db.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(sql)?;
    if application != schema::APPLICATION {
        return Err(StoreError::damaged(path, "it is a database, but no store of kefulint"));
    }
    let (found, known) = (schema::version(db).map_err(sql)?, whole(schema::MIGRATIONS.len()));
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    Ok(())
}

fn key(path: &Path, db: &Connection) -> Result<Key> {
    let secret: Option<Vec<u8>> = db
        .query_row("SELECT key FROM secret", [], |row| row.get(0))
        .optional()
        .map_err(|error| StoreError::of_sql(path, &error))?;
    secret.map(|secret| Key::new(&secret)).ok_or_else(|| StoreError::damaged(path, "its key is missing"))
}
