//! A change of configuration: what, by whom, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use firebell_domain::directory::{Directory, Entity, Kind, Revision};
use firebell_domain::person::PersonId;

/// What becomes of one entity.
#[expect(clippy::large_enum_variant, reason = "nearly all changes are puts: a box would cost more")]
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It is added, or replaces the one of its kind with its id.
    Put(Entity),
    /// It is removed.
    Remove(Kind, [u8; 16]),
}

impl Change {
    /// Which entity.
    pub const fn subject(&self) -> (Kind, [u8; 16]) {
        match self {
            Self::Put(entity) => (entity.kind(), entity.id()),
            Self::Remove(kind, id) => (*kind, *id),
        }
    }
}

/// Who changes configuration, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// A person's target name, or what acted (`firebell apply`).
    pub name: String,
    /// Why, in a few words.
    pub reason: String,
}

impl Author {
    /// Somebody, and why they do it.
    pub fn new(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { name: name.into(), reason: reason.into() }
    }
}

/// A change somebody wants to make, and on what it depends.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Who, and why.
    pub by: Author,
    /// What must still be as the author saw it.
    pub expects: Vec<Expect>,
    /// The reason for which an operator lets it pass the delta guards.
    pub approval: Option<String>,
    /// The hash of a key under which it is made once, however often it is asked for.
    pub key: Option<[u8; 32]>,
}

/// An entity that must be there, and unchanged since a revision if one is given (`If-Match`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expect {
    /// What it is.
    pub kind: Kind,
    /// Which.
    pub id: [u8; 16],
    /// Which revision must have changed it last; any if none.
    pub revision: Option<Revision>,
}

impl From<&Author> for Intent {
    fn from(by: &Author) -> Self {
        Self { by: by.clone(), expects: Vec::new(), approval: None, key: None }
    }
}

impl From<&Self> for Intent {
    fn from(intent: &Self) -> Self {
        intent.clone()
    }
}

/// A change that is in the database.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The configuration's revision now.
    pub revision: Revision,
    /// The configuration now.
    pub directory: Arc<Directory>,
    /// How many entities were added, replaced or removed; 0 if all was so already.
    pub changed: usize,
    /// The person who was made under the same key before; nothing was changed then.
    pub repeated: Option<PersonId>,
}

/// The changes that make a difference, each entity once (the last one counts), by kind and id.
pub(crate) fn effective(before: &Directory, changes: Vec<Change>) -> Vec<Change> {
    let mut last = BTreeMap::new();
    for change in changes {
        last.insert(change.subject(), change);
    }
    last.into_iter()
        .filter(|((kind, id), change)| match (before.entity(*kind, *id), change) {
            (old, Change::Put(new)) => old.as_ref() != Some(new),
            (old, Change::Remove(..)) => old.is_some(),
        })
        .map(|(_, change)| change)
        .collect()
}

/// The directory after the changes: removals first, so that a name can move to another entity.
pub(crate) fn applied(before: &Directory, changes: &[Change], at: Revision) -> Directory {
    let mut after = before.clone();
    after.revision = at;
    for change in changes {
        let (kind, id) = change.subject();
        after.remove(kind, id);
    }
    for change in changes {
        if let Change::Put(entity) = change {
            after.put(entity.clone());
        }
    }
    after
}
