//! Notifications: the outbox of the pipeline. `next_at` is when the engine looks at a row again: when it is
//! due, when its lease ends, or when it is to be retried.

use firebell_base::Timestamp;
use firebell_domain::alert::AlertId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::{Notification, NotificationId, NotificationState, Path};
use firebell_domain::person::PersonId;
use firebell_sql::{
    BlobSet, BulkInsert, BulkUpdate, ColumnType as C, Error, ReadTx, Row, Statement, Value, WriteTx,
};

use crate::codec::{at, get_at, get_code, get_id, get_opt_at, get_opt_id, id, opt_at, opt_id};

macro_rules! columns {
    () => {
        "instance_no, id, alert_id, person_id, device_id, group_id, shift_id, position, \
         stands_in_for, round, state, due_at, attempts, created_at, finished_at"
    };
}

const GET: Statement = Statement::new(
    "notifications.get",
    concat!("select ", columns!(), " from notifications where instance_no = ?1 and id = ?2"),
);
const OF_ALERT: Statement = Statement::new(
    "notifications.of_alert",
    concat!(
        "select ",
        columns!(),
        " from notifications where instance_no = ?1 and alert_id = ?2 \
         order by due_at, id limit ?3"
    ),
);
const DUE: Statement = Statement::new(
    "notifications.due",
    concat!(
        "select ",
        columns!(),
        " from notifications where instance_no = ?1 and state = 0 and next_at <= ?2 \
         order by next_at limit ?3 {skip_locked}"
    ),
);
// One look-up in the index per instance: from one to the next, never through all that waits.
const WAITING: Statement = Statement::new(
    "notifications.waiting",
    "with recursive waiting (instance_no) as ( \
       select (select n.instance_no from notifications n where n.state = 0 \
               order by n.instance_no, n.next_at limit 1) \
       union all \
       select (select n.instance_no from notifications n \
               where n.state = 0 and n.instance_no > waiting.instance_no \
               order by n.instance_no, n.next_at limit 1) \
       from waiting where waiting.instance_no is not null) \
     select instance_no, (select n.next_at from notifications n \
                          where n.state = 0 and n.instance_no = waiting.instance_no \
                          order by n.next_at limit 1) \
     from waiting where instance_no is not null",
);
const LEASE: BulkUpdate = BulkUpdate {
    name: "notifications.lease",
    table: "notifications",
    key: &[("instance_no", C::Int), ("id", C::Blob)],
    set: &[("next_at", C::Int), ("leased", C::Int)],
    guard: "state = 0",
};
const FINISH: BulkUpdate = BulkUpdate {
    name: "notifications.finish",
    table: "notifications",
    key: &[("instance_no", C::Int), ("id", C::Blob)],
    set: &[
        ("state", C::Int),
        ("next_at", C::Int),
        ("leased", C::Int),
        ("attempts", C::Int),
        ("finished_at", C::Int),
    ],
    guard: "state = 0",
};
const DELIVERED_LATE: BulkUpdate = BulkUpdate {
    name: "notifications.delivered_late",
    table: "notifications",
    key: &[("instance_no", C::Int), ("id", C::Blob)],
    set: &[("attempts", C::Int), ("finished_at", C::Int)],
    guard: "state >= 3",
};
const UNLEASE: Statement = Statement::new(
    "notifications.unlease",
    "update notifications set leased = 0, next_at = ?1 where state = 0 and leased = 1",
);
const CANCEL_ALERTS: BlobSet = BlobSet {
    name: "notifications.cancel_alerts",
    sqlite: "update notifications set state = 3, finished_at = ?2 \
             where instance_no = ?1 and alert_id = ?3 and state = 0 returning id",
    postgres: "update notifications set state = 3, finished_at = ?2 \
               where instance_no = ?1 and alert_id = any(?3) and state = 0 returning id",
};
const CANCEL_PERSON: Statement = Statement::new(
    "notifications.cancel_person",
    "update notifications set state = 3, finished_at = ?4 \
     where instance_no = ?1 and alert_id = ?2 and person_id = ?3 and state = 0",
);
const CANCEL_GROUP: Statement = Statement::new(
    "notifications.cancel_group",
    "update notifications set state = 3, finished_at = ?4 \
     where instance_no = ?1 and alert_id = ?2 and group_id = ?3 and state = 0",
);
const RESPONDED: Statement = Statement::new(
    "notifications.responded",
    "update notifications set state = 4, finished_at = coalesce(finished_at, ?3) \
     where instance_no = ?1 and id = ?2",
);
const PARK: Statement = Statement::new(
    "notifications.park",
    "update notifications set next_at = ?3, leased = 0 \
     where instance_no = ?1 and alert_id = ?2 and state = 0",
);
const UNPARK: Statement = Statement::new(
    "notifications.unpark",
    "update notifications set next_at = case when due_at > ?3 then due_at else ?3 end, leased = 0 \
     where instance_no = ?1 and alert_id = ?2 and state = 0",
);
const TOLD: BlobSet = BlobSet {
    name: "notifications.told",
    sqlite: "select alert_id, person_id, max(created_at) from notifications \
             where instance_no = ?1 and alert_id = ?2 group by alert_id, person_id",
    postgres: "select alert_id, person_id, max(created_at) from notifications \
               where instance_no = ?1 and alert_id = any(?2) group by alert_id, person_id",
};
const INSERT: BulkInsert = BulkInsert {
    name: "notifications.insert",
    table: "notifications",
    columns: &[
        ("instance_no", C::Int),
        ("id", C::Blob),
        ("alert_id", C::Blob),
        ("person_id", C::Blob),
        ("device_id", C::Blob),
        ("group_id", C::Blob),
        ("shift_id", C::Blob),
        ("position", C::Int),
        ("stands_in_for", C::Blob),
        ("round", C::Int),
        ("state", C::Int),
        ("due_at", C::Int),
        ("next_at", C::Int),
        ("leased", C::Int),
        ("attempts", C::Int),
        ("created_at", C::Int),
        ("finished_at", C::Int),
    ],
    on_conflict: "",
};

/// Every statement of this module.
pub const ALL: &[Statement] =
    &[GET, OF_ALERT, DUE, WAITING, UNLEASE, CANCEL_PERSON, CANCEL_GROUP, RESPONDED, PARK, UNPARK];
/// Every set statement of this module.
pub const SETS: &[BlobSet] = &[CANCEL_ALERTS, TOLD];
/// Every bulk insert of this module.
pub const INSERTS: &[BulkInsert] = &[INSERT];
/// Every bulk update of this module.
pub const UPDATES: &[BulkUpdate] = &[LEASE, FINISH, DELIVERED_LATE];

/// When the engine looks at a notification again, and whether somebody is sending it until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// At its due time.
    Due,
    /// It is being sent; at this time the sender is given up on.
    Leased(Timestamp),
}

/// The notification with this id.
pub fn get(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    notification: NotificationId,
) -> Result<Option<Notification>, Error> {
    let row = tx.query_opt(&GET, &[Value::Int(no.0), id(notification)])?;
    Ok(row.as_ref().map(read).transpose()?.map(|(_, notification)| notification))
}

/// An alert's notifications in the order they were or will be sent, at most `limit`.
pub fn of_alert(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    alert: AlertId,
    limit: i64,
) -> Result<Vec<Notification>, Error> {
    let rows = tx.query(&OF_ALERT, &[Value::Int(no.0), id(alert), Value::Int(limit)])?;
    rows.iter().map(|row| read(row).map(|(_, notification)| notification)).collect()
}

/// An instance's notifications whose time has come, the longest waiting first. They are held until the
/// transaction ends; those that another transaction holds, which may cancel them, are left out.
pub fn due(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Notification>, Error> {
    let rows = tx.query(&DUE, &[Value::Int(no.0), at(now), Value::Int(limit)])?;
    rows.iter().map(|row| read(row).map(|(_, notification)| notification)).collect()
}

/// The instances that have pending notifications, and when their first wants to be looked at.
pub fn waiting(tx: &mut ReadTx<'_>) -> Result<Vec<(InstanceNo, Timestamp)>, Error> {
    let rows = tx.query(&WAITING, &[])?;
    rows.iter().map(|row| Ok((InstanceNo(row.get(0)?), get_at(row, 1)?))).collect()
}

/// Leases notifications until an instant: whoever leased them sends them.
pub fn lease(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    keys: &[NotificationId],
    until: Timestamp,
) -> Result<(), Error> {
    let rows =
        keys.iter().map(|key| vec![Value::Int(no.0), id(*key), at(until), Value::Int(1)]).collect();
    tx.bulk_update(&LEASE, rows).map(drop)
}

/// Gives up every lease: at start, when whoever held them is gone.
pub fn release_leases(tx: &mut WriteTx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&UNLEASE, &[at(now)])
}

/// What became of a sending.
#[derive(Debug, Clone, Copy)]
pub struct Finish {
    /// Whose.
    pub instance: InstanceNo,
    /// Which notification.
    pub notification: NotificationId,
    /// Its new state; pending means: again at `next`.
    pub state: NotificationState,
    /// When to look at it again.
    pub next: Timestamp,
    /// Attempts made so far.
    pub attempts: u32,
    /// When it ended.
    pub finished: Option<Timestamp>,
}

/// Records what became of sendings. A notification that was cancelled or answered meanwhile keeps that state.
pub fn finish(tx: &mut WriteTx<'_>, finished: &[Finish]) -> Result<(), Error> {
    let rows = finished
        .iter()
        .map(|f| {
            vec![
                Value::Int(f.instance.0),
                id(f.notification),
                Value::Int(f.state.code()),
                at(f.next),
                Value::Int(0),
                Value::Int(i64::from(f.attempts)),
                opt_at(f.finished),
            ]
        })
        .collect();
    tx.bulk_update(&FINISH, rows)?;
    let late = finished
        .iter()
        .filter(|f| f.finished.is_some())
        .map(|f| {
            vec![
                Value::Int(f.instance.0),
                id(f.notification),
                Value::Int(i64::from(f.attempts)),
                opt_at(f.finished),
            ]
        })
        .collect();
    tx.bulk_update(&DELIVERED_LATE, late).map(drop)
}

/// Cancels what is pending for these alerts; returns how many were.
pub fn cancel_alerts(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    alerts: &[AlertId],
    now: Timestamp,
) -> Result<usize, Error> {
    let keys: Vec<Vec<u8>> = alerts.iter().map(|a| a.to_bytes().to_vec()).collect();
    Ok(tx.query_in_blobs(&CANCEL_ALERTS, &[Value::Int(no.0), at(now)], &keys)?.len())
}

/// Cancels what is pending for one person of an alert.
pub fn cancel_person(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    alert: AlertId,
    person: PersonId,
    now: Timestamp,
) -> Result<u64, Error> {
    tx.execute(&CANCEL_PERSON, &[Value::Int(no.0), id(alert), id(person), at(now)])
}

/// Cancels what is pending for an alert through one group.
pub fn cancel_group(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    alert: AlertId,
    group: firebell_domain::group::GroupId,
    now: Timestamp,
) -> Result<u64, Error> {
    tx.execute(&CANCEL_GROUP, &[Value::Int(no.0), id(alert), id(group), at(now)])
}

/// Marks a notification as answered, whatever its state was.
pub fn responded(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    notification: NotificationId,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(&RESPONDED, &[Value::Int(no.0), id(notification), at(now)]).map(drop)
}

/// Puts what is pending for an alert aside, until it is [resumed](unpark).
pub fn park(tx: &mut WriteTx<'_>, no: InstanceNo, alert: AlertId) -> Result<u64, Error> {
    tx.execute(&PARK, &[Value::Int(no.0), id(alert), Value::Int(i64::MAX)])
}

/// Takes up again what was put aside: what became due meanwhile is due now.
pub fn unpark(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    alert: AlertId,
    now: Timestamp,
) -> Result<u64, Error> {
    tx.execute(&UNPARK, &[Value::Int(no.0), id(alert), at(now)])
}

/// Who has been told about an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// About which alert.
    pub alert: AlertId,
    /// Who.
    pub person: PersonId,
    /// When that was last decided.
    pub at: Timestamp,
}

/// Who has been told about these alerts so far.
pub fn told(tx: &mut ReadTx<'_>, no: InstanceNo, alerts: &[AlertId]) -> Result<Vec<Told>, Error> {
    let keys: Vec<Vec<u8>> = alerts.iter().map(|a| a.to_bytes().to_vec()).collect();
    let rows = tx.query_in_blobs(&TOLD, &[Value::Int(no.0)], &keys)?;
    rows.iter()
        .map(|row| {
            Ok(Told { alert: get_id(row, 0)?, person: get_id(row, 1)?, at: get_at(row, 2)? })
        })
        .collect()
}

/// Stores new notifications.
pub fn insert(
    tx: &mut WriteTx<'_>,
    notifications: &[(InstanceNo, Notification, Next)],
) -> Result<(), Error> {
    let rows = notifications
        .iter()
        .map(|(no, n, next)| {
            let (next_at, leased) = match next {
                Next::Due => (n.due, 0),
                Next::Leased(until) => (*until, 1),
            };
            vec![
                Value::Int(no.0),
                id(n.id),
                id(n.alert),
                id(n.person),
                id(n.device),
                opt_id(n.path.group),
                opt_id(n.path.shift),
                n.path.position.map_or(Value::Null, |p| Value::Int(i64::from(p))),
                opt_id(n.path.stands_in_for),
                Value::Int(i64::from(n.path.round)),
                Value::Int(n.state.code()),
                at(n.due),
                at(next_at),
                Value::Int(leased),
                Value::Int(i64::from(n.attempts)),
                at(n.created),
                opt_at(n.finished),
            ]
        })
        .collect();
    tx.bulk_insert(&INSERT, rows).map(drop)
}

fn small(row: &Row, i: usize) -> Result<u16, Error> {
    Ok(u16::try_from(row.get::<i64>(i)?).unwrap_or(u16::MAX))
}

fn read(row: &Row) -> Result<(InstanceNo, Notification), Error> {
    let position: Option<i64> = row.get(7)?;
    let notification = Notification {
        id: get_id(row, 1)?,
        alert: get_id(row, 2)?,
        person: get_id(row, 3)?,
        device: get_id(row, 4)?,
        path: Path {
            group: get_opt_id(row, 5)?,
            shift: get_opt_id(row, 6)?,
            position: position.map(|p| u16::try_from(p).unwrap_or(u16::MAX)),
            stands_in_for: get_opt_id(row, 8)?,
            round: small(row, 9)?,
        },
        state: get_code(row, 10, "notification state", NotificationState::from_code)?,
        due: get_at(row, 11)?,
        attempts: u32::try_from(row.get::<i64>(12)?).unwrap_or(u32::MAX),
        created: get_at(row, 13)?,
        finished: get_opt_at(row, 14)?,
    };
    Ok((InstanceNo(row.get(0)?), notification))
}
