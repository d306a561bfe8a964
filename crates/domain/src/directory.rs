//! The configuration of one instance as of one revision, in memory, with the look-ups the rules need.
//!
//! Built and replaced by the `config` crate; read by every step of the pipeline, by *explain* and by the
//! API. Entities sit behind `Arc`, so that a changed directory shares what did not change.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::absence::{AbsenceId, TemporaryAbsence};
use crate::credential::{ApiKey, ApiKeyId, Password};
use crate::device::{Device, DeviceId};
use crate::form::{Form, FormId};
use crate::group::{Group, GroupId};
use crate::instance::Instance;
use crate::integration::{Integration, IntegrationId};
use crate::licence::Entitlement;
use crate::name::fold;
use crate::person::{LicenceType, Person, PersonId};
use crate::recipient::{Pointer, Recipient};
use crate::schedule::Holidays;
use crate::shift::{Shift, ShiftId};
use crate::site::{Site, SiteId};
use crate::suppression::{MaintenanceWindow, Silence, SilenceId, WindowId};

pub use crate::entity::{Entity, Kind};

/// The order of configurations: within an epoch `n` only rises; a restored older database starts a new epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision {
    /// Which life of the database.
    pub epoch: i64,
    /// Which change in that life.
    pub n: i64,
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.epoch, self.n)
    }
}

/// Why a text is not a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a revision (expected two numbers with a point between them, such as 7.1041)")]
pub struct RevisionError;

impl std::str::FromStr for Revision {
    type Err = RevisionError;

    /// Only as [`Display`](std::fmt::Display) writes it, without signs or spaces: forms and links bring it back.
    fn from_str(text: &str) -> Result<Self, RevisionError> {
        let number = |digits: &str| -> Result<i64, RevisionError> {
            // Rust reads numbers with signs, too.
            if digits.starts_with(['+', '-']) {
                return Err(RevisionError);
            }
            digits.parse().map_err(|_| RevisionError)
        };
        let (epoch, n) = text.split_once('.').ok_or(RevisionError)?;
        Ok(Self { epoch: number(epoch)?, n: number(n)? })
    }
}

/// The configuration of one instance.
#[derive(Debug, Clone)]
pub struct Directory {
    /// Whose it is.
    pub instance: Instance,
    /// As of which revision.
    pub revision: Revision,
    people: BTreeMap<PersonId, Arc<Person>>,
    devices: BTreeMap<DeviceId, Arc<Device>>,
    sites: BTreeMap<SiteId, Arc<Site>>,
    groups: BTreeMap<GroupId, Arc<Group>>,
    shifts: BTreeMap<ShiftId, Arc<Shift>>,
    absences: BTreeMap<AbsenceId, Arc<TemporaryAbsence>>,
    forms: BTreeMap<FormId, Arc<Form>>,
    integrations: BTreeMap<IntegrationId, Arc<Integration>>,
    silences: BTreeMap<SilenceId, Arc<Silence>>,
    windows: BTreeMap<WindowId, Arc<MaintenanceWindow>>,
    api_keys: BTreeMap<ApiKeyId, Arc<ApiKey>>,
    passwords: BTreeMap<PersonId, Arc<Password>>,
    entitlements: BTreeMap<LicenceType, Arc<Entitlement>>,
    revisions: BTreeMap<(Kind, [u8; 16]), Revision>,
    // By a hash of the name: the names themselves are in the entities, and there are many of them.
    names: BTreeSet<(u32, Kind, [u8; 16])>,
    logins: BTreeSet<(u32, PersonId)>,
    /// By the owner's order.
    devices_of: BTreeSet<(PersonId, u16, DeviceId)>,
    shifts_of: BTreeMap<GroupId, Vec<ShiftId>>,
    absences_of: BTreeMap<PersonId, Vec<AbsenceId>>,
}

macro_rules! lookups {
    ($($one:ident $all:ident $id:ty => $entity:ty, $what:literal;)*) => {
        $(
            #[doc = concat!("The ", $what, " with this id.")]
            pub fn $one(&self, id: $id) -> Option<&Arc<$entity>> {
                self.$all.get(&id)
            }

            #[doc = concat!("Every ", $what, ", by id.")]
            pub fn $all(&self) -> impl ExactSizeIterator<Item = &Arc<$entity>> {
                self.$all.values()
            }
        )*
    };
}

impl Directory {
    /// An empty configuration.
    pub fn new(instance: Instance, revision: Revision) -> Self {
        Self {
            instance,
            revision,
            people: BTreeMap::new(),
            devices: BTreeMap::new(),
            sites: BTreeMap::new(),
            groups: BTreeMap::new(),
            shifts: BTreeMap::new(),
            absences: BTreeMap::new(),
            forms: BTreeMap::new(),
            integrations: BTreeMap::new(),
            silences: BTreeMap::new(),
            windows: BTreeMap::new(),
            api_keys: BTreeMap::new(),
            passwords: BTreeMap::new(),
            entitlements: BTreeMap::new(),
            revisions: BTreeMap::new(),
            names: BTreeSet::new(),
            logins: BTreeSet::new(),
            devices_of: BTreeSet::new(),
            shifts_of: BTreeMap::new(),
            absences_of: BTreeMap::new(),
        }
    }

    lookups! {
        person people PersonId => Person, "person";
        device devices DeviceId => Device, "device";
        site sites SiteId => Site, "site";
        group groups GroupId => Group, "group";
        shift shifts ShiftId => Shift, "shift";
        absence absences AbsenceId => TemporaryAbsence, "absence";
        form forms FormId => Form, "form";
        integration integrations IntegrationId => Integration, "integration";
        silence silences SilenceId => Silence, "silence";
        window windows WindowId => MaintenanceWindow, "maintenance window";
        api_key api_keys ApiKeyId => ApiKey, "API key";
        password passwords PersonId => Password, "password";
        entitlement entitlements LicenceType => Entitlement, "entitlement";
    }

    /// The revision that last changed an entity.
    pub fn entity_revision(&self, kind: Kind, id: [u8; 16]) -> Option<Revision> {
        self.revisions.get(&(kind, id)).copied()
    }

    /// The id of the entity of this kind with this (unfolded) name, or name key for devices and shifts.
    pub fn id_by_name(&self, kind: Kind, name: &str) -> Option<[u8; 16]> {
        let key = fold(name);
        let hash = short_hash(&key);
        let alike = self.names.range((hash, kind, [0; 16])..);
        let mut alike = alike.take_while(|(h, k, _)| (*h, *k) == (hash, kind));
        alike.find(|(_, _, id)| self.is_called(kind, *id, &key)).map(|(_, _, id)| *id)
    }

    /// The person who signs in with this name.
    pub fn person_by_login(&self, login: &str) -> Option<&Arc<Person>> {
        let key = fold(login);
        let hash = short_hash(&key);
        let alike = self.logins.range((hash, PersonId::from_bytes([0; 16]))..);
        let mut alike =
            alike.take_while(|(h, _)| *h == hash).filter_map(|(_, id)| self.person(*id));
        alike.find(|person| person.web_login.fold() == key)
    }

    /// The person with this target name.
    pub fn person_by_name(&self, name: &str) -> Option<&Arc<Person>> {
        self.person(PersonId::from_bytes(self.id_by_name(Kind::Person, name)?))
    }

    /// The group with this name.
    pub fn group_by_name(&self, name: &str) -> Option<&Arc<Group>> {
        self.group(GroupId::from_bytes(self.id_by_name(Kind::Group, name)?))
    }

    /// The device written `user|Device Name`.
    pub fn device_by_name(&self, name: &str) -> Option<&Arc<Device>> {
        let (owner, device) = name.split_once('|')?;
        let owner = self.person_by_name(owner)?;
        let key = format!("{}|{}", owner.id, fold(device));
        self.device(DeviceId::from_bytes(self.id_by_name(Kind::Device, &key)?))
    }

    /// A person's devices, in their order.
    pub fn devices_of(&self, person: PersonId) -> impl Iterator<Item = &Arc<Device>> {
        let from = (person, 0, DeviceId::from_bytes([0; 16]));
        let own = self.devices_of.range(from..).take_while(move |(owner, _, _)| *owner == person);
        own.filter_map(|(_, _, id)| self.devices.get(id))
    }

    /// A group's shifts, by name.
    pub fn shifts_of(&self, group: GroupId) -> impl Iterator<Item = &Arc<Shift>> {
        self.shifts_of.get(&group).into_iter().flatten().filter_map(|id| self.shifts.get(id))
    }

    /// A person's absences, in the order they were entered.
    pub fn absences_of(&self, person: PersonId) -> impl Iterator<Item = &Arc<TemporaryAbsence>> {
        self.absences_of.get(&person).into_iter().flatten().filter_map(|id| self.absences.get(id))
    }

    /// The holidays of a site; none without a site.
    pub fn holidays(&self, site: Option<SiteId>) -> &Holidays {
        static NONE: std::sync::OnceLock<Holidays> = std::sync::OnceLock::new();
        match site.and_then(|id| self.sites.get(&id)) {
            Some(site) => &site.holidays,
            None => NONE.get_or_init(Holidays::default),
        }
    }

    /// Finds whom a sender means: a UUID first, then an exact name (people, groups, devices).
    pub fn resolve(&self, pointer: &Pointer) -> Option<Recipient> {
        let text = pointer.0.trim();
        if let Ok(id) = text.parse::<PersonId>() {
            return self
                .people
                .contains_key(&id)
                .then_some(Recipient::Person(id))
                .or_else(|| {
                    self.groups.contains_key(&id.cast()).then(|| Recipient::Group(id.cast()))
                })
                .or_else(|| {
                    self.devices.contains_key(&id.cast()).then(|| Recipient::Device(id.cast()))
                });
        }
        self.person_by_name(text)
            .map(|p| Recipient::Person(p.id))
            .or_else(|| self.group_by_name(text).map(|g| Recipient::Group(g.id)))
            .or_else(|| self.device_by_name(text).map(|d| Recipient::Device(d.id)))
    }

    /// How a recipient is called: a target name, or `user|Device Name`.
    pub fn recipient_name(&self, recipient: Recipient) -> String {
        let gone = || format!("(removed {})", recipient.kind().to_lowercase());
        match recipient {
            Recipient::Person(id) => {
                self.person(id).map_or_else(gone, |p| p.target_name.to_string())
            }
            Recipient::Group(id) => self.group(id).map_or_else(gone, |g| g.target_name.to_string()),
            Recipient::Device(id) => self.device(id).map_or_else(gone, |d| {
                let owner = self.recipient_name(Recipient::Person(d.owner));
                format!("{owner}|{}", d.name)
            }),
        }
    }

    /// Whether a recipient exists.
    pub fn knows(&self, recipient: Recipient) -> bool {
        match recipient {
            Recipient::Person(id) => self.people.contains_key(&id),
            Recipient::Group(id) => self.groups.contains_key(&id),
            Recipient::Device(id) => self.devices.contains_key(&id),
        }
    }

    /// Adds an entity, or replaces the one of its kind with its id, as of this directory's revision.
    pub fn put(&mut self, entity: Entity) {
        self.put_at(entity, self.revision);
    }

    /// The same as of an earlier revision, at which the entity was last changed.
    pub fn put_at(&mut self, entity: Entity, changed: Revision) {
        self.remove(entity.kind(), entity.id());
        self.revisions.insert((entity.kind(), entity.id()), changed);
        self.names.insert((short_hash(&entity.name_key()), entity.kind(), entity.id()));
        match entity {
            Entity::Site(e) => drop(self.sites.insert(e.id, Arc::new(e))),
            Entity::Person(e) => {
                self.logins.insert((short_hash(&e.web_login.fold()), e.id));
                self.people.insert(e.id, Arc::new(e));
            }
            Entity::Device(e) => {
                self.devices_of.insert((e.owner, e.sequence, e.id));
                self.devices.insert(e.id, Arc::new(e));
            }
            Entity::Group(e) => drop(self.groups.insert(e.id, Arc::new(e))),
            Entity::Shift(e) => {
                let list = self.shifts_of.entry(e.group).or_default();
                list.push(e.id);
                let group = e.group;
                self.shifts.insert(e.id, Arc::new(*e));
                self.sort_shifts(group);
            }
            Entity::Absence(e) => {
                let member = e.member;
                self.absences_of.entry(member).or_default().push(e.id);
                self.absences.insert(e.id, Arc::new(e));
                self.sort_absences(member);
            }
            Entity::Form(e) => drop(self.forms.insert(e.id, Arc::new(e))),
            Entity::Integration(e) => drop(self.integrations.insert(e.id, Arc::new(e))),
            Entity::Silence(e) => drop(self.silences.insert(e.id, Arc::new(e))),
            Entity::Window(e) => drop(self.windows.insert(e.id, Arc::new(*e))),
            Entity::ApiKey(e) => drop(self.api_keys.insert(e.id, Arc::new(e))),
            Entity::Password(e) => drop(self.passwords.insert(e.person, Arc::new(e))),
            Entity::Entitlement(e) => drop(self.entitlements.insert(e.licence, Arc::new(e))),
        }
    }

    /// Removes the entity of this kind with this id; nothing happens when there is none.
    pub fn remove(&mut self, kind: Kind, id: [u8; 16]) {
        let Some(old) = self.entity(kind, id) else {
            return;
        };
        self.revisions.remove(&(kind, id));
        self.names.remove(&(short_hash(&old.name_key()), kind, id));
        match old {
            Entity::Site(e) => drop(self.sites.remove(&e.id)),
            Entity::Person(e) => {
                self.logins.remove(&(short_hash(&e.web_login.fold()), e.id));
                self.people.remove(&e.id);
            }
            Entity::Device(e) => {
                self.devices_of.remove(&(e.owner, e.sequence, e.id));
                self.devices.remove(&e.id);
            }
            Entity::Group(e) => drop(self.groups.remove(&e.id)),
            Entity::Shift(e) => {
                forget(&mut self.shifts_of, &e.group, &e.id);
                self.shifts.remove(&e.id);
            }
            Entity::Absence(e) => {
                forget(&mut self.absences_of, &e.member, &e.id);
                self.absences.remove(&e.id);
            }
            Entity::Form(e) => drop(self.forms.remove(&e.id)),
            Entity::Integration(e) => drop(self.integrations.remove(&e.id)),
            Entity::Silence(e) => drop(self.silences.remove(&e.id)),
            Entity::Window(e) => drop(self.windows.remove(&e.id)),
            Entity::ApiKey(e) => drop(self.api_keys.remove(&e.id)),
            Entity::Password(e) => drop(self.passwords.remove(&e.person)),
            Entity::Entitlement(e) => drop(self.entitlements.remove(&e.licence)),
        }
    }

    /// The entity of this kind with this id, cloned.
    pub fn entity(&self, kind: Kind, id: [u8; 16]) -> Option<Entity> {
        macro_rules! get {
            ($map:ident, $variant:ident) => {
                self.$map
                    .get(&firebell_base::Id::from_bytes(id))
                    .map(|e| Entity::$variant((**e).clone()))
            };
            ($map:ident, boxed $variant:ident) => {
                self.$map
                    .get(&firebell_base::Id::from_bytes(id))
                    .map(|e| Entity::$variant(Box::new((**e).clone())))
            };
        }
        match kind {
            Kind::Site => get!(sites, Site),
            Kind::Person => get!(people, Person),
            Kind::Device => get!(devices, Device),
            Kind::Group => get!(groups, Group),
            Kind::Shift => get!(shifts, boxed Shift),
            Kind::Absence => get!(absences, Absence),
            Kind::Form => get!(forms, Form),
            Kind::Integration => get!(integrations, Integration),
            Kind::Silence => get!(silences, Silence),
            Kind::Window => get!(windows, boxed Window),
            Kind::ApiKey => get!(api_keys, ApiKey),
            Kind::Password => get!(passwords, Password),
            Kind::Entitlement => {
                let of = LicenceType::ALL.into_iter().find(|licence| licence.id() == id)?;
                self.entitlement(of).map(|e| Entity::Entitlement((**e).clone()))
            }
        }
    }

    /// Every entity, in building order, cloned; for exports and comparisons.
    pub fn entities(&self) -> Vec<Entity> {
        self.revisions.keys().filter_map(|(kind, id)| self.entity(*kind, *id)).collect()
    }

    /// Gives back the memory that growing left unused; for directories that are built and then kept.
    pub fn compact(&mut self) {
        fn map<K: Ord, V>(map: &mut BTreeMap<K, V>) {
            // From a sorted list, nodes are filled wholly.
            *map = std::mem::take(map).into_iter().collect();
        }
        fn set<T: Ord>(set: &mut BTreeSet<T>) {
            *set = std::mem::take(set).into_iter().collect();
        }
        map(&mut self.people);
        map(&mut self.devices);
        map(&mut self.sites);
        map(&mut self.groups);
        map(&mut self.shifts);
        map(&mut self.absences);
        map(&mut self.forms);
        map(&mut self.integrations);
        map(&mut self.silences);
        map(&mut self.windows);
        map(&mut self.api_keys);
        map(&mut self.passwords);
        map(&mut self.revisions);
        map(&mut self.shifts_of);
        map(&mut self.absences_of);
        set(&mut self.names);
        set(&mut self.logins);
        set(&mut self.devices_of);
    }

    fn is_called(&self, kind: Kind, id: [u8; 16], key: &str) -> bool {
        match kind {
            Kind::Person => {
                let found = self.people.get(&PersonId::from_bytes(id));
                found.is_some_and(|person| person.target_name.fold() == key)
            }
            Kind::Group => {
                let found = self.groups.get(&GroupId::from_bytes(id));
                found.is_some_and(|group| group.target_name.fold() == key)
            }
            Kind::Site
            | Kind::Device
            | Kind::Shift
            | Kind::Absence
            | Kind::Form
            | Kind::Integration
            | Kind::Silence
            | Kind::Window
            | Kind::ApiKey
            | Kind::Password
            | Kind::Entitlement => {
                self.entity(kind, id).is_some_and(|entity| entity.name_key() == key)
            }
        }
    }

    fn sort_shifts(&mut self, group: GroupId) {
        let Some(mut list) = self.shifts_of.remove(&group) else {
            return;
        };
        list.sort_by_key(|id| (self.shifts.get(id).map(|s| s.name.fold()), *id));
        self.shifts_of.insert(group, list);
    }

    fn sort_absences(&mut self, member: PersonId) {
        let Some(mut list) = self.absences_of.remove(&member) else {
            return;
        };
        list.sort_by_key(|id| (self.absences.get(id).map(|a| a.created), *id));
        self.absences_of.insert(member, list);
    }
}

/// Names with the same hash are told apart by the entities that have them.
fn short_hash(text: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let [a, b, c, d, ..] = hasher.finish().to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

fn forget<K: Ord, V: PartialEq>(map: &mut BTreeMap<K, Vec<V>>, key: &K, value: &V) {
    if let Some(list) = map.get_mut(key) {
        list.retain(|v| v != value);
        if list.is_empty() {
            map.remove(key);
        }
    }
}
