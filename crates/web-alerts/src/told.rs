//! Who was told of an alert on which device, and how that went: one block per person, in the order they were
//! told.

use std::collections::BTreeMap;

use firebell_base::time::micros_between;
use firebell_domain::notification::{
    Delivery, Notification, NotificationId, NotificationState, Outcome, Path,
};
use firebell_domain::person::PersonId;
use firebell_ui::part::Badge;
use firebell_ui::{Say, Shape, Visit, When};

use crate::row::person;
use crate::story::{Known, span};
use crate::words::WORDS;

/// People that are shown.
const PEOPLE_MAX: usize = 100;

/// Somebody who was or is to be told.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) why: String,
    pub(crate) devices: Vec<Device>,
}

/// A message on one device.
pub(crate) struct Device {
    pub(crate) name: String,
    pub(crate) badge: Badge,
    pub(crate) detail: String,
    pub(crate) when: Option<When>,
}

/// Whom a message has reached, in order.
pub(crate) fn reached(notifications: &[Notification]) -> Vec<PersonId> {
    let mut people = Vec::new();
    for one in notifications {
        match one.state {
            NotificationState::Delivered | NotificationState::Responded => {
                if !people.contains(&one.person) {
                    people.push(one.person);
                }
            }
            NotificationState::Pending
            | NotificationState::Failed
            | NotificationState::Cancelled => {}
        }
    }
    people
}

/// One block per person.
pub(crate) fn people(visit: &Visit, known: &Known) -> Vec<Person> {
    let t = visit.say(&WORDS);
    let mut last: BTreeMap<NotificationId, &Delivery> = BTreeMap::new();
    for delivery in &known.deliveries {
        last.insert(delivery.notification, delivery);
    }
    let mut places: BTreeMap<PersonId, usize> = BTreeMap::new();
    let mut people: Vec<Person> = Vec::new();
    for one in &known.notifications {
        let place = *places.entry(one.person).or_insert_with(|| {
            people.push(Person {
                name: person(&visit.directory, one.person, t),
                href: visit.href(&format!("users/{}", one.person)),
                why: why(visit, t, &one.path),
                devices: Vec::new(),
            });
            people.len() - 1
        });
        if let Some(person) = people.get_mut(place) {
            person.devices.push(device(visit, t, one, last.get(&one.id).copied()));
        }
    }
    people.truncate(PEOPLE_MAX);
    people
}

fn device(visit: &Visit, t: Say, one: &Notification, last: Option<&Delivery>) -> Device {
    let known = visit.directory.device(one.device).map(|device| device.name.to_string());
    let name = known.unwrap_or_else(|| t.get("alerts-removed-device"));
    let said = last.map(|last| last.detail.clone()).unwrap_or_default();
    let took = one.finished.map(|at| span_of(micros_between(one.due, at)));
    let (class, shape, key) = match one.state {
        NotificationState::Pending if one.due > visit.now && one.attempts == 0 => {
            ("waits", Shape::Ring, "alerts-sent-later")
        }
        NotificationState::Pending if last.is_some_and(|l| l.outcome == Outcome::Retrying) => {
            ("medium", Shape::Ring, "alerts-sent-again")
        }
        NotificationState::Pending => ("waits", Shape::Ring, "alerts-sent-now"),
        NotificationState::Delivered => ("ok", Shape::Check, "alerts-sent-delivered"),
        NotificationState::Failed => ("high", Shape::Slash, "alerts-sent-failed"),
        NotificationState::Cancelled => ("muted", Shape::Slash, "alerts-sent-cancelled"),
        NotificationState::Responded => ("ok", Shape::Check, "alerts-sent-answered"),
    };
    let detail = match one.state {
        NotificationState::Delivered | NotificationState::Responded => took.unwrap_or_default(),
        NotificationState::Failed | NotificationState::Pending => said,
        NotificationState::Cancelled => String::new(),
    };
    let when = match one.state {
        NotificationState::Pending => (one.due > visit.now).then_some(one.due),
        NotificationState::Cancelled => None,
        NotificationState::Delivered | NotificationState::Failed | NotificationState::Responded => {
            one.finished
        }
    };
    let badge = Badge::new(class, shape, t.get(key));
    Device { name, badge, detail, when: when.map(|at| visit.when(at)) }
}

/// How long a message took: "0.4 s", "12 min".
fn span_of(micros: i64) -> String {
    if micros < 60_000_000 {
        let tenths = micros.max(0) / 100_000;
        if tenths == 0 {
            return "< 0.1 s".to_owned();
        }
        return format!("{}.{} s", tenths / 10, tenths % 10);
    }
    span(micros)
}

/// Why somebody is told.
fn why(visit: &Visit, t: Say, path: &Path) -> String {
    let directory = &visit.directory;
    let group = path.group.and_then(|id| directory.group(id)).map(|g| g.target_name.to_string());
    let shift = path.shift.and_then(|id| directory.shift(id)).map(|s| s.name.to_string());
    let mut why = match (group, shift) {
        (Some(group), Some(shift)) => {
            let place = path.position.unwrap_or(1);
            t.na("alerts-why-shift", place, &[("group", &group), ("shift", &shift)])
        }
        (Some(group), None) => t.a("alerts-why-group", &[("group", &group)]),
        (None, _) => t.get("alerts-why-named"),
    };
    if let Some(absent) = path.stands_in_for {
        why.push_str(" · ");
        why.push_str(&t.a("alerts-why-stands-in", &[("name", &person(directory, absent, t))]));
    }
    if path.round > 0 {
        why.push_str(" · ");
        why.push_str(&t.n("alerts-why-round", i64::from(path.round) + 1));
    }
    why
}
