//! What others try with a signed-in visitor's browser: forms of other sites, frames, addresses that
//! lead away, texts that come back as scripts.

use firebell_browser::other_site::OtherSite;
use firebell_browser::pool::{nobody, signed_in};
use firebell_browser::sample::{ATTRIBUTE, COLLEAGUE, LINK, PASSWORD, RESPONDER, SCRIPT, WORK};
use firebell_browser::server::server;

/// Bo is signed in twice. The form would end the other session.
fn a_form_fails_to_end_a_session(url: fn(&OtherSite) -> String) {
    let elsewhere = server().new_cookie(WORK, COLLEAGUE);
    let tab = signed_in(WORK, COLLEAGUE);
    let target = format!("{}/account/end-others", tab.base());
    let site = OtherSite::with(&format!(
        "<title>other</title><form method=post action='{target}'><button>Win</button></form>"
    ));
    tab.go_to(&url(&site));
    tab.press("Win");
    tab.until("document.title !== 'other'");
    assert_eq!(server().status("/account", &elsewhere), 200, "{}", tab.account());
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    a_form_fails_to_end_a_session(OtherSite::url);
}

/// Cookies do not know ports: this site's form brings the session along.
#[test]
fn a_form_of_another_program_on_the_same_host_changes_nothing() {
    a_form_fails_to_end_a_session(OtherSite::url_on_same_host);
}

#[test]
fn no_page_shows_in_a_frame_of_another_site() {
    let tab = signed_in(WORK, RESPONDER);
    let base = tab.base().to_owned();
    let site =
        OtherSite::with(&format!("<title>other</title><iframe src='{base}/account'></iframe>"));
    tab.go_to(&site.url());
    let shown = tab.session().script(
        "return new Promise((tell) => {
           const frame = document.querySelector('iframe');
           const look = () => {
             try { tell(frame.contentDocument ? 'empty' : 'closed'); } catch { tell('closed'); }
           };
           if (document.readyState === 'complete') look(); else addEventListener('load', look);
         })",
        &[],
    );
    // A refused frame holds an error page of the browser, which has another origin.
    assert_eq!(shown.unwrap().as_str(), Some("closed"));
    let refused = tab.mishaps(&[]);
    let told = refused.iter().any(|fault| {
        fault.contains("frame-ancestors")
            || fault.contains("X-Frame-Options")
            || fault.contains("ERR_BLOCKED_BY_RESPONSE")
    });
    assert!(told, "{refused:?}");
}

#[test]
fn signing_in_leads_to_no_other_site() {
    for next in ["//evil.example/", "https://evil.example/", "/\\evil.example", LINK] {
        let tab = nobody();
        let encoded: Vec<String> = next.bytes().map(|byte| format!("%{byte:02x}")).collect();
        tab.go(&format!("/sign-in?next={}", encoded.concat()));
        tab.fill("Instance", WORK);
        tab.fill("User name", RESPONDER);
        tab.fill("Password", PASSWORD);
        tab.press("Sign in");
        tab.until("!location.pathname.startsWith('/sign-in')");
        assert!(tab.holds(&format!("location.origin === '{}'", server().base())), "{next}");
        assert_eq!(tab.mishaps(&[]), Vec::<String>::new(), "{next}");
    }
}

#[test]
fn what_is_typed_comes_back_as_text() {
    let tab = nobody();
    for text in [SCRIPT, ATTRIBUTE] {
        tab.go("/sign-in");
        tab.fill("Instance", text);
        tab.fill("User name", text);
        tab.fill("Password", "x");
        tab.press("Sign in");
        tab.sees("No such instance");
        assert_eq!(tab.value("User name"), text);
        assert_eq!(tab.mishaps(&[404]), Vec::<String>::new());
    }
}
