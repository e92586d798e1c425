//! What the registry holds: laws, their versions, articles, and duties. Plain data, checked before it gets here.

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::numeral;
use crate::finding::Family;

/// The trades that have law of their own.
pub const TRADES: [&str; 12] = [
    "finance",
    "insurance",
    "loan",
    "securities",
    "telecom",
    "courier",
    "ecommerce",
    "travel",
    "education",
    "health",
    "secondhand",
    "property",
];

/// What an article itself imposes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consequence {
    /// Only a duty.
    #[default]
    None,
    /// 民事责任
    Civil,
    /// 行政责任
    Administrative,
    /// 刑事责任
    Criminal,
}

impl Consequence {
    /// The name in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::None => "义务",
            Self::Civil => "民事责任",
            Self::Administrative => "行政责任",
            Self::Criminal => "刑事责任",
        }
    }
}

/// How far a fact was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Against the law's own text.
    #[default]
    Text,
    /// Only against what others write about it.
    Secondary,
    /// Not at all.
    Memory,
}

impl Basis {
    /// The name in print.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Text => "已对照原文",
            Self::Secondary => "仅据二手来源",
            Self::Memory => "据记忆，未核对",
        }
    }
}

/// The number of an article: 二十七, or 二百五十三 with 之一.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArticleNumber {
    /// The number proper.
    pub main: u16,
    /// 之一, 之二 of an inserted article; 0 for the article itself. The second level in a standard (5.2).
    pub sub: u16,
}

impl ArticleNumber {
    /// Reads 第二十七条, 第二百五十三条之一, or the 5.2 of a standard.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((main, sub)) = text.split_once('.') {
            return Some(Self { main: main.parse().ok()?, sub: sub.parse().ok()? });
        }
        let (main, rest) = text.strip_prefix('第')?.split_once('条')?;
        let sub = if rest.is_empty() { 0 } else { numeral::parse(rest.strip_prefix('之')?)? };
        Some(Self { main: numeral::parse(main)?, sub })
    }
}

/// The law's own form: 第二百五十三条之一.
impl fmt::Display for ArticleNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "第{}条", numeral::write(self.main))?;
        if self.sub > 0 { write!(f, "之{}", numeral::write(self.sub)) } else { Ok(()) }
    }
}

/// A law through all its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Law {
    /// Short stable key: `cpl`.
    pub key: Arc<str>,
    /// Full name.
    pub name: Arc<str>,
    /// Short name.
    pub short: Arc<str>,
    /// What else people call it.
    pub aliases: Vec<Arc<str>>,
    /// The day on which its very first version came into force, where that is not the first one recorded here.
    pub enacted: Date,
    /// The key of the law that took its place.
    pub replaced_by: Option<Arc<str>>,
    /// The versions, oldest first, never overlapping.
    pub versions: Vec<Version>,
}

impl Law {
    /// The version in force on a day.
    pub fn version_on(&self, day: Date) -> Option<&Version> {
        self.versions.iter().find(|version| version.from <= day && version.to.is_none_or(|to| day <= to))
    }

    /// The last day of the law, if it is no more.
    pub fn repealed_after(&self) -> Option<Date> {
        self.versions.last().and_then(|version| version.to)
    }
}

/// A law between two changes of its numbering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Stable key: `cpl-2013`.
    pub key: Arc<str>,
    /// How it is called: 2013修正.
    pub label: Arc<str>,
    /// First day in force.
    pub from: Date,
    /// Last day in force.
    pub to: Option<Date>,
    /// How many articles it has, inserted ones (之一) not counted; `None` where its whole text was not at hand.
    pub articles: Option<u16>,
}

/// One article in one version of one law.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statute {
    /// Stable id: law, version, article.
    pub id: Arc<str>,
    /// Full name of the law.
    pub law: Arc<str>,
    /// Short name of the law.
    pub law_short: Arc<str>,
    /// The key of the law.
    pub law_key: Arc<str>,
    /// Which version: 2013修正.
    pub version: Arc<str>,
    /// The article in the law's own form: 第二十七条.
    pub article: Arc<str>,
    /// The article as a number.
    #[serde(skip)]
    pub number: ArticleNumber,
    /// What it says, in our words.
    pub gist: Arc<str>,
    /// First day in force with this number and this content.
    pub in_force_from: Date,
    /// Last day in force.
    pub in_force_to: Option<Date>,
    /// The article whose place it took.
    pub predecessor: Option<Arc<str>>,
    /// The article that took its place.
    pub successor: Option<Arc<str>>,
    /// What it itself imposes.
    pub consequence: Consequence,
    /// How number and content were checked.
    pub verified: Basis,
    /// How the days were checked.
    pub date_basis: Basis,
    /// What a reader should know besides.
    pub note: Option<Arc<str>>,
}

impl Statute {
    /// Whether it held on that day.
    pub fn in_force_on(&self, day: Date) -> bool {
        self.in_force_from <= day && self.in_force_to.is_none_or(|to| day <= to)
    }

    /// Whether rules may cite it: only what was checked against the law's text.
    pub fn citable(&self) -> bool {
        self.verified == Basis::Text
    }
}

/// Articles that may be named only together with what must hold besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The ids.
    pub statutes: Vec<Arc<str>>,
    /// What a chat cannot show, and what the article needs.
    pub condition: Arc<str>,
}

/// What one trade adds to a duty; stands before the general law.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TradeLaw {
    /// Ids of the articles that impose the duty.
    pub statutes: Vec<Arc<str>>,
    /// Ids of the articles that hold what may follow.
    pub consequences: Vec<Arc<str>>,
}

/// What a rule names instead of articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The name in rules.
    pub name: Arc<str>,
    /// The family of its breaches.
    pub family: Family,
    /// Ids of the articles that impose it, all versions, the most to the point first.
    pub statutes: Vec<Arc<str>>,
    /// Ids of the articles that hold what may follow from a breach.
    pub consequences: Vec<Arc<str>>,
    /// Articles that need more than a chat can show.
    pub conditional: Vec<Condition>,
    /// By trade.
    pub trades: BTreeMap<Arc<str>, TradeLaw>,
    /// What part a machine can see.
    pub machine: Arc<str>,
    /// What only a person can tell.
    pub human: Arc<str>,
    /// Keys of the compensation practices that go with it.
    pub remedy: Vec<Arc<str>>,
}

impl Duty {
    /// Every id it names.
    pub fn all_ids(&self) -> impl Iterator<Item = &Arc<str>> {
        let trades = self.trades.values().flat_map(|law| law.statutes.iter().chain(&law.consequences));
        let conditional = self.conditional.iter().flat_map(|condition| &condition.statutes);
        self.statutes.iter().chain(&self.consequences).chain(conditional).chain(trades)
    }
}

/// What shops do when something went wrong, and when the law asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// Stable key, named by duties.
    pub key: Arc<str>,
    /// The name in reports.
    pub title: Arc<str>,
    /// Under which condition.
    pub condition: Arc<str>,
    /// Ids of the articles behind it, all versions, the most to the point first.
    pub statutes: Vec<Arc<str>>,
    /// By trade; stand before the general ones.
    pub trades: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}
