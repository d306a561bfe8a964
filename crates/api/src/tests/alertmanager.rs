//! Alertmanager's own API, answered in its words.

use firebell_testkit::postgres::TestEngine;
use serde_json::json;

use super::world::{PASSWORD, World, key, who};

const ALERTS: &str = "/api/v2/alerts";

#[tokio::test]
async fn answers_are_those_of_alertmanager() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        let key = key(1, who::PROM);
        let send = |body: &str| {
            let ask = world.post(ALERTS, &json!(null)).basic("prometheus", &key);
            ask.raw(body.to_owned()).send()
        };
        let table = [
            ("[]", 200, ""),
            ("[{\"labels\":{\"alertname\":\"Disk\",\"empty\":\"\"}}]", 200, ""),
            ("[{\"labels\":{\"a\":\"\"}}]", 400, "\"at least one label pair required\""),
            (
                "[{\"labels\":{\"a\":\"b\"},\"startsAt\":\"2026-03-02T09:00:00Z\",\
                 \"endsAt\":\"2026-03-02T08:00:00Z\"}]",
                400,
                "\"start time must be before end time\"",
            ),
            (
                "[{\"labels\":{\"0bad-name\":\"b\"}},{\"labels\":{\"alertname\":\"Load\"}}]",
                400,
                "\"invalid label set: invalid name \\\"0bad-name\\\"\"",
            ),
        ];
        for (body, status, expected) in table {
            let answer = send(body).await;
            let got = (answer.status.as_u16(), answer.body.as_str());
            assert_eq!(got, (status, expected), "{engine:?} {body}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        let broken = send("{").await;
        assert_eq!((broken.status.as_u16(), &broken.json["code"]), (400, &json!(400)));
        let message = broken.json["message"].as_str().unwrap();
        assert!(message.starts_with("parsing alerts body from \"\" failed, because"), "{message}");
        let schema = send("[{}]").await;
        assert_eq!(schema.status, 422);
        assert_eq!(schema.json, json!({ "code": 602, "message": "labels in body is required" }));
        // The valid alerts of a mixed list are taken all the same.
        world.settle().await;
        let alerts = world.get("/api/firebell/1/alerts").login("ann").send().await;
        assert_eq!(alerts.json["total"], 2, "{}", alerts.body);
    }
}

#[tokio::test]
async fn the_key_comes_in_three_ways_and_nothing_else_opens() {
    let world = World::open(TestEngine::Sqlite).await;
    let key = key(1, who::PROM);
    let ask = |path: &str| world.post(path, &json!([]));
    for (ask, status) in [
        (ask(&format!("/t/{key}{ALERTS}")), 200),
        (ask(&format!("/t/{key}{ALERTS}/")), 200),
        (ask(ALERTS).bearer(&key), 200),
        (ask(ALERTS).basic("any", &key), 200),
        (ask(&format!("/t/{key}x{ALERTS}")), 401),
        (ask(ALERTS).basic("ann", PASSWORD), 401),
        (ask(ALERTS), 401),
    ] {
        let answer = ask.send().await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
        assert!(!answer.body.contains(&key));
    }
}

#[tokio::test]
async fn its_framework_speaks_for_paths_and_types() {
    let world = World::open(TestEngine::Sqlite).await;
    let key = key(1, who::PROM);
    let plain = world.get(ALERTS).bearer(&key);
    let typed = super::world::Ask::new(&world, "POST", ALERTS)
        .bearer(&key)
        .header("content-type", "text/plain")
        .raw("[]")
        .send()
        .await;
    let message = "unsupported media type \"text/plain\", only [application/json] are allowed";
    assert_eq!(typed.status, 415);
    assert_eq!(typed.json, json!({ "code": 415, "message": message }));
    let nope = world.get("/api/v2/nope").bearer(&key).send().await;
    assert_eq!(nope.status, 404);
    let message = "path /api/v2/nope was not found";
    assert_eq!(nope.json, json!({ "code": 404, "message": message }));
    let method = plain.send().await;
    assert_eq!((method.status.as_u16(), method.header("allow")), (405, "POST"));
    assert_eq!(method.json["message"], "method GET is not allowed, but [POST] are");
    for path in ["/-/healthy", "/-/ready"] {
        let answer = world.get(path).send().await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "OK"));
    }
}
