//! Groups and recipients on the wire (section 5.3 of the API reference).

use firebell_domain::directory::Directory;
use firebell_domain::group::Group;
use firebell_domain::recipient::Recipient;
use serde_json::{Value, json};

use super::{Embeds, device, link, path, person};
use crate::page::embedded;
use crate::time::format_time;

/// A group as others mention it.
pub(crate) fn reference(group: &Group) -> Value {
    json!({
        "id": group.id.to_string(),
        "targetName": group.target_name.as_str(),
        "recipientType": "GROUP",
        "groupType": group.group_type.word(),
        "links": link(&path("groups", group.id)),
    })
}

/// A group, with `supervisors`, `observers` and `services` if asked for; the last two are empty.
pub(crate) fn group(directory: &Directory, group: &Group, embeds: &Embeds) -> Value {
    let own = path("groups", group.id);
    let mut shape = json!({
        "id": group.id.to_string(),
        "targetName": group.target_name.as_str(),
        "recipientType": "GROUP",
        "groupType": group.group_type.word(),
        "status": group.status.word(),
        "externallyOwned": group.externally_owned,
        "allowDuplicates": group.allow_duplicates,
        "useDefaultDevices": group.use_default_devices,
        "observedByAll": group.observed_by_all,
        "description": group.description,
        "created": format_time(group.created),
        "links": link(&own),
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let Some(id) = group.site {
        put("site", json!({"id": id.to_string(), "links": link(&path("sites", id))}));
    }
    if let Some(key) = &group.external_key {
        put("externalKey", json!(key));
    }
    if embeds.has("supervisors") {
        let people = group.supervisors.iter().filter_map(|id| directory.person(*id));
        let people = people.map(|p| person::reference(p)).collect();
        put("supervisors", embedded(&format!("{own}/supervisors"), people));
    }
    for empty in ["observers", "services"] {
        if embeds.has(empty) {
            put(empty, embedded(&format!("{own}/{empty}"), Vec::new()));
        }
    }
    shape
}

/// A recipient of any kind, as others mention it. Kept to reference fields: some clients expect
/// texts where a device has numbers.
pub(crate) fn recipient_reference(directory: &Directory, recipient: Recipient) -> Value {
    let found = match recipient {
        Recipient::Person(id) => directory.person(id).map(|p| person::reference(p)),
        Recipient::Group(id) => directory.group(id).map(|g| reference(g)),
        Recipient::Device(id) => directory.device(id).map(|d| {
            json!({
                "id": d.id.to_string(),
                "name": d.name.as_str(),
                "targetName": device::target_name(directory, d),
                "recipientType": "DEVICE",
                "deviceType": d.address.kind(),
                "links": link(&path("devices", d.id)),
            })
        }),
    };
    found.unwrap_or_else(|| json!({"recipientType": recipient.kind()}))
}

/// A recipient of any kind, in full.
pub(crate) fn recipient(directory: &Directory, recipient: Recipient, embeds: &Embeds) -> Value {
    let found = match recipient {
        Recipient::Person(id) => directory.person(id).map(|p| person::person(directory, p, embeds)),
        Recipient::Group(id) => directory.group(id).map(|g| group(directory, g, embeds)),
        Recipient::Device(id) => directory.device(id).map(|d| device::device(directory, d, embeds)),
    };
    found.unwrap_or_else(|| recipient_reference(directory, recipient))
}
