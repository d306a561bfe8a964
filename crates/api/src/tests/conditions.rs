//! Writes that depend on a revision, reads that ask for one, and requests that are made once.

use firebell_base::Random;
use firebell_config::{Author, Authority, Change, Snapshots};
use firebell_domain::directory::{Directory, Entity, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::Name;
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use super::world::{Answer, World, id, who};

const PEOPLE: &str = "/api/xm/1/people";

/// Things that can be made, read and changed: collection, body of a new one, a change.
fn things() -> Vec<(&'static str, Value, Value)> {
    let (from, to) = ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z");
    vec![
        (
            PEOPLE,
            json!({ "targetName": "bo", "firstName": "Bo", "lastName": "Ek",
                "roles": ["Standard User"] }),
            json!({ "firstName": "Other" }),
        ),
        (
            "/api/xm/1/devices",
            json!({ "owner": "ann", "name": "Second Email", "deviceType": "EMAIL",
                "emailAddress": "second@mail.example" }),
            json!({ "delay": 7 }),
        ),
        ("/api/xm/1/groups", json!({ "targetName": "Night" }), json!({ "description": "Other" })),
        (
            "/api/xm/1/groups/Ops/shifts",
            json!({ "name": "Nights", "start": from, "end": to }),
            json!({ "description": "Other" }),
        ),
        (
            "/api/xm/1/sites",
            json!({ "name": "Oslo", "country": "NO", "language": "nb",
                "timezone": "Europe/Oslo" }),
            json!({ "city": "Oslo" }),
        ),
        (
            "/api/firebell/1/silences",
            json!({ "matchers": ["a=b"], "endsAt": "2026-03-02T18:00:00Z", "comment": "sample" }),
            json!({ "comment": "Other" }),
        ),
        (
            "/api/firebell/1/maintenance-windows",
            json!({ "name": "Patching", "start": from, "end": to }),
            json!({ "comment": "Other" }),
        ),
    ]
}

async fn write(world: &World, path: &str, body: &Value, condition: Option<&str>) -> Answer {
    let ask = world.post(path, body).key(1);
    match condition {
        Some(tag) => ask.header("if-match", tag).send().await,
        None => ask.send().await,
    }
}

#[tokio::test]
async fn whoever_saw_an_older_state_changes_nothing() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        for (path, new, change) in things() {
            let made = write(&world, path, &new, None).await;
            assert_eq!(made.status, 201, "{path}: {}", made.body);
            let first = made.header("etag").to_owned();
            assert_eq!(first, format!("\"{}\"", made.header("x-config-rev")), "{path}");
            assert_eq!(made.header("x-freshness"), "confirmed");
            let own = format!("{path}/{}", made.json["id"].as_str().unwrap());
            let read = async || world.get(&own).key(1).send().await;
            assert_eq!(read().await.header("etag"), first, "{engine:?} {path}");

            let mut change = change;
            change["id"] = made.json["id"].clone();
            let changed = write(&world, path, &change, Some(&first)).await;
            assert!(changed.status.is_success(), "{path}: {}", changed.body);
            let second = changed.header("etag").to_owned();
            assert_ne!(second, first, "{path}");

            let late = json!({ "id": made.json["id"], "name": "Late", "firstName": "Late",
                "description": "Late", "comment": "Late", "delay": 9, "city": "Late" });
            let refused = write(&world, path, &late, Some(&first)).await;
            let words = refused.is_error(412).json["message"].as_str().unwrap();
            assert!(words.contains(second.trim_matches('"')), "which revision it is now: {words}");
            let gone = world.delete(&own).key(1).header("if-match", &first).send().await;
            gone.is_error(412);
            let kept = read().await;
            assert_eq!((kept.header("etag"), kept.body.contains("Late")), (&*second, false));

            // As before without it; and with what is true.
            assert!(write(&world, path, &change, Some("*")).await.status.is_success());
            let gone = world.delete(&own).key(1).header("if-match", &second).send().await;
            assert_eq!(gone.status, 200, "{path}: {}", gone.body);
            assert!(gone.headers.contains_key("x-config-rev"), "{path}");
            let again = world.delete(&own).key(1).header("if-match", "*").send().await;
            assert!([404, 412].contains(&again.status.as_u16()), "{path}: {}", again.body);
        }
    }
}

#[tokio::test]
async fn a_roster_and_a_shift_are_what_their_members_depend_on() {
    let world = World::open(TestEngine::Sqlite).await;
    let group = world.get("/api/xm/1/groups/Ops").key(1).send().await;
    let tag = group.header("etag").to_owned();
    let admin = json!({ "id": "admin" });
    let members = "/api/xm/1/groups/Ops/members";
    let added = write(&world, members, &admin, Some(&tag)).await;
    assert_eq!(added.status, 200, "{}", added.body);
    write(&world, members, &json!({ "id": "reader" }), Some(&tag)).await.is_error(412);
    let out = world.delete(&format!("{members}/admin")).key(1).header("if-match", &tag);
    out.send().await.is_error(412);

    let shift = world.get("/api/xm/1/groups/Ops/shifts/Always").key(1).send().await;
    let tag = shift.header("etag").to_owned();
    let members = "/api/xm/1/groups/Ops/shifts/Always/members";
    let admin = json!({ "recipient": { "id": "admin" } });
    assert_eq!(write(&world, members, &admin, Some(&tag)).await.status, 200);
    write(&world, members, &admin, Some(&tag)).await.is_error(412);
    let out = world.delete(&format!("{members}/ann")).key(1).header("if-match", &tag);
    out.send().await.is_error(412);
}

#[tokio::test]
async fn a_condition_that_cannot_be_read_or_met_is_refused() {
    let world = World::open(TestEngine::Sqlite).await;
    let new = json!({ "targetName": "Night" });
    for bad in ["yesterday", "W/\"1.2\"", "\"1.2\", \"1.3\"", "\"\""] {
        let refused = write(&world, "/api/xm/1/groups", &new, Some(bad)).await;
        assert_eq!(refused.is_error(400).json["arguments"][0], "If-Match", "{bad}");
    }
    // What is made cannot have been seen before.
    write(&world, "/api/xm/1/groups", &new, Some("*")).await.is_error(412);
    assert_eq!(world.get("/api/xm/1/groups/Night").key(1).send().await.status, 404);
    // Whoever may not, may not: the condition tells them nothing.
    let ask = world.post("/api/xm/1/sites", &json!({ "name": "x" })).login("ann");
    ask.header("if-match", "\"9.9\"").send().await.is_error(403);
}

#[tokio::test]
async fn of_two_who_saw_the_same_one_wins() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        let path = format!("{PEOPLE}/{}", id::<()>(1, who::ANN));
        let tag = world.get(&path).key(1).send().await.header("etag").to_owned();
        let change = |name: &str| json!({ "id": "ann", "firstName": name });
        let (one, two) = (change("One"), change("Two"));
        let (one, two) = tokio::join!(
            write(&world, PEOPLE, &one, Some(&tag)),
            write(&world, PEOPLE, &two, Some(&tag)),
        );
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{engine:?}");
    }
}

#[tokio::test]
async fn reads_wait_for_a_revision_or_say_that_it_is_not_here() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        let group = json!({ "targetName": "Night" });
        let made = world.post("/api/xm/1/groups", &group).key(1).send().await;
        let token = made.header("x-config-rev").to_owned();
        let ask = |min: &str| world.get("/api/xm/1/groups/Night").key(1).header("x-min-rev", min);
        let read = ask(&token).send().await;
        assert_eq!((read.status.as_u16(), read.header("x-applied-rev")), (200, &*token));
        // Nothing keeps this world's configuration fresh, and it does not pretend.
        assert_eq!(read.header("x-freshness"), "unknown");

        let Revision { epoch, n } = world.state.snapshots.revision();
        let far = format!("{epoch}.{}", n + 1);
        let behind = ask(&far).send().await;
        let behind = behind.is_error(425);
        assert_eq!(behind.json["subcode"], "stale_replica");
        assert_eq!(behind.json["arguments"], json!([far, token]), "what it has itself");
        assert!(behind.headers.contains_key("retry-after"));
        ask(&format!("{}.1", epoch + 1)).send().await.is_error(425);
        for old in [format!("{}.999999", epoch - 1), format!("{epoch}.1")] {
            assert_eq!(ask(&old).send().await.status, 200, "{old}");
        }
        for bad in ["", "x", "1", "-1.2", "1.2.3"] {
            assert_eq!(ask(bad).send().await.is_error(400).json["arguments"][0], "X-Min-Rev");
        }
        // Writes decide on the newest state whatever a request asks for.
        let write = world.post("/api/xm/1/groups", &json!({ "targetName": "Third" })).key(1);
        assert_eq!(write.header("x-min-rev", &far).send().await.status, 201);
    }
}

#[tokio::test]
async fn what_another_process_wrote_is_read_when_it_is_asked_for() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        let snapshots = Snapshots::load(&world.state.db).await.unwrap();
        let other = Authority::new(world.state.db.clone(), snapshots, Random::seeded(11));
        let person = world.state.snapshots.by_name("acme").unwrap();
        let mut person = (**person.person(id(1, who::ANN)).unwrap()).clone();
        person.first_name = Name::parse("Elsewhere").unwrap();
        let put = move |_: &Directory| Ok(vec![Change::Put(Entity::Person(person.clone()))]);
        let by = Author::new("test", "sample");
        let committed = other.change(InstanceNo(1), &by, world.clock.now(), put).await.unwrap();
        let ask = world.get("/api/xm/1/people/ann").key(1);
        let read = ask.header("x-min-rev", &committed.revision.to_string()).send().await;
        assert_eq!(read.status, 200, "{engine:?}: {}", read.body);
        assert_eq!(read.json["firstName"], "Elsewhere");
    }
}

/// Asks for a person to be made.
async fn hire(world: &World, name: &str, key: &str) -> Answer {
    let body = json!({ "targetName": name, "firstName": "Bo", "lastName": "Ek",
        "roles": ["Standard User"] });
    world.post(PEOPLE, &body).key(1).header("idempotency-key", key).send().await
}

#[tokio::test]
async fn a_request_with_a_key_is_made_once() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        let first = hire(&world, "bo", "k-1").await;
        assert_eq!(first.status, 201, "{engine:?}: {}", first.body);
        assert!(!first.headers.contains_key("idempotency-replayed"));
        let revision = world.state.snapshots.revision();
        let again = hire(&world, "BO", "k-1").await;
        assert_eq!((again.status.as_u16(), &again.json), (201, &first.json), "{engine:?}");
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.header("etag"), first.header("etag"));
        assert_eq!(world.state.snapshots.revision(), revision, "nothing was changed");
        // Without the key, or with another, it is somebody else with a name that is taken.
        hire(&world, "bo", "k-2").await.is_error(409);
        let other = hire(&world, "cy", "k-1").await;
        let subcode = &other.is_error(409).json["subcode"];
        assert_eq!(subcode, "validation.common.idempotency_key_used");
        assert_eq!(world.get(&format!("{PEOPLE}/cy")).key(1).send().await.status, 404);
        // A key is good in its own instance only.
        let body = json!({ "targetName": "bo", "firstName": "Bo", "lastName": "Ek",
            "roles": ["Standard User"] });
        let elsewhere = world.post(PEOPLE, &body).key(2).header("idempotency-key", "k-1");
        let elsewhere = elsewhere.send().await;
        assert_eq!(elsewhere.status, 201);
        assert_ne!(elsewhere.json["id"], first.json["id"]);
        // Somebody who needs no licence is made once, too.
        let idle = async || {
            let mut body = json!({ "targetName": "eve", "firstName": "Eve", "lastName": "Ek",
                "roles": ["Standard User"] });
            body["status"] = json!("INACTIVE");
            let ask = world.post(PEOPLE, &body).key(1).header("idempotency-key", "k-idle");
            ask.send().await
        };
        let (one, two) = (idle().await, idle().await);
        assert_eq!((one.status.as_u16(), two.status.as_u16()), (201, 201), "{}", two.body);
        assert_eq!(one.json["id"], two.json["id"], "{engine:?}");
        // Who was made and removed is not made again by a late repetition.
        let gone = world.delete(&format!("{PEOPLE}/bo")).key(1).send().await;
        assert_eq!(gone.status, 200);
        hire(&world, "bo", "k-1").await.is_error(409);
        assert_eq!(hire(&world, "bo", "k-3").await.status, 201);
        let long = "k".repeat(256);
        for bad in ["", long.as_str(), "caf\u{e9}"] {
            let refused = hire(&world, "x", bad).await;
            assert_eq!(refused.is_error(400).json["arguments"][0], "Idempotency-Key");
        }
    }
}

#[tokio::test]
async fn who_repeats_at_the_same_time_gets_the_same_person() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        let all = futures_util::future::join_all((0..20).map(|_| hire(&world, "bo", "k"))).await;
        let ids: std::collections::BTreeSet<String> =
            all.iter().map(|answer| answer.json["id"].to_string()).collect();
        assert!(all.iter().all(|answer| answer.status == 201), "{engine:?}");
        assert_eq!(ids.len(), 1);
        let replayed = |answer: &&Answer| answer.headers.contains_key("idempotency-replayed");
        assert_eq!(all.iter().filter(replayed).count(), 19);
    }
}
