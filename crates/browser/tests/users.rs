//! Adding and editing users: with free licences, with none, with unknown ones; two editors at once;
//! a session that ends while somebody types.

use firebell_browser::keyboard::{CONTROL, ENTER};
use firebell_browser::pool::signed_in;
use firebell_browser::sample::{ADMIN, FULL, PASSWORD, UNSURE, WORK};
use firebell_browser::server::server;
use firebell_browser::tab::{PHONE, Scripts, Tab};
use serde_json::{Value, json};

const NOTHING: Vec<String> = Vec::new();
const ADD: &str = "Add User";

fn enter(tab: &Tab, id: &str) {
    tab.fill("User ID", id);
    tab.fill("First name", "Sample");
    tab.fill("Last name", id);
}

#[test]
fn somebody_is_added_from_the_list() {
    let tab = signed_in(WORK, ADMIN);
    tab.go("/users");
    tab.press(ADD);
    enter(&tab, "panel");
    assert_eq!(tab.violations(), NOTHING);
    tab.press_at("form[action$='users/new'] button[type=submit]");
    tab.sees("Sample panel was added.");
    assert_eq!(tab.mishaps(&[]), NOTHING);
}

#[test]
fn somebody_is_added_without_scripts() {
    let tab = signed_in(WORK, ADMIN);
    tab.scripts(Scripts::Off);
    tab.go("/users");
    tab.press(ADD);
    tab.arrives("/users/new");
    enter(&tab, "plain");
    tab.press_at("form[action$='users/new'] button[type=submit]");
    tab.sees("Sample plain was added.");
}

#[test]
fn somebody_is_added_with_keys_alone() {
    let tab = signed_in(WORK, ADMIN);
    tab.go("/users");
    tab.tab_and_press(ADD);
    tab.tab_and_fill("User ID", "keys");
    tab.tab_and_fill("First name", "Sample");
    tab.tab_and_fill("Last name", "keys");
    tab.keys(ENTER);
    tab.sees("Sample keys was added.");
}

#[test]
fn what_is_wrong_is_told_at_the_field_and_entries_stay() {
    let tab = signed_in(WORK, ADMIN);
    tab.go("/users/new");
    enter(&tab, "akira");
    tab.press_at("form[action$='users/new'] button[type=submit]");
    tab.until("document.querySelector('[aria-invalid=true]')");
    assert_eq!(tab.value("Last name"), "akira");
    assert_eq!(tab.violations(), NOTHING);
    let faulty = tab.element("document.querySelector('[aria-invalid=true]')", &[]);
    let told = tab.told(&faulty);
    assert!(!told.description.is_empty(), "the reason is read with the field: {told:?}");
}

/// The founding fault of this kind of system was a button that was grey without a reason.
#[test]
fn without_a_free_licence_the_button_says_why() {
    let tab = signed_in(FULL, ADMIN);
    tab.go("/users");
    let reason = "All 4 full-user licences are in use";
    let button = tab.control(ADD);
    let told = tab.told(&button);
    assert_eq!((told.role.as_str(), told.name.as_str()), ("button", ADD));
    assert!(told.disabled && told.focusable, "{told:?}");
    assert!(told.description.contains(reason), "{told:?}");
    assert!(told.description.contains("confirmed"), "{told:?}");
    // With keys: the focus goes there, and the reason is shown.
    tab.tab_to(ADD);
    tab.sees(reason);
    let seen = "(() => {
      const why = document.getElementById(document.activeElement.getAttribute('aria-describedby'));
      return why && why.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        && why.getBoundingClientRect().height > 10;
    })()";
    tab.until(seen);
    assert_eq!(tab.violations(), NOTHING);
    tab.keys(ENTER);
    assert!(tab.path().starts_with("/users") && !tab.path().starts_with("/users/new"));
    assert_eq!(tab.mishaps(&[]), NOTHING);
}

#[test]
fn a_thumb_learns_why_too() {
    let tab = signed_in(FULL, ADMIN);
    tab.screen(PHONE);
    tab.go("/users");
    tab.press(ADD);
    tab.sees("All 4 full-user licences are in use");
    assert!(tab.path().starts_with("/users") && !tab.path().starts_with("/users/new"));
}

#[test]
fn who_tries_all_the_same_hears_the_numbers_and_loses_nothing() {
    let tab = signed_in(FULL, ADMIN);
    tab.go("/users/new");
    enter(&tab, "fifth");
    tab.press_at("form[action$='users/new'] button[type=submit]");
    tab.sees("All 4 full-user licences are in use");
    tab.sees("Nobody was added");
    assert_eq!(tab.value("User ID"), "fifth");
    assert_eq!(tab.mishaps(&[409]), NOTHING);
}

#[test]
fn what_is_not_confirmed_denies_nobody() {
    let tab = signed_in(UNSURE, ADMIN);
    tab.go("/users");
    let told = tab.told(&tab.control(ADD));
    assert!(!told.disabled, "{told:?}");
    tab.go("/users/new");
    enter(&tab, "unsure");
    tab.press_at("form[action$='users/new'] button[type=submit]");
    tab.sees("We could not confirm your licences just now, so nobody was added.");
    assert!(!tab.text().contains("are in use"), "{}", tab.account());
    assert_eq!(tab.value("User ID"), "unsure");
    assert_eq!(tab.mishaps(&[503]), NOTHING);
}

fn id_of(name: &str) -> String {
    let person = server().ask(WORK, &format!("/api/xm/1/people/{name}"));
    person.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn add(name: &str) -> String {
    let body = json!({"targetName": name, "firstName": "Sample", "lastName": name,
        "roles": ["Standard User"]});
    server().api(WORK, ADMIN, "POST", "/api/xm/1/people", &body);
    id_of(name)
}

#[test]
fn the_second_editor_sees_what_the_first_one_changed() {
    let id = add("twice");
    let (first, second) = (signed_in(WORK, ADMIN), signed_in(WORK, ADMIN));
    for tab in [&first, &second] {
        tab.go(&format!("/users/{id}/edit"));
    }
    first.fill("First name", "Early");
    first.press("Save");
    first.sees("was saved");
    second.fill("Last name", "Late");
    second.press("Save");
    second.sees("Somebody else changed this while you were editing");
    second.sees("Early");
    assert_eq!(second.value("Last name"), "Late", "nothing typed is lost");
    assert_eq!(second.violations(), NOTHING);
    second.press("Save mine over it");
    second.sees("was saved");
    let person = server().ask(WORK, &format!("/api/xm/1/people/{id}"));
    assert_eq!(person.get("lastName"), Some(&json!("Late")));
}

#[test]
fn what_was_typed_survives_the_end_of_the_session() {
    let tab = signed_in(WORK, "mia");
    // A session of her own: ending it concerns no other test.
    tab.cookie(&server().new_cookie(WORK, "mia"));
    tab.go("/alerts/new");
    tab.fill("Title", "Typed before the session ended");
    tab.fill("Message", "line one");
    server().api(
        WORK,
        ADMIN,
        "DELETE",
        "/api/firebell/1/sign-in/sessions?person=mia",
        &Value::Null,
    );
    tab.press("Send");
    tab.sees("Sign in");
    tab.fill("Password", PASSWORD);
    tab.press("Sign in");
    tab.until("[...document.querySelectorAll('input, textarea')].some((e) => e.value.includes('Typed before'))");
    tab.chord(CONTROL, "a");
}

#[test]
fn a_table_is_imported_after_a_look_at_what_it_changes() {
    let tab = signed_in(WORK, ADMIN);
    tab.go("/users/import");
    tab.fill("Or paste it here", "user_id,first_name,last_name\nimported,Sample,Imported\n");
    tab.press("Show what would change");
    tab.sees("imported");
    assert_eq!(tab.violations(), NOTHING);
    let before = server().status(&format!("/users/{}", "imported"), &server().cookie(WORK, ADMIN));
    assert_eq!(before, 404, "a look changes nothing");
    tab.press_at("main form button.main");
    tab.sees("Imported:");
    assert!(!id_of("imported").is_empty());
}
