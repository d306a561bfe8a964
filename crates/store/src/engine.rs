//! Which process may process: a fencing row. The newest starter takes over at once; whoever held it
//! before is refused at its next write, inside the transaction it would have written.

use firebell_base::Timestamp;
use firebell_sql::{Error, ReadTx, Statement, Value, WriteTx};

use crate::codec::at;

const TAKE: Statement = Statement::new(
    "engine.take",
    "insert into engine (one, epoch, owner, started_at) values (1, 1, ?1, ?2) \
     on conflict (one) do update set epoch = engine.epoch + 1, owner = excluded.owner, \
     started_at = excluded.started_at",
);
const CURRENT: Statement =
    Statement::new("engine.current", "select epoch, owner, started_at from engine where one = 1");
const HOLD: Statement =
    Statement::new("engine.hold", "select epoch from engine where one = 1 {for_update}");

/// Every statement of this module.
pub const ALL: &[Statement] = &[TAKE, CURRENT, HOLD];

/// Takes over processing; returns the epoch under which this process may write.
pub fn take(tx: &mut WriteTx<'_>, owner: &str, now: Timestamp) -> Result<i64, Error> {
    tx.execute(&TAKE, &[Value::Text(owner.to_owned()), at(now)])?;
    tx.query_one(&CURRENT, &[])?.get(0)
}

/// Whether `epoch` still is the one that may write; holds the row until the transaction ends, so that a
/// take-over waits for it.
pub fn holds(tx: &mut ReadTx<'_>, epoch: i64) -> Result<bool, Error> {
    let current: Option<i64> = tx.query_opt(&HOLD, &[])?.map(|row| row.get(0)).transpose()?;
    Ok(current == Some(epoch))
}

/// Who may write now: the epoch, and the owner's name.
pub fn current(tx: &mut ReadTx<'_>) -> Result<Option<(i64, String)>, Error> {
    let row = tx.query_opt(&CURRENT, &[])?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}
