//! The list of what a bundle holds, with a digest of each file, and the root: one digest over the list.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::container::Entry;
use crate::hash::{hex, listing, sha256};

/// Changes when a checker of this version could not check the bundles.
pub(super) const FORMAT: &str = "kefulint-evidence/1";

/// What a bundle holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) format: String,
    /// SHA-256 over the lines `sha256  path`, as `sha256sum` prints them, in order of path.
    pub(super) root: String,
    pub(super) files: Vec<Listed>,
}

/// A file as the manifest names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    pub(super) path: String,
    pub(super) bytes: usize,
    pub(super) sha256: String,
}

impl Manifest {
    /// The manifest of these files, which stand in order of path.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let listed = |entry: &Entry| Listed {
            path: entry.name.clone(),
            bytes: entry.bytes.len(),
            sha256: sha256(&entry.bytes),
        };
        let mut manifest = Self {
            format: FORMAT.to_owned(),
            root: String::new(),
            files: entries.iter().map(listed).collect(),
        };
        manifest.root = hex(&manifest.digest());
        manifest
    }

    /// The root as the files listed give it.
    pub(super) fn digest(&self) -> [u8; 32] {
        let list = listing(self.files.iter().map(|file| (&*file.sha256, &*file.path)));
        Sha256::digest(list.as_bytes()).into()
    }

    pub(super) fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a manifest is plain data");
        text + "\n"
    }
}
