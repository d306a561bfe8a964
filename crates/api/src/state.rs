//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use firebell_access::Authenticator;
use firebell_base::{Clock, Random, Secret};
use firebell_config::{Authority, Snapshots};
use firebell_pipeline::intake::Intake;
use firebell_pipeline::metrics::{Counter, Metrics};
use firebell_pipeline::respond::Responder;
use firebell_replica::ReplicaHandle;
use firebell_store::Db;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::error::ApiError;
use crate::health::{self, Probe};
use crate::history::History;
use crate::paced::Paced;
use crate::{feed, fresh};

/// Passwords that are verified at the same moment: each keeps a processor busy for tens of
/// milliseconds and takes 19 MiB.
pub const HASHING_AT_ONCE_MAX: usize = 2;
/// Requests that may wait for their password to be verified; more are told to come again.
pub const HASHING_WAITING_MAX: usize = 64;

/// How often strangers may make the server look for configuration that other processes changed, in
/// microseconds.
const SECOND_LOOK_MICROS: u64 = 200_000;
/// How often the counters of licences are looked at on behalf of anybody, in microseconds.
const DRIFT_MICROS: u64 = 5_000_000;
/// How long such a look may take.
const SECOND_LOOK_TIME_MAX: Duration = Duration::from_secs(1);

/// A handle on what handlers share.
#[derive(Clone)]
pub struct ApiState(Arc<Shared>);

struct Shared {
    inner: Inner,
    second_look: Paced<()>,
    probe: Paced<Probe>,
    drifted: Paced<Option<usize>>,
    counts: Counts,
    followers: Semaphore,
    waiting: Semaphore,
    history: History,
}

/// What this process answered to those who wanted a licence or something newer than it has.
#[derive(Default)]
pub(crate) struct Counts {
    /// Licences that the authority denied.
    pub(crate) denied: Counter,
    /// Writes for which licences could not be confirmed.
    pub(crate) unconfirmed: Counter,
    /// Reads that were refused because this process was behind.
    pub(crate) stale: Counter,
}

/// What handlers share. Made by the binary.
pub struct Inner {
    /// The database, for reading alerts and what belongs to them.
    pub db: Db,
    /// The configuration, in memory.
    pub snapshots: Snapshots,
    /// The writer of configuration.
    pub authority: Authority,
    /// The door for events.
    pub intake: Intake,
    /// The door for answers.
    pub responder: Responder,
    /// The process's counters.
    pub metrics: Metrics,
    /// Lets people in.
    pub authenticator: Arc<Authenticator>,
    /// The clock.
    pub clock: Clock,
    /// Where ids and secrets come from.
    pub random: Random,
    /// Where passwords are verified.
    pub hashing: Hashing,
    /// What keeps the configuration fresh, if anything does: it knows how new that is.
    pub replica: Option<ReplicaHandle>,
    /// With which token other nodes may follow this one's configuration; nobody may without.
    pub feed_token: Option<Secret>,
}

impl ApiState {
    /// Shares these.
    pub fn new(inner: Inner) -> Self {
        let second_look = Paced::every(SECOND_LOOK_MICROS);
        let probe = Paced::every(health::PROBE_MICROS);
        let (counts, followers) = (Counts::default(), Semaphore::new(feed::FOLLOWERS_MAX));
        let waiting = Semaphore::new(fresh::WAITING_MAX);
        let drifted = Paced::every(DRIFT_MICROS);
        let history = History::default();
        Self(Arc::new(Shared {
            inner,
            second_look,
            probe,
            drifted,
            counts,
            followers,
            waiting,
            history,
        }))
    }

    /// How many counters of licences are known to be wrong, as of at most some seconds ago; none if
    /// that cannot be read.
    pub(crate) async fn drifted(&self) -> Option<usize> {
        let look = async || {
            let found = timeout(SECOND_LOOK_TIME_MAX, self.authority.drifted()).await;
            found.ok()?.ok().map(|drifted| drifted.len())
        };
        self.0.drifted.get(self.clock.monotonic_micros(), look).await
    }

    /// What was counted since the process began.
    pub(crate) fn counts(&self) -> &Counts {
        &self.0.counts
    }

    /// The places of nodes that wait for something new.
    pub(crate) fn followers(&self) -> &Semaphore {
        &self.0.followers
    }

    /// Where long lists are made.
    pub(crate) fn history(&self) -> &History {
        &self.0.history
    }

    /// The places of requests that wait for a revision.
    pub(crate) fn waiting(&self) -> &Semaphore {
        &self.0.waiting
    }

    /// Looks something up in the configuration. If it is not there, looks once more at what other
    /// processes changed: the command line may have made it a moment ago. All requests together
    /// cause few such looks, whatever they name.
    pub(crate) async fn find<T>(&self, look: impl Fn(&Snapshots) -> Option<T>) -> Option<T> {
        if let Some(found) = look(&self.snapshots) {
            return Some(found);
        }
        self.look_again().await;
        look(&self.snapshots)
    }

    /// Reads what other processes changed, unless that was done a moment ago.
    pub(crate) async fn look_again(&self) {
        let refresh = async || {
            let refreshed = timeout(SECOND_LOOK_TIME_MAX, self.snapshots.refresh(&self.db)).await;
            if let Ok(Err(error)) = refreshed {
                tracing::debug!(%error, "the configuration cannot be read; the known one stays");
            }
        };
        self.0.second_look.get(self.clock.monotonic_micros(), refresh).await;
    }

    /// How the database is doing, as of at most a second ago.
    pub(crate) async fn probe(&self) -> Probe {
        self.0.probe.get(self.clock.monotonic_micros(), async || health::backlog(self).await).await
    }
}

impl Deref for ApiState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0.inner
    }
}

/// Runs work that keeps a processor busy, a few pieces at a time, away from the threads that serve
/// requests. What is long has places of its own: nobody's sign-in waits for it.
#[derive(Default)]
pub struct Hashing {
    passwords: Lane,
    long: Lane,
}

/// Places for one kind of work.
struct Lane {
    running: Arc<Semaphore>,
    places: Semaphore,
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(HASHING_AT_ONCE_MAX)),
            places: Semaphore::new(HASHING_WAITING_MAX),
        }
    }
}

impl Hashing {
    /// Runs the work of a password and waits for it.
    ///
    /// # Errors
    /// 503 when too many are waiting already.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        self.passwords.run(work).await
    }

    /// Runs other work, which may take long, and waits for it.
    ///
    /// # Errors
    /// 503 when too many are waiting already.
    pub async fn run_long<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        self.long.run(work).await
    }
}

impl Lane {
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let busy = || ApiError::unavailable(Duration::from_secs(1));
        let _place = self.places.try_acquire().map_err(|_| busy())?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| busy())?;
        let task = tokio::task::spawn_blocking(move || {
            // Held until the work ends, even if the client has gone away meanwhile.
            let _running = running;
            work()
        });
        task.await.map_err(|error| ApiError::internal(&error))
    }
}
