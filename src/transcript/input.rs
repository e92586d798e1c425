//! What is to be read: from the arguments of a command line to a list of files.
//!
//! Nothing is opened here but folders. What cannot be found or listed stays in the list as an input that will be reported, so that
//! no argument is lost in silence.

use std::{
    collections::HashSet,
    fmt,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use globset::GlobBuilder;
use walkdir::WalkDir;

/// One thing to read.
pub struct Input {
    pub(crate) name: Arc<str>,
    pub(crate) from: From,
}

pub(crate) enum From {
    File(PathBuf),
    Stream(Box<dyn Read + Send>),
    /// Found, but not to be had.
    Refused(String),
    /// A file in a folder whose name says that it is no chat.
    Ignored,
}

impl Input {
    /// A file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { name: path.to_string_lossy().into(), from: From::File(path) }
    }

    /// Anything that can be read, under a name for messages; the name's extension helps to tell the format.
    pub fn stream(name: &str, reader: impl Read + Send + 'static) -> Self {
        Self { name: name.into(), from: From::Stream(Box::new(reader)) }
    }

    /// The name under which it is reported.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file, if it is one that can be read.
    pub fn path(&self) -> Option<&Path> {
        match &self.from {
            From::File(path) => Some(path),
            _ => None,
        }
    }

    /// Why it cannot be read, if that is known before trying.
    pub fn refusal(&self) -> Option<&str> {
        match &self.from {
            From::Refused(reason) => Some(reason),
            _ => None,
        }
    }

    fn refused(name: &str, reason: impl Into<String>) -> Self {
        Self { name: name.into(), from: From::Refused(reason.into()) }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.from {
            From::File(_) => "file",
            From::Stream(_) => "stream",
            From::Refused(_) => "refused",
            From::Ignored => "ignored",
        };
        write!(f, "{kind} {}", self.name)
    }
}

/// What files of chats are called, after `.gz` or `.zst` is taken off.
const EXTENSIONS: [&str; 19] = [
    "jsonl", "ndjson", "json", "csv", "tsv", "tab", "txt", "log", "text", "srt", "vtt", "xlsx", "xlsm",
    "xlsb", "xls", "ods", "zip", "tar", "tgz",
];

/// Expands arguments: files, folders with all below them, patterns such as `2024-*/*.csv`, and `-` for `stdin`.
///
/// Folders are walked in order of name; hidden files and files that are no chats by their name are left out, the latter counted.
/// A file that two arguments reach is read once.
pub fn discover<S: AsRef<str>>(args: &[S], stdin: impl Read + Send + 'static) -> Vec<Input> {
    let mut stdin = Some(stdin);
    let mut found = Found::default();
    for arg in args {
        let arg = arg.as_ref();
        let path = Path::new(arg);
        if arg == "-" {
            found.inputs.push(match stdin.take() {
                Some(stdin) => Input::stream("<stdin>", stdin),
                None => Input::refused("<stdin>", "standard input is given twice; it can be read only once"),
            });
        } else if path.is_dir() {
            found.folder(path);
        } else if path.exists() || !arg.contains(['*', '?', '[', '{']) {
            found.file(path.to_owned());
        } else {
            found.pattern(arg);
        }
    }
    found.inputs
}

#[derive(Default)]
struct Found {
    inputs: Vec<Input>,
    seen: HashSet<PathBuf>,
}

impl Found {
    fn file(&mut self, path: PathBuf) {
        if self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            self.inputs.push(Input::file(path));
        }
    }

    fn folder(&mut self, folder: &Path) {
        let before = self.inputs.len();
        let mut chats = 0_usize;
        for entry in walk(folder) {
            match entry {
                Ok(path) if is_chat(&path.to_string_lossy()) => {
                    chats += 1;
                    self.file(path);
                }
                Ok(path) => {
                    self.inputs.push(Input { name: path.to_string_lossy().into(), from: From::Ignored });
                }
                Err(refused) => self.inputs.push(refused),
            }
        }
        let refused = self.inputs[before..].iter().any(|input| matches!(input.from, From::Refused(_)));
        if chats == 0 && !refused {
            let kinds = EXTENSIONS.join(", ");
            let reason =
                format!("the folder holds no file of chats (looked for: {kinds}, also with .gz or .zst)");
            self.inputs.push(Input::refused(&folder.to_string_lossy(), reason));
        }
    }

    fn pattern(&mut self, pattern: &str) {
        let glob = match GlobBuilder::new(pattern).literal_separator(true).build() {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                return self.inputs.push(Input::refused(pattern, format!("not a pattern: {error}")));
            }
        };
        // The walk starts at the last folder that is not part of the pattern.
        let fixed: PathBuf = Path::new(pattern)
            .components()
            .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']))
            .collect();
        let start = if fixed.as_os_str().is_empty() { Path::new(".") } else { &fixed };
        let mut matched = false;
        for entry in walk(start) {
            match entry {
                Ok(path) => {
                    let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
                    if glob.is_match(&path) {
                        matched = true;
                        self.file(path);
                    }
                }
                Err(refused) => self.inputs.push(refused),
            }
        }
        if !matched {
            self.inputs.push(Input::refused(pattern, "no file matches the pattern"));
        }
    }
}

/// All files below `folder` in order of name, hidden ones left out.
fn walk(folder: &Path) -> impl Iterator<Item = Result<PathBuf, Input>> {
    let visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
    };
    let folder_name = folder.to_string_lossy().into_owned();
    let entries =
        WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(visible);
    entries.filter_map(move |entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => None,
        Ok(entry) => Some(Ok(entry.into_path())),
        Err(error) => {
            let name =
                error.path().map_or_else(|| folder_name.clone(), |path| path.to_string_lossy().into_owned());
            let reason = match error.io_error() {
                Some(error) => format!("cannot be listed: {error}"),
                None => "a link leads back to a folder above it".to_owned(),
            };
            Some(Err(Input::refused(&name, reason)))
        }
    })
}

/// Whether the name of a file that nobody named says that it may be a chat.
pub(crate) fn is_chat(name: &str) -> bool {
    match extension(name) {
        None => true,
        Some(extension) => EXTENSIONS.contains(&extension.as_str()),
    }
}

/// The extension in lower case, after that of a wrapper is taken off.
pub(crate) fn extension(name: &str) -> Option<String> {
    let name = Path::new(name).file_name()?.to_str()?.to_ascii_lowercase();
    let name =
        [".gz", ".zst", ".zstd"].iter().find_map(|wrapper| name.strip_suffix(wrapper)).unwrap_or(&name);
    let (stem, extension) = name.rsplit_once('.')?;
    // `客服.2024-05-01` ends in a date.
    let says_kind = extension.len() <= 8 && extension.starts_with(|c: char| c.is_ascii_alphabetic());
    (says_kind && !stem.is_empty()).then(|| extension.to_owned())
}
