//! What the customer asked, what each reply holds, and whether the one answers the other.
//!
//! Decides the evasion family's kinds for each reply; says nothing of law or severity.

use crate::transcript::Conversation;

/// What became of the open questions when this message was sent.
#[derive(Clone, Debug, Default)]
pub struct Ledger {}

impl Ledger {
    /// Reads the conversation once, front to back.
    pub fn new(_conversation: &Conversation) -> Self {
        Self {}
    }
}
