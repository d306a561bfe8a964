//! Showing and answering: the way things usually go, and twice, and too late.

use axum::http::{StatusCode, header};
use firebell_base::limit::COMMENT_CHARS_MAX;
use firebell_domain::alert::State;
use firebell_testkit::postgres::TestEngine;

use super::world::{World, draft};
use firebell_ui::outside_style as style_name;

/// Bytes of a page together with its style sheet.
const PAGE_BYTES_MAX: usize = 20 * 1024;

/// The response page's style sheet.
async fn style(world: &World) -> String {
    world.get(&format!("/assets/{}", style_name())).await.html
}

/// The alert as the database has it.
async fn state(world: &World) -> State {
    let no = world.no;
    let alert = world.db.read("test", move |tx| firebell_store::alerts::by_number(tx, no, 1)).await;
    alert.unwrap().unwrap().state
}

#[tokio::test]
async fn a_page_is_shown_and_nothing_is_done() {
    for engine in TestEngine::ALL {
        let world = World::new(engine).await;
        world.pass(185);
        let path = world.path("bo");
        for path in [path.clone(), format!("{path}/1"), format!("{path}/2")] {
            let page = world.get(&path).await;
            assert_eq!(page.status, StatusCode::OK);
            page.says(&[
                "<html lang=\"en\">",
                "High",
                "Disk almost full on db-3",
                "#1 · from Prometheus · Databases",
                "host: db-3 · used: 93 %",
                "03:12 CET, Sun 22 Nov<",
                "3 min ago",
                "Nobody has answered yet",
                "You take it. Nobody else is told.",
                "The next person is told now.",
                "The alert ends for everybody.",
                "name=\"comment\"",
                "sent to Bo Ek",
            ]);
            page.is_silent_about(&["<script", "style=", "onclick", "http://", "https://"]);
            assert!(page.html.len() + style(&world).await.len() < PAGE_BYTES_MAX);
        }
        assert_eq!(state(&world).await, State::Open, "{engine:?}");
    }
}

#[tokio::test]
async fn the_option_of_the_link_is_the_loud_one_and_enter_gives_it() {
    let world = World::new(TestEngine::Sqlite).await;
    let path = world.path("bo");
    let page = world.get(&format!("{path}/2")).await;
    let action = format!("action=\"../..{path}/2\"");
    page.says(&[&action, &format!("class=\"loud\" formaction=\"../..{path}/2\"")]);
    assert_eq!(page.html.matches("loud").count(), 1);
    // Without an option the first that helps is.
    let page = world.get(&path).await;
    page.says(&[&format!("class=\"loud ok\" formaction=\"..{path}/1\"")]);
    assert_eq!(page.html.matches("loud").count(), 1);
}

#[tokio::test]
async fn an_answer_counts_and_a_double_tap_is_polite() {
    for engine in TestEngine::ALL {
        let world = World::new(engine).await;
        let path = world.path("bo");
        let page = world.post(&format!("{path}/1"), "comment=on+my+way+%F0%9F%9A%B2").await;
        assert_eq!(page.status, StatusCode::OK);
        page.says(&["You have it", "on my way 🚲", "Or change your answer"]);
        page.is_silent_about(&["Nobody has answered yet", &format!("{path}/1\"><b")]);
        assert_eq!(state(&world).await, State::Acknowledged, "{engine:?}");
        let again = world.post(&format!("{path}/1"), "").await;
        assert_eq!(again.status, StatusCode::OK);
        again.says(&["We have your answer", "nothing was done twice"]);
        // The same link opened later knows.
        world.pass(60);
        world.get(&format!("{path}/1")).await.says(&[
            "We have your answer",
            "You answered “On it”",
            "You have it already.",
            "1 min ago",
        ]);
        // The colleague's does too.
        world.get(&format!("{}/1", world.path("akira"))).await.says(&[
            "Bo Ek has it",
            "You take it over from Bo Ek.",
            "Bo Ek has the alert, so nobody else is told.",
            "on my way 🚲",
        ]);
    }
}

#[tokio::test]
async fn an_answer_to_an_alert_that_is_over_is_noted_and_polite() {
    for engine in TestEngine::ALL {
        let world = World::new(engine).await;
        let (bo, akira) = (world.path("bo"), world.path("akira"));
        world.post(&format!("{akira}/3"), "").await.says(&["Ended", "Ended by you"]);
        assert_eq!(state(&world).await, State::Closed, "{engine:?}");
        let shown = world.get(&format!("{bo}/1")).await;
        assert_eq!(shown.status, StatusCode::OK);
        shown.says(&["This alert is over", "Ended by Akira Sole"]).is_silent_about(&["<form"]);
        let late = world.post(&format!("{bo}/1"), "comment=coming").await;
        assert_eq!(late.status, StatusCode::OK);
        late.says(&["Already over", "Your answer is noted", "Ended by Akira Sole", "coming"]);
    }
}

#[tokio::test]
async fn an_alert_that_ran_out_says_so() {
    let world = World::new(TestEngine::Sqlite).await;
    world.pass(4 * 3600);
    world.turn().await;
    let page = world.get(&world.path("bo")).await;
    page.says(&["This alert is over", "Ended: its time ran out"]);
}

#[tokio::test]
async fn an_escalation_after_somebody_has_it_tells_who() {
    let world = World::new(TestEngine::Sqlite).await;
    world.post(&format!("{}/1", world.path("bo")), "").await;
    let page = world.post(&format!("{}/2", world.path("akira")), "").await;
    page.says(&["Noted", "Bo Ek has the alert, so nobody else is told."]);
    page.is_silent_about(&["Passed on"]);
    let passed = World::new(TestEngine::Sqlite).await;
    let page = passed.post(&format!("{}/2", passed.path("akira")), "").await;
    page.says(&["Passed on", "Nobody has it yet"]);
}

#[tokio::test]
async fn a_comment_is_cut_and_dropped_where_none_is_wanted() {
    let world = World::new(TestEngine::Sqlite).await;
    let path = world.path("bo");
    let body = format!("comment={}", "x".repeat(COMMENT_CHARS_MAX + 500));
    assert_eq!(world.post(&format!("{path}/2"), &body).await.status, StatusCode::OK);
    world.pass(1);
    world.post(&format!("{path}/3"), "comment=unwanted").await.is_silent_about(&["unwanted"]);
    let no = world.no;
    let kept = world.db.read("test", move |tx| {
        let alert = firebell_store::alerts::by_number(tx, no, 1)?.unwrap();
        firebell_store::responses::of_alert(tx, no, alert.id, 10)
    });
    let kept: Vec<_> = kept.await.unwrap().into_iter().map(|r| r.comment).collect();
    let cut = kept[0].as_deref().unwrap();
    assert_eq!(cut.chars().count(), COMMENT_CHARS_MAX);
    assert_eq!(kept[1], None);
}

#[tokio::test]
async fn hostile_texts_are_shown_as_text() {
    let evil = "<script>alert(1)</script>\"'&\u{202E}gnp.exe\u{7} 🔔\u{2066}x";
    let world = World::with_alert(TestEngine::Sqlite, draft(evil)).await;
    let path = world.path("bo");
    let body = "comment=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E%E2%80%AEabc%F0%9F%94%A5";
    let answered = world.post(&format!("{path}/2"), body).await;
    let shown = world.get(&path).await;
    for page in [answered, shown] {
        page.is_silent_about(&["<script", "<img", "\u{202E}", "\u{2066}", "\u{7}"]);
        page.says(&["&#60;script&#62;", "🔔", "abc🔥", "&#60;img"]);
    }
}

#[tokio::test]
async fn every_page_keeps_the_token_to_itself() {
    let world = World::new(TestEngine::Sqlite).await;
    let path = world.path("bo");
    let pages = [
        world.get("/offline").await,
        world.get(&path).await,
        world.get("/r/nonsense").await,
        world.post(&format!("{path}/1"), "").await,
        world.get(&format!("{path}/9")).await,
    ];
    for page in &pages {
        let header = |name: &str| page.headers[name].to_str().unwrap();
        let policy = header("content-security-policy");
        for rule in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule));
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("x-robots-tag").contains("noindex"));
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        page.says(&["noindex", "<html lang=\"en\">", "<title>"]);
    }
}

#[tokio::test]
async fn the_style_sheet_is_kept_for_good_and_found_from_every_depth() {
    let world = World::new(TestEngine::Sqlite).await;
    let path = world.path("bo");
    for (page, root) in [(path.as_str(), "../"), (&format!("{path}/1"), "../../")] {
        let link = format!("href=\"{root}assets/{}\"", style_name());
        world.get(page).await.says(&[&link]);
    }
    let sheet = world.get(&format!("/assets/{}", style_name())).await;
    assert_eq!(sheet.status, StatusCode::OK);
    assert!(sheet.html.contains("--paper:"));
    let kept = sheet.headers[header::CACHE_CONTROL].to_str().unwrap();
    assert!(kept.contains("immutable") && kept.contains("max-age=31536000"));
    assert_eq!(sheet.headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
    assert_eq!(world.get("/assets/0123.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_landing_page_has_no_secrets() {
    let world = World::new(TestEngine::Sqlite).await;
    // Whoever is not signed in is led to where they can.
    let root = world.get("/").await;
    assert_eq!((root.status, root.location()), (StatusCode::SEE_OTHER, "sign-in"));
    let page = world.get("/sign-in").await;
    page.says(&["Firebell", "href=\"api/openapi.json\""]);
    page.is_silent_about(&["Bo Ek", "example.org"]);
}

#[tokio::test]
async fn who_else_was_told_is_said_once_it_reached_them() {
    use firebell_domain::notification::NotificationState;
    use firebell_store::notifications::{self, Finish};

    for engine in TestEngine::ALL {
        let world = World::new(engine).await;
        let path = world.path("bo");
        world.get(&path).await.is_silent_about(&["Also told"]);
        let (no, now) = (world.no, super::world::start());
        let delivered = world.db.write("test", move |tx| {
            let alert = firebell_store::alerts::by_number(tx, no, 1)?.unwrap();
            let all = notifications::of_alert(tx, no, alert.id, 10)?;
            let finished = all.iter().map(|notification| Finish {
                instance: no,
                notification: notification.id,
                state: NotificationState::Delivered,
                next: now,
                attempts: 1,
                finished: Some(now),
            });
            notifications::finish(tx, &finished.collect::<Vec<_>>())?;
            Ok::<_, firebell_store::Error>(all.len())
        });
        assert!(delivered.await.unwrap() > 1, "{engine:?}: others are told too");
        let page = world.get(&path).await;
        page.says(&["Also told: "]);
        page.is_silent_about(&["Also told: Bo Ek"]);
    }
}

#[tokio::test]
async fn responders_read_and_answer_in_their_own_language() {
    let world = World::new(TestEngine::Sqlite).await;
    world.change("bo", |bo| bo.language = "de-CH".to_owned()).await;
    world.change("akira", |akira| akira.language = "ja".to_owned()).await;
    let path = world.path("bo");
    let page = world.get(&path).await;
    page.says(&["<html lang=\"de\">", "Hoch", "Du übernimmst.", "Dieser Link ging an Bo Ek"]);
    assert!(page.html.len() + style(&world).await.len() < PAGE_BYTES_MAX);
    world.post(&format!("{path}/1"), "").await.says(&["Du hast ihn", "Oder ändere deine Antwort"]);
    // Whose language no page is written in gets what their browser asks for.
    let asked = [("accept-language", "ja, nb;q=0.8")];
    let path = world.path("akira");
    let page = world.ask(axum::http::Method::GET, &path, "", &asked).await;
    page.says(&["<html lang=\"nb\">", "Bo Ek har den", "Du tar over fra Bo Ek."]);
    let broken = world.ask(axum::http::Method::GET, "/r/nonsense", "", &asked).await;
    assert_eq!(broken.status, StatusCode::NOT_FOUND);
    broken.says(&["Denne lenken virker ikke"]);
}
