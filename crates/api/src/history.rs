//! Long lists: alerts, events, deliveries, acts. A page of a thousand rows keeps a processor busy for
//! tens of milliseconds, and somebody may ask for many in a loop. They are read and written down one
//! after the other on a thread of low priority, so that nobody's sign-in, answer or event waits behind them.

use std::time::Duration;

use axum::response::Response;
use firebell_store::{Error, ReadTx};
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::state::ApiState;

/// Requests whose list is being made or waits to be; more are told to come again.
const WAITING_MAX: usize = 128;

/// Where lists are made.
pub(crate) struct History {
    places: Semaphore,
}

impl Default for History {
    fn default() -> Self {
        Self { places: Semaphore::new(WAITING_MAX) }
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
        R: Fn(&mut ReadTx<'_>) -> Result<T, Error> + Send + 'static,
        M: FnOnce(T) -> Response + Send + 'static,
    {
        let place = self.history().places.try_acquire();
        let _place = place.map_err(|_| ApiError::unavailable(Duration::from_secs(1)))?;
        Ok(self.db.read_patiently(label, read, make).await?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};

    use axum::response::IntoResponse as _;
    use firebell_testkit::postgres::TestEngine;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::tests::world::World;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_after_the_other_and_only_so_many_wait() {
        let world = World::open(TestEngine::Sqlite).await;
        let state = &world.state;
        let (release, held) = mpsc::channel::<()>();
        let held = Mutex::new(held);
        let first = move |_: &mut ReadTx<'_>| Ok(held.lock().unwrap().recv().is_ok());
        let mut first = Box::pin(state.list("test.first", first, |_| ().into_response()));
        assert!((&mut first).now_or_never().is_none());
        let list = || state.list("test.list", |_| Ok(()), |()| ().into_response());
        let mut waiting: Vec<_> = (1..WAITING_MAX).map(|_| Box::pin(list())).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        let refused = list().await.unwrap_err();
        assert_eq!(refused.status, http::StatusCode::SERVICE_UNAVAILABLE);
        drop(release);
        first.await.unwrap();
        for one in waiting {
            one.await.unwrap();
        }
    }
}
