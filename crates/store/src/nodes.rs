//! The nodes that read configuration, as they last said.
//!
//! Written by each process about itself, read by whoever lists them. A row says what its node knew
//! when it was heard of; it is never a reason to change anything.

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_domain::directory::Revision;
use firebell_sql::{Db, Error, ReadTx, Row, Statement, Value, WriteTx};

use crate::codec::at;

/// The most nodes one call returns.
pub const NODES_MAX: i64 = 1_000;
/// The most nodes one call forgets.
pub const FORGET_MAX: i64 = 1_000;

const PUT: Statement = Statement::new(
    "nodes.put",
    "insert into nodes (id, boot, role, version, state, reason, applied_epoch, applied_n, \
     proven_epoch, proven_n, root, fingerprint, nack, lease_ms, heard_at) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
     on conflict (id) do update set boot = excluded.boot, role = excluded.role, \
     version = excluded.version, state = excluded.state, reason = excluded.reason, \
     applied_epoch = excluded.applied_epoch, applied_n = excluded.applied_n, \
     proven_epoch = excluded.proven_epoch, proven_n = excluded.proven_n, \
     root = excluded.root, fingerprint = excluded.fingerprint, nack = excluded.nack, \
     lease_ms = excluded.lease_ms, heard_at = excluded.heard_at",
);
const LIST: Statement = Statement::new(
    "nodes.list",
    "select id, boot, role, version, state, reason, applied_epoch, applied_n, proven_epoch, \
     proven_n, root, fingerprint, nack, lease_ms, heard_at from nodes order by id limit ?1",
);
const FORGET: Statement = Statement::new(
    "nodes.forget",
    "delete from nodes where id in \
     (select id from nodes where heard_at < ?1 order by id limit ?2)",
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[PUT, LIST, FORGET];

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    /// Its name: stays when it starts again.
    pub id: String,
    /// Random; another one after every start.
    pub boot: [u8; 16],
    /// What it does, as a word (`serve`, `follow`).
    pub role: String,
    /// Which release it runs.
    pub version: String,
    /// Its state, as a word.
    pub state: String,
    /// Why it is in that state.
    pub reason: String,
    /// The revision it serves.
    pub applied: Revision,
    /// The newest revision that has proven itself there.
    pub proven: Revision,
    /// The digest of the configuration it serves.
    pub root: [u8; 32],
    /// The digest of the decisions it derives from it.
    pub fingerprint: [u8; 32],
    /// What it refused last, if it still does.
    pub nack: Option<String>,
    /// For how long it was still sure to be fresh when it spoke, in milliseconds.
    pub lease_ms: i64,
    /// When it spoke.
    pub heard: Timestamp,
}

/// Records what a node says, in a transaction of its own.
pub async fn put(db: &Db, row: NodeRow) -> Result<(), Error> {
    let values = vec![
        row.id.into(),
        row.boot.into(),
        row.role.into(),
        row.version.into(),
        row.state.into(),
        row.reason.into(),
        row.applied.epoch.into(),
        row.applied.n.into(),
        row.proven.epoch.into(),
        row.proven.n.into(),
        row.root.into(),
        row.fingerprint.into(),
        row.nack.into(),
        row.lease_ms.into(),
        at(row.heard),
    ];
    db.execute(PUT, values).await.map(drop)
}

/// Every node, by name; at most [`NODES_MAX`].
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<NodeRow>, Error> {
    tx.query(&LIST, &[Value::Int(NODES_MAX)])?.into_iter().map(node).collect()
}

/// Forgets nodes that were last heard of before an instant; at most [`FORGET_MAX`]. Says how many.
pub fn forget(tx: &mut WriteTx<'_>, before: Timestamp) -> Result<u64, Error> {
    tx.execute(&FORGET, &[at(before), Value::Int(FORGET_MAX)])
}

fn node(mut row: Row) -> Result<NodeRow, Error> {
    Ok(NodeRow {
        id: row.take(0)?,
        boot: row.get(1)?,
        role: row.take(2)?,
        version: row.take(3)?,
        state: row.take(4)?,
        reason: row.take(5)?,
        applied: Revision { epoch: row.get(6)?, n: row.get(7)? },
        proven: Revision { epoch: row.get(8)?, n: row.get(9)? },
        root: row.get(10)?,
        fingerprint: row.get(11)?,
        nack: row.take(12)?,
        lease_ms: row.get(13)?,
        heard: from_micros(row.get(14)?),
    })
}
