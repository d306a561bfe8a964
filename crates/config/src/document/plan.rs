//! What has to change for a document to hold, in words and as changes. Nothing is written here.

use std::collections::BTreeMap;

use firebell_base::{Random, Secret, Timestamp};
use firebell_domain::device::Address;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::name::cut;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::build::Builder;
use super::export::{
    device_shape, form_shape, group_shape, integration_shape, person_shape, shift_shape,
    site_shape, window_shape,
};
use super::names::{Claim, Claims, claim};
use super::{Document, Mode};
use crate::change::{Change, applied, effective};
use crate::check::{TemplateCheck, check_with, label};
use crate::fault::{Fault, Faults};
use crate::{cascade, codec};

/// Characters of a value shown in a difference.
const VALUE_CHARS_MAX: usize = 200;

/// What applying a document would do.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The changes; empty if everything is so already.
    pub changes: Vec<Change>,
    /// The same for people, with the entries that stay as they are.
    pub diff: Vec<DiffLine>,
    /// Keys made for new integrations, by their names: to be shown once.
    pub new_keys: Vec<(String, Secret)>,
}

/// What happens to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// It is made.
    Create,
    /// Some of its fields change.
    Update,
    /// It is removed.
    Remove,
    /// Nothing: it is so already.
    Unchanged,
}

/// What happens to one entry, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What happens.
    pub verb: Verb,
    /// The kind.
    pub kind: Kind,
    /// The name; `user|Device Name` and `group|Shift` for devices and shifts.
    pub name: String,
    /// Field, value before, value after; secrets are shown as …
    pub fields: Vec<(String, String, String)>,
}

/// Finds what has to change for the document to hold. Templates are not compiled.
///
/// # Errors
/// Every fault, with the path into the document where there is one.
pub fn plan(
    document: &Document,
    directory: &Directory,
    random: &Random,
    now: Timestamp,
    mode: Mode,
) -> Result<Plan, Faults> {
    plan_with(document, directory, (random, now), mode, None)
}

/// The same, and every new or changed message template has to pass `templates`.
///
/// # Errors
/// As [`plan`].
pub fn plan_with(
    document: &Document,
    directory: &Directory,
    (random, now): (&Random, Timestamp),
    mode: Mode,
    templates: Option<TemplateCheck>,
) -> Result<Plan, Faults> {
    let mut faults = Faults::default();
    let claims = claim(&document.0, directory, mode, (random, now), &mut faults);
    let Claims { names, entries: claims, gone } = claims;
    let mut builder = Builder {
        names,
        directory,
        draft: directory.clone(),
        random,
        now,
        faults,
        changes: Vec::new(),
        new_keys: Vec::new(),
    };
    builder.build(&claims);
    let Builder { faults, mut changes, new_keys, draft, .. } = builder;
    faults.or(())?;
    changes.extend(cascade::remove(&draft, gone));
    let changes = effective(directory, changes);
    let after = applied(directory, &changes, directory.revision);
    check_with(directory, &after, &changes, templates)
        .map_err(|faults| with_paths(faults, &claims))?;
    let diff = diff(directory, &after, &claims, &changes);
    Ok(Plan { changes, diff, new_keys })
}

/// Puts the document's paths in front of the fields.
fn with_paths(faults: Faults, claims: &[Claim<'_>]) -> Faults {
    let paths: BTreeMap<(Kind, [u8; 16]), &str> =
        claims.iter().map(|claim| ((claim.item.kind(), claim.id), claim.path.as_str())).collect();
    let with_path = |fault: Fault| match fault.subject.and_then(|subject| paths.get(&subject)) {
        Some(path) if fault.field.is_empty() => Fault { field: (*path).to_owned(), ..fault },
        Some(path) => Fault { field: format!("{path}.{}", fault.field), ..fault },
        None => fault,
    };
    Faults(faults.0.into_iter().map(with_path).collect())
}

fn diff(
    before: &Directory,
    after: &Directory,
    claims: &[Claim<'_>],
    changes: &[Change],
) -> Vec<DiffLine> {
    let mentioned = claims.iter().map(|claim| (claim.item.kind(), claim.id));
    let mentioned: Vec<(Kind, [u8; 16])> = mentioned.collect();
    let listed: std::collections::BTreeSet<_> = mentioned.iter().copied().collect();
    let others = changes.iter().map(Change::subject).filter(|subject| !listed.contains(subject));
    let others: Vec<(Kind, [u8; 16])> = others.collect();
    mentioned.into_iter().chain(others).filter_map(|id| line(before, after, id)).collect()
}

fn line(before: &Directory, after: &Directory, (kind, id): (Kind, [u8; 16])) -> Option<DiffLine> {
    let (old, new) = (before.entity(kind, id), after.entity(kind, id));
    let verb = match (&old, &new) {
        (None, None) => return None,
        (None, Some(_)) => Verb::Create,
        (Some(_), None) => Verb::Remove,
        (Some(old), Some(new)) if old == new => Verb::Unchanged,
        (Some(_), Some(_)) => Verb::Update,
    };
    let label = match (&old, &new) {
        (_, Some(new)) => label(after, new),
        (Some(old), None) => label(before, old),
        (None, None) => String::new(),
    };
    let name = label.strip_prefix(&kind.word().replace('_', " ")).unwrap_or(&label).trim();
    let fields = match verb {
        Verb::Remove | Verb::Unchanged => Vec::new(),
        Verb::Create | Verb::Update => {
            let secret = old.as_ref().zip(new.as_ref()).and_then(|(a, b)| secret(a, b));
            let old = old.map(|e| shown(before, &e)).unwrap_or_default();
            let new = new.map(|e| shown(after, &e)).unwrap_or_default();
            fields(&old, &new, secret)
        }
    };
    Some(DiffLine { verb, kind, name: name.to_owned(), fields })
}

/// The secret of an entry that is there before and after, if it changed: that it did, never what.
fn secret(old: &Entity, new: &Entity) -> Option<(String, String, String)> {
    let word = |there: bool| if there { "…".to_owned() } else { String::new() };
    let row = |name: &str, old, new| Some((name.to_owned(), word(old), word(new)));
    match (old, new) {
        (Entity::Device(old), Entity::Device(new)) => {
            let (old, new) = (signing_secret(&old.address), signing_secret(&new.address));
            if old == new { None } else { row("secret", old.is_some(), new.is_some()) }
        }
        (Entity::Integration(old), Entity::Integration(new)) => {
            if old.key_hash == new.key_hash {
                None
            } else {
                row("key", true, true)
            }
        }
        _ => None,
    }
}

fn signing_secret(address: &Address) -> Option<&Secret> {
    match address {
        Address::Webhook { secret, .. } => secret.as_ref(),
        Address::Email(_) | Address::Voice(_) | Address::Sms(_) => None,
    }
}

fn fields(
    old: &Map<String, Json>,
    new: &Map<String, Json>,
    secret: Option<(String, String, String)>,
) -> Vec<(String, String, String)> {
    let mut names: Vec<&String> = new.keys().collect();
    names.extend(old.keys().filter(|name| !new.contains_key(*name)));
    let mut fields: Vec<(String, String, String)> = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| (name.clone(), text(name, old.get(name)), text(name, new.get(name))))
        .collect();
    fields.extend(secret);
    if fields.is_empty() {
        // Only what is never shown is different.
        fields.push(("hidden".to_owned(), "…".to_owned(), "…".to_owned()));
    }
    fields
}

/// A value as people read it, without secrets.
fn text(name: &str, value: Option<&Json>) -> String {
    let Some(value) = value else {
        return String::new();
    };
    let mut wrapped = Json::Object(Map::from_iter([(name.to_owned(), value.clone())]));
    codec::hide(&mut wrapped);
    let text = match wrapped.get(name) {
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    cut(&text, VALUE_CHARS_MAX)
}

/// The fields of an entity as a document has them.
fn shown(directory: &Directory, entity: &Entity) -> Map<String, Json> {
    match entity {
        Entity::Site(e) => members(&site_shape(e)),
        Entity::Person(e) => members(&person_shape(directory, e)),
        Entity::Device(e) => {
            let mut members = members(&device_shape(e));
            members.insert("sequence".to_owned(), Json::from(e.sequence));
            members
        }
        Entity::Group(e) => members(&group_shape(directory, e)),
        Entity::Shift(e) => members(&shift_shape(directory, e)),
        Entity::Form(e) => members(&form_shape(directory, e)),
        Entity::Integration(e) => members(&integration_shape(directory, e)),
        Entity::Window(e) => members(&window_shape(directory, e)),
        Entity::Absence(_)
        | Entity::Silence(_)
        | Entity::ApiKey(_)
        | Entity::Password(_)
        | Entity::Entitlement(_) => {
            let body = serde_json::from_str::<Json>(&codec::encode_for_log(entity));
            match body.ok().and_then(|mut body| body.get_mut("entity").map(Json::take)) {
                Some(Json::Object(members)) => members,
                _ => Map::new(),
            }
        }
    }
}

fn members<T: Serialize>(shape: &T) -> Map<String, Json> {
    match serde_json::to_value(shape) {
        Ok(Json::Object(members)) => members,
        Ok(_) | Err(_) => Map::new(),
    }
}
