//! Licences as people meet them: through the API, as administrators and as those who only want to sign in.

use firebell_base::time::add_seconds;
use firebell_domain::licence::Entitlement;
use firebell_domain::person::LicenceType;
use firebell_stories::on_both_engines;
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use crate::servers::{Server, Servers, hard, names, until};

on_both_engines! {
    without_a_contract_there_is_no_limit
    lowering_below_use_sends_nobody_away
    after_the_end_everybody_stays_and_nobody_comes
}

const ADMIN: (&str, &str) = ("acme", "admin");
const DAY: i64 = 86_400;

async fn everybody_signs_in(server: &Server, people: &[String]) {
    for name in people {
        let answer = server.sign_in(("acme", name)).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
    }
}

async fn status(server: &Server, name: &str, status: &str) -> u16 {
    let body = json!({ "id": name, "status": status });
    let answer = server.ask(ADMIN, "POST", "/api/xm/1/people", body).await;
    if answer.status == 409 {
        assert!(answer.json["subcode"].as_str().is_some_and(|code| code.contains("license")));
    }
    answer.status
}

async fn without_a_contract_there_is_no_limit(engine: TestEngine) {
    let servers = Servers::new(engine);
    let server = servers.start(1).await;
    server.instance("acme").await;
    for name in names("new", 30) {
        let answer = server.add(ADMIN, &name).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let quotas = server.quotas(ADMIN).await;
    assert_eq!(quotas.json["fullUsers"]["unlimited"], true, "{quotas:?}");
    assert_eq!(quotas.json["fullUsers"]["active"], 31);
    assert_eq!(quotas.json["freshness"]["state"], "CONFIRMED");
}

async fn lowering_below_use_sends_nobody_away(engine: TestEngine) {
    let servers = Servers::new(engine);
    let server = servers.start(1).await;
    let acme = server.instance("acme").await;
    let people = names("user", 5);
    server.people(acme, &people, "Standard User").await;
    server.entitle(acme, hard(6)).await;
    server.entitle(acme, hard(3)).await;
    everybody_signs_in(&server, &people).await;
    let quotas = server.quotas(ADMIN).await;
    assert_eq!(quotas.json["fullUsers"], json!({ "total": 3, "active": 6, "unused": 0 }));
    let denied = server.add(ADMIN, "new").await;
    denied.is_error(409, "validation.person.license_limit_exceeded");
    assert!(denied.message().contains("6 held"), "{denied:?}");
    // Who is changed stays; who leaves does not come back before there is room.
    let body = json!({ "id": "user0", "firstName": "Other" });
    assert_eq!(server.ask(ADMIN, "POST", "/api/xm/1/people", body).await.status, 200);
    assert_eq!(status(&server, "user0", "INACTIVE").await, 200);
    assert_eq!(status(&server, "user0", "ACTIVE").await, 409);
    for name in ["user1", "user2", "user3"] {
        assert_eq!(status(&server, name, "INACTIVE").await, 200);
    }
    assert_eq!(status(&server, "user0", "ACTIVE").await, 200, "two of three were held");
    assert_eq!(status(&server, "user1", "ACTIVE").await, 409);
    server.entitle(acme, hard(4)).await;
    assert_eq!(status(&server, "user1", "ACTIVE").await, 200);
}

async fn after_the_end_everybody_stays_and_nobody_comes(engine: TestEngine) {
    let servers = Servers::new(engine);
    let server = servers.start(1).await;
    let acme = server.instance("acme").await;
    let people = names("user", 3);
    let head = server.people(acme, &people, "Standard User").await;
    let end = add_seconds(servers.clock.now(), DAY);
    let unlimited = Entitlement::unlimited(LicenceType::FullUser);
    server.entitle(acme, until(unlimited, end, 2)).await;
    assert_eq!(server.add(ADMIN, "before").await.status, 201);
    servers.pass(2 * DAY);
    assert_eq!(server.add(ADMIN, "in-grace").await.status, 201, "nothing ends over night");
    servers.pass(2 * DAY);
    // Hours have passed on the replica's clock too: it asks again before it is sure.
    server.until_at(head).await;
    let denied = server.add(ADMIN, "after").await;
    denied.is_error(409, "validation.person.license_expired");
    everybody_signs_in(&server, &people).await;
    let body = json!({ "id": "user0", "firstName": "Other" });
    assert_eq!(server.ask(ADMIN, "POST", "/api/xm/1/people", body).await.status, 200);
    let quotas = server.quotas(ADMIN).await;
    assert_eq!(
        (quotas.status, &quotas.json["fullUsers"]["active"]),
        (200, &json!(6)),
        "{quotas:?}"
    );
    let shown = server.ask(ADMIN, "GET", "/api/firebell/1/licences", Value::Null).await;
    assert_eq!(shown.json["data"][0]["free"], 0, "{shown:?}");
    // A new contract, and somebody comes.
    server.entitle(acme, Entitlement::unlimited(LicenceType::FullUser)).await;
    assert_eq!(server.add(ADMIN, "after").await.status, 201);
}
