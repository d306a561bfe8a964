//! What one transaction of the engine writes: gathered by the pure steps, written in bulk, one statement per
//! table.

use std::collections::{BTreeMap, BTreeSet};

use firebell_base::{Random, Timestamp};
use firebell_domain::alert::{Alert, AlertId};
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::Notification;
use firebell_domain::shift::ShiftId;
use firebell_domain::timeline::Entry;
use firebell_sql::{Error, WriteTx};
use firebell_store::escalations::Escalation;
use firebell_store::events::EventRecord;
use firebell_store::notifications::Next;
use firebell_store::{alerts, escalations, events, notifications, timeline};

/// Gathered writes.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Events, with the payload of a request's first.
    pub(crate) events: Vec<(InstanceNo, EventRecord, Option<Vec<u8>>)>,
    /// New alerts.
    pub(crate) opened: Vec<(InstanceNo, Alert)>,
    /// Alerts that were there before, as they are now.
    pub(crate) changed: BTreeMap<(InstanceNo, AlertId), Alert>,
    /// Alerts for which nothing more is to be sent.
    pub(crate) stopped: BTreeSet<(InstanceNo, AlertId)>,
    /// New walks.
    pub(crate) walks: Vec<Escalation>,
    /// Walks that were there before, as they are now.
    pub(crate) walked: Vec<Escalation>,
    /// New notifications.
    pub(crate) notifications: Vec<(InstanceNo, Notification, Next)>,
    /// How many alerts reached shifts.
    pub(crate) shift_counts: BTreeMap<(InstanceNo, ShiftId), i64>,
    /// New timeline entries.
    pub(crate) timeline: timeline::Entries,
}

impl Changes {
    /// Adds a timeline entry.
    pub(crate) fn note(&mut self, no: InstanceNo, alert: AlertId, entry: Entry) {
        self.timeline.entry((no, alert)).or_default().push(entry);
    }

    /// The alerts that are not as they were before: whatever happens to one is told in its timeline.
    pub(crate) fn touched(&self) -> Vec<(InstanceNo, AlertId)> {
        let opened = self.opened.iter().map(|(no, alert)| (*no, alert.id));
        let walked = self.walked.iter().map(|walk| (walk.instance, walk.alert));
        let known = self.changed.keys().chain(self.timeline.keys()).copied();
        opened.chain(walked).chain(known).collect()
    }

    /// Writes everything. What is stopped is stopped before anything new is added.
    pub(crate) fn write(
        self,
        tx: &mut WriteTx<'_>,
        now: Timestamp,
        random: &Random,
    ) -> Result<(), Error> {
        for (no, alerts) in by_instance(&self.stopped) {
            notifications::cancel_alerts(tx, no, &alerts, now)?;
            escalations::stop(tx, no, &alerts)?;
        }
        let changed: Vec<_> = self.changed.iter().map(|((no, _), alert)| (*no, alert)).collect();
        alerts::update(tx, &changed)?;
        alerts::insert(tx, &self.opened)?;
        events::insert(tx, self.events)?;
        escalations::update(tx, &self.walked)?;
        escalations::insert(tx, &self.walks)?;
        notifications::insert(tx, &self.notifications)?;
        let counts: Vec<_> =
            self.shift_counts.iter().map(|((no, shift), n)| (*no, *shift, *n)).collect();
        alerts::count_shifts(tx, &counts)?;
        timeline::insert(tx, &self.timeline, now, random)
    }
}

fn by_instance(set: &BTreeSet<(InstanceNo, AlertId)>) -> BTreeMap<InstanceNo, Vec<AlertId>> {
    let mut map: BTreeMap<InstanceNo, Vec<AlertId>> = BTreeMap::new();
    for (no, alert) in set {
        map.entry(*no).or_default().push(*alert);
    }
    map
}
