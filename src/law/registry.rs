//! Looking things up: the article of a day, the articles of a duty.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use jiff::civil::Date;

use super::{
    check::Miscitation,
    schema::{self, LawError},
    statute::{Duty, Law, Practice, Statute, TradeLaw},
};
use crate::finding::Citation;

/// A finding names at most so many articles; more are not read.
const AT_MOST: usize = 6;
const DUTY_AT_MOST: usize = 3;
const CONSEQUENCE_AT_MOST: usize = 2;

/// All laws, articles and duties; immutable once loaded.
#[derive(Debug)]
pub struct Registry {
    laws: Vec<Law>,
    statutes: Vec<Statute>,
    duties: Vec<Duty>,
    practices: Vec<Practice>,
    miscitations: Vec<Miscitation>,
    by_id: HashMap<Arc<str>, usize>,
    by_duty: HashMap<Arc<str>, usize>,
}

impl Registry {
    /// Reads a file of statutes; `file` is only for the error.
    pub fn parse(file: &str, text: &str) -> Result<Self, LawError> {
        let content = schema::read(file, text)?;
        let by_id =
            content.statutes.iter().enumerate().map(|(at, statute)| (statute.id.clone(), at)).collect();
        let by_duty = content.duties.iter().enumerate().map(|(at, duty)| (duty.name.clone(), at)).collect();
        Ok(Self {
            laws: content.laws,
            statutes: content.statutes,
            duties: content.duties,
            practices: content.practices,
            miscitations: content.miscitations,
            by_id,
            by_duty,
        })
    }

    /// The registry that the binary carries.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Registry> = LazyLock::new(|| {
            Registry::parse("lexicons/statutes.toml", include_str!("../../lexicons/statutes.toml"))
                .expect("a test holds that the embedded statutes load")
        });
        &EMBEDDED
    }

    /// All laws, in file order.
    pub fn laws(&self) -> &[Law] {
        &self.laws
    }

    /// All articles, in file order.
    pub fn statutes(&self) -> &[Statute] {
        &self.statutes
    }

    /// All duties, in file order.
    pub fn duties(&self) -> &[Duty] {
        &self.duties
    }

    /// The compensation practices, in file order.
    pub fn practices(&self) -> &[Practice] {
        &self.practices
    }

    /// The wrong citations that go round.
    pub fn miscitations(&self) -> &[Miscitation] {
        &self.miscitations
    }

    /// A law by key.
    pub fn law(&self, key: &str) -> Option<&Law> {
        self.laws.iter().find(|law| &*law.key == key)
    }

    /// An article by id.
    pub fn statute(&self, id: &str) -> Option<&Statute> {
        self.by_id.get(id).map(|at| &self.statutes[*at])
    }

    /// A duty by name.
    pub fn duty(&self, name: &str) -> Option<&Duty> {
        self.by_duty.get(name).map(|at| &self.duties[*at])
    }

    /// Whether rules may name this duty.
    pub fn duty_exists(&self, name: &str) -> bool {
        self.by_duty.contains_key(name)
    }

    /// The articles in force on a day.
    pub fn on(&self, day: Date) -> impl Iterator<Item = &Statute> {
        self.statutes.iter().filter(move |statute| statute.in_force_on(day))
    }

    /// The articles whose id, law, number or gist holds the text.
    pub fn find(&self, text: &str) -> impl Iterator<Item = &Statute> {
        self.statutes.iter().filter(move |statute| {
            [&statute.id, &statute.law, &statute.law_short, &statute.article, &statute.gist]
                .iter()
                .any(|field| field.contains(text))
        })
    }

    /// What a finding cites: the articles that imposed the duties on that day, then those that hold what may follow, then
    /// those that need more than a chat can show, with that condition in the gist. Unknown duties cite nothing: the lexicon's
    /// check refuses them before.
    pub fn cite(&self, duties: &[&str], day: Date, trade: Option<&str>) -> Vec<Citation> {
        let duties: Vec<&Duty> = duties.iter().filter_map(|name| self.duty(name)).collect();
        let mut chosen = Chosen { day, registry: self, citations: Vec::new() };
        chosen
            .take(DUTY_AT_MOST, &duties, |duty| with_trade(duty, trade, |law| &law.statutes, &duty.statutes));
        chosen.take(CONSEQUENCE_AT_MOST, &duties, |duty| {
            with_trade(duty, trade, |law| &law.consequences, &duty.consequences)
        });
        let room = AT_MOST.saturating_sub(chosen.citations.len());
        chosen.take(room.min(CONSEQUENCE_AT_MOST), &duties, |duty| {
            let each = |condition: &'_ super::Condition| -> Vec<(Arc<str>, Option<Arc<str>>)> {
                condition.statutes.iter().map(|id| (id.clone(), Some(condition.condition.clone()))).collect()
            };
            duty.conditional.iter().flat_map(each).collect()
        });
        chosen.citations
    }
}

type Candidates = Vec<(Arc<str>, Option<Arc<str>>)>;

fn with_trade(
    duty: &Duty,
    trade: Option<&str>,
    pick: impl Fn(&TradeLaw) -> &Vec<Arc<str>>,
    general: &[Arc<str>],
) -> Candidates {
    let own =
        trade.and_then(|trade| duty.trades.get(trade)).map(|law| pick(law).as_slice()).unwrap_or_default();
    own.iter().chain(general).map(|id| (id.clone(), None)).collect()
}

/// What was chosen so far for one finding.
struct Chosen<'a> {
    day: Date,
    registry: &'a Registry,
    citations: Vec<Citation>,
}

impl Chosen<'_> {
    /// Takes up to `limit` from the duties' lists, the first of each duty before the second of any.
    fn take(&mut self, limit: usize, duties: &[&Duty], list: impl Fn(&Duty) -> Candidates) {
        let lists: Vec<Candidates> = duties.iter().map(|duty| self.in_force(list(duty))).collect();
        let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
        let mut taken = 0;
        for (id, condition) in
            (0..longest).flat_map(|rank| lists.iter().filter_map(move |list| list.get(rank)))
        {
            if taken == limit {
                return;
            }
            if self.citations.iter().any(|citation| citation.id == *id) {
                continue;
            }
            let statute = self.registry.statute(id).expect("loading checked that duties name known statutes");
            self.citations.push(cite(statute, condition.as_deref()));
            taken += 1;
        }
    }

    fn in_force(&self, candidates: Candidates) -> Candidates {
        let holds = |id: &str| self.registry.statute(id).is_some_and(|statute| statute.in_force_on(self.day));
        candidates.into_iter().filter(|(id, _)| holds(id)).collect()
    }
}

pub(super) fn cite(statute: &Statute, condition: Option<&str>) -> Citation {
    let gist = condition.map_or_else(
        || statute.gist.clone(),
        |condition| format!("{}（前提：{condition}）", statute.gist).into(),
    );
    Citation {
        id: statute.id.clone(),
        law: statute.law.clone(),
        article: statute.article.clone(),
        gist,
        consequence: statute.consequence,
    }
}
