//! The classes of cue, and sets of them.

/// One class of cue. The first word of each name is its table in the lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Cue {
    AskTime,
    AskPlace,
    AskAmount,
    AskReason,
    AskPolarity,
    AskChoice,
    AskMethod,
    AskIdentity,
    AskStatus,
    AskRequest,
    AskComplaint,
    TalkThanks,
    TalkAssent,
    TalkCard,
    TalkPressing,
    TalkLeave,
    TalkBesides,
    TalkGrudging,
    TalkGrateful,
    FillerGreeting,
    FillerHold,
    FillerApology,
    FillerEmpathy,
    FillerClosing,
    FillerSticker,
    FillerAck,
    HoldsTime,
    HoldsAmount,
    HoldsPlace,
    HoldsReason,
    HoldsPolarity,
    HoldsSteps,
    HoldsContact,
    HoldsDone,
    HoldsPromised,
    HoldsDataRequest,
    HoldsHandover,
    HoldsRefusal,
    MovesWait,
    MovesProgress,
    MovesStock,
    MovesBuck,
    MovesRetention,
    MovesSales,
    MovesDeflect,
}

impl Cue {
    const ALL: [(Self, &'static str, &'static str); 45] = [
        (Self::AskTime, "ask", "time"),
        (Self::AskPlace, "ask", "place"),
        (Self::AskAmount, "ask", "amount"),
        (Self::AskReason, "ask", "reason"),
        (Self::AskPolarity, "ask", "polarity"),
        (Self::AskChoice, "ask", "choice"),
        (Self::AskMethod, "ask", "method"),
        (Self::AskIdentity, "ask", "identity"),
        (Self::AskStatus, "ask", "status"),
        (Self::AskRequest, "ask", "request"),
        (Self::AskComplaint, "ask", "complaint"),
        (Self::TalkThanks, "talk", "thanks"),
        (Self::TalkAssent, "talk", "assent"),
        (Self::TalkCard, "talk", "card"),
        (Self::TalkPressing, "talk", "pressing"),
        (Self::TalkLeave, "talk", "leave"),
        (Self::TalkBesides, "talk", "besides"),
        (Self::TalkGrudging, "talk", "grudging"),
        (Self::TalkGrateful, "talk", "grateful"),
        (Self::FillerGreeting, "filler", "greeting"),
        (Self::FillerHold, "filler", "hold"),
        (Self::FillerApology, "filler", "apology"),
        (Self::FillerEmpathy, "filler", "empathy"),
        (Self::FillerClosing, "filler", "closing"),
        (Self::FillerSticker, "filler", "sticker"),
        (Self::FillerAck, "filler", "ack"),
        (Self::HoldsTime, "holds", "time"),
        (Self::HoldsAmount, "holds", "amount"),
        (Self::HoldsPlace, "holds", "place"),
        (Self::HoldsReason, "holds", "reason"),
        (Self::HoldsPolarity, "holds", "polarity"),
        (Self::HoldsSteps, "holds", "steps"),
        (Self::HoldsContact, "holds", "contact"),
        (Self::HoldsDone, "holds", "done"),
        (Self::HoldsPromised, "holds", "promised"),
        (Self::HoldsDataRequest, "holds", "data_request"),
        (Self::HoldsHandover, "holds", "handover"),
        (Self::HoldsRefusal, "holds", "refusal"),
        (Self::MovesWait, "moves", "wait"),
        (Self::MovesProgress, "moves", "progress"),
        (Self::MovesStock, "moves", "stock"),
        (Self::MovesBuck, "moves", "buck"),
        (Self::MovesRetention, "moves", "retention"),
        (Self::MovesSales, "moves", "sales"),
        (Self::MovesDeflect, "moves", "deflect"),
    ];

    /// Whether the class is one that is taken off before a reply is judged.
    pub(super) const fn is_filler(self) -> bool {
        matches!(
            self,
            Self::FillerGreeting
                | Self::FillerHold
                | Self::FillerApology
                | Self::FillerEmpathy
                | Self::FillerClosing
                | Self::FillerSticker
                | Self::FillerAck
        )
    }

    /// The class of `[table.name]` in the lexicon.
    pub(super) fn named(table: &str, name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, t, n)| *t == table && *n == name).map(|(cue, ..)| *cue)
    }
}

/// A set of cue classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CueSet(u64);

impl CueSet {
    pub(super) const fn of(cues: &[Cue]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < cues.len() {
            bits |= 1 << cues[at] as u8;
            at += 1;
        }
        Self(bits)
    }

    pub(super) const fn has(self, cue: Cue) -> bool {
        self.0 & (1 << cue as u8) != 0
    }

    pub(super) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    pub(super) const fn and(self, of: Self) -> Self {
        Self(self.0 & of.0)
    }

    pub(super) const fn without(self, of: Self) -> Self {
        Self(self.0 & !of.0)
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn insert(&mut self, cue: Cue) {
        self.0 |= 1 << cue as u8;
    }

    pub(super) const fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
