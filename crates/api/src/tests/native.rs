//! Silences, maintenance windows, explain, the fate of events, the outbox, the instance.

use firebell_base::time::add_minutes;
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use super::world::{World, id, key, trigger, who};

const SILENCES: &str = "/api/firebell/1/silences";
const WINDOWS: &str = "/api/firebell/1/maintenance-windows";
const EXPLAIN: &str = "/api/firebell/1/explain";

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn silence() -> Value {
    json!({
        "matchers": [{ "name": "host", "value": "db-.*", "isRegex": true }],
        "endsAt": "2026-03-02T09:00:00Z",
        "comment": "new disks",
    })
}

#[tokio::test]
async fn a_silence_hides_and_says_so() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        let made = world.post(SILENCES, &silence()).login("admin").send().await;
        assert_eq!(made.status, 201, "{engine:?} {}", made.body);
        assert_eq!(
            (&made.json["state"], &made.json["createdBy"]),
            (&json!("ACTIVE"), &json!("admin"))
        );
        let body = json!({ "summary": "Disk full", "properties": { "host": "db-1" } });
        let send = async |world: &World| {
            let ask = world.post(&trigger(1, who::GENERIC), &body);
            ask.bearer(&key(1, who::GENERIC)).send().await
        };
        assert_eq!(send(&world).await.status, 202);
        world.settle().await;
        let hidden = "/api/firebell/1/events?fate=suppressed";
        let events = world.get(hidden).login("ann").send().await.json;
        assert_eq!(events["total"], 1, "{events}");
        assert_eq!(events["data"][0]["rule"]["comment"], "new disks");
        assert_eq!(events["data"][0]["rule"]["type"], "SILENCE");
        let payload = text(&events["data"][0]["links"]["payload"]).to_owned();
        let raw = world.get(&payload).login("ann").send().await;
        assert_eq!(raw.body, body.to_string());
        assert_eq!(raw.header("content-type"), "application/octet-stream");
        assert_eq!(raw.header("x-content-type-options"), "nosniff");
        let path = text(&made.json["links"]["self"]).to_owned();
        world.clock.set(add_minutes(world.clock.now(), 1));
        let ended = world.delete(&path).login("admin").send().await;
        assert_eq!((ended.status.as_u16(), &ended.json["state"]), (200, &json!("EXPIRED")));
        assert_eq!(send(&world).await.status, 202);
        world.settle().await;
        let alerts = world.get("/api/firebell/1/alerts").login("ann").send().await.json;
        assert_eq!(alerts["total"], 1);
        assert_eq!(world.get(&path).login("ann").send().await.json["state"], "EXPIRED");
        let active = format!("{SILENCES}?state=active");
        assert_eq!(world.get(&active).login("ann").send().await.json["total"], 0);
    }
}

#[tokio::test]
async fn a_bad_silence_is_refused_with_every_fault() {
    let world = World::open(TestEngine::Sqlite).await;
    let post = |body: Value| world.post(SILENCES, &body).login("admin").send();
    let empty = post(json!({})).await;
    let faults = empty.is_error(400).json["faults"].as_array().unwrap().clone();
    let fields: Vec<&str> = faults.iter().map(|fault| text(&fault["field"])).collect();
    assert_eq!(fields, ["matchers", "endsAt", "comment"]);
    for (change, field) in [
        (json!({ "endsAt": "2026-03-02T07:00:00Z" }), "endsAt"),
        (json!({ "endsAt": "soon" }), "endsAt"),
        (json!({ "startsAt": "2026-03-02T10:00:00Z" }), "endsAt"),
        (json!({ "matchers": [] }), "matchers"),
        (json!({ "matchers": ["host=~\"(\""] }), "matchers[0]"),
        (json!({ "comment": " " }), "comment"),
    ] {
        let mut body = silence();
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let refused = post(body).await;
        assert_eq!(refused.is_error(400).json["arguments"][0], field, "{}", refused.body);
    }
    assert_eq!(world.get(SILENCES).login("admin").send().await.json["total"], 0);
}

#[tokio::test]
async fn a_silence_is_changed_by_its_id_and_a_pending_one_removed() {
    let world = World::open(TestEngine::Sqlite).await;
    let mut body = silence();
    body["startsAt"] = json!("2026-03-02T08:30:00Z");
    let made = world.post(SILENCES, &body).login("admin").send().await.json;
    assert_eq!(made["state"], "PENDING");
    let change = json!({ "id": made["id"], "comment": "new disks, later" });
    let changed = world.post(SILENCES, &change).login("admin").send().await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.json["matchers"], made["matchers"]);
    assert_eq!(changed.json["startsAt"], made["startsAt"]);
    assert_eq!(changed.json["comment"], "new disks, later");
    let path = format!("{SILENCES}/{}", text(&made["id"]));
    assert_eq!(world.delete(&path).login("admin").send().await.status, 200);
    world.get(&path).login("admin").send().await.is_error(404);
    world.delete(&path).login("admin").send().await.is_error(404);
}

#[tokio::test]
async fn a_maintenance_window_recurs_and_hides() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        let body = json!({
            "name": "Patching", "integrations": ["monitoring"],
            "start": "2026-03-02T07:30:00Z", "end": "2026-03-02T08:30:00Z", "timezone": "UTC",
            "recurrence": { "frequency": "DAILY", "repeatEvery": 1 },
            "comment": "each morning",
        });
        let made = world.post(WINDOWS, &body).login("admin").send().await;
        assert_eq!(made.status, 201, "{engine:?} {}", made.body);
        assert_eq!(made.json["active"], true);
        assert_eq!(made.json["integrations"][0]["name"], "Monitoring");
        assert_eq!(made.json["recurrence"]["frequency"], "DAILY");
        let ask = world.post(&trigger(1, who::GENERIC), &json!({ "summary": "x" }));
        assert_eq!(ask.bearer(&key(1, who::GENERIC)).send().await.status, 202);
        world.settle().await;
        let events = world.get("/api/firebell/1/events").login("ann").send().await.json;
        assert_eq!(events["data"][0]["fate"], "SUPPRESSED");
        assert_eq!(events["data"][0]["rule"]["name"], "Patching");
        let again = world.post(WINDOWS, &body).login("admin").send().await;
        again.is_error(409);
        let untimed = json!({ "name": "Other" });
        let untimed = world.post(WINDOWS, &untimed).login("admin").send().await;
        assert_eq!(untimed.is_error(400).json["arguments"][0], "start");
        let strange = json!({
            "id": made.json["id"], "integrations": ["nothing"], "name": "Patching",
        });
        let strange = world.post(WINDOWS, &strange).login("admin").send().await;
        assert_eq!(strange.is_error(400).json["arguments"][0], "integrations");
        let path = format!("{WINDOWS}/patching");
        assert_eq!(world.get(&path).login("ann").send().await.status, 200);
        assert_eq!(world.delete(&path).login("admin").send().await.status, 200);
        world.get(&path).login("ann").send().await.is_error(404);
    }
}

#[tokio::test]
async fn explain_says_who_would_be_told_and_keeps_nothing() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        let body = json!({
            "integration": "Monitoring", "payload": { "summary": "Disk full" },
            "at": "2026-03-05T03:00:00Z",
        });
        let answer = world.post(EXPLAIN, &body).login("reader").send().await;
        assert_eq!(answer.status, 200, "{engine:?} {}", answer.body);
        let event = &answer.json["events"][0];
        assert_eq!(event["told"][0]["person"]["targetName"], "ann", "{event}");
        assert_eq!(event["told"][0]["device"]["name"], "Work Email");
        assert_eq!(event["told"][0]["at"], "2026-03-05T03:00:00.000Z");
        assert!(text(&event["outcome"]).contains("1 person"), "{event}");
        assert!(!event["timeline"].as_array().unwrap().is_empty());
        let nothing = world.get("/api/firebell/1/events").login("ann").send().await.json;
        assert_eq!(nothing["total"], 0);
        world
            .post(
                SILENCES,
                &json!({
                    "matchers": ["summary=\"Disk full\""], "endsAt": "2026-03-06T00:00:00Z",
                    "comment": "new disks",
                }),
            )
            .login("admin")
            .send()
            .await;
        let hidden = world.post(EXPLAIN, &body).login("reader").send().await.json;
        assert_eq!(hidden["events"][0]["rule"]["comment"], "new disks");
        assert_eq!(hidden["events"][0]["told"], json!([]));
    }
}

#[tokio::test]
async fn explain_reads_every_alert_of_a_payload_and_names_faults() {
    let world = World::open(TestEngine::Sqlite).await;
    let alert = |name: &str| json!({ "status": "firing", "labels": { "alertname": name } });
    let alerts: Vec<Value> = (0..25).map(|n| alert(&format!("A{n}"))).collect();
    let body = json!({
        "integration": id::<()>(1, who::PROM).to_string(),
        "event": { "version": "4", "status": "firing", "alerts": alerts },
    });
    let answer = world.post(EXPLAIN, &body).login("ann").send().await.json;
    assert_eq!(answer["total"], 25);
    assert_eq!(answer["events"].as_array().unwrap().len(), crate::native::explain::EVENTS_MAX);
    for (body, field) in [
        (json!({ "payload": {} }), "integration"),
        (json!({ "integration": "Monitoring" }), "payload"),
        (json!({ "integration": "none", "payload": {} }), "integration"),
        (json!({ "integration": "Monitoring", "payload": {}, "at": "then" }), "at"),
        (json!({ "integration": "Monitoring", "payload": { "priority": 1 } }), "priority"),
    ] {
        let refused = world.post(EXPLAIN, &body).login("ann").send().await;
        assert_eq!(refused.is_error(400).json["arguments"][0], field, "{}", refused.body);
    }
}

#[tokio::test]
async fn the_outbox_shows_what_would_be_sent_to_administrators() {
    let mut world = World::open(TestEngine::Sqlite).await;
    world.alert("Disk full").await;
    let list = world.get("/api/firebell/1/outbox").login("admin").send().await.json;
    assert_eq!(list["total"], 1, "{list}");
    assert_eq!(list["data"][0]["recipient"], "ann@mail.example");
    let path = text(&list["data"][0]["links"]["self"]).to_owned();
    let one = world.get(&path).login("admin").send().await.json;
    assert!(text(&one["text"]).contains("Disk full"));
    assert!(text(&one["html"]).contains('<'));
    world.get(&path).login("ann").send().await.is_error(403);
}

#[tokio::test]
async fn instance_and_health_tell_how_things_are() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        world.alert("Disk full").await;
        let instance = world.get("/api/firebell/1/instance").login("reader").send().await.json;
        assert_eq!((&instance["name"], &instance["region"]), (&json!("acme"), &json!("emea")));
        assert_eq!(
            (&instance["counts"]["people"], &instance["counts"]["openAlerts"]),
            (&json!(5), &json!(1))
        );
        let body = json!({ "summary": "x" });
        let ask = world.post(&trigger(1, who::GENERIC), &body).bearer(&key(1, who::GENERIC));
        assert_eq!(ask.send().await.status, 202);
        world.clock.set(add_minutes(world.clock.now(), 2));
        let health = world.get("/api/firebell/1/health").login("reader").send().await.json;
        assert_eq!(health["journal"]["records"], 1, "{engine:?} {health}");
        assert_eq!(health["journal"]["oldestAgeSeconds"], 120);
        assert_eq!(health["engine"], json!({ "epoch": 1, "owner": "test" }));
        assert_eq!(health["configuration"]["damages"], json!([]));
    }
}

#[tokio::test]
async fn unmatched_events_are_listed_and_other_fates_refused() {
    let mut world = World::open(TestEngine::Sqlite).await;
    let body = json!([{ "labels": { "alertname": "x" }, "endsAt": "2026-03-02T07:00:00Z" }]);
    let sent = world.post("/api/v2/alerts", &body).bearer(&key(1, who::PROM)).send().await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    world.settle().await;
    let path = "/api/firebell/1/events?fate=UNMATCHED";
    let events = world.get(path).login("ann").send().await.json;
    assert_eq!(events["data"][0]["action"], "resolve", "{events}");
    let refused = world.get("/api/firebell/1/events?fate=OPENED").login("ann").send().await;
    assert_eq!(refused.is_error(400).json["arguments"][0], "fate");
}
