//! Answering an alert: by the link of a message, without scripts, and with keys alone.

use firebell_browser::pool::nobody;
use firebell_browser::sample::WORK;
use firebell_browser::server::server;
use firebell_browser::tab::{PHONE, Scripts, Tab};

/// A new alert and the path of the link in its message.
fn told(summary: &str) -> (String, String) {
    let alert = server().new_alert(WORK, summary, "HIGH");
    let link = server().link(WORK, &alert);
    (alert, format!("/r/{link}"))
}

fn answer(tab: &Tab, summary: &str) {
    let (alert, path) = told(summary);
    tab.go(&path);
    tab.sees(summary);
    assert_eq!(server().state(WORK, &alert), "OPEN", "opening the link answers nothing");
    tab.fill("Comment", "on my way");
    tab.press("On it");
    tab.sees("You have it");
    assert_eq!(server().state(WORK, &alert), "ACKNOWLEDGED");
}

#[test]
fn a_link_answers_on_a_phone() {
    let tab = nobody();
    tab.screen(PHONE);
    answer(&tab, "A link answers on a phone");
    let (page, whole) = tab.weight();
    assert!(page <= 20 * 1024 && whole <= 100 * 1024, "{page} and {whole} bytes");
    assert_eq!(tab.mishaps(&[]), Vec::<String>::new());
}

#[test]
fn a_link_answers_without_scripts() {
    let tab = nobody();
    tab.scripts(Scripts::Off);
    answer(&tab, "A link answers without scripts");
}

#[test]
fn a_link_answers_with_keys_alone() {
    let (alert, path) = told("A link answers with keys alone");
    let tab = nobody();
    tab.go(&path);
    tab.tab_and_press("On it");
    tab.sees("You have it");
    assert_eq!(server().state(WORK, &alert), "ACKNOWLEDGED");
}
