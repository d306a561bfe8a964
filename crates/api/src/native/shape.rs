//! The JSON of alerts and of what belongs to them.

use firebell_access::link::masked;
use firebell_domain::alert::Alert;
use firebell_domain::device::DeviceId;
use firebell_domain::directory::Directory;
use firebell_domain::group::GroupId;
use firebell_domain::integration::IntegrationId;
use firebell_domain::notification::{Delivery, Notification};
use firebell_domain::person::PersonId;
use firebell_domain::recipient::Recipient;
use firebell_domain::response::Response;
use firebell_domain::suppression::Rule;
use firebell_domain::timeline::Entry;
use firebell_store::events::EventRecord;
use serde_json::{Map, Value, json};

use super::BASE;
use crate::time::format_time;
use crate::xm::events::{option, properties};

/// An alert.
pub(super) fn alert(directory: &Directory, alert: &Alert) -> Value {
    let form = directory.form(alert.form);
    let mut shape = json!({
        "id": alert.id.to_string(),
        "number": alert.number,
        "state": alert.state.word(),
        "priority": alert.priority.word(),
        "count": alert.count,
        "summary": alert.summary,
        "dedupKey": alert.dedup_key,
        "properties": properties(&alert.properties),
        "integration": integration(directory, alert.integration),
        "form": {
            "id": alert.form.to_string(),
            "name": form.map(|form| form.name.to_string()),
        },
        "requestId": alert.request.to_string(),
        "created": format_time(alert.created),
        "updated": format_time(alert.updated),
        "expires": format_time(alert.expires),
        "links": {
            "self": format!("{BASE}/alerts/{}", alert.id),
            "event": format!("/api/xm/1/events/{}", alert.id),
        },
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let Some(owner) = alert.owner {
        put("owner", person(directory, owner));
    }
    if let Some(at) = alert.acknowledged {
        put("acknowledged", json!(format_time(at)));
    }
    if let Some(closed) = alert.closed {
        put("closed", json!(format_time(closed.at)));
        put("closeCause", json!(closed.cause.word()));
        if let Some(by) = closed.by {
            put("closedBy", person(directory, by));
        }
    }
    shape
}

/// An alert with what may be answered to it.
pub(super) fn alert_with_options(directory: &Directory, one: &Alert) -> Value {
    let mut shape = alert(directory, one);
    let options = directory.form(one.form).map(|form| form.options.as_slice()).unwrap_or_default();
    if let Some(fields) = shape.as_object_mut() {
        let options = options.iter().map(option).collect();
        fields.insert("responseOptions".to_owned(), Value::Array(options));
    }
    shape
}

/// A person as others mention them, also one that was removed.
pub(super) fn person(directory: &Directory, id: PersonId) -> Value {
    match directory.person(id) {
        Some(person) => json!({
            "id": id.to_string(),
            "targetName": person.target_name.as_str(),
            "firstName": person.first_name.as_str(),
            "lastName": person.last_name.as_str(),
            "recipientType": "PERSON",
            "links": { "self": format!("/api/xm/1/people/{id}") },
        }),
        None => removed(directory, Recipient::Person(id), &id.to_string()),
    }
}

/// A device as others mention it.
pub(super) fn device(directory: &Directory, id: DeviceId) -> Value {
    match directory.device(id) {
        Some(device) => json!({
            "id": id.to_string(),
            "targetName": directory.recipient_name(Recipient::Device(id)),
            "name": device.name.as_str(),
            "deviceType": device.address.kind(),
            "recipientType": "DEVICE",
            "links": { "self": format!("/api/xm/1/devices/{id}") },
        }),
        None => removed(directory, Recipient::Device(id), &id.to_string()),
    }
}

/// A group as others mention it.
pub(super) fn group(directory: &Directory, id: GroupId) -> Value {
    match directory.group(id) {
        Some(group) => json!({
            "id": id.to_string(),
            "targetName": group.target_name.as_str(),
            "recipientType": "GROUP",
            "groupType": group.group_type.word(),
            "links": { "self": format!("/api/xm/1/groups/{id}") },
        }),
        None => removed(directory, Recipient::Group(id), &id.to_string()),
    }
}

fn removed(directory: &Directory, recipient: Recipient, id: &str) -> Value {
    json!({
        "id": id,
        "targetName": directory.recipient_name(recipient),
        "recipientType": recipient.kind(),
        "links": {},
    })
}

/// An integration as others mention it.
pub(super) fn integration(directory: &Directory, id: IntegrationId) -> Value {
    let name = directory.integration(id).map(|integration| integration.name.to_string());
    json!({ "id": id.to_string(), "name": name })
}

/// One entry of a timeline.
pub(super) fn entry(directory: &Directory, entry: &Entry) -> Value {
    let mut shape = Map::new();
    let mut put = |name: &str, value: Value| shape.insert(name.to_owned(), value);
    put("at", json!(format_time(entry.at)));
    put("step", json!(entry.step.word()));
    // A webhook's receiver may repeat what it got, and its answer is told here.
    put("text", json!(masked(&entry.text())));
    if let Some(id) = entry.person {
        put("person", person(directory, id));
    }
    if let Some(id) = entry.device {
        put("device", device(directory, id));
    }
    if let Some(id) = entry.group {
        put("group", group(directory, id));
    }
    if let Some(id) = entry.notification {
        put("notification", json!({ "id": id.to_string() }));
    }
    Value::Object(shape)
}

/// A notification.
pub(super) fn notification(directory: &Directory, one: &Notification) -> Value {
    let mut shape = json!({
        "id": one.id.to_string(),
        "alert": { "id": one.alert.to_string() },
        "person": person(directory, one.person),
        "device": device(directory, one.device),
        "state": one.state.word(),
        "due": format_time(one.due),
        "attempts": one.attempts,
        "round": one.path.round,
        "created": format_time(one.created),
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let Some(at) = one.finished {
        put("finished", json!(format_time(at)));
    }
    if let Some(id) = one.path.group {
        put("group", group(directory, id));
    }
    if let Some(id) = one.path.shift {
        let name = directory.shift(id).map(|shift| shift.name.to_string());
        put("shift", json!({ "id": id.to_string(), "name": name }));
    }
    if let Some(position) = one.path.position {
        put("position", json!(position));
    }
    if let Some(id) = one.path.stands_in_for {
        put("standsInFor", person(directory, id));
    }
    shape
}

/// An attempt to deliver.
pub(super) fn delivery(one: &Delivery) -> Value {
    json!({
        "id": one.id.to_string(),
        "notification": { "id": one.notification.to_string() },
        "attempt": one.attempt,
        "at": format_time(one.at),
        "outcome": one.outcome.word(),
        "provider": one.provider,
        "detail": masked(&one.detail),
    })
}

/// An answer.
pub(super) fn response(directory: &Directory, one: &Response) -> Value {
    json!({
        "id": one.id.to_string(),
        "alert": { "id": one.alert.to_string() },
        "notification": one.notification.map(|id| json!({ "id": id.to_string() })),
        "person": person(directory, one.person),
        "option": {
            "number": one.option.number,
            "text": one.option.text,
            "action": one.option.action.word(),
            "contribution": one.option.contribution.word(),
        },
        "comment": one.comment,
        "via": one.via.word(),
        "at": format_time(one.at),
        "standing": one.standing.word(),
    })
}

/// An event as it was kept.
pub(super) fn event(directory: &Directory, one: &EventRecord) -> Value {
    json!({
        "id": one.id.to_string(),
        "requestId": one.request.to_string(),
        "integration": integration(directory, one.integration),
        "received": format_time(one.received),
        "action": one.action.word(),
        "dedupKey": one.dedup_key,
        "summary": one.summary,
        "fate": one.fate.word(),
        "alert": one.alert.map(|id| json!({
            "id": id.to_string(),
            "links": { "self": format!("{BASE}/alerts/{id}") },
        })),
        "rule": one.rule.map(|hidden_by| rule(directory, hidden_by)),
        "links": { "payload": format!("{BASE}/events/{}/payload", one.id) },
    })
}

/// The rule that hides events, as far as it still exists.
pub(super) fn rule(directory: &Directory, rule: Rule) -> Value {
    match rule {
        Rule::Silence(id) => json!({
            "type": "SILENCE",
            "id": id.to_string(),
            "comment": directory.silence(id).map(|silence| silence.comment.clone()),
            "createdBy": directory.silence(id).map(|silence| silence.created_by.clone()),
            "links": { "self": format!("{BASE}/silences/{id}") },
        }),
        Rule::Window(id) => json!({
            "type": "MAINTENANCE_WINDOW",
            "id": id.to_string(),
            "name": directory.window(id).map(|window| window.name.to_string()),
            "comment": directory.window(id).map(|window| window.comment.clone()),
            "links": { "self": format!("{BASE}/maintenance-windows/{id}") },
        }),
    }
}
