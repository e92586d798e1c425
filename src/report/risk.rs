//! How risky an agent is: breaches weighted by severity per 100 conversations, shrunk towards the team.
//!
//! Gamma-Poisson: the team's rate is the prior, worth [`PRIOR_CONVERSATIONS`] conversations; an agent's own conversations
//! outweigh it as they grow, so one bad chat out of two does not outrank forty out of four hundred. Weighted counts are
//! no Poisson counts; they are divided by the team's mean weight a finding first, and multiplied again at the end.
//! docs/risk.md derives it.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, FisherSnedecor, Gamma};

use super::Tally;

/// How many conversations the team's rate weighs in the judgement of one agent.
pub const PRIOR_CONVERSATIONS: f64 = 20.0;

/// A figure with its interval: weighted breaches per 100 conversations where it is an agent's risk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Risk {
    /// The figure: the posterior mean of a risk, the observed value of a rate or ratio.
    pub mean: f64,
    /// Lower end of the central 95 % of the posterior.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Findings per 100 conversations as observed, not weighted and not shrunk; the interval by Jeffreys' prior. None without conversations.
pub fn rate(findings: u64, conversations: u64) -> Option<Risk> {
    if conversations == 0 {
        return None;
    }
    let posterior = Gamma::new(findings as f64 + 0.5, conversations as f64).ok()?;
    // Where nothing was seen, nothing is the lower end.
    let low = if findings == 0 { 0.0 } else { posterior.inverse_cdf(0.025) };
    Some(Risk {
        mean: 100.0 * findings as f64 / conversations as f64,
        low: 100.0 * low,
        high: 100.0 * posterior.inverse_cdf(0.975),
    })
}

/// The second rate over the first, as the ratio of the posterior means; the interval by the F distribution, which the ratio of
/// two gammas follows. None where a side has no conversations, or neither has findings.
pub fn ratio(findings: [u64; 2], conversations: [u64; 2]) -> Option<Risk> {
    if conversations.contains(&0) || findings == [0, 0] {
        return None;
    }
    let [first, second] = findings.map(|count| count as f64 + 0.5);
    let [before, after] = conversations.map(|count| count as f64);
    let scale = (second / after) / (first / before);
    let spread = FisherSnedecor::new(2.0 * second, 2.0 * first).ok()?;
    Some(Risk {
        mean: scale,
        low: scale * spread.inverse_cdf(0.025),
        high: scale * spread.inverse_cdf(0.975),
    })
}

/// The prior that all agents of a report share.
#[derive(Clone, Copy, Debug)]
pub struct Team {
    /// Mean weight of a finding.
    weight: f64,
    /// Findings (of mean weight) per conversation.
    rate: f64,
}

impl Team {
    /// The team's rates.
    pub fn new<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> Self {
        let (mut weight, mut findings, mut conversations) = (0.0, 0_u64, 0_u64);
        for tally in tallies {
            weight += tally.weight();
            findings += tally.findings();
            conversations += tally.conversations;
        }
        if findings == 0 || conversations == 0 {
            return Self { weight: 0.0, rate: 0.0 };
        }
        Self { weight: weight / findings as f64, rate: findings as f64 / conversations as f64 }
    }

    /// One agent's risk.
    pub fn risk(&self, tally: &Tally) -> Risk {
        if self.rate == 0.0 {
            return Risk::default();
        }
        let shape = self.rate * PRIOR_CONVERSATIONS + tally.weight() / self.weight;
        let conversations = PRIOR_CONVERSATIONS + tally.conversations as f64;
        let scale = 100.0 * self.weight;
        let Ok(posterior) = Gamma::new(shape, conversations) else { return Risk::default() };
        Risk {
            mean: scale * shape / conversations,
            low: scale * posterior.inverse_cdf(0.025),
            high: scale * posterior.inverse_cdf(0.975),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(conversations: u64, high: u64) -> Tally {
        Tally { conversations, families: [high, 0, 0, 0, 0], severities: [0, 0, high, 0], ..Tally::default() }
    }

    #[test]
    fn one_of_two_does_not_outrank_forty_of_four_hundred() {
        let agents = [tally(2, 1), tally(400, 60), tally(400, 4), tally(400, 4)];
        let team = Team::new(&agents);
        let (few, many) = (team.risk(&agents[0]), team.risk(&agents[1]));
        assert!(few.mean < many.mean, "{few:?} {many:?}");
        assert!(few.high - few.low > many.high - many.low, "few conversations leave more open");
    }

    #[test]
    fn the_posterior_is_the_textbook_one() {
        let agents = [tally(100, 10)];
        let team = Team::new(&agents);
        let risk = team.risk(&agents[0]);
        // Shape 0.1 * 20 + 10 = 12, rate 120 conversations, weight 7 a finding.
        assert!((risk.mean - 70.0).abs() < 1e-9, "{risk:?}");
        // Quantiles of Gamma(12, 120) from scipy.stats.gamma.ppf: 0.051671, 0.164017.
        assert!((risk.low - 700.0 * 0.051_671).abs() < 0.01, "{risk:?}");
        assert!((risk.high - 700.0 * 0.164_017).abs() < 0.01, "{risk:?}");
    }

    #[test]
    fn without_findings_there_is_no_risk() {
        let agents = [tally(10, 0)];
        assert_eq!(Team::new(&agents).risk(&agents[0]), Risk::default());
        assert_eq!(Team::new(&[] as &[Tally]).risk(&tally(0, 0)), Risk::default());
    }
}
