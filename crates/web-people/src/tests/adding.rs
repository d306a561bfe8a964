//! Adding somebody: the states of the button, the attempt, the last seat, and what is entered.

use firebell_base::time::add_seconds;
use firebell_config::EntitlementChange;
use firebell_domain::licence::Entitlement;
use firebell_domain::person::{LicenceType, Status};
use firebell_testkit::pages::{Page, Pages};
use firebell_testkit::postgres::TestEngine;

use super::{Hanging, entitle, hard, pages};
use crate::router;

/// What every attempt fills in.
const SOMEBODY: [(&str, &str); 7] = [
    ("targetName", "new.one"),
    ("firstName", "New"),
    ("lastName", "Øne"),
    ("roles", "Standard User"),
    ("userStatus", "ACTIVE"),
    ("licenseType", "FULL_USER"),
    ("supervisors", "ada"),
];

fn somebody<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let replaced = |name: &str| more.iter().any(|(other, _)| *other == name);
    let kept = SOMEBODY.into_iter().filter(|(name, _)| !replaced(name));
    kept.chain(more.iter().copied()).collect()
}

/// The button's own tag.
fn button(page: &Page) -> String {
    let at = page.html.find("id=\"add-user\"").unwrap();
    let start = page.html[..at].rfind('<').unwrap();
    page.html[start..at].to_owned()
}

async fn full(engine: TestEngine) -> Pages {
    let pages = pages(engine).await;
    // Ada, Bo, Gil, Pia and Rea are active full users, Sten a stakeholder.
    entitle(&pages, hard(LicenceType::FullUser, 5)).await;
    pages
}

#[tokio::test]
async fn free_licences_leave_the_button_enabled() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        entitle(&pages, hard(LicenceType::FullUser, 6)).await;
        let page = pages.get("ada", "/users").await;
        page.is(200).says(&["5 of 6 full-user licences held"]);
        assert!(button(&page).starts_with("<a ") && !button(&page).contains("disabled"));
        let panel = pages.part("ada", "/users/new").await;
        panel.is(200).says(&["1 free, confirmed"]).is_silent_about(&["<!doctype"]);
        pages.get("ada", "/users/new").await.is(200).says(&["<!doctype html>"]);
    }
}

#[tokio::test]
async fn a_confirmed_denial_refuses_the_button_with_its_proof_and_ways_on() {
    for engine in TestEngine::ALL {
        let pages = full(engine).await;
        let page = pages.get("ada", "/users").await;
        let revision = pages.directory().revision;
        // 08:30:00 UTC is 09:30:00 in Oslo, where Ada is.
        let told = format!(
            "All 5 full-user licences are in use (confirmed 09:30:00 at revision {revision})"
        );
        page.is(200).says(&[&told, "See who holds them", "Ask your operator for more"]);
        page.says(&["users?status=ACTIVE&#38;licence=FULL_USER", "users/more-licences"]);
        let tag = button(&page);
        assert!(tag.starts_with("<button type=\"button\""), "{tag}");
        assert!(
            tag.contains("aria-disabled=\"true\"") && tag.contains("aria-describedby"),
            "{tag}"
        );
        assert!(!tag.contains(" disabled"), "it can be focused: {tag}");
        // What it is refused for does not hide that stakeholders are free.
        page.says(&["Add stakeholder user", "Stakeholder licences are free"]);
        entitle(&pages, hard(LicenceType::StakeholderUser, 1)).await;
        let page = pages.get("ada", "/users").await;
        page.says(&["All 1 stakeholder-user licences are in use"]);
        page.is_silent_about(&["Add stakeholder user", "Stakeholder licences are free"]);
        let more = pages.get("ada", "/users/more-licences").await;
        more.is(200).says(&["5 of 5 full-user licences held", "mailto:?subject=", "sample"]);
    }
}

#[tokio::test]
async fn who_is_not_denied_is_not_refused() {
    let pages = pages(TestEngine::Sqlite).await;
    let enabled = |page: &Page| button(page).starts_with("<a ");
    // Unlimited.
    assert!(enabled(&pages.get("ada", "/users").await));
    // Only stakeholders are denied.
    entitle(&pages, hard(LicenceType::StakeholderUser, 1)).await;
    let page = pages.get("ada", "/users").await;
    assert!(enabled(&page));
    pages.get("ada", "/users/new").await.says(&["All 1 stakeholder-user licences are in use"]);
    // Nobody set how many there are.
    entitle(&pages, EntitlementChange::Remove(LicenceType::FullUser)).await;
    let page = pages.get("ada", "/users").await;
    assert!(enabled(&page));
    page.says(&["it is not known how many there are"]).is_silent_about(&["in use", "0 of 0"]);
    let refused = pages.post("ada", "/users/new", &SOMEBODY).await;
    refused.is(503).says(&["We could not confirm your licences just now, so nobody was added."]);
    refused.is_silent_about(&["full-user licences are in use", "No licence"]);
}

#[tokio::test]
async fn licences_that_ended_are_denied_with_their_date() {
    let pages = pages(TestEngine::Sqlite).await;
    let ended = Entitlement {
        valid_until: Some(add_seconds(pages.ui.clock.now(), -60)),
        ..Entitlement::unlimited(LicenceType::FullUser)
    };
    entitle(&pages, EntitlementChange::Set(ended)).await;
    let page = pages.get("ada", "/users").await;
    assert!(button(&page).starts_with("<button "));
    page.says(&["The full-user licences ended at 09:29 CET", "nobody loses theirs"]);
    pages
        .post("ada", "/users/new", &SOMEBODY)
        .await
        .is(409)
        .says(&["ended at", "Nobody was added"]);
}

#[tokio::test]
async fn a_database_that_is_away_refuses_no_button_and_keeps_entries() {
    for engine in TestEngine::ALL {
        let pages = full(engine).await;
        let cookie = pages.session("ada");
        pages.world.db.close();
        let page = pages.get(&cookie, "/users").await;
        page.is(200).says(&["could not be confirmed just now", "Bo Ek"]);
        assert!(button(&page).starts_with("<a "), "{engine:?}");
        let attempt = pages.post(&cookie, "/users/new", &SOMEBODY).await;
        attempt.is(503).says(&[
            "We could not confirm your licences just now, so nobody was added. Your entries are \
             kept; try again in a moment.",
            "value=\"new.one\"",
            "value=\"Øne\"",
        ]);
        attempt.is_silent_about(&["are in use", "No licence"]);
    }
}

#[tokio::test]
async fn a_database_that_hangs_holds_up_no_page_and_adds_nobody_later() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        entitle(&pages, hard(LicenceType::FullUser, 6)).await;
        let cookie = pages.session("ada");
        let clock = firebell_base::Clock::System;
        let hanging = Hanging::of(&pages.world.db);
        let began = clock.now();
        let page = pages.get(&cookie, "/users").await;
        let waited = clock.now().as_microsecond() - began.as_microsecond();
        page.is(200).says(&["could not be confirmed just now"]);
        assert!(button(&page).starts_with("<a "));
        assert!(waited < 5_000_000, "{waited} us");
        if engine == TestEngine::Sqlite {
            let attempt = pages.post(&cookie, "/users/new", &SOMEBODY).await;
            attempt.is(503).says(&["so nobody was added", "value=\"new.one\""]);
            drop(hanging);
            // What was given up is not done when the database comes back: this waits behind it.
            let other = somebody(&[("targetName", "other")]);
            pages.post(&cookie, "/users/new", &other).await.is(303);
            let directory = pages.directory();
            assert!(directory.person_by_name("other").is_some());
            assert!(directory.person_by_name("new.one").is_none());
        }
    }
}

#[tokio::test]
async fn somebody_is_added_once_however_often_it_is_sent() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let form = pages.get("ada", "/users/new").await;
        let key = form.field("key").unwrap();
        let fields = somebody(&[
            ("key", key.as_str()),
            ("emailAddress", "new.one@example.org"),
            ("userSite", "Oslo office"),
            ("propertyName", ""),
            ("propertyValue", ""),
            ("propertyName", "desk"),
            ("propertyValue", "4.12"),
        ]);
        let (one, two) = tokio::join!(
            pages.post("ada", "/users/new", &fields),
            pages.post("ada", "/users/new", &fields)
        );
        assert_eq!(one.is(303).location(), two.is(303).location());
        let directory = pages.directory();
        assert_eq!(directory.people().len(), 8, "{engine:?}");
        let made = directory.person_by_name("new.one").unwrap();
        assert_eq!(made.web_login.as_str(), "new.one");
        assert_eq!(made.zone.name(), "Europe/Oslo", "the site's");
        assert_eq!(made.supervisors, [pages.person("ada")]);
        assert_eq!(made.properties["desk"].to_string(), "4.12");
        assert_eq!(directory.devices_of(made.id).count(), 1);
        let shown = pages.get("ada", &format!("/users/{}", made.id)).await;
        shown.is(200).says(&["New Øne", "new.one@example.org", "4.12", "Oslo office"]);
        // The same form with somebody else in it: told, not taken for a success.
        let other = somebody(&[("key", key.as_str()), ("targetName", "else")]);
        let told = pages.post("ada", "/users/new", &other).await;
        told.is(409)
            .says(&["Somebody else was added with this form before: new.one", "value=\"else\""]);
        assert_ne!(told.field("key"), Some(key));
        // One more at once.
        let again = somebody(&[("targetName", "third"), ("again", "yes")]);
        assert_eq!(
            pages.post("ada", "/users/new", &again).await.is(303).location(),
            "../users/new"
        );
    }
}

#[tokio::test]
async fn of_two_forms_for_the_last_licence_one_gets_it() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        entitle(&pages, hard(LicenceType::FullUser, 6)).await;
        let fields = |name| somebody(&[("targetName", name), ("firstName", "Zoë")]);
        let (a, b) = (fields("race.a"), fields("race.b"));
        let (one, two) =
            tokio::join!(pages.post("ada", "/users/new", &a), pages.post("ada", "/users/new", &b));
        let [won, lost] = if one.status.as_u16() == 303 { [one, two] } else { [two, one] };
        won.is(303);
        lost.is(409).says(&[
            "All 6 full-user licences are in use (confirmed 09:30:00",
            "Nobody was added",
            "See who holds them",
            "value=\"Zoë\"",
        ]);
        assert_eq!(pages.directory().people().len(), 8);
        // An inactive user or a stakeholder needs no full licence.
        let inactive = somebody(&[("userStatus", "INACTIVE")]);
        pages.post("ada", "/users/new", &inactive).await.is(303);
        let stakeholder = somebody(&[("targetName", "stake"), ("licenseType", "STAKEHOLDER_USER")]);
        pages.post("ada", "/users/new", &stakeholder).await.is(303);
        // Activating needs one, too.
        let id = pages.person("new.one");
        let denied = pages.post("ada", &format!("/users/{id}/activate"), &[]).await;
        denied.is(409).says(&["All 6 full-user licences are in use", "Nothing was changed"]);
        let found = pages.directory();
        assert_eq!(found.person(id).map(|one| one.status), Some(Status::Inactive));
    }
}

#[tokio::test]
async fn what_cannot_be_is_said_at_its_field_and_kept() {
    let pages = pages(TestEngine::Sqlite).await;
    let long = "x".repeat(101);
    for (field, value, told) in [
        ("targetName", "", "User ID must not be empty"),
        ("targetName", "a|b", "User ID must not contain |"),
        ("targetName", "BO", "User ID there is another one with this name"),
        ("firstName", long.as_str(), "First name must be at most 100 characters"),
        ("lastName", "a\u{202E}b", "Last name must not contain the invisible character U+202E"),
        ("webLogin", "bo", "Web login somebody else signs in with this name"),
        ("timezone", "Mars/Base", "Time zone "),
        ("language", "no such language", "Language must be a language tag"),
        ("userSite", "Mars", "Site there is no site"),
        ("supervisors", "nobody", "Supervisors there is no user"),
        ("roles", "Root", "Roles there is no role"),
        ("userStatus", "GONE", "Status must be one of the two"),
        ("licenseType", "GOLD", "Licence must be one of the two"),
        ("emailAddress", "a@", "Work e-mail must be an e-mail address"),
        ("phoneLogin", "abc", "Phone login must be 1 to 30 digits"),
    ] {
        let fields = somebody(&[(field, value), ("externalKey", "kept & <b>safe</b>")]);
        let page = pages.post("ada", "/users/new", &fields).await;
        page.is(422).says(&[told, "kept &#38; &#60;b&#62;safe&#60;/b&#62;"]);
        page.says(&[&format!("#f-{field}")]);
    }
    let hostile = [("targetName", "𝔘.ser"), ("firstName", "<script>"), ("lastName", "Ω\u{1F514}")];
    pages.post("ada", "/users/new", &somebody(&hostile)).await.is(303);
    assert!(pages.directory().person_by_name("𝔘.SER".to_lowercase().as_str()).is_some());
    let pair = [("propertyName", ""), ("propertyValue", "x")];
    pages.post("ada", "/users/new", &somebody(&pair)).await.is(422).says(&["needs a name"]);
    let huge = "y".repeat(300 * 1024);
    pages.post("ada", "/users/new", &[("targetName", &huge)]).await.is(413);
    assert_eq!(pages.directory().people().len(), 8);
}

#[tokio::test]
async fn nobody_adds_without_the_right_or_above_themselves() {
    let pages = pages(TestEngine::Sqlite).await;
    for who in ["bo", "rea", "gil", "sten"] {
        pages.get(who, "/users/new").await.is(403).says(&["Person Supervisor"]);
        pages.post(who, "/users/new", &SOMEBODY).await.is(403);
        pages.get(who, "/users/import").await.is(403);
        pages.get(who, "/users/more-licences").await.is(403);
    }
    pages.post("pia", "/users/new", &SOMEBODY).await.is(303);
    let greater = somebody(&[("targetName", "boss"), ("roles", "Full Access User")]);
    pages.post("pia", "/users/new", &greater).await.is(422).says(&["You may not"]);
    assert!(pages.directory().person_by_name("boss").is_none());
    // Somebody without a session is led to sign in, and what was typed is kept.
    pages.post("", "/users/new", &SOMEBODY).await.says(&["sign in", "new.one"]);
}

#[tokio::test]
async fn an_invitation_is_sent_to_the_new_address() {
    let mails: std::sync::Arc<std::sync::Mutex<Vec<Vec<String>>>> = std::sync::Arc::default();
    let sent = std::sync::Arc::clone(&mails);
    let pages = pages(TestEngine::Sqlite).await;
    let pages = pages.with(router(), move |parts| {
        let authenticator = firebell_access::Authenticator::new(&parts.random)
            .with_sessions(firebell_access::Sessions::new(&parts.link_key))
            .with_mailer(std::sync::Arc::new(move |mail| sent.lock().unwrap().push(mail.to)));
        parts.authenticator = std::sync::Arc::new(authenticator);
    });
    let fields = somebody(&[("emailAddress", "new@example.org"), ("invite", "yes")]);
    let made = pages.post("ada", "/users/new", &fields).await;
    made.is(303);
    assert_eq!(*mails.lock().unwrap(), [vec!["new@example.org".to_owned()]]);
    let (bo, pia) = (pages.person("bo"), pages.person("pia"));
    let again = pages.post("ada", &format!("/users/{bo}/password-mail"), &[]).await;
    again.is(303);
    assert_eq!(mails.lock().unwrap().last(), Some(&vec!["bo@example.org".to_owned()]));
    // Pia has no device: the button says so, and so does the attempt.
    let page = pages.get("ada", &format!("/users/{pia}")).await;
    page.says(&["an active e-mail device", "aria-disabled"]);
    pages.post("ada", &format!("/users/{pia}/password-mail"), &[]).await.is(422);
}
