//! A view is the same whatever way it came, and what is wrong is refused or stays where it is.

use std::collections::BTreeMap;

use firebell_domain::directory::{Entity, Kind};
use firebell_domain::licence::Entitlement;
use firebell_domain::person::LicenceType;
use proptest::prelude::*;

use super::*;
use crate::codec;
use crate::feed::{EntityPart, InstancePart};
use crate::samples::{ANN, BO, DOOR, acme, bytes, entities, id, integration, name, person};

mod models;
mod refusals;

const CELL: [u8; 16] = [9; 16];

/// All rows of a database.
#[derive(Debug, Clone)]
struct Rows {
    revision: Revision,
    instances: BTreeMap<i64, SnapshotPart>,
}

/// What one revision does to one entity.
#[derive(Debug, Clone)]
enum Act {
    Put(Entity),
    /// With a member that this release does not know.
    PutNewer(Entity, u8),
    /// With something that it cannot read.
    Spoil(Kind, u128, &'static str),
    Remove(Kind, u128),
}

impl Rows {
    /// Some instances with all samples.
    fn of(numbers: impl IntoIterator<Item = i64>) -> Self {
        let mut rows = Self { revision: Revision { epoch: 1, n: 0 }, instances: BTreeMap::new() };
        for no in numbers {
            rows.act(&[(no, entities().into_iter().map(Act::Put).collect())]);
        }
        rows
    }

    fn head(&self) -> Head {
        let floor = Revision { epoch: 1, n: 0 };
        let root = self.anew().root();
        Head { cell: CELL, revision: self.revision, root, floor, approved: None }
    }

    /// The view that reading everything gives.
    fn anew(&self) -> View {
        let parts: Vec<SnapshotPart> = self.instances.values().cloned().collect();
        let head = Head {
            cell: CELL,
            revision: self.revision,
            root: Digest::ZERO,
            floor: self.revision,
            approved: None,
        };
        View::building(CELL).with_rows(&head, &parts)
    }

    fn page(&self, from: i64, count: usize) -> SnapshotPage {
        let mut rest = self.instances.range(from..).map(|(_, part)| part.clone());
        let parts = rest.by_ref().take(count).collect();
        let next = rest.next().map(|part| InstanceNo(part.instance.no));
        SnapshotPage { head: self.head(), parts, next }
    }

    /// The next revision.
    fn act(&mut self, acts: &[(i64, Vec<Act>)]) -> Delta {
        let prev = self.revision;
        self.revision.n += 1;
        let at = (self.revision.epoch, self.revision.n);
        let mut parts = Vec::new();
        for (no, acts) in acts {
            let part = self.instances.entry(*no).or_insert_with(|| SnapshotPart {
                instance: instance(*no),
                modified: at,
                entities: Vec::new(),
            });
            part.modified = at;
            let mut delta =
                DeltaPart { instance: part.instance.clone(), removed: Vec::new(), put: Vec::new() };
            for act in acts {
                let (kind, id, body) = act.row();
                if delta.removed.iter().any(|gone| *gone == (kind.to_owned(), id))
                    || delta.put.iter().any(|put| put.kind == kind && put.id == id)
                {
                    continue;
                }
                part.entities.retain(|old| old.kind != kind || old.id != id);
                match body {
                    Some(body) => {
                        let one = EntityPart { kind: kind.to_owned(), id, body, changed: at };
                        part.entities.push(one.clone());
                        delta.put.push(one);
                    }
                    None => delta.removed.push((kind.to_owned(), id)),
                }
            }
            parts.push(delta);
        }
        let root = self.anew().root();
        Delta { cell: CELL, revision: self.revision, prev, at: 0, parts, root }
    }
}

impl Act {
    fn row(&self) -> (&'static str, [u8; 16], Option<String>) {
        match self {
            Self::Put(entity) => (entity.kind().word(), entity.id(), Some(codec::encode(entity))),
            Self::PutNewer(entity, n) => {
                let new = format!("{{\"new{n}\":[{n}],\"v\":");
                let body = codec::encode(entity).replacen("{\"v\":", &new, 1);
                (entity.kind().word(), entity.id(), Some(body))
            }
            Self::Spoil(kind, id, body) => (kind.word(), bytes(*id), Some((*body).to_owned())),
            Self::Remove(kind, id) => (kind.word(), bytes(*id), None),
        }
    }
}

fn instance(no: i64) -> InstancePart {
    let (name, region) = (format!("acme-{no}"), "emea".to_owned());
    InstancePart { no, id: bytes(1000 + u128::from(no.unsigned_abs())), name, region, created: 7 }
}

/// That everything that can be seen of two views is the same.
fn assert_same(one: &View, other: &View) {
    assert_eq!(one.root(), other.root());
    assert_eq!((one.revision(), one.len()), (other.revision(), other.len()));
    assert_eq!(one.entities(), other.entities());
    assert_eq!(one.damage(), other.damage());
    assert_eq!(one.nack(), other.nack());
    for (a, b) in one.instances().zip(other.instances()) {
        assert_eq!((a.no(), a.modified(), a.digest()), (b.no(), b.modified(), b.digest()));
        if !a.is_whole() {
            continue;
        }
        assert_eq!(a.fingerprint(), b.fingerprint());
        let (a, b) = (a.directory().unwrap(), b.directory().unwrap());
        assert_eq!((a.revision, &a.instance), (b.revision, &b.instance));
        assert_eq!(a.entities(), b.entities());
        for entity in a.entities() {
            let (kind, id) = (entity.kind(), entity.id());
            assert_eq!(a.entity_revision(kind, id), b.entity_revision(kind, id));
        }
    }
    if one.nack().is_none() {
        assert_eq!(one.fingerprint(), other.fingerprint());
        for directory in one.instances().filter_map(|held| held.directory()) {
            let of = |found: Option<Arc<Directory>>| found.map(|found| found.instance.no);
            let name = directory.instance.name.as_str();
            assert_eq!(of(one.by_name(name)), of(other.by_name(name)));
            for door in directory.integrations() {
                assert_eq!(of(one.by_integration(door.id)), of(other.by_integration(door.id)));
                let by_key = |view: &View| {
                    let found = view.by_integration_key_hash(&door.key_hash);
                    found.map(|(directory, id)| (directory.instance.no, id))
                };
                assert_eq!(by_key(one), by_key(other));
                assert!(by_key(one).is_some());
            }
            for key in directory.api_keys() {
                assert_eq!(of(one.by_api_key(key.id)), of(other.by_api_key(key.id)));
            }
        }
    }
    assert_eq!(one.recheck(InstanceNo(i64::MIN), 1_000), Ok(None));
}
