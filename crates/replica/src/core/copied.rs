//! What a core copies: a view in the program, something smaller in its tests.

use firebell_config::digest::Digest;
use firebell_config::feed::{Delta, SnapshotPage};
use firebell_config::view::{Nack, View};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;

/// Configuration that takes pages and deltas. Clones are cheap.
pub trait Copied: Clone {
    /// Nothing yet of a database: pages are to come.
    fn building(cell: [u8; 16]) -> Self;
    /// Which database it is a copy of.
    fn cell(&self) -> [u8; 16];
    /// As of which revision.
    fn revision(&self) -> Revision;
    /// The digest of all of it.
    fn root(&self) -> Digest;
    /// The digest of the decisions derived from it.
    fn fingerprint(&self) -> Digest;
    /// How many entities it has.
    fn size(&self) -> usize;
    /// What of it could not be read, so that something older is served in its place.
    fn nack(&self) -> Option<Nack>;
    /// With a page of a snapshot.
    ///
    /// # Errors
    /// Why the page cannot be taken.
    fn with_page(&self, page: &SnapshotPage) -> Result<Self, Nack>;
    /// With the next revision.
    ///
    /// # Errors
    /// Why it cannot be taken.
    fn with_delta(&self, delta: &Delta) -> Result<Self, Nack>;
    /// The same as a whole, if it has this digest.
    ///
    /// # Errors
    /// That it does not.
    fn verified(&self, root: Digest) -> Result<Self, Nack>;
    /// Computes the digests of some instances again; returns where to go on, if there are more.
    ///
    /// # Errors
    /// That one is not what it was.
    fn recheck(&self, from: InstanceNo, count: usize) -> Result<Option<InstanceNo>, Nack>;
}

impl Copied for View {
    fn building(cell: [u8; 16]) -> Self {
        Self::building(cell)
    }
    fn cell(&self) -> [u8; 16] {
        self.cell()
    }
    fn revision(&self) -> Revision {
        self.revision()
    }
    fn root(&self) -> Digest {
        self.root()
    }
    fn fingerprint(&self) -> Digest {
        self.fingerprint()
    }
    fn size(&self) -> usize {
        self.entities()
    }
    fn nack(&self) -> Option<Nack> {
        self.nack()
    }
    fn with_page(&self, page: &SnapshotPage) -> Result<Self, Nack> {
        self.with_page(page)
    }
    fn with_delta(&self, delta: &Delta) -> Result<Self, Nack> {
        self.with_delta(delta)
    }
    fn verified(&self, root: Digest) -> Result<Self, Nack> {
        self.verified(root)
    }
    fn recheck(&self, from: InstanceNo, count: usize) -> Result<Option<InstanceNo>, Nack> {
        self.recheck(from, count)
    }
}
