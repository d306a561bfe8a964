//! What a server does besides: it forgets in time. Every removal is bounded, and goes on until
//! nothing is left to remove or it is stopped.

use std::time::Duration;

use firebell_base::{Clock, Random};
use firebell_config::{Snapshots, feed, licences};
use firebell_pipeline::Stop;
use firebell_pipeline::retention::{self, Retention};
use firebell_sql::{Db, Error, WriteTx};
use firebell_store::sessions as rows;
use tokio::time::timeout;

use super::tasks::Ended;

/// How often old rows are removed; up to a tenth more, so that servers do not do it together.
const RETENTION_EVERY: Duration = Duration::from_hours(1);
/// The first time after the start: not while everybody waits for the server.
const RETENTION_FIRST: Duration = Duration::from_mins(1);
/// Deltas removed in one transaction.
const DELTAS_AT_ONCE: usize = 1_000;
/// Released seats removed in one transaction.
const SEATS_AT_ONCE: usize = 1_000;
/// Sessions removed in one transaction.
const SESSIONS_AT_ONCE: i64 = 1_000;
/// Transactions of one kind in one run; the rest comes with the next.
const STEPS_MAX: usize = 1_000;

/// Waits; says whether the server stops meanwhile.
pub(crate) async fn stopped_within(stop: &mut Stop, wait: Duration) -> bool {
    timeout(wait, stop.wait()).await.is_ok()
}

/// What retention needs.
pub(crate) struct Forgetting {
    /// The database.
    pub(crate) db: Db,
    /// Whose rows.
    pub(crate) snapshots: Snapshots,
    /// How long they are kept.
    pub(crate) keep: Retention,
    /// The clock.
    pub(crate) clock: Clock,
    /// For the jitter.
    pub(crate) random: Random,
}

/// Removes what is too old, until stopped.
pub(crate) async fn forget(with: Forgetting, mut stop: Stop) -> Ended {
    let mut wait = RETENTION_FIRST;
    while !stopped_within(&mut stop, wait).await {
        match retention::run(&with.db, &with.snapshots, with.keep, with.clock.now()).await {
            Ok(removed) if removed.is_empty() => {}
            Ok(removed) => tracing::info!(
                alerts = removed.alerts,
                events = removed.events,
                deliveries = removed.deliveries,
                checks = removed.checks,
                "removed what was older than its retention"
            ),
            Err(error) => tracing::warn!(
                %error,
                cause = error.cause(),
                "old rows could not be removed; the next run tries again"
            ),
        }
        match plane(&with, &stop).await {
            Ok((deltas, sessions)) => {
                tracing::debug!(deltas, sessions, "removed old deltas and sessions");
            }
            Err(error) => tracing::warn!(
                %error,
                cause = error.cause(),
                "old deltas, seats or sessions could not be removed; the next run tries again"
            ),
        }
        let jitter_max = RETENTION_EVERY.as_secs() / 10;
        wait = RETENTION_EVERY + Duration::from_secs(with.random.below(jitter_max));
    }
    Ok(())
}

/// Removes what the configuration plane needs no more: deltas, seats released long ago, sessions. Says
/// how many steps of deltas and how many sessions.
async fn plane(with: &Forgetting, stop: &Stop) -> Result<(usize, u64), Error> {
    let now = with.clock.now();
    let mut steps = 0;
    while steps < STEPS_MAX && !stop.is_set() {
        let forget = move |tx: &mut WriteTx<'_>| feed::rows::forget(tx, now, DELTAS_AT_ONCE);
        if !with.db.write("upkeep.deltas", forget).await? {
            break;
        }
        steps += 1;
    }
    for _ in 0..STEPS_MAX {
        let forget = move |tx: &mut WriteTx<'_>| licences::forget(tx, now, SEATS_AT_ONCE);
        if !with.db.write("upkeep.seats", forget).await? || stop.is_set() {
            break;
        }
    }
    let mut sessions = 0;
    for _ in 0..STEPS_MAX {
        let forget = move |tx: &mut WriteTx<'_>| rows::forget(tx, now, SESSIONS_AT_ONCE);
        let removed = with.db.write("upkeep.sessions", forget).await?;
        sessions += removed;
        if i64::try_from(removed).is_ok_and(|removed| removed < SESSIONS_AT_ONCE) || stop.is_set() {
            break;
        }
    }
    Ok((steps, sessions))
}
