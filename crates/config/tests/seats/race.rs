//! Many administrators, few free seats. (Ten thousand, through the API and with optimised code, are in the
//! stories' and the benchmark's hands; here it is two thousand, to be quick in a debug build.)

use std::sync::Arc;

use firebell_config::{Authority, Change, ConfigError, DenialReason};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Allotment, Entitlement};
use firebell_domain::person::{LicenceType, Status};
use firebell_sql::Db;
use firebell_testkit::postgres::TestEngine;
use tokio::task::JoinSet;

use crate::support::{begin, database, instance, intent, person, process, stored};

const ATTEMPTS: u128 = 2_000;
const FREE: u32 = 100;
const TASKS: u128 = 16;
/// A process looks for news once in so many slots.
const LOOKS: u128 = 128;

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    added: u32,
    denied: u32,
}

/// Adds its share, one after the other.
async fn add_all(db: Db, authority: Arc<Authority>, no: InstanceNo, task: u128) -> Tally {
    let mut tally = Tally::default();
    for slot in (task..ATTEMPTS).step_by(usize::try_from(TASKS).unwrap()) {
        if slot % LOOKS == task % LOOKS {
            // As a server does all the time; else it would catch up anew in every attempt.
            authority.snapshots().refresh(&db).await.unwrap();
        }
        let add = move |_: &Directory| {
            let person = person(slot, LicenceType::FullUser, Status::Active);
            Ok(vec![Change::Put(Entity::Person(person))])
        };
        match authority.change(no, intent(None), begin(), add).await {
            Ok(done) => {
                assert_eq!(done.changed, 1);
                tally.added += 1;
            }
            Err(ConfigError::Denied(denial)) => {
                let check = denial.check();
                assert_eq!((denial.reason(), check.held), (DenialReason::Limit, FREE));
                tally.denied += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    tally
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_for_a_hundred_seats() {
    for engine in TestEngine::ALL {
        let (db, _guard) = database(engine);
        let first = Arc::new(process(&db).await);
        let no = instance(&first, "acme").await;
        let hundred = Entitlement {
            allotment: Allotment::Limited(FREE),
            ..Entitlement::unlimited(LicenceType::FullUser)
        };
        let put = move |_: &Directory| Ok(vec![Change::Put(Entity::Entitlement(hundred.clone()))]);
        first.change(no, intent(None), begin(), put).await.unwrap();
        let second = Arc::new(process(&db).await);

        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let authority = if task % 2 == 0 { &first } else { &second };
            tasks.spawn(add_all(db.clone(), Arc::clone(authority), no, task));
        }
        let mut all = Tally::default();
        for one in tasks.join_all().await {
            all.added += one.added;
            all.denied += one.denied;
        }
        let denied = u32::try_from(ATTEMPTS).unwrap() - FREE;
        assert_eq!(all, Tally { added: FREE, denied }, "{engine:?}");
        let books = stored(&db, no);
        assert_eq!(books.counters[&LicenceType::FullUser], (i64::from(FREE), None, false));
        assert_eq!((books.ledger.len(), books.doubles), (100, 0), "{engine:?}");
    }
}
