//! Who is on call: editing a shift shows what changes before anything is saved, also with keys alone
//! and without scripts; two editors; an absence in two clicks.

use firebell_base::time::{Clock, add_minutes};
use firebell_browser::pool::{Lease, signed_in};
use firebell_browser::sample::{ADMIN, GROUP, WORK};
use firebell_browser::server::server;
use firebell_browser::tab::Scripts;
use serde_json::{Value, json};

const NOTHING: Vec<String> = Vec::new();

/// A new shift, each weekend by Akira; returns the path of its page.
fn shift(name: &str) -> String {
    let shifts = format!("/api/xm/1/groups/{GROUP}/shifts");
    let body = json!({"name": name, "start": "2024-01-06T09:00:00Z", "end": "2024-01-06T17:00:00Z",
        "timezone": "Europe/Oslo", "recurrence": {"frequency": "EVERY_WEEKEND_DAY"}});
    let made = server().api(WORK, ADMIN, "POST", &shifts, &body);
    let id = made.get("id").and_then(Value::as_str).unwrap().to_owned();
    let members = format!("{shifts}/{id}/members");
    let member = json!({"recipient": {"id": "akira", "recipientType": "PERSON"}});
    server().api(WORK, ADMIN, "POST", &members, &member);
    server().path(WORK, &format!("/groups/{{group}}/shifts/{id}"))
}

fn end_of(path: &str) -> String {
    let id = path.rsplit('/').next().unwrap();
    let shift = server().ask(WORK, &format!("/api/xm/1/groups/{GROUP}/shifts/{id}"));
    shift.get("end").and_then(Value::as_str).unwrap().to_owned()
}

fn admin() -> Lease {
    signed_in(WORK, ADMIN)
}

#[test]
fn what_changes_is_seen_before_it_is_saved() {
    let path = shift("Seen before");
    let tab = admin();
    tab.go(&path);
    let before = end_of(&path);
    tab.pick("First end", "2024-01-06T20:00");
    tab.until("document.querySelector('#preview .changed')");
    tab.until("document.querySelectorAll('#preview .changed-lines li').length > 0");
    assert_eq!(end_of(&path), before, "a look saves nothing");
    assert_eq!(tab.violations(), NOTHING);
    tab.press("Save");
    tab.sees("Seen before was saved.");
    assert_ne!(end_of(&path), before);
    assert_eq!(tab.mishaps(&[]), NOTHING);
}

#[test]
fn what_changes_is_seen_without_scripts_too() {
    let path = shift("Seen plainly");
    let tab = admin();
    tab.scripts(Scripts::Off);
    tab.go(&path);
    let before = end_of(&path);
    tab.choose("Repeats", "Every day");
    tab.press("Show what changes");
    tab.until("document.querySelector('#preview .changed')");
    assert_eq!(end_of(&path), before);
    tab.press("Save");
    tab.sees("Seen plainly was saved.");
}

#[test]
fn a_shift_is_edited_with_keys_alone() {
    let path = shift("Keys alone");
    let tab = admin();
    tab.go(&path);
    tab.tab_and_fill("Name", "Keys alone, renamed");
    tab.tab_and_press("Show what changes");
    tab.until("document.querySelector('#preview .changed')");
    tab.tab_and_press("Save");
    tab.sees("Keys alone, renamed was saved.");
}

#[test]
fn the_second_editor_of_a_shift_sees_the_first_ones_change() {
    let path = shift("Edited twice");
    let (first, second) = (admin(), admin());
    for tab in [&first, &second] {
        tab.go(&path);
    }
    first.fill("Name", "Edited first");
    first.press("Save");
    first.sees("Edited first was saved.");
    second.fill("Name", "Edited second");
    second.press("Save");
    second.sees("Somebody else changed this while you were editing");
    second.sees("Edited first");
    assert_eq!(second.value("Name"), "Edited second", "nothing typed is lost");
    assert_eq!(second.violations(), NOTHING);
}

#[test]
fn somebody_is_away_in_two_clicks() {
    let tab = signed_in(WORK, "bo");
    tab.go("/on-call");
    tab.press("I’m away");
    tab.until("location.pathname === '/absences'");
    assert_eq!(tab.violations(), NOTHING);
    let tomorrow = add_minutes(Clock::System.now(), 24 * 60).to_string();
    tab.pick("Until", &tomorrow[.."2026-01-01T00:00".len()]);
    tab.press("Save absence");
    tab.sees("Bo Ek is away");
    assert_eq!(tab.mishaps(&[]), NOTHING);
}
