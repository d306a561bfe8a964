//! The members of one occurrence, and who stands in for them.

use std::collections::BTreeMap;

use firebell_base::Timestamp;
use firebell_domain::directory::Directory;
use firebell_domain::group::GroupId;
use firebell_domain::oncall::{Place, places};
use firebell_domain::person::PersonId;
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::absence::{Absence, AbsenceKind, Cover, Piece, resolve};
use firebell_domain::schedule::rotation::RotationType;
use firebell_domain::shift::Shift;
use serde_json::{Value, json};

use super::Held;
use crate::page::{Query, embedded};
use crate::time::format_on_call_time;
use crate::xm::shape::{Embeds, group, person, shift};

/// Where the members of an occurrence are.
pub(in crate::xm) fn path(of: &Shift, start: Timestamp) -> String {
    format!("{}/occurrences/{}/members", shift::shift_path(of), format_on_call_time(start))
}

/// What a link to the members has to say: the moment, if the order changes within the occurrence.
pub(super) fn link_query(held: &Held<'_>) -> Query {
    let by_time =
        |r: &firebell_domain::schedule::rotation::Rotation| matches!(r.kind, RotationType::Time(_));
    if held.shift.rotation.as_ref().is_some_and(by_time) {
        return Query::default().with("at", &format_on_call_time(held.at));
    }
    Query::default()
}

/// The members in the order of the moment.
pub(in crate::xm) fn members(
    directory: &Directory,
    held: &Held<'_>,
    embeds: &Embeds,
) -> Vec<Value> {
    let holidays = directory.holidays(held.group.site);
    // Alerts are not counted against rotations yet, here as in escalations.
    let places = places(held.shift, &held.occurrence, held.at, holidays, 0);
    let base = path(held.shift, held.occurrence.start);
    places.iter().map(|place| member(directory, held, place, &base, embeds)).collect()
}

fn member(
    directory: &Directory,
    held: &Held<'_>,
    place: &Place,
    base: &str,
    embeds: &Embeds,
) -> Value {
    let mut who = group::recipient(directory, place.member, &Embeds::default());
    if embeds.has("members.owner")
        && let Recipient::Device(id) = place.member
        && let Some(owner) = directory.device(id).and_then(|device| directory.person(device.owner))
        && let Some(fields) = who.as_object_mut()
    {
        let owner = person::person(directory, owner, &Embeds::default());
        fields.insert("owner".to_owned(), owner);
    }
    let mut shape = json!({
        "position": place.position,
        "delay": place.delay_minutes,
        "escalationType": place.escalation.word(),
        "inRotation": place.in_rotation,
        "member": who,
    });
    let (Recipient::Person(id), Some(fields)) = (place.member, shape.as_object_mut()) else {
        return shape;
    };
    let pieces = stand_ins(directory, id, held);
    let replacements = pieces.iter().filter_map(|piece| replacement(directory, piece)).collect();
    let vacancies: Vec<Value> = pieces
        .iter()
        .filter(|piece| piece.cover == Cover::Vacant)
        .map(|piece| {
            let (start, end) = (format_on_call_time(piece.start), format_on_call_time(piece.end));
            json!({"start": start, "end": end})
        })
        .collect();
    let replacements = embedded(&format!("{base}/{}/replacements", place.position), replacements);
    fields.insert("replacements".to_owned(), without_links(replacements));
    if !vacancies.is_empty() {
        fields.insert("vacancies".to_owned(), json!(vacancies));
    }
    shape
}

/// Replacements are always complete, and are nowhere but here.
fn without_links(mut page: Value) -> Value {
    if let Some(fields) = page.as_object_mut() {
        fields.remove("links");
    }
    page
}

fn replacement(directory: &Directory, piece: &Piece<PersonId>) -> Option<Value> {
    let Cover::Replacement(id) = &piece.cover else { return None };
    Some(json!({
        "start": format_on_call_time(piece.start),
        "end": format_on_call_time(piece.end),
        "replacement": person::reference(directory.person(*id)?),
    }))
}

/// The occurrence cut into who really covers it for this member.
fn stand_ins(directory: &Directory, member: PersonId, held: &Held<'_>) -> Vec<Piece<PersonId>> {
    let mut absences: BTreeMap<PersonId, Vec<Absence<PersonId>>> = BTreeMap::new();
    let mut open = vec![member];
    while let Some(who) = open.pop() {
        if absences.contains_key(&who) {
            continue;
        }
        let of = absences_of(directory, who, held.group.id);
        open.extend(of.iter().filter_map(|absence| match absence.kind {
            AbsenceKind::Replacement(next) => Some(next),
            AbsenceKind::Vacancy => None,
        }));
        absences.insert(who, of);
    }
    let known = |who: &PersonId| absences.get(who).map_or(&[][..], Vec::as_slice);
    resolve(&member, held.occurrence.start, held.occurrence.end, &known)
}

/// Somebody's absences that count in a group, in the order they were entered.
fn absences_of(directory: &Directory, who: PersonId, group: GroupId) -> Vec<Absence<PersonId>> {
    directory
        .absences_of(who)
        .filter(|absence| absence.group.is_none_or(|of| of == group))
        .map(|absence| Absence {
            start: absence.start,
            end: absence.end,
            kind: match absence.replacement {
                Some(next) => AbsenceKind::Replacement(next),
                None => AbsenceKind::Vacancy,
            },
        })
        .collect()
}
