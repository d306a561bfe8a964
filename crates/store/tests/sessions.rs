//! Sessions on both engines: what one process wrote, another never takes back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use firebell_base::{Id, Timestamp};
use firebell_domain::instance::InstanceNo;
use firebell_domain::session::{Session, SessionKind};
use firebell_sql::{Db, Error, ReadTx, migrate};
use firebell_store::migrations::migrations;
use firebell_store::sessions::{self, Cursor};
use firebell_testkit::postgres::{TestEngine, fresh_db};

const NO: InstanceNo = InstanceNo(7);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn session(n: u8) -> Session {
    Session {
        instance: NO,
        id: Id::from_bytes([n; 16]),
        kind: SessionKind::Api,
        person: Id::from_bytes([9; 16]),
        began: at(100 + i64::from(n)),
        expires: at(1_000 + i64::from(n)),
        address: "192.0.2.7".to_owned(),
        agent: "sample/1.0".to_owned(),
        generation: 3,
        rotated: at(150),
        ended: None,
    }
}

fn put(db: &Db, all: &[Session], now: i64) {
    let all = all.to_vec();
    db.write_blocking("test", move |tx| sessions::put(tx, &all, at(now))).unwrap();
}

fn changed(db: &Db, after: &Cursor, limit: i64) -> (Vec<Session>, Cursor) {
    let after = after.clone();
    db.read_blocking("test", move |tx| sessions::changed(tx, &after, limit)).unwrap()
}

#[test]
fn an_end_stays_and_a_generation_only_grows() {
    for engine in TestEngine::ALL {
        let (db, _guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        let ended = Session { ended: Some(at(200)), generation: 5, rotated: at(190), ..session(1) };
        put(&db, std::slice::from_ref(&ended), 200);
        let late = Session { expires: at(2_000), rotated: at(120), ..session(1) };
        put(&db, &[late], 201);
        let seen = db.read_blocking("test", |tx| sessions::get(tx, NO, session(1).id)).unwrap();
        assert_eq!(seen, Some(Session { expires: at(2_000), ..ended }), "{engine:?}");
        let elsewhere = |tx: &mut ReadTx<'_>| sessions::get(tx, InstanceNo(8), session(1).id);
        let none: Result<_, Error> = db.read_blocking("test", elsewhere);
        assert_eq!(none.unwrap(), None);
    }
}

#[test]
fn what_changed_is_read_in_pages_and_nothing_twice() {
    for engine in TestEngine::ALL {
        let (db, _guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        let mark = Session { kind: SessionKind::ApiBefore, ..session(2) };
        put(&db, &[session(1), session(2), mark.clone()], 300);
        put(&db, &[session(3)], 299);
        let (first, cursor) = changed(&db, &Cursor::from(at(299)), 2);
        assert_eq!(first, [session(3), session(1)], "{engine:?}");
        let (second, cursor) = changed(&db, &cursor, 2);
        assert_eq!(second, [session(2), mark], "{engine:?}");
        assert_eq!(changed(&db, &cursor, 2), (Vec::new(), cursor.clone()));
        put(&db, &[session(1)], 301);
        assert_eq!(changed(&db, &cursor, 2).0, [session(1)], "written again, read again");
        let of = |tx: &mut ReadTx<'_>| sessions::of_person(tx, NO, Id::from_bytes([9; 16]), 2);
        let newest: Result<Vec<Session>, Error> = db.read_blocking("test", of);
        assert_eq!(newest.unwrap().first(), Some(&session(3)));
    }
}

#[test]
fn expired_ones_are_forgotten_a_few_at_a_time() {
    for engine in TestEngine::ALL {
        let (db, _guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        put(&db, &[session(1), session(2), session(3), session(4)], 0);
        let forget = || db.write_blocking("test", |tx| sessions::forget(tx, at(1_003), 2));
        let removed: [Result<u64, Error>; 3] = [forget(), forget(), forget()];
        assert_eq!(removed.map(Result::unwrap), [2, 1, 0], "{engine:?}");
        assert_eq!(changed(&db, &Cursor::from(at(0)), 9).0, [session(4)]);
    }
}
