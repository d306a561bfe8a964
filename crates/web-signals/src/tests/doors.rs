//! Integrations: listed, made with a key that is shown once, changed, switched off, removed.

use firebell_access::keys;
use firebell_base::time::add_minutes;
use firebell_domain::integration::Format;
use firebell_domain::person::Status;
use firebell_testkit::pages::Page;
use firebell_testkit::postgres::TestEngine;

use super::{HOSTILE, door, open};

/// The key on a page.
fn key(page: &Page) -> Option<String> {
    let from = page.html.find("fbk_")?;
    let key: String = page.html[from..].chars().take_while(char::is_ascii_alphanumeric).collect();
    let rest: String = page.html[from + key.len()..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    Some(format!("{key}{rest}"))
}

#[tokio::test]
async fn they_are_listed_with_what_came_last() {
    for engine in TestEngine::ALL {
        let mut pages = open(engine).await;
        let page = pages.get("bo", "/integrations").await;
        page.is(200).says(&["1 integration takes events.", "Monitor", "Alerts", "None yet"]);
        page.is_silent_about(&["integrations/new"]);
        for _ in 0..3 {
            // Events of one millisecond have no order.
            pages.world.clock.set(add_minutes(pages.world.now(), 1));
            pages.world.send("Monitor", r#"{"summary": "Disk full", "dedupKey": "d"}"#).await;
        }
        let page = pages.get("ada", "/integrations").await;
        page.is(200).says(&["Counted in", "integrations/new"]).is_silent_about(&["None yet"]);
        assert!(page.html.contains(">3</td>"), "{}", page.html);
        let one = pages.get("bo", &format!("/integrations/{}", door(&pages, "Monitor").id)).await;
        one.is(200).says(&["3 events in the last hour", "Disk full", "Opened an alert", "Alert 1"]);
        one.says(&["YOUR-KEY", "http://firebell.example/api/integration/1/functions/"]);
        one.is_silent_about(&["fbk_"]);
        let none = pages.get("ada", "/integrations?q=nothing").await;
        none.is(200).says(&["Nothing matches"]);
        pages.get("ada", "/integrations?status=inactive").await.says(&["Nothing matches"]);
        pages.get("ada", "/integrations?format=generic&q=MON").await.says(&["Monitor"]);
    }
}

#[tokio::test]
async fn a_key_is_shown_once_and_lets_events_in() {
    let pages = open(TestEngine::Sqlite).await;
    let form = pages.get("ada", "/integrations/new").await;
    form.is(200).says(&["Prometheus, Alertmanager, Grafana", "PagerDuty Events v2", "Opsgenie"]);
    for format in Format::ALL {
        let name = format!("door {}", format.word());
        let fields =
            [("name", name.as_str()), ("format", format.word()), ("recipients", "Payments\nbo")];
        let made = pages.post("ada", "/integrations", &fields).await;
        made.is(201).says(&["is not shown again", "http://firebell.example"]);
        let shown = key(&made).expect("a key");
        assert_eq!(made.location(), "", "the key is in no address");
        let made_door = door(&pages, &name);
        assert!(keys::matches(&shown, &made_door.key_hash), "{shown}");
        assert_eq!((made_door.format, made_door.status), (format, Status::Active));
        let directory = pages.directory();
        let own = directory.form(made_door.form).expect("its form");
        assert_eq!((own.name.as_str(), own.recipients.len()), (name.as_str(), 2));
        for path in [
            "/integrations".to_owned(),
            format!("/integrations/{}", made_door.id),
            format!("/integrations/{}/edit", made_door.id),
        ] {
            pages.get("ada", &path).await.is(200).is_silent_about(&[&shown]);
        }
    }
}

#[tokio::test]
async fn a_new_key_ends_the_old_one() {
    let pages = open(TestEngine::Sqlite).await;
    let old = door(&pages, "Monitor");
    let path = format!("/integrations/{}", old.id);
    let page = pages.get("ada", &path).await;
    let rev = page.field("rev").expect("a revision");
    let renewed = pages.post("ada", &format!("{path}/key"), &[("rev", &rev)]).await;
    renewed.is(201).says(&["The old key has ended"]);
    let new = door(&pages, "Monitor");
    assert_ne!(new.key_hash, old.key_hash);
    assert!(keys::matches(&key(&renewed).expect("a key"), &new.key_hash));
    // Once more from the old page: somebody was just given a key that must not end by accident.
    pages.post("ada", &format!("{path}/key"), &[("rev", &rev)]).await.is(409);
    assert_eq!(door(&pages, "Monitor").key_hash, new.key_hash);
}

#[tokio::test]
async fn bad_forms_come_back_as_they_were() {
    let pages = open(TestEngine::Sqlite).await;
    let form = door(&pages, "Monitor").form.to_string();
    let long = "x".repeat(101);
    for (fields, says) in [
        (vec![("name", ""), ("format", "generic"), ("form", &*form)], "must not be empty"),
        (vec![("name", &*long), ("format", "generic"), ("form", &*form)], "at most 100"),
        (vec![("name", "a\u{202e}b"), ("format", "generic"), ("form", &*form)], "U+202E"),
        (vec![("name", "Monitor"), ("format", "generic"), ("form", &*form)], "Monitor"),
        (vec![("name", "x"), ("format", "morse"), ("form", &*form)], "Choose what the sender"),
        (vec![("name", "x"), ("format", "generic")], "Choose a form, or name recipients"),
        (vec![("name", "x"), ("format", "generic"), ("form", "nothing")], "Choose a form"),
        (
            vec![("name", "x"), ("format", "generic"), ("recipients", "Nobody Known")],
            "called Nobody Known",
        ),
        (
            vec![("name", "x"), ("format", "generic"), ("form", &*form), ("recipients", "bo")],
            "not both",
        ),
        (
            vec![("name", "x"), ("format", "generic"), ("form", &*form), ("rate", "0")],
            "whole number",
        ),
    ] {
        let page = pages.post("ada", "/integrations", &fields).await;
        page.is(422).says(&[says]);
        assert_eq!(page.field("name").as_deref(), Some(fields[0].1), "what was typed is kept");
    }
    let hostile = [("name", HOSTILE), ("format", HOSTILE), ("recipients", HOSTILE)];
    let page = pages.post("ada", "/integrations", &hostile).await;
    page.is(422).is_silent_about(&["<script>alert"]);
    assert_eq!(pages.directory().integrations().count(), 1);
}

#[tokio::test]
async fn the_second_editor_sees_the_difference() {
    let pages = open(TestEngine::Sqlite).await;
    let old = door(&pages, "Monitor");
    let (path, form) = (format!("/integrations/{}", old.id), old.form.to_string());
    let rev = pages.get("ada", &format!("{path}/edit")).await.field("rev").expect("a revision");
    let fields = |name: &'static str| {
        vec![("name", name), ("format", "alertmanager"), ("form", &*form), ("rev", &*rev)]
    };
    let first = pages.post("ada", &path, &fields("First")).await;
    assert_eq!(
        (first.status.as_u16(), first.location()),
        (303, &*format!("../integrations/{}", old.id))
    );
    let second = pages.post("ada", &path, &fields("Second")).await;
    second.is(409).says(&["First", "Second"]);
    assert_eq!(second.field("name").as_deref(), Some("Second"), "nothing is lost");
    let newest = second.field("rev").expect("the newest revision");
    let over = [("name", "Second"), ("format", "generic"), ("form", &*form), ("rev", &*newest)];
    pages.post("ada", &path, &over).await.is(303);
    assert_eq!(door(&pages, "Second").format, Format::Generic);
}

#[tokio::test]
async fn off_and_on_again_and_gone() {
    let pages = open(TestEngine::Sqlite).await;
    let path = format!("/integrations/{}", door(&pages, "Monitor").id);
    pages.post("ada", &format!("{path}/deactivate"), &[]).await.is(303);
    assert_eq!(door(&pages, "Monitor").status, Status::Inactive);
    pages.get("ada", &path).await.says(&["refuses events"]).is_silent_about(&["/test\""]);
    pages.post("ada", &format!("{path}/test"), &[("to", "me")]).await.is(409);
    pages.post("ada", &format!("{path}/activate"), &[]).await.is(303);
    assert_eq!(door(&pages, "Monitor").status, Status::Active);
    pages.post("ada", &format!("{path}/remove"), &[("typed", "monito")]).await.is(422);
    pages.post("ada", &format!("{path}/remove"), &[]).await.is(422);
    assert_eq!(pages.directory().integrations().count(), 1);
    pages.post("ada", &format!("{path}/remove"), &[("typed", " monitor ")]).await.is(303);
    assert_eq!(pages.directory().integrations().count(), 0);
    pages.get("ada", &path).await.is(404);
    let empty = pages.get("ada", "/integrations").await;
    empty.is(200).says(&["No integrations yet", "alertmanagers:", "firebell.example", "YOUR-KEY"]);
}

#[tokio::test]
async fn who_may_not_is_told_and_nothing_changes() {
    let pages = open(TestEngine::Sqlite).await;
    let path = format!("/integrations/{}", door(&pages, "Monitor").id);
    let before = pages.directory().revision;
    for place in ["/integrations".to_owned(), path.clone()] {
        pages.post("bo", &place, &[("name", "x")]).await.is(403).says(&["integrations"]);
    }
    for deed in ["key", "deactivate", "activate", "remove"] {
        pages.post("gil", &format!("{path}/{deed}"), &[("typed", "Monitor")]).await.is(403);
    }
    for place in ["/integrations/new".to_owned(), format!("{path}/edit")] {
        pages.get("bo", &place).await.is(403);
    }
    pages.get("sten", &format!("{path}/test")).await.is(403);
    pages.get("rea", &format!("{path}/test")).await.is(403);
    let nobody = pages.get("", &path).await;
    assert!(nobody.is(303).location().contains("sign-in"), "{}", nobody.location());
    assert_eq!(pages.directory().revision, before);
    for unknown in ["nothing", "01900000-0000-7000-8000-000000000000"] {
        let path = format!("/integrations/{unknown}");
        for place in [path.clone(), format!("{path}/edit"), format!("{path}/test")] {
            pages.get("ada", &place).await.is(404);
        }
        for deed in ["key", "deactivate", "activate", "remove", "test"] {
            pages.post("ada", &format!("{path}/{deed}"), &[]).await.is(404);
        }
    }
}
