//! From margins to probabilities (Platt), and what a threshold would have caught: all on margins of rows that the model had not seen.

use serde::{Deserialize, Serialize};

use super::solver::sigmoid;

/// `1 / (1 + exp(-(slope * margin + shift)))`
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Platt {
    pub(super) slope: f64,
    pub(super) shift: f64,
}

impl Platt {
    /// Fits by Newton's method; labels are drawn in a little (Platt 1999), so that no margin becomes certain.
    pub(super) fn fit(margins: &[(f64, bool)]) -> Self {
        let yes = margins.iter().filter(|(_, label)| *label).count() as f64;
        let no = margins.len() as f64 - yes;
        let (high, low) = ((yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0));
        let mut fit = Self { slope: 0.0, shift: libm::log((yes + 1.0) / (no + 1.0)) };
        let loss = |fit: &Self| -> f64 {
            let cost = |&(margin, label): &(f64, bool)| {
                let z = fit.slope * margin + fit.shift;
                let target = if label { high } else { low };
                // ln(1 + exp(z)) without overflow
                z.max(0.0) + libm::log1p(libm::exp(-z.abs())) - target * z
            };
            margins.iter().map(cost).sum()
        };
        let mut now = loss(&fit);
        for _ in 0..100 {
            let (mut g1, mut g0, mut h11, mut h10, mut h00) = (0.0, 0.0, 1e-12, 0.0, 1e-12);
            for &(margin, label) in margins {
                let p = sigmoid(fit.slope * margin + fit.shift);
                let off = p - if label { high } else { low };
                let spread = p * (1.0 - p);
                g1 += off * margin;
                g0 += off;
                h11 += spread * margin * margin;
                h10 += spread * margin;
                h00 += spread;
            }
            if f64::max(g1.abs(), g0.abs()) < 1e-9 {
                break;
            }
            let det = h11 * h00 - h10 * h10;
            let step = ((h00 * g1 - h10 * g0) / det, (h11 * g0 - h10 * g1) / det);
            let mut size = 1.0;
            let better = loop {
                let tried = Self { slope: fit.slope - size * step.0, shift: fit.shift - size * step.1 };
                let then = loss(&tried);
                if then < now {
                    break Some((tried, then));
                }
                size *= 0.5;
                if size < 1e-9 {
                    break None;
                }
            };
            let Some((tried, then)) = better else { break };
            (fit, now) = (tried, then);
        }
        fit
    }

    pub(super) fn probability(self, margin: f64) -> f64 {
        sigmoid(self.slope * margin + self.shift)
    }
}

/// What a threshold catches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Findings need at least this probability.
    pub at_least: f64,
    /// Share of findings that are right.
    pub precision: f64,
    /// Share of labels that are found.
    pub recall: f64,
}

impl Point {
    /// Harmonic mean of precision and recall.
    pub fn f1(self) -> f64 {
        let sum = self.precision + self.recall;
        if sum > 0.0 { 2.0 * self.precision * self.recall / sum } else { 0.0 }
    }
}

/// Precision and recall at every threshold, from the highest down; equal scores stand or fall together.
pub(super) fn curve(scores: &[(f64, bool)]) -> Vec<Point> {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let labels = sorted.iter().filter(|(_, label)| *label).count();
    let mut points = Vec::new();
    let mut hits = 0;
    for (at, &(score, label)) in sorted.iter().enumerate() {
        hits += usize::from(label);
        if sorted.get(at + 1).is_some_and(|next| next.0.to_bits() == score.to_bits()) {
            continue;
        }
        points.push(Point {
            at_least: score,
            precision: hits as f64 / (at + 1) as f64,
            recall: if labels == 0 { 0.0 } else { hits as f64 / labels as f64 },
        });
    }
    points
}

/// The point with the greatest F1; of equals the highest threshold.
pub(super) fn best(curve: &[Point]) -> Point {
    curve
        .iter()
        .copied()
        .reduce(|best, point| if point.f1() > best.f1() { point } else { best })
        .unwrap_or_default()
}

/// The lowest threshold from which on up at least that share of the findings is right; `None` where no threshold reaches it.
///
/// A threshold that only a handful of findings pass says little, so at least `at_least` of them are asked for.
pub(super) fn for_precision(curve: &[Point], scores: usize, wanted: f64, at_least: usize) -> Option<Point> {
    let labels = |point: &Point, all: f64| point.recall * all / point.precision.max(f64::MIN_POSITIVE);
    let all = scores as f64;
    curve
        .iter()
        .rev()
        .find(|point| point.precision >= wanted && labels(point, all) + 0.5 >= at_least as f64)
        .copied()
}

/// Of the rows whose probability lies in a tenth: how many, what was said on average, what was true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tenth {
    /// Rows.
    pub rows: usize,
    /// Mean probability.
    pub said: f64,
    /// Share that is labelled.
    pub is: f64,
}

/// The reliability of probabilities, by tenths; empty tenths are left out.
pub(super) fn reliability(scores: &[(f64, bool)]) -> Vec<Tenth> {
    let mut tenths = vec![(0_usize, 0.0, 0_usize); 10];
    let ends: Vec<f64> = (1..10).map(|end| f64::from(end) / 10.0).collect();
    for &(score, label) in scores {
        let tenth = &mut tenths[ends.partition_point(|&end| end <= score)];
        tenth.0 += 1;
        tenth.1 += score;
        tenth.2 += usize::from(label);
    }
    let full = tenths.into_iter().filter(|(rows, ..)| *rows > 0);
    full.map(|(rows, sum, yes)| Tenth { rows, said: sum / rows as f64, is: yes as f64 / rows as f64 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARGINS: [(f64, bool); 10] = [
        (-3.0, false),
        (-2.2, false),
        (-1.5, false),
        (-1.0, true),
        (-0.7, false),
        (-0.2, false),
        (0.1, true),
        (0.4, false),
        (1.2, true),
        (2.5, true),
    ];

    /// `sklearn.calibration._sigmoid_calibration` of scikit-learn 1.9.1, signs turned.
    #[test]
    fn platt_is_that_of_scikit_learn() {
        let fit = Platt::fit(&MARGINS);
        assert!((fit.slope - 0.670_022_737).abs() < 1e-4, "{fit:?}");
        assert!((fit.shift + 0.148_701_673).abs() < 1e-4, "{fit:?}");
    }

    #[test]
    fn a_threshold_for_a_wanted_precision() {
        let curve = curve(&MARGINS);
        assert_eq!(curve[1], Point { at_least: 1.2, precision: 1.0, recall: 0.5 });
        let point = for_precision(&curve, 4, 0.75, 2).expect("three of four are right");
        assert_eq!((point.at_least, point.precision, point.recall), (0.1, 0.75, 0.75));
        assert_eq!(for_precision(&curve, 4, 0.9, 3), None);
        assert_eq!(best(&curve).at_least.to_bits(), 0.1_f64.to_bits());
    }

    #[test]
    fn equal_scores_are_one_threshold() {
        assert_eq!(
            curve(&[(0.5, true), (0.5, false)]),
            [Point { at_least: 0.5, precision: 0.5, recall: 1.0 }]
        );
    }
}
