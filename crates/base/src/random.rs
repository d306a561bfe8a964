//! Randomness as a value: ids and secrets come from a generator that tests can seed.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use uuid::Uuid;

/// A source of random bytes: the operating system's, or a seeded one for tests.
#[derive(Clone)]
pub enum Random {
    /// The operating system's generator; fit for secrets.
    System,
    /// A deterministic sequence; never use it outside tests.
    Seeded(Arc<Mutex<u64>>),
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::System => "Random::System",
            Self::Seeded(_) => "Random::Seeded",
        })
    }
}

impl Random {
    /// A deterministic generator.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(seed)))
    }

    /// `N` random bytes.
    ///
    /// # Panics
    /// When the operating system cannot give random bytes: nothing safe can be done without them.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0_u8; N];
        match self {
            Self::System => {
                #[expect(clippy::expect_used, reason = "no secret may be made without entropy")]
                getrandom::fill(&mut out).expect("the operating system gives random bytes");
            }
            Self::Seeded(state) => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                for chunk in out.chunks_mut(8) {
                    let word = split_mix(&mut state).to_le_bytes();
                    for (to, from) in chunk.iter_mut().zip(word) {
                        *to = from;
                    }
                }
            }
        }
        out
    }

    /// A version 7 UUID: time-ordered by `now`, random in the rest. Its randomness makes it unique, not secret.
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let bytes: [u8; 10] = match self {
            Self::System => POOL.with_borrow_mut(Pool::take),
            Self::Seeded(_) => self.bytes(),
        };
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// A number from 0 up to but not including `bound`; 0 when `bound` is 0.
    pub fn below(&self, bound: u64) -> u64 {
        let word = u64::from_le_bytes(self.bytes());
        // Multiply-shift keeps the bias below 2^-32 for every bound used here (well under 2^32).
        u64::try_from((u128::from(word) * u128::from(bound)) >> 64).unwrap_or(0)
    }
}

thread_local! {
    /// Random bytes for ids, fetched many at a time: a system call per id is felt at 50,000 ids a second.
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; 1280], used: 1280 }) };
}

struct Pool {
    bytes: [u8; 1280],
    used: usize,
}

impl Pool {
    fn take(&mut self) -> [u8; 10] {
        if self.used >= self.bytes.len() {
            self.bytes = Random::System.bytes();
            self.used = 0;
        }
        let mut out = [0; 10];
        for (to, from) in out.iter_mut().zip(self.bytes.iter().skip(self.used)) {
            *to = *from;
        }
        self.used += out.len();
        out
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, well mixed, seedable.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::from_micros;

    #[test]
    fn uuids_sort_by_time() {
        let random = Random::System;
        let early = random.uuid(from_micros(1_000_000));
        let late = random.uuid(from_micros(2_000_000));
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
    }

    #[test]
    fn no_two_ids_of_one_instant_are_the_same() {
        let now = from_micros(1_000_000);
        let ids: std::collections::BTreeSet<Uuid> =
            (0..1000).map(|_| Random::System.uuid(now)).collect();
        assert_eq!(ids.len(), 1000);
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let one: [u8; 20] = Random::seeded(7).bytes();
        let two: [u8; 20] = Random::seeded(7).bytes();
        assert_eq!(one, two);
        assert_ne!(one, Random::seeded(8).bytes());
    }

    #[test]
    fn below_stays_below() {
        let random = Random::seeded(1);
        assert!((0..1000).all(|_| random.below(10) < 10));
        assert_eq!(random.below(0), 0);
    }
}
