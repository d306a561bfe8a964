//! The pages on a telephone's home screen: what makes them installable, what they show without a connection, and
//! that nothing of anybody's pages is kept for that.

use firebell_browser::line::Line;
use firebell_browser::pictures;
use firebell_browser::sample::{ACME, COLLEAGUE, PASSWORD, RESPONDER};
use firebell_browser::server::server;
use firebell_browser::tab::{DESKTOP, PHONE, Tab, Theme};
use serde_json::{Value, json};

const NOTHING: Vec<String> = Vec::new();
const TITLE: &str = "Disk almost full on db-3";
const OFFLINE: &str = "You are offline";

/// The paths of everything the worker keeps.
const KEPT: &str = "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name)
    .then((cache) => cache.keys())))).then((all) => all.flat().map((one) => new URL(one.url).pathname))";

/// A browser before the server, at the other end of a line.
fn at(line: &Line) -> Tab {
    let tab = Tab::open(&line.base());
    // Also what the browser's own first page has done.
    tab.forget_everything();
    tab
}

fn enter(tab: &Tab, person: &str) {
    tab.fill("Instance", ACME);
    tab.fill("User name", person);
    tab.fill("Password", PASSWORD);
    tab.press("Sign in");
    tab.until("!location.pathname.startsWith('/sign-in')");
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn the_worker_takes_over_and_keeps_nobodys_pages() {
    let line = Line::to(server().address());
    let tab = at(&line);
    tab.go("/sign-in");
    tab.until("navigator.serviceWorker.controller");
    tab.until("navigator.serviceWorker.ready.then((r) => r.active.state === 'activated')");
    let scope = tab.eval("navigator.serviceWorker.ready.then((r) => r.scope)");
    assert_eq!(scope, format!("{}/", line.base()));
    enter(&tab, RESPONDER);
    let alert = server().path(ACME, "/alerts/{alert}");
    for path in ["/alerts", alert.as_str(), "/account", "/account/devices", "/jump?q=pay"] {
        tab.go(path);
        tab.until("navigator.serviceWorker.controller");
    }
    let kept = texts(&tab.eval(KEPT));
    let public = |path: &String| {
        ["/offline", "/icon.svg"].contains(&path.as_str()) || path.starts_with("/assets/")
    };
    assert!(kept.iter().all(public), "{kept:?}");
    assert!(kept.iter().any(|path| path == "/offline"), "{kept:?}");
    assert_eq!(tab.mishaps(&[]), NOTHING);
    // The files of pages come from there, without the server.
    line.cut();
    let file = "fetch(document.querySelector('link[rel=stylesheet]').href, { cache: 'no-store' }).then((r) => r.ok)";
    assert_eq!(tab.eval(file), true);
    let page = "fetch('/account', { cache: 'no-store' }).then(() => 'kept', () => 'lost')";
    assert_eq!(
        tab.eval(page),
        "lost",
        "only what is navigated to shows the page without a connection"
    );
    tab.close();
}

#[test]
fn without_a_connection_every_page_says_so_and_comes_back_with_it() {
    let line = Line::to(server().address());
    let tab = at(&line);
    tab.go("/sign-in");
    tab.until("navigator.serviceWorker.controller");
    enter(&tab, RESPONDER);
    let alert = server().path(ACME, "/alerts/{alert}");
    tab.go(&alert);
    tab.sees(TITLE);
    line.cut();
    for path in [alert.as_str(), "/", "/account/devices/new"] {
        tab.go(path);
        tab.sees(OFFLINE);
        assert!(!tab.text().contains(TITLE), "{}", tab.account());
        let styled = "getComputedStyle(document.querySelector('.button.main')).minHeight !== 'auto'
            && [...document.styleSheets].some((s) => s.cssRules.length > 50)";
        tab.until(styled);
        assert_eq!(tab.violations(), NOTHING, "{path}");
    }
    for size in [DESKTOP, PHONE] {
        tab.screen(size);
        pictures::keep(&tab, "without-connection", Theme::Light, size);
    }
    tab.go(&alert);
    tab.press("Load again");
    tab.sees(OFFLINE);
    line.mend();
    tab.press("Load again");
    tab.sees(TITLE);
    assert_eq!(tab.path(), alert);
    tab.close();
}

#[test]
fn whoever_comes_after_somebody_sees_nothing_of_theirs() {
    let line = Line::to(server().address());
    let tab = at(&line);
    tab.go("/sign-in");
    tab.until("navigator.serviceWorker.controller");
    enter(&tab, RESPONDER);
    tab.go("/account");
    tab.sees("Akira Sole");
    tab.go("/sign-out");
    tab.press("Sign out");
    // The page that asked does not name them either: only now they are out.
    tab.sees("You are signed out");
    // Neither on the way back, nor without a connection.
    let sees_nothing = || assert!(!tab.text().contains("Akira"), "{}", tab.account());
    let mut passed = Vec::new();
    for _ in 0..3 {
        tab.back();
        passed.push(tab.path());
        sees_nothing();
    }
    assert!(passed.contains(&"/sign-in?next=%2Faccount".to_owned()), "{passed:?}");
    line.cut();
    for path in ["/account", "/alerts"] {
        tab.go(path);
        tab.sees(OFFLINE);
        sees_nothing();
    }
    tab.back();
    tab.sees(OFFLINE);
    line.mend();
    tab.go("/sign-in?next=/account");
    enter(&tab, COLLEAGUE);
    tab.sees("Bo Ek");
    sees_nothing();
    tab.close();
}

#[test]
fn the_manifest_is_valid_and_its_icons_load() {
    let line = Line::to(server().address());
    let tab = at(&line);
    tab.go("/sign-in");
    tab.until("navigator.serviceWorker.controller");
    let read = tab.session().devtools("Page.getAppManifest", &json!({}));
    assert_eq!(read.pointer("/errors"), Some(&json!([])), "{read}");
    assert_eq!(read.pointer("/url"), Some(&json!(format!("{}/manifest.webmanifest", line.base()))));
    let hindrances = tab.session().devtools("Page.getInstallabilityErrors", &json!({}));
    let hindrances = hindrances.pointer("/installabilityErrors").cloned().unwrap_or_default();
    let ids: Vec<&str> = hindrances
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one.pointer("/errorId").and_then(Value::as_str))
        // A test's browser forgets everything at its end.
        .filter(|id| *id != "in-incognito")
        .collect();
    assert_eq!(ids, Vec::<&str>::new());
    let wrong = tab.eval(
        "fetch('/manifest.webmanifest').then((r) => r.json()).then((m) => Promise.all(m.icons.map((icon) =>
           new Promise((tell) => {
             const image = new Image();
             image.onerror = () => tell(icon.src + ' does not load');
             const is = () => icon.sizes === image.naturalWidth + 'x' + image.naturalHeight;
             image.onload = () => tell(icon.sizes === 'any' || is() ? null
               : icon.src + ' has ' + image.naturalWidth + ' px');
             image.src = new URL(icon.src, location.origin + '/manifest.webmanifest');
           }))).then((all) => all.filter((one) => one)))",
    );
    assert_eq!(texts(&wrong), NOTHING);
    assert_eq!(tab.mishaps(&[]), NOTHING);
    tab.close();
}
