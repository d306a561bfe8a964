//! Sample entities for tests: invented people and places.

use firebell_base::{Id, Random, Secret, Timestamp};
use firebell_domain::absence::TemporaryAbsence;
use firebell_domain::alert::Priority;
use firebell_domain::credential::{ApiKey, Password};
use firebell_domain::device::{Address, Device};
use firebell_domain::directory::{Directory, Entity, Revision};
use firebell_domain::form::{Form, Templates, default_options};
use firebell_domain::group::{Group, GroupType};
use firebell_domain::instance::{Instance, InstanceNo, Region};
use firebell_domain::integration::{Format, Integration};
use firebell_domain::licence::Entitlement;
use firebell_domain::matcher::Matcher;
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Person, Role, Status};
use firebell_domain::property::Value;
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::rotation::{Direction, IntervalUnit, Rotation, RotationType};
use firebell_domain::schedule::timeframe::Timeframe;
use firebell_domain::schedule::{Pattern, Recurrence, WeekdaySet, Zone};
use firebell_domain::shift::{EndNotice, EscalationType, RepeatEscalation, Shift, ShiftMember};
use firebell_domain::site::{PostalAddress, Site};
use firebell_domain::suppression::{MaintenanceWindow, Silence};
use jiff::civil::{date, time};

pub(crate) const OSLO: u128 = 1;
pub(crate) const ANN: u128 = 2;
pub(crate) const BO: u128 = 3;
pub(crate) const ANN_MAIL: u128 = 4;
pub(crate) const BO_HOOK: u128 = 5;
pub(crate) const TEAM: u128 = 6;
pub(crate) const ALL: u128 = 7;
pub(crate) const DAYS: u128 = 8;
pub(crate) const AWAY: u128 = 9;
pub(crate) const FORM: u128 = 10;
pub(crate) const DOOR: u128 = 11;
pub(crate) const SILENCE: u128 = 12;
pub(crate) const WINDOW: u128 = 13;
pub(crate) const KEY: u128 = 14;

pub(crate) fn id<T>(n: u128) -> Id<T> {
    Id::from_bytes(n.to_be_bytes())
}

pub(crate) fn bytes(n: u128) -> [u8; 16] {
    n.to_be_bytes()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    at("2026-03-02T08:00:00Z")
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn random() -> Random {
    Random::seeded(42)
}

pub(crate) fn oslo() -> Zone {
    Zone::parse("Europe/Oslo").unwrap()
}

pub(crate) fn site(n: u128, called: &str) -> Site {
    Site {
        id: id(n),
        name: name(called),
        language: "nb".to_owned(),
        zone: oslo(),
        country: "NOR".to_owned(),
        address: PostalAddress {
            city: "Oslo".to_owned(),
            latitude: Some(59.1 + 0.2),
            ..PostalAddress::default()
        },
        status: Status::Active,
        holidays: [date(2026, 12, 25)].into_iter().collect(),
        external_key: Some("site-1".to_owned()),
        externally_owned: true,
    }
}

pub(crate) fn person(n: u128, called: &str) -> Person {
    Person {
        id: id(n),
        target_name: name(called),
        first_name: name("Sample"),
        last_name: name(called),
        web_login: name(called),
        phone_login: None,
        language: "en".to_owned(),
        zone: Zone::utc(),
        site: None,
        supervisors: Vec::new(),
        roles: vec![Role::StandardUser],
        status: Status::Active,
        licence: LicenceType::FullUser,
        properties: [("desk".to_owned(), Value::Int(7))].into(),
        external_key: None,
        externally_owned: false,
        created: now(),
        updated: now(),
    }
}

pub(crate) fn device(n: u128, owner: u128, sequence: u16, address: Address) -> Device {
    Device {
        id: id(n),
        owner: id(owner),
        name: name(&format!("Device {sequence}")),
        address,
        sequence,
        delay_minutes: 5,
        priority_threshold: Priority::Low,
        timeframes: vec![Timeframe {
            name: "Working hours".to_owned(),
            start: time(8, 0, 0, 0),
            duration_minutes: 540,
            days: WeekdaySet::WORKDAYS,
            exclude_holidays: true,
            zone: Some(oslo()),
        }],
        default_device: false,
        status: Status::Active,
        external_key: None,
        externally_owned: false,
    }
}

pub(crate) fn group(n: u128, called: &str, members: Vec<Recipient>) -> Group {
    Group {
        id: id(n),
        target_name: name(called),
        description: "A sample".to_owned(),
        group_type: GroupType::OnCall,
        status: Status::Active,
        members,
        supervisors: Vec::new(),
        observed_by_all: true,
        site: None,
        allow_duplicates: false,
        use_default_devices: true,
        external_key: None,
        externally_owned: false,
        created: now(),
    }
}

pub(crate) fn member(recipient: Recipient, delay_minutes: u16) -> ShiftMember {
    let escalation = if delay_minutes == 0 { EscalationType::None } else { EscalationType::Peer };
    ShiftMember { recipient, delay_minutes, escalation, in_rotation: true }
}

pub(crate) fn pattern() -> Pattern {
    let (start, end) = (at("2026-03-02T08:00:00Z"), at("2026-03-02T16:00:00Z"));
    Pattern::new(start, end, oslo(), Recurrence::EVERY_DAY, Vec::new()).unwrap()
}

pub(crate) fn shift(n: u128, group: u128, called: &str, members: Vec<ShiftMember>) -> Shift {
    Shift {
        id: id(n),
        group: id(group),
        name: name(called),
        description: String::new(),
        pattern: pattern(),
        members,
        rotation: None,
        repeat: None,
        end_notice: None,
        created: now(),
    }
}

pub(crate) fn form(n: u128, called: &str, recipients: Vec<Recipient>) -> Form {
    Form {
        id: id(n),
        name: name(called),
        recipients,
        priority: Priority::High,
        options: default_options(),
        templates: Templates {
            email_subject: Some("{{ summary }}".to_owned()),
            ..Templates::default()
        },
        expiration_minutes: 180,
        override_device_restrictions: false,
        escalation_override: false,
    }
}

pub(crate) fn integration(n: u128, called: &str, form: u128) -> Integration {
    Integration {
        id: id(n),
        name: name(called),
        format: Format::Generic,
        form: id(form),
        key_hash: crate::key::hash(&format!("the sample key of {called}")),
        status: Status::Active,
        rate_per_minute: Some(600),
        created: now(),
    }
}

pub(crate) fn person_ref(n: u128) -> Recipient {
    Recipient::Person(id(n))
}

pub(crate) fn group_ref(n: u128) -> Recipient {
    Recipient::Group(id(n))
}

pub(crate) fn empty() -> Directory {
    let instance = Instance {
        id: id(99),
        no: InstanceNo(1),
        name: name("acme"),
        region: Region::Emea,
        created: now(),
    };
    Directory::new(instance, Revision { epoch: 1, n: 1 })
}

/// One or two of every kind, with every reference there is.
pub(crate) fn entities() -> Vec<Entity> {
    [people_and_groups(), alerting(), credentials()].concat()
}

fn days() -> Shift {
    let rotation = Rotation::new(
        RotationType::Time(IntervalUnit::Weeks),
        Direction::FirstToLast,
        1,
        now(),
        oslo(),
    );
    Shift {
        rotation: Some(rotation.unwrap()),
        repeat: Some(RepeatEscalation { repetitions: 2, delay_minutes: 10 }),
        end_notice: Some(EndNotice { recipient: person_ref(ANN), delay_minutes: 5 }),
        ..shift(DAYS, TEAM, "Days", vec![member(person_ref(ANN), 0), member(person_ref(BO), 10)])
    }
}

fn people_and_groups() -> Vec<Entity> {
    let ann = Person {
        site: Some(id(OSLO)),
        roles: vec![Role::FullAccessUser, Role::GroupSupervisor],
        phone_login: Some("1234".to_owned()),
        ..person(ANN, "ann")
    };
    let bo = Person { supervisors: vec![id(ANN)], ..person(BO, "bo") };
    let hook = Address::Webhook {
        url: "https://hooks.example/secret-path/abc?token=xyz".to_owned(),
        secret: Some(Secret::new("whsec_c2FtcGxlIHNlY3JldCBvZiB0aGlydHkgYnl0ZXM=")),
    };
    let team = Group {
        supervisors: vec![id(ANN)],
        site: Some(id(OSLO)),
        ..group(TEAM, "Payments SRE", vec![person_ref(ANN), person_ref(BO)])
    };
    let everyone = Group {
        group_type: GroupType::Broadcast,
        ..group(ALL, "Everyone", vec![group_ref(TEAM), Recipient::Device(id(BO_HOOK))])
    };
    vec![
        Entity::Site(site(OSLO, "Oslo")),
        Entity::Person(ann),
        Entity::Person(bo),
        Entity::Device(device(ANN_MAIL, ANN, 1, Address::Email("ann@mail.example".to_owned()))),
        Entity::Device(device(BO_HOOK, BO, 1, hook)),
        Entity::Group(team),
        Entity::Group(everyone),
        Entity::Shift(Box::new(days())),
        Entity::Absence(TemporaryAbsence {
            id: id(AWAY),
            member: id(BO),
            group: Some(id(TEAM)),
            start: now(),
            end: at("2026-03-05T08:00:00Z"),
            replacement: Some(id(ANN)),
            created: now(),
        }),
    ]
}

fn alerting() -> Vec<Entity> {
    vec![
        Entity::Form(form(FORM, "Outage", vec![group_ref(TEAM)])),
        Entity::Integration(integration(DOOR, "Monitoring", FORM)),
        Entity::Silence(Silence {
            id: id(SILENCE),
            matchers: vec![Matcher::parse("host=~\"db-.*\"").unwrap()],
            starts: now(),
            ends: at("2026-03-03T08:00:00Z"),
            created_by: "ann".to_owned(),
            comment: "sample".to_owned(),
            updated: now(),
        }),
        Entity::Window(Box::new(MaintenanceWindow {
            id: id(WINDOW),
            name: name("Patching"),
            integrations: vec![id(DOOR)],
            matchers: vec![Matcher::parse("severity!=\"critical\"").unwrap()],
            pattern: pattern(),
            comment: "sample".to_owned(),
        })),
    ]
}

fn credentials() -> Vec<Entity> {
    let entitled = |licence| {
        let unlimited = Entitlement::unlimited(licence);
        Entity::Entitlement(Entitlement { contract: "sample".to_owned(), ..unlimited })
    };
    vec![
        entitled(LicenceType::FullUser),
        entitled(LicenceType::StakeholderUser),
        Entity::ApiKey(ApiKey {
            id: id(KEY),
            owner: id(ANN),
            name: name("laptop"),
            secret_hash: [7; 32],
            created: now(),
        }),
        Entity::Password(Password {
            person: id(ANN),
            hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
        }),
    ]
}

/// A directory of [`entities`].
pub(crate) fn acme() -> Directory {
    let mut directory = empty();
    for entity in entities() {
        directory.put(entity);
    }
    directory
}

/// The directory after the changes, as of the same revision.
pub(crate) fn applied(before: &Directory, changes: &[crate::Change]) -> Directory {
    crate::change::applied(before, changes, before.revision)
}
