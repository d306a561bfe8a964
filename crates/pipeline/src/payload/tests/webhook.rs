//! Alertmanager's webhook, version 4.

use firebell_domain::alert::Priority;
use firebell_domain::event::EventAction;
use firebell_domain::recipient::Pointer;
use serde_json::{Value, json};

use super::super::alertmanager_webhook::parse;
use super::*;

/// The shape Alertmanager 0.25 posts; all names are samples.
fn body() -> Value {
    json!({
        "receiver": "firebell",
        "status": "firing",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "DiskFull", "instance": "db-1:9100",
                    "severity": "critical"},
                "annotations": {"summary": "Disk of db-1 is full",
                    "runbook": "https://wiki.example/disk",
                    "firebell_recipients": "akira, Database Team"},
                "startsAt": "2026-03-02T08:59:00.123Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://prometheus.example/graph?g0.expr=up",
                "fingerprint": "2ea0d8cbfb4bf6f2"
            },
            {
                "status": "resolved",
                "labels": {"alertname": "DiskFull", "instance": "db-2:9100", "severity": "warning"},
                "annotations": {},
                "startsAt": "2026-03-02T08:00:00Z",
                "endsAt": "2026-03-02T08:58:00Z",
                "generatorURL": "",
                "fingerprint": "0f0f0f0f0f0f0f0f"
            }
        ],
        "groupLabels": {"alertname": "DiskFull"},
        "commonLabels": {"alertname": "DiskFull"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "version": "4",
        "groupKey": "{}:{alertname=\"DiskFull\"}",
        "truncatedAlerts": 0,
        "notification_reason": "new in a later release"
    })
}

fn good(body: &Value) -> Vec<Draft> {
    let drafts = parse(body.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert!(drafts.iter().all(is_within_bounds));
    drafts
}

fn bad(body: &Value) -> String {
    let error = parse(body.to_string().as_bytes()).expect_err("refused");
    assert!(!error.field().is_empty());
    error.to_string()
}

#[test]
fn each_alert_is_one_event() {
    let drafts = good(&body());
    let [first, second] = drafts.as_slice() else { panic!("{drafts:?}") };
    assert_eq!(first.action, EventAction::Trigger);
    assert_eq!(first.dedup_key.as_deref(), Some("2ea0d8cbfb4bf6f2"));
    assert_eq!(first.summary, "Disk of db-1 is full");
    assert_eq!(first.priority, Some(Priority::High));
    let names = ["akira", "Database Team"].map(|name| Pointer(name.to_owned()));
    assert_eq!(first.recipients, names);
    for (name, value) in [
        ("alertname", "DiskFull"),
        ("annotation.runbook", "https://wiki.example/disk"),
        ("startsAt", "2026-03-02T08:59:00.123Z"),
        ("generatorURL", "http://prometheus.example/graph?g0.expr=up"),
        ("externalURL", "http://alertmanager.example"),
        ("receiver", "firebell"),
        ("groupKey", "{}:{alertname=\"DiskFull\"}"),
    ] {
        assert_eq!(first.properties.get(name), Some(&text(value)), "{name}");
    }
    assert!(
        !first.properties.contains_key("endsAt")
            && !first.properties.contains_key("truncatedAlerts")
    );
    assert_eq!(second.action, EventAction::Resolve);
    assert_eq!(second.priority, Some(Priority::Medium));
    assert_eq!(second.summary, "DiskFull on db-2:9100");
    assert_eq!(second.properties.get("endsAt"), Some(&text("2026-03-02T08:58:00Z")));
}

#[test]
fn the_year_one_is_no_time_however_it_is_written() {
    for none in ["0001-01-01T00:00:00.000Z", "0001-01-01T01:00:00+01:00", " "] {
        let mut body = body();
        body["alerts"][0]["endsAt"] = none.into();
        let draft = &good(&body)[0];
        assert_eq!(draft.action, EventAction::Trigger, "{none:?}");
        assert!(!draft.properties.contains_key("endsAt"), "{none:?}");
    }
}

#[test]
fn a_missing_fingerprint_is_computed_as_the_api_computes_it() {
    let mut body = body();
    let labels = body["alerts"][0]["labels"].clone();
    body["alerts"][0]["fingerprint"] = Value::Null;
    let through_webhook = good(&body)[0].dedup_key.clone();
    let list = json!([{"labels": labels}]).to_string();
    let through_api = alertmanager_v2::parse(list.as_bytes(), now());
    assert_eq!(through_webhook, through_api.drafts[0].dedup_key);
    assert_eq!(through_webhook.expect("computed").len(), 16);
}

#[test]
fn what_is_missing_or_different_is_tolerated() {
    let mut truncated = body();
    truncated["truncatedAlerts"] = json!(7);
    truncated["alerts"][0].as_object_mut().expect("an object").remove("status");
    truncated["status"] = json!("resolved");
    let drafts = good(&truncated);
    assert_eq!(drafts[0].action, EventAction::Resolve, "the group's status counts");
    assert_eq!(drafts[1].properties.get("truncatedAlerts"), Some(&text("7")));

    for body in [
        json!({"alerts": []}),
        json!({"version": "1", "alerts": [{"labels": {"alertname": "x"}, "status": "FIRING"}]}),
        json!({"alerts": [{"fingerprint": "abc"}]}),
        json!({"alerts": [{"labels": {"n": 1, "b": true, "gone": null, "startsAt": "mine"},
            "startsAt": "99999-01-01T00:00:00Z", "endsAt": 7}]}),
    ] {
        let drafts = good(&body);
        let wanted = body["alerts"].as_array().expect("a list").len();
        assert_eq!(drafts.len(), wanted, "{body}");
        if let Some(Property::Text(starts)) =
            drafts.first().and_then(|d| d.properties.get("startsAt"))
        {
            assert_eq!(starts, "mine", "labels win over circumstances");
        }
    }
}

/// The shape Grafana's webhook contact point posts.
#[test]
fn grafanas_webhook_is_read_with_its_links() {
    let body = json!({
        "receiver": "firebell", "status": "firing", "orgId": 1, "version": "1",
        "groupKey": "{}:{alertname=\"Sample\"}", "truncatedAlerts": 0,
        "title": "[FIRING:1] Sample", "state": "alerting", "message": "**Firing**",
        "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "http://grafana.example/",
        "alerts": [{
            "status": "firing",
            "labels": { "alertname": "Sample", "grafana_folder": "Samples", "severity": "critical" },
            "annotations": { "summary": "Too many errors" },
            "startsAt": "2026-03-02T08:59:00Z", "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://grafana.example/alerting/1/edit",
            "fingerprint": "57c6d9296de2ad39",
            "silenceURL": "http://grafana.example/alerting/silence/new",
            "dashboardURL": "http://grafana.example/d/1", "panelURL": "",
            "values": { "A": 0, "B": 7.5 }, "valueString": "[ var='A' value=0 ]", "orgId": 1
        }]
    });
    let drafts = good(&body);
    let [draft] = drafts.as_slice() else { panic!("{drafts:?}") };
    assert_eq!((draft.summary.as_str(), draft.action), ("Too many errors", EventAction::Trigger));
    assert_eq!(draft.dedup_key.as_deref(), Some("57c6d9296de2ad39"));
    assert_eq!(draft.priority, Some(Priority::High));
    for (name, value) in [
        ("dashboardURL", "http://grafana.example/d/1"),
        ("silenceURL", "http://grafana.example/alerting/silence/new"),
        ("valueString", "[ var='A' value=0 ]"),
    ] {
        assert_eq!(draft.properties.get(name), Some(&text(value)), "{name}");
    }
    assert!(!draft.properties.contains_key("panelURL") && !draft.properties.contains_key("endsAt"));
}

#[test]
fn wrong_fields_are_named_with_the_remedy() {
    let hint = " If the sender is not Alertmanager, point it at a generic integration.";
    for (body, message) in [
        (json!({"version": "4"}), "alerts must be present: a list of alerts.".to_owned()),
        (
            json!({"version": "4", "alerts": {}}),
            "alerts must be a list of alerts, not an object.".to_owned(),
        ),
        (
            json!({"version": "4", "alerts": [1]}),
            "alerts[0] must be an object, not a number.".to_owned(),
        ),
        (
            json!({"version": "4", "alerts": [{}]}),
            "alerts[0] must have labels, or a fingerprint.".to_owned(),
        ),
        (
            json!({"version": "4", "alerts": [{"labels": []}]}),
            "alerts[0].labels must be an object of names and texts, not a list.".to_owned(),
        ),
        (
            json!({"version": "4", "alerts": [{"labels": {"a": []}}]}),
            "alerts[0].labels.a must be a string, not a list.".to_owned(),
        ),
        (
            json!({"version": "4", "alerts": [{"fingerprint": 7}]}),
            "alerts[0].fingerprint must be a string, not a number.".to_owned(),
        ),
        (
            json!({"version": "4", "alerts": [{"labels": {"a": "b"}, "status": "pending"}]}),
            "alerts[0].status must be firing or resolved, not \"pending\".".to_owned(),
        ),
        (json!({"title": "x"}), format!("alerts must be present: a list of alerts.{hint}")),
    ] {
        assert_eq!(bad(&body), message, "{body}");
    }
    let grafana = bad(&json!({"version": "1", "state": "alerting"}));
    assert!(grafana.contains("this body says version \"1\""), "{grafana}");
    assert_eq!(parse(b"7").expect_err("refused").field(), "body");
    assert_eq!(parse(b"").expect_err("refused").field(), "body");
}

#[test]
fn the_number_of_alerts_is_bounded_and_common_texts_do_not_multiply() {
    let alert = json!({"fingerprint": "a"});
    let of = |n: usize| {
        json!({"version": "4", "alerts": vec![alert.clone(); n],
        "groupKey": "k".repeat(100_000)})
    };
    let drafts = good(&of(ALERTS_PER_REQUEST_MAX));
    assert_eq!(drafts.len(), ALERTS_PER_REQUEST_MAX);
    let Some(Property::Text(key)) = drafts[0].properties.get("groupKey") else { panic!("no key") };
    assert_eq!(key.chars().count(), 1024);
    assert!(bad(&of(ALERTS_PER_REQUEST_MAX + 1)).contains("at most 5000 alerts, not 5001"));
}
