//! Files as seen from a folder, by their names alone: nothing is looked up, so that a member of an archive has a place too.

use std::path::{Component, Path, PathBuf};

/// A folder from which to name files, and the one from which their own names start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    here: PathBuf,
    root: PathBuf,
}

impl Place {
    /// Names that start at `here` are to be seen from `root`; both absolute, or both left empty to leave names as they are.
    pub fn new(here: &Path, root: &Path) -> Self {
        Self { here: plain(here), root: plain(root) }
    }

    /// The file as seen from the root, with `/` between folders; its whole path where it does not lie below.
    pub fn of(&self, file: &str) -> String {
        let whole = plain(&self.here.join(file));
        let seen = whole.strip_prefix(&self.root).unwrap_or(&whole);
        let mut parts = Vec::new();
        for part in seen.components() {
            parts.push(match part {
                Component::RootDir => String::new(),
                part => part.as_os_str().to_string_lossy().into_owned(),
            });
        }
        parts.join("/")
    }
}

/// Without `.` and, where a folder stands before it, without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_seen_from_the_root() {
        let place = Place::new(Path::new("/build/repo/sub"), Path::new("/build/repo"));
        for (file, seen) in [
            ("chats.csv", "sub/chats.csv"),
            ("./a/./b.csv", "sub/a/b.csv"),
            ("../day/chats.csv", "day/chats.csv"),
            ("/build/repo/day/chats.csv", "day/chats.csv"),
            ("/elsewhere/chats.csv", "/elsewhere/chats.csv"),
            ("../../elsewhere.csv", "/build/elsewhere.csv"),
        ] {
            assert_eq!(place.of(file), seen, "{file}");
        }
        assert_eq!(Place::default().of("./a/../b.csv"), "b.csv");
        assert_eq!(Place::default().of("../b.csv"), "../b.csv");
    }
}
