//! What an attacker tries, and finds closed.

use std::task::Poll;

use firebell_access::link::{LinkClaims, LinkKey, TOKEN_CHARS, sign};
use firebell_base::time::add_minutes;
use firebell_config::Author;
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::notification::NotificationId;
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use super::world::{Ask, PASSWORD, World};
use crate::caller::INSTANCE_HEADER;

const PEOPLE: &str = "/api/xm/1/people";
const OTHER_PASSWORD: &str = "another long password";

/// Makes a person of acme who can sign in.
async fn hire(world: &World, name: &str, role: &str) {
    let body = json!({
        "targetName": name, "firstName": "Sample", "lastName": name, "roles": [role],
        "password": PASSWORD,
    });
    let made = world.post(PEOPLE, &body).login("admin").send().await;
    assert_eq!(made.status, 201, "{}", made.body);
}

#[tokio::test]
async fn pages_of_other_sites_cannot_act_even_where_browsers_do_not_say_so() {
    let mut world = World::open(TestEngine::Sqlite).await;
    let alert = world.alert("Disk full").await;
    let path = format!("/api/firebell/1/alerts/{}/resolve", alert["number"]);
    // A form of another site, sent to a server without TLS: no Sec-Fetch-Site, only Origin.
    let form = |origin: &str| {
        let ask = Ask::new(&world, "POST", &path).login("ann").header("origin", origin);
        ask.header("host", "firebell.example:8080")
            .header("content-type", "application/x-www-form-urlencoded")
    };
    for origin in ["https://evil.example", "null", "http://firebell.example.evil.example:8080"] {
        form(origin).send().await.is_error(403);
    }
    let shown = format!("/api/firebell/1/alerts/{}", alert["number"]);
    assert_eq!(world.get(&shown).login("ann").send().await.json["state"], "OPEN");
    let own = form("http://firebell.example:8080").send().await;
    assert_eq!(own.status, 200, "{}", own.body);
}

#[tokio::test]
async fn a_nul_in_a_query_is_bad_input_and_no_failure_of_the_database() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        for path in [
            "/api/xm/1/events?search=a%00b",
            "/api/firebell/1/alerts?search=a%00b",
            "/api/xm/1/people?search=a%00b",
        ] {
            let answer = world.get(path).login("admin").send().await;
            let answer = answer.is_error(400);
            assert_eq!(answer.json["arguments"], json!(["search"]), "{engine:?} {path}");
        }
    }
}

#[tokio::test]
async fn long_lists_are_refused_before_anything_is_made_of_them() {
    let world = World::open(TestEngine::Sqlite).await;
    // Each of them would be compiled while the configuration is locked.
    let matchers: Vec<String> = (0..1_000).map(|n| format!("a{n}=~\"(\"")).collect();
    let body = json!({ "matchers": matchers, "endsAt": "2026-03-03T00:00:00Z", "comment": "x" });
    let answer = world.post("/api/firebell/1/silences", &body).login("admin").send().await;
    let faults = answer.is_error(400).json["faults"].as_array().unwrap();
    assert_eq!((faults.len(), &faults[0]["field"]), (1, &json!("matchers")), "{}", answer.body);
    let names: Vec<String> = (0..10_001).map(|n| n.to_string()).collect();
    let body = json!({ "targetName": "Big", "supervisors": names });
    let answer = world.post("/api/xm/1/groups", &body).login("reader").send().await;
    let faults = answer.is_error(400).json["faults"].as_array().unwrap();
    assert_eq!((faults.len(), &faults[0]["field"]), (1, &json!("supervisors")), "{}", answer.body);
}

#[tokio::test]
async fn nobody_gives_roles_or_takes_over_people_beyond_their_own_rights() {
    let world = World::open(TestEngine::Sqlite).await;
    hire(&world, "sup", "Person Supervisor").await;
    hire(&world, "lead", "Group Supervisor").await;
    let as_sup = |body: &Value| world.post(PEOPLE, body).login("sup");
    let roles = ["Person Supervisor", "Group Supervisor"];
    as_sup(&json!({ "id": "sup", "roles": roles })).send().await.is_error(403);
    as_sup(&json!({ "id": "ann", "roles": ["Group Supervisor"] })).send().await.is_error(403);
    as_sup(&json!({ "id": "lead", "password": OTHER_PASSWORD })).send().await.is_error(403);
    as_sup(&json!({ "id": "admin", "password": OTHER_PASSWORD })).send().await.is_error(403);
    let groups = "/api/firebell/1/silences";
    assert_eq!(world.get(groups).login("lead").send().await.status, 200, "the password stayed");
    for allowed in [
        json!({ "id": "lead", "firstName": "Lea" }),
        json!({ "id": "ann", "password": OTHER_PASSWORD }),
        json!({ "id": "ann", "roles": ["Read-only User"] }),
    ] {
        let answer = as_sup(&allowed).send().await;
        assert_eq!(answer.status, 200, "{allowed} {}", answer.body);
    }
}

#[tokio::test]
async fn nobody_has_a_link_to_the_password_of_somebody_mightier_mailed_to_them() {
    let world = World::open(TestEngine::Sqlite).await;
    hire(&world, "sup", "Person Supervisor").await;
    hire(&world, "lead", "Group Supervisor").await;
    let mail = |owner: &str, to: &str| {
        let kind = "EMAIL";
        json!({ "owner": owner, "name": "Mail", "deviceType": kind, "emailAddress": to })
    };
    let post = async |who: &str, body: Value| {
        world.post("/api/xm/1/devices", &body).login(who).send().await
    };
    // Their own, and those of people whose password they may set.
    assert_eq!(post("sup", mail("sup", "sup@mail.example")).await.status, 201);
    let bo = post("sup", mail("stake", "sup@mail.example")).await;
    assert_eq!(bo.status, 201, "{}", bo.body);
    post("sup", mail("lead", "sup@mail.example")).await.is_error(403);
    let own = post("lead", mail("lead", "lead@mail.example")).await;
    assert_eq!(own.status, 201, "{}", own.body);
    let its = |field: &str, value: Value| json!({ "id": own.json["id"], field: value });
    post("sup", its("emailAddress", json!("sup@mail.example"))).await.is_error(403);
    // Everything else about it is theirs to look after.
    for (field, value) in [("delay", json!(3)), ("status", json!("INACTIVE"))] {
        let answer = post("sup", its(field, value)).await;
        assert_eq!(answer.status, 200, "{field} {}", answer.body);
    }
    // An address that was given up may belong to anybody by now.
    post("sup", its("status", json!("ACTIVE"))).await.is_error(403);
    let phone = json!({ "owner": "lead", "name": "Mobile", "deviceType": "VOICE",
        "phoneNumber": "+4722334455" });
    assert_eq!(post("sup", phone).await.status, 201);
}

#[tokio::test]
async fn two_people_who_number_their_requests_alike_do_not_meet() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        hire(&world, "sup", "Person Supervisor").await;
        let make = async |who: &str, name: &str| {
            let body = json!({ "targetName": name, "firstName": "Sample", "lastName": "x",
                "roles": ["Standard User"] });
            let ask = world.post(PEOPLE, &body).login(who).header("idempotency-key", "1");
            ask.send().await
        };
        for (who, name) in [("admin", "one"), ("sup", "two")] {
            let made = make(who, name).await;
            assert_eq!((made.status.as_u16(), made.header("idempotency-replayed")), (201, ""));
            assert_eq!(made.json["targetName"], name, "{engine:?}");
            assert_eq!(make(who, name).await.header("idempotency-replayed"), "true");
        }
    }
}

#[tokio::test]
async fn requests_that_wait_for_a_revision_are_few_and_ask_for_configuration() {
    let world = World::open(TestEngine::Sqlite).await;
    // Probes wait for nothing, whatever somebody has them send.
    assert_eq!(world.get("/livez").header("x-min-rev", "9999.1").send().await.status, 200);
    let other = world.twin().await.authority.clone();
    let by = Author::new("test", "sample");
    let made = other.create_instance("umbrella", Region::Emea, &by, world.clock.now()).await;
    let wanted = made.unwrap().revision.to_string();
    let read = || world.get(PEOPLE).key(1).header("x-min-rev", &wanted).send();
    let all = u32::try_from(crate::fresh::WAITING_MAX).unwrap();
    let places = world.state.waiting().try_acquire_many(all).unwrap();
    assert_eq!(read().await.is_error(425).json["subcode"], "stale_replica");
    drop(places);
    assert_eq!(read().await.status, 200);
}

#[tokio::test]
async fn the_past_and_the_audit_know_no_secrets() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        let from = world.state.snapshots.revision().to_string();
        hire(&world, "bo", "Standard User").await;
        let body = json!({ "id": "bo", "password": OTHER_PASSWORD });
        assert_eq!(world.post(PEOPLE, &body).login("admin").send().await.status, 200);
        let hook = json!({ "owner": "bo", "name": "Hook", "deviceType": "GENERIC",
            "url": "https://hook.example/path-is-a-password?q=also-one",
            "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });
        let made = world.post("/api/xm/1/devices", &hook).login("admin").send().await;
        assert_eq!(made.status, 201, "{}", made.body);
        let hook = json!({ "id": made.json["id"],
            "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "url": "https://hook.example/another-password" });
        assert_eq!(world.post("/api/xm/1/devices", &hook).login("admin").send().await.status, 200);
        let base = "/api/firebell/1";
        let mut said = made.body.clone();
        for path in [
            format!("{base}/configuration/history"),
            format!("{base}/configuration/diff?from={from}"),
            format!("{base}/configuration/at?revision={from}"),
            format!("{base}/audit"),
            format!("{base}/replicas"),
            format!("{base}/sign-in"),
        ] {
            let answer = world.get(&path).key(1).send().await;
            assert_eq!(answer.status, 200, "{engine:?} {path}: {}", answer.body);
            said.push_str(&answer.body);
            assert!(!answer.body.contains("-password"), "{path}: {}", answer.body);
        }
        assert!(said.contains("\"Hook\""), "it is seen: {said}");
        for secret in ["argon2id", "whsec_", OTHER_PASSWORD, PASSWORD] {
            assert!(!said.contains(secret), "{engine:?} {secret}: {said}");
        }
    }
}

#[tokio::test]
async fn whoever_may_see_nothing_learns_nothing_from_refusals() {
    let world = World::open(TestEngine::Sqlite).await;
    hire(&world, "outsider", "No Access User").await;
    let member = json!({ "id": "ann" });
    for (path, body) in [
        ("/api/xm/1/groups/Ops/members", &member),
        ("/api/xm/1/groups/Nowhere/members", &member),
        ("/api/xm/1/groups/Nowhere/shifts", &json!({})),
        ("/api/xm/1/devices", &json!({ "owner": "ann" })),
        ("/api/xm/1/devices", &json!({ "owner": "nobody" })),
        ("/api/xm/1/temporary-absences", &json!({ "member": "nobody" })),
        ("/api/xm/1/groups", &json!({ "supervisors": ["nobody"] })),
    ] {
        let answer = world.post(path, body).login("outsider").send().await;
        answer.is_error(403);
    }
    for path in ["/api/xm/1/groups/Nowhere/members/ann", "/api/xm/1/groups/Ops/members/nobody"] {
        world.delete(path).login("outsider").send().await.is_error(403);
    }
}

#[tokio::test]
async fn links_that_a_receiver_echoed_are_not_shown_to_others() {
    let world = World::open(TestEngine::Sqlite).await;
    let claims = LinkClaims {
        instance: InstanceNo(1),
        notification: NotificationId::from_bytes([7; 16]),
        expires: add_minutes(world.clock.now(), 60),
    };
    let token = sign(&LinkKey::new([9; 32]), &claims);
    assert_eq!(token.len(), TOKEN_CHARS);
    let text = format!("host answered 200: {{\"link\":\"http:\\/\\/h\\/r\\/{token}\\/1\"}}");
    let shown = firebell_access::link::masked(&text);
    assert!(!shown.contains(&token) && shown.contains("answered 200"), "{shown}");
}

#[tokio::test]
async fn a_password_is_verified_also_while_others_explain() {
    let hashing = crate::state::Hashing::default();
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Arc::new(std::sync::Mutex::new(wait));
    let mut busy: Vec<_> = (0..2)
        .map(|_| {
            let wait = std::sync::Arc::clone(&wait);
            let block = move || wait.lock().is_ok_and(|end| end.recv().is_ok());
            Box::pin(hashing.run_long(block))
        })
        .collect();
    for work in &mut busy {
        let begun = std::future::poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx).is_pending()));
        assert!(begun.await, "the long work is under way");
    }
    let bound = std::time::Duration::from_secs(20);
    let verified = tokio::time::timeout(bound, hashing.run(|| 7)).await;
    drop(release);
    for work in busy {
        assert_eq!(work.await, Ok(false));
    }
    assert_eq!(verified, Ok(Ok(7)), "and a password is verified");
}

#[tokio::test]
async fn the_instance_header_cannot_be_made_to_mean_two() {
    let world = World::open(TestEngine::Sqlite).await;
    let path = "/t/globex/api/firebell/1/instance";
    let both = world.get(path).basic("admin", PASSWORD).header(INSTANCE_HEADER, "acme");
    assert_eq!(both.send().await.json["name"], "globex", "the path decides");
    for path in [
        "/t/acme/t/globex/api/firebell/1/instance",
        "/t/acme/../globex/api/firebell/1/instance",
        "/t/acme%2F..%2Fglobex/api/firebell/1/instance",
        "/t/ac%00me/api/firebell/1/instance",
    ] {
        let answer = world.get(path).key(1).send().await;
        answer.is_error(404);
    }
}

#[tokio::test]
async fn what_a_sender_sent_is_never_shown_as_a_page() {
    let mut world = World::open(TestEngine::Sqlite).await;
    world.alert("<script>alert(1)</script>").await;
    let events = world.get("/api/firebell/1/events").login("admin").send().await;
    let link = events.json["data"][0]["links"]["payload"].as_str().unwrap().to_owned();
    let payload = world.get(&link).login("admin").send().await;
    assert!(payload.body.contains("<script>"), "{}", payload.body);
    assert_eq!(payload.header("content-type"), "application/octet-stream");
    assert_eq!(payload.header("x-content-type-options"), "nosniff");
    assert_eq!(payload.header("cache-control"), "no-store");
    let policy = payload.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
}

#[tokio::test]
async fn hostile_numbers_times_and_bodies_are_bad_input() {
    let world = World::open(TestEngine::Sqlite).await;
    let max = i64::MAX;
    for path in [
        format!("/api/xm/1/events?offset={max}"),
        "/api/xm/1/events?limit=99999999999999999999".to_owned(),
        "/api/xm/1/groups/Ops/occurrences?from=-262143-01-01T00:00:00Z&to=2026-01-01".to_owned(),
        "/api/xm/1/groups/Ops/occurrences?from=1970-01-01&to=2199-12-31".to_owned(),
        "/api/xm/1/on-call?groups=Ops&at=9999-12-31T23:59:59Z".to_owned(),
        format!("/api/xm/1/people?{}", "a&".repeat(201)),
    ] {
        world.get(&path).login("admin").send().await.is_error(400);
    }
    for path in [
        format!("/api/firebell/1/alerts/{max}"),
        "/api/firebell/1/alerts/-9223372036854775808".to_owned(),
        "/api/xm/1/groups/Ops/shifts/Always/occurrences/9999-12-31T23:59:59Z/members".to_owned(),
        "/api/xm/1/people/%00".to_owned(),
        "/api/xm/1/people/..%2Fdevices".to_owned(),
    ] {
        world.get(&path).login("admin").send().await.is_error(404);
    }
    let commas = format!("/api/xm/1/people?groups={}", ",".repeat(15_000));
    assert_eq!(world.get(&commas).login("admin").send().await.status, 200);
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let far = r#"{"targetName":"x","site":1e999}"#.to_owned();
    for body in [deep, far, "{\"targetName\":\"\\ud800\"}".to_owned()] {
        let ask = Ask::new(&world, "POST", "/api/xm/1/groups").login("admin").raw(body);
        ask.header("content-type", "application/json").send().await.is_error(400);
    }
    // Compressed bodies are not taken apart: nothing can grow.
    let ask = Ask::new(&world, "POST", "/api/xm/1/groups").login("admin");
    let ask = ask.raw(vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0]).header("content-encoding", "gzip");
    ask.header("content-type", "application/json").send().await.is_error(415);
    // Of two equal keys the last counts, for the permission as for the change.
    let twice = r#"{"id":"ann","firstName":"Eve","id":"admin"}"#;
    let ask = Ask::new(&world, "POST", PEOPLE).login("ann").raw(twice);
    ask.header("content-type", "application/json").send().await.is_error(403);
}
