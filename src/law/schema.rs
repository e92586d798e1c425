//! All checks of the registry. What passes here is consistent; nothing after this looks again.

use std::{collections::HashMap, ops::Range, sync::Arc};

use toml::Spanned;

use super::{
    check::Miscitation,
    raw::{RawDuty, RawFile, RawLaw, RawMiscitation, RawPractice, RawStatute, RawVersion},
    statute::{ArticleNumber, Consequence, Duty, Law, Practice, Statute, TRADES, Version},
};

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
    pub(super) practices: Vec<Practice>,
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
    let practices = reader.practices(&raw.practice, &statutes)?;
    reader.remedies(&raw.duty, &practices)?;
    Ok(Content { laws, statutes, duties, practices, miscitations })
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
            self.trades(entry.span(), &duty.name, duty.trades.keys())?;
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
                self.citable(entry.span(), &duty.name, id, statutes)?;
            }
            duties.push(duty);
        }
        Ok(duties)
    }

    fn practices(
        &self,
        raw: &[Spanned<RawPractice>],
        statutes: &[Statute],
    ) -> Result<Vec<Practice>, LawError> {
        let mut practices: Vec<Practice> = Vec::with_capacity(raw.len());
        for entry in raw {
            let raw = entry.get_ref();
            let fail = |reason| self.error(&entry.span(), reason);
            if practices.iter().any(|known| known.key == raw.key) {
                return Err(fail(format!("practice `{}` stands twice", raw.key)));
            }
            self.trades(entry.span(), &raw.key, raw.trade.keys())?;
            for id in raw.trade.values().flatten().chain(&raw.statutes) {
                self.citable(entry.span(), &raw.key, id, statutes)?;
            }
            practices.push(Practice {
                key: raw.key.clone(),
                title: raw.title.clone(),
                condition: raw.condition.clone(),
                statutes: raw.statutes.clone(),
                trades: raw.trade.clone(),
            });
        }
        Ok(practices)
    }

    fn remedies(&self, raw: &[Spanned<RawDuty>], practices: &[Practice]) -> Result<(), LawError> {
        for entry in raw {
            let duty = entry.get_ref();
            if let Some(key) =
                duty.remedy.iter().find(|key| practices.iter().all(|practice| practice.key != **key))
            {
                let reason = format!("duty `{}` names the unknown practice `{key}`", duty.name);
                return Err(self.error(&entry.span(), reason));
            }
        }
        Ok(())
    }

    fn trades<'b>(
        &self,
        span: Range<usize>,
        owner: &str,
        mut trades: impl Iterator<Item = &'b Arc<str>>,
    ) -> Result<(), LawError> {
        let unknown = trades.find(|trade| !TRADES.contains(&&***trade));
        unknown.map_or(Ok(()), |trade| {
            let reason = format!("`{owner}`: unknown trade `{trade}`; known are {}", TRADES.join(", "));
            Err(self.error(&span, reason))
        })
    }

    fn citable(
        &self,
        span: Range<usize>,
        owner: &str,
        id: &str,
        statutes: &[Statute],
    ) -> Result<(), LawError> {
        let reason = match statutes.iter().find(|statute| &*statute.id == id) {
            None => format!("`{owner}` names the unknown statute `{id}`"),
            Some(statute) if !statute.citable() => {
                format!(
                    "`{owner}` names `{id}`, which was not checked against the law's text and may not be cited"
                )
            }
            Some(_) => return Ok(()),
        };
        Err(self.error(&span, reason))
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
                unless: raw.unless.clone(),
                wrong: raw.verdict,
                right: raw.right.clone(),
                note: raw.note.clone(),
            })
        };
        raw.iter().map(build).collect()
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
