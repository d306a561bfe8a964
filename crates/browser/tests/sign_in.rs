//! Signing in and out, with a pointer, with keys alone, and without scripts.

use firebell_browser::pool::{nobody, signed_in};
use firebell_browser::sample::{PASSWORD, RESPONDER, WORK};
use firebell_browser::tab::{Scripts, Tab};

fn enter(tab: &Tab, password: &str) {
    tab.fill("Instance", WORK);
    tab.fill("User name", RESPONDER);
    tab.fill("Password", password);
    tab.press("Sign in");
}

#[test]
fn one_signs_in_and_out() {
    let tab = nobody();
    tab.go("/sign-in");
    enter(&tab, PASSWORD);
    tab.until("!location.pathname.startsWith('/sign-in')");
    tab.go("/sign-out");
    tab.press("Sign out");
    tab.sees("You are signed out");
    tab.go("/account");
    tab.arrives("/sign-in");
    assert_eq!(tab.mishaps(&[]), Vec::<String>::new());
}

#[test]
fn one_signs_in_without_scripts() {
    let tab = nobody();
    tab.scripts(Scripts::Off);
    tab.go("/sign-in?next=/account");
    enter(&tab, PASSWORD);
    tab.arrives("/account");
    tab.sees("Akira Sole");
}

#[test]
fn one_signs_in_with_keys_alone() {
    let tab = nobody();
    tab.go("/sign-in?next=/account");
    tab.tab_and_fill("Instance", WORK);
    tab.tab_and_fill("User name", RESPONDER);
    tab.tab_and_fill("Password", PASSWORD);
    tab.tab_and_press("Sign in");
    tab.arrives("/account");
}

#[test]
fn a_wrong_password_is_told_and_the_name_is_kept() {
    let tab = nobody();
    tab.go("/sign-in");
    enter(&tab, "not this one at all");
    tab.sees("You are not signed in");
    assert_eq!(tab.value("User name"), RESPONDER);
    assert_eq!(tab.value("Password"), "");
    assert_eq!(tab.violations(), Vec::<String>::new());
    tab.fill("Password", PASSWORD);
    tab.press("Sign in");
    tab.until("!location.pathname.startsWith('/sign-in')");
}

#[test]
fn whoever_is_signed_in_is_led_on() {
    let tab = signed_in(WORK, RESPONDER);
    tab.go("/sign-in?next=/account");
    tab.arrives("/account");
}
