//! What reports are added up from: facts of alerts by the hour they were opened in, and how far they have come.
//!
//! Read and written by the reports' pages only. What a fact says, and how facts lie in a row, is theirs to know.

use firebell_base::{Id, Timestamp};
use firebell_domain::alert::{AlertId, CloseCause, Priority};
use firebell_domain::device::DeviceId;
use firebell_domain::group::GroupId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::IntegrationId;
use firebell_domain::notification::NotificationState;
use firebell_domain::person::PersonId;
use firebell_sql::{
    BlobSet, BulkInsert, ColumnType as C, Error, ReadTx, Row, Statement, Value, WriteTx,
};

use crate::codec::{get_at, get_code, get_id, get_opt_at, get_opt_id};

// Whatever happens to an alert is told in its timeline, in the same transaction.
const HAPPENED: Statement = Statement::new(
    "reports.happened",
    "select id, alert_id from timeline where instance_no = ?1 and id > ?2 order by id limit ?3",
);
const BEFORE: Statement = Statement::new(
    "reports.before",
    "select id from alerts where instance_no = ?1 and id < ?2 order by id desc limit ?3",
);
const ALERTS: BlobSet = BlobSet {
    name: "reports.alerts",
    sqlite: "select id, number, integration_id, dedup_key, priority, count, created_at, \
             acknowledged_at, closed_at, close_cause from alerts where instance_no = ?1 and id = ?2",
    postgres: "select id, number, integration_id, dedup_key, priority, count, created_at, \
               acknowledged_at, closed_at, close_cause from alerts \
               where instance_no = ?1 and id = any(?2)",
};
const TOLD: BlobSet = BlobSet {
    name: "reports.told",
    sqlite: "select alert_id, person_id, device_id, group_id, state, due_at, created_at, \
             finished_at from notifications where instance_no = ?1 and alert_id = ?2",
    postgres: "select alert_id, person_id, device_id, group_id, state, due_at, created_at, \
               finished_at from notifications where instance_no = ?1 and alert_id = any(?2)",
};
const PROGRESS: Statement = Statement::new(
    "reports.progress",
    "select rev, oldest_hour, is_complete, told_id from report_progress where instance_no = ?1",
);
const LOCK_PROGRESS: Statement = Statement::new(
    "reports.lock_progress",
    "select rev from report_progress where instance_no = ?1 {for_update}",
);
const BEGIN: Statement = Statement::new(
    "reports.begin",
    "insert into report_progress (instance_no, rev, oldest_hour, is_complete, told_id) \
     values (?1, ?2, ?3, ?4, ?5) on conflict (instance_no) do nothing",
);
const ADVANCE: Statement = Statement::new(
    "reports.advance",
    "update report_progress set rev = ?2, oldest_hour = ?3, is_complete = ?4, told_id = ?5 \
     where instance_no = ?1",
);
const IDS: Statement = Statement::new(
    "reports.ids",
    "select n, id from report_ids where instance_no = ?1 and n > ?2 order by n limit ?3",
);
const HOURS: Statement = Statement::new(
    "reports.hours",
    "select hour, rev, facts from report_hours where instance_no = ?1 and rev > ?2 \
     and hour >= ?3 and hour < ?4",
);
const HOUR: Statement = Statement::new(
    "reports.hour",
    "select facts from report_hours where instance_no = ?1 and hour = ?2",
);
const FORGET: Statement = Statement::new(
    "reports.forget",
    "delete from report_hours where instance_no = ?1 and hour < ?2",
);
const PUT_HOUR: BulkInsert = BulkInsert {
    name: "reports.put_hour",
    table: "report_hours",
    columns: &[("instance_no", C::Int), ("hour", C::Int), ("rev", C::Int), ("facts", C::Blob)],
    on_conflict: "on conflict (instance_no, hour) do update \
                  set rev = excluded.rev, facts = excluded.facts",
};
const PUT_IDS: BulkInsert = BulkInsert {
    name: "reports.put_ids",
    table: "report_ids",
    columns: &[("instance_no", C::Int), ("n", C::Int), ("id", C::Blob)],
    on_conflict: "",
};

/// Every statement of this module.
pub const ALL: &[Statement] =
    &[HAPPENED, BEFORE, PROGRESS, LOCK_PROGRESS, BEGIN, ADVANCE, IDS, HOURS, HOUR, FORGET];
/// Every set statement of this module.
pub const SETS: &[BlobSet] = &[ALERTS, TOLD];
/// Every bulk insert of this module.
pub const INSERTS: &[BulkInsert] = &[PUT_HOUR, PUT_IDS];

/// How far the facts of an instance have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rises with every change of facts.
    pub rev: i64,
    /// Alerts of this hour (since 1970) and later are in the facts.
    pub oldest_hour: i64,
    /// Whether there is none before.
    pub is_complete: bool,
    /// The newest row of timelines that was read.
    pub told: [u8; 16],
}

/// What a fact needs of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertFact {
    /// Which.
    pub id: AlertId,
    /// Its number.
    pub number: i64,
    /// Through which door it came.
    pub integration: IntegrationId,
    /// What it speaks of.
    pub dedup_key: Option<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// Events it stands for.
    pub count: i64,
    /// When it was opened.
    pub created: Timestamp,
    /// When it was first acknowledged.
    pub acknowledged: Option<Timestamp>,
    /// When and how it ended.
    pub closed: Option<(Timestamp, CloseCause)>,
}

/// What a fact needs of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldFact {
    /// About which alert.
    pub alert: AlertId,
    /// Who.
    pub person: PersonId,
    /// On which device.
    pub device: DeviceId,
    /// Through which group.
    pub group: Option<GroupId>,
    /// Where it stands.
    pub state: NotificationState,
    /// When it was to be sent.
    pub due: Timestamp,
    /// When it was decided.
    pub created: Timestamp,
    /// When a channel took it, or it was given up.
    pub finished: Option<Timestamp>,
}

/// New rows of timelines after one of them, in the order they were made, and the alerts they tell of.
pub fn happened(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    after: [u8; 16],
    limit: i64,
) -> Result<Vec<([u8; 16], AlertId)>, Error> {
    let rows = tx.query(&HAPPENED, &[Value::Int(no.0), Value::Id(after), Value::Int(limit)])?;
    rows.iter().map(|row| Ok((row.get(0)?, get_id(row, 1)?))).collect()
}

/// The newest alerts with ids before one, newest first.
pub fn before(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    to: [u8; 16],
    limit: i64,
) -> Result<Vec<AlertId>, Error> {
    let rows = tx.query(&BEFORE, &[Value::Int(no.0), Value::Id(to), Value::Int(limit)])?;
    rows.iter().map(|row| get_id(row, 0)).collect()
}

/// What facts need of these alerts; those that are gone are left out.
pub fn alerts(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    ids: &[AlertId],
) -> Result<Vec<AlertFact>, Error> {
    let rows = tx.query_in_blobs(&ALERTS, &[Value::Int(no.0)], &keys(ids))?;
    rows.iter().map(read_alert).collect()
}

/// The notifications of these alerts.
pub fn told(tx: &mut ReadTx<'_>, no: InstanceNo, ids: &[AlertId]) -> Result<Vec<ToldFact>, Error> {
    let rows = tx.query_in_blobs(&TOLD, &[Value::Int(no.0)], &keys(ids))?;
    rows.iter().map(read_told).collect()
}

/// How far the facts have come; none before the first report.
pub fn progress(tx: &mut ReadTx<'_>, no: InstanceNo) -> Result<Option<Progress>, Error> {
    let row = tx.query_opt(&PROGRESS, &[Value::Int(no.0)])?;
    row.map(|row| {
        Ok(Progress {
            rev: row.get(0)?,
            oldest_hour: row.get(1)?,
            is_complete: row.get::<i64>(2)? != 0,
            told: row.get(3)?,
        })
    })
    .transpose()
}

/// Begins an instance's facts; whoever came first is not disturbed.
pub fn begin(tx: &mut WriteTx<'_>, no: InstanceNo, first: &Progress) -> Result<(), Error> {
    tx.execute(&BEGIN, &places(no, first)).map(drop)
}

/// The newest revision of the facts, held against other writers until the transaction ends.
pub fn lock(tx: &mut WriteTx<'_>, no: InstanceNo) -> Result<Option<i64>, Error> {
    tx.query_opt(&LOCK_PROGRESS, &[Value::Int(no.0)])?.map(|row| row.get(0)).transpose()
}

/// Says how far the facts have come.
pub fn advance(tx: &mut WriteTx<'_>, no: InstanceNo, now: &Progress) -> Result<(), Error> {
    tx.execute(&ADVANCE, &places(no, now)).map(drop)
}

/// The numbers that stand for ids, after one of them, in order.
pub fn ids(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, [u8; 16])>, Error> {
    let rows = tx.query(&IDS, &[Value::Int(no.0), Value::Int(after), Value::Int(limit)])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Adds numbers for ids.
pub fn put_ids(tx: &mut WriteTx<'_>, no: InstanceNo, new: &[(i64, [u8; 16])]) -> Result<(), Error> {
    let row = |(n, id): &(i64, [u8; 16])| vec![Value::Int(no.0), Value::Int(*n), Value::Id(*id)];
    tx.bulk_insert(&PUT_IDS, new.iter().map(row).collect()).map(drop)
}

/// The facts of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the hour of an hour is its name")]
pub struct Hour {
    /// Hours since 1970.
    pub hour: i64,
    /// When it changed last.
    pub rev: i64,
    /// Its facts.
    pub facts: Vec<u8>,
}

/// The hours in `[from, to)` that changed after a revision, in no particular order.
pub fn hours(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    after_rev: i64,
    from: i64,
    to: i64,
) -> Result<Vec<Hour>, Error> {
    let params = [Value::Int(no.0), Value::Int(after_rev), Value::Int(from), Value::Int(to)];
    let rows = tx.query(&HOURS, &params)?;
    rows.iter()
        .map(|row| Ok(Hour { hour: row.get(0)?, rev: row.get(1)?, facts: row.get(2)? }))
        .collect()
}

/// The facts of one hour; none when no alert was opened in it.
pub fn hour(tx: &mut ReadTx<'_>, no: InstanceNo, hour: i64) -> Result<Option<Vec<u8>>, Error> {
    let row = tx.query_opt(&HOUR, &[Value::Int(no.0), Value::Int(hour)])?;
    row.map(|row| row.get(0)).transpose()
}

/// Stores hours.
pub fn put_hours(tx: &mut WriteTx<'_>, no: InstanceNo, hours: &[Hour]) -> Result<(), Error> {
    let row = |hour: &Hour| {
        vec![
            Value::Int(no.0),
            Value::Int(hour.hour),
            Value::Int(hour.rev),
            Value::Blob(hour.facts.clone()),
        ]
    };
    tx.bulk_insert(&PUT_HOUR, hours.iter().map(row).collect()).map(drop)
}

/// Removes the hours before one.
pub fn forget(tx: &mut WriteTx<'_>, no: InstanceNo, before: i64) -> Result<(), Error> {
    tx.execute(&FORGET, &[Value::Int(no.0), Value::Int(before)]).map(drop)
}

fn keys(ids: &[AlertId]) -> Vec<Vec<u8>> {
    ids.iter().map(|id| id.to_bytes().to_vec()).collect()
}

fn places(no: InstanceNo, progress: &Progress) -> [Value; 5] {
    [
        Value::Int(no.0),
        Value::Int(progress.rev),
        Value::Int(progress.oldest_hour),
        Value::Int(i64::from(progress.is_complete)),
        Value::Id(progress.told),
    ]
}

fn read_alert(row: &Row) -> Result<AlertFact, Error> {
    let closed = match get_opt_at(row, 8)? {
        None => None,
        Some(at) => Some((at, get_code(row, 9, "close cause", CloseCause::from_code)?)),
    };
    Ok(AlertFact {
        id: get_id(row, 0)?,
        number: row.get(1)?,
        integration: get_id(row, 2)?,
        dedup_key: row.get(3)?,
        priority: get_code(row, 4, "priority", Priority::from_code)?,
        count: row.get(5)?,
        created: get_at(row, 6)?,
        acknowledged: get_opt_at(row, 7)?,
        closed,
    })
}

fn read_told(row: &Row) -> Result<ToldFact, Error> {
    Ok(ToldFact {
        alert: get_id(row, 0)?,
        person: get_id(row, 1)?,
        device: get_id(row, 2)?,
        group: get_opt_id(row, 3)?,
        state: get_code(row, 4, "notification state", NotificationState::from_code)?,
        due: get_at(row, 5)?,
        created: get_at(row, 6)?,
        finished: get_opt_at(row, 7)?,
    })
}

/// The lowest id made at or after this instant's millisecond.
pub fn lowest_id(at: Timestamp) -> [u8; 16] {
    let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
    let mut id = [0_u8; 16];
    for (to, from) in id.iter_mut().zip(millis.to_be_bytes().into_iter().skip(2)) {
        *to = from;
    }
    id
}

/// The hour (since 1970) in which an id was made.
pub fn hour_of<T>(id: Id<T>) -> i64 {
    let millis =
        id.to_bytes().into_iter().take(6).fold(0_i64, |sum, byte| sum << 8 | i64::from(byte));
    millis.div_euclid(3_600_000)
}

#[cfg(test)]
mod tests {
    use firebell_base::Random;
    use firebell_base::time::from_micros;

    use super::*;

    #[test]
    fn ids_know_their_hour() {
        let at = from_micros(1_772_440_200_123_456);
        let id: AlertId = Id::new(&Random::seeded(1), at);
        assert_eq!(hour_of(id), 1_772_440_200 / 3600);
        assert!(lowest_id(at) <= id.to_bytes());
        let later = from_micros(1_772_440_200_124_000);
        assert!(id.to_bytes() < lowest_id(later));
    }
}
