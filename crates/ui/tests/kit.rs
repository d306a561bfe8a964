//! The kit behind its gate: who gets in, what is kept, what every answer carries.

use axum::Router;
use axum::http::Method;
use axum::routing::{get, post};
use firebell_testkit::pages::{Page, Pages};
use firebell_testkit::postgres::TestEngine;
use firebell_ui::{Answer, Form, Ui, Undo, Visit, keep_assets};

/// A page that says what was entered, and one that leads back with a way to undo.
fn router() -> Router<Ui> {
    async fn echo(visit: Visit, form: Form) -> Answer {
        let response = visit.lead("styleguide");
        let undo = Undo {
            action: "undo/1".to_owned(),
            fields: vec![("a&b".to_owned(), "<x>".to_owned())],
        };
        Ok(visit.toast_undo(response, format!("You said {}", form.text("what")), undo))
    }
    async fn ask(visit: Visit) -> Answer {
        Err(visit.missing("<b>thing</b>"))
    }
    Router::new().route("/echo/it", post(echo)).route("/ask", get(ask))
}

async fn pages() -> Pages {
    Pages::new(TestEngine::Sqlite, router()).await
}

fn header<'a>(page: &'a Page, name: &str) -> &'a str {
    page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn nobody_gets_past_the_gate_without_a_session() {
    let pages = pages().await;
    let page = pages.get("", "/styleguide?a=b&c=d").await;
    assert_eq!(
        (page.status.as_u16(), page.location()),
        (303, "./sign-in?next=%2Fstyleguide%3Fa%3Db%26c%3Dd")
    );
    let part = pages.ask(Method::GET, "", "/jump", "", &[("hx-request", "true")]).await;
    assert_eq!((part.status.as_u16(), header(&part, "hx-redirect")), (401, "./sign-in?next=%2F"));
    for cookie in ["firebell_session=", "firebell_session=x.y", "firebell_session=%00"] {
        assert_eq!(pages.get(cookie, "/styleguide").await.status, 303, "{cookie}");
    }
    pages.get("bo", "/styleguide").await.is(200).says(&["Bo Ek", "sample"]);
}

#[tokio::test]
async fn what_was_typed_is_kept_when_the_session_is_over() {
    let pages = pages().await;
    let page = pages.post("", "/echo/it", &[("what", "a long story"), ("more", "x=y&z")]).await;
    page.is(401).says(&["echo/it", "what=a long story", "more=x=y&z"]);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let pages = pages().await;
    let tries: [&[(&str, &str)]; 4] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://firebell.example")],
    ];
    for headers in tries {
        let page = pages.ask(Method::POST, "bo", "/echo/it", "what=x", headers).await;
        page.is(403).says(&["another site"]);
    }
    let own = [("origin", "http://firebell.example")];
    assert_eq!(pages.ask(Method::POST, "bo", "/echo/it", "what=x", &own).await.status, 303);
}

#[tokio::test]
async fn every_answer_forbids_frames_foreign_scripts_and_caches() {
    let pages = pages().await;
    for page in [
        pages.get("bo", "/styleguide").await,
        pages.get("bo", "/ask").await,
        pages.get("", "/ask").await,
    ] {
        let policy = header(&page, "content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert_eq!(
            (header(&page, "x-frame-options"), header(&page, "cache-control")),
            ("DENY", "no-store")
        );
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert!(
            !page.html.contains("<script>")
                && !page.html.contains(" style=")
                && !page.html.contains(" onclick")
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_inertly() {
    let pages = pages().await;
    let page = pages.get("bo", "/ask").await;
    page.is(404)
        .says(&["Not found", "no such &#60;b&#62;thing&#60;/b&#62;"])
        .is_silent_about(&["<b>thing"]);
}

#[tokio::test]
async fn a_toast_is_said_once_on_the_next_page() {
    let pages = pages().await;
    let posted = pages.post("bo", "/echo/it", &[("what", "<script>hi</script>")]).await;
    assert_eq!(posted.location(), "../styleguide");
    let cookie = header(&posted, "set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let both = format!("{}; {}", pages.session("bo"), cookie.split(';').next().unwrap());
    let next = pages.get(&both, "/styleguide").await;
    next.is(200).says(&[
        "You said &#60;script&#62;hi",
        "action=\"./undo/1\"",
        "name=\"a&#38;b\" value=\"&#60;x&#62;\"",
    ]);
    assert!(header(&next, "set-cookie").contains("Max-Age=0"));
    // What somebody else planted leads nowhere else.
    let planted =
        format!("{}; firebell_toast=t=Hello&u=%2F%2Fevil.example%2Fx", pages.session("bo"));
    pages.get(&planted, "/styleguide").await.says(&["Hello"]).is_silent_about(&["evil.example"]);
}

#[tokio::test]
async fn one_can_jump_to_pages_people_and_groups_of_ones_own_instance() {
    let pages = pages().await;
    pages.get("bo", "/jump?q=pay").await.is(200).says(&["<h1>", "Payments"]);
    let part = pages.part("bo", "/jump?q=EK").await;
    part.is(200).says(&["Bo Ek", "users/"]).is_silent_about(&["<html"]);
    pages
        .part("bo", "/jump?q=%3Cscript%3E")
        .await
        .says(&["Nothing found"])
        .is_silent_about(&["<script>"]);
    pages.part("bo", "/jump?q=licences").await.is_silent_about(&["Licences"]);
    pages.part("ada", "/jump?q=licences").await.says(&["Licences"]);
}

#[tokio::test]
async fn files_are_found_by_their_content_also_those_of_another_release() {
    for engine in TestEngine::ALL {
        let pages = Pages::new(engine, router()).await;
        let page = pages.get("bo", "/styleguide").await;
        let name =
            page.html.split("assets/app-").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let file = pages.get("", &format!("/assets/app-{name}")).await;
        assert_eq!(
            (file.status.as_u16(), header(&file, "cache-control")),
            (200, "public, max-age=31536000, immutable")
        );
        assert!(header(&file, "content-type").starts_with("text/css"));
        for nothing in
            ["app.css", "app-00.css", "app-ffffffffffffffffffffffffffffffff.css", "..%2Fapp.css"]
        {
            assert_eq!(pages.get("", &format!("/assets/{nothing}")).await.status, 404, "{nothing}");
        }
        let now = pages.world.clock.now();
        keep_assets(&pages.ui.db, now).await.unwrap();
        keep_assets(&pages.ui.db, now).await.unwrap();
        // A file of another release, and one whose content is not what its name says.
        let (good, bad) = (
            "old-e3b0c44298fc1c149afbf4c8996fb924.css",
            "old-00000000000000000000000000000000.css",
        );
        let write = move |tx: &mut firebell_store::WriteTx<'_>| {
            let asset = |name: &str| firebell_store::assets::Asset {
                name: name.to_owned(),
                content_type: "text/css; charset=utf-8".to_owned(),
                body: Vec::new(),
            };
            firebell_store::assets::keep(tx, &[asset(good), asset(bad)], now)
        };
        pages.ui.db.write("test", write).await.unwrap();
        assert_eq!(pages.get("", &format!("/assets/{good}")).await.status, 200);
        assert_eq!(pages.get("", &format!("/assets/{bad}")).await.status, 404);
    }
}

#[tokio::test]
async fn the_frame_is_in_the_readers_language_and_shows_what_they_may_see() {
    let pages = pages().await;
    pages
        .get("bo", "/styleguide")
        .await
        .says(&["lang=\"en\"", "Integrations"])
        .is_silent_about(&["href=\"./licences\"></"]);
    let themed = format!("{}; firebell_theme=dark", pages.session("bo"));
    pages.get(&themed, "/styleguide").await.says(&["data-theme=\"dark\""]);
    let broken = format!("{}; firebell_theme=\"><script>", pages.session("bo"));
    pages.get(&broken, "/styleguide").await.says(&["data-theme=\"system\""]);
}
