//! What becomes of an event: a new alert, one more of an open one, an acknowledgement, an end, or nothing, said
//! out loud. Events of one instance are taken in the order they were accepted.

use std::collections::BTreeMap;

use firebell_base::time::add_minutes;
use firebell_base::{Id, Random, Timestamp};
use firebell_domain::alert::{Alert, AlertId, CloseCause, Closed, State};
use firebell_domain::directory::Directory;
use firebell_domain::event::{Draft, EventAction, Fate};
use firebell_domain::form::{EXPIRATION_MINUTES_MAX, Form};
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::{Integration, IntegrationId};
use firebell_domain::person::Status;
use firebell_domain::suppression::Rule;
use firebell_domain::timeline::{Correlation, Entry, Step};
use firebell_store::events::EventRecord;

use crate::changes::Changes;
use crate::metrics::Counters;
use crate::record::Accepted;

/// An alert opened in this batch, with the event that opened it.
pub(crate) struct Opened {
    /// The alert; its number is still to be given.
    pub(crate) alert: Alert,
    /// What the event said.
    pub(crate) draft: Draft,
}

/// Open alerts by what events call them.
type Open = BTreeMap<(IntegrationId, String), Slot>;

#[derive(Clone, Copy)]
enum Slot {
    /// Opened in this batch: the place in the list.
    New(usize),
    /// Known before.
    Known(AlertId),
}

/// Correlates one instance's batch.
pub(crate) struct Correlator<'a> {
    directory: &'a Directory,
    now: Timestamp,
    random: &'a Random,
    counters: &'a Counters,
    /// Alerts known before that no event has touched yet.
    known: BTreeMap<AlertId, Alert>,
    open: Open,
    opened: Vec<Opened>,
    changes: &'a mut Changes,
}

impl<'a> Correlator<'a> {
    /// A correlator that knows these open alerts.
    pub(crate) fn new(
        directory: &'a Directory,
        now: Timestamp,
        random: &'a Random,
        counters: &'a Counters,
        known: Vec<Alert>,
        changes: &'a mut Changes,
    ) -> Self {
        let mut open = Open::new();
        for alert in &known {
            if let Some(key) = alert.dedup_key.clone() {
                open.insert((alert.integration, key), Slot::Known(alert.id));
            }
        }
        let known = known.into_iter().map(|alert| (alert.id, alert)).collect();
        Self { directory, now, random, counters, known, open, opened: Vec::new(), changes }
    }

    /// Takes events in order; returns the alerts they opened.
    pub(crate) fn run(mut self, events: Vec<Accepted>) -> Vec<Opened> {
        for accepted in events {
            self.take(accepted);
        }
        self.opened
    }

    fn take(&mut self, accepted: Accepted) {
        let Accepted { instance, event, payload } = accepted;
        let mut record = EventRecord {
            id: event.id,
            request: event.request,
            integration: event.integration,
            received: event.received,
            action: event.draft.action,
            dedup_key: event.draft.dedup_key.clone(),
            alert: None,
            fate: Fate::Refused,
            rule: None,
            summary: event.draft.summary.clone(),
        };
        let integration = self.directory.integration(event.integration).cloned();
        let form = integration.as_ref().and_then(|i| self.directory.form(i.form)).cloned();
        match (integration, form) {
            (Some(integration), Some(form)) if integration.status == Status::Active => {
                self.decide(&integration, &form, event.draft, &mut record);
            }
            _ => self.counters.events_refused.add(1),
        }
        self.changes.events.push((instance, record, payload));
    }

    fn decide(
        &mut self,
        integration: &Integration,
        form: &Form,
        draft: Draft,
        record: &mut EventRecord,
    ) {
        let slot = draft
            .dedup_key
            .as_ref()
            .and_then(|key| self.open.get(&(integration.id, key.clone())).copied())
            .filter(|slot| !self.has_run_out(*slot, record.received));
        match (draft.action, slot) {
            (EventAction::Trigger, slot) => {
                if let Some(rule) = hidden_by(self.directory, integration.id, &draft, self.now) {
                    self.counters.events_suppressed.add(1);
                    record.fate = Fate::Suppressed;
                    record.rule = Some(rule);
                } else if let Some(slot) = slot {
                    self.counters.events_folded.add(1);
                    record.fate = Fate::Folded;
                    record.alert = Some(self.fold(slot, integration, draft));
                } else {
                    self.counters.events_opened.add(1);
                    record.fate = Fate::Opened;
                    record.alert = Some(self.open_alert(integration, form, draft, record));
                }
            }
            (EventAction::Acknowledge | EventAction::Resolve, None) => {
                self.counters.events_unmatched.add(1);
                record.fate = Fate::Unmatched;
            }
            (EventAction::Acknowledge, Some(slot)) => {
                record.fate = Fate::Acknowledged;
                record.alert = Some(self.acknowledge(slot, integration));
            }
            (EventAction::Resolve, Some(slot)) => {
                record.fate = Fate::Closed;
                record.alert = Some(self.close(slot, integration, &draft));
            }
        }
    }

    fn open_alert(
        &mut self,
        integration: &Integration,
        form: &Form,
        mut draft: Draft,
        record: &mut EventRecord,
    ) -> AlertId {
        let id: AlertId = Id::new(self.random, self.now);
        let minutes = draft.expiration_minutes.unwrap_or(form.expiration_minutes);
        let minutes = minutes.clamp(1, EXPIRATION_MINUTES_MAX);
        if record.summary.is_empty() {
            record.summary = format!("Event from {}", integration.name);
        }
        let alert = Alert {
            id,
            number: 0,
            integration: integration.id,
            form: form.id,
            request: record.request,
            dedup_key: draft.dedup_key.clone(),
            state: State::Open,
            priority: draft.priority.unwrap_or(form.priority),
            count: 1,
            summary: record.summary.clone(),
            // The draft goes on to routing, which asks for none of them.
            properties: std::mem::take(&mut draft.properties),
            owner: None,
            created: self.now,
            updated: self.now,
            acknowledged: None,
            closed: None,
            expires: add_minutes(self.now, i64::from(minutes)),
        };
        if let Some(key) = draft.dedup_key.clone() {
            self.open.insert((integration.id, key), Slot::New(self.opened.len()));
        }
        let accepted = Correlation::Accepted { source: integration.name.to_string() };
        self.note(id, Entry::new(record.received, Step::Intake, accepted));
        self.opened.push(Opened { alert, draft });
        id
    }

    /// Whether an alert's time had run out when an event came. Then the alert ends here, before the event:
    /// an event that came after its end must not vanish into it.
    fn has_run_out(&mut self, slot: Slot, received: Timestamp) -> bool {
        let Slot::Known(id) = slot else {
            return false;
        };
        let no = self.directory.instance.no;
        let alert = self.known.get(&id).or_else(|| self.changes.changed.get(&(no, id)));
        if alert.is_none_or(|alert| alert.expires > received) {
            return false;
        }
        let now = self.now;
        let Some(alert) = self.alert(slot) else {
            return false;
        };
        let entry = run_out(alert, now);
        if let Some(key) = alert.dedup_key.clone() {
            let integration = alert.integration;
            self.open.remove(&(integration, key));
        }
        self.note(id, entry);
        self.stop(slot);
        true
    }

    fn fold(&mut self, slot: Slot, integration: &Integration, draft: Draft) -> AlertId {
        let now = self.now;
        let Some(alert) = self.alert(slot) else {
            return lost(slot);
        };
        alert.count += 1;
        alert.updated = now;
        if !draft.summary.is_empty() {
            alert.summary = draft.summary;
        }
        alert.properties = draft.properties;
        let (id, count) = (alert.id, alert.count);
        let raised = draft.priority.filter(|p| *p > alert.priority);
        if let Some(priority) = raised {
            alert.priority = priority;
        }
        // Senders repeat themselves every minute: only the 2nd, 10th, 100th … event is worth a line.
        if count == 2 || is_power_of_ten(count) {
            let repeated = Correlation::Repeated { count, source: integration.name.to_string() };
            self.note(id, Entry::new(now, Step::Correlate, repeated));
        }
        if let Some(priority) = raised {
            self.note(id, Entry::new(now, Step::Correlate, Correlation::Raised { priority }));
        }
        id
    }

    fn acknowledge(&mut self, slot: Slot, integration: &Integration) -> AlertId {
        let now = self.now;
        let Some(alert) = self.alert(slot) else {
            return lost(slot);
        };
        let id = alert.id;
        alert.updated = now;
        if alert.state == State::Open {
            alert.state = State::Acknowledged;
            alert.acknowledged.get_or_insert(now);
            let acknowledged = Correlation::Acknowledged { source: integration.name.to_string() };
            self.note(id, Entry::new(now, Step::Correlate, acknowledged));
            self.stop(slot);
        }
        id
    }

    fn close(&mut self, slot: Slot, integration: &Integration, draft: &Draft) -> AlertId {
        let now = self.now;
        let Some(alert) = self.alert(slot) else {
            return lost(slot);
        };
        let id = alert.id;
        alert.state = State::Closed;
        alert.updated = now;
        alert.closed = Some(Closed { at: now, cause: CloseCause::Source, by: None });
        if let Some(key) = &draft.dedup_key {
            self.open.remove(&(integration.id, key.clone()));
        }
        let resolved = Correlation::Resolved { source: integration.name.to_string() };
        self.note(id, Entry::new(now, Step::Correlate, resolved));
        self.stop(slot);
        id
    }

    /// What was sent for an alert known before is stopped; one of this batch is never routed.
    fn stop(&mut self, slot: Slot) {
        if let Slot::Known(id) = slot {
            self.changes.stopped.insert((self.directory.instance.no, id));
        }
    }

    /// The alert of a slot, to be changed: from now on it is written.
    fn alert(&mut self, slot: Slot) -> Option<&mut Alert> {
        match slot {
            Slot::New(place) => self.opened.get_mut(place).map(|opened| &mut opened.alert),
            Slot::Known(id) => {
                let key = (self.directory.instance.no, id);
                if let Some(alert) = self.known.remove(&id) {
                    self.changes.changed.insert(key, alert);
                }
                self.changes.changed.get_mut(&key)
            }
        }
    }

    fn note(&mut self, alert: AlertId, entry: Entry) {
        self.changes.note(self.directory.instance.no, alert, entry);
    }
}

/// Ends an alert because its time ran out; returns what the timeline says.
pub(crate) fn run_out(alert: &mut Alert, now: Timestamp) -> Entry {
    alert.state = State::Closed;
    alert.updated = now;
    alert.closed = Some(Closed { at: now, cause: CloseCause::Expired, by: None });
    Entry::new(now, Step::Correlate, Correlation::RanOut)
}

/// The slot of an alert that is not there: it cannot happen, and if it did, the event still has its record.
fn lost(slot: Slot) -> AlertId {
    debug_assert!(false, "a slot points to an alert that is not there");
    match slot {
        Slot::Known(id) => id,
        Slot::New(_) => Id::from_bytes([0; 16]),
    }
}

fn is_power_of_ten(count: i64) -> bool {
    count >= 10 && 10_i64.checked_pow(count.ilog10()) == Some(count)
}

/// The silence or maintenance window that hides an event, if one does.
pub(crate) fn hidden_by(
    directory: &Directory,
    integration: IntegrationId,
    draft: &Draft,
    at: Timestamp,
) -> Option<Rule> {
    let silence = directory.silences().find(|s| s.hides(draft, at)).map(|s| Rule::Silence(s.id));
    silence.or_else(|| {
        let window = directory.windows().find(|w| w.hides(integration, draft, at));
        window.map(|w| Rule::Window(w.id))
    })
}

/// The dedup keys a batch speaks of, by instance and integration.
pub(crate) fn keys(events: &[Accepted]) -> BTreeMap<(InstanceNo, IntegrationId), Vec<String>> {
    let mut keys: BTreeMap<(InstanceNo, IntegrationId), Vec<String>> = BTreeMap::new();
    for accepted in events {
        if let Some(key) = &accepted.event.draft.dedup_key {
            let of = keys.entry((accepted.instance, accepted.event.integration)).or_default();
            of.push(key.clone());
        }
    }
    keys
}
