//! Shapes to entities: what is given replaces what is there; what is left out stays, or gets the
//! default of a new entry. Every fault is recorded with its path, and building goes on.

mod people;
mod groups;
mod alerting;

use std::collections::{BTreeMap, BTreeSet};

use firebell_base::{Id, Random, Secret, Timestamp};
use firebell_domain::device::DeviceId;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::name::Name;
use firebell_domain::person::PersonId;
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::Pattern;
use firebell_domain::site::SiteId;
use serde_json::Value as Json;

use super::names::{Claim, Item, Names};
use crate::change::Change;
use crate::fault::{Fault, Faults};
use crate::parts::{Part, PartError, PatternPart, RecurrencePart};

/// Makes the entities of a document.
pub(super) struct Builder<'a> {
    pub(super) names: Names<'a>,
    pub(super) directory: &'a Directory,
    /// The directory with everything that was built so far.
    pub(super) draft: Directory,
    pub(super) random: &'a Random,
    pub(super) now: Timestamp,
    pub(super) faults: Faults,
    pub(super) changes: Vec<Change>,
    pub(super) new_keys: Vec<(String, Secret)>,
}

impl Builder<'_> {
    /// Builds every entry, in an order in which sites come before people, and groups before
    /// shifts.
    pub(super) fn build(&mut self, claims: &[Claim<'_>]) {
        for claim in claims {
            let entity = match claim.item {
                Item::Site(e) => Entity::Site(self.site(claim, e)),
                Item::Person(e) => Entity::Person(self.person(claim, e)),
                Item::Device(e, owner, place) => match self.device(claim, e, owner, place) {
                    Some(device) => Entity::Device(device),
                    None => continue,
                },
                Item::Group(e) => Entity::Group(self.group(claim, e)),
                Item::Shift(e, group) => match self.shift(claim, e, group) {
                    Some(shift) => Entity::Shift(Box::new(shift)),
                    None => continue,
                },
                Item::Form(e) => Entity::Form(self.form(claim, e)),
                Item::Integration(e) => match self.integration(claim, e) {
                    Some(integration) => Entity::Integration(integration),
                    None => continue,
                },
                Item::Window(e) => match self.window(claim, e) {
                    Some(window) => Entity::Window(Box::new(window)),
                    None => continue,
                },
            };
            self.put(entity);
        }
        let mut listed: BTreeMap<PersonId, BTreeSet<DeviceId>> = BTreeMap::new();
        for claim in claims {
            match claim.item {
                Item::Person(e) if e.devices.is_some() => {
                    listed.entry(Id::from_bytes(claim.id)).or_default();
                }
                Item::Device(_, owner, _) => {
                    listed.entry(owner).or_default().insert(Id::from_bytes(claim.id));
                }
                _ => {}
            }
        }
        for (owner, devices) in listed {
            self.renumber(owner, &devices);
        }
    }

    fn put(&mut self, entity: Entity) {
        self.draft.put(entity.clone());
        self.changes.push(Change::Put(entity));
    }

    fn fault(&mut self, at: &Claim<'_>, field: &str, message: impl Into<String>) {
        let dot = if field.is_empty() { "" } else { "." };
        self.faults.push(Fault {
            field: format!("{}{dot}{field}", at.path),
            message: message.into(),
            subcode: format!("validation.{}.document", at.item.kind().word()),
            entity: format!("{} {}", at.item.kind().word(), at.name),
            subject: Some((at.item.kind(), at.id)),
        });
    }

    /// Takes over what is given if it is right.
    fn set<T>(&mut self, at: &Claim<'_>, slot: &mut T, given: Option<Part<T>>) {
        match given {
            None => {}
            Some(Ok(value)) => *slot = value,
            Some(Err(PartError { field, message })) => self.fault(at, &field, message),
        }
    }

    /// The id a name in a field stands for.
    fn find(&mut self, at: &Claim<'_>, field: &str, kind: Kind, name: &str) -> Option<[u8; 16]> {
        let found = self.names.find(kind, name);
        if found.is_none() {
            let kind = kind.word();
            let message = format!("there is no {kind} {name:?}; check the name, or add the {kind}");
            self.fault(at, field, message);
        }
        found
    }

    fn supervisors(&mut self, at: &Claim<'_>, list: &[String]) -> Vec<PersonId> {
        let mut out = Vec::new();
        for (i, name) in list.iter().enumerate() {
            let found = self.find(at, &format!("supervisors[{i}]"), Kind::Person, name);
            out.extend(found.map(Id::from_bytes));
        }
        out
    }

    fn site_id(&mut self, at: &Claim<'_>, name: Option<&String>) -> Option<SiteId> {
        self.find(at, "site", Kind::Site, name?).map(Id::from_bytes)
    }

    fn recipients(&mut self, at: &Claim<'_>, field: &str, list: &[Json]) -> Vec<Recipient> {
        let places = list.iter().enumerate();
        places.filter_map(|(i, e)| self.recipient(at, &format!("{field}[{i}]"), e)).collect()
    }

    /// A recipient: a name, or `{person: …}`, `{group: …}`, `{device: user|Name}`.
    fn recipient(&mut self, at: &Claim<'_>, field: &str, json: &Json) -> Option<Recipient> {
        let (kind, name) = match json {
            Json::String(name) => ("", name.as_str()),
            Json::Object(members) if members.len() == 1 => {
                let (kind, name) = members.iter().next()?;
                (kind.as_str(), name.as_str().unwrap_or_default())
            }
            _ => ("?", ""),
        };
        let found = match kind {
            "" => self.names.recipient(name),
            "person" => {
                self.names.find(Kind::Person, name).map(|id| Recipient::Person(Id::from_bytes(id)))
            }
            "group" => {
                self.names.find(Kind::Group, name).map(|id| Recipient::Group(Id::from_bytes(id)))
            }
            "device" => self.names.device(name).map(|id| Recipient::Device(Id::from_bytes(id))),
            _ => {
                let message = "must be a name, or one of person, group or device with a name";
                self.fault(at, field, message);
                return None;
            }
        };
        if found.is_none() {
            let what = if kind.is_empty() { "person, group or device" } else { kind };
            self.fault(
                at,
                field,
                format!("there is no {what} {name:?}; check the name, or add it"),
            );
        }
        found
    }

    /// A pattern out of its fields; those that are left out stay. None if there is nothing to
    /// build it from, which is recorded.
    fn pattern(&mut self, at: &Claim<'_>, given: &Times<'_>, base: Base<'_>) -> Option<Pattern> {
        let is_given = given.start.is_some()
            || given.end.is_some()
            || given.timezone.is_some()
            || given.recurrence.is_some()
            || given.exclusions.is_some();
        let mut part = match base {
            Base::Existing(pattern) if !is_given => return Some(pattern.clone()),
            Base::Existing(pattern) => PatternPart::from_domain(pattern),
            Base::Default(pattern) if given.start.is_none() && given.end.is_none() => {
                PatternPart::from_domain(pattern)
            }
            Base::Default(pattern) | Base::Once(pattern) => {
                for (field, value) in [("start", given.start), ("end", given.end)] {
                    if value.is_none() {
                        self.fault(at, field, "is required, such as 2026-03-02T09:00");
                    }
                }
                let mut part = PatternPart::from_domain(pattern);
                part.recurrence =
                    RecurrencePart::from_domain(&firebell_domain::schedule::Recurrence::ONCE);
                part
            }
        };
        put(&mut part.start, given.start);
        put(&mut part.end, given.end);
        put(&mut part.timezone, given.timezone);
        put(&mut part.recurrence, given.recurrence);
        put(&mut part.exclusions, given.exclusions);
        match part.to_domain() {
            Ok(pattern) => Some(pattern),
            Err(PartError { field, message }) => {
                self.fault(at, &field, message);
                None
            }
        }
    }
}

/// The given fields of a pattern.
struct Times<'s> {
    start: Option<&'s String>,
    end: Option<&'s String>,
    timezone: Option<&'s String>,
    recurrence: Option<&'s RecurrencePart>,
    exclusions: Option<&'s Vec<String>>,
}

/// What a pattern is made from where fields are left out.
#[derive(Clone, Copy)]
enum Base<'p> {
    /// What is there.
    Existing(&'p Pattern),
    /// What a new entry without times gets; with times it is held once.
    Default(&'p Pattern),
    /// A new entry that must have times.
    Once(&'p Pattern),
}

/// Takes over what is given.
fn put<T: Clone>(slot: &mut T, given: Option<&T>) {
    if let Some(value) = given {
        slot.clone_from(value);
    }
}

/// Reads a name.
fn name(field: &str, text: &str) -> Part<Name> {
    crate::codec::name(field, text)
}
