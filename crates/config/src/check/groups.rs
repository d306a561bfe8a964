//! Groups, shifts and absences.

use std::collections::BTreeSet;

use firebell_base::limit::DESCRIPTION_CHARS_MAX;
use firebell_base::time::micros_between;
use firebell_domain::absence::TemporaryAbsence;
use firebell_domain::directory::Entity;
use firebell_domain::group::Group;
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::rotation::Rotation;
use firebell_domain::schedule::{Frequency, Pattern};
use firebell_domain::shift::{
    DELAY_MINUTES_MAX, EscalationType, MEMBERS_MAX, REPETITIONS_MAX, Shift,
};

use super::Checker;
use crate::limits::{ABSENCE_DAYS_MAX, ROSTER_MAX};
use crate::parts::without_field;

/// Microseconds of a day.
const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

impl Checker<'_> {
    pub(super) fn group(&mut self, entity: &Entity, e: &Group) {
        self.target_name(entity, e.target_name.as_str());
        self.text(entity, "description", &e.description, DESCRIPTION_CHARS_MAX);
        self.supervisors(entity, &e.supervisors);
        self.known_site(entity, e.site);
        if e.members.len() > ROSTER_MAX {
            let message = format!("must be at most {ROSTER_MAX} members; use groups of groups");
            self.fault(entity, "members", "too_many_members", message);
        }
        for member in &e.members {
            self.known(entity, "members", *member);
        }
        if e.members.iter().collect::<BTreeSet<_>>().len() < e.members.len() {
            self.fault(entity, "members", "members", "must name each member once");
        }
        self.external_key(entity, e.external_key.as_deref());
    }

    pub(super) fn known(&mut self, entity: &Entity, field: &str, recipient: Recipient) {
        if self.after.knows(recipient) {
            return;
        }
        let kind = recipient.kind().to_lowercase();
        let id = crate::codec::uuid_text(recipient.uuid());
        let message = format!("there is no {kind} {id}; create it first");
        self.fault(entity, field, &format!("{kind}_not_exists"), message);
    }

    pub(super) fn shift(&mut self, entity: &Entity, e: &Shift) {
        if let Some(group) = self.after.group(e.group).cloned() {
            self.shift_in_group(entity, e, &group);
        } else {
            let message = format!("there is no group {}; create it first", e.group);
            self.fault(entity, "group", "group_not_exists", message);
        }
        self.text(entity, "description", &e.description, DESCRIPTION_CHARS_MAX);
        self.pattern(entity, &e.pattern);
        if e.members.len() > MEMBERS_MAX {
            let message = format!("must be at most {MEMBERS_MAX} members");
            self.fault(entity, "members", "too_many_members", message);
        }
        self.shift_members(entity, e);
        if let Some(rotation) = &e.rotation {
            let Rotation { kind, direction, interval, anchor, zone } = rotation.clone();
            let again = Rotation::new(kind, direction, interval, anchor, zone);
            if let Err(error) = again {
                let message = without_field(&error.to_string(), error.field());
                self.fault(entity, error.field(), "rotation", message);
            }
        }
        if let Some(repeat) = e.repeat {
            if !(1..=REPETITIONS_MAX).contains(&repeat.repetitions) {
                let message = format!("must be 1 to {REPETITIONS_MAX}");
                self.fault(entity, "repeatEscalation.repetitions", "repeat", message);
            }
            if !(1..=DELAY_MINUTES_MAX).contains(&repeat.delay_minutes) {
                let message = format!("must be 1 to {DELAY_MINUTES_MAX} minutes");
                self.fault(entity, "repeatEscalation.delay", "repeat", message);
            }
        }
        if let Some(notice) = &e.end_notice {
            self.known(entity, "notifyEndOfEscalation.recipient", notice.recipient);
            self.delay(entity, "notifyEndOfEscalation.delay", notice.delay_minutes);
        }
    }

    fn delay(&mut self, entity: &Entity, field: &str, minutes: u16) {
        if minutes > DELAY_MINUTES_MAX {
            let message = format!("must be at most {DELAY_MINUTES_MAX} minutes (a week)");
            self.fault(entity, field, "delay", message);
        }
    }

    fn shift_members(&mut self, entity: &Entity, e: &Shift) {
        for (place, member) in e.members.iter().enumerate() {
            self.known(entity, "members.recipient", member.recipient);
            self.delay(entity, "members.delay", member.delay_minutes);
            if member.escalation == EscalationType::None {
                continue;
            }
            let who = self.after.recipient_name(member.recipient);
            if place == 0 {
                let message =
                    format!("must be None for {who}, who is first: nobody is before them");
                self.fault(entity, "members.escalationType", "first_member", message);
            } else if member.delay_minutes == 0 {
                let message = format!("must be None for {who}, who is told without a delay");
                self.fault(entity, "members.escalationType", "escalation_without_delay", message);
            }
        }
    }

    /// What a shift's group demands of it.
    pub(super) fn shift_in_group(&mut self, entity: &Entity, e: &Shift, group: &Group) {
        let distinct: BTreeSet<_> = e.members.iter().map(|member| member.recipient).collect();
        if distinct.len() < e.members.len() && !group.allow_duplicates {
            let message = "must name each member once, because the group does not allow duplicates";
            self.fault(entity, "members", "duplicate_member", message);
        }
        if matches!(e.pattern.recurrence.frequency, Frequency::Holiday) && group.site.is_none() {
            let message = "HOLIDAY needs a group with a site: give the group a site";
            self.fault(entity, "recurrence.frequency", "holiday_without_site", message);
        }
    }

    pub(super) fn pattern(&mut self, entity: &Entity, pattern: &Pattern) {
        let Pattern { first_start, first_end, zone, recurrence, exclusions } = pattern.clone();
        if let Err(error) = Pattern::new(first_start, first_end, zone, recurrence, exclusions) {
            let message = without_field(&error.to_string(), error.field());
            self.fault(entity, error.field(), "pattern", message);
        }
    }

    pub(super) fn absence(&mut self, entity: &Entity, e: &TemporaryAbsence) {
        self.known_person(entity, "member", e.member);
        if let Some(group) = e.group
            && self.after.group(group).is_none()
        {
            let message = format!("there is no group {group}; leave it out for all groups");
            self.fault(entity, "group", "group_not_exists", message);
        }
        if let Some(person) = e.replacement {
            self.known_person(entity, "replacement", person);
            if person == e.member {
                let message = "must be somebody else; leave it out for a vacancy";
                self.fault(entity, "replacement", "replacement", message);
            }
        }
        if e.end <= e.start {
            self.fault(entity, "end", "end", "must be after start");
        } else if micros_between(e.start, e.end) > ABSENCE_DAYS_MAX * DAY_MICROS {
            let message = format!("must be at most {ABSENCE_DAYS_MAX} days after start");
            self.fault(entity, "end", "end", message);
        }
    }
}
