//! Integrations: named by senders, listed for people.

use firebell_testkit::postgres::TestEngine;
use serde_json::json;

use super::world::{PASSWORD, World, key, trigger, who};
use crate::caller::INSTANCE_HEADER;

const LIST: &str = "/api/firebell/1/integrations";

#[tokio::test]
async fn they_are_listed_without_their_keys() {
    let world = World::open(TestEngine::Sqlite).await;
    let list = world.get(LIST).key(1).send().await;
    assert_eq!((list.status.as_u16(), &list.json["total"]), (200, &json!(2)));
    let first = &list.json["data"][0];
    assert_eq!((&first["name"], &first["format"]), (&json!("Monitoring"), &json!("generic")));
    assert_eq!((&first["form"]["name"], &first["status"]), (&json!("Outage"), &json!("ACTIVE")));
    assert_eq!(first["triggerPath"], trigger(1, who::GENERIC));
    assert!(!list.body.contains("key"), "{}", list.body);
    let by_id = first["links"]["self"].as_str().expect("a link");
    for path in [by_id, "/api/firebell/1/integrations/monitoring"] {
        assert_eq!(&world.get(path).key(1).send().await.json, first, "{path}");
    }
    let unknown = world.get(&format!("{LIST}/nothing")).key(1).send().await;
    assert_eq!(unknown.is_error(404).json["message"], "There is no integration \"nothing\".");
    // Another instance's has the same name and another id.
    let other = world.get(&format!("{LIST}/Monitoring")).key(2).send().await;
    assert_ne!(other.json["id"], first["id"]);
    world.get(by_id).key(2).send().await.is_error(404);
    world.get(LIST).header(INSTANCE_HEADER, "acme").send().await.is_error(401);
}

#[tokio::test]
async fn senders_may_use_the_name() {
    let world = World::open(TestEngine::Sqlite).await;
    let ask = |name: &str| {
        let path = format!("/api/integration/1/functions/{name}/triggers");
        world.post(&path, &json!({ "summary": "x" }))
    };
    let (good, other) = (key(1, who::GENERIC), key(1, who::PROM));
    let person = |name: &str, user: &str, password: &str| {
        ask(name).basic(user, password).header(INSTANCE_HEADER, "acme")
    };
    for (ask, status) in [
        (ask("Monitoring").bearer(&good), 202),
        (ask("monitoring").basic("anything", &good), 202),
        (ask("Monitoring").bearer(&other), 401),
        (ask("Nothing").bearer(&good), 401),
        (ask("Monitoring").bearer("unknown"), 401),
        (ask("Monitoring").key(1), 202),
        (ask("Nothing").key(1), 404),
        (person("Monitoring", "ann", PASSWORD), 202),
        (person("Monitoring", "reader", PASSWORD), 403),
        (person("Monitoring", "ann", "wrong"), 401),
        (person("Nothing", "ann", "wrong"), 401),
        (ask("Monitoring").header(INSTANCE_HEADER, "acme"), 401),
        (ask("Nothing").header(INSTANCE_HEADER, "acme"), 401),
    ] {
        let answer = ask.send().await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    }
}
