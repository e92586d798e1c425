//! Change points in weekly counts: a cumulative sum that forgets small swings and adds up a lasting shift.
//!
//! Counts are put on one scale by their square roots (Anscombe), against what the weeks before lead to expect for as many
//! conversations, and made smaller as long as those weeks are few. The sum leaves out half a standard deviation a week and calls at
//! five; then it begins anew. docs/nightly.md states how often it calls without reason; the test below works that out.

/// Weeks from which the first expectation is taken.
pub const BASE: usize = 8;
/// What a week may differ without adding up, in standard deviations.
const SLACK: f64 = 0.5;
/// The sum at which it calls.
const LIMIT: f64 = 5.0;

/// A week's count, and of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Conversations with a finding.
    pub flagged: u64,
    /// Conversations.
    pub conversations: u64,
}

/// A shift that lasted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call {
    /// The week in which it seems to have begun.
    pub since: usize,
    /// The week in which it was plain.
    pub week: usize,
    /// What was expected from `since` to `week`.
    pub expected: f64,
    /// What was counted.
    pub counted: u64,
}

impl Call {
    /// Whether it rose.
    pub fn rose(&self) -> bool {
        self.counted as f64 > self.expected
    }
}

/// One side of the sum: where it left zero, and what was expected and counted since.
#[derive(Clone, Copy, Default)]
struct Side {
    sum: f64,
    since: usize,
    expected: f64,
    counted: u64,
}

impl Side {
    fn add(&mut self, week: usize, shift: f64, expected: f64, counted: u64) -> Option<Call> {
        if self.sum <= 0.0 {
            *self = Self { since: week, ..Self::default() };
        }
        self.sum += shift - SLACK;
        self.expected += expected;
        self.counted += counted;
        (self.sum > LIMIT).then_some(Call {
            since: self.since,
            week,
            expected: self.expected,
            counted: self.counted,
        })
    }
}

/// The shifts in a series of weeks.
pub fn calls(weeks: &[Count]) -> Vec<Call> {
    let mut calls = Vec::new();
    let (mut up, mut down) = (Side::default(), Side::default());
    let (mut flagged, mut conversations, mut base) = (0, 0, 0);
    for (week, count) in weeks.iter().enumerate() {
        if count.conversations == 0 {
            continue;
        }
        if base >= BASE {
            let (now, before) = (count.conversations as f64, conversations as f64);
            let expected = now * flagged as f64 / before;
            let root = |count: f64| (count + 0.375).sqrt();
            let shift = 2.0 * (root(count.flagged as f64) - root(expected)) / (1.0 + now / before).sqrt();
            let rise = up.add(week, shift, expected, count.flagged);
            let fall = down.add(week, -shift, expected, count.flagged);
            if let Some(call) = rise.or(fall) {
                calls.push(call);
                (up, down) = (Side::default(), Side::default());
                (flagged, conversations, base) = (0, 0, 0);
                continue;
            }
        }
        flagged += count.flagged;
        conversations += count.conversations;
        base += 1;
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONVERSATIONS: u64 = 50;

    fn weeks(counts: impl IntoIterator<Item = u64>) -> Vec<Count> {
        counts.into_iter().map(|flagged| Count { flagged, conversations: CONVERSATIONS }).collect()
    }

    #[test]
    fn a_lasting_rise_is_dated_to_its_first_week() {
        let quiet = [4, 6, 5, 5, 4, 6, 5, 5, 5, 4, 6, 5];
        assert_eq!(calls(&weeks(quiet)), []);
        let found = calls(&weeks(quiet.into_iter().chain([11, 12, 11, 12])));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].since, found[0].rose()), (12, true), "{found:?}");
        let found = calls(&weeks(quiet.into_iter().map(|n| n * 4).chain([4, 4, 4])));
        assert_eq!((found[0].since, found[0].rose()), (12, false), "{found:?}");
    }

    #[test]
    fn weeks_without_conversations_say_nothing() {
        let mut series = weeks([5; 12]);
        series.extend([Count { flagged: 0, conversations: 0 }; 20]);
        assert_eq!(calls(&series), []);
    }

    /// `SplitMix64`: the same figures on every machine.
    struct Random(u64);

    impl Random {
        fn unit(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        }

        fn poisson(&mut self, mean: f64) -> u64 {
            let (mut count, mut product, floor) = (0, self.unit(), (-mean).exp());
            while product > floor {
                count += 1;
                product *= self.unit();
            }
            count
        }
    }

    /// Per cent of a thousand agents of whom one in 52 weeks a shift is called; with a doubling in week 26, of whom it is called
    /// within eight weeks of that.
    fn called(mean: f64, doubles: bool) -> u64 {
        let mut random = Random(7);
        let agents = 2_000_u64;
        let mut called = 0;
        for _ in 0..agents {
            let series: Vec<u64> = (0..52)
                .map(|week| random.poisson(if doubles && week >= 26 { 2.0 * mean } else { mean }))
                .collect();
            let calls = calls(&weeks(series));
            called += u64::from(match calls.first() {
                Some(call) if doubles => (26..34).contains(&call.week),
                Some(_) => true,
                None => false,
            });
        }
        (100 * called + agents / 2) / agents
    }

    #[test]
    fn the_page_for_operators_tells_how_often_it_calls() {
        let page = include_str!("../../docs/nightly.md");
        for mean in [0.5, 1.0, 2.0, 5.0, 20.0, 100.0] {
            let line = format!("| {mean} | {} % | {} % |", called(mean, false), called(mean, true));
            assert!(page.contains(&line), "docs/nightly.md lacks: {line}");
        }
    }
}
