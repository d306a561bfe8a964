//! The writer of the journal: group commit.
//!
//! While one commit waits for the disk, the next batch gathers, so the number of commits follows the disk and not the
//! senders. When a batch is large enough is said by [`Crowd`].

use std::sync::Arc;

use firebell_base::Clock;
use firebell_sql::Db;
use firebell_store::journal;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;

use super::{IntakeError, Waiting};
use crate::limits::{JOURNAL_BYTES_MAX, JOURNAL_EVENTS_MAX};
use crate::record;

/// Commits under way at the same time: while one waits for the disk, the next is already queued behind it. See
/// [`Crowd`].
const COMMITS_MAX: usize = 2;
/// The other end: the writer of the journal.
pub struct JournalWriter {
    queue: mpsc::Receiver<Waiting>,
    db: Db,
    clock: Clock,
    /// Woken after each commit: the engine has work.
    committed: Arc<Notify>,
}

impl JournalWriter {
    pub(super) const fn new(
        queue: mpsc::Receiver<Waiting>,
        db: Db,
        clock: Clock,
        committed: Arc<Notify>,
    ) -> Self {
        Self { queue, db, clock, committed }
    }

    /// Writes until every [`Intake`](super::Intake) handle is gone.
    pub async fn run(mut self) {
        let mut commits = JoinSet::new();
        let mut next = Batch::default();
        let mut crowd = Crowd::default();
        let mut is_open = true;
        while is_open || !next.requests.is_empty() {
            tokio::select! {
                biased;
                Some(answered) = commits.join_next(), if !commits.is_empty() => {
                    // A commit that panicked has dropped its answers: those senders were told to come again.
                    crowd.comes(answered.unwrap_or(0));
                }
                one = self.queue.recv(), if is_open && !next.is_full() => match one {
                    Some(one) => {
                        next.take(one);
                        self.gather(&mut next);
                    }
                    None => is_open = false,
                },
            }
            if commits.is_empty() {
                crowd.under_way = 0;
                if !next.requests.is_empty() {
                    // Whoever is about to hand over an event does so before the batch is closed.
                    tokio::task::yield_now().await;
                    self.gather(&mut next);
                }
            }
            if crowd.is_enough(&next, commits.len(), is_open) {
                let batch = std::mem::take(&mut next).requests;
                crowd.goes(batch.len());
                commits.spawn(self.commit(batch));
            }
        }
        while commits.join_next().await.is_some() {}
    }

    /// Whatever waits now, up to the size of a record.
    fn gather(&mut self, batch: &mut Batch) {
        while !batch.is_full()
            && let Ok(one) = self.queue.try_recv()
        {
            batch.take(one);
        }
    }

    /// Stores a batch and answers everybody in it; returns how many requests that were.
    fn commit(&self, batch: Vec<Waiting>) -> impl Future<Output = usize> + Send + 'static {
        let mut events = Vec::new();
        let mut answers = Vec::with_capacity(batch.len());
        for Waiting { events: mut more, answer, room } in batch {
            events.append(&mut more);
            answers.push(answer);
            drop(room);
        }
        let record = record::join(&events);
        let (db, now) = (self.db.clone(), self.clock.now());
        let committed = Arc::clone(&self.committed);
        async move {
            let written = journal::append_alone(&db, now, record).await.map_err(|error| {
                let cause = error.cause();
                tracing::error!(%error, cause, "accepted events could not be stored");
                IntakeError::Unavailable
            });
            committed.notify_one();
            let count = answers.len();
            for answer in answers {
                // Who no longer waits has gone away; the event is durable all the same.
                drop(answer.send(written.clone()));
            }
            count
        }
    }
}

/// Requests that will be in one commit.
#[derive(Default)]
struct Batch {
    requests: Vec<Waiting>,
    events: usize,
    bytes: usize,
}

impl Batch {
    fn take(&mut self, one: Waiting) {
        self.events += one.events.len();
        self.bytes += one.room.bytes;
        self.requests.push(one);
    }

    /// As large as a record may be.
    const fn is_full(&self) -> bool {
        self.events >= JOURNAL_EVENTS_MAX || self.bytes >= JOURNAL_BYTES_MAX
    }
}

/// How many requests there are at a time, by what was seen lately.
///
/// Senders that wait for their answers come back in groups as large as the commits that answered them. A commit
/// that begins with the first who comes back leaves nearly all of them to the next one: seen were 1, 58, 3, 3 and 56
/// events of 64 senders, and processors without work meanwhile. So beside a commit that is under way the next one
/// begins when half of them are there: one half waits for the disk while the other half is read and answered.
#[derive(Debug, Default)]
struct Crowd {
    size: usize,
    /// Requests in commits.
    under_way: usize,
}

impl Crowd {
    /// A commit begins with so many requests.
    fn goes(&mut self, requests: usize) {
        self.under_way += requests;
        // Forgotten by a sixteenth with each commit: when senders leave, nobody waits for them for long.
        self.size = self.under_way.max(self.size - self.size.div_ceil(16));
    }

    /// A commit has answered so many requests.
    const fn comes(&mut self, requests: usize) {
        self.under_way = self.under_way.saturating_sub(requests);
    }

    /// Whether a commit begins now, beside so many others. Without others nobody is waited for.
    fn is_enough(&self, next: &Batch, commits: usize, is_open: bool) -> bool {
        let waiting = next.requests.len();
        let half = self.size / 2;
        waiting > 0
            && commits < COMMITS_MAX
            && (commits == 0 || !is_open || next.is_full() || waiting >= half)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::super::Waitroom;
    use super::*;

    fn batch(requests: usize) -> Batch {
        let mut batch = Batch::default();
        for _ in 0..requests {
            let room = Waitroom::new(usize::MAX).enter(1).unwrap();
            batch.take(Waiting { events: vec![vec![0]], answer: oneshot::channel().0, room });
        }
        batch
    }

    #[test]
    fn beside_a_commit_the_next_one_waits_for_half_of_the_crowd() {
        let mut crowd = Crowd::default();
        assert!(!crowd.is_enough(&batch(0), 0, true), "nothing to do");
        assert!(crowd.is_enough(&batch(1), 0, true) && crowd.is_enough(&batch(1), 1, true));
        crowd.goes(24);
        crowd.goes(40);
        assert_eq!((crowd.size, crowd.under_way), (64, 64));
        assert!(!crowd.is_enough(&batch(100), COMMITS_MAX, true), "two are enough");
        crowd.comes(24);
        assert!(!crowd.is_enough(&batch(31), 1, true) && crowd.is_enough(&batch(32), 1, true));
        assert!(crowd.is_enough(&batch(1), 0, true), "nobody is waited for without a commit");
        assert!(crowd.is_enough(&batch(1), 1, false), "nobody comes any more");
        let full = Batch { bytes: JOURNAL_BYTES_MAX, ..batch(1) };
        assert!(crowd.is_enough(&full, 1, true));
        crowd.comes(40);
        // The senders have left, but for two.
        let commits = (1..=32).find(|_| {
            crowd.goes(1);
            crowd.goes(1);
            crowd.comes(2);
            crowd.size <= 3
        });
        assert!(commits.is_some(), "they are not forgotten: {crowd:?}");
        assert!(crowd.is_enough(&batch(1), 1, true));
    }
}
