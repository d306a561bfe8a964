//! The xMatters trigger body, and with it any JSON object a program may post.
//!
//! | key | becomes | wrong |
//! |---|---|---|
//! | `recipients`: list of texts or `{id or targetName}` | recipients | refused |
//! | `properties`: object | properties | refused |
//! | `priority`: LOW, MEDIUM, HIGH, any case | priority | refused |
//! | `expirationInMinutes`: 1 to a year | expiration | refused |
//! | `overrideDeviceRestrictions`, `escalationOverride` | the same | refused |
//! | `action`: trigger, acknowledge, resolve | action | refused |
//! | `dedupKey`, `dedup_key` or `alias`: text or number | dedup key | refused, or longer than 512 |
//! | `summary`, `title`, `subject`, `message`: text or number | summary: the first | refused |
//! | anything else | properties; nested objects with dots in their names | cut |
//!
//! Null is the same as absent. Numbers and truth values may be written as texts, as template
//! engines do. An empty body is a trigger that says nothing: the form fills it in.

use firebell_base::limit::{DEDUP_KEY_CHARS_MAX, EVENT_BODY_BYTES_MAX, RECIPIENTS_MAX};
use firebell_domain::alert::Priority;
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::recipient::Pointer;
use serde_json::{Map, Value};

use super::collect::{Collector, clean, one_line};
use super::error::{PayloadError, kind, read_json};
use super::{EXPIRATION_MINUTES_MAX, RECIPIENT_CHARS_MAX};

/// The keys that give the summary, the strongest first.
const SUMMARY_KEYS: [&str; 4] = ["summary", "title", "subject", "message"];
/// The keys that give the dedup key, the strongest first.
const DEDUP_KEYS: [&str; 3] = ["dedupKey", "dedup_key", "alias"];

type Object = Map<String, Value>;

/// The one event in a body.
pub fn parse(body: &[u8]) -> Result<Draft, PayloadError> {
    let mut object = match read_json(body, EVENT_BODY_BYTES_MAX)? {
        None => Object::new(),
        Some(Value::Object(object)) => object,
        Some(other) => {
            let wanted = "a JSON object, such as {\"summary\": \"Disk full\"}";
            return Err(PayloadError::wrong_type("body", wanted, &other));
        }
    };
    let mut draft = Draft {
        action: take_action(&mut object)?,
        dedup_key: take_dedup_key(&mut object)?,
        priority: take_priority(&mut object)?,
        recipients: take_recipients(&mut object)?,
        expiration_minutes: take_minutes(&mut object)?,
        override_device_restrictions: take_flag(&mut object, "overrideDeviceRestrictions")?,
        escalation_override: take_flag(&mut object, "escalationOverride")?,
        ..Draft::default()
    };
    draft.summary = take_summary(&mut object)?;
    let mut properties = Collector::default();
    match take(&mut object, "properties") {
        None => {}
        Some(Value::Object(named)) => {
            for (name, value) in named {
                properties.put_json(&name, value);
            }
        }
        Some(other) => {
            let wanted = "an object of names and values";
            return Err(PayloadError::wrong_type("properties", wanted, &other));
        }
    }
    for (name, value) in object {
        properties.put_json(&name, value);
    }
    draft.properties = properties.finish();
    Ok(draft)
}

/// Removes a key; null counts as absent.
fn take(object: &mut Object, key: &str) -> Option<Value> {
    object.remove(key).filter(|value| !value.is_null())
}

fn take_action(object: &mut Object) -> Result<EventAction, PayloadError> {
    const WORDS: &str = "trigger, acknowledge or resolve";
    match take(object, "action") {
        None => Ok(EventAction::Trigger),
        Some(Value::String(word)) => EventAction::from_word(&word)
            .ok_or_else(|| PayloadError::unknown_word("action", &word, WORDS)),
        Some(other) => Err(PayloadError::wrong_type("action", WORDS, &other)),
    }
}

fn take_priority(object: &mut Object) -> Result<Option<Priority>, PayloadError> {
    const WORDS: &str = "LOW, MEDIUM or HIGH";
    match take(object, "priority") {
        None => Ok(None),
        Some(Value::String(word)) => Priority::from_word(&word)
            .map(Some)
            .ok_or_else(|| PayloadError::unknown_word("priority", &word, WORDS)),
        Some(other) => Err(PayloadError::wrong_type("priority", WORDS, &other)),
    }
}

/// The dedup key: the first of its names that holds a text; the others become properties.
fn take_dedup_key(object: &mut Object) -> Result<Option<String>, PayloadError> {
    for key in DEDUP_KEYS {
        let text = match take(object, key) {
            None => continue,
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            Some(other) => return Err(PayloadError::wrong_type(key, "a string", &other)),
        };
        let chars = text.chars().count();
        if chars > DEDUP_KEY_CHARS_MAX {
            // Cutting could make two keys one, and close the wrong alert.
            let rule = format!("have at most {DEDUP_KEY_CHARS_MAX} characters, not {chars}");
            return Err(PayloadError::out_of_range(key, rule));
        }
        let text = clean(text.trim(), DEDUP_KEY_CHARS_MAX);
        if !text.is_empty() {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// The summary: the first of its names that holds a text. The key stays among the properties when
/// the summary does not tell all of it.
fn take_summary(object: &mut Object) -> Result<String, PayloadError> {
    for key in SUMMARY_KEYS {
        let text = match object.get(key) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(other) => return Err(PayloadError::wrong_type(key, "a string", other)),
        };
        let line = one_line(&text);
        if !line.is_empty() {
            if line == text.trim() {
                object.remove(key);
            }
            return Ok(line);
        }
    }
    Ok(String::new())
}

fn take_flag(object: &mut Object, key: &str) -> Result<Option<bool>, PayloadError> {
    match take(object, key) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(flag)),
        Some(Value::String(word)) => match word.trim() {
            w if w.eq_ignore_ascii_case("true") => Ok(Some(true)),
            w if w.eq_ignore_ascii_case("false") => Ok(Some(false)),
            _ => Err(PayloadError::unknown_word(key, &word, "true or false")),
        },
        Some(other) => Err(PayloadError::wrong_type(key, "true or false", &other)),
    }
}

fn take_minutes(object: &mut Object) -> Result<Option<u32>, PayloadError> {
    const KEY: &str = "expirationInMinutes";
    let minutes = match take(object, KEY) {
        None => return Ok(None),
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(other) => {
            return Err(PayloadError::wrong_type(KEY, "a whole number of minutes", &other));
        }
    };
    minutes
        .and_then(|minutes| u32::try_from(minutes).ok())
        .filter(|minutes| (1..=EXPIRATION_MINUTES_MAX).contains(minutes))
        .map(Some)
        .ok_or_else(|| {
            let rule = format!("be a whole number of minutes from 1 to {EXPIRATION_MINUTES_MAX}");
            PayloadError::out_of_range(KEY, rule)
        })
}

fn take_recipients(object: &mut Object) -> Result<Vec<Pointer>, PayloadError> {
    let items = match take(object, "recipients") {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(other) => {
            let wanted = "a list, such as [{\"id\": \"akira\"}] or [\"akira\"]";
            return Err(PayloadError::wrong_type("recipients", wanted, &other));
        }
    };
    if items.len() > RECIPIENTS_MAX {
        let rule = format!("name at most {RECIPIENTS_MAX} recipients, not {}", items.len());
        return Err(PayloadError::out_of_range("recipients", rule));
    }
    items
        .into_iter()
        .enumerate()
        .filter(|(_, item)| !item.is_null())
        .map(|(n, item)| recipient(n, item))
        .collect()
}

fn recipient(n: usize, item: Value) -> Result<Pointer, PayloadError> {
    match item {
        Value::String(name) => pointer(format!("recipients[{n}]"), &name),
        Value::Object(mut fields) => {
            let key =
                if fields.get("id").is_some_and(|id| !id.is_null()) { "id" } else { "targetName" };
            let path = format!("recipients[{n}].{key}");
            match take(&mut fields, key) {
                Some(Value::String(name)) => pointer(path, &name),
                Some(other) => Err(PayloadError::wrong_type(path, "a string", &other)),
                None => {
                    let rule = "have an id (a UUID or a target name)";
                    Err(PayloadError::out_of_range(format!("recipients[{n}]"), rule))
                }
            }
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) => {
            debug_assert!(kind(&other) != "null", "null recipients were skipped");
            let wanted = "a string or an object with an id";
            Err(PayloadError::wrong_type(format!("recipients[{n}]"), wanted, &other))
        }
    }
}

fn pointer(path: String, name: &str) -> Result<Pointer, PayloadError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(PayloadError::out_of_range(path, "not be empty"));
    }
    if name.chars().count() > RECIPIENT_CHARS_MAX {
        let rule = format!("have at most {RECIPIENT_CHARS_MAX} characters");
        return Err(PayloadError::out_of_range(path, rule));
    }
    Ok(Pointer(clean(name, RECIPIENT_CHARS_MAX)))
}
