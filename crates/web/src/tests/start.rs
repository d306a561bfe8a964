//! First run: the token, what it makes, that it is made once; and the checklist with an alert that rings.

use axum::Router;
use axum::http::Method;
use firebell_access::first_run::{FirstRun, WRONG_PER_MINUTE_MAX};
use firebell_base::time::add_seconds;
use firebell_channels::Registry;
use firebell_config::Snapshots;
use firebell_pipeline::probe::Prober;
use firebell_sql::{Db, migrate};
use firebell_store::migrations::migrations;
use firebell_testkit::pages::{Page, Pages, encoded};
use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_db};
use firebell_ui::Ui;

use super::own::{Own, ask};
use crate::{Web, router};

/// A server that has nobody yet.
struct Fresh {
    app: Router,
    ui: Ui,
    token: String,
    clock: firebell_base::time::ManualClock,
    _guards: (DbGuard, Pages),
}

impl Fresh {
    async fn new(engine: TestEngine) -> Self {
        // The parts of a server, over a database of its own that has no instance.
        let pages = Pages::new(TestEngine::Sqlite, Router::new()).await;
        let (db, guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        let snapshots = Snapshots::load(&db).await.unwrap();
        let clock = pages.world.clock.clone();
        let pages = Self::over(pages, &db, &snapshots);
        let ui = pages.ui.clone();
        let (first_run, token) = FirstRun::open(&ui.random, ui.clock.now());
        let given = (ui.clock.clone(), ui.random.clone());
        let prober = Prober::new(db, snapshots, Registry::new(), given);
        let web = Web::new(ui.clone(), prober, first_run);
        let app = router(web, Router::new(), Router::new());
        Self { app, ui, token: token.expose().to_owned(), clock, _guards: (guard, pages) }
    }

    fn over(pages: Pages, db: &Db, snapshots: &Snapshots) -> Pages {
        pages.with(Router::new(), |parts| {
            parts.db = db.clone();
            parts.snapshots = snapshots.clone();
            let random = parts.random.clone();
            parts.authority =
                firebell_config::Authority::new(db.clone(), snapshots.clone(), random);
        })
    }

    async fn post(&self, fields: &[(&str, &str)]) -> Page {
        ask(&self.app, Method::POST, ("/start", &encoded(fields)), &[]).await
    }

    async fn get(&self, path: &str, cookie: &str) -> Page {
        ask(&self.app, Method::GET, (path, ""), &[("cookie", cookie)]).await
    }
}

fn fields<'a>(token: &'a str, instance: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("token", token),
        ("instance", instance),
        ("region", "emea"),
        ("first", "Ada"),
        ("last", "Sample"),
        ("email", "ada@example.org"),
        ("login", "ada"),
        ("password", "correct horse battery"),
        ("again", "correct horse battery"),
        ("zone", "Europe/Oslo"),
        ("language", "de"),
    ]
}

#[tokio::test]
async fn whoever_has_the_token_makes_the_instance_and_is_signed_in() {
    for engine in TestEngine::ALL {
        let fresh = Fresh::new(engine).await;
        assert_eq!(fresh.get("/", "").await.location(), "start");
        let page = fresh.get("/start", "").await;
        page.is(200).says(&["Set up Firebell", "name=\"token\""]).is_silent_about(&[&fresh.token]);
        let made = fresh.post(&fields(&fresh.token, "acme")).await;
        made.is(303);
        assert_eq!(made.location(), "start/checklist");
        let directory = fresh.ui.snapshots.by_name("acme").unwrap();
        let ada = directory.person_by_name("ada").unwrap();
        assert_eq!((ada.language.as_str(), ada.zone.name()), ("de", "Europe/Oslo"), "{engine:?}");
        assert!(directory.password(ada.id).is_some());
        assert_eq!(directory.devices_of(ada.id).count(), 1);
        let cookie = made.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        let list = fresh.get("/start/checklist", cookie).await;
        list.is(200).says(&["Bereit für den ersten Alarm", "5 Schritte sind übrig."]);
        // Once is enough, for everybody.
        fresh.get("/start", "").await.is(410).says(&["This server is set up"]);
        fresh.post(&fields(&fresh.token, "globex")).await.is(410);
        assert_eq!(fresh.ui.snapshots.all().len(), 1, "{engine:?}");
        assert_eq!(fresh.get("/", "").await.location(), "sign-in");
    }
}

#[tokio::test]
async fn of_two_at_once_one_does() {
    for engine in TestEngine::ALL {
        let fresh = Fresh::new(engine).await;
        let (one, two) = (fields(&fresh.token, "acme"), fields(&fresh.token, "globex"));
        let (one, two) = tokio::join!(fresh.post(&one), fresh.post(&two));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses[0], 303, "{statuses:?}");
        assert!([409, 410].contains(&statuses[1]), "{statuses:?}");
        assert_eq!(fresh.ui.snapshots.all().len(), 1, "{engine:?}");
    }
}

#[tokio::test]
async fn without_the_token_nothing_is_made_and_many_guesses_have_to_wait() {
    let fresh = Fresh::new(TestEngine::Sqlite).await;
    for wrong in ["", "fbi_", "fbi_AAAAAAAAAAAAAAAAAAAA", &fresh.token[..20]] {
        let page = fresh.post(&fields(wrong, "acme")).await;
        page.is(403).says(&["The token is wrong", "ada@example.org"]);
        page.is_silent_about(&["correct horse battery"]);
    }
    for _ in 4..WRONG_PER_MINUTE_MAX {
        fresh.post(&fields("fbi_guess", "acme")).await.is(403);
    }
    fresh.clock.set(add_seconds(fresh.clock.now(), 18));
    let many = fresh.post(&fields("fbi_guess", "acme")).await;
    many.is(429).says(&["Wait 42 seconds", "ada@example.org"]);
    assert_eq!(many.headers["retry-after"], "42");
    let german = [("accept-language", "de")];
    let body = encoded(&fields("fbi_guess", "acme"));
    ask(&fresh.app, Method::POST, ("/start", &body), &german).await.is(429).says(&["Warte 42"]);
    fresh.clock.set(add_seconds(fresh.clock.now(), 42));
    fresh.post(&fields("fbi_guess", "acme")).await.is(403);
    assert!(fresh.ui.snapshots.all().is_empty());
    // What others try keeps nobody out who has it.
    for _ in 1..=WRONG_PER_MINUTE_MAX {
        fresh.post(&fields("fbi_guess", "acme")).await;
    }
    fresh.post(&fields("fbi_guess", "acme")).await.is(429);
    fresh.post(&fields(&fresh.token, "acme")).await.is(303);
}

#[tokio::test]
async fn the_token_ends_with_its_day_and_forms_of_other_sites_are_refused() {
    let fresh = Fresh::new(TestEngine::Sqlite).await;
    let body = encoded(&fields(&fresh.token, "acme"));
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    ask(&fresh.app, Method::POST, ("/start", &body), &foreign).await.is(403);
    fresh.clock.set(firebell_base::time::add_minutes(fresh.clock.now(), 24 * 60));
    fresh.post(&fields(&fresh.token, "acme")).await.is(410);
    assert!(fresh.ui.snapshots.all().is_empty());
}

#[tokio::test]
async fn bad_entries_are_told_and_the_token_still_counts() {
    let fresh = Fresh::new(TestEngine::Sqlite).await;
    let bad = [
        ("token", fresh.token.as_str()),
        ("instance", "Acme Corp"),
        ("first", "<script>alert(1)</script>"),
        ("last", ""),
        ("email", "nobody"),
        ("login", "a|b"),
        ("password", "short"),
        ("zone", "Mars/Base"),
    ];
    let page = fresh.post(&bad).await;
    page.is(422).says(&[
        "lower-case letters",
        "Enter 1 to 100 characters.",
        "not an e-mail address",
        "at least 12 characters",
        "no such time zone",
        "Acme Corp",
        "&#60;script&#62;",
    ]);
    page.is_silent_about(&["<script>alert", "short\"", &fresh.token]);
    // What only the authority finds is told at its field too.
    let mut piped = fields(&fresh.token, "acme");
    piped[6].1 = "a|b";
    fresh.post(&piped).await.is(422).says(&["must not contain |"]);
    fresh.post(&fields(&fresh.token, "acme")).await.is(303);
}

#[tokio::test]
async fn a_test_alert_rings_on_ones_own_devices_and_is_answered() {
    for engine in TestEngine::ALL {
        let mut own = Own::new(engine).await;
        own.get("bo", "/start/checklist").await.is(403);
        own.post("bo", "/start/ring", &[]).await.is(403);
        own.get("ada", "/start/checklist").await.says(&["Ring me now", "2 steps are left."]);
        let rung = own.post("ada", "/start/ring", &[]).await;
        rung.is(303);
        let place = rung.location().trim_start_matches("..").to_owned();
        let page = own.get("ada", place.split('#').next().unwrap()).await;
        page.is(200).says(&["on its way", "hx-trigger=\"every 2s\""]);
        own.pages.world.settle().await;
        let sent = own.pages.world.sent.messages();
        assert_eq!(sent.len(), 1, "{engine:?}: nobody but the administrator is told");
        assert_eq!(sent[0].recipient_name, "Ada Admin");
        let page = own.get("ada", place.split('#').next().unwrap()).await;
        page.says(&["Work Email: delivered", "Now answer it"]);
        // The very link of the message.
        let link = sent[0].options[0].link.clone();
        let path = &link[link.find("/r/").unwrap()..];
        own.post("", path, &[]).await.is(200);
        let page = own.get("ada", place.split('#').next().unwrap()).await;
        page.says(&["Everything works."]).is_silent_about(&["every 2s"]);
        own.get("ada", "/start/checklist").await.says(&["One step is left."]);
    }
}
