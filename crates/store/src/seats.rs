//! The ledger of seats and its counters: who holds a licence, since when, and how many do.
//!
//! Called by the authority of the `config` crate only, inside the transaction that changes the
//! configuration or reads it; writers have locked the head before. One live row per person and a
//! counter per licence type: that they agree is checked by the caller, and repaired by nobody but
//! an operator's *reconcile*.

use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{
    BulkInsert, BulkUpdate, ColumnType, Error, ReadTx, Row, Statement, Value, WriteTx,
};

/// Live rows of the ledger one call returns at most.
pub const LEDGER_PAGE: i64 = 10_000;
/// Counters with a known drift one call returns at most.
pub const DRIFTED_MAX: i64 = 1_000;

const COUNTERS: Statement = Statement::new(
    "seats.counters",
    "select licence, held, over_since, drift_since from seat_counters where instance_no = ?1",
);
const LOCK_COUNTERS: Statement = Statement::new(
    "seats.lock_counters",
    "select licence, held, over_since, drift_since from seat_counters where instance_no = ?1 \
     {for_update}",
);
const ADD_COUNTER: Statement = Statement::new(
    "seats.add_counter",
    "insert into seat_counters (instance_no, licence, held, over_since, drift_since) \
     values (?1, ?2, 0, null, null) on conflict (instance_no, licence) do nothing",
);
/// Only from the number that was read, and upwards only within the limit: what was decided holds
/// for what is there, or nothing is written.
const MOVE_COUNTER: Statement = Statement::new(
    "seats.move_counter",
    "update seat_counters set held = ?4, over_since = ?5, drift_since = ?6 \
     where instance_no = ?1 and licence = ?2 and held = ?3 and (?4 <= held or ?4 <= ?7)",
);
const SET_COUNTER: Statement = Statement::new(
    "seats.set_counter",
    "insert into seat_counters (instance_no, licence, held, over_since, drift_since) \
     values (?1, ?2, ?3, ?4, ?5) on conflict (instance_no, licence) do update \
     set held = excluded.held, over_since = excluded.over_since, \
     drift_since = excluded.drift_since",
);
const MARK_DRIFT: Statement = Statement::new(
    "seats.mark_drift",
    "update seat_counters set drift_since = ?3 \
     where instance_no = ?1 and licence = ?2 and drift_since is null",
);
const HELD: Statement = Statement::new(
    "seats.held",
    "select licence, count(*) from seats where instance_no = ?1 and released_at is null \
     group by licence",
);
const OF_PERSON: Statement = Statement::new(
    "seats.of_person",
    "select person, licence, held_epoch, held_n, held_at from seats \
     where instance_no = ?1 and person = ?2 and released_at is null",
);
const FIRST_LIVE: Statement = Statement::new(
    "seats.first_live",
    "select person, licence, held_epoch, held_n, held_at from seats \
     where instance_no = ?1 and released_at is null order by person limit ?2",
);
const NEXT_LIVE: Statement = Statement::new(
    "seats.next_live",
    "select person, licence, held_epoch, held_n, held_at from seats \
     where instance_no = ?1 and released_at is null and person > ?2 order by person limit ?3",
);
const BY_KEY: Statement = Statement::new(
    "seats.by_key",
    "select person from seats where instance_no = ?1 and idem_key = ?2",
);
const DRIFTED: Statement = Statement::new(
    "seats.drifted",
    "select instance_no, licence, drift_since from seat_counters where drift_since is not null \
     order by drift_since, instance_no, licence limit ?1",
);

const FORGET: Statement = Statement::new(
    "seats.forget",
    "delete from seats where (instance_no, id) in \
     (select instance_no, id from seats where released_at < ?1 order by released_at limit ?2)",
);

/// A seat that is held already, or a key that was used already, inserts nothing: the caller sees it
/// in the count.
const HOLD: BulkInsert = BulkInsert {
    name: "seats.hold",
    table: "seats",
    columns: &[
        ("instance_no", ColumnType::Int),
        ("id", ColumnType::Blob),
        ("licence", ColumnType::Text),
        ("person", ColumnType::Blob),
        ("idem_key", ColumnType::Blob),
        ("held_epoch", ColumnType::Int),
        ("held_n", ColumnType::Int),
        ("held_at", ColumnType::Int),
        ("released_epoch", ColumnType::Int),
        ("released_n", ColumnType::Int),
        ("released_at", ColumnType::Int),
    ],
    on_conflict: "on conflict do nothing",
};
const RELEASE: BulkUpdate = BulkUpdate {
    name: "seats.release",
    table: "seats",
    key: &[
        ("instance_no", ColumnType::Int),
        ("person", ColumnType::Blob),
        ("licence", ColumnType::Text),
    ],
    set: &[
        ("released_epoch", ColumnType::Int),
        ("released_n", ColumnType::Int),
        ("released_at", ColumnType::Int),
    ],
    guard: "released_at is null",
};

/// Every plain statement, for the catalogue test.
pub const ALL: &[Statement] = &[
    COUNTERS,
    LOCK_COUNTERS,
    ADD_COUNTER,
    MOVE_COUNTER,
    SET_COUNTER,
    MARK_DRIFT,
    HELD,
    OF_PERSON,
    FIRST_LIVE,
    NEXT_LIVE,
    BY_KEY,
    DRIFTED,
    FORGET,
];
/// Every bulk insert.
pub const INSERTS: &[BulkInsert] = &[HOLD];
/// Every bulk update.
pub const UPDATES: &[BulkUpdate] = &[RELEASE];

/// A counter as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterRow {
    /// The licence type's word; text, because a newer release may have written types unknown here.
    pub licence: String,
    /// How many are held.
    pub held: i64,
    /// Since when more than the allotment are, in microseconds since the epoch; none if not.
    pub over_since: Option<i64>,
    /// Since when it is known to differ from the ledger or the people; none if it is not.
    pub drift_since: Option<i64>,
}

/// A seat to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSeat {
    /// Identity.
    pub id: [u8; 16],
    /// The licence type's word.
    pub licence: &'static str,
    /// Who holds it.
    pub person: [u8; 16],
    /// The hash of the key under which it was asked for.
    pub key: Option<[u8; 32]>,
    /// Whether it is released at once: a row that only remembers the key of somebody who needs no
    /// seat.
    pub released: bool,
}

/// A live row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSeat {
    /// Who holds it.
    pub person: [u8; 16],
    /// The licence type's word.
    pub licence: String,
    /// Since which revision.
    pub since: Revision,
    /// Since when, in microseconds since the epoch.
    pub at: i64,
}

/// When something happens to seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// In which revision.
    pub revision: Revision,
    /// In microseconds since the epoch.
    pub at: i64,
}

/// How a counter moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The number that was read.
    pub from: i64,
    /// The counter then.
    pub to: CounterRow,
    /// Above which it may not rise; none if there is no limit.
    pub limit: Option<u32>,
}

/// An instance's counters.
///
/// # Errors
/// What the engine reports.
pub fn counters(tx: &mut ReadTx<'_>, no: InstanceNo) -> Result<Vec<CounterRow>, Error> {
    tx.query(&COUNTERS, &[no.0.into()])?.into_iter().map(counter_row).collect()
}

/// An instance's counters; nobody else can change them until this transaction ends.
///
/// # Errors
/// What the engine reports.
pub fn lock_counters(tx: &mut WriteTx<'_>, no: InstanceNo) -> Result<Vec<CounterRow>, Error> {
    tx.query(&LOCK_COUNTERS, &[no.0.into()])?.into_iter().map(counter_row).collect()
}

/// Makes a counter at 0 unless there is one.
///
/// # Errors
/// What the engine reports.
pub fn add_counter(tx: &mut WriteTx<'_>, no: InstanceNo, licence: &str) -> Result<(), Error> {
    tx.execute(&ADD_COUNTER, &[no.0.into(), licence.into()]).map(drop)
}

/// Moves a counter. Says whether it did: not if it is no longer where it was read, or would rise
/// above the limit.
///
/// # Errors
/// What the engine reports.
pub fn move_counter(tx: &mut WriteTx<'_>, no: InstanceNo, step: &Move) -> Result<bool, Error> {
    let values = [
        no.0.into(),
        Value::from(&step.to.licence),
        step.from.into(),
        step.to.held.into(),
        step.to.over_since.into(),
        step.to.drift_since.into(),
        step.limit.map_or(i64::MAX, i64::from).into(),
    ];
    Ok(tx.execute(&MOVE_COUNTER, &values)? == 1)
}

/// Sets a counter to what it should be, whatever it was. For *reconcile* only.
///
/// # Errors
/// What the engine reports.
pub fn set_counter(tx: &mut WriteTx<'_>, no: InstanceNo, row: &CounterRow) -> Result<(), Error> {
    let values = [
        no.0.into(),
        Value::from(&row.licence),
        row.held.into(),
        row.over_since.into(),
        row.drift_since.into(),
    ];
    tx.execute(&SET_COUNTER, &values).map(drop)
}

/// Remembers that a counter is known to differ. Says whether that is new.
///
/// # Errors
/// What the engine reports.
pub fn mark_drift(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    licence: &str,
    at: i64,
) -> Result<bool, Error> {
    add_counter(tx, no, licence)?;
    Ok(tx.execute(&MARK_DRIFT, &[no.0.into(), licence.into(), at.into()])? == 1)
}

/// How many live rows the ledger has, by licence type's word.
///
/// # Errors
/// What the engine reports.
pub fn held(tx: &mut ReadTx<'_>, no: InstanceNo) -> Result<Vec<(String, i64)>, Error> {
    let rows = tx.query(&HELD, &[no.0.into()])?;
    rows.into_iter().map(|mut row| Ok((row.take(0)?, row.get(1)?))).collect()
}

/// The seat somebody holds.
///
/// # Errors
/// What the engine reports.
pub fn of_person(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    person: [u8; 16],
) -> Result<Option<LiveSeat>, Error> {
    tx.query_opt(&OF_PERSON, &[no.0.into(), person.into()])?.map(live_seat).transpose()
}

/// The next [`LEDGER_PAGE`] live rows after a person, by person.
///
/// # Errors
/// What the engine reports.
pub fn live(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    after: Option<[u8; 16]>,
) -> Result<Vec<LiveSeat>, Error> {
    let rows = match after {
        None => tx.query(&FIRST_LIVE, &[no.0.into(), LEDGER_PAGE.into()])?,
        Some(person) => tx.query(&NEXT_LIVE, &[no.0.into(), person.into(), LEDGER_PAGE.into()])?,
    };
    rows.into_iter().map(live_seat).collect()
}

/// Who was made under this key.
///
/// # Errors
/// What the engine reports.
pub fn by_key(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    key: &[u8; 32],
) -> Result<Option<[u8; 16]>, Error> {
    tx.query_opt(&BY_KEY, &[no.0.into(), key.into()])?.map(|row| row.get(0)).transpose()
}

/// Counters that are known to differ, the longest first; at most [`DRIFTED_MAX`].
///
/// # Errors
/// What the engine reports.
pub fn drifted(tx: &mut ReadTx<'_>) -> Result<Vec<(InstanceNo, String, i64)>, Error> {
    let rows = tx.query(&DRIFTED, &[DRIFTED_MAX.into()])?;
    rows.into_iter()
        .map(|mut row| Ok((InstanceNo(row.get(0)?), row.take(1)?, row.get(2)?)))
        .collect()
}

/// Writes seats. Returns how many were written: fewer if somebody holds one already.
///
/// # Errors
/// What the engine reports.
pub fn hold(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    when: Moment,
    seats: &[NewSeat],
) -> Result<u64, Error> {
    let values = |seat: &NewSeat| {
        let released = seat.released.then_some(when);
        vec![
            no.0.into(),
            seat.id.into(),
            seat.licence.into(),
            seat.person.into(),
            seat.key.into(),
            when.revision.epoch.into(),
            when.revision.n.into(),
            when.at.into(),
            released.map(|when| when.revision.epoch).into(),
            released.map(|when| when.revision.n).into(),
            released.map(|when| when.at).into(),
        ]
    };
    tx.bulk_insert(&HOLD, seats.iter().map(values).collect())
}

/// Releases people's seats of a licence type. Returns how many were: fewer if somebody holds none.
/// Each person once.
///
/// # Errors
/// What the engine reports.
pub fn release(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    when: Moment,
    licence: &str,
    people: &[[u8; 16]],
) -> Result<u64, Error> {
    let values = |person: &[u8; 16]| {
        vec![
            no.0.into(),
            person.into(),
            licence.into(),
            when.revision.epoch.into(),
            when.revision.n.into(),
            when.at.into(),
        ]
    };
    tx.bulk_update(&RELEASE, people.iter().map(values).collect())
}

/// Removes seats that were released before an instant, at most `limit`, and the keys they were asked for
/// under. Seats that are held stay. Returns how many were.
///
/// # Errors
/// What the engine reports.
pub fn forget(tx: &mut WriteTx<'_>, released_before: i64, limit: i64) -> Result<u64, Error> {
    tx.execute(&FORGET, &[released_before.into(), limit.max(0).into()])
}

fn counter_row(mut row: Row) -> Result<CounterRow, Error> {
    Ok(CounterRow {
        licence: row.take(0)?,
        held: row.get(1)?,
        over_since: row.get(2)?,
        drift_since: row.get(3)?,
    })
}

fn live_seat(mut row: Row) -> Result<LiveSeat, Error> {
    Ok(LiveSeat {
        person: row.get(0)?,
        licence: row.take(1)?,
        since: Revision { epoch: row.get(2)?, n: row.get(3)? },
        at: row.get(4)?,
    })
}
