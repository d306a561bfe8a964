//! Whom an opened alert concerns. The rules are `domain::routing`'s; here they meet the alert, its form and
//! the transaction.

use std::collections::{BTreeMap, BTreeSet};

use firebell_base::Timestamp;
use firebell_domain::alert::Alert;
use firebell_domain::directory::Directory;
use firebell_domain::event::Draft;
use firebell_domain::form::Form;
use firebell_domain::group::GroupId;
use firebell_domain::recipient::Recipient;
use firebell_domain::routing::{GROUP_DEPTH_MAX, Handling, Note, Routed, Router};
use firebell_domain::schedule::rotation::RotationType;
use firebell_domain::shift::ShiftId;
use firebell_domain::timeline::{Entry, Routing, Step};
use firebell_store::escalations::Escalation;
use firebell_store::notifications::Next;

use crate::changes::Changes;
use crate::moment::Moment;
use crate::notify::{self, Told};
use crate::{walk, words};

/// How many alerts reached the shifts whose rotation is driven by alerts.
pub(crate) type ShiftCounts = BTreeMap<ShiftId, u64>;

/// What an alert's form and opening event say about how it is sent.
fn handling(alert: &Alert, form: &Form, draft: &Draft) -> Handling {
    let devices = draft.override_device_restrictions;
    let shifts = draft.escalation_override;
    Handling {
        priority: alert.priority,
        override_device_restrictions: devices.unwrap_or(form.override_device_restrictions),
        escalation_override: shifts.unwrap_or(form.escalation_override),
    }
}

/// The recipients of an event: those it names that exist; the form's when it names none that do.
pub(crate) fn recipients(
    directory: &Directory,
    draft: &Draft,
    form: &Form,
) -> (Vec<Recipient>, Vec<String>) {
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for pointer in &draft.recipients {
        match directory.resolve(pointer) {
            Some(recipient) if known.contains(&recipient) => {}
            Some(recipient) => known.push(recipient),
            None => unknown.push(pointer.0.clone()),
        }
    }
    if known.is_empty() {
        known.clone_from(&form.recipients);
    }
    (known, unknown)
}

/// The shifts, reachable from these recipients, whose order depends on how many alerts there were.
pub(crate) fn counted_shifts(directory: &Directory, recipients: &[Recipient]) -> BTreeSet<ShiftId> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for recipient in recipients {
        collect_counted(directory, *recipient, 0, &mut seen, &mut found);
    }
    found
}

fn collect_counted(
    directory: &Directory,
    recipient: Recipient,
    depth: usize,
    seen: &mut BTreeSet<GroupId>,
    found: &mut BTreeSet<ShiftId>,
) {
    let Recipient::Group(id) = recipient else {
        return;
    };
    let Some(group) = directory.group(id) else {
        return;
    };
    if depth >= GROUP_DEPTH_MAX || !seen.insert(id) {
        return;
    }
    for shift in directory.shifts_of(id) {
        if shift.rotation.as_ref().is_some_and(|r| r.kind == RotationType::Alerts) {
            found.insert(shift.id);
        }
    }
    for member in &group.members {
        collect_counted(directory, *member, depth + 1, seen, found);
    }
}

/// The outcome of routing one alert, before it is written: used by the engine and by *explain*.
pub(crate) struct Planned {
    /// What routing decided.
    pub(crate) routed: Routed,
    /// The notifications that follow, and what the timeline tells.
    pub(crate) decided: notify::Decided,
    /// Names the event gave that nobody has.
    pub(crate) unknown: Vec<String>,
    /// Who is told, for what comes later.
    pub(crate) told: Told,
}

/// Routes one alert.
pub(crate) fn plan(
    moment: Moment<'_>,
    alert: &Alert,
    draft: &Draft,
    form: &Form,
    counts: &ShiftCounts,
) -> Planned {
    let Moment { directory, now, .. } = moment;
    let (recipients, unknown) = recipients(directory, draft, form);
    let handling = handling(alert, form, draft);
    let so_far = |shift: ShiftId| counts.get(&shift).copied().unwrap_or(0);
    let router = Router::new(directory, now, handling, BTreeSet::new(), &so_far);
    let routed = router.route(&recipients);
    let mut told = Told::new();
    let decided = notify::decide(moment, alert.id, &routed.tell, handling, &mut told);
    Planned { routed, decided, unknown, told }
}

impl Planned {
    /// Takes out what the timeline says about the routing and who is told, in order.
    pub(crate) fn take_entries(&mut self, directory: &Directory, now: Timestamp) -> Vec<Entry> {
        let mut entries = Vec::new();
        if !self.unknown.is_empty() {
            let names = std::mem::take(&mut self.unknown);
            entries.push(Entry::new(now, Step::Route, Routing::Unknown { names }));
        }
        entries.extend(note_entries(directory, &self.routed.notes, now));
        entries.append(&mut self.decided.entries);
        if self.nobody() {
            entries.push(Entry::new(now, Step::Route, Routing::Nobody));
        }
        entries
    }

    /// Whether nobody is told, now or later.
    pub(crate) fn nobody(&self) -> bool {
        self.decided.notifications.is_empty() && self.routed.walks.is_empty()
    }

    /// Adds everything to what the transaction writes. `next` says who sends a notification that is due.
    pub(crate) fn add_to(
        mut self,
        changes: &mut Changes,
        directory: &Directory,
        alert: &Alert,
        now: Timestamp,
        next: &mut dyn FnMut(Timestamp) -> Next,
    ) {
        let no = directory.instance.no;
        for entry in self.take_entries(directory, now) {
            changes.note(no, alert.id, entry);
        }
        for note in &self.routed.notes {
            if let Note::ShiftInForce(_, shift, _) = note {
                let counted = directory.shift(*shift).and_then(|s| s.rotation.as_ref());
                if counted.is_some_and(|r| r.kind == RotationType::Alerts) {
                    *changes.shift_counts.entry((no, *shift)).or_default() += 1;
                }
            }
        }
        changes.walks.extend(self.routed.walks.iter().map(|w| stored(directory, alert, w)));
        for notification in self.decided.notifications {
            let next = next(notification.due);
            changes.notifications.push((no, notification, next));
        }
    }
}

/// A walk as a row.
pub(crate) fn stored(
    directory: &Directory,
    alert: &Alert,
    walk: &firebell_domain::escalation::Walk,
) -> Escalation {
    Escalation {
        instance: directory.instance.no,
        alert: alert.id,
        shift: walk.shift,
        group: walk.group,
        due: walk.due,
        walk: walk::encode(walk, false),
    }
}

/// What the timeline says about what routing noticed.
pub(crate) fn note_entries(directory: &Directory, notes: &[Note], now: Timestamp) -> Vec<Entry> {
    notes
        .iter()
        .map(|note| {
            let (what, group) = words::note(directory, note);
            let step = match note {
                Note::PassedOver(..) | Note::WalkEnded(..) => Step::Escalate,
                Note::ShiftInForce(..)
                | Note::Broadcast(..)
                | Note::NobodyOnCall(_)
                | Note::GroupInactive(_)
                | Note::GroupAgain(_)
                | Note::TooDeep(_)
                | Note::SupervisorInstead(..)
                | Note::RecipientInactive(_)
                | Note::TooMany => Step::Route,
            };
            Entry::new(now, step, what).group(group)
        })
        .collect()
}
