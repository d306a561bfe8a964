//! Timelines: one row per alert and transaction, holding that transaction's entries as a JSON array.
//!
//! An entry is `[micros, step, what, person, device, group, notification]`, ids as UUID texts or null,
//! trailing nulls left out. What happened is `["code", argument, …]` (see `put`), or a text by itself: an
//! English sentence.

mod put;
mod take;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use firebell_base::time::from_micros;
use firebell_base::{Id, Random, Timestamp};
use firebell_domain::alert::AlertId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::timeline::{Entry, Step};
use firebell_sql::{BulkInsert, ColumnType as C, Error, ReadTx, Statement, Value, WriteTx};
use serde_json::Value as Json;

use crate::codec::id;

/// The most rows of one alert that are read.
const ROWS_MAX: i64 = 10_000;

const OF_ALERT: Statement = Statement::new(
    "timeline.of_alert",
    "select entries from timeline where instance_no = ?1 and alert_id = ?2 order by id limit ?3",
);
const INSERT: BulkInsert = BulkInsert {
    name: "timeline.insert",
    table: "timeline",
    columns: &[
        ("instance_no", C::Int),
        ("alert_id", C::Blob),
        ("id", C::Blob),
        ("entries", C::Text),
    ],
    on_conflict: "",
};

/// Every statement of this module.
pub const ALL: &[Statement] = &[OF_ALERT];
/// Every bulk insert of this module.
pub const INSERTS: &[BulkInsert] = &[INSERT];

/// The entries that one transaction adds, by alert.
pub type Entries = BTreeMap<(InstanceNo, AlertId), Vec<Entry>>;

/// Adds entries.
pub fn insert(
    tx: &mut WriteTx<'_>,
    entries: &Entries,
    now: Timestamp,
    random: &Random,
) -> Result<(), Error> {
    let rows = entries
        .iter()
        .map(|((no, alert), entries)| {
            let row: Id<Entry> = Id::new(random, now);
            vec![Value::Int(no.0), id(*alert), id(row), Value::Text(encode(entries))]
        })
        .collect();
    tx.bulk_insert(&INSERT, rows).map(drop)
}

/// An alert's timeline, oldest first.
pub fn of_alert(tx: &mut ReadTx<'_>, no: InstanceNo, alert: AlertId) -> Result<Vec<Entry>, Error> {
    let rows = tx.query(&OF_ALERT, &[Value::Int(no.0), id(alert), Value::Int(ROWS_MAX)])?;
    let mut all = Vec::new();
    for row in rows {
        all.append(&mut decode(&row.get::<String>(0)?)?);
    }
    // Rows are ordered by the millisecond of their transaction; entries know their microsecond.
    all.sort_by_key(|entry| entry.at);
    Ok(all)
}

fn encode(entries: &[Entry]) -> String {
    let mut out = String::with_capacity(entries.len() * 160);
    out.push('[');
    for (i, entry) in entries.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        encode_entry(entry, &mut out);
    }
    out.push(']');
    out
}

fn encode_entry(entry: &Entry, out: &mut String) {
    let ids = [
        entry.person.map(Id::uuid),
        entry.device.map(Id::uuid),
        entry.group.map(Id::uuid),
        entry.notification.map(Id::uuid),
    ];
    let used = ids.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    // A hot path: everything is written where it ends up. A String takes everything.
    let write = |out: &mut String| -> std::fmt::Result {
        write!(out, "[{},\"{}\",", entry.at.as_microsecond(), entry.step.word())?;
        put::put(&entry.what, out);
        for uuid in ids.iter().take(used) {
            match uuid {
                Some(uuid) => write!(out, ",\"{uuid}\"")?,
                None => out.push_str(",null"),
            }
        }
        Ok(())
    };
    let written = write(out);
    debug_assert!(written.is_ok(), "a String takes everything");
    out.push(']');
}

pub(crate) fn decode(text: &str) -> Result<Vec<Entry>, Error> {
    let broken = |cause: &str| Error::broken("A stored timeline entry is damaged.", cause);
    let rows: Vec<Vec<Json>> = serde_json::from_str(text).map_err(|e| broken(&e.to_string()))?;
    rows.iter()
        .map(|row| {
            let micros = row.first().and_then(Json::as_i64).ok_or_else(|| broken("instant"))?;
            let step = row.get(1).and_then(Json::as_str).and_then(Step::from_word);
            let what = row.get(2).ok_or_else(|| broken("what"))?;
            Ok(Entry {
                at: from_micros(micros),
                step: step.ok_or_else(|| broken("step"))?,
                what: take::take(what),
                person: uuid(row, 3),
                device: uuid(row, 4),
                group: uuid(row, 5),
                notification: uuid(row, 6),
            })
        })
        .collect()
}

fn uuid<T>(row: &[Json], i: usize) -> Option<Id<T>> {
    row.get(i)?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests;
