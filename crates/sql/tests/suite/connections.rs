//! Lost connections, full queues, files and backups.

use std::future::Future as _;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use firebell_sql::{Config, Db, Error, Statement, Target};
use firebell_testkit::postgres::{FsyncMode, TempPostgres, TestEngine, fresh_target};

use crate::{COUNT, Counter, add, names, with_items};

crate::on_both!(the_queue_is_bounded, an_abandoned_call_does_not_run);

const KILL_SELF: Statement =
    Statement::new("kill.self", "select pg_terminate_backend(pg_backend_pid())");
const KILL_OTHERS: Statement = Statement::new(
    "kill.others",
    "select cast(count(pg_terminate_backend(pid, 10000)) as bigint) from pg_stat_activity \
     where pid <> pg_backend_pid() and datname = current_database() and backend_type = \
     'client backend'",
);

#[test]
fn a_connection_lost_in_a_transaction_fails_only_that_call() {
    let (db, _guard) = with_items(TestEngine::Postgres);
    let runs = Counter::default();
    let run = runs.clone();
    let out = db.write_blocking("die", move |tx| {
        run.next();
        add(tx, 1, "a")?;
        tx.query(&KILL_SELF, &[])
    });
    assert!(matches!(out, Err(Error::Unavailable { .. })), "{out:?}");
    assert_eq!(runs.get(), 1);
    for id in 2..6 {
        db.write_blocking("again", move |tx| add(tx, id, &format!("n{id}"))).unwrap();
    }
    assert_eq!(names(&db), ["n2", "n3", "n4", "n5"]);
}

#[test]
fn connections_lost_while_idle_are_not_noticed() {
    let (db, _guard) = with_items(TestEngine::Postgres);
    for id in 0..4 {
        db.write_blocking("warm", move |tx| add(tx, id, &format!("n{id}"))).unwrap();
    }
    let killed = db.read_blocking("kill", |tx| tx.query_one(&KILL_OTHERS, &[])?.get::<i64>(0));
    assert!(killed.unwrap() >= 1);
    for id in 4..8 {
        db.write_blocking("on", move |tx| add(tx, id, &format!("n{id}"))).unwrap();
    }
    assert_eq!(names(&db).len(), 8);
}

#[test]
fn a_server_that_is_away_is_reported_without_its_password() {
    let port = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let url = format!("postgresql://ann:p4ss@127.0.0.1:{port}/firebell");
    let error = Db::open(&Config::new(Target::parse(&url).unwrap())).unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(error.is_retryable() && error.is_away());
    assert!(!format!("{error} {error:?}").contains("p4ss"), "{error:?}");
}

#[test]
fn a_database_that_was_never_reached_fails_every_call_at_once() {
    let db = Db::away(Target::parse("postgresql://ann:p4ss@127.0.0.1:1/firebell").unwrap());
    let read: Result<(), Error> = db.read_blocking("away", |_| Ok(()));
    let write: Result<(), Error> = db.write_blocking("away", |_| Ok(()));
    for error in [read.unwrap_err(), write.unwrap_err()] {
        assert!(error.is_away() && error.is_retryable(), "{error:?}");
    }
    db.close();
}

#[test]
fn a_missing_database_and_missing_encryption_are_named() {
    let server = TempPostgres::shared();
    let open = |url: String| Db::open(&Config::new(Target::Postgres { url })).unwrap_err();
    let error = open(server.url("nowhere"));
    assert!(error.to_string().contains("does not exist") && !error.is_away(), "{error}");
    let error = open(server.url("postgres").replace("disable", "require"));
    assert!(error.to_string().contains("sslmode"), "{error:?}");
}

#[test]
fn the_socket_works_too() {
    let server = TempPostgres::shared();
    let url = server.socket_url("postgres");
    let db = Db::open(&Config::new(Target::parse(&url).unwrap())).unwrap();
    let one = Statement::new("one", "select 1");
    let got = db.read_blocking("one", move |tx| tx.query_one(&one, &[])?.get::<i64>(0));
    assert_eq!(got.unwrap(), 1);
    db.close();
}

#[test]
fn a_statement_has_a_time_limit() {
    let (target, _guard) = fresh_target(TestEngine::Postgres);
    let mut config = Config::new(target);
    config.statement_timeout = std::time::Duration::from_millis(50);
    let db = Db::open(&config).unwrap();
    let slow = Statement::new("slow", "select cast(pg_sleep(30) as text)");
    let error = db.read_blocking("slow", move |tx| tx.query(&slow, &[])).unwrap_err();
    assert!(error.to_string().contains("took too long"), "{error:?}");
    db.close();
}

/// Holds the only reader until the returned sender is dropped.
fn hold_reader(db: &Db) -> (mpsc::Sender<()>, std::thread::JoinHandle<Result<(), Error>>) {
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let db = db.clone();
    let thread = std::thread::spawn(move || {
        db.read_blocking("hold", move |_| {
            started.send(()).unwrap();
            released.recv().unwrap_err();
            Ok(())
        })
    });
    has_started.recv().unwrap();
    (release, thread)
}

fn narrow(engine: TestEngine) -> (Db, impl Drop) {
    let (target, guard) = fresh_target(engine);
    let mut config = Config::new(target);
    (config.readers, config.queue_max) = (1, 2);
    (Db::open(&config).unwrap(), guard)
}

fn the_queue_is_bounded(engine: TestEngine) {
    let (db, _guard) = narrow(engine);
    let (release, thread) = hold_reader(&db);
    let runs = Counter::default();
    let mut calls: Vec<_> = (0..5)
        .map(|_| {
            let (db, run) = (db.clone(), runs.clone());
            Box::pin(async move { db.read("wait", move |_| Ok::<_, Error>(run.next())).await })
        })
        .collect();
    let mut context = Context::from_waker(Waker::noop());
    for call in &mut calls {
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(db.stats().reads, 2);
    drop(release);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for call in calls {
        runtime.block_on(call).unwrap();
    }
    thread.join().unwrap().unwrap();
    assert_eq!((runs.get(), db.stats().reads), (5, 0));
    db.close();
}

fn an_abandoned_call_does_not_run(engine: TestEngine) {
    let (db, _guard) = narrow(engine);
    let (release, thread) = hold_reader(&db);
    let runs = Counter::default();
    {
        let run = runs.clone();
        let mut call = pin!(db.read("abandoned", move |_| Ok::<_, Error>(run.next())));
        let poll = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(poll, Poll::Pending));
    }
    drop(release);
    thread.join().unwrap().unwrap();
    db.read_blocking("after", |_| Ok::<_, Error>(())).unwrap();
    assert_eq!(runs.get(), 0);
    db.close();
}

const TABLE: Statement = Statement::new("ddl", "create table t (x blob not null) strict");
const FILL: Statement = Statement::new("fill", "insert into t values (?1)");

fn fill(db: &Db, bytes: usize) {
    let out = db.write_blocking("fill", move |tx| tx.execute(&FILL, &[vec![1; bytes].into()]));
    out.unwrap();
}

fn length(path: &std::path::Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// The database file grows only by a checkpoint, and the one commit is too small for the writer
/// to do it.
#[test]
fn a_long_log_is_checkpointed_in_its_own_thread() {
    let (target, guard) = fresh_target(TestEngine::Sqlite);
    let mut config = Config::new(target);
    config.checkpoint_pages = 500;
    let db = Db::open(&config).unwrap();
    db.write_blocking("ddl", |tx| tx.execute(&TABLE, &[])).unwrap();
    let file = guard.dir().unwrap().join("firebell.db");
    assert!(length(&file) < 100_000);
    fill(&db, 600 * 4096);
    let (_never, tick) = mpsc::channel::<()>();
    let waited = (0..10_000).find(|_| {
        length(&file) > 2_000_000 || {
            tick.recv_timeout(std::time::Duration::from_millis(1)).unwrap_err();
            false
        }
    });
    assert!(waited.is_some(), "no checkpoint ran");
    db.close();
    assert_eq!(length(&guard.dir().unwrap().join("firebell.db-wal")), 0);
}

#[test]
fn a_stream_of_commits_does_not_grow_the_log_for_ever() {
    let (target, guard) = fresh_target(TestEngine::Sqlite);
    let mut config = Config::new(target);
    config.checkpoint_pages = 4;
    let db = Db::open(&config).unwrap();
    db.write_blocking("ddl", |tx| tx.execute(&TABLE, &[])).unwrap();
    for _ in 0..200 {
        fill(&db, 8192);
    }
    // 200 commits of at least 3 pages: without checkpoints the log would have 2.4 MB.
    let log = length(&guard.dir().unwrap().join("firebell.db-wal"));
    assert!(log < 1_000_000, "the log has {log} bytes");
    db.close();
}

#[test]
fn a_backup_is_whole_and_never_overwrites() {
    let (db, guard) = with_items(TestEngine::Sqlite);
    db.write_blocking("row", |tx| add(tx, 1, "a")).unwrap();
    let path = guard.dir().unwrap().join("copy.db");
    db.backup_to(&path).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "a copy holds every secret of the original");
    db.write_blocking("later", |tx| add(tx, 2, "b")).unwrap();
    let error = db.backup_to(&path).unwrap_err();
    assert!(error.to_string().contains("exists already"), "{error}");
    let copy = Db::open(&Config::new(Target::Sqlite { path })).unwrap();
    assert_eq!(names(&copy), ["a"]);
    copy.close();
}

#[test]
fn postgresql_names_its_own_backup() {
    let (db, _guard) = with_items(TestEngine::Postgres);
    let error = db.backup_to(std::path::Path::new("/nonexistent/copy")).unwrap_err();
    assert!(error.to_string().contains("pg_dump"), "{error}");
}

#[test]
fn a_path_that_cannot_be_opened_is_named() {
    let path = "/nonexistent/firebell.db".into();
    let error = Db::open(&Config::new(Target::Sqlite { path })).unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("text.db");
    std::fs::write(&path, "this is no database, but a text of some length".repeat(100)).unwrap();
    let error = Db::open(&Config::new(Target::Sqlite { path })).unwrap_err();
    assert!(error.to_string().contains("not a SQLite database"), "{error:?}");
}

/// The command line opens the same file while the service runs.
#[test]
fn two_handles_share_a_file() {
    let (target, _guard) = fresh_target(TestEngine::Sqlite);
    let one = Db::open(&Config::new(target.clone())).unwrap();
    let two = Db::open(&Config::new(target)).unwrap();
    let ddl = "create table item (id integer primary key, name text, size integer) strict";
    one.write_blocking("ddl", move |tx| tx.execute(&Statement::new("ddl", ddl), &[])).unwrap();
    let writers: Vec<_> = [one.clone(), two.clone()]
        .into_iter()
        .enumerate()
        .map(|(i, db)| {
            let base = i64::try_from(i).unwrap() * 1000;
            std::thread::spawn(move || {
                for id in base..base + 50 {
                    db.write_blocking("add", move |tx| add(tx, id, "x")).unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    let count = two.read_blocking("count", |tx| tx.query_one(&COUNT, &[])?.get::<i64>(0));
    assert_eq!(count.unwrap(), 100);
    one.close();
    two.close();
}

/// Other crates' tests rely on it: a dropped server leaves nothing behind.
#[test]
fn a_dropped_server_is_gone() {
    let server = TempPostgres::start(FsyncMode::On).unwrap();
    let url = server.fresh_database().unwrap();
    let config = Config::new(Target::Postgres { url });
    let db = Db::open(&config).unwrap();
    let shown = Statement::new("fsync", "select current_setting('fsync')");
    let fsync = db.read_blocking("fsync", move |tx| tx.query_one(&shown, &[])?.get::<String>(0));
    assert_eq!(fsync.unwrap(), "on");
    drop(server);
    let out: Result<(), Error> = db.write_blocking("late", |_| Ok(()));
    assert!(matches!(out, Err(Error::Unavailable { .. })), "{out:?}");
    db.close();
    assert!(matches!(Db::open(&config), Err(Error::Unavailable { .. })));
}
