//! The authority and the snapshots on both engines.

mod damage;
mod entitle;
mod feed;
mod first;
mod ground;
mod history;
mod revisions;
mod roots;

use std::sync::Mutex;

use firebell_domain::directory::Kind;
use firebell_domain::person::Person;
use firebell_domain::property::Value;
use firebell_sql::migrate;
use firebell_store::history::{self as log, LogRow};
use firebell_store::migrations::migrations;
use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_db};

use super::*;
use crate::samples::{ANN, BO, DOOR, FORM, KEY, entities, id, name, now, person, random};

const ACME: InstanceNo = InstanceNo(1);

/// One process on a database.
struct Process {
    db: Db,
    authority: Authority,
}

impl Process {
    async fn start(db: &Db) -> Self {
        let snapshots = Snapshots::load(db).await.unwrap();
        let authority = Authority::new(db.clone(), snapshots, random());
        Self { db: db.clone(), authority }
    }

    fn seen(&self) -> Arc<Directory> {
        self.authority.snapshots().instance(ACME).unwrap()
    }

    async fn refresh(&self) -> Result<bool, ConfigError> {
        self.authority.snapshots().refresh(&self.db).await
    }

    async fn put(&self, list: Vec<Entity>) -> Result<Committed, ConfigError> {
        self.change(list.into_iter().map(Change::Put).collect()).await
    }

    async fn change(&self, changes: Vec<Change>) -> Result<Committed, ConfigError> {
        let decide = move |_: &Directory| Ok(changes.clone());
        self.authority.change(ACME, &author(), now(), decide).await
    }

    fn log(&self) -> Vec<LogRow> {
        let newest = Revision { epoch: i64::MAX, n: 0 };
        self.db.read_blocking("test", move |tx| log::log(tx, ACME, newest, None, 1000)).unwrap()
    }
}

/// The sample, in building order.
fn everything() -> Vec<Entity> {
    let mut all = entities();
    all.sort_by_key(|entity| (entity.kind(), entity.id()));
    all
}

fn author() -> Author {
    Author { name: "ann".to_owned(), reason: "test".to_owned() }
}

/// A process on a fresh database with one empty instance.
async fn acme(engine: TestEngine) -> (Process, DbGuard) {
    let (db, guard) = fresh_db(engine);
    migrate(&db, migrations(), 0).unwrap();
    let process = Process::start(&db).await;
    process
        .authority
        .create_instance("acme", Region::Emea, &Author::new("test", "set up"), now())
        .await
        .unwrap();
    (process, guard)
}

#[tokio::test]
async fn what_is_committed_is_seen_here_and_after_a_restart() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let committed = process.put(entities()).await.unwrap();
        assert_eq!(committed.changed, entities().len());
        assert_eq!(committed.revision, Revision { epoch: 1, n: 2 }, "{engine:?}");
        let expected = everything();
        assert_eq!(process.seen().entities(), expected);
        assert_eq!(process.seen().revision, committed.revision);

        let restarted = Process::start(&process.db).await;
        assert_eq!(restarted.seen().entities(), expected);
        assert_eq!(restarted.seen().revision, committed.revision);
        assert_eq!(restarted.seen().instance, process.seen().instance);
        assert_eq!(restarted.authority.snapshots().revision(), committed.revision);
        assert_eq!(restarted.authority.snapshots().health(), []);
    }
}

#[tokio::test]
async fn the_same_again_makes_no_revision() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let first = process.put(entities()).await.unwrap();
        let mut changes: Vec<Change> = entities().into_iter().map(Change::Put).collect();
        changes.push(Change::Remove(Kind::Person, [77; 16]));
        let again = process.change(changes).await.unwrap();
        assert_eq!((again.changed, again.revision), (0, first.revision), "{engine:?}");
        assert_eq!(process.db.read("test", rows::head).await.unwrap(), first.revision);
        let empty = process.change(Vec::new()).await.unwrap();
        assert_eq!((empty.changed, empty.revision), (0, first.revision));
    }
}

#[tokio::test]
async fn instance_names_are_checked_and_unique() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        for bad in ["acme", "", "Acme", "-x", "a.b"] {
            let made = process.authority.create_instance(bad, Region::Na, &author(), now()).await;
            let Err(ConfigError::Invalid(faults)) = made else { panic!("{engine:?} {bad:?}") };
            assert_eq!(faults.0[0].field, "name");
        }
        let other = process
            .authority
            .create_instance("globex", Region::Na, &Author::new("test", "set up"), now())
            .await
            .unwrap();
        assert_eq!(other.instance.no, InstanceNo(2));
        let names: Vec<String> = process
            .authority
            .snapshots()
            .all()
            .iter()
            .map(|directory| directory.instance.name.to_string())
            .collect();
        assert_eq!(names, ["acme", "globex"]);
    }
}

#[tokio::test]
async fn an_invalid_change_changes_nothing() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let before = process.put(entities()).await.unwrap().revision;
        let homeless = Person { site: Some(id(77)), ..person(50, "cy") };
        let refused = process.put(vec![Entity::Person(person(51, "di")), Entity::Person(homeless)]);
        let Err(ConfigError::Invalid(faults)) = refused.await else { panic!("{engine:?}") };
        assert_eq!(faults.0[0].subcode, "validation.person.site_not_exists");
        let by = author();
        let refused = process
            .authority
            .change(ACME, &by, now(), |_| Err(Faults::one("x", "no", "validation.test")));
        assert!(matches!(refused.await, Err(ConfigError::Invalid(_))));
        assert_eq!(process.seen().revision, before);
        assert!(process.seen().person_by_name("di").is_none());
        let restarted = Process::start(&process.db).await;
        assert_eq!(restarted.seen().entities(), process.seen().entities());
    }
}

#[tokio::test]
async fn an_unknown_instance_is_said_so() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let no = InstanceNo(7);
        let found = process.authority.change(no, &author(), now(), |_| Ok(Vec::new())).await;
        assert!(matches!(found, Err(ConfigError::Unknown(name)) if name == "7"), "{engine:?}");
    }
}

/// Counts a person's property up: an update that is lost would be missing in the end.
#[expect(clippy::unnecessary_wraps, reason = "it is a `decide`")]
fn count_up(directory: &Directory) -> Result<Vec<Change>, Faults> {
    let mut person = (**directory.person(id(ANN)).unwrap()).clone();
    let count = match person.properties.get("count") {
        Some(Value::Int(count)) => *count,
        _ => 0,
    };
    person.properties.insert("count".to_owned(), Value::Int(count + 1));
    Ok(vec![Change::Put(Entity::Person(person))])
}

#[tokio::test]
async fn two_processes_see_each_others_changes() {
    const TURNS: i64 = 12;
    for engine in TestEngine::ALL {
        let (one, _guard) = acme(engine).await;
        one.put(entities()).await.unwrap();
        let two = Process::start(&one.db).await;
        let work = async |process: &Process| {
            let mut all = Vec::new();
            for _ in 0..TURNS {
                let by = author();
                let done = process.authority.change(ACME, &by, now(), count_up).await.unwrap();
                assert!(all.last().is_none_or(|last| done.revision.n > *last), "{engine:?}");
                all.push(done.revision.n);
            }
            all
        };
        let (first, second) = tokio::join!(work(&one), work(&two));
        let mut all = [first, second].concat();
        all.sort_unstable();
        assert_eq!(all, (3..3 + 2 * TURNS).collect::<Vec<_>>(), "{engine:?}: one after the other");
        assert!(one.authority.verify().await.unwrap().is_good(), "{engine:?}");
        one.refresh().await.unwrap();
        two.refresh().await.unwrap();
        for process in [&one, &two] {
            let count = process.seen().person(id(ANN)).unwrap().properties["count"].clone();
            assert_eq!(count, Value::Int(2 * TURNS), "{engine:?}");
            let revision = Revision { epoch: 1, n: 2 + 2 * TURNS };
            assert_eq!(process.authority.snapshots().revision(), revision);
        }
    }
}

#[tokio::test]
async fn a_refresh_picks_up_what_another_process_did_and_nothing_else() {
    for engine in TestEngine::ALL {
        let (one, _guard) = acme(engine).await;
        let two = Process::start(&one.db).await;
        assert!(!two.refresh().await.unwrap(), "{engine:?}");
        one.authority
            .create_instance("globex", Region::Na, &Author::new("test", "set up"), now())
            .await
            .unwrap();
        let committed = one.put(entities()).await.unwrap();
        assert!(two.authority.snapshots().by_integration(id(DOOR)).is_none());
        assert!(two.refresh().await.unwrap());
        assert!(!two.refresh().await.unwrap());
        let seen = two.authority.snapshots();
        assert_eq!(seen.revision(), committed.revision);
        assert_eq!(seen.by_name("ACME").unwrap().revision, committed.revision);
        assert_eq!(seen.by_integration(id(DOOR)).unwrap().instance.no, ACME);
        assert_eq!(seen.by_api_key(id(KEY)).unwrap().instance.no, ACME);
        let hash = crate::key::hash("the sample key of Monitoring");
        let (directory, door) = seen.by_integration_key_hash(&hash).unwrap();
        assert_eq!((directory.instance.no, door), (ACME, id(DOOR)));
        assert!(seen.by_integration_key_hash(&[0; 32]).is_none());

        let untouched = seen.by_name("globex").unwrap();
        one.put(vec![Entity::Person(person(50, "cy"))]).await.unwrap();
        assert!(two.refresh().await.unwrap());
        assert!(Arc::ptr_eq(&untouched, &seen.by_name("globex").unwrap()), "it was read again");
    }
}

#[tokio::test]
async fn a_key_belongs_to_the_first_instance_that_has_it() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        process.put(entities()).await.unwrap();
        let other = process
            .authority
            .create_instance("globex", Region::Na, &Author::new("test", "set up"), now())
            .await
            .unwrap();
        let copy = |_: &Directory| Ok(entities().into_iter().map(Change::Put).collect());
        process.authority.change(other.instance.no, &author(), now(), copy).await.unwrap();
        let seen = process.authority.snapshots();
        let hash = crate::key::hash("the sample key of Monitoring");
        assert_eq!(seen.by_integration_key_hash(&hash).unwrap().0.instance.no, ACME);
        assert_eq!(seen.by_integration(id(DOOR)).unwrap().instance.no, ACME, "{engine:?}");
    }
}

#[tokio::test]
async fn names_move_between_entities_in_one_change() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        process.put(entities()).await.unwrap();
        let renamed = |n: u128, to: &str| {
            let old = (**process.seen().person(id(n)).unwrap()).clone();
            Entity::Person(Person { target_name: name(to), web_login: name(to), ..old })
        };
        process.put(vec![renamed(ANN, "bo"), renamed(BO, "ann")]).await.unwrap();
        let restarted = Process::start(&process.db).await;
        assert_eq!(restarted.seen().person_by_name("bo").unwrap().id, id(ANN), "{engine:?}");
        assert_eq!(restarted.seen().person_by_login("ann").unwrap().id, id(BO));
    }
}

#[tokio::test]
async fn every_changed_entity_is_in_the_log_without_secrets() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        process.put(entities()).await.unwrap();
        let by = Author { name: "a\u{0}nn".to_owned(), reason: "x".repeat(5_000) };
        let gone = Change::Remove(Kind::Password, id::<Person>(ANN).to_bytes());
        let mut ann = (**process.seen().person(id(ANN)).unwrap()).clone();
        ann.first_name = name("Anna");
        let changes = vec![gone, Change::Put(Entity::Person(ann))];
        let decide = move |_: &Directory| Ok(changes.clone());
        process.authority.change(ACME, &by, now(), decide).await.unwrap();

        let log = process.log();
        assert_eq!(log.len(), 3 + everything().len() + 2, "{engine:?}");
        let newest: Vec<&LogRow> = log.iter().take(2).collect();
        assert!(
            newest.iter().all(|row| row.author == "ann" && row.reason.chars().count() == 1_024)
        );
        assert_eq!((newest[0].kind.as_str(), newest[1].kind.as_str()), ("password", "person"));
        assert!(newest[0].before.is_some() && newest[0].after.is_none());
        assert!(newest[1].before.as_ref().unwrap().contains("Sample"));
        assert!(newest[1].after.as_ref().unwrap().contains("Anna"));
        let first: Vec<&str> = log.iter().rev().take(3).map(|row| row.kind.as_str()).collect();
        assert_eq!(first, ["instance", "entitlement", "entitlement"]);

        let all: String =
            log.iter().flat_map(|row| [&row.before, &row.after]).flatten().cloned().collect();
        for secret in ["whsec_", "argon2", "secret-path", "token=xyz", "070707"] {
            assert!(!all.contains(secret), "{engine:?}: {secret} is in the log");
        }
    }
}

/// On SQLite only: its one writer thread does one thing after the other, so the second
/// transaction below begins when the first one is done with everything.
#[tokio::test]
async fn a_caller_that_goes_away_does_not_lose_its_commit() {
    let (process, _guard) = acme(TestEngine::Sqlite).await;
    let (started, wait_started) = std::sync::mpsc::channel();
    let (go_on, wait_go_on) = std::sync::mpsc::channel::<()>();
    let (started, wait_go_on) = (Mutex::new(started), Mutex::new(wait_go_on));
    let by = author();
    let change = process.authority.change(ACME, &by, now(), move |_| {
        started.lock().unwrap().send(()).unwrap();
        wait_go_on.lock().unwrap().recv_timeout(std::time::Duration::from_secs(30)).unwrap();
        Ok(vec![Change::Put(Entity::Person(person(50, "cy")))])
    });
    let mut change = Box::pin(change);
    let waker = std::task::Waker::noop();
    let polled = change.as_mut().poll(&mut std::task::Context::from_waker(waker));
    assert!(polled.is_pending());
    wait_started.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
    drop(change);
    go_on.send(()).unwrap();
    let head = process.db.write("test", rows::lock_head).await.unwrap().revision;
    assert_eq!(head, Revision { epoch: 1, n: 2 });
    assert_eq!(process.seen().revision, head);
    assert!(process.seen().person_by_name("cy").is_some());
}
