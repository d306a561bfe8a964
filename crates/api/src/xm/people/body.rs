//! What the body of `POST /people` makes of a person.
//!
//! `null` clears what can be empty (`site`, `phoneLogin`, `externalKey`, `supervisors`, a single
//! property) and leaves what cannot be empty as it is, or at its default for a new person: some
//! clients send every field they know. Accepted and without effect: `phonePin` and
//! `forcePasswordReset` (there is no telephone sign-in), `recipientType`.

use firebell_access::people::may_write_person;
use firebell_access::principal::may_set_password;
use firebell_access::{Permission, Scope};
use firebell_config::Change;
use firebell_config::people::{Newcomer, newcomer, put};
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::person::{Person, PersonId, Role};
use firebell_domain::property::{Properties, Value as Property};
use serde_json::{Map, Value};

use crate::xm::shape::change::{Context, Decision, decided, resolve, resolve_one, subject};
use crate::xm::shape::input::{Input, Patch};
use crate::xm::shape::words::{LICENCES, STATUSES};
use crate::xm::shape::{lookup, person};

/// The fields of the body; `*` after those a new person needs.
pub(super) const FIELDS: &[&str] = &[
    "id",
    "targetName*",
    "firstName*",
    "lastName*",
    "roles*",
    "licenseType",
    "webLogin",
    "status",
    "site",
    "language",
    "timezone",
    "supervisors",
    "phoneLogin",
    "phonePin",
    "password",
    "forcePasswordReset",
    "properties",
    "externalKey",
    "externallyOwned",
    "recipientType",
];

/// What becomes of whom: the person's id, and whether they are new.
pub(super) fn decide(
    directory: &Directory,
    context: &Context,
    body: &Map<String, Value>,
    hash: Option<&str>,
) -> Decision<(PersonId, bool)> {
    let mut input = Input::new("person", body);
    let known = |text: &str| lookup::person(directory, text).map(|p| p.id);
    let subject = subject(&mut input, context.fresh, known);
    let old = subject.known().and_then(|id| directory.person(id));
    let id = subject.id();
    let new = match old {
        Some(old) => Some(read_changes(directory, &mut input, old)),
        None => read_new(directory, context, &mut input, id),
    };
    let new = input.finish_with(new)?;
    if let Some(old) = old {
        context.require(Permission::WritePeople, Scope::Person(old))?;
        if hash.is_some() {
            may_set_password(&context.who, old)?;
        }
    }
    let old_person = old.map(AsRef::as_ref);
    may_write_person(&context.who, old_person, &new)?;
    let mut changes: Vec<Change> = put(old_person, new, context.now).into_iter().collect();
    if let Some(hash) = hash {
        let password = Password { person: id, hash: hash.to_owned() };
        changes.push(Change::Put(Entity::Password(password)));
    }
    decided(subject.about(Kind::Person), changes, (id, old.is_none()))
}

/// What a body may do to licences, as far as that can be told before the newest state is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Nothing: neither status nor licence type are in it, and the person is there.
    Change,
    /// Somebody who is there, or whose id the client has chosen, may need one. Repeating that is
    /// safe by itself.
    Licence,
    /// Somebody new may need one.
    New,
}

/// What this body may do to licences.
pub(super) fn purpose(directory: &Directory, body: &Map<String, Value>) -> Purpose {
    let id = body.get("id").and_then(Value::as_str).map(str::trim).filter(|id| !id.is_empty());
    let Some(id) = id else { return Purpose::New };
    let named = ["status", "licenseType"].iter().any(|field| body.contains_key(*field));
    if named || lookup::person(directory, id).is_none() {
        return Purpose::Licence;
    }
    Purpose::Change
}

fn read_new(
    directory: &Directory,
    context: &Context,
    input: &mut Input<'_>,
    id: PersonId,
) -> Option<Person> {
    let caller = directory.person(context.who.person);
    let target_name = input.name("targetName").given();
    let target_name = input.require("targetName", target_name);
    let first_name = input.name("firstName").given();
    let first_name = input.require("firstName", first_name);
    let last_name = input.name("lastName").given();
    let last_name = input.require("lastName", last_name);
    let roles = read_roles(input).given();
    let roles = input.require("roles", roles);
    let target_name = target_name?;
    let site = caller.and_then(|caller| caller.site);
    let site = match resolve_one(input, "site", "site", |t| lookup::site(directory, t)) {
        Patch::Set(site) => Some(site),
        Patch::Clear => None,
        Patch::Keep => site.and_then(|id| directory.site(id)),
    };
    let who =
        Newcomer { id, target_name, first_name: first_name?, last_name: last_name?, roles: roles? };
    let site = site.map(AsRef::as_ref);
    let blank = newcomer(who, caller.map(AsRef::as_ref), site, context.now);
    Some(read_changes(directory, input, &blank))
}

fn read_changes(directory: &Directory, input: &mut Input<'_>, old: &Person) -> Person {
    let target_name = input.name("targetName").or(old.target_name.clone());
    let login = match input.filled("webLogin") {
        Patch::Set(_) => input.name("webLogin").or(old.web_login.clone()),
        // Who was never given a login of their own signs in with the new target name.
        Patch::Keep | Patch::Clear if old.web_login == old.target_name => target_name.clone(),
        Patch::Keep | Patch::Clear => old.web_login.clone(),
    };
    let supervisors = match input.pointers("supervisors") {
        Patch::Keep => old.supervisors.clone(),
        Patch::Clear => Vec::new(),
        Patch::Set(texts) => {
            let known = |text: &str| lookup::person(directory, text).map(|p| p.id);
            resolve(input, "supervisors", "person", &texts, known)
        }
    };
    let site = resolve_one(input, "site", "site", |t| lookup::site(directory, t).map(|s| s.id));
    Person {
        id: old.id,
        target_name,
        first_name: input.name("firstName").or(old.first_name.clone()),
        last_name: input.name("lastName").or(old.last_name.clone()),
        web_login: login,
        phone_login: match input.text_or_number("phoneLogin") {
            Patch::Set(digits) if digits.trim().is_empty() => None,
            other => other.optional(old.phone_login.clone()),
        },
        language: input.filled("language").or(old.language.clone()),
        zone: input.zone("timezone").or(old.zone.clone()),
        site: site.optional(old.site),
        supervisors,
        roles: read_roles(input).or(old.roles.clone()),
        status: input.word("status", &STATUSES).or(old.status),
        licence: input.word("licenseType", &LICENCES).or(old.licence),
        properties: read_properties(input, &old.properties),
        external_key: input.filled("externalKey").optional(old.external_key.clone()),
        externally_owned: input.flag("externallyOwned").or_default(old.externally_owned, false),
        created: old.created,
        updated: old.updated,
    }
}

fn read_roles(input: &mut Input<'_>) -> Patch<Vec<Role>> {
    match input.pointers("roles") {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(texts) => {
            Patch::Set(resolve(input, "roles", "role", &texts, person::role_named))
        }
    }
}

fn read_properties(input: &mut Input<'_>, old: &Properties) -> Properties {
    let fields = match input.object("properties") {
        Patch::Keep => return old.clone(),
        Patch::Clear => return Properties::new(),
        Patch::Set(fields) => fields,
    };
    let mut properties = old.clone();
    for (name, value) in fields {
        if value.is_null() {
            properties.remove(name);
        } else if let Some(value) = property(value) {
            properties.insert(name.clone(), value);
        } else {
            let message = "must be a text, a number, true, false, or an array of texts";
            input.fault(&format!("properties.{name}"), "property", message);
        }
    }
    properties
}

fn property(value: &Value) -> Option<Property> {
    match value {
        Value::String(text) => Some(Property::Text(text.clone())),
        Value::Bool(flag) => Some(Property::Bool(*flag)),
        Value::Number(number) => {
            number.as_i64().map(Property::Int).or_else(|| number.as_f64().map(Property::Real))
        }
        Value::Array(items) => {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().map(Property::List)
        }
        Value::Null | Value::Object(_) => None,
    }
}
