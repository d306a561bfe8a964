//! Remembers for some seconds that the stored configuration does not have the head's digest.
//!
//! Found out by the authority, which reads everything for it, in transactions that may hold the head's
//! lock: doing so for every change would stop everybody else. Kept with the snapshots, because it is about
//! the database. It is forgotten when the head moves, and in time, because rows can be mended without that.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::directory::Revision;

use crate::digest::Digest;

/// For how many seconds nobody looks again.
pub(crate) const STANDS_SECONDS: i64 = 5;

/// What is remembered; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mismatch(Arc<Mutex<Option<Found>>>);

#[derive(Debug, Clone, Copy)]
struct Found {
    revision: Revision,
    root: Digest,
    at: Timestamp,
}

impl Mismatch {
    /// Whether it was found lately that what is stored is not what this head says. Requests wait before they
    /// get here, so some seconds earlier count like some seconds later.
    pub(crate) fn stands(&self, revision: Revision, root: Digest, now: Timestamp) -> bool {
        let lately =
            |at| now < add_seconds(at, STANDS_SECONDS) && at < add_seconds(now, STANDS_SECONDS);
        self.found().is_some_and(|found| {
            (found.revision, found.root) == (revision, root) && lately(found.at)
        })
    }

    /// Remembers it.
    pub(crate) fn note(&self, revision: Revision, root: Digest, at: Timestamp) {
        *self.found() = Some(Found { revision, root, at });
    }

    fn found(&self) -> MutexGuard<'_, Option<Found>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::now;

    #[test]
    fn it_stands_for_this_head_and_for_some_seconds() {
        let (mismatch, at) = (Mismatch::default(), Revision { epoch: 1, n: 7 });
        let (root, other) = (Digest::of(&[b"one"]), Digest::of(&[b"two"]));
        assert!(!mismatch.stands(at, root, now()));
        mismatch.note(at, root, now());
        for (seconds, stands) in [(-3_600, false), (-5, false), (-4, true), (0, true), (4, true)] {
            let then = add_seconds(now(), seconds);
            assert_eq!(mismatch.clone().stands(at, root, then), stands, "{seconds}");
        }
        assert!(!mismatch.stands(at, root, add_seconds(now(), STANDS_SECONDS)));
        assert!(!mismatch.stands(at, other, now()), "the head was mended");
        assert!(!mismatch.stands(Revision { n: 8, ..at }, root, now()), "the head moved");
    }
}
