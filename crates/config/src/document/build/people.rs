//! Sites, people and their devices.

use std::collections::BTreeSet;
use std::sync::Arc;

use firebell_base::Id;
use firebell_domain::alert::Priority;
use firebell_domain::device::{Address, Device, DeviceId};
use firebell_domain::directory::Entity;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::property::Properties;
use firebell_domain::schedule::{Holidays, Zone};
use firebell_domain::site::{PostalAddress, Site};

use super::{Builder, name, put};
use crate::codec::people::{dates, properties_from_json};
use crate::document::names::Claim;
use crate::document::shape::{DeviceShape, PersonShape, SiteShape};
use crate::parts::{Part, PostalPart, ReachPart, TimeframePart, in_field, wrong, zone};
use crate::words;

impl Builder<'_> {
    pub(super) fn site(&mut self, at: &Claim<'_>, e: &SiteShape) -> Site {
        let old = self.directory.site(Id::from_bytes(at.id)).map(|old| (**old).clone());
        let mut site = old.unwrap_or_else(|| Site {
            id: Id::from_bytes(at.id),
            name: at.name.clone(),
            language: "en".to_owned(),
            zone: Zone::utc(),
            country: String::new(),
            address: PostalAddress::default(),
            status: Status::Active,
            holidays: Holidays::default(),
            external_key: None,
            externally_owned: false,
        });
        site.name = at.name.clone();
        put(&mut site.language, e.language.as_ref());
        put(&mut site.country, e.country.as_ref());
        put(&mut site.externally_owned, e.externally_owned.as_ref());
        put(&mut site.external_key, e.external_key.as_ref());
        put(&mut site.address, e.address.as_ref().map(PostalPart::to_domain).as_ref());
        let zone = e.timezone.as_deref().map(|text| zone("timezone", text));
        self.set(at, &mut site.zone, zone);
        let status = e.status.as_deref().map(|text| in_field("status", words::status(text)));
        self.set(at, &mut site.status, status);
        let holidays = e.holidays.as_ref().map(|list| dates("holidays", list));
        self.set(at, &mut site.holidays, holidays.map(|list| list.map(Holidays::from_iter)));
        site
    }

    pub(super) fn person(&mut self, at: &Claim<'_>, e: &PersonShape) -> Person {
        let site = match &e.site {
            Some(site) => self.site_id(at, site.as_ref()),
            None => self.directory.person(Id::from_bytes(at.id)).and_then(|old| old.site),
        };
        let old = self.directory.person(Id::from_bytes(at.id)).map(Arc::clone);
        let mut person = match &old {
            Some(old) => (**old).clone(),
            None => self.new_person(at, e, site),
        };
        person.site = site;
        person.target_name = at.name.clone();
        put(&mut person.language, e.language.as_ref());
        put(&mut person.externally_owned, e.externally_owned.as_ref());
        put(&mut person.phone_login, e.phone_login.as_ref());
        put(&mut person.external_key, e.external_key.as_ref());
        let given = e.first_name.as_deref().map(|text| name("firstName", text));
        self.set(at, &mut person.first_name, given);
        let given = e.last_name.as_deref().map(|text| name("lastName", text));
        self.set(at, &mut person.last_name, given);
        let given = e.web_login.as_deref().map(|text| name("webLogin", text));
        self.set(at, &mut person.web_login, given);
        let given = e.timezone.as_deref().map(|text| zone("timezone", text));
        self.set(at, &mut person.zone, given);
        let given = e.status.as_deref().map(|text| in_field("status", words::status(text)));
        self.set(at, &mut person.status, given);
        let licence = |text: &String| in_field("licenseType", words::licence(text));
        self.set(at, &mut person.licence, e.license_type.as_ref().map(licence));
        self.set(at, &mut person.roles, e.roles.as_ref().map(|list| roles(list)));
        let given = e.properties.as_ref().map(|json| properties_from_json("properties", json));
        self.set(at, &mut person.properties, given);
        if let Some(list) = &e.supervisors {
            person.supervisors = self.supervisors(at, list);
        }
        if old.is_some_and(|old| *old != person) {
            person.updated = self.now;
        }
        person
    }

    fn new_person(
        &mut self,
        at: &Claim<'_>,
        e: &PersonShape,
        site: Option<firebell_domain::site::SiteId>,
    ) -> Person {
        for (field, given) in
            [("firstName", e.first_name.is_some()), ("lastName", e.last_name.is_some())]
        {
            if !given {
                self.fault(at, field, "is required for a new person");
            }
        }
        let site = site.and_then(|id| self.draft.site(id)).map(Arc::clone);
        Person {
            id: Id::from_bytes(at.id),
            target_name: at.name.clone(),
            first_name: at.name.clone(),
            last_name: at.name.clone(),
            web_login: at.name.clone(),
            phone_login: None,
            language: site.as_ref().map_or_else(|| "en".to_owned(), |site| site.language.clone()),
            zone: site.as_ref().map_or_else(Zone::utc, |site| site.zone.clone()),
            site: None,
            supervisors: Vec::new(),
            roles: vec![Role::StandardUser],
            status: Status::Active,
            licence: LicenceType::FullUser,
            properties: Properties::new(),
            external_key: None,
            externally_owned: false,
            created: self.now,
            updated: self.now,
        }
    }

    pub(super) fn device(
        &mut self,
        at: &Claim<'_>,
        e: &DeviceShape,
        owner: PersonId,
        place: u16,
    ) -> Option<Device> {
        let old = self.directory.device(Id::from_bytes(at.id)).map(|old| (**old).clone());
        let address = match reach(e, old.as_ref().map(|old| &old.address)) {
            Ok(address) => address,
            Err(error) => {
                self.fault(at, &error.field, error.message);
                return None;
            }
        };
        let mut device = old.unwrap_or_else(|| Device {
            id: Id::from_bytes(at.id),
            owner,
            name: at.name.clone(),
            address: address.clone(),
            sequence: place,
            delay_minutes: 0,
            priority_threshold: Priority::Low,
            timeframes: Vec::new(),
            default_device: false,
            status: Status::Active,
            external_key: None,
            externally_owned: false,
        });
        device.name = at.name.clone();
        device.address = address;
        device.sequence = place;
        put(&mut device.delay_minutes, e.delay.as_ref());
        put(&mut device.default_device, e.default_device.as_ref());
        put(&mut device.externally_owned, e.externally_owned.as_ref());
        put(&mut device.external_key, e.external_key.as_ref());
        let priority = |text: &String| in_field("priorityThreshold", words::priority(text));
        self.set(at, &mut device.priority_threshold, e.priority_threshold.as_ref().map(priority));
        let given = e.status.as_deref().map(|text| in_field("status", words::status(text)));
        self.set(at, &mut device.status, given);
        let frames = e.timeframes.as_ref();
        let frames = frames.map(|list| list.iter().map(TimeframePart::to_domain).collect());
        self.set(at, &mut device.timeframes, frames);
        Some(device)
    }

    /// Puts a person's devices that the document does not mention behind those it does.
    pub(super) fn renumber(&mut self, owner: PersonId, listed: &BTreeSet<DeviceId>) {
        let others = self.directory.devices_of(owner).filter(|e| !listed.contains(&e.id));
        let others: Vec<Device> = others.map(|e| (**e).clone()).collect();
        for (i, other) in others.into_iter().enumerate() {
            let sequence = u16::try_from(listed.len() + i + 1).unwrap_or(u16::MAX);
            self.put(Entity::Device(Device { sequence, ..other }));
        }
    }
}

fn roles(list: &[String]) -> Part<Vec<Role>> {
    list.iter().map(|text| in_field("roles", words::role(text))).collect()
}

/// The address: given fields over those that are there. Another type starts anew.
fn reach(e: &DeviceShape, old: Option<&Address>) -> Part<Address> {
    let kind = e.device_type.clone().map(|kind| kind.to_uppercase());
    let same = |old: &&Address| kind.as_deref().is_none_or(|kind| kind == old.kind());
    let mut part = match old.filter(same) {
        Some(old) => ReachPart::from_domain(old),
        None => ReachPart {
            device_type: kind.ok_or_else(|| {
                wrong(
                    "deviceType",
                    "is required for a new device: EMAIL, GENERIC, VOICE, TEXT_PHONE",
                )
            })?,
            ..ReachPart::default()
        },
    };
    put(&mut part.secret, e.secret.as_ref());
    for (slot, given) in [
        (&mut part.email_address, &e.email_address),
        (&mut part.phone_number, &e.phone_number),
        (&mut part.url, &e.url),
    ] {
        if given.is_some() {
            slot.clone_from(given);
        }
    }
    part.to_domain()
}
