//! Signing in and out, one's sessions, and what those try who should not be let in.

use std::sync::atomic::Ordering;

use axum::http::{Method, StatusCode, header};
use firebell_access::guard::LOGIN_FAILURES_FREE;
use firebell_access::session::WEB_SECONDS;
use firebell_config::Author;
use firebell_domain::instance::Region;
use firebell_domain::person::Status;
use firebell_testkit::postgres::TestEngine;

use super::world::{Page, World};

const FORM: &str = "login=bo&password=correct+horse+battery";

impl Page {
    /// The cookie that was set, as a browser sends it back.
    pub(super) fn cookie(&self) -> String {
        let set = self.headers[header::SET_COOKIE].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }

    pub(super) fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
}

impl World {
    pub(super) async fn enter(&self) -> String {
        let page = self.post("/sign-in", FORM).await;
        assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "alerts"));
        page.cookie()
    }

    pub(super) async fn as_who(&self, method: Method, path: &str, cookie: &str) -> Page {
        self.ask(method, path, "", &[("cookie", cookie), ("user-agent", "sample/1")]).await
    }

    pub(super) async fn is_in(&self, cookie: &str) -> bool {
        self.as_who(Method::GET, "/account", cookie).await.status == StatusCode::OK
    }
}

#[tokio::test]
async fn a_person_signs_in_sees_the_account_and_signs_out() {
    for engine in TestEngine::ALL {
        let world = World::new(engine).await;
        let form = world.get("/sign-in").await;
        form.says(&["<h1>Sign in to acme</h1>", "type=\"password\"", "current-password"]);
        form.says(&["<label for=\"f-login\">", "href=\"#main\"", "lang=\"en\""]);
        form.is_silent_about(&["<script>", "style=", "http://", "https://", "name=\"instance\""]);
        let entered = world.post("/sign-in", FORM).await;
        let set = entered.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
        for part in ["firebell_session=fbw_", "Path=/", "HttpOnly", "SameSite=Lax"] {
            assert!(set.contains(part), "{set}");
        }
        let cookie = entered.cookie();
        let account = world.as_who(Method::GET, "/account", &cookie).await;
        account.says(&[
            "You are signed in as Bo Ek",
            "Standard User",
            "Full user",
            "this session",
            "192.0.2.7, since",
        ]);
        account.is_silent_about(&["fbw_", "End all others", "<script>", "style="]);
        assert_eq!(account.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(account.headers[header::REFERRER_POLICY], "same-origin");
        // Who is signed in already need not do it again.
        let again = world.as_who(Method::GET, "/sign-in", &cookie).await;
        assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, "alerts"));
        let asked = world.as_who(Method::GET, "/sign-out", &cookie).await;
        asked.says(&["Sign out?"]);
        assert!(world.is_in(&cookie).await, "{engine:?}: a GET does nothing");
        let out = world.as_who(Method::POST, "/sign-out", &cookie).await;
        out.says(&["You are signed out"]);
        assert!(out.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
        assert!(!world.is_in(&cookie).await, "a copy of the cookie is worthless");
        let back = world.as_who(Method::GET, "/account", &cookie).await;
        assert_eq!(back.location(), "./sign-in?next=%2Faccount");
    }
}

#[tokio::test]
async fn signing_in_begins_a_new_session_and_ends_the_one_that_was_brought() {
    let world = World::new(TestEngine::Sqlite).await;
    let planted = world.enter().await;
    let headers = [("cookie", planted.as_str())];
    let entered = world.ask(Method::POST, "/sign-in", FORM, &headers).await;
    let own = entered.cookie();
    assert_ne!(own, planted);
    assert!(world.is_in(&own).await);
    assert!(!world.is_in(&planted).await, "who planted it has nothing");
    // A made-up value is never taken over.
    let made_up = "firebell_session=chosen-by-somebody";
    let entered = world.ask(Method::POST, "/sign-in", FORM, &[("cookie", made_up)]).await;
    assert!(entered.cookie().starts_with("firebell_session=fbw_"));
    assert!(!world.is_in(made_up).await);
}

#[tokio::test]
async fn a_session_ends_with_its_time_the_password_and_the_person() {
    let world = World::new(TestEngine::Sqlite).await;
    let cookie = world.enter().await;
    world.pass(WEB_SECONDS - 1);
    assert!(world.is_in(&cookie).await);
    world.pass(1);
    assert!(!world.is_in(&cookie).await);
    let cookie = world.enter().await;
    world.change("bo", |bo| bo.status = Status::Inactive).await;
    assert!(!world.is_in(&cookie).await);
    let refused = world.post("/sign-in", FORM).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn unknown_users_wrong_passwords_and_the_inactive_get_one_answer_for_one_price() {
    let world = World::new(TestEngine::Sqlite).await;
    world.change("akira", |akira| akira.status = Status::Inactive).await;
    let mut answers = Vec::new();
    for login in ["bo", "nobody", "akira"] {
        let before = world.state.authenticator.argon2_runs();
        let form = format!("login={login}&password=not+the+password");
        let page = world.post("/sign-in", &form).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert_eq!(world.state.authenticator.argon2_runs(), before + 1, "{login}");
        assert!(!page.headers.contains_key(header::SET_COOKIE));
        page.says(&["The user name or the password is wrong", &format!("value=\"{login}\"")]);
        page.is_silent_about(&["not the password", "not+the+password"]);
        answers.push(page.html.replace(&format!("value=\"{login}\""), ""));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn guessing_is_slowed_down_also_for_the_right_password() {
    let world = World::new(TestEngine::Sqlite).await;
    for _ in 0..=LOGIN_FAILURES_FREE {
        world.post("/sign-in", "login=bo&password=wrong").await;
    }
    let locked = world.post("/sign-in", FORM).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    locked.says(&["Too many attempts", "Try again in 2 s."]);
    assert_eq!(locked.headers[header::RETRY_AFTER], "2");
    world.pass(2);
    world.enter().await;
}

#[tokio::test]
async fn while_the_configuration_is_not_confirmed_nobody_is_told_that_they_do_not_exist() {
    let world = World::new(TestEngine::Sqlite).await;
    let cookie = world.enter().await;
    world.change("bo", |bo| bo.status = Status::Inactive).await;
    world.fresh.store(false, Ordering::Relaxed);
    let forms = [
        ("login=nobody&password=x", "Your sign-in could not be confirmed"),
        (FORM, "Your sign-in could not be confirmed"),
        ("login=bo&password=x&instance=globex", "there is an instance “globex”"),
    ];
    for (form, words) in forms {
        let page = world.post("/sign-in", form).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{form}");
        assert_eq!(page.headers[header::RETRY_AFTER], "2");
        page.says(&["Not sure just now", words, "try again in a few seconds"]);
        page.is_silent_about(&["is wrong", "no instance"]);
    }
    for path in ["/account", "/sign-in"] {
        let page = world.as_who(Method::GET, path, &cookie).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
    world.fresh.store(true, Ordering::Relaxed);
    world.post("/sign-in", forms[0].0).await.says(&["is wrong"]);
    let nowhere = world.post("/sign-in", forms[2].0).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    nowhere.says(&["There is no instance", "value=\"globex\""]);
}

#[tokio::test]
async fn forms_of_other_sites_are_not_taken() {
    let world = World::new(TestEngine::Sqlite).await;
    let cookie = world.enter().await;
    let host = ("host", "firebell.example");
    for foreign in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://firebell.example.evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        for path in ["/sign-in", "/sign-out", "/account/end-others", "/reset"] {
            let headers = [host, foreign, ("cookie", &cookie)];
            let page = world.ask(Method::POST, path, FORM, &headers).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} {foreign:?}");
            page.says(&["sent by a page of another site"]);
        }
    }
    assert!(world.is_in(&cookie).await);
    for own in [("origin", "http://firebell.example"), ("sec-fetch-site", "same-origin")] {
        let page = world.ask(Method::POST, "/sign-in", FORM, &[host, own]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{own:?}");
    }
    // A link from elsewhere may lead here.
    let headers = [("sec-fetch-site", "cross-site"), ("cookie", &cookie)];
    assert_eq!(world.ask(Method::GET, "/account", "", &headers).await.status, StatusCode::OK);
}

#[tokio::test]
async fn sessions_are_ended_one_by_one_and_all_others_at_once() {
    let world = World::new(TestEngine::Sqlite).await;
    let one = world.enter().await;
    world.pass(1);
    let two = world.enter().await;
    world.pass(1);
    let own = world.enter().await;
    let page = world.as_who(Method::GET, "/account", &own).await;
    page.says(&["End all others"]);
    let ids: Vec<String> = page
        .html
        .split("account/sessions/")
        .skip(1)
        .map(|rest| rest.split('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 3);
    // The newest first: the second is `two`.
    let end = format!("/account/sessions/{}/end", ids[1]);
    let ended = world.as_who(Method::POST, &end, &own).await;
    assert_eq!((ended.status, ended.location()), (StatusCode::SEE_OTHER, "../../../account"));
    assert!(!world.is_in(&two).await && world.is_in(&one).await);
    let again = world.as_who(Method::POST, &end, &own).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    world.as_who(Method::POST, "/account/end-others", &own).await;
    assert!(!world.is_in(&one).await && world.is_in(&own).await);
    let end = format!("/account/sessions/{}/end", ids[0]);
    let ended = world.as_who(Method::POST, &end, &own).await;
    assert_eq!(ended.location(), "../../../sign-in");
    assert!(!world.is_in(&own).await);
    // Nobody ends anything without being signed in.
    let stranger = world.post(&end, "").await;
    stranger.says(&["You were signed out", "action=\"../../../sign-in\""]);
}

#[tokio::test]
async fn with_several_instances_the_page_asks_which() {
    let world = World::new(TestEngine::Sqlite).await;
    let now = world.clock.now();
    let by = Author::new("test", "sample");
    world.authority.create_instance("globex", Region::Emea, &by, now).await.unwrap();
    let form = world.get("/sign-in").await;
    form.says(&["<h1>Sign in</h1>", "name=\"instance\""]);
    let unnamed = world.post("/sign-in", FORM).await;
    assert_eq!(unnamed.status, StatusCode::BAD_REQUEST);
    unnamed.says(&["Which instance?", "value=\"bo\""]);
    let elsewhere = world.post("/sign-in", &format!("{FORM}&instance=globex")).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN, "Bo is not known there");
    let own = world.post("/sign-in", &format!("{FORM}&instance=ACME")).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER);
    let by_host = [("host", "acme.firebell.example")];
    let form = world.ask(Method::GET, "/sign-in", "", &by_host).await;
    form.says(&["Sign in to acme"]).is_silent_about(&["name=\"instance\""]);
}

#[tokio::test]
async fn nothing_of_signing_in_needs_the_database() {
    let world = World::new(TestEngine::Sqlite).await;
    world.db.close();
    let read = world.db.read("test", firebell_store::configuration::head).await;
    assert!(read.is_err(), "every call fails");
    let cookie = world.enter().await;
    assert!(world.is_in(&cookie).await);
    world.as_who(Method::POST, "/sign-out", &cookie).await.says(&["You are signed out"]);
    assert!(!world.is_in(&cookie).await);
}

#[tokio::test]
async fn cookies_are_kept_to_tls_where_there_is_tls() {
    let mut world = World::new(TestEngine::Sqlite).await;
    world.reach_by("https://firebell.example");
    let entered = world.post("/sign-in", FORM).await;
    let set = entered.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.starts_with("__Host-firebell_session=fbw_"), "{set}");
    assert!(set.ends_with("; Secure") && !set.contains("Domain"), "{set}");
    let cookie = entered.cookie();
    assert!(world.is_in(&cookie).await);
    // The unprotected name is not listened to: anybody in the domain could set it.
    let plain = cookie.trim_start_matches("__Host-").to_owned();
    assert!(!world.is_in(&plain).await);
}

#[tokio::test]
async fn hostile_input_is_shown_as_text_or_refused() {
    let world = World::new(TestEngine::Sqlite).await;
    let page = world
        .post("/sign-in", "login=%3Cscript%3E&password=x&next=%2F%2Fevil.example&instance=acme")
        .await;
    page.says(&["&#60;script&#62;"]).is_silent_about(&["<script>", "evil.example"]);
    let led = world.post("/sign-in", &format!("{FORM}&next=//evil.example")).await;
    assert_eq!(led.location(), "alerts");
    let led = world.post("/sign-in", &format!("{FORM}&next=/account?x=1")).await;
    assert_eq!(led.location(), "./account?x=1");
    let large = world.post("/sign-in", &format!("login={}", "x".repeat(20_000))).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let empty = world.post("/sign-in", "").await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    empty.says(&["Enter your user name and your password"]);
}
