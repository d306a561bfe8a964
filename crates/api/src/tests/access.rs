//! Who is let in, and what they may do.

use firebell_base::time::add_seconds;
use firebell_testkit::postgres::TestEngine;
use serde_json::json;

use super::world::{PASSWORD, World, key, trigger, who};
use crate::caller::INSTANCE_HEADER;

const ALERTS: &str = "/api/firebell/1/alerts";

#[tokio::test]
async fn passwords_and_keys_open_and_wrong_ones_do_not() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        assert_eq!(world.get(ALERTS).login("admin").send().await.status, 200, "{engine:?}");
        assert_eq!(world.get(ALERTS).login("ADMIN").send().await.status, 200);
        assert_eq!(world.get(ALERTS).key(1).send().await.status, 200);
        let missing = world.get(ALERTS).header(INSTANCE_HEADER, "acme").send().await;
        missing.is_error(401);
        assert!(missing.header("www-authenticate").starts_with("Basic realm="));
        let wrong = |user: &str, password: &str| {
            world.get(ALERTS).basic(user, password).header(INSTANCE_HEADER, "acme").send()
        };
        // An unknown user, a wrong password and an unknown key look the same.
        let user = wrong("nobody", PASSWORD).await;
        let password = wrong("admin", "wrong").await;
        let key = wrong("x-api-key-00000000-0000-7000-8000-000000000000", "x").await;
        assert_eq!(user.is_error(401).body, password.is_error(401).body);
        assert_eq!(user.body, key.is_error(401).body);
        let bearer = world.get(ALERTS).bearer("token").send().await;
        assert_eq!(bearer.is_error(401).json["error"], "invalid_token");
        world.get(ALERTS).header("authorization", "Basic ???").send().await.is_error(401);
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_also_for_the_right_password() {
    let world = World::open(TestEngine::Sqlite).await;
    let mut locked = None;
    for _ in 0..20 {
        let ask = world.get(ALERTS).basic("ann", "wrong").header(INSTANCE_HEADER, "acme");
        let answer = ask.send().await;
        if answer.status == 429 {
            locked = Some(answer);
            break;
        }
        answer.is_error(401);
    }
    let locked = locked.expect("locked out");
    let seconds: i64 = locked.is_error(429).header("retry-after").parse().unwrap();
    world.get(ALERTS).login("ann").send().await.is_error(429);
    world.clock.set(add_seconds(world.clock.now(), seconds + 1));
    assert_eq!(world.get(ALERTS).login("ann").send().await.status, 200);
}

#[tokio::test]
async fn the_instance_is_named_in_four_ways() {
    let world = World::open(TestEngine::Sqlite).await;
    let path = "/api/firebell/1/instance";
    let name = |answer: super::world::Answer| answer.json["name"].as_str().map(str::to_owned);
    let by_key = world.get(path).key(2).send().await;
    assert_eq!(name(by_key).as_deref(), Some("globex"));
    let by_host =
        world.get(path).basic("admin", PASSWORD).header("host", "globex.alerts.example:80");
    assert_eq!(name(by_host.send().await).as_deref(), Some("globex"));
    let by_path = world.get("/t/globex/api/firebell/1/instance/").basic("admin", PASSWORD);
    let by_path = by_path.send().await;
    assert_eq!(by_path.json["links"]["self"], "/t/globex/api/firebell/1/instance");
    assert_eq!(name(by_path).as_deref(), Some("globex"));
    let none = world.get(path).basic("admin", PASSWORD).send().await;
    assert!(none.is_error(400).json["message"].as_str().unwrap().contains("X-Firebell-Instance"));
    let unknown = world.get(path).basic("admin", PASSWORD).header(INSTANCE_HEADER, "nowhere");
    unknown.send().await.is_error(404);
    // A key is good in its own instance only.
    world.get(path).key(1).header(INSTANCE_HEADER, "globex").send().await.is_error(401);
}

#[tokio::test]
async fn roles_and_licences_decide() {
    let mut world = World::open(TestEngine::Sqlite).await;
    let alert = world.alert("Disk full").await;
    let path = format!("{ALERTS}/{}", alert["number"]);
    let table = [
        ("responses", json!({ "option": 1 }), "ann", 200),
        ("responses", json!({ "option": 1 }), "robot", 403),
        ("responses", json!({ "option": 1 }), "reader", 403),
        ("responses", json!({ "option": 1 }), "stake", 403),
        ("acknowledge", json!({}), "robot", 200),
        ("acknowledge", json!({}), "stake", 403),
        ("suspend", json!({}), "reader", 403),
        ("suspend", json!({}), "stake", 403),
    ];
    for (deed, body, user, status) in table {
        let answer = world.post(&format!("{path}/{deed}"), &body).login(user).send().await;
        assert_eq!(answer.status.as_u16(), status, "{user} {deed} {}", answer.body);
        if status == 403 {
            answer.is_error(403);
        }
    }
    for user in ["reader", "stake", "robot", "ann"] {
        assert_eq!(world.get(&path).login(user).send().await.status, 200, "{user}");
        world.get("/api/firebell/1/outbox").login(user).send().await.is_error(403);
        let silence = world.post("/api/firebell/1/silences", &json!({})).login(user);
        silence.send().await.is_error(403);
    }
}

#[tokio::test]
async fn senders_use_keys_and_people_use_their_rights() {
    let world = World::open(TestEngine::Sqlite).await;
    let path = trigger(1, who::GENERIC);
    let ask = |path: &str| world.post(path, &json!({ "summary": "x" }));
    let good = key(1, who::GENERIC);
    let other = key(1, who::PROM);
    for (ask, status) in [
        (ask(&format!("{path}?apiKey={good}")), 202),
        (ask(&format!("{path}?apiKey={other}")), 401),
        (ask(&path).basic("anything", &good), 202),
        (ask(&path).basic("anything", &other), 401),
        (ask(&path).bearer(&good), 202),
        (ask(&path).bearer(&other), 401),
        (ask(&path).key(1), 202),
        (ask(&path).key(2), 401),
        (ask(&path).basic("ann", PASSWORD), 202),
        (ask(&path).basic("robot", PASSWORD), 202),
        (ask(&path).basic("reader", PASSWORD), 403),
        (ask(&path).basic("stake", PASSWORD), 403),
        (ask(&path).basic("ann", "wrong"), 401),
        (ask(&path), 401),
    ] {
        let answer = ask.send().await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    }
}
