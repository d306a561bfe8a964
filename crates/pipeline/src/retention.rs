//! Forgetting in time, in bounded steps that leave room for alerts.

use std::sync::Arc;

use firebell_base::time::add_seconds;
use firebell_base::{Id, Timestamp};
use firebell_config::Snapshots;
use firebell_domain::directory::Directory;
use firebell_sql::{Db, Error, WriteTx};
use firebell_store::device_checks as checks;
use firebell_store::retention::{self, Removed};

/// Rows of each kind removed in one transaction.
const ROWS_PER_STEP: i64 = 500;
/// Steps per instance and run; what is left is removed by the next run.
const STEPS_PER_RUN_MAX: usize = 2_000;
/// Seconds in a day.
const DAY: i64 = 24 * 60 * 60;

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days that events and closed alerts are kept.
    pub alert_days: u32,
    /// Days that deliveries and outbox messages are kept.
    pub delivery_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { alert_days: 400, delivery_days: 90 }
    }
}

/// Removes what is older than its retention; returns what was removed in all.
pub async fn run(
    db: &Db,
    snapshots: &Snapshots,
    keep: Retention,
    now: Timestamp,
) -> Result<Removed, Error> {
    let details_before = add_seconds(now, -i64::from(keep.delivery_days).saturating_mul(DAY));
    let alerts_before = add_seconds(now, -i64::from(keep.alert_days).saturating_mul(DAY));
    let mut total = Removed::default();
    for directory in snapshots.all() {
        let no = directory.instance.no;
        for _ in 0..STEPS_PER_RUN_MAX {
            let removed = db
                .write("retention.step", move |tx| {
                    retention::remove(tx, no, details_before, alerts_before, ROWS_PER_STEP)
                })
                .await?;
            if removed.is_empty() {
                break;
            }
            total.deliveries += removed.deliveries;
            total.events += removed.events;
            total.alerts += removed.alerts;
        }
        let checks_before = add_seconds(now, -i64::from(checks::KEPT_DAYS) * DAY);
        total.checks += forget_checks(db, &directory, checks_before).await?;
    }
    Ok(total)
}

/// Forgets old tests of devices, and what is known of devices that are no more; says how many rows.
async fn forget_checks(
    db: &Db,
    directory: &Arc<Directory>,
    before: Timestamp,
) -> Result<u64, Error> {
    let no = directory.instance.no;
    let mut total = 0;
    for _ in 0..STEPS_PER_RUN_MAX {
        let step = move |tx: &mut WriteTx<'_>| checks::forget(tx, no, before, ROWS_PER_STEP);
        match db.write("retention.checks", step).await? {
            0 => break,
            removed => total += removed,
        }
    }
    let mut after = Id::from_bytes([0; 16]);
    for _ in 0..STEPS_PER_RUN_MAX {
        let known = Arc::clone(directory);
        let step = move |tx: &mut WriteTx<'_>| {
            let page = checks::verified_before(tx, no, before, (after, ROWS_PER_STEP))?;
            let mut removed = 0;
            for device in page.iter().filter(|device| known.device(**device).is_none()) {
                removed += u64::from(checks::remove(tx, no, *device)?);
            }
            Ok::<_, Error>((page.last().copied(), removed))
        };
        let (last, removed) = db.write("retention.gone_devices", step).await?;
        total += removed;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    Ok(total)
}
