//! Both engines accept every statement, and their schemas are the same.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use firebell_sql::{
    BlobSet, BulkInsert, BulkUpdate, Db, Preparable, Statement, describe_schema, migrate,
    prepare_check,
};
use firebell_store as store;
use firebell_store::migrations::migrations;
use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_db};

/// The statements of one module.
struct Catalogue {
    module: &'static str,
    statements: &'static [Statement],
    sets: &'static [BlobSet],
    inserts: &'static [BulkInsert],
    updates: &'static [BulkUpdate],
}

macro_rules! catalogue {
    ($($module:ident: $($list:ident $constant:ident),+;)*) => {
        &[$(Catalogue {
            module: stringify!($module),
            $($list: store::$module::$constant,)+
            ..EMPTY
        }),*]
    };
}

const EMPTY: Catalogue =
    Catalogue { module: "", statements: &[], sets: &[], inserts: &[], updates: &[] };

#[expect(clippy::needless_update, reason = "most modules do not have every kind of statement")]
const MODULES: &[Catalogue] = catalogue! {
    configuration: statements ALL, inserts INSERTS, updates UPDATES;
    seats: statements ALL, inserts INSERTS, updates UPDATES;
    nodes: statements ALL;
    assets: statements ALL;
    history: statements ALL, inserts INSERTS;
    revisions: statements ALL;
    seat_history: statements ALL;
    feed: statements ALL;
    audit: statements ALL;
    alerts: statements ALL, sets SETS, inserts INSERTS, updates UPDATES;
    alert_list: statements ALL;
    calendar_feeds: statements ALL;
    alert_rows: statements ALL, sets SETS;
    alert_search: statements ALL;
    deliveries: statements ALL, inserts INSERTS;
    device_checks: statements ALL;
    engine: statements ALL;
    escalations: statements ALL, sets SETS, inserts INSERTS, updates UPDATES;
    events: statements ALL, inserts INSERTS;
    journal: statements ALL, sets SETS;
    notifications: statements ALL, sets SETS, inserts INSERTS, updates UPDATES;
    reports: statements ALL, sets SETS, inserts INSERTS;
    responses: statements ALL, sets SETS;
    sessions: statements ALL, inserts INSERTS;
    retention: statements ALL;
    signals: statements ALL, sets SETS;
    saved_views: statements ALL;
    timeline: statements ALL, inserts INSERTS;
};

fn migrated(engine: TestEngine) -> (Db, DbGuard) {
    let (db, guard) = fresh_db(engine);
    let applied = migrate(&db, migrations(), 0).unwrap();
    assert_eq!(applied.len(), migrations().len());
    (db, guard)
}

fn refused<P: Preparable>(db: &Db, statements: &[P]) -> Vec<String> {
    let all: Vec<&P> = statements.iter().collect();
    let failures = prepare_check(db, &all).unwrap();
    failures.into_iter().map(|f| format!("{}: {}", f.name, f.cause)).collect()
}

#[test]
fn every_statement_is_accepted_by_both_engines() {
    for engine in TestEngine::ALL {
        let (db, _guard) = migrated(engine);
        for all in MODULES {
            let failures = [
                refused(&db, all.statements),
                refused(&db, all.sets),
                refused(&db, all.inserts),
                refused(&db, all.updates),
            ]
            .concat();
            assert!(failures.is_empty(), "{engine:?} {}: {failures:#?}", all.module);
        }
    }
}

#[test]
fn statement_names_are_unique() {
    let mut seen = BTreeSet::new();
    for all in MODULES {
        let names = all.statements.iter().map(|s| s.name);
        let names = names.chain(all.sets.iter().map(|s| s.name));
        let names = names.chain(all.inserts.iter().map(|s| s.name));
        for name in names.chain(all.updates.iter().map(|s| s.name)) {
            assert!(name.contains('.'), "{name} has no module");
            assert!(seen.insert(name), "{name} is there twice");
        }
    }
}

#[test]
fn every_module_is_in_the_catalogue() {
    let lines = include_str!("../src/lib.rs").lines();
    let modules = lines.filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let declared: BTreeSet<&str> = modules.filter(|module| *module != "migrations").collect();
    let listed: BTreeSet<&str> = MODULES.iter().map(|all| all.module).collect();
    assert_eq!(declared, listed);
}

#[test]
fn both_engines_have_the_same_schema() {
    let [sqlite, postgres] = TestEngine::ALL.map(|engine| {
        let (db, _guard) = migrated(engine);
        describe_schema(&db).unwrap()
    });
    assert!(sqlite.contains("config_entities"), "{sqlite}");
    assert_eq!(sqlite, postgres);
}

#[test]
fn migrations_are_numbered_without_gaps() {
    let numbers: Vec<u32> = migrations().iter().map(|m| m.number).collect();
    let expected: Vec<u32> = (1..=u32::try_from(numbers.len()).unwrap()).collect();
    assert_eq!(numbers, expected);
}
