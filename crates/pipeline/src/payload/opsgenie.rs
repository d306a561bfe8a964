//! Alerts as senders of Opsgenie's API write them, and what they ask to become of them.
//!
//! | key | becomes |
//! |---|---|
//! | `message` | the summary; needed |
//! | `alias` | the dedup key |
//! | `priority`: P1, P2 / P3 / P4, P5 | high / medium / low; else the form's |
//! | `responders`: objects with `name`, `username` or `id` | recipients |
//! | `details` | properties under `details.`; `firebell_recipients` among them names recipients |
//! | `description`, `entity`, `source`, `user`, `note`, `tags`, `actions` | properties |
//!
//! Closing and acknowledging name the alert in the path: [`note`] reads what comes with them. Their
//! limits of length are not ours: what is longer is kept up to our own.

use firebell_base::limit::{EVENT_BODY_BYTES_MAX, RECIPIENTS_MAX};
use firebell_domain::alert::Priority;
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::recipient::Pointer;
use serde_json::{Map, Value};

use super::RECIPIENT_CHARS_MAX;
use super::collect::{Collector, clean, one_line};
use super::error::{PayloadError, read_json};
use super::labels::{self, RECIPIENTS_LABEL};

type Object = Map<String, Value>;

/// The largest body, in bytes.
pub const BODY_BYTES_MAX: usize = EVENT_BODY_BYTES_MAX;
/// What becomes properties as it is.
const KEPT: [&str; 8] =
    ["description", "entity", "source", "user", "note", "tags", "actions", "details"];

/// The alert in a body.
pub fn parse(body: &[u8]) -> Result<Draft, PayloadError> {
    const WANTED: &str = "an alert object, such as {\"message\": \"Disk full\"}";
    let mut object = match read_json(body, BODY_BYTES_MAX)? {
        Some(Value::Object(object)) => object,
        Some(other) => return Err(PayloadError::wrong_type("body", WANTED, &other)),
        None => return Err(PayloadError::out_of_range("body", format!("be {WANTED}"))),
    };
    let message = text(&object, "message")?.unwrap_or_default();
    let summary = one_line(&message);
    if summary.is_empty() {
        return Err(PayloadError::missing_or_blank("message"));
    }
    if summary == message.trim() {
        object.remove("message");
    }
    let dedup_key =
        text(&object, "alias")?.map_or(Ok(None), |alias| labels::dedup_key("alias", &alias))?;
    let mut recipients = responders(&object);
    let details = object.get("details").and_then(|details| details.get(RECIPIENTS_LABEL));
    recipients.extend(details.and_then(Value::as_str).map(labels::named).unwrap_or_default());
    recipients.truncate(RECIPIENTS_MAX);
    Ok(Draft {
        action: EventAction::Trigger,
        summary,
        dedup_key,
        priority: priority(&object)?,
        recipients,
        properties: properties(object),
        ..Draft::default()
    })
}

/// What is to become of the alert with this alias: the body may say who and why, or be empty.
///
/// # Errors
/// When the body is no object, or the alias is too long.
pub fn note(body: &[u8], action: EventAction, alias: &str) -> Result<Draft, PayloadError> {
    let object = match read_json(body, BODY_BYTES_MAX)? {
        None => Object::new(),
        Some(Value::Object(object)) => object,
        Some(other) => return Err(PayloadError::wrong_type("body", "an object", &other)),
    };
    let dedup_key = labels::dedup_key("alias", alias)?;
    if dedup_key.is_none() {
        return Err(PayloadError::missing_or_blank("alias"));
    }
    Ok(Draft { action, dedup_key, properties: properties(object), ..Draft::default() })
}

fn text(object: &Object, key: &str) -> Result<Option<String>, PayloadError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(PayloadError::wrong_type(key, "a string", other)),
    }
}

fn priority(object: &Object) -> Result<Option<Priority>, PayloadError> {
    let Some(word) = text(object, "priority")? else { return Ok(None) };
    match word.trim() {
        "" => Ok(None),
        "P1" | "p1" | "P2" | "p2" => Ok(Some(Priority::High)),
        "P3" | "p3" => Ok(Some(Priority::Medium)),
        "P4" | "p4" | "P5" | "p5" => Ok(Some(Priority::Low)),
        _ => Err(PayloadError::unknown_word("priority", &word, "P1, P2, P3, P4 or P5")),
    }
}

/// Whom the sender wants told. What cannot be a name is left out: the alert must not be lost for it.
fn responders(object: &Object) -> Vec<Pointer> {
    let list = object.get("responders").and_then(Value::as_array);
    let names = list.into_iter().flatten().filter_map(|responder| {
        let text = |key| responder.get(key).and_then(Value::as_str).map(str::trim);
        ["name", "username", "id"].into_iter().filter_map(text).find(|name| !name.is_empty())
    });
    names
        .filter(|name| name.chars().count() <= RECIPIENT_CHARS_MAX)
        .take(RECIPIENTS_MAX)
        .map(|name| Pointer(clean(name, RECIPIENT_CHARS_MAX)))
        .collect()
}

fn properties(mut object: Object) -> firebell_domain::property::Properties {
    let mut properties = Collector::default();
    if let Some(message) = object.remove("message") {
        properties.put_json("message", message);
    }
    for key in KEPT {
        if let Some(value) = object.remove(key) {
            properties.put_json(key, value);
        }
    }
    properties.finish()
}
