//! Tests of the rules that need a whole directory: on call, devices, routing, escalation.

use std::collections::BTreeSet;

use firebell_base::time::{add_minutes, add_seconds};
use firebell_base::{Id, Random, Timestamp};

use crate::absence::TemporaryAbsence;
use crate::alert::Priority;
use crate::device::{Address, Device};
use crate::directory::{Directory, Entity, Kind, Revision};
use crate::group::{Group, GroupId, GroupType};
use crate::instance::{Instance, InstanceNo, Region};
use crate::name::Name;
use crate::person::{LicenceType, Person, PersonId, Role, Status};
use crate::property::Properties;
use crate::recipient::{Pointer, Recipient};
use crate::routing::Handling;
use crate::schedule::{Pattern, Recurrence, Zone};
use crate::shift::{EscalationType, Shift, ShiftMember};

mod devices;
mod directory;
mod escalation;
mod oncall;
mod routing;

/// A directory under construction.
struct World {
    directory: Directory,
    random: Random,
    now: Timestamp,
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

impl World {
    fn new() -> Self {
        let random = Random::seeded(11);
        let now: Timestamp = "2026-03-02T08:30:00Z".parse().expect("an instant");
        let instance = Instance {
            id: Id::new(&random, now),
            no: InstanceNo(1),
            name: name("sample"),
            region: Region::Emea,
            created: now,
        };
        Self { directory: Directory::new(instance, Revision { epoch: 1, n: 1 }), random, now }
    }

    /// A person with one e-mail device.
    fn person(&mut self, target_name: &str) -> PersonId {
        let id = self.person_without_device(target_name);
        self.device(id, "Work Email", 1, 0);
        id
    }

    fn person_without_device(&mut self, target_name: &str) -> PersonId {
        let id = Id::new(&self.random, self.now);
        self.directory.put(Entity::Person(Person {
            id,
            target_name: name(target_name),
            first_name: name(target_name),
            last_name: name("Sample"),
            web_login: name(target_name),
            phone_login: None,
            language: "en".to_owned(),
            zone: Zone::parse("Europe/Oslo").expect("a zone"),
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
        }));
        id
    }

    fn device(&mut self, owner: PersonId, title: &str, sequence: u16, delay_minutes: u16) {
        self.directory.put(Entity::Device(Device {
            id: Id::new(&self.random, self.now),
            owner,
            name: name(title),
            address: Address::Email(format!("{sequence}@sample.example")),
            sequence,
            delay_minutes,
            priority_threshold: Priority::Low,
            timeframes: Vec::new(),
            default_device: false,
            status: Status::Active,
            external_key: None,
            externally_owned: false,
        }));
    }

    fn change_device(&mut self, owner: PersonId, title: &str, change: impl Fn(&mut Device)) {
        let found = self.directory.devices_of(owner).find(|d| d.name.as_str() == title);
        let mut device = (**found.expect("a device")).clone();
        change(&mut device);
        self.directory.put(Entity::Device(device));
    }

    fn group(&mut self, title: &str, members: &[Recipient]) -> GroupId {
        let id = Id::new(&self.random, self.now);
        self.directory.put(Entity::Group(Group {
            id,
            target_name: name(title),
            description: String::new(),
            group_type: GroupType::OnCall,
            status: Status::Active,
            members: members.to_vec(),
            supervisors: Vec::new(),
            observed_by_all: true,
            site: None,
            allow_duplicates: false,
            use_default_devices: true,
            external_key: None,
            externally_owned: false,
            created: self.now,
        }));
        id
    }

    fn change_group(&mut self, group: GroupId, change: impl Fn(&mut Group)) {
        let mut group = (**self.directory.group(group).expect("a group")).clone();
        change(&mut group);
        self.directory.put(Entity::Group(group));
    }

    /// A shift that is always in force; members with the delay before each.
    fn always(&mut self, group: GroupId, members: &[(Recipient, u16)]) -> Shift {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let pattern = Pattern::new(
            start,
            add_minutes(start, 24 * 60),
            Zone::utc(),
            Recurrence::EVERY_DAY,
            Vec::new(),
        );
        let shift = Shift {
            id: Id::new(&self.random, self.now),
            group,
            name: name("Always"),
            description: String::new(),
            pattern: pattern.expect("a pattern"),
            members: members
                .iter()
                .map(|(recipient, delay_minutes)| ShiftMember {
                    recipient: *recipient,
                    delay_minutes: *delay_minutes,
                    escalation: if *delay_minutes == 0 {
                        EscalationType::None
                    } else {
                        EscalationType::Peer
                    },
                    in_rotation: true,
                })
                .collect(),
            rotation: None,
            repeat: None,
            end_notice: None,
            created: self.now,
        };
        self.directory.put(Entity::Shift(Box::new(shift.clone())));
        shift
    }

    fn absent(&mut self, member: PersonId, group: Option<GroupId>, stand_in: Option<PersonId>) {
        self.now = add_seconds(self.now, 1);
        self.directory.put(Entity::Absence(TemporaryAbsence {
            id: Id::new(&self.random, self.now),
            member,
            group,
            start: add_minutes(self.now, -60),
            end: add_minutes(self.now, 60),
            replacement: stand_in,
            created: self.now,
        }));
    }
}

const NORMAL: Handling = Handling {
    priority: Priority::Medium,
    override_device_restrictions: false,
    escalation_override: false,
};
