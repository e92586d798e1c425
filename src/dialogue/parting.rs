//! How the customer takes the service, by what the customer writes: pressing on the way, and at the end thanks or a grudging word.
//!
//! Says nothing of who is at fault: a customer may leave displeased with a right answer.

use super::{cue::Cue, reading::Reading};

/// How near the end thanks and grudging words count, in messages of the customer.
const END: usize = 3;

/// What counts how much, against an evasion in every reply ([`EVASION`]). Chosen on 90 real conversations (docs/evasion.md).
const EVASION: f64 = 5.0;
const PRESSING: f64 = 2.0;
const THANKS: f64 = 1.0;
const GRUDGING: f64 = 0.7;
/// A conversation that says nothing either way lies well below the middle.
const CALM: f64 = 1.0;

/// How likely the customer leaves displeased, 0 to 1: a ranking, not a share. `evaded` is the mean likelihood of evasion.
pub(super) fn displeasure(evaded: f64, customers: &[&Reading]) -> f64 {
    let presses =
        |reading: &&&Reading| reading.cues.has(Cue::TalkPressing) || reading.cues.has(Cue::TalkLeave);
    let pressing = customers.iter().filter(presses).count() as f64 / customers.len().max(1) as f64;
    let at_the_end = |cue: Cue, messages: usize| {
        let says = customers.iter().rev().take(messages).any(|reading| reading.cues.has(cue));
        f64::from(u8::from(says))
    };
    let sum = EVASION * evaded + PRESSING * pressing + GRUDGING * at_the_end(Cue::TalkGrudging, END)
        - THANKS * at_the_end(Cue::TalkGrateful, END - 1)
        - CALM;
    0.5 + 0.5 * sum / (1.0 + sum.abs())
}
