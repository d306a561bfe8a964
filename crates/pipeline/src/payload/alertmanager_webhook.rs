//! What Alertmanager posts to a webhook receiver (version 4): a group of alerts, each of which is
//! one event under its fingerprint. Grafana's webhook contact point posts the same shape under
//! version 1, with links to its dashboards, and is read here too.
//!
//! Unknown keys are ignored (every release adds some). The version is looked at only when the
//! body cannot be understood: senders that imitate the shape under another version are welcome.

use firebell_base::limit::API_BODY_BYTES_MAX;
use firebell_domain::event::{Draft, EventAction};
use serde_json::{Map, Value};

use super::ALERTS_PER_REQUEST_MAX;
use super::collect::clean;
use super::error::{PayloadError, read_json};
use super::instant::{self, Instant};
use super::labels::{self, Alert, SHARED_TEXT_CHARS_MAX};

type Object = Map<String, Value>;

/// What is told beside an alert's labels, and whether it is a time; the last ones by Grafana.
const CIRCUMSTANCES: [(&str, bool); 8] = [
    ("startsAt", true),
    ("endsAt", true),
    ("generatorURL", false),
    ("silenceURL", false),
    ("dashboardURL", false),
    ("panelURL", false),
    ("imageURL", false),
    ("valueString", false),
];

/// The events in a body: one per alert, in order.
pub fn parse(body: &[u8]) -> Result<Vec<Draft>, PayloadError> {
    let wanted = "the JSON object that Alertmanager posts, with its list \"alerts\"";
    let mut object = match read_json(body, API_BODY_BYTES_MAX)? {
        Some(Value::Object(object)) => object,
        Some(other) => return Err(PayloadError::wrong_type("body", wanted, &other)),
        None => return Err(PayloadError::out_of_range("body", format!("be {wanted}"))),
    };
    let version = object.get("version").and_then(Value::as_str).map(|v| clean(v, 16));
    drafts(&mut object).map_err(|error| match version.as_deref() {
        Some("4") => error,
        Some(other) => error.with_remark(&format!(
            "Firebell reads version 4 of Alertmanager's webhook, and Grafana's; this body says \
             version {other:?}. Point another kind of sender at a generic integration."
        )),
        None => error
            .with_remark("If the sender is not Alertmanager, point it at a generic integration."),
    })
}

fn drafts(object: &mut Object) -> Result<Vec<Draft>, PayloadError> {
    let alerts = match object.remove("alerts") {
        Some(Value::Array(alerts)) => alerts,
        None => {
            return Err(PayloadError::out_of_range("alerts", "be present: a list of alerts"));
        }
        Some(other) => {
            return Err(PayloadError::wrong_type("alerts", "a list of alerts", &other));
        }
    };
    if alerts.len() > ALERTS_PER_REQUEST_MAX {
        let rule = format!(
            "hold at most {ALERTS_PER_REQUEST_MAX} alerts, not {}; set max_alerts in the receiver",
            alerts.len()
        );
        return Err(PayloadError::out_of_range("alerts", rule));
    }
    let shared = Shared::read(object);
    alerts
        .into_iter()
        .enumerate()
        .map(|(n, value)| match value {
            Value::Object(fields) => shared.alert(n, fields).map(Alert::into_draft),
            other => Err(PayloadError::wrong_type(format!("alerts[{n}]"), "an object", &other)),
        })
        .collect()
}

/// What all alerts of a body have in common.
struct Shared {
    status: Option<String>,
    circumstances: Vec<(&'static str, String)>,
}

impl Shared {
    fn read(object: &Object) -> Self {
        let text =
            |key: &str| object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let mut circumstances: Vec<(&'static str, String)> =
            ["externalURL", "receiver", "groupKey"]
                .into_iter()
                .filter_map(|key| Some((key, clean(text(key)?, SHARED_TEXT_CHARS_MAX))))
                .collect();
        // Alerts that the receiver's max_alerts left out: somebody should know that there are more.
        if let Some(more) = object.get("truncatedAlerts").and_then(Value::as_u64).filter(|n| *n > 0)
        {
            circumstances.push(("truncatedAlerts", more.to_string()));
        }
        Self { status: text("status").map(|text| clean(text, 64)), circumstances }
    }

    fn alert(&self, n: usize, mut fields: Object) -> Result<Alert, PayloadError> {
        let path = |key: &str| format!("alerts[{n}].{key}");
        let action = self.action(&path("status"), fields.get("status"))?;
        let labels = labels::read(|| path("labels"), fields.remove("labels"))?;
        let annotations = labels::read(|| path("annotations"), fields.remove("annotations"))?;
        let given = match fields.get("fingerprint") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => labels::dedup_key(&path("fingerprint"), text)?,
            Some(other) => {
                return Err(PayloadError::wrong_type(path("fingerprint"), "a string", other));
            }
        };
        if given.is_none() && labels.is_empty() {
            let rule = "have labels, or a fingerprint";
            return Err(PayloadError::out_of_range(format!("alerts[{n}]"), rule));
        }
        let mut circumstances = self.circumstances.clone();
        for (key, is_time) in CIRCUMSTANCES {
            let text = fields.get(key).and_then(Value::as_str).unwrap_or_default();
            // The end of an alert that is still firing is written as "none".
            let none = if is_time { instant::read(text) == Instant::None } else { text.is_empty() };
            if !none {
                circumstances.push((key, clean(text, SHARED_TEXT_CHARS_MAX)));
            }
        }
        let fingerprint = given.or_else(|| Some(labels::fingerprint(&labels)));
        Ok(Alert { action, fingerprint, labels, annotations, circumstances })
    }

    /// The alert's own status, else the group's.
    fn action(&self, path: &str, own: Option<&Value>) -> Result<EventAction, PayloadError> {
        const WORDS: &str = "firing or resolved";
        let word = match own {
            Some(Value::String(word)) => word.as_str(),
            None | Some(Value::Null) => self.status.as_deref().unwrap_or("firing"),
            Some(other) => return Err(PayloadError::wrong_type(path, WORDS, other)),
        };
        match word.trim() {
            w if w.eq_ignore_ascii_case("firing") => Ok(EventAction::Trigger),
            w if w.eq_ignore_ascii_case("resolved") => Ok(EventAction::Resolve),
            _ => Err(PayloadError::unknown_word(path, word, WORDS)),
        }
    }
}
