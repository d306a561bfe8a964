//! All configuration as of one revision, in memory, with the digests that prove it.
//!
//! A view is immutable; what changes makes a new one that shares nearly everything with the old. It
//! is filled from a snapshot and kept up by deltas (replicas), or from rows (commands, and the
//! authority before it writes): always by the same code, so that both ways give the same view.
//!
//! A refusal ([`Nack`]) means that nothing was taken and the old view serves on. A body that cannot
//! be read refuses nothing: only its instance keeps what it had, and says so ([`View::nack`]).

mod held;
mod nack;
mod shelf;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use firebell_domain::credential::ApiKeyId;
use firebell_domain::directory::{Directory, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::IntegrationId;
use firebell_domain::name::fold;

pub use held::Held;
use held::Step;
pub(crate) use held::part_of;
pub use nack::{Nack, NackCode};
use shelf::{Blocks, Shelf};

use crate::digest::{Digest, INSTANCE_BUCKETS, Tree};
use crate::feed::{Delta, DeltaPart, Head, SnapshotPage, SnapshotPart};
use crate::loading::Damage;

/// The configuration of every instance as of a revision. Cheap to clone.
#[derive(Clone)]
pub struct View {
    cell: [u8; 16],
    revision: Revision,
    phase: Phase,
    instances: Blocks<Held>,
    tree: Tree<[u8; 8]>,
    prints: Tree<[u8; 8]>,
    entities: usize,
    damaged: Arc<BTreeSet<InstanceNo>>,
    index: Index,
}

/// How much of it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Pages are missing: the next one begins here.
    Pages { next: InstanceNo, begun: bool },
    /// All pages are there; deltas may be missing.
    Deltas,
    /// It is what the authority had at its revision.
    Whole,
}

/// Look-ups across instances.
#[derive(Debug, Clone, Default)]
struct Index {
    names: Shelf<String, InstanceNo>,
    integrations: Shelf<IntegrationId, InstanceNo>,
    keys: Shelf<[u8; 32], (InstanceNo, IntegrationId)>,
    api_keys: Shelf<ApiKeyId, InstanceNo>,
}

/// What the index has of one instance.
#[derive(Debug, Default)]
struct Entries {
    names: BTreeSet<(String, InstanceNo)>,
    integrations: BTreeSet<(IntegrationId, InstanceNo)>,
    keys: BTreeSet<([u8; 32], (InstanceNo, IntegrationId))>,
    api_keys: BTreeSet<(ApiKeyId, InstanceNo)>,
}

impl View {
    /// An empty view, to be filled with the pages of a snapshot.
    pub fn building(cell: [u8; 16]) -> Self {
        Self {
            cell,
            revision: Revision::default(),
            phase: Phase::Pages { next: InstanceNo(i64::MIN), begun: false },
            instances: Blocks::default(),
            tree: Tree::new(INSTANCE_BUCKETS),
            prints: Tree::new(INSTANCE_BUCKETS),
            entities: 0,
            damaged: Arc::default(),
            index: Index::default(),
        }
    }

    /// The view with the next page of a snapshot. The first page's head says as of which revision
    /// it will be; later pages may already have more.
    ///
    /// # Errors
    /// [`Nack`] for a page of another database or epoch, or one that is not the next.
    pub fn with_page(&self, page: &SnapshotPage) -> Result<Self, Nack> {
        let at = page.head.revision;
        let refuse = |code, message: &str| Err(Nack::new(code, at, message));
        let Phase::Pages { next: from, begun } = self.phase else {
            return refuse(NackCode::OutOfOrder, "all pages are there already");
        };
        if page.head.cell != self.cell {
            return refuse(NackCode::OtherCell, "the page comes from another database");
        }
        if begun && at.epoch != self.revision.epoch {
            return refuse(NackCode::NewEpoch, "another epoch began between two pages");
        }
        if begun && at < self.revision {
            return refuse(NackCode::WentBack, "the page is older than the first one");
        }
        let numbers = page.parts.iter().map(|part| InstanceNo(part.instance.no));
        let ends = [from].into_iter().chain(numbers.clone());
        let rising = ends.zip(numbers).enumerate().all(|(i, (a, b))| a < b || (i == 0 && a == b));
        let beyond = |next: &InstanceNo| page.parts.last().is_none_or(|p| p.instance.no < next.0);
        if !rising || !page.next.iter().all(|next| beyond(next) && *next > from) {
            return refuse(NackCode::OutOfOrder, "the page's instances are not in order");
        }
        let mut view = self.clone();
        view.take_whole(self, &page.parts);
        if !begun {
            view.revision = at;
        }
        view.phase = match page.next {
            Some(next) => Phase::Pages { next, begun: true },
            None => Phase::Deltas,
        };
        Ok(view)
    }

    /// The view after a revision. While it is being built, instances that are newer already are left
    /// as they are, and the digest is not looked at.
    ///
    /// # Errors
    /// [`Nack`] for a delta that does not follow, or after which the digest is not the authority's.
    pub fn with_delta(&self, delta: &Delta) -> Result<Self, Nack> {
        let refuse = |code, message: String| Err(Nack::new(code, delta.revision, message));
        if let Phase::Pages { begun: false, .. } = self.phase {
            return refuse(NackCode::Incomplete, "there is nothing it could follow".to_owned());
        }
        if delta.cell != self.cell {
            return refuse(NackCode::OtherCell, "it is of another database".to_owned());
        }
        if delta.revision.epoch != self.revision.epoch {
            return refuse(NackCode::NewEpoch, "another epoch needs a whole snapshot".to_owned());
        }
        if delta.prev != self.revision || delta.revision <= delta.prev {
            let message = format!("it follows {}, and {} is held", delta.prev, self.revision);
            return refuse(NackCode::OutOfOrder, message);
        }
        let mut view = self.clone();
        view.take_parts(delta.revision, &delta.parts)?;
        if self.is_whole() && view.root() != delta.root {
            let (here, there) = (view.root().short(), delta.root.short());
            let message = format!("the digest is {here} here and {there} at the authority");
            return refuse(NackCode::RootMismatch, message);
        }
        Ok(view)
    }

    /// The end of building: the view is whole if its digest is the authority's at its revision.
    ///
    /// # Errors
    /// [`Nack`] if pages are missing, or the digest is another.
    pub fn verified(&self, root: Digest) -> Result<Self, Nack> {
        if let Phase::Pages { .. } = self.phase {
            return Err(Nack::new(NackCode::Incomplete, self.revision, "pages are missing"));
        }
        if self.root() != root {
            let (here, there) = (self.root().short(), root.short());
            let message = format!("the digest is {here} here and {there} at the authority");
            return Err(Nack::new(NackCode::RootMismatch, self.revision, message));
        }
        Ok(Self { phase: Phase::Whole, ..self.clone() })
    }

    /// Computes the digests of some instances again, from what is decoded in memory. Says where to go
    /// on; none when all have been looked at.
    ///
    /// # Errors
    /// [`NackCode::RootMismatch`] names the first instance whose digest is another.
    pub fn recheck(&self, from: InstanceNo, count: usize) -> Result<Option<InstanceNo>, Nack> {
        let mut rest = self.instances.from(from);
        for (no, held) in rest.by_ref().take(count.max(1)) {
            held.recheck()?;
            let here = (self.tree.get(&leaf_key(no)), self.prints.get(&leaf_key(no)));
            if here != (Some(held.digest()), Some(held.fingerprint())) {
                let message = "its digest is not the one that counts";
                let nack = Nack::new(NackCode::RootMismatch, self.revision, message);
                return Err(nack.about(no));
            }
        }
        let next = rest.next().map(|(no, _)| no);
        if next.is_none() && self.tree.len() != self.instances.len() {
            let message = "there are fewer or more instances than count";
            return Err(Nack::new(NackCode::RootMismatch, self.revision, message));
        }
        Ok(next)
    }

    /// The view after a change that is being written: for the authority. Its root is what followers
    /// will have to find.
    ///
    /// # Errors
    /// [`Nack`] if this release could not read what it is about to write.
    pub fn with_parts(&self, at: Revision, parts: &[DeltaPart]) -> Result<Self, Nack> {
        if at <= self.revision {
            let message = format!("{} is held already", self.revision);
            return Err(Nack::new(NackCode::OutOfOrder, at, message));
        }
        let mut view = self.clone();
        view.take_parts(at, parts)?;
        for part in parts {
            let no = InstanceNo(part.instance.no);
            if let Some(nack) = view.held(no).and_then(|held| held.nack()) {
                return Err(nack);
            }
        }
        Ok(view)
    }

    /// The view with some instances as their rows are, as of a head. Whether that is everything, the
    /// root tells.
    pub(crate) fn with_rows(&self, head: &Head, parts: &[SnapshotPart]) -> Self {
        let mut view = self.clone();
        view.take_whole(self, parts);
        view.revision = head.revision;
        view.cell = head.cell;
        view.phase = Phase::Whole;
        view
    }

    /// The same, with the last whole directories of another view for instances that cannot be read
    /// wholly: a view that was built anew does not have them.
    #[must_use]
    pub(crate) fn serving_on(&self, before: &Self) -> Self {
        let fresh = self.damaged.iter().filter_map(|no| {
            let held = self.held(*no)?;
            Some((Some(Arc::clone(held)), held.serving_on(before.held(*no)?)?))
        });
        let fresh: Vec<_> = fresh.collect();
        let mut view = self.clone();
        if !fresh.is_empty() {
            view.insert_all(fresh);
        }
        view
    }

    /// As of which revision.
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// Of which database.
    pub const fn cell(&self) -> [u8; 16] {
        self.cell
    }

    /// The digest of all configuration.
    pub const fn root(&self) -> Digest {
        self.tree.root()
    }

    /// The digest of what this release would decide.
    pub const fn fingerprint(&self) -> Digest {
        self.prints.root()
    }

    /// Whether it is what the authority had, as far as that was checked.
    pub fn is_whole(&self) -> bool {
        self.phase == Phase::Whole
    }

    /// How many instances there are.
    pub const fn len(&self) -> usize {
        self.instances.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.instances.len() == 0
    }

    /// How many entities there are in all instances.
    pub const fn entities(&self) -> usize {
        self.entities
    }

    /// Every instance, by number.
    pub fn instances(&self) -> impl Iterator<Item = &Arc<Held>> {
        self.instances.iter()
    }

    /// An instance.
    pub fn held(&self, no: InstanceNo) -> Option<&Arc<Held>> {
        self.instances.get(no)
    }

    /// The configuration of an instance.
    pub fn directory(&self, no: InstanceNo) -> Option<Arc<Directory>> {
        self.held(no)?.directory().cloned()
    }

    /// The configuration of the instance with this name, whatever the case.
    pub fn by_name(&self, name: &str) -> Option<Arc<Directory>> {
        self.directory(self.index.names.get(&fold(name))?)
    }

    /// The configuration this integration belongs to.
    pub fn by_integration(&self, id: IntegrationId) -> Option<Arc<Directory>> {
        self.directory(self.index.integrations.get(&id)?)
    }

    /// The integration with this key (see [`crate::key::hash`]) and the configuration it is in.
    pub fn by_integration_key_hash(
        &self,
        hash: &[u8; 32],
    ) -> Option<(Arc<Directory>, IntegrationId)> {
        let (no, id) = self.index.keys.get(hash)?;
        Some((self.directory(no)?, id))
    }

    /// The configuration this API key belongs to.
    pub fn by_api_key(&self, id: ApiKeyId) -> Option<Arc<Directory>> {
        self.directory(self.index.api_keys.get(&id)?)
    }

    /// The stored entries that cannot be read.
    pub fn damage(&self) -> Vec<Damage> {
        let held = self.damaged.iter().filter_map(|no| self.held(*no));
        held.flat_map(|held| held.damage().cloned()).collect()
    }

    /// The first of them, as a refusal; none if everything could be read.
    pub fn nack(&self) -> Option<Nack> {
        self.damaged.iter().find_map(|no| self.held(*no)?.nack())
    }

    fn take_whole(&mut self, before: &Self, parts: &[SnapshotPart]) {
        let fresh = parts.iter().map(|part| {
            let old = before.held(InstanceNo(part.instance.no));
            let at = Revision { epoch: part.modified.0, n: part.modified.1 };
            let step = Step { instance: &part.instance, at, removed: &[], put: &part.entities };
            (old.cloned(), Held::whole(old.map(|old| &**old), step))
        });
        let fresh: Vec<_> = fresh.collect();
        self.insert_all(fresh);
    }

    fn take_parts(&mut self, at: Revision, parts: &[DeltaPart]) -> Result<(), Nack> {
        let mut fresh = Vec::with_capacity(parts.len());
        let mut seen = BTreeSet::new();
        for DeltaPart { instance, removed, put } in parts {
            let no = InstanceNo(instance.no);
            let old = self.held(no);
            if !seen.insert(no) {
                let nack = Nack::new(NackCode::OutOfOrder, at, "it changes an instance twice");
                return Err(nack.about(no));
            }
            // The page it is on will have it.
            if matches!(self.phase, Phase::Pages { next, .. } if no >= next) {
                continue;
            }
            if old.is_some_and(|old| old.modified() >= at) {
                if self.is_whole() {
                    let nack = Nack::new(NackCode::OutOfOrder, at, "the instance is newer");
                    return Err(nack.about(no));
                }
                continue;
            }
            let step = Step { instance, at, removed, put };
            let held = match old {
                Some(old) => old.after(step)?,
                None => Held::whole(None, step),
            };
            fresh.push((old.cloned(), held));
        }
        self.insert_all(fresh);
        self.revision = at;
        Ok(())
    }

    fn insert_all(&mut self, fresh: Vec<(Option<Arc<Held>>, Held)>) {
        let key = |held: &Held| leaf_key(held.no());
        self.tree.set(fresh.iter().map(|(_, held)| (key(held), Some(held.digest()))));
        self.prints.set(fresh.iter().map(|(_, held)| (key(held), Some(held.fingerprint()))));
        for (old, held) in fresh {
            self.insert(old.as_ref(), held);
        }
    }

    fn insert(&mut self, old: Option<&Arc<Held>>, held: Held) {
        let no = held.no();
        self.entities += held.entities();
        self.entities -= old.map_or(0, |old| old.entities());
        if held.is_whole() == self.damaged.contains(&no) {
            let damaged = Arc::make_mut(&mut self.damaged);
            if held.is_whole() {
                damaged.remove(&no);
            } else {
                damaged.insert(no);
            }
        }
        let before = old.and_then(|old| old.directory());
        self.index.replace(before.map(|old| &**old), held.directory().map(|new| &**new));
        self.instances.insert(no, Arc::new(held));
    }
}

/// Digests only: what is in it is somebody's.
impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (revision, instances) = (self.revision, self.instances.len());
        write!(f, "View({revision}, {instances} instances, {:?})", self.root())
    }
}

fn leaf_key(no: InstanceNo) -> [u8; 8] {
    no.0.to_be_bytes()
}

impl Index {
    fn replace(&mut self, old: Option<&Directory>, new: Option<&Directory>) {
        let (old, new) = (Entries::of(old), Entries::of(new));
        self.names.replace(&old.names, &new.names);
        self.integrations.replace(&old.integrations, &new.integrations);
        self.keys.replace(&old.keys, &new.keys);
        self.api_keys.replace(&old.api_keys, &new.api_keys);
    }
}

impl Entries {
    fn of(directory: Option<&Directory>) -> Self {
        let mut entries = Self::default();
        let Some(directory) = directory else { return entries };
        let no = directory.instance.no;
        entries.names.insert((directory.instance.name.fold(), no));
        for integration in directory.integrations() {
            entries.integrations.insert((integration.id, no));
            entries.keys.insert((integration.key_hash, (no, integration.id)));
        }
        entries.api_keys.extend(directory.api_keys().map(|key| (key.id, no)));
        entries
    }
}
