//! Label sets of Prometheus alerts: their fingerprint, and what they say about an alert.
//!
//! Used by the two Alertmanager parsers, so that one alert is the same event through either door; the
//! words for severities and recipients by those of PagerDuty and Opsgenie too.

use std::collections::BTreeMap;

use firebell_base::limit::{DEDUP_KEY_CHARS_MAX, RECIPIENTS_MAX};
use firebell_domain::alert::Priority;
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::recipient::Pointer;
use serde_json::Value;

use super::collect::{Collector, clean, cleaned, one_line};
use super::error::PayloadError;
use super::{PROPERTY_NAME_CHARS_MAX, RECIPIENT_CHARS_MAX};

/// A label or annotation with this name lists recipients, separated by commas.
pub(super) const RECIPIENTS_LABEL: &str = "firebell_recipients";
/// A text that is repeated in each alert of a request is cut to this many characters, because a
/// request may hold thousands of alerts.
pub(super) const SHARED_TEXT_CHARS_MAX: usize = 1_024;

/// Labels or annotations, sorted by name as bytes.
pub(super) type Labels = BTreeMap<String, String>;

/// One alert, as both doors know it.
#[derive(Debug)]
pub(super) struct Alert {
    pub(super) action: EventAction,
    /// The sender's fingerprint, or ours; none when there is no label to compute it from.
    pub(super) fingerprint: Option<String>,
    pub(super) labels: Labels,
    pub(super) annotations: Labels,
    /// `startsAt`, `generatorURL` and the like; a label of the same name hides one of them.
    pub(super) circumstances: Vec<(&'static str, String)>,
}

impl Alert {
    /// The event it is.
    pub(super) fn into_draft(self) -> Draft {
        let Self { action, fingerprint, labels, annotations, mut circumstances } = self;
        let draft = Draft {
            action,
            summary: summary(&labels, &annotations),
            priority: labels.get("severity").and_then(|severity| priority(severity)),
            recipients: recipients(&labels, &annotations),
            dedup_key: fingerprint,
            ..Draft::default()
        };
        circumstances.retain(|(name, _)| !labels.contains_key(*name));
        let mut properties = Collector::default();
        for (name, text) in labels {
            properties.put_owned(name, text);
        }
        for (name, text) in circumstances {
            properties.put_owned(name.to_owned(), cleaned(text, SHARED_TEXT_CHARS_MAX));
        }
        for (name, text) in annotations {
            let name = format!("annotation.{}", cleaned(name, PROPERTY_NAME_CHARS_MAX));
            properties.put_owned(name, text);
        }
        Draft { properties: properties.finish(), ..draft }
    }
}

/// The fingerprint Prometheus and Alertmanager give a label set: FNV-1a, 64 bits, over the labels
/// sorted by name, with a byte 255 after each name and each value; 16 hexadecimal digits.
pub(super) fn fingerprint(labels: &Labels) -> String {
    const OFFSET: u64 = 14_695_981_039_346_656_037;
    const PRIME: u64 = 1_099_511_628_211;
    const SEPARATOR: u8 = 255;
    let hash = labels
        .iter()
        .flat_map(|(name, value)| [name, value])
        .flat_map(|text| text.bytes().chain([SEPARATOR]))
        .fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("{hash:016x}")
}

/// Reads labels or annotations: an object of texts. Numbers and truth values are taken as texts,
/// null as absent.
pub(super) fn read(
    field: impl Fn() -> String,
    value: Option<Value>,
) -> Result<Labels, PayloadError> {
    let object = match value {
        None | Some(Value::Null) => return Ok(Labels::new()),
        Some(Value::Object(object)) => object,
        Some(other) => {
            return Err(PayloadError::wrong_type(field(), "an object of names and texts", &other));
        }
    };
    // They come sorted, so that the map is made in one go.
    let pairs = object.into_iter().filter_map(|(name, value)| match value {
        Value::Null => None,
        Value::String(text) => Some(Ok((name, text))),
        Value::Bool(flag) => Some(Ok((name, flag.to_string()))),
        Value::Number(number) => Some(Ok((name, number.to_string()))),
        other @ (Value::Array(_) | Value::Object(_)) => {
            let field = format!("{}.{name}", field());
            Some(Err(PayloadError::wrong_type(field, "a string", &other)))
        }
    });
    pairs.collect()
}

/// A key for deduplication as the sender gave it.
pub(super) fn dedup_key(field: &str, text: &str) -> Result<Option<String>, PayloadError> {
    let text = text.trim();
    if text.chars().count() > DEDUP_KEY_CHARS_MAX {
        let rule = format!("have at most {DEDUP_KEY_CHARS_MAX} characters");
        return Err(PayloadError::out_of_range(field, rule));
    }
    Ok((!text.is_empty()).then(|| clean(text, DEDUP_KEY_CHARS_MAX)))
}

/// What the label `severity` means.
pub(super) fn priority(severity: &str) -> Option<Priority> {
    match severity.trim().to_ascii_lowercase().as_str() {
        "critical" | "page" | "error" | "high" => Some(Priority::High),
        "warning" | "medium" => Some(Priority::Medium),
        "info" | "none" | "low" => Some(Priority::Low),
        _ => None,
    }
}

/// What people wrote for people, else the name of the rule and where it struck, else the labels.
fn summary(labels: &Labels, annotations: &Labels) -> String {
    let written = ["summary", "description", "message"]
        .into_iter()
        .filter_map(|name| annotations.get(name))
        .map(|text| one_line(text))
        .find(|line| !line.is_empty());
    if let Some(line) = written {
        return line;
    }
    let label = |name| labels.get(name).map(|text| one_line(text)).filter(|line| !line.is_empty());
    match (label("alertname"), label("instance")) {
        (Some(name), Some(instance)) => one_line(&format!("{name} on {instance}")),
        (Some(name), None) => name,
        (None, _) => {
            let pairs: Vec<String> =
                labels.iter().take(10).map(|(name, text)| format!("{name}={text}")).collect();
            one_line(&pairs.join(", "))
        }
    }
}

/// The recipients an annotation names, else a label. What cannot be a name is left out: the alert
/// must not be lost for it.
fn recipients(labels: &Labels, annotations: &Labels) -> Vec<Pointer> {
    let list = annotations.get(RECIPIENTS_LABEL).or_else(|| labels.get(RECIPIENTS_LABEL));
    list.map(|list| named(list)).unwrap_or_default()
}

/// The recipients in a list with commas.
pub(super) fn named(list: &str) -> Vec<Pointer> {
    list.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty() && name.chars().count() <= RECIPIENT_CHARS_MAX)
        .take(RECIPIENTS_MAX)
        .map(|name| Pointer(clean(name, RECIPIENT_CHARS_MAX)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn fingerprints_are_those_of_prometheus() {
        assert_eq!(fingerprint(&Labels::new()), "cbf29ce484222325");
        // The vector of Prometheus' own test: 5799056148416392346.
        let set = labels(&[("name", "garland, briggs"), ("fear", "love is not enough")]);
        assert_eq!(fingerprint(&set), format!("{:016x}", 5_799_056_148_416_392_346_u64));
        assert_ne!(fingerprint(&labels(&[("a", "bc")])), fingerprint(&labels(&[("ab", "c")])));
    }

    #[test]
    fn severities_have_priorities() {
        for (word, expected) in [
            ("critical", Some(Priority::High)),
            (" Page ", Some(Priority::High)),
            ("ERROR", Some(Priority::High)),
            ("warning", Some(Priority::Medium)),
            ("info", Some(Priority::Low)),
            ("none", Some(Priority::Low)),
            ("sev-7", None),
            ("", None),
        ] {
            assert_eq!(priority(word), expected, "{word}");
        }
    }

    #[test]
    fn summaries_prefer_what_people_wrote() {
        let set = labels(&[("alertname", "Disk"), ("instance", "db-1")]);
        let check = |annotations: &[(&str, &str)], expected: &str| {
            assert_eq!(summary(&set, &labels(annotations)), expected);
        };
        check(&[("description", "long"), ("summary", "short")], "short");
        check(&[("message", "m"), ("description", "\nline one\nline two")], "line one");
        check(&[("summary", "  ")], "Disk on db-1");
        assert_eq!(summary(&labels(&[("alertname", "Up")]), &Labels::new()), "Up");
        assert_eq!(summary(&labels(&[("b", "2"), ("a", "1")]), &Labels::new()), "a=1, b=2");
        assert_eq!(summary(&Labels::new(), &Labels::new()), "");
    }

    #[test]
    fn recipients_come_from_the_annotation_before_the_label() {
        let label = labels(&[(RECIPIENTS_LABEL, "team")]);
        let annotation = labels(&[(RECIPIENTS_LABEL, " akira, ,Database Team,")]);
        let pointers = |names: &[&str]| -> Vec<Pointer> {
            names.iter().map(|name| Pointer((*name).to_owned())).collect()
        };
        assert_eq!(recipients(&label, &annotation), pointers(&["akira", "Database Team"]));
        assert_eq!(recipients(&label, &Labels::new()), pointers(&["team"]));
        let many = labels(&[(RECIPIENTS_LABEL, &"x,".repeat(2000))]);
        assert_eq!(recipients(&many, &Labels::new()).len(), RECIPIENTS_MAX);
        let long = labels(&[(RECIPIENTS_LABEL, &"x".repeat(257))]);
        assert_eq!(recipients(&long, &Labels::new()), []);
    }
}
