//! Checkpoints: how the write-ahead log is moved into the database file, and how it stays short.
//!
//! A thread of its own does it beside the commits. Under a constant stream of them it never comes to the end of the
//! log, which begins anew only from there: so the writer does the rest itself when the log is long. Called by
//! `sqlite` alone.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use rusqlite::Connection;

use super::{connect, error, pragma};
use crate::Error;
use crate::config::Config;
use crate::lane::CLOSE_TIMEOUT;

/// A log this many times longer than the checkpoint limit is checkpointed by the writer itself:
/// under a constant stream of commits the other thread alone never catches up.
const OVERDUE_FACTOR: u32 = 4;
/// The other thread is asked again, close to that length, after this part of the checkpoint limit.
const LAST_STEPS: u32 = 32;

/// The writer's view of the log.
pub(super) struct Log {
    pages: Arc<AtomicU32>,
    overdue: u32,
    /// Held by whoever runs a checkpoint. A second one would be refused as busy, and on a slow disk the other
    /// thread is always in one: the log would never be moved to its end, so never begin anew.
    turn: Arc<Mutex<()>>,
}

impl Log {
    /// Watches the log from the writer's connection. It takes the place of the automatic checkpoint, which would run
    /// inside a commit.
    pub(super) fn watched(
        conn: &mut Connection,
        config: &Config,
        checkpoint: Checkpoint,
    ) -> Result<Self, Error> {
        let limit = config.checkpoint_pages.max(1);
        let overdue = limit.saturating_mul(OVERDUE_FACTOR);
        let (pages, turn) = (Arc::new(AtomicU32::new(0)), Arc::clone(&checkpoint.turn));
        let (seen, mut hints) = (Arc::clone(&pages), Hints::new(limit, overdue));
        let hook = move |_: &mut _, length: i32| {
            let length = u32::try_from(length).unwrap_or(0);
            seen.store(length, Ordering::Relaxed);
            if hints.is_due(length) {
                checkpoint.hint();
            }
            Ok(())
        };
        conn.wal_hook(Some(hook)).map_err(|e| error("wal_hook", &e))?;
        Ok(Self { pages, overdue, turn })
    }

    /// The writer's own checkpoint, if the log is too long.
    pub(super) fn after_commit(&self, conn: &Connection) {
        if self.pages.load(Ordering::Relaxed) > self.overdue {
            let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            self.pages.store(0, Ordering::Relaxed);
            checkpoint(conn, "passive");
        }
    }
}

/// When the other thread is asked for a checkpoint, by the length of the log in pages: at the limit and at each
/// further one, and in ever smaller steps towards the length at which the writer does it itself. What is left then
/// is little: commits wait for it, 8,000 pages took about a tenth of a second.
#[derive(Debug)]
struct Hints {
    limit: u32,
    overdue: u32,
    seen: u32,
    next: u32,
}

impl Hints {
    const fn new(limit: u32, overdue: u32) -> Self {
        Self { limit, overdue, seen: 0, next: limit }
    }

    /// Whether it is time, after a commit that left the log at this length.
    fn is_due(&mut self, length: u32) -> bool {
        if length < self.seen {
            // It begins anew.
            self.next = self.limit;
        }
        self.seen = length;
        if length < self.next {
            return false;
        }
        let rest = self.overdue.saturating_sub(length) / 2;
        let least = (self.limit / LAST_STEPS).max(1);
        self.next = length.saturating_add(rest.clamp(least, self.limit));
        true
    }
}

fn checkpoint(conn: &Connection, mode: &str) {
    let out: rusqlite::Result<(i64, i64, i64)> =
        conn.query_row(&format!("pragma wal_checkpoint({mode})"), [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        });
    match out {
        Ok((busy, length, done)) => {
            tracing::trace!(mode, busy, length, done, "SQLite checkpoint");
        }
        // The log stays longer; the next hint tries again.
        Err(e) => tracing::debug!(mode, cause = %e, "SQLite checkpoint did not run"),
    }
}

/// The thread that moves the write-ahead log into the database file, so that no commit has to.
/// It ends when the writer and the handle have dropped their clones.
#[derive(Clone)]
pub(crate) struct Checkpoint {
    hints: mpsc::SyncSender<()>,
    /// See [`Log`].
    turn: Arc<Mutex<()>>,
    /// Disconnected once the thread has ended.
    ended: Arc<Mutex<mpsc::Receiver<()>>>,
}

impl Checkpoint {
    pub(crate) fn start(path: &Path, config: &Config) -> Result<Self, Error> {
        let conn = connect(path, config)?;
        pragma(&conn, "wal_autocheckpoint", "0")?;
        let (hints, receiver) = mpsc::sync_channel::<()>(1);
        let (ended_sender, ended) = mpsc::channel();
        let turn = Arc::<Mutex<()>>::default();
        let own_turn = Arc::clone(&turn);
        std::thread::Builder::new()
            .name("sql-checkpoint".to_owned())
            .spawn(move || {
                while receiver.recv().is_ok() {
                    let _turn = own_turn.lock().unwrap_or_else(PoisonError::into_inner);
                    checkpoint(&conn, "passive");
                }
                checkpoint(&conn, "truncate");
                drop(conn);
                drop(ended_sender);
            })
            .map_err(|e| Error::unavailable("No thread for the database could start.", e))?;
        Ok(Self { hints, turn, ended: Arc::new(Mutex::new(ended)) })
    }

    fn hint(&self) {
        // Full means that a checkpoint is due anyway.
        self.hints.try_send(()).ok();
    }

    /// Waits (bounded) for the last checkpoint; the writer must be gone by now.
    pub(crate) fn finish(self) {
        drop(self.hints);
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.recv_timeout(CLOSE_TIMEOUT) == Err(mpsc::RecvTimeoutError::Timeout) {
            tracing::warn!("the last SQLite checkpoint did not end in time");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lengths at which a log that grows by so many pages a commit is checkpointed.
    fn asked(hints: &mut Hints, lengths: impl Iterator<Item = u32>) -> Vec<u32> {
        lengths.filter(|length| hints.is_due(*length)).collect()
    }

    #[test]
    fn checkpoints_come_closer_towards_the_length_at_which_the_writer_waits_for_one() {
        let mut hints = Hints::new(8_000, 32_000);
        let wanted = [8_000, 16_000, 24_000, 28_000, 30_000, 31_000, 31_500, 31_750, 32_000];
        assert_eq!(asked(&mut hints, (0..=32_000).step_by(10)), wanted);
        assert_eq!(asked(&mut hints, (32_001..=32_600).step_by(1)), [32_250, 32_500], "it waits");
        assert_eq!(asked(&mut hints, (0..=16_000).step_by(10)), [8_000, 16_000], "begun anew");
    }

    #[test]
    fn the_smallest_limit_is_good() {
        let mut hints = Hints::new(1, 4);
        assert_eq!(asked(&mut hints, 0..8), [1, 2, 3, 4, 5, 6, 7]);
        let mut hints = Hints::new(u32::MAX, u32::MAX);
        assert_eq!(asked(&mut hints, [1, u32::MAX, 5].into_iter()), [u32::MAX]);
    }
}
