//! Alertmanager's own API, with its own words for errors.

use firebell_domain::event::EventAction;
use serde_json::{Value, json};

use super::super::alertmanager_v2::{V2Error, V2Outcome, parse};
use super::*;

fn read(body: &Value) -> V2Outcome {
    let outcome = parse(body.to_string().as_bytes(), now());
    assert!(outcome.drafts.iter().all(is_within_bounds));
    outcome
}

fn good(body: &Value) -> Vec<Draft> {
    let outcome = read(body);
    assert_eq!(outcome.error, None, "{body}");
    outcome.drafts
}

fn error(status: u16, body: &str) -> V2Error {
    V2Error { status, body: body.to_owned() }
}

#[test]
fn an_alert_as_prometheus_posts_it() {
    let drafts = good(&json!([{
        "labels": {"alertname": "TargetDown", "job": "node", "severity": "page", "empty": ""},
        "annotations": {"summary": "A sample target is down"},
        "startsAt": "2026-03-02T08:58:30.5Z",
        "endsAt": "2026-03-02T09:04:30.5Z",
        "generatorURL": "http://prometheus.example/graph"
    }]));
    let [draft] = drafts.as_slice() else { panic!("{drafts:?}") };
    assert_eq!(draft.action, EventAction::Trigger);
    assert_eq!(draft.summary, "A sample target is down");
    assert_eq!(draft.properties.get("startsAt"), Some(&text("2026-03-02T08:58:30.5Z")));
    assert!(!draft.properties.contains_key("empty") && !draft.properties.contains_key("endsAt"));
    let without_empty =
        json!([{"labels": {"alertname": "TargetDown", "job": "node", "severity": "page"}}]);
    assert_eq!(good(&without_empty)[0].dedup_key, draft.dedup_key);
}

#[test]
fn the_end_decides_between_trigger_and_resolve() {
    for (starts, ends, expected) in [
        (None, None, EventAction::Trigger),
        (Some(at(-60)), None, EventAction::Trigger),
        (None, Some(at(-1)), EventAction::Resolve),
        (None, Some(at(0)), EventAction::Resolve),
        (None, Some(at(1)), EventAction::Trigger),
        (Some(at(-60)), Some(at(-30)), EventAction::Resolve),
        (Some(at(-60)), Some("0001-01-01T00:00:00Z".to_owned()), EventAction::Trigger),
        (Some(String::new()), Some(String::new()), EventAction::Trigger),
        (
            Some("2026-03-02T08:00:00".to_owned()),
            Some("2026-03-02T09:59:00+01:00".to_owned()),
            EventAction::Resolve,
        ),
        (
            Some("0000-01-01T00:00:00Z".to_owned()),
            Some("9999-12-30T00:00:00Z".to_owned()),
            EventAction::Trigger,
        ),
    ] {
        let drafts = good(&json!([{"labels": {"a": "b"}, "startsAt": starts, "endsAt": ends}]));
        assert_eq!(drafts[0].action, expected, "{starts:?} {ends:?}");
    }
    let resolved = good(&json!([{"labels": {"a": "b"}, "endsAt": at(-1)}]));
    assert_eq!(resolved[0].properties.get("startsAt"), Some(&text(&at(-1))), "start is the end");
}

#[test]
fn the_year_one_is_no_end_however_it_is_written() {
    for none in [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00.000Z",
        "0001-01-01T00:00:00.000000000Z",
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T01:00:00+01:00",
        "0001-01-01T00:00:00-08:00",
        "0000-12-31T16:00:00-08:00",
        "0001-01-01T00:00:00",
        " 0001-01-01t00:00:00z ",
    ] {
        let body = json!([{"labels": {"a": "b"}, "startsAt": none, "endsAt": none}]);
        let drafts = good(&body);
        assert_eq!(drafts[0].action, EventAction::Trigger, "{none}");
        assert_eq!(drafts[0].properties.get("startsAt"), Some(&text(&at(0))), "{none}");
    }
    let early = json!([{"labels": {"a": "b"}, "endsAt": "0002-01-01T00:00:00Z"}]);
    assert_eq!(good(&early)[0].action, EventAction::Resolve);
}

#[test]
fn meaning_is_answered_with_a_bare_string() {
    for (alert, message) in [
        (json!({"labels": {}}), r#""at least one label pair required""#),
        (json!({"labels": {"a": ""}}), r#""at least one label pair required""#),
        (
            json!({"labels": {"a": "b"}, "startsAt": at(10), "endsAt": at(5)}),
            r#""start time must be before end time""#,
        ),
        (
            json!({"labels": {"a": "b"}, "startsAt": at(301)}),
            r#""start time must be before end time""#,
        ),
        (
            json!({"labels": {"0bad-name": "b"}}),
            r#""invalid label set: invalid name \"0bad-name\"""#,
        ),
        (json!({"labels": {"": "b"}}), r#""invalid label set: invalid name \"\"""#),
        (
            json!({"labels": {"a": "b"}, "annotations": {"1": ""}}),
            r#""invalid annotations: invalid name \"1\"""#,
        ),
    ] {
        let outcome = read(&json!([alert]));
        assert_eq!(
            outcome,
            V2Outcome { drafts: Vec::new(), error: Some(error(400, message)) },
            "{alert}"
        );
    }
    assert_eq!(good(&json!([])), []);
    assert_eq!(good(&json!([{"labels": {"service.name": "sample", "_x": "ø"}}])).len(), 1);
}

#[test]
fn the_valid_alerts_of_a_mixed_list_are_kept() {
    let outcome = read(&json!([
        {"labels": {}}, {"labels": {"a": "b"}}, {"labels": {"1": "b"}}, {"labels": {"c": "d"}}
    ]));
    assert_eq!(outcome.drafts.len(), 2);
    let message = r#""at least one label pair required; invalid label set: invalid name \"1\"""#;
    assert_eq!(outcome.error, Some(error(400, message)));
    let mixed = json!([{"labels": {}}, {"labels": {"a": "b"}}]).to_string();
    let drafts = super::super::parse(Format::Alertmanager, mixed.as_bytes(), now());
    assert_eq!(drafts.expect("the valid one").len(), 1);
    let none = super::super::parse(Format::Alertmanager, b" [{\"labels\": {}}]", now());
    assert!(none.expect_err("refused").to_string().contains("at least one label pair required"));
    let many = read(&Value::Array(vec![json!({"labels": {}}); 1000])).error.expect("an error");
    assert!(many.body.ends_with("; and 980 more\"") && many.body.len() < 2000, "{}", many.body);
}

#[test]
fn types_are_answered_with_an_object_and_nothing_is_taken() {
    let parsing = r#"{"code":400,"message":"parsing alerts body from \"\" failed, because "#;
    for (body, status, start) in [
        ("", 422, r#"{"code":602,"message":"alerts in body is required"}"#),
        ("null", 422, r#"{"code":602,"message":"alerts in body is required"}"#),
        ("{}", 400, parsing),
        ("[", 400, parsing),
        ("[1]", 400, parsing),
        (r#"[{"labels": {"a": 1}}]"#, 400, parsing),
        (r#"[{"labels": []}]"#, 400, parsing),
        (r#"[{"labels": {"a": "b"}, "startsAt": "yesterday"}]"#, 400, parsing),
        (r#"[{"labels": {"a": "b"}, "endsAt": "99999-01-01T00:00:00Z"}]"#, 400, parsing),
        (r#"[{"labels": {"a": "b"}, "endsAt": 7}]"#, 400, parsing),
        (r#"[{"labels": {"a": "b"}, "generatorURL": 7}]"#, 400, parsing),
        (
            r#"[{"labels": {"a": "b"}}, {"annotations": {}}]"#,
            422,
            r#"{"code":602,"message":"labels in body is required"}"#,
        ),
    ] {
        let outcome = parse(body.as_bytes(), now());
        let error = outcome.error.expect("an error");
        assert_eq!(error.status, status, "{body}");
        assert!(error.body.starts_with(start), "{body}: {}", error.body);
        assert_eq!(outcome.drafts, [], "{body}");
    }
}

#[test]
fn size_and_number_are_bounded() {
    let many = vec![json!({"labels": {"a": "b"}}); ALERTS_PER_REQUEST_MAX];
    assert_eq!(good(&Value::Array(many.clone())).len(), ALERTS_PER_REQUEST_MAX);
    let one_more: Vec<Value> = many.into_iter().chain([json!({"labels": {"a": "b"}})]).collect();
    let refused = read(&Value::Array(one_more)).error.expect("an error");
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("at most 5000 items, not 5001"), "{}", refused.body);
    let large = parse(&vec![b' '; API_BODY_BYTES_MAX + 1], now()).error.expect("an error");
    assert_eq!(large.status, 413);
}
