//! Judges citations that stand in a text: does the article exist, did it hold on the day, and does it say what the text claims?
//!
//! The last question is answered from two sides. Wrong citations that go round are data (`[[miscitation]]`) and are answered
//! firmly. For all others the claim is compared with the gists by shared pairs of characters, which can only raise a doubt:
//! it is a hint where to look, never a verdict.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::civil::Date;
use serde::Serialize;

use super::{
    ArticleNumber, Law, Registry, Statute,
    reference::{Finder, Reference},
};

/// A claim this close to another article of the same law, and far from the one cited, is worth a look.
const NEAR: f64 = 0.35;
const FAR: f64 = 0.12;
/// Shorter claims say too little to compare.
const CLAIM_AT_LEAST: usize = 6;

/// How the number or the content is wrong in a citation that goes round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wrong {
    /// The matter stands in another article.
    Number,
    /// The article is the right one, but does not say that.
    Content,
}

/// A wrong citation that goes round, with its correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miscitation {
    /// The key of the law.
    pub law: Arc<str>,
    /// The article that is cited.
    pub article: ArticleNumber,
    /// What is claimed of it: one of these, all of its words; none means whatever is claimed.
    pub says: Vec<Vec<String>>,
    /// Words that fit the article; with one of them in the sentence there is only a doubt.
    pub unless: Vec<String>,
    /// What is wrong.
    pub wrong: Wrong,
    /// Ids of the articles that do say it.
    pub right: Vec<Arc<str>>,
    /// The correction in a sentence.
    pub note: Arc<str>,
}

impl Miscitation {
    fn is_claimed_in(&self, text: &str) -> bool {
        self.says.is_empty()
            || self.says.iter().any(|words| words.iter().all(|word| text.contains(word.as_str())))
    }
}

/// What is to be said of a citation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Exists, held on the day, and nothing speaks against it.
    Right,
    /// Exists and held, but its content is not recorded here.
    Exists,
    /// Exists and held, but the claim looks more like another article.
    Doubtful,
    /// The number is right, the claim is not.
    WrongContent,
    /// The matter stands in another article.
    WrongNumber,
    /// The law was no longer in force.
    Repealed,
    /// The law was not yet in force.
    NotYetInForce,
    /// The law has no such article.
    NoSuchArticle,
    /// The version of that day is not recorded here.
    Unrecorded,
    /// The law is not recorded here.
    UnknownLaw,
}

impl Verdict {
    /// For print.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Right => "未见错误",
            Self::Exists => "条号存在，内容未收录",
            Self::Doubtful => "条号存在，所述内容存疑",
            Self::WrongContent => "条号对，内容说错",
            Self::WrongNumber => "条号错",
            Self::Repealed => "已废止",
            Self::NotYetInForce => "尚未施行",
            Self::NoSuchArticle => "没有这一条",
            Self::Unrecorded => "该日的版本未收录，无法核对",
            Self::UnknownLaw => "未收录此法，无法核对",
        }
    }

    /// Whether the text should be changed.
    pub const fn is_wrong(self) -> bool {
        matches!(
            self,
            Self::WrongContent
                | Self::WrongNumber
                | Self::Repealed
                | Self::NotYetInForce
                | Self::NoSuchArticle
        )
    }
}

/// A citation and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment<'a> {
    /// What stands in the text.
    pub reference: Reference,
    /// The law, if known.
    pub law: Option<&'a Law>,
    /// What is wrong, or that nothing is; never empty.
    pub verdicts: Vec<Verdict>,
    /// The article that was cited, in the version of the day or else the last one, as far as it is recorded.
    pub statute: Option<&'a Statute>,
    /// The articles to cite instead.
    pub instead: Vec<&'a Statute>,
    /// In sentences, why.
    pub notes: Vec<String>,
}

impl Assessment<'_> {
    /// Whether the text should be changed.
    pub fn is_wrong(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.is_wrong())
    }
}

/// Checks texts against a registry.
#[derive(Debug)]
pub struct Checker<'a> {
    registry: &'a Registry,
    finder: Finder<'a>,
    /// In how many gists a pair of characters stands.
    spread: HashMap<[char; 2], usize>,
}

impl<'a> Checker<'a> {
    /// Prepares the search.
    pub fn new(registry: &'a Registry) -> Self {
        let mut spread = HashMap::new();
        for statute in registry.statutes() {
            for pair in pairs(&statute.gist) {
                *spread.entry(pair).or_insert(0) += 1;
            }
        }
        Self { registry, finder: Finder::new(registry), spread }
    }

    /// All citations in the text, judged by the law of that day.
    pub fn check(&self, text: &str, day: Date) -> Vec<Assessment<'a>> {
        self.finder.find(text).into_iter().map(|reference| self.assess(reference, day)).collect()
    }

    fn assess(&self, reference: Reference, day: Date) -> Assessment<'a> {
        let law = reference.law.as_deref().and_then(|key| self.registry.law(key));
        let mut assessment = Assessment {
            reference,
            law,
            verdicts: Vec::new(),
            statute: None,
            instead: Vec::new(),
            notes: Vec::new(),
        };
        let Some(law) = law else {
            assessment.verdicts.push(Verdict::UnknownLaw);
            return assessment;
        };
        let number = assessment.reference.article;
        assessment.statute = self.recorded(law, number, day);
        let standing = self.standing(&mut assessment, law, day);
        self.known_error(&mut assessment, law, day);
        assessment.verdicts.extend(standing);
        if assessment.verdicts.is_empty() {
            let doubtful =
                self.doubt(&mut assessment, law, day) || self.old_number(&mut assessment, law, day);
            let verdict = match assessment.statute {
                _ if doubtful => Verdict::Doubtful,
                Some(_) => Verdict::Right,
                None => Verdict::Exists,
            };
            assessment.verdicts.push(verdict);
        }
        assessment.verdicts.sort_unstable();
        if assessment.verdicts.contains(&Verdict::NoSuchArticle) {
            assessment.verdicts = vec![Verdict::NoSuchArticle];
        }
        assessment
    }

    /// The article of the day; of a law that is no more, its last one.
    fn recorded(&self, law: &Law, number: ArticleNumber, day: Date) -> Option<&'a Statute> {
        let same =
            || self.registry.statutes().iter().filter(move |s| s.law_key == law.key && s.number == number);
        same().find(|statute| statute.in_force_on(day)).or_else(|| {
            let repealed = law.repealed_after().is_some_and(|last| last < day);
            same().next_back().filter(|_| repealed)
        })
    }

    /// Whether law and article were there on the day.
    fn standing(&self, assessment: &mut Assessment<'a>, law: &Law, day: Date) -> Option<Verdict> {
        let number = assessment.reference.article.main;
        let lacks =
            |version: &super::Version| version.articles.is_some_and(|count| number == 0 || number > count);
        if let Some(version) = law.version_on(day) {
            if !lacks(version) {
                return None;
            }
            let count = version.articles.unwrap_or_default();
            assessment.notes.push(format!("《{}》（{}）共{count}条。", law.name, version.label));
            if let Some(other) = law.versions.iter().find(|other| other.articles.is_some() && !lacks(other)) {
                assessment.notes.push(format!("{}的版本有这一条，自{}起施行。", other.label, other.from));
            }
            return Some(Verdict::NoSuchArticle);
        }
        if let Some(last) = law.repealed_after().filter(|last| *last < day) {
            let heir = law.replaced_by.as_deref().and_then(|key| self.registry.law(key));
            let heir = heir.map_or_else(String::new, |heir| format!("，由《{}》取代", heir.name));
            assessment.notes.push(format!("《{}》施行到{last}为止{heir}。", law.name));
            if law.versions.last().is_some_and(lacks) {
                return Some(Verdict::NoSuchArticle);
            }
            let successor = assessment.statute.and_then(|statute| self.today(statute, day));
            assessment.instead.extend(successor);
            return Some(Verdict::Repealed);
        }
        if day < law.enacted {
            assessment.notes.push(format!("《{}》自{}起施行。", law.name, law.enacted));
            return Some(Verdict::NotYetInForce);
        }
        Some(Verdict::Unrecorded)
    }

    /// Follows the successors to the article of the day.
    fn today(&self, statute: &'a Statute, day: Date) -> Option<&'a Statute> {
        let next =
            |statute: &&'a Statute| statute.successor.as_deref().and_then(|id| self.registry.statute(id));
        std::iter::successors(Some(statute), next).find(|statute| statute.in_force_on(day))
    }

    /// The errors that go round. What the text says right here of the article is judged firmly; what merely stands in the
    /// same sentence, or comes with words that fit the article, only raises a doubt.
    fn known_error(&self, assessment: &mut Assessment<'a>, law: &Law, day: Date) {
        let Reference { article, claim, sentence, .. } = &assessment.reference;
        let errors =
            || self.registry.miscitations().iter().filter(|e| e.law == law.key && e.article == *article);
        let firm = errors().find(|error| error.is_claimed_in(claim));
        let Some(error) = firm.or_else(|| errors().find(|error| error.is_claimed_in(sentence))) else {
            return;
        };
        // 消法第四十九条 for fraud was right until 2014-03-14.
        let cited = assessment.statute.map(|statute| &statute.id);
        if error.wrong == Wrong::Number && cited.is_some_and(|id| error.right.contains(id)) {
            return;
        }
        let fits = error.unless.iter().any(|word| sentence.contains(word.as_str()));
        assessment.verdicts.push(match error.wrong {
            _ if firm.is_none() || fits => Verdict::Doubtful,
            Wrong::Number => Verdict::WrongNumber,
            Wrong::Content => Verdict::WrongContent,
        });
        assessment.notes.push(error.note.to_string());
        let right = error.right.iter().filter_map(|id| self.registry.statute(id));
        let mut instead: Vec<&Statute> = right.clone().filter(|statute| statute.in_force_on(day)).collect();
        if instead.is_empty() {
            instead = right.collect();
        }
        assessment.instead = instead;
    }

    /// 治安管理处罚法第四十二条 of 2026 is most likely the number of the version before: where nothing is on record for the number
    /// of today, or the claim is more like the article that bore it before.
    fn old_number(&self, assessment: &mut Assessment<'a>, law: &Law, day: Date) -> bool {
        let number = assessment.reference.article;
        let claim = pairs(&assessment.reference.claim);
        let mut same = self.registry.statutes().iter().filter(|s| s.law_key == law.key && s.number == number);
        let moved = same.find_map(|old| {
            let today = self.today(old, day).filter(|today| today.number != number)?;
            let likeness = self.likeness(&claim, &old.gist);
            let likely = assessment
                .statute
                .is_none_or(|cited| likeness > FAR && likeness > self.likeness(&claim, &cited.gist));
            likely.then_some((old, today))
        });
        let Some((old, today)) = moved else { return false };
        assessment.notes.push(format!(
            "{}在{}的版本里是：{}这一条现为{}，请核对所指的版本。",
            old.article, old.version, old.gist, today.article
        ));
        assessment.instead.push(today);
        true
    }

    /// Whether the claim is far from the article cited and near to another one of the same law, of whatever version.
    fn doubt(&self, assessment: &mut Assessment<'a>, law: &Law, day: Date) -> bool {
        let claim = pairs(&assessment.reference.claim);
        if claim.len() < CLAIM_AT_LEAST {
            return false;
        }
        if assessment.statute.is_some_and(|statute| self.likeness(&claim, &statute.gist) > FAR) {
            return false;
        }
        let scored = self
            .registry
            .statutes()
            .iter()
            .filter(|statute| statute.law_key == law.key)
            .map(|statute| (self.likeness(&claim, &statute.gist), statute));
        let Some((_, near)) =
            scored.filter(|(score, _)| *score >= NEAR).max_by(|one, other| one.0.total_cmp(&other.0))
        else {
            return false;
        };
        let Some(today) = self.today(near, day).filter(|today| today.number != assessment.reference.article)
        else {
            return false;
        };
        let old = if near.id == today.id {
            String::new()
        } else {
            format!("（在{}的版本里是{}）", near.version, near.article)
        };
        assessment.notes.push(format!("所述内容更像《{}》{}{old}，请核对。", today.law, today.article));
        assessment.instead.push(today);
        true
    }

    /// Shared pairs of characters, rare ones counting more, between 0 and 1.
    fn likeness(&self, claim: &HashSet<[char; 2]>, gist: &str) -> f64 {
        let total = self.registry.statutes().len() as f64;
        let weight = |pair: &[char; 2]| {
            let spread = self.spread.get(pair).copied().unwrap_or(0) as f64;
            (1.0 + total / (1.0 + spread)).ln()
        };
        // Summed in the order of the pairs: floating sums in hash order would differ from run to run.
        let sum = |mut set: Vec<&[char; 2]>| -> f64 {
            set.sort_unstable();
            set.into_iter().map(weight).sum()
        };
        let gist = pairs(gist);
        let norm = (sum(claim.iter().collect()) * sum(gist.iter().collect())).sqrt();
        if norm > 0.0 { sum(claim.intersection(&gist).collect()) / norm } else { 0.0 }
    }
}

fn pairs(text: &str) -> HashSet<[char; 2]> {
    let chars: Vec<char> = text.chars().collect();
    chars
        .windows(2)
        .filter(|pair| pair.iter().all(|c| c.is_alphanumeric()))
        .map(|pair| [pair[0], pair[1]])
        .collect()
}
