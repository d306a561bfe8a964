//! Instances do not see each other.

use firebell_testkit::postgres::TestEngine;
use serde_json::json;

use super::world::{Ask, World, id, key, trigger, who};
use crate::server::{Auth, routes};

#[tokio::test]
async fn ids_of_another_instance_are_unknown_in_every_route() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        let alert = world.alert("Disk full").await;
        let sent = world.get("/api/firebell/1/events").key(1).send().await;
        let silence = json!({
            "matchers": ["a=b"], "endsAt": "2026-03-02T09:00:00Z", "comment": "sample",
        });
        let silence = world.post("/api/firebell/1/silences", &silence).key(1).send().await;
        let window = json!({
            "name": "Patching", "start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z",
        });
        let windows = "/api/firebell/1/maintenance-windows";
        let window = world.post(windows, &window).key(1).send().await;
        let outbox = world.get("/api/firebell/1/outbox").key(1).send().await;
        let text = |value: &serde_json::Value| value.as_str().expect("an id").to_owned();
        let ids = [
            ("{alert}", text(&alert["id"])),
            ("{silence}", text(&silence.json["id"])),
            ("{window}", text(&window.json["id"])),
            ("{notification}", text(&outbox.json["data"][0]["notification"]["id"])),
            ("{person}", id::<()>(1, who::ANN).to_string()),
            ("{device}", id::<()>(1, who::MAIL).to_string()),
            ("{group}", id::<()>(1, who::OPS).to_string()),
            ("{shift}", id::<()>(1, who::ALWAYS).to_string()),
        ];
        let event = |path: &str| {
            let of_alert = path.starts_with("/api/xm/1");
            text(if of_alert { &alert["id"] } else { &sent.json["data"][0]["id"] })
        };
        let mut asked = 0;
        for route in routes().filter(|r| r.auth == Auth::People && r.path.contains('{')) {
            let mut path = route.path.replace("{event}", &event(route.path));
            for (name, id) in &ids {
                path = path.replace(name, id);
            }
            if path.contains('{') {
                continue;
            }
            let ask = || {
                let ask = Ask::new(&world, route.method, &path);
                ask.header("content-type", "application/json").raw("{}")
            };
            let foreign = ask().key(2).send().await;
            // xMatters answers 204 to the removal of what does not exist.
            let removal = route.method == "DELETE" && foreign.status == 204;
            let unknown = foreign.status == 404 || removal;
            assert!(unknown, "{engine:?} {} {path}: {}", route.method, foreign.body);
            if route.method == "GET" {
                assert_eq!(ask().key(1).send().await.status, 200, "{path}");
            }
            asked += 1;
        }
        assert!(asked >= 15, "{asked}");
        for list in
            ["/api/firebell/1/alerts", "/api/xm/1/events", "/api/firebell/1/events", windows]
        {
            assert_eq!(world.get(list).key(2).send().await.json["total"], 0, "{list}");
            assert_eq!(world.get(list).key(1).send().await.json["total"], 1, "{list}");
        }
        let still = world.get(&format!("/api/firebell/1/alerts/{}", text(&alert["id"]))).key(1);
        assert_eq!(still.send().await.json["state"], "OPEN", "nothing was changed from outside");
    }
}

#[tokio::test]
async fn keys_of_another_instance_do_not_send() {
    let world = World::open(TestEngine::Sqlite).await;
    let foreign = world.post(&trigger(1, who::GENERIC), &json!({})).bearer(&key(2, who::GENERIC));
    foreign.send().await.is_error(401);
    let unknown = world.post(&trigger(3, who::GENERIC), &json!({})).bearer(&key(1, who::GENERIC));
    unknown.send().await.is_error(404);
}
