//! Alerts.

use firebell_base::Timestamp;
use firebell_domain::alert::{Alert, AlertId, CloseCause, Closed, Priority, State};
use firebell_domain::event::RequestId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::IntegrationId;
use firebell_sql::{
    BlobSet, BulkInsert, BulkUpdate, ColumnType as C, Error, ReadTx, Row, Statement, TextSet,
    Value, WriteTx,
};

use crate::codec::{
    at, decode_properties, encode_properties, get_at, get_code, get_id, get_opt_at, get_opt_id, id,
    opt_at, opt_id, opt_text,
};

macro_rules! alert_columns {
    () => {
        "id, number, integration_id, form_id, request_id, dedup_key, state, priority, count, \
         summary, properties, owner_id, created_at, updated_at, acknowledged_at, closed_at, \
         close_cause, closed_by, expires_at"
    };
}

pub(crate) use alert_columns;

const GET: Statement = Statement::new(
    "alerts.get",
    concat!("select ", alert_columns!(), " from alerts where instance_no = ?1 and id = ?2"),
);
const LOCK: Statement = Statement::new(
    "alerts.lock",
    concat!(
        "select ",
        alert_columns!(),
        " from alerts where instance_no = ?1 and id = ?2 {for_update}"
    ),
);
const BY_NUMBER: Statement = Statement::new(
    "alerts.by_number",
    concat!("select ", alert_columns!(), " from alerts where instance_no = ?1 and number = ?2"),
);
const OPEN_BY_KEY: TextSet = TextSet {
    name: "alerts.open_by_key",
    sqlite: concat!(
        "select ",
        alert_columns!(),
        " from alerts where instance_no = ?1 and integration_id = ?2 and dedup_key = ?3 \
         and closed_at is null"
    ),
    postgres: concat!(
        "select ",
        alert_columns!(),
        " from alerts where instance_no = ?1 and integration_id = ?2 and dedup_key = any(?3) \
         and closed_at is null order by id for update"
    ),
};
const BY_IDS: BlobSet = BlobSet {
    name: "alerts.by_ids",
    sqlite: concat!("select ", alert_columns!(), " from alerts where instance_no = ?1 and id = ?2"),
    postgres: concat!(
        "select ",
        alert_columns!(),
        " from alerts where instance_no = ?1 and id = any(?2)"
    ),
};
const LOCK_IDS: BlobSet = BlobSet {
    name: "alerts.lock_ids",
    sqlite: concat!("select ", alert_columns!(), " from alerts where instance_no = ?1 and id = ?2"),
    postgres: concat!(
        "select ",
        alert_columns!(),
        " from alerts where instance_no = ?1 and id = any(?2) order by id for update"
    ),
};
const EXPIRED: Statement = Statement::new(
    "alerts.expired",
    "select instance_no, id from alerts where closed_at is null and expires_at <= ?1 \
     order by expires_at limit ?2",
);
const TAKE_NUMBERS: Statement = Statement::new(
    "alerts.take_numbers",
    "insert into alert_counters (instance_no, last) values (?1, ?2) \
     on conflict (instance_no) do update set last = alert_counters.last + excluded.last \
     returning last",
);
const SHIFT_COUNT: BlobSet = BlobSet {
    name: "alerts.shift_count",
    sqlite: "select shift_id, alerts from shift_counters where instance_no = ?1 and shift_id = ?2",
    postgres: "select shift_id, alerts from shift_counters \
               where instance_no = ?1 and shift_id = any(?2)",
};
const COUNT_SHIFT: Statement = Statement::new(
    "alerts.count_shift",
    "insert into shift_counters (instance_no, shift_id, alerts) values (?1, ?2, ?3) \
     on conflict (instance_no, shift_id) do update \
     set alerts = shift_counters.alerts + excluded.alerts",
);
const OPEN_COUNT: Statement = Statement::new(
    "alerts.open_count",
    "select count(*) from alerts where instance_no = ?1 and closed_at is null",
);
const INSERT: BulkInsert = BulkInsert {
    name: "alerts.insert",
    table: "alerts",
    columns: &[
        ("instance_no", C::Int),
        ("id", C::Blob),
        ("number", C::Int),
        ("integration_id", C::Blob),
        ("form_id", C::Blob),
        ("request_id", C::Blob),
        ("dedup_key", C::Text),
        ("created_at", C::Int),
        ("state", C::Int),
        ("priority", C::Int),
        ("count", C::Int),
        ("summary", C::Text),
        ("properties", C::Text),
        ("owner_id", C::Blob),
        ("updated_at", C::Int),
        ("acknowledged_at", C::Int),
        ("closed_at", C::Int),
        ("close_cause", C::Int),
        ("closed_by", C::Blob),
        ("expires_at", C::Int),
    ],
    on_conflict: "",
};
const UPDATE: BulkUpdate = BulkUpdate {
    name: "alerts.update",
    table: "alerts",
    key: &[("instance_no", C::Int), ("id", C::Blob)],
    set: &[
        ("state", C::Int),
        ("priority", C::Int),
        ("count", C::Int),
        ("summary", C::Text),
        ("properties", C::Text),
        ("owner_id", C::Blob),
        ("updated_at", C::Int),
        ("acknowledged_at", C::Int),
        ("closed_at", C::Int),
        ("close_cause", C::Int),
        ("closed_by", C::Blob),
        ("expires_at", C::Int),
    ],
    guard: "",
};

/// Every statement of this module.
pub const ALL: &[Statement] =
    &[GET, LOCK, BY_NUMBER, EXPIRED, TAKE_NUMBERS, COUNT_SHIFT, OPEN_COUNT];
/// Every set statement of this module.
pub const SETS: &[BlobSet] = &[OPEN_BY_KEY, BY_IDS, LOCK_IDS, SHIFT_COUNT];
/// Every bulk insert of this module.
pub const INSERTS: &[BulkInsert] = &[INSERT];
/// Every bulk update of this module.
pub const UPDATES: &[BulkUpdate] = &[UPDATE];

/// The alert with this id.
pub fn get(tx: &mut ReadTx<'_>, no: InstanceNo, alert: AlertId) -> Result<Option<Alert>, Error> {
    tx.query_opt(&GET, &[Value::Int(no.0), id(alert)])?.as_ref().map(read).transpose()
}

/// The alert with this id, held against other writers until the transaction ends.
pub fn lock(tx: &mut WriteTx<'_>, no: InstanceNo, alert: AlertId) -> Result<Option<Alert>, Error> {
    tx.query_opt(&LOCK, &[Value::Int(no.0), id(alert)])?.as_ref().map(read).transpose()
}

/// The alert with this number.
pub fn by_number(tx: &mut ReadTx<'_>, no: InstanceNo, number: i64) -> Result<Option<Alert>, Error> {
    let row = tx.query_opt(&BY_NUMBER, &[Value::Int(no.0), Value::Int(number)])?;
    row.as_ref().map(read).transpose()
}

/// The alerts with these ids that exist, in no particular order.
pub fn by_ids(tx: &mut ReadTx<'_>, no: InstanceNo, ids: &[AlertId]) -> Result<Vec<Alert>, Error> {
    let keys: Vec<Vec<u8>> = ids.iter().map(|a| a.to_bytes().to_vec()).collect();
    tx.query_in_blobs(&BY_IDS, &[Value::Int(no.0)], &keys)?.iter().map(read).collect()
}

/// The same, held against other writers until the transaction ends.
pub fn lock_all(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    ids: &[AlertId],
) -> Result<Vec<Alert>, Error> {
    let keys: Vec<Vec<u8>> = ids.iter().map(|a| a.to_bytes().to_vec()).collect();
    tx.query_in_blobs(&LOCK_IDS, &[Value::Int(no.0)], &keys)?.iter().map(read).collect()
}

/// The open alerts of an integration under these dedup keys, held until the transaction ends.
pub fn open_by_key(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    integration: IntegrationId,
    keys: &[String],
) -> Result<Vec<Alert>, Error> {
    let fixed = [Value::Int(no.0), id(integration)];
    tx.query_in_texts(&OPEN_BY_KEY, &fixed, keys)?.iter().map(read).collect()
}

/// Alerts whose time has run out.
pub fn expired(
    tx: &mut ReadTx<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(InstanceNo, AlertId)>, Error> {
    let rows = tx.query(&EXPIRED, &[at(now), Value::Int(limit)])?;
    rows.iter().map(|row| Ok((InstanceNo(row.get(0)?), get_id(row, 1)?))).collect()
}

/// Takes `count` alert numbers of an instance; returns the first.
pub fn take_numbers(tx: &mut WriteTx<'_>, no: InstanceNo, count: i64) -> Result<i64, Error> {
    let row = tx.query_one(&TAKE_NUMBERS, &[Value::Int(no.0), Value::Int(count)])?;
    let last: i64 = row.get(0)?;
    Ok(last.saturating_sub(count).saturating_add(1))
}

/// How many alerts reached these shifts so far.
pub fn shift_counts(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    shifts: &[firebell_domain::shift::ShiftId],
) -> Result<Vec<(firebell_domain::shift::ShiftId, u64)>, Error> {
    let keys: Vec<Vec<u8>> = shifts.iter().map(|s| s.to_bytes().to_vec()).collect();
    let rows = tx.query_in_blobs(&SHIFT_COUNT, &[Value::Int(no.0)], &keys)?;
    rows.iter()
        .map(|row| Ok((get_id(row, 0)?, u64::try_from(row.get::<i64>(1)?).unwrap_or(0))))
        .collect()
}

/// Counts alerts that reached shifts.
pub fn count_shifts(
    tx: &mut WriteTx<'_>,
    counts: &[(InstanceNo, firebell_domain::shift::ShiftId, i64)],
) -> Result<(), Error> {
    let rows: Vec<Vec<Value>> = counts
        .iter()
        .map(|(no, shift, n)| vec![Value::Int(no.0), id(*shift), Value::Int(*n)])
        .collect();
    tx.execute_many(&COUNT_SHIFT, &rows).map(drop)
}

/// How many alerts of an instance are open.
pub fn open_count(tx: &mut ReadTx<'_>, no: InstanceNo) -> Result<i64, Error> {
    tx.query_one(&OPEN_COUNT, &[Value::Int(no.0)])?.get(0)
}

/// Stores new alerts.
pub fn insert(tx: &mut WriteTx<'_>, alerts: &[(InstanceNo, Alert)]) -> Result<(), Error> {
    let rows = alerts.iter().map(|(no, alert)| {
        let fixed = [
            Value::Int(no.0),
            id(alert.id),
            Value::Int(alert.number),
            id(alert.integration),
            id(alert.form),
            id(alert.request),
            opt_text(alert.dedup_key.as_deref()),
            at(alert.created),
        ];
        fixed.into_iter().chain(changing(alert)).collect()
    });
    tx.bulk_insert(&INSERT, rows.collect()).map(drop)
}

/// Stores what may change about alerts. Each alert at most once per call.
pub fn update(tx: &mut WriteTx<'_>, alerts: &[(InstanceNo, &Alert)]) -> Result<(), Error> {
    let rows = alerts.iter().map(|(no, alert)| {
        let key = [Value::Int(no.0), id(alert.id)];
        key.into_iter().chain(changing(alert)).collect()
    });
    tx.bulk_update(&UPDATE, rows.collect()).map(drop)
}

/// The columns that may change, in the order in which both statements end.
fn changing(alert: &Alert) -> [Value; 12] {
    let closed = alert.closed;
    [
        Value::Int(alert.state.code()),
        Value::Int(alert.priority.code()),
        Value::Int(alert.count),
        Value::Text(alert.summary.clone()),
        Value::Text(encode_properties(&alert.properties)),
        opt_id(alert.owner),
        at(alert.updated),
        opt_at(alert.acknowledged),
        opt_at(closed.map(|closed| closed.at)),
        closed.map_or(Value::Null, |closed| Value::Int(closed.cause.code())),
        opt_id(closed.and_then(|closed| closed.by)),
        at(alert.expires),
    ]
}

/// An alert from the columns of this module's statements.
pub(crate) fn read(row: &Row) -> Result<Alert, Error> {
    let closed = match get_opt_at(row, 15)? {
        None => None,
        Some(at) => Some(Closed {
            at,
            cause: get_code(row, 16, "close cause", CloseCause::from_code)?,
            by: get_opt_id(row, 17)?,
        }),
    };
    let request: RequestId = get_id(row, 4)?;
    Ok(Alert {
        id: get_id(row, 0)?,
        number: row.get(1)?,
        integration: get_id(row, 2)?,
        form: get_id(row, 3)?,
        request,
        dedup_key: row.get(5)?,
        state: get_code(row, 6, "alert state", State::from_code)?,
        priority: get_code(row, 7, "priority", Priority::from_code)?,
        count: row.get(8)?,
        summary: row.get(9)?,
        properties: decode_properties(&row.get::<String>(10)?)?,
        owner: get_opt_id(row, 11)?,
        created: get_at(row, 12)?,
        updated: get_at(row, 13)?,
        acknowledged: get_opt_at(row, 14)?,
        closed,
        expires: get_at(row, 18)?,
    })
}
