//! What followers are told: deltas and where they end, snapshots, approvals.

use firebell_base::time::add_seconds;
use firebell_sql::ReadTx;

use super::*;
use crate::feed::{Deltas, Head, rows as feed};
use crate::loading;
use crate::view::View;

impl Process {
    fn head(&self) -> Head {
        self.db.read_blocking("test", feed::head).unwrap()
    }

    fn deltas(&self, epoch: i64, n: i64) -> Option<Vec<i64>> {
        let after = Revision { epoch, n };
        let read = move |tx: &mut ReadTx<'_>| feed::deltas(tx, after);
        match self.db.read_blocking("test", read).unwrap() {
            Deltas::Next(list) => Some(list.iter().map(|delta| delta.revision.n).collect()),
            Deltas::Gone => None,
        }
    }

    fn forget(&self, at: Timestamp, limit: usize) -> bool {
        let forget = move |tx: &mut WriteTx<'_>| feed::forget(tx, at, limit);
        self.db.write_blocking("test", forget).unwrap()
    }

    /// As a follower that begins anew.
    fn followed(&self) -> View {
        let read = |tx: &mut ReadTx<'_>| {
            let head = feed::head(tx)?;
            let mut view = View::building(head.cell);
            let mut next = Some(InstanceNo(0));
            while let Some(from) = next {
                let page = loading::snapshot_page(tx, from)?;
                view = view.with_page(&page).unwrap();
                next = page.next;
            }
            Ok::<_, Error>(view.verified(head.root).unwrap())
        };
        self.db.read_blocking("test", read).unwrap()
    }
}

#[tokio::test]
async fn a_delta_of_many_instances_and_a_new_instance_are_followed() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let begun = process.followed();
        process.put(entities()).await.unwrap();
        process.authority.create_instance("globex", Region::Na, &author(), now()).await.unwrap();
        let limited = || {
            EntitlementChange::Set(Entitlement {
                contract: "C-1".to_owned(),
                ..Entitlement::unlimited(LicenceType::FullUser)
            })
        };
        let intent = Intent { approval: Some("yes".to_owned()), ..Intent::from(&author()) };
        let list = vec![(ACME, limited()), (InstanceNo(2), limited())];
        process.authority.set_entitlements(list, intent, now()).await.unwrap();
        let after = begun.revision();
        let read = move |tx: &mut ReadTx<'_>| feed::deltas(tx, after);
        let Deltas::Next(deltas) = process.db.read("test", read).await.unwrap() else { panic!() };
        assert_eq!(deltas.iter().map(|d| d.parts.len()).collect::<Vec<_>>(), [1, 1, 2]);
        assert!(deltas.iter().all(|delta| delta.at == now().as_microsecond()));
        let view = deltas.iter().fold(begun, |view, delta| view.with_delta(delta).unwrap());
        let anew = process.followed();
        let here = process.authority.snapshots().view();
        assert_eq!((view.root(), view.revision()), (anew.root(), anew.revision()), "{engine:?}");
        assert_eq!((here.root(), here.fingerprint()), (view.root(), view.fingerprint()));
        let directory = view.directory(ACME).unwrap();
        assert_eq!(directory.entities(), process.seen().entities());
    }
}

#[tokio::test]
async fn deltas_are_kept_for_a_day_and_the_floor_says_from_where() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        for n in 0..4_i64 {
            let one = Entity::Person(person(50, &format!("p{n}")));
            let decide = move |_: &Directory| Ok(vec![Change::Put(one.clone())]);
            let at = add_seconds(now(), n * 3_600);
            process.authority.change(ACME, &author(), at, decide).await.unwrap();
        }
        assert_eq!(process.deltas(1, 0), Some(vec![1, 2, 3, 4, 5]), "{engine:?}");
        assert_eq!(process.deltas(1, 3), Some(vec![4, 5]));
        assert_eq!(process.deltas(1, 5), Some(Vec::new()));
        assert_eq!(process.deltas(1, 6), None, "of the future");
        assert_eq!(process.deltas(2, 1), None, "of another epoch");
        assert_eq!(process.head().floor, Revision { epoch: 1, n: 0 });

        let day = add_seconds(now(), feed::KEPT_SECONDS);
        assert!(!process.forget(day, 10), "{engine:?}: nothing is older than a day");
        let later = add_seconds(day, 3_601);
        assert!(process.forget(later, 1) && process.forget(later, 10));
        assert!(!process.forget(later, 10));
        assert_eq!(process.head().floor, Revision { epoch: 1, n: 3 });
        assert_eq!(process.deltas(1, 2), None);
        assert_eq!(process.deltas(1, 3), Some(vec![4, 5]), "{engine:?}");
        let long = add_seconds(day, 1_000_000);
        assert!(process.forget(long, 10));
        assert_eq!((process.deltas(1, 4), process.deltas(1, 5)), (None, Some(Vec::new())));
        process.put(vec![Entity::Person(person(51, "di"))]).await.unwrap();
        assert_eq!(process.deltas(1, 5), Some(vec![6]), "{engine:?}");
    }
}

#[tokio::test]
async fn deltas_of_an_older_epoch_lead_nowhere() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        process.put(entities()).await.unwrap();
        process.authority.new_epoch(0, &author(), now()).await.unwrap();
        assert_eq!(process.deltas(1, 1), None, "{engine:?}");
        assert_eq!(process.deltas(2, 0), Some(Vec::new()));
        process.put(vec![Entity::Person(person(51, "di"))]).await.unwrap();
        assert_eq!(process.deltas(2, 0), Some(vec![1]));
        assert!(process.forget(now(), 10), "those of the old epoch are gone");
        assert_eq!(process.head().floor, Revision { epoch: 2, n: 0 });
        assert_eq!(process.deltas(2, 0), Some(vec![1]), "{engine:?}");
    }
}

#[tokio::test]
async fn what_is_too_large_to_be_told_needs_a_snapshot() {
    let (process, _guard) = acme(TestEngine::Sqlite).await;
    let large = |n: u128| {
        let mut one = person(50 + n, &format!("p{n}"));
        for field in 0..45 {
            let text = "x".repeat(19_000);
            one.properties.insert(format!("f{field}"), Value::Text(text));
        }
        Entity::Person(one)
    };
    process.put((0..20).map(large).collect()).await.unwrap();
    assert_eq!(process.head().floor, Revision { epoch: 1, n: 2 });
    assert_eq!(process.deltas(1, 1), None);
    process.put(vec![Entity::Person(person(30, "di"))]).await.unwrap();
    assert_eq!((process.deltas(1, 1), process.deltas(1, 2)), (None, Some(vec![3])));
    assert_eq!(process.followed().root(), process.head().root);
}

#[tokio::test]
async fn a_damaged_delta_is_not_guessed_at() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        process.put(entities()).await.unwrap();
        process.put(vec![Entity::Person(person(30, "di"))]).await.unwrap();
        let spoil = |tx: &mut WriteTx<'_>| {
            let text = "update config_deltas set payload = ?1 where n = 2";
            let spoil = firebell_sql::Statement::new("test.spoil", text);
            tx.execute(&spoil, &[vec![255_u8; 9].into()])
        };
        process.db.write("test", spoil).await.unwrap();
        assert_eq!(process.deltas(1, 0), Some(vec![1]), "{engine:?}");
        assert_eq!(process.deltas(1, 1), None);
        assert_eq!(process.deltas(1, 2), Some(vec![3]), "{engine:?}");
    }
}

#[tokio::test]
async fn an_approved_snapshot_is_told() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        assert_eq!(process.head().approved, None, "{engine:?}");
        let at = process.authority.approve_snapshot(&author(), now()).await.unwrap();
        assert_eq!(process.head().approved, Some(at));
        process.authority.approve_snapshot(&author(), now()).await.unwrap();
        let newest = process.put(entities()).await.unwrap().revision;
        assert_eq!(process.head().approved, Some(at), "{engine:?}");
        process.authority.approve_snapshot(&author(), now()).await.unwrap();
        assert_eq!(process.head().approved, Some(newest));
    }
}
