//! How far a copy is trusted, in words and ranks, and what is counted.

use firebell_config::digest::Digest;
use firebell_config::feed::Head;
use firebell_config::view::Nack;
use firebell_domain::directory::Revision;

use super::Mono;

/// How far a copy is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It has nothing, and has begun to load nothing.
    Joining,
    /// It loads its first snapshot.
    Syncing,
    /// It has a snapshot, and makes sure that it is whole.
    Verifying,
    /// What it serves was the newest within the lease.
    Ready,
    /// It is not sure any more to have the newest, for some seconds.
    Lagging,
    /// It serves what it has, however old.
    StaleServing,
    /// What it serves has another digest than the authority's. It is served on until a verified
    /// snapshot replaces it, and nothing is confirmed from it.
    Quarantined,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Joining,
        Self::Syncing,
        Self::Verifying,
        Self::Ready,
        Self::Lagging,
        Self::StaleServing,
        Self::Quarantined,
    ];

    /// The word in tables, logs and the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Joining => "joining",
            Self::Syncing => "syncing",
            Self::Verifying => "verifying",
            Self::Ready => "ready",
            Self::Lagging => "lagging",
            Self::StaleServing => "stale_serving",
            Self::Quarantined => "quarantined",
        }
    }

    /// How much it is trusted. No time-out leads to a higher rank.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Quarantined => 0,
            Self::Joining => 1,
            Self::Syncing => 2,
            Self::Verifying => 3,
            Self::StaleServing => 4,
            Self::Lagging => 5,
            Self::Ready => 6,
        }
    }

    /// Whether there is a configuration to answer from.
    pub const fn serves(self) -> bool {
        match self {
            Self::Ready | Self::Lagging | Self::StaleServing | Self::Quarantined => true,
            Self::Joining | Self::Syncing | Self::Verifying => false,
        }
    }
}

/// What has happened since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Revisions taken from deltas.
    pub deltas: u64,
    /// Snapshots taken.
    pub snapshots: u64,
    /// Deltas that were here already.
    pub duplicates: u64,
    /// Questions that were not answered in time.
    pub timeouts: u64,
    /// Questions that failed otherwise.
    pub failures: u64,
    /// Answers to questions that had been given up.
    pub late: u64,
    /// Refusals of what was told.
    pub nacks: u64,
    /// Heads and pages that were older than what was known.
    pub went_back: u64,
    /// Heads and pages of another database.
    pub other_cell: u64,
    /// Leases that were lost.
    pub leases_lost: u64,
    /// Clocks that jumped.
    pub jumps: u64,
    /// Times the copy was quarantined.
    pub quarantines: u64,
    /// Panics while it was evaluated or applied.
    pub panics: u64,
    /// Whole cycles of computing everything again.
    pub rechecks: u64,
}

/// What a core knows about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// How far it is trusted.
    pub state: State,
    /// Why, as a sentence.
    pub reason: String,
    /// What it serves; none while it has nothing.
    pub applied: Option<Revision>,
    /// The newest revision that has proven itself.
    pub proven: Option<Revision>,
    /// The newest head it has accepted.
    pub head: Option<Head>,
    /// The digest of what it serves.
    pub root: Digest,
    /// The digest of the decisions derived from what it serves.
    pub fingerprint: Digest,
    /// Until when it is fresh.
    pub lease: Option<Mono>,
    /// When it was last sure to have the newest.
    pub fresh: Option<Mono>,
    /// What it refused last, unless it has got past that.
    pub nack: Option<Nack>,
    /// What has happened.
    pub counters: Counters,
}
