//! Forms: listed, made, changed, refused.

use firebell_domain::form::Action;
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use super::{HOSTILE, open};

fn fields<'f>(name: &'f str, recipients: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("name", name),
        ("recipients", recipients),
        ("priority", "LOW"),
        ("minutes", "60"),
        ("devices", "yes"),
        ("subject", "{{ summary }}"),
        ("answer-1-text", "On it"),
        ("answer-1-action", "ASSIGN_TO_USER"),
        ("answer-1-contribution", "POSITIVE"),
        ("answer-1-comments", "yes"),
        ("answer-9-text", "Over"),
        ("answer-9-action", "END"),
        ("answer-9-contribution", "NONE"),
    ]
}

fn id(pages: &Pages, name: &str) -> String {
    let directory = pages.directory();
    let found = directory.forms().find(|form| form.name.as_str() == name);
    found.map_or_else(|| panic!("no form {name}"), |form| form.id.to_string())
}

#[tokio::test]
async fn they_are_made_and_changed() {
    let pages = open(TestEngine::Sqlite).await;
    let list = pages.get("bo", "/integrations/forms").await;
    list.is(200).says(&["Alerts", "Payments", "1 integration uses it"]);
    list.is_silent_about(&["forms/new"]);
    pages.get("ada", "/integrations/forms/new").await.is(200).says(&["On it", "Ends the alert"]);
    pages.post("ada", "/integrations/forms", &fields("Night", "Payments, bo")).await.is(303);
    let path = format!("/integrations/forms/{}", id(&pages, "Night"));
    let directory = pages.directory();
    let made = directory.forms().find(|form| form.name.as_str() == "Night").expect("made");
    assert_eq!((made.recipients.len(), made.expiration_minutes), (2, 60));
    let actions: Vec<(u8, Action)> = made.options.iter().map(|o| (o.number, o.action)).collect();
    assert_eq!(actions, [(1, Action::AssignToUser), (9, Action::End)]);
    assert!(made.override_device_restrictions && !made.escalation_override);
    let page = pages.get("ada", &path).await;
    let rev = page.is(200).field("rev").expect("a revision");
    let mut again = fields("Night watch", "bo");
    again.push(("rev", &rev));
    pages.post("ada", &path, &again).await.is(303);
    let second = pages.post("ada", &path, &again).await;
    second.is(409).says(&["Night watch"]);
    pages.get("bo", &path).await.is(200).says(&["disabled", "Night watch"]);
}

#[tokio::test]
async fn what_is_wrong_is_named_and_kept() {
    let pages = open(TestEngine::Sqlite).await;
    for (field, value, says) in [
        ("name", "", "must not be empty"),
        ("name", "alerts", "alerts"),
        ("recipients", "nobody", "called nobody"),
        ("priority", "URGENT", "Choose a priority"),
        ("minutes", "0", "whole number of minutes"),
        ("minutes", "50000", "whole number of minutes"),
        ("answer-1-action", "DANCE", "Choose what the answer does"),
        ("answer-9-text", "on it", "is there twice"),
    ] {
        let mut wrong = fields("New", "bo");
        for entry in &mut wrong {
            if entry.0 == field {
                entry.1 = value;
            }
        }
        let page = pages.post("ada", "/integrations/forms", &wrong).await;
        page.is(422).says(&[says]);
        assert_eq!(page.field("subject").as_deref(), Some("{{ summary }}"), "{field}");
    }
    let hostile = pages.post("ada", "/integrations/forms", &fields(HOSTILE, HOSTILE)).await;
    hostile.is(422).is_silent_about(&["<script>alert"]);
    pages.post("gil", "/integrations/forms", &fields("New", "bo")).await.is(403);
    pages.get("ada", "/integrations/forms/nothing").await.is(404);
    assert_eq!(pages.directory().forms().count(), 1);
}
