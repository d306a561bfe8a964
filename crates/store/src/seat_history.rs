//! How many seats were taken and released, day by day: what a curve of licences held is drawn from.
//!
//! Read by the pages about licences, through `config`. Days are counted backwards from an instant, so that no
//! zone has to be agreed on. Nothing here writes.

use firebell_domain::instance::InstanceNo;
use firebell_sql::{Error, ReadTx, Row, Statement};

/// Microseconds of a day.
pub const DAY_MICROS: i64 = 86_400_000_000;
/// Days one call goes back at most.
pub const DAYS_MAX: i64 = 400;
/// Rows one call returns at most: a day and a type each.
const ROWS_MAX: i64 = 4_000;

/// Rows that were released as soon as they were written only remember a key: nobody held them.
const TAKEN: Statement = Statement::new(
    "seat_history.taken",
    "select licence, day, count(*) from (select licence, (?3 - held_at) / ?4 as day from seats \
     where instance_no = ?1 and held_at > ?2 and held_at <= ?3 \
     and (released_at is null or released_at > held_at)) days group by licence, day limit ?5",
);
const RELEASED: Statement = Statement::new(
    "seat_history.released",
    "select licence, day, count(*) from (select licence, (?3 - released_at) / ?4 as day \
     from seats where instance_no = ?1 and released_at > ?2 and released_at <= ?3 \
     and released_at > held_at) days group by licence, day limit ?5",
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[TAKEN, RELEASED];

/// Seats of one type that were taken or released on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRow {
    /// The licence type's word.
    pub licence: String,
    /// How many whole days before the instant that was asked about.
    pub day: i64,
    /// How many.
    pub count: i64,
}

/// Seats that were taken in the days before an instant (in microseconds since the epoch), and seats that were
/// released.
///
/// # Errors
/// What the engine reports.
pub fn days(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    until: i64,
    days: i64,
) -> Result<(Vec<DayRow>, Vec<DayRow>), Error> {
    let from = until.saturating_sub(days.clamp(1, DAYS_MAX) * DAY_MICROS);
    let values = [no.0.into(), from.into(), until.into(), DAY_MICROS.into(), ROWS_MAX.into()];
    let mut one = |statement: &Statement| -> Result<Vec<DayRow>, Error> {
        tx.query(statement, &values)?.into_iter().map(day_row).collect()
    };
    Ok((one(&TAKEN)?, one(&RELEASED)?))
}

fn day_row(mut row: Row) -> Result<DayRow, Error> {
    Ok(DayRow { licence: row.take(0)?, day: row.get(1)?, count: row.get(2)? })
}
