//! When API keys were last used, as far as this process knows: in memory, bounded, never written down.
//!
//! Noted by [`crate::authenticate`]; read by the page of one's own keys, so that one can see which are not needed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use firebell_base::Timestamp;
use firebell_domain::credential::ApiKeyId;

/// Keys that are remembered, at about 40 bytes each; with more, all are forgotten.
const KEYS_MAX: usize = 100_000;

/// When keys were last used.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<HashMap<ApiKeyId, Timestamp>>);

impl Uses {
    pub(crate) fn note(&self, key: ApiKeyId, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEYS_MAX && !known.contains_key(&key) {
            known.clear();
        }
        known.insert(key, now);
    }

    pub(crate) fn last(&self, key: ApiKeyId) -> Option<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_use_is_remembered_within_bounds() {
        let uses = Uses::default();
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let key = |n: usize| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&n.to_be_bytes());
            ApiKeyId::from_bytes(bytes)
        };
        uses.note(key(1), at(5));
        uses.note(key(1), at(9));
        assert_eq!((uses.last(key(1)), uses.last(key(2))), (Some(at(9)), None));
        for n in 0..=KEYS_MAX {
            uses.note(key(n), at(10));
        }
        assert!(uses.0.lock().unwrap().len() <= KEYS_MAX);
        assert_eq!(uses.last(key(KEYS_MAX)), Some(at(10)));
    }
}
