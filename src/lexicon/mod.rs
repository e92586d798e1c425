//! Rule packs: read, checked, immutable. What a rule means is decided in [`crate::rule`].
//!
//! All that is wrong with a folder of packs is reported at once, each with file, line and reason; a lexicon with an
//! error does not load, since a rule that silently does not fire is worse than none.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

pub mod example;
mod overlay;
pub mod schema;

pub use overlay::OverrideDoc;
use rayon::prelude::*;
use schema::{PackDoc, RuleDoc};
use sha2::{Digest, Sha256};

/// The packs in the binary.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// Files of a lexicon folder that are no rule packs; where one is missing, the embedded one serves.
const DATA: &[(&str, &str)] = &[
    ("guards.toml", include_str!("../../lexicons/guards.toml")),
    ("statutes.toml", include_str!("../../lexicons/statutes.toml")),
    ("dialogue.toml", include_str!("../../lexicons/dialogue.toml")),
    ("trades.toml", include_str!("../../lexicons/trades.toml")),
    ("columns.toml", include_str!("../../lexicons/columns.toml")),
    ("personal.toml", include_str!("../../lexicons/personal.toml")),
];

/// Data files that are read before any folder of lexicons is: a folder may repeat them, not change them.
const COMPILED_IN: [&str; 2] = ["columns.toml", "personal.toml"];

/// One thing that is wrong with a lexicon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: Arc<str>,
    /// 1-based line.
    pub line: usize,
    /// What is wrong and what to do.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

/// Why a lexicon does not load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconError {
    /// Everything found, in order of file and line.
    pub faults: Vec<Fault>,
}

impl fmt::Display for LexiconError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        write!(f, "the lexicon has {count} {}", if count == 1 { "error" } else { "errors" })?;
        for fault in &self.faults {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LexiconError {}

/// A rule with where it was read and the lists it may name.
#[derive(Debug)]
pub struct Rule {
    /// The rule as typed.
    pub doc: RuleDoc,
    /// The file it was read from.
    pub file: Arc<str>,
    /// The line of its id.
    pub line: usize,
    /// The word lists of its pack.
    pub lists: Arc<BTreeMap<String, Vec<String>>>,
}

impl Rule {
    /// The id.
    pub fn id(&self) -> &str {
        self.doc.id.get_ref()
    }

    /// A fault at this rule.
    pub fn fault(&self, reason: impl fmt::Display) -> Fault {
        Fault { file: self.file.clone(), line: self.line, reason: format!("rule {}: {reason}", self.id()) }
    }
}

/// All packs and the data files beside them.
#[derive(Debug)]
pub struct Lexicon {
    /// The rules, in order of id.
    pub rules: Vec<Rule>,
    packs: Vec<(Arc<str>, String)>,
    data: BTreeMap<&'static str, (Arc<str>, String)>,
}

impl Lexicon {
    /// The packs in the binary.
    pub fn embedded() -> Result<Self, LexiconError> {
        Self::from_texts(
            EMBEDDED.iter().map(|&(name, text)| (name.into(), text.to_owned())).collect(),
            BTreeMap::new(),
        )
    }

    /// The packs of a folder. The data files in it replace the embedded ones, but for those that recognisers and readers use:
    /// a folder that holds others of them is refused, not read in part.
    pub fn from_dir(dir: &Path) -> Result<Self, LexiconError> {
        let fault = |file: &Path, reason: String| LexiconError {
            faults: vec![Fault { file: file.display().to_string().into(), line: 1, reason }],
        };
        let entries =
            fs::read_dir(dir).map_err(|e| fault(dir, format!("cannot read the folder of lexicons: {e}")))?;
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(|e| fault(dir, e.to_string()))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut packs = Vec::new();
        let mut data = BTreeMap::new();
        for path in paths {
            let text = fs::read_to_string(&path).map_err(|e| fault(&path, e.to_string()))?;
            let name: Arc<str> = path.display().to_string().into();
            let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            match DATA.iter().find(|(known, _)| *known == file_name) {
                Some(&(known, embedded)) => {
                    if COMPILED_IN.contains(&known) && text != embedded {
                        return Err(fault(
                            &path,
                            "recognisers and readers use the file that is built into the program, and this one differs \
                             from it; take it out of the folder, or build kefulint with it in lexicons/"
                                .to_owned(),
                        ));
                    }
                    data.insert(known, (name, text));
                }
                None => packs.push((name, text)),
            }
        }
        if packs.is_empty() {
            return Err(fault(dir, "no rule pack (*.toml) in this folder".to_owned()));
        }
        Self::from_texts(packs, data)
    }

    /// Packs given as (name, text).
    pub fn from_texts(
        packs: Vec<(Arc<str>, String)>,
        data: BTreeMap<&'static str, (Arc<str>, String)>,
    ) -> Result<Self, LexiconError> {
        let mut lexicon = Self { rules: Vec::new(), packs: Vec::new(), data };
        lexicon.extend(packs)?;
        Ok(lexicon)
    }

    /// Adds a user's packs: new rules, and overrides of the ones that are there.
    pub fn extend(&mut self, packs: Vec<(Arc<str>, String)>) -> Result<(), LexiconError> {
        let mut faults = Vec::new();
        let mut changes = Vec::new();
        let parsed: Vec<_> = packs.par_iter().map(|(_, text)| toml::from_str::<PackDoc>(text)).collect();
        for ((file, text), parsed) in packs.into_iter().zip(parsed) {
            let fault =
                |at: usize, reason: String| Fault { file: file.clone(), line: line_at(&text, at), reason };
            match parsed {
                Ok(pack) => {
                    let lists = Arc::new(pack.lists);
                    self.rules.extend(pack.rule.into_iter().map(|doc| {
                        let line = line_at(&text, doc.id.span().start);
                        Rule { doc, file: file.clone(), line, lists: lists.clone() }
                    }));
                    changes.extend(pack.overrides.into_iter().map(|change| {
                        let line = line_at(&text, change.id.span().start);
                        (file.clone(), line, change)
                    }));
                }
                Err(error) => {
                    faults.push(fault(error.span().map_or(0, |span| span.start), error.message().to_owned()));
                }
            }
            self.packs.push((file, text));
        }
        self.rules.sort_by(|a, b| a.id().cmp(b.id()));
        for pair in self.rules.windows(2) {
            if pair[0].id() == pair[1].id() {
                let first = &pair[0];
                faults.push(pair[1].fault(format!("the id is taken by {}:{}", first.file, first.line)));
            }
        }
        for (file, line, change) in changes {
            let fault = |reason| Fault { file: file.clone(), line, reason };
            faults.extend(overlay::apply(&mut self.rules, change, fault).err());
        }
        if faults.is_empty() { Ok(()) } else { Err(sorted(faults)) }
    }

    /// Adds packs from files.
    pub fn extend_from_files(&mut self, paths: &[PathBuf]) -> Result<(), LexiconError> {
        let mut packs = Vec::new();
        for path in paths {
            let name: Arc<str> = path.display().to_string().into();
            match fs::read_to_string(path) {
                Ok(text) => packs.push((name, text)),
                Err(error) => {
                    let reason = format!("cannot read the pack: {error}");
                    return Err(sorted(vec![Fault { file: name, line: 1, reason }]));
                }
            }
        }
        self.extend(packs)
    }

    /// A data file by name (`statutes.toml`): where it came from, and its text.
    ///
    /// # Panics
    /// On a name that is no data file of a lexicon.
    pub fn data(&self, name: &str) -> (&str, &str) {
        if let Some((file, text)) = self.data.get(name) {
            return (file, text);
        }
        DATA.iter().find(|(known, _)| *known == name).copied().expect("the name is one of the data files")
    }

    /// Every file that it is made of, with its text: the packs in the order in which they were laid, then the data.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        let packs = self.packs.iter().map(|(file, text)| (&**file, text.as_str()));
        packs.chain(DATA.iter().map(|(name, _)| self.data(name)))
    }

    /// SHA-256 over the texts of all files: two lexicons of one digest judge alike, wherever they were read.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (_, text) in self.files() {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
        hash.finalize().into()
    }

    /// What packs say of a rule, word for word: the lists that it may name, the rule, and what is laid over it.
    pub fn text_of(&self, rule: &Rule) -> String {
        let mut text = String::new();
        for (file, pack) in &self.packs {
            let tables = tables(pack);
            let of_rule = |table: &&str| {
                is_about(table, "[[rule]]", rule.id()) || is_about(table, "[[override]]", rule.id())
            };
            let lists = |table: &&str| *file == rule.file && table.starts_with("[lists]");
            text.extend(tables.into_iter().filter(|table| lists(table) || of_rule(table)));
        }
        text
    }

    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id().eq_ignore_ascii_case(id))
    }
}

/// The faults as an error, in reading order.
pub fn sorted(mut faults: Vec<Fault>) -> LexiconError {
    faults.sort_by(|a, b| (&a.file, a.line, &a.reason).cmp(&(&b.file, b.line, &b.reason)));
    LexiconError { faults }
}

/// The 1-based line in which byte `offset` stands.
pub fn line_at(text: &str, offset: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..offset.min(text.len())]).count() + 1
}

/// The tables of a pack at the level of rules, word for word; what stands before the first is none.
fn tables(pack: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in pack.split_inclusive('\n') {
        if ["[pack]", "[lists]", "[[rule]]", "[[override]]"].iter().any(|head| line.starts_with(head)) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([pack.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &pack[start..end]).collect()
}

/// Whether a table bears that heading and that id.
fn is_about(table: &str, heading: &str, id: &str) -> bool {
    let names = |line: &str| {
        let value = line.strip_prefix("id").map(str::trim_start).and_then(|rest| rest.strip_prefix('='));
        value.is_some_and(|value| value.contains(id))
    };
    table.starts_with(heading) && table.lines().any(names)
}
