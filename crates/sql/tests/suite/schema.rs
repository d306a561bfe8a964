//! Migrations, descriptions and prepared checks.

use std::sync::{Arc, Barrier};

use firebell_sql::{
    BlobSet, BulkInsert, BulkUpdate, ColumnType, Db, Error, Migration, Statement, describe_schema,
    migrate, prepare_check, schema_version,
};
use firebell_testkit::postgres::{TestEngine, fresh_db};

crate::on_both!(
    migrations_apply_once,
    a_changed_migration_is_refused,
    a_newer_database_is_refused,
    a_skipped_migration_is_refused,
    a_failed_migration_leaves_nothing,
    two_starters_do_not_race,
    bad_statements_are_found,
    a_stale_prepared_statement_recovers,
);

const FIRST: Migration = Migration {
    number: 1,
    name: "team",
    sqlite: "create table team (id blob not null primary key, name text not null, \
             is_open integer not null default 1, score real, made_at integer not null) strict; \
             create unique index team_name on team (name) where is_open = 1;",
    postgres: "create table team (id bytea not null primary key, name text not null, \
               is_open boolean not null default true, score double precision, \
               made_at bigint not null); \
               create unique index team_name on team (name) where is_open;",
};
const SECOND: Migration = Migration {
    number: 2,
    name: "member",
    sqlite: "create table member (team blob not null references team on delete cascade, \
             place integer not null, email text not null, primary key (team, place), \
             unique (email, team)) strict; \
             create index member_recent on member (team, place desc, lower(email));",
    postgres: "create table member (team bytea not null references team on delete cascade, \
               place bigint not null, email text not null, primary key (team, place), \
               unique (email, team)); \
               create index member_recent on member (team, place desc, lower(email));",
};

fn migrations_apply_once(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    assert_eq!(schema_version(&db).unwrap(), 0);
    assert_eq!(migrate(&db, &[FIRST], 5).unwrap().len(), 1);
    let applied = migrate(&db, &[FIRST, SECOND], 6).unwrap();
    assert_eq!(applied.iter().map(|one| one.number).collect::<Vec<_>>(), [2]);
    assert!(migrate(&db, &[FIRST, SECOND], 7).unwrap().is_empty());
    assert_eq!(schema_version(&db).unwrap(), 2);
    let times = Statement::new("t", "select applied_at from schema_migrations order by number");
    let rows = db.read_blocking("times", move |tx| tx.query(&times, &[])).unwrap();
    assert_eq!(rows.iter().map(|row| row.get::<i64>(0).unwrap()).collect::<Vec<_>>(), [5, 6]);
}

fn a_changed_migration_is_refused(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    migrate(&db, &[FIRST], 1).unwrap();
    let changed = Migration { sqlite: "select 1", postgres: "select 1", ..FIRST };
    let error = migrate(&db, &[changed], 1).unwrap_err();
    assert!(error.to_string().contains("Migration 1 (team) was changed"), "{error}");
}

fn a_newer_database_is_refused(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    migrate(&db, &[FIRST, SECOND], 1).unwrap();
    let error = migrate(&db, &[FIRST], 1).unwrap_err();
    assert!(error.to_string().contains("newer release (migration 2, member)"), "{error}");
}

fn a_skipped_migration_is_refused(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    let late = Migration { number: 3, ..FIRST };
    migrate(&db, &[late], 1).unwrap();
    let error = migrate(&db, &[late, SECOND], 1).unwrap_err();
    assert!(error.to_string().contains("number above 3"), "{error}");
    let twice = Migration { number: 2, ..FIRST };
    assert!(matches!(migrate(&db, &[twice, SECOND], 1), Err(Error::Unsupported { .. })));
}

fn a_failed_migration_leaves_nothing(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    let text = "create table half (id bigint primary key); create table half (id bigint)";
    let broken = Migration { number: 2, name: "half", sqlite: text, postgres: text };
    migrate(&db, &[FIRST, broken], 1).unwrap_err();
    assert_eq!(schema_version(&db).unwrap(), 1);
    assert!(!describe_schema(&db).unwrap().contains("half"));
}

fn two_starters_do_not_race(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    let both = Arc::new(Barrier::new(2));
    let start = |db: Db| {
        let both = Arc::clone(&both);
        std::thread::spawn(move || {
            both.wait();
            migrate(&db, &[FIRST, SECOND], 1).map(|applied| applied.len())
        })
    };
    let (one, two) = (start(db.clone()), start(db.clone()));
    assert_eq!(one.join().unwrap().unwrap() + two.join().unwrap().unwrap(), 2);
}

#[test]
fn equal_schemas_are_described_alike() {
    let [sqlite, postgres] = TestEngine::ALL.map(|engine| {
        let (db, _guard) = fresh_db(engine);
        migrate(&db, &[FIRST, SECOND], 1).unwrap();
        describe_schema(&db).unwrap()
    });
    assert_eq!(sqlite, postgres);
    let expected = "member\n  column email text not null\n  column place int not null\n  \
                    column team blob not null\n  foreign key (team) references team on delete \
                    cascade\n  index member_recent (team, place desc, <expression>)\n  primary \
                    key (team, place)\n  unique constraint (email, team)\nteam\n  column id blob \
                    not null\n  column is_open int not null default\n  column made_at int not \
                    null\n  column name text not null\n  column score real null\n  primary key \
                    (id)\n  unique index team_name partial (name)\n";
    assert_eq!(sqlite, expected);
}

fn bad_statements_are_found(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    migrate(&db, &[FIRST], 1).unwrap();
    let good = Statement::new("good", "select name from team where id = ?1 {for_update}");
    let typo = Statement::new("typo", "select nmae from team where id = ?1");
    let write = Statement::new("write", "delete from team where id = ?1");
    let failures = prepare_check(&db, &[&good, &typo, &write]).unwrap();
    assert_eq!(failures.iter().map(|failure| failure.name).collect::<Vec<_>>(), ["typo"]);
    assert!(failures[0].cause.contains("nmae"), "{failures:?}");

    let set = BlobSet {
        name: "set",
        sqlite: "select name from team where id = ?1",
        postgres: "select name from team where id = any(?1)",
    };
    assert!(prepare_check(&db, &[&set]).unwrap().is_empty());
    let insert = BulkInsert {
        name: "insert",
        table: "team",
        columns: &[("id", ColumnType::Blob), ("name", ColumnType::Text)],
        on_conflict: "",
    };
    let bad_insert = BulkInsert { table: "teams", ..insert };
    assert_eq!(prepare_check(&db, &[&insert, &bad_insert]).unwrap().len(), 1);
    let update = BulkUpdate {
        name: "update",
        table: "team",
        key: &[("id", ColumnType::Blob)],
        set: &[("score", ColumnType::Real)],
        guard: "made_at > 0",
    };
    let bad_update = BulkUpdate { guard: "made > 0", ..update };
    assert_eq!(prepare_check(&db, &[&update, &bad_update]).unwrap().len(), 1);
}

/// A type PostgreSQL would return in a form nobody reads is found by the check, not at run time.
#[test]
fn unreadable_types_are_found() {
    let (db, _guard) = fresh_db(TestEngine::Postgres);
    migrate(&db, &[FIRST], 1).unwrap();
    let sum = Statement::new("sum", "select sum(made_at) from team");
    let failures = prepare_check(&db, &[&sum]).unwrap();
    assert!(failures[0].cause.contains("numeric"), "{failures:?}");
}

fn a_stale_prepared_statement_recovers(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    migrate(&db, &[FIRST], 1).unwrap();
    let all = Statement::new("team.all", "select * from team");
    // Each writer prepares it once.
    for _ in 0..2 {
        db.write_blocking("before", move |tx| tx.query(&all, &[])).unwrap();
    }
    let widen = Migration {
        number: 2,
        name: "widen",
        sqlite: "alter table team add column extra text",
        postgres: "alter table team add column extra text",
    };
    migrate(&db, &[FIRST, widen], 1).unwrap();
    for _ in 0..4 {
        assert!(db.write_blocking("after", move |tx| tx.query(&all, &[])).unwrap().is_empty());
    }
}
