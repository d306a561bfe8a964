//! How pages run what keeps a processor busy: through whoever bounds it for the whole process.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// A piece of work.
pub type Work = Box<dyn FnOnce() + Send>;
/// Waits until it is done.
pub type Waiting = Pin<Box<dyn Future<Output = Result<(), Busy>> + Send>>;

/// Too many are waiting already, or the work came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

/// Runs work of tens of milliseconds away from the threads that serve requests, a few pieces at a
/// time: the pages and the API must share the places.
#[derive(Clone)]
pub struct Slowly(Arc<dyn Fn(Work) -> Waiting + Send + Sync>);

impl std::fmt::Debug for Slowly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slowly")
    }
}

impl Slowly {
    /// Runs work with this.
    pub fn new(run: impl Fn(Work) -> Waiting + Send + Sync + 'static) -> Self {
        Self(Arc::new(run))
    }

    /// Runs the work and waits for what comes of it.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let slot: Arc<Mutex<Option<T>>> = Arc::default();
        let outcome = Arc::clone(&slot);
        let run = self.0(Box::new(move || {
            let done = work();
            *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        }));
        run.await?;
        let done = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        done.ok_or(Busy)
    }
}
