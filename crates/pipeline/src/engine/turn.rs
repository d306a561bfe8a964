//! One turn of the engine, inside its transaction. Synchronous, and may run twice: it only uses the
//! transaction and what it was given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use firebell_base::time::{add_micros, add_minutes};
use firebell_base::{Random, Timestamp};
use firebell_config::Snapshots;
use firebell_domain::alert::{Alert, AlertId, State};
use firebell_domain::directory::Directory;
use firebell_domain::group::GroupId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::Notification;
use firebell_domain::routing::Note;
use firebell_domain::timeline::{Correlation, Entry, Escalating, Step};
use firebell_sql::{Error, WriteTx};
use firebell_store::escalations::Escalation;
use firebell_store::notifications::Next;
use firebell_store::{alerts, engine, escalations, journal, notifications, responses};

use super::timers::Timers;
use super::{EngineError, Job, Turn, directory};
use crate::changes::Changes;
use crate::correlate::{self, Correlator, Opened};
use crate::deliver::Room;
use crate::escalate::{self, Setting};
use crate::limits::{
    DUE_PER_TURN_MAX, LEASE, LEASED_PER_TURN_MAX, RECORD_BYTES_PER_TURN_MAX, RECORDS_PER_TURN_MAX,
};
use crate::metrics::Metrics;
use crate::moment::Moment;
use crate::notify::{LastTold, Told};
use crate::record::{self, Accepted};
use crate::route::{self, ShiftCounts};
use crate::walk;

/// What a turn is given.
pub(super) struct Context {
    pub(super) snapshots: Snapshots,
    pub(super) random: Random,
    pub(super) metrics: Metrics,
    pub(super) now: Timestamp,
    /// How many more messages *deliver* takes.
    pub(super) room: Room,
    pub(super) epoch: i64,
    pub(super) portion: Portion,
    /// Whether anybody wants to know which alerts changed.
    pub(super) heard: bool,
}

/// How much of the journal a turn takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Portion {
    /// As much as fits into one transaction.
    Usual,
    /// The oldest record alone.
    One,
    /// Nothing.
    Nothing,
}

/// Takes the turn.
pub(super) fn take(tx: &mut WriteTx<'_>, context: &Context) -> Result<Turn, EngineError> {
    let agenda = engine::agenda(tx)?;
    if agenda.epoch != Some(context.epoch) {
        return Err(EngineError::Fenced);
    }
    let is_due = |at: Option<Timestamp>| at.is_some_and(|at| at <= context.now);
    let (walks_due, expired) = (is_due(agenda.walk), is_due(agenda.expiry));
    let sendings_due = agenda.waiting.iter().any(|(_, at)| *at <= context.now);
    let mut step = Transaction {
        context,
        changes: Changes::default(),
        room: context.room.clone(),
        jobs: Vec::new(),
    };
    let (events, more_events) = step.events(tx)?;
    // Before the walks: who is told about what has just ended is told for nothing.
    let more_expired = expired && step.expired(tx)?;
    let more_walks = walks_due && step.walks(tx)?;
    step.hand_over_new();
    let changes = std::mem::take(&mut step.changes);
    let mut timers = Timers::of(&changes);
    let changed = if context.heard { changes.touched() } else { Vec::new() };
    changes.write(tx, context.now, &context.random)?;
    let more_due = sendings_due && step.due_notifications(tx, &agenda.waiting)?;
    let more = more_events || more_walks || more_expired || more_due;
    if more {
        return Ok(Turn { events, changed, jobs: step.jobs, more, next_due: None, short: false });
    }
    // What was due has been moved, so the rows say what is next; else only this turn's own rows are new.
    let moved = expired || walks_due || sendings_due;
    timers.add(if moved { engine::agenda(tx)? } else { agenda });
    let (next_due, short) = timers.next(&step.room);
    Ok(Turn { events, changed, jobs: step.jobs, more, next_due, short })
}

/// How many of these records, by their bytes, are processed in one turn: at least one.
fn fitting(bytes: impl Iterator<Item = usize>) -> usize {
    let mut room = usize::try_from(RECORD_BYTES_PER_TURN_MAX).unwrap_or(usize::MAX);
    let fits = |bytes: usize| {
        let left = room.checked_sub(bytes)?;
        room = left;
        Some(())
    };
    bytes.map_while(fits).count().max(1)
}

struct Transaction<'a> {
    context: &'a Context,
    changes: Changes,
    room: Room,
    jobs: Vec<Job>,
}

impl Transaction<'_> {
    fn lease_end(&self) -> Timestamp {
        add_micros(self.context.now, i64::try_from(LEASE.as_micros()).unwrap_or(i64::MAX))
    }

    /// Processes journal records; returns how many events, and whether there may be more.
    fn events(&mut self, tx: &mut WriteTx<'_>) -> Result<(usize, bool), Error> {
        let records = match self.context.portion {
            Portion::Usual => RECORDS_PER_TURN_MAX,
            Portion::One => 1,
            Portion::Nothing => return Ok((0, false)),
        };
        let (mut records, mut more) = journal::oldest(tx, records, RECORD_BYTES_PER_TURN_MAX)?;
        if records.is_empty() {
            return Ok((0, false));
        }
        let fitting = fitting(records.iter().map(|record| record::plain_bytes(&record.batch)));
        more |= fitting < records.len();
        records.truncate(fitting);
        let mut by_instance: BTreeMap<InstanceNo, Vec<Accepted>> = BTreeMap::new();
        let mut count = 0;
        for record in &records {
            let Ok(events) = record::decode(&record.batch) else {
                self.context.metrics.records_damaged.add(1);
                journal::set_aside(tx, record)?;
                continue;
            };
            count += events.len();
            for event in events {
                by_instance.entry(event.instance).or_default().push(event);
            }
        }
        for (no, events) in by_instance {
            self.instance_events(tx, no, events)?;
        }
        let seqs: Vec<i64> = records.iter().map(|record| record.seq).collect();
        journal::remove(tx, &seqs)?;
        Ok((count, more))
    }

    fn instance_events(
        &mut self,
        tx: &mut WriteTx<'_>,
        no: InstanceNo,
        events: Vec<Accepted>,
    ) -> Result<(), Error> {
        let Some(directory) = directory(&self.context.snapshots, no) else {
            // Accepted under a configuration that this process has not seen yet: it waits as damaged
            // records do, because nothing accepted may be lost.
            return self.keep_for_later(tx, events);
        };
        let mut known = Vec::new();
        for ((no, integration), keys) in correlate::keys(&events) {
            known.append(&mut alerts::open_by_key(tx, no, integration, &keys)?);
        }
        let Context { now, random, metrics, .. } = self.context;
        let changes = &mut self.changes;
        let correlator = Correlator::new(&directory, *now, random, metrics, known, changes);
        let mut opened = correlator.run(events);
        if opened.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(opened.len()).unwrap_or(i64::MAX);
        let first = alerts::take_numbers(tx, no, count)?;
        for (new, number) in opened.iter_mut().zip(first..) {
            new.alert.number = number;
        }
        let mut counts = shift_counts(tx, &directory, &opened)?;
        for new in opened {
            self.open(&directory, new, &mut counts);
        }
        Ok(())
    }

    fn keep_for_later(&self, tx: &mut WriteTx<'_>, events: Vec<Accepted>) -> Result<(), Error> {
        let encoded: Vec<Vec<u8>> =
            events.into_iter().filter_map(|e| record::encode(e).ok()).collect();
        journal::append(tx, self.context.now, &record::join(&encoded))
    }

    /// Numbers, notes and routes a new alert.
    fn open(&mut self, directory: &Directory, new: Opened, counts: &mut ShiftCounts) {
        let Context { now, random, metrics, .. } = self.context;
        let no = directory.instance.no;
        let Opened { alert, draft } = new;
        let opened = Correlation::Opened { number: alert.number, priority: alert.priority };
        self.changes.note(no, alert.id, Entry::new(*now, Step::Correlate, opened));
        let form = directory.form(alert.form).filter(|_| alert.state == State::Open);
        if let Some(form) = form {
            let moment = Moment { directory, now: *now, random };
            let planned = route::plan(moment, &alert, &draft, form, counts);
            for note in &planned.routed.notes {
                if let Note::ShiftInForce(_, shift, _) = note {
                    *counts.entry(*shift).or_default() += 1;
                }
            }
            if planned.nobody() {
                metrics.nobody_told.add(1);
            }
            metrics.notified.add(planned.decided.notifications.len());
            let lease = self.lease_end();
            let room = &mut self.room;
            let mut next = |due: Timestamp| leased_if_due(due, *now, lease, no, room);
            planned.add_to(&mut self.changes, directory, &alert, *now, &mut next);
        }
        self.changes.opened.push((no, alert));
    }

    /// Takes the turns of walks that are due; returns whether there may be more.
    fn walks(&mut self, tx: &mut WriteTx<'_>) -> Result<bool, Error> {
        let now = self.context.now;
        let due = escalations::due(tx, now, DUE_PER_TURN_MAX)?;
        if due.is_empty() {
            return Ok(false);
        }
        let held = hold(tx, due.iter().map(|e| (e.instance, e.alert)))?;
        // A walk whose alert is gone has nobody to call for.
        let gone = due.iter().map(|e| (e.instance, e.alert)).filter(|key| !held.contains_key(key));
        self.changes.stopped.extend(gone);
        // Read again under the alerts' locks: an answer may have stopped or moved a walk meanwhile.
        let due = escalations::due(tx, now, DUE_PER_TURN_MAX)?;
        let more = i64::try_from(due.len()).unwrap_or(0) >= DUE_PER_TURN_MAX;
        let mut standing = standing_by_alert(tx, &held)?;
        for row in due {
            let key = (row.instance, row.alert);
            let Some(alert) = held.get(&key) else { continue };
            if self.changes.stopped.contains(&key) {
                // An event of this very turn ended or acknowledged the alert.
                continue;
            }
            // An event of this very turn may have raised the priority.
            let alert = &self.changes.changed.get(&key).unwrap_or(alert).clone();
            self.walk(row, alert, standing.entry(key).or_default());
        }
        Ok(more)
    }

    fn walk(&mut self, mut row: Escalation, alert: &Alert, standing: &mut Standing) {
        let context = self.context;
        let Some(directory) = directory(&context.snapshots, row.instance) else {
            // Not known here (yet): it is not given up.
            row.due = Some(add_minutes(context.now, 1));
            self.changes.walked.push(row);
            return;
        };
        let no = row.instance;
        let mut walk = match walk::decode(&row) {
            Ok((walk, _)) if alert.state == State::Open => walk,
            decoded => {
                // Answered, ended, or unreadable: nothing more to walk.
                if let Err(error) = decoded {
                    tracing::error!(%error, alert = %alert.id, "an escalation ends unfinished");
                    let broken = Escalating::Broken { reason: error.to_string() };
                    let entry = Entry::new(context.now, Step::Escalate, broken);
                    self.changes.note(no, alert.id, entry);
                }
                row.due = None;
                self.changes.walked.push(row);
                return;
            }
        };
        context.metrics.turns_taken.add(1);
        let moment = Moment { directory: &directory, now: context.now, random: &context.random };
        let setting = Setting { moment, alert, running: standing.running.clone() };
        let taken = escalate::take(setting, &mut walk, &mut standing.told, &|_| 0);
        row.due = walk.due;
        row.walk = walk::encode(&walk, false);
        self.changes.walked.push(row);
        for started in &taken.started {
            standing.running.insert(started.group);
            self.changes.walks.push(route::stored(&directory, alert, started));
        }
        for entry in taken.decided.entries {
            self.changes.note(no, alert.id, entry);
        }
        context.metrics.notified.add(taken.decided.notifications.len());
        let lease = self.lease_end();
        let shared = Arc::new(alert.clone());
        for notification in taken.decided.notifications {
            let next = leased_if_due(notification.due, context.now, lease, no, &mut self.room);
            if matches!(next, Next::Leased(_)) {
                self.jobs.push(self.job(no, notification.clone(), &shared));
            }
            self.changes.notifications.push((no, notification, next));
        }
    }

    /// Closes alerts whose time has run out; returns whether there may be more.
    fn expired(&mut self, tx: &mut WriteTx<'_>) -> Result<bool, Error> {
        let now = self.context.now;
        let expired = alerts::expired(tx, now, DUE_PER_TURN_MAX)?;
        if expired.is_empty() {
            return Ok(false);
        }
        let more = i64::try_from(expired.len()).unwrap_or(0) >= DUE_PER_TURN_MAX;
        for ((no, id), alert) in hold(tx, expired.into_iter())? {
            // An event of this very turn may have touched or closed it: the newest version counts.
            let mut alert = self.changes.changed.remove(&(no, id)).unwrap_or(alert);
            if alert.closed.is_none() {
                self.changes.stopped.insert((no, id));
                let entry = correlate::run_out(&mut alert, now);
                self.changes.note(no, id, entry);
            }
            self.changes.changed.insert((no, id), alert);
        }
        Ok(more)
    }

    /// Notifications of alerts opened in this turn that were leased at birth.
    fn hand_over_new(&mut self) {
        let opened: BTreeMap<AlertId, &Alert> =
            self.changes.opened.iter().map(|(_, alert)| (alert.id, alert)).collect();
        let mut shared: BTreeMap<AlertId, Arc<Alert>> = BTreeMap::new();
        let mut jobs = Vec::new();
        for (no, notification, next) in &self.changes.notifications {
            if let (Next::Leased(_), Some(alert)) = (next, opened.get(&notification.alert)) {
                let alert = shared.entry(alert.id).or_insert_with(|| Arc::new((*alert).clone()));
                jobs.push(self.job(*no, notification.clone(), alert));
            }
        }
        self.jobs.append(&mut jobs);
    }

    /// Leases notifications that are due, the instance that has waited longest first; returns whether there
    /// may be more that *deliver* could take.
    fn due_notifications(
        &mut self,
        tx: &mut WriteTx<'_>,
        waiting: &[(InstanceNo, Timestamp)],
    ) -> Result<bool, Error> {
        if self.room.left() == 0 {
            return Ok(false);
        }
        let now = self.context.now;
        let mut waiting = waiting.to_vec();
        waiting.retain(|(no, due)| *due <= now && self.room.left_for(*no) > 0);
        waiting.sort_by_key(|(_, due)| *due);
        let mut more = false;
        let mut instances = waiting.len();
        for (no, _) in waiting {
            // What the others leave, but at least one.
            let share = (self.room.left() / instances.max(1)).max(1);
            let limit = share.min(self.room.left_for(no)).min(LEASED_PER_TURN_MAX);
            instances -= 1;
            if limit > 0 {
                let count = self.lease_due(tx, no, i64::try_from(limit).unwrap_or(i64::MAX))?;
                more |= count >= limit && self.room.left_for(no) > 0;
            }
        }
        Ok(more)
    }

    /// Leases what is due of one instance. What is not wanted any more, or not now, is put where it belongs
    /// instead of being sent; returns how many there were.
    fn lease_due(
        &mut self,
        tx: &mut WriteTx<'_>,
        no: InstanceNo,
        limit: i64,
    ) -> Result<usize, Error> {
        let due = notifications::due(tx, no, self.context.now, limit)?;
        let count = due.len();
        let wanted: BTreeSet<AlertId> = due.iter().map(|n| n.alert).collect();
        let wanted: Vec<AlertId> = wanted.into_iter().collect();
        let found = alerts::by_ids(tx, no, &wanted)?.into_iter();
        let found: BTreeMap<AlertId, Arc<Alert>> = found.map(|a| (a.id, Arc::new(a))).collect();
        let state = |alert: &AlertId| found.get(alert).map_or(State::Closed, |a| a.state);
        for alert in wanted.iter().filter(|alert| state(alert) == State::Suspended) {
            notifications::park(tx, no, *alert)?;
        }
        let over = |alert: &&AlertId| matches!(state(alert), State::Acknowledged | State::Closed);
        let over: Vec<AlertId> = wanted.iter().filter(over).copied().collect();
        notifications::cancel_alerts(tx, no, &over, self.context.now)?;
        let mut leased = Vec::new();
        for notification in due {
            let open = found.get(&notification.alert).filter(|a| a.state == State::Open);
            if let Some(alert) = open.filter(|_| self.room.take(no)) {
                leased.push(notification.id);
                self.jobs.push(self.job(no, notification, alert));
            }
        }
        notifications::lease(tx, no, &leased, self.lease_end())?;
        Ok(count)
    }

    fn job(&self, instance: InstanceNo, notification: Notification, alert: &Arc<Alert>) -> Job {
        Job { instance, notification, alert: Arc::clone(alert), leased: self.context.now }
    }
}

/// How many alerts reached the shifts whose order depends on it.
fn shift_counts(
    tx: &mut WriteTx<'_>,
    directory: &Directory,
    opened: &[Opened],
) -> Result<ShiftCounts, Error> {
    let mut shifts = BTreeSet::new();
    for new in opened {
        if let Some(form) = directory.form(new.alert.form) {
            let (recipients, _) = route::recipients(directory, &new.draft, form);
            shifts.append(&mut route::counted_shifts(directory, &recipients));
        }
    }
    if shifts.is_empty() {
        return Ok(ShiftCounts::new());
    }
    let shifts: Vec<_> = shifts.into_iter().collect();
    Ok(alerts::shift_counts(tx, directory.instance.no, &shifts)?.into_iter().collect())
}

/// Who sends a notification: this process at once when it is due and there is room, else whoever finds it due.
fn leased_if_due(
    due: Timestamp,
    now: Timestamp,
    lease: Timestamp,
    no: InstanceNo,
    room: &mut Room,
) -> Next {
    if due > now || !room.take(no) { Next::Due } else { Next::Leased(lease) }
}

/// Holds alerts against other writers, in the order of their ids.
fn hold(
    tx: &mut WriteTx<'_>,
    wanted: impl Iterator<Item = (InstanceNo, AlertId)>,
) -> Result<BTreeMap<(InstanceNo, AlertId), Alert>, Error> {
    let mut by_instance: BTreeMap<InstanceNo, BTreeSet<AlertId>> = BTreeMap::new();
    for (no, alert) in wanted {
        by_instance.entry(no).or_default().insert(alert);
    }
    let mut held = BTreeMap::new();
    for (no, ids) in by_instance {
        let ids: Vec<AlertId> = ids.into_iter().collect();
        held.extend(alerts::lock_all(tx, no, &ids)?.into_iter().map(|a| ((no, a.id), a)));
    }
    Ok(held)
}

/// What is known about an alert when a walk takes its turn.
#[derive(Default)]
struct Standing {
    told: Told,
    /// Groups whose walks run.
    running: BTreeSet<GroupId>,
}

fn standing_by_alert(
    tx: &mut WriteTx<'_>,
    held: &BTreeMap<(InstanceNo, AlertId), Alert>,
) -> Result<BTreeMap<(InstanceNo, AlertId), Standing>, Error> {
    let mut by_instance: BTreeMap<InstanceNo, Vec<AlertId>> = BTreeMap::new();
    for (no, alert) in held.keys() {
        by_instance.entry(*no).or_default().push(*alert);
    }
    let mut all: BTreeMap<(InstanceNo, AlertId), Standing> = BTreeMap::new();
    for (no, ids) in by_instance {
        for row in notifications::told(tx, no, &ids)? {
            let told = &mut all.entry((no, row.alert)).or_default().told;
            told.insert(row.person, LastTold::At(row.at));
        }
        for (alert, person) in responses::want_no_more(tx, no, &ids)? {
            all.entry((no, alert)).or_default().told.insert(person, LastTold::NoMore);
        }
        for (alert, group) in escalations::running(tx, no, &ids)? {
            all.entry((no, alert)).or_default().running.insert(group);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_takes_what_fits_when_it_is_unpacked_but_one_record_at_least() {
        let all = usize::try_from(RECORD_BYTES_PER_TURN_MAX).unwrap();
        assert_eq!(fitting([all - 1, 1, 1].into_iter()), 2);
        assert_eq!(fitting([all, 0, 1].into_iter()), 2);
        assert_eq!(fitting([all + 1, 1].into_iter()), 1);
    }
}
