//! Holds every number of `lexicons/statutes.toml` against what was checked outside of this crate.
//!
//! Where the fact folder `../shared/law` is there, it is the measure: its table of articles for the entries that it has, the
//! laws' texts for the others and for the numbers of articles. Where it is not, `tests/data/law.tsv` is, which was written from
//! it by `UPDATE_DIGEST=1 cargo test --test law_facts`.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    path::{Path, PathBuf},
};

use kefulint::law::{ArticleNumber, Consequence, Registry};

/// Lines of the digest, by what they are about.
type Facts = BTreeMap<String, Vec<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn digest() -> Facts {
    let text = fs::read_to_string(root().join("tests/data/law.tsv")).expect("the digest is checked in");
    let fact = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        (fields.next().expect("no empty lines"), fields.collect())
    };
    text.lines().map(fact).collect()
}

fn shared() -> Option<PathBuf> {
    Some(root().join("../shared/law")).filter(|folder| folder.join("statutes.json").exists())
}

/// `id: law, article, from, to, consequence, verified, predecessor, successor` from the table;
/// `id: article` from the text for other entries; `version: number of articles` from the text.
fn facts_of(folder: &Path) -> Facts {
    let json = fs::read_to_string(folder.join("statutes.json")).expect("readable");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&json).expect("a JSON array");
    let mut facts = Facts::new();
    let mut files: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for row in &rows {
        let field = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        let names = [
            "law",
            "article",
            "in_force_from",
            "in_force_to",
            "liability",
            "verified",
            "predecessor",
            "successor",
        ];
        facts.insert(field("id"), names.iter().map(|name| field(name)).collect());
        if let Some(file) = row["text_file"].as_str() {
            let version = field("id").split("-art-").next().expect("split yields one").to_owned();
            files.entry(version).or_default().insert(folder.join(file));
        }
    }
    files.entry("cc-2020".into()).or_default().insert(folder.join("texts/cc-supplementary-2020.md"));
    let registry = Registry::embedded();
    for version in registry.laws().iter().flat_map(|law| &law.versions) {
        let own = folder.join(format!("texts/{}.md", version.key));
        let files = files.remove(&*version.key).unwrap_or_else(|| BTreeSet::from([own]));
        let text: String = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
        let headings: BTreeSet<ArticleNumber> = text.lines().filter_map(heading).collect();
        if let Some(last) = headings.last().filter(|_| version.articles.is_some()) {
            facts.insert(version.key.to_string(), vec![last.main.to_string()]);
        }
        let prefix = format!("{}-art-", version.key);
        for statute in registry.statutes().iter().filter(|statute| statute.id.starts_with(&prefix)) {
            if headings.contains(&statute.number) && !facts.contains_key(&*statute.id) {
                facts.insert(statute.id.to_string(), vec![statute.number.to_string()]);
            }
        }
    }
    facts
}

/// The article that a line opens.
fn heading(line: &str) -> Option<ArticleNumber> {
    let line = line.trim_start();
    let end = line.find('条')? + '条'.len_utf8();
    let inserted =
        line[end..].strip_prefix('之').map_or("", |rest| rest.split([' ', '\u{3000}']).next().unwrap_or(""));
    let inserted = if inserted.is_empty() { String::new() } else { format!("之{inserted}") };
    ArticleNumber::parse(&format!("{}{inserted}", &line[..end]))
}

#[test]
fn every_number_is_as_it_was_checked() {
    let facts = shared().map_or_else(digest, |folder| facts_of(&folder));
    let registry = Registry::embedded();
    for statute in registry.statutes() {
        let fact = facts.get(&*statute.id).unwrap_or_else(|| panic!("{} was never checked", statute.id));
        let [law, article, from, to, consequence, verified, predecessor, successor] = fact.as_slice() else {
            assert_eq!(*fact, [statute.article.to_string()], "{}", statute.id);
            continue;
        };
        assert_eq!(*law, *statute.law, "{}", statute.id);
        assert_eq!(*article, *statute.article, "{}", statute.id);
        assert_eq!(*from, statute.in_force_from.to_string(), "{}", statute.id);
        assert_eq!(
            *to,
            statute.in_force_to.map_or_else(|| "-".to_owned(), |to| to.to_string()),
            "{}",
            statute.id
        );
        let names = [
            (Consequence::None, "none"),
            (Consequence::Civil, "civil"),
            (Consequence::Administrative, "administrative"),
            (Consequence::Criminal, "criminal"),
        ];
        assert!(names.contains(&(statute.consequence, consequence)), "{}: {consequence}", statute.id);
        assert_eq!(verified == "text", statute.citable(), "{}", statute.id);
        // The table leaves out neighbours that it does not hold; where it names one, it is ours.
        for (theirs, ours) in [(predecessor, &statute.predecessor), (successor, &statute.successor)] {
            assert!(theirs == "-" || Some(theirs.as_str()) == ours.as_deref(), "{}: {theirs}", statute.id);
        }
    }
    for version in registry.laws().iter().flat_map(|law| &law.versions) {
        if let Some(count) = version.articles {
            assert_eq!(facts.get(&*version.key), Some(&vec![count.to_string()]), "{}", version.key);
        }
    }
}

#[test]
fn nothing_of_the_fact_table_is_left_out() {
    let facts = digest();
    let registry = Registry::embedded();
    let known = |id: &str| {
        registry.statute(id).is_some()
            || registry.laws().iter().flat_map(|law| &law.versions).any(|v| *v.key == *id)
    };
    let missing: Vec<&String> = facts.keys().filter(|id| !known(id)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_digest_is_fresh() {
    let Some(folder) = shared() else { return };
    let facts = facts_of(&folder);
    let lines = facts.iter().map(|(id, fields)| format!("{id}\t{}\n", fields.join("\t")));
    let path = root().join("tests/data/law.tsv");
    if std::env::var_os("UPDATE_DIGEST").is_some() {
        fs::write(&path, lines.collect::<String>()).expect("the worktree is writable");
    }
    assert_eq!(digest(), facts, "run UPDATE_DIGEST=1 cargo test --test law_facts");
}

/// Gists are in our own words.
#[test]
fn no_gist_is_the_law_s_text() {
    const RUN: usize = 20;
    let Some(folder) = shared() else { return };
    let texts: Vec<Vec<char>> = fs::read_dir(folder.join("texts"))
        .expect("readable")
        .map(|file| fs::read_to_string(file.expect("readable").path()).expect("UTF-8").chars().collect())
        .collect();
    let runs: HashSet<&[char]> = texts.iter().flat_map(|text| text.windows(RUN)).collect();
    for statute in Registry::embedded().statutes() {
        let gist: Vec<char> = statute.gist.chars().collect();
        let copied =
            gist.windows(RUN).find(|run| runs.contains(run)).map(|run| run.iter().collect::<String>());
        assert_eq!(copied, None, "{}", statute.id);
    }
}
