//! The configuration log as people search it: revisions in windows, and the history of one entity.
//!
//! Read by the pages about configuration, through `config`. A search reads the log in windows of a bounded
//! number of entries, so that its time does not grow with the log: the caller asks for as many windows as it
//! can afford. Nothing here writes.

use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Error, ReadTx, Row, Statement, Value};

use crate::configuration::revision;
use crate::history::{LOG_PAGE_MAX, LogRow, log_row};

/// Entries of the log one window has at most.
pub const WINDOW_MAX: i64 = 5_000;
/// Kinds one revision can have changed: more than there are.
const KINDS_MAX: i64 = 64;

const FLOOR: Statement = Statement::new(
    "revisions.floor",
    "select epoch, n from config_log where instance_no = ?1 and (epoch, n) < (?2, ?3) \
     order by epoch desc, n desc limit 1 offset ?4",
);
const BETWEEN: Statement = Statement::new(
    "revisions.between",
    "select epoch, n, kind, count(*), min(at), min(author), min(reason) from config_log \
     where instance_no = ?1 and (epoch, n) < (?2, ?3) and (epoch, n) > (?4, ?5) \
     group by epoch, n, kind order by epoch desc, n desc, kind limit ?6",
);
/// By the primary key, which has the kind: also a revision of 500,000 entries is counted from the index.
const KINDS: Statement = Statement::new(
    "revisions.kinds",
    "select kind, count(*) from config_log where instance_no = ?1 and epoch = ?2 and n = ?3 \
     group by kind order by kind limit ?4",
);
/// Inside are at most as many entries as a window has, so that a revision of very many is not read whole.
const ALIKE: Statement = Statement::new(
    "revisions.alike",
    "select epoch, n, instance_no, kind, id, at, author, reason, was_epoch, was_n, before, after \
     from (select epoch, n, instance_no, kind, id, at, author, reason, was_epoch, was_n, before, \
     after from config_log where instance_no = ?1 and (epoch, n) < (?2, ?3) \
     and (epoch, n) > (?4, ?5) order by epoch desc, n desc limit ?7) newest \
     where lower(reason) like ?6 escape '!' or lower(before) like ?6 escape '!' \
     or lower(after) like ?6 escape '!'",
);
const ENTRY: Statement = Statement::new(
    "revisions.entry",
    "select epoch, n, instance_no, kind, id, at, author, reason, was_epoch, was_n, before, after \
     from config_log where instance_no = ?1 and epoch = ?2 and n = ?3 and kind = ?4 and id = ?5",
);
const LAST_OF_ENTITY: Statement = Statement::new(
    "revisions.last_of_entity",
    "select epoch, n from (select epoch, n, kind, id from config_log where instance_no = ?1 \
     order by epoch desc, n desc limit ?4) newest where kind = ?2 and id = ?3 \
     order by epoch desc, n desc limit 1",
);
const NEWER: Statement = Statement::new(
    "revisions.newer",
    "select epoch, n from config_log where instance_no = ?1 and (epoch, n) > (?2, ?3) \
     order by epoch, n limit 1",
);
const OLDER: Statement = Statement::new(
    "revisions.older",
    "select epoch, n from config_log where instance_no = ?1 and (epoch, n) < (?2, ?3) \
     order by epoch desc, n desc limit 1",
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[FLOOR, BETWEEN, KINDS, ALIKE, ENTRY, LAST_OF_ENTITY, NEWER, OLDER];

/// What a revision did to the entities of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRow {
    /// Which revision.
    pub revision: Revision,
    /// The kind's word.
    pub kind: String,
    /// How many entities of the kind.
    pub count: i64,
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
}

/// The revision of the `entries`th entry of an instance's log before a revision; none if there are not so
/// many.
///
/// # Errors
/// What the engine reports.
pub fn floor(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    before: Revision,
    entries: i64,
) -> Result<Option<Revision>, Error> {
    let entries = entries.clamp(1, WINDOW_MAX);
    let values = [no.0.into(), before.epoch.into(), before.n.into(), entries.into()];
    tx.query_opt(&FLOOR, &values)?.map(|row| revision(&row, 0)).transpose()
}

/// What the revisions before one and after another did, newest first, by kind. The caller has made sure by
/// [`floor`] that there are at most [`WINDOW_MAX`] entries between.
///
/// # Errors
/// What the engine reports.
pub fn between(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    before: Revision,
    after: Revision,
) -> Result<Vec<KindRow>, Error> {
    let mut values = window(no, before, after);
    values.push(WINDOW_MAX.into());
    let row = |mut row: Row| {
        Ok(KindRow {
            revision: revision(&row, 0)?,
            kind: row.take(2)?,
            count: row.get(3)?,
            at: row.get(4)?,
            author: row.take(5)?,
            reason: row.take(6)?,
        })
    };
    tx.query(&BETWEEN, &values)?.into_iter().map(row).collect()
}

/// How many entities of each kind a revision changed.
///
/// # Errors
/// What the engine reports.
pub fn kinds(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    at: Revision,
) -> Result<Vec<(String, i64)>, Error> {
    let values = [no.0.into(), at.epoch.into(), at.n.into(), KINDS_MAX.into()];
    let rows = tx.query(&KINDS, &values)?.into_iter();
    rows.map(|mut row| Ok((row.take(0)?, row.get(1)?))).collect()
}

/// Of the first [`WINDOW_MAX`] entries between two revisions, as [`between`], those of which the reason
/// or a body may contain a text. What matches here may not match a closer look, and what does not
/// match does not contain it.
///
/// # Errors
/// What the engine reports.
pub fn alike(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    before: Revision,
    after: Revision,
    text: &str,
) -> Result<Vec<LogRow>, Error> {
    let mut values = window(no, before, after);
    values.push(Value::from(pattern(text).as_str()));
    values.push(WINDOW_MAX.into());
    tx.query(&ALIKE, &values)?.into_iter().map(log_row).collect()
}

/// What a revision did to one entity; none if it did nothing to it.
///
/// # Errors
/// What the engine reports.
pub fn entry(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    at: Revision,
    (kind, id): (&str, [u8; 16]),
) -> Result<Option<LogRow>, Error> {
    let values = [no.0.into(), at.epoch.into(), at.n.into(), kind.into(), id.into()];
    tx.query_opt(&ENTRY, &values)?.map(log_row).transpose()
}

/// The newest revision that changed an entity, if it is among the newest [`WINDOW_MAX`] entries of the
/// instance. For entities that are gone: of the others the directory knows it.
///
/// # Errors
/// What the engine reports.
pub fn last_of_entity(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    (kind, id): (&str, [u8; 16]),
) -> Result<Option<Revision>, Error> {
    let values = [no.0.into(), kind.into(), id.into(), WINDOW_MAX.into()];
    tx.query_opt(&LAST_OF_ENTITY, &values)?.map(|row| revision(&row, 0)).transpose()
}

/// The revisions of an instance next to one: the older and the newer.
///
/// # Errors
/// What the engine reports.
pub fn neighbours(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    at: Revision,
) -> Result<(Option<Revision>, Option<Revision>), Error> {
    let values = [no.0.into(), at.epoch.into(), at.n.into()];
    let mut one = |statement: &Statement| {
        tx.query_opt(statement, &values)?.map(|row| revision(&row, 0)).transpose()
    };
    Ok((one(&OLDER)?, one(&NEWER)?))
}

/// The rows of a revision after a kind and id; at most [`LOG_PAGE_MAX`].
///
/// # Errors
/// What the engine reports.
pub fn of_revision_after(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    at: Revision,
    after: Option<(&str, [u8; 16])>,
    limit: i64,
) -> Result<Vec<LogRow>, Error> {
    let mut rows = crate::history::log(tx, no, at, after, limit.clamp(0, LOG_PAGE_MAX))?;
    rows.retain(|row| row.revision == at);
    Ok(rows)
}

fn window(no: InstanceNo, before: Revision, after: Revision) -> Vec<Value> {
    vec![no.0.into(), before.epoch.into(), before.n.into(), after.epoch.into(), after.n.into()]
}

/// What `like` is to find: engines fold only ASCII alike, and JSON writes some characters otherwise, so all
/// others are left open.
fn pattern(text: &str) -> String {
    let mut out = String::from("%");
    for c in text.to_lowercase().chars() {
        match c {
            '%' | '_' | '!' => out.extend(['!', c]),
            '"' | '\\' => out.push('%'),
            c if c.is_ascii() && !c.is_ascii_control() => out.push(c),
            _ => out.push('%'),
        }
    }
    out.push('%');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_find_at_least_what_is_meant() {
        assert_eq!(pattern("Ann"), "%ann%");
        assert_eq!(pattern("50%_!"), "%50!%!_!!%");
        assert_eq!(pattern("Ärger \"x\""), "%%rger %x%%");
    }
}
