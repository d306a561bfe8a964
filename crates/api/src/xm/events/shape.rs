//! The JSON of an event (section 15.5 of the API reference).

use std::collections::BTreeSet;

use firebell_base::time::micros_between;
use firebell_domain::alert::{Alert, CloseCause, State};
use firebell_domain::directory::Directory;
use firebell_domain::form::ResponseOption;
use firebell_domain::notification::Notification;
use firebell_domain::property::{Properties, Value as Property};
use firebell_domain::recipient::Recipient;
use serde_json::{Map, Value, json};

use crate::page::{Query, embedded};
use crate::time::{format_event_time, format_time};
use crate::xm::shape::person;

/// What is to be shown inside an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Embeds {
    /// The form's response options.
    pub(super) options: bool,
    /// The groups and people it was aimed at.
    pub(super) targeted: bool,
    /// The people and devices it was sent to.
    pub(super) resolved: bool,
}

impl Embeds {
    pub(super) fn of(query: &Query) -> Self {
        Self {
            options: query.embeds("responseOptions"),
            targeted: query.embeds("targetedRecipients"),
            resolved: query.embeds("recipients"),
        }
    }
}

/// The word for an alert's state.
pub(super) const fn status(alert: &Alert) -> &'static str {
    match (alert.state, alert.closed) {
        (State::Open | State::Acknowledged, _) => "ACTIVE",
        (State::Suspended, _) => "SUSPENDED",
        (State::Closed, Some(closed)) => match closed.cause {
            CloseCause::Expired => "TERMINATED",
            CloseCause::Source | CloseCause::Response | CloseCause::Person => "TERMINATED_EXTERNAL",
        },
        (State::Closed, None) => "TERMINATED",
    }
}

/// An event.
pub(super) fn event(
    directory: &Directory,
    alert: &Alert,
    embeds: Embeds,
    sent: &[Notification],
) -> Value {
    let form = directory.form(alert.form);
    let form_name = form.map_or_else(|| "(removed)".to_owned(), |form| form.name.to_string());
    let integration = directory.integration(alert.integration);
    let sender = integration.map_or_else(|| "(removed)".to_owned(), |i| i.name.to_string());
    let own = format!("/api/xm/1/events/{}", alert.id);
    let minutes = micros_between(alert.created, alert.expires) / 60_000_000;
    let mut shape = json!({
        "id": alert.id.to_string(),
        "eventId": alert.number.to_string(),
        "name": alert.summary,
        "eventType": "USER",
        "plan": { "id": alert.integration.to_string(), "name": sender },
        "form": { "id": alert.form.to_string(), "name": form_name },
        "floodControl": false,
        "submitter": {
            "id": alert.integration.to_string(),
            "targetName": sender,
            "firstName": sender,
            "lastName": "",
            "recipientType": "INTEGRATION",
        },
        "priority": alert.priority.word(),
        "incident": format!("INCIDENT_ID-{}", alert.number),
        "expirationInMinutes": minutes,
        "overrideDeviceRestrictions": form.is_some_and(|form| form.override_device_restrictions),
        "escalationOverride": form.is_some_and(|form| form.escalation_override),
        "bypassPhoneIntro": false,
        "requirePhonePassword": false,
        "voicemailOptions": { "retry": 0, "every": 60, "leave": "callbackonly" },
        "created": format_event_time(alert.created),
        "status": status(alert),
        "responseCountsEnabled": false,
        "revision": {
            "id": alert.id.to_string(),
            "at": format_time(alert.updated),
            "seq": alert.updated.as_microsecond().to_string(),
        },
        "properties": properties(&alert.properties),
        "links": { "self": own },
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let Some(closed) = alert.closed {
        put("terminated", json!(format_event_time(closed.at)));
    }
    if embeds.options {
        let options = form.map(|form| form.options.as_slice()).unwrap_or_default();
        let options = options.iter().map(option).collect();
        put("responseOptions", embedded(&format!("{own}/response-options"), options));
    }
    if embeds.resolved || embeds.targeted {
        let list = recipients(directory, sent, !embeds.resolved);
        put("recipients", embedded(&format!("{own}/recipients"), list));
    }
    shape
}

/// Properties as JSON.
pub(crate) fn properties(properties: &Properties) -> Value {
    let field = |(name, value): (&String, &Property)| {
        let value = match value {
            Property::Text(text) => json!(text),
            Property::Bool(flag) => json!(flag),
            Property::Int(number) => json!(number),
            Property::Real(number) => json!(number),
            Property::List(texts) => json!(texts),
        };
        (name.clone(), value)
    };
    Value::Object(properties.iter().map(field).collect::<Map<_, _>>())
}

/// A response option.
pub(crate) fn option(option: &ResponseOption) -> Value {
    json!({
        "number": option.number,
        "text": option.text,
        "description": option.description,
        "prompt": option.text,
        "action": option.action.word(),
        "contribution": option.contribution.word(),
        "joinConference": false,
        "allowComments": option.allow_comments,
    })
}

/// Whom an event was aimed at (groups, and people named directly), or whom it was sent to (people
/// and devices).
pub(super) fn recipients(
    directory: &Directory,
    sent: &[Notification],
    targeted: bool,
) -> Vec<Value> {
    let mut all = BTreeSet::new();
    for notification in sent {
        match (targeted, notification.path.group) {
            (true, Some(group)) => all.insert(Recipient::Group(group)),
            (true, None) => all.insert(Recipient::Person(notification.person)),
            (false, _) => {
                all.insert(Recipient::Device(notification.device));
                all.insert(Recipient::Person(notification.person))
            }
        };
    }
    all.into_iter().map(|one| recipient(directory, one, targeted)).collect()
}

fn recipient(directory: &Directory, recipient: Recipient, targeted: bool) -> Value {
    let mut shape = match recipient {
        Recipient::Person(id) => directory.person(id).map(|p| person::reference(p)),
        Recipient::Device(id) => directory
            .device(id)
            .map(|d| json!({ "deviceType": d.address.kind(), "name": d.name.as_str() })),
        Recipient::Group(id) => {
            directory.group(id).map(|g| json!({ "groupType": g.group_type.word() }))
        }
    }
    .unwrap_or_else(|| json!({}));
    let (id, place) = match recipient {
        Recipient::Person(id) => (id.to_string(), "people"),
        Recipient::Device(id) => (id.to_string(), "devices"),
        Recipient::Group(id) => (id.to_string(), "groups"),
    };
    if let Some(fields) = shape.as_object_mut() {
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("id", json!(id));
        put("targetName", json!(directory.recipient_name(recipient)));
        put("recipientType", json!(recipient.kind()));
        put("links", json!({ "self": format!("/api/xm/1/{place}/{id}") }));
        put("targeted", json!(targeted));
    }
    shape
}
