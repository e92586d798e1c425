//! What a record can say of a message: the vocabulary between the formats and the neutral form.

use std::{
    borrow::Cow,
    fmt,
    ops::{Index, IndexMut},
};

use serde::{Deserialize, Serialize};

/// One thing that a column of an export can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// What the messages of one conversation share.
    ConversationId,
    /// What tells a message from every other of its conversation.
    MessageId,
    /// Who wrote it: customer, agent, bot or system, in the export's own words.
    Role,
    /// The agent of the message or of the conversation.
    AgentId,
    /// The customer of the message or of the conversation.
    CustomerId,
    /// When it was sent.
    Time,
    /// What was said.
    Text,
    /// The shop, queue or channel.
    Channel,
    /// The name of whoever wrote it.
    Sender,
    /// The name of whom it was written to; with the sender it tells the conversation where no id does.
    Receiver,
    /// What kind of record it is: not every record is a message.
    Event,
    /// The message id of the message that a recall takes back.
    Recalls,
}

impl Field {
    /// All fields, in the order in which columns are given out.
    pub const ALL: [Self; 12] = [
        Self::ConversationId,
        Self::MessageId,
        Self::Role,
        Self::AgentId,
        Self::CustomerId,
        Self::Time,
        Self::Text,
        Self::Channel,
        Self::Sender,
        Self::Receiver,
        Self::Event,
        Self::Recalls,
    ];

    /// The name in `kefulint.toml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConversationId => "conversation_id",
            Self::MessageId => "message_id",
            Self::Role => "role",
            Self::AgentId => "agent_id",
            Self::CustomerId => "customer_id",
            Self::Time => "time",
            Self::Text => "text",
            Self::Channel => "channel",
            Self::Sender => "sender",
            Self::Receiver => "receiver",
            Self::Event => "event",
            Self::Recalls => "recalls",
        }
    }

    /// Whether the field may be a property of the conversation that encloses the message.
    pub(crate) const fn of_conversation(self) -> bool {
        matches!(self, Self::ConversationId | Self::AgentId | Self::CustomerId | Self::Channel)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One value for each field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ByField<T>([T; Field::ALL.len()]);

impl<T> Index<Field> for ByField<T> {
    type Output = T;
    fn index(&self, field: Field) -> &T {
        &self.0[field as usize]
    }
}

impl<T> IndexMut<Field> for ByField<T> {
    fn index_mut(&mut self, field: Field) -> &mut T {
        &mut self.0[field as usize]
    }
}

/// The values of one record, borrowed from it where nothing had to be unescaped.
pub(crate) type Cells<'a> = ByField<Option<Cow<'a, str>>>;

impl Cells<'_> {
    /// The value without surrounding blanks, if there is one.
    pub(crate) fn value(&self, field: Field) -> Option<&str> {
        self[field].as_deref().map(str::trim).filter(|value| !value.is_empty())
    }
}
