//! The feed from the database: head and deltas, and what becomes of old deltas.
//!
//! Called inside transactions by the source of replicas and by the server that feeds followers; pages of a
//! snapshot are in [`loading`](crate::loading). Deltas that cannot be had any more are never guessed at:
//! then a snapshot is needed.

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::directory::Revision;
use firebell_sql::{Error, ReadTx, WriteTx};
use firebell_store::configuration as heads;
use firebell_store::feed::{self as store, DeltaRow, SNAPSHOT};

use super::{ANSWER_BYTES_MAX, DELTAS_MAX, Delta, DeltaPart, Deltas, Head};
use crate::digest::Digest;

/// For how long deltas are kept.
pub const KEPT_SECONDS: i64 = 24 * 3_600;
/// How many revisions' deltas are kept.
pub const KEPT_REVISIONS: i64 = 100_000;

/// Where the authority is, as this transaction sees it.
///
/// # Errors
/// What the engine reports.
pub fn head(tx: &mut ReadTx<'_>) -> Result<Head, Error> {
    let head = heads::whole_head(tx)?;
    let approved = store::approved(tx, SNAPSHOT)?;
    Ok(Head {
        cell: head.cell,
        revision: head.revision,
        root: Digest::from_bytes(head.root),
        floor: Revision { epoch: head.revision.epoch, n: head.floor },
        approved,
    })
}

/// What came after a revision, oldest first: at most [`DELTAS_MAX`], and [`ANSWER_BYTES_MAX`] together.
///
/// # Errors
/// What the engine reports.
pub fn deltas(tx: &mut ReadTx<'_>, after: Revision) -> Result<Deltas, Error> {
    let head = heads::whole_head(tx)?;
    if after == head.revision {
        return Ok(Deltas::Next(Vec::new()));
    }
    if after.epoch != head.revision.epoch || after > head.revision || after.n < head.floor {
        return Ok(Deltas::Gone);
    }
    let (count, bytes) = (bound(DELTAS_MAX), bound(ANSWER_BYTES_MAX));
    let mut prev = after;
    let mut list = Vec::new();
    for row in store::after(tx, after, count, bytes)? {
        let next = Revision { n: prev.n + 1, ..prev };
        let Some(delta) = decoded(&row, head.cell, prev).filter(|delta| delta.revision == next)
        else {
            break;
        };
        prev = next;
        list.push(delta);
    }
    Ok(if list.is_empty() { Deltas::Gone } else { Deltas::Next(list) })
}

/// Removes deltas that are older than [`KEPT_SECONDS`] or [`KEPT_REVISIONS`], at most `limit`. Says
/// whether there may be more.
///
/// # Errors
/// What the engine reports.
pub fn forget(tx: &mut WriteTx<'_>, now: Timestamp, limit: usize) -> Result<bool, Error> {
    let mut head = heads::lock_head(tx)?;
    let upto = Revision { n: head.revision.n - KEPT_REVISIONS, ..head.revision };
    let before = add_seconds(now, -KEPT_SECONDS).as_microsecond();
    let Some(last) = store::forget(tx, upto, before, bound(limit))? else { return Ok(false) };
    if last.epoch == head.revision.epoch && last.n > head.floor {
        head.floor = last.n;
        heads::set_head(tx, &head)?;
    }
    Ok(true)
}

/// What a revision does, as stored.
///
/// # Errors
/// [`Error::Broken`] if it cannot be encoded.
pub(crate) fn encode(parts: &[DeltaPart]) -> Result<Vec<u8>, Error> {
    let broken = |error| Error::broken("A change of configuration cannot be encoded.", error);
    postcard::to_allocvec(parts).map_err(broken)
}

/// None if it was too large to keep, or is damaged.
fn decoded(row: &DeltaRow, cell: [u8; 16], prev: Revision) -> Option<Delta> {
    if row.payload.is_empty() {
        return None;
    }
    match postcard::from_bytes(&row.payload) {
        Ok(parts) => Some(Delta {
            cell,
            revision: row.revision,
            prev,
            at: row.at,
            parts,
            root: Digest::from_bytes(row.root),
        }),
        Err(error) => {
            let revision = row.revision.to_string();
            tracing::error!(
                config.revision = revision,
                cause = %error,
                "a stored delta cannot be read; replicas take a snapshot instead"
            );
            None
        }
    }
}

fn bound(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
