//! The doors of PagerDuty's and Opsgenie's senders: their words, durable before the answer, bounded.

use firebell_access::keys;
use firebell_config::{Author, Change};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::{Format, Integration};
use firebell_domain::name::Name;
use firebell_domain::person::Status;
use firebell_store::journal;
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use super::world::{Answer, Ask, World, id, key, who};

const PAGER: u128 = 42;
const GENIE: u128 = 43;

async fn open(engine: TestEngine) -> World {
    let world = World::open(engine).await;
    let now = world.clock.now();
    let door = |place, name, format| Integration {
        id: id(1, place),
        name: Name::parse(name).unwrap(),
        format,
        form: id(1, who::FORM),
        key_hash: keys::hash(&key(1, place)),
        status: Status::Active,
        rate_per_minute: Some(50),
        created: now,
    };
    let doors = [door(PAGER, "Pager", Format::PagerDuty), door(GENIE, "Genie", Format::Opsgenie)];
    let put = move |_: &Directory| {
        Ok(doors.iter().cloned().map(Entity::Integration).map(Change::Put).collect())
    };
    world
        .state
        .authority
        .change(InstanceNo(1), &Author::new("test", "doors"), now, put)
        .await
        .unwrap();
    world
}

async fn journal_records(world: &World) -> i64 {
    world.state.db.read("test", journal::backlog).await.unwrap().0
}

fn enqueue(action: &str, dedup_key: Option<&str>) -> Value {
    json!({ "routing_key": key(1, PAGER), "event_action": action, "dedup_key": dedup_key,
        "payload": { "summary": "Disk full", "source": "db-3", "severity": "critical" } })
}

async fn alerts(world: &World) -> Value {
    world.get("/api/firebell/1/alerts").login("ann").send().await.json
}

fn genie<'w>(world: &'w World, path: &str, body: &Value) -> Ask<'w> {
    let header = format!("GenieKey {}", key(1, GENIE));
    world.post(path, body).header("authorization", &header)
}

#[tokio::test]
async fn an_event_of_pagerdutys_kind_opens_acknowledges_and_closes() {
    for engine in TestEngine::ALL {
        let mut world = open(engine).await;
        let send = async |world: &World, action: &str| -> Answer {
            world.post("/v2/enqueue", &enqueue(action, Some("db-3/disk"))).send().await
        };
        let opened = send(&world, "trigger").await;
        assert_eq!(opened.status, 202, "{engine:?} {}", opened.body);
        let theirs = json!({ "status": "success", "message": "Event processed",
            "dedup_key": "db-3/disk" });
        assert_eq!(opened.json, theirs);
        assert_eq!(journal_records(&world).await, 1, "durable before the answer");
        world.settle().await;
        let one = alerts(&world).await;
        assert_eq!((&one["total"], &one["data"][0]["state"]), (&json!(1), &json!("OPEN")), "{one}");
        assert_eq!(one["data"][0]["priority"], "HIGH");
        for (action, state) in [("acknowledge", "ACKNOWLEDGED"), ("resolve", "CLOSED")] {
            let answer = send(&world, action).await;
            assert_eq!((answer.status.as_u16(), &answer.json), (202, &theirs));
            world.settle().await;
            assert_eq!(alerts(&world).await["data"][0]["state"], state);
        }
        // Nothing is open under the key: dropped, and yet 202.
        assert_eq!(send(&world, "resolve").await.status, 202);
        // Without a key of its own the sender is told one, under which it can end the alert.
        let keyless = world.post("/v2/enqueue", &enqueue("trigger", None)).send().await;
        let made = keyless.json["dedup_key"].as_str().expect("a key").to_owned();
        assert!(made.len() >= 32, "{made}");
        let end = world.post("/v2/enqueue", &enqueue("resolve", Some(&made))).send().await;
        assert_eq!(end.status, 202);
        world.settle().await;
        let all = alerts(&world).await;
        assert_eq!(all["total"], 2, "{all}");
        assert_eq!(all["data"][0]["state"], "CLOSED");
    }
}

#[tokio::test]
async fn the_routing_key_is_not_kept_with_the_payload() {
    let mut world = open(TestEngine::Sqlite).await;
    let body = enqueue("trigger", Some("k"));
    assert_eq!(world.post("/v2/enqueue", &body).send().await.status, 202);
    world.settle().await;
    let events = world.get("/api/firebell/1/events").login("ann").send().await;
    let event = events.json["data"][0]["id"].as_str().expect("an event").to_owned();
    let path = format!("/api/firebell/1/events/{event}/payload");
    let payload = world.get(&path).login("ann").send().await;
    assert!(payload.body.contains("Disk full") && payload.body.contains("(key)"));
    assert!(!payload.body.contains("fbk_"), "{}", payload.body);
}

#[tokio::test]
async fn pagerdutys_senders_hear_refusals_in_their_words() {
    let world = open(TestEngine::Sqlite).await;
    let send = |body: String| world.post("/v2/enqueue", &json!(null)).raw(body).send();
    let broken = send("{".to_owned()).await;
    assert_eq!(broken.status, 400);
    assert_eq!(broken.json["status"], "Unrecognized object");
    let mut wrong = enqueue("trigger", None);
    wrong["routing_key"] = json!("fbk_nobody");
    let mut blank = enqueue("trigger", None);
    blank["payload"]["summary"] = json!("");
    let mut foreign = enqueue("trigger", None);
    foreign["routing_key"] = json!(key(1, who::PROM));
    for (body, error) in [
        (wrong, "Invalid routing key"),
        (blank, "payload.summary is missing or blank."),
        (json!({ "event_action": "trigger" }), "routing_key is missing or blank."),
        (
            foreign,
            "This key is of an integration with the format alertmanager; use the key of one with \
             the format pagerduty.",
        ),
    ] {
        let answer = send(body.to_string()).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        let theirs = json!({ "status": "invalid event", "message": "Event object is invalid",
            "errors": [error] });
        assert_eq!(answer.json, theirs);
    }
    let long = format!("{{\"routing_key\":\"{}\"}}", "x".repeat(512 * 1024));
    assert_eq!(send(long).await.status, 413);
    assert_eq!(journal_records(&world).await, 0);
    for _ in 0..50 {
        let one = enqueue("trigger", Some("k"));
        assert_eq!(world.post("/v2/enqueue", &one).send().await.status, 202);
    }
    let refused = send(enqueue("trigger", Some("k")).to_string()).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json["status"]),
        (429, &json!("throttle exceeded"))
    );
    assert!(refused.header("retry-after").parse::<u64>().is_ok());
}

#[tokio::test]
async fn an_alert_of_opsgenies_kind_opens_acknowledges_and_closes() {
    for engine in TestEngine::ALL {
        let mut world = open(engine).await;
        let body = json!({ "message": "Disk full", "alias": "db-3/disk", "priority": "P1",
            "description": "Two percent left." });
        let opened = genie(&world, "/v2/alerts", &body).send().await;
        assert_eq!(opened.status, 202, "{engine:?} {}", opened.body);
        assert_eq!(opened.json["result"], "Request will be processed");
        assert!(opened.json["requestId"].is_string() && opened.json["took"].is_number());
        assert_eq!(opened.header("x-ratelimit-state"), "OK");
        assert_eq!(journal_records(&world).await, 1, "durable before the answer");
        world.settle().await;
        let one = alerts(&world).await;
        assert_eq!((&one["total"], &one["data"][0]["state"]), (&json!(1), &json!("OPEN")), "{one}");
        assert_eq!(one["data"][0]["priority"], "HIGH");
        for (deed, state) in [("acknowledge", "ACKNOWLEDGED"), ("close", "CLOSED")] {
            // Aliases may hold slashes.
            let path = format!("/v2/alerts/db-3%2Fdisk/{deed}?identifierType=alias");
            let answer = genie(&world, &path, &json!({ "note": "by hand" })).send().await;
            assert_eq!(answer.status, 202, "{}", answer.body);
            world.settle().await;
            assert_eq!(alerts(&world).await["data"][0]["state"], state);
        }
    }
}

#[tokio::test]
async fn opsgenies_senders_hear_refusals_in_their_words() {
    let world = open(TestEngine::Sqlite).await;
    let body = json!({ "message": "x" });
    let keyless = world.post("/v2/alerts", &body).send().await;
    assert_eq!((keyless.status.as_u16(), keyless.header("www-authenticate")), (401, "GenieKey"));
    let wrong = world.post("/v2/alerts", &body).header("authorization", "GenieKey fbk_nobody");
    let wrong = wrong.send().await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.json["message"].is_string() && wrong.json["requestId"].is_string());
    let foreign = world.post("/v2/alerts", &body);
    let foreign = foreign.header("authorization", &format!("GenieKey {}", key(1, who::GENERIC)));
    assert_eq!(foreign.send().await.status, 400);
    let blank = genie(&world, "/v2/alerts", &json!({ "alias": "a" })).send().await;
    assert_eq!(blank.status, 422, "{}", blank.body);
    assert_eq!(blank.json["errors"]["message"], "message is missing or blank.");
    for path in ["/v2/alerts/a/close", "/v2/alerts/a/close?identifierType=tiny"] {
        let by_id = genie(&world, path, &json!({})).send().await;
        assert_eq!(by_id.status, 422, "{}", by_id.body);
        assert!(by_id.json["errors"]["identifierType"].is_string());
    }
    let broken = genie(&world, "/v2/alerts", &json!(null)).raw("{").send().await;
    assert_eq!(broken.status, 400);
    assert_eq!(journal_records(&world).await, 0);
    for _ in 0..50 {
        assert_eq!(genie(&world, "/v2/alerts", &body).send().await.status, 202);
    }
    let refused = genie(&world, "/v2/alerts", &body).send().await;
    assert_eq!((refused.status.as_u16(), refused.header("x-ratelimit-state")), (429, "THROTTLED"));
}
