//! A forgotten password: who gets a link, how long and how often it works; and that no secret of
//! signing in is ever logged.

use std::sync::atomic::Ordering;

use axum::http::{Method, StatusCode, header};
use firebell_access::guard::LOGIN_RESETS_FREE;
use firebell_access::session::RESET_SECONDS;
use firebell_domain::person::Status;
use firebell_testkit::log::Captured;
use firebell_testkit::postgres::TestEngine;

use super::world::{PASSWORD, World};

const NEW: &str = "a quite new password";
const FORM: &str = "password=a+quite+new+password&again=a+quite+new+password";

impl World {
    /// Asks for a link; the path in the message that is sent.
    pub(super) async fn link(&self) -> String {
        let page = self.post("/reset", "login=bo").await;
        assert_eq!(page.status, StatusCode::OK);
        let mail = self.mails.lock().unwrap().pop().unwrap();
        assert_eq!(mail.to, ["bo@example.org"]);
        let text = mail.text("http://firebell.example");
        let line = text.expose().lines().find(|line| line.starts_with("http")).unwrap().to_owned();
        line.strip_prefix("http://firebell.example").unwrap().to_owned()
    }

    pub(super) async fn enters(&self, password: &str) -> bool {
        let form = format!("login=bo&password={}", password.replace(' ', "+"));
        self.post("/sign-in", &form).await.status == StatusCode::SEE_OTHER
    }
}

#[tokio::test]
async fn the_message_is_in_the_language_of_who_gets_it() {
    let world = World::new(TestEngine::Sqlite).await;
    for (language, greeting) in
        [("de", "Hallo Bo Ek,"), ("nb", "Hei Bo Ek,"), ("fr", "Hello Bo Ek,")]
    {
        world.change("bo", move |bo| language.clone_into(&mut bo.language)).await;
        // Whatever the browser of whoever asks for it says.
        let page =
            world.ask(Method::POST, "/reset", "login=bo", &[("accept-language", "en")]).await;
        assert_eq!(page.status, StatusCode::OK);
        let mail = world.mails.lock().unwrap().pop().unwrap();
        let text = mail.text("http://firebell.example");
        assert!(text.expose().starts_with(greeting), "{language}: {}", text.expose());
        world.pass(3600);
    }
}

#[tokio::test]
async fn a_new_password_is_set_once_and_ends_every_session() {
    for engine in TestEngine::ALL {
        let world = World::new(engine).await;
        let entered = world.post("/sign-in", "login=bo&password=correct+horse+battery").await;
        let set = entered.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
        let cookie = set.split(';').next().unwrap();
        world.get("/reset").await.says(&["Forgot your password?", "name=\"login\""]);
        let link = world.link().await;
        let form = world.get(&link).await;
        form.says(&["Set a new password", "new-password", "At least 12 characters"]);
        form.is_silent_about(&["fbp_", "<script>", "style="]);
        assert_eq!(world.get(&link).await.status, StatusCode::OK, "a GET uses nothing up");
        let done = world.post(&link, FORM).await;
        assert_eq!(done.status, StatusCode::OK, "{engine:?} {}", done.html);
        done.says(&["Your new password is set"]).is_silent_about(&[NEW, "fbp_"]);
        let account = world.ask(Method::GET, "/account", "", &[("cookie", cookie)]).await;
        assert_eq!(account.status, StatusCode::SEE_OTHER, "the old session is over");
        assert!(world.enters(NEW).await && !world.enters(PASSWORD).await);
        for page in [world.get(&link).await, world.post(&link, FORM).await] {
            assert_eq!(page.status, StatusCode::GONE);
            page.says(&["This link does not work any more", "Ask for a new link"]);
        }
    }
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_does() {
    let world = World::new(TestEngine::Sqlite).await;
    let link = world.link().await;
    let other = "password=another+long+password&again=another+long+password";
    let both = tokio::join!(world.post(&link, FORM), world.post(&link, other));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::GONE]);
}

#[tokio::test]
async fn everybody_who_asks_gets_the_same_answer() {
    let world = World::new(TestEngine::Sqlite).await;
    world.change("akira", |akira| akira.status = Status::Inactive).await;
    let mut answers = Vec::new();
    for login in ["bo", "nobody", "akira"] {
        let page = world.post("/reset", &format!("login={login}")).await;
        assert_eq!(page.status, StatusCode::OK);
        answers.push(page.html);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    assert_eq!(world.mails.lock().unwrap().len(), 1);
    for _ in 0..LOGIN_RESETS_FREE {
        world.post("/reset", "login=nobody").await;
    }
    let locked = world.post("/reset", "login=nobody").await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS, "known or not");
    assert!(world.enters(PASSWORD).await, "signing in is another matter");
}

#[tokio::test]
async fn links_that_are_old_cut_or_changed_do_nothing() {
    let world = World::new(TestEngine::Sqlite).await;
    let link = world.link().await;
    let mut changed = link.clone();
    let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
    changed.push(last);
    for path in [changed, link[..link.len() - 1].to_owned(), "/reset/%ff".to_owned()] {
        for page in [world.get(&path).await, world.post(&path, FORM).await] {
            assert_eq!(page.status, StatusCode::GONE, "{path}");
        }
    }
    world.pass(RESET_SECONDS);
    assert_eq!(world.post(&link, FORM).await.status, StatusCode::GONE);
    assert!(world.enters(PASSWORD).await);
}

#[tokio::test]
async fn bad_passwords_are_explained_and_the_link_stays_good() {
    let world = World::new(TestEngine::Sqlite).await;
    let link = world.link().await;
    for (form, words) in [
        ("password=short&again=short", "at least 12 characters; this one has 5"),
        ("password=aaaaaaaaaaaaa&again=aaaaaaaaaaaaa", "more than one different character"),
        ("password=Password1234&again=Password1234", "everybody tries first"),
        ("password=a+quite+new+password&again=a+quite+other+one", "two different passwords"),
        ("", "at least 12 characters"),
    ] {
        let page = world.post(&link, form).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{form}");
        page.says(&["The password was not set", words]);
        page.is_silent_about(&["value=\"Password1234\"", "value=\"short\"", "a quite"]);
    }
    assert_eq!(world.post(&link, FORM).await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_the_database_the_link_stays_good_and_the_page_says_so() {
    let world = World::new(TestEngine::Sqlite).await;
    let link = world.link().await;
    world.db.close();
    let page = world.post(&link, FORM).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    page.says(&["Your old password still works", "Try again in a moment"]);
    assert!(world.enters(PASSWORD).await);
    assert_eq!(world.get(&link).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_of_somebody_who_may_have_come_back_is_not_called_dead() {
    let world = World::new(TestEngine::Sqlite).await;
    let link = world.link().await;
    world.change("bo", |bo| bo.status = Status::Inactive).await;
    assert_eq!(world.get(&link).await.status, StatusCode::GONE);
    world.fresh.store(false, Ordering::Relaxed);
    let page = world.get(&link).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    page.says(&["Not sure just now"]);
}

#[tokio::test]
async fn no_secret_is_logged_or_shown() {
    let log = Captured::begin();
    let world = World::new(TestEngine::Sqlite).await;
    let link = world.link().await;
    let token = link.strip_prefix("/reset/").unwrap().to_owned();
    world.post("/sign-in", "login=bo&password=not-this-one").await;
    let entered = world.post("/sign-in", "login=bo&password=correct+horse+battery").await;
    let set = entered.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    let cookie = set.split(';').next().unwrap().to_owned();
    world.ask(Method::GET, "/account", "", &[("cookie", &cookie)]).await;
    world.post(&link, FORM).await;
    world.db.close();
    let again = world.link().await;
    world.post(&again, "password=yet+another+password&again=yet+another+password").await;
    world.ask(Method::POST, "/sign-out", "", &[("cookie", &cookie)]).await;
    let logged = log.text();
    assert!(logged.contains("a new password could not be set"), "the log is seen: {logged}");
    let shown =
        format!("{logged} {:?} {:?}", world.state.authenticator, world.mails.lock().unwrap());
    let session = cookie.split_once('=').unwrap().1.to_owned();
    for secret in [
        token.as_str(),
        again.strip_prefix("/reset/").unwrap(),
        &session,
        PASSWORD,
        NEW,
        "correct+horse",
        "not-this-one",
        "yet another",
        "yet+another",
        "fbw_",
        "fbp_",
        "$argon2id",
    ] {
        assert!(!shown.contains(secret), "{secret:?} is in the log");
    }
}
