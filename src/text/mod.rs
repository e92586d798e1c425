//! Text as rules see it: folded to one spelling, cut into clauses, segmented where that decides something.
//!
//! Every view keeps the way back to the characters of the original, since evidence is quoted from there.
//! Nothing here knows what is forbidden.

pub mod clause;
pub mod disguise;
pub mod fold;
pub mod segment;
pub(crate) mod table;
#[cfg_attr(not(test), expect(dead_code, reason = "only build.rs writes such lists"))]
pub(crate) mod words;
