//! Builds the two character tables that `text::fold` and `text::disguise` read: what a character folds to, and how it
//! sounds. Lists the rule packs of `lexicons/`, so that a new file there is embedded without a line of Rust.
//!
//! The tables are functions of Unicode data that well-kept crates carry, so nothing is checked in and nothing can drift.
//! A table is 65,536 little-endian `u16`, one a code point of the Basic Multilingual Plane.
//!
//! Finds out beforehand what `rule::ready` then knows of the packs: the literals of their terms and patterns, and the automata
//! over them. It is done by the very modules that do it for a user's pack, and what is missed here is made up for there.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};
use pinyin::ToPinyin;
use toml::Table;
use unicode_normalization::UnicodeNormalization;

#[path = "src/rule/literal.rs"]
mod literal;
#[path = "src/dialogue/parts.rs"]
mod parts;
#[path = "src/rule/rarity.rs"]
mod rarity;
#[path = "src/rule/source.rs"]
mod source;
#[path = "src/text/table.rs"]
mod table;
#[path = "src/text/words.rs"]
#[expect(dead_code, reason = "only the library reads such lists")]
mod words;

/// Files of `lexicons/` that are no rule packs; `src/lexicon/mod.rs` knows them by name.
const DATA: &[&str] =
    &["guards.toml", "statutes.toml", "dialogue.toml", "trades.toml", "columns.toml", "personal.toml"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=lexicons");
    println!("cargo::rerun-if-changed=training");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let mut fold = Vec::with_capacity(1 << 17);
    let mut sound = Vec::with_capacity(1 << 17);
    let mut syllables: Vec<&str> = Vec::new();
    for code in 0..=0xFFFF_u32 {
        let character = char::from_u32(code);
        let folded = character.map_or(code as u16, |c| fold_char(c) as u32 as u16);
        fold.extend_from_slice(&folded.to_le_bytes());
        let syllable = character.and_then(|c| c.to_pinyin()).map(pinyin::Pinyin::plain);
        let id = syllable.map_or(0, |s| {
            let at = syllables.iter().position(|known| *known == s);
            at.unwrap_or_else(|| {
                syllables.push(s);
                syllables.len() - 1
            }) + 1
        });
        sound.extend_from_slice(&(id as u16).to_le_bytes());
    }
    let out = Path::new(&out);
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).to_owned();
    let write = |name: &str, bytes: &[u8]| fs::write(out.join(name), bytes).expect("OUT_DIR is writable");
    write("fold.bin", &fold);
    write("sound.bin", &sound);
    write("syllables.txt", syllables.join("\n").as_bytes());
    let packs = packs(&folder.join("lexicons"));
    write("packs.rs", list(&packs).as_bytes());
    let sample: Vec<String> =
        chats(&folder.join("training")).iter().map(|text| folded(text, &fold)).collect();
    let rates = rates(&sample);
    write("rates.bin", &rates);
    let mut ready = Ready::new(&fold, &sound, &rates);
    for (_, path) in &packs {
        ready.pack(&read(path));
    }
    ready.trades(&read(&folder.join("lexicons/trades.toml")));
    ready.write(&sample, write);
    let cues = cues(&read(&folder.join("lexicons/dialogue.toml")));
    write("cues.bin", &words::write(&cues));
    write("cues.pma", &automaton((0..).zip(&cues), &sample).serialize());
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// The packs by name, in order of their names.
fn packs(folder: &Path) -> Vec<(String, PathBuf)> {
    files(folder, "toml").into_iter().filter(|(name, _)| !DATA.contains(&name.as_str())).collect()
}

fn files(folder: &Path, extension: &str) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<(String, PathBuf)> = entries
        .filter_map(|entry| Some((entry.as_ref().ok()?.file_name().into_string().ok()?, entry.ok()?.path())))
        .filter(|(_, path)| path.extension().is_some_and(|known| known == extension))
        .collect();
    files.sort();
    files
}

/// A Rust expression: the packs as pairs of name and text.
fn list(packs: &[(String, PathBuf)]) -> String {
    let mut expression = String::from("&[\n");
    for (name, path) in packs {
        writeln!(expression, "(\"lexicons/{name}\", include_str!(r#\"{}\"#)),", path.display())
            .expect("a String takes all");
    }
    expression.push(']');
    expression
}

/// What is said in the chats of training/: a sample of what a run will read. Only time hangs on it.
fn chats(folder: &Path) -> Vec<String> {
    let texts = files(folder, "jsonl").into_iter().map(|(_, path)| read(&path)).flat_map(|text| {
        let said = text.lines().filter_map(|line| Some(line.split_once("\"text\": \"")?.1.to_owned()));
        said.collect::<Vec<String>>()
    });
    texts.collect()
}

/// How often each pair of characters stands in the sample, in the slots of [`rarity`].
fn rates(sample: &[String]) -> Vec<u8> {
    let mut counts = vec![0_u16; rarity::SLOTS];
    for text in sample {
        let mut last = None;
        for c in text.chars() {
            for (first, second) in [Some((c, '\0')), last.map(|last| (last, c))].into_iter().flatten() {
                let count = &mut counts[rarity::slot(first, second)];
                *count = count.saturating_add(1);
            }
            last = Some(c);
        }
    }
    counts.into_iter().flat_map(u16::to_le_bytes).collect()
}

fn folded(text: &str, table: &[u8]) -> String {
    text.chars().filter_map(|c| table::fold_char(table, c)).collect()
}

/// The literals and patterns of the packs, each once.
struct Ready<'a> {
    fold: &'a [u8],
    sound: &'a [u8],
    rates: &'a [u8],
    literals: Vec<String>,
    numbers: HashMap<String, u32>,
    /// By literal, a bit for each view: folded, skeleton, sound.
    views: Vec<u8>,
    patterns: BTreeMap<String, Vec<u32>>,
}

impl<'a> Ready<'a> {
    fn new(fold: &'a [u8], sound: &'a [u8], rates: &'a [u8]) -> Self {
        let (literals, numbers, views) = Default::default();
        Self { fold, sound, rates, literals, numbers, views, patterns: BTreeMap::new() }
    }

    /// Takes in all terms and patterns of a pack. What is wrong with it is found and told when it is loaded.
    fn pack(&mut self, text: &str) {
        let Ok(pack) = text.parse::<Table>() else { return };
        let lists: BTreeMap<String, Vec<String>> = pack
            .get("lists")
            .and_then(|lists| lists.as_table())
            .into_iter()
            .flatten()
            .map(|(name, list)| (name.clone(), strings(Some(list))))
            .collect();
        let alternatives = source::alternatives(&lists, |c| table::fold_char(self.fold, c));
        let rules = pack.get("rule").and_then(|rules| rules.as_array()).into_iter().flatten();
        let conditions = rules.filter_map(|rule| rule.get("where")?.as_table()).flatten();
        for (_, condition) in conditions {
            let views = match condition.get("disguise").and_then(|disguise| disguise.as_str()) {
                Some("symbols") => 0b011,
                Some("sound") => 0b111,
                _ => 0b001,
            };
            for term in strings(condition.get("terms")) {
                let words = term.strip_prefix('@').and_then(|list| lists.get(list));
                for word in words.map_or(std::slice::from_ref(&term), Vec::as_slice) {
                    self.term(word, views);
                }
            }
            for pattern in strings(condition.get("patterns")) {
                self.pattern(&pattern, &alternatives, views & 0b011);
            }
            for pattern in strings(condition.get("except")) {
                self.pattern(&pattern, &alternatives, 0);
            }
        }
    }

    /// Takes in the words that tell a trade.
    fn trades(&mut self, text: &str) {
        let Ok(file) = text.parse::<Table>() else { return };
        for trade in file.get("trade").and_then(|trades| trades.as_array()).into_iter().flatten() {
            for word in [strings(trade.get("strong")), strings(trade.get("weak"))].concat() {
                self.term(&word, 0b001);
            }
        }
    }

    fn term(&mut self, term: &str, views: u8) {
        let literal = folded(term, self.fold);
        if literal.is_empty() {
            return;
        }
        if views & 0b100 != 0 && literal.chars().all(table::is_han) {
            let sound = literal.chars().map(|c| table::sound_char(self.sound, c)).collect();
            self.literal(sound, 0b100);
        }
        self.literal(literal, views & 0b011);
    }

    fn pattern(&mut self, pattern: &str, lists: &source::Alternatives, views: u8) {
        let text = source::expand(pattern, lists, |c| table::fold_char(self.fold, c));
        let Ok(hir) = source::parse(&text) else { return };
        let literals = literal::required(&hir, self.rates).unwrap_or_default();
        let numbers = literals.into_iter().map(|literal| self.literal(literal, views)).collect();
        self.patterns.insert(text, numbers);
    }

    fn literal(&mut self, literal: String, views: u8) -> u32 {
        let number = *self.numbers.entry(literal).or_insert_with_key(|literal| {
            self.literals.push(literal.clone());
            self.views.push(0);
            self.literals.len() as u32 - 1
        });
        self.views[number as usize] |= views;
        number
    }

    fn write(self, sample: &[String], write: impl Fn(&str, &[u8])) {
        write("literals.bin", &words::write(&self.literals));
        write("views.bin", &self.views);
        let (patterns, anchors): (Vec<String>, Vec<Vec<u32>>) = self.patterns.into_iter().unzip();
        write("patterns.bin", &words::write(&patterns));
        let ends = anchors.iter().scan(0, |end, anchors| {
            *end += anchors.len() as u32;
            Some(*end)
        });
        let numbers: Vec<u8> =
            ends.chain(anchors.iter().flatten().copied()).flat_map(u32::to_le_bytes).collect();
        write("anchors.bin", &numbers);
        for (bit, name) in ["folded.pma", "skeleton.pma", "sound.pma"].into_iter().enumerate() {
            let literals = (0..).zip(&self.literals).filter(|(n, _)| self.views[*n as usize] & 1 << bit != 0);
            write(name, &automaton(literals, sample).serialize());
        }
    }
}

/// All literals of the dialogue lexicon, each once.
fn cues(text: &str) -> Vec<String> {
    let Ok(file) = text.parse::<Table>() else { return Vec::new() };
    let list = |name: &str| strings(file.get("lists").and_then(|lists| lists.get(name)));
    let mut cues = BTreeSet::new();
    for (_, table) in file.iter().filter(|(name, _)| *name != "lists") {
        let classes = table.as_table().into_iter().flatten().map(|(_, class)| class);
        for class in classes.chain([table]) {
            cues.extend(strings(class.get("terms")));
            for sequence in strings(class.get("sequences")) {
                for alternative in parts::parts(&sequence).into_iter().flatten() {
                    match alternative.strip_prefix('@') {
                        Some(name) => cues.extend(list(name)),
                        None => drop(cues.insert(alternative.to_owned())),
                    }
                }
            }
        }
    }
    cues.into_iter().collect()
}

/// An automaton laid out for texts like those of the sample.
fn automaton<'a>(
    literals: impl Iterator<Item = (u32, &'a String)>,
    sample: &[String],
) -> CharwiseDoubleArrayAhoCorasick<u32> {
    CharwiseDoubleArrayAhoCorasickBuilder::new()
        .corpus(sample)
        .build_with_values(literals.map(|(number, literal)| (literal, number)))
        .expect("the literals are few, different, and not empty")
}

/// The strings of an array; of anything else none.
fn strings(value: Option<&toml::Value>) -> Vec<String> {
    let array = value.and_then(|value| value.as_array()).into_iter().flatten();
    array.filter_map(|value| Some(value.as_str()?.to_owned())).collect()
}

/// Width, case and script, as long as the answer is a single character of the same plane.
fn fold_char(c: char) -> char {
    let compatible = single(c.nfkc()).unwrap_or(c);
    let lower = single(compatible.to_lowercase()).unwrap_or(compatible);
    let simplified = match lower {
        // Words of address that the script tables leave apart since they differ in meaning, not in form.
        '妳' => '你',
        '牠' => '它',
        _ => single(fast2s::convert(lower.encode_utf8(&mut [0; 4])).chars()).unwrap_or(lower),
    };
    if (simplified as u32) < 0x1_0000 { simplified } else { c }
}

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}
