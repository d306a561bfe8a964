//! Digests of configuration: of an entity, of an instance, of everything.
//!
//! Two processes that hold the same configuration have the same root, whatever way it came to them.
//! Every holder computes it from what it decoded, never from the bytes it was sent, so that a field or
//! a row that was dropped on the way shows. A [`Tree`] has a fixed number of buckets, which large ones
//! gather in lanes; a change hashes its bucket, its lane and the list of lanes again, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Buckets of the tree over all instances.
pub const INSTANCE_BUCKETS: usize = 1024;
/// Buckets of the tree over one instance's entities: few, because most instances are small.
pub const ENTITY_BUCKETS: usize = 16;

/// Buckets of a lane; a tree with no more buckets has no lanes.
const LANE: usize = 32;

/// BLAKE3 of something; all zeros for nothing at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of nothing.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of these parts; their lengths count, so moving a border changes it.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// From its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// The first 12 hexadecimal digits, for tables.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.short())
    }
}

/// A Merkle tree over a map of digests. Clones share all buckets.
#[derive(Clone)]
pub struct Tree<K> {
    buckets: Arc<[Slot<K>]>,
    lanes: Vec<Digest>,
    root: Digest,
}

type Slot<K> = Option<Arc<Bucket<K>>>;

/// By key. A sorted list and no map: there is one of these for every few entities there are.
struct Bucket<K> {
    leaves: Box<[(K, Digest)]>,
    digest: Digest,
}

impl<K: AsRef<[u8]> + Ord + Clone> Tree<K> {
    /// An empty tree of so many buckets; at least one.
    pub fn new(buckets: usize) -> Self {
        let buckets = buckets.max(1);
        let lanes = if buckets > LANE { buckets.div_ceil(LANE) } else { 0 };
        let lanes = vec![Digest::ZERO; lanes];
        Self { buckets: vec![None; buckets].into(), lanes, root: Digest::ZERO }
    }

    /// The digest of everything in it.
    pub const fn root(&self) -> Digest {
        self.root
    }

    /// The digest under a key.
    pub fn get(&self, key: &K) -> Option<Digest> {
        let leaves = &self.buckets.get(self.place(key))?.as_ref()?.leaves;
        let found = leaves.binary_search_by(|(other, _)| other.cmp(key)).ok()?;
        leaves.get(found).map(|(_, digest)| *digest)
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.buckets.iter().flatten().map(|bucket| bucket.leaves.len()).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.root == Digest::ZERO
    }

    /// Sets some keys, and removes those without a digest.
    pub fn set(&mut self, changes: impl IntoIterator<Item = (K, Option<Digest>)>) {
        let mut touched: BTreeMap<usize, Vec<(K, Option<Digest>)>> = BTreeMap::new();
        for (key, digest) in changes {
            touched.entry(self.place(&key)).or_default().push((key, digest));
        }
        if touched.is_empty() {
            return;
        }
        let lanes: BTreeSet<usize> = touched.keys().map(|place| place / LANE).collect();
        let buckets = Arc::make_mut(&mut self.buckets);
        for (place, changes) in touched {
            let Some(slot) = buckets.get_mut(place) else { continue };
            let old = slot.as_ref().map(|bucket| bucket.leaves.iter().cloned());
            let mut leaves: BTreeMap<K, Digest> = old.into_iter().flatten().collect();
            for (key, digest) in changes {
                match digest {
                    Some(digest) => drop(leaves.insert(key, digest)),
                    None => drop(leaves.remove(&key)),
                }
            }
            *slot = (!leaves.is_empty()).then(|| Arc::new(Bucket::of(leaves)));
        }
        let digest = |slot: &Slot<K>| slot.as_ref().map_or(Digest::ZERO, |bucket| bucket.digest);
        if self.lanes.is_empty() {
            self.root = of_all(buckets.iter().map(digest));
            return;
        }
        for lane in lanes {
            let members = buckets.iter().skip(lane * LANE).take(LANE);
            if let Some(slot) = self.lanes.get_mut(lane) {
                *slot = of_all(members.map(digest));
            }
        }
        self.root = of_all(self.lanes.iter().copied());
    }

    /// Every key and its digest.
    pub fn iter(&self) -> impl Iterator<Item = (&K, Digest)> {
        self.buckets.iter().flatten().flat_map(|b| b.leaves.iter()).map(|(k, d)| (k, *d))
    }

    /// By the last bytes: those of ids are random.
    fn place(&self, key: &K) -> usize {
        let last =
            key.as_ref().iter().rev().take(2).fold(0, |n, byte| n * 256 + usize::from(*byte));
        last % self.buckets.len()
    }
}

/// The digest of digests; zero if all are.
fn of_all(digests: impl Iterator<Item = Digest>) -> Digest {
    let mut hasher = blake3::Hasher::new();
    let mut nothing = true;
    for digest in digests {
        nothing &= digest == Digest::ZERO;
        hasher.update(&digest.0);
    }
    if nothing { Digest::ZERO } else { Digest(*hasher.finalize().as_bytes()) }
}

impl<K: AsRef<[u8]> + Ord> Bucket<K> {
    fn of(leaves: BTreeMap<K, Digest>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for (key, digest) in &leaves {
            let key = key.as_ref();
            hasher.update(&(key.len() as u64).to_be_bytes());
            hasher.update(key);
            hasher.update(&digest.0);
        }
        let digest = Digest(*hasher.finalize().as_bytes());
        Self { leaves: leaves.into_iter().collect(), digest }
    }
}

impl<K> fmt::Debug for Tree<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tree({})", self.root.short())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u16) -> [u8; 2] {
        n.to_be_bytes()
    }

    fn leaf(n: u16) -> Digest {
        Digest::of(&[&n.to_be_bytes()])
    }

    #[test]
    fn the_way_does_not_matter_and_every_leaf_does() {
        for buckets in [1, 16, 100] {
            of_buckets(buckets);
        }
    }

    fn of_buckets(buckets: usize) {
        let mut forth = Tree::new(buckets);
        forth.set((0..500).map(|n| (key(n), Some(leaf(n)))));
        let mut back = Tree::new(buckets);
        for n in (0..600).rev() {
            back.set([(key(n), Some(leaf(n)))]);
        }
        assert_ne!(forth.root(), back.root());
        back.set((500..600).map(|n| (key(n), None)));
        assert_eq!((forth.root(), forth.len()), (back.root(), 500));
        for n in 0..500 {
            let mut other = forth.clone();
            other.set([(key(n), Some(leaf(n + 1)))]);
            assert_ne!(other.root(), forth.root(), "{n}");
            other.set([(key(n), None)]);
            assert_ne!(other.root(), forth.root(), "{n}");
            other.set([(key(n), Some(leaf(n)))]);
            assert_eq!(other.root(), forth.root(), "{n}");
        }
        back.set((0..500).map(|n| (key(n), None)));
        assert!(back.is_empty());
        assert_eq!(back.root(), Digest::ZERO);
    }

    #[test]
    fn borders_between_parts_count() {
        assert_ne!(Digest::of(&[b"ab", b"c"]), Digest::of(&[b"a", b"bc"]));
        assert_ne!(Digest::of(&[]), Digest::of(&[b""]));
    }
}
