//! kefulint reads exported customer-service chats and finds what an agent may not say or may not leave unsaid.
//!
//! The way through the crate is the way of a chat: [`transcript`] → [`text`] → [`rule`] → [`finding`] → [`report`].
//! [`lexicon`] and [`law`] are data beside that road. Nothing here prints, exits, or reads clock or environment.

pub mod baseline;
pub mod config;
pub mod decision;
pub mod dialogue;
pub mod eval;
pub mod evidence;
pub mod finding;
pub mod gate;
mod hash;
pub mod law;
pub mod learned;
pub mod lexicon;
pub mod notify;
pub mod personal;
pub mod place;
pub mod redact;
pub mod report;
pub mod rule;
pub mod store;
mod suggest;
pub mod text;
pub mod transcript;
pub mod trend;
