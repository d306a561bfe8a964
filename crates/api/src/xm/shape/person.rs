//! People and roles on the wire (section 3.3 of the API reference).

use firebell_domain::directory::Directory;
use firebell_domain::person::{Person, Role};
use firebell_domain::property::Value as Property;
use serde_json::{Map, Value, json};

use super::{Embeds, device, link, path, site};
use crate::page::embedded;
use crate::time::format_time;

/// A person as others mention them.
pub(crate) fn reference(person: &Person) -> Value {
    json!({
        "id": person.id.to_string(),
        "targetName": person.target_name.as_str(),
        "recipientType": "PERSON",
        "firstName": person.first_name.as_str(),
        "lastName": person.last_name.as_str(),
        "licenseType": person.licence.word(),
        "status": person.status.word(),
        "links": link(&path("people", person.id)),
    })
}

/// A person, with `roles`, `supervisors` and `devices` if asked for.
pub(crate) fn person(directory: &Directory, person: &Person, embeds: &Embeds) -> Value {
    let own = path("people", person.id);
    let mut shape = json!({
        "id": person.id.to_string(),
        "targetName": person.target_name.as_str(),
        "recipientType": "PERSON",
        "externallyOwned": person.externally_owned,
        "status": person.status.word(),
        "firstName": person.first_name.as_str(),
        "lastName": person.last_name.as_str(),
        "licenseType": person.licence.word(),
        "language": person.language,
        "timezone": person.zone.name(),
        "webLogin": person.web_login.as_str(),
        "properties": properties(person),
        "whenCreated": format_time(person.created),
        "whenUpdated": format_time(person.updated),
        "links": link(&own),
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let Some(login) = &person.phone_login {
        put("phoneLogin", json!(login));
    }
    if let Some(key) = &person.external_key {
        put("externalKey", json!(key));
    }
    if let Some(at) = person.site.and_then(|id| directory.site(id)) {
        put("site", site::reference(at));
    }
    if embeds.has("roles") {
        let roles = person.roles.iter().map(|role| self::role(*role)).collect();
        put("roles", embedded(&format!("{own}/roles"), roles));
    }
    if embeds.has("supervisors") {
        let people = person.supervisors.iter().filter_map(|id| directory.person(*id));
        let people = people.map(|p| reference(p)).collect();
        put("supervisors", embedded(&format!("{own}/supervisors"), people));
    }
    if embeds.has("devices") {
        let devices = directory.devices_of(person.id);
        let devices = devices.map(|d| device::device(directory, d, embeds)).collect();
        put("devices", embedded(&format!("{own}/devices"), devices));
    }
    shape
}

/// A role. Roles are the same in every instance, so their ids are as well.
pub(crate) fn role(role: Role) -> Value {
    let id = role_id(role);
    let links = link(&path("roles", &id));
    json!({"id": id, "name": role.word(), "description": describe(role), "links": links})
}

/// The id of a role, made up once and for all.
pub(crate) fn role_id(role: Role) -> String {
    let number = match role {
        Role::FullAccessUser => 1,
        Role::GroupSupervisor => 2,
        Role::PersonSupervisor => 3,
        Role::StandardUser => 4,
        Role::ReadOnlyUser => 5,
        Role::RestWebServiceUser => 6,
        Role::NoAccessUser => 7,
    };
    format!("66697265-6265-4c6c-8000-{number:012x}")
}

/// The role a client names by its name or its id.
pub(crate) fn role_named(text: &str) -> Option<Role> {
    let text = text.trim();
    let by_id = || Role::ALL.into_iter().find(|role| role_id(*role).eq_ignore_ascii_case(text));
    Role::from_word(text).or_else(by_id)
}

const fn describe(role: Role) -> &'static str {
    match role {
        Role::FullAccessUser => "May do everything in the instance.",
        Role::GroupSupervisor => "Looks after the groups they supervise.",
        Role::PersonSupervisor => "Looks after people and their devices.",
        Role::StandardUser => "Responds to alerts and looks after their own devices.",
        Role::ReadOnlyUser => "Sees everything and changes nothing.",
        Role::RestWebServiceUser => "A program that reads and sends events.",
        Role::NoAccessUser => "Gets messages and cannot sign in.",
    }
}

fn properties(person: &Person) -> Value {
    let fields = person.properties.iter().map(|(name, value)| {
        let value = match value {
            Property::Text(text) => json!(text),
            Property::Bool(flag) => json!(flag),
            Property::Int(number) => json!(number),
            Property::Real(number) => json!(number),
            Property::List(texts) => json!(texts),
        };
        (name.clone(), value)
    });
    Value::Object(fields.collect::<Map<_, _>>())
}
