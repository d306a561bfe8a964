//! What Prometheus and amtool post to `/api/v2/alerts`: a list of alerts, each of which is one
//! event under the fingerprint of its labels.
//!
//! Alertmanager answers errors in two families, and clients show them, so both are kept: its web
//! framework answers objects (the body as a whole is wrong, nothing is taken), its handler
//! answers bare JSON strings (some alerts are wrong, the others are taken). Decisions where
//! versions differ: label names begin with a letter or an underscore (0.25), but may then hold
//! anything visible, dots included (0.28), because refusing them would lose pages; the form of
//! `generatorURL` is not checked.

use firebell_base::limit::API_BODY_BYTES_MAX;
use firebell_base::{Timestamp, time};
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::name::cut;
use serde_json::{Map, Value, json};

use super::ALERTS_PER_REQUEST_MAX;
use super::collect::clean;
use super::error::{PayloadError, kind, read_json};
use super::instant::{self, Instant};
use super::labels::{self, Alert, Labels, SHARED_TEXT_CHARS_MAX};

/// Until when an alert without `endsAt` counts, in minutes after it arrived (Alertmanager's default
/// `resolve_timeout`).
pub const RESOLVE_TIMEOUT_MINUTES: i64 = 5;
/// The most invalid alerts an answer names; the rest is counted.
const REASONS_MAX: usize = 20;
/// The longest label name quoted in an answer, in characters.
const QUOTE_CHARS_MAX: usize = 128;

/// What became of a list of alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct V2Outcome {
    /// The valid alerts: to be accepted, whatever the answer says.
    pub drafts: Vec<Draft>,
    /// The answer, when it is not 200 with an empty body.
    pub error: Option<V2Error>,
}

/// An answer in Alertmanager's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct V2Error {
    /// The HTTP status.
    pub status: u16,
    /// The body: JSON.
    pub body: String,
}

/// Reads a list of alerts that arrived at `now`.
pub fn parse(body: &[u8], now: Timestamp) -> V2Outcome {
    match read_list(body) {
        Ok(alerts) => {
            let (drafts, reasons) = take_valid(alerts, now);
            V2Outcome { drafts, error: handler_error(&reasons) }
        }
        Err(error) => V2Outcome { drafts: Vec::new(), error: Some(error) },
    }
}

/// The same for callers that do not answer in Alertmanager's words: an error only if nothing is
/// valid.
pub(super) fn parse_list(body: &[u8], now: Timestamp) -> Result<Vec<Draft>, PayloadError> {
    // First, for its better words on what is no JSON at all.
    read_json(body, API_BODY_BYTES_MAX)?;
    match parse(body, now) {
        V2Outcome { drafts, error: None } => Ok(drafts),
        V2Outcome { drafts, error: Some(_) } if !drafts.is_empty() => Ok(drafts),
        V2Outcome { error: Some(error), .. } => {
            Err(PayloadError::out_of_range("body", format!("be valid alerts: {}", error.body)))
        }
    }
}

/// An alert whose fields have the right types.
struct Posted {
    labels: Labels,
    annotations: Labels,
    starts: Option<Timestamp>,
    ends: Option<Timestamp>,
    generator: Option<String>,
}

/// The framework's part: types. One wrong alert fails the whole body.
fn read_list(body: &[u8]) -> Result<Vec<Posted>, V2Error> {
    let value = read_json(body, API_BODY_BYTES_MAX).map_err(|error| match error {
        PayloadError::TooLarge { .. } => framework(413, 413, &error.to_string()),
        PayloadError::NotUtf8 { .. }
        | PayloadError::NotJson { .. }
        | PayloadError::Field { .. } => unparsable(&error.to_string()),
    })?;
    let alerts = match value {
        Some(Value::Array(alerts)) => alerts,
        None | Some(Value::Null) => return Err(framework(422, 602, "alerts in body is required")),
        Some(other) => {
            return Err(unparsable(&format!("the body is {}, not a list of alerts", kind(&other))));
        }
    };
    if alerts.len() > ALERTS_PER_REQUEST_MAX {
        let message = format!(
            "alerts in body should have at most {ALERTS_PER_REQUEST_MAX} items, not {}",
            alerts.len()
        );
        return Err(framework(422, 613, &message));
    }
    alerts.into_iter().enumerate().map(|(n, alert)| read_alert(n, alert)).collect()
}

fn read_alert(n: usize, alert: Value) -> Result<Posted, V2Error> {
    let mut fields = match alert {
        Value::Object(fields) => fields,
        other => {
            return Err(unparsable(&format!("alert {n} is {}, not an object", kind(&other))));
        }
    };
    if fields.get("labels").is_none_or(Value::is_null) {
        return Err(framework(422, 602, "labels in body is required"));
    }
    Ok(Posted {
        labels: texts(n, "labels", fields.remove("labels"))?,
        annotations: texts(n, "annotations", fields.remove("annotations"))?,
        starts: read_time(n, "startsAt", &fields)?,
        ends: read_time(n, "endsAt", &fields)?,
        generator: match fields.get("generatorURL") {
            None | Some(Value::Null) => None,
            Some(Value::String(url)) => Some(clean(url, SHARED_TEXT_CHARS_MAX)),
            Some(other) => return Err(wrong_type(n, "generatorURL", other)),
        },
    })
}

fn texts(n: usize, key: &str, value: Option<Value>) -> Result<Labels, V2Error> {
    // Alertmanager's decoder takes nothing but strings here.
    if let Some(Value::Object(object)) = &value {
        let wrong = object.iter().find(|(_, text)| !text.is_string());
        if let Some((name, other)) = wrong {
            let name = cut(name, QUOTE_CHARS_MAX);
            return Err(wrong_type(n, &format!("{key}.{name}"), other));
        }
    }
    labels::read(|| key.to_owned(), value)
        .map_err(|error| unparsable(&format!("alert {n}: {error}")))
}

/// A time, if there is one.
fn read_time(
    n: usize,
    key: &str,
    fields: &Map<String, Value>,
) -> Result<Option<Timestamp>, V2Error> {
    let text = match fields.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text,
        Some(other) => return Err(wrong_type(n, key, other)),
    };
    match instant::read(text) {
        Instant::None => Ok(None),
        // Stored times are whole microseconds; so is what leaves here.
        Instant::At(at) => Ok(Some(time::from_micros(at.as_microsecond()))),
        Instant::Unreadable => {
            let text = cut(text.trim(), QUOTE_CHARS_MAX);
            let wanted = "a time such as 2026-03-02T09:00:00Z";
            Err(unparsable(&format!("alert {n}: {key} must be {wanted}, not {text:?}")))
        }
    }
}

/// The handler's part: meaning. The valid alerts, and why the others are not.
fn take_valid(alerts: Vec<Posted>, now: Timestamp) -> (Vec<Draft>, Vec<String>) {
    let mut drafts = Vec::with_capacity(alerts.len());
    let mut reasons = Vec::new();
    for alert in alerts {
        match alert.into_alert(now) {
            Ok(alert) => drafts.push(alert.into_draft()),
            Err(reason) => reasons.push(reason),
        }
    }
    (drafts, reasons)
}

impl Posted {
    fn into_alert(mut self, now: Timestamp) -> Result<Alert, String> {
        let starts = self.starts.or(self.ends).unwrap_or(now);
        let ends = self.ends.unwrap_or_else(|| time::add_minutes(now, RESOLVE_TIMEOUT_MINUTES));
        self.labels.retain(|_, text| !text.is_empty());
        if ends < starts {
            return Err("start time must be before end time".to_owned());
        }
        if let Some(name) = self.labels.keys().find(|name| !is_label_name(name)) {
            return Err(format!("invalid label set: invalid name {}", quoted(name)));
        }
        if self.labels.is_empty() {
            return Err("at least one label pair required".to_owned());
        }
        if let Some(name) = self.annotations.keys().find(|name| !is_label_name(name)) {
            return Err(format!("invalid annotations: invalid name {}", quoted(name)));
        }
        let resolved = ends <= now;
        let mut circumstances = vec![("startsAt", starts.to_string())];
        if resolved {
            circumstances.push(("endsAt", ends.to_string()));
        }
        circumstances.extend(self.generator.map(|url| ("generatorURL", url)));
        Ok(Alert {
            action: if resolved { EventAction::Resolve } else { EventAction::Trigger },
            fingerprint: Some(labels::fingerprint(&self.labels)),
            labels: self.labels,
            annotations: self.annotations,
            circumstances,
        })
    }
}

fn is_label_name(name: &str) -> bool {
    name.chars().next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && !name.chars().any(char::is_control)
}

/// A name in quotes, as Go writes it (`%q`).
fn quoted(name: &str) -> String {
    format!("{:?}", cut(name, QUOTE_CHARS_MAX))
}

fn wrong_type(n: usize, key: &str, got: &Value) -> V2Error {
    unparsable(&format!("alert {n}: {key} must be a string, not {}", kind(got)))
}

fn unparsable(reason: &str) -> V2Error {
    framework(400, 400, &format!("parsing alerts body from \"\" failed, because {reason}"))
}

fn framework(status: u16, code: u16, message: &str) -> V2Error {
    V2Error { status, body: json!({ "code": code, "message": message }).to_string() }
}

fn handler_error(reasons: &[String]) -> Option<V2Error> {
    let mut named: Vec<&str> = reasons.iter().take(REASONS_MAX).map(String::as_str).collect();
    let rest = format!("and {} more", reasons.len().saturating_sub(REASONS_MAX));
    if reasons.len() > REASONS_MAX {
        named.push(&rest);
    }
    let body = Value::from(named.join("; ")).to_string();
    (!reasons.is_empty()).then_some(V2Error { status: 400, body })
}
