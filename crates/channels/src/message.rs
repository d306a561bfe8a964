//! The default texts of an alert notification: mail subject, text, HTML, and webhook JSON.
//!
//! Called by the pipeline when it renders a notification; a form's own templates take the place
//! of subject and body, while links and footer stay. Rendering never fails: an alert has to go
//! out even if a template of the customer is broken, so a fault falls back to the default text
//! and is noted for the timeline.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::{Value, json};

use crate::{
    channel::ResponseOption,
    template::{Format, Template, TemplateError},
    text,
};

/// Most properties listed in a mail; the alert's page shows all.
const PROPERTIES_MAX: usize = 60;
/// Longest property value in a mail, in characters.
const VALUE_CHARS_MAX: usize = 1_000;
/// Longest property name and other short field, in characters.
const FIELD_CHARS_MAX: usize = 200;
/// Longest summary in a mail, in characters.
const SUMMARY_CHARS_MAX: usize = 2_000;
/// Longest subject, in characters.
const SUBJECT_CHARS_MAX: usize = 250;
/// Most answers offered in one message.
const OPTIONS_MAX: usize = 9;
/// Largest mail part made by our own templates, in bytes.
const OUTPUT_BYTES_MAX: usize = 768 << 10;

static SUBJECT: LazyLock<Own> =
    LazyLock::new(|| own(include_str!("../templates/alert.subject.txt"), Format::Text));
static TEXT: LazyLock<Own> =
    LazyLock::new(|| own(include_str!("../templates/alert.txt"), Format::Text));
static HTML: LazyLock<Own> =
    LazyLock::new(|| own(include_str!("../templates/alert.html"), Format::Html));

/// How urgent an alert is; shown as a word and a shape, never by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// ▲
    High,
    /// ■
    Medium,
    /// ●
    Low,
}

impl Priority {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Medium => "Medium",
            Self::Low => "Low",
        }
    }

    /// The shape.
    pub fn shape(self) -> &'static str {
        match self {
            Self::High => "▲",
            Self::Medium => "■",
            Self::Low => "●",
        }
    }
}

/// What a notification says about its alert.
#[derive(Clone, Debug)]
pub struct AlertContext {
    /// The customer's instance name.
    pub instance: String,
    /// The alert's number within the instance.
    pub number: i64,
    /// One line: what happened.
    pub summary: String,
    /// How urgent.
    pub priority: Priority,
    /// The alert's state in one word, such as `open`.
    pub state: String,
    /// Name of the integration that reported it.
    pub source: String,
    /// When it began: local time with zone, already formatted for the recipient.
    pub created: String,
    /// The event's properties.
    pub properties: BTreeMap<String, String>,
    /// Why this person: `You are on call for Payments SRE · shift Nights, step 1`.
    pub why: String,
    /// One-tap answers.
    pub options: Vec<ResponseOption>,
    /// The alert's page.
    pub alert_url: Option<String>,
    /// How many events it holds.
    pub count: u64,
    /// BCP 47 language, such as `en`.
    pub language: String,
}

impl AlertContext {
    /// The names a template can use, with every value cut to a bounded length.
    pub fn to_json(&self) -> Value {
        let short = |value: &str| text::truncate(value, FIELD_CHARS_MAX);
        let properties: serde_json::Map<String, Value> = self
            .properties
            .iter()
            .take(PROPERTIES_MAX)
            .map(|(k, v)| (short(k), Value::from(text::truncate(v, VALUE_CHARS_MAX))))
            .collect();
        json!({
            "instance": short(&self.instance),
            "number": self.number,
            "summary": text::truncate(&self.summary, SUMMARY_CHARS_MAX),
            "priority": self.priority.word(),
            "shape": self.priority.shape(),
            "state": short(&self.state),
            "source": short(&self.source),
            "created": short(&self.created),
            "properties": properties,
            "more": self.properties.len().saturating_sub(PROPERTIES_MAX),
            "why": short(&self.why),
            "options": options(&self.options),
            "alert_url": self.alert_url.as_deref().filter(|url| is_link(url)),
            "count": self.count,
            "language": text::header_token(&self.language),
        })
    }
}

/// A form's own templates; what is absent keeps the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overrides<'a> {
    /// Subject line.
    pub subject: Option<&'a Template>,
    /// What stands above the answers, as plain text; used in both parts of the mail.
    pub body: Option<&'a Template>,
    /// The whole HTML part.
    pub html: Option<&'a Template>,
}

/// A rendered mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedEmail {
    /// One line.
    pub subject: String,
    /// Plain text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// Faults and missing names of the form's templates, for the timeline.
    pub notes: Vec<String>,
}

/// Renders the mail of an alert notification. Never fails; see the module's description.
pub fn render_email(alert: &AlertContext, overrides: Overrides<'_>) -> RenderedEmail {
    let mut notes = Vec::new();
    let mut context = alert.to_json();
    let own_subject = apply("subject", overrides.subject, &context, &mut notes);
    let own_body = apply("body", overrides.body, &context, &mut notes);
    let own_html = apply("html", overrides.html, &context, &mut notes);
    let subject = own_subject
        .filter(|s| !s.trim().is_empty())
        .unwrap_or_else(|| default(&SUBJECT, &context).unwrap_or_else(|| alert.summary.clone()));
    let subject = text::one_line(&subject, SUBJECT_CHARS_MAX);
    if let Some(members) = context.as_object_mut() {
        members.insert("body".to_owned(), own_body.map_or(Value::Null, Value::from));
        members.insert("subject".to_owned(), Value::from(subject.as_str()));
    }
    let text = default(&TEXT, &context).unwrap_or_else(|| alert.summary.clone());
    let html = own_html.or_else(|| default(&HTML, &context)).unwrap_or_default();
    RenderedEmail { subject, text, html, notes }
}

/// The default JSON body of an outgoing webhook.
pub fn webhook_body(alert: &AlertContext) -> Value {
    json!({
        "type": "alert.notification",
        "instance": alert.instance,
        "alert": {
            "number": alert.number,
            "summary": alert.summary,
            "priority": alert.priority.word(),
            "state": alert.state,
            "source": alert.source,
            "created": alert.created,
            "count": alert.count,
            "url": alert.alert_url,
            "properties": alert.properties,
        },
        "why": alert.why,
        "options": options(&alert.options),
    })
}

/// One of our own templates; a test proves that all of them compile.
type Own = Result<Template, TemplateError>;

fn own(source: &str, format: Format) -> Own {
    Template::compile_with_limit(source, format, OUTPUT_BYTES_MAX)
}

fn is_link(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn options(options: &[ResponseOption]) -> Vec<Value> {
    options
        .iter()
        .filter(|o| is_link(&o.link))
        .take(OPTIONS_MAX)
        .map(|o| json!({"number": o.number, "text": o.text, "link": o.link}))
        .collect()
}

fn apply(
    part: &str,
    template: Option<&Template>,
    context: &Value,
    notes: &mut Vec<String>,
) -> Option<String> {
    match template?.render(context) {
        Ok(rendered) => {
            if !rendered.missing.is_empty() {
                let names = rendered.missing.join(", ");
                notes.push(format!("The {part} template found no value for {names}."));
            }
            Some(rendered.output)
        }
        Err(e) => {
            notes.push(format!("The {part} template failed, the default was used: {e}."));
            None
        }
    }
}

fn default(template: &Own, context: &Value) -> Option<String> {
    let template = template.as_ref().ok()?;
    template.render(context).ok().map(|rendered| rendered.output)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert() -> AlertContext {
        AlertContext {
            instance: "acme".to_owned(),
            number: 42,
            summary: "Disk full on db-1".to_owned(),
            priority: Priority::High,
            state: "open".to_owned(),
            source: "Prometheus".to_owned(),
            created: "1 January 2026, 09:00 JST".to_owned(),
            properties: BTreeMap::from([("Severity".to_owned(), "Sev-2".to_owned())]),
            why: "You are on call for Payments SRE · shift Nights, step 1".to_owned(),
            options: ["Acknowledge", "Escalate"]
                .iter()
                .zip(1u8..)
                .map(|(option, number)| ResponseOption {
                    number,
                    text: (*option).to_owned(),
                    link: format!("https://firebell.example/r/{number}?t=a&b"),
                })
                .collect(),
            alert_url: Some("https://firebell.example/alerts/42".to_owned()),
            count: 3,
            language: "en".to_owned(),
        }
    }

    fn plain(alert: &AlertContext) -> RenderedEmail {
        let mail = render_email(alert, Overrides::default());
        assert!(mail.notes.is_empty(), "{mail:?}");
        mail
    }

    #[test]
    fn the_default_mail_says_everything_in_both_parts() {
        let mail = plain(&alert());
        assert_eq!(mail.subject, "▲ High: Disk full on db-1 [acme #42]");
        for part in [&mail.text, &mail.html] {
            for said in [
                "▲ High",
                "Disk full on db-1",
                "Severity",
                "Sev-2",
                "Prometheus",
                "open",
                "1 January 2026, 09:00 JST",
                "shift Nights, step 1",
                "Acknowledge",
                "Escalate",
                "https://firebell.example/alerts/42",
                "acme",
                "3 events",
            ] {
                assert!(part.contains(said), "{said} missing in {part}");
            }
        }
        assert!(mail.text.contains("1. Acknowledge\nhttps://firebell.example/r/1?t=a&b\n"));
        assert!(!mail.text.contains("\n\n\n"), "{}", mail.text);
        for needed in [
            "<!doctype html>",
            "color-scheme",
            "prefers-color-scheme: dark",
            "width=device-width",
            "lang=\"en\"",
        ] {
            assert!(mail.html.contains(needed), "{needed}");
        }
        assert!(!mail.html.contains("<script") && !mail.html.contains("<img"));
    }

    #[test]
    fn priorities_have_a_word_and_a_shape() {
        for (priority, expect) in [(Priority::Medium, "■ Medium:"), (Priority::Low, "● Low:")] {
            let mail = plain(&AlertContext { priority, ..alert() });
            assert!(mail.subject.starts_with(expect), "{}", mail.subject);
        }
    }

    #[test]
    fn hostile_content_stays_text() {
        let evil = "<script>alert(1)</script>\r\nBcc: eve@example.org {{ why }}";
        let mut hostile = alert();
        hostile.summary = evil.to_owned();
        hostile.why = evil.to_owned();
        hostile.properties.insert(evil.to_owned(), evil.to_owned());
        hostile.alert_url = Some("javascript:alert(1)".to_owned());
        hostile.options[0].link = "javascript:alert(2)".to_owned();
        hostile.options[1].text = evil.to_owned();
        let mail = plain(&hostile);
        assert!(!mail.html.contains("<script") && !mail.html.contains("javascript:"));
        assert!(!mail.subject.contains(['\r', '\n']), "{:?}", mail.subject);
        assert!(mail.text.contains("{{ why }}"), "values are not templates");
    }

    #[test]
    fn enormous_alerts_still_go_out() {
        let mut huge = alert();
        huge.summary = "<".repeat(100_000);
        for i in 0..500 {
            huge.properties.insert(format!("p{i:03}"), "<".repeat(10_000));
        }
        let mail = plain(&huge);
        assert!(mail.html.contains("Acknowledge") && mail.html.len() <= OUTPUT_BYTES_MAX);
        assert!(mail.text.contains("441 more"), "{}", mail.text.len());
        assert!(mail.subject.ends_with("… [acme #42]"), "{}", mail.subject);
        assert!(mail.subject.chars().count() <= SUBJECT_CHARS_MAX);
    }

    #[test]
    fn a_form_may_bring_its_own_words() {
        let subject = Template::compile("{{ properties.Severity }}: {{ summary }}", Format::Text);
        let body = Template::compile("Dear <team>,\n{{ summary }} {{ gone }}", Format::Text);
        let (subject, body) = (subject.unwrap(), body.unwrap());
        let overrides =
            Overrides { subject: Some(&subject), body: Some(&body), ..Overrides::default() };
        let mail = render_email(&alert(), overrides);
        assert_eq!(mail.subject, "Sev-2: Disk full on db-1");
        assert!(mail.text.contains("Dear <team>,\nDisk full") && mail.text.contains("Acknowledge"));
        assert!(mail.html.contains("Dear &lt;team&gt;,") && mail.html.contains("Acknowledge"));
        assert!(!mail.text.contains("Sev-2"), "the form's body replaces the details");
        assert_eq!(mail.notes, ["The body template found no value for gone."]);
    }

    #[test]
    fn a_failing_form_falls_back_to_the_default() {
        let html = Template::compile("{{ summary }}".repeat(50).as_str(), Format::Html).unwrap();
        let overrides = Overrides { html: Some(&html), ..Overrides::default() };
        let long = AlertContext { summary: "<".repeat(2_000), ..alert() };
        let mail = render_email(&long, overrides);
        assert!(mail.html.contains("<!doctype html>"));
        assert!(mail.notes[0].contains("the default was used"), "{:?}", mail.notes);
    }

    #[test]
    fn the_webhook_body_is_complete() {
        let body = webhook_body(&alert());
        assert_eq!(body["type"], "alert.notification");
        assert_eq!(body["alert"]["number"], 42);
        assert_eq!(body["alert"]["priority"], "High");
        assert_eq!(body["alert"]["properties"]["Severity"], "Sev-2");
        assert_eq!(body["options"][1]["text"], "Escalate");
    }
}
