//! Work that many ask for and that is done seldom: by one of them at a time, and again only after a
//! pause; the others share what it found.
//!
//! Used for looking at the database on behalf of requests of anybody. It must never hold a lock
//! while it waits.

use tokio::sync::watch;

/// The work's newest result, and whether it is under way.
pub(crate) struct Paced<T> {
    pause_micros: u64,
    state: watch::Sender<State<T>>,
}

struct State<T> {
    under_way: bool,
    /// When it was begun, and what it found.
    newest: Option<(u64, T)>,
}

/// What somebody who asks is to do.
enum Turn<T> {
    Take(T),
    Wait,
    Work,
}

impl<T: Clone> Paced<T> {
    /// Work that is begun again only so many microseconds after it was begun last.
    pub(crate) fn every(pause_micros: u64) -> Self {
        let state = State { under_way: false, newest: None };
        Self { pause_micros, state: watch::Sender::new(state) }
    }

    /// The result: of now, of less than a pause ago, or of what is under way. `now` is in
    /// microseconds of a clock that never goes back.
    pub(crate) async fn get<F>(&self, now: u64, work: impl FnOnce() -> F) -> T
    where
        F: Future<Output = T>,
    {
        let mut has_waited = false;
        loop {
            match self.turn(now, has_waited) {
                Turn::Take(found) => return found,
                Turn::Wait => {
                    // The sender lives as long as this, so it is never gone.
                    drop(self.state.subscribe().wait_for(|state| !state.under_way).await);
                    has_waited = true;
                }
                Turn::Work => {
                    let ending = Ending(&self.state);
                    let found = work().await;
                    self.state.send_modify(|state| state.newest = Some((now, found.clone())));
                    drop(ending);
                    return found;
                }
            }
        }
    }

    fn turn(&self, now: u64, has_waited: bool) -> Turn<T> {
        let mut turn = Turn::Wait;
        self.state.send_if_modified(|state| {
            if state.under_way {
                return false;
            }
            match &state.newest {
                Some((begun, found))
                    if has_waited || now.saturating_sub(*begun) < self.pause_micros =>
                {
                    turn = Turn::Take(found.clone());
                    false
                }
                _ => {
                    *state = State { under_way: true, newest: None };
                    turn = Turn::Work;
                    true
                }
            }
        });
        turn
    }
}

/// Tells the others that the work is over, also when whoever did it has gone away.
struct Ending<'a, T>(&'a watch::Sender<State<T>>);

impl<T> Drop for Ending<'_, T> {
    fn drop(&mut self) {
        self.0.send_modify(|state| state.under_way = false);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt as _;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn it_is_done_once_in_a_pause() {
        let (paced, done) = (Paced::every(100), Cell::new(0));
        let ask = async |now| {
            paced
                .get(now, async || {
                    done.set(done.get() + 1);
                    done.get()
                })
                .await
        };
        assert_eq!((ask(1_000).await, ask(1_099).await), (1, 1));
        assert_eq!((ask(1_100).await, ask(1_150).await), (2, 2));
    }

    #[tokio::test]
    async fn one_works_and_the_others_share_it() {
        let paced = Paced::every(100);
        let (sender, receiver) = oneshot::channel();
        let mut first = Box::pin(paced.get(0, async || receiver.await.unwrap()));
        let mut second = Box::pin(paced.get(500, async || panic!("one is at work")));
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        sender.send("found").unwrap();
        assert_eq!((first.await, second.await), ("found", "found"));
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_work_to_the_next() {
        let paced = Paced::every(100);
        let mut first = Box::pin(paced.get(0, std::future::pending::<u8>));
        let mut second = Box::pin(paced.get(1, async || 2));
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        drop(first);
        assert_eq!(second.await, 2);
    }
}
