//! What is known of devices, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use firebell_base::{Id, Timestamp};
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Db, migrate};
use firebell_store::device_checks::{self as rows, Check, Sends, Tried};
use firebell_store::migrations::migrations;
use firebell_testkit::postgres::{TestEngine, fresh_db};

const NO: InstanceNo = InstanceNo(7);
const ELSEWHERE: InstanceNo = InstanceNo(8);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn check(n: u8) -> Check {
    Check {
        device: Id::from_bytes([n; 16]),
        person: Id::from_bytes([9; 16]),
        address: [n; 32],
        verified: Some(at(50)),
        code: Some([3; 32]),
        code_until: Some(at(600)),
        failures: 2,
        tried: Some(at(100)),
        outcome: Tried::Open,
        detail: "on its way".to_owned(),
    }
}

fn put(db: &Db, check: Check) {
    db.write_blocking("test", move |tx| rows::put(tx, NO, &check)).unwrap();
}

#[test]
fn what_was_written_is_read_by_device_and_by_person() {
    for engine in TestEngine::ALL {
        let (db, _guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        let bare = Check {
            verified: None,
            code: None,
            code_until: None,
            tried: None,
            outcome: Tried::Failed,
            ..check(2)
        };
        put(&db, check(1));
        put(&db, bare.clone());
        let person = check(1).person;
        let all = db.read_blocking("test", move |tx| rows::of_person(tx, NO, person, 10)).unwrap();
        assert_eq!(all, [check(1), bare], "{engine:?}");
        let device = check(1).device;
        let get = |no| db.write_blocking("test", move |tx| rows::lock(tx, no, device)).unwrap();
        assert_eq!((get(NO), get(ELSEWHERE)), (Some(check(1)), None), "{engine:?}");
        let none = db.read_blocking("test", move |tx| rows::of_person(tx, ELSEWHERE, person, 10));
        assert_eq!(none.unwrap(), []);
    }
}

#[test]
fn a_result_of_an_older_message_changes_nothing() {
    for engine in TestEngine::ALL {
        let (db, _guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        put(&db, check(1));
        let device = check(1).device;
        let told = |tried, outcome| {
            db.write_blocking("test", move |tx| {
                rows::result(tx, NO, device, (tried, outcome, "said"))?;
                rows::lock(tx, NO, device)
            })
        };
        let late = told(at(99), Tried::Failed).unwrap().unwrap();
        assert_eq!(late, check(1), "{engine:?}");
        let now = told(at(100), Tried::Accepted).unwrap().unwrap();
        assert_eq!((now.outcome, now.detail.as_str()), (Tried::Accepted, "said"));
    }
}

#[test]
fn messages_are_counted_by_person_and_instance() {
    for engine in TestEngine::ALL {
        let (db, _guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        let person = check(1).person;
        let sends = Sends { began: at(10), sent: 4, last: at(20) };
        let read = |no| db.write_blocking("test", move |tx| rows::lock_sends(tx, no, person));
        assert_eq!(read(NO).unwrap().sent, 0);
        let count =
            move |tx: &mut firebell_sql::WriteTx<'_>| rows::count_sends(tx, NO, person, sends);
        db.write_blocking("test", count).unwrap();
        assert_eq!(read(NO).unwrap(), sends, "{engine:?}");
        assert_eq!(read(ELSEWHERE).unwrap().sent, 0);
    }
}
