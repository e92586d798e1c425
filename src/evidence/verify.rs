//! Checks a bundle with nothing but the bundle, and says what does not match.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    CUSTODY, MANIFEST, TIMESTAMP,
    container::{self, Entry},
    custody,
    manifest::{FORMAT, Manifest},
    timestamp,
};
use crate::hash::{hex, sha256};

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The root as the manifest states it, where there is a manifest.
    pub root: Option<String>,
    /// Files that the manifest lists.
    pub files: usize,
    /// Lines of the custody log: when, who, what.
    pub custody: Vec<(String, String, String)>,
    /// The digest of the log's last line, to be noted elsewhere.
    pub custody_head: String,
    /// What does not match, a sentence each; nothing if all does.
    pub wrong: Vec<String>,
}

/// Checks a bundle: the container byte by byte, every file against the manifest, the manifest against its root, the custody log
/// line by line, and the request for a time stamp against the root.
pub fn verify(bundle: &[u8]) -> Checked {
    let (entries, damage) = container::unpack(bundle);
    let mut checked = Checked::default();
    let mut spoilt = BTreeSet::new();
    match read_manifest(&entries) {
        Ok((manifest, text)) => {
            files(&entries, &manifest, &mut spoilt, &mut checked.wrong);
            let computed = hex(&manifest.digest());
            if manifest.root != computed {
                checked.wrong.push(format!(
                    "{MANIFEST}: the root is {}, the files listed give {computed}",
                    manifest.root
                ));
            }
            if manifest.format != FORMAT {
                checked.wrong.push(format!(
                    "{MANIFEST}: the format is `{}`; this kefulint checks {FORMAT}",
                    manifest.format
                ));
            }
            if manifest.root != computed || manifest.text() != text {
                spoilt.insert(MANIFEST.to_owned());
            }
            if manifest.text() != text {
                checked.wrong.push(format!("{MANIFEST}: it is not laid out as it was written"));
            }
            beside(&entries, &manifest, &mut spoilt, &mut checked);
            checked.files = manifest.files.len();
            checked.root = Some(manifest.root);
        }
        Err(reason) => {
            spoilt.insert(MANIFEST.to_owned());
            checked.wrong.push(format!("{MANIFEST}: {reason}"));
        }
    }
    // A file that has changed is named by its digest already; its sum in the container says no more.
    for found in damage.iter().filter(|found| !found.entry.as_ref().is_some_and(|name| spoilt.contains(name)))
    {
        let of = found.entry.as_ref().map_or_else(String::new, |name| format!(" {name}"));
        checked
            .wrong
            .push(format!("the zip file: byte {} is not as it was written ({}{of})", found.at, found.what));
    }
    checked
}

fn named<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.name == name)
}

fn read_manifest(entries: &[Entry]) -> Result<(Manifest, String), String> {
    let entry =
        named(entries, MANIFEST).ok_or("there is none; this is no evidence bundle, or a damaged one")?;
    let text = String::from_utf8(entry.bytes.clone()).map_err(|_| "it is no text")?;
    let manifest = serde_json::from_str(&text).map_err(|error| format!("it cannot be read: {error}"))?;
    Ok((manifest, text))
}

/// What the manifest lists beside what is there.
fn files(entries: &[Entry], manifest: &Manifest, spoilt: &mut BTreeSet<String>, wrong: &mut Vec<String>) {
    let mut there: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| ![MANIFEST, CUSTODY, TIMESTAMP].contains(&entry.name.as_str()))
    {
        if there.insert(&entry.name, entry).is_some() {
            wrong.push(format!("{}: it stands twice in the bundle", entry.name));
        }
    }
    for listed in &manifest.files {
        match there.remove(listed.path.as_str()) {
            None => wrong.push(format!("{}: it is in the manifest and not in the bundle", listed.path)),
            Some(entry) => {
                let (digest, bytes) = (sha256(&entry.bytes), entry.bytes.len());
                if digest != listed.sha256 {
                    spoilt.insert(entry.name.clone());
                    wrong.push(format!(
                        "{}: its SHA-256 is {digest}, the manifest says {}",
                        entry.name, listed.sha256
                    ));
                }
                if bytes != listed.bytes {
                    wrong.push(format!(
                        "{}: it has {bytes} bytes, the manifest says {}",
                        entry.name, listed.bytes
                    ));
                }
            }
        }
    }
    wrong
        .extend(there.into_keys().map(|name| format!("{name}: it is in the bundle and not in the manifest")));
}

/// What stands beside the hashed part.
fn beside(entries: &[Entry], manifest: &Manifest, spoilt: &mut BTreeSet<String>, checked: &mut Checked) {
    let before = checked.wrong.len();
    match named(entries, CUSTODY) {
        None => checked.wrong.push(format!("{CUSTODY}: it is not in the bundle")),
        Some(entry) => {
            let log = String::from_utf8_lossy(&entry.bytes);
            let wrong = custody::check(&log, &manifest.root);
            checked.wrong.extend(wrong.into_iter().map(|reason| format!("{CUSTODY}: {reason}")));
            if checked.wrong.len() > before {
                spoilt.insert(CUSTODY.to_owned());
            }
            (checked.custody, checked.custody_head) = custody::entries(&log);
        }
    }
    if let Some(entry) = named(entries, TIMESTAMP)
        && entry.bytes != timestamp::request(&manifest.digest())
    {
        spoilt.insert(TIMESTAMP.to_owned());
        checked.wrong.push(format!("{TIMESTAMP}: it does not ask for a stamp on this root"));
    }
}
