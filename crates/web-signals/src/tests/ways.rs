//! Events as they were sent, a test event and its way.

use firebell_base::time::add_minutes;
use firebell_config::document::{self, Document, Mode};
use firebell_domain::alert::State;
use firebell_domain::instance::Region;
use firebell_testkit::postgres::TestEngine;

use super::{HOSTILE, door, open};
use crate::edit::json_text;

#[tokio::test]
async fn payloads_are_shown_as_text_and_summaries_are_inert() {
    for engine in TestEngine::ALL {
        let mut pages = open(engine).await;
        let door = door(&pages, "Monitor").id;
        let hostile = json_text(HOSTILE);
        let body = format!(r#"{{"summary": {hostile}, "host": {hostile}, "dedupKey": {hostile}}}"#);
        pages.world.send("Monitor", r#"{"dedupKey": "gone", "action": "resolve"}"#).await;
        // Events of one millisecond have no order.
        pages.world.clock.set(add_minutes(pages.world.now(), 1));
        pages.world.send("Monitor", &body).await;
        let list = pages.get("bo", &format!("/integrations/{door}")).await;
        list.is(200).says(&["&#60;script&#62;", "\\u{202e}", "\\u{200b}", "Nothing open"]);
        list.is_silent_about(&["<script>alert", "\u{202e}", "\u{200b}"]);
        let from = list.html.find("/events/").expect("a link to an event") + 8;
        let event: String = list.html[from..].chars().take_while(|c| *c != '"').collect();
        let page = pages.get("bo", &format!("/integrations/{door}/events/{event}")).await;
        page.is(200).says(&["&#60;script&#62;", "Payload", "Opened an alert", "dedupKey"]);
        page.is_silent_about(&["<script>alert", "\u{202e}", "\u{200b}"]);
        pages.get("bo", &format!("/integrations/{door}/events/nothing")).await.is(404);
        // Another integration's page is not the event's place.
        pages
            .world
            .apply(
                "version: 1\nintegrations:\n  - { name: Other, format: generic, form: Alerts }\n",
            )
            .await;
        let other = super::door(&pages, "Other").id;
        pages.get("bo", &format!("/integrations/{other}/events/{event}")).await.is(404);
    }
}

#[tokio::test]
async fn a_test_event_says_whom_it_tells_and_shows_its_way() {
    for engine in TestEngine::ALL {
        let mut pages = open(engine).await;
        let path = format!("/integrations/{}/test", door(&pages, "Monitor").id);
        let form = pages.get("bo", &format!("{path}?to=form")).await;
        form.is(200).says(&[
            "2 people would be told",
            "Bo Ek",
            "Gil Group",
            "Work Email",
            "Payments",
        ]);
        let me = pages.get("bo", &path).await;
        me.is(200).says(&["1 person would be told", "Bo Ek"]).is_silent_about(&["Gil Group"]);
        assert_eq!(pages.world.alerts().await.len(), 0, "looking sends nothing");

        let sent = pages.post("bo", &path, &[("to", "me")]).await;
        let place = sent.is(303).location().trim_start_matches("../").to_owned();
        assert!(place.starts_with("integrations/"), "{place}");
        let place = format!("/{place}");
        let waits = pages.get("bo", &place).await;
        waits.is(200).says(&["Accepted and on disk", "hx-trigger=\"load delay:1s\""]);
        pages.world.settle().await;
        let alert = pages.world.alert().await;
        assert_eq!(alert.state, State::Open);
        let way = pages.get("bo", &place).await;
        way.is(200).says(&["Opened an alert", &format!("alerts/{}", alert.id), "Bo Ek"]);
        let part = pages.part("bo", &place).await;
        part.is(200).says(&["Opened an alert", "id=\"way\""]).is_silent_about(&["<html"]);
        assert_eq!(pages.world.sent.names(), ["Bo Ek"], "only who asked for it was told");

        // Each test is a thing of its own.
        pages.post("bo", &path, &[("to", "form")]).await.is(303);
        pages.world.settle().await;
        assert_eq!(pages.world.alerts().await.len(), 2);
        pages.get("bo", &format!("{path}/nothing")).await.is(404);
    }
}

#[tokio::test]
async fn another_tenants_doors_and_events_are_not_there() {
    let mut pages = open(TestEngine::Sqlite).await;
    pages.world.send("Monitor", r#"{"summary": "acmeonly"}"#).await;
    let ours = door(&pages, "Monitor").id;
    let list = pages.get("ada", &format!("/integrations/{ours}")).await;
    let from = list.html.rfind("/events/").expect("a link to an event") + 8;
    let event: String = list.html[from..].chars().take_while(|c| *c != '"').collect();
    let now = pages.world.now();
    let by = firebell_config::Author::new("test", "another tenant");
    let authority = pages.world.authority.clone();
    let other = authority.create_instance("globex", Region::Emea, &by, now).await.expect("made");
    let document = "version: 1\npeople:\n  - { targetName: eve, firstName: Eve, lastName: Sample, \
                    roles: [Full Access User] }\n";
    let document = Document::parse(document).expect("a document");
    let no = other.instance.no;
    document::apply(&authority, no, &by, document, Mode::Keep, now).await.expect("applied");
    let theirs = pages.world.snapshots.instance(other.instance.no).expect("the other instance");
    let eve = pages.session_in(&theirs, "eve");
    let path = format!("/integrations/{ours}");
    for place in [
        path.clone(),
        format!("{path}/edit"),
        format!("{path}/test"),
        format!("{path}/events/{event}"),
        format!("/integrations/forms/{}", door(&pages, "Monitor").form),
    ] {
        pages.get(&eve, &place).await.is(404).is_silent_about(&["acmeonly", "Monitor"]);
    }
    for deed in ["key", "deactivate", "remove", "test"] {
        let page = pages.post(&eve, &format!("{path}/{deed}"), &[("typed", "Monitor")]).await;
        page.is(404);
    }
    pages.get(&eve, "/integrations").await.is(200).is_silent_about(&["Monitor"]);
}
