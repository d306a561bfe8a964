//! The configuration's statements on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use firebell_domain::directory::{Kind, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Db, Error, migrate};
use firebell_store::configuration::{self as rows, EntityRow, Head, InstanceRow};
use firebell_store::history::{self as log, LogRow};
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
        digest: [9; 32],
    }
}

fn entity(kind: Kind, id: u8, name: &str, body: &str) -> EntityRow {
    EntityRow {
        kind: kind.word().to_owned(),
        id: [id; 16],
        name_key: name.to_owned(),
        body: body.to_owned(),
        changed: R1,
    }
}

const fn zero_revision() -> Revision {
    Revision { epoch: 1, n: 0 }
}

#[test]
fn the_head_starts_before_the_first_change_and_is_kept() {
    for engine in TestEngine::ALL {
        let (db, _guard) = ready(engine);
        let zero = db.read_blocking("test", rows::head).unwrap();
        assert_eq!(zero, Revision { epoch: 1, n: 0 }, "{engine:?}");
        db.write_blocking("test", |tx| {
            let head = rows::lock_head(tx)?;
            assert_eq!((head.revision, head.root, head.floor), (zero_revision(), [0; 32], 0));
            rows::set_head(tx, &Head { cell: [1; 16], revision: R2, root: [2; 32], floor: 1 })
        })
        .unwrap();
        assert_eq!(db.read_blocking("test", rows::head).unwrap(), R2);
        let head = db.read_blocking("test", rows::whole_head).unwrap();
        assert_eq!((head.revision, head.root, head.floor), (R2, [2; 32], 1));
        assert!(head.cell != [0; 16] && head.cell != [1; 16], "a cell is for ever");
        let (other, _guard) = fresh_db(engine);
        migrate(&other, migrations(), 0).unwrap();
        assert_ne!(other.read_blocking("test", rows::whole_head).unwrap().cell, head.cell);
    }
}

#[test]
fn instances_are_numbered_and_their_names_are_unique() {
    for engine in TestEngine::ALL {
        let (db, _guard) = ready(engine);
        db.write_blocking("test", |tx| {
            assert_eq!(rows::next_instance_no(tx)?, InstanceNo(2));
            rows::add_instance(tx, &instance(2, "globex"))?;
            rows::touch_instances(tx, &[(InstanceNo(2), R2, [7; 32])])
        })
        .unwrap();
        let all = db.read_blocking("test", rows::instances).unwrap();
        let second = InstanceRow { modified: R2, digest: [7; 32], ..instance(2, "globex") };
        assert_eq!(all, [instance(1, "acme"), second.clone()], "{engine:?}");
        assert_eq!(db.read_blocking("test", rows::instance_count).unwrap(), 2);
        let from = |no| move |tx: &mut firebell_sql::ReadTx<'_>| rows::instances_from(tx, no, 1);
        let from = |no| db.read_blocking("test", from(InstanceNo(no))).unwrap();
        assert_eq!((from(0), from(2)), (vec![instance(1, "acme")], vec![second.clone()]));
        assert_eq!(from(3), []);
        let since = |at| db.read_blocking("test", move |tx| rows::instances_since(tx, at)).unwrap();
        assert_eq!(since(R1), std::slice::from_ref(&second), "{engine:?}");
        assert_eq!((since(zero_revision()).len(), since(R2).len()), (2, 0));
        assert_eq!(since(Revision { epoch: 0, n: 99 }).len(), 2);
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
            let dated = |row| EntityRow { changed: at, ..row };
            let list: Vec<EntityRow> = list.into_iter().map(dated).collect();
            db.write_blocking("test", move |tx| rows::put_entities(tx, NO, list.clone()))
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
        let changed = EntityRow { changed: R2, ..changed };
        assert_eq!(all(Some(("group", [1; 16]))), [changed, bo.clone()]);
        let between = |from, to, limit| {
            let (from, to) = (InstanceNo(from), InstanceNo(to));
            let read = move |tx: &mut firebell_sql::ReadTx<'_>| {
                rows::entities_between(tx, from, to, limit)
            };
            db.read_blocking("test", read).unwrap()
        };
        assert_eq!(between(1, 1, 2).len(), 2, "{engine:?}");
        assert_eq!((between(0, 5, 9).len(), between(2, 5, 9).len()), (3, 0));
        assert_eq!(between(1, 1, 1), [(NO, team)]);

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
            rows::put_entities(tx, NO, vec![a, b])?;
            rows::park_names(tx, NO, &[(Kind::Site, [1; 16]), (Kind::Site, [2; 16])])?;
            let (a, b) = (entity(Kind::Site, 1, "b", ""), entity(Kind::Site, 2, "a", ""));
            rows::put_entities(tx, NO, vec![a, b])?;
            rows::entities(tx, NO, None)
        });
        let names: Vec<String> = swapped.unwrap().into_iter().map(|row| row.name_key).collect();
        assert_eq!(names, ["b", "a"], "{engine:?}");
    }
}

#[test]
fn the_log_is_read_newest_first_and_by_revision() {
    for engine in TestEngine::ALL {
        let (db, _guard) = ready(engine);
        let entry = |revision: Revision, kind: Kind| LogRow {
            revision,
            instance: NO,
            kind: kind.word().to_owned(),
            id: [7; 16],
            at: 9 + revision.n,
            author: "ann".to_owned(),
            reason: "test".to_owned(),
            was: (revision == R2).then_some(R1),
            before: None,
            after: Some("{}".to_owned()),
        };
        let list = [entry(R1, Kind::Site), entry(R2, Kind::Group), entry(R2, Kind::Site)];
        let other = LogRow { instance: InstanceNo(2), ..list[2].clone() };
        let written = [&list[..], &[other]].concat();
        db.write_blocking("test", move |tx| log::append(tx, written.clone())).unwrap();
        let read = |upto, after, limit| {
            db.read_blocking("test", move |tx| log::log(tx, NO, upto, after, limit)).unwrap()
        };
        let newest = Revision { epoch: 2, n: 0 };
        let [old, group, site] = list;
        assert_eq!(
            read(newest, None, 10),
            [group.clone(), site.clone(), old.clone()],
            "{engine:?}"
        );
        assert_eq!(read(newest, None, 1), std::slice::from_ref(&group));
        assert_eq!(read(R2, Some(("group", [7; 16])), 10), [site.clone(), old.clone()]);
        assert_eq!(read(R2, Some(("site", [7; 16])), 10), std::slice::from_ref(&old));
        assert_eq!(read(R1, None, 10), std::slice::from_ref(&old));
        let of = db.read_blocking("test", |tx| log::of_revision(tx, NO, R2, 10)).unwrap();
        assert_eq!(of, [group, site], "{engine:?}");
        let revisions = |no: Option<InstanceNo>, before, limit| {
            let read =
                move |tx: &mut firebell_sql::ReadTx<'_>| log::revisions(tx, no, before, limit);
            let list = db.read_blocking("test", read).unwrap().into_iter();
            list.map(|row| (row.revision.n, row.instance.0, row.entries)).collect::<Vec<_>>()
        };
        assert_eq!(revisions(Some(NO), newest, 9), [(2, 1, 2), (1, 1, 1)], "{engine:?}");
        assert_eq!(revisions(None, newest, 9), [(2, 2, 1), (2, 1, 2), (1, 1, 1)]);
        assert_eq!(revisions(None, R2, 9), [(1, 1, 1)]);
        assert_eq!(revisions(None, newest, 1), [(2, 2, 1)]);
        let as_of = |at| db.read_blocking("test", move |tx| log::as_of(tx, NO, at)).unwrap();
        assert_eq!((as_of(9), as_of(10), as_of(99)), (None, Some(R1), Some(R2)), "{engine:?}");
        let last = |upto| db.read_blocking("test", move |tx| log::last(tx, NO, upto)).unwrap();
        assert_eq!((last(zero_revision()), last(R1), last(newest)), (None, Some(R1), Some(R2)));
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
