//! What followers of the configuration are told: the head, snapshots by pages, and chained deltas.
//!
//! A [`Source`] tells it: the database (`firebell-replica`), a server over HTTP, or a test. A snapshot
//! may be read in pages at different revisions: the follower begins at the first page's head and takes
//! every delta after it; what a page already has of a later delta is skipped by the instance's own
//! revision. In the end the root decides whether it all fits.

pub mod rows;

use std::fmt;
use std::future::Future;

use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// Instances of one page of a snapshot at most.
pub const SNAPSHOT_PAGE_MAX: usize = 500;
/// Deltas one answer has at most.
pub const DELTAS_MAX: usize = 1_000;
/// The most bytes of a page's bodies; a page always has at least one instance. What a follower holds
/// besides its configuration while it loads is some times this.
pub const SNAPSHOT_PAGE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The most bytes of one answer's deltas; an answer always has at least one.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Where the authority is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Which database, for ever.
    pub cell: [u8; 16],
    /// The newest revision.
    pub revision: Revision,
    /// The digest of all configuration as of it.
    pub root: Digest,
    /// The oldest revision from which deltas still lead to the newest.
    pub floor: Revision,
    /// Up to which revision an operator approved a snapshot of unusual size, if any.
    pub approved: Option<Revision>,
}

/// An instance's own row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstancePart {
    /// Storage number.
    pub no: i64,
    /// Identity.
    pub id: [u8; 16],
    /// Name.
    pub name: String,
    /// The region's word.
    pub region: String,
    /// When it was made, in microseconds since the epoch.
    pub created: i64,
}

/// One entity as stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityPart {
    /// The kind's word.
    pub kind: String,
    /// Identity within its kind.
    pub id: [u8; 16],
    /// The encoded entity, with hashes of secrets.
    pub body: String,
    /// The revision that last changed it: epoch and n.
    pub changed: (i64, i64),
}

/// Bodies hold hashes of secrets.
impl fmt::Debug for EntityPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntityPart({} {:02x?})", self.kind, self.id)
    }
}

/// What a revision does to one instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeltaPart {
    /// Which instance; it is made if it is not there.
    pub instance: InstancePart,
    /// Entities that are gone: kind's word and id.
    pub removed: Vec<(String, [u8; 16])>,
    /// Entities that are new or changed.
    pub put: Vec<EntityPart>,
}

/// A revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// Of which database: nothing else tells a delta of another one, with the same number, apart.
    pub cell: [u8; 16],
    /// Which.
    pub revision: Revision,
    /// The one it follows.
    pub prev: Revision,
    /// When it was committed, in microseconds since the epoch.
    pub at: i64,
    /// What it does.
    pub parts: Vec<DeltaPart>,
    /// The digest of all configuration after it.
    pub root: Digest,
}

/// An instance in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotPart {
    /// The instance's row.
    pub instance: InstancePart,
    /// The revision that last changed it: epoch and n.
    pub modified: (i64, i64),
    /// Everything it has.
    pub entities: Vec<EntityPart>,
}

/// A page of a snapshot, by instance number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotPage {
    /// The head when the page was read.
    pub head: Head,
    /// The instances.
    pub parts: Vec<SnapshotPart>,
    /// Where the next page begins; none after the last.
    pub next: Option<InstanceNo>,
}

/// Deltas after a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deltas {
    /// In order, without gaps; there may be more.
    Next(Vec<Delta>),
    /// They are gone, or the revision is none of this source: take a snapshot.
    Gone,
}

/// Why a source did not tell. None of these says anything about the configuration itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It did not answer in time.
    #[error("The source of the configuration did not answer in time.")]
    TimedOut,
    /// It cannot be reached, or failed.
    #[error("The source of the configuration failed: {0}")]
    Failed(String),
    /// It answered with something that cannot be read.
    #[error("The source of the configuration sent something unreadable: {0}")]
    Unreadable(String),
    /// It does not let this node follow.
    #[error("The source of the configuration refused this node: {0}")]
    Refused(String),
}

/// Tells a follower what the configuration is.
pub trait Source: Send + Sync + 'static {
    /// Where the authority is now: read after the call began.
    fn head(&self) -> impl Future<Output = Result<Head, SourceError>> + Send;

    /// A page of a snapshot, with instances numbered at least `from`.
    fn snapshot(
        &self,
        from: InstanceNo,
    ) -> impl Future<Output = Result<SnapshotPage, SourceError>> + Send;

    /// What came after a revision, oldest first.
    fn deltas(&self, after: Revision) -> impl Future<Output = Result<Deltas, SourceError>> + Send;
}
