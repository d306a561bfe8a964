//! The writer of the journal: group commit.
//!
//! While one commit waits for the disk, the next batch gathers, so the number of commits follows the disk and not the
//! senders. When a batch is large enough is said by [`Crowd`].

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use firebell_base::Clock;
use firebell_sql::Db;
use firebell_store::journal;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{IntakeError, Waiting};
use crate::limits::{JOURNAL_BYTES_MAX, JOURNAL_EVENTS_MAX};
use crate::record;

/// Commits under way at the same time: while one waits for the disk, the next is already queued behind it. See
/// [`Crowd`].
const COMMITS_MAX: usize = 2;
/// The longest wait for others: a commit that hangs must not hold up who has another connection to the database.
const PATIENCE: Duration = Duration::from_millis(10);

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
    pub async fn run(self) {
        let Self { queue, db, clock, committed } = self;
        group(queue, |batch| commit(&db, &clock, &committed, batch)).await;
    }
}

/// Hands over what waits in the queue in batches, each of which `commit` stores and answers; it returns how many
/// requests that were. Ends when nobody can hand over anything any more and everything is stored.
async fn group<F>(mut queue: mpsc::Receiver<Waiting>, commit: impl Fn(Vec<Waiting>) -> F)
where
    F: Future<Output = usize> + Send + 'static,
{
    let mut commits = JoinSet::new();
    let (mut next, mut crowd) = (Batch::default(), Crowd::default());
    let mut is_open = true;
    // Runs from the first request of a batch on.
    let (mut patience, mut is_late) = (pin!(sleep(PATIENCE)), false);
    while is_open || !next.requests.is_empty() {
        tokio::select! {
            biased;
            Some(answered) = commits.join_next(), if !commits.is_empty() => {
                // A commit that panicked has dropped its answers: those senders were told to come again.
                crowd.comes(answered.unwrap_or(0));
            }
            one = queue.recv(), if is_open && !next.is_full() => match one {
                Some(one) => {
                    if next.requests.is_empty() {
                        is_late = false;
                        patience.set(sleep(PATIENCE));
                    }
                    next.take(one);
                    gather(&mut queue, &mut next);
                }
                None => is_open = false,
            },
            () = patience.as_mut(), if !is_late && !next.requests.is_empty() => is_late = true,
        }
        if commits.is_empty() {
            crowd.under_way = 0;
            if !next.requests.is_empty() {
                // Whoever is about to hand over an event does so before the batch is closed.
                tokio::task::yield_now().await;
                gather(&mut queue, &mut next);
            }
        }
        if crowd.is_enough(&next, commits.len(), is_late || !is_open) {
            let batch = std::mem::take(&mut next).requests;
            crowd.goes(batch.len());
            commits.spawn(commit(batch));
        }
    }
    while commits.join_next().await.is_some() {}
}

/// Whatever waits now, up to the size of a record.
fn gather(queue: &mut mpsc::Receiver<Waiting>, batch: &mut Batch) {
    while !batch.is_full()
        && let Ok(one) = queue.try_recv()
    {
        batch.take(one);
    }
}

/// Stores a batch and answers everybody in it; returns how many requests that were.
fn commit(
    db: &Db,
    clock: &Clock,
    committed: &Arc<Notify>,
    batch: Vec<Waiting>,
) -> impl Future<Output = usize> + Send + use<> {
    let mut events = Vec::new();
    let mut answers = Vec::with_capacity(batch.len());
    for Waiting { events: mut more, answer, room } in batch {
        events.append(&mut more);
        answers.push(answer);
        drop(room);
    }
    let record = record::join(&events);
    let (db, now, committed) = (db.clone(), clock.now(), Arc::clone(committed));
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

    /// Whether a commit begins now, beside so many others. Without others nobody is waited for, nor in a hurry.
    fn is_enough(&self, next: &Batch, commits: usize, hurry: bool) -> bool {
        let waiting = next.requests.len();
        let half = self.size / 2;
        waiting > 0
            && commits < COMMITS_MAX
            && (commits == 0 || hurry || next.is_full() || waiting >= half)
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
        assert!(!crowd.is_enough(&batch(0), 0, false), "nothing to do");
        assert!(crowd.is_enough(&batch(1), 0, false) && crowd.is_enough(&batch(1), 1, false));
        crowd.goes(24);
        crowd.goes(40);
        assert_eq!((crowd.size, crowd.under_way), (64, 64));
        assert!(!crowd.is_enough(&batch(100), COMMITS_MAX, false), "two are enough");
        crowd.comes(24);
        assert!(!crowd.is_enough(&batch(31), 1, false) && crowd.is_enough(&batch(32), 1, false));
        assert!(crowd.is_enough(&batch(1), 0, false), "nobody is waited for without a commit");
        assert!(crowd.is_enough(&batch(1), 1, true), "in a hurry");
        let full = Batch { bytes: JOURNAL_BYTES_MAX, ..batch(1) };
        assert!(crowd.is_enough(&full, 1, false));
        crowd.comes(40);
        // The senders have left, but for two.
        let commits = (1..=32).find(|_| {
            crowd.goes(1);
            crowd.goes(1);
            crowd.comes(2);
            crowd.size <= 3
        });
        assert!(commits.is_some(), "they are not forgotten: {crowd:?}");
        assert!(crowd.is_enough(&batch(1), 1, false));
    }

    /// A writer whose commits the test sees, and ends by answering them.
    struct Bench {
        senders: mpsc::Sender<Waiting>,
        begun: mpsc::UnboundedReceiver<(usize, oneshot::Sender<()>)>,
        writer: JoinSet<()>,
    }

    impl Bench {
        fn new() -> Self {
            let (senders, queue) = mpsc::channel(100);
            let (begin, begun) = mpsc::unbounded_channel();
            let mut writer = JoinSet::new();
            writer.spawn(group(queue, move |batch| {
                let (end, ended) = oneshot::channel();
                let count = batch.len();
                begin.send((count, end)).unwrap();
                async move {
                    ended.await.ok();
                    count
                }
            }));
            Self { senders, begun, writer }
        }

        fn send(&self, requests: usize) {
            for one in batch(requests).requests {
                self.senders.try_send(one).ok().unwrap();
            }
        }

        /// The next commit that begins before the others, and time, make it.
        async fn at_once(&mut self) -> Option<(usize, oneshot::Sender<()>)> {
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            self.begun.try_recv().ok()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn beside_a_commit_a_batch_gathers_until_it_is_large_enough() {
        let mut bench = Bench::new();
        bench.send(8);
        let (count, first) = bench.at_once().await.unwrap();
        assert_eq!(count, 8);
        bench.send(3);
        assert!(bench.at_once().await.is_none());
        bench.send(1);
        let (count, second) = bench.at_once().await.unwrap();
        assert_eq!(count, 4);
        bench.send(9);
        assert!(bench.at_once().await.is_none(), "two at a time");
        drop(first);
        let (count, _third) = bench.at_once().await.unwrap();
        assert_eq!(count, 9);
        drop(second);
    }

    #[tokio::test(start_paused = true)]
    async fn a_commit_that_hangs_holds_nobody_up() {
        let mut bench = Bench::new();
        bench.send(8);
        let _hangs = bench.at_once().await.unwrap();
        for _ in 0..3 {
            bench.send(1);
            assert!(bench.at_once().await.is_none());
            let soon = tokio::time::timeout(2 * PATIENCE, bench.begun.recv()).await;
            assert_eq!(soon.expect("it does not wait for the first").unwrap().0, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_is_stored_before_the_end() {
        let mut bench = Bench::new();
        bench.send(8);
        let first = bench.at_once().await.unwrap();
        bench.send(2);
        let Bench { senders, mut begun, mut writer } = bench;
        drop(senders);
        let second = begun.recv().await.unwrap();
        assert_eq!((first.0, second.0), (8, 2));
        assert!(writer.try_join_next().is_none());
        drop((first, second));
        writer.join_next().await.unwrap().unwrap();
    }
}
