//! Maps that share what did not change: a change copies one small part, whatever the size.
//!
//! Used by `view` only. With 100,000 instances a copy of a plain map for each revision would cost
//! more than everything else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use firebell_base::Id;
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::IntegrationId;

/// Buckets of a shelf.
const BUCKETS: usize = 1024;
/// Instances of one block: 2 to this power.
const BLOCK_BITS: u32 = 6;

/// A key of a shelf.
pub(super) trait Key: Ord + Clone {
    /// A number that differs between most keys.
    fn spread(&self) -> usize;
}

impl Key for String {
    fn spread(&self) -> usize {
        let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        self.bytes().fold(0x811c_9dc5_u32, mix) as usize
    }
}

impl Key for [u8; 32] {
    fn spread(&self) -> usize {
        let [first, second, ..] = *self;
        usize::from(first) * 256 + usize::from(second)
    }
}

impl<T> Key for Id<T> {
    fn spread(&self) -> usize {
        // The last bytes of ids are random.
        let [.., last_but_one, last] = self.to_bytes();
        usize::from(last_but_one) * 256 + usize::from(last)
    }
}

/// Who has a key: the least of them counts.
pub(super) trait Owner: Ord + Copy {
    /// Not above any other.
    const LEAST: Self;
}

impl Owner for InstanceNo {
    const LEAST: Self = Self(i64::MIN);
}

impl Owner for (InstanceNo, IntegrationId) {
    const LEAST: Self = (InstanceNo::LEAST, Id::from_bytes([0; 16]));
}

type Claims<K, O> = Option<Arc<BTreeSet<(K, O)>>>;

/// Owners by key. Several may claim a key; the one with the lowest number has it, whatever the
/// order in which they came: nobody can take events from another instance by using its key.
#[derive(Clone)]
pub(super) struct Shelf<K, O> {
    buckets: Arc<[Claims<K, O>]>,
}

impl<K, O> Default for Shelf<K, O> {
    fn default() -> Self {
        Self { buckets: vec![None; BUCKETS].into() }
    }
}

impl<K: Key, O: Owner> Shelf<K, O> {
    /// Who has the key.
    pub(super) fn get(&self, key: &K) -> Option<O> {
        let bucket = self.buckets.get(key.spread() % BUCKETS)?.as_ref()?;
        let from = Bound::Included((key.clone(), O::LEAST));
        let (found, owner) = bucket.range((from, Bound::Unbounded)).next()?;
        (found == key).then_some(*owner)
    }

    /// Replaces the claims of one owner.
    pub(super) fn replace(&mut self, old: &BTreeSet<(K, O)>, new: &BTreeSet<(K, O)>) {
        if old == new {
            return;
        }
        let buckets = Arc::make_mut(&mut self.buckets);
        let mut bucket = |claim: &(K, O), there: bool| {
            let Some(slot) = buckets.get_mut(claim.0.spread() % BUCKETS) else { return };
            let set = Arc::make_mut(slot.get_or_insert_default());
            if there {
                set.insert(claim.clone());
            } else {
                set.remove(claim);
            }
        };
        old.difference(new).for_each(|claim| bucket(claim, false));
        new.difference(old).for_each(|claim| bucket(claim, true));
    }
}

impl<K, O> fmt::Debug for Shelf<K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shelf")
    }
}

/// Something per instance, in the order of their numbers.
#[derive(Debug, Clone)]
pub(super) struct Blocks<T> {
    blocks: Arc<BTreeMap<i64, Block<T>>>,
    len: usize,
}

type Block<T> = Arc<BTreeMap<InstanceNo, Arc<T>>>;

impl<T> Default for Blocks<T> {
    fn default() -> Self {
        Self { blocks: Arc::default(), len: 0 }
    }
}

impl<T> Blocks<T> {
    pub(super) fn get(&self, no: InstanceNo) -> Option<&Arc<T>> {
        self.blocks.get(&(no.0 >> BLOCK_BITS))?.get(&no)
    }

    pub(super) fn insert(&mut self, no: InstanceNo, one: Arc<T>) {
        let block = Arc::make_mut(&mut self.blocks).entry(no.0 >> BLOCK_BITS).or_default();
        if Arc::make_mut(block).insert(no, one).is_none() {
            self.len += 1;
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.blocks.values().flat_map(|block| block.values())
    }

    /// From a number on.
    pub(super) fn from(&self, no: InstanceNo) -> impl Iterator<Item = (InstanceNo, &Arc<T>)> {
        let blocks = self.blocks.range(no.0 >> BLOCK_BITS..);
        blocks.flat_map(move |(_, block)| block.range(no..)).map(|(no, one)| (*no, one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_number_has_the_key() {
        let claims = |no: i64| -> BTreeSet<_> {
            [("one", no), ("two", no)].map(|(key, no)| (key.to_owned(), InstanceNo(no))).into()
        };
        let mut shelf = Shelf::default();
        let has = |shelf: &Shelf<String, InstanceNo>| shelf.get(&"one".to_owned()).map(|no| no.0);
        assert_eq!(has(&shelf), None);
        shelf.replace(&BTreeSet::new(), &claims(7));
        let before = shelf.clone();
        shelf.replace(&BTreeSet::new(), &claims(3));
        assert_eq!((has(&shelf), has(&before)), (Some(3), Some(7)));
        shelf.replace(&claims(3), &BTreeSet::new());
        assert_eq!(has(&shelf), Some(7));
        assert_eq!(shelf.get(&"onf".to_owned()), None);
    }

    #[test]
    fn blocks_are_in_order_and_share() {
        let mut blocks = Blocks::default();
        for no in [200, 1, 63, 64, 5_000_000] {
            blocks.insert(InstanceNo(no), Arc::new(no));
        }
        let before = blocks.clone();
        blocks.insert(InstanceNo(64), Arc::new(-64));
        let of = |blocks: &Blocks<i64>| blocks.iter().map(|one| **one).collect::<Vec<_>>();
        assert_eq!(of(&before), [1, 63, 64, 200, 5_000_000]);
        assert_eq!(of(&blocks), [1, 63, -64, 200, 5_000_000]);
        assert_eq!((blocks.len(), before.len()), (5, 5));
        let from: Vec<i64> = blocks.from(InstanceNo(64)).map(|(no, _)| no.0).collect();
        assert_eq!(from, [64, 200, 5_000_000]);
    }
}
