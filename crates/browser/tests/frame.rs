//! What is around every page: the palette, the keys, the theme, the way past the navigation.

use firebell_browser::keyboard::{CONTROL, DOWN, ENTER, ESCAPE, TAB};
use firebell_browser::pool::signed_in;
use firebell_browser::sample::{ACME, ADMIN, GROUP, RESPONDER};
use firebell_browser::tab::{PHONE, Scripts, Tab, Theme};

const NOTHING: Vec<String> = Vec::new();

#[test]
fn the_palette_finds_a_group_and_leads_there() {
    let tab = signed_in(ACME, ADMIN);
    tab.go("/users");
    tab.chord(CONTROL, "k");
    tab.until("document.querySelector('#palette[open]')");
    tab.keys("paym");
    tab.until(
        "[...document.querySelectorAll('#palette a')].some((a) => words(a).includes('Payments'))",
    );
    assert_eq!(tab.violations(), NOTHING);
    tab.keys(DOWN);
    tab.until("document.activeElement.closest('#palette a')");
    tab.keys(ENTER);
    tab.arrives("/groups/");
    tab.sees(GROUP);
    assert_eq!(tab.mishaps(&[]), NOTHING);
}

#[test]
fn the_palette_closes_and_gives_the_focus_back() {
    let tab = signed_in(ACME, ADMIN);
    tab.go("/users");
    tab.press_at("[data-palette]");
    tab.until(
        "document.querySelector('#palette[open]') && document.activeElement.id === 'palette-input'",
    );
    tab.keys(ESCAPE);
    tab.until("!document.querySelector('#palette[open]')");
    tab.until("document.activeElement.matches('[data-palette]')");
}

#[test]
fn one_jumps_without_scripts_too() {
    let tab = signed_in(ACME, ADMIN);
    tab.scripts(Scripts::Off);
    tab.go("/users");
    tab.press_at("[data-palette]");
    tab.arrives("/jump");
    tab.go("/jump?q=paym");
    tab.press(GROUP);
    tab.arrives("/groups/");
}

#[test]
fn a_sheet_shows_the_keys() {
    let tab = signed_in(ACME, RESPONDER);
    tab.go("/alerts");
    tab.keys("?");
    tab.until("document.querySelector('#help[open]')");
    tab.sees("Keyboard shortcuts");
    assert_eq!(tab.violations(), NOTHING);
    tab.keys(ESCAPE);
    tab.until("!document.querySelector('#help[open]')");
}

#[test]
fn keys_lead_from_area_to_area_but_not_while_one_types() {
    let tab = signed_in(ACME, ADMIN);
    tab.go("/users");
    for (keys, path) in [("go", "/on-call"), ("gg", "/groups"), ("ga", "/alerts"), ("gu", "/users")]
    {
        tab.keys(keys);
        tab.arrives(path);
        tab.until("document.readyState === 'complete'");
    }
    tab.keys("/");
    tab.until("document.activeElement.matches('main input[type=search]')");
    tab.keys("ga?x");
    assert!(tab.holds("document.activeElement.value.endsWith('ga?x')"), "{}", tab.account());
    assert!(tab.path().starts_with("/users"));
}

fn background(tab: &Tab) -> String {
    let colour = tab.eval("getComputedStyle(document.documentElement).backgroundColor");
    colour.as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_theme_is_the_systems_until_one_chooses_and_stays_chosen() {
    let tab = signed_in(ACME, RESPONDER);
    tab.go("/alerts");
    let light = background(&tab);
    tab.theme(Theme::Dark);
    let dark = background(&tab);
    assert_ne!(light, dark);
    tab.press("Light or dark");
    tab.until("document.documentElement.dataset.theme === 'light'");
    assert_eq!(background(&tab), light);
    tab.reload();
    assert_eq!(background(&tab), light, "the choice is kept");
}

#[test]
fn one_gets_past_the_navigation_with_one_key() {
    let tab = signed_in(ACME, RESPONDER);
    tab.go("/alerts");
    tab.keys(TAB);
    assert_eq!(tab.focus(), "Skip to the content");
    tab.keys(ENTER);
    tab.until("document.activeElement.id === 'main'");
}

#[test]
fn a_phone_reaches_every_area() {
    let tab = signed_in(ACME, ADMIN);
    tab.screen(PHONE);
    tab.go("/alerts");
    tab.press("More");
    tab.press("Reports");
    tab.arrives("/reports");
}
