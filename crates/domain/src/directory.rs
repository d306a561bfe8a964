//! The configuration of one instance as of one revision, in memory, with the look-ups the rules need.
//!
//! Built and replaced by the `config` crate; read by every step of the pipeline, by *explain* and by the
//! API. Entities sit behind `Arc`, so that a changed directory shares what did not change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::absence::{AbsenceId, TemporaryAbsence};
use crate::credential::{ApiKey, ApiKeyId, Password};
use crate::device::{Device, DeviceId};
use crate::form::{Form, FormId};
use crate::group::{Group, GroupId};
use crate::instance::Instance;
use crate::integration::{Integration, IntegrationId};
use crate::name::fold;
use crate::person::{Person, PersonId};
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
    names: BTreeMap<(Kind, String), [u8; 16]>,
    logins: BTreeMap<String, PersonId>,
    devices_of: BTreeMap<PersonId, Vec<DeviceId>>,
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
            names: BTreeMap::new(),
            logins: BTreeMap::new(),
            devices_of: BTreeMap::new(),
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
    }

    /// The id of the entity of this kind with this (unfolded) name, or name key for devices and shifts.
    pub fn id_by_name(&self, kind: Kind, name: &str) -> Option<[u8; 16]> {
        self.names.get(&(kind, fold(name))).copied()
    }

    /// The person who signs in with this name.
    pub fn person_by_login(&self, login: &str) -> Option<&Arc<Person>> {
        self.person(*self.logins.get(&fold(login))?)
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
        self.devices_of.get(&person).into_iter().flatten().filter_map(|id| self.devices.get(id))
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

    /// Adds an entity, or replaces the one of its kind with its id.
    pub fn put(&mut self, entity: Entity) {
        self.remove(entity.kind(), entity.id());
        self.names.insert((entity.kind(), entity.name_key()), entity.id());
        match entity {
            Entity::Site(e) => drop(self.sites.insert(e.id, Arc::new(e))),
            Entity::Person(e) => {
                self.logins.insert(e.web_login.fold(), e.id);
                self.people.insert(e.id, Arc::new(e));
            }
            Entity::Device(e) => {
                let owner = e.owner;
                let id = e.id;
                self.devices.insert(id, Arc::new(e));
                self.devices_of.entry(owner).or_default().push(id);
                self.sort_devices(owner);
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
        }
    }

    /// Removes the entity of this kind with this id; nothing happens when there is none.
    pub fn remove(&mut self, kind: Kind, id: [u8; 16]) {
        let Some(old) = self.entity(kind, id) else {
            return;
        };
        // Another entity may have taken over the name since: theirs stays.
        let key = (kind, old.name_key());
        if self.names.get(&key) == Some(&id) {
            self.names.remove(&key);
        }
        match old {
            Entity::Site(e) => drop(self.sites.remove(&e.id)),
            Entity::Person(e) => {
                // Another person may have taken over the login since: theirs stays.
                if self.logins.get(&e.web_login.fold()) == Some(&e.id) {
                    self.logins.remove(&e.web_login.fold());
                }
                self.people.remove(&e.id);
            }
            Entity::Device(e) => {
                forget(&mut self.devices_of, &e.owner, &e.id);
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
        }
    }

    /// Every entity, in building order, cloned; for exports and comparisons.
    pub fn entities(&self) -> Vec<Entity> {
        let mut ids: BTreeSet<(Kind, [u8; 16])> = BTreeSet::new();
        ids.extend(self.names.iter().map(|((kind, _), id)| (*kind, *id)));
        ids.into_iter().filter_map(|(kind, id)| self.entity(kind, id)).collect()
    }

    fn sort_devices(&mut self, owner: PersonId) {
        let Some(mut list) = self.devices_of.remove(&owner) else {
            return;
        };
        list.sort_by_key(|id| (self.devices.get(id).map(|d| d.sequence), *id));
        self.devices_of.insert(owner, list);
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

fn forget<K: Ord, V: PartialEq>(map: &mut BTreeMap<K, Vec<V>>, key: &K, value: &V) {
    if let Some(list) = map.get_mut(key) {
        list.retain(|v| v != value);
        if list.is_empty() {
            map.remove(key);
        }
    }
}
