//! Remembers for a few minutes which passwords were right, so that Basic authentication does not
//! cost an Argon2 hash per request.
//!
//! Used by [`crate::authenticate`] only. It keeps no password and nothing from which one could be
//! computed: the keys are SHA-256 over a random pepper of this process and everything that matters.
//! The stored hash is part of the key, so an entry dies with the password; roles and status are not
//! cached at all.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use firebell_base::{Random, Timestamp, time};
use firebell_domain::instance::InstanceNo;
use sha2::{Digest, Sha256};

/// The most entries; at about 100 bytes each.
pub const ENTRIES_MAX: usize = 10_000;
/// How long an entry counts, in seconds, from the verification on.
pub const TTL_SECONDS: i64 = 5 * 60;

/// Which passwords were right a moment ago.
pub struct Cache {
    pepper: [u8; 32],
    entries: Mutex<Entries>,
}

/// The fingerprint of one (instance, login, password, stored hash).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

#[derive(Default)]
struct Entries {
    until: HashMap<Key, Timestamp>,
    /// In the order of insertion; at least one element for each entry of `until`.
    order: VecDeque<(Key, Timestamp)>,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("entries", &self.len()).finish_non_exhaustive()
    }
}

impl Cache {
    /// An empty cache with a pepper of its own.
    pub fn new(random: &Random) -> Self {
        Self { pepper: random.bytes(), entries: Mutex::default() }
    }

    /// The key of one verification.
    pub fn key(&self, instance: InstanceNo, login: &str, password: &str, stored: &str) -> Key {
        let mut hasher = Sha256::new();
        hasher.update(self.pepper);
        hasher.update(instance.0.to_be_bytes());
        for part in [login, password, stored] {
            // With its length before each part, no two different triples give the same bytes.
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        Key(hasher.finalize().into())
    }

    /// Whether this was verified less than [`TTL_SECONDS`] before `now`.
    pub fn holds(&self, key: Key, now: Timestamp) -> bool {
        self.lock().until.get(&key).is_some_and(|until| now < *until)
    }

    /// Remembers a verification that succeeded at `now`; the oldest entry leaves when there are
    /// too many.
    pub fn remember(&self, key: Key, now: Timestamp) {
        let until = time::add_seconds(now, TTL_SECONDS);
        let mut entries = self.lock();
        if entries.until.insert(key, until) != Some(until) {
            entries.order.push_back((key, until));
        }
        while entries.order.len() > ENTRIES_MAX
            || entries.order.front().is_some_and(|(_, until)| *until <= now)
        {
            let Some((old, until)) = entries.order.pop_front() else {
                break;
            };
            // An entry that was renewed since has a later end, and a later place in the order.
            if entries.until.get(&old) == Some(&until) {
                entries.until.remove(&old);
            }
        }
    }

    /// How many entries there are, the ones that ended included.
    pub fn len(&self) -> usize {
        self.lock().until.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: InstanceNo = InstanceNo(1);

    fn at(seconds: i64) -> Timestamp {
        time::add_seconds(Timestamp::UNIX_EPOCH, seconds)
    }

    #[test]
    fn every_part_of_the_key_counts() {
        let cache = Cache::new(&Random::seeded(1));
        let key = cache.key(ONE, "akira", "secret", "$hash");
        cache.remember(key, at(0));
        assert!(cache.holds(cache.key(ONE, "akira", "secret", "$hash"), at(1)));
        for other in [
            cache.key(InstanceNo(2), "akira", "secret", "$hash"),
            cache.key(ONE, "bo", "secret", "$hash"),
            cache.key(ONE, "akira", "secreT", "$hash"),
            cache.key(ONE, "akira", "secret", "$changed"),
            cache.key(ONE, "akiras", "ecret", "$hash"),
            Cache::new(&Random::seeded(2)).key(ONE, "akira", "secret", "$hash"),
        ] {
            assert!(!cache.holds(other, at(1)));
        }
    }

    #[test]
    fn entries_end_after_five_minutes_even_when_used() {
        let cache = Cache::new(&Random::seeded(1));
        let key = cache.key(ONE, "a", "b", "c");
        cache.remember(key, at(0));
        assert!(cache.holds(key, at(TTL_SECONDS - 1)));
        assert!(!cache.holds(key, at(TTL_SECONDS)));
        cache.remember(key, at(TTL_SECONDS));
        assert!(cache.holds(key, at(TTL_SECONDS + 1)));
    }

    #[test]
    fn it_never_grows_beyond_its_limit_and_drops_the_oldest() {
        let cache = Cache::new(&Random::seeded(1));
        let key = |n: usize| cache.key(ONE, &n.to_string(), "", "");
        cache.remember(key(7), at(0));
        for n in 0..ENTRIES_MAX - 1 {
            cache.remember(key(n), at(0));
        }
        assert_eq!(cache.len(), ENTRIES_MAX - 1);
        cache.remember(key(7), at(1));
        for n in ENTRIES_MAX..ENTRIES_MAX + 10 {
            cache.remember(key(n), at(1));
        }
        assert!(cache.len() <= ENTRIES_MAX && cache.lock().order.len() <= ENTRIES_MAX);
        assert!(!cache.holds(key(0), at(1)), "the oldest left");
        assert!(cache.holds(key(ENTRIES_MAX + 9), at(1)));
        assert!(cache.holds(key(7), at(1)), "renewed entries stay");
        cache.remember(key(1), at(TTL_SECONDS + 1));
        assert_eq!(cache.len(), 1, "ended entries are swept");
    }
}
