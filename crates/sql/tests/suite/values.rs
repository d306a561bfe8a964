//! Values survive the way to the engine and back, and errors have the same kinds.

use firebell_sql::{Error, Row, Statement, Value};
use firebell_testkit::postgres::{TestEngine, fresh_db};

use crate::{ADD, COUNT, add, names, with_items};

crate::on_both!(
    every_kind_comes_back,
    parameters_repeat_and_reorder,
    a_unique_key_is_named_the_same,
    a_missing_row_is_missing,
    two_rows_are_not_one,
    a_wrong_number_of_parameters_is_an_error,
    a_text_with_nul_is_refused,
    an_expression_index_is_named,
    a_foreign_key_is_a_fault,
);

fn every_kind_comes_back(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    db.write_blocking("all", move |tx| {
        let sqlite = "create table v (b integer, i integer, r real, t text, x blob) strict";
        let postgres = "create table v (b boolean, i bigint, r double precision, t text, x bytea)";
        let ddl = if engine == TestEngine::Sqlite { sqlite } else { postgres };
        tx.execute(&Statement::new("v.ddl", ddl), &[])?;
        let insert = Statement::new("v.add", "insert into v values (?1, ?2, ?3, ?4, ?5)");
        let id = [7_u8; 16];
        tx.execute(
            &insert,
            &[true.into(), i64::MIN.into(), 0.25.into(), "a\u{1F514}".into(), id.into()],
        )?;
        // A whole number fits a real column.
        tx.execute(&insert, &[0_i32.into(), Value::Null, 3_i32.into(), "".into(), Value::Null])?;
        let select = Statement::new("v.get", "select b, i, r, t, x from v order by i nulls last");
        let rows = tx.query(&select, &[])?;
        let [first, second] = rows.as_slice() else { panic!("two rows") };
        assert!(first.get::<bool>(0)?);
        assert_eq!(first.get::<i64>(1)?, i64::MIN);
        assert_eq!(first.get::<f64>(2)?.to_bits(), 0.25_f64.to_bits());
        assert_eq!(first.get::<String>(3)?, "a\u{1F514}");
        assert_eq!(first.get::<[u8; 16]>(4)?, id);
        assert!(!second.get::<bool>(0)?);
        assert_eq!(second.get::<Option<i64>>(1)?, None);
        assert_eq!(second.get::<f64>(2)?.to_bits(), 3_f64.to_bits());
        assert_eq!(second.get::<String>(3)?, "");
        assert_eq!(second.get::<Option<Vec<u8>>>(4)?, None);
        Ok::<_, Error>(())
    })
    .unwrap();
}

fn parameters_repeat_and_reorder(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    let row: Row = db
        .read_blocking("order", |tx| {
            let text = "select cast(?2 as text), cast(?1 as bigint), '?1', cast(?2 as text)";
            tx.query_one(&Statement::new("order", text), &[5_i64.into(), "x".into()])
        })
        .unwrap();
    let got = (row.get::<String>(0).unwrap(), row.get::<i64>(1).unwrap());
    assert_eq!(got, ("x".to_owned(), 5));
    assert_eq!(row.get::<String>(2).unwrap(), "?1");
    assert_eq!(row.get::<String>(3).unwrap(), "x");
}

fn a_unique_key_is_named_the_same(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    db.write_blocking("one", |tx| add(tx, 1, "a")).unwrap();
    let error = db.write_blocking("name", |tx| add(tx, 2, "a")).unwrap_err();
    assert!(error.is_unique_on("item.name"), "{error:?}");
    let error = db.write_blocking("key", |tx| add(tx, 1, "secret-value")).unwrap_err();
    assert!(error.is_unique_on("item.id"), "{error:?}");
    assert!(!format!("{error:?}{error}").contains("secret-value"));
    assert_eq!(names(&db), ["a"]);
}

fn an_expression_index_is_named(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let error = db
        .write_blocking("lower", |tx| {
            let ddl = "create unique index item_folded on item (lower(name))";
            tx.execute(&Statement::new("ddl", ddl), &[])?;
            add(tx, 1, "a")?;
            add(tx, 2, "A")
        })
        .unwrap_err();
    assert!(error.is_unique_on("item_folded"), "{error:?}");
}

fn a_missing_row_is_missing(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let get = Statement::new("item.get", "select name from item where id = ?1");
    let out = db.read_blocking("get", move |tx| {
        assert_eq!(tx.query_opt(&get, &[1_i64.into()])?, None);
        tx.query_one(&get, &[1_i64.into()])
    });
    assert!(matches!(out, Err(Error::Missing { statement: "item.get" })), "{out:?}");
}

fn two_rows_are_not_one(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    db.write_blocking("two", |tx| add(tx, 1, "a").and_then(|_| add(tx, 2, "b"))).unwrap();
    let out = db.read_blocking("opt", |tx| tx.query_opt(&crate::NAMES, &[]));
    assert!(matches!(out, Err(Error::Broken { .. })), "{out:?}");
}

fn a_wrong_number_of_parameters_is_an_error(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let out = db.write_blocking("few", |tx| tx.execute(&ADD, &[1_i64.into()]));
    let error = out.unwrap_err();
    assert!(error.cause().contains("1 parameters given, 3 wanted"), "{error:?}");
    let out = db.read_blocking("many", |tx| tx.query(&COUNT, &[1_i64.into()]));
    assert!(out.unwrap_err().cause().contains("1 parameters given, 0 wanted"));
}

fn a_text_with_nul_is_refused(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let error = db.write_blocking("nul", |tx| add(tx, 1, "a\0b")).unwrap_err();
    assert!(error.cause().contains("NUL"), "{error:?}");
}

fn a_foreign_key_is_a_fault(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let out = db.write_blocking("fk", |tx| {
        let ddl = "create table part (item integer not null references item)";
        let ddl = match tx.engine() {
            firebell_sql::Engine::Sqlite => ddl.to_owned(),
            firebell_sql::Engine::Postgres => ddl.replace("integer", "bigint"),
        };
        tx.execute(&Statement::new("ddl", ddl.leak()), &[])?;
        tx.execute(&Statement::new("part.add", "insert into part values (?1)"), &[9_i64.into()])
    });
    let error = out.unwrap_err();
    assert!(matches!(error, Error::Broken { .. }), "{error:?}");
    assert!(!error.is_retryable());
}
