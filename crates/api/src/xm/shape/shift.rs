//! Shifts and their parts on the wire (sections 6.2 and 6.3 of the API reference).
//!
//! The escalation type of a member is written `None`, `Peer`, `Management` here and in capitals in
//! on-call answers, as the recorded answers have it. `nextRotationTime` is the one that was given.

use firebell_domain::directory::Directory;
use firebell_domain::group::GroupId;
use firebell_domain::schedule::rotation::{Rotation, RotationType};
use firebell_domain::shift::{EndNotice, RepeatEscalation, Shift, ShiftMember};
use serde_json::{Value, json};

use super::words::{DIRECTIONS, ESCALATIONS, UNITS, word};
use super::{Embeds, group, link, path, recurrence};
use crate::page::embedded;
use crate::time::format_time;

/// Where a shift is.
pub(crate) fn shift_path(shift: &Shift) -> String {
    format!("{}/shifts/{}", path("groups", shift.group), shift.id)
}

/// A shift as others mention it.
pub(crate) fn reference(shift: &Shift) -> Value {
    json!({
        "id": shift.id.to_string(),
        "name": shift.name.as_str(),
        "links": link(&shift_path(shift)),
    })
}

fn group_reference(directory: &Directory, id: GroupId) -> Value {
    directory
        .group(id)
        .map_or_else(|| json!({"id": id.to_string()}), |found| group::reference(found))
}

/// A shift, with `members` if asked for.
pub(crate) fn shift(directory: &Directory, shift: &Shift, embeds: &Embeds) -> Value {
    let own = shift_path(shift);
    let mut shape = json!({
        "id": shift.id.to_string(),
        "group": group_reference(directory, shift.group),
        "name": shift.name.as_str(),
        "description": shift.description,
        "start": format_time(shift.pattern.first_start),
        "end": format_time(shift.pattern.first_end),
        "timezone": shift.pattern.zone.name(),
        "created": format_time(shift.created),
        "recurrence": recurrence::recurrence(&shift.pattern.recurrence),
        "repeatEscalation": repeat(shift.repeat),
        "notifyEndOfEscalation": end_notice(directory, shift.end_notice.as_ref()),
        "links": link(&own),
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    if let Some(rotation) = &shift.rotation {
        fields.insert("rotation".to_owned(), self::rotation(rotation));
    }
    if embeds.has("members") {
        let members = embedded(&format!("{own}/members"), members(directory, shift));
        fields.insert("members".to_owned(), members);
    }
    shape
}

/// The members of a shift in their configured order.
pub(crate) fn members(directory: &Directory, shift: &Shift) -> Vec<Value> {
    let members = shift.members.iter().zip(1..);
    members.map(|(member, position)| self::member(directory, shift, member, position)).collect()
}

/// One member of a shift, with its position from 1.
pub(crate) fn member(
    directory: &Directory,
    shift: &Shift,
    member: &ShiftMember,
    position: usize,
) -> Value {
    json!({
        "shift": {"id": shift.id.to_string(), "links": link(&shift_path(shift))},
        "recipient": group::recipient_reference(directory, member.recipient),
        "position": position,
        "delay": member.delay_minutes,
        "escalationType": word(&ESCALATIONS, &member.escalation),
        "inRotation": member.in_rotation,
    })
}

fn rotation(rotation: &Rotation) -> Value {
    let (kind, unit) = match rotation.kind {
        RotationType::Alerts => ("ALERTS", None),
        RotationType::Shifts => ("SHIFTS", None),
        RotationType::Time(unit) => ("TIME", Some(word(&UNITS, &unit))),
    };
    let mut shape = json!({
        "type": kind,
        "direction": word(&DIRECTIONS, &rotation.direction),
        "interval": rotation.interval,
        "nextRotationTime": format_time(rotation.anchor),
    });
    if let (Some(unit), Some(fields)) = (unit, shape.as_object_mut()) {
        fields.insert("intervalUnit".to_owned(), json!(unit));
    }
    shape
}

fn repeat(repeat: Option<RepeatEscalation>) -> Value {
    match repeat {
        None => json!({"repeatEnabled": false}),
        Some(repeat) => json!({
            "repeatEnabled": true,
            "repetitions": repeat.repetitions,
            "delay": repeat.delay_minutes,
            "waitInSeconds": u32::from(repeat.delay_minutes) * 60,
        }),
    }
}

/// Who hears that an escalation ended without an answer.
pub(crate) fn end_notice(directory: &Directory, notice: Option<&EndNotice>) -> Value {
    match notice {
        None => json!({"notifyEnabled": false}),
        Some(notice) => json!({
            "notifyEnabled": true,
            "recipient": group::recipient_reference(directory, notice.recipient),
            "delay": notice.delay_minutes,
            "waitInSeconds": u32::from(notice.delay_minutes) * 60,
        }),
    }
}
