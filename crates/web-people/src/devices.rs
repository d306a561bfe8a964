//! The devices on a user's page: in which order and when each is used, and whether anybody knows that what is sent
//! there arrives.
//!
//! Only shown here: the pages that change them are the ones of one's own devices, for whoever may (`web`).

use std::collections::BTreeMap;
use std::time::Duration;

use firebell_access::{Permission, Scope};
use firebell_domain::alert::Priority;
use firebell_domain::device::{Address, Device, DeviceId};
use firebell_domain::person::Person;
use firebell_domain::schedule::timeframe::Timeframe;
use firebell_pipeline::probe::{Known, Prober, Reach};
use firebell_ui::part::{Badge, Button};
use firebell_ui::{Say, Shape, Visit};

use crate::words;

/// How long the page waits to know which devices are verified; it is shown without that after it.
const PATIENCE: Duration = Duration::from_secs(1);
/// Minutes of a day.
const DAY_MINUTES: i32 = 24 * 60;

/// What is known of devices that were tried; none if it cannot be read.
pub(crate) type Tried = Option<(Prober, BTreeMap<DeviceId, Known>)>;

/// A device as it is shown.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) order: usize,
    pub(crate) name: String,
    /// Where it is changed; empty for whoever may not.
    pub(crate) href: String,
    pub(crate) kind: String,
    pub(crate) address: String,
    pub(crate) delay: String,
    pub(crate) threshold: String,
    /// When it may be used, in a line each.
    pub(crate) frames: Vec<String>,
    pub(crate) status: Badge,
    pub(crate) failsafe: Option<Badge>,
    pub(crate) verified: Option<Badge>,
}

/// Reads which of a person's devices are verified.
pub(crate) async fn tried(visit: &Visit, prober: Option<Prober>, person: &Person) -> Tried {
    let prober = prober?;
    let known = prober.known(&visit.directory, person.id);
    match tokio::time::timeout(PATIENCE, known).await {
        Ok(Ok(known)) => Some((prober, known)),
        Ok(Err(error)) => {
            tracing::warn!(%error, cause = error.cause(), "verified devices could not be read");
            None
        }
        Err(_) => {
            tracing::warn!("verified devices could not be read in time");
            None
        }
    }
}

/// Where a person's devices are changed, from the root; none for whoever may not.
fn place(visit: &Visit, person: &Person) -> Option<String> {
    if !visit.may(Permission::WriteOwnDevices, &Scope::Person(person)) {
        return None;
    }
    Some(if person.id == visit.person.id {
        "account/devices".to_owned()
    } else {
        format!("users/{}/devices", person.id)
    })
}

/// Leads to the pages that change them.
pub(crate) fn buttons(visit: &Visit, t: Say, person: &Person) -> Vec<Button> {
    let Some(place) = place(visit, person) else { return Vec::new() };
    let any = visit.directory.devices_of(person.id).next().is_some();
    let change = Button::link(t.get("people-devices-change"), visit.href(&place)).small();
    let new = visit.href(&format!("{place}/new"));
    let add = Button::link(t.get("people-devices-add"), new).small();
    if any { vec![change, add] } else { vec![add] }
}

/// A person's devices in their order.
pub(crate) fn reached(visit: &Visit, t: Say, person: &Person, tried: &Tried) -> Vec<Reached> {
    let place = place(visit, person);
    let devices = visit.directory.devices_of(person.id);
    let one = |(order, device): (usize, &std::sync::Arc<Device>)| {
        let href = place.as_ref().map(|place| visit.href(&format!("{place}/{}", device.id)));
        let (kind, address) = address(t, device);
        Reached {
            order,
            name: device.name.to_string(),
            href: href.unwrap_or_default(),
            kind,
            address,
            delay: t.n("people-device-delay", device.delay_minutes),
            threshold: threshold(t, device.priority_threshold),
            frames: frames(t, device),
            status: words::status(t, device.status),
            failsafe: device
                .default_device
                .then(|| Badge::new("muted", Shape::Ring, t.get("people-device-failsafe"))),
            verified: verified(t, device, tried),
        }
    };
    (1..).zip(devices).map(one).collect()
}

fn address(t: Say, device: &Device) -> (String, String) {
    let (kind, address) = match &device.address {
        Address::Email(address) => ("people-device-email", address.clone()),
        Address::Voice(number) => ("people-device-voice", number.clone()),
        Address::Sms(number) => ("people-device-sms", number.clone()),
        // Whoever has a webhook's address may post to it.
        Address::Webhook { url, .. } => ("people-device-webhook", host_of(url)),
    };
    (t.get(kind), address)
}

/// Scheme and host of a URL; the rest may be a password.
fn host_of(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A name and a password may stand before the host.
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}/…")
}

fn threshold(t: Say, priority: Priority) -> String {
    t.get(match priority {
        Priority::Low => "people-device-any",
        Priority::Medium => "people-device-medium",
        Priority::High => "people-device-high",
    })
}

fn frames(t: Say, device: &Device) -> Vec<String> {
    if device.timeframes.is_empty() {
        return vec![t.get("people-device-always")];
    }
    device.timeframes.iter().map(|frame| frame_text(t, frame)).collect()
}

/// "Night: Mo Tu We, 22:00–06:00".
fn frame_text(t: Say, frame: &Timeframe) -> String {
    let names = t.get("people-days");
    let names: Vec<&str> = names.split_whitespace().collect();
    let name = |day: usize| names.get(day).copied().unwrap_or_default();
    let days = frame.days.iter().map(|day| usize::try_from(day.to_monday_zero_offset()));
    let days: Vec<&str> = days.map(|day| name(day.unwrap_or_default())).collect();
    let (hour, minute) = (i32::from(frame.start.hour()), i32::from(frame.start.minute()));
    let end = (hour * 60 + minute + i32::from(frame.duration_minutes)) % DAY_MINUTES;
    let args = [
        ("name", frame.name.as_str()),
        ("days", &*days.join(" ")),
        ("from", &*format!("{hour:02}:{minute:02}")),
        ("to", &*format!("{:02}:{:02}", end / 60, end % 60)),
    ];
    t.a("people-device-frame", &args)
}

/// Whether it is verified; nothing of what could not be, or of what could not be read.
fn verified(t: Say, device: &Device, tried: &Tried) -> Option<Badge> {
    let (prober, known) = tried.as_ref()?;
    if known.get(&device.id).is_some_and(|known| known.verified.is_some()) {
        return Some(Badge::new("ok", Shape::Check, t.get("people-device-verified")));
    }
    let can = prober.reach(&device.address) == Reach::Sends;
    can.then(|| Badge::new("waits", Shape::Ring, t.get("people-device-unverified")))
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn of_a_webhook_only_the_host_is_shown() {
        assert_eq!(host_of("https://h.example/secret?x=1"), "https://h.example/…");
        assert_eq!(host_of("https://me:secret@h.example:8443/x"), "https://h.example:8443/…");
        assert_eq!(host_of("https://h.example#secret"), "https://h.example/…");
    }
}
