//! The TOML form of the registry and all its checks. What passes here is consistent; nothing after this looks again.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::check::{Miscitation, Wrong};
use super::statute::{
    ArticleNumber, Basis, Condition, Consequence, Duty, Law, Statute, TRADES, TradeLaw, Version,
};
use crate::finding::Family;

/// What is wrong with a file of statutes, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct LawError {
    /// The file.
    pub file: Arc<str>,
    /// 1-based.
    pub line: usize,
    /// What is wrong and what to do.
    pub reason: String,
}

/// All that a file holds.
pub(super) struct Content {
    pub(super) laws: Vec<Law>,
    pub(super) statutes: Vec<Statute>,
    pub(super) duties: Vec<Duty>,
    pub(super) miscitations: Vec<Miscitation>,
}

/// Reads and checks.
pub(super) fn read(file: &str, text: &str) -> Result<Content, LawError> {
    let reader = Reader { file, text };
    let raw: RawFile = toml::from_str(text)
        .map_err(|error| reader.error(&error.span().unwrap_or_default(), error.message().to_owned()))?;
    let laws = reader.laws(&raw.law)?;
    let statutes = reader.statutes(&raw.statute, &laws)?;
    let duties = reader.duties(&raw.duty, &statutes)?;
    let miscitations = reader.miscitations(&raw.miscitation, &laws, &statutes)?;
    Ok(Content { laws, statutes, duties, miscitations })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    law: Vec<Spanned<RawLaw>>,
    statute: Vec<Spanned<RawStatute>>,
    duty: Vec<Spanned<RawDuty>>,
    miscitation: Vec<Spanned<RawMiscitation>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLaw {
    key: Arc<str>,
    name: Arc<str>,
    short: Arc<str>,
    #[serde(default)]
    aliases: Vec<Arc<str>>,
    enacted: Option<Day>,
    replaced_by: Option<Arc<str>>,
    version: Vec<RawVersion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVersion {
    key: Arc<str>,
    label: Arc<str>,
    from: Day,
    to: Option<Day>,
    articles: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStatute {
    id: Arc<str>,
    version: Arc<str>,
    article: Arc<str>,
    gist: Arc<str>,
    in_force_from: Option<Day>,
    in_force_to: Option<Day>,
    predecessor: Option<Arc<str>>,
    successor: Option<Arc<str>>,
    #[serde(default)]
    consequence: Consequence,
    verified: Basis,
    #[serde(default)]
    date_basis: Basis,
    note: Option<Arc<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDuty {
    name: Arc<str>,
    family: Family,
    statutes: Vec<Arc<str>>,
    consequences: Vec<Arc<str>>,
    #[serde(default)]
    conditional: Vec<RawCondition>,
    #[serde(default)]
    trade: BTreeMap<Arc<str>, RawTrade>,
    machine: Arc<str>,
    human: Arc<str>,
    remedy: Vec<Arc<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    statutes: Vec<Arc<str>>,
    condition: Arc<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTrade {
    #[serde(default)]
    statutes: Vec<Arc<str>>,
    #[serde(default)]
    consequences: Vec<Arc<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMiscitation {
    law: Arc<str>,
    article: Arc<str>,
    #[serde(default)]
    says: Vec<String>,
    verdict: Wrong,
    right: Vec<Arc<str>>,
    note: Arc<str>,
}

/// A TOML date without time.
#[derive(Clone, Copy)]
struct Day(Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::value::Datetime::deserialize(deserializer)?;
        let date = value.date.filter(|_| value.time.is_none());
        date.and_then(|date| date.to_string().parse().ok())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected a date such as 2021-11-01"))
    }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn error(&self, span: &Range<usize>, reason: String) -> LawError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count();
        LawError { file: self.file.into(), line: line + 1, reason }
    }

    fn laws(&self, raw: &[Spanned<RawLaw>]) -> Result<Vec<Law>, LawError> {
        let mut laws: Vec<Law> = Vec::with_capacity(raw.len());
        for entry in raw {
            let law = entry.get_ref();
            let fail = |reason| self.error(&entry.span(), reason);
            if laws.iter().any(|known| known.key == law.key) {
                return Err(fail(format!("law key `{}` is used twice", law.key)));
            }
            let versions: Vec<Version> = law.version.iter().map(RawVersion::build).collect();
            for version in &versions {
                let known = laws.iter().flat_map(|known| &known.versions).chain(&versions);
                if known.filter(|other| other.key == version.key).count() > 1 {
                    return Err(fail(format!("version key `{}` is used twice", version.key)));
                }
                if version.to.is_some_and(|to| to < version.from) {
                    return Err(fail(format!("version `{}` ends before it begins", version.key)));
                }
            }
            for pair in versions.windows(2) {
                if pair[0].to.is_none_or(|to| to >= pair[1].from) {
                    return Err(fail(format!(
                        "versions `{}` and `{}` overlap; end the older one the day before, oldest first",
                        pair[0].key, pair[1].key
                    )));
                }
            }
            let Some(first) = versions.first() else {
                return Err(fail(format!("law `{}` has no version", law.key)));
            };
            laws.push(Law {
                key: law.key.clone(),
                name: law.name.clone(),
                short: law.short.clone(),
                aliases: law.aliases.clone(),
                enacted: law.enacted.map_or(first.from, |day| day.0),
                replaced_by: law.replaced_by.clone(),
                versions,
            });
        }
        for (entry, law) in raw.iter().zip(&laws) {
            if let Some(key) =
                law.replaced_by.as_ref().filter(|key| laws.iter().all(|other| other.key != **key))
            {
                return Err(self.error(&entry.span(), format!("replaced_by names the unknown law `{key}`")));
            }
        }
        Ok(laws)
    }

    fn statutes(&self, raw: &[Spanned<RawStatute>], laws: &[Law]) -> Result<Vec<Statute>, LawError> {
        let mut statutes: Vec<Statute> = Vec::with_capacity(raw.len());
        let mut seen: HashMap<Arc<str>, usize> = HashMap::new();
        for (index, entry) in raw.iter().enumerate() {
            let statute = self.statute(entry, laws)?;
            let fail = |reason| self.error(&entry.span(), reason);
            if seen.insert(statute.id.clone(), index).is_some() {
                return Err(fail(format!("statute id `{}` is used twice", statute.id)));
            }
            let same = |other: &&Statute| other.law_key == statute.law_key && other.number == statute.number;
            if let Some(other) = statutes.iter().filter(same).find(|other| overlap(other, &statute)) {
                return Err(fail(format!(
                    "`{}` and `{}` are the same article of the same law on the same days; end one before the other",
                    other.id, statute.id
                )));
            }
            statutes.push(statute);
        }
        for (entry, statute) in raw.iter().zip(&statutes) {
            let fail = |reason| self.error(&entry.span(), reason);
            let find = |id: &Arc<str>| {
                seen.get(id)
                    .map(|at| &statutes[*at])
                    .ok_or_else(|| fail(format!("`{}` names the unknown statute `{id}`", statute.id)))
            };
            if let Some(id) = &statute.successor {
                meet(statute, find(id)?).map_err(fail)?;
            }
            if let Some(id) = &statute.predecessor {
                let older = find(id)?;
                meet(older, statute).map_err(fail)?;
                if older.successor.as_ref() != Some(&statute.id) {
                    return Err(fail(format!(
                        "`{}` calls `{id}` its predecessor, which names another successor",
                        statute.id
                    )));
                }
            }
        }
        Ok(statutes)
    }

    fn statute(&self, entry: &Spanned<RawStatute>, laws: &[Law]) -> Result<Statute, LawError> {
        let raw = entry.get_ref();
        let fail = |reason| self.error(&entry.span(), reason);
        let (law, version) = laws
            .iter()
            .find_map(|law| {
                law.versions.iter().find(|version| version.key == raw.version).map(|version| (law, version))
            })
            .ok_or_else(|| fail(format!("`{}` names the unknown version `{}`", raw.id, raw.version)))?;
        let number = ArticleNumber::parse(&raw.article).ok_or_else(|| {
            fail(format!("`{}`: cannot read the article `{}`; write it as 第二十七条", raw.id, raw.article))
        })?;
        if let Some(count) = version.articles.filter(|count| number.main == 0 || number.main > *count) {
            return Err(fail(format!("`{}`: {} has only {count} articles", raw.id, version.key)));
        }
        let from = raw.in_force_from.map_or(version.from, |day| day.0);
        let to = raw.in_force_to.map(|day| day.0).or(version.to);
        if to.is_some_and(|to| to < from) {
            return Err(fail(format!("`{}` ends (in_force_to) before it begins (in_force_from)", raw.id)));
        }
        if from < version.from || version.to.is_some_and(|end| to.is_none_or(|to| to > end)) {
            return Err(fail(format!(
                "`{}` is in force outside the days of its version `{}`",
                raw.id, version.key
            )));
        }
        Ok(Statute {
            id: raw.id.clone(),
            law: law.name.clone(),
            law_short: law.short.clone(),
            law_key: law.key.clone(),
            version: version.label.clone(),
            article: raw.article.clone(),
            number,
            gist: raw.gist.clone(),
            in_force_from: from,
            in_force_to: to,
            predecessor: raw.predecessor.clone(),
            successor: raw.successor.clone(),
            consequence: raw.consequence,
            verified: raw.verified,
            date_basis: raw.date_basis,
            note: raw.note.clone(),
        })
    }

    fn duties(&self, raw: &[Spanned<RawDuty>], statutes: &[Statute]) -> Result<Vec<Duty>, LawError> {
        let mut duties: Vec<Duty> = Vec::with_capacity(raw.len());
        for entry in raw {
            let duty = entry.get_ref().build();
            let fail = |reason| self.error(&entry.span(), reason);
            if duties.iter().any(|known| known.name == duty.name) {
                return Err(fail(format!("duty `{}` stands twice", duty.name)));
            }
            if let Some(trade) = duty.trades.keys().find(|trade| !TRADES.contains(&&***trade)) {
                return Err(fail(format!(
                    "duty `{}`: unknown trade `{trade}`; known are {}",
                    duty.name,
                    TRADES.join(", ")
                )));
            }
            let consequences =
                duty.trades.values().flat_map(|law| &law.consequences).chain(&duty.consequences);
            for id in consequences {
                if statutes
                    .iter()
                    .any(|statute| statute.id == *id && statute.consequence == Consequence::None)
                {
                    return Err(fail(format!(
                        "duty `{}`: `{id}` is no consequence, it only states a duty",
                        duty.name
                    )));
                }
            }
            for id in duty.all_ids() {
                let Some(statute) = statutes.iter().find(|statute| statute.id == *id) else {
                    return Err(fail(format!("duty `{}` names the unknown statute `{id}`", duty.name)));
                };
                if !statute.citable() {
                    return Err(fail(format!(
                        "duty `{}` names `{id}`, which was not checked against the law's text and may not be cited",
                        duty.name
                    )));
                }
            }
            duties.push(duty);
        }
        Ok(duties)
    }

    fn miscitations(
        &self,
        raw: &[Spanned<RawMiscitation>],
        laws: &[Law],
        statutes: &[Statute],
    ) -> Result<Vec<Miscitation>, LawError> {
        let build = |entry: &Spanned<RawMiscitation>| {
            let raw = entry.get_ref();
            let fail = |reason| self.error(&entry.span(), reason);
            if laws.iter().all(|law| law.key != raw.law) {
                return Err(fail(format!("miscitation names the unknown law `{}`", raw.law)));
            }
            let article = ArticleNumber::parse(&raw.article).ok_or_else(|| {
                fail(format!("cannot read the article `{}`; write it as 第二十七条", raw.article))
            })?;
            if let Some(id) = raw.right.iter().find(|id| statutes.iter().all(|statute| statute.id != **id)) {
                return Err(fail(format!("miscitation names the unknown statute `{id}`")));
            }
            let words = |line: &String| line.split_whitespace().map(str::to_owned).collect();
            Ok(Miscitation {
                law: raw.law.clone(),
                article,
                says: raw.says.iter().map(words).collect(),
                wrong: raw.verdict,
                right: raw.right.clone(),
                note: raw.note.clone(),
            })
        };
        raw.iter().map(build).collect()
    }
}

impl RawVersion {
    fn build(&self) -> Version {
        Version {
            key: self.key.clone(),
            label: self.label.clone(),
            from: self.from.0,
            to: self.to.map(|day| day.0),
            articles: self.articles,
        }
    }
}

impl RawDuty {
    fn build(&self) -> Duty {
        let trade = |raw: &RawTrade| TradeLaw {
            statutes: raw.statutes.clone(),
            consequences: raw.consequences.clone(),
        };
        let condition = |raw: &RawCondition| Condition {
            statutes: raw.statutes.clone(),
            condition: raw.condition.clone(),
        };
        Duty {
            name: self.name.clone(),
            family: self.family,
            statutes: self.statutes.clone(),
            consequences: self.consequences.clone(),
            conditional: self.conditional.iter().map(condition).collect(),
            trades: self.trade.iter().map(|(name, raw)| (name.clone(), trade(raw))).collect(),
            machine: self.machine.clone(),
            human: self.human.clone(),
            remedy: self.remedy.clone(),
        }
    }
}

fn overlap(one: &Statute, other: &Statute) -> bool {
    one.in_force_to.is_none_or(|to| other.in_force_from <= to)
        && other.in_force_to.is_none_or(|to| one.in_force_from <= to)
}

/// The older one must end on the day before the newer one begins.
fn meet(older: &Statute, newer: &Statute) -> Result<(), String> {
    let next = older.in_force_to.and_then(|to| to.tomorrow().ok());
    if next == Some(newer.in_force_from) {
        return Ok(());
    }
    let ends = older.in_force_to.map_or_else(|| "does not end".to_owned(), |to| format!("ends on {to}"));
    Err(format!(
        "`{}` {ends}, but its successor `{}` begins on {}; they must meet",
        older.id, newer.id, newer.in_force_from
    ))
}
