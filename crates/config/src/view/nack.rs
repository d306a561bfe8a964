//! Why something about the configuration was not taken. A refusal changes nothing: what was served
//! before is served on.

use std::fmt;

use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;

/// What a refusal is about. Closed: the word is in logs, metrics, and the table of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NackCode {
    /// A stored entry cannot be read.
    UnreadableEntity,
    /// An entry requires something that this release does not know.
    UnknownRequirement,
    /// The digest of what was decoded is not that of the authority.
    RootMismatch,
    /// A delta that does not follow, or a page that is not the next.
    OutOfOrder,
    /// It comes from another database.
    OtherCell,
    /// A snapshot of unusual size that nobody approved.
    SnapshotSize,
    /// The source is older than what is known.
    WentBack,
    /// It begins another life of the database, which needs a whole snapshot.
    NewEpoch,
    /// There is not enough to go on: a whole snapshot is needed.
    Incomplete,
}

impl NackCode {
    /// Every code.
    pub const ALL: [Self; 9] = [
        Self::UnreadableEntity,
        Self::UnknownRequirement,
        Self::RootMismatch,
        Self::OutOfOrder,
        Self::OtherCell,
        Self::SnapshotSize,
        Self::WentBack,
        Self::NewEpoch,
        Self::Incomplete,
    ];

    /// The word in logs, metrics and the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnreadableEntity => "unreadable_entity",
            Self::UnknownRequirement => "unknown_requirement",
            Self::RootMismatch => "root_mismatch",
            Self::OutOfOrder => "out_of_order",
            Self::OtherCell => "other_cell",
            Self::SnapshotSize => "snapshot_size",
            Self::WentBack => "went_back",
            Self::NewEpoch => "new_epoch",
            Self::Incomplete => "incomplete",
        }
    }
}

impl fmt::Display for NackCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Something that was not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} at revision {revision}: {message}")]
pub struct Nack {
    /// What it is about.
    pub code: NackCode,
    /// What was found, as a sentence without secrets.
    pub message: String,
    /// The instance it is about, if it is about one.
    pub instance: Option<InstanceNo>,
    /// The revision that was not taken, or not wholly.
    pub revision: Revision,
}

impl Nack {
    /// A refusal that is about no single instance.
    pub fn new(code: NackCode, revision: Revision, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), instance: None, revision }
    }

    /// The same about an instance.
    #[must_use]
    pub fn about(self, instance: InstanceNo) -> Self {
        Self { instance: Some(instance), ..self }
    }
}
