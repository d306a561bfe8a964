//! Alerts of the last ninety days with their events, notifications, attempts, answers and timelines, written as
//! rows: as if they had been opened, told, answered and ended. The newest few hundred are open.

use std::collections::BTreeMap;

use anyhow::Result;
use firebell_base::time::{add_micros, add_seconds};
use firebell_base::{Clock, Id, Random, Timestamp};
use firebell_domain::alert::{Alert, AlertId, CloseCause, Closed, Priority, State};
use firebell_domain::event::{EventAction, Fate};
use firebell_domain::form::{Action, Contribution};
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::{Delivery, Notification, NotificationState, Outcome, Path};
use firebell_domain::property::Value as Property;
use firebell_domain::response::{Standing, Via};
use firebell_domain::timeline::{
    Answering, Called, Correlation, Entry, Routing, Step, Telling, Used, Why,
};
use firebell_sql::{BulkInsert, ColumnType as C, Db, Error, Value};
use firebell_store::events::EventRecord;
use firebell_store::notifications::Next;
use firebell_store::{alerts, deliveries, events, notifications, timeline};

use super::Size;
use super::estate::{FORMS, MEMBERS, integration_id, member};
use crate::generate::as_f64;
use crate::world::numbered;

/// Alerts of one transaction.
const BATCH: usize = 5_000;
/// Days the alerts spread over.
const DAYS: f64 = 90.0;
/// The newest alerts, which are open.
const OPEN: usize = 500;
/// Seconds in a day.
const DAY: f64 = 86_400.0;
/// Groups that have a quarter of all alerts.
const NOISY: usize = 20;
/// Hosts the alerts speak of.
const HOSTS: usize = 40_000;

/// One statement for many; the pipeline records one answer at a time.
const INSERT_RESPONSES: BulkInsert = BulkInsert {
    name: "bench.responses",
    table: "responses",
    columns: &[
        ("instance_no", C::Int),
        ("id", C::Blob),
        ("alert_id", C::Blob),
        ("notification_id", C::Blob),
        ("person_id", C::Blob),
        ("option_number", C::Int),
        ("option_text", C::Text),
        ("action", C::Text),
        ("contribution", C::Text),
        ("comment", C::Text),
        ("via", C::Int),
        ("at", C::Int),
        ("standing", C::Int),
    ],
    on_conflict: "",
};

/// The rows of one transaction.
#[derive(Default)]
struct Rows {
    alerts: Vec<(InstanceNo, Alert)>,
    events: Vec<(InstanceNo, EventRecord, Option<Vec<u8>>)>,
    notifications: Vec<(InstanceNo, Notification, Next)>,
    deliveries: Vec<(InstanceNo, Delivery)>,
    responses: Vec<Vec<Value>>,
    /// What the turn that opened wrote, and what was written later.
    timelines: [timeline::Entries; 2],
}

impl Rows {
    fn len(&self) -> usize {
        self.alerts.len()
            + self.events.len()
            + self.notifications.len()
            + self.deliveries.len()
            + self.responses.len()
            + self.timelines.iter().map(BTreeMap::len).sum::<usize>()
    }
}

/// Makes and writes the alerts; returns how many rows there are. Rows are made beside the writing.
pub(super) fn fill(db: &Db, no: InstanceNo, size: Size) -> Result<usize> {
    let (sender, receiver) = std::sync::mpsc::sync_channel::<Rows>(2);
    let now = Clock::System.now();
    let making = std::thread::spawn(move || {
        for first in (0..size.alerts).step_by(BATCH) {
            let mut rows = Rows::default();
            for n in first..(first + BATCH).min(size.alerts) {
                Story::new(no, n, size, now).write(&mut rows);
            }
            if sender.send(rows).is_err() {
                return;
            }
        }
    });
    let mut total = 0;
    for rows in receiver {
        total += rows.len();
        let rows = std::sync::Mutex::new(Some(rows));
        db.write_blocking("bench.past", move |tx| {
            let rows = rows.lock().ok().and_then(|mut rows| rows.take());
            let rows = rows.ok_or_else(|| Error::broken("The rows were used before.", "retry"))?;
            alerts::take_numbers(tx, no, i64::try_from(rows.alerts.len()).unwrap_or(0))?;
            alerts::insert(tx, &rows.alerts)?;
            events::insert(tx, rows.events)?;
            notifications::insert(tx, &rows.notifications)?;
            deliveries::insert(tx, &rows.deliveries)?;
            tx.bulk_insert(&INSERT_RESPONSES, rows.responses)?;
            for entries in &rows.timelines {
                timeline::insert(tx, entries, now, &Random::System)?;
            }
            Ok::<_, Error>(())
        })?;
    }
    making.join().map_err(|_| anyhow::anyhow!("making rows failed"))?;
    Ok(total)
}

/// One alert.
struct Story {
    no: InstanceNo,
    n: usize,
    people: usize,
    group: usize,
    created: Timestamp,
    alert: AlertId,
    /// Seconds to the acknowledgement; none: nobody did.
    acknowledged: Option<i64>,
    /// Whether somebody further was told.
    escalated: bool,
    closed: Option<(i64, CloseCause)>,
}

impl Story {
    fn new(no: InstanceNo, n: usize, size: Size, now: Timestamp) -> Self {
        let part = as_f64(n) / as_f64(size.alerts.max(1));
        let days = part * DAYS;
        // More in the afternoon than at night.
        let day =
            days.floor() + (days.fract() - 0.12 * (days.fract() * std::f64::consts::TAU).sin());
        #[expect(clippy::cast_possible_truncation, reason = "microseconds of ninety days")]
        let ago = ((DAYS - day.min(DAYS - 0.001)) * DAY * 1e6) as i64;
        let created = add_micros(now, -ago);
        let scattered = n.wrapping_mul(2_654_435_761) % 1_000_003;
        let group =
            if n.is_multiple_of(4) { n / 4 % NOISY } else { scattered } % size.groups.max(1);
        let open = n + OPEN >= size.alerts;
        let luck = scattered % 100;
        let wait = i64::try_from(20 + scattered % 97 * (1 + scattered % 11)).unwrap_or(60);
        let acknowledged = (luck < 72 && !(open && luck < 50)).then_some(wait);
        let cause = match luck {
            0..40 => CloseCause::Response,
            40..85 => CloseCause::Source,
            85..90 => CloseCause::Person,
            _ => CloseCause::Expired,
        };
        let length = match cause {
            CloseCause::Expired => 10_800,
            CloseCause::Source | CloseCause::Response | CloseCause::Person => {
                wait + i64::try_from(60 + scattered % 3_000).unwrap_or(600)
            }
        };
        Self {
            no,
            n,
            people: size.people,
            group,
            created,
            alert: Id::new(&Random::System, created),
            acknowledged,
            escalated: acknowledged.is_none_or(|wait| wait > 300),
            closed: (!open).then_some((length, cause)),
        }
    }

    fn after(&self, seconds: i64) -> Timestamp {
        add_seconds(self.created, seconds)
    }

    /// Who is told first, and who next.
    fn person(&self, place: usize) -> usize {
        member(self.group, (self.n / 7 + place) % MEMBERS, self.people)
    }

    fn write(&self, rows: &mut Rows) {
        let host = self.n % HOSTS;
        let open = self.closed.is_none();
        let key = if open { format!("open-{}", self.n) } else { format!("host-{host}/disk") };
        let request = Id::new(&Random::System, self.created);
        let event = |action, fate, at| EventRecord {
            id: Id::new(&Random::System, at),
            request,
            integration: integration_id(self.n % FORMS),
            received: at,
            action,
            dedup_key: Some(key.clone()),
            alert: Some(self.alert),
            fate,
            rule: None,
            summary: format!("Disk almost full on host-{host}"),
        };
        let payload = format!("{{\"summary\":\"Disk almost full on host-{host}\",\"used\":93}}");
        let opening = event(EventAction::Trigger, Fate::Opened, self.created);
        rows.events.push((self.no, opening, Some(payload.into_bytes())));
        if self.n.is_multiple_of(3) {
            let again = event(EventAction::Trigger, Fate::Folded, self.after(15));
            rows.events.push((self.no, again, None));
        }
        if let Some((length, CloseCause::Source)) = self.closed {
            let over = event(EventAction::Resolve, Fate::Closed, self.after(length));
            rows.events.push((self.no, over, None));
        }
        let told = self.tell(rows);
        self.answer(rows, told);
        rows.alerts.push((self.no, self.alert(request, key, host)));
        self.narrate(rows);
    }

    fn alert(
        &self,
        request: Id<firebell_domain::event::Request>,
        key: String,
        host: usize,
    ) -> Alert {
        let owner = self.acknowledged.map(|_| numbered(3, self.person(0)));
        let state = match (self.closed, self.acknowledged) {
            (Some(_), _) => State::Closed,
            (None, Some(_)) => State::Acknowledged,
            (None, None) => State::Open,
        };
        let last = self.closed.map(|(length, _)| length).or(self.acknowledged).unwrap_or(0);
        Alert {
            id: self.alert,
            number: i64::try_from(self.n + 1).unwrap_or(i64::MAX),
            integration: integration_id(self.n % FORMS),
            form: numbered(5, self.n % FORMS),
            request,
            dedup_key: Some(key),
            state,
            priority: match self.n % 10 {
                0..2 => Priority::High,
                2..7 => Priority::Medium,
                _ => Priority::Low,
            },
            count: if self.n.is_multiple_of(3) { 2 } else { 1 },
            summary: format!("Disk almost full on host-{host}"),
            properties: [
                ("host".to_owned(), Property::Text(format!("host-{host}"))),
                ("mount".to_owned(), Property::Text("/var".to_owned())),
            ]
            .into(),
            owner,
            created: self.created,
            updated: self.after(last),
            acknowledged: self.acknowledged.map(|wait| self.after(wait)),
            closed: self.closed.map(|(length, cause)| Closed {
                at: self.after(length),
                cause,
                by: match cause {
                    CloseCause::Response | CloseCause::Person => owner,
                    CloseCause::Source | CloseCause::Expired => None,
                },
            }),
            expires: add_seconds(self.created, if self.closed.is_none() { 86_400 } else { 10_800 }),
        }
    }

    /// Notifications and attempts; returns the first.
    fn tell(&self, rows: &mut Rows) -> Id<Notification> {
        let mut first = None;
        for place in 0..if self.escalated { 2 } else { 1 } {
            let at = self.after(if place == 0 { 0 } else { 300 });
            let person = self.person(place);
            let failed = (self.n + place) % 50 == 7;
            let answered = place == 0 && self.acknowledged.is_some();
            let state = match (answered, failed) {
                (true, _) => NotificationState::Responded,
                (false, true) => NotificationState::Failed,
                (false, false) => NotificationState::Delivered,
            };
            let id = Id::new(&Random::System, at);
            first.get_or_insert(id);
            let took = i64::try_from(150_000 + self.n % 2_000 * 1_000).unwrap_or(0);
            let finished = add_micros(at, took);
            let notification = Notification {
                id,
                alert: self.alert,
                person: numbered(3, person),
                device: numbered(4, person),
                path: Path {
                    group: Some(numbered(6, self.group)),
                    shift: Some(numbered(8, 2 * self.group)),
                    position: u16::try_from(place + 1).ok(),
                    stands_in_for: None,
                    round: 0,
                },
                state,
                due: at,
                attempts: 1,
                created: at,
                finished: Some(finished),
            };
            rows.notifications.push((self.no, notification, Next::Due));
            let outcome = if state == NotificationState::Failed {
                Outcome::Failed
            } else {
                Outcome::Delivered
            };
            let delivery = Delivery {
                id: Id::new(&Random::System, finished),
                notification: id,
                alert: self.alert,
                attempt: 1,
                at: finished,
                outcome,
                provider: "smtp".to_owned(),
                detail: "250 2.0.0 queued".to_owned(),
            };
            rows.deliveries.push((self.no, delivery));
        }
        first.unwrap_or_else(|| Id::new(&Random::System, self.created))
    }

    fn answer(&self, rows: &mut Rows, told: Id<Notification>) {
        let Some(wait) = self.acknowledged else { return };
        let at = self.after(wait);
        let person: Id<()> = numbered(3, self.person(0));
        let id: Id<()> = Id::new(&Random::System, at);
        rows.responses.push(vec![
            Value::Int(self.no.0),
            id.to_bytes().into(),
            self.alert.to_bytes().into(),
            told.to_bytes().into(),
            person.to_bytes().into(),
            Value::Int(1),
            Value::from("On it"),
            Value::from(Action::AssignToUser.word()),
            Value::from(Contribution::Positive.word()),
            Value::Null,
            Value::Int(Via::Link.code()),
            Value::Int(at.as_microsecond()),
            Value::Int(Standing::Counted.code()),
        ]);
    }

    fn narrate(&self, rows: &mut Rows) {
        let key = (self.no, self.alert);
        let first = numbered(3, self.person(0));
        let group = Some(numbered(6, self.group));
        let at = self.created;
        let [opening, later] = &mut rows.timelines;
        let name = || Called::from("Sample Person");
        let number = i64::try_from(self.n + 1).unwrap_or(i64::MAX);
        let routed = Routing::Broadcast { group: "Sample Group".into(), members: 3 };
        let told = Telling::Told {
            person: name(),
            why: Why { group: Some("Sample Group".into()), ..Why::default() },
            uses: vec![Used { device: "E-mail".into(), after: None }],
            skipped: Vec::new(),
        };
        let opened = Correlation::Opened { number, priority: Priority::Medium };
        let entries = vec![
            Entry::new(at, Step::Correlate, opened),
            Entry::new(at, Step::Route, routed).group(group),
            Entry::new(at, Step::Notify, told).person(first),
        ];
        opening.insert(key, entries);
        let mut entries = Vec::new();
        if let Some(wait) = self.acknowledged {
            let answered = Answering::Answered {
                person: name(),
                answer: "On it".to_owned(),
                via: Via::Link,
                standing: Standing::Counted,
                comment: None,
            };
            entries.push(Entry::new(self.after(wait), Step::Respond, answered).person(first));
        }
        if let Some((length, _)) = self.closed {
            entries.push(Entry::new(self.after(length), Step::Correlate, Correlation::RanOut));
        }
        if !entries.is_empty() {
            later.insert(key, entries);
        }
    }
}
