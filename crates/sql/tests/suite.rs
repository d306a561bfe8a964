//! The facade's promises, checked on both engines.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's way to fail"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use firebell_sql::{Db, Error, Statement, Value, WriteTx};
use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_db};

#[path = "suite/values.rs"]
mod values;
#[path = "suite/transactions.rs"]
mod transactions;
#[path = "suite/bulk.rs"]
mod bulk;
#[path = "suite/schema.rs"]
mod schema;
#[path = "suite/connections.rs"]
mod connections;

/// Declares each test once per engine.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $test() { super::$test(firebell_testkit::postgres::TestEngine::Sqlite); })*
        }
        mod postgres {
            $(#[test] fn $test() { super::$test(firebell_testkit::postgres::TestEngine::Postgres); })*
        }
    };
}
pub(crate) use on_both;

pub(crate) const ADD: Statement =
    Statement::new("item.add", "insert into item (id, name, size) values (?1, ?2, ?3)");
pub(crate) const NAMES: Statement =
    Statement::new("item.names", "select name from item order by id");
pub(crate) const COUNT: Statement =
    Statement::new("item.count", "select cast(count(*) as bigint) from item");

/// A database with one table `item (id, name unique, size, data)`.
pub(crate) fn with_items(engine: TestEngine) -> (Db, DbGuard) {
    let (db, guard) = fresh_db(engine);
    let script = firebell_sql::Migration {
        number: 1,
        name: "items",
        sqlite: "create table item (id integer primary key, name text not null, size integer, \
                 data blob, unique (name)) strict",
        postgres: "create table item (id bigint primary key, name text not null, size integer, \
                   data bytea, unique (name))",
    };
    firebell_sql::migrate(&db, &[script], 1).unwrap();
    (db, guard)
}

pub(crate) fn add(tx: &mut WriteTx<'_>, id: i64, name: &str) -> Result<u64, Error> {
    tx.execute(&ADD, &[id.into(), name.into(), Value::Null])
}

pub(crate) fn names(db: &Db) -> Vec<String> {
    db.read_blocking("names", |tx| {
        tx.query(&NAMES, &[])?.iter().map(|row| row.get(0)).collect::<Result<_, Error>>()
    })
    .unwrap()
}

/// A counter a closure can share with its test.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicU32>);

impl Counter {
    pub(crate) fn next(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn get(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}
