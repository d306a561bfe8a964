//! The configuration log: what each revision changed, who did it, and why.
//!
//! Written with every change; read by *history*, *diff* and whoever asks what was so in the past.

use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{BulkInsert, ColumnType, Error, ReadTx, Row, Statement, Value, WriteTx};

use crate::configuration::revision;

/// Entries of the log one call returns at most.
pub const LOG_PAGE_MAX: i64 = 1_000;
/// Revisions of the log one call returns at most: a page of 200, and one more to see whether it ends there.
pub const REVISIONS_PAGE_MAX: i64 = 201;

const LOG: Statement = Statement::new(
    "history.log",
    "select epoch, n, instance_no, kind, id, at, author, reason, was_epoch, was_n, before, after \
     from config_log where instance_no = ?1 and (epoch, n) <= (?2, ?3) \
     and ((epoch, n) < (?2, ?3) or (kind, id) > (?4, ?5)) \
     order by epoch desc, n desc, kind, id limit ?6",
);
const OF_REVISION: Statement = Statement::new(
    "history.of_revision",
    "select epoch, n, instance_no, kind, id, at, author, reason, was_epoch, was_n, before, after \
     from config_log where instance_no = ?1 and epoch = ?2 and n = ?3 order by kind, id limit ?4",
);
const REVISIONS: Statement = Statement::new(
    "history.revisions",
    "select epoch, n, instance_no, min(at), min(author), min(reason), count(*) from config_log \
     where instance_no = ?1 and (epoch, n) < (?2, ?3) group by epoch, n, instance_no \
     order by epoch desc, n desc limit ?4",
);
const ALL_REVISIONS: Statement = Statement::new(
    "history.all_revisions",
    "select epoch, n, instance_no, min(at), min(author), min(reason), count(*) from config_log \
     where (epoch, n) < (?1, ?2) group by epoch, n, instance_no \
     order by epoch desc, n desc, instance_no desc limit ?3",
);
const AS_OF: Statement = Statement::new(
    "history.as_of",
    "select epoch, n from config_log where instance_no = ?1 and at <= ?2 \
     order by epoch desc, n desc limit 1",
);
const LAST: Statement = Statement::new(
    "history.last",
    "select epoch, n from config_log where instance_no = ?1 and (epoch, n) <= (?2, ?3) \
     order by epoch desc, n desc limit 1",
);

const APPEND: BulkInsert = BulkInsert {
    name: "history.append",
    table: "config_log",
    columns: &[
        ("epoch", ColumnType::Int),
        ("n", ColumnType::Int),
        ("instance_no", ColumnType::Int),
        ("kind", ColumnType::Text),
        ("id", ColumnType::Blob),
        ("at", ColumnType::Int),
        ("author", ColumnType::Text),
        ("reason", ColumnType::Text),
        ("was_epoch", ColumnType::Int),
        ("was_n", ColumnType::Int),
        ("before", ColumnType::Text),
        ("after", ColumnType::Text),
    ],
    on_conflict: "",
};

/// Every plain statement, for the catalogue test.
pub const ALL: &[Statement] = &[LOG, OF_REVISION, REVISIONS, ALL_REVISIONS, AS_OF, LAST];
/// Every bulk insert.
pub const INSERTS: &[BulkInsert] = &[APPEND];

/// One changed entity in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The change it is part of.
    pub revision: Revision,
    /// Whose configuration.
    pub instance: InstanceNo,
    /// The kind's word; `instance` for the making of the instance itself.
    pub kind: String,
    /// Which entity.
    pub id: [u8; 16],
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// Who changed it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The revision that changed it before; none for a new entity.
    pub was: Option<Revision>,
    /// The body before, without secrets; none for a new entity.
    pub before: Option<String>,
    /// The body after, without secrets; none for a removed entity.
    pub after: Option<String>,
}

/// What one revision did to one instance, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// Which.
    pub revision: Revision,
    /// Whose configuration.
    pub instance: InstanceNo,
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// How many entities it changed.
    pub entries: i64,
}

/// Appends to the log.
///
/// # Errors
/// What the engine reports.
pub fn append(tx: &mut WriteTx<'_>, rows: Vec<LogRow>) -> Result<(), Error> {
    let values = |row: LogRow| {
        vec![
            row.revision.epoch.into(),
            row.revision.n.into(),
            row.instance.0.into(),
            row.kind.into(),
            row.id.into(),
            row.at.into(),
            row.author.into(),
            row.reason.into(),
            row.was.map(|was| was.epoch).into(),
            row.was.map(|was| was.n).into(),
            row.before.into(),
            row.after.into(),
        ]
    };
    tx.bulk_insert(&APPEND, rows.into_iter().map(values).collect()).map(drop)
}

/// Entries of an instance's log up to a revision, newest first, within a revision by kind and id;
/// at most [`LOG_PAGE_MAX`]. `after` leaves out what that revision did up to this kind and id.
///
/// # Errors
/// What the engine reports.
pub fn log(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    upto: Revision,
    after: Option<(&str, [u8; 16])>,
    limit: i64,
) -> Result<Vec<LogRow>, Error> {
    let limit = limit.clamp(0, LOG_PAGE_MAX);
    let (kind, id) = after.map_or_else(
        || (Value::from(""), Value::Blob(Vec::new())),
        |(kind, id)| (Value::from(kind), Value::from(id)),
    );
    let values = [no.0.into(), upto.epoch.into(), upto.n.into(), kind, id, limit.into()];
    tx.query(&LOG, &values)?.into_iter().map(log_row).collect()
}

/// What a revision did to an instance, by kind and id; at most [`LOG_PAGE_MAX`].
///
/// # Errors
/// What the engine reports.
pub fn of_revision(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    at: Revision,
    limit: i64,
) -> Result<Vec<LogRow>, Error> {
    let limit = limit.clamp(0, LOG_PAGE_MAX);
    let values = [no.0.into(), at.epoch.into(), at.n.into(), limit.into()];
    tx.query(&OF_REVISION, &values)?.into_iter().map(log_row).collect()
}

/// Revisions before one, newest first: of one instance, or of all. At most
/// [`REVISIONS_PAGE_MAX`].
///
/// # Errors
/// What the engine reports.
pub fn revisions(
    tx: &mut ReadTx<'_>,
    no: Option<InstanceNo>,
    before: Revision,
    limit: i64,
) -> Result<Vec<RevisionRow>, Error> {
    let limit = limit.clamp(0, REVISIONS_PAGE_MAX);
    let (epoch, n) = (before.epoch, before.n);
    let rows = match no {
        Some(no) => tx.query(&REVISIONS, &[no.0.into(), epoch.into(), n.into(), limit.into()])?,
        None => tx.query(&ALL_REVISIONS, &[epoch.into(), n.into(), limit.into()])?,
    };
    rows.into_iter().map(revision_row).collect()
}

/// The newest revision of an instance that was made up to an instant; none if it is younger.
///
/// # Errors
/// What the engine reports.
pub fn as_of(tx: &mut ReadTx<'_>, no: InstanceNo, at: i64) -> Result<Option<Revision>, Error> {
    let row = tx.query_opt(&AS_OF, &[no.0.into(), at.into()])?;
    row.map(|row| revision(&row, 0)).transpose()
}

/// The newest revision of an instance up to a revision; none if it is younger.
///
/// # Errors
/// What the engine reports.
pub fn last(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    upto: Revision,
) -> Result<Option<Revision>, Error> {
    let row = tx.query_opt(&LAST, &[no.0.into(), upto.epoch.into(), upto.n.into()])?;
    row.map(|row| revision(&row, 0)).transpose()
}

pub(crate) fn log_row(mut row: Row) -> Result<LogRow, Error> {
    let was: (Option<i64>, Option<i64>) = (row.get(8)?, row.get(9)?);
    Ok(LogRow {
        revision: revision(&row, 0)?,
        instance: InstanceNo(row.get(2)?),
        kind: row.take(3)?,
        id: row.get(4)?,
        at: row.get(5)?,
        author: row.take(6)?,
        reason: row.take(7)?,
        was: was.0.zip(was.1).map(|(epoch, n)| Revision { epoch, n }),
        before: row.take(10)?,
        after: row.take(11)?,
    })
}

fn revision_row(mut row: Row) -> Result<RevisionRow, Error> {
    Ok(RevisionRow {
        revision: revision(&row, 0)?,
        instance: InstanceNo(row.get(2)?),
        at: row.get(3)?,
        author: row.take(4)?,
        reason: row.take(5)?,
        entries: row.get(6)?,
    })
}
