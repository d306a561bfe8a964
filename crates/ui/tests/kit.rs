//! The kit behind its gate: who gets in, what is kept, what every answer carries.

use axum::Router;
use axum::extract::Path;
use axum::http::Method;
use axum::routing::{get, post};
use firebell_access::{Permission, Scope};
use firebell_config::{ConfigError, Faults};
use firebell_sql::{Db, Target};
use firebell_testkit::pages::{Page, Pages};
use firebell_testkit::postgres::TestEngine;
use firebell_ui::{Answer, Form, MayNot, Ui, Undo, Visit, keep_assets};

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
    async fn lost(visit: Visit) -> Answer {
        let read = |tx: &mut firebell_store::ReadTx<'_>| firebell_store::assets::find(tx, "x");
        visit.ui.db.read("test", read).await?;
        Ok(visit.lead("ask"))
    }
    async fn change(visit: Visit) -> Answer {
        visit.require(Permission::Administer, &Scope::Instance)?;
        Err(visit.refused(ConfigError::Changed { kind: "group", found: None }))
    }
    /// A change that was refused, with no form to go back to.
    async fn refused(visit: Visit, Path(why): Path<String>) -> Answer {
        let mut faults = Faults::one("name", "It is taken.", "test.taken");
        match why.as_str() {
            "faults" => faults.0.extend(Faults::one("", "It is late.", "test.late").0),
            "author" => faults.0.extend(Faults::from(MayNot("You <may> not.".to_owned())).0),
            "field" => faults = MayNot("You may not give it.".to_owned()).at("roles"),
            _ => faults = Faults::default(),
        }
        Err(visit.refused(ConfigError::Invalid(faults)))
    }
    Router::new()
        .route("/refused/{why}", get(refused))
        .route("/echo/it", post(echo))
        .route("/ask", get(ask))
        .route("/deep/lost", get(lost))
        .route("/change", get(change))
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

#[tokio::test]
async fn a_refused_change_without_a_form_says_what_is_wrong() {
    let pages = pages().await;
    let refused = async |why: &str| pages.get("ada", &format!("/refused/{why}")).await;
    refused("faults").await.is(422).says(&["Not saved", "It is taken. It is late."]);
    let author = refused("author").await;
    author.is(403).says(&["Not allowed", "You &#60;may&#62; not."]).is_silent_about(&["taken"]);
    refused("field").await.is(422).says(&["Not saved", "You may not give it."]);
    refused("nothing").await.is(422).says(&["Nothing was saved."]);
}

const TONGUES: &str = "version: 1
people:
  - {targetName: dora, firstName: Dora, lastName: Muster, language: de, roles: [Standard User]}
  - {targetName: nora, firstName: Nora, lastName: Mal, language: nb, roles: [Full Access User]}
";

#[tokio::test]
async fn every_refusal_is_in_the_readers_language() {
    let pages = pages().await;
    pages.world.apply(TONGUES).await;
    let refused = pages.get("dora", "/change").await;
    refused.is(403).says(&[
        "lang=\"de\"",
        "Nicht erlaubt",
        "Du darfst diese Instanz nicht verwalten",
    ]);
    refused.is_silent_about(&["You may not"]);
    let changed = pages.get("nora", "/change").await;
    changed.is(409).says(&["lang=\"nb\"", "Endret i mellomtiden", "Noen andre endret dette"]);
    pages.get("dora", "/ask").await.is(404).says(&["Nicht gefunden"]);
    let large = format!("what={}", "x".repeat(firebell_ui::FORM_BYTES_MAX));
    let post = async |who: &str, headers: &[(&str, &str)]| {
        pages.ask(Method::POST, who, "/echo/it", &large, headers).await
    };
    post("nora", &[]).await.is(413).says(&["For stort", "Ingenting ble gjort", "../assets/app-"]);
    let german = [("accept-language", "de-AT,en;q=0.5")];
    post("", &german).await.is(413).says(&["lang=\"de\"", "Zu groß", "../assets/outside-"]);
    let foreign = [german[0], ("origin", "https://evil.example")];
    post("nora", &foreign).await.is(403).says(&["lang=\"de\"", "Nicht von hier"]);
    pages.fresh.store(false, std::sync::atomic::Ordering::Relaxed);
    let unknown = format!("{}; x=y", pages.session("dora"));
    pages
        .world
        .apply(
            "version: 1\npeople: [{targetName: dora, firstName: Dora, lastName: Muster, \
        language: de, roles: [Standard User], status: INACTIVE}]",
        )
        .await;
    let unsure = pages.ask(Method::GET, &unknown, "/ask", "", &german).await;
    unsure.is(503).says(&["lang=\"de\"", "Gerade nicht sicher"]);
    assert!(!header(&unsure, "retry-after").is_empty());
}

#[tokio::test]
async fn a_page_without_its_database_says_so_in_the_readers_language() {
    let pages = pages().await;
    pages.world.apply(TONGUES).await;
    let target = Target::parse("postgresql://ann:secret@127.0.0.1:1/firebell").unwrap();
    let pages = pages.with(router(), |parts| parts.db = Db::away(target));
    for (who, text) in [
        ("dora", "Die Datenbank hat nicht rechtzeitig geantwortet"),
        ("nora", "Databasen svarte ikke i tide"),
        ("bo", "The database did not answer in time"),
    ] {
        let page = pages.get(who, "/deep/lost").await;
        // In the frame, with the ways of this path.
        page.is(503).says(&[text, "href=\"../assets/app-", "class=\"rail\""]);
        assert_eq!(header(&page, "retry-after"), "2", "{who}");
    }
}

#[tokio::test]
async fn who_opens_nothing_with_a_browser_gets_a_page_and_a_program_its_answer() {
    use axum::body::Body;
    use tower::ServiceExt as _;
    let nothing = || async { (axum::http::StatusCode::NOT_FOUND, "nothing") };
    let app: Router = Router::new()
        .fallback(nothing)
        .layer(axum::middleware::from_fn(firebell_ui::page_for_nowhere));
    let ask = async |method: Method, path: &str, accept: &str| {
        let request = axum::http::Request::builder().method(method).uri(path);
        let request = request.header("accept", accept).header("accept-language", "nb");
        let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 100_000).await.unwrap();
        assert_eq!(head.status, 404);
        (head.headers, String::from_utf8_lossy(&bytes).into_owned())
    };
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    let (headers, page) = ask(Method::GET, "/no/where", browser).await;
    for text in ["lang=\"nb\"", "Ikke funnet", "href=\"../assets/outside-", "href=\"../\""] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(headers["x-frame-options"], "DENY");
    for (method, path, accept) in [
        (Method::GET, "/no/where", "*/*"),
        (Method::POST, "/no/where", browser),
        (Method::GET, "/api/xm/1/nothing", browser),
    ] {
        assert_eq!(ask(method, path, accept).await.1, "nothing", "{path} {accept}");
    }
}
