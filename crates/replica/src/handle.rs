//! What everybody else sees of a replica: how it is, how fresh, and when a revision is here.
//!
//! Cheap to clone and to ask; nothing here waits for the replica but [`ReplicaHandle::wait_for`].

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use firebell_base::{Clock, Timestamp};
use firebell_config::Snapshots;
use firebell_config::digest::Digest;
use firebell_config::view::Nack;
use firebell_domain::directory::Revision;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::core::{Counters, Facts, Mono, State, jumped};

/// How a replica is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How far it is trusted.
    pub state: State,
    /// Why, as a sentence for operators.
    pub reason: String,
    /// The revision it serves; 0.0 while it has nothing.
    pub applied: Revision,
    /// The newest revision that has proven itself; 0.0 before the first.
    pub proven: Revision,
    /// Where the authority is, as far as it has been told.
    pub head: Option<Revision>,
    /// How many revisions it is behind that; none if it does not know, or epochs differ.
    pub lag: Option<u64>,
    /// How long ago it was last sure to have the newest; none if it never was.
    pub age: Option<Duration>,
    /// The digest of what it serves.
    pub root: Digest,
    /// The digest of the decisions derived from what it serves.
    pub fingerprint: Digest,
    /// For how long it is still sure; nothing if it is not.
    pub lease_left: Duration,
    /// What it refused last, or cannot read, unless it has got past that.
    pub nack: Option<Nack>,
    /// What has happened since the start.
    pub counters: Counters,
}

/// A replica as others see it.
#[derive(Debug, Clone)]
pub struct ReplicaHandle {
    shared: Arc<Shared>,
    snapshots: Snapshots,
    clock: Clock,
    /// How far clocks may disagree.
    jump: Duration,
}

/// What the driver and the handles share.
#[derive(Debug)]
pub(crate) struct Shared {
    facts: watch::Sender<Facts>,
    beat: Mutex<Beat>,
    pub(crate) requests: AtomicU64,
    pub(crate) panics: AtomicU64,
    pub(crate) resync: Notify,
}

/// What changes with every heartbeat.
#[derive(Debug, Clone, Copy, Default)]
struct Beat {
    lease: Option<Mono>,
    fresh: Option<Mono>,
    /// Both clocks at the last step.
    clocks: Option<(Mono, Timestamp)>,
}

impl Shared {
    pub(crate) fn new(facts: Facts) -> Self {
        Self {
            facts: watch::Sender::new(facts),
            beat: Mutex::default(),
            requests: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            resync: Notify::new(),
        }
    }

    /// Makes known what has become of the replica.
    pub(crate) fn tell(&self, facts: Facts, clocks: (Mono, Timestamp)) {
        let beat = Beat { lease: facts.lease, fresh: facts.fresh, clocks: Some(clocks) };
        *self.beat.lock().unwrap_or_else(PoisonError::into_inner) = beat;
        self.facts.send_if_modified(|told| {
            // Renewing a lease is nothing to wake anybody for.
            let same = Facts { lease: told.lease, fresh: told.fresh, ..facts.clone() } == *told;
            *told = facts;
            !same
        });
    }

    fn beat(&self) -> Beat {
        *self.beat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReplicaHandle {
    pub(crate) fn new(
        shared: Arc<Shared>,
        snapshots: Snapshots,
        clock: Clock,
        jump: Duration,
    ) -> Self {
        Self { shared, snapshots, clock, jump }
    }

    /// How it is now.
    pub fn status(&self) -> Status {
        let facts = self.shared.facts.borrow().clone();
        let (applied, head) = (facts.applied, facts.head.map(|head| head.revision));
        let lag = match (applied, head) {
            (Some(applied), Some(head)) if applied.epoch == head.epoch => {
                u64::try_from(head.n.saturating_sub(applied.n).max(0)).ok()
            }
            _ => None,
        };
        Status {
            state: facts.state,
            reason: facts.reason,
            applied: applied.unwrap_or_default(),
            proven: facts.proven.unwrap_or_default(),
            head,
            lag,
            age: self.freshness_age(),
            root: facts.root,
            fingerprint: facts.fingerprint,
            lease_left: self.lease_left(),
            nack: facts.nack,
            counters: facts.counters,
        }
    }

    /// Whether what is served was the newest within the lease.
    pub fn is_fresh(&self) -> bool {
        !self.lease_left().is_zero()
    }

    /// How long ago it was last sure to have the newest; none if it never was.
    pub fn freshness_age(&self) -> Option<Duration> {
        let fresh = self.shared.beat().fresh?;
        Some(Mono(self.clock.monotonic_micros()).since(fresh))
    }

    /// Waits until a revision, or a later one, is served by this process; says whether it is.
    pub async fn wait_for(&self, revision: Revision, within: Duration) -> bool {
        let mut changes = self.snapshots.changes();
        let here = changes.wait_for(|at| *at >= revision);
        timeout(within, here).await.is_ok_and(|seen| seen.is_ok())
    }

    /// A view of the facts that tells of changes from now on.
    pub fn watch(&self) -> watch::Receiver<Facts> {
        self.shared.facts.subscribe()
    }

    /// Wants a new snapshot, whatever is served.
    pub fn resync(&self) {
        self.shared.resync.notify_one();
    }

    /// A request was answered from what is served.
    pub fn note_request(&self) {
        self.shared.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Answering a request panicked.
    pub fn note_panic(&self) {
        self.shared.panics.fetch_add(1, Ordering::Relaxed);
    }

    fn lease_left(&self) -> Duration {
        let beat = self.shared.beat();
        let (Some(lease), Some((then, wall_then))) = (beat.lease, beat.clocks) else {
            return Duration::ZERO;
        };
        let now = Mono(self.clock.monotonic_micros());
        // The replica has had no turn since the machine slept or its clock was set.
        if jumped(now.since(then), wall_then, self.clock.now(), self.jump) {
            return Duration::ZERO;
        }
        lease.since(now)
    }
}
