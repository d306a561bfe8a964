//! What a server does besides: it notices configuration that others changed, and it forgets in
//! time.

use std::time::Duration;

use firebell_base::{Clock, Random};
use firebell_config::{ConfigError, Snapshots};
use firebell_pipeline::Stop;
use firebell_pipeline::retention::{self, Retention};
use firebell_sql::Db;
use tokio::time::timeout;

use super::tasks::{Broken, Ended};

/// How often other processes' changes are looked for.
const REFRESH_EVERY: Duration = Duration::from_secs(1);
/// How often old rows are removed; up to a tenth more, so that servers do not do it together.
const RETENTION_EVERY: Duration = Duration::from_hours(1);
/// The first time after the start: not while everybody waits for the server.
const RETENTION_FIRST: Duration = Duration::from_mins(1);

/// Waits; says whether the server stops meanwhile.
async fn stopped_within(stop: &mut Stop, wait: Duration) -> bool {
    timeout(wait, stop.wait()).await.is_ok()
}

/// Reads what others changed, until stopped. An unreachable database changes nothing: the known
/// configuration stays in use.
pub(crate) async fn refresh(snapshots: Snapshots, db: Db, mut stop: Stop) -> Ended {
    let mut failing = false;
    while !stopped_within(&mut stop, REFRESH_EVERY).await {
        match snapshots.refresh(&db).await {
            Ok(true) => {
                tracing::info!(revision = %snapshots.revision(), "the configuration changed");
            }
            Ok(false) => {}
            Err(error @ ConfigError::WentBack { .. }) => return Err(Broken::By(error.to_string())),
            Err(error) => {
                if !failing {
                    tracing::warn!(%error, "the configuration cannot be read; the known one stays");
                }
                failing = true;
                continue;
            }
        }
        failing = false;
    }
    Ok(())
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
                "removed what was older than its retention"
            ),
            Err(error) => tracing::warn!(
                %error,
                cause = error.cause(),
                "old rows could not be removed; the next run tries again"
            ),
        }
        let jitter_max = RETENTION_EVERY.as_secs() / 10;
        wait = RETENTION_EVERY + Duration::from_secs(with.random.below(jitter_max));
    }
    Ok(())
}
