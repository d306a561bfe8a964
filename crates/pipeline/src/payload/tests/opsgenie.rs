//! Alerts of Opsgenie's API.

use firebell_domain::alert::Priority;
use firebell_domain::event::EventAction;
use firebell_domain::recipient::Pointer;
use serde_json::{Value, json};

use super::super::opsgenie::{note, parse};
use super::*;

fn good(body: &Value) -> Draft {
    let draft = parse(body.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert!(is_within_bounds(&draft));
    draft
}

#[test]
fn an_alert_tells_everything() {
    let draft = good(&json!({
        "message": "Disk almost full on db-3",
        "alias": "db-3/disk",
        "description": "Two percent left.",
        "responders": [
            { "type": "team", "name": "Database Team" },
            { "type": "user", "username": "akira" },
            { "type": "team", "id": "4513b7ea-3b91-438f-b7e4-e3e54af9147c" },
            { "type": "team" }, 7
        ],
        "visibleTo": [{ "type": "team", "name": "Readers" }],
        "tags": ["capacity", "db"],
        "details": { "free": "2 %", "firebell_recipients": "bo" },
        "entity": "db-3", "source": "10.0.0.1", "priority": "P1", "user": "sample", "note": "n"
    }));
    assert_eq!(draft.action, EventAction::Trigger);
    assert_eq!(draft.summary, "Disk almost full on db-3");
    assert_eq!(draft.dedup_key.as_deref(), Some("db-3/disk"));
    assert_eq!(draft.priority, Some(Priority::High));
    let names = ["Database Team", "akira", "4513b7ea-3b91-438f-b7e4-e3e54af9147c", "bo"];
    assert_eq!(draft.recipients, names.map(|name| Pointer(name.to_owned())));
    for (name, value) in [
        ("description", text("Two percent left.")),
        ("entity", text("db-3")),
        ("source", text("10.0.0.1")),
        ("user", text("sample")),
        ("note", text("n")),
        ("details.free", text("2 %")),
        ("tags", Property::List(vec!["capacity".to_owned(), "db".to_owned()])),
    ] {
        assert_eq!(draft.properties.get(name), Some(&value), "{name}");
    }
    assert!(!draft.properties.contains_key("message") && !draft.properties.contains_key("alias"));
}

#[test]
fn priorities_are_five_to_three() {
    for (word, expected) in [
        (json!("P1"), Some(Priority::High)),
        (json!("P2"), Some(Priority::High)),
        (json!("p3"), Some(Priority::Medium)),
        (json!("P4"), Some(Priority::Low)),
        (json!("P5"), Some(Priority::Low)),
        (json!(null), None),
        (json!(""), None),
    ] {
        assert_eq!(good(&json!({ "message": "x", "priority": word })).priority, expected, "{word}");
    }
}

#[test]
fn wrong_fields_are_named() {
    for (body, message) in [
        (
            "[]".to_owned(),
            "body must be an alert object, such as {\"message\": \"Disk full\"}, \
                           not a list.",
        ),
        ("{}".to_owned(), "message is missing or blank."),
        (r#"{"message": {}}"#.to_owned(), "message must be a string, not an object."),
        (
            r#"{"message": "x", "priority": "urgent"}"#.to_owned(),
            "priority must be P1, P2, P3, P4 or P5, not \"urgent\".",
        ),
        (
            format!(r#"{{"message": "x", "alias": "{}"}}"#, "a".repeat(513)),
            "alias must have at most 512 characters.",
        ),
    ] {
        let error = parse(body.as_bytes()).expect_err("refused");
        assert_eq!(error.to_string(), message, "{body}");
    }
    let long = good(&json!({ "message": "y".repeat(5_000) }));
    assert_eq!(long.summary.chars().count(), 1_024);
    assert!(long.properties.contains_key("message"), "the rest is told too");
}

#[test]
fn what_is_to_become_of_an_alert_names_it_in_the_path() {
    for body in ["", "{}", r#"{"user": "sample", "note": "fixed", "message": "x"}"#] {
        let draft = note(body.as_bytes(), EventAction::Resolve, " db-3/disk ").expect("understood");
        assert_eq!(draft.action, EventAction::Resolve);
        assert_eq!(draft.dedup_key.as_deref(), Some("db-3/disk"));
    }
    assert!(note(b"[]", EventAction::Resolve, "a").is_err());
    let error = note(b"", EventAction::Resolve, "  ").expect_err("refused");
    assert_eq!(error.to_string(), "alias is missing or blank.");
}
