//! Walks under way. The walk itself is opaque text encoded by the pipeline.

use firebell_base::Timestamp;
use firebell_domain::alert::AlertId;
use firebell_domain::group::GroupId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::shift::ShiftId;
use firebell_sql::{
    BlobSet, BulkInsert, BulkUpdate, ColumnType as C, Error, ReadTx, Statement, Value, WriteTx,
};

use crate::codec::{at, get_id, get_opt_at, id, opt_at};

const DUE: Statement = Statement::new(
    "escalations.due",
    "select instance_no, alert_id, shift_id, group_id, due_at, walk from escalations \
     where due_at <= ?1 order by due_at limit ?2",
);
const OF_ALERT: Statement = Statement::new(
    "escalations.of_alert",
    "select instance_no, alert_id, shift_id, group_id, due_at, walk from escalations \
     where instance_no = ?1 and alert_id = ?2 order by shift_id limit 1000",
);
const RUNNING: BlobSet = BlobSet {
    name: "escalations.running",
    sqlite: "select alert_id, group_id from escalations \
             where instance_no = ?1 and alert_id = ?2 and due_at is not null",
    postgres: "select alert_id, group_id from escalations \
               where instance_no = ?1 and alert_id = any(?2) and due_at is not null",
};
const STOP_ALERTS: BlobSet = BlobSet {
    name: "escalations.stop_alerts",
    sqlite: "update escalations set due_at = null \
             where instance_no = ?1 and alert_id = ?2 and due_at is not null \
             returning alert_id",
    postgres: "update escalations set due_at = null \
               where instance_no = ?1 and alert_id = any(?2) and due_at is not null \
               returning alert_id",
};
const INSERT: BulkInsert = BulkInsert {
    name: "escalations.insert",
    table: "escalations",
    columns: &[
        ("instance_no", C::Int),
        ("alert_id", C::Blob),
        ("shift_id", C::Blob),
        ("group_id", C::Blob),
        ("due_at", C::Int),
        ("walk", C::Text),
    ],
    on_conflict: "on conflict (instance_no, alert_id, shift_id) do update set \
                  due_at = excluded.due_at, walk = excluded.walk",
};
const UPDATE: BulkUpdate = BulkUpdate {
    name: "escalations.update",
    table: "escalations",
    key: &[("instance_no", C::Int), ("alert_id", C::Blob), ("shift_id", C::Blob)],
    set: &[("due_at", C::Int), ("walk", C::Text)],
    guard: "",
};

/// Every statement of this module.
pub const ALL: &[Statement] = &[DUE, OF_ALERT];
/// Every set statement of this module.
pub const SETS: &[BlobSet] = &[RUNNING, STOP_ALERTS];
/// Every bulk insert of this module.
pub const INSERTS: &[BulkInsert] = &[INSERT];
/// Every bulk update of this module.
pub const UPDATES: &[BulkUpdate] = &[UPDATE];

/// A walk as stored.
#[derive(Debug, Clone)]
pub struct Escalation {
    /// Whose.
    pub instance: InstanceNo,
    /// For which alert.
    pub alert: AlertId,
    /// Through which shift.
    pub shift: ShiftId,
    /// Of which group.
    pub group: GroupId,
    /// When its next turn is; none when it has ended or was stopped.
    pub due: Option<Timestamp>,
    /// The walk, encoded by the pipeline.
    pub walk: String,
}

/// Walks whose turn has come, the longest due first.
pub fn due(tx: &mut ReadTx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Escalation>, Error> {
    read(&tx.query(&DUE, &[at(now), Value::Int(limit)])?)
}

/// The walks of an alert.
pub fn of_alert(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    alert: AlertId,
) -> Result<Vec<Escalation>, Error> {
    read(&tx.query(&OF_ALERT, &[Value::Int(no.0), id(alert)])?)
}

/// The groups whose walks run for these alerts.
pub fn running(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    alerts: &[AlertId],
) -> Result<Vec<(AlertId, GroupId)>, Error> {
    let keys: Vec<Vec<u8>> = alerts.iter().map(|a| a.to_bytes().to_vec()).collect();
    let rows = tx.query_in_blobs(&RUNNING, &[Value::Int(no.0)], &keys)?;
    rows.iter().map(|row| Ok((get_id(row, 0)?, get_id(row, 1)?))).collect()
}

/// Stops every walk of these alerts; returns how many were running.
pub fn stop(tx: &mut WriteTx<'_>, no: InstanceNo, alerts: &[AlertId]) -> Result<usize, Error> {
    let keys: Vec<Vec<u8>> = alerts.iter().map(|a| a.to_bytes().to_vec()).collect();
    Ok(tx.query_in_blobs(&STOP_ALERTS, &[Value::Int(no.0)], &keys)?.len())
}

/// Stores new walks; a walk of the same alert through the same shift is replaced.
pub fn insert(tx: &mut WriteTx<'_>, walks: &[Escalation]) -> Result<(), Error> {
    let rows = walks
        .iter()
        .map(|e| {
            vec![
                Value::Int(e.instance.0),
                id(e.alert),
                id(e.shift),
                id(e.group),
                opt_at(e.due),
                Value::Text(e.walk.clone()),
            ]
        })
        .collect();
    tx.bulk_insert(&INSERT, rows).map(drop)
}

/// Stores the new standing of walks.
pub fn update(tx: &mut WriteTx<'_>, walks: &[Escalation]) -> Result<(), Error> {
    let rows = walks
        .iter()
        .map(|e| {
            vec![
                Value::Int(e.instance.0),
                id(e.alert),
                id(e.shift),
                opt_at(e.due),
                Value::Text(e.walk.clone()),
            ]
        })
        .collect();
    tx.bulk_update(&UPDATE, rows).map(drop)
}

fn read(rows: &[firebell_sql::Row]) -> Result<Vec<Escalation>, Error> {
    rows.iter()
        .map(|row| {
            Ok(Escalation {
                instance: InstanceNo(row.get(0)?),
                alert: get_id(row, 1)?,
                shift: get_id(row, 2)?,
                group: get_id(row, 3)?,
                due: get_opt_at(row, 4)?,
                walk: row.get(5)?,
            })
        })
        .collect()
}
