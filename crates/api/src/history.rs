//! Long lists: alerts, events, deliveries, acts. A page of a thousand rows keeps a processor busy for
//! tens of milliseconds, and somebody may ask for many in a loop. They are read and written down one
//! after the other, away from the threads that serve requests, so that nobody's sign-in, answer or event
//! waits behind them.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use firebell_store::{Error, ReadTx};
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::state::ApiState;

/// Lists that are made at the same moment.
const AT_ONCE: usize = 1;
/// Requests that may wait for their list; more are told to come again.
const WAITING_MAX: usize = 128;

/// Where lists are made.
pub(crate) struct History {
    running: Arc<Semaphore>,
    places: Semaphore,
}

impl Default for History {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(AT_ONCE)),
            places: Semaphore::new(AT_ONCE + WAITING_MAX),
        }
    }
}

impl ApiState {
    /// Reads rows and makes an answer of them, when it is this request's turn.
    ///
    /// # Errors
    /// The database's; 503 when too many are waiting already.
    pub(crate) async fn list<T, R, M>(
        &self,
        label: &'static str,
        read: R,
        make: M,
    ) -> Result<Response, ApiError>
    where
        T: Send + 'static,
        R: Fn(&mut ReadTx<'_>) -> Result<T, Error> + Send + 'static,
        M: FnOnce(T) -> Response + Send + 'static,
    {
        let busy = || ApiError::unavailable(Duration::from_secs(1));
        let history = self.history();
        let _place = history.places.try_acquire().map_err(|_| busy())?;
        let running = Arc::clone(&history.running).acquire_owned().await.map_err(|_| busy())?;
        // Both hold it until they end, even if the client has gone away meanwhile.
        let running = Arc::new(running);
        let held = Arc::clone(&running);
        let found = self.db.read(label, move |tx| {
            let _held = &held;
            read(tx)
        });
        let found = found.await?;
        let work = tokio::task::spawn_blocking(move || {
            let _running = running;
            make(found)
        });
        work.await.map_err(|error| ApiError::internal(&error))
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use firebell_testkit::postgres::TestEngine;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::tests::world::World;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_after_the_other_and_only_so_many_wait() {
        let world = World::open(TestEngine::Sqlite).await;
        let state = &world.state;
        let taken = Arc::clone(&state.history().running).acquire_owned().await.unwrap();
        let list = || state.list("test.list", |_| Ok(()), |()| ().into_response());
        let mut waiting: Vec<_> = (0..=WAITING_MAX).map(|_| Box::pin(list())).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        let refused = list().await.unwrap_err();
        assert_eq!(refused.status, http::StatusCode::SERVICE_UNAVAILABLE);
        drop(taken);
        for one in waiting {
            one.await.unwrap();
        }
    }
}
