//! The xMatters trigger body and raw webhooks.

use firebell_domain::alert::Priority;
use firebell_domain::event::EventAction;
use firebell_domain::recipient::Pointer;
use serde_json::json;

use super::super::generic::parse;
use super::*;

fn good(body: &str) -> Draft {
    let draft = parse(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
    assert!(is_within_bounds(&draft), "{draft:?}");
    draft
}

fn bad(body: impl AsRef<[u8]>) -> (String, String) {
    let error = parse(body.as_ref()).expect_err("refused");
    (error.field().to_owned(), error.to_string())
}

fn names(draft: &Draft) -> Vec<&str> {
    draft.recipients.iter().map(|pointer| pointer.0.as_str()).collect()
}

#[test]
fn the_whole_trigger_body_is_understood() {
    let draft = good(
        r#"{
          "recipients": [
            {"id": "akira", "recipientType": "PERSON"}, {"targetName": "Database Team"},
            {"id": "bo|Work Phone", "responseCountThreshold": 1}, "ops", null
          ],
          "properties": {"Severity": "Sev-2", "Hosts": ["a", "b"], "Count": 3, "Load": 0.5,
            "Paged": true, "Place": [{"category": "Region", "value": "EMEA"}], "Gone": null},
          "priority": "high", "expirationInMinutes": 180,
          "overrideDeviceRestrictions": true, "escalationOverride": "false",
          "summary": "Checkout errors", "dedupKey": "checkout", "action": "Acknowledge"
        }"#,
    );
    assert_eq!(names(&draft), ["akira", "Database Team", "bo|Work Phone", "ops"]);
    assert_eq!(draft.summary, "Checkout errors");
    assert_eq!(draft.action, EventAction::Acknowledge);
    assert_eq!(draft.priority, Some(Priority::High));
    assert_eq!(draft.dedup_key.as_deref(), Some("checkout"));
    assert_eq!(draft.expiration_minutes, Some(180));
    assert_eq!(draft.override_device_restrictions, Some(true));
    assert_eq!(draft.escalation_override, Some(false));
    let expected = [
        ("Count", Property::Int(3)),
        ("Hosts", Property::List(vec!["a".to_owned(), "b".to_owned()])),
        ("Load", Property::Real(0.5)),
        ("Paged", Property::Bool(true)),
        ("Place", Property::List(vec!["EMEA".to_owned()])),
        ("Severity", text("Sev-2")),
    ];
    let expected = expected.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    assert_eq!(draft.properties, expected);
}

#[test]
fn nothing_is_a_trigger_that_says_nothing() {
    for body in
        ["", " \n", "{}", "\u{FEFF}{}", r#"{"recipients": null, "priority": null, "action": null}"#]
    {
        assert_eq!(good(body), Draft::default(), "{body:?}");
    }
}

#[test]
fn the_summary_is_the_first_of_its_names_and_the_others_stay() {
    let draft = good(r#"{"message": "long story", "title": "Short", "subject": ""}"#);
    assert_eq!(draft.summary, "Short");
    assert_eq!(draft.properties.get("message"), Some(&text("long story")));
    assert!(!draft.properties.contains_key("title"));
    let draft = good(r#"{"message": "first line\nsecond line"}"#);
    assert_eq!(draft.summary, "first line");
    assert_eq!(draft.properties.get("message"), Some(&text("first line\nsecond line")));
    assert_eq!(good(r#"{"title": 500}"#).summary, "500");
    let long = good(&json!({"summary": "x".repeat(1025)}).to_string());
    assert_eq!(long.summary.chars().count(), 1024);
    assert!(long.properties.contains_key("summary"), "nothing is lost by cutting");
}

#[test]
fn a_raw_webhook_becomes_properties() {
    let draft = good(
        r#"{"title": "Build failed", "build": {"number": 7, "author": {"name": "sample"}},
            "tags": ["ci", 1], "steps": [{"n": 1}], "url": "https://ci.example/7", "alias": 42}"#,
    );
    assert_eq!(draft.dedup_key.as_deref(), Some("42"));
    let names: Vec<&str> = draft.properties.keys().map(String::as_str).collect();
    assert_eq!(names, ["build.author.name", "build.number", "steps", "tags", "url"]);
    assert_eq!(draft.properties.get("steps"), Some(&text(r#"[{"n":1}]"#)));
}

#[test]
fn later_duplicates_win_and_unused_names_of_the_dedup_key_stay() {
    let draft =
        good(r#"{"priority": "LOW", "priority": "MEDIUM", "dedup_key": "b", "alias": "c"}"#);
    assert_eq!(draft.priority, Some(Priority::Medium));
    assert_eq!(draft.dedup_key.as_deref(), Some("b"));
    assert_eq!(draft.properties.get("alias"), Some(&text("c")));
    assert_eq!(good(r#"{"dedupKey": " ", "alias": "c"}"#).dedup_key.as_deref(), Some("c"));
}

#[test]
fn nul_characters_are_replaced_everywhere() {
    let draft = good(
        r#"{"summary": "a\u0000b", "x\u0000": "y\u0000", "dedupKey": "k\u0000",
            "recipients": ["r\u0000"],
            "l": ["\u0000"], "j": [["\u0000"]]}"#,
    );
    assert_eq!(draft.summary, "a b");
    assert_eq!(draft.dedup_key.as_deref(), Some("k\u{FFFD}"));
    assert_eq!(draft.recipients, [Pointer("r\u{FFFD}".to_owned())]);
    assert_eq!(draft.properties.get("x\u{FFFD}"), Some(&text("y\u{FFFD}")));
}

/// The field that is refused, and how the message begins.
fn check_bad(body: &str, field: &str, message: &str) {
    let (got_field, got_message) = bad(body);
    assert!(got_message.starts_with(message), "{body}: {got_message}");
    assert_eq!(got_field, field, "{body}");
}

#[test]
fn wrong_recipients_are_named_with_the_remedy() {
    let example = r#"such as [{"id": "akira"}] or ["akira"]"#;
    for (body, field, rule) in [
        (r#""akira""#, "recipients", format!("be a list, {example}, not a string.")),
        (r#"["a", {"id": 7}]"#, "recipients[1].id", "be a string, not a number.".to_owned()),
        (
            r#"[{"targetName": []}]"#,
            "recipients[0].targetName",
            "be a string, not a list.".to_owned(),
        ),
        ("[{}]", "recipients[0]", "have an id (a UUID or a target name).".to_owned()),
        (r#"[" "]"#, "recipients[0]", "not be empty.".to_owned()),
        ("[7]", "recipients[0]", "be a string or an object with an id, not a number.".to_owned()),
    ] {
        let body = format!("{{\"recipients\": {body}}}");
        check_bad(&body, field, &format!("{field} must {rule}"));
    }
}

#[test]
fn wrong_fields_are_named_with_the_remedy() {
    let minutes = "be a whole number of minutes from 1 to 527040.";
    let action = r#"be trigger, acknowledge or resolve, not "opened"."#;
    for (field, value, rule) in [
        ("properties", "[]", "be an object of names and values, not a list."),
        ("priority", r#""P1""#, r#"be LOW, MEDIUM or HIGH, not "P1"."#),
        ("priority", "1", "be LOW, MEDIUM or HIGH, not a number."),
        ("action", r#""opened""#, action),
        ("expirationInMinutes", "0", minutes),
        ("expirationInMinutes", "527041", minutes),
        ("expirationInMinutes", "-1", minutes),
        ("expirationInMinutes", "1.5", minutes),
        ("expirationInMinutes", r#""soon""#, minutes),
        ("expirationInMinutes", "99999999999", minutes),
        ("expirationInMinutes", "[]", "be a whole number of minutes, not a list."),
        ("escalationOverride", r#""maybe""#, r#"be true or false, not "maybe"."#),
        ("overrideDeviceRestrictions", "1", "be true or false, not a number."),
        ("summary", r#"{"en": "x"}"#, "be a string, not an object."),
        ("dedupKey", "[1]", "be a string, not a list."),
    ] {
        let body = format!("{{\"{field}\": {value}}}");
        check_bad(&body, field, &format!("{field} must {rule}"));
    }
}

#[test]
fn what_is_not_a_json_object_is_refused_with_its_place() {
    for (body, message) in [
        ("[]", "body must be a JSON object, such as {\"summary\": \"Disk full\"}, not a list."),
        ("null", "body must be a JSON object"),
        ("3", "body must be a JSON object"),
        ("\"text\"", "body must be a JSON object"),
        ("{\"a\": }", "The body is not JSON: expected value (line 1, column 7)."),
        ("{\n\"a\": 1,\n}", "The body is not JSON: trailing comma (line 3, column 1)."),
        ("{\"a\": 1e999}", "The body is not JSON: number out of range"),
        ("{\"a\": \"\\ud800\"}", "The body is not JSON: "),
        ("{} x", "The body is not JSON: trailing characters"),
        ("alert=1&x=2", "The body is not JSON: expected value"),
    ] {
        check_bad(body, "body", message);
    }
}

#[test]
fn limits_are_checked_at_their_edges() {
    let of = |bytes: usize| format!("{{\"x\":\"{}\"}}", "y".repeat(bytes - 8));
    assert!(parse(of(EVENT_BODY_BYTES_MAX).as_bytes()).is_ok());
    let (field, message) = bad(of(EVENT_BODY_BYTES_MAX + 1));
    assert_eq!(
        (field.as_str(), message.as_str()),
        ("body", "The body has 200001 bytes; send at most 200000.")
    );
    let key = |chars: usize| json!({"dedupKey": "ø".repeat(chars)}).to_string();
    assert!(parse(key(DEDUP_KEY_CHARS_MAX).as_bytes()).is_ok());
    assert_eq!(
        bad(key(DEDUP_KEY_CHARS_MAX + 1)).1,
        "dedupKey must have at most 512 characters, not 513."
    );
    let people = |n: usize| json!({"recipients": vec!["a"; n]}).to_string();
    assert_eq!(good(&people(RECIPIENTS_MAX)).recipients.len(), RECIPIENTS_MAX);
    assert_eq!(bad(people(RECIPIENTS_MAX + 1)).0, "recipients");
    let name = json!({"recipients": ["x".repeat(257)]}).to_string();
    assert_eq!(bad(name).1, "recipients[0] must have at most 256 characters.");
    let many: serde_json::Map<_, _> = (0..1000).map(|n| (n.to_string(), json!(n))).collect();
    assert_eq!(good(&json!({"properties": many}).to_string()).properties.len(), PROPERTIES_MAX);
}

#[test]
fn bytes_that_are_not_utf8_are_named() {
    let error = parse(b"{\"a\": \"\xFF\"}").expect_err("refused");
    assert_eq!(error, PayloadError::NotUtf8 { offset: 7 });
    assert_eq!(error.subcode(), "validation.common.body.not_utf8");
}
