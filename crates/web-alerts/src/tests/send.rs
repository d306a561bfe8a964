//! Messages from a form.

use firebell_domain::alert::Priority;
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use super::{BOUND, pages};

/// The form's fields for a message to Ada.
fn fields(pages: &Pages) -> Vec<(String, String)> {
    let door = pages.world.integration("Monitor").id.to_string();
    let ada = format!("person:{}", pages.person("ada"));
    let list = [
        ("summary", "Please look".to_owned()),
        ("text", "At the\nprinter".to_owned()),
        ("door", door),
        ("priority", "LOW".to_owned()),
        ("properties", "room = 7\n\nfloor=2".to_owned()),
        ("to", ada),
        ("do", "send".to_owned()),
    ];
    list.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

fn with(fields: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let mut fields = fields.to_vec();
    fields.retain(|(key, _)| key != name);
    fields.push((name.to_owned(), value.to_owned()));
    fields
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test]
async fn a_message_becomes_an_alert_and_leads_to_it() {
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 0).await;
        let fields = fields(&pages);
        let cookie = pages.session("bo");
        // The engine takes its turn while the page waits for the alert.
        let sent = async { pages.post(&cookie, "/alerts/new", &borrowed(&fields)).await };
        let turns = async {
            for _ in 0..200 {
                if !pages.world.alerts().await.is_empty() {
                    return;
                }
                pages.world.turn().await;
                tokio::task::yield_now().await;
            }
        };
        let both = async { tokio::join!(sent, turns) };
        let (sent, ()) = tokio::time::timeout(BOUND, both).await.expect("in time");
        sent.is(303);
        let alert = pages.world.alert().await;
        assert_eq!(sent.location(), format!("../alerts/{}", alert.id), "{engine:?}");
        assert_eq!((alert.summary.as_str(), alert.priority), ("Please look", Priority::Low));
        let property = |name: &str| alert.properties.get(name).map(ToString::to_string);
        assert_eq!(property("room").as_deref(), Some("7"));
        assert_eq!(property("message").as_deref(), Some("At the\nprinter"));
        assert_eq!(property("sent by").as_deref(), Some("Bo Ek"));
        pages.world.settle().await;
        assert_eq!(pages.world.sent.names(), ["Ada Admin"], "not the form's recipients");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_at_the_field_and_entries_are_kept() {
    let pages = pages(TestEngine::Sqlite, 0).await;
    let good = fields(&pages);
    let long = "x".repeat(1_025);
    let table = [
        ("summary", "", "Give a title"),
        ("summary", long.as_str(), "at most 1024 characters"),
        ("summary", "a\u{202e}b", "characters nobody can see"),
        ("door", "x", "Choose a form."),
        ("priority", "URGENT", "Choose High"),
        ("properties", "no sign", "Line 1 is not of the form"),
        ("properties", "=x", "Line 1 is not of the form"),
        ("to", "", "Choose somebody"),
        ("to", "person:01234567-89ab-7def-8123-456789abcdef", "does not exist any more"),
        ("to", "group:x", "does not exist any more"),
    ];
    for (name, value, says) in table {
        let seen = pages.post("bo", "/alerts/new", &borrowed(&with(&good, name, value))).await;
        seen.is(422).says(&[says]);
        if name != "text" {
            seen.says(&["At the\nprinter"]);
        }
    }
    assert!(pages.world.alerts().await.is_empty());
    for who in ["rea", "sten"] {
        pages.get(who, "/alerts/new").await.is(403).says(&["You may not send events"]);
        pages.post(who, "/alerts/new", &borrowed(&good)).await.is(403);
        pages.get(who, "/alerts/new/find?find=ada").await.is(403);
    }
}

#[tokio::test]
async fn recipients_are_found_by_name() {
    let pages = pages(TestEngine::Sqlite, 0).await;
    let part = pages.part("bo", "/alerts/new/find?find=pay").await;
    part.is(200).says(&["Payments", "group:"]).is_silent_about(&["<html"]);
    let seen = pages.get("bo", "/alerts/new/find?find=EK").await;
    seen.says(&["Bo Ek"]).is_silent_about(&["Old Hand"]);
    pages.get("bo", "/alerts/new/find?find=old").await.says(&["Nobody is called so."]);
    // Without scripts: the form comes back with what was found and what was entered.
    let chosen = format!("person:{}", pages.person("ada"));
    let fields = [("do", "find"), ("find", "plat"), ("summary", "Kept"), ("to", chosen.as_str())];
    let seen = pages.post("bo", "/alerts/new", &fields).await;
    seen.is(200).says(&["Platform", "Ada Admin", "value=\"Kept\""]);
    let group = pages.directory().group_by_name("Payments").expect("the group").id;
    let seen = pages.get("bo", &format!("/alerts/new?to=group:{group}")).await;
    seen.is(200).says(&["Payments", "checked"]);
}
