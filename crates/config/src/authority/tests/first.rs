//! Setting an installation up: all or nothing, and once.

use firebell_domain::directory::Entity;
use firebell_sql::migrate;
use firebell_store::migrations::migrations;
use firebell_testkit::postgres::{TestEngine, fresh_db};

use super::*;
use crate::samples::person;

async fn empty(engine: TestEngine) -> (Process, DbGuard) {
    let (db, guard) = fresh_db(engine);
    migrate(&db, migrations(), 0).unwrap();
    (Process::start(&db).await, guard)
}

async fn first(
    process: &Process,
    name: &str,
    people: Vec<Person>,
) -> Result<Arc<Directory>, ConfigError> {
    let people = people.into_iter().map(Entity::Person).collect();
    process.authority.create_first(name, Region::Emea, people, &author(), now()).await
}

/// Somebody who needs nobody and nothing else.
fn alone(n: u128, name: &str) -> Person {
    Person { site: None, supervisors: Vec::new(), ..person(n, name) }
}

#[tokio::test]
async fn the_first_instance_comes_with_its_people_in_one_revision() {
    for engine in TestEngine::ALL {
        let (process, _guard) = empty(engine).await;
        let made = first(&process, "acme", vec![alone(50, "cy")]).await.unwrap();
        assert_eq!(made.people().len(), 1);
        assert_eq!(made.revision, Revision { epoch: 1, n: 1 }, "{engine:?}");
        let restarted = Process::start(&process.db).await;
        assert_eq!(restarted.seen().entities(), made.entities(), "{engine:?}");
        let verified = process.authority.verify().await.unwrap();
        assert!(verified.is_good(), "{engine:?}");
    }
}

#[tokio::test]
async fn a_second_one_is_refused_also_at_the_same_time() {
    for engine in TestEngine::ALL {
        let (process, _guard) = empty(engine).await;
        let other = Process::start(&process.db).await;
        let (one, two) = tokio::join!(
            first(&process, "acme", vec![alone(50, "cy")]),
            first(&other, "globex", vec![alone(51, "di")]),
        );
        let refused = match (one, two) {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
            other => panic!("{engine:?}: {other:?}"),
        };
        let ConfigError::Invalid(faults) = refused else { panic!("{refused:?}") };
        assert_eq!(faults.0[0].subcode, NOT_FIRST);
    }
}

#[tokio::test]
async fn what_cannot_be_used_leaves_nothing_behind() {
    for engine in TestEngine::ALL {
        let (process, _guard) = empty(engine).await;
        let homeless = Person { site: Some(id(77)), ..alone(50, "cy") };
        assert!(first(&process, "acme", vec![homeless]).await.is_err());
        assert!(first(&process, "-", vec![alone(50, "cy")]).await.is_err());
        assert!(process.authority.snapshots().all().is_empty(), "{engine:?}");
        // And so it still is the first.
        assert!(first(&process, "acme", vec![alone(50, "cy")]).await.is_ok(), "{engine:?}");
    }
}
