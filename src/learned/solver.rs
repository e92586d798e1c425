//! Logistic regression with an L2 penalty, by coordinate descent on the dual: exact, quick on sparse rows, and the same to the
//! bit on every machine and whatever the number of threads, since one fit runs on one thread in a fixed order and takes its exponentials from a portable
//! library.
//!
//! The linear models of linfa want dense matrices; 3,000 messages by 131,072 buckets would be 3 GB of zeros.
//!
//! Minimises `|w|²/2 + C Σ ln(1 + exp(-y w·x))`. In the dual each row has one variable `a` in (0, C) with `w = Σ a y x`; at the
//! optimum `ln(a / (C - a)) + y w·x = 0`. One row at a time that equation is solved for `t = ln(a / (C - a))`, in which it is
//! smooth, rising and bracketed, by Newton's method that falls back to halving. (Yu, Huang, Lin 2011, solve it in `a`.)

/// A feature row: ascending buckets with values.
pub(super) type Row = Vec<(u32, f64)>;

/// What was learned.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weights {
    /// By bucket.
    pub(super) weights: Vec<f64>,
    /// Penalised like a weight, as liblinear does.
    pub(super) bias: f64,
}

impl Weights {
    /// The margin of a row: positive for yes.
    pub(super) fn margin(&self, row: &Row) -> f64 {
        row.iter().map(|&(bucket, value)| self.weights[bucket as usize] * value).sum::<f64>() + self.bias
    }
}

/// Passes over the data after which it stops.
const PASSES: usize = 200;

/// Learns to tell `rows` that are `true` from the others; `cost` is C, greater for a closer fit.
pub(super) fn fit(rows: &[(&Row, bool)], buckets: usize, cost: f64, tolerance: f64) -> Weights {
    let mut fit = Weights { weights: vec![0.0; buckets], bias: 0.0 };
    let norms: Vec<f64> =
        rows.iter().map(|(row, _)| row.iter().map(|&(_, v)| v * v).sum::<f64>() + 1.0).collect();
    // Start where all are nearly free: t = -10.
    let mut logits = vec![-10.0; rows.len()];
    for (&logit, &(row, label)) in logits.iter().zip(rows) {
        add(&mut fit, row, sign(label) * cost * sigmoid(logit));
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..PASSES {
        shuffle(&mut order, &mut random);
        let mut worst = 0.0_f64;
        for &at in &order {
            let (row, label) = rows[at];
            let margin = sign(label) * fit.margin(row);
            worst = worst.max((logits[at] + margin).abs());
            let before = cost * sigmoid(logits[at]);
            logits[at] = solve_one(logits[at], norms[at], cost, margin, before);
            add(&mut fit, row, sign(label) * (cost * sigmoid(logits[at]) - before));
        }
        if worst < tolerance {
            break;
        }
    }
    fit
}

/// Solves `t + norm (C σ(t) - before) + margin = 0` for `t`.
fn solve_one(start: f64, norm: f64, cost: f64, margin: f64, before: f64) -> f64 {
    let (mut low, mut high) = (-margin - norm * (cost - before), -margin + norm * before);
    let mut t = start.clamp(low, high);
    for _ in 0..50 {
        let share = sigmoid(t);
        let value = t + norm * (cost * share - before) + margin;
        if value.abs() < 1e-12 {
            break;
        }
        if value > 0.0 {
            high = t;
        } else {
            low = t;
        }
        let next = t - value / (1.0 + norm * cost * share * (1.0 - share));
        t = if next > low && next < high { next } else { f64::midpoint(low, high) };
    }
    t
}

pub(super) fn sigmoid(t: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-t))
}

const fn sign(label: bool) -> f64 {
    if label { 1.0 } else { -1.0 }
}

fn add(fit: &mut Weights, row: &Row, step: f64) {
    for &(bucket, value) in row {
        fit.weights[bucket as usize] += step * value;
    }
    fit.bias += step;
}

/// Fisher and Yates with a generator of George Marsaglia's (xorshift64).
fn shuffle(order: &mut [usize], random: &mut u64) {
    for at in (1..order.len()).rev() {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        order.swap(at, (*random % (at as u64 + 1)) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> (Vec<Row>, Vec<bool>) {
        let rows = vec![
            vec![(0, 1.0), (1, 0.5)],
            vec![(0, 0.8), (2, 0.3)],
            vec![(1, 1.0), (2, 1.0)],
            vec![(1, 0.4), (3, 0.9)],
            vec![(2, 0.7), (3, 0.2)],
            vec![(0, 0.1), (3, 1.0)],
            vec![(0, 0.9), (3, 0.4)],
        ];
        (rows, vec![true, true, false, false, false, true, false])
    }

    /// `LogisticRegression(C, solver="liblinear", tol=1e-12)` of scikit-learn 1.9.1 on the same rows.
    #[test]
    fn weights_are_those_of_scikit_learn() {
        let (rows, labels) = small();
        let pairs: Vec<(&Row, bool)> = rows.iter().zip(labels).collect();
        for (cost, weights, bias) in REFERENCE {
            let fit = fit(&pairs, 4, *cost, 1e-10);
            for (got, want) in fit.weights.iter().chain([&fit.bias]).zip(weights.iter().chain([bias])) {
                assert!((got - want).abs() < 1e-6, "C = {cost}: {fit:?}");
            }
        }
    }

    const REFERENCE: &[(f64, [f64; 4], f64)] = &[
        (0.5, [0.237_820_165, -0.152_102_053, -0.259_156_487, -0.073_786_878], -0.112_645_15),
        (10.0, [1.133_702_754, -0.653_442_315, -1.407_944_201, -0.331_436_594], -0.131_227_607),
    ];
}
