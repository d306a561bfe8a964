//! Configuration as rows: the head, instances, entity bodies, and settings.
//!
//! Called by the `config` crate only; nobody else reads configuration from SQL. The bodies are
//! opaque text here. Writers lock the head first, which makes changes of configuration serial
//! across all processes of a database. What was changed when is in [`history`](crate::history).

use firebell_domain::directory::{Kind, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_sql::{
    BulkInsert, BulkUpdate, ColumnType, Error, ReadTx, Row, Statement, Value, WriteTx,
};

/// Entity rows read by one statement: the rest is asked for from the last key on.
pub const ENTITY_PAGE: i64 = 10_000;
/// The most instances of one database.
pub const INSTANCES_MAX: i64 = 100_000;

const HEAD: Statement =
    Statement::new("configuration.head", "select epoch, n from config_head where one = 1");
const WHOLE_HEAD: Statement = Statement::new(
    "configuration.whole_head",
    "select cell, epoch, n, root, floor from config_head where one = 1",
);
const LOCK_HEAD: Statement = Statement::new(
    "configuration.lock_head",
    "select cell, epoch, n, root, floor from config_head where one = 1 {for_update}",
);
const SET_HEAD: Statement = Statement::new(
    "configuration.set_head",
    "update config_head set epoch = ?1, n = ?2, root = ?3, floor = ?4 where one = 1",
);
const INSTANCES: Statement = Statement::new(
    "configuration.instances",
    "select no, id, name, region, created, mod_epoch, mod_n, digest from instances \
     where no >= ?1 order by no limit ?2",
);
const INSTANCES_SINCE: Statement = Statement::new(
    "configuration.instances_since",
    "select no, id, name, region, created, mod_epoch, mod_n, digest from instances \
     where (mod_epoch, mod_n) > (?1, ?2) order by mod_epoch, mod_n limit ?3",
);
const INSTANCE: Statement = Statement::new(
    "configuration.instance",
    "select no, id, name, region, created, mod_epoch, mod_n, digest from instances where no = ?1",
);
const INSTANCE_COUNT: Statement =
    Statement::new("configuration.instance_count", "select count(*) from instances");
const LAST_INSTANCE: Statement =
    Statement::new("configuration.last_instance", "select coalesce(max(no), 0) from instances");
const ADD_INSTANCE: Statement = Statement::new(
    "configuration.add_instance",
    "insert into instances (no, id, name, region, created, mod_epoch, mod_n, digest) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
);
const FIRST_ENTITIES: Statement = Statement::new(
    "configuration.first_entities",
    "select kind, id, name_key, body, rev_epoch, rev_n from config_entities \
     where instance_no = ?1 \
     order by kind, id limit ?2",
);
const NEXT_ENTITIES: Statement = Statement::new(
    "configuration.next_entities",
    "select kind, id, name_key, body, rev_epoch, rev_n from config_entities \
     where instance_no = ?1 \
     and (kind > ?2 or (kind = ?2 and id > ?3)) order by kind, id limit ?4",
);
const ENTITIES_BETWEEN: Statement = Statement::new(
    "configuration.entities_between",
    "select kind, id, name_key, body, rev_epoch, rev_n, instance_no from config_entities \
     where instance_no >= ?1 and instance_no <= ?2 order by instance_no, kind, id limit ?3",
);
const REMOVE_ENTITY: Statement = Statement::new(
    "configuration.remove_entity",
    "delete from config_entities where instance_no = ?1 and kind = ?2 and id = ?3",
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
const PARK_NAMES: BulkUpdate = BulkUpdate {
    name: "configuration.park_names",
    table: "config_entities",
    key: &[("instance_no", ColumnType::Int), ("kind", ColumnType::Text), ("id", ColumnType::Blob)],
    set: &[("name_key", ColumnType::Text)],
    guard: "",
};

const TOUCH_INSTANCES: BulkUpdate = BulkUpdate {
    name: "configuration.touch_instances",
    table: "instances",
    key: &[("no", ColumnType::Int)],
    set: &[
        ("mod_epoch", ColumnType::Int),
        ("mod_n", ColumnType::Int),
        ("digest", ColumnType::Blob),
    ],
    guard: "",
};

/// Every plain statement, for the catalogue test.
pub const ALL: &[Statement] = &[
    HEAD,
    WHOLE_HEAD,
    LOCK_HEAD,
    SET_HEAD,
    INSTANCES,
    INSTANCES_SINCE,
    INSTANCE,
    INSTANCE_COUNT,
    LAST_INSTANCE,
    ADD_INSTANCE,
    FIRST_ENTITIES,
    NEXT_ENTITIES,
    ENTITIES_BETWEEN,
    REMOVE_ENTITY,
    SETTING,
    ADD_SETTING,
];
/// Every bulk insert.
pub const INSERTS: &[BulkInsert] = &[PUT_ENTITIES];
/// Every bulk update.
pub const UPDATES: &[BulkUpdate] = &[PARK_NAMES, TOUCH_INSTANCES];

/// The newest revision and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Which database, for ever.
    pub cell: [u8; 16],
    /// The newest revision.
    pub revision: Revision,
    /// The digest of all configuration as of it.
    pub root: [u8; 32],
    /// The oldest `n` of the epoch from which kept deltas still lead to the newest.
    pub floor: i64,
}

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
    /// The digest of its configuration as of it.
    pub digest: [u8; 32],
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
    /// The revision that last changed it.
    pub changed: Revision,
}

/// The newest revision.
///
/// # Errors
/// What the engine reports.
pub fn head(tx: &mut ReadTx<'_>) -> Result<Revision, Error> {
    revision(&tx.query_one(&HEAD, &[])?, 0)
}

/// The whole head.
///
/// # Errors
/// What the engine reports.
pub fn whole_head(tx: &mut ReadTx<'_>) -> Result<Head, Error> {
    head_row(&tx.query_one(&WHOLE_HEAD, &[])?)
}

/// The whole head; no other process can change configuration until this transaction ends.
///
/// # Errors
/// What the engine reports.
pub fn lock_head(tx: &mut WriteTx<'_>) -> Result<Head, Error> {
    head_row(&tx.query_one(&LOCK_HEAD, &[])?)
}

/// Records the head; the cell stays what it is.
///
/// # Errors
/// What the engine reports.
pub fn set_head(tx: &mut WriteTx<'_>, head: &Head) -> Result<(), Error> {
    let Revision { epoch, n } = head.revision;
    let values = [epoch.into(), n.into(), head.root.into(), head.floor.into()];
    tx.execute(&SET_HEAD, &values).map(drop)
}

/// Every instance, by number.
///
/// # Errors
/// What the engine reports.
pub fn instances(tx: &mut ReadTx<'_>) -> Result<Vec<InstanceRow>, Error> {
    instances_from(tx, InstanceNo(0), INSTANCES_MAX)
}

/// Some instances, by number, from a number on; at most `limit`.
///
/// # Errors
/// What the engine reports.
pub fn instances_from(
    tx: &mut ReadTx<'_>,
    from: InstanceNo,
    limit: i64,
) -> Result<Vec<InstanceRow>, Error> {
    let limit = limit.clamp(0, INSTANCES_MAX);
    tx.query(&INSTANCES, &[from.0.into(), limit.into()])?.into_iter().map(instance_row).collect()
}

/// The instances that were changed after a revision, oldest change first.
///
/// # Errors
/// What the engine reports.
pub fn instances_since(tx: &mut ReadTx<'_>, after: Revision) -> Result<Vec<InstanceRow>, Error> {
    let values = [after.epoch.into(), after.n.into(), INSTANCES_MAX.into()];
    tx.query(&INSTANCES_SINCE, &values)?.into_iter().map(instance_row).collect()
}

/// How many instances there are.
///
/// # Errors
/// What the engine reports.
pub fn instance_count(tx: &mut ReadTx<'_>) -> Result<i64, Error> {
    tx.query_one(&INSTANCE_COUNT, &[])?.get(0)
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
        row.digest.into(),
    ];
    tx.execute(&ADD_INSTANCE, &values).map(drop)
}

/// Records the revision that last changed some instances, and their digests as of it. Each
/// instance once.
///
/// # Errors
/// What the engine reports.
pub fn touch_instances(
    tx: &mut WriteTx<'_>,
    which: &[(InstanceNo, Revision, [u8; 32])],
) -> Result<(), Error> {
    let values = |(no, at, digest): &(InstanceNo, Revision, [u8; 32])| {
        vec![no.0.into(), at.epoch.into(), at.n.into(), digest.into()]
    };
    tx.bulk_update(&TOUCH_INSTANCES, which.iter().map(values).collect()).map(drop)
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
    rows.into_iter().map(entity_row).collect()
}

/// Entities of the instances in a range of numbers (both ends included), by instance, kind and
/// id; at most `limit`, so that the last instance's may not be complete.
///
/// # Errors
/// What the engine reports.
pub fn entities_between(
    tx: &mut ReadTx<'_>,
    from: InstanceNo,
    to: InstanceNo,
    limit: i64,
) -> Result<Vec<(InstanceNo, EntityRow)>, Error> {
    let values = [from.0.into(), to.0.into(), limit.into()];
    let rows = tx.query(&ENTITIES_BETWEEN, &values)?.into_iter();
    rows.map(|row| Ok((InstanceNo(row.get(6)?), entity_row(row)?))).collect()
}

/// Adds or replaces entities. Each entity once.
///
/// # Errors
/// [`Error::Unique`] when another entity of the kind has one of the names.
pub fn put_entities(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    rows: Vec<EntityRow>,
) -> Result<(), Error> {
    let values = |row: EntityRow| {
        vec![
            no.0.into(),
            row.kind.into(),
            row.id.into(),
            row.name_key.into(),
            row.body.into(),
            row.changed.epoch.into(),
            row.changed.n.into(),
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

pub(crate) fn revision(row: &Row, first: usize) -> Result<Revision, Error> {
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
        digest: row.get(7)?,
    })
}

fn entity_row(mut row: Row) -> Result<EntityRow, Error> {
    Ok(EntityRow {
        kind: row.take(0)?,
        id: row.get(1)?,
        name_key: row.take(2)?,
        body: row.take(3)?,
        changed: revision(&row, 4)?,
    })
}

fn head_row(row: &Row) -> Result<Head, Error> {
    Ok(Head {
        cell: row.get(0)?,
        revision: revision(row, 1)?,
        root: row.get(3)?,
        floor: row.get(4)?,
    })
}
