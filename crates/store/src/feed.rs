//! What replicas follow: the deltas of revisions, and what an operator approved.
//!
//! A delta is written with its revision. A payload without bytes stands for one that was too large
//! to keep: nobody gets past it without a snapshot.

use firebell_domain::directory::Revision;
use firebell_sql::{Error, ReadTx, Statement, Value, WriteTx};

use crate::configuration::revision;

/// What an approval of a snapshot of unusual size is called.
pub const SNAPSHOT: &str = "snapshot";

const ADD: Statement = Statement::new(
    "feed.add",
    "insert into config_deltas (epoch, n, at, payload, root) values (?1, ?2, ?3, ?4, ?5)",
);
const SIZES: Statement = Statement::new(
    "feed.sizes",
    "select n, length(payload) from config_deltas where epoch = ?1 and n > ?2 order by n limit ?3",
);
const RANGE: Statement = Statement::new(
    "feed.range",
    "select n, at, payload, root from config_deltas \
     where epoch = ?1 and n > ?2 and n <= ?3 order by n",
);
const OLDEST: Statement = Statement::new(
    "feed.oldest",
    "select epoch, n, at from config_deltas order by epoch, n limit ?1",
);
const FORGET: Statement =
    Statement::new("feed.forget", "delete from config_deltas where (epoch, n) <= (?1, ?2)");
const APPROVE: Statement = Statement::new(
    "feed.approve",
    "insert into approvals (what, epoch, n, at, actor, reason) values (?1, ?2, ?3, ?4, ?5, ?6) \
     on conflict (what, epoch, n) do update set at = excluded.at, actor = excluded.actor, \
     reason = excluded.reason",
);
const APPROVED: Statement = Statement::new(
    "feed.approved",
    "select epoch, n from approvals where what = ?1 order by epoch desc, n desc limit 1",
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[ADD, SIZES, RANGE, OLDEST, FORGET, APPROVE, APPROVED];

/// The delta of a revision as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct DeltaRow {
    /// Of which revision.
    pub revision: Revision,
    /// When it was committed, in microseconds since the epoch.
    pub at: i64,
    /// What it does, encoded; nothing if that was too large.
    pub payload: Vec<u8>,
    /// The digest of all configuration after it.
    pub root: [u8; 32],
}

/// Payloads hold hashes of secrets.
impl std::fmt::Debug for DeltaRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeltaRow({}, {} bytes)", self.revision, self.payload.len())
    }
}

/// Something an operator let pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// What: the guard's word, or [`SNAPSHOT`].
    pub what: String,
    /// With, or up to, which revision.
    pub revision: Revision,
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// Adds the delta of a revision. The head must be locked.
///
/// # Errors
/// What the engine reports.
pub fn add(tx: &mut WriteTx<'_>, row: &DeltaRow) -> Result<(), Error> {
    let values = [
        row.revision.epoch.into(),
        row.revision.n.into(),
        row.at.into(),
        // A payload of sixteen bytes is no id, but stored all the same.
        Value::from(row.payload.as_slice()),
        row.root.into(),
    ];
    tx.execute(&ADD, &values).map(drop)
}

/// Deltas of an epoch after a revision, in order, without gaps from the first one on: at most
/// `count`, and of at most `bytes` together unless the first alone has more.
///
/// # Errors
/// What the engine reports.
pub fn after(
    tx: &mut ReadTx<'_>,
    after: Revision,
    count: i64,
    bytes: i64,
) -> Result<Vec<DeltaRow>, Error> {
    let epoch = after.epoch;
    let sizes = tx.query(&SIZES, &[epoch.into(), after.n.into(), count.max(0).into()])?;
    let (mut upto, mut sum) = (after.n, 0_i64);
    for row in sizes {
        let (n, size): (i64, i64) = (row.get(0)?, row.get(1)?);
        sum = sum.saturating_add(size);
        if upto > after.n && sum > bytes {
            break;
        }
        upto = n;
    }
    if upto == after.n {
        return Ok(Vec::new());
    }
    let rows = tx.query(&RANGE, &[epoch.into(), after.n.into(), upto.into()])?;
    rows.into_iter()
        .map(|mut row| {
            Ok(DeltaRow {
                revision: Revision { epoch, n: row.get(0)? },
                at: row.get(1)?,
                payload: row.take(2)?,
                root: row.get(3)?,
            })
        })
        .collect()
}

/// Removes the oldest deltas, at most `limit`, as long as they are not newer than `upto` or were
/// committed before an instant. Returns the newest that was removed.
///
/// # Errors
/// What the engine reports.
pub fn forget(
    tx: &mut WriteTx<'_>,
    upto: Revision,
    committed_before: i64,
    limit: i64,
) -> Result<Option<Revision>, Error> {
    let mut last = None;
    for row in tx.query(&OLDEST, &[limit.max(0).into()])? {
        let (found, at): (Revision, i64) = (revision(&row, 0)?, row.get(2)?);
        // Nothing behind a delta that stays is removed: there would be a gap.
        if found > upto && at >= committed_before {
            break;
        }
        last = Some(found);
    }
    if let Some(Revision { epoch, n }) = last {
        tx.execute(&FORGET, &[epoch.into(), n.into()])?;
    }
    Ok(last)
}

/// Records what an operator let pass; the last approval of the same thing counts.
///
/// # Errors
/// What the engine reports.
pub fn approve(tx: &mut WriteTx<'_>, row: &ApprovalRow) -> Result<(), Error> {
    let values = [
        Value::from(&row.what),
        row.revision.epoch.into(),
        row.revision.n.into(),
        row.at.into(),
        Value::from(&row.actor),
        Value::from(&row.reason),
    ];
    tx.execute(&APPROVE, &values).map(drop)
}

/// The newest revision up to which something was approved.
///
/// # Errors
/// What the engine reports.
pub fn approved(tx: &mut ReadTx<'_>, what: &str) -> Result<Option<Revision>, Error> {
    let row = tx.query_opt(&APPROVED, &[what.into()])?;
    row.map(|row| revision(&row, 0)).transpose()
}
