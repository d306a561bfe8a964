//! The driver of steps 2 to 5: one transaction per turn, which looks at the database and moves what is due.
//!
//! A turn takes no input. In this order it processes accepted events from the journal, walks whose time has
//! come, notifications whose time has come (they are leased, and handed to *deliver* after the commit), and
//! alerts whose time has run out. It is woken by hints (events were committed, an answer came), by the earliest
//! due time in the database, and by a slow poll; it behaves the same whichever it was. The rows are the
//! timers: indexes give the earliest due time in microseconds, so no second copy of them is kept in memory.
//!
//! A turn is fenced: a process that has been replaced is refused inside the transaction.

use std::sync::Arc;
use std::time::Duration;

use firebell_base::{Clock, Random, Timestamp};
use firebell_config::Snapshots;
use firebell_domain::alert::{Alert, AlertId};
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::Notification;
use firebell_sql::{Db, Error, Retryable};
use firebell_store::{engine, journal, notifications};
use tokio::sync::Notify;

use crate::deliver::Outgoing;
use crate::limits::POLL;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::parts::Stop;

mod timers;
mod turn;

use turn::Portion;

/// Why a turn failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Another process has taken over: this one must stop.
    #[error("another process has taken over processing; this one stops")]
    Fenced,
    /// The database failed; the turn is taken again.
    #[error("{0}")]
    Store(#[from] Error),
}

impl Retryable for EngineError {
    fn sql_error(&self) -> Option<&Error> {
        match self {
            Self::Fenced => None,
            Self::Store(error) => Some(error),
        }
    }
}

/// A notification to be sent now, with what rendering it needs.
#[derive(Debug, Clone)]
pub struct Job {
    /// Whose.
    pub instance: InstanceNo,
    /// What to send.
    pub notification: Notification,
    /// About what, as of the lease.
    pub alert: Arc<Alert>,
    /// When it was leased.
    pub leased: Timestamp,
}

/// What a turn did.
#[derive(Debug, Default)]
pub struct Turn {
    /// Events processed.
    pub events: usize,
    /// Alerts that are not as they were, if anybody listens.
    pub changed: Vec<(InstanceNo, AlertId)>,
    /// Notifications to send.
    pub jobs: Vec<Job>,
    /// Whether there is more to do at once.
    pub more: bool,
    /// When something is due next.
    pub next_due: Option<Timestamp>,
    /// Whether notifications wait that there was no room for.
    pub short: bool,
}

/// What a [step](Engine::step) left to do.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Whether there is more to do at once.
    pub more: bool,
    /// When something is due next.
    pub next_due: Option<Timestamp>,
    /// How many notifications were handed over.
    pub sending: usize,
}

/// Drives the pipeline on one database.
pub struct Engine {
    pub(crate) db: Db,
    pub(crate) snapshots: Snapshots,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) metrics: Metrics,
    pub(crate) outgoing: Outgoing,
    pub(crate) wake: Arc<Notify>,
    pub(crate) live: Live,
    /// The fence; 0 until [taken over](Engine::take_over), and no turn succeeds before.
    pub(crate) epoch: i64,
}

impl Engine {
    /// Takes over processing: bumps the fence, and gives up the leases of whoever came before.
    pub(crate) async fn take_over(mut self, owner: String) -> Result<Self, EngineError> {
        let now = self.clock.now();
        self.epoch = self
            .db
            .write("engine.take_over", move |tx| {
                let epoch = engine::take(tx, &owner, now)?;
                notifications::release_leases(tx, now)?;
                Ok::<_, EngineError>(epoch)
            })
            .await?;
        Ok(self)
    }

    /// Takes one turn.
    pub async fn turn(&self) -> Result<Turn, EngineError> {
        self.turn_with(Portion::Usual).await
    }

    async fn turn_with(&self, portion: Portion) -> Result<Turn, EngineError> {
        let now = self.clock.now();
        let context = turn::Context {
            snapshots: self.snapshots.clone(),
            random: self.random.clone(),
            metrics: Arc::clone(&self.metrics),
            now,
            room: self.outgoing.room(),
            epoch: self.epoch,
            portion,
            heard: self.live.is_heard(),
        };
        self.db.write("engine.turn", move |tx| turn::take(tx, &context)).await
    }

    /// Takes one turn and hands over what is to be sent. A journal record that cannot be processed is set aside,
    /// so that nothing waits behind it.
    pub async fn step(&self) -> Result<Step, EngineError> {
        match self.turn().await {
            Ok(turn) => Ok(self.hand_over(turn)),
            Err(EngineError::Store(error)) if !error.is_retryable() => self.isolate(&error).await,
            Err(error) => Err(error),
        }
    }

    fn hand_over(&self, turn: Turn) -> Step {
        self.live.publish_all(turn.changed);
        let sending = turn.jobs.len();
        let room_again = self.outgoing.send_all(turn.jobs, turn.short);
        Step { more: turn.more || room_again, next_due: turn.next_due, sending }
    }

    /// After a turn that would fail again: finds out whether the oldest journal record is at fault.
    async fn isolate(&self, error: &Error) -> Result<Step, EngineError> {
        self.metrics.engine_failures.add(1);
        tracing::error!(%error, cause = error.cause(), "a turn failed; looking for the record at fault");
        // If it fails without the journal too, no record is to blame, and none may be set aside.
        let rest = self.turn_with(Portion::Nothing).await?;
        let sending = self.hand_over(rest).sending;
        match self.turn_with(Portion::One).await {
            Ok(turn) => {
                let step = self.hand_over(turn);
                Ok(Step { more: true, sending: sending + step.sending, ..step })
            }
            Err(EngineError::Store(error)) if !error.is_retryable() => {
                self.set_aside_oldest().await?;
                self.metrics.records_damaged.add(1);
                tracing::error!(%error, cause = error.cause(), "a journal record was set aside");
                Ok(Step { more: true, next_due: None, sending })
            }
            Err(error) => Err(error),
        }
    }

    async fn set_aside_oldest(&self) -> Result<(), EngineError> {
        let epoch = self.epoch;
        self.db
            .write("engine.set_aside", move |tx| {
                if !engine::holds(tx, epoch)? {
                    return Err(EngineError::Fenced);
                }
                let (records, _) = journal::oldest(tx, 1, i64::MAX)?;
                for record in &records {
                    journal::set_aside(tx, record)?;
                    journal::remove(tx, &[record.seq])?;
                }
                Ok(())
            })
            .await
    }

    /// Takes turns until stopped, or until another process takes over.
    pub async fn run(self, mut stop: Stop) -> Result<(), EngineError> {
        let mut failures = 0_u32;
        loop {
            let wait = match self.turn().await {
                Ok(turn) => {
                    failures = 0;
                    let step = self.hand_over(turn);
                    if step.more { Duration::ZERO } else { self.until(step.next_due) }
                }
                Err(EngineError::Fenced) => return Err(EngineError::Fenced),
                Err(EngineError::Store(error)) => {
                    failures = failures.saturating_add(1);
                    self.metrics.engine_failures.add(1);
                    tracing::error!(%error, cause = error.cause(), failures, "a turn failed and is repeated");
                    Duration::from_millis(u64::from(failures.min(50)) * 100)
                }
            };
            if wait.is_zero() {
                if stop.is_set() {
                    return Ok(());
                }
                continue;
            }
            tokio::select! {
                () = stop.wait() => return Ok(()),
                () = self.wake.notified(), if failures == 0 => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// How long to wait for what is due next, but never longer than the poll.
    fn until(&self, next_due: Option<Timestamp>) -> Duration {
        let Some(due) = next_due else { return POLL };
        let micros = firebell_base::time::micros_between(self.clock.now(), due);
        // Rounded up to the runtime's millisecond, so that the turn does not come too early.
        let micros = u64::try_from(micros).unwrap_or(0).saturating_add(999) / 1000 * 1000;
        Duration::from_micros(micros.max(1000)).min(POLL)
    }
}

/// The configuration of an instance, if it is known here.
fn directory(snapshots: &Snapshots, no: InstanceNo) -> Option<Arc<Directory>> {
    snapshots.instance(no)
}
