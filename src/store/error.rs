//! What can go wrong with a store, in an operator's words: what happened, where, and what to do next.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::transcript::InputError;

/// Why a store cannot be used. In no case was anything of it overwritten.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another job works on it.
    #[error("another job is at work on the store {0}; wait for it with --wait, or run again later")]
    Busy(PathBuf),
    /// There is none.
    #[error("there is no store in {0}; `kefulint nightly --store` makes one")]
    Missing(PathBuf),
    /// It is not what it was.
    #[error(
        "the store {path} is damaged ({reason}); nothing was written to it. Put it aside, restore the last backup, and run again: \
         files that the backup does not know are read again"
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A later version made it.
    #[error(
        "the store {path} has schema version {found}, this kefulint knows up to {known}; use the kefulint that wrote it"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The last that is known.
        known: i64,
    },
    /// It cannot be written.
    #[error(
        "the store {path} cannot be written ({reason}); check the owner, the permissions and whether the disk is mounted read-only"
    )]
    ReadOnly {
        /// The database or its folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The disk is full.
    #[error(
        "no space is left for the store {path}; what was finished is kept. Make room and run again: it goes on where it stopped"
    )]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// Anything else that the disk or the database said.
    #[error(
        "the store {path}: {reason}; what was finished is kept. Check the disk and its free space, then run again: it goes on where \
         it stopped"
    )]
    Failed {
        /// The database.
        path: PathBuf,
        /// What was said.
        reason: String,
    },
    /// The settings for reading chats are wrong.
    #[error(transparent)]
    Input(#[from] InputError),
}

impl StoreError {
    pub(super) fn damaged(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self::Damaged { path: path.into(), reason: reason.into() }
    }

    pub(super) fn of_io(path: impl Into<PathBuf>, error: &io::Error) -> Self {
        let (path, reason) = (path.into(), error.to_string());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::Full { path }
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path, reason }
            }
            _ => Self::Failed { path, reason },
        }
    }

    pub(super) fn of_sql(path: impl Into<PathBuf>, error: &rusqlite::Error) -> Self {
        let (path, reason) = (path.into(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { path, reason },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { path, reason }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(path),
            _ => Self::Failed { path, reason },
        }
    }
}
