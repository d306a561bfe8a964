//! One's own password on the pages: with the old one only, and what ends with it.

use axum::http::{Method, StatusCode, header};
use firebell_access::guard::LOGIN_FAILURES_FREE;
use firebell_testkit::postgres::TestEngine;

use super::world::{PASSWORD, Page, World};

const PATH: &str = "/account/password";
const NEW: &str = "a quite new password";
const FORM: &str = "old=correct+horse+battery&password=a+quite+new+password\
                    &again=a+quite+new+password";

impl World {
    async fn own(&self, method: Method, cookie: &str, form: &str) -> Page {
        self.ask(method, PATH, form, &[("cookie", cookie)]).await
    }
}

#[tokio::test]
async fn the_old_password_gets_a_new_one_and_this_browser_stays_signed_in() {
    for engine in TestEngine::ALL {
        let world = World::new(engine).await;
        let (other, own) = (world.enter().await, world.enter().await);
        world.as_who(Method::GET, "/account", &own).await.says(&["account/password"]);
        let form = world.own(Method::GET, &own, "").await;
        form.says(&["Change your password", "current-password", "new-password", "12 characters"]);
        form.is_silent_about(&["<script>", "style=", "fbw_"]);
        let done = world.own(Method::POST, &own, FORM).await;
        assert_eq!(done.status, StatusCode::OK, "{engine:?} {}", done.html);
        done.says(&["Your new password is set"]).is_silent_about(&[NEW, PASSWORD, "fbw_"]);
        let newer = done.cookie();
        assert!(world.is_in(&newer).await && newer != own);
        assert!(!world.is_in(&own).await && !world.is_in(&other).await, "copies are worthless");
        assert!(world.enters(NEW).await && !world.enters(PASSWORD).await);
    }
}

#[tokio::test]
async fn a_browser_that_was_left_open_does_not_become_the_account() {
    let world = World::new(TestEngine::Sqlite).await;
    let own = world.enter().await;
    for (old, words) in [("not+this+one", "The old password is wrong"), ("", "is wrong")] {
        let page = world.own(Method::POST, &own, &FORM.replace("correct+horse+battery", old)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{old}");
        page.says(&["The password was not changed", words]).is_silent_about(&[NEW, "not this"]);
        assert!(!page.headers.contains_key(header::SET_COOKIE));
    }
    let short = "old=correct+horse+battery&password=short&again=short";
    let twice = "old=correct+horse+battery&password=a+quite+new+password&again=another";
    let same = FORM.replace("a+quite+new+password", "correct+horse+battery");
    for (form, words) in
        [(short, "at least 12"), (twice, "two different passwords"), (same.as_str(), "the old one")]
    {
        let page = world.own(Method::POST, &own, form).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{form}");
        page.says(&[words]);
    }
    for _ in 0..LOGIN_FAILURES_FREE {
        world.own(Method::POST, &own, &FORM.replace("horse", "house")).await;
    }
    let locked = world.own(Method::POST, &own, FORM).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS, "guessing is slowed down here too");
    let stranger = world.post(PATH, FORM).await;
    // Nothing of it goes on: not even to be kept.
    stranger.says(&["You were signed out"]).is_silent_about(&[NEW, PASSWORD]);
    let foreign = [("cookie", own.as_str()), ("origin", "https://evil.example")];
    let foreign = world.ask(Method::POST, PATH, FORM, &foreign).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert!(world.is_in(&own).await);
}

#[tokio::test]
async fn without_the_database_the_old_password_stays() {
    let world = World::new(TestEngine::Sqlite).await;
    let own = world.enter().await;
    world.db.close();
    let page = world.own(Method::POST, &own, FORM).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    page.says(&["Your old password still works"]);
    assert!(world.is_in(&own).await && world.enters(PASSWORD).await);
}

#[tokio::test]
async fn who_was_locked_out_on_purpose_gets_in_after_a_reset() {
    let world = World::new(TestEngine::Sqlite).await;
    for _ in 0..=LOGIN_FAILURES_FREE {
        world.enters("wrong").await;
    }
    assert!(!world.enters(PASSWORD).await);
    let link = world.link().await;
    let form = "password=a+quite+new+password&again=a+quite+new+password";
    assert_eq!(world.post(&link, form).await.status, StatusCode::OK);
    assert!(world.enters(NEW).await);
}
