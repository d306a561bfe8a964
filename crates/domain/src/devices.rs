//! On which of a person's devices, and when: the decision of the *notify* step.
//!
//! A person's devices are used in their order. A device that may not be used now (inactive, wrong
//! priority, outside its time frames) is passed over, and its delay is not waited for. Whether a time
//! frame holds is asked for the instant the device would be used, not for the instant of the alert.

use firebell_base::Timestamp;
use firebell_base::time::add_minutes;

use crate::alert::Priority;
use crate::device::{Device, DeviceId};
use crate::directory::Directory;
use crate::person::{Person, Status};

/// A device to be used, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// Which device.
    pub device: DeviceId,
    /// When.
    pub due: Timestamp,
}

/// Why a device is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It is inactive.
    Inactive,
    /// The alert's priority is below the device's threshold.
    BelowThreshold(Priority),
    /// It would be used outside its time frames.
    OutsideTimeframes,
    /// It is the failsafe, and another device could be used.
    Failsafe,
}

/// How device rules are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The alert's priority.
    pub priority: Priority,
    /// Ignore time frames and delays.
    pub override_restrictions: bool,
    /// Whether the default device may stand in when no other can be used.
    pub failsafe: bool,
}

/// What is done for one person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DevicePlan {
    /// The devices used, earliest first.
    pub uses: Vec<Use>,
    /// The devices passed over, and why.
    pub skipped: Vec<(DeviceId, Skip)>,
}

/// Decides which devices of a person are used for an alert that reaches them at `at`.
pub fn plan(directory: &Directory, person: &Person, at: Timestamp, rules: Rules) -> DevicePlan {
    let mut plan = DevicePlan::default();
    let mut due = at;
    for device in directory.devices_of(person.id) {
        let skip = obstacle(directory, person, device, due, rules);
        match skip {
            Some(skip) => plan.skipped.push((device.id, skip)),
            None if device.default_device && has_other(directory, person) => {
                plan.skipped.push((device.id, Skip::Failsafe));
            }
            None => {
                plan.uses.push(Use { device: device.id, due });
                if !rules.override_restrictions {
                    due = add_minutes(due, i64::from(device.delay_minutes));
                }
            }
        }
    }
    if plan.uses.is_empty() && rules.failsafe {
        let failsafe = directory
            .devices_of(person.id)
            .find(|d| d.default_device && d.status == Status::Active);
        if let Some(device) = failsafe {
            plan.skipped.retain(|(id, _)| *id != device.id);
            plan.uses.push(Use { device: device.id, due: at });
        }
    }
    plan
}

/// Decides about a single device that was named itself.
pub fn plan_one(
    directory: &Directory,
    person: &Person,
    device: &Device,
    at: Timestamp,
    rules: Rules,
) -> DevicePlan {
    match obstacle(directory, person, device, at, rules) {
        None => DevicePlan { uses: vec![Use { device: device.id, due: at }], skipped: Vec::new() },
        Some(skip) => DevicePlan { uses: Vec::new(), skipped: vec![(device.id, skip)] },
    }
}

fn has_other(directory: &Directory, person: &Person) -> bool {
    directory.devices_of(person.id).any(|d| !d.default_device && d.status == Status::Active)
}

fn obstacle(
    directory: &Directory,
    person: &Person,
    device: &Device,
    due: Timestamp,
    rules: Rules,
) -> Option<Skip> {
    if device.status == Status::Inactive {
        return Some(Skip::Inactive);
    }
    if rules.priority < device.priority_threshold {
        return Some(Skip::BelowThreshold(device.priority_threshold));
    }
    let holidays = directory.holidays(person.site);
    let open = rules.override_restrictions
        || device.timeframes.is_empty()
        || device.timeframes.iter().any(|t| t.active_at(due, &person.zone, holidays));
    (!open).then_some(Skip::OutsideTimeframes)
}
