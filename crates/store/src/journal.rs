//! The intake journal: what was accepted and is not processed yet.

use firebell_base::Timestamp;
use firebell_sql::{Error, ReadTx, Statement, Value, WriteTx};

use crate::codec::at;

const APPEND: Statement =
    Statement::new("journal.append", "insert into journal (accepted_at, batch) values (?1, ?2)");
const OLDEST: Statement = Statement::new(
    "journal.oldest",
    "select seq, accepted_at, batch from journal order by seq limit ?1",
);
const REMOVE: Statement = Statement::new("journal.remove", "delete from journal where seq = ?1");
const SET_ASIDE: Statement = Statement::new(
    "journal.set_aside",
    "insert into journal_damaged (seq, accepted_at, batch) values (?1, ?2, ?3)",
);
const BACKLOG: Statement =
    Statement::new("journal.backlog", "select count(*), min(accepted_at) from journal");

/// Every statement of this module.
pub const ALL: &[Statement] = &[APPEND, OLDEST, REMOVE, SET_ASIDE, BACKLOG];

/// A batch of accepted events.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its place in the journal.
    pub seq: i64,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// The events, encoded by the pipeline.
    pub batch: Vec<u8>,
}

/// Appends a batch.
pub fn append(tx: &mut WriteTx<'_>, now: Timestamp, batch: &[u8]) -> Result<(), Error> {
    tx.execute(&APPEND, &[at(now), Value::Blob(batch.to_vec())]).map(drop)
}

/// The oldest records, at most `limit`.
pub fn oldest(tx: &mut ReadTx<'_>, limit: i64) -> Result<Vec<Record>, Error> {
    let rows = tx.query(&OLDEST, &[Value::Int(limit)])?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Record {
                seq: row.get(0)?,
                accepted: crate::codec::get_at(&row, 1)?,
                batch: row.take(2)?,
            })
        })
        .collect()
}

/// Removes the processed records. On PostgreSQL a record with a lower number may be committed later
/// by another transaction, so records are removed one by one by their number.
pub fn remove(tx: &mut WriteTx<'_>, seqs: &[i64]) -> Result<(), Error> {
    let rows: Vec<Vec<Value>> = seqs.iter().map(|seq| vec![Value::Int(*seq)]).collect();
    tx.execute_many(&REMOVE, &rows).map(drop)
}

/// Keeps a record that cannot be read where nothing waits behind it; it still has to be removed.
pub fn set_aside(tx: &mut WriteTx<'_>, record: &Record) -> Result<(), Error> {
    let batch = Value::Blob(record.batch.clone());
    tx.execute(&SET_ASIDE, &[Value::Int(record.seq), at(record.accepted), batch]).map(drop)
}

/// How many records wait, and when the oldest was accepted.
pub fn backlog(tx: &mut ReadTx<'_>) -> Result<(i64, Option<Timestamp>), Error> {
    let row = tx.query_one(&BACKLOG, &[])?;
    Ok((row.get(0)?, crate::codec::get_opt_at(&row, 1)?))
}
