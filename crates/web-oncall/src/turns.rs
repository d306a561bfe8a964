//! Places for work that keeps a processor busy. How long a calendar takes is up to whoever made the
//! shifts, so calendars wait here for one of a few places.
//!
//! Never on the threads that serve requests, which take events, too; and never in the places where
//! passwords are verified, or nobody could sign in meanwhile.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use firebell_ui::part::Notice;
use firebell_ui::{Refusal, Visit};
use tokio::sync::Semaphore;

use crate::words::WORDS;

/// Pieces of work at once.
const AT_ONCE_MAX: usize = 4;
/// How long somebody waits for a place.
const PATIENCE: Duration = Duration::from_secs(5);

/// The places of a process. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE_MAX)))
    }
}

impl Turns {
    /// Runs the work when a place is free. None if none was in time, or the work broke off.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let free = Arc::clone(&self.0).acquire_owned();
        let place = tokio::time::timeout(PATIENCE, free).await.ok()?.ok()?;
        let task = tokio::task::spawn_blocking(move || {
            // Held until the work ends, even if whoever asked has gone away meanwhile.
            let _place = place;
            work()
        });
        task.await.map_err(|error| tracing::error!(%error, "a calendar was not made")).ok()
    }

    /// Runs work of a page when a place is free.
    ///
    /// # Errors
    /// 503, with a page that says to come again.
    pub(crate) async fn of<T: Send + 'static>(
        &self,
        visit: &Visit,
        work: impl FnOnce(&Visit) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let copy = visit.clone();
        self.run(move || work(&copy)).await.ok_or_else(|| {
            let t = visit.say(&WORDS);
            let notice = Notice::wrong(t.get("oncall-busy"), t.get("oncall-busy-text"));
            visit.notice(StatusCode::SERVICE_UNAVAILABLE, notice)
        })
    }

    /// Where no place is ever free.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        let none = Self(Arc::new(Semaphore::new(0)));
        none.0.close();
        none
    }
}
