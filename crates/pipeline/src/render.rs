//! From a notification to a finished message: texts in the recipient's zone, one-tap links, the form's own
//! templates where it has some.

use std::collections::BTreeMap;
use std::time::Duration;

use firebell_access::link::{LinkClaims, LinkKey, sign};
use firebell_base::Timestamp;
use firebell_base::time::{add_minutes, micros_between};
use firebell_channels::{
    Address, AlertContext, Format, Message, Overrides, Priority as Shown, ResponseOption, Template,
    render_email, webhook_body,
};
use firebell_domain::alert::{Alert, Priority};
use firebell_domain::device::Address as DeviceAddress;
use firebell_domain::directory::Directory;
use firebell_domain::form::Form;
use firebell_domain::notification::Notification;
use firebell_domain::person::{LicenceType, Person};
use firebell_domain::timeline::{Detail, Sending, TemplatePart, What, span};

use crate::engine::Job;
use crate::explain;
use crate::limits::LATE_AFTER;

/// How long after the alert's own end its links are still answered politely, in minutes: a day.
const LINK_GRACE_MINUTES: i64 = 24 * 60;

/// What rendering needs besides the notification.
#[derive(Debug, Clone)]
pub struct Links {
    /// Where this server is reached from outside, without a trailing slash.
    pub public_url: String,
    /// The key links are signed with.
    pub key: LinkKey,
}

/// Why a notification cannot be rendered: what it speaks of is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gone {
    /// The person or the device was removed.
    Recipient,
    /// The device was switched off since.
    Inactive,
}

impl From<Gone> for Detail {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Recipient => Self::RecipientRemoved,
            Gone::Inactive => Self::DeviceInactive,
        }
    }
}

/// A message, and what the timeline should know about its making.
pub(crate) struct Rendered {
    pub(crate) message: Message,
    pub(crate) notes: Vec<What>,
}

/// Renders a job for sending at `now`.
pub(crate) fn render(
    directory: &Directory,
    job: &Job,
    links: &Links,
    now: Timestamp,
) -> Result<Rendered, Gone> {
    let notification = &job.notification;
    let person = directory.person(notification.person).ok_or(Gone::Recipient)?;
    let device = directory.device(notification.device).ok_or(Gone::Recipient)?;
    if device.status != firebell_domain::person::Status::Active {
        return Err(Gone::Inactive);
    }
    let form = directory.form(job.alert.form);
    let options = options(job, person, form.map(AsRef::as_ref), links);
    let context = context(directory, job, person, options.clone(), now);
    let mut notes = Vec::new();
    let (subject, text, html) = email(&context, form.map(AsRef::as_ref), &mut notes);
    let json = match device.address {
        DeviceAddress::Webhook { .. } => {
            Some(webhook_json(&context, form.map(AsRef::as_ref), &mut notes))
        }
        DeviceAddress::Email(_) | DeviceAddress::Voice(_) | DeviceAddress::Sms(_) => None,
    };
    let message = Message {
        key: notification.id.to_string(),
        instance: directory.instance.name.to_string(),
        alert_number: job.alert.number,
        to: address(&device.address),
        recipient_name: person.display_name(),
        language: person.language.clone(),
        subject,
        text,
        html: Some(html).filter(|html| !html.is_empty()),
        json,
        options,
        thread: Some(job.alert.id.to_string()),
        sent_at: now,
    };
    Ok(Rendered { message, notes })
}

/// A device's address as channels know it.
pub(crate) fn address(address: &DeviceAddress) -> Address {
    match address {
        DeviceAddress::Email(email) => Address::Email(email.clone()),
        DeviceAddress::Webhook { url, secret } => {
            Address::Url { url: url.clone(), secret: secret.clone() }
        }
        DeviceAddress::Voice(number) | DeviceAddress::Sms(number) => Address::Phone(number.clone()),
    }
}

/// One-tap links; none for people who may not respond.
fn options(job: &Job, person: &Person, form: Option<&Form>, links: &Links) -> Vec<ResponseOption> {
    if person.licence == LicenceType::StakeholderUser {
        return Vec::new();
    }
    let Some(form) = form else { return Vec::new() };
    let claims = LinkClaims {
        instance: job.instance,
        notification: job.notification.id,
        expires: add_minutes(job.alert.expires, LINK_GRACE_MINUTES),
    };
    let token = sign(&links.key, &claims);
    form.options
        .iter()
        .map(|option| ResponseOption {
            number: option.number,
            text: option.text.clone(),
            link: format!("{}/r/{token}/{}", links.public_url, option.number),
        })
        .collect()
}

fn context(
    directory: &Directory,
    job: &Job,
    person: &Person,
    options: Vec<ResponseOption>,
    now: Timestamp,
) -> AlertContext {
    let alert: &Alert = &job.alert;
    let properties: BTreeMap<String, String> =
        alert.properties.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
    AlertContext {
        instance: directory.instance.name.to_string(),
        number: alert.number,
        summary: alert.summary.clone(),
        priority: match alert.priority {
            Priority::High => Shown::High,
            Priority::Medium => Shown::Medium,
            Priority::Low => Shown::Low,
        },
        state: alert.state.word().to_lowercase(),
        source: directory
            .integration(alert.integration)
            .map_or_else(|| "(removed integration)".to_owned(), |i| i.name.to_string()),
        created: local(alert.created, person),
        properties,
        why: why(directory, &job.notification, now),
        options,
        alert_url: None,
        count: u64::try_from(alert.count).unwrap_or(1),
        language: person.language.clone(),
    }
}

/// An instant on the person's wall clock: "2026-03-02 03:12:07 Europe/Oslo".
fn local(at: Timestamp, person: &Person) -> String {
    let local = person.zone.local(at);
    format!("{} {}", local.strftime("%Y-%m-%d %H:%M:%S"), person.zone.name())
}

fn why(directory: &Directory, notification: &Notification, now: Timestamp) -> String {
    let mut why = explain::why(directory, &notification.path).to_string();
    if let Some(first) = why.get(..1) {
        why = format!("You are told because: {}{}", first, why.get(1..).unwrap_or_default());
    }
    let late = micros_between(notification.due, now);
    if late > micros(LATE_AFTER) {
        why = format!("{why} · this message is {} late", span(late / 1_000_000));
    }
    why
}

/// Whole microseconds of a duration.
pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn email(
    context: &AlertContext,
    form: Option<&Form>,
    notes: &mut Vec<What>,
) -> (String, String, String) {
    let mut compile = |source: Option<&String>, part: TemplatePart| -> Option<Template> {
        match Template::compile(source?, Format::Text) {
            Ok(template) => Some(template),
            Err(error) => {
                notes.push(Sending::Template { part, error: error.to_string() }.into());
                None
            }
        }
    };
    let subject =
        compile(form.and_then(|f| f.templates.email_subject.as_ref()), TemplatePart::Subject);
    let body = compile(form.and_then(|f| f.templates.email_text.as_ref()), TemplatePart::Body);
    let overrides = Overrides { subject: subject.as_ref(), body: body.as_ref(), html: None };
    let mut mail = render_email(context, overrides);
    notes.extend(mail.notes.drain(..).map(What::Said));
    (mail.subject, mail.text, mail.html)
}

fn webhook_json(
    context: &AlertContext,
    form: Option<&Form>,
    notes: &mut Vec<What>,
) -> serde_json::Value {
    let Some(source) = form.and_then(|f| f.templates.webhook_json.as_ref()) else {
        return webhook_body(context);
    };
    let rendered = Template::compile(source, Format::Json)
        .and_then(|template| template.render(&context.to_json()))
        .map_err(|error| error.to_string())
        .and_then(|r| serde_json::from_str(&r.output).map_err(|error| error.to_string()));
    rendered.unwrap_or_else(|error: String| {
        notes.push(Sending::WebhookTemplate { error }.into());
        webhook_body(context)
    })
}
