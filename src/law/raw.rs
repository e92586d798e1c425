//! The TOML form of the registry, as it stands in the file; [`schema`](super::schema) checks it.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::{
    check::Wrong,
    statute::{Basis, Condition, Consequence, Duty, TradeLaw, Version},
};
use crate::finding::Family;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) law: Vec<Spanned<RawLaw>>,
    pub(super) statute: Vec<Spanned<RawStatute>>,
    pub(super) duty: Vec<Spanned<RawDuty>>,
    pub(super) practice: Vec<Spanned<RawPractice>>,
    pub(super) miscitation: Vec<Spanned<RawMiscitation>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLaw {
    pub(super) key: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) short: Arc<str>,
    #[serde(default)]
    pub(super) aliases: Vec<Arc<str>>,
    pub(super) enacted: Option<Day>,
    pub(super) replaced_by: Option<Arc<str>>,
    pub(super) version: Vec<RawVersion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawVersion {
    pub(super) key: Arc<str>,
    pub(super) label: Arc<str>,
    pub(super) from: Day,
    pub(super) to: Option<Day>,
    pub(super) articles: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStatute {
    pub(super) id: Arc<str>,
    pub(super) version: Arc<str>,
    pub(super) article: Arc<str>,
    pub(super) gist: Arc<str>,
    pub(super) in_force_from: Option<Day>,
    pub(super) in_force_to: Option<Day>,
    pub(super) predecessor: Option<Arc<str>>,
    pub(super) successor: Option<Arc<str>>,
    #[serde(default)]
    pub(super) consequence: Consequence,
    pub(super) verified: Basis,
    #[serde(default)]
    pub(super) date_basis: Basis,
    pub(super) note: Option<Arc<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDuty {
    pub(super) name: Arc<str>,
    pub(super) family: Family,
    pub(super) statutes: Vec<Arc<str>>,
    pub(super) consequences: Vec<Arc<str>>,
    #[serde(default)]
    pub(super) conditional: Vec<RawCondition>,
    #[serde(default)]
    pub(super) trade: BTreeMap<Arc<str>, RawTrade>,
    pub(super) machine: Arc<str>,
    pub(super) human: Arc<str>,
    pub(super) remedy: Vec<Arc<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCondition {
    pub(super) statutes: Vec<Arc<str>>,
    pub(super) condition: Arc<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTrade {
    #[serde(default)]
    pub(super) statutes: Vec<Arc<str>>,
    #[serde(default)]
    pub(super) consequences: Vec<Arc<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPractice {
    pub(super) key: Arc<str>,
    pub(super) title: Arc<str>,
    pub(super) condition: Arc<str>,
    pub(super) statutes: Vec<Arc<str>>,
    #[serde(default)]
    pub(super) trade: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMiscitation {
    pub(super) law: Arc<str>,
    pub(super) article: Arc<str>,
    #[serde(default)]
    pub(super) says: Vec<String>,
    #[serde(default)]
    pub(super) unless: Vec<String>,
    pub(super) verdict: Wrong,
    pub(super) right: Vec<Arc<str>>,
    pub(super) note: Arc<str>,
}

/// A TOML date without time.
#[derive(Clone, Copy)]
pub(super) struct Day(pub(super) Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::value::Datetime::deserialize(deserializer)?;
        let date = value.date.filter(|_| value.time.is_none());
        date.and_then(|date| date.to_string().parse().ok())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected a date such as 2021-11-01"))
    }
}

impl RawVersion {
    pub(super) fn build(&self) -> Version {
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
    pub(super) fn build(&self) -> Duty {
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
