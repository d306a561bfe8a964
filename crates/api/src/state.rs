//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use firebell_access::Authenticator;
use firebell_base::{Clock, Random};
use firebell_config::{Authority, Snapshots};
use firebell_pipeline::intake::Intake;
use firebell_pipeline::metrics::Metrics;
use firebell_pipeline::respond::Responder;
use firebell_store::Db;
use tokio::sync::Semaphore;

use crate::error::ApiError;

/// Passwords that are verified at the same moment: each keeps a processor busy for tens of
/// milliseconds and takes 19 MiB.
pub const HASHING_AT_ONCE_MAX: usize = 2;
/// Requests that may wait for their password to be verified; more are told to come again.
pub const HASHING_WAITING_MAX: usize = 64;

/// A handle on what handlers share.
#[derive(Clone)]
pub struct ApiState(Arc<Inner>);

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
}

impl ApiState {
    /// Shares these.
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl Deref for ApiState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Runs work that keeps a processor busy, a few pieces at a time, away from the threads that serve
/// requests.
pub struct Hashing {
    running: Arc<Semaphore>,
    places: Semaphore,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(HASHING_AT_ONCE_MAX)),
            places: Semaphore::new(HASHING_WAITING_MAX),
        }
    }
}

impl Hashing {
    /// Runs `work` and waits for it.
    ///
    /// # Errors
    /// 503 when too many are waiting already.
    pub async fn run<T: Send + 'static>(
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
