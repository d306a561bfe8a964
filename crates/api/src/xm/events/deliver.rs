//! User deliveries: what was sent to each person about an event, and what they answered (section
//! 15.6 of the API reference).
//!
//! Notifications that were cancelled before they were sent are left out: nothing was delivered.

use std::collections::BTreeMap;

use firebell_domain::alert::Alert;
use firebell_domain::directory::Directory;
use firebell_domain::notification::{
    Delivery, Notification, NotificationId, NotificationState, Outcome,
};
use firebell_domain::person::PersonId;
use firebell_domain::response::Response;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::page::embedded;
use crate::time::format_time;
use crate::xm::shape::person;

const STATUSES: &str = "RESPONDED, DELIVERED, PENDING, FAILED";

/// What was sent about an alert and what came back.
pub(super) struct Sent {
    /// Who was to be told on what.
    pub(super) notifications: Vec<Notification>,
    /// The attempts.
    pub(super) deliveries: Vec<Delivery>,
    /// The answers.
    pub(super) responses: Vec<Response>,
}

/// Checks the words of a filter.
pub(super) fn statuses(words: &[String]) -> Result<Vec<String>, ApiError> {
    let read = |word: &String| {
        let upper = word.to_uppercase();
        if STATUSES.split(", ").any(|known| known == upper) {
            return Ok(upper);
        }
        Err(ApiError::not_one_of("deliveryStatus", word, STATUSES))
    };
    words.iter().map(read).collect()
}

/// What somebody was sent.
pub(super) struct Told<'s> {
    person: PersonId,
    status: &'static str,
    notifications: Vec<&'s Notification>,
}

/// What was sent and what came back, ready to be looked up.
pub(super) struct Index<'s> {
    sent: &'s Sent,
    attempts: BTreeMap<NotificationId, Vec<&'s Delivery>>,
    answers: BTreeMap<NotificationId, Vec<&'s Response>>,
    /// The newest answer of each person.
    newest: BTreeMap<PersonId, &'s Response>,
}

impl<'s> Index<'s> {
    pub(super) fn of(sent: &'s Sent) -> Self {
        let mut attempts: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for delivery in &sent.deliveries {
            attempts.entry(delivery.notification).or_default().push(delivery);
        }
        let mut answers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for response in &sent.responses {
            if let Some(id) = response.notification {
                answers.entry(id).or_default().push(response);
            }
        }
        let newest = sent.responses.iter().map(|response| (response.person, response)).collect();
        Self { sent, attempts, answers, newest }
    }

    /// One entry per person, by target name.
    pub(super) fn by_person(&self, directory: &Directory, statuses: &[String]) -> Vec<Told<'s>> {
        let mut people: BTreeMap<(String, PersonId), Vec<&Notification>> = BTreeMap::new();
        let name = |id| directory.person(id).map(|p| p.target_name.fold()).unwrap_or_default();
        for notification in &self.sent.notifications {
            if notification.state != NotificationState::Cancelled || notification.attempts > 0 {
                let key = (name(notification.person), notification.person);
                people.entry(key).or_default().push(notification);
            }
        }
        // Who answered without having been told is a delivery to xMatters' clients too.
        for id in self.newest.keys() {
            people.entry((name(*id), *id)).or_default();
        }
        let one = |((_, person), notifications): ((String, PersonId), Vec<&'s Notification>)| {
            let status = person_status(self.newest.contains_key(&person), &notifications);
            Told { person, status, notifications }
        };
        let wanted = |told: &Told<'_>| {
            statuses.is_empty() || statuses.iter().any(|word| word == told.status)
        };
        people.into_iter().map(one).filter(wanted).collect()
    }
}

fn person_status(answered: bool, list: &[&Notification]) -> &'static str {
    let any = |state| list.iter().any(|n| n.state == state);
    if answered {
        "RESPONDED"
    } else if any(NotificationState::Delivered) || any(NotificationState::Responded) {
        "DELIVERED"
    } else if any(NotificationState::Pending) {
        "PENDING"
    } else {
        "FAILED"
    }
}

const fn notification_status(state: NotificationState) -> &'static str {
    match state {
        NotificationState::Pending => "PENDING",
        NotificationState::Delivered => "DELIVERED",
        NotificationState::Failed | NotificationState::Cancelled => "FAILED",
        NotificationState::Responded => "RESPONDED",
    }
}

/// The JSON of one entry.
pub(super) fn delivery(
    directory: &Directory,
    alert: &Alert,
    index: &Index<'_>,
    told: &Told<'_>,
) -> Value {
    let id = told.person;
    let person = directory.person(id).map_or_else(
        || json!({ "id": id.to_string(), "recipientType": "PERSON" }),
        |p| person::reference(p),
    );
    let shown = told.notifications.iter().map(|n| notification(directory, index, n)).collect();
    let own = format!("/api/xm/1/events/{}", alert.id);
    let mut shape = json!({
        "event": {
            "id": alert.id.to_string(),
            "eventId": alert.number.to_string(),
            "links": { "self": own },
        },
        "person": person,
        "deliveryStatus": told.status,
        "notifications": embedded(&format!("{own}/user-deliveries"), shown),
    });
    if let (Some(response), Some(fields)) = (index.newest.get(&id), shape.as_object_mut()) {
        fields.insert("response".to_owned(), answer(response));
    }
    shape
}

fn notification(directory: &Directory, index: &Index<'_>, n: &Notification) -> Value {
    let device = directory.device(n.device);
    let target = directory.recipient_name(firebell_domain::recipient::Recipient::Device(n.device));
    let attempts = index.attempts.get(&n.id).map(Vec::as_slice).unwrap_or_default();
    let took = attempts.iter().find(|delivery| delivery.outcome == Outcome::Delivered);
    let answers = index.answers.get(&n.id).map(Vec::as_slice).unwrap_or_default();
    let mut shape = json!({
        "id": n.id.to_string(),
        "category": "DEVICE",
        "recipient": {
            "id": n.device.to_string(),
            "targetName": target,
            "recipientType": "DEVICE",
            "deviceType": device.map(|d| d.address.kind()),
            "name": device.map(|d| d.name.to_string()),
            "links": { "self": format!("/api/xm/1/devices/{}", n.device) },
        },
        "deliveryStatus": notification_status(n.state),
        "created": format_time(n.created),
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let Some(first) = attempts.first() {
        put("deliveryAttempted", json!(format_time(first.at)));
    }
    if let Some(took) = took {
        put("delivered", json!(format_time(took.at)));
    }
    if let Some(first) = answers.first() {
        put("responded", json!(format_time(first.at)));
        let path = format!("/api/xm/1/events/{}/user-deliveries", n.alert);
        put("responses", embedded(&path, answers.iter().map(|one| answer(one)).collect()));
    }
    shape
}

fn answer(response: &Response) -> Value {
    let mut shape = json!({
        "text": response.option.text,
        "received": format_time(response.at),
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    if let Some(id) = response.notification {
        fields.insert("notification".to_owned(), json!({ "id": id.to_string() }));
    }
    if let Some(comment) = &response.comment {
        fields.insert("comment".to_owned(), json!(comment));
    }
    shape
}
