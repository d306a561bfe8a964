//! What another process made a moment ago is known when somebody asks for it.

use firebell_access::keys;
use firebell_base::time::add_micros;
use firebell_base::{Random, Timestamp};
use firebell_config::{Author, Authority, Change, Snapshots};
use firebell_domain::credential::ApiKey;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::integration::Integration;
use firebell_domain::name::Name;
use firebell_testkit::postgres::TestEngine;
use serde_json::json;

use super::world::{PASSWORD, World, id, key, who};
use crate::caller::INSTANCE_HEADER;

const PATH: &str = "/api/firebell/1/instance";

/// Another process on the same database.
async fn another(world: &World, seed: u64) -> Authority {
    let snapshots = Snapshots::load(&world.state.db).await.unwrap();
    Authority::new(world.state.db.clone(), snapshots, Random::seeded(seed))
}

async fn put(authority: &Authority, entity: Entity, now: Timestamp) {
    let by = Author { name: "test".to_owned(), reason: "sample".to_owned() };
    let put = move |_: &Directory| Ok(vec![Change::Put(entity.clone())]);
    authority.change(InstanceNo(1), &by, now, put).await.unwrap();
}

#[tokio::test]
async fn keys_and_instances_are_found_at_once() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        let other = another(&world, 11).await;
        let now = world.clock.now();
        let of_robot = ApiKey {
            id: id(1, 51),
            owner: id(1, who::ROBOT),
            name: Name::parse("second").unwrap(),
            secret_hash: keys::hash("fbs_second"),
            created: now,
        };
        let user = keys::api_key_user(of_robot.id);
        let ask = || world.get(PATH).basic(&user, "fbs_second").send();
        ask().await.is_error(401);
        put(&other, Entity::ApiKey(of_robot), now).await;
        ask().await.is_error(401);
        world.clock.set(add_micros(now, 200_000));
        assert_eq!(ask().await.status, 200, "{engine:?}: after the pause it is looked for again");

        world.clock.set(add_micros(now, 400_000));
        other
            .create_instance("umbrella", Region::Emea, &Author::new("test", "set up"), now)
            .await
            .unwrap();
        let there = world.get(PATH).basic("ann", PASSWORD).header(INSTANCE_HEADER, "umbrella");
        there.send().await.is_error(401);

        world.clock.set(add_micros(now, 600_000));
        let acme = world.state.snapshots.by_name("acme").unwrap();
        let mut fresh = (**acme.integration(id::<Integration>(1, who::PROM)).unwrap()).clone();
        fresh.key_hash = keys::hash(&key(1, 99));
        put(&other, Entity::Integration(fresh), now).await;
        let alerts = json!([{ "labels": { "alertname": "x" } }]);
        let sent = world.post("/api/v2/alerts", &alerts).bearer(&key(1, 99)).send().await;
        assert_eq!(sent.status, 200, "{engine:?} {}", sent.body);
    }
}
