//! Every statement finds its rows through an index: a table that grows is never read from end to end.

use firebell_sql::{BlobSet, Db, Engine, Preparable, Statement, Value, migrate};
use firebell_store as store;
use firebell_store::migrations::migrations;
use firebell_testkit::postgres::{TestEngine, fresh_db};

/// Statements over tables that grow with every event, or with every change of configuration.
const STATEMENTS: &[&[Statement]] = &[
    store::history::ALL,
    store::revisions::ALL,
    store::seat_history::ALL,
    store::feed::ALL,
    store::audit::ALL,
    store::alerts::ALL,
    store::alert_list::ALL,
    store::alert_rows::ALL,
    store::alert_search::ALL,
    store::saved_views::ALL,
    store::deliveries::ALL,
    store::engine::ALL,
    store::escalations::ALL,
    store::events::ALL,
    store::notifications::ALL,
    store::reports::ALL,
    store::responses::ALL,
    store::retention::ALL,
    store::seats::ALL,
    store::sessions::ALL,
    store::signals::ALL,
    store::timeline::ALL,
];
const SETS: &[&[BlobSet]] = &[
    store::alerts::SETS,
    store::alert_rows::SETS,
    store::escalations::SETS,
    store::notifications::SETS,
    store::reports::SETS,
    store::responses::SETS,
    store::signals::SETS,
];
/// Lists for people, a page at a time: they may go through all there is of an instance.
const LISTS: &[&str] = &[
    "alert_list.list",
    "alert_list.count",
    "alert_list.open",
    "alert_search.count_open",
    "alerts.open_count",
    "deliveries.outbox_page",
    "deliveries.outbox_count",
    "events.recent",
    "history.as_of",
    "revisions.last_of_entity",
    "seat_history.taken",
    "seat_history.released",
];
/// What the books of one instance need: a counter per type, the count of an index, its first page.
const BOOKS: &[&str] = &["seats.counters", "seats.lock_counters", "seats.held", "seats.first_live"];

/// The first of an instance's pending notifications.
const OF_WAITING: &str = "SEARCH n USING COVERING INDEX notifications_due (instance_no=?)";

/// The plan of a statement, one line per step.
fn plan(db: &Db, name: &'static str, text: &str) -> Vec<String> {
    let mark = if db.engine() == Engine::Sqlite { '?' } else { '$' };
    let count = (1..20).filter(|n| text.contains(&format!("{mark}{n}"))).max().unwrap_or(0);
    // Statements are constants; a test may leak a few.
    let statement = |text: String| Statement::new("test.plan", text.leak());
    let steps = match db.engine() {
        Engine::Sqlite => {
            let explain = statement(format!("explain query plan {text}"));
            db.write_blocking("test.plan", move |tx| {
                let rows = tx.query(&explain, &vec![Value::Null; count])?;
                rows.iter().map(|row| row.get::<String>(3)).collect()
            })
        }
        Engine::Postgres => {
            let nulls = vec!["null"; count].join(", ");
            let nulls = if nulls.is_empty() { nulls } else { format!("({nulls})") };
            let before = [
                // The tables are empty: without this, reading them whole is the best plan.
                statement("set local enable_seqscan = off".to_owned()),
                statement("set local enable_bitmapscan = off".to_owned()),
                statement("set local plan_cache_mode = force_generic_plan".to_owned()),
                statement(format!("prepare planned as {text}")),
            ];
            let explain = statement(format!("explain (costs off) execute planned{nulls}"));
            db.write_blocking("test.plan", move |tx| {
                for statement in before {
                    tx.execute(&statement, &[])?;
                }
                let rows = tx.query(&explain, &[])?;
                tx.execute(&Statement::new("test.forget", "deallocate planned"), &[])?;
                rows.iter().map(|row| row.get::<String>(0)).collect()
            })
        }
    };
    steps.unwrap_or_else(|error: firebell_sql::Error| vec![format!("{name}: {:?}", error.cause())])
}

#[test]
fn no_statement_reads_a_whole_table() {
    for test_engine in TestEngine::ALL {
        let (db, _guard) = fresh_db(test_engine);
        migrate(&db, migrations(), 0).expect("migrates");
        let statements = STATEMENTS.iter().copied().flatten();
        let texts = statements.map(|s| (s.name, s.sql(db.engine())));
        let sets = SETS.iter().copied().flatten().map(|s| (s.name, s.sql(db.engine())));
        let mut whole = Vec::new();
        for (name, text) in texts.chain(sets) {
            for step in plan(&db, name, &text) {
                let table = step.contains("Seq Scan on")
                    || step.starts_with("SCAN ")
                        && !step.contains(" USING ")
                        && ![
                            "SCAN waiting",
                            "SCAN bounded",
                            "SCAN newest",
                            "SCAN (subquery-1)",
                            "SCAN CONSTANT ROW",
                        ]
                        .contains(&step.as_str())
                    || step.starts_with(name);
                // On empty tables PostgreSQL does not care which index it takes; SQLite always does.
                let instance = step.ends_with("(instance_no=?)");
                let exempt = LISTS.contains(&name) || BOOKS.contains(&name);
                if table || instance && !exempt && step != OF_WAITING {
                    whole.push(format!("{name}: {step}"));
                }
            }
        }
        assert!(whole.is_empty(), "{test_engine:?}: {whole:#?}");
    }
}

/// A look at the tables brings the plans of a full database: connections must not go on with those that were
/// made when it was empty.
#[test]
fn plans_follow_what_is_in_the_tables() {
    let (db, _guard) = fresh_db(TestEngine::Postgres);
    migrate(&db, migrations(), 0).expect("migrates");
    let one = |text: &'static str| {
        let run = move |tx: &mut firebell_sql::WriteTx<'_>| {
            tx.execute(&Statement::new("test.one", text), &[])
        };
        db.write_blocking("test.one", run).expect("runs");
    };
    one(
        "insert into alerts (instance_no, id, number, integration_id, form_id, request_id, dedup_key, state, \
         priority, count, summary, properties, created_at, updated_at, expires_at) \
         select 1, int8send(n), n, '\\x01', '\\x01', int8send(n), 'key-' || n, 0, 0, 1, '', '{}', 0, 0, 0 \
         from generate_series(1, 2000) as n",
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(db.refresh_statistics(store::engine::TABLES)).expect("looks");
    let set = store::alerts::SETS.iter().find(|set| set.name == "alerts.open_by_key").expect("it");
    let plan = plan(&db, set.name, &set.sql(db.engine())).join("\n");
    assert!(plan.contains("alerts_open_key"), "{plan}");
}
