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

#[test]
fn what_is_of_no_use_any_more_is_forgotten_a_bounded_number_at_once() {
    for engine in TestEngine::ALL {
        let (db, _guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        // 1 is verified; the others are not: 4 has a code that is out, 5 was tried lately.
        let open = |n| Check { verified: None, ..check(n) };
        let none = |n| Check { tried: None, code: None, code_until: None, ..open(n) };
        put(&db, check(1));
        put(&db, none(2));
        put(&db, open(3));
        put(&db, Check { code_until: Some(at(1_000)), ..open(4) });
        put(&db, Check { tried: Some(at(1_000)), ..open(5) });
        let (old, new) = (check(1).person, Id::from_bytes([8; 16]));
        db.write_blocking("test", move |tx| {
            for (person, last) in [(old, 999), (new, 1_000)] {
                rows::lock_sends(tx, NO, person)?;
                rows::count_sends(tx, NO, person, Sends { began: at(1), sent: 1, last: at(last) })?;
            }
            Ok::<_, firebell_sql::Error>(())
        })
        .unwrap();
        let forget = |no, limit| {
            let step =
                move |tx: &mut firebell_sql::WriteTx<'_>| rows::forget(tx, no, at(1_000), limit);
            db.write_blocking("test", step).unwrap()
        };
        assert_eq!(forget(ELSEWHERE, 10), 0, "{engine:?}");
        assert_eq!([forget(NO, 1), forget(NO, 1), forget(NO, 1)], [2, 1, 0], "{engine:?}");
        let left = db.read_blocking("test", move |tx| rows::of_person(tx, NO, old, 10)).unwrap();
        let left: Vec<u8> = left.iter().map(|check| check.address[0]).collect();
        assert_eq!(left, [1, 4, 5], "{engine:?}");
        let sends = |person| {
            db.write_blocking("test", move |tx| rows::lock_sends(tx, NO, person)).unwrap().sent
        };
        assert_eq!((sends(old), sends(new)), (0, 1), "{engine:?}");
    }
}

#[test]
fn verified_devices_are_found_page_by_page_and_forgotten_one_by_one() {
    for engine in TestEngine::ALL {
        let (db, _guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        for n in 1..=3 {
            put(&db, check(n));
        }
        put(&db, Check { verified: Some(at(2_000)), ..check(4) });
        put(&db, Check { verified: None, ..check(5) });
        let page = |after: u8, limit| {
            let after = Id::from_bytes([after; 16]);
            db.write_blocking("test", move |tx| {
                rows::verified_before(tx, NO, at(1_000), (after, limit))
            })
            .unwrap()
        };
        let ids = |all: &[u8]| all.iter().map(|n| check(*n).device).collect::<Vec<_>>();
        assert_eq!(page(0, 2), ids(&[1, 2]), "{engine:?}");
        assert_eq!(page(2, 2), ids(&[3]), "{engine:?}");
        let remove = |no| {
            let device = check(2).device;
            db.write_blocking("test", move |tx| rows::remove(tx, no, device)).unwrap()
        };
        assert_eq!([remove(ELSEWHERE), remove(NO), remove(NO)], [false, true, false], "{engine:?}");
        assert_eq!(page(0, 9), ids(&[1, 3]), "{engine:?}");
    }
}
