//! Whatever is posted: no panic, and every bound holds.

use firebell_domain::event::EventAction;
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

use super::super::{opsgenie, pagerduty};
use super::*;

/// Every parser on one body; what comes out is within its bounds.
pub(super) fn survive(body: &[u8]) {
    for format in Format::ALL {
        match parse(format, body, now()) {
            Ok(drafts) => {
                assert!(drafts.len() <= ALERTS_PER_REQUEST_MAX);
                assert!(drafts.iter().all(is_within_bounds), "{format:?} {drafts:?}");
            }
            Err(error) => {
                assert!(!error.field().is_empty() && error.to_string().len() < 5000, "{error}");
            }
        }
    }
    for parsed in [
        opsgenie::note(body, EventAction::Resolve, "an alias"),
        opsgenie::note(body, EventAction::Acknowledge, &"é".repeat(600)),
    ] {
        assert!(parsed.as_ref().is_ok_and(is_within_bounds) || parsed.is_err(), "{parsed:?}");
    }
    let masked = pagerduty::without_key(body, "secret-of-the-sender");
    let is_text = std::str::from_utf8(body).is_ok();
    assert!(!is_text || !masked.windows(20).any(|part| part == b"secret-of-the-sender"));
    let outcome = alertmanager_v2::parse(body, now());
    assert!(outcome.drafts.iter().all(is_within_bounds));
    if let Some(error) = outcome.error {
        assert!(serde_json::from_str::<Value>(&error.body).is_ok(), "{}", error.body);
        assert!(error.body.len() < 10_000 && (400..500).contains(&error.status));
    }
}

/// The keys the parsers look for.
const KNOWN: [&str; 38] = [
    "recipients",
    "id",
    "targetName",
    "properties",
    "priority",
    "expirationInMinutes",
    "action",
    "escalationOverride",
    "summary",
    "message",
    "dedupKey",
    "alias",
    "alerts",
    "labels",
    "annotations",
    "status",
    "fingerprint",
    "startsAt",
    "endsAt",
    "version",
    "severity",
    "firebell_recipients",
    "truncatedAlerts",
    "category",
    "value",
    "groupKey",
    "routing_key",
    "event_action",
    "payload",
    "custom_details",
    "source",
    "links",
    "href",
    "images",
    "responders",
    "details",
    "tags",
    "description",
];

/// JSON that knows them.
fn json() -> impl Strategy<Value = Value> {
    let known = prop::sample::select(KNOWN.to_vec());
    let word = prop::sample::select(vec![
        "HIGH",
        "firing",
        "resolved",
        "trigger",
        "4",
        "2026-03-02T09:00:00Z",
        "0001-01-01T00:00:00Z",
        "99999-01-01T00:00:00Z",
        "\0",
        "",
        " ",
        "a,b,,c",
        "P1",
        "resolve",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|f| Number::from_f64(f).map_or(Value::Null, Value::Number)),
        word.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 96, 8, move |inner| {
        let key = prop_oneof![4 => known.clone().prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::vec((key, inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        survive(&body);
    }

    #[test]
    fn arbitrary_json_never_panics(value in json()) {
        survive(value.to_string().as_bytes());
    }

    #[test]
    fn alerts_of_arbitrary_json_never_panic(alerts in prop::collection::vec(json(), 0..4)) {
        let alerts = Value::Array(alerts);
        survive(alerts.to_string().as_bytes());
        survive(serde_json::json!({ "alerts": alerts }).to_string().as_bytes());
    }

    #[test]
    fn damaged_bodies_never_panic(at in any::<prop::sample::Index>(), with in any::<u8>()) {
        let good = r#"{"alerts":[{"labels":{"alertname":"x"},"status":"firing"}],"id":["a"]}"#;
        let mut body = good.as_bytes().to_vec();
        let place = at.index(body.len());
        body[place] = with;
        survive(&body);
        survive(&good.as_bytes()[..place]);
    }
}

#[test]
fn deep_nesting_is_refused_or_bounded() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [10, 100, 127, 128, 129, 90_000] {
            let closed = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            survive(closed.as_bytes());
            survive(open.repeat(depth).as_bytes());
            survive(format!("{{\"properties\":{{\"x\":{closed}}}}}").as_bytes());
        }
    }
    let deep = "[".repeat(100_000);
    let error = parse(Format::Generic, deep.as_bytes(), now()).expect_err("refused");
    assert!(error.to_string().contains("recursion limit exceeded"), "{error}");
}

#[test]
fn a_long_key_is_not_copied_for_each_leaf() {
    let leaves: Vec<String> = (0..5000).map(|n| format!("\"{n}\":1")).collect();
    let body = format!("{{\"{}\":{{{}}}}}", "k".repeat(100_000), leaves.join(","));
    let drafts = parse(Format::Generic, body.as_bytes(), now()).expect("understood");
    let names: usize = drafts[0].properties.keys().map(String::len).sum();
    assert!(names <= PROPERTIES_MAX * PROPERTY_NAME_CHARS_MAX * 4);
}
