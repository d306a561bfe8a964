//! Closures commit, roll back and run again as promised.

use std::sync::mpsc;
use std::sync::{Arc, Barrier};

use firebell_sql::{Config, Db, Error, Retryable, Statement};
use firebell_testkit::postgres::{TestEngine, fresh_db, fresh_target};

use crate::{Counter, add, names, with_items};

crate::on_both!(
    an_error_rolls_back,
    own_error_types_pass_through,
    a_panic_rolls_back_and_the_thread_lives,
    going_on_after_a_failure_is_refused,
    contention_runs_the_closure_again,
    contention_ends_after_a_bound,
    callbacks_run_only_after_a_commit,
    a_callback_may_panic,
    a_reader_cannot_write,
    a_reader_sees_one_snapshot,
    async_closures_work,
    one_statement_alone_is_a_transaction,
    a_closed_handle_refuses,
);

fn an_error_rolls_back(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let out: Result<(), Error> = db.write_blocking("undo", |tx| {
        add(tx, 1, "a")?;
        Err(Error::unsupported("no"))
    });
    assert!(matches!(out, Err(Error::Unsupported { .. })));
    assert!(names(&db).is_empty());
}

#[derive(Debug)]
enum Refusal {
    TooLong(usize),
    Sql(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl Retryable for Refusal {
    fn sql_error(&self) -> Option<&Error> {
        match self {
            Self::TooLong(_) => None,
            Self::Sql(error) => Some(error),
        }
    }
}

fn own_error_types_pass_through(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let out: Result<(), Refusal> = db.write_blocking("own", |tx| {
        add(tx, 1, "long")?;
        Err(Refusal::TooLong(4))
    });
    assert!(matches!(out, Err(Refusal::TooLong(4))));
    let out: Result<u64, Refusal> = db.write_blocking("own", |tx| {
        add(tx, 1, "a")?;
        Ok(add(tx, 1, "b")?)
    });
    assert!(matches!(out, Err(Refusal::Sql(Error::Unique { .. }))), "{out:?}");
    assert!(names(&db).is_empty());
}

fn a_panic_rolls_back_and_the_thread_lives(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    // More often than there are threads: each of them must survive.
    for i in 0..4 {
        let out: Result<(), Error> = db.write_blocking("panic", move |tx| {
            add(tx, 1, "a")?;
            panic!("on purpose {i}")
        });
        let error = out.unwrap_err();
        assert!(matches!(error, Error::Broken { .. }), "{error:?}");
        assert_eq!(error.cause(), format!("on purpose {i}"));
    }
    assert!(names(&db).is_empty());
    db.write_blocking("after", |tx| add(tx, 1, "b")).unwrap();
    assert_eq!(names(&db), ["b"]);
}

fn going_on_after_a_failure_is_refused(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let out: Result<(), Error> = db.write_blocking("go on", |tx| {
        add(tx, 1, "a")?;
        // PostgreSQL would answer the commit with a silent rollback.
        add(tx, 1, "b").unwrap_err();
        Ok(())
    });
    let error = out.unwrap_err();
    assert!(error.cause().contains("went on"), "{error:?}");
    assert!(names(&db).is_empty());
}

fn contention_runs_the_closure_again(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let (runs, callbacks) = (Counter::default(), Counter::default());
    let (run, callback) = (runs.clone(), callbacks.clone());
    db.write_blocking("again", move |tx| {
        add(tx, 1, "a")?;
        let callback = callback.clone();
        tx.after_commit(Box::new(move || {
            callback.next();
        }));
        if run.next() < 3 {
            return Err(Error::Busy { cause: "test".to_owned() });
        }
        Ok(())
    })
    .unwrap();
    assert_eq!((runs.get(), callbacks.get()), (3, 1));
    assert_eq!(names(&db), ["a"]);
}

fn contention_ends_after_a_bound(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let runs = Counter::default();
    let run = runs.clone();
    let out: Result<(), Error> = db.write_blocking("always busy", move |tx| {
        run.next();
        add(tx, 1, "a")?;
        Err(Error::Busy { cause: "test".to_owned() })
    });
    assert!(matches!(out, Err(Error::Busy { .. })));
    assert_eq!(runs.get(), 5);
    assert!(names(&db).is_empty());
}

/// Two transactions lock two rows in opposite order: PostgreSQL ends one of them, which then
/// runs again.
#[test]
fn a_deadlock_is_resolved() {
    let (db, _guard) = with_items(TestEngine::Postgres);
    db.write_blocking("rows", |tx| add(tx, 1, "a").and_then(|_| add(tx, 2, "b"))).unwrap();
    let (runs, both) = (Counter::default(), Arc::new(Barrier::new(2)));
    let grow =
        Statement::new("item.grow", "update item set size = coalesce(size, 0) + 1 where id = ?1");
    let turn = |first: i64, second: i64| {
        let (db, runs, both) = (db.clone(), runs.clone(), Arc::clone(&both));
        std::thread::spawn(move || {
            let mine = Counter::default();
            db.write_blocking("deadlock", move |tx| {
                runs.next();
                tx.execute(&grow, &[first.into()])?;
                if mine.next() == 1 {
                    both.wait();
                }
                tx.execute(&grow, &[second.into()])
            })
        })
    };
    let threads = [turn(1, 2), turn(2, 1)];
    for thread in threads {
        assert_eq!(thread.join().unwrap().unwrap(), 1);
    }
    // One of the two, perhaps more than once under load, was ended and ran again.
    assert!(runs.get() >= 3, "{} runs", runs.get());
    let sizes = Statement::new("sizes", "select size from item order by id");
    let rows = db.read_blocking("sizes", move |tx| tx.query(&sizes, &[])).unwrap();
    let sizes: Vec<i64> = rows.iter().map(|row| row.get(0).unwrap()).collect();
    assert_eq!(sizes, [2, 2]);
}

/// Another process holds the SQLite write lock: the caller learns that the database is busy.
#[test]
fn a_locked_file_is_busy() {
    let (target, _guard) = fresh_target(TestEngine::Sqlite);
    let holder = Db::open(&Config::new(target.clone())).unwrap();
    let mut config = Config::new(target);
    config.busy_timeout = std::time::Duration::from_millis(1);
    let other = Db::open(&config).unwrap();
    let (locked, is_locked) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        holder.write_blocking("hold", move |_| {
            locked.send(()).unwrap();
            released.recv().unwrap();
            Ok::<_, Error>(())
        })
    });
    is_locked.recv().unwrap();
    let ran = Counter::default();
    let run = ran.clone();
    let out: Result<u32, Error> = other.write_blocking("wait", move |_| Ok(run.next()));
    assert!(matches!(out, Err(Error::Busy { .. })), "{out:?}");
    assert_eq!(ran.get(), 0);
    release.send(()).unwrap();
    thread.join().unwrap().unwrap();
    other.write_blocking("now", |_| Ok::<_, Error>(())).unwrap();
}

fn callbacks_run_only_after_a_commit(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let count = Counter::default();
    let attempt = |fail: bool| {
        let count = count.clone();
        db.write_blocking("callback", move |tx| {
            let inner = count.clone();
            tx.after_commit(Box::new(move || {
                inner.next();
            }));
            assert_eq!(count.get(), 0);
            if fail { Err(Error::unsupported("no")) } else { Ok(()) }
        })
    };
    attempt(true).unwrap_err();
    assert_eq!(count.get(), 0);
    attempt(false).unwrap();
    assert_eq!(count.get(), 1);
}

fn a_callback_may_panic(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    db.write_blocking("callback", |tx| {
        tx.after_commit(Box::new(|| panic!("on purpose")));
        add(tx, 1, "a")
    })
    .unwrap();
    assert_eq!(names(&db), ["a"]);
}

fn a_reader_cannot_write(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let sly = Statement::new("sly", "insert into item (id, name) values (1, 'a') returning id");
    let out = db.read_blocking("sly", move |tx| tx.query(&sly, &[]));
    assert!(out.is_err(), "{out:?}");
    assert!(names(&db).is_empty());
}

fn a_reader_sees_one_snapshot(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let writer = db.clone();
    let counts: (i64, i64) = db
        .read_blocking("snapshot", move |tx| {
            let before = tx.query_one(&crate::COUNT, &[])?.get(0)?;
            writer.write_blocking("meanwhile", |tx| add(tx, 1, "a"))?;
            let after = tx.query_one(&crate::COUNT, &[])?.get(0)?;
            Ok::<_, Error>((before, after))
        })
        .unwrap();
    assert_eq!(counts, (0, 0));
    assert_eq!(names(&db), ["a"]);
}

fn async_closures_work(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let got = runtime.block_on(async {
        db.write("add", |tx| add(tx, 1, "a")).await?;
        db.read("names", |tx| tx.query_one(&crate::NAMES, &[])?.get::<String>(0)).await
    });
    assert_eq!(got.unwrap(), "a");
    // Opening and closing from async code must work too.
    let (target, _other) = fresh_target(engine);
    runtime.block_on(async move {
        let db = Db::open(&Config::new(target)).unwrap();
        assert_eq!(db.write("none", |_| Ok::<_, Error>(7)).await.unwrap(), 7);
        db.close();
    });
}

fn one_statement_alone_is_a_transaction(engine: TestEngine) {
    let (db, _guard) = with_items(engine);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let row = |id: i64, name: &str| vec![id.into(), name.into(), firebell_sql::Value::Null];
    runtime.block_on(async {
        // On PostgreSQL the first one tries the connection in a transaction; the next ones need not.
        for (id, name) in [(1, "a"), (2, "b"), (3, "c")] {
            assert_eq!(db.execute(crate::ADD, row(id, name)).await.unwrap(), 1);
        }
        let twice = db.execute(crate::ADD, row(4, "a")).await;
        assert!(matches!(twice, Err(Error::Unique { .. })), "{twice:?}");
        assert_eq!(db.execute(crate::ADD, row(4, "d")).await.unwrap(), 1);
        db.write("add", |tx| add(tx, 5, "e")).await.unwrap();
    });
    assert_eq!(names(&db), ["a", "b", "c", "d", "e"], "kept without a commit of ours");
    db.close();
    let late = runtime.block_on(db.execute(crate::ADD, row(6, "f")));
    assert!(matches!(late, Err(Error::Unavailable { .. })), "{late:?}");
}

fn a_closed_handle_refuses(engine: TestEngine) {
    let (db, _guard) = fresh_db(engine);
    db.close();
    db.close();
    let out: Result<(), Error> = db.read_blocking("late", |_| Ok(()));
    assert!(matches!(out, Err(Error::Unavailable { .. })), "{out:?}");
    let out: Result<(), Error> = db.write_blocking("late", |_| Ok(()));
    assert!(matches!(out, Err(Error::Unavailable { .. })), "{out:?}");
}
