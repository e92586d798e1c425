//! What rules mean: the operators they are made of, the guards that keep them honest, and the judge who joins them.
//!
//! One direction: [`compile`] turns a lexicon into a program; [`matcher`] reads a message once; [`case`] answers whether a
//! condition holds; [`judge`] decides rules; [`Linter`] turns decisions into findings.

mod absence;
pub mod case;
pub mod catalogue;
pub mod compare;
pub mod compile;
pub mod expr;
pub mod guard;
pub mod judge;
mod linter;
mod literal;
pub mod matcher;
pub mod outcome;
mod overrides;
pub mod program;
pub mod proof;
mod rarity;
mod ready;
pub mod review;
pub mod similar;
mod source;
pub mod trade;
mod twins;
mod work;

pub use linter::{Linted, Linter, NearMiss, Options};
pub use overrides::Override;
pub use work::Work;
