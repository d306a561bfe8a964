//! What the body of a shift means.
//!
//! `members` replaces the members. `null` takes away `rotation`, `repeatEscalation` and
//! `notifyEndOfEscalation`. Waits can be given in minutes (`delay`) or as `waitInSeconds`, which
//! must be whole minutes. `siteHolidays` that would change when the shift is held is refused.

use firebell_domain::directory::Directory;
use firebell_domain::group::{Group, GroupType};
use firebell_domain::schedule::Pattern;
use firebell_domain::schedule::rotation::{Rotation, RotationType};
use firebell_domain::shift::{EndNotice, EscalationType, RepeatEscalation, Shift, ShiftMember};

use crate::xm::groups::body::zone_of;
use crate::xm::shape::change::{Context, Subject, resolve_one};
use crate::xm::shape::input::{Input, Patch};
use crate::xm::shape::lookup;
use crate::xm::shape::recurrence::read_pattern;
use crate::xm::shape::words::{DIRECTIONS, ESCALATIONS, UNITS};

/// The fields of the body; `*` after those a new shift needs.
pub(super) const FIELDS: &[&str] = &[
    "id",
    "name*",
    "description",
    "start",
    "end",
    "timezone",
    "recurrence",
    "members",
    "rotation",
    "repeatEscalation",
    "notifyEndOfEscalation",
    "siteHolidays",
];

const SECONDS_PER_MINUTE: u32 = 60;

/// The shift the body describes; `None` if something is wrong, and `input` knows what.
pub(super) fn read(
    directory: &Directory,
    context: &Context,
    input: &mut Input<'_>,
    of: &Group,
    subject: &Subject<Shift>,
) -> Option<Shift> {
    let old = subject.known().and_then(|id| directory.shift(id)).map(AsRef::as_ref);
    if old.is_none() && of.group_type == GroupType::Broadcast {
        let message = "must be ON_CALL: a BROADCAST group tells everybody at once, without shifts";
        input.fault("groupType", "group_type", message);
    }
    refuse_site_holidays(input);
    let name = input.name("name").given().or_else(|| old.map(|old| old.name.clone()));
    let name = input.require("name", name);
    let zone = zone_of(directory, context, of);
    let pattern = read_pattern(input, old.map(|old| &old.pattern), &zone, context.now);
    let members = read_members(directory, input, old);
    let description = old.map(|old| old.description.clone()).unwrap_or_default();
    let description = input.text("description").or_default(description, String::new());
    let repeat = read_repeat(input, old.and_then(|old| old.repeat));
    let end_notice = read_end_notice(directory, input, old.and_then(|o| o.end_notice.clone()));
    let pattern = pattern?;
    let rotation = read_rotation(input, old.and_then(|old| old.rotation.as_ref()), &pattern);
    Some(Shift {
        id: subject.id(),
        group: of.id,
        name: name?,
        description,
        pattern,
        members,
        rotation,
        repeat,
        end_notice,
        created: old.map_or(context.now, |old| old.created),
    })
}

fn refuse_site_holidays(input: &mut Input<'_>) {
    let Some(fields) = input.object("siteHolidays").given() else { return };
    input.within("siteHolidays", fields, |input| {
        let limited = ["start", "end"].iter().any(|field| input.filled(field).given().is_some());
        if limited || input.flag("onCall").given() == Some(false) {
            let message = "is not supported; make a shift with frequency HOLIDAY instead";
            input.fault("onCall", "site_holidays", message);
        }
    });
}

fn read_members(
    directory: &Directory,
    input: &mut Input<'_>,
    old: Option<&Shift>,
) -> Vec<ShiftMember> {
    let list = match input.objects("members") {
        Patch::Keep => return old.map(|old| old.members.clone()).unwrap_or_default(),
        Patch::Clear => return Vec::new(),
        Patch::Set(list) => list,
    };
    let mut placed: Vec<(u16, ShiftMember)> = Vec::new();
    for fields in list {
        let read = |input: &mut Input<'_>| {
            let position = input.count("position").or(u16::MAX);
            read_member(directory, input).map(|member| (position, member))
        };
        placed.extend(input.within("members", fields, read));
    }
    // Stable: members without a position keep their order, after those that have one.
    placed.sort_by_key(|(position, _)| *position);
    placed.into_iter().map(|(_, member)| member).collect()
}

/// One member of a shift; `None` if there is no recipient in it, or an unknown one.
pub(super) fn read_member(directory: &Directory, input: &mut Input<'_>) -> Option<ShiftMember> {
    let known = |text: &str| lookup::recipient(directory, text);
    let recipient = resolve_one(input, "recipient", "recipient", known).given();
    let recipient = input.require("recipient", recipient);
    Some(ShiftMember {
        delay_minutes: input.count("delay").or(0),
        escalation: input.word("escalationType", &ESCALATIONS).or(EscalationType::None),
        in_rotation: input.flag("inRotation").or(true),
        recipient: recipient?,
    })
}

#[derive(Debug, Clone, Copy)]
enum Driver {
    Alerts,
    Shifts,
    Time,
}

const DRIVERS: [(Driver, &str); 3] =
    [(Driver::Alerts, "ALERTS"), (Driver::Shifts, "SHIFTS"), (Driver::Time, "TIME")];

fn read_rotation(
    input: &mut Input<'_>,
    old: Option<&Rotation>,
    pattern: &Pattern,
) -> Option<Rotation> {
    let fields = match input.object("rotation") {
        Patch::Keep => return old.cloned(),
        Patch::Clear => return None,
        Patch::Set(fields) => fields,
    };
    input.within("rotation", fields, |input| {
        let driver = input.word("type", &DRIVERS).or_else(|| Patch::Keep);
        let driver = driver.given().or_else(|| input.word("rotationType", &DRIVERS).given());
        let driver = input.require("type", driver);
        let direction = input.word("direction", &DIRECTIONS).given();
        let direction = input.require("direction", direction);
        let interval = input.count("interval").or(1);
        let unit = input.word("intervalUnit", &UNITS).given();
        let next = input.instant("nextRotationTime").given();
        let (kind, anchor) = match driver? {
            Driver::Alerts => (Some(RotationType::Alerts), next.or(Some(pattern.first_end))),
            Driver::Shifts => (Some(RotationType::Shifts), next.or(Some(pattern.first_end))),
            Driver::Time => {
                let unit = input.require("intervalUnit", unit);
                (unit.map(RotationType::Time), input.require("nextRotationTime", next))
            }
        };
        match Rotation::new(kind?, direction?, interval, anchor?, pattern.zone.clone()) {
            Ok(rotation) => Some(rotation),
            Err(error) => {
                let message = error.to_string();
                let message = message.split_once(": ").map_or(message.as_str(), |(_, rest)| rest);
                input.fault(error.field().trim_start_matches("rotation."), "rotation", message);
                None
            }
        }
    })
}

fn read_repeat(input: &mut Input<'_>, old: Option<RepeatEscalation>) -> Option<RepeatEscalation> {
    let fields = match input.object("repeatEscalation") {
        Patch::Keep => return old,
        Patch::Clear => return None,
        Patch::Set(fields) => fields,
    };
    input.within("repeatEscalation", fields, |input| {
        if !input.flag("repeatEnabled").or(true) {
            return None;
        }
        let repetitions = input.count("repetitions").or(old.map_or(1, |old| old.repetitions));
        let delay_minutes = read_wait(input).unwrap_or(old.map_or(1, |old| old.delay_minutes));
        Some(RepeatEscalation { repetitions, delay_minutes })
    })
}

fn read_end_notice(
    directory: &Directory,
    input: &mut Input<'_>,
    old: Option<EndNotice>,
) -> Option<EndNotice> {
    let field = if input.has("notifyEndofEscalation") {
        // A common misspelling.
        "notifyEndofEscalation"
    } else {
        "notifyEndOfEscalation"
    };
    let fields = match input.object(field) {
        Patch::Keep => return old,
        Patch::Clear => return None,
        Patch::Set(fields) => fields,
    };
    input.within("notifyEndOfEscalation", fields, |input| {
        if !input.flag("notifyEnabled").or(true) {
            return None;
        }
        let known = |text: &str| lookup::recipient(directory, text);
        let recipient = resolve_one(input, "recipient", "recipient", known).given();
        let recipient = recipient.or(old.as_ref().map(|old| old.recipient));
        let recipient = input.require("recipient", recipient);
        let delay_minutes =
            read_wait(input).unwrap_or(old.as_ref().map_or(0, |old| old.delay_minutes));
        Some(EndNotice { recipient: recipient?, delay_minutes })
    })
}

/// `delay` in minutes, or `waitInSeconds`.
fn read_wait(input: &mut Input<'_>) -> Option<u16> {
    let minutes = input.count("delay").given();
    let seconds: Option<u32> = input.count("waitInSeconds").given();
    let Some(seconds) = seconds.filter(|_| minutes.is_none()) else { return minutes };
    let whole = u16::try_from(seconds / SECONDS_PER_MINUTE).ok();
    if whole.is_none() || seconds % SECONDS_PER_MINUTE != 0 {
        let message = "must be whole minutes: a multiple of 60";
        input.fault("waitInSeconds", "delay", message);
    }
    whole
}
