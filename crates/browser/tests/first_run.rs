//! The first run: a server with nobody in it is set up with the token it printed, and its first test
//! alert rings. It has a mail server in its settings, so that a forgotten password can be asked for.

use firebell_browser::installation::Installation;
use firebell_browser::pool::nobody;
use firebell_browser::sample::PASSWORD;

const NOTHING: Vec<String> = Vec::new();

/// The token in what the server printed: `…/start#TOKEN`.
fn token(output: &str) -> String {
    let after = output.split_once("/start#").map(|(_, after)| after);
    let token = after.and_then(|text| text.split_whitespace().next());
    assert!(token.is_some(), "no token in {output}");
    token.unwrap_or_default().to_owned()
}

#[test]
fn a_new_server_is_set_up_and_its_first_alert_rings() {
    let settings = [
        ("FIREBELL_SMTP__HOST", "127.0.0.1"),
        ("FIREBELL_SMTP__PORT", "9"),
        ("FIREBELL_SMTP__SECURITY", "none"),
        ("FIREBELL_SMTP__FROM", "firebell@sample.example"),
    ];
    let place = Installation::start(&settings, |_, _| {});
    let tab = nobody();
    let at = |path: &str| format!("{}{path}", place.base());
    tab.go_to(&at("/"));
    tab.until("location.pathname === '/start'");
    assert_eq!(tab.violations(), NOTHING);
    tab.fill("Set-up token", "not this one");
    tab.fill("Name of the instance", "sample");
    tab.fill("User name", "first");
    tab.fill("First name", "Sample");
    tab.fill("Last name", "Administrator");
    tab.fill("E-mail address", "first@sample.example");
    tab.fill("New password", PASSWORD);
    tab.fill("The same again", PASSWORD);
    tab.press("Create and sign in");
    tab.sees("The token is wrong.");
    assert_eq!(tab.value("Name of the instance"), "sample");
    tab.fill("Set-up token", &token(&place.output()));
    tab.fill("New password", PASSWORD);
    tab.fill("The same again", PASSWORD);
    tab.press("Create and sign in");
    tab.until("location.pathname === '/start/checklist'");
    tab.sees("Welcome.");
    assert_eq!(tab.violations(), NOTHING);
    tab.press_at("form[action$='start/ring'] button");
    tab.until("document.body.innerText.includes('Work Email') || document.body.innerText.includes('first@')");
    tab.go_to(&at("/start"));
    tab.until("!document.querySelector('input[name=token]')");
    // And a forgotten password, where there is a mail server.
    tab.session().devtools("Network.clearBrowserCookies", &serde_json::json!({}));
    tab.go_to(&at("/reset"));
    assert_eq!(tab.violations(), NOTHING);
    tab.fill("User name", "first");
    tab.press_at("main form button[type=submit]");
    tab.sees("on its way");
}
