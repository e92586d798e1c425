//! Statutes and their versions, and the duties that rules name: which article held on a day.
//!
//! Knows articles and dates, and reads citations in texts. Knows nothing of rules, messages or reports, and gives no legal
//! judgement: a citation says what an article provides, never that somebody broke it.

mod check;
pub mod coverage;
mod numeral;
mod raw;
mod reference;
mod registry;
pub mod remedy;
mod schema;
mod statute;

pub use check::{Assessment, Checker, Miscitation, Verdict, Wrong};
pub use reference::{Finder, Reference};
pub use registry::Registry;
pub use schema::LawError;
pub use statute::{
    ArticleNumber, Basis, Condition, Consequence, Duty, Law, Practice, Statute, TRADES, TradeLaw, Version,
};
