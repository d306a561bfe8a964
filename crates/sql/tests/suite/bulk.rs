//! Many rows at once.

use firebell_sql::{BlobSet, BulkInsert, BulkUpdate, ColumnType, Error, Row, Statement, Value};
use firebell_testkit::postgres::TestEngine;

use crate::{COUNT, add, names, with_items};

crate::on_both!(
    many_rows_are_inserted,
    a_conflict_is_skipped_or_reported,
    a_row_of_the_wrong_width_is_refused,
    many_rows_are_updated,
    a_guard_holds_rows_back,
    a_loop_of_updates_counts,
    sets_find_each_key_once,
);

const INSERT: BulkInsert = BulkInsert {
    name: "item.add_all",
    table: "item",
    columns: &[
        ("id", ColumnType::Int),
        ("name", ColumnType::Text),
        ("size", ColumnType::Int),
        ("data", ColumnType::Blob),
    ],
    on_conflict: "",
};
const INSERT_NEW: BulkInsert = BulkInsert { on_conflict: "on conflict do nothing", ..INSERT };
const UPDATE: BulkUpdate = BulkUpdate {
    name: "item.change_all",
    table: "item",
    key: &[("id", ColumnType::Int)],
    set: &[("name", ColumnType::Text), ("size", ColumnType::Int)],
    guard: "",
};
const GROW: BulkUpdate = BulkUpdate { guard: "size is null or size < {size}", ..UPDATE };
const ALL: Statement =
    Statement::new("item.all", "select id, name, size, data from item order by id");

fn rows(range: std::ops::Range<i64>) -> Vec<Vec<Value>> {
    let row = |i: i64| {
        let size = (i % 2 == 0).then_some(i);
        vec![i.into(), format!("n{i}").into(), size.into(), i.to_be_bytes().into()]
    };
    range.map(row).collect()
}

fn all(db: &firebell_sql::Db) -> Vec<Row> {
    db.read_blocking("all", |tx| tx.query(&ALL, &[])).unwrap()
}

fn many_rows_are_inserted(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let count = db.write_blocking("bulk", |tx| tx.bulk_insert(&INSERT, rows(0..25_000))).unwrap();
    assert_eq!(count, 25_000);
    let rows = all(&db);
    assert_eq!(rows.len(), 25_000);
    assert_eq!(rows[24_999].get::<String>(1).unwrap(), "n24999");
    assert_eq!(rows[24_999].get::<Option<i64>>(2).unwrap(), None);
    assert_eq!(rows[24_998].get::<Option<i64>>(2).unwrap(), Some(24_998));
    assert_eq!(rows[7].get::<[u8; 8]>(3).unwrap(), 7_i64.to_be_bytes());
    assert_eq!(db.write_blocking("none", |tx| tx.bulk_insert(&INSERT, Vec::new())).unwrap(), 0);
}

fn a_conflict_is_skipped_or_reported(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    db.write_blocking("first", |tx| tx.bulk_insert(&INSERT, rows(0..3))).unwrap();
    let error = db.write_blocking("twice", |tx| tx.bulk_insert(&INSERT, rows(2..5))).unwrap_err();
    assert!(error.is_unique_on("item.id"), "{error:?}");
    assert_eq!(names(&db).len(), 3);
    let added = db.write_blocking("new", |tx| tx.bulk_insert(&INSERT_NEW, rows(2..5))).unwrap();
    assert_eq!((added, names(&db).len()), (2, 5));
}

fn a_row_of_the_wrong_width_is_refused(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let out = db.write_blocking("narrow", |tx| {
        let mut rows = rows(0..2);
        rows[1].pop();
        tx.bulk_insert(&INSERT, rows)
    });
    assert!(out.unwrap_err().cause().contains("3 values for 4 columns"));
    assert!(names(&db).is_empty());
}

fn many_rows_are_updated(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let changed = db
        .write_blocking("update", |tx| {
            tx.bulk_insert(&INSERT, rows(0..12_000))?;
            let change = |i: i64| vec![i.into(), format!("m{i}").into(), Value::Null];
            tx.bulk_update(&UPDATE, (0..12_005).filter(|i| i % 3 == 0).map(change).collect())
        })
        .unwrap();
    assert_eq!(changed, 4_000);
    let rows = all(&db);
    assert_eq!(rows[6].get::<String>(1).unwrap(), "m6");
    assert_eq!(rows[6].get::<Option<i64>>(2).unwrap(), None);
    assert_eq!(rows[8].get::<String>(1).unwrap(), "n8");
    assert_eq!(rows[8].get::<Option<i64>>(2).unwrap(), Some(8));
}

fn a_guard_holds_rows_back(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let changed = db
        .write_blocking("guard", |tx| {
            tx.bulk_insert(&INSERT, rows(0..5))?;
            let change = |i: i64| vec![i.into(), format!("m{i}").into(), 3_i64.into()];
            tx.bulk_update(&GROW, (0..5).map(change).collect())
        })
        .unwrap();
    assert_eq!(changed, 4);
    assert_eq!(names(&db), ["m0", "m1", "m2", "m3", "n4"]);
}

fn a_loop_of_updates_counts(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let rename = Statement::new("item.rename", "update item set name = ?2 where id = ?1");
    let changed = db
        .write_blocking("many", move |tx| {
            add(tx, 1, "a")?;
            add(tx, 2, "b")?;
            let rows = [
                vec![1_i64.into(), "x".into()],
                vec![2_i64.into(), "y".into()],
                vec![3_i64.into(), "z".into()],
            ];
            tx.execute_many(&rename, &rows)
        })
        .unwrap();
    assert_eq!(changed, 2);
    assert_eq!(names(&db), ["x", "y"]);
}

fn sets_find_each_key_once(engine: TestEngine) {
    const BY_DATA: BlobSet = BlobSet {
        name: "item.by_data",
        sqlite: "select id from item where id > ?1 and data = ?2",
        postgres: "select id from item where id > ?1 and data = any(?2)",
    };
    const BY_NAME: BlobSet = BlobSet {
        name: "item.by_name",
        sqlite: "select id from item where name = ?1",
        postgres: "select id from item where name = any(?1)",
    };
    let (db, _guard) = with_items(engine);
    db.write_blocking("rows", |tx| tx.bulk_insert(&INSERT, rows(0..10))).unwrap();
    let ids = |rows: Vec<Row>| {
        let mut ids: Vec<i64> = rows.iter().map(|row| row.get(0).unwrap()).collect();
        ids.sort_unstable();
        ids
    };
    let (blobs, texts, none) = db
        .read_blocking("sets", |tx| {
            let keys = [3_i64, 9, 3, 77, 1].map(|i| i.to_be_bytes().to_vec());
            let names = ["n2", "n2", "zz", "n0"].map(ToOwned::to_owned);
            Ok::<_, Error>((
                tx.query_in_blobs(&BY_DATA, &[1_i64.into()], &keys)?,
                tx.query_in_texts(&BY_NAME, &[], &names)?,
                tx.query_in_texts(&BY_NAME, &[], &[])?,
            ))
        })
        .unwrap();
    assert_eq!(ids(blobs), [3, 9]);
    assert_eq!(ids(texts), [0, 2]);
    assert!(none.is_empty());
    let count = db.read_blocking("count", |tx| tx.query_one(&COUNT, &[])?.get::<i64>(0));
    assert_eq!(count.unwrap(), 10);
}
