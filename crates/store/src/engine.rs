//! Which process may process: a fencing row. The newest starter takes over at once; whoever held it
//! before is refused at its next write, inside the transaction it would have written.

use firebell_base::Timestamp;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Error, ReadTx, Statement, Value, WriteTx};

use crate::codec::{at, get_at, get_opt_at};

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
// Everything a turn has to know first, in one round trip: the fence, and the earliest instant of each kind of
// timer. Waiting notifications: one look-up in the index per instance, from one to the next, never through all
// that waits.
const AGENDA: Statement = Statement::new(
    "engine.agenda",
    "with recursive held (epoch) as (select epoch from engine where one = 1 {for_update}), \
     waiting (instance_no) as ( \
       select (select n.instance_no from notifications n where n.state = 0 \
               order by n.instance_no, n.next_at limit 1) \
       union all \
       select (select n.instance_no from notifications n \
               where n.state = 0 and n.instance_no > waiting.instance_no \
               order by n.instance_no, n.next_at limit 1) \
       from waiting where waiting.instance_no is not null) \
     select cast(0 as bigint), epoch, cast(null as bigint) from held \
     union all \
     select 1, 0, (select min(due_at) from escalations where due_at is not null) \
     union all \
     select 2, 0, (select min(expires_at) from alerts where closed_at is null) \
     union all \
     select 3, instance_no, (select n.next_at from notifications n \
                             where n.state = 0 and n.instance_no = waiting.instance_no \
                             order by n.next_at limit 1) \
     from waiting where instance_no is not null",
);

/// The tables that every event grows.
pub const TABLES: &[&str] = &[
    "journal",
    "events",
    "alerts",
    "timeline",
    "escalations",
    "notifications",
    "deliveries",
    "outbox",
    "responses",
];

/// Every statement of this module.
pub const ALL: &[Statement] = &[TAKE, CURRENT, HOLD, AGENDA];

/// What a turn has to know first.
#[derive(Debug, Clone, Default)]
pub struct Agenda {
    /// The epoch that may write; its row is held until the transaction ends, so that a take-over waits.
    pub epoch: Option<i64>,
    /// When the next walk is due.
    pub walk: Option<Timestamp>,
    /// When the next open alert runs out of time.
    pub expiry: Option<Timestamp>,
    /// The instances that have pending notifications, and when their first wants to be looked at.
    pub waiting: Vec<(InstanceNo, Timestamp)>,
}

/// The fence and the earliest timers. Rows that other transactions add meanwhile are not in it; who adds them
/// wakes the engine.
pub fn agenda(tx: &mut WriteTx<'_>) -> Result<Agenda, Error> {
    let mut agenda = Agenda::default();
    for row in tx.query(&AGENDA, &[])? {
        match row.get::<i64>(0)? {
            0 => agenda.epoch = Some(row.get(1)?),
            1 => agenda.walk = get_opt_at(&row, 2)?,
            2 => agenda.expiry = get_opt_at(&row, 2)?,
            _ => agenda.waiting.push((InstanceNo(row.get(1)?), get_at(&row, 2)?)),
        }
    }
    Ok(agenda)
}

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
