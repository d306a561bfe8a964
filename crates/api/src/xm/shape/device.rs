//! Devices and their time frames on the wire (section 4.3 of the API reference).
//!
//! A webhook is a device of type `GENERIC`: Firebell adds the field `url`, and the write-only
//! field `secret`, which is never in an answer; `secretSet` says whether there is one.

use firebell_domain::device::{Address, Device};
use firebell_domain::directory::Directory;
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::Zone;
use firebell_domain::schedule::timeframe::Timeframe;
use serde_json::{Value, json};

use super::{Embeds, link, path, person, words};
use crate::page::embedded;

/// How a device is called everywhere: `user|Device Name`.
pub(crate) fn target_name(directory: &Directory, device: &Device) -> String {
    directory.recipient_name(Recipient::Device(device.id))
}

/// A device, with `timeframes` if asked for.
pub(crate) fn device(directory: &Directory, device: &Device, embeds: &Embeds) -> Value {
    let own = path("devices", device.id);
    let mut shape = json!({
        "id": device.id.to_string(),
        "name": device.name.as_str(),
        "targetName": target_name(directory, device),
        "deviceType": device.address.kind(),
        "testStatus": "UNTESTED",
        "externallyOwned": device.externally_owned,
        "defaultDevice": device.default_device,
        "priorityThreshold": device.priority_threshold.word(),
        "sequence": device.sequence,
        "delay": device.delay_minutes,
        "recipientType": "DEVICE",
        "status": device.status.word(),
        "privileged": false,
        "provider": {"id": provider(&device.address)},
        "links": link(&own),
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    match &device.address {
        Address::Email(email) => {
            put("emailAddress", json!(email));
            put("description", json!(email));
        }
        Address::Voice(number) | Address::Sms(number) => {
            put("phoneNumber", json!(number));
            put("description", json!(number));
        }
        Address::Webhook { url, secret } => {
            put("url", json!(url));
            put("secretSet", json!(secret.is_some()));
            put("description", json!("Webhook"));
        }
    }
    if let Some(owner) = directory.person(device.owner) {
        put("owner", person::reference(owner));
    }
    if let Some(key) = &device.external_key {
        put("externalKey", json!(key));
    }
    if embeds.has("timeframes") {
        put("timeframes", embedded(&format!("{own}/timeframes"), timeframes(directory, device)));
    }
    shape
}

/// The time frames of a device.
pub(crate) fn timeframes(directory: &Directory, device: &Device) -> Vec<Value> {
    let owner_zone = directory.person(device.owner).map(|owner| &owner.zone);
    device.timeframes.iter().map(|frame| timeframe(frame, owner_zone)).collect()
}

fn timeframe(frame: &Timeframe, owner_zone: Option<&Zone>) -> Value {
    let zone = frame.zone.as_ref().or(owner_zone).map(Zone::name);
    let days: Vec<&str> = frame.days.iter().map(words::day).collect();
    json!({
        "name": frame.name,
        "startTime": format!("{:02}:{:02}", frame.start.hour(), frame.start.minute()),
        "timezone": zone,
        "durationInMinutes": frame.duration_minutes,
        "excludeHolidays": frame.exclude_holidays,
        "days": days,
    })
}

/// xMatters names the carrier of a device; here each kind has one.
const fn provider(address: &Address) -> &'static str {
    match address {
        Address::Email(_) => "Email",
        Address::Webhook { .. } => "Webhook",
        Address::Voice(_) => "Voice",
        Address::Sms(_) => "SMS",
    }
}
