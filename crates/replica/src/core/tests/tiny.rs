//! A configuration of a few words, and an authority that has it.

use std::collections::BTreeMap;

use firebell_config::digest::Digest;
use firebell_config::feed::{
    Delta, DeltaPart, Deltas, EntityPart, Head, InstancePart, SnapshotPage, SnapshotPart,
};
use firebell_config::view::{Nack, NackCode};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;

use super::super::{Answer, Copied, Question};

/// A word that cannot be taken.
pub(super) const REFUSED: &str = "?";
/// A word that is taken, but cannot be read.
pub(super) const DAMAGED: &str = "!";
/// Instances of one page.
pub(super) const PAGE: usize = 2;
pub(super) const CELL: [u8; 16] = [7; 16];
pub(super) const OTHER: [u8; 16] = [8; 16];

pub(super) type Words = BTreeMap<i64, (String, Revision)>;

/// One word per instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Tiny {
    pub(super) cell: [u8; 16],
    pub(super) revision: Revision,
    pub(super) words: Words,
    pub(super) root: [u8; 32],
    pub(super) begun: bool,
}

impl Tiny {
    pub(super) fn of(cell: [u8; 16], revision: Revision, words: Words) -> Self {
        let root = root_of(&words).to_bytes();
        Self { cell, revision, words, root, begun: true }
    }

    /// The same with a word that a fault of the memory changed.
    pub(super) fn spoiled(mut self) -> Self {
        for (word, _) in self.words.values_mut() {
            word.push('~');
        }
        self
    }

    fn take(&mut self, no: i64, entities: &[EntityPart], at: Revision) -> Result<(), Nack> {
        for entity in entities {
            if entity.body == REFUSED {
                let nack = Nack::new(NackCode::UnreadableEntity, at, "it cannot be read");
                return Err(nack.about(InstanceNo(no)));
            }
            self.words.insert(no, (entity.body.clone(), at));
        }
        self.root = root_of(&self.words).to_bytes();
        Ok(())
    }
}

fn root_of(words: &Words) -> Digest {
    let text: Vec<String> =
        words.iter().map(|(no, (word, at))| format!("{no} {word} {at}")).collect();
    Digest::of(&[text.join(";").as_bytes()])
}

impl Copied for Tiny {
    fn building(cell: [u8; 16]) -> Self {
        Self { begun: false, ..Self::of(cell, Revision::default(), Words::new()) }
    }
    fn cell(&self) -> [u8; 16] {
        self.cell
    }
    fn revision(&self) -> Revision {
        self.revision
    }
    fn root(&self) -> Digest {
        Digest::from_bytes(self.root)
    }
    fn fingerprint(&self) -> Digest {
        self.root()
    }
    fn size(&self) -> usize {
        self.words.len()
    }
    fn nack(&self) -> Option<Nack> {
        let damaged = self.words.values().any(|(word, _)| word == DAMAGED);
        damaged.then(|| Nack::new(NackCode::UnreadableEntity, self.revision, "one is damaged"))
    }
    fn with_page(&self, page: &SnapshotPage) -> Result<Self, Nack> {
        let mut next = self.clone();
        if !next.begun {
            (next.begun, next.revision) = (true, page.head.revision);
        }
        for part in &page.parts {
            let at = Revision { epoch: part.modified.0, n: part.modified.1 };
            next.take(part.instance.no, &part.entities, at)?;
        }
        Ok(next)
    }
    fn with_delta(&self, delta: &Delta) -> Result<Self, Nack> {
        let mut next = self.clone();
        for part in &delta.parts {
            let known = next.words.get(&part.instance.no);
            if known.is_none_or(|(_, at)| *at < delta.revision) {
                next.take(part.instance.no, &part.put, delta.revision)?;
            }
        }
        next.revision = delta.revision;
        Ok(next)
    }
    fn verified(&self, root: Digest) -> Result<Self, Nack> {
        if root == self.root() {
            return Ok(self.clone());
        }
        Err(Nack::new(NackCode::RootMismatch, self.revision, "the digest is another"))
    }
    fn recheck(&self, from: InstanceNo, count: usize) -> Result<Option<InstanceNo>, Nack> {
        if root_of(&self.words) != self.root() {
            return Err(Nack::new(NackCode::RootMismatch, self.revision, "it was changed"));
        }
        Ok(self.words.keys().filter(|no| **no >= from.0).nth(count).map(|no| InstanceNo(*no)))
    }
}

/// What happened to the words, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    at: Revision,
    /// None begins an epoch.
    put: Option<(i64, String)>,
}

/// The words as they should be, and all that led there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Authority {
    pub(super) cell: [u8; 16],
    pub(super) log: Vec<Entry>,
    pub(super) floor: i64,
    pub(super) approved: Option<Revision>,
}

impl Authority {
    /// With so many instances from as many revisions of epoch 1.
    pub(super) fn with(instances: i64) -> Self {
        let mut authority = Self { cell: CELL, log: Vec::new(), floor: 0, approved: None };
        for no in 1..=instances {
            authority.commit(no, "first");
        }
        authority
    }

    pub(super) fn revision(&self) -> Revision {
        self.log.last().map_or(Revision { epoch: 1, n: 0 }, |entry| entry.at)
    }

    pub(super) fn commit(&mut self, no: i64, word: &str) {
        let at = self.revision();
        let at = Revision { n: at.n + 1, ..at };
        self.log.push(Entry { at, put: Some((no, word.to_owned())) });
    }

    pub(super) fn new_epoch(&mut self) {
        self.new_epoch_after(self.revision().epoch);
    }

    pub(super) fn new_epoch_after(&mut self, epoch: i64) {
        let at = Revision { epoch: epoch + 1, n: 0 };
        self.log.push(Entry { at, put: None });
        self.floor = 0;
    }

    /// Another database with as many revisions, and one more.
    pub(super) fn another(&self) -> Self {
        let mut other = Self { cell: OTHER, ..self.clone() };
        if let Some((_, word)) = other.log.first_mut().and_then(|entry| entry.put.as_mut()) {
            word.push_str(" of another database");
        }
        other.commit(1, "of another database");
        other
    }

    /// As it was some revisions ago.
    pub(super) fn restored(&self, revisions: usize) -> Self {
        let mut older = self.clone();
        older.log.truncate(self.log.len().saturating_sub(revisions).max(1));
        older
    }

    pub(super) fn words(&self) -> Words {
        let mut words = Words::new();
        for entry in &self.log {
            if let Some((no, word)) = &entry.put {
                words.insert(*no, (word.clone(), entry.at));
            }
        }
        words
    }

    /// As it was at every revision so far.
    pub(super) fn truths(&self) -> impl Iterator<Item = Tiny> {
        let prefix = |n| Self { log: self.log.iter().take(n).cloned().collect(), ..self.clone() };
        (1..=self.log.len()).map(move |n| prefix(n).truth())
    }

    pub(super) fn truth(&self) -> Tiny {
        Tiny::of(self.cell, self.revision(), self.words())
    }

    pub(super) fn head(&self) -> Head {
        let (cell, revision) = (self.cell, self.revision());
        let floor = Revision { n: self.floor, ..revision };
        Head { cell, revision, root: root_of(&self.words()), floor, approved: self.approved }
    }

    pub(super) fn page(&self, from: InstanceNo) -> SnapshotPage {
        let words = self.words();
        let mut rest = words.iter().filter(|(no, _)| **no >= from.0);
        let parts = rest.by_ref().take(PAGE).map(|(no, (word, at))| SnapshotPart {
            instance: instance(*no),
            modified: (at.epoch, at.n),
            entities: vec![entity(word, *at)],
        });
        let parts = parts.collect();
        let next = rest.next().map(|(no, _)| InstanceNo(*no));
        SnapshotPage { head: self.head(), parts, next }
    }

    pub(super) fn deltas(&self, after: Revision) -> Deltas {
        let here = self.revision();
        if after.epoch != here.epoch || after > here || after.n < self.floor {
            return Deltas::Gone;
        }
        let mut out = Vec::new();
        for (i, entry) in self.log.iter().enumerate() {
            let Some((no, word)) = entry.put.as_ref().filter(|_| entry.at > after) else {
                continue;
            };
            let so_far =
                Self { log: self.log.iter().take(i + 1).cloned().collect(), ..self.clone() };
            out.push(Delta {
                cell: self.cell,
                revision: entry.at,
                prev: Revision { n: entry.at.n - 1, ..entry.at },
                at: 0,
                parts: vec![DeltaPart {
                    instance: instance(*no),
                    removed: Vec::new(),
                    put: vec![entity(word, entry.at)],
                }],
                root: root_of(&so_far.words()),
            });
        }
        Deltas::Next(out)
    }

    pub(super) fn answer(&self, question: Question) -> Answer {
        match question {
            Question::Head => Answer::Head(self.head()),
            Question::Page(from) => Answer::Page(self.page(from)),
            Question::Deltas(after) => Answer::Deltas(self.deltas(after)),
        }
    }
}

fn instance(no: i64) -> InstancePart {
    let (name, region) = (format!("i{no}"), "emea".to_owned());
    InstancePart { no, id: [0; 16], name, region, created: 0 }
}

fn entity(word: &str, at: Revision) -> EntityPart {
    let changed = (at.epoch, at.n);
    EntityPart { kind: "word".to_owned(), id: [0; 16], body: word.to_owned(), changed }
}
