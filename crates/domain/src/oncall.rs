//! Who is on call: the composition of shifts, rotations and absences at an instant.

use firebell_base::Timestamp;

use crate::absence::TemporaryAbsence;
use crate::directory::Directory;
use crate::group::{Group, GroupId, GroupType};
use crate::person::{PersonId, Status};
use crate::recipient::Recipient;
use crate::schedule::absence::{self, AbsenceKind};
use crate::schedule::rotation::Progress;
use crate::schedule::{Holidays, Occurrence};
use crate::shift::{EscalationType, Shift, ShiftId};

/// A shift in force, and its places in order.
#[derive(Debug, Clone, PartialEq)]
pub struct OnCall<'a> {
    /// Which shift.
    pub shift: &'a Shift,
    /// Which of its occurrences.
    pub occurrence: Occurrence,
    /// Who has which place, first to last.
    pub places: Vec<Place>,
}

/// A place in a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub position: u16,
    /// Whose place it is.
    pub member: Recipient,
    /// Minutes after the place before.
    pub delay_minutes: u16,
    /// What kind of escalation reaching it is.
    pub escalation: EscalationType,
    /// Whether rotations move it.
    pub in_rotation: bool,
}

/// Who answers for a member at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// The member.
    Present,
    /// Somebody who stands in.
    ReplacedBy(PersonId),
    /// Nobody: the member is away.
    Vacant,
    /// Nobody: the member (or who stands in) is inactive, or gone.
    Inactive,
}

/// The shifts of a group in force at `at`, by shift name. Several may be; a broadcast group has none.
/// `alerts_so_far` counts the alerts that reached a shift since its rotation's anchor.
pub fn on_call<'a>(
    directory: &'a Directory,
    group: &Group,
    at: Timestamp,
    alerts_so_far: &dyn Fn(ShiftId) -> u64,
) -> Vec<OnCall<'a>> {
    if group.group_type == GroupType::Broadcast {
        return Vec::new();
    }
    let holidays = directory.holidays(group.site);
    directory
        .shifts_of(group.id)
        .filter_map(|shift| {
            let occurrence = shift.pattern.active_at(at, holidays)?;
            let places = places(shift, &occurrence, at, holidays, alerts_so_far(shift.id));
            Some(OnCall { shift, occurrence, places })
        })
        .collect()
}

/// The places of a shift in the order that its rotation gives at `at`.
///
/// Delays belong to places, not to members: whoever is second after a rotation is reached after the
/// second place's delay.
pub fn places(
    shift: &Shift,
    occurrence: &Occurrence,
    at: Timestamp,
    holidays: &Holidays,
    alerts_so_far: u64,
) -> Vec<Place> {
    let order: Vec<usize> = match &shift.rotation {
        None => (0..shift.members.len()).collect(),
        Some(rotation) => {
            let moves: Vec<bool> = shift.members.iter().map(|m| m.in_rotation).collect();
            let progress =
                Progress::at(rotation, &shift.pattern, occurrence, holidays, alerts_so_far);
            rotation.order_at(&moves, at, progress)
        }
    };
    let placed = shift.members.iter().zip(order).zip(1_u16..);
    placed
        .filter_map(|((place, who), position)| {
            let member = shift.members.get(who)?;
            Some(Place {
                position,
                member: member.recipient,
                delay_minutes: place.delay_minutes,
                escalation: place.escalation,
                in_rotation: member.in_rotation,
            })
        })
        .collect()
}

/// Who answers for `member` of `group` at `at`, following replacements. Absences concern groups only:
/// who is named directly is told directly.
pub fn cover(directory: &Directory, member: PersonId, group: GroupId, at: Timestamp) -> Cover {
    let away = |who: &PersonId| absence_at(directory, *who, group, at).map(kind);
    let answering = match absence::resolve_at(&member, away) {
        absence::Cover::Vacant => return Cover::Vacant,
        absence::Cover::Member => member,
        absence::Cover::Replacement(stand_in) => stand_in,
    };
    match takes_part(directory, answering) {
        false => Cover::Inactive,
        true if answering == member => Cover::Present,
        true => Cover::ReplacedBy(answering),
    }
}

/// The absence in force; of overlapping ones the latest entered holds.
fn absence_at(
    directory: &Directory,
    member: PersonId,
    group: GroupId,
    at: Timestamp,
) -> Option<&TemporaryAbsence> {
    let applies = |of: Option<GroupId>| of.is_none_or(|of| of == group);
    let absences = directory.absences_of(member);
    absences.filter(|a| a.start <= at && at < a.end && applies(a.group)).last().map(AsRef::as_ref)
}

/// What an absence does to a place.
fn kind(absence: &TemporaryAbsence) -> AbsenceKind<PersonId> {
    absence.replacement.map_or(AbsenceKind::Vacancy, AbsenceKind::Replacement)
}

/// Whether a person exists, is active, and works at a site that is.
pub fn takes_part(directory: &Directory, person: PersonId) -> bool {
    directory.person(person).is_some_and(|p| {
        p.status == Status::Active
            && p.site
                .and_then(|id| directory.site(id))
                .is_none_or(|site| site.status == Status::Active)
    })
}
