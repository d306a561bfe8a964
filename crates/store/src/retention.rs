//! Forgetting in time: bounded deletes of what is older than its retention.
//!
//! Ids are version 7 UUIDs, ordered by creation, so "older than" is a range of the primary key and needs
//! no index of its own. Alerts go with everything that hangs on them, and only when they are closed.

use firebell_base::Timestamp;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Error, Statement, Value, WriteTx};

macro_rules! by_id {
    ($name:literal, $table:literal, $id:literal) => {
        Statement::new(
            $name,
            concat!(
                "delete from ",
                $table,
                " where instance_no = ?1 and ",
                $id,
                " in (select ",
                $id,
                " from ",
                $table,
                " where instance_no = ?1 and ",
                $id,
                " < ?2 order by ",
                $id,
                " limit ?3)"
            ),
        )
    };
}

macro_rules! of_old_alerts {
    ($name:literal, $table:literal, $id:literal) => {
        Statement::new(
            $name,
            concat!(
                "delete from ",
                $table,
                " where instance_no = ?1 and ",
                $id,
                " in (select id from alerts where instance_no = ?1 and id < ?2 \
                 and closed_at is not null order by id limit ?3)"
            ),
        )
    };
}

const DELIVERIES: Statement = by_id!("retention.deliveries", "deliveries", "id");
const OUTBOX: Statement = by_id!("retention.outbox", "outbox", "notification_id");
const EVENTS: Statement = by_id!("retention.events", "events", "id");
const TIMELINE: Statement = of_old_alerts!("retention.timeline", "timeline", "alert_id");
const RESPONSES: Statement = of_old_alerts!("retention.responses", "responses", "alert_id");
const NOTIFICATIONS: Statement =
    of_old_alerts!("retention.notifications", "notifications", "alert_id");
const ESCALATIONS: Statement = of_old_alerts!("retention.escalations", "escalations", "alert_id");
const ALERTS: Statement = of_old_alerts!("retention.alerts", "alerts", "id");

/// Every statement of this module.
pub const ALL: &[Statement] =
    &[DELIVERIES, OUTBOX, EVENTS, TIMELINE, RESPONSES, NOTIFICATIONS, ESCALATIONS, ALERTS];

/// How many rows one call removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Deliveries and outbox messages.
    pub deliveries: u64,
    /// Events.
    pub events: u64,
    /// Alerts, each with its timeline, notifications, responses and walks.
    pub alerts: u64,
    /// What was known of tests of devices (see [`crate::device_checks`]).
    pub checks: u64,
}

impl Removed {
    /// Whether there was nothing left to remove.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// Removes deliveries and outbox messages older than `details_before`, and events and closed alerts older
/// than `alerts_before`, at most `limit` of each. Call it again while it removes something.
pub fn remove(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    details_before: Timestamp,
    alerts_before: Timestamp,
    limit: i64,
) -> Result<Removed, Error> {
    let params = |before: Timestamp| {
        [Value::Int(no.0), Value::Blob(lowest_id(before).to_vec()), Value::Int(limit)]
    };
    let details = params(details_before);
    let old = params(alerts_before);
    let deliveries = tx.execute(&DELIVERIES, &details)? + tx.execute(&OUTBOX, &details)?;
    let events = tx.execute(&EVENTS, &old)?;
    for statement in [&TIMELINE, &RESPONSES, &NOTIFICATIONS, &ESCALATIONS] {
        tx.execute(statement, &old)?;
    }
    let alerts = tx.execute(&ALERTS, &old)?;
    Ok(Removed { deliveries, events, alerts, checks: 0 })
}

/// The lowest version 7 UUID of this instant's millisecond.
fn lowest_id(at: Timestamp) -> [u8; 16] {
    let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
    let mut id = [0_u8; 16];
    for (to, from) in id.iter_mut().zip(millis.to_be_bytes().into_iter().skip(2)) {
        *to = from;
    }
    id
}
