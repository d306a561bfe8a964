//! Signing in over the API: tokens, what ends them, and what those try who should not be let in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use firebell_access::guard::{LOGIN_FAILURES_FREE, LOGIN_RESETS_FREE};
use firebell_access::reset::ResetMail;
use firebell_access::session::{REFRESH_SECONDS, Visitor};
use firebell_access::token::TOKEN_CHARS;
use firebell_access::{Authenticator, TokenKind};
use firebell_base::time::add_seconds;
use firebell_domain::person::Person;
use firebell_testkit::log::Captured;
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use super::world::{Answer, Ask, PASSWORD, World, id, trigger, who};
use crate::caller::INSTANCE_HEADER;
use crate::routes::{Auth, routes};
use crate::state::{ApiState, Hashing, Inner};

const TOKEN: &str = "/api/xm/1/oauth2/token";
const SIGN_IN: &str = "/api/firebell/1/sign-in";
const SESSIONS: &str = "/api/firebell/1/sign-in/sessions";
const PEOPLE: &str = "/api/xm/1/people";
const FORM: &str = "application/x-www-form-urlencoded";

pub(super) type Mails = Arc<Mutex<Vec<ResetMail>>>;

/// A world with a mailer, and a hand on whether the configuration is confirmed.
pub(super) async fn open(engine: TestEngine) -> (World, Mails, Arc<AtomicBool>) {
    let mut world = World::open(engine).await;
    let (mails, fresh) = (Mails::default(), Arc::new(AtomicBool::new(true)));
    let (sent, asked) = (Arc::clone(&mails), Arc::clone(&fresh));
    let door = Authenticator::new(&world.state.random)
        .with_mailer(Arc::new(move |mail| sent.lock().unwrap().push(mail)))
        .with_freshness(Arc::new(move || asked.load(Ordering::Relaxed)));
    let old = &world.state;
    let state = ApiState::new(Inner {
        db: old.db.clone(),
        snapshots: old.snapshots.clone(),
        authority: old.authority.clone(),
        intake: old.intake.clone(),
        responder: old.responder.clone(),
        metrics: Arc::clone(&old.metrics),
        authenticator: Arc::new(door),
        clock: old.clock.clone(),
        random: old.random.clone(),
        hashing: Hashing::default(),
        replica: None,
        feed_token: None,
    });
    world.router = crate::Api::new(state.clone()).into();
    world.state = state;
    (world, mails, fresh)
}

impl World {
    pub(super) fn client_id(&self, name: &str) -> String {
        self.state.snapshots.by_name(name).unwrap().instance.id.to_string()
    }

    /// A request for tokens, as a form.
    pub(super) async fn grant(&self, form: &str) -> Answer {
        let ask = Ask::new(self, "POST", TOKEN).header("content-type", FORM);
        ask.raw(form.to_owned()).send().await
    }

    pub(super) fn password_form(&self, instance: &str, user: &str, password: &str) -> String {
        let password = password.replace(' ', "+");
        let client = self.client_id(instance);
        format!("grant_type=password&client_id={client}&username={user}&password={password}")
    }

    pub(super) async fn tokens(&self, instance: &str, user: &str) -> Value {
        let answer = self.grant(&self.password_form(instance, user, PASSWORD)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json
    }

    pub(super) async fn refresh(&self, token: &Value) -> Answer {
        let (client, token) = (self.client_id("acme"), text(token));
        let form = format!("grant_type=refresh_token&client_id={client}&refresh_token={token}");
        self.grant(&form).await
    }

    /// The status of asking who one is.
    pub(super) async fn status(&self, token: &Value) -> u16 {
        self.get(SIGN_IN).bearer(text(token)).send().await.status.as_u16()
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.clock.set(add_seconds(self.clock.now(), seconds));
    }
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

impl Answer {
    /// Checks that this is a refusal in the words of RFC 6749.
    #[track_caller]
    fn refuses(&self, status: u16, word: &str) -> &Self {
        assert_eq!(
            (self.status.as_u16(), &self.json["error"]),
            (status, &json!(word)),
            "{}",
            self.body
        );
        assert!(self.json["error_description"].is_string(), "{}", self.body);
        self
    }
}

#[tokio::test]
async fn tokens_are_had_for_a_password_and_open_what_a_password_opens() {
    for engine in TestEngine::ALL {
        let (world, ..) = open(engine).await;
        let tokens = world.tokens("acme", "Ann").await;
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("bearer"), &json!(900)));
        assert_eq!(text(&tokens["jti"]).len(), 36);
        let bearer = text(&tokens["access_token"]);
        // The instance is in the token.
        let seen = world.get(SIGN_IN).bearer(bearer).send().await.json;
        assert_eq!(seen["person"]["targetName"], "ann", "{engine:?} {seen}");
        assert_eq!((&seen["instance"]["name"], &seen["via"]), (&json!("acme"), &json!("SESSION")));
        assert_eq!(seen["session"], tokens["jti"]);
        assert_eq!(world.get(PEOPLE).bearer(bearer).send().await.status, 200);
        let site = world.post("/api/xm/1/sites", &json!({ "name": "x" })).bearer(bearer);
        site.send().await.is_error(403);
        // Also in the query string, with an empty body.
        let query = format!("{TOKEN}?{}", world.password_form("globex", "ann", PASSWORD));
        let answer = Ask::new(&world, "POST", &query).send().await;
        assert_eq!(world.status(&answer.json["access_token"]).await, 200);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("content-type"), "application/json;charset=utf-8");
    }
}

#[tokio::test]
async fn refusals_are_in_the_words_of_the_standard() {
    let (world, ..) = open(TestEngine::Sqlite).await;
    let good = world.password_form("acme", "ann", PASSWORD);
    let client = world.client_id("acme");
    for (form, status, word) in [
        (world.password_form("acme", "ann", "wrong"), 400, "invalid_grant"),
        (world.password_form("acme", "nobody", PASSWORD), 400, "invalid_grant"),
        (good.replace("=password&", "=client_credentials&"), 400, "unsupported_grant_type"),
        (good.replace("grant_type", "grant"), 400, "invalid_request"),
        (good.replace("username", "user"), 400, "invalid_request"),
        (good.replace(&client, "acme"), 400, "invalid_request"),
        (good.replace(&client, "00000000-0000-7000-8000-000000000000"), 401, "invalid_client"),
        (format!("{good}&username=admin"), 400, "invalid_request"),
        (format!("grant_type=refresh_token&client_id={client}"), 400, "invalid_request"),
        (
            format!("grant_type=refresh_token&client_id={client}&refresh_token=x"),
            400,
            "invalid_grant",
        ),
        (String::new(), 400, "invalid_request"),
        ("x".repeat(20_000), 413, "invalid_request"),
    ] {
        world.grant(&form).await.refuses(status, word);
    }
    let json = world.post(TOKEN, &json!({ "grant_type": "password" })).send().await;
    json.refuses(400, "invalid_request");
    let elsewhere = Ask::new(&world, "POST", TOKEN).header("content-type", FORM).raw(good);
    let elsewhere = elsewhere.header(INSTANCE_HEADER, "globex").send().await;
    elsewhere.refuses(401, "invalid_client");
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_a_refresh_token_is_exchanged_once() {
    for engine in TestEngine::ALL {
        let (world, ..) = open(engine).await;
        let first = world.tokens("acme", "ann").await;
        world.pass(899);
        assert_eq!(world.status(&first["access_token"]).await, 200);
        world.pass(1);
        let over = world.get(SIGN_IN).bearer(text(&first["access_token"])).send().await;
        assert_eq!(over.is_error(401).json["error"], "invalid_token");
        let second = world.refresh(&first["refresh_token"]).await.json;
        assert_eq!(second["jti"], first["jti"]);
        assert_eq!(world.status(&second["access_token"]).await, 200);
        world.pass(60);
        world.refresh(&first["refresh_token"]).await.refuses(400, "invalid_grant");
        assert_eq!(world.status(&second["access_token"]).await, 401, "the copy ended the session");
        world.refresh(&second["refresh_token"]).await.refuses(400, "invalid_grant");
        let third = world.tokens("acme", "ann").await;
        world.pass(REFRESH_SECONDS);
        world.refresh(&third["refresh_token"]).await.refuses(400, "invalid_grant");
    }
}

#[tokio::test]
async fn signing_out_a_new_password_and_deactivation_end_tokens_at_once() {
    for engine in TestEngine::ALL {
        let (world, ..) = open(engine).await;
        let (one, two) = (world.tokens("acme", "ann").await, world.tokens("acme", "ann").await);
        let out = Ask::new(&world, "DELETE", SIGN_IN).bearer(text(&one["access_token"]));
        assert_eq!(out.send().await.status, 200);
        assert_eq!(world.status(&one["access_token"]).await, 401);
        world.refresh(&one["refresh_token"]).await.refuses(400, "invalid_grant");
        assert_eq!(world.status(&two["access_token"]).await, 200, "{engine:?}: the other goes on");
        let change = json!({ "id": "ann", "password": "another long password" });
        world.post(PEOPLE, &change).login("admin").send().await;
        assert_eq!(world.status(&two["access_token"]).await, 401);
        let robot = world.tokens("acme", "robot").await;
        let change = json!({ "id": "robot", "status": "INACTIVE" });
        world.post(PEOPLE, &change).login("admin").send().await;
        assert_eq!(world.status(&robot["access_token"]).await, 401);
        world.refresh(&robot["refresh_token"]).await.refuses(400, "invalid_grant");
        let basic = Ask::new(&world, "DELETE", SIGN_IN).login("admin").send().await;
        assert_eq!(basic.is_error(400).json["subcode"], "validation.session.none");
    }
}

#[tokio::test]
async fn no_route_takes_another_token_or_one_of_another_instance() {
    let (world, mails, _) = open(TestEngine::Sqlite).await;
    let tokens = world.tokens("acme", "admin").await;
    let access = text(&tokens["access_token"]).to_owned();
    let directory = world.state.snapshots.by_name("acme").unwrap();
    let (sessions, random) = (world.state.authenticator.sessions(), &world.state.random);
    let admin = id::<Person>(1, who::ADMIN);
    let now = world.clock.now();
    let cookie = sessions.begin_web(&directory, admin, Visitor::default(), random, now).unwrap();
    let reset = sessions.begin_reset(&directory, admin, now).unwrap();
    let mut changed = access.clone();
    let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
    changed.push(last);
    let bad = [
        text(&tokens["refresh_token"]).to_owned(),
        cookie.token.expose().to_owned(),
        reset.expose().to_owned(),
        changed,
        access[..TOKEN_CHARS - 1].to_owned(),
        access.replacen("fba_", "fbr_", 1),
        "x".to_owned(),
    ];
    let mut asked = 0;
    for route in routes().filter(|route| route.auth == Auth::People) {
        let path = route.path.replace(['{', '}'], "");
        let ask = |token: &str| {
            let ask = Ask::new(&world, route.method, &path);
            ask.header("content-type", "application/json").raw("{}").bearer(token)
        };
        for token in &bad {
            let answer = ask(token).send().await;
            assert_eq!(answer.is_error(401).json["error"], "invalid_token", "{path}");
        }
        let elsewhere = ask(&access).header(INSTANCE_HEADER, "globex").send().await;
        assert_eq!(elsewhere.status, 401, "{path} {}", elsewhere.body);
        asked += 1;
    }
    assert!(asked > 40, "{asked}");
    let by_path = world.get("/t/globex/api/xm/1/people").bearer(&access).send().await;
    by_path.is_error(401);
    assert!(mails.lock().unwrap().is_empty());
    assert!(access.starts_with(TokenKind::Access.prefix()) && access.len() == TOKEN_CHARS);
}

#[tokio::test]
async fn every_door_for_passwords_costs_and_says_the_same_whoever_is_wrong() {
    let (world, ..) = open(TestEngine::Sqlite).await;
    let runs = || world.state.authenticator.argon2_runs();
    let mut answers: [Vec<String>; 3] = Default::default();
    for user in ["ann", "nobody", "x-nobody"] {
        let before = runs();
        let basic = world.get(PEOPLE).basic(user, "wrong").header(INSTANCE_HEADER, "acme");
        let basic = basic.send().await;
        assert_eq!((basic.status.as_u16(), runs()), (401, before + 1), "{user}");
        let form = world.grant(&world.password_form("acme", user, "wrong")).await;
        assert_eq!((form.status.as_u16(), runs()), (400, before + 2), "{user}");
        let body = json!({ "login": user, "password": "wrong" });
        let json = world.post(SIGN_IN, &body).header(INSTANCE_HEADER, "acme").send().await;
        assert_eq!((json.status.as_u16(), runs()), (401, before + 3), "{user}");
        for (all, answer) in answers.iter_mut().zip([basic, form, json]) {
            all.push(answer.body);
        }
    }
    for mut all in answers {
        all.dedup();
        assert_eq!(all.len(), 1, "{all:?}");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_at_every_door() {
    let (world, ..) = open(TestEngine::Sqlite).await;
    for n in 0..=LOGIN_FAILURES_FREE {
        let body = json!({ "login": "ann", "password": "wrong" });
        if n % 2 == 0 {
            let wrong = world.post(SIGN_IN, &body).header(INSTANCE_HEADER, "acme");
            wrong.send().await.is_error(401);
        } else {
            world.grant(&world.password_form("acme", "ann", "wrong")).await;
        }
    }
    let form = world.password_form("acme", "ann", PASSWORD);
    let locked = world.grant(&form).await;
    assert_eq!(locked.refuses(429, "slow_down").header("retry-after"), "2");
    let body = json!({ "login": "ann", "password": PASSWORD });
    let ask = || world.post(SIGN_IN, &body).header(INSTANCE_HEADER, "acme").send();
    ask().await.is_error(429);
    world.get(PEOPLE).login("ann").send().await.is_error(429);
    world.pass(2);
    let entered = ask().await;
    assert_eq!(entered.status, 200, "{}", entered.body);
    assert_eq!(world.status(&entered.json["accessToken"]).await, 200);
}

#[tokio::test]
async fn while_the_configuration_is_not_confirmed_nobody_is_told_that_they_do_not_exist() {
    for engine in TestEngine::ALL {
        let (world, _, fresh) = open(engine).await;
        let ann = world.tokens("acme", "ann").await;
        let change = json!({ "id": "ann", "status": "INACTIVE" });
        world.post(PEOPLE, &change).login("admin").send().await;
        let unknown = "00000000-0000-7000-8000-000000000000";
        let form = world.password_form("acme", "nobody", "x");
        let strange = form.replace(&world.client_id("acme"), unknown);
        let ask = async |fresh_status: [u16; 7]| {
            let get = |path: &str| world.get(path);
            let basic = get(PEOPLE).basic("nobody", "x").header(INSTANCE_HEADER, "acme");
            let nowhere = get(PEOPLE).basic("ann", PASSWORD).header(INSTANCE_HEADER, "nowhere");
            let by_path = get("/t/nowhere/api/xm/1/people").basic("ann", PASSWORD);
            let key = get(PEOPLE).basic(&format!("x-api-key-{unknown}"), "x");
            let bearer = get(SIGN_IN).bearer(text(&ann["access_token"]));
            let answers = [
                basic.send().await,
                nowhere.send().await,
                by_path.send().await,
                key.send().await,
                bearer.send().await,
                world.grant(&form).await,
                world.grant(&strange).await,
            ];
            let statuses: Vec<u16> = answers.iter().map(|a| a.status.as_u16()).collect();
            assert_eq!(statuses, fresh_status, "{engine:?} {answers:?}");
            answers
        };
        fresh.store(false, Ordering::Relaxed);
        for answer in ask([503; 7]).await {
            assert_eq!(answer.header("retry-after"), "2");
            let words = answer.json.get("message").or(answer.json.get("error_description"));
            let words = text(words.unwrap());
            assert!(words.contains("could not be confirmed just now"), "{words}");
            assert!(!words.contains("is no") && !words.contains("wrong"), "{words}");
        }
        // Who is known gets in, whatever is not confirmed.
        assert_eq!(world.get(PEOPLE).login("reader").send().await.status, 200);
        world.tokens("acme", "admin").await;
        fresh.store(true, Ordering::Relaxed);
        ask([401, 404, 404, 401, 401, 400, 401]).await;
    }
}

#[tokio::test]
async fn signing_in_needs_no_database() {
    for engine in TestEngine::ALL {
        let (world, ..) = open(engine).await;
        world.state.db.close();
        let read = world.state.db.read("test", firebell_store::configuration::head).await;
        assert!(read.is_err(), "every call fails");
        let tokens = world.tokens("acme", "ann").await;
        assert_eq!(
            world.get(PEOPLE).bearer(text(&tokens["access_token"])).send().await.status,
            200
        );
        let tokens = world.refresh(&tokens["refresh_token"]).await.json;
        assert_eq!(world.get(PEOPLE).login("admin").send().await.status, 200);
        assert_eq!(world.get(PEOPLE).key(1).send().await.status, 200);
        let body = json!({ "login": "ann", "password": PASSWORD });
        let entered = world.post(SIGN_IN, &body).header(INSTANCE_HEADER, "acme").send().await;
        assert_eq!(entered.status, 200, "{engine:?} {}", entered.body);
        let out = Ask::new(&world, "DELETE", SIGN_IN).bearer(text(&tokens["access_token"]));
        assert_eq!(out.send().await.status, 200);
        assert_eq!(world.status(&tokens["access_token"]).await, 401);
    }
}

#[tokio::test]
async fn people_send_events_with_their_tokens_as_their_rights_allow() {
    let (world, ..) = open(TestEngine::Sqlite).await;
    let path = trigger(1, who::GENERIC);
    for (instance, user, status) in [
        ("acme", "ann", 202),
        ("acme", "reader", 403),
        ("acme", "stake", 403),
        ("globex", "ann", 401),
    ] {
        let tokens = world.tokens(instance, user).await;
        let ask = world.post(&path, &json!({ "summary": "x" }));
        let answer = ask.bearer(text(&tokens["access_token"])).send().await;
        assert_eq!(answer.status.as_u16(), status, "{instance} {user} {}", answer.body);
    }
    let forged = world.post(&path, &json!({ "summary": "x" })).bearer("fba_x").send().await;
    assert_eq!(forged.is_error(401).json["error"], "invalid_token");
}

#[tokio::test]
async fn sessions_are_seen_and_ended_by_their_owner_and_by_administrators_with_an_audit() {
    for engine in TestEngine::ALL {
        let (world, ..) = open(engine).await;
        let (one, two) = (world.tokens("acme", "ann").await, world.tokens("acme", "ann").await);
        let foreign = world.tokens("globex", "ann").await;
        let bearer = text(&two["access_token"]);
        let list = world.get(SESSIONS).bearer(bearer).send().await.json;
        assert_eq!(list["total"], 2, "{engine:?} {list}");
        let current = |of: &Value| {
            list["data"]
                .as_array()
                .unwrap()
                .iter()
                .any(|session| session["id"] == of["jti"] && session["current"] == true)
        };
        assert!(current(&two) && !current(&one));
        let end = |of: &Value| format!("{SESSIONS}/{}", text(&of["jti"]));
        world.delete(&end(&foreign)).bearer(bearer).send().await.is_error(404);
        assert_eq!(world.delete(&end(&one)).bearer(bearer).send().await.status, 200);
        assert_eq!(world.status(&one["access_token"]).await, 401);
        world.delete(&end(&one)).bearer(bearer).send().await.is_error(404);
        let of_ann = format!("{SESSIONS}?person=ann");
        world.get(&of_ann).login("reader").send().await.is_error(403);
        world.get(&format!("{SESSIONS}?person=nobody")).login("reader").send().await.is_error(403);
        world.delete(&of_ann).login("robot").send().await.is_error(403);
        let elsewhere = world.get(&of_ann).key(2).send().await.json;
        assert_eq!(elsewhere["data"][0]["id"], foreign["jti"], "their own Ann");
        assert_eq!(world.delete(&of_ann).login("admin").send().await.json["ended"], 1);
        assert_eq!(world.status(&two["access_token"]).await, 401);
        assert_eq!(world.status(&foreign["access_token"]).await, 200);
        let audit: Result<_, firebell_store::Error> =
            world.state.db.read("test", |tx| firebell_config::audit::page(tx, None, None, 1)).await;
        let entry = audit.unwrap().remove(0);
        assert_eq!((entry.act.as_str(), entry.actor.as_str()), ("session.end", "admin"));
        assert_eq!(entry.subject, "ann");
        // Without the database nobody ends other people's sessions: it could not be recorded.
        let robot = world.tokens("acme", "robot").await;
        world.state.db.close();
        let answer = world.delete(&format!("{SESSIONS}?person=robot")).login("admin").send().await;
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert_eq!(world.status(&robot["access_token"]).await, 200);
    }
}

#[tokio::test]
async fn a_forgotten_password_is_set_with_the_mailed_token_once() {
    for engine in TestEngine::ALL {
        let (world, mails, _) = open(engine).await;
        let tokens = world.tokens("acme", "ann").await;
        let ask = |login: &str| {
            let body = json!({ "login": login });
            world.post(&format!("{SIGN_IN}/reset"), &body).header(INSTANCE_HEADER, "acme")
        };
        let (known, unknown) = (ask("ann").send().await, ask("nobody").send().await);
        assert_eq!((known.status.as_u16(), &known.body), (202, &unknown.body));
        let mail = mails.lock().unwrap().pop().unwrap();
        assert!(mails.lock().unwrap().is_empty());
        assert_eq!(
            (mail.to.as_slice(), mail.instance.as_str()),
            (["ann@mail.example".to_owned()].as_slice(), "acme")
        );
        let complete = |token: &str, password: &str| {
            let body = json!({ "token": token, "password": password });
            world.post(&format!("{SIGN_IN}/reset/complete"), &body).send()
        };
        let token = mail.token.expose();
        let short = complete(token, "short").await;
        assert!(short.is_error(400).body.contains("at least 12 characters"));
        assert_eq!(complete("fbp_x", "a quite new password").await.status, 400);
        let done = complete(token, "a quite new password").await;
        assert_eq!(done.status, 200, "{engine:?} {}", done.body);
        assert_eq!(world.status(&tokens["access_token"]).await, 401);
        let again = complete(token, "another long password").await;
        assert_eq!(again.is_error(400).json["subcode"], "sign_in.reset.token");
        let form = world.password_form("acme", "ann", "a quite new password");
        assert_eq!(world.grant(&form).await.status, 200);
        for _ in 0..LOGIN_RESETS_FREE {
            ask("ann").send().await;
        }
        ask("ann").send().await.is_error(429);
    }
}

#[tokio::test]
async fn without_a_mailer_a_reset_is_refused_in_words() {
    let world = World::open(TestEngine::Sqlite).await;
    let body = json!({ "login": "ann" });
    let ask = world.post(&format!("{SIGN_IN}/reset"), &body).header(INSTANCE_HEADER, "acme");
    let answer = ask.send().await;
    assert!(answer.is_error(501).body.contains("sends no e-mail"));
}

#[tokio::test]
async fn no_secret_is_logged_or_repeated_in_an_error() {
    let log = Captured::begin();
    let (world, mails, _) = open(TestEngine::Sqlite).await;
    let mut said = String::new();
    let query = format!("{TOKEN}?{}", world.password_form("acme", "ann", PASSWORD));
    let tokens = Ask::new(&world, "POST", &query).send().await.json;
    let wrong = world.password_form("acme", "ann", "a-wrong-guess");
    said.push_str(&world.grant(&wrong).await.body);
    let (access, refresh) = (text(&tokens["access_token"]), text(&tokens["refresh_token"]));
    said.push_str(&world.get(SIGN_IN).bearer(&format!("{access}x")).send().await.body);
    said.push_str(&world.get(SIGN_IN).bearer(access).send().await.body);
    let newer = world.refresh(&tokens["refresh_token"]).await.json;
    world.pass(60);
    said.push_str(&world.refresh(&tokens["refresh_token"]).await.body);
    let body = json!({ "login": "ann" });
    let reset = world.post(&format!("{SIGN_IN}/reset"), &body).header(INSTANCE_HEADER, "acme");
    said.push_str(&reset.send().await.body);
    let token = mails.lock().unwrap()[0].token.expose().to_owned();
    world.state.db.close();
    let body = json!({ "token": token, "password": "a-quite-new-password" });
    let failed = world.post(&format!("{SIGN_IN}/reset/complete"), &body).send().await;
    assert!(failed.status.is_server_error(), "{}", failed.body);
    said.push_str(&failed.body);
    let logged = log.text();
    assert!(logged.contains("/api/xm/1/oauth2/token"), "the log is seen: {logged}");
    let shown = format!("{logged}{said}{:?}", world.state.authenticator);
    for secret in [
        access,
        refresh,
        text(&newer["access_token"]),
        text(&newer["refresh_token"]),
        &token,
        PASSWORD,
        &PASSWORD.replace(' ', "+"),
        "a-wrong-guess",
        "a-quite-new-password",
        "fba_",
        "fbr_",
        "fbp_",
        "$argon2id",
    ] {
        assert!(!shown.contains(secret), "{secret:?} is shown");
    }
}
