//! The past is what it was, and deltas lead from any revision to the newest.

use firebell_base::time::{add_micros, add_seconds};
use proptest::prelude::*;

use super::*;
use crate::codec;
use crate::digest::Digest;
use crate::feed::{self, Deltas};
use crate::history::{Moment, What};
use crate::view::View;

/// Something that happens.
#[derive(Debug, Clone)]
enum Op {
    Put(u128, i64),
    Remove(u128),
    Swap(u128, u128),
    Key(u8),
    Epoch,
}

fn op() -> impl Strategy<Value = Op> {
    let who = 50_u128..54;
    prop_oneof![
        4 => (who.clone(), 0_i64..4).prop_map(|(n, value)| Op::Put(n, value)),
        2 => who.clone().prop_map(Op::Remove),
        2 => (who.clone(), who).prop_map(|(a, b)| Op::Swap(a, b)),
        1 => (0_u8..3).prop_map(Op::Key),
        1 => Just(Op::Epoch),
    ]
}

fn changes(op: &Op, directory: &Directory) -> Vec<Change> {
    let named = |n: u128| directory.person(id(n)).map(|one| (**one).clone());
    match *op {
        // Somebody else has got the name by a swap.
        Op::Put(n, _)
            if named(n).is_none() && directory.person_by_name(&format!("p{n}")).is_some() =>
        {
            Vec::new()
        }
        Op::Put(n, value) => {
            let mut one = named(n).unwrap_or_else(|| person(n, &format!("p{n}")));
            one.properties.insert("value".to_owned(), Value::Int(value));
            vec![Change::Put(Entity::Person(one))]
        }
        Op::Remove(n) => vec![Change::Remove(Kind::Person, id::<Person>(n).to_bytes())],
        Op::Swap(a, b) if a != b => match (named(a), named(b)) {
            (Some(mut a), Some(mut b)) => {
                std::mem::swap(&mut a.target_name, &mut b.target_name);
                std::mem::swap(&mut a.web_login, &mut b.web_login);
                vec![Change::Put(Entity::Person(a)), Change::Put(Entity::Person(b))]
            }
            (_, _) => Vec::new(),
        },
        Op::Key(byte) => {
            let mut door = (**directory.integration(id(DOOR)).unwrap()).clone();
            door.key_hash = [byte; 32];
            door.rate_per_minute = Some(u32::from(byte) + 1);
            vec![Change::Put(Entity::Integration(door))]
        }
        Op::Swap(..) | Op::Epoch => Vec::new(),
    }
}

/// Everything the log knows of a directory.
fn shown(directory: &Directory) -> Vec<(Revision, String)> {
    let entities = directory.entities();
    let one = |entity: &Entity| {
        let changed = directory.entity_revision(entity.kind(), entity.id()).unwrap();
        let mut body = codec::encode_for_log(entity);
        // Of secrets it only knows that there is one.
        if let Entity::Integration(_) = entity {
            body = body.replace("…", &"0".repeat(64));
        }
        (changed, body)
    };
    entities.iter().map(one).collect()
}

async fn tell(engine: TestEngine, ops: Vec<Op>) {
    let (process, _guard) = acme(engine).await;
    let mut at = now();
    let mut kept: Vec<(Revision, Timestamp, Arc<Directory>)> = Vec::new();
    let mut views: Vec<Arc<View>> = Vec::new();
    process.put(entities()).await.unwrap();
    for op in ops {
        at = add_seconds(at, 1);
        if let Op::Epoch = op {
            process.authority.new_epoch(0, &author(), at).await.unwrap();
            process.refresh().await.unwrap();
            views.clear();
            views.push(process.authority.snapshots().view());
            continue;
        }
        let decide = move |directory: &Directory| Ok(changes(&op, directory));
        let done = process.authority.change(ACME, &author(), at, decide).await.unwrap();
        if done.changed > 0 {
            kept.push((done.revision, at, done.directory));
            views.push(process.authority.snapshots().view());
        }
    }
    for (revision, at, directory) in &kept {
        for when in [
            Moment::Revision(*revision),
            Moment::Instant(*at),
            Moment::Instant(add_micros(*at, 999_999)),
        ] {
            let past = process.authority.past(ACME, when).await.unwrap().unwrap();
            assert_eq!(past.revision, *revision, "{engine:?} {when:?}");
            let mut expected = shown(directory);
            let mut found = shown(&past);
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{engine:?} {when:?}");
            assert!(past.integrations().all(|door| door.key_hash == [0; 32]), "a secret");
        }
    }
    let head = process.db.read("test", feed::rows::head).await.unwrap();
    for view in &views {
        let mut view = View::clone(view);
        while view.revision() != head.revision {
            let after = view.revision();
            let next = move |tx: &mut firebell_sql::ReadTx<'_>| feed::rows::deltas(tx, after);
            let Deltas::Next(list) = process.db.read("test", next).await.unwrap() else {
                panic!("{engine:?}: no way on from {after}");
            };
            for delta in list {
                view = view.with_delta(&delta).unwrap();
            }
        }
        assert_eq!((view.root(), head.root), (head.root, view.root()), "{engine:?}");
        assert_ne!(view.root(), Digest::ZERO);
    }
}

fn cases(engine: TestEngine, count: u32) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = ProptestConfig { cases: count, failure_persistence: None, ..Default::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let ops = proptest::collection::vec(op(), 1..14);
    let ran = runner.run(&ops, |ops| {
        runtime.block_on(tell(engine, ops));
        Ok(())
    });
    ran.unwrap();
}

#[test]
fn the_past_is_what_was_there_and_deltas_lead_to_the_newest_on_sqlite() {
    cases(TestEngine::Sqlite, 24);
}

#[test]
fn the_past_is_what_was_there_and_deltas_lead_to_the_newest_on_postgres() {
    cases(TestEngine::Postgres, 8);
}

#[tokio::test]
async fn before_it_was_made_there_was_nothing() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        process.authority.create_instance("globex", Region::Na, &author(), now()).await.unwrap();
        let no = InstanceNo(2);
        let at = |n| Moment::Revision(Revision { epoch: 1, n });
        assert!(process.authority.past(no, at(1)).await.unwrap().is_none(), "{engine:?}");
        let early = Moment::Instant(add_seconds(now(), -1));
        assert!(process.authority.past(no, early).await.unwrap().is_none());
        let made = process.authority.past(no, at(2)).await.unwrap().unwrap();
        assert_eq!(made.entities().len(), 2, "its entitlements");
        let unknown = process.authority.past(InstanceNo(9), at(2)).await;
        assert!(matches!(unknown, Err(ConfigError::Unknown(_))), "{engine:?}");
        let diff = process.authority.diff(no, at(1), at(2)).await.unwrap();
        assert_eq!((diff.from, diff.entries.len()), (Revision::default(), 2));
        assert!(diff.entries.iter().all(|entry| entry.what == What::Added));
    }
}

#[tokio::test]
async fn history_and_differences_name_what_changed_field_by_field() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let first = process.put(entities()).await.unwrap().revision;
        let mut ann = (**process.seen().person(id(ANN)).unwrap()).clone();
        ann.last_name = name("Newman");
        let mut key = (**process.seen().api_key(id(KEY)).unwrap()).clone();
        key.secret_hash = [9; 32];
        process
            .change(vec![
                Change::Put(Entity::Person(ann)),
                Change::Put(Entity::ApiKey(key)),
                Change::Remove(Kind::Absence, id::<Person>(crate::samples::AWAY).to_bytes()),
                Change::Put(Entity::Person(person(50, "cy"))),
            ])
            .await
            .unwrap();
        let newest = Moment::Revision(Revision { epoch: 9, n: 0 });
        let diff = process.authority.diff(ACME, Moment::Revision(first), newest).await.unwrap();
        let shown: Vec<(&str, &str, What)> =
            diff.entries.iter().map(|e| (e.kind.as_str(), e.name.as_str(), e.what)).collect();
        let expected = [
            ("person", "ann", What::Changed),
            ("person", "cy", What::Added),
            ("absence", "of bo", What::Removed),
            ("api_key", "laptop", What::Changed),
        ];
        assert_eq!(shown, expected, "{engine:?}");
        let line = &diff.entries[0].lines[0];
        assert_eq!(line.field, "lastName");
        assert_eq!((line.before.as_deref(), line.after.as_deref()), (Some("ann"), Some("Newman")));
        assert_eq!(diff.entries[0].lines.len(), 1);
        assert_eq!(diff.entries[3].lines, [], "a secret is never shown");

        let list = process.authority.history(Some(ACME), None, 10).await.unwrap();
        assert_eq!(list.iter().map(|e| e.revision.n).collect::<Vec<_>>(), [3, 2, 1], "{engine:?}");
        assert_eq!((list[0].count, list[0].changes.len()), (4, 4));
        assert_eq!((list[0].author.as_str(), list[0].reason.as_str()), ("ann", "test"));
        assert_eq!((list[2].count, list[2].changes[0].kind.as_str()), (3, "entitlement"));
        let made = list[2].changes.iter().find(|change| change.kind == "instance").unwrap();
        assert_eq!((made.name.as_str(), made.what), ("acme", What::Added));
        let older = process.authority.history(None, Some(first), 10).await.unwrap();
        assert_eq!(older.len(), 1);
        assert_eq!(process.authority.history(None, None, 2).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn pages_of_all_instances_lose_none_of_a_revision() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        for name in ["globex", "initech"] {
            process.authority.create_instance(name, Region::Na, &author(), now()).await.unwrap();
        }
        let limited = Entitlement {
            allotment: firebell_domain::licence::Allotment::Limited(9),
            ..Entitlement::unlimited(LicenceType::FullUser)
        };
        let one = |no| (InstanceNo(no), EntitlementChange::Set(limited.clone()));
        let approved = Intent { approval: Some("a test".to_owned()), ..Intent::from(&author()) };
        let list = (1..=3).map(one).collect();
        process.authority.set_entitlements(list, approved, now()).await.unwrap();
        process.put(vec![Entity::Person(person(50, "cy"))]).await.unwrap();
        let page = async |before, limit| {
            let list = process.authority.history(None, before, limit).await.unwrap();
            list.iter().map(|e| (e.revision, e.instance)).collect::<Vec<_>>()
        };
        let all = page(None, 200).await;
        assert_eq!(all.len(), 7, "{engine:?}");
        for limit in 3..8 {
            let (mut found, mut before) = (Vec::new(), None);
            loop {
                let next = page(before, limit).await;
                assert!(next.len() <= limit, "{engine:?} {limit}");
                let Some((last, _)) = next.last() else { break };
                before = Some(*last);
                found.extend(next);
            }
            assert_eq!(found, all, "{engine:?} pages of {limit}");
        }
        assert_eq!(page(None, 0).await, [], "{engine:?}");
    }
}
