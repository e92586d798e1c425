//! What the recognisers know of the country, read once from `lexicons/personal.toml`.
//!
//! It holds facts and cue words only; how they are weighed is the recognisers' business.

use std::{collections::HashSet, sync::LazyLock};

use serde::Deserialize;

use super::cues::{Cue, CueWords};

/// The file, checked by the test below: nothing here can fail at run time.
static DATA: LazyLock<Data> = LazyLock::new(|| {
    let raw: Raw = toml::from_str(include_str!("../../lexicons/personal.toml"))
        .expect("the embedded lexicon parses: a test reads it");
    Data::new(raw)
});

/// The tables, ready for look-up.
pub(super) struct Data {
    pub(super) mobile_prefixes: HashSet<[u8; 3]>,
    pub(super) mobile_public: HashSet<Vec<u8>>,
    pub(super) id_provinces: HashSet<[u8; 2]>,
    pub(super) union_pay: Vec<Vec<u8>>,
    pub(super) network: Vec<Vec<u8>>,
    pub(super) plate_provinces: HashSet<char>,
    pub(super) plate_everyday: HashSet<char>,
    pub(super) email: Email,
    pub(super) address: Address,
    pub(super) name: Name,
    pub(super) cues: CueWords,
}

/// The tables.
pub(super) fn data() -> &'static Data {
    &DATA
}

impl Data {
    fn new(raw: Raw) -> Self {
        let c = raw.cues;
        let cues = CueWords::new(&[
            (Cue::Other, &c.other),
            (Cue::Tax, &c.tax),
            (Cue::Mobile, &c.mobile),
            (Cue::Landline, &c.landline),
            (Cue::Home, &c.home),
            (Cue::Business, &c.business),
            (Cue::IdCard, &c.id_card),
            (Cue::BankCard, &c.bank_card),
            (Cue::Passport, &c.passport),
            (Cue::Permit, &c.permit),
            (Cue::Plate, &c.plate),
            (Cue::Email, &c.email),
            (Cue::Ip, &c.ip),
        ]);
        let labels = [raw.name.labels.clone(), raw.name.titles.clone()].concat();
        let endings = labels.iter().filter_map(|word| {
            let mut back = word.chars().rev();
            let last = back.next()?;
            Some((back.next()?, last))
        });
        Self {
            mobile_prefixes: raw.mobile.prefixes.iter().map(|p| values(p)).collect(),
            mobile_public: raw.mobile.public.iter().map(|p| digits(p)).collect(),
            id_provinces: raw.id_card.provinces.iter().map(|p| values(p)).collect(),
            union_pay: raw.bank_card.union_pay.iter().map(|p| digits(p)).collect(),
            network: raw.bank_card.network.iter().map(|p| digits(p)).collect(),
            plate_provinces: raw.plate.provinces.chars().collect(),
            plate_everyday: raw.plate.everyday.chars().collect(),
            email: raw.email,
            address: raw.address,
            name: Name { endings: endings.collect(), ..raw.name },
            cues,
        }
    }
}

fn digits(text: &str) -> Vec<u8> {
    text.bytes().map(|b| b - b'0').collect()
}

fn values<const N: usize>(text: &str) -> [u8; N] {
    digits(text).try_into().expect("prefixes of one table are of one length: a test reads it")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    mobile: Mobile,
    id_card: IdCard,
    bank_card: BankCard,
    plate: Plate,
    email: Email,
    address: Address,
    name: Name,
    cues: Cues,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mobile {
    prefixes: Vec<String>,
    public: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdCard {
    provinces: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BankCard {
    union_pay: Vec<String>,
    network: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plate {
    provinces: String,
    everyday: String,
}

/// What tells private mailboxes from others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Email {
    pub(super) roles: HashSet<String>,
    pub(super) providers: Vec<String>,
    pub(super) files: HashSet<String>,
}

/// Where addresses begin, and whose they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    pub(super) provinces: Vec<String>,
    pub(super) lead: Vec<String>,
    pub(super) business: Vec<String>,
    pub(super) venues: Vec<String>,
    pub(super) home: Vec<String>,
}

/// What names look like and stand beside.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Name {
    pub(super) surnames: String,
    pub(super) double: Vec<String>,
    pub(super) words: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) titles: Vec<String>,
    /// The last two characters of every label and title: by them a text is known to hold one.
    #[serde(skip)]
    pub(super) endings: HashSet<(char, char)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cues {
    other: Vec<String>,
    tax: Vec<String>,
    mobile: Vec<String>,
    landline: Vec<String>,
    home: Vec<String>,
    business: Vec<String>,
    id_card: Vec<String>,
    bank_card: Vec<String>,
    passport: Vec<String>,
    permit: Vec<String>,
    plate: Vec<String>,
    email: Vec<String>,
    ip: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_lexicon_loads() {
        let data = data();
        assert!(data.mobile_prefixes.contains(&[1, 9, 2]));
        assert!(!data.mobile_prefixes.contains(&[1, 5, 4]));
        assert_eq!(data.plate_provinces.len(), 31);
    }
}
