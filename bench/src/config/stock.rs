//! Very many instances, written as rows: one is made as everybody makes them, and the others are its copies.
//! Afterwards the authority computes the digests, as it does after a repair.

use anyhow::{Context as _, Result, ensure};
use firebell_base::{Clock, Random};
use firebell_config::{Author, Authority, Change, Snapshots};
use firebell_domain::directory::{Directory, Entity, Revision};
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::person::Status;
use firebell_sql::{BulkInsert, ColumnType, Db, Error, Value};
use firebell_store::configuration::{self as rows, EntityRow, InstanceRow};

use crate::world;

/// Instances of one transaction while the rows are made.
const BATCH: usize = 1_000;
/// Pages of entities the copied instance has at most.
const PAGES_MAX: usize = 100;

const INSERT_INSTANCES: BulkInsert = BulkInsert {
    name: "bench.instances",
    table: "instances",
    columns: &[
        ("no", ColumnType::Int),
        ("id", ColumnType::Blob),
        ("name", ColumnType::Text),
        ("region", ColumnType::Text),
        ("created", ColumnType::Int),
        ("mod_epoch", ColumnType::Int),
        ("mod_n", ColumnType::Int),
        ("digest", ColumnType::Blob),
    ],
    on_conflict: "",
};
const INSERT_ENTITIES: BulkInsert = BulkInsert {
    name: "bench.entities",
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
    on_conflict: "",
};

/// Who changes the sample data.
pub(super) fn author() -> Author {
    Author::new("bench", "sample data")
}

/// Makes so many instances with so many people each, all inactive: nobody holds a licence. Returns an
/// authority that has all of it in memory.
pub(super) async fn fill(db: &Db, instances: usize, people: usize) -> Result<Authority> {
    let now = Clock::System.now();
    let authority = Authority::new(db.clone(), Snapshots::load(db).await?, Random::System);
    let made = authority.create_instance("stock-0", Region::Emea, &author(), now).await?;
    let no = made.instance.no;
    let mut changes = Vec::new();
    for n in 0..people {
        let mut person = world::person(world::numbered(3, n), n, now)?;
        person.status = Status::Inactive;
        changes.push(Change::Put(Entity::Device(world::device(
            world::numbered(4, n),
            person.id,
            n,
            None,
        )?)));
        changes.push(Change::Put(Entity::Person(person)));
    }
    let put = move |_: &Directory| Ok(changes.clone());
    authority.change(no, &author(), now, put).await?;
    copy(db, no, instances).await?;
    authority.repair(&author(), Clock::System.now()).await?;
    // All of it, as a process that starts reads it.
    let snapshots = Snapshots::load(db).await?;
    ensure!(snapshots.view().len() == instances, "{} instances", snapshots.view().len());
    ensure!(snapshots.health().is_empty(), "the rows cannot be read: {:?}", snapshots.health());
    Ok(Authority::new(db.clone(), snapshots, Random::System))
}

/// Copies an instance until there are so many.
async fn copy(db: &Db, no: InstanceNo, instances: usize) -> Result<()> {
    let read = move |tx: &mut firebell_sql::ReadTx<'_>| {
        let row = rows::instance(tx, no)?;
        let (mut entities, mut after) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let page = rows::entities(
                tx,
                no,
                after.as_ref().map(|(k, id): &(String, _)| (k.as_str(), *id)),
            )?;
            let Some(last) = page.last() else { break };
            after = Some((last.kind.clone(), last.id));
            entities.extend(page);
        }
        Ok::<_, Error>((row, entities))
    };
    let (row, entities) = db.read("bench.template", read).await?;
    let row = row.context("the instance that is copied")?;
    let mut first = 1;
    while first < instances {
        let end = (first + BATCH).min(instances);
        let copies: Vec<Vec<Value>> = (first..end).map(|n| instance(&row, n)).collect();
        let owned: Vec<Vec<Value>> = (first..end)
            .flat_map(|n| entities.iter().map(move |entity| (n, entity)))
            .map(|(n, entity)| of_instance(row.no.0 + number(n), entity))
            .collect();
        db.write("bench.copies", move |tx| {
            tx.bulk_insert(&INSERT_INSTANCES, copies.clone())?;
            tx.bulk_insert(&INSERT_ENTITIES, owned.clone()).map(drop)
        })
        .await?;
        first = end;
    }
    Ok(())
}

fn instance(row: &InstanceRow, n: usize) -> Vec<Value> {
    let id: [u8; 16] = world::numbered::<()>(9, n).to_bytes();
    let Revision { epoch, n: at } = row.modified;
    vec![
        (row.no.0 + number(n)).into(),
        id.into(),
        Value::Text(format!("stock-{n}")),
        Value::from(&row.region),
        row.created.into(),
        epoch.into(),
        at.into(),
        [0_u8; 32].into(),
    ]
}

fn of_instance(no: i64, entity: &EntityRow) -> Vec<Value> {
    vec![
        no.into(),
        Value::from(&entity.kind),
        entity.id.into(),
        Value::from(&entity.name_key),
        Value::from(&entity.body),
        entity.changed.epoch.into(),
        entity.changed.n.into(),
    ]
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// One small change of an instance: somebody gets another name.
pub(super) fn rename(
    nth: usize,
) -> impl Fn(&Directory) -> Result<Vec<Change>, firebell_config::Faults> {
    move |directory: &Directory| {
        let Some(person) = directory.people().next() else { return Ok(Vec::new()) };
        let mut person = firebell_domain::person::Person::clone(person);
        let name = firebell_domain::name::Name::parse(&format!("Sample {nth}"));
        if let Ok(name) = name {
            person.last_name = name;
        }
        Ok(vec![Change::Put(Entity::Person(person))])
    }
}
