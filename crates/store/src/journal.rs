//! The intake journal: what was accepted and is not processed yet.

use firebell_base::Timestamp;
use firebell_sql::{BlobSet, Db, Error, ReadTx, Statement, TextSet, Value, WriteTx};

use crate::codec::at;

const APPEND: Statement =
    Statement::new("journal.append", "insert into journal (accepted_at, batch) values (?1, ?2)");
// One row more than wanted tells that there are more; a batch that does not fit is not read.
const OLDEST: Statement = Statement::new(
    "journal.oldest",
    "with oldest (seq, size) as \
       (select seq, length(batch) from journal order by seq limit ?1), \
     summed (seq, nth, total) as \
       (select seq, row_number() over (order by seq), sum(size) over (order by seq) from oldest) \
     select s.seq, (select j.accepted_at from journal j where j.seq = s.seq), \
       case when s.nth = 1 or (s.nth < ?1 and s.total <= ?2) \
         then (select j.batch from journal j where j.seq = s.seq) end \
     from summed s order by s.seq",
);
const REMOVE: TextSet = TextSet {
    name: "journal.remove",
    sqlite: "delete from journal where seq = cast(?1 as integer) returning seq",
    postgres: "delete from journal where seq in \
               (select cast(one as bigint) from unnest(cast(?1 as text[])) as one) returning seq",
};
const SET_ASIDE: Statement = Statement::new(
    "journal.set_aside",
    "insert into journal_damaged (seq, accepted_at, batch) values (?1, ?2, ?3)",
);
const BACKLOG: Statement =
    Statement::new("journal.backlog", "select count(*), min(accepted_at) from journal");

/// Every statement of this module.
pub const ALL: &[Statement] = &[APPEND, OLDEST, SET_ASIDE, BACKLOG];
/// Every set statement of this module.
pub const SETS: &[BlobSet] = &[REMOVE];

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

/// Appends a batch in a transaction of its own; durable when this returns.
pub async fn append_alone(db: &Db, now: Timestamp, batch: Vec<u8>) -> Result<(), Error> {
    db.execute(APPEND, vec![at(now), Value::Blob(batch)]).await.map(drop)
}

/// The oldest records: as many as there are, up to `records` and to `bytes` together, but at least one. Also says
/// whether there are more.
pub fn oldest(tx: &mut ReadTx<'_>, records: i64, bytes: i64) -> Result<(Vec<Record>, bool), Error> {
    let rows = tx.query(&OLDEST, &[Value::Int(records.saturating_add(1)), Value::Int(bytes)])?;
    let found = rows.len();
    let mut taken = Vec::with_capacity(found);
    for mut row in rows {
        let Some(batch) = row.take::<Option<Vec<u8>>>(2)? else { break };
        taken.push(Record { seq: row.get(0)?, accepted: crate::codec::get_at(&row, 1)?, batch });
    }
    let more = found > taken.len();
    Ok((taken, more))
}

/// Removes the processed records. On PostgreSQL a record with a lower number may be committed later
/// by another transaction, so records are removed one by one by their number.
pub fn remove(tx: &mut WriteTx<'_>, seqs: &[i64]) -> Result<(), Error> {
    let keys: Vec<String> = seqs.iter().map(i64::to_string).collect();
    tx.query_in_texts(&REMOVE, &[], &keys).map(drop)
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
