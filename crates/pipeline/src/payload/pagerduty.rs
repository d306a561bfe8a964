//! Events as senders of PagerDuty's Events API v2 write them: one JSON object is one event.
//!
//! | key | becomes |
//! |---|---|
//! | `event_action`: trigger, acknowledge, resolve | the action; anything else is refused |
//! | `dedup_key` | the dedup key; needed to acknowledge and to resolve |
//! | `payload.summary` | the summary; needed to trigger |
//! | `payload.severity`: critical, error / warning / info | high / medium / low; else the form's |
//! | `payload.source`, `component`, `group`, `class`, `severity`, `timestamp` | properties |
//! | `payload.custom_details` | properties under `custom_details.` |
//! | `client`, `client_url`, `links`, `images` | properties |
//!
//! `custom_details.firebell_recipients` names recipients, with commas. `routing_key` is the
//! integration's key: it becomes nothing, and [`without_key`] takes it out of what is kept. Unknown
//! keys are ignored: senders send a payload with a resolve, and leftovers of version 1.

use firebell_domain::event::{Draft, EventAction};
use firebell_domain::property::Value as Property;
use serde_json::{Map, Value};

use super::PROPERTY_LIST_MAX;
use super::collect::{Collector, clean, one_line};
use super::error::{PayloadError, read_json};
use super::labels::{self, RECIPIENTS_LABEL};

type Object = Map<String, Value>;

/// The largest body, in bytes (as theirs).
pub const BODY_BYTES_MAX: usize = 512 * 1024;
/// What stands for the key in what is kept.
const KEY_HIDDEN: &str = "(key)";

/// The event in a body.
pub fn parse(body: &[u8]) -> Result<Draft, PayloadError> {
    let mut object = object(body)?;
    let action = action(&object)?;
    let dedup_key = optional_text(&object, "dedup_key")?
        .map_or(Ok(None), |text| labels::dedup_key("dedup_key", text))?;
    let payload = match object.remove("payload") {
        None | Some(Value::Null) => None,
        Some(Value::Object(payload)) => Some(payload),
        Some(other) => return Err(PayloadError::wrong_type("payload", "an object", &other)),
    };
    let mut payload = match action {
        EventAction::Trigger => payload.ok_or_else(|| missing("payload"))?,
        EventAction::Acknowledge | EventAction::Resolve => payload.unwrap_or_default(),
    };
    let summary = match payload.remove("summary") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text,
        Some(Value::Number(number)) => number.to_string(),
        Some(other) => {
            return Err(PayloadError::wrong_type("payload.summary", "a string", &other));
        }
    };
    let line = one_line(&summary);
    match action {
        EventAction::Trigger if line.is_empty() => return Err(missing("payload.summary")),
        EventAction::Acknowledge | EventAction::Resolve if dedup_key.is_none() => {
            return Err(missing("dedup_key"));
        }
        EventAction::Trigger | EventAction::Acknowledge | EventAction::Resolve => {}
    }
    if line != summary.trim() {
        // The summary does not tell all of it.
        payload.insert("summary".to_owned(), Value::String(summary));
    }
    let severity = payload.get("severity").and_then(Value::as_str);
    let details = payload.get("custom_details").and_then(|details| details.get(RECIPIENTS_LABEL));
    Ok(Draft {
        action,
        summary: line,
        dedup_key,
        priority: severity.and_then(labels::priority),
        recipients: details.and_then(Value::as_str).map(labels::named).unwrap_or_default(),
        properties: properties(object, payload),
        ..Draft::default()
    })
}

fn object(body: &[u8]) -> Result<Object, PayloadError> {
    const WANTED: &str = "an event object with routing_key and event_action";
    match read_json(body, BODY_BYTES_MAX)? {
        Some(Value::Object(object)) => Ok(object),
        Some(other) => Err(PayloadError::wrong_type("body", WANTED, &other)),
        None => Err(PayloadError::out_of_range("body", format!("be {WANTED}"))),
    }
}

/// The key in a body.
///
/// # Errors
/// When there is none, or the body is no event at all.
pub fn routing_key(body: &[u8]) -> Result<String, PayloadError> {
    let object = object(body)?;
    let key = optional_text(&object, "routing_key")?;
    key.map(str::to_owned).ok_or_else(|| missing("routing_key"))
}

/// The body as it may be kept and shown: without the key.
pub fn without_key(body: &[u8], key: &str) -> Vec<u8> {
    let plain = String::from_utf8_lossy(body);
    if key.is_empty() || (!plain.contains(key) && !plain.contains('\\')) {
        return body.to_vec();
    }
    let masked = plain.replace(key, KEY_HIDDEN);
    match serde_json::from_str::<Value>(&masked) {
        Ok(value) if !mentions(&value, key) => masked.into_bytes(),
        // A key may be written with escapes, or be a part of what is no text.
        Ok(_) | Err(_) => match serde_json::from_str(&plain) {
            Ok(value) => hide(value, key).to_string().into_bytes(),
            Err(_) => masked.into_bytes(),
        },
    }
}

fn mentions(value: &Value, key: &str) -> bool {
    match value {
        Value::String(text) => text.contains(key),
        Value::Array(items) => items.iter().any(|item| mentions(item, key)),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| name.contains(key) || mentions(value, key))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn hide(value: Value, key: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(key, KEY_HIDDEN)),
        Value::Array(items) => items.into_iter().map(|item| hide(item, key)).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name.replace(key, KEY_HIDDEN), hide(value, key)))
            .collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

fn action(object: &Object) -> Result<EventAction, PayloadError> {
    const WORDS: &str = "trigger, acknowledge or resolve";
    let word = optional_text(object, "event_action")?.ok_or_else(|| missing("event_action"))?;
    EventAction::from_word(word)
        .ok_or_else(|| PayloadError::unknown_word("event_action", word, WORDS))
}

/// A text that is not blank.
fn optional_text<'o>(object: &'o Object, key: &str) -> Result<Option<&'o str>, PayloadError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(other) => Err(PayloadError::wrong_type(key, "a string", other)),
    }
}

/// Told in their words.
fn missing(field: &str) -> PayloadError {
    PayloadError::missing_or_blank(field)
}

fn properties(mut object: Object, payload: Object) -> firebell_domain::property::Properties {
    let mut properties = Collector::default();
    for (name, value) in payload {
        properties.put_json(&name, value);
    }
    for key in ["client", "client_url"] {
        if let Some(value) = object.remove(key) {
            properties.put_json(key, value);
        }
    }
    for (key, texts) in [("links", ["text", "href"]), ("images", ["alt", "src"])] {
        let Some(Value::Array(items)) = object.remove(key) else { continue };
        let list: Vec<String> =
            items.iter().take(PROPERTY_LIST_MAX).filter_map(|item| link(item, texts)).collect();
        if !list.is_empty() {
            properties.put(key, Property::List(list));
        }
    }
    properties.finish()
}

/// `Runbook https://…`: what it is called, and where it is.
fn link(item: &Value, [called, place]: [&str; 2]) -> Option<String> {
    let text = |key| item.get(key).and_then(Value::as_str).map(|text| clean(text.trim(), 1_024));
    let place = text(place).filter(|place| !place.is_empty())?;
    Some(match text(called).filter(|called| !called.is_empty()) {
        Some(called) => format!("{called} {place}"),
        None => place,
    })
}
