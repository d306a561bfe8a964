//! Events and alerts: what they look like, what can be done to them.

use firebell_base::time::add_minutes;
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use super::world::{World, key, trigger, who};

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[tokio::test]
async fn an_event_has_the_shape_clients_read() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        let alert = world.alert("Disk full").await;
        let id = text(&alert["id"]).to_owned();
        let event = world.get("/api/xm/1/events/1?embed=").login("ann").send().await;
        assert_eq!(event.status, 200, "{engine:?} {}", event.body);
        let event = event.json;
        for (field, expected) in [
            ("id", json!(id)),
            ("eventId", json!("1")),
            ("name", json!("Disk full")),
            ("eventType", json!("USER")),
            ("priority", json!("MEDIUM")),
            ("incident", json!("INCIDENT_ID-1")),
            ("expirationInMinutes", json!(180)),
            ("created", json!("2026-03-02T08:00:00.000+0000")),
            ("status", json!("ACTIVE")),
            ("links", json!({ "self": format!("/api/xm/1/events/{id}") })),
        ] {
            assert_eq!(event[field], expected, "{field}");
        }
        assert_eq!(event["form"]["name"], "Outage");
        assert_eq!(event["properties"]["host"], "db-1");
        assert!(event.get("terminated").is_none() && event.get("recipients").is_none());
        // Without any query: response options and targeted recipients.
        let plain = world.get(&format!("/api/xm/1/events/{id}")).login("ann").send().await.json;
        assert_eq!(plain["responseOptions"]["data"][0]["action"], "ASSIGN_TO_USER");
        assert_eq!(plain["recipients"]["data"][0]["targetName"], "Ops");
        assert_eq!(plain["recipients"]["data"][0]["targeted"], true);
        let path = format!("/api/xm/1/events/{id}?embed=recipients");
        let resolved = world.get(&path).login("ann").send().await.json;
        let kinds: Vec<&Value> = resolved["recipients"]["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| &r["recipientType"])
            .collect();
        assert_eq!(kinds, ["PERSON", "DEVICE"]);
        world.get("/api/xm/1/events/77").login("ann").send().await.is_error(404);
        world.get("/api/xm/1/events/x").login("ann").send().await.is_error(404);
    }
}

#[tokio::test]
async fn a_status_is_changed_once() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        world.alert("Disk full").await;
        let ask = |id: Value, status: &str| {
            let body = json!({ "id": id, "status": status });
            world.post("/api/xm/1/events", &body).login("ann").send()
        };
        for (status, code, now) in [
            ("SUSPENDED", 202, "SUSPENDED"),
            ("SUSPENDED", 200, "SUSPENDED"),
            ("ACTIVE", 202, "ACTIVE"),
            ("TERMINATED", 202, "TERMINATED_EXTERNAL"),
            ("TERMINATED", 200, "TERMINATED_EXTERNAL"),
        ] {
            let answer = ask(json!("1"), status).await;
            assert_eq!(answer.status.as_u16(), code, "{engine:?} {status} {}", answer.body);
            assert_eq!(answer.json["status"], now);
        }
        let closed = ask(json!(1), "ACTIVE").await;
        assert_eq!(closed.is_error(409).json["subcode"], "validation.event.terminated");
        assert_eq!(ask(json!("1"), "GONE").await.is_error(400).json["arguments"][0], "status");
        ask(json!("9"), "ACTIVE").await.is_error(404);
        let empty = world.post("/api/xm/1/events", &json!({})).login("ann").send().await;
        assert_eq!(empty.is_error(400).json["faults"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn running_out_of_time_is_told_apart() {
    let mut world = World::open(TestEngine::Sqlite).await;
    world.alert("Disk full").await;
    world.clock.set(add_minutes(world.clock.now(), 181));
    world.settle().await;
    let event = world.get("/api/xm/1/events/1").login("ann").send().await.json;
    assert_eq!(event["status"], "TERMINATED");
    assert_eq!(event["terminated"], "2026-03-02T11:01:00.000+0000");
    let listed = world.get("/api/xm/1/events?status=TERMINATED").login("ann").send().await.json;
    assert_eq!(listed["total"], 1);
    let listed = world.get("/api/xm/1/events?status=ACTIVE").login("ann").send().await.json;
    assert_eq!(listed["total"], 0);
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_paged() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        for n in 1..=5 {
            world.alert(&format!("Disk {n} full")).await;
        }
        let numbers = |answer: &Value| -> Vec<i64> {
            let data = answer["data"].as_array().expect("a list");
            data.iter().map(|e| text(&e["eventId"]).parse().unwrap()).collect()
        };
        let ask = |query: &str| world.get(&format!("/api/xm/1/events?{query}")).login("ann").send();
        for (query, expected) in [
            ("", vec![5, 4, 3, 2, 1]),
            ("sortOrder=ASCENDING", vec![1, 2, 3, 4, 5]),
            ("sortOrder=ascending&offset=1&limit=2", vec![2, 3]),
            ("sortOrder=ASCENDING&offset=4&limit=2", vec![5]),
            ("sortOrder=ASCENDING&offset=9&limit=2", vec![]),
            ("limit=2&offset=1", vec![4, 3]),
            ("search=disk%203", vec![]),
            ("search=FULL&limit=1", vec![5]),
            ("priority=HIGH", vec![]),
            ("priority=low,medium,HIGH&status=ACTIVE,SUSPENDED", vec![5, 4, 3, 2, 1]),
            ("from=2026-03-02T08:00:01Z", vec![]),
            ("to=2026-03-02T08:00:01%2B00:00&limit=1", vec![5]),
            ("eventType=SYSTEM", vec![]),
        ] {
            let answer = ask(query).await;
            if query.contains("%203") {
                assert_eq!(answer.is_error(400).json["arguments"][0], "search");
                continue;
            }
            assert_eq!(numbers(&answer.json), expected, "{engine:?} {query} {}", answer.body);
        }
        let page = ask("limit=2&offset=2&search=full").await.json;
        let base = "/api/xm/1/events?search=full";
        assert_eq!(page["links"]["next"], format!("{base}&offset=4&limit=2"));
        assert_eq!(page["links"]["previous"], format!("{base}&offset=0&limit=2"));
        assert_eq!((&page["count"], &page["total"]), (&json!(2), &json!(5)));
        let last = ask("limit=2&offset=4").await.json;
        assert!(last["links"].get("next").is_none());
        for name in ["plan", "form", "propertyName", "at", "submitter"] {
            let refused = ask(&format!("{name}=x")).await;
            assert_eq!(refused.is_error(400).json["arguments"][0], name);
        }
    }
}

#[tokio::test]
async fn answers_are_recorded_and_acted_on() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        let alert = world.alert("Disk full").await;
        assert_eq!(alert["state"], "OPEN");
        let path = format!("/api/firebell/1/alerts/{}", text(&alert["id"]));
        let respond = format!("{path}/responses");
        let said = json!({ "option": 1, "comment": "on my way" });
        let answer = world.post(&respond, &said).login("ann").send().await;
        assert_eq!(answer.status, 200, "{engine:?} {}", answer.body);
        assert_eq!(answer.json["changed"], true);
        assert_eq!(answer.json["alert"]["state"], "ACKNOWLEDGED");
        assert_eq!(answer.json["alert"]["owner"]["targetName"], "ann");
        assert_eq!(answer.json["response"]["standing"], "COUNTED");
        world.clock.set(add_minutes(world.clock.now(), 1));
        let again = world.post(&respond, &said).login("ann").send().await;
        assert_eq!(again.json["response"]["standing"], "REPEATED");
        world.clock.set(add_minutes(world.clock.now(), 1));
        let ended = world.post(&respond, &json!({ "action": "end" })).login("admin").send().await;
        assert_eq!(ended.json["alert"]["closeCause"], "RESPONSE");
        for (body, field) in [
            (json!({}), "option"),
            (json!({ "option": 1, "action": "END" }), "option"),
            (json!({ "option": 8 }), "option"),
            (json!({ "action": "DANCE" }), "action"),
            (json!({ "option": 1, "comment": "x".repeat(2001) }), "comment"),
        ] {
            let refused = world.post(&respond, &body).login("ann").send().await;
            assert_eq!(refused.is_error(400).json["arguments"][0], field, "{}", refused.body);
        }
        let list = world.get(&respond).login("reader").send().await.json;
        assert_eq!(list["total"], 3);
        assert_eq!(list["data"][0]["comment"], "on my way");
        let deliveries = world.get("/api/xm/1/events/1/user-deliveries").login("ann").send().await;
        let deliveries = deliveries.json;
        assert_eq!(deliveries["total"], 2, "{deliveries}");
        let ann = &deliveries["data"][1];
        assert_eq!(ann["person"]["targetName"], "ann");
        assert_eq!(ann["deliveryStatus"], "RESPONDED");
        let sent = &ann["notifications"]["data"][0];
        assert_eq!(sent["recipient"]["targetName"], "ann|Work Email");
        assert_eq!(sent["delivered"], "2026-03-02T08:00:00.000Z");
        let failed = "/api/xm/1/events/1/user-deliveries?deliveryStatus=FAILED";
        assert_eq!(world.get(failed).login("ann").send().await.json["total"], 0);
    }
}

#[tokio::test]
async fn short_routes_do_what_they_say_and_the_timeline_tells() {
    let mut world = World::open(TestEngine::Sqlite).await;
    let alert = world.alert("Disk full").await;
    let path = format!("/api/firebell/1/alerts/{}", alert["number"]);
    for (deed, changed, state) in [
        ("suspend", true, "SUSPENDED"),
        ("suspend", false, "SUSPENDED"),
        ("resume", true, "OPEN"),
        ("acknowledge", true, "ACKNOWLEDGED"),
        ("escalate", false, "ACKNOWLEDGED"),
        ("resolve", true, "CLOSED"),
        ("resolve", false, "CLOSED"),
    ] {
        // A body is not needed.
        let ask = super::world::Ask::new(&world, "POST", &format!("{path}/{deed}"));
        let answer = ask.login("ann").send().await;
        assert_eq!(answer.json["changed"], changed, "{deed} {}", answer.body);
        assert_eq!(answer.json["alert"]["state"], state, "{deed}");
    }
    world.post(&format!("{path}/resume"), &json!({})).login("ann").send().await.is_error(409);
    let timeline = world.get(&format!("{path}/timeline")).login("reader").send().await.json;
    let steps: Vec<&str> =
        timeline["data"].as_array().unwrap().iter().map(|e| text(&e["step"])).collect();
    for step in ["correlate", "route", "notify", "deliver", "respond"] {
        assert!(steps.contains(&step), "{step} {steps:?}");
    }
    let notifications = world.get(&format!("{path}/notifications")).login("ann").send().await.json;
    assert_eq!(notifications["data"][0]["state"], "DELIVERED");
    assert_eq!(notifications["data"][0]["group"]["targetName"], "Ops");
    let deliveries = world.get(&format!("{path}/deliveries")).login("ann").send().await.json;
    assert_eq!(deliveries["data"][0]["outcome"], "DELIVERED");
}

#[tokio::test]
async fn a_comment_on_a_suspension_is_kept() {
    let mut world = World::open(TestEngine::Sqlite).await;
    world.alert("Disk full").await;
    let path = "/api/firebell/1/alerts/1";
    let said = json!({ "comment": "until the part arrives" });
    let answer = world.post(&format!("{path}/suspend"), &said).login("ann").send().await;
    assert_eq!(answer.json["alert"]["state"], "SUSPENDED");
    let list = world.get(&format!("{path}/responses")).login("ann").send().await.json;
    assert_eq!(list["data"][0]["comment"], "until the part arrives");
}

#[tokio::test]
async fn events_fold_and_are_listed_with_their_alert() {
    let mut world = World::open(TestEngine::Sqlite).await;
    let alertmanager = json!({ "version": "4", "status": "firing", "alerts": [
        { "status": "firing", "labels": { "alertname": "Disk" }, "fingerprint": "00000000000000aa" },
    ] });
    for _ in 0..2 {
        let ask = world.post(&trigger(1, who::PROM), &alertmanager).bearer(&key(1, who::PROM));
        assert_eq!(ask.send().await.status, 202);
        world.clock.set(add_minutes(world.clock.now(), 1));
    }
    world.settle().await;
    let alert = world.get("/api/firebell/1/alerts/1").login("ann").send().await.json;
    let events = world.get("/api/firebell/1/alerts/1/events").login("ann").send().await.json;
    assert_eq!(events["total"], 2, "{alert} {events}");
    assert!(alert["dedupKey"].is_string());
}
