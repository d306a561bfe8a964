//! Sessions as they were begun, exchanged and ended.
//!
//! Written behind by every process that lets people in, and read by the others, so that a session ended
//! here is over everywhere. Signing in never waits for this. A write never takes back what another process
//! wrote: an end stays, a generation and an expiry only grow.

use firebell_base::Timestamp;
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_domain::session::{Session, SessionId, SessionKind};
use firebell_sql::{BulkInsert, ColumnType as C, Error, ReadTx, Row, Statement, Value, WriteTx};

use crate::codec::{at, damaged, get_at, get_id, get_opt_at, id, opt_at};

const PUT: BulkInsert = BulkInsert {
    name: "sessions.put",
    table: "sessions",
    columns: &[
        ("instance_no", C::Int),
        ("id", C::Blob),
        ("kind", C::Text),
        ("person", C::Blob),
        ("began", C::Int),
        ("expires", C::Int),
        ("address", C::Text),
        ("agent", C::Text),
        ("generation", C::Int),
        ("rotated", C::Int),
        ("ended", C::Int),
        ("changed", C::Int),
    ],
    on_conflict: "on conflict (instance_no, id, kind) do update set \
        began = case when excluded.began > sessions.began \
            then excluded.began else sessions.began end, \
        expires = case when excluded.expires > sessions.expires \
            then excluded.expires else sessions.expires end, \
        rotated = case when excluded.generation > sessions.generation \
            then excluded.rotated else sessions.rotated end, \
        generation = case when excluded.generation > sessions.generation \
            then excluded.generation else sessions.generation end, \
        ended = coalesce(sessions.ended, excluded.ended), \
        changed = excluded.changed",
};
const CHANGED: Statement = Statement::new(
    "sessions.changed",
    "select instance_no, id, kind, person, began, expires, address, agent, generation, rotated, ended, changed \
     from sessions where (changed, instance_no, id, kind) > (?1, ?2, ?3, ?4) \
     order by changed, instance_no, id, kind limit ?5",
);
const OF_PERSON: Statement = Statement::new(
    "sessions.of_person",
    "select instance_no, id, kind, person, began, expires, address, agent, generation, rotated, ended, changed \
     from sessions where instance_no = ?1 and person = ?2 order by began desc limit ?3",
);
const GET: Statement = Statement::new(
    "sessions.get",
    "select instance_no, id, kind, person, began, expires, address, agent, generation, rotated, ended, changed \
     from sessions where instance_no = ?1 and id = ?2 and kind in ('web', 'api')",
);
const FORGET: Statement = Statement::new(
    "sessions.forget",
    "delete from sessions where (instance_no, id, kind) in \
     (select instance_no, id, kind from sessions where expires <= ?1 order by expires limit ?2)",
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[CHANGED, OF_PERSON, GET, FORGET];
/// Every bulk insert of this module.
pub const INSERTS: &[BulkInsert] = &[PUT];

/// How far somebody has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    changed: Timestamp,
    instance: i64,
    id: [u8; 16],
    kind: String,
}

impl Cursor {
    /// Before everything that was written from this instant on. Writers' clocks differ: begin a minute or two
    /// earlier than the last look.
    pub fn from(changed: Timestamp) -> Self {
        Self { changed, instance: i64::MIN, id: [0; 16], kind: String::new() }
    }
}

/// Writes sessions; each at most once in a call.
pub fn put(tx: &mut WriteTx<'_>, sessions: &[Session], now: Timestamp) -> Result<(), Error> {
    let rows = sessions
        .iter()
        .map(|s| {
            vec![
                Value::Int(s.instance.0),
                id(s.id),
                Value::Text(s.kind.word().to_owned()),
                id(s.person),
                at(s.began),
                at(s.expires),
                Value::Text(s.address.clone()),
                Value::Text(s.agent.clone()),
                Value::Int(i64::from(s.generation)),
                at(s.rotated),
                opt_at(s.ended),
                at(now),
            ]
        })
        .collect();
    tx.bulk_insert(&PUT, rows).map(drop)
}

/// What was written after the cursor, at most `limit` rows, and the cursor after them. Ask again while there
/// are `limit` of them.
pub fn changed(
    tx: &mut ReadTx<'_>,
    after: &Cursor,
    limit: i64,
) -> Result<(Vec<Session>, Cursor), Error> {
    let params = [
        at(after.changed),
        Value::Int(after.instance),
        Value::Blob(after.id.to_vec()),
        Value::Text(after.kind.clone()),
        Value::Int(limit),
    ];
    let mut next = after.clone();
    let mut sessions = Vec::new();
    for row in tx.query(&CHANGED, &params)? {
        let session = read(&row)?;
        next = Cursor {
            changed: get_at(&row, 11)?,
            instance: session.instance.0,
            id: session.id.to_bytes(),
            kind: session.kind.word().to_owned(),
        };
        sessions.push(session);
    }
    Ok((sessions, next))
}

/// A person's sessions and marks, the newest first, at most `limit`.
pub fn of_person(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    person: PersonId,
    limit: i64,
) -> Result<Vec<Session>, Error> {
    let rows = tx.query(&OF_PERSON, &[Value::Int(no.0), id(person), Value::Int(limit)])?;
    rows.iter().map(read).collect()
}

/// One session.
pub fn get(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    session: SessionId,
) -> Result<Option<Session>, Error> {
    let row = tx.query_opt(&GET, &[Value::Int(no.0), id(session)])?;
    row.as_ref().map(read).transpose()
}

/// Removes sessions that expired until `before`, at most `limit`; says how many. Call it again while it removes
/// some.
pub fn forget(tx: &mut WriteTx<'_>, before: Timestamp, limit: i64) -> Result<u64, Error> {
    tx.execute(&FORGET, &[at(before), Value::Int(limit)])
}

fn read(row: &Row) -> Result<Session, Error> {
    let kind: String = row.get(2)?;
    let generation: i64 = row.get(8)?;
    Ok(Session {
        instance: InstanceNo(row.get(0)?),
        id: get_id(row, 1)?,
        kind: SessionKind::from_word(&kind).ok_or_else(|| damaged("kind of session", kind))?,
        person: get_id(row, 3)?,
        began: get_at(row, 4)?,
        expires: get_at(row, 5)?,
        address: row.get(6)?,
        agent: row.get(7)?,
        generation: u32::try_from(generation)
            .map_err(|_| damaged("generation of a session", generation))?,
        rotated: get_at(row, 9)?,
        ended: get_opt_at(row, 10)?,
    })
}
