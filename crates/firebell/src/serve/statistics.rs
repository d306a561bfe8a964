//! Lets PostgreSQL look at the tables of the event's way while they grow: see
//! [`Db::refresh_statistics`]. Without it, a new server's first minute of alerts is looked up by
//! plans that were made for empty tables: each event goes through all alerts before it.

use std::time::Duration;

use firebell_pipeline::Stop;
use firebell_pipeline::metrics::Metrics;
use firebell_sql::Db;
use firebell_store::engine::TABLES;

use super::tasks::Ended;
use super::upkeep::stopped_within;

/// How often it is seen whether the tables have grown.
const EVERY: Duration = Duration::from_secs(1);
/// Accepted events after which the tables are looked at for the first time.
const FIRST: u64 = 100;
/// How many times as many there must be until they are looked at again.
const GROWTH: u64 = 8;

/// Sees to it until stopped.
pub(crate) async fn keep(db: Db, metrics: Metrics, mut stop: Stop) -> Ended {
    let mut next = FIRST;
    while !stopped_within(&mut stop, EVERY).await {
        let accepted = metrics.events_accepted.get();
        if accepted < next {
            continue;
        }
        next = accepted.saturating_mul(GROWTH);
        match db.refresh_statistics(TABLES).await {
            Ok(()) => tracing::debug!(accepted, "the database looked at its tables"),
            Err(error) => tracing::warn!(
                %error,
                cause = error.cause(),
                "the database did not look at its tables; it does so by itself in time"
            ),
        }
    }
    Ok(())
}
