//! What the body of `POST /devices` makes of a device.
//!
//! `null` for `delay`, `timeframes`, `defaultDevice`, `externalKey` and `secret` means their
//! default; a new device without `sequence` comes last. Accepted and without effect: `pin`,
//! `twoWayDevice`, `provider`, `testStatus`, `privileged`, `country`, `description`.

use std::sync::Arc;

use firebell_access::principal::may_set_mail;
use firebell_access::{Permission, Scope};
use firebell_base::Secret;
use firebell_config::Change;
use firebell_domain::alert::Priority;
use firebell_domain::device::{Address, Device, DeviceId};
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::person::{PersonId, Status};
use firebell_domain::schedule::timeframe::Timeframe;
use serde_json::{Map, Value};

use super::put;
use crate::error::ApiError;
use crate::xm::shape::change::{Context, Decision, decided, resolve_one, subject};
use crate::xm::shape::input::{Input, Patch};
use crate::xm::shape::lookup;
use crate::xm::shape::recurrence::read_days;
use crate::xm::shape::words::{PRIORITIES, STATUSES};

/// The fields of the body; `*` after those a new device needs.
pub(super) const FIELDS: &[&str] = &[
    "id",
    "deviceType*",
    "name*",
    "owner*",
    "emailAddress",
    "phoneNumber",
    "url",
    "secret",
    "delay",
    "sequence",
    "priorityThreshold",
    "defaultDevice",
    "timeframes",
    "status",
    "externalKey",
    "externallyOwned",
    "recipientType",
    "testStatus",
    "provider",
    "pin",
    "twoWayDevice",
    "privileged",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Email,
    Voice,
    Sms,
    Webhook,
}

const TYPES: [(Type, &str); 4] = [
    (Type::Email, "EMAIL"),
    (Type::Voice, "VOICE"),
    (Type::Sms, "TEXT_PHONE"),
    (Type::Webhook, "GENERIC"),
];

/// Whether the caller may change the devices of this person.
///
/// # Errors
/// 403.
pub(super) fn require_owner(
    directory: &Directory,
    context: &Context,
    owner: PersonId,
) -> Result<(), ApiError> {
    match directory.person(owner) {
        Some(owner) => context.require(Permission::WriteOwnDevices, Scope::Person(owner)),
        None => context.require(Permission::WriteOwnDevices, Scope::Instance),
    }
}

/// Whether the caller may have the owner's mail sent there, if that is what the change does.
fn require_mail(
    directory: &Directory,
    context: &Context,
    old: Option<&Arc<Device>>,
    new: &Device,
) -> Result<(), ApiError> {
    let is_same = old.is_some_and(|old| {
        old.address == new.address && (old.status == Status::Active || new.status != Status::Active)
    });
    match (&new.address, directory.person(new.owner)) {
        (Address::Email(_), Some(owner)) if !is_same => Ok(may_set_mail(&context.who, owner)?),
        _ => Ok(()),
    }
}

/// What becomes of which device: its id, and whether it is new.
pub(super) fn decide(
    directory: &Directory,
    context: &Context,
    body: &Map<String, Value>,
) -> Decision<(DeviceId, bool)> {
    let mut input = Input::new("device", body);
    let known = |text: &str| lookup::device(directory, text).map(|d| d.id);
    let subject = subject(&mut input, context.fresh, known);
    let old = subject.known().and_then(|id| directory.device(id));
    let person = |text: &str| lookup::person(directory, text).map(|p| p.id);
    let owner = resolve_one(&mut input, "owner", "person", person);
    let sequence: Option<u16> = input.count("sequence").given();
    let made = if let Some(old) = old {
        if owner.given().is_some_and(|owner| owner != old.owner) {
            let message = "cannot change; remove the device and make one for the other person";
            input.fault("owner", "owner_fixed", message);
        }
        Some(read_changes(&mut input, old))
    } else {
        let owner = input.require("owner", owner.given());
        read_new(&mut input, subject.id(), owner)
    };
    let made = input.finish_with(made)?;
    require_owner(directory, context, made.owner)?;
    require_mail(directory, context, old, &made)?;
    let id = made.id;
    let changes = placed(directory, made, old.is_none(), sequence);
    decided(subject.about(Kind::Device), changes, (id, old.is_none()))
}

/// The device at its place in its owner's order, and the others moved out of the way.
fn placed(directory: &Directory, device: Device, new: bool, sequence: Option<u16>) -> Vec<Change> {
    let others = directory.devices_of(device.owner).filter(|other| other.id != device.id);
    let mut all: Vec<Device> = others.map(|other| (**other).clone()).collect();
    let place = match sequence {
        Some(place) => usize::from(place.max(1)) - 1,
        None if new => all.len(),
        None => usize::from(device.sequence.max(1)) - 1,
    };
    all.insert(place.min(all.len()), device);
    in_order(all).collect()
}

/// These devices numbered from 1.
pub(super) fn in_order(devices: impl IntoIterator<Item = Device>) -> impl Iterator<Item = Change> {
    devices.into_iter().zip(1..).map(|(mut device, sequence)| {
        device.sequence = sequence;
        put(device)
    })
}

fn read_new(input: &mut Input<'_>, id: DeviceId, owner: Option<PersonId>) -> Option<Device> {
    let name = input.name("name").given();
    let name = input.require("name", name);
    let kind = input.word("deviceType", &TYPES).given();
    let kind = input.require("deviceType", kind);
    let address = kind.and_then(|kind| read_address(input, kind, None));
    let blank = Device {
        id,
        owner: owner?,
        name: name?,
        address: address?,
        sequence: 1,
        delay_minutes: 0,
        priority_threshold: Priority::Low,
        timeframes: Vec::new(),
        default_device: false,
        status: Status::Active,
        external_key: None,
        externally_owned: false,
    };
    Some(read_rest(input, blank))
}

fn read_changes(input: &mut Input<'_>, old: &Device) -> Device {
    let kind = match old.address {
        Address::Email(_) => Type::Email,
        Address::Voice(_) => Type::Voice,
        Address::Sms(_) => Type::Sms,
        Address::Webhook { .. } => Type::Webhook,
    };
    if input.word("deviceType", &TYPES).given().is_some_and(|given| given != kind) {
        let message = "cannot change; remove the device and make one of the other type";
        input.fault("deviceType", "device_type_fixed", message);
    }
    let mut new = old.clone();
    new.name = input.name("name").or(new.name);
    if let Some(address) = read_address(input, kind, Some(&old.address)) {
        new.address = address;
    }
    read_rest(input, new)
}

/// What devices of all types have.
fn read_rest(input: &mut Input<'_>, mut device: Device) -> Device {
    device.delay_minutes = input.count("delay").or_default(device.delay_minutes, 0);
    device.priority_threshold =
        input.word("priorityThreshold", &PRIORITIES).or(device.priority_threshold);
    device.default_device = input.flag("defaultDevice").or_default(device.default_device, false);
    device.status = input.word("status", &STATUSES).or(device.status);
    device.external_key = input.filled("externalKey").optional(device.external_key);
    device.externally_owned =
        input.flag("externallyOwned").or_default(device.externally_owned, false);
    match input.objects("timeframes") {
        Patch::Keep => {}
        Patch::Clear => device.timeframes = Vec::new(),
        Patch::Set(frames) => {
            let read: Vec<_> = frames
                .into_iter()
                .map(|fields| input.within("timeframes", fields, read_timeframe))
                .collect();
            device.timeframes = read.into_iter().flatten().collect();
        }
    }
    device
}

fn read_address(input: &mut Input<'_>, kind: Type, old: Option<&Address>) -> Option<Address> {
    let field = match kind {
        Type::Email => "emailAddress",
        Type::Voice | Type::Sms => "phoneNumber",
        Type::Webhook => "url",
    };
    for other in ["emailAddress", "phoneNumber", "url", "secret"] {
        let fits = other == field || (other == "secret" && kind == Type::Webhook);
        // Some clients send every field they know, empty.
        if !fits && input.filled(other).given().is_some() {
            let message = format!("does not belong to a device of this type; use {field}");
            input.fault(other, "address", message);
        }
    }
    let before = old.map(|old| match old {
        Address::Email(text) | Address::Voice(text) | Address::Sms(text) => text.clone(),
        Address::Webhook { url, .. } => url.clone(),
    });
    let text = input.filled(field).given().or(before);
    let text = input.require(field, text)?;
    Some(match kind {
        Type::Email => Address::Email(text),
        Type::Voice => Address::Voice(text),
        Type::Sms => Address::Sms(text),
        Type::Webhook => {
            let kept = match old {
                Some(Address::Webhook { secret, .. }) => secret.clone(),
                _ => None,
            };
            let secret = input.filled("secret").map(Secret::new).optional(kept);
            Address::Webhook { url: text, secret }
        }
    })
}

fn read_timeframe(input: &mut Input<'_>) -> Option<Timeframe> {
    let name = input.text("name").given();
    let name = input.require("name", name);
    let start = input.text("startTime").given();
    let start = input.require("startTime", start);
    let minutes = input.count("durationInMinutes").given();
    let minutes = input.require("durationInMinutes", minutes);
    let days = read_days(input, "days");
    let Ok(start) = start?.trim().parse() else {
        input.fault("startTime", "timeframe", "must be hours and minutes, such as 08:00");
        return None;
    };
    let frame = Timeframe {
        name: name?,
        start,
        duration_minutes: minutes?,
        days: days?,
        exclude_holidays: input.flag("excludeHolidays").or(false),
        zone: input.zone("timezone").given(),
    };
    match frame.checked() {
        Ok(frame) => Some(frame),
        Err(error) => {
            let field = error.field().trim_start_matches("timeframes.");
            let message = error.to_string();
            let message = message.split_once(": ").map_or(message.as_str(), |(_, rest)| rest);
            input.fault(field, "timeframe", message);
            None
        }
    }
}
