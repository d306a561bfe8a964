//! Licences over HTTP: a denial is proven, what nobody knows is said so, and nothing else refuses.

use firebell_base::time::add_seconds;
use firebell_config::{Author, EntitlementChange, Intent};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement};
use firebell_domain::person::LicenceType;
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use super::world::{Answer, World};

pub(crate) const PEOPLE: &str = "/api/xm/1/people";
const QUOTAS: &str = "/api/xm/1/people/license-quotas";
const LICENCES: &str = "/api/firebell/1/licences";

/// Sets or removes what acme is entitled to, as an operator who knows what they do.
pub(crate) async fn entitle(world: &World, change: EntitlementChange) {
    let by = Author::new("operator", "sample contract");
    let intent = Intent { approval: Some("a test".to_owned()), ..Intent::from(&by) };
    let changes = vec![(InstanceNo(1), change)];
    let now = world.clock.now();
    world.state.authority.set_entitlements(changes, intent, now).await.expect("an entitlement");
}

/// So many, and nobody more.
pub(crate) fn hard(licence: LicenceType, seats: u32) -> EntitlementChange {
    EntitlementChange::Set(Entitlement {
        allotment: Allotment::Limited(seats),
        enforcement: Enforcement::Hard,
        ..Entitlement::unlimited(licence)
    })
}

/// Somebody to be made.
pub(crate) fn somebody(name: &str) -> Value {
    json!({ "targetName": name, "firstName": "Sample", "lastName": name,
        "roles": ["Standard User"] })
}

async fn post(world: &World, body: &Value) -> Answer {
    world.post(PEOPLE, body).key(1).send().await
}

#[tokio::test]
async fn the_last_licence_goes_to_one_and_the_next_is_told_the_proof() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        // Four full users are there already.
        entitle(&world, hard(LicenceType::FullUser, 5)).await;
        assert_eq!(post(&world, &somebody("bo")).await.status, 201);
        let denied = post(&world, &somebody("cy")).await;
        let denied = denied.is_error(409);
        assert_eq!(denied.json["subcode"], "validation.person.license_limit_exceeded");
        assert_eq!(denied.json["arguments"], json!(["FULL_USER", "5"]), "{engine:?}");
        let revision = denied.header("x-config-rev");
        let words = denied.json["message"].as_str().unwrap();
        assert!(words.contains("5 held") && words.contains(revision), "{words}");
        assert!(words.contains("Nothing was changed") && !revision.is_empty(), "{words}");
        assert_eq!(denied.header("x-freshness"), "confirmed");
        assert_eq!(world.get(&format!("{PEOPLE}/cy")).key(1).send().await.status, 404);

        // Every way to need one is the same way; what needs none goes on.
        let mut idle = somebody("dee");
        idle["status"] = json!("INACTIVE");
        assert_eq!(post(&world, &idle).await.status, 201);
        post(&world, &json!({ "id": "dee", "status": "ACTIVE" })).await.is_error(409);
        post(&world, &json!({ "id": "stake", "licenseType": "FULL_USER" })).await.is_error(409);
        let renamed = post(&world, &json!({ "id": "bo", "firstName": "Other" })).await;
        assert_eq!(renamed.status, 200, "{}", renamed.body);
        let mut stakeholder = somebody("eve");
        stakeholder["licenseType"] = json!("STAKEHOLDER_USER");
        assert_eq!(post(&world, &stakeholder).await.status, 201);

        // Who leaves makes room, and other instances are not concerned.
        assert_eq!(world.post(PEOPLE, &somebody("cy")).key(2).send().await.status, 201);
        assert_eq!(world.delete(&format!("{PEOPLE}/bo")).key(1).send().await.status, 200);
        assert_eq!(post(&world, &somebody("cy")).await.status, 201);
        let metrics = world.get("/metrics").send().await.body;
        assert!(metrics.lines().any(|l| l == "firebell_licence_denials_total 3"), "{metrics}");
        assert!(metrics.lines().any(|l| l == "firebell_licence_unconfirmed_total 0"), "{metrics}");
        assert!(metrics.lines().any(|l| l == "firebell_seat_drift 0"), "{metrics}");
    }
}

#[tokio::test]
async fn quotas_have_the_numbers_and_how_sure_they_are() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        entitle(&world, hard(LicenceType::FullUser, 10)).await;
        let quotas = world.get(QUOTAS).login("reader").send().await;
        assert_eq!(quotas.json["fullUsers"], json!({ "total": 10, "active": 4, "unused": 6 }));
        let stakeholders = json!({
            "total": 2_147_483_647, "active": 1, "unused": 2_147_483_646, "unlimited": true,
        });
        assert_eq!(quotas.json["stakeholderUsers"], stakeholders, "{engine:?}");
        assert_eq!(quotas.json["stakeholderUsersEnabled"], true);
        assert_eq!(quotas.json["freshness"]["state"], "CONFIRMED");
        assert_eq!(quotas.header("x-freshness"), "confirmed");
        assert_eq!(quotas.json["freshness"]["revision"], quotas.header("x-config-rev"));
        // Fewer than there are: nobody loses theirs.
        entitle(&world, hard(LicenceType::FullUser, 3)).await;
        entitle(&world, hard(LicenceType::StakeholderUser, 0)).await;
        let quotas = world.get(QUOTAS).key(1).send().await.json;
        assert_eq!(quotas["fullUsers"], json!({ "total": 3, "active": 4, "unused": 0 }));
        assert_eq!(quotas["stakeholderUsersEnabled"], false);
        let shown = world.get(LICENCES).key(1).send().await.json;
        assert_eq!(shown["data"][0]["allotment"], 3);
        assert_eq!((&shown["data"][0]["held"], &shown["data"][0]["free"]), (&json!(4), &json!(0)));
        assert_eq!(shown["data"][0]["entitlement"]["enforcement"]["kind"], "HARD");
        let of_ann = world.get(&format!("{LICENCES}?person=ann")).key(1).send().await.json;
        assert_eq!(of_ann["person"]["seat"]["licenseType"], "FULL_USER");
        world.get(&format!("{LICENCES}?person=nobody")).key(1).send().await.is_error(404);
        world.get(LICENCES).login("ann").send().await.is_error(403);
    }
}

#[tokio::test]
async fn what_nobody_set_is_unknown_and_never_zero() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        entitle(&world, EntitlementChange::Remove(LicenceType::FullUser)).await;
        let asked = [post(&world, &somebody("bo")).await, world.get(QUOTAS).key(1).send().await];
        for answer in asked {
            let answer = answer.is_error(503);
            assert_eq!(answer.json["subcode"], "licence_unconfirmed", "{engine:?}");
            assert_eq!(answer.json["arguments"], json!(["no_entitlement"]));
            let seconds: u64 = answer.header("retry-after").parse().unwrap();
            assert!(seconds > 1, "it does not pass by itself");
            let words = answer.json["message"].as_str().unwrap();
            assert!(!words.contains("in use") && words.contains("Nothing was changed"), "{words}");
        }
        let shown = world.get(LICENCES).key(1).send().await.json;
        assert_eq!(shown["data"][0]["allotment"], Value::Null);
        assert_eq!(shown["data"][0]["free"], Value::Null);
        assert_eq!(shown["data"][0]["unconfirmed"]["cause"], "no_entitlement");
        // Whoever is there signs in and works.
        assert_eq!(world.get(PEOPLE).login("ann").send().await.status, 200);
        let metrics = world.get("/metrics").send().await.body;
        assert!(metrics.lines().any(|l| l == "firebell_licence_unconfirmed_total 1"), "{metrics}");
        assert!(metrics.lines().any(|l| l == "firebell_licence_denials_total 0"), "{metrics}");
    }
}

#[tokio::test]
async fn a_database_that_is_away_denies_nobody() {
    for engine in TestEngine::ALL {
        let world = World::open(engine).await;
        entitle(&world, hard(LicenceType::FullUser, 4)).await;
        world.state.db.close();
        let key = || world.post(PEOPLE, &somebody("bo")).key(1).header("idempotency-key", "k");
        for answer in [post(&world, &somebody("bo")).await, key().send().await] {
            let answer = answer.is_error(503);
            assert_eq!(answer.json["subcode"], "licence_unconfirmed", "{engine:?}");
            assert_eq!(answer.header("retry-after"), "1");
            let words = answer.json["message"].as_str().unwrap();
            assert!(words.contains("Nothing was changed"), "no transaction began: {words}");
        }
        // What needs no licence says nothing of licences.
        let plain = post(&world, &json!({ "id": "ann", "firstName": "Other" })).await;
        assert_ne!(plain.is_error(503).json["subcode"], "licence_unconfirmed");
        // Nothing here is sure of being the newest, so there are no numbers to show.
        let quotas = world.get(QUOTAS).key(1).send().await;
        assert_eq!(quotas.is_error(503).json["subcode"], "licence_unconfirmed");
    }
}

#[tokio::test]
async fn an_entitlement_that_ended_stops_nobody_who_is_there() {
    let world = World::open(TestEngine::Sqlite).await;
    let now = world.clock.now();
    entitle(
        &world,
        EntitlementChange::Set(Entitlement {
            valid_until: Some(add_seconds(now, -10)),
            ..Entitlement::unlimited(LicenceType::FullUser)
        }),
    )
    .await;
    let denied = post(&world, &somebody("bo")).await;
    assert_eq!(denied.is_error(409).json["subcode"], "validation.person.license_expired");
    let ann = post(&world, &json!({ "id": "ann", "status": "ACTIVE", "firstName": "Other" })).await;
    assert_eq!(ann.status, 200, "{}", ann.body);
    assert_eq!(world.get(PEOPLE).login("ann").send().await.status, 200);
}
