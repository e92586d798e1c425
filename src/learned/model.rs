//! A trained model: one weight a bucket and head in eight bits, and the file in which it lies.
//!
//! Sums are of integers, so the order in which grams come does not matter; roots are exact and exponentials come from a portable
//! library, so a score is the same to the bit everywhere.

use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    calibration::{Platt, Point, Tenth},
    features::{self, BUCKETS},
};
use crate::hash::sha256;

/// Heads that are read at once; a row of weights is one machine word.
pub(super) const LANES: usize = 8;

/// Buckets of the kinds' weights: there are few messages to learn kinds from, so few buckets are needed.
pub(super) const KIND_BUCKETS: usize = 1 << KIND_BITS;
const KIND_BITS: u32 = 14;

const MAGIC: &[u8] = b"kefulint model 1\n";

static EMBEDDED: LazyLock<Arc<Model>> = LazyLock::new(|| {
    let bytes = include_bytes!("../../lexicons/model.kfl");
    Arc::new(Model::read(bytes).expect("the embedded model is tested"))
});

/// Why a model file cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ModelError {
    /// Something else, or a future version.
    #[error(
        "this is no kefulint model of a version that this kefulint reads; make one with `kefulint train`"
    )]
    NoModel,
    /// Other features.
    #[error(
        "the model was trained with features of version {found}, this kefulint has version {}; train it again",
        features::VERSION
    )]
    Features {
        /// Its version.
        found: u32,
    },
    /// Cut off or changed.
    #[error("the model file is damaged: {0}")]
    Damaged(String),
}

/// One vector of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Scale {
    /// What a weight of 1 stands for.
    pub(super) unit: f64,
    /// Added to every margin.
    pub(super) bias: f64,
}

/// How a head did on messages by authors from whom it had not learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Messages.
    pub messages: usize,
    /// Of these labelled.
    pub labelled: usize,
    /// Conversations left out by author: the best F1.
    pub best: Point,
    /// The same with conversations left out at random, where the authors are known to the model.
    pub best_by_conversation: Point,
    /// The lowest threshold for the wanted precision, if there is one.
    pub wanted: Option<Point>,
    /// The calibration.
    pub reliability: Vec<Tenth>,
}

/// What tells one family of breach (or the customer's abuse) from everything else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// `abuse`, `evasion`, …, `abuse.customer`.
    pub name: String,
    pub(super) scale: Scale,
    pub(super) platt: Platt,
    /// Its kinds, of which the likeliest is named.
    pub kinds: Vec<Kind>,
    /// How it did.
    pub figures: Figures,
}

impl Head {
    /// From which probability on it agrees with a rule: where its own findings have the wanted precision, and else where they are best.
    pub fn agrees_from(&self) -> f64 {
        self.figures.wanted.unwrap_or(self.figures.best).at_least
    }
}

/// A kind of a family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// `sarcasm`.
    pub name: String,
    /// Labels from which it was learned.
    pub labelled: usize,
    pub(super) scale: Scale,
}

/// What the file says before its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`features::VERSION`]
    pub(super) features: u32,
    /// The day given when it was trained.
    pub date: Date,
    /// SHA-256 of the chats and labels.
    pub data: String,
    /// Conversations learned from.
    pub conversations: usize,
    /// Precision asked for.
    pub wanted_precision: f64,
    /// The heads.
    pub heads: Vec<Head>,
    /// SHA-256 of the weights.
    pub(super) weights: String,
}

/// Which models a linter asks. Of several the one that is surest speaks.
#[derive(Clone, Debug, Default)]
pub enum Source {
    /// The one in the binary.
    #[default]
    Embedded,
    /// These.
    Given(Vec<Arc<Model>>),
    /// None: conditions that ask a model never hold.
    Off,
}

impl Source {
    /// The models.
    pub fn models(&self) -> Vec<Arc<Model>> {
        match self {
            Self::Embedded => vec![Model::embedded()],
            Self::Given(models) => models.clone(),
            Self::Off => Vec::new(),
        }
    }
}

/// What a rule asks of a model: a family, or one of its kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The head by number.
    pub head: usize,
    pub(super) kind: Option<usize>,
}

/// A trained model, immutable, shared by threads.
#[derive(Debug, PartialEq)]
pub struct Model {
    pub(super) header: Header,
    /// By bucket, then head.
    pub(super) rows: Vec<[i8; LANES]>,
    /// By head, then kind, then bucket.
    pub(super) kinds: Vec<Vec<Vec<i8>>>,
}

impl Model {
    /// The model in the binary.
    ///
    /// # Panics
    /// Never in a build whose tests passed: they read it.
    pub fn embedded() -> Arc<Self> {
        EMBEDDED.clone()
    }

    /// What the file says before its weights.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The head or kind of that name: `abuse`, `abuse.sarcasm`.
    pub fn choice(&self, name: &str) -> Option<Choice> {
        self.choices().into_iter().find(|(known, _)| known == name).map(|(_, choice)| choice)
    }

    /// All names that [`Self::choice`] knows.
    pub fn names(&self) -> Vec<String> {
        self.choices().into_iter().map(|(name, _)| name).collect()
    }

    fn choices(&self) -> Vec<(String, Choice)> {
        let mut choices = Vec::new();
        for (head, of) in self.header.heads.iter().enumerate() {
            choices.push((of.name.clone(), Choice { head, kind: None }));
            for (kind, named) in of.kinds.iter().enumerate() {
                choices.push((format!("{}.{}", of.name, named.name), Choice { head, kind: Some(kind) }));
            }
        }
        choices
    }

    /// The weight of a kind in the bucket into which a head's bucket falls.
    pub(super) fn kind_weight(&self, head: usize, kind: usize, bucket: usize) -> i8 {
        self.kinds[head][kind][kind_bucket(bucket)]
    }

    /// Reads a file.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::NoModel)?;
        let damaged = |reason: &str| ModelError::Damaged(reason.to_owned());
        let end = rest.iter().position(|&byte| byte == b'\n').ok_or_else(|| damaged("it has no weights"))?;
        let header: Header =
            serde_json::from_slice(&rest[..end]).map_err(|error| ModelError::Damaged(error.to_string()))?;
        if header.features != features::VERSION {
            return Err(ModelError::Features { found: header.features });
        }
        let weights = &rest[end + 1..];
        let heads = header.heads.len();
        let kinds: usize = header.heads.iter().map(|head| head.kinds.len()).sum();
        if heads > LANES || weights.len() != heads * BUCKETS + kinds * KIND_BUCKETS {
            return Err(damaged("its weights are too many or too few"));
        }
        if sha256(weights) != header.weights {
            return Err(damaged("its weights have changed"));
        }
        let mut vectors = weights.iter().map(|&byte| byte.cast_signed());
        let mut rows = vec![[0; LANES]; BUCKETS];
        for lane in 0..heads {
            for (row, weight) in rows.iter_mut().zip(vectors.by_ref()) {
                row[lane] = weight;
            }
        }
        let mut kind = || vectors.by_ref().take(KIND_BUCKETS).collect();
        let kinds = header.heads.iter().map(|head| head.kinds.iter().map(|_| kind()).collect()).collect();
        Ok(Self { header, rows, kinds })
    }

    /// Writes a file: a line of text, a line of JSON, the weights.
    pub fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(serde_json::to_vec(&self.header).expect("a header is plain data"));
        out.push(b'\n');
        out.extend(self.weights());
        out
    }

    /// SHA-256 of the file that [`Self::write`] gives.
    pub fn sha256(&self) -> String {
        sha256(&self.write())
    }

    /// Puts the digest of the weights into the header.
    pub(super) fn seal(mut self) -> Self {
        self.header.weights = sha256(&self.weights());
        self
    }

    fn weights(&self) -> Vec<u8> {
        let lanes = 0..self.header.heads.len();
        let heads = lanes.flat_map(|lane| self.rows.iter().map(move |row| row[lane].cast_unsigned()));
        heads.chain(self.kinds.iter().flatten().flatten().map(|weight| weight.cast_unsigned())).collect()
    }
}

/// The kind's bucket into which a head's bucket falls.
pub(super) const fn kind_bucket(bucket: usize) -> usize {
    bucket >> (features::BITS - KIND_BITS)
}

/// Weights as eight-bit integers, and what 1 stands for.
pub(super) fn quantised(weights: &[f64]) -> (f64, Vec<i8>) {
    let largest = weights.iter().fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
    let unit = if largest > 0.0 { largest / 127.0 } else { 1.0 };
    (unit, weights.iter().map(|weight| (weight / unit).round() as i8).collect())
}
