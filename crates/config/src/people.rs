//! Rules about people that whoever makes or changes them shares: forms, imports, the API.
//!
//! Pure: no clock, no database, no permission. Whether somebody may, is asked of the `access` crate
//! before; whether it is valid, of [`crate::check`] inside of the change.

use firebell_base::Timestamp;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::property::{Properties, Value};
use firebell_domain::schedule::Zone;
use firebell_domain::site::Site;

use crate::change::Change;

/// Between the texts of a list in one field.
pub const LIST_SEPARATOR: char = '|';

/// What somebody new needs at least.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// The id they get.
    pub id: PersonId,
    /// Their target name; also what they sign in with.
    pub target_name: Name,
    /// Their given name.
    pub first_name: Name,
    /// Their family name.
    pub last_name: Name,
    /// What they may do.
    pub roles: Vec<Role>,
}

/// Somebody new, as they are unless something else is said: supervised by whoever adds them, with
/// the language and the zone of the site, or else of whoever adds them.
pub fn newcomer(who: Newcomer, by: Option<&Person>, site: Option<&Site>, now: Timestamp) -> Person {
    let zone = site.map(|site| &site.zone).or_else(|| by.map(|by| &by.zone));
    let language = site.map(|site| &site.language).or_else(|| by.map(|by| &by.language));
    Person {
        id: who.id,
        first_name: who.first_name,
        last_name: who.last_name,
        web_login: who.target_name.clone(),
        target_name: who.target_name,
        phone_login: None,
        language: language.cloned().unwrap_or_else(|| "en".to_owned()),
        zone: zone.cloned().unwrap_or(Zone::utc()),
        site: site.map(|site| site.id),
        supervisors: by.map(|by| by.id).into_iter().collect(),
        roles: who.roles,
        status: Status::Active,
        licence: LicenceType::FullUser,
        properties: Properties::new(),
        external_key: None,
        externally_owned: false,
        created: now,
        updated: now,
    }
}

/// The change that makes `old` what `new` is; none if they are the same already.
pub fn put(old: Option<&Person>, new: Person, now: Timestamp) -> Option<Change> {
    if old == Some(&new) {
        return None;
    }
    Some(Change::Put(Entity::Person(Person { updated: now, ..new })))
}

/// A custom field's value from a text: of the kind it has, if the text can be one.
pub fn property(text: &str, old: Option<&Value>) -> Value {
    let given = || Value::Text(text.to_owned());
    match old {
        Some(old) if old.to_string() == text => old.clone(),
        Some(Value::Bool(_)) => text.parse().map_or_else(|_| given(), Value::Bool),
        Some(Value::Int(_)) => text.parse().map_or_else(|_| given(), Value::Int),
        Some(Value::Real(_)) => {
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            number.map_or_else(given, Value::Real)
        }
        Some(Value::List(_)) => {
            let texts = text.split([LIST_SEPARATOR, ',']).map(str::trim);
            let texts = texts.filter(|text| !text.is_empty());
            Value::List(texts.map(str::to_owned).collect())
        }
        Some(Value::Text(_)) | None => given(),
    }
}

/// What two states of a person differ in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field's name as in the API, such as `firstName` or `properties.desk`.
    pub field: String,
    /// What it was, as a text; empty for nothing.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// The fields people see, in the order they are shown. Custom fields follow.
pub const FIELDS: [&str; 15] = [
    "targetName",
    "firstName",
    "lastName",
    "webLogin",
    "status",
    "licenseType",
    "roles",
    "language",
    "timezone",
    "site",
    "supervisors",
    "phoneLogin",
    "externalKey",
    "externallyOwned",
    "properties",
];

/// One of [`FIELDS`] as a text that people can read; empty for nothing, and for custom fields.
pub fn field(directory: &Directory, person: &Person, field: &str) -> String {
    match field {
        "targetName" => person.target_name.to_string(),
        "firstName" => person.first_name.to_string(),
        "lastName" => person.last_name.to_string(),
        "webLogin" => person.web_login.to_string(),
        "status" => person.status.word().to_owned(),
        "licenseType" => person.licence.word().to_owned(),
        "roles" => joined(person.roles.iter().map(|role| role.word().to_owned())),
        "language" => person.language.clone(),
        "timezone" => person.zone.name().to_owned(),
        "site" => {
            let site = person.site.and_then(|id| directory.site(id));
            site.map(|site| site.name.to_string()).unwrap_or_default()
        }
        "supervisors" => {
            joined(person.supervisors.iter().map(|id| supervisor(directory, person, *id)))
        }
        "phoneLogin" => person.phone_login.clone().unwrap_or_default(),
        "externalKey" => person.external_key.clone().unwrap_or_default(),
        "externallyOwned" => person.externally_owned.to_string(),
        _ => String::new(),
    }
}

/// What `new` differs from `old` in, in the order of [`FIELDS`].
pub fn differences(directory: &Directory, old: &Person, new: &Person) -> Vec<Difference> {
    let mut found: Vec<Difference> = FIELDS
        .into_iter()
        .map(|name| Difference {
            field: name.to_owned(),
            before: field(directory, old, name),
            after: field(directory, new, name),
        })
        .filter(|one| one.before != one.after)
        .collect();
    let mut names: Vec<&String> = old.properties.keys().chain(new.properties.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let (before, after) = (old.properties.get(name), new.properties.get(name));
        if before != after {
            let text = |value: Option<&Value>| value.map(Value::to_string).unwrap_or_default();
            let (before, after) = (text(before), text(after));
            found.push(Difference { field: format!("properties.{name}"), before, after });
        }
    }
    found
}

/// Several texts in one field.
pub(crate) fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(&format!(" {LIST_SEPARATOR} "))
}

/// How a supervisor is called; whoever supervises themselves may be new.
fn supervisor(directory: &Directory, person: &Person, id: PersonId) -> String {
    if id == person.id {
        return person.target_name.to_string();
    }
    directory.person(id).map_or_else(|| id.to_string(), |one| one.target_name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{id, name, now, person, site};

    #[test]
    fn somebody_new_is_like_their_site_or_whoever_adds_them() {
        let who = || Newcomer {
            id: id(9),
            target_name: name("new"),
            first_name: name("Sample"),
            last_name: name("New"),
            roles: vec![Role::StandardUser],
        };
        let (oslo, by) = (site(1, "Oslo"), Person { language: "de".to_owned(), ..person(2, "by") });
        let here = newcomer(who(), Some(&by), Some(&oslo), now());
        assert_eq!((here.language.as_str(), here.zone.name()), ("nb", "Europe/Oslo"));
        assert_eq!((here.supervisors.as_slice(), here.site), (&[id(2)][..], Some(id(1))));
        let there = newcomer(who(), Some(&by), None, now());
        assert_eq!((there.language.as_str(), there.zone.name()), ("de", "UTC"));
        let alone = newcomer(who(), None, None, now());
        assert_eq!((alone.language.as_str(), alone.supervisors.len()), ("en", 0));
    }

    #[test]
    fn a_text_becomes_the_kind_of_value_that_is_there() {
        let text = |text: &str| Value::Text(text.to_owned());
        for (given, old, expected) in [
            ("7", None, text("7")),
            ("8", Some(Value::Int(7)), Value::Int(8)),
            ("x", Some(Value::Int(7)), text("x")),
            ("true", Some(Value::Bool(false)), Value::Bool(true)),
            ("NaN", Some(Value::Real(0.5)), text("NaN")),
            ("1.5", Some(Value::Real(0.5)), Value::Real(1.5)),
            ("a, b", Some(text("b")), text("a, b")),
            ("a | b", Some(Value::List(vec![])), Value::List(vec!["a".into(), "b".into()])),
            ("a,b", Some(Value::List(vec!["a,b".into()])), Value::List(vec!["a,b".into()])),
        ] {
            assert_eq!(property(given, old.as_ref()), expected, "{given} {old:?}");
        }
    }

    #[test]
    fn differences_name_the_field_and_both_values() {
        let mut directory = crate::samples::empty();
        directory.put(Entity::Site(site(1, "Oslo")));
        let old = person(2, "old");
        let mut new = Person { first_name: name("Other"), site: Some(id(1)), ..old.clone() };
        new.properties.insert("desk".to_owned(), Value::Int(8));
        let found = differences(&directory, &old, &new);
        let text: Vec<String> = found
            .into_iter()
            .map(|one| format!("{}: {} -> {}", one.field, one.before, one.after))
            .collect();
        assert_eq!(
            text,
            ["firstName: Sample -> Other", "site:  -> Oslo", "properties.desk: 7 -> 8"]
        );
        assert!(put(Some(&old), old.clone(), now()).is_none());
        assert!(put(Some(&old), new, now()).is_some());
    }
}
