//! One's profile, one's API keys, and entries that outlive a session.

use axum::http::Method;
use firebell_access::keys;
use firebell_testkit::pages::{Page, encoded};
use firebell_testkit::postgres::TestEngine;

use super::own::{Own, PASSWORD};

fn cookie(page: &Page) -> String {
    let set = page.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let mut sessions = set.filter(|set| set.starts_with("firebell_session="));
    let set = sessions.next().unwrap();
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn language_and_zone_are_ones_own() {
    for engine in TestEngine::ALL {
        let own = Own::new(engine).await;
        let bad = own.post("bo", "/account", &[("language", "xx"), ("zone", "Mars/Base")]).await;
        bad.is(422).says(&["Choose one of the languages.", "no such time zone", "Mars/Base"]);
        own.post("bo", "/account", &[("language", "nb"), ("zone", "Asia/Tokyo")]).await.is(303);
        let bo = own.pages.person("bo");
        let directory = own.pages.directory();
        let person = directory.person(bo).unwrap();
        assert_eq!((person.language.as_str(), person.zone.name()), ("nb", "Asia/Tokyo"));
        let page = own.get("bo", "/account").await;
        page.is(200).says(&["<html lang=\"nb\"", "Du er logget inn som Bo Ek", "Tidssone"]);
        own.get("bo", "/account/devices").await.says(&["Enhetene dine"]);
    }
}

#[tokio::test]
async fn a_key_is_shown_once_works_and_can_be_revoked() {
    for engine in TestEngine::ALL {
        let own = Own::new(engine).await;
        own.get("bo", "/account/keys").await.is(200).says(&["No program acts as you."]);
        let made =
            own.post("bo", "/account/keys", &[("name", "Nightly"), ("current", PASSWORD)]).await;
        made.is(200).says(&["The key Nightly is made", "x-api-key-", "fbs_"]);
        let secret = made.html.split("<code class=\"mono\">fbs_").nth(1).unwrap();
        let secret = format!("fbs_{}", secret.split('<').next().unwrap());
        let bo = own.pages.person("bo");
        let directory = own.pages.directory();
        let key = directory.api_keys().find(|key| key.owner == bo).unwrap();
        assert!(keys::matches(&secret, &key.secret_hash), "{engine:?}");
        let list = own.get("bo", "/account/keys").await;
        list.says(&["Nightly", "not since this server started"]).is_silent_about(&["fbs_"]);
        // Used, it says so.
        let basic = base64(&format!("{}:{secret}", keys::api_key_user(key.id)));
        let door = &own.pages.ui.authenticator;
        let let_in = door.authenticate(
            &directory,
            Some(&format!("Basic {basic}")),
            None,
            own.pages.ui.clock.now(),
        );
        assert_eq!(let_in.unwrap().person, bo);
        own.get("bo", "/account/keys").await.says(&["just now"]).is_silent_about(&["not since"]);
        // Nobody else's, and not without the password.
        own.post("ada", &format!("/account/keys/{}/revoke", key.id), &[]).await.is(404);
        own.get("ada", "/account/keys").await.is_silent_about(&["Nightly"]);
        let without = own.post("bo", "/account/keys", &[("name", "More"), ("current", "")]).await;
        without.is(422).says(&["Enter your password.", "More"]);
        let wrong = own.post("bo", "/account/keys", &[("name", "More"), ("current", "nope")]).await;
        wrong.is(422);
        own.post("bo", "/account/keys", &[("name", " "), ("current", PASSWORD)]).await.is(422);
        assert_eq!(own.pages.directory().api_keys().count(), 1);
        own.post("bo", &format!("/account/keys/{}/revoke", key.id), &[]).await.is(303);
        assert_eq!(own.pages.directory().api_keys().count(), 0, "{engine:?}");
    }
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let mut word = [0u8; 4];
        word[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(word);
        for n in 0..4 {
            let digit = (bits >> (18 - 6 * n)) & 63;
            out.push(if n <= chunk.len() { char::from(DIGITS[digit as usize]) } else { '=' });
        }
    }
    out
}

#[tokio::test]
async fn what_was_typed_outlives_a_session() {
    let own = Own::new(TestEngine::Sqlite).await;
    let typed = [
        ("kind", "webhook"),
        ("name", "<i>Pager</i>"),
        ("place", "https://hooks.example.org/x"),
        ("secret", "whsec_c2FtcGxlLXNhbXBsZS1zYW1wbGUh"),
        ("current", "a password"),
        ("delay", "3"),
        ("threshold", "LOW"),
        ("active", "yes"),
    ];
    let page = own.post("", "/account/devices/new", &typed).await;
    page.is(200).says(&["You were signed out", "name=\"kept-action\"", "account/devices/new"]);
    page.says(&["action=\"../../sign-in\"", "&#60;i&#62;Pager"]);
    page.is_silent_about(&["a password", "<i>Pager"]);
    let entered = |login: &str, password: &str| {
        let mut fields = vec![("login", login), ("password", password)];
        fields.push(("kept-action", "account/devices/new"));
        fields.extend([
            ("kept.kind", "webhook"),
            ("kept.name", "<i>Pager</i>"),
            ("kept.delay", "3"),
        ]);
        fields.extend([("kept.place", "https://hooks.example.org/x"), ("kept.active", "yes")]);
        fields.extend([
            ("kept.threshold", "LOW"),
            ("kept.secret", "whsec_c2FtcGxlLXNhbXBsZS1zYW1wbGUh"),
        ]);
        encoded(&fields)
    };
    // A wrong password loses nothing.
    let wrong = own.ask(Method::POST, "", "/sign-in", &entered("bo", "wrong"), &[]).await;
    wrong.is(403).says(&["kept.name", "hooks.example.org"]);
    let right = own.ask(Method::POST, "", "/sign-in", &entered("bo", PASSWORD), &[]).await;
    right.is(200).says(&[
        "Your entries are kept",
        "action=\"account/devices/new\"",
        "&#60;i&#62;Pager&#60;/i&#62;",
        "(hidden)",
        "/account/devices/new",
    ]);
    let shown = right.html.matches("whsec_").count();
    assert_eq!(shown, 1, "carried along, and not shown");
    // The form on that page does what was wanted.
    let session = cookie(&right);
    let again: Vec<(&str, &str)> =
        typed.iter().copied().filter(|(name, _)| *name != "current").collect();
    own.post(&session, "/account/devices/new", &again).await.is(303);
    assert_eq!(own.devices("bo").len(), 2);
}

#[tokio::test]
async fn kept_entries_lead_to_no_other_place() {
    let own = Own::new(TestEngine::Sqlite).await;
    for action in ["https://evil.example/x", "//evil.example", "/alerts", "a/../../b", "x?y", ""] {
        let fields =
            [("login", "bo"), ("password", PASSWORD), ("kept-action", action), ("kept.name", "x")];
        let page = own.post("", "/sign-in", &fields).await;
        page.is(303).is_silent_about(&["evil"]);
        assert_eq!(page.location(), "alerts", "{action}");
    }
    // A form of another site keeps nothing.
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let page = own.ask(Method::POST, "", "/account/devices/new", "name=x", &foreign).await;
    page.is(403).is_silent_about(&["kept"]);
    // What is too large to sign in with is too large unless something is kept.
    let large = "x".repeat(20_000);
    own.post("", "/sign-in", &[("login", "bo"), ("password", &large)]).await.is(413);
    let kept = [
        ("login", "bo"),
        ("password", PASSWORD),
        ("kept-action", "alerts/new"),
        ("kept.text", large.as_str()),
    ];
    own.post("", "/sign-in", &kept).await.is(200).says(&["alerts/new"]);
}

#[tokio::test]
async fn the_root_leads_to_where_one_begins() {
    let own = Own::new(TestEngine::Sqlite).await;
    assert_eq!(own.get("", "/").await.location(), "sign-in");
    assert_eq!(own.get("bo", "/").await.location(), "alerts");
}

#[tokio::test]
async fn visitors_read_their_own_language() {
    let own = Own::new(TestEngine::Sqlite).await;
    for (asked, lang, says) in [
        ("de-AT,de;q=0.9,en;q=0.5", "de", "Benutzername"),
        ("nn-NO, en", "nb", "Brukernavn"),
        ("fr, ja", "en", "User name"),
    ] {
        let headers = [("accept-language", asked)];
        for path in ["/sign-in", "/offline", "/sign-out"] {
            let page = own.ask(Method::GET, "", path, "", &headers).await;
            page.says(&[&format!("<html lang=\"{lang}\"")]);
        }
        own.ask(Method::GET, "", "/sign-in", "", &headers).await.says(&[says]);
    }
}

#[tokio::test]
async fn the_pages_can_be_installed() {
    let own = Own::new(TestEngine::Sqlite).await;
    let kind = |page: &Page| page.headers["content-type"].to_str().unwrap().to_owned();
    let manifest = own.get("", "/manifest.webmanifest").await;
    manifest.is(200).says(&["icon.svg", "icon-512.png", "\"start_url\": \"./\""]);
    assert_eq!(kind(&manifest), "application/manifest+json");
    for (path, expected) in [
        ("/icon.svg", "image/svg+xml"),
        ("/icon-192.png", "image/png"),
        ("/icon-512.png", "image/png"),
    ] {
        let icon = own.get("", path).await;
        assert_eq!((icon.status.as_u16(), kind(&icon).as_str()), (200, expected));
    }
    let worker = own.get("", "/sw.js").await;
    worker.is(200).is_silent_about(&["APP_"]);
    assert_eq!(worker.headers["cache-control"], "no-cache");
    let offline = own.get("", "/offline").await;
    offline.is(200).says(&["You are offline", "Alerts still reach you", "href=\"/\" data-reload"]);
    for file in worker.html.split("\"assets/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        own.get("", &format!("/assets/{file}")).await.is(200);
        // It is shown at any path.
        offline.says(&[&format!("\"/assets/{file}\"")]);
    }
}
