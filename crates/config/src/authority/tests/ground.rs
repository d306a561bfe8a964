//! What a process knows when it is behind, when others write at the same time, and when the digest is wrong.

use std::sync::Barrier;

use firebell_base::time::add_seconds;
use firebell_sql::{ReadTx, Statement};

use super::*;
use crate::fault::Faults;
use crate::fresh::Cause;
use crate::history::{self, Moment};

fn cy(called: &str) -> Entity {
    Entity::Person(person(50, called))
}

fn is_mismatch<T>(done: &Result<T, ConfigError>) -> bool {
    matches!(done, Err(ConfigError::Unconfirmed(Cause::RootMismatch)))
}

#[tokio::test]
async fn what_was_caught_up_with_is_kept_although_the_change_is_refused() {
    for engine in TestEngine::ALL {
        let (one, _guard) = acme(engine).await;
        let two = Process::start(&one.db).await;
        let done = one.put(entities()).await.unwrap();
        let refuse = |_: &Directory| Err(Faults::one("x", "no", "validation.test"));
        let refused = two.authority.change(ACME, &author(), now(), refuse).await;
        assert!(matches!(refused, Err(ConfigError::Invalid(_))), "{engine:?} {refused:?}");
        assert_eq!(two.authority.snapshots().revision(), done.revision, "{engine:?}");
        assert_eq!(two.seen().entities(), everything());
        let (here, there) = (two.authority.snapshots().view(), one.authority.snapshots().view());
        assert_eq!((here.root(), here.fingerprint()), (there.root(), there.fingerprint()));
        let done = one.put(vec![cy("cy")]).await.unwrap();
        two.authority.quotas(ACME, now()).await.unwrap();
        assert_eq!(two.authority.snapshots().revision(), done.revision, "{engine:?}");
    }
}

#[tokio::test]
async fn a_new_epoch_of_unusual_size_is_not_made_public_by_asking() {
    for engine in TestEngine::ALL {
        for (text, is_public) in [
            ("delete from config_entities where kind <> 'entitlement'", false),
            ("delete from config_entities where kind = 'absence'", true),
        ] {
            let (process, _guard) = acme(engine).await;
            process.put(entities()).await.unwrap();
            let before = process.authority.snapshots().revision();
            let s = Statement::new("test.tamper", text);
            let delete = move |tx: &mut WriteTx<'_>| tx.execute(&s, &[]);
            assert!(process.db.write("test", delete).await.unwrap() > 0);
            let other = Process::start(&process.db).await;
            let repaired = other.authority.repair(&author(), now()).await.unwrap().repaired;
            let quotas = process.authority.quotas(ACME, now()).await.unwrap();
            assert_eq!(Some(quotas.evidence().revision), repaired, "{engine:?}");
            let expected = if is_public { repaired } else { Some(before) };
            assert_eq!(Some(process.authority.snapshots().revision()), expected, "{engine:?}");
        }
    }
}

#[tokio::test]
async fn the_past_can_be_read_while_others_write() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let first = process.put(vec![cy("one")]).await.unwrap().revision;
        let barrier = Arc::new(Barrier::new(2));
        let (db, snapshots) = (process.db.clone(), process.authority.snapshots().clone());
        let (there, newest) = (Arc::clone(&barrier), Moment::Revision(Revision { epoch: 9, n: 0 }));
        let read = move |tx: &mut ReadTx<'_>| {
            rows::head(tx)?;
            there.wait();
            there.wait();
            history::past(tx, &snapshots, ACME, newest)
        };
        let reader = std::thread::spawn(move || db.read_blocking("test", read));
        barrier.wait();
        process.put(vec![cy("two")]).await.unwrap();
        barrier.wait();
        let past = reader.join().unwrap().unwrap().unwrap();
        assert_eq!(past.revision, first, "{engine:?}");
        assert_eq!(past.person(id(50)).unwrap().target_name, name("one"));
    }
}

#[tokio::test]
async fn a_wrong_digest_is_not_looked_for_again_by_everybody() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        process.put(entities()).await.unwrap();
        let set = async |n: i64| {
            let text = "update config_entities set rev_n = ?1 where kind = 'site'";
            let s = Statement::new("test.tamper", text);
            let run = move |tx: &mut WriteTx<'_>| tx.execute(&s, &[n.into()]);
            assert_eq!(process.db.write("test", run).await.unwrap(), 1);
        };
        let later = |seconds| add_seconds(now(), seconds);
        set(1).await;
        let restarted = Process::start(&process.db).await;
        let authority = &restarted.authority;
        let put = |at| {
            let decide = move |_: &Directory| Ok(vec![Change::Put(cy("cy"))]);
            authority.change(ACME, author_intent(), at, decide)
        };
        assert!(is_mismatch(&put(now()).await), "{engine:?}");
        let past = authority.past(ACME, Moment::Instant(now())).await.unwrap();
        assert!(past.is_some(), "{engine:?}: the past can be read all the same");
        // Now it is right again: whoever read everything would find out.
        set(2).await;
        assert!(is_mismatch(&put(later(4)).await), "{engine:?}");
        assert!(is_mismatch(&authority.quotas(ACME, later(4)).await), "{engine:?}");
        authority.quotas(ACME, later(5)).await.unwrap();
        put(later(5)).await.unwrap();
        // Who knows better already is not stopped.
        process.put(vec![cy("again")]).await.unwrap();
    }
}

fn author_intent() -> Intent {
    Intent::from(&author())
}

#[tokio::test]
async fn an_epoch_that_nobody_can_have_reached_is_refused() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let head = process.db.read("test", rows::whole_head).await.unwrap();
        for above in [i64::MAX, i64::MAX - 1, 1_000_002] {
            let refused = process.authority.new_epoch(above, &author(), now()).await;
            assert!(matches!(refused, Err(ConfigError::Invalid(_))), "{engine:?} {refused:?}");
            assert_eq!(process.db.read("test", rows::whole_head).await.unwrap(), head);
        }
        let begun = process.authority.new_epoch(i64::MIN, &author(), now()).await.unwrap();
        assert_eq!(begun, Revision { epoch: 2, n: 0 }, "{engine:?}");
    }
}
