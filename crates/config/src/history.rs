//! What the configuration was: past directories, the list of revisions, and differences.
//!
//! Read by *history*, *diff*, and whoever asks who was on call at an instant. The past is put together by
//! undoing the configuration log from the newest state back. The log knows no secrets, so a past directory
//! has none: hashes are zeros, and nobody can sign in to it. Nothing here writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_domain::directory::{Directory, Kind, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_sql::ReadTx;
use firebell_store::configuration::{self as rows, InstanceRow};
use firebell_store::history::{self as log, LogRow, RevisionRow};
use serde_json::Value;

use crate::authority::Authority;
use crate::error::ConfigError;
use crate::loading::{self, Damage};
use crate::snapshots::Snapshots;
use crate::view::Held;
use crate::{check, codec};

/// Revisions one page of the history has at most.
pub const HISTORY_PAGE_MAX: usize = 200;
/// Entities shown of one revision of the history.
pub const SHOWN_PER_REVISION_MAX: usize = 50;
/// Entities one difference lists.
pub const DIFFERENCES_MAX: usize = 5_000;
/// Lines shown of one entity.
const LINES_MAX: usize = 200;
/// Lines one answer has: some megabytes, whatever was changed.
const LINES_OF_ANSWER_MAX: usize = 20_000;
/// Characters of a value shown in a line.
const VALUE_CHARS_MAX: usize = 500;
/// Instead of the hash of a secret, which the log does not know.
const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The kind under which the making of an instance is in the log.
pub(crate) const INSTANCE: &str = "instance";

/// A point in the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// As of this revision.
    Revision(Revision),
    /// As of the newest revision up to this instant.
    Instant(Timestamp),
}

/// What one revision did to one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which revision.
    pub revision: Revision,
    /// Whose configuration.
    pub instance: InstanceNo,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// How many entities it changed; the instance itself counts when it was made.
    pub count: u64,
    /// The first [`SHOWN_PER_REVISION_MAX`] of them.
    pub changes: Vec<Difference>,
}

/// What happened to an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It is new.
    Added,
    /// It is not what it was.
    Changed,
    /// It is gone.
    Removed,
}

/// How an entity differs between two revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The kind's word.
    pub kind: String,
    /// Which.
    pub id: [u8; 16],
    /// How it is called; its id if it has no name.
    pub name: String,
    /// What happened to it.
    pub what: What,
    /// Its fields. Without any, only what is secret changed, or it was changed there and back, or the
    /// answer had 20,000 lines before.
    pub lines: Vec<Line>,
}

/// How a field differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The field's path, such as `members.0`.
    pub field: String,
    /// Its value before; none if it was not there.
    pub before: Option<String>,
    /// Its value after; none if it is gone.
    pub after: Option<String>,
}

/// The difference between two points in the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The revision it begins at.
    pub from: Revision,
    /// The revision it ends at.
    pub to: Revision,
    /// What differs, by kind and name; at most [`DIFFERENCES_MAX`].
    pub entries: Vec<Difference>,
    /// How many more differ.
    pub left_out: usize,
}

impl Authority {
    /// An instance's configuration as it was; none if the instance was made later. One at a time, and giving
    /// way to everything else: it may undo the whole log.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`], [`ConfigError::Damaged`], [`ConfigError::Store`].
    pub async fn past(
        &self,
        no: InstanceNo,
        when: Moment,
    ) -> Result<Option<Directory>, ConfigError> {
        let snapshots = self.snapshots().clone();
        let read = move |tx: &mut ReadTx<'_>| past(tx, &snapshots, no, when);
        self.db().read_patiently("config.past", read, |past| past).await
    }

    /// Revisions before one (the newest without), newest first, of one instance or of all. Of all, there is
    /// an entry for each instance of a revision, and a page may be shorter so as not to cut one.
    ///
    /// # Errors
    /// [`ConfigError::Store`].
    pub async fn history(
        &self,
        no: Option<InstanceNo>,
        before: Option<Revision>,
        limit: usize,
    ) -> Result<Vec<Entry>, ConfigError> {
        self.db().read("config.history", move |tx| history(tx, no, before, limit)).await
    }

    /// How an instance's configuration differs between two points in the past; before it was made,
    /// there was nothing.
    ///
    /// # Errors
    /// As [`Authority::past`].
    pub async fn diff(&self, no: InstanceNo, a: Moment, b: Moment) -> Result<Diff, ConfigError> {
        let snapshots = self.snapshots().clone();
        let read = move |tx: &mut ReadTx<'_>| diff(tx, &snapshots, no, a, b);
        self.db().read_patiently("config.diff", read, |diff| diff).await
    }
}

/// See [`Authority::past`].
///
/// # Errors
/// As there.
pub fn past(
    tx: &mut ReadTx<'_>,
    snapshots: &Snapshots,
    no: InstanceNo,
    when: Moment,
) -> Result<Option<Directory>, ConfigError> {
    let row = rows::instance(tx, no)?.ok_or_else(|| ConfigError::Unknown(no.0.to_string()))?;
    let target = match when {
        Moment::Revision(upto) => log::last(tx, no, upto)?,
        Moment::Instant(at) => log::as_of(tx, no, at.as_microsecond())?,
    };
    let Some(target) = target else { return Ok(None) };
    let known = newest(tx, snapshots, &row)?;
    let mut directory = without_secrets(&known)?;
    let (mut upto, mut after) = (Revision { epoch: i64::MAX, n: 0 }, None::<(String, [u8; 16])>);
    // Each turn reads one bounded page and goes further back.
    loop {
        let key = after.as_ref().map(|(kind, id)| (kind.as_str(), *id));
        let page = log::log(tx, no, upto, key, log::LOG_PAGE_MAX)?;
        let Some(last) = page.last() else { break };
        (upto, after) = (last.revision, Some((last.kind.clone(), last.id)));
        for entry in page.iter().take_while(|entry| entry.revision > target) {
            undo(&mut directory, entry)?;
        }
        if upto <= target {
            break;
        }
    }
    directory.revision = target;
    Ok(Some(directory))
}

/// See [`Authority::history`].
///
/// # Errors
/// As there.
pub fn history(
    tx: &mut ReadTx<'_>,
    no: Option<InstanceNo>,
    before: Option<Revision>,
    limit: usize,
) -> Result<Vec<Entry>, ConfigError> {
    let before = before.unwrap_or(Revision { epoch: i64::MAX, n: 0 });
    let limit = limit.min(HISTORY_PAGE_MAX);
    let one_more = i64::try_from(limit + 1).unwrap_or(0);
    let revisions = whole_revisions(log::revisions(tx, no, before, one_more)?, limit);
    let shown = i64::try_from(SHOWN_PER_REVISION_MAX).unwrap_or(i64::MAX);
    let mut room = LINES_OF_ANSWER_MAX;
    revisions
        .into_iter()
        .map(|row| {
            let changes = log::of_revision(tx, row.instance, row.revision, shown)?;
            Ok(entry(row, &changes, &mut room))
        })
        .collect()
}

/// The first so many rows, without a last revision that does not fit with all its instances: the next page
/// begins before the last revision of this one. A revision of more instances than a page has is cut.
fn whole_revisions(mut rows: Vec<RevisionRow>, limit: usize) -> Vec<RevisionRow> {
    let cut = rows.get(limit).map(|next| next.revision);
    rows.truncate(limit);
    let whole = rows.iter().take_while(|row| Some(row.revision) != cut).count();
    if whole > 0 {
        rows.truncate(whole);
    }
    rows
}

/// See [`Authority::diff`].
///
/// # Errors
/// As there.
pub fn diff(
    tx: &mut ReadTx<'_>,
    snapshots: &Snapshots,
    no: InstanceNo,
    a: Moment,
    b: Moment,
) -> Result<Diff, ConfigError> {
    let (a, b) = (past(tx, snapshots, no, a)?, past(tx, snapshots, no, b)?);
    let revision = |side: &Option<Directory>| side.as_ref().map(|d| d.revision);
    let (from, to) = (revision(&a).unwrap_or_default(), revision(&b).unwrap_or_default());
    let keys = |side: &Option<Directory>| -> BTreeSet<(Kind, [u8; 16])> {
        let list = side.as_ref().map(Directory::entities).unwrap_or_default();
        list.iter().map(|entity| (entity.kind(), entity.id())).collect()
    };
    let all: BTreeSet<(Kind, [u8; 16])> = keys(&a).union(&keys(&b)).copied().collect();
    let mut out = Diff { from, to, entries: Vec::new(), left_out: 0 };
    let mut room = LINES_OF_ANSWER_MAX;
    for (kind, id) in all {
        let changed = |side: &Option<Directory>| side.as_ref()?.entity_revision(kind, id);
        if changed(&a) == changed(&b) {
            continue;
        }
        if out.entries.len() >= DIFFERENCES_MAX {
            out.left_out += 1;
            continue;
        }
        let body = |side: &Option<Directory>| {
            side.as_ref()?.entity(kind, id).map(|entity| codec::encode_for_log(&entity))
        };
        let (old, new) = (body(&a), body(&b));
        let mut found = difference((kind.word(), id), old.as_deref(), new.as_deref(), &mut room);
        let side = b.as_ref().filter(|b| b.entity_revision(kind, id).is_some()).or(a.as_ref());
        if let Some((side, entity)) = side.and_then(|d| Some((d, d.entity(kind, id)?))) {
            let label = check::label(side, &entity);
            let word = kind.word().replace('_', " ");
            label.strip_prefix(&word).unwrap_or(&label).trim().clone_into(&mut found.name);
        }
        out.entries.push(found);
    }
    Ok(out)
}

/// An instance as this transaction sees it: from memory if that is the same, else from its rows alone.
/// Whether everything has the head's digest is not asked: what was is read all the more if it has not.
fn newest(
    tx: &mut ReadTx<'_>,
    snapshots: &Snapshots,
    row: &InstanceRow,
) -> Result<Arc<Directory>, ConfigError> {
    let view = snapshots.view();
    let is_same = |held: &&Arc<Held>| {
        held.is_whole() && (held.modified(), held.digest().to_bytes()) == (row.modified, row.digest)
    };
    if let Some(known) = view.held(row.no).filter(is_same).and_then(|held| held.directory()) {
        return Ok(Arc::clone(known));
    }
    let unknown = || ConfigError::Unknown(row.no.0.to_string());
    let view = loading::one(tx, row)?;
    let held = view.held(row.no).ok_or_else(unknown)?;
    match held.damage().next() {
        Some(damage) => Err(ConfigError::Damaged(damage.clone())),
        None => held.directory().cloned().ok_or_else(unknown),
    }
}

/// The same configuration as far as the log would know it.
fn without_secrets(directory: &Directory) -> Result<Directory, ConfigError> {
    let mut out = Directory::new(directory.instance.clone(), directory.revision);
    for entity in directory.entities() {
        let (kind, id) = (entity.kind(), entity.id());
        let changed = directory.entity_revision(kind, id).unwrap_or(directory.revision);
        let body = codec::encode_for_log(&entity);
        out.put_at(decoded(&out, kind.word(), id, &body)?, changed);
    }
    Ok(out)
}

fn undo(directory: &mut Directory, entry: &LogRow) -> Result<(), ConfigError> {
    if let Some(body) = &entry.before {
        let entity = decoded(directory, &entry.kind, entry.id, body)?;
        // Entries without this are older than it; then it is at least not newer than the undone one.
        directory.put_at(entity, entry.was.unwrap_or_default());
    } else if let Some(kind) = Kind::from_word(&entry.kind) {
        directory.remove(kind, entry.id);
    }
    Ok(())
}

/// An entity from a body of the log.
fn decoded(
    directory: &Directory,
    kind: &str,
    id: [u8; 16],
    body: &str,
) -> Result<firebell_domain::directory::Entity, ConfigError> {
    let mut value: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    fill(&mut value);
    let damage = |reason: String| {
        ConfigError::Damaged(Damage {
            instance: directory.instance.no,
            name: directory.instance.name.to_string(),
            kind: kind.to_owned(),
            id: codec::uuid_text(id),
            reason: format!("in the log: {reason}"),
        })
    };
    let Some(kind) = Kind::from_word(kind) else {
        return Err(damage("this release does not know this kind of entry".to_owned()));
    };
    codec::decode(kind, id, &value.to_string()).map_err(|error| damage(error.reason))
}

/// Puts something readable where the log hides a hash.
fn fill(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) if name == "keyHash" || name == "secretHash" => {
                        NO_HASH.clone_into(text);
                    }
                    other => fill(other),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(fill),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn entry(row: RevisionRow, changes: &[LogRow], room: &mut usize) -> Entry {
    let one = |change: &LogRow| {
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        difference((&change.kind, change.id), before, after, room)
    };
    let mut changes: Vec<Difference> = changes.iter().map(one).collect();
    for change in changes.iter_mut().filter(|change| change.kind == INSTANCE) {
        change.what = What::Added;
    }
    Entry {
        revision: row.revision,
        instance: row.instance,
        at: from_micros(row.at),
        author: row.author,
        reason: row.reason,
        count: u64::try_from(row.entries).unwrap_or(0),
        changes,
    }
}

/// `room` is how many lines the answer may still have.
fn difference(
    (kind, id): (&str, [u8; 16]),
    before: Option<&str>,
    after: Option<&str>,
    room: &mut usize,
) -> Difference {
    let what = match (before, after) {
        (None, _) => What::Added,
        (Some(_), Some(_)) => What::Changed,
        (Some(_), None) => What::Removed,
    };
    let read = |body: Option<&str>| -> Value {
        let value = body.and_then(|body| serde_json::from_str::<Value>(body).ok());
        value.and_then(|mut value| value.get_mut("entity").map(Value::take)).unwrap_or_default()
    };
    let (before, after) = (read(before), read(after));
    let name = named(&after).or_else(|| named(&before)).unwrap_or_else(|| codec::uuid_text(id));
    let lines = if *room == 0 { Vec::new() } else { lines(&before, &after, *room) };
    *room -= lines.len();
    Difference { kind: kind.to_owned(), id, name, what, lines }
}

fn named(value: &Value) -> Option<String> {
    let name = ["targetName", "name", "licence"].iter().find_map(|m| value.get(m)?.as_str());
    name.map(ToOwned::to_owned)
}

/// How the entity of a body of the log is called, if it has a name.
pub(crate) fn name_in(body: Option<&str>) -> Option<String> {
    named(serde_json::from_str::<Value>(body?).ok()?.get("entity")?)
}

fn lines(before: &Value, after: &Value, most: usize) -> Vec<Line> {
    let flat = |value: &Value| {
        let mut out = BTreeMap::new();
        flatten(String::new(), value, &mut out);
        out
    };
    let (before, after) = (flat(before), flat(after));
    let fields: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let line = |field: &String| Line {
        field: field.clone(),
        before: before.get(field).cloned(),
        after: after.get(field).cloned(),
    };
    let differ = fields.into_iter().map(line).filter(|line| line.before != line.after);
    differ.take(LINES_MAX.min(most)).collect()
}

/// Bodies are no deeper than the codec makes them.
fn flatten(path: String, value: &Value, out: &mut BTreeMap<String, String>) {
    let below = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                flatten(below(name), member, out);
            }
        }
        Value::Array(list) => {
            for (n, member) in list.iter().enumerate() {
                flatten(below(&n.to_string()), member, out);
            }
        }
        Value::Null => {}
        Value::String(text) => drop(out.insert(path, shown(text))),
        Value::Bool(_) | Value::Number(_) => drop(out.insert(path, value.to_string())),
    }
}

fn shown(text: &str) -> String {
    firebell_domain::name::cut(text, VALUE_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_no_more_lines_than_there_is_room_for() {
        let body = |n: usize| {
            let many: BTreeMap<String, usize> = (0..n).map(|i| (format!("f{i}"), i)).collect();
            serde_json::json!({ "entity": many }).to_string()
        };
        let mut room = 250;
        let mut one =
            |n| difference(("site", [1; 16]), None, Some(&body(n)), &mut room).lines.len();
        assert_eq!([one(300), one(20), one(300), one(1)], [LINES_MAX, 20, 30, 0]);
    }
}
