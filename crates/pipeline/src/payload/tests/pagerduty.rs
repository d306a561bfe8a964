//! Events of PagerDuty's Events API v2.

use firebell_domain::alert::Priority;
use firebell_domain::event::EventAction;
use firebell_domain::recipient::Pointer;
use serde_json::{Value, json};

use super::super::pagerduty::{parse, routing_key, without_key};
use super::*;

const KEY: &str = "fbk_sample_sample_sample_sample_sam";

fn body() -> Value {
    json!({
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": "db-3/disk",
        "client": "Sample monitor",
        "client_url": "https://monitor.example/3",
        "links": [{ "href": "https://wiki.example/disk", "text": "Runbook" }, { "href": "" }, 7],
        "images": [{ "src": "https://monitor.example/3.png" }],
        "payload": {
            "summary": "Disk almost full on db-3",
            "source": "db-3",
            "severity": "critical",
            "timestamp": "2026-03-02T08:59:00.000+0000",
            "component": "disk",
            "group": "payments",
            "class": "capacity",
            "custom_details": { "free": "2 %", "load": { "one": 1.5 },
                "firebell_recipients": "akira, Database Team" }
        }
    })
}

fn good(body: &Value) -> Draft {
    let draft = parse(body.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert!(is_within_bounds(&draft));
    draft
}

fn bad(body: &Value) -> String {
    let error = parse(body.to_string().as_bytes()).expect_err("refused");
    assert!(!error.field().is_empty());
    error.to_string()
}

#[test]
fn a_trigger_tells_everything_but_its_key() {
    let draft = good(&body());
    assert_eq!(draft.action, EventAction::Trigger);
    assert_eq!(draft.summary, "Disk almost full on db-3");
    assert_eq!(draft.dedup_key.as_deref(), Some("db-3/disk"));
    assert_eq!(draft.priority, Some(Priority::High));
    let names = ["akira", "Database Team"].map(|name| Pointer(name.to_owned()));
    assert_eq!(draft.recipients, names);
    for (name, value) in [
        ("source", text("db-3")),
        ("component", text("disk")),
        ("group", text("payments")),
        ("class", text("capacity")),
        ("severity", text("critical")),
        ("timestamp", text("2026-03-02T08:59:00.000+0000")),
        ("custom_details.free", text("2 %")),
        ("custom_details.load.one", Property::Real(1.5)),
        ("client", text("Sample monitor")),
        ("client_url", text("https://monitor.example/3")),
        ("links", Property::List(vec!["Runbook https://wiki.example/disk".to_owned()])),
        ("images", Property::List(vec!["https://monitor.example/3.png".to_owned()])),
    ] {
        assert_eq!(draft.properties.get(name), Some(&value), "{name}");
    }
    assert!(!format!("{draft:?}").contains(KEY), "the key is in no property");
}

#[test]
fn severities_are_priorities_and_strange_ones_the_forms() {
    for (word, expected) in [
        (json!("critical"), Some(Priority::High)),
        (json!("error"), Some(Priority::High)),
        (json!("warning"), Some(Priority::Medium)),
        (json!("info"), Some(Priority::Low)),
        (json!("sev-7"), None),
        (json!(3), None),
        (json!(null), None),
    ] {
        let mut body = body();
        body["payload"]["severity"] = word.clone();
        assert_eq!(good(&body).priority, expected, "{word}");
    }
}

#[test]
fn ends_and_acknowledgements_need_a_key_and_no_payload() {
    for (word, action) in
        [("resolve", EventAction::Resolve), ("Acknowledge", EventAction::Acknowledge)]
    {
        let plain = json!({ "routing_key": KEY, "event_action": word, "dedup_key": " k " });
        let draft = good(&plain);
        assert_eq!((draft.action, draft.dedup_key.as_deref()), (action, Some("k")));
        // Alertmanager sends the payload again.
        let mut whole = body();
        whole["event_action"] = json!(word);
        assert_eq!(good(&whole).action, action);
        let keyless = json!({ "event_action": word });
        assert_eq!(bad(&keyless), "dedup_key is missing or blank.");
    }
    let mut keyless = body();
    keyless["dedup_key"] = json!(null);
    assert_eq!(good(&keyless).dedup_key, None, "always a new alert");
}

#[test]
fn wrong_fields_are_named() {
    for (body, message) in [
        (json!([]), "body must be an event object with routing_key and event_action, not a list."),
        (json!({}), "event_action is missing or blank."),
        (
            json!({ "event_action": "page" }),
            "event_action must be trigger, acknowledge or resolve, not \"page\".",
        ),
        (json!({ "event_action": "trigger" }), "payload is missing or blank."),
        (
            json!({ "event_action": "trigger", "payload": "x" }),
            "payload must be an object, not a string.",
        ),
        (
            json!({ "event_action": "trigger", "payload": { "summary": " \n" } }),
            "payload.summary is missing or blank.",
        ),
        (
            json!({ "event_action": "trigger", "payload": { "summary": [] } }),
            "payload.summary must be a string, not a list.",
        ),
        (
            json!({ "event_action": "resolve", "dedup_key": "k".repeat(513) }),
            "dedup_key must have at most 512 characters.",
        ),
        (
            json!({ "event_action": "resolve", "dedup_key": 7 }),
            "dedup_key must be a string, not a number.",
        ),
    ] {
        assert_eq!(bad(&body), message, "{body}");
    }
    let long = json!({ "event_action": "trigger",
        "payload": { "summary": format!("first\n{}", "x".repeat(3_000)) } });
    let draft = good(&long);
    assert_eq!(draft.summary, "first");
    assert!(draft.properties.contains_key("summary"), "the rest is told too");
}

#[test]
fn the_key_is_read_and_hidden_however_it_is_written() {
    let plain = body().to_string();
    assert_eq!(routing_key(plain.as_bytes()), Ok(KEY.to_owned()));
    let hidden = without_key(plain.as_bytes(), KEY);
    assert_eq!(hidden, plain.replace(KEY, "(key)").into_bytes());
    let escaped = plain.replace("fbk_", "\\u0066bk_");
    assert_eq!(routing_key(escaped.as_bytes()), Ok(KEY.to_owned()));
    let hidden = String::from_utf8(without_key(escaped.as_bytes(), KEY)).expect("text");
    let read: Value = serde_json::from_str(&hidden).expect("still JSON");
    assert_eq!(read["routing_key"], "(key)");
    assert_eq!(read["payload"], body()["payload"]);
    assert_eq!(without_key(b"{\"a\":1}", KEY), b"{\"a\":1}");
    for keyless in [json!({}), json!({ "routing_key": "  " })] {
        let error = routing_key(keyless.to_string().as_bytes()).expect_err("none");
        assert_eq!(error.to_string(), "routing_key is missing or blank.");
    }
}
