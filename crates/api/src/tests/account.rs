//! One's own account: a new password, leaving and coming back, and who else might get hold of it.

use firebell_access::guard::LOGIN_FAILURES_FREE;
use firebell_access::session::API_SECONDS_MAX;
use firebell_base::time::add_seconds;
use firebell_config::{Author, Change, cascade};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::{PersonId, Status};
use firebell_domain::session::Session;
use firebell_store::sessions::{self, Cursor};
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use super::sign_in::{open, text};
use super::world::{PASSWORD, World, id, who};
use crate::caller::{Client, INSTANCE_HEADER};

const SIGN_IN: &str = "/api/firebell/1/sign-in";
const OWN: &str = "/api/firebell/1/sign-in/password";
const PEOPLE: &str = "/api/xm/1/people";
const NEW: &str = "a quite new password";

fn change(old: &str, new: &str) -> Value {
    json!({ "password": old, "newPassword": new })
}

impl World {
    /// What the process that keeps sessions does once a second: it learns what was written.
    async fn learn(&self) -> Vec<Session> {
        let after = Cursor::from(firebell_base::Timestamp::UNIX_EPOCH);
        let read = self.state.db.read("test", move |tx| sessions::changed(tx, &after, 100)).await;
        let read: Result<_, firebell_store::Error> = read;
        let found = read.unwrap().0;
        self.state.authenticator.sessions().learn(&found, self.clock.now());
        found
    }

    /// Makes Ann active or inactive by another way than the API.
    async fn put_ann(&self, status: Status) {
        let decide = move |directory: &Directory| {
            let mut ann = (**directory.person(id(1, who::ANN)).unwrap()).clone();
            ann.status = status;
            Ok(vec![Change::Put(Entity::Person(ann))])
        };
        let by = Author::new("firebell apply", "sample");
        self.state.authority.change(InstanceNo(1), &by, self.clock.now(), decide).await.unwrap();
    }
}

#[tokio::test]
async fn who_left_and_came_back_signs_in_again_whichever_way_they_left() {
    for engine in TestEngine::ALL {
        let (world, ..) = open(engine).await;
        let ann = world.tokens("acme", "ann").await;
        let admin = world.tokens("acme", "admin").await;
        let elsewhere = world.tokens("globex", "ann").await;
        world.pass(1);
        world.put_ann(Status::Inactive).await;
        assert_eq!(world.status(&ann["access_token"]).await, 401, "{engine:?}");
        world.put_ann(Status::Active).await;
        let marks = world.learn().await;
        assert_eq!(marks.len(), 2, "one for each way to come: {marks:?}");
        for mark in &marks {
            assert!(mark.kind.is_mark() && mark.person == id(1, who::ANN), "{mark:?}");
            assert_eq!(mark.expires, add_seconds(mark.began, API_SECONDS_MAX));
        }
        assert_eq!(world.status(&ann["access_token"]).await, 401, "{engine:?}: it stays over");
        assert_eq!(world.refresh(&ann["refresh_token"]).await.status, 400);
        for other in [&admin, &elsewhere] {
            assert_eq!(world.status(&other["access_token"]).await, 200, "nobody else's");
        }
        let again = world.tokens("acme", "ann").await;
        assert_eq!(world.status(&again["access_token"]).await, 200);
        // What does not make anybody leave ends nothing.
        world.pass(1);
        world.post(PEOPLE, &json!({ "id": "ann", "firstName": "A" })).login("admin").send().await;
        world.learn().await;
        assert_eq!(world.status(&again["access_token"]).await, 200);
        // Removed, and made again under the same id.
        let ann: PersonId = id(1, who::ANN);
        let decide = move |directory: &Directory| Ok(cascade::remove_person(directory, ann));
        let by = Author::new("firebell apply", "sample");
        let now = world.clock.now();
        world.state.authority.change(InstanceNo(1), &by, now, decide).await.unwrap();
        assert!(world.learn().await.iter().all(|mark| mark.began == now));
    }
}

#[tokio::test]
async fn ones_own_password_is_changed_with_the_old_one_and_ends_what_others_have() {
    for engine in TestEngine::ALL {
        let (world, ..) = open(engine).await;
        let (thief, own) = (world.tokens("acme", "ann").await, world.tokens("acme", "ann").await);
        let ask = |body: &Value| world.post(OWN, body).bearer(text(&own["access_token"])).send();
        let wrong = ask(&change("not this one", NEW)).await;
        assert_eq!(wrong.is_error(403).json["subcode"], "sign_in.password.wrong");
        let short = ask(&change(PASSWORD, "short")).await;
        assert_eq!(short.is_error(400).json["arguments"], json!(["newPassword"]));
        ask(&change(PASSWORD, PASSWORD)).await.is_error(400);
        ask(&json!({ "newPassword": NEW })).await.is_error(400);
        assert_eq!(world.status(&own["access_token"]).await, 200, "nothing was changed");
        let done = ask(&change(PASSWORD, NEW)).await;
        assert_eq!(done.status, 200, "{engine:?} {}", done.body);
        for over in [&thief, &own] {
            assert_eq!(world.status(&over["access_token"]).await, 401);
            assert_eq!(world.refresh(&over["refresh_token"]).await.status, 400);
        }
        assert_eq!(world.status(&done.json["accessToken"]).await, 200, "it goes on");
        assert_eq!(world.grant(&world.password_form("acme", "ann", NEW)).await.status, 200);
        assert_eq!(world.grant(&world.password_form("acme", "ann", PASSWORD)).await.status, 400);
        // Ann of another instance has the same name and password, and keeps them.
        assert_eq!(world.grant(&world.password_form("globex", "ann", PASSWORD)).await.status, 200);
        let audit = world.get("/api/firebell/1/audit?limit=1").key(1).send().await.json;
        let entry = &audit["data"][0];
        assert_eq!(
            (&entry["actor"], &entry["reason"]),
            (&json!("ann"), &json!("own password changed")),
            "{audit}"
        );
    }
}

#[tokio::test]
async fn whoever_found_a_token_or_a_key_cannot_guess_the_password_with_it() {
    let (world, ..) = open(TestEngine::Sqlite).await;
    let own = world.tokens("acme", "ann").await;
    for _ in 0..=LOGIN_FAILURES_FREE {
        let ask = world.post(OWN, &change("a guess", NEW)).bearer(text(&own["access_token"]));
        ask.send().await.is_error(403);
    }
    let right = world.post(OWN, &change(PASSWORD, NEW)).bearer(text(&own["access_token"]));
    right.send().await.is_error(429);
    // A key of the administrator is no password either.
    world.post(OWN, &change("a guess", NEW)).key(1).send().await.is_error(403);
    let done = world.post(OWN, &change(PASSWORD, NEW)).key(1).send().await;
    assert_eq!((done.status.as_u16(), done.json.get("accessToken")), (200, None));
}

#[tokio::test]
async fn who_was_locked_out_on_purpose_gets_in_after_a_reset_where_they_are() {
    let (mut world, mails, _) = open(TestEngine::Sqlite).await;
    let home = Client([192, 0, 2, 44].into());
    world.router = world.router.layer(axum::Extension(home));
    let locked = async || {
        let body = json!({ "login": "ann", "password": "wrong" });
        let ask = world.post(SIGN_IN, &body).header(INSTANCE_HEADER, "acme");
        ask.send().await.status == 429
    };
    while !locked().await {}
    let body = json!({ "login": "ann" });
    let ask = world.post(&format!("{SIGN_IN}/reset"), &body).header(INSTANCE_HEADER, "acme");
    assert_eq!(ask.send().await.status, 202);
    let token = mails.lock().unwrap()[0].token.expose().to_owned();
    let body = json!({ "token": token, "password": NEW });
    let done = world.post(&format!("{SIGN_IN}/reset/complete"), &body).send().await;
    assert_eq!(done.status, 200, "{}", done.body);
    let body = json!({ "login": "ann", "password": NEW });
    let entered = world.post(SIGN_IN, &body).header(INSTANCE_HEADER, "acme").send().await;
    assert_eq!(entered.status, 200, "{}", entered.body);
}

#[tokio::test]
async fn whether_a_key_is_good_elsewhere_cannot_be_told_while_nothing_is_confirmed() {
    let (world, _, fresh) = open(TestEngine::Sqlite).await;
    let ask = async || {
        let elsewhere = world.get(PEOPLE).key(1).header(INSTANCE_HEADER, "globex").send().await;
        let unknown = world.get(PEOPLE).header(INSTANCE_HEADER, "globex");
        let user = "x-api-key-00000000-0000-7000-8000-000000000000";
        let unknown = unknown.basic(user, "fbs_x").send().await;
        assert_eq!(elsewhere.body, unknown.body);
        elsewhere.status.as_u16()
    };
    assert_eq!(ask().await, 401);
    fresh.store(false, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(ask().await, 503);
}
