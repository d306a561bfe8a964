//! Tells whoever waits that sessions ended. Needs no runtime: a waiter is woken by its waker.
//!
//! Told by [`super::Sessions`]; heard by what was begun for a session and goes on, such as streams to open pages.
//! It never says which sessions: whoever hears it asks whether theirs still counts.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// Tells.
#[derive(Default)]
pub(super) struct Teller(Arc<Mutex<State>>);

/// Hears. Dropping it forgets it.
pub struct Ends {
    state: Arc<Mutex<State>>,
    place: u64,
    heard: u64,
}

#[derive(Default)]
struct State {
    told: u64,
    places: u64,
    /// At most one for each [`Ends`] there is.
    waiting: BTreeMap<u64, Waker>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Teller {
    pub(super) fn tell(&self) {
        let mut state = lock(&self.0);
        state.told += 1;
        let woken = std::mem::take(&mut state.waiting);
        drop(state);
        woken.into_values().for_each(Waker::wake);
    }

    pub(super) fn ends(&self) -> Ends {
        let mut state = lock(&self.0);
        state.places += 1;
        let (place, heard) = (state.places, state.told);
        drop(state);
        Ends { state: Arc::clone(&self.0), place, heard }
    }
}

impl std::fmt::Debug for Ends {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ends").field("heard", &self.heard).finish_non_exhaustive()
    }
}

impl Ends {
    /// Whether sessions ended since this was asked last, or since it was made.
    pub fn is_new(&mut self) -> bool {
        let told = lock(&self.state).told;
        std::mem::replace(&mut self.heard, told) != told
    }

    /// Waits until there is something new. May be dropped and waited for again; does not count as asked.
    pub async fn wait(&mut self) {
        poll_fn(|context| {
            let mut state = lock(&self.state);
            if state.told != self.heard {
                return Poll::Ready(());
            }
            state.waiting.insert(self.place, context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        lock(&self.state).waiting.remove(&self.place);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Wake};

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn whoever_waits_is_woken_once_and_whoever_left_is_forgotten() {
        let teller = Teller::default();
        let (mut one, mut gone) = (teller.ends(), teller.ends());
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        for ends in [&mut one, &mut gone] {
            assert!(pin!(ends.wait()).poll(&mut context).is_pending());
            assert!(pin!(ends.wait()).poll(&mut context).is_pending(), "asked twice");
        }
        drop(gone);
        assert_eq!(lock(&teller.0).waiting.len(), 1);
        teller.tell();
        teller.tell();
        assert_eq!((woken.0.load(Ordering::SeqCst), lock(&teller.0).waiting.len()), (1, 0));
        assert!(pin!(one.wait()).poll(&mut context).is_ready());
        assert!(pin!(one.wait()).poll(&mut context).is_ready(), "waiting is not asking");
        assert!(one.is_new());
        assert!(!one.is_new());
        assert!(pin!(one.wait()).poll(&mut context).is_pending());
        assert!(!teller.ends().is_new(), "what was before is not new");
    }
}
