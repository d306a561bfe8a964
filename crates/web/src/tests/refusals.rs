//! Links that cannot be used, and a database that is away: always a page, never an error's inside.

use axum::http::{StatusCode, header};
use firebell_access::link::LinkClaims;
use firebell_domain::alert::State;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::NotificationId;
use firebell_domain::person::{LicenceType, Role, Status};
use firebell_testkit::postgres::TestEngine;

use super::world::{World, path_of, start};
use crate::answer::ANSWER_BYTES_MAX as FORM_BYTES_MAX;

#[tokio::test]
async fn forged_and_malformed_links_get_advice() {
    let world = World::new(TestEngine::Sqlite).await;
    let good = world.path("bo");
    let mut forged = good.clone();
    let last = forged.pop().unwrap();
    forged.insert(20, last);
    for path in [
        "/r/x".to_owned(),
        forged,
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        "/r/%ff%fe".to_owned(),
        "/r/%3Cscript%3E".to_owned(),
        format!("/r/{}", "a".repeat(5000)),
    ] {
        for page in [
            world.get(&path).await,
            world.get(&format!("{path}/1")).await,
            world.post(&format!("{path}/1"), "").await,
        ] {
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
            page.says(&["This link does not work", "Open it from the message again"]);
            page.is_silent_about(&["Disk almost full", "<script", "<form"]);
        }
    }
}

#[tokio::test]
async fn an_expired_link_says_where_the_alert_stands_and_does_nothing() {
    for engine in TestEngine::ALL {
        let world = World::new(engine).await;
        world.post(&format!("{}/1", world.path("akira")), "").await;
        let expired = LinkClaims { expires: start(), ..world.claims("bo") };
        let path = format!("{}/3", path_of(&expired));
        for page in [world.get(&path).await, world.post(&path, "").await] {
            assert_eq!(page.status, StatusCode::GONE);
            page.says(&["This link has expired", "Nothing was done", "Akira Sole has it"]);
            page.says(&["Disk almost full on db-3"]).is_silent_about(&["<form"]);
        }
        let no = world.no;
        let find =
            move |tx: &mut firebell_sql::ReadTx<'_>| firebell_store::alerts::by_number(tx, no, 1);
        let alert = world.db.read("test", find).await.unwrap().unwrap();
        assert_eq!(alert.state, State::Acknowledged);
    }
}

#[tokio::test]
async fn what_was_removed_is_gone() {
    let world = World::new(TestEngine::Sqlite).await;
    let removed = NotificationId::from_bytes([9; 16]);
    let path = path_of(&LinkClaims { notification: removed, ..world.claims("bo") });
    for page in [world.get(&path).await, world.post(&format!("{path}/1"), "").await] {
        assert_eq!(page.status, StatusCode::GONE);
        page.says(&["This alert is gone"]);
    }
    let elsewhere = path_of(&LinkClaims { instance: InstanceNo(99), ..world.claims("bo") });
    let page = world.get(&elsewhere).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    page.says(&["This link does not work"]);
}

#[tokio::test]
async fn whoever_left_neither_sees_nor_answers() {
    for engine in TestEngine::ALL {
        for removed in [false, true] {
            let world = World::new(engine).await;
            let path = world.path("bo");
            let expired = path_of(&LinkClaims { expires: start(), ..world.claims("bo") });
            if removed {
                world.remove("bo").await;
            } else {
                world.change("bo", |bo| bo.status = Status::Inactive).await;
            }
            for (page, status) in [
                (world.get(&path).await, StatusCode::FORBIDDEN),
                (world.get(&format!("{path}/1")).await, StatusCode::FORBIDDEN),
                (world.post(&format!("{path}/1"), "comment=x").await, StatusCode::FORBIDDEN),
                (world.get(&expired).await, StatusCode::GONE),
            ] {
                assert_eq!(page.status, status, "{engine:?} {removed}");
                page.is_silent_about(&["Disk almost full", "<form", "Bo Ek"]);
            }
            let seen = world.get(&world.path("akira")).await;
            seen.says(&["Nobody has answered yet"]);
        }
    }
}

#[tokio::test]
async fn a_stakeholder_sees_and_does_not_answer() {
    let world = World::new(TestEngine::Sqlite).await;
    let path = world.path("bo");
    world.change("bo", |bo| bo.licence = LicenceType::StakeholderUser).await;
    for page in [world.get(&path).await, world.get(&format!("{path}/1")).await] {
        assert_eq!(page.status, StatusCode::OK);
        page.says(&["Disk almost full on db-3", "You are kept informed"]);
        page.is_silent_about(&["<form"]);
    }
    let page = world.post(&format!("{path}/1"), "").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    page.says(&["You are kept informed", "Nobody has answered yet"]);
    page.is_silent_about(&["<form"]);
    // Roles say what one may do after signing in: whoever was told of an alert may answer it.
    world.change("akira", |akira| akira.roles = vec![Role::NoAccessUser]).await;
    let page = world.post(&format!("{}/1", world.path("akira")), "").await;
    assert_eq!(page.status, StatusCode::OK);
    page.says(&["You have it"]);
}

#[tokio::test]
async fn an_unknown_option_shows_the_known_ones() {
    let world = World::new(TestEngine::Sqlite).await;
    let path = world.path("bo");
    for option in ["9", "0", "01", "+1", "300", "x", "-1", "%F0%9F%94%94"] {
        let path = format!("{path}/{option}");
        for page in [world.get(&path).await, world.post(&path, "").await] {
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{option}");
            page.says(&["There is no such answer", "Nothing was done", "On it", "Can&#39;t"]);
        }
    }
    world.get(&path).await.says(&["Nobody has answered yet"]);
}

#[tokio::test]
async fn a_body_too_large_does_nothing_and_says_so() {
    let world = World::new(TestEngine::Sqlite).await;
    let path = format!("{}/1", world.path("bo"));
    let body = format!("comment={}", "x".repeat(FORM_BYTES_MAX));
    let page = world.post(&path, &body).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    page.says(&["The comment is too long", "Nothing was done", "Nobody has answered yet"]);
}

#[tokio::test]
async fn a_database_that_is_away_keeps_the_answer_for_another_try() {
    for engine in TestEngine::ALL {
        let world = World::new(engine).await;
        let path = format!("{}/1", world.path("bo"));
        world.db.close();
        let shown = world.get(&path).await;
        let acted = world.post(&path, "comment=on+my+%3Cway%3E").await;
        for page in [&shown, &acted] {
            assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(page.headers[header::RETRY_AFTER], "5");
            page.is_silent_about(&["sql", "SQL", "database"]);
        }
        shown.says(&["We cannot show the alert just now"]).is_silent_about(&["<form"]);
        acted.says(&["Nothing was recorded", "Try again", "on my &#60;way&#62;"]);
        acted.says(&[&format!("formaction=\"../..{path}\"")]);
    }
}
