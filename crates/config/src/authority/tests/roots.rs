//! Digests, what a change depends on, the audit of changes, and what a change costs.

use firebell_base::Clock;
use firebell_sql::{Statement, Value as Sql};

use super::*;
use crate::audit;
use crate::change::Expect;
use crate::fresh::Cause;

fn execute(process: &Process, text: &'static str, values: Vec<Sql>) {
    let s = Statement::new("test.tamper", text);
    let run = move |tx: &mut WriteTx<'_>| tx.execute(&s, &values);
    assert!(process.db.write_blocking("test", run).unwrap() > 0, "{text}");
}

#[tokio::test]
async fn a_wrong_root_stops_changes_until_it_is_repaired() {
    for engine in TestEngine::ALL {
        for (what, text) in [
            ("the head's root", "update config_head set root = ?1"),
            ("a stored entity", "update config_entities set rev_n = 1 where kind = 'site'"),
            ("a lost entity", "delete from config_entities where kind = 'absence'"),
        ] {
            let (process, _guard) = acme(engine).await;
            let good = process.put(entities()).await.unwrap().revision;
            assert!(process.authority.verify().await.unwrap().is_good(), "{engine:?}");
            let values = if text.contains('?') { vec![[7_u8; 32].into()] } else { Vec::new() };
            execute(&process, text, values);
            let restarted = Process::start(&process.db).await;
            let cy = || vec![Entity::Person(person(50, "cy"))];
            let refused = restarted.put(cy()).await.unwrap_err();
            assert!(
                matches!(refused, ConfigError::Unconfirmed(Cause::RootMismatch)),
                "{engine:?} {what} {refused:?}"
            );
            let name = restarted.authority.create_instance("x", Region::Na, &author(), now()).await;
            assert!(matches!(name, Err(ConfigError::Unconfirmed(Cause::RootMismatch))));
            assert_eq!(process.db.read("test", rows::head).await.unwrap(), good);
            let found = restarted.authority.verify().await.unwrap();
            assert!(!found.is_good() && found.repaired.is_none(), "{engine:?} {what}");
            let repaired = restarted.authority.repair(&author(), now()).await.unwrap();
            assert_eq!(repaired.wrong, found.wrong, "{engine:?} {what}");
            assert_eq!(repaired.repaired, Some(Revision { epoch: 2, n: 0 }));
            assert!(restarted.authority.verify().await.unwrap().is_good());
            for process in [&restarted, &process] {
                let committed = process.put(cy()).await.unwrap();
                assert_eq!(committed.revision.epoch, 2, "{engine:?} {what}");
                assert!(process.authority.verify().await.unwrap().is_good());
            }
        }
    }
}

#[tokio::test]
async fn nothing_to_repair_is_left_alone() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let head = process.db.read("test", rows::whole_head).await.unwrap();
        let found = process.authority.repair(&author(), now()).await.unwrap();
        assert!(found.is_good() && found.repaired.is_none());
        assert_eq!(process.db.read("test", rows::whole_head).await.unwrap(), head, "{engine:?}");
    }
}

#[tokio::test]
async fn an_epoch_begins_above_everything_and_changes_go_on_in_it() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let two = Process::start(&process.db).await;
        let by = author();
        let at = process.authority.new_epoch(7, &by, now()).await.unwrap();
        assert_eq!(at, Revision { epoch: 8, n: 0 }, "{engine:?}");
        assert_eq!(process.authority.new_epoch(0, &by, now()).await.unwrap().epoch, 9);
        assert_eq!(process.put(entities()).await.unwrap().revision, Revision { epoch: 9, n: 1 });
        two.refresh().await.unwrap();
        assert_eq!(two.seen().entities(), everything());
        assert!(two.authority.verify().await.unwrap().is_good(), "{engine:?}");
    }
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_overwritten() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let first = process.put(entities()).await.unwrap().revision;
        let ann = id::<Person>(ANN).to_bytes();
        let change = async |expect: Expect, last_name: &str| {
            let mut ann = (**process.seen().person(id(ANN)).unwrap()).clone();
            ann.last_name = name(last_name);
            let decide = move |_: &Directory| Ok(vec![Change::Put(Entity::Person(ann.clone()))]);
            let intent = Intent { expects: vec![expect], ..Intent::from(&author()) };
            process.authority.change(ACME, intent, now(), decide).await
        };
        let seen = |revision| Expect { kind: Kind::Person, id: ann, revision };
        let second = change(seen(Some(first)), "Two").await.unwrap().revision;
        let refused = change(seen(Some(first)), "Three").await.unwrap_err();
        assert!(
            matches!(refused, ConfigError::Changed { kind: "person", found } if found == Some(second)),
            "{engine:?} {refused:?}"
        );
        assert!(refused.to_string().contains(&second.to_string()), "{refused}");
        change(seen(None), "Three").await.unwrap();
        let gone = Expect { kind: Kind::Group, ..seen(None) };
        let refused = change(gone, "Four").await.unwrap_err();
        assert!(matches!(refused, ConfigError::Changed { kind: "group", found: None }));
        assert_eq!(process.seen().person(id(ANN)).unwrap().last_name, name("Three"));
    }
}

#[tokio::test]
async fn a_key_makes_a_person_once() {
    for engine in TestEngine::ALL {
        let (one, _guard) = acme(engine).await;
        let two = Process::start(&one.db).await;
        let make = async |process: &Process, n: u128, key: u8| {
            let cy = Entity::Person(person(n, &format!("p{n}")));
            let decide = move |_: &Directory| Ok(vec![Change::Put(cy.clone())]);
            let intent = Intent { key: Some([key; 32]), ..Intent::from(&author()) };
            process.authority.change(ACME, intent, now(), decide).await.unwrap()
        };
        let first = make(&one, 50, 1).await;
        assert_eq!((first.repeated, first.changed), (None, 1), "{engine:?}");
        let again = make(&two, 51, 1).await;
        assert_eq!((again.repeated, again.changed), (Some(id(50)), 0), "{engine:?}");
        assert_eq!(again.revision, first.revision);
        assert!(again.directory.person(id(51)).is_none());
        assert_eq!(make(&two, 51, 2).await.repeated, None);
    }
}

#[tokio::test]
async fn every_change_is_in_the_audit() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        process.put(entities()).await.unwrap();
        process.put(vec![Entity::Person(person(50, "cy"))]).await.unwrap();
        process
            .change(vec![Change::Remove(Kind::Person, id::<Person>(50).to_bytes())])
            .await
            .unwrap();
        process.authority.approve_snapshot(&author(), now()).await.unwrap();
        process.authority.new_epoch(0, &author(), now()).await.unwrap();
        let list = process.db.read("test", |tx| audit::page(tx, None, None, 99)).await.unwrap();
        let shown: Vec<(&str, &str)> =
            list.iter().rev().map(|entry| (entry.act.as_str(), entry.subject.as_str())).collect();
        let subject = format!("site Oslo and {} more", entities().len() - 1);
        let expected = [
            ("instance.create", "instance acme"),
            ("config.change", subject.as_str()),
            ("config.change", "person cy"),
            ("config.change", "person cy"),
            ("config.approve_snapshot", "snapshots up to 1.4"),
            ("config.epoch", "after 1.4"),
        ];
        assert_eq!(shown, expected, "{engine:?}");
        assert!(list.iter().all(|entry| entry.at == now()));
        assert_eq!((list[2].actor.as_str(), list[2].reason.as_str()), ("ann", "test"));
        let chain = process.db.read("test", audit::verify).await.unwrap();
        assert_eq!((chain.entries, chain.broken), (6, None), "{engine:?}");
    }
}

/// The best of some changes, in microseconds: what a change costs when nothing else happens.
async fn cost(process: &Process) -> u64 {
    let (clock, mut best) = (Clock::System, u64::MAX);
    for n in 0..30 {
        let cy = Entity::Person(person(50, &format!("cy{n}")));
        let begun = clock.monotonic_micros();
        process.put(vec![cy]).await.unwrap();
        best = best.min(clock.monotonic_micros() - begun);
    }
    best
}

#[tokio::test]
async fn a_change_costs_the_same_among_many_instances() {
    const MANY: usize = 700;
    let (process, _guard) = acme(TestEngine::Sqlite).await;
    let alone = cost(&process).await;
    for n in 0..MANY {
        let name = format!("i{n}");
        process.authority.create_instance(&name, Region::Na, &author(), now()).await.unwrap();
    }
    let before = process.authority.snapshots().view();
    let among = cost(&process).await;
    let after = process.authority.snapshots().view();
    let pairs = before.instances().zip(after.instances()).skip(1);
    assert_eq!(pairs.filter(|(a, b)| Arc::ptr_eq(a, b)).count(), MANY, "others were copied");
    assert!(among < alone * 3 + 1_000, "{alone} µs alone, {among} µs among many");
}
