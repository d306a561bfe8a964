//! One instance as it is held: its directory, its digests, and what of it cannot be read.
//!
//! Built by `view` from snapshots, deltas and rows, always by the same code. What cannot be read
//! stays the matter of its instance: the digest counts the stored bytes, so that releases that can
//! read them agree, and the instance keeps the last directory that was whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use firebell_base::Id;
use firebell_base::time::from_micros;
use firebell_domain::directory::{Directory, Entity, Kind, Revision};
use firebell_domain::instance::{Instance, InstanceNo, Region};
use firebell_domain::name::Name;

use super::nack::{Nack, NackCode};
use crate::codec::{self, Kept};
use crate::decisions;
use crate::digest::{Digest, ENTITY_BUCKETS, Tree};
use crate::feed::{EntityPart, InstancePart};
use crate::loading::Damage;

/// The most damaged entries reported per instance.
const DAMAGE_MAX: usize = 100;

/// A kind and an id, as the tree has them: alike in all releases, also for kinds unknown here.
pub(super) type EntityKey = [u8; 20];

/// An instance's configuration as of a revision.
#[derive(Debug, Clone)]
pub struct Held {
    no: InstanceNo,
    modified: Revision,
    /// As far as it can be read; none while the instance's own row cannot.
    newest: Option<Arc<Directory>>,
    tree: Tree<EntityKey>,
    digest: Digest,
    fingerprint: Digest,
    /// What most instances do not have.
    rare: Option<Box<Rare>>,
}

#[derive(Debug, Clone, Default)]
struct Rare {
    /// The last directory that was whole, if the newest is not.
    before: Option<Arc<Directory>>,
    /// The instance's own row, if it cannot be read.
    row: Option<(InstancePart, Unread)>,
    unread: BTreeMap<EntityKey, Unread>,
    kept: BTreeMap<EntityKey, Kept>,
}

#[derive(Debug, Clone)]
struct Unread {
    damage: Damage,
    requires: bool,
}

/// What becomes of an instance.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) instance: &'a InstancePart,
    pub(super) at: Revision,
    pub(super) removed: &'a [(String, [u8; 16])],
    pub(super) put: &'a [EntityPart],
}

impl Held {
    /// An instance from everything it has. `before` is the same instance as it was, whose directory
    /// serves on if the new one is not whole.
    pub(super) fn whole(before: Option<&Self>, step: Step<'_>) -> Self {
        let row = instance(step.instance);
        let base = row.as_ref().ok().map(|one| Directory::new(one.clone(), step.at));
        let old = Building { newest: base, tree: Tree::new(ENTITY_BUCKETS), rare: Rare::default() };
        let served = before.and_then(Self::last_whole);
        old.with(step, row.err(), served)
    }

    /// The instance after a delta.
    pub(super) fn after(&self, step: Step<'_>) -> Result<Self, Nack> {
        let row = instance(step.instance);
        let newest = match (&self.newest, &row) {
            (Some(newest), Ok(one)) => {
                let mut newest = Directory::clone(newest);
                newest.revision = step.at;
                newest.instance = one.clone();
                Some(newest)
            }
            (None, Ok(_)) => {
                let message = "its row can be read again; what came before has to be read too";
                return Err(Nack::new(NackCode::Incomplete, step.at, message).about(self.no));
            }
            (_, Err(_)) => None,
        };
        let rare = self.rare.as_deref().cloned().unwrap_or_default();
        let served = self.last_whole();
        let old = Building { newest, tree: self.tree.clone(), rare };
        Ok(old.with(step, row.err(), served))
    }

    /// The same, serving what was whole before; none if there is nothing to gain.
    pub(super) fn serving_on(&self, before: &Self) -> Option<Self> {
        let rare = self.rare.as_deref().filter(|rare| rare.before.is_none())?;
        let served = before.last_whole().filter(|_| !self.is_whole())?;
        let fingerprint = decisions::fingerprint(&served);
        let rare = Rare { before: Some(served), ..rare.clone() };
        Some(Self { fingerprint, rare: Some(Box::new(rare)), ..self.clone() })
    }

    /// Its storage number.
    pub const fn no(&self) -> InstanceNo {
        self.no
    }

    /// The revision that last changed it.
    pub const fn modified(&self) -> Revision {
        self.modified
    }

    /// The configuration to serve: the newest one, or the last whole one while the newest cannot be
    /// read wholly, or, since the start of the process, what can be read.
    pub fn directory(&self) -> Option<&Arc<Directory>> {
        let before = self.rare.as_ref().and_then(|rare| rare.before.as_ref());
        before.or(self.newest.as_ref())
    }

    /// Whether all of it could be read.
    pub fn is_whole(&self) -> bool {
        self.rare.as_ref().is_none_or(|rare| rare.row.is_none() && rare.unread.is_empty())
    }

    /// The stored entries that cannot be read; at most 100 of them.
    pub fn damage(&self) -> impl Iterator<Item = &Damage> {
        self.unread().map(|unread| &unread.damage)
    }

    /// The first of them, as a refusal.
    pub fn nack(&self) -> Option<Nack> {
        let unread = self.unread().next()?;
        let code =
            if unread.requires { NackCode::UnknownRequirement } else { NackCode::UnreadableEntity };
        Some(Nack::new(code, self.modified, unread.damage.to_string()).about(self.no))
    }

    /// The digest of all its entities.
    pub const fn root(&self) -> Digest {
        self.tree.root()
    }

    /// The digest of its entities and its own row: the instance's leaf under the root of everything.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The digest of what this release would decide for it.
    pub const fn fingerprint(&self) -> Digest {
        self.fingerprint
    }

    /// How many entities it has, unreadable ones too.
    pub fn entities(&self) -> usize {
        self.tree.len()
    }

    /// The body to store for an entity of this instance: with the members of its stored body that
    /// this release does not know.
    pub fn body(&self, entity: &Entity) -> String {
        codec::encode_keeping(entity, self.kept(&key(entity.kind().word(), entity.id())))
    }

    /// Computes all digests again, from the decoded entities.
    ///
    /// # Errors
    /// [`NackCode::RootMismatch`] if one is another than it was.
    pub(super) fn recheck(&self) -> Result<(), Nack> {
        let wrong = |what: &str| {
            let nack = Nack::new(NackCode::RootMismatch, self.modified, what);
            Err(nack.about(self.no))
        };
        let Some(directory) = &self.newest else { return Ok(()) };
        let mut tree = Tree::new(ENTITY_BUCKETS);
        let entities = directory.entities();
        let leaves = entities.iter().map(|entity| {
            let (kind, id) = (entity.kind(), entity.id());
            let key = key(kind.word(), id);
            let changed = directory.entity_revision(kind, id).unwrap_or_default();
            let body = codec::canonical(entity, self.kept(&key));
            (key, Some(leaf(kind.word(), id, changed, &body)))
        });
        tree.set(leaves);
        let unread = self.rare.iter().flat_map(|rare| rare.unread.keys());
        tree.set(unread.map(|key| (*key, self.tree.get(key))));
        if tree.root() != self.tree.root() || tree.len() != self.tree.len() {
            return wrong("the entities in memory are not those that were taken");
        }
        let row = self.rare.as_ref().and_then(|rare| rare.row.as_ref());
        let digest = match row {
            Some((part, _)) => instance_leaf(part, self.modified, tree.root()),
            None => instance_leaf(&part_of(&directory.instance), self.modified, tree.root()),
        };
        if digest != self.digest {
            return wrong("the instance in memory is not the one that was taken");
        }
        let print = self.directory().map_or(Digest::ZERO, |served| decisions::fingerprint(served));
        if print != self.fingerprint {
            return wrong("what would be decided is not what would have been");
        }
        Ok(())
    }

    fn unread(&self) -> impl Iterator<Item = &Unread> {
        let rows = self.rare.iter().flat_map(|rare| rare.row.iter().map(|(_, unread)| unread));
        let entities = self.rare.iter().flat_map(|rare| rare.unread.values());
        rows.chain(entities).take(DAMAGE_MAX)
    }

    fn last_whole(&self) -> Option<Arc<Directory>> {
        if self.is_whole() {
            self.newest.clone()
        } else {
            self.rare.as_ref().and_then(|rare| rare.before.clone())
        }
    }

    fn kept(&self, key: &EntityKey) -> Option<&Kept> {
        self.rare.as_ref()?.kept.get(key)
    }

    /// The same with another directory under the same digests, as a fault of the memory would.
    #[cfg(test)]
    pub(super) fn spoiled(&self, directory: Directory) -> Self {
        Self { newest: Some(Arc::new(directory)), ..self.clone() }
    }
}

struct Building {
    newest: Option<Directory>,
    tree: Tree<EntityKey>,
    rare: Rare,
}

impl Building {
    fn with(mut self, step: Step<'_>, row: Option<Damage>, served: Option<Arc<Directory>>) -> Held {
        let no = InstanceNo(step.instance.no);
        let row = row.map(|damage| (step.instance.clone(), Unread { damage, requires: false }));
        self.rare.row = row;
        let is_new = self.tree.is_empty();
        let mut leaves = Vec::with_capacity(step.removed.len() + step.put.len());
        for (kind, id) in step.removed {
            leaves.push((key(kind, *id), None));
            self.forget(kind, *id);
        }
        for part in step.put {
            leaves.push((key(&part.kind, part.id), Some(self.take(step.instance, part))));
        }
        self.tree.set(leaves);
        let is_whole = self.rare.row.is_none() && self.rare.unread.is_empty();
        let newest = self.newest.map(|mut newest| {
            if is_new {
                newest.compact();
            }
            Arc::new(newest)
        });
        self.rare.before = served.filter(|_| !is_whole);
        let print = self.rare.before.as_ref().or(newest.as_ref());
        let fingerprint = print.map_or(Digest::ZERO, |served| decisions::fingerprint(served));
        let digest = instance_leaf(step.instance, step.at, self.tree.root());
        let plain = is_whole && self.rare.kept.is_empty();
        let rare = (!plain).then(|| Box::new(self.rare));
        Held { no, modified: step.at, newest, tree: self.tree, digest, fingerprint, rare }
    }

    fn forget(&mut self, kind: &str, id: [u8; 16]) {
        let key = key(kind, id);
        self.rare.unread.remove(&key);
        self.rare.kept.remove(&key);
        if let (Some(directory), Some(kind)) = (&mut self.newest, Kind::from_word(kind)) {
            directory.remove(kind, id);
        }
    }

    fn take(&mut self, instance: &InstancePart, part: &EntityPart) -> Digest {
        let changed = Revision { epoch: part.changed.0, n: part.changed.1 };
        let read = match Kind::from_word(&part.kind) {
            Some(kind) => codec::read(kind, part.id, &part.body)
                .map_err(|error| (error.reason, error.requires)),
            None => Err(("this release does not know this kind of entry".to_owned(), true)),
        };
        let key = key(&part.kind, part.id);
        match read {
            Ok(stored) => {
                self.rare.unread.remove(&key);
                match stored.kept {
                    Some(kept) => drop(self.rare.kept.insert(key, kept)),
                    None => drop(self.rare.kept.remove(&key)),
                }
                if let Some(directory) = &mut self.newest {
                    directory.put_at(stored.entity, changed);
                }
                leaf(&part.kind, part.id, changed, &stored.canonical)
            }
            Err((reason, requires)) => {
                self.forget(&part.kind, part.id);
                let damage = damage(instance, &part.kind, part.id, reason);
                self.rare.unread.insert(key, Unread { damage, requires });
                leaf(&part.kind, part.id, changed, &codec::canonical_stored(&part.body))
            }
        }
    }
}

fn damage(instance: &InstancePart, kind: &str, id: [u8; 16], reason: String) -> Damage {
    Damage {
        instance: InstanceNo(instance.no),
        name: instance.name.clone(),
        kind: kind.to_owned(),
        id: codec::uuid_text(id),
        reason,
    }
}

fn instance(part: &InstancePart) -> Result<Instance, Damage> {
    let wrong = |reason: String| damage(part, "instance", part.id, reason);
    let region = Region::from_word(&part.region);
    let one = Instance {
        id: Id::from_bytes(part.id),
        no: InstanceNo(part.no),
        name: Name::parse(&part.name).map_err(|error| wrong(format!("name: {error}")))?,
        region: region.ok_or_else(|| wrong(format!("region: {:?} is unknown", part.region)))?,
        created: from_micros(part.created),
    };
    if part_of(&one) == *part {
        Ok(one)
    } else {
        Err(wrong("the row does not come out as it is stored".to_owned()))
    }
}

/// The row of an instance.
pub(crate) fn part_of(instance: &Instance) -> InstancePart {
    InstancePart {
        no: instance.no.0,
        id: instance.id.to_bytes(),
        name: instance.name.to_string(),
        region: instance.region.word().to_owned(),
        created: instance.created.as_microsecond(),
    }
}

/// FNV-1a of the kind's word, then the id: kinds unknown here have keys too.
fn key(kind: &str, id: [u8; 16]) -> EntityKey {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let word = kind.bytes().fold(0x811c_9dc5_u32, mix).to_be_bytes();
    let mut key = [0; 20];
    for (place, byte) in key.iter_mut().zip(word.into_iter().chain(id)) {
        *place = byte;
    }
    key
}

fn leaf(kind: &str, id: [u8; 16], changed: Revision, canonical: &[u8]) -> Digest {
    let (epoch, n) = (changed.epoch.to_be_bytes(), changed.n.to_be_bytes());
    Digest::of(&[kind.as_bytes(), &id, &epoch, &n, canonical])
}

fn instance_leaf(part: &InstancePart, at: Revision, root: Digest) -> Digest {
    Digest::of(&[
        &part.id,
        &part.no.to_be_bytes(),
        part.name.as_bytes(),
        part.region.as_bytes(),
        &part.created.to_be_bytes(),
        &at.epoch.to_be_bytes(),
        &at.n.to_be_bytes(),
        &root.to_bytes(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_keys_of_its_own() {
        let keys: std::collections::BTreeSet<EntityKey> =
            Kind::ALL.into_iter().map(|kind| key(kind.word(), [7; 16])).collect();
        assert_eq!(keys.len(), Kind::ALL.len());
        assert_ne!(key("robot", [7; 16]), key("tobor", [7; 16]));
    }
}
