//! Training: from labelled chats to a model, with figures on messages by authors from whom it had not learned.
//!
//! Chooses nothing for the user: cost and features are fixed, the wanted precision is given, and the figures tell what they are worth.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use rayon::prelude::*;
use thiserror::Error;

use super::{
    calibration::{self, Platt},
    features::{self, BUCKETS},
    model::{Figures, Head, Header, KIND_BUCKETS, Kind, LANES, Model, Scale, quantised},
    samples::{Labelled, Sample, Samples, author},
    solver::{self, Row, Weights},
};
use crate::{
    dialogue::Cues,
    eval::{Gold, Label},
    text::fold::Folded,
    transcript::Conversation,
};

/// What may be learned to tell from all else: the families as the labelling guideline counts them. Personal data left in the log
/// (`privacy.exposure`) is left to the recognisers, which know check digits.
pub(super) const HEADS: [&str; 6] =
    ["abuse", "evasion", "disclosure", "privacy", "conduct", "abuse.customer"];

/// Fewer labels than this teach more of their authors than of the breach.
const LEAST_LABELS: usize = 30;

/// Fewer labels of a kind cannot tell it from its siblings.
const LEAST_OF_KIND: usize = 8;

/// Findings that must pass a threshold for its precision to be believed.
const LEAST_FINDINGS: usize = 10;

/// How closely the weights follow the data; chosen by cross-validation by author (docs/quality.md).
const COST: f64 = 10.0;

const TOLERANCE: f64 = 1e-3;

/// Grams shown of what a model leans on.
const SHOWN: usize = 12;

/// How to train.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The day to write into the model; the library has no clock.
    pub date: Date,
    /// The precision for which a threshold is sought.
    pub precision: f64,
    /// Authors (the id without its number) on whose messages the figures are taken; empty for all. The others only teach.
    pub judge: Vec<String>,
}

/// Why there is no model.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TrainError {
    /// No family has enough labels.
    #[error(
        "too little to learn from: a family needs at least {LEAST_LABELS} clear labels, here are: {found}; label more chats, or keep the embedded model"
    )]
    TooFew {
        /// `abuse 3, evasion 12`
        found: String,
    },
    /// Chats and labels do not belong together.
    #[error(
        "no conversation of the chats is marked as read in the gold file; it needs a line {{\"conv\": id, \"read\": true}} for each that was labelled"
    )]
    NothingRead,
}

/// What was thought of a message by a model that had not seen its author.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// The conversation.
    pub conversation: String,
    /// The message.
    pub message: u32,
    /// The likeliest kind by number, if the head has kinds.
    pub kind: Option<usize>,
    /// How likely.
    pub probability: f64,
}

/// How a kind did at the threshold for the wanted precision; where there is none, at that of the best F1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindReport {
    /// Labels.
    pub labelled: usize,
    /// Labels found, under whatever kind.
    pub found: usize,
    /// Findings of this kind.
    pub said: usize,
    /// Findings of this kind with a label of this kind.
    pub right: usize,
}

/// What is known of a head beside its figures.
#[derive(Debug)]
pub struct HeadReport {
    /// Of the judged authors' messages, what was thought with the author left out.
    pub guesses: Vec<Guess>,
    /// By kind, in the head's order.
    pub kinds: Vec<KindReport>,
    /// The grams with the greatest weights; `|` is the edge of a clause, `0` any digit.
    pub leans_on: Vec<String>,
}

/// A model and what is known of it.
#[derive(Debug)]
pub struct Training {
    /// The model.
    pub model: Model,
    /// By head.
    pub heads: Vec<HeadReport>,
    /// Heads that were left out, with the number of their labels.
    pub left_out: Vec<(String, usize)>,
    /// Authors told apart by the ids; 0 where they carry none.
    pub authors: usize,
}

/// Learns from all conversations that are marked as read.
pub fn train(
    conversations: &[Conversation],
    gold: &Gold,
    cues: &Cues,
    settings: &Settings,
) -> Result<Training, TrainError> {
    let samples = Samples::gather(conversations, gold, cues);
    if samples.all.is_empty() {
        return Err(TrainError::NothingRead);
    }
    let authors = samples.authors();
    let count = |head: &str| samples.of(head).iter().filter(|(_, label)| *label == Some(true)).count();
    let counts: Vec<(&str, usize)> = HEADS.iter().map(|&head| (head, count(head))).collect();
    let (kept, left_out): (Vec<_>, Vec<_>) = counts.iter().partition(|(_, count)| *count >= LEAST_LABELS);
    if kept.is_empty() {
        let found: Vec<String> = counts.iter().map(|(head, count)| format!("{head} {count}")).collect();
        return Err(TrainError::TooFew { found: found.join(", ") });
    }
    let mut rows = vec![[0; LANES]; BUCKETS];
    let (mut heads, mut kinds, mut reports) = (Vec::new(), Vec::new(), Vec::new());
    for (lane, &(name, _)) in kept.iter().enumerate() {
        let lesson = Lesson { samples: &samples, name, mine: samples.of(name), settings };
        let (platt, names, figures, report) = lesson.examine(authors.as_deref());
        let fit = lesson.fit(|_| true);
        let leans_on = lesson.leaning(&fit);
        let (unit, weights) = quantised(&fit.weights);
        for (row, weight) in rows.iter_mut().zip(weights) {
            row[lane] = weight;
        }
        let (kind_scales, kind_weights): (Vec<Kind>, Vec<Vec<i8>>) = lesson
            .fit_kinds(&names, |_| true)
            .into_iter()
            .zip(&names)
            .map(|(fit, (name, labelled))| {
                let (unit, weights) = quantised(&fit.weights);
                let scale = Scale { unit, bias: fit.bias };
                (Kind { name: (*name).to_owned(), labelled: *labelled, scale }, weights)
            })
            .unzip();
        kinds.push(kind_weights);
        let scale = Scale { unit, bias: fit.bias };
        heads.push(Head { name: name.to_owned(), scale, platt, kinds: kind_scales, figures });
        reports.push(HeadReport { leans_on, ..report });
    }
    let header = Header {
        features: features::VERSION,
        date: settings.date,
        data: samples.digest(),
        conversations: samples.conversations.len(),
        wanted_precision: settings.precision,
        heads,
        weights: String::new(),
    };
    Ok(Training {
        model: Model { header, rows, kinds }.seal(),
        heads: reports,
        left_out: left_out.iter().map(|&(head, count)| (head.to_owned(), count)).collect(),
        authors: authors.map_or(0, |parts| parts.iter().collect::<BTreeSet<_>>().len()),
    })
}

/// One head and what it learns from.
struct Lesson<'a> {
    samples: &'a Samples<'a>,
    name: &'a str,
    mine: Vec<Labelled>,
    settings: &'a Settings,
}

impl<'a> Lesson<'a> {
    /// Leaves out each part in turn and looks how the rest tells it.
    fn examine(&self, authors: Option<&[usize]>) -> (Platt, Vec<(&'a str, usize)>, Figures, HeadReport) {
        let parts = self.samples.parts();
        let strict = authors.unwrap_or(&parts);
        let margins = self.left_out_margins(strict);
        let labelled = |margins: &[f64]| -> Vec<(f64, bool)> {
            let pairs = self.mine.iter().zip(margins).filter(|((at, _), _)| self.is_judged(*at));
            pairs.filter_map(|((_, label), margin)| Some((*margin, (*label)?))).collect()
        };
        let platt = Platt::fit(&labelled(&margins));
        let scores = |margins: &[f64]| -> Vec<(f64, bool)> {
            labelled(margins).into_iter().map(|(margin, label)| (platt.probability(margin), label)).collect()
        };
        let strict_scores = scores(&margins);
        let curve = calibration::curve(&strict_scores);
        let best = calibration::best(&curve);
        let best_by_conversation = match authors {
            Some(_) => calibration::best(&calibration::curve(&scores(&self.left_out_margins(&parts)))),
            None => best,
        };
        let yes = strict_scores.iter().filter(|(_, label)| *label).count();
        let figures = Figures {
            messages: strict_scores.len(),
            labelled: yes,
            best,
            best_by_conversation,
            wanted: calibration::for_precision(&curve, yes, self.settings.precision, LEAST_FINDINGS),
            reliability: calibration::reliability(&strict_scores),
        };
        let names = self.kind_names();
        let kinds = self.left_out_kinds(&names, strict);
        let threshold = figures.wanted.unwrap_or(best).at_least;
        let mut reports = vec![KindReport::default(); names.len()];
        let mut guesses = Vec::new();
        for (((at, label), margin), kind) in self.mine.iter().zip(&margins).zip(kinds) {
            if !self.is_judged(*at) {
                continue;
            }
            let sample = &self.samples.all[*at];
            let probability = platt.probability(*margin);
            let true_kind = names.iter().position(|(name, _)| self.kind_of(sample) == Some(*name));
            let found = probability >= threshold;
            if let Some(kind) = true_kind {
                reports[kind].labelled += 1;
                reports[kind].found += usize::from(found);
            }
            if let (true, Some(kind), Some(_)) = (found, kind, label) {
                reports[kind].said += 1;
                reports[kind].right += usize::from(true_kind == Some(kind));
            }
            let conversation = self.samples.id(sample).to_owned();
            guesses.push(Guess { conversation, message: sample.message as u32, kind, probability });
        }
        (platt, names, figures, HeadReport { guesses, kinds: reports, leans_on: Vec::new() })
    }

    fn is_judged(&self, at: usize) -> bool {
        let judge = &self.settings.judge;
        let name = author(self.samples.id(&self.samples.all[at]));
        judge.is_empty() || name.is_some_and(|name| judge.iter().any(|judged| judged == name))
    }

    /// The kind of a sample's clear label.
    fn kind_of(&self, sample: &Sample) -> Option<&'a str> {
        match self.samples.gold.label(self.samples.id(sample), sample.message as u32, self.name) {
            Label::Clear(label) => label.strip_prefix(self.name)?.strip_prefix('.'),
            _ => None,
        }
    }

    /// Kinds with enough labels, in order of name.
    fn kind_names(&self) -> Vec<(&'a str, usize)> {
        let mut counts = BTreeMap::new();
        for (at, _) in &self.mine {
            if let Some(kind) = self.kind_of(&self.samples.all[*at]) {
                *counts.entry(kind).or_insert(0) += 1;
            }
        }
        counts.into_iter().filter(|(_, count)| *count >= LEAST_OF_KIND).collect()
    }

    /// Learns from the samples of the conversations that are to be taken.
    fn fit(&self, take: impl Fn(usize) -> bool) -> Weights {
        let all = &self.samples.all;
        let taken = self.mine.iter().filter(|(at, _)| take(all[*at].conversation));
        let rows: Vec<(&Row, bool)> =
            taken.filter_map(|(at, label)| Some((&all[*at].row, (*label)?))).collect();
        solver::fit(&rows, BUCKETS, COST, TOLERANCE)
    }

    /// Learns to tell each kind from its siblings, from labelled messages only.
    fn fit_kinds(&self, names: &[(&str, usize)], take: impl Fn(usize) -> bool) -> Vec<Weights> {
        let all = &self.samples.all;
        let labelled: Vec<(&Row, &str)> = self
            .mine
            .iter()
            .filter(|(at, label)| *label == Some(true) && take(all[*at].conversation))
            .filter_map(|(at, _)| Some((&all[*at].kind_row, self.kind_of(&all[*at])?)))
            .collect();
        let fit = |name: &str| {
            let rows: Vec<(&Row, bool)> = labelled.iter().map(|&(row, kind)| (row, kind == name)).collect();
            solver::fit(&rows, KIND_BUCKETS, COST, TOLERANCE)
        };
        names.iter().map(|(name, _)| fit(name)).collect()
    }

    /// The margin of each sample under a model that has not seen its part.
    fn left_out_margins(&self, parts: &[usize]) -> Vec<f64> {
        let fits = for_each_part(parts, |part| self.fit(|conversation| parts[conversation] != part));
        let margin = |(at, _): &Labelled| {
            let sample = &self.samples.all[*at];
            fits[&parts[sample.conversation]].margin(&sample.row)
        };
        self.mine.iter().map(margin).collect()
    }

    /// The likeliest kind of each sample under a model that has not seen its part.
    fn left_out_kinds(&self, names: &[(&str, usize)], parts: &[usize]) -> Vec<Option<usize>> {
        let fits =
            for_each_part(parts, |part| self.fit_kinds(names, |conversation| parts[conversation] != part));
        let kind = |(at, _): &Labelled| {
            let sample = &self.samples.all[*at];
            let fits = &fits[&parts[sample.conversation]];
            let margin = |kind: usize| fits[kind].margin(&sample.kind_row);
            (0..fits.len()).rev().max_by(|&a, &b| margin(a).total_cmp(&margin(b)))
        };
        self.mine.iter().map(kind).collect()
    }

    /// The grams with the greatest weights that several labelled messages share, none inside another.
    fn leaning(&self, fit: &Weights) -> Vec<String> {
        const SEVERAL: usize = 3;
        let mut counts: HashMap<(usize, String), usize> = HashMap::new();
        for (at, _) in self.mine.iter().filter(|(_, label)| *label == Some(true)) {
            let folded = Folded::new(self.samples.text(&self.samples.all[*at]));
            let grams: BTreeSet<(usize, String)> = features::spelled(folded.text()).into_iter().collect();
            for gram in grams {
                *counts.entry(gram).or_insert(0) += 1;
            }
        }
        let mut weighed: Vec<(f64, String)> = counts
            .into_iter()
            .filter(|(_, count)| *count >= SEVERAL)
            .map(|((bucket, gram), _)| (fit.weights[bucket], gram))
            .collect();
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut shown: Vec<String> = Vec::new();
        for (_, gram) in weighed {
            if shown.len() == SHOWN {
                break;
            }
            if gram.chars().count() > 1
                && !shown.iter().any(|known| known.contains(&gram) || gram.contains(known))
            {
                shown.push(gram);
            }
        }
        shown
    }
}

fn for_each_part<T: Send>(parts: &[usize], fit: impl Fn(usize) -> T + Sync) -> HashMap<usize, T> {
    let parts: BTreeSet<usize> = parts.iter().copied().collect();
    parts.into_par_iter().map(|part| (part, fit(part))).collect()
}
