//! What else has to change when something is removed.
//!
//! Called by the API and by `document`: the changes returned include the removals. Nothing here
//! widens what is left: a group's absences go with it (an absence without a group would count in
//! all), and an integration that a maintenance window names is not taken out of the window (a
//! window without integrations covers all); the check refuses that removal and says what to do.

use std::collections::BTreeSet;

use firebell_domain::absence::TemporaryAbsence;
use firebell_domain::device::DeviceId;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::form::{Form, FormId};
use firebell_domain::group::{Group, GroupId};
use firebell_domain::integration::IntegrationId;
use firebell_domain::person::{Person, PersonId};
use firebell_domain::recipient::Recipient;
use firebell_domain::shift::{EscalationType, Shift, ShiftId};
use firebell_domain::site::SiteId;
use firebell_domain::suppression::WindowId;

use crate::change::Change;

/// What is to be removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gone {
    /// Sites.
    pub sites: BTreeSet<SiteId>,
    /// People; their devices, API keys, passwords and absences go with them.
    pub people: BTreeSet<PersonId>,
    /// Devices.
    pub devices: BTreeSet<DeviceId>,
    /// Groups; their shifts and absences go with them.
    pub groups: BTreeSet<GroupId>,
    /// Shifts.
    pub shifts: BTreeSet<ShiftId>,
    /// Forms.
    pub forms: BTreeSet<FormId>,
    /// Integrations.
    pub integrations: BTreeSet<IntegrationId>,
    /// Maintenance windows.
    pub windows: BTreeSet<WindowId>,
}

/// Removes a person with everything that is theirs and every mention of them.
pub fn remove_person(directory: &Directory, id: PersonId) -> Vec<Change> {
    remove(directory, Gone { people: BTreeSet::from([id]), ..Gone::default() })
}

/// Removes a device and every mention of it.
pub fn remove_device(directory: &Directory, id: DeviceId) -> Vec<Change> {
    remove(directory, Gone { devices: BTreeSet::from([id]), ..Gone::default() })
}

/// Removes a group with its shifts and absences and every mention of it.
pub fn remove_group(directory: &Directory, id: GroupId) -> Vec<Change> {
    remove(directory, Gone { groups: BTreeSet::from([id]), ..Gone::default() })
}

/// Removes a site; its people and groups are left without one.
pub fn remove_site(directory: &Directory, id: SiteId) -> Vec<Change> {
    remove(directory, Gone { sites: BTreeSet::from([id]), ..Gone::default() })
}

/// Removes all of these with what depends on them.
pub fn remove(directory: &Directory, gone: Gone) -> Vec<Change> {
    let mut gone = gone;
    let owned = directory.devices().filter(|device| gone.people.contains(&device.owner));
    gone.devices.extend(owned.map(|device| device.id));
    let theirs = directory.shifts().filter(|shift| gone.groups.contains(&shift.group));
    gone.shifts.extend(theirs.map(|shift| shift.id));

    let mut changes = removals(directory, &gone);
    let people = directory.people().filter(|e| !gone.people.contains(&e.id));
    changes.extend(people.filter_map(|e| gone.person(e)).map(Entity::Person).map(Change::Put));
    let groups = directory.groups().filter(|e| !gone.groups.contains(&e.id));
    changes.extend(groups.filter_map(|e| gone.group(e)).map(Entity::Group).map(Change::Put));
    let shifts = directory.shifts().filter(|e| !gone.shifts.contains(&e.id));
    let shifts = shifts.filter_map(|e| gone.shift(e)).map(Box::new);
    changes.extend(shifts.map(Entity::Shift).map(Change::Put));
    let forms = directory.forms().filter(|e| !gone.forms.contains(&e.id));
    changes.extend(forms.filter_map(|e| gone.form(e)).map(Entity::Form).map(Change::Put));
    let absences = directory.absences().filter(|e| !gone.takes_absence(e));
    let absences = absences.filter_map(|e| gone.absence(e));
    changes.extend(absences.map(Entity::Absence).map(Change::Put));
    changes
}

fn removals(directory: &Directory, gone: &Gone) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |kind: Kind, id: [u8; 16]| {
        if directory.entity(kind, id).is_some() {
            changes.push(Change::Remove(kind, id));
        }
    };
    gone.sites.iter().for_each(|id| add(Kind::Site, id.to_bytes()));
    for id in &gone.people {
        add(Kind::Person, id.to_bytes());
        add(Kind::Password, id.to_bytes());
    }
    gone.devices.iter().for_each(|id| add(Kind::Device, id.to_bytes()));
    gone.groups.iter().for_each(|id| add(Kind::Group, id.to_bytes()));
    gone.shifts.iter().for_each(|id| add(Kind::Shift, id.to_bytes()));
    gone.forms.iter().for_each(|id| add(Kind::Form, id.to_bytes()));
    gone.integrations.iter().for_each(|id| add(Kind::Integration, id.to_bytes()));
    gone.windows.iter().for_each(|id| add(Kind::Window, id.to_bytes()));
    for key in directory.api_keys().filter(|key| gone.people.contains(&key.owner)) {
        add(Kind::ApiKey, key.id.to_bytes());
    }
    for absence in directory.absences().filter(|absence| gone.takes_absence(absence)) {
        add(Kind::Absence, absence.id.to_bytes());
    }
    changes
}

impl Gone {
    fn takes(&self, recipient: Recipient) -> bool {
        match recipient {
            Recipient::Person(id) => self.people.contains(&id),
            Recipient::Device(id) => self.devices.contains(&id),
            Recipient::Group(id) => self.groups.contains(&id),
        }
    }

    fn takes_absence(&self, absence: &TemporaryAbsence) -> bool {
        self.people.contains(&absence.member)
            || absence.group.is_some_and(|group| self.groups.contains(&group))
    }

    fn takes_site(&self, site: Option<SiteId>) -> bool {
        site.is_some_and(|site| self.sites.contains(&site))
    }

    fn takes_any(&self, people: &[PersonId]) -> bool {
        people.iter().any(|id| self.people.contains(id))
    }

    // Each of these looks before it copies: most entities mention nothing that goes.

    fn person(&self, old: &Person) -> Option<Person> {
        if !self.takes_any(&old.supervisors) && !self.takes_site(old.site) {
            return None;
        }
        let mut new = old.clone();
        new.supervisors.retain(|id| !self.people.contains(id));
        new.site = new.site.filter(|id| !self.sites.contains(id));
        Some(new)
    }

    fn group(&self, old: &Group) -> Option<Group> {
        let mentions = self.takes_any(&old.supervisors)
            || self.takes_site(old.site)
            || old.members.iter().any(|recipient| self.takes(*recipient));
        if !mentions {
            return None;
        }
        let mut new = old.clone();
        new.supervisors.retain(|id| !self.people.contains(id));
        new.members.retain(|recipient| !self.takes(*recipient));
        new.site = new.site.filter(|id| !self.sites.contains(id));
        Some(new)
    }

    fn shift(&self, old: &Shift) -> Option<Shift> {
        let notice = old.end_notice.as_ref().filter(|notice| self.takes(notice.recipient));
        if notice.is_none() && !old.members.iter().any(|member| self.takes(member.recipient)) {
            return None;
        }
        let mut new = old.clone();
        new.members.retain(|member| !self.takes(member.recipient));
        if old.members.first().is_some_and(|first| self.takes(first.recipient)) {
            // Whoever is first now is told at once, not after the delay behind a colleague.
            if let Some(member) = new.members.first_mut() {
                member.delay_minutes = 0;
                member.escalation = EscalationType::None;
            }
        }
        new.end_notice = new.end_notice.filter(|notice| !self.takes(notice.recipient));
        Some(new)
    }

    fn form(&self, old: &Form) -> Option<Form> {
        if !old.recipients.iter().any(|recipient| self.takes(*recipient)) {
            return None;
        }
        let mut new = old.clone();
        new.recipients.retain(|recipient| !self.takes(*recipient));
        Some(new)
    }

    fn absence(&self, old: &TemporaryAbsence) -> Option<TemporaryAbsence> {
        old.replacement.filter(|id| self.people.contains(id))?;
        Some(TemporaryAbsence { replacement: None, ..old.clone() })
    }
}
