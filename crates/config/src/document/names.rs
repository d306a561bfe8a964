//! Gives every entry of a document its id, so that entries can refer to each other by name in any
//! order, and finds what prune would remove.

use std::collections::{BTreeMap, BTreeSet};

use firebell_base::{Id, Random, Timestamp};
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::group::GroupId;
use firebell_domain::name::{Name, fold};
use firebell_domain::person::PersonId;
use firebell_domain::recipient::Recipient;

use super::Mode;
use super::shape::{
    DeviceShape, FormShape, GroupShape, IntegrationShape, PersonShape, Root, ShiftShape, SiteShape,
    WindowShape,
};
use crate::cascade::Gone;
use crate::fault::{Fault, Faults};

/// An entry of the document with its place and its id.
pub(super) struct Claim<'d> {
    pub(super) path: String,
    pub(super) id: [u8; 16],
    pub(super) name: Name,
    pub(super) item: Item<'d>,
}

/// What the entry is.
#[derive(Clone, Copy)]
pub(super) enum Item<'d> {
    Site(&'d SiteShape),
    Person(&'d PersonShape),
    /// A device, its owner and its place in their order.
    Device(&'d DeviceShape, PersonId, u16),
    Group(&'d GroupShape),
    Shift(&'d ShiftShape, GroupId),
    Form(&'d FormShape),
    Integration(&'d IntegrationShape),
    Window(&'d WindowShape),
}

impl Item<'_> {
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Site(_) => Kind::Site,
            Self::Person(_) => Kind::Person,
            Self::Device(..) => Kind::Device,
            Self::Group(_) => Kind::Group,
            Self::Shift(..) => Kind::Shift,
            Self::Form(_) => Kind::Form,
            Self::Integration(_) => Kind::Integration,
            Self::Window(_) => Kind::Window,
        }
    }
}

/// Names to ids, of the document first and then of what is there already.
pub(super) struct Names<'a> {
    directory: &'a Directory,
    ids: BTreeMap<(Kind, String), [u8; 16]>,
    gone: BTreeSet<(Kind, [u8; 16])>,
}

impl Names<'_> {
    /// The id of the entity with this name; none for what prune removes.
    pub(super) fn find(&self, kind: Kind, name: &str) -> Option<[u8; 16]> {
        let known = self.ids.get(&(kind, fold(name))).copied();
        known.or_else(|| {
            let id = self.directory.id_by_name(kind, name)?;
            (!self.gone.contains(&(kind, id))).then_some(id)
        })
    }

    /// The id of a device written `user|Device Name`.
    pub(super) fn device(&self, name: &str) -> Option<[u8; 16]> {
        let (owner, device) = name.split_once('|')?;
        let owner: PersonId = Id::from_bytes(self.find(Kind::Person, owner)?);
        self.find(Kind::Device, &format!("{owner}|{}", fold(device)))
    }

    /// Whom a name means: a person, else a group, else a device.
    pub(super) fn recipient(&self, name: &str) -> Option<Recipient> {
        let person = self.find(Kind::Person, name);
        let person = person.map(|id| Recipient::Person(Id::from_bytes(id)));
        let group = || self.find(Kind::Group, name).map(|id| Recipient::Group(Id::from_bytes(id)));
        let device = || self.device(name).map(|id| Recipient::Device(Id::from_bytes(id)));
        person.or_else(group).or_else(device)
    }
}

/// What the first pass over a document yields.
pub(super) struct Claims<'a, 'd> {
    pub(super) names: Names<'a>,
    pub(super) entries: Vec<Claim<'d>>,
    pub(super) gone: Gone,
}

/// Gives ids: the one of the entity with the name, or a new one.
pub(super) fn claim<'a, 'd>(
    root: &'d Root,
    directory: &'a Directory,
    mode: Mode,
    (random, now): (&Random, Timestamp),
    faults: &mut Faults,
) -> Claims<'a, 'd> {
    let names = Names { directory, ids: BTreeMap::new(), gone: BTreeSet::new() };
    let mut pass = Pass { names, claims: Vec::new(), paths: BTreeMap::new(), random, now, faults };
    for (i, e) in root.sites.iter().flatten().enumerate() {
        pass.top(("sites", i), "name", e.name.as_deref(), Item::Site(e));
    }
    for (i, e) in root.people.iter().flatten().enumerate() {
        let person =
            pass.top(("people", i), "targetName", e.target_name.as_deref(), Item::Person(e));
        if let Some(owner) = person.map(Id::from_bytes) {
            pass.devices(owner, &format!("people[{i}].devices"), e);
        }
    }
    for (i, e) in root.groups.iter().flatten().enumerate() {
        let group = pass.top(("groups", i), "targetName", e.target_name.as_deref(), Item::Group(e));
        if let Some(group) = group.map(Id::from_bytes) {
            pass.shifts(group, &format!("groups[{i}].shifts"), e);
        }
    }
    for (i, e) in root.forms.iter().flatten().enumerate() {
        pass.top(("forms", i), "name", e.name.as_deref(), Item::Form(e));
    }
    for (i, e) in root.integrations.iter().flatten().enumerate() {
        pass.top(("integrations", i), "name", e.name.as_deref(), Item::Integration(e));
    }
    for (i, e) in root.maintenance_windows.iter().flatten().enumerate() {
        pass.top(("maintenanceWindows", i), "name", e.name.as_deref(), Item::Window(e));
    }
    let Pass { mut names, claims, .. } = pass;
    let gone = match mode {
        Mode::Keep => Gone::default(),
        Mode::Prune => unmentioned(root, directory, &claims),
    };
    names.gone = subjects(&gone);
    Claims { names, entries: claims, gone }
}

struct Pass<'a, 'd, 'f> {
    names: Names<'a>,
    claims: Vec<Claim<'d>>,
    paths: BTreeMap<(Kind, String), String>,
    random: &'f Random,
    now: Timestamp,
    faults: &'f mut Faults,
}

impl<'d> Pass<'_, 'd, '_> {
    fn top(
        &mut self,
        (list, i): (&str, usize),
        field: &str,
        name: Option<&str>,
        item: Item<'d>,
    ) -> Option<[u8; 16]> {
        self.entry(format!("{list}[{i}]"), field, name, item)
    }

    fn devices(&mut self, owner: PersonId, path: &str, e: &'d PersonShape) {
        for (i, device) in e.devices.iter().flatten().enumerate() {
            let place = u16::try_from(i + 1).unwrap_or(u16::MAX);
            let item = Item::Device(device, owner, place);
            self.entry(format!("{path}[{i}]"), "name", device.name.as_deref(), item);
        }
    }

    fn shifts(&mut self, group: GroupId, path: &str, e: &'d GroupShape) {
        for (i, shift) in e.shifts.iter().flatten().enumerate() {
            let item = Item::Shift(shift, group);
            self.entry(format!("{path}[{i}]"), "name", shift.name.as_deref(), item);
        }
    }

    fn entry(
        &mut self,
        path: String,
        field: &str,
        name: Option<&str>,
        item: Item<'d>,
    ) -> Option<[u8; 16]> {
        let Some(text) = name else {
            self.fault(&format!("{path}.{field}"), "is required: it is what the entry is known by");
            return None;
        };
        let name = match Name::parse(text) {
            Ok(name) => name,
            Err(error) => {
                self.fault(&format!("{path}.{field}"), &error.to_string());
                return None;
            }
        };
        let kind = item.kind();
        let key = match item {
            Item::Device(_, owner, _) => format!("{owner}|{}", name.fold()),
            Item::Shift(_, group) => format!("{group}|{}", name.fold()),
            _ => name.fold(),
        };
        if let Some(other) = self.paths.get(&(kind, key.clone())) {
            let message = format!("{name} is there already, in {other}; remove one of them");
            self.fault(&format!("{path}.{field}"), &message);
            return None;
        }
        let id = self.names.directory.id_by_name(kind, &key);
        let id = id.unwrap_or_else(|| *self.random.uuid(self.now).as_bytes());
        self.paths.insert((kind, key.clone()), path.clone());
        self.names.ids.insert((kind, key), id);
        self.claims.push(Claim { path, id, name, item });
        Some(id)
    }

    fn fault(&mut self, path: &str, message: &str) {
        self.faults.push(Fault {
            field: path.to_owned(),
            message: message.to_owned(),
            subcode: "validation.document.name".to_owned(),
            entity: String::new(),
            subject: None,
        });
    }
}

/// What the lists of the document that are there do not mention.
fn unmentioned(root: &Root, directory: &Directory, claims: &[Claim<'_>]) -> Gone {
    let claimed: BTreeSet<(Kind, [u8; 16])> =
        claims.iter().map(|claim| (claim.item.kind(), claim.id)).collect();
    let left = |kind: Kind, id: [u8; 16]| !claimed.contains(&(kind, id));
    let mut gone = Gone::default();
    if root.sites.is_some() {
        let ids = directory.sites().map(|e| e.id);
        gone.sites = ids.filter(|id| left(Kind::Site, id.to_bytes())).collect();
    }
    if root.people.is_some() {
        let ids = directory.people().map(|e| e.id);
        gone.people = ids.filter(|id| left(Kind::Person, id.to_bytes())).collect();
    }
    if root.groups.is_some() {
        let ids = directory.groups().map(|e| e.id);
        gone.groups = ids.filter(|id| left(Kind::Group, id.to_bytes())).collect();
    }
    if root.forms.is_some() {
        let ids = directory.forms().map(|e| e.id);
        gone.forms = ids.filter(|id| left(Kind::Form, id.to_bytes())).collect();
    }
    if root.integrations.is_some() {
        let ids = directory.integrations().map(|e| e.id);
        gone.integrations = ids.filter(|id| left(Kind::Integration, id.to_bytes())).collect();
    }
    if root.maintenance_windows.is_some() {
        let ids = directory.windows().map(|e| e.id);
        gone.windows = ids.filter(|id| left(Kind::Window, id.to_bytes())).collect();
    }
    for claim in claims {
        match claim.item {
            Item::Person(e) if e.devices.is_some() => {
                let ids = directory.devices_of(Id::from_bytes(claim.id)).map(|e| e.id);
                gone.devices.extend(ids.filter(|id| left(Kind::Device, id.to_bytes())));
            }
            Item::Group(e) if e.shifts.is_some() => {
                let ids = directory.shifts_of(Id::from_bytes(claim.id)).map(|e| e.id);
                gone.shifts.extend(ids.filter(|id| left(Kind::Shift, id.to_bytes())));
            }
            _ => {}
        }
    }
    gone
}

fn subjects(gone: &Gone) -> BTreeSet<(Kind, [u8; 16])> {
    let mut all = BTreeSet::new();
    all.extend(gone.sites.iter().map(|id| (Kind::Site, id.to_bytes())));
    all.extend(gone.people.iter().map(|id| (Kind::Person, id.to_bytes())));
    all.extend(gone.devices.iter().map(|id| (Kind::Device, id.to_bytes())));
    all.extend(gone.groups.iter().map(|id| (Kind::Group, id.to_bytes())));
    all.extend(gone.forms.iter().map(|id| (Kind::Form, id.to_bytes())));
    all.extend(gone.integrations.iter().map(|id| (Kind::Integration, id.to_bytes())));
    all
}
