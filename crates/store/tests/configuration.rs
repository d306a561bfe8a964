//! The configuration's statements on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use firebell_domain::directory::{Kind, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Db, Error, migrate};
use firebell_store::configuration::{self as rows, EntityRow, InstanceRow, LogRow};
use firebell_store::migrations::migrations;
use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_db};

const NO: InstanceNo = InstanceNo(1);
const R1: Revision = Revision { epoch: 1, n: 1 };
const R2: Revision = Revision { epoch: 1, n: 2 };

fn ready(engine: TestEngine) -> (Db, DbGuard) {
    let (db, guard) = fresh_db(engine);
    migrate(&db, migrations(), 0).unwrap();
    db.write_blocking("test", |tx| rows::add_instance(tx, &instance(1, "acme"))).unwrap();
    (db, guard)
}

fn instance(no: i64, name: &str) -> InstanceRow {
    InstanceRow {
        no: InstanceNo(no),
        id: [u8::try_from(no).unwrap(); 16],
        name: name.to_owned(),
        region: "emea".to_owned(),
        created: 5,
        modified: R1,
    }
}

fn entity(kind: Kind, id: u8, name: &str, body: &str) -> EntityRow {
    EntityRow {
        kind: kind.word().to_owned(),
        id: [id; 16],
        name_key: name.to_owned(),
        body: body.to_owned(),
    }
}

#[test]
fn the_head_starts_before_the_first_change_and_is_kept() {
    for engine in TestEngine::ALL {
        let (db, _guard) = ready(engine);
        let zero = db.read_blocking("test", rows::head).unwrap();
        assert_eq!(zero, Revision { epoch: 1, n: 0 }, "{engine:?}");
        db.write_blocking("test", |tx| {
            assert_eq!(rows::lock_head(tx)?, Revision { epoch: 1, n: 0 });
            rows::set_head(tx, R2)
        })
        .unwrap();
        assert_eq!(db.read_blocking("test", rows::head).unwrap(), R2);
    }
}

#[test]
fn instances_are_numbered_and_their_names_are_unique() {
    for engine in TestEngine::ALL {
        let (db, _guard) = ready(engine);
        db.write_blocking("test", |tx| {
            assert_eq!(rows::next_instance_no(tx)?, InstanceNo(2));
            rows::add_instance(tx, &instance(2, "globex"))?;
            rows::touch_instance(tx, InstanceNo(2), R2)
        })
        .unwrap();
        let all = db.read_blocking("test", rows::instances).unwrap();
        let second = InstanceRow { modified: R2, ..instance(2, "globex") };
        assert_eq!(all, [instance(1, "acme"), second.clone()], "{engine:?}");
        let one = db.read_blocking("test", |tx| rows::instance(tx, InstanceNo(2))).unwrap();
        assert_eq!(one, Some(second));
        assert_eq!(db.read_blocking("test", |tx| rows::instance(tx, InstanceNo(9))).unwrap(), None);
        let taken = db.write_blocking("test", |tx| rows::add_instance(tx, &instance(3, "acme")));
        let error = taken.unwrap_err();
        assert!(error.is_unique_on("instances.name"), "{engine:?} {error:?}");
    }
}

#[test]
fn entities_are_put_replaced_paged_and_removed() {
    for engine in TestEngine::ALL {
        let (db, _guard) = ready(engine);
        let put = |list: Vec<EntityRow>, at| {
            db.write_blocking("test", move |tx| rows::put_entities(tx, NO, at, list.clone()))
        };
        let all = |after: Option<(&'static str, [u8; 16])>| {
            db.read_blocking("test", move |tx| rows::entities(tx, NO, after)).unwrap()
        };
        let ann = entity(Kind::Person, 1, "ann", "{}");
        let bo = entity(Kind::Person, 2, "bo", "{}");
        let team = entity(Kind::Group, 1, "ann", "{}");
        put(vec![bo.clone(), ann.clone(), team.clone()], R1).unwrap();
        assert_eq!(all(None), [team.clone(), ann.clone(), bo.clone()], "{engine:?}");
        assert_eq!(all(Some(("group", [1; 16]))), [ann.clone(), bo.clone()]);
        assert_eq!(all(Some(("person", [1; 16]))), std::slice::from_ref(&bo));

        let changed = entity(Kind::Person, 1, "anna", "{\"v\":1}");
        put(vec![changed.clone()], R2).unwrap();
        assert_eq!(all(Some(("group", [1; 16]))), [changed, bo.clone()]);

        let taken = put(vec![entity(Kind::Person, 3, "bo", "{}")], R2).unwrap_err();
        assert!(matches!(taken, Error::Unique { .. }), "{engine:?} {taken:?}");

        let gone = [(Kind::Person, [1; 16]), (Kind::Group, [1; 16])];
        db.write_blocking("test", move |tx| rows::remove_entities(tx, NO, &gone)).unwrap();
        assert_eq!(all(None), [bo]);
    }
}

#[test]
fn two_entities_can_swap_their_names() {
    for engine in TestEngine::ALL {
        let (db, _guard) = ready(engine);
        let swapped = db.write_blocking("test", |tx| {
            let (a, b) = (entity(Kind::Site, 1, "a", ""), entity(Kind::Site, 2, "b", ""));
            rows::put_entities(tx, NO, R1, vec![a, b])?;
            rows::park_names(tx, NO, &[(Kind::Site, [1; 16]), (Kind::Site, [2; 16])])?;
            let (a, b) = (entity(Kind::Site, 1, "b", ""), entity(Kind::Site, 2, "a", ""));
            rows::put_entities(tx, NO, R2, vec![a, b])?;
            rows::entities(tx, NO, None)
        });
        let names: Vec<String> = swapped.unwrap().into_iter().map(|row| row.name_key).collect();
        assert_eq!(names, ["b", "a"], "{engine:?}");
    }
}

#[test]
fn the_log_is_read_newest_first() {
    for engine in TestEngine::ALL {
        let (db, _guard) = ready(engine);
        let entry = |revision, kind: Kind| LogRow {
            revision,
            instance: NO,
            kind: kind.word().to_owned(),
            id: [7; 16],
            at: 9,
            author: "ann".to_owned(),
            reason: "test".to_owned(),
            before: None,
            after: Some("{}".to_owned()),
        };
        let list = [entry(R1, Kind::Site), entry(R2, Kind::Group), entry(R2, Kind::Site)];
        let written = list.to_vec();
        db.write_blocking("test", move |tx| rows::append_log(tx, written.clone())).unwrap();
        let read = |before, limit| {
            db.read_blocking("test", move |tx| rows::log(tx, NO, before, limit)).unwrap()
        };
        let newest = Revision { epoch: 2, n: 0 };
        let [old, group, site] = list;
        assert_eq!(read(newest, 10), [group.clone(), site, old.clone()], "{engine:?}");
        assert_eq!(read(newest, 1), [group]);
        assert_eq!(read(R2, 10), [old]);
    }
}

#[test]
fn a_setting_is_made_once() {
    for engine in TestEngine::ALL {
        let (db, _guard) = ready(engine);
        let make = |fresh: &'static str| {
            db.write_blocking("test", move |tx| rows::setting_or(tx, "key", fresh)).unwrap()
        };
        assert_eq!(make("one"), "one");
        assert_eq!(make("two"), "one", "{engine:?}");
        let read = |name: &'static str| db.read_blocking("test", move |tx| rows::setting(tx, name));
        assert_eq!(read("key").unwrap(), Some("one".to_owned()));
        assert_eq!(read("other").unwrap(), None);
    }
}
