//! Who was told of an alert on which device, and how that went: one block per person, in the order they were
//! told.

use std::collections::BTreeMap;

use firebell_base::time::micros_between;
use firebell_domain::notification::{
    Delivery, Notification, NotificationId, NotificationState, Outcome,
};
use firebell_domain::person::PersonId;
use firebell_domain::timeline::{Detail, Sending, What};
use firebell_pipeline::explain;
use firebell_ui::part::Badge;
use firebell_ui::told::{self, Told};
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
    pub(crate) detail: Option<Told>,
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
    let mut said: BTreeMap<NotificationId, &Detail> = BTreeMap::new();
    for entry in &known.entries {
        if let (Some(id), Some(detail)) = (entry.notification, failure(&entry.what)) {
            said.insert(id, detail);
        }
    }
    let mut places: BTreeMap<PersonId, usize> = BTreeMap::new();
    let mut people: Vec<Person> = Vec::new();
    for one in &known.notifications {
        let place = *places.entry(one.person).or_insert_with(|| {
            people.push(Person {
                name: person(&visit.directory, one.person, t),
                href: visit.href(&format!("users/{}", one.person)),
                why: told::why(visit.lang, &explain::why(&visit.directory, &one.path)),
                devices: Vec::new(),
            });
            people.len() - 1
        });
        if let Some(person) = people.get_mut(place) {
            let attempt =
                Attempt { last: last.get(&one.id).copied(), said: said.get(&one.id).copied() };
            person.devices.push(device(visit, t, one, attempt));
        }
    }
    people.truncate(PEOPLE_MAX);
    people
}

/// What went wrong with an attempt, if something did.
fn failure(what: &What) -> Option<&Detail> {
    match what {
        What::Sending(Sending::Retrying { detail, .. } | Sending::Failed { detail, .. }) => {
            Some(detail)
        }
        What::Said(_)
        | What::Correlation(_)
        | What::Routing(_)
        | What::Escalating(_)
        | What::Telling(_)
        | What::Sending(_)
        | What::Answering(_) => None,
    }
}

/// The last attempt to send a message.
#[derive(Clone, Copy)]
struct Attempt<'a> {
    last: Option<&'a Delivery>,
    /// What the timeline says went wrong; unknown if that was long ago.
    said: Option<&'a Detail>,
}

impl Attempt<'_> {
    /// What is known of it, in the reader's language as far as it can be.
    fn detail(&self, visit: &Visit) -> Option<Told> {
        let last = self.last.filter(|last| !last.detail.is_empty())?;
        Some(match self.said {
            Some(said) => told::detail(visit.lang, said),
            None => Told { text: String::new(), quoted: last.detail.clone() },
        })
    }
}

fn device(visit: &Visit, t: Say, one: &Notification, attempt: Attempt<'_>) -> Device {
    let known = visit.directory.device(one.device).map(|device| device.name.to_string());
    let name = known.unwrap_or_else(|| t.get("alerts-removed-device"));
    let last = attempt.last;
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
        NotificationState::Delivered | NotificationState::Responded => took.map(Told::from),
        NotificationState::Failed | NotificationState::Pending => attempt.detail(visit),
        NotificationState::Cancelled => None,
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
