//! Integrations: named by senders, listed for people.

use firebell_testkit::postgres::TestEngine;
use serde_json::json;

use super::sign_in::open;
use super::world::{Ask, PASSWORD, World, key, trigger, who};
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

/// The doors of senders, and what they hear while the configuration is confirmed.
fn doubtful(world: &World) -> Vec<(&'static str, Ask<'_>, u16)> {
    let named = |name: &str| {
        let path = format!("/api/integration/1/functions/{name}/triggers");
        world.post(&path, &json!({ "summary": "x" }))
    };
    let by_id = |place: u128| world.post(&trigger(1, place), &json!({ "summary": "x" }));
    let alerts = |path: &str| world.post(path, &json!([]));
    let good = key(1, who::GENERIC);
    let new = "fbk_made_elsewhere_a_moment_ago";
    let stranger = "x-api-key-00000000-0000-7000-8000-000000000000";
    vec![
        ("an unknown id", by_id(77).bearer(&good), 404),
        ("an unknown id and key", by_id(77).bearer(new), 404),
        ("another key", by_id(who::GENERIC).bearer(new), 401),
        ("another key as password", by_id(who::PROM).basic("prometheus", new), 401),
        ("an unknown API key", by_id(who::GENERIC).basic(stranger, "fbs_x"), 401),
        ("a name and another key", named("Monitoring").bearer(new), 401),
        ("an unknown name", named("Nothing").bearer(&good), 401),
        ("an unknown name for who may know", named("Nothing").key(1), 404),
        ("a name and an unknown API key", named("Monitoring").basic(stranger, "fbs_x"), 401),
        ("an unknown key for alerts", alerts("/api/v2/alerts").bearer(new), 401),
        ("one in the path", alerts(&format!("/t/{new}/api/v2/alerts")), 401),
        ("an unknown routing key", world.post("/v2/enqueue", &enqueued(new)), 400),
        ("an unknown genie key", genie(world, "/v2/alerts", new), 401),
    ]
}

fn enqueued(key: &str) -> serde_json::Value {
    json!({ "routing_key": key, "event_action": "trigger", "payload": { "summary": "x" } })
}

fn genie<'w>(world: &'w World, path: &str, key: &str) -> Ask<'w> {
    let ask = world.post(path, &json!({ "message": "x" }));
    ask.header("authorization", &format!("GenieKey {key}"))
}

#[tokio::test]
async fn no_event_is_refused_for_good_while_nothing_is_confirmed() {
    let (world, _, fresh) = open(TestEngine::Sqlite).await;
    for (what, ask, status) in doubtful(&world) {
        assert_eq!(ask.send().await.status.as_u16(), status, "{what}");
    }
    fresh.store(false, std::sync::atomic::Ordering::Relaxed);
    for (what, ask, _) in doubtful(&world) {
        let answer = ask.send().await;
        assert_eq!(answer.status, 503, "{what}: {}", answer.body);
        assert_eq!(answer.header("retry-after"), "2", "{what}");
        let message = answer.json["message"].as_str().unwrap();
        assert!(message.contains("may not be the newest"), "{what}: {message}");
        assert!(message.to_lowercase().contains("try again"), "{what}: {message}");
        assert!(!answer.body.contains("fbk_"), "{what}: {}", answer.body);
    }
    // Whoever is known sends as ever, and whoever brings no key is told so.
    let good = world.post(&trigger(1, who::GENERIC), &json!({ "summary": "x" }));
    assert_eq!(good.bearer(&key(1, who::GENERIC)).send().await.status, 202);
    let good = world.post("/api/v2/alerts", &json!([])).bearer(&key(1, who::PROM));
    assert_eq!(good.send().await.status, 200);
    let bare = world.post(&trigger(1, who::GENERIC), &json!({ "summary": "x" }));
    bare.send().await.is_error(401);
    assert_eq!(world.post("/api/v2/alerts", &json!([])).send().await.status, 401);
}
