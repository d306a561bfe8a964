//! The audit: every administrative act, in a hash chain.
//!
//! What is hashed is decided in `config`; here are the rows. The newest entry is also kept in a row
//! of its own, which is locked to append: entries missing at the end show, and writers wait for each
//! other.

use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Error, ReadTx, Row, Statement, Value, WriteTx};

use crate::configuration::revision;

/// Entries one call returns at most.
pub const PAGE_MAX: i64 = 1_000;

const LOCK_HEAD: Statement = Statement::new(
    "audit.lock_head",
    "select seq, hash from audit_head where one = 1 {for_update}",
);
const HEAD: Statement =
    Statement::new("audit.head", "select seq, hash from audit_head where one = 1");
const SET_HEAD: Statement =
    Statement::new("audit.set_head", "update audit_head set seq = ?1, hash = ?2 where one = 1");
const ADD: Statement = Statement::new(
    "audit.add",
    "insert into audit (seq, at, instance_no, actor, act, subject, reason, detail, epoch, n, \
     prev, hash) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
);
const AFTER: Statement = Statement::new(
    "audit.after",
    "select seq, at, instance_no, actor, act, subject, reason, detail, epoch, n, prev, hash \
     from audit where seq > ?1 order by seq limit ?2",
);
const BEFORE: Statement = Statement::new(
    "audit.before",
    "select seq, at, instance_no, actor, act, subject, reason, detail, epoch, n, prev, hash \
     from audit where seq < ?1 order by seq desc limit ?2",
);
const BEFORE_OF_INSTANCE: Statement = Statement::new(
    "audit.before_of_instance",
    "select seq, at, instance_no, actor, act, subject, reason, detail, epoch, n, prev, hash \
     from audit where instance_no = ?1 and seq < ?2 order by seq desc limit ?3",
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[LOCK_HEAD, HEAD, SET_HEAD, ADD, AFTER, BEFORE, BEFORE_OF_INSTANCE];

/// An entry as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1, without gaps.
    pub seq: i64,
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// About which instance; none for what concerns all.
    pub instance: Option<InstanceNo>,
    /// Who.
    pub actor: String,
    /// What was done: a word such as `config.change`.
    pub act: String,
    /// To what.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// More, in words or JSON; never a secret.
    pub detail: String,
    /// The configuration's revision after it.
    pub revision: Revision,
    /// The hash of the entry before.
    pub prev: [u8; 32],
    /// The hash of this one.
    pub hash: [u8; 32],
}

/// Number and hash of the newest entry; zeros before the first.
///
/// # Errors
/// What the engine reports.
pub fn head(tx: &mut ReadTx<'_>) -> Result<(i64, [u8; 32]), Error> {
    let row = tx.query_one(&HEAD, &[])?;
    Ok((row.get(0)?, row.get(1)?))
}

/// The same; nobody else can append until this transaction ends.
///
/// # Errors
/// What the engine reports.
pub fn lock_head(tx: &mut WriteTx<'_>) -> Result<(i64, [u8; 32]), Error> {
    let row = tx.query_one(&LOCK_HEAD, &[])?;
    Ok((row.get(0)?, row.get(1)?))
}

/// Appends an entry. The audit's head must be locked.
///
/// # Errors
/// What the engine reports.
pub fn add(tx: &mut WriteTx<'_>, row: &AuditRow) -> Result<(), Error> {
    let values = [
        row.seq.into(),
        row.at.into(),
        row.instance.map(|no| no.0).into(),
        Value::from(&row.actor),
        Value::from(&row.act),
        Value::from(&row.subject),
        Value::from(&row.reason),
        Value::from(&row.detail),
        row.revision.epoch.into(),
        row.revision.n.into(),
        row.prev.into(),
        row.hash.into(),
    ];
    tx.execute(&ADD, &values)?;
    tx.execute(&SET_HEAD, &[row.seq.into(), row.hash.into()]).map(drop)
}

/// Entries after a number, oldest first; at most [`PAGE_MAX`].
///
/// # Errors
/// What the engine reports.
pub fn after(tx: &mut ReadTx<'_>, seq: i64, limit: i64) -> Result<Vec<AuditRow>, Error> {
    let limit = limit.clamp(0, PAGE_MAX);
    tx.query(&AFTER, &[seq.into(), limit.into()])?.into_iter().map(audit_row).collect()
}

/// Entries before a number, newest first, of one instance or of all; at most [`PAGE_MAX`].
///
/// # Errors
/// What the engine reports.
pub fn before(
    tx: &mut ReadTx<'_>,
    no: Option<InstanceNo>,
    seq: i64,
    limit: i64,
) -> Result<Vec<AuditRow>, Error> {
    let limit = limit.clamp(0, PAGE_MAX);
    let rows = match no {
        Some(no) => tx.query(&BEFORE_OF_INSTANCE, &[no.0.into(), seq.into(), limit.into()])?,
        None => tx.query(&BEFORE, &[seq.into(), limit.into()])?,
    };
    rows.into_iter().map(audit_row).collect()
}

fn audit_row(mut row: Row) -> Result<AuditRow, Error> {
    Ok(AuditRow {
        seq: row.get(0)?,
        at: row.get(1)?,
        instance: row.get::<Option<i64>>(2)?.map(InstanceNo),
        actor: row.take(3)?,
        act: row.take(4)?,
        subject: row.take(5)?,
        reason: row.take(6)?,
        detail: row.take(7)?,
        revision: revision(&row, 8)?,
        prev: row.get(10)?,
        hash: row.get(11)?,
    })
}
