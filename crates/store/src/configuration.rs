//! Configuration as rows: instances, entity bodies, the head revision, the log, and settings.
//!
//! Called by the `config` crate only; nobody else reads configuration from SQL. The bodies are
//! opaque text here. Writers lock the head first, which makes changes of configuration serial
//! across all processes of a database.

use firebell_domain::directory::{Kind, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_sql::{
    BulkInsert, BulkUpdate, ColumnType, Error, ReadTx, Row, Statement, Value, WriteTx,
};

/// Entity rows read by one statement: the rest is asked for from the last key on.
pub const ENTITY_PAGE: i64 = 10_000;
/// Entries of the log one call returns at most.
pub const LOG_PAGE_MAX: i64 = 1_000;
/// The most instances of one database.
pub const INSTANCES_MAX: i64 = 100_000;

const HEAD: Statement =
    Statement::new("configuration.head", "select epoch, n from config_head where one = 1");
const LOCK_HEAD: Statement = Statement::new(
    "configuration.lock_head",
    "select epoch, n from config_head where one = 1 {for_update}",
);
const SET_HEAD: Statement = Statement::new(
    "configuration.set_head",
    "update config_head set epoch = ?1, n = ?2 where one = 1",
);
const INSTANCES: Statement = Statement::new(
    "configuration.instances",
    "select no, id, name, region, created, mod_epoch, mod_n from instances order by no limit ?1",
);
const INSTANCE: Statement = Statement::new(
    "configuration.instance",
    "select no, id, name, region, created, mod_epoch, mod_n from instances where no = ?1",
);
const LAST_INSTANCE: Statement =
    Statement::new("configuration.last_instance", "select coalesce(max(no), 0) from instances");
const ADD_INSTANCE: Statement = Statement::new(
    "configuration.add_instance",
    "insert into instances (no, id, name, region, created, mod_epoch, mod_n) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
);
const TOUCH_INSTANCE: Statement = Statement::new(
    "configuration.touch_instance",
    "update instances set mod_epoch = ?2, mod_n = ?3 where no = ?1",
);
const FIRST_ENTITIES: Statement = Statement::new(
    "configuration.first_entities",
    "select kind, id, name_key, body from config_entities where instance_no = ?1 \
     order by kind, id limit ?2",
);
const NEXT_ENTITIES: Statement = Statement::new(
    "configuration.next_entities",
    "select kind, id, name_key, body from config_entities where instance_no = ?1 \
     and (kind > ?2 or (kind = ?2 and id > ?3)) order by kind, id limit ?4",
);
const REMOVE_ENTITY: Statement = Statement::new(
    "configuration.remove_entity",
    "delete from config_entities where instance_no = ?1 and kind = ?2 and id = ?3",
);
const LOG: Statement = Statement::new(
    "configuration.log",
    "select epoch, n, instance_no, kind, id, at, author, reason, before, after from config_log \
     where instance_no = ?1 and (epoch < ?2 or (epoch = ?2 and n < ?3)) \
     order by epoch desc, n desc, kind, id limit ?4",
);
const SETTING: Statement =
    Statement::new("configuration.setting", "select value from settings where name = ?1");
const ADD_SETTING: Statement = Statement::new(
    "configuration.add_setting",
    "insert into settings (name, value) values (?1, ?2) on conflict (name) do nothing",
);

const PUT_ENTITIES: BulkInsert = BulkInsert {
    name: "configuration.put_entities",
    table: "config_entities",
    columns: &[
        ("instance_no", ColumnType::Int),
        ("kind", ColumnType::Text),
        ("id", ColumnType::Blob),
        ("name_key", ColumnType::Text),
        ("body", ColumnType::Text),
        ("rev_epoch", ColumnType::Int),
        ("rev_n", ColumnType::Int),
    ],
    on_conflict: "on conflict (instance_no, kind, id) do update set \
        name_key = excluded.name_key, body = excluded.body, \
        rev_epoch = excluded.rev_epoch, rev_n = excluded.rev_n",
};
const APPEND_LOG: BulkInsert = BulkInsert {
    name: "configuration.append_log",
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
        ("before", ColumnType::Text),
        ("after", ColumnType::Text),
    ],
    on_conflict: "",
};
const PARK_NAMES: BulkUpdate = BulkUpdate {
    name: "configuration.park_names",
    table: "config_entities",
    key: &[("instance_no", ColumnType::Int), ("kind", ColumnType::Text), ("id", ColumnType::Blob)],
    set: &[("name_key", ColumnType::Text)],
    guard: "",
};

/// Every plain statement, for the catalogue test.
pub const ALL: &[Statement] = &[
    HEAD,
    LOCK_HEAD,
    SET_HEAD,
    INSTANCES,
    INSTANCE,
    LAST_INSTANCE,
    ADD_INSTANCE,
    TOUCH_INSTANCE,
    FIRST_ENTITIES,
    NEXT_ENTITIES,
    REMOVE_ENTITY,
    LOG,
    SETTING,
    ADD_SETTING,
];
/// Every bulk insert.
pub const INSERTS: &[BulkInsert] = &[PUT_ENTITIES, APPEND_LOG];
/// Every bulk update.
pub const UPDATES: &[BulkUpdate] = &[PARK_NAMES];

/// An instance as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceRow {
    /// Storage number, from 1.
    pub no: InstanceNo,
    /// Identity.
    pub id: [u8; 16],
    /// Name; unique.
    pub name: String,
    /// The region's word.
    pub region: String,
    /// When it was made, in microseconds since the epoch.
    pub created: i64,
    /// The revision that last changed its configuration.
    pub modified: Revision,
}

/// An entity as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityRow {
    /// The kind's word; text, because a newer release may have written kinds unknown here.
    pub kind: String,
    /// Identity within its kind.
    pub id: [u8; 16],
    /// The name that is unique among its kind in the instance.
    pub name_key: String,
    /// The encoded entity.
    pub body: String,
}

/// One changed entity in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The change it is part of.
    pub revision: Revision,
    /// Whose configuration.
    pub instance: InstanceNo,
    /// The kind's word.
    pub kind: String,
    /// Which entity.
    pub id: [u8; 16],
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// Who changed it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The body before, without secrets; none for a new entity.
    pub before: Option<String>,
    /// The body after, without secrets; none for a removed entity.
    pub after: Option<String>,
}

/// The newest revision.
///
/// # Errors
/// What the engine reports.
pub fn head(tx: &mut ReadTx<'_>) -> Result<Revision, Error> {
    revision(&tx.query_one(&HEAD, &[])?, 0)
}

/// The newest revision; no other process can change configuration until this transaction ends.
///
/// # Errors
/// What the engine reports.
pub fn lock_head(tx: &mut WriteTx<'_>) -> Result<Revision, Error> {
    revision(&tx.query_one(&LOCK_HEAD, &[])?, 0)
}

/// Records the newest revision.
///
/// # Errors
/// What the engine reports.
pub fn set_head(tx: &mut WriteTx<'_>, head: Revision) -> Result<(), Error> {
    tx.execute(&SET_HEAD, &[head.epoch.into(), head.n.into()]).map(drop)
}

/// Every instance, by number.
///
/// # Errors
/// What the engine reports.
pub fn instances(tx: &mut ReadTx<'_>) -> Result<Vec<InstanceRow>, Error> {
    tx.query(&INSTANCES, &[INSTANCES_MAX.into()])?.into_iter().map(instance_row).collect()
}

/// One instance.
///
/// # Errors
/// What the engine reports.
pub fn instance(tx: &mut ReadTx<'_>, no: InstanceNo) -> Result<Option<InstanceRow>, Error> {
    tx.query_opt(&INSTANCE, &[no.0.into()])?.map(instance_row).transpose()
}

/// The number for the next instance. The head must be locked.
///
/// # Errors
/// What the engine reports.
pub fn next_instance_no(tx: &mut WriteTx<'_>) -> Result<InstanceNo, Error> {
    let last: i64 = tx.query_one(&LAST_INSTANCE, &[])?.get(0)?;
    Ok(InstanceNo(last + 1))
}

/// Adds an instance.
///
/// # Errors
/// [`Error::Unique`] on `instances.name` for a name that is taken.
pub fn add_instance(tx: &mut WriteTx<'_>, row: &InstanceRow) -> Result<(), Error> {
    let values = [
        row.no.0.into(),
        row.id.into(),
        Value::from(&row.name),
        Value::from(&row.region),
        row.created.into(),
        row.modified.epoch.into(),
        row.modified.n.into(),
    ];
    tx.execute(&ADD_INSTANCE, &values).map(drop)
}

/// Records the revision that last changed an instance's configuration.
///
/// # Errors
/// What the engine reports.
pub fn touch_instance(tx: &mut WriteTx<'_>, no: InstanceNo, at: Revision) -> Result<(), Error> {
    tx.execute(&TOUCH_INSTANCE, &[no.0.into(), at.epoch.into(), at.n.into()]).map(drop)
}

/// The next [`ENTITY_PAGE`] entities of an instance after the given kind and id, by kind and id.
///
/// # Errors
/// What the engine reports.
pub fn entities(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    after: Option<(&str, [u8; 16])>,
) -> Result<Vec<EntityRow>, Error> {
    let rows = match after {
        None => tx.query(&FIRST_ENTITIES, &[no.0.into(), ENTITY_PAGE.into()])?,
        Some((kind, id)) => {
            let values = [no.0.into(), kind.into(), id.into(), ENTITY_PAGE.into()];
            tx.query(&NEXT_ENTITIES, &values)?
        }
    };
    rows.into_iter()
        .map(|mut row| {
            Ok(EntityRow {
                kind: row.take(0)?,
                id: row.get(1)?,
                name_key: row.take(2)?,
                body: row.take(3)?,
            })
        })
        .collect()
}

/// Adds or replaces entities as of a revision. Each entity once.
///
/// # Errors
/// [`Error::Unique`] when another entity of the kind has one of the names.
pub fn put_entities(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    at: Revision,
    rows: Vec<EntityRow>,
) -> Result<(), Error> {
    let values = |row: EntityRow| {
        vec![
            no.0.into(),
            row.kind.into(),
            row.id.into(),
            row.name_key.into(),
            row.body.into(),
            at.epoch.into(),
            at.n.into(),
        ]
    };
    tx.bulk_insert(&PUT_ENTITIES, rows.into_iter().map(values).collect()).map(drop)
}

/// Takes the names off entities that are about to get others, so that two can swap theirs: the
/// unique key is checked row by row.
///
/// # Errors
/// What the engine reports.
pub fn park_names(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    which: &[(Kind, [u8; 16])],
) -> Result<(), Error> {
    // No name can begin with a control character, so nobody has this one.
    let parked = |id: &[u8; 16]| format!("\u{1}{:032x}", u128::from_be_bytes(*id));
    let values = |(kind, id): &(Kind, [u8; 16])| {
        vec![no.0.into(), kind.word().into(), id.into(), parked(id).into()]
    };
    tx.bulk_update(&PARK_NAMES, which.iter().map(values).collect()).map(drop)
}

/// Removes entities.
///
/// # Errors
/// What the engine reports.
pub fn remove_entities(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    which: &[(Kind, [u8; 16])],
) -> Result<(), Error> {
    let rows: Vec<Vec<Value>> =
        which.iter().map(|(kind, id)| vec![no.0.into(), kind.word().into(), id.into()]).collect();
    tx.execute_many(&REMOVE_ENTITY, &rows).map(drop)
}

/// Appends to the log.
///
/// # Errors
/// What the engine reports.
pub fn append_log(tx: &mut WriteTx<'_>, rows: Vec<LogRow>) -> Result<(), Error> {
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
            row.before.into(),
            row.after.into(),
        ]
    };
    tx.bulk_insert(&APPEND_LOG, rows.into_iter().map(values).collect()).map(drop)
}

/// Entries of an instance's log before a revision, newest first; at most [`LOG_PAGE_MAX`].
///
/// # Errors
/// What the engine reports.
pub fn log(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    before: Revision,
    limit: i64,
) -> Result<Vec<LogRow>, Error> {
    let limit = limit.clamp(0, LOG_PAGE_MAX);
    let values = [no.0.into(), before.epoch.into(), before.n.into(), limit.into()];
    tx.query(&LOG, &values)?.into_iter().map(log_row).collect()
}

/// A setting of the server; none if it was never set.
///
/// # Errors
/// What the engine reports.
pub fn setting(tx: &mut ReadTx<'_>, name: &str) -> Result<Option<String>, Error> {
    tx.query_opt(&SETTING, &[name.into()])?.map(|mut row| row.take(0)).transpose()
}

/// A setting of the server; `fresh` becomes its value if it has none. Callers pass new random
/// bytes and get back what every process of the database gets.
///
/// # Errors
/// What the engine reports.
pub fn setting_or(tx: &mut WriteTx<'_>, name: &str, fresh: &str) -> Result<String, Error> {
    tx.execute(&ADD_SETTING, &[name.into(), fresh.into()])?;
    tx.query_one(&SETTING, &[name.into()])?.take(0)
}

fn revision(row: &Row, first: usize) -> Result<Revision, Error> {
    Ok(Revision { epoch: row.get(first)?, n: row.get(first + 1)? })
}

fn instance_row(mut row: Row) -> Result<InstanceRow, Error> {
    Ok(InstanceRow {
        no: InstanceNo(row.get(0)?),
        id: row.get(1)?,
        name: row.take(2)?,
        region: row.take(3)?,
        created: row.get(4)?,
        modified: revision(&row, 5)?,
    })
}

fn log_row(mut row: Row) -> Result<LogRow, Error> {
    Ok(LogRow {
        revision: revision(&row, 0)?,
        instance: InstanceNo(row.get(2)?),
        kind: row.take(3)?,
        id: row.get(4)?,
        at: row.get(5)?,
        author: row.take(6)?,
        reason: row.take(7)?,
        before: row.take(8)?,
        after: row.take(9)?,
    })
}
