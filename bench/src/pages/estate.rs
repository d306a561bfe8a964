//! The configuration of the data set, made by the authority as everybody makes it, some thousand entities a change.

use anyhow::{Context as _, Result};
use firebell_access::password;
use firebell_base::time::add_minutes;
use firebell_base::{Clock, Random, Timestamp};
use firebell_config::{Author, Authority, Change, Snapshots, key};
use firebell_domain::alert::Priority;
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::form::{Form, Templates, default_options};
use firebell_domain::group::{Group, GroupType};
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::integration::{Format, Integration, IntegrationId};
use firebell_domain::person::{Role, Status};
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::rotation::{Direction, IntervalUnit, Rotation, RotationType};
use firebell_domain::schedule::{Pattern, Recurrence, Zone};
use firebell_domain::shift::{EscalationType, Shift, ShiftMember};
use firebell_sql::Db;

use super::Size;
use crate::world::{self, EVENT_KEY, name, numbered};

/// Entities of one change.
const BATCH: usize = 20_000;
/// Forms, each with an integration.
pub(super) const FORMS: usize = 20;
/// People on a group's roster.
pub(super) const MEMBERS: usize = 5;
/// The zones people and shifts are in.
const ZONES: [&str; 6] = [
    "Europe/Oslo",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
    "UTC",
    "America/Los_Angeles",
];
/// Who signs in to look at the pages, and how.
pub(super) const ADMINISTRATOR: &str = "sample0";
/// How many have a password.
const SIGNED_IN: usize = 60;
/// Their password.
pub(super) const PASSWORD: &str = "correct horse battery";

/// The n-th integration; the first is the one the generator knows.
pub(super) fn integration_id(n: usize) -> IntegrationId {
    if n == 0 { world::integration_id(Format::Generic) } else { numbered(10, n) }
}

/// The n-th place on a group's roster.
pub(super) fn member(group: usize, place: usize, people: usize) -> usize {
    (group * MEMBERS + place) % people.max(1)
}

/// Makes the instance.
pub(super) async fn furnish(db: &Db, size: Size) -> Result<InstanceNo> {
    let now = Clock::System.now();
    let authority = Authority::new(db.clone(), Snapshots::load(db).await?, Random::System);
    let author = Author::new("bench", "sample data");
    let no = authority.create_instance("bench", Region::Emea, &author, now).await?.instance.no;
    let mut batch = Vec::new();
    let people = (0..size.people).map(|n| person(n, now));
    let groups = (0..size.groups).map(|n| group(n, size, now));
    let forms = (0..FORMS).map(|n| form(n, size, now));
    for entities in people.chain(groups).chain(forms) {
        batch.extend(entities?.into_iter().map(Change::Put));
        if batch.len() >= BATCH {
            put(&authority, no, &author, std::mem::take(&mut batch)).await?;
        }
    }
    put(&authority, no, &author, batch).await?;
    Ok(no)
}

async fn put(
    authority: &Authority,
    no: InstanceNo,
    author: &Author,
    batch: Vec<Change>,
) -> Result<()> {
    let change = move |_: &Directory| Ok(batch.clone());
    authority.change(no, author, Clock::System.now(), change).await?;
    Ok(())
}

fn zone(n: usize) -> Result<Zone> {
    let name = ZONES.get(n % ZONES.len()).copied().unwrap_or("UTC");
    Ok(Zone::parse(name)?)
}

fn person(n: usize, now: Timestamp) -> Result<Vec<Entity>> {
    let id = numbered(3, n);
    let mut person = world::person(id, n, now)?;
    person.zone = zone(n)?;
    let mut all = Vec::new();
    if n == 0 {
        person.roles = vec![Role::FullAccessUser];
    }
    if n < SIGNED_IN {
        let hash = password::hash(PASSWORD, &Random::System)?;
        all.push(Entity::Password(Password { person: id, hash }));
    }
    all.insert(0, Entity::Person(person));
    all.push(Entity::Device(world::device(numbered(4, n), id, n, None)?));
    Ok(all)
}

fn group(n: usize, size: Size, now: Timestamp) -> Result<Vec<Entity>> {
    let people = |place: usize| numbered(3, member(n, place, size.people));
    let members = (0..MEMBERS).map(|place| Recipient::Person(people(place)));
    let group = Group {
        id: numbered(6, n),
        target_name: name(&format!("Sample Group {n}"))?,
        description: "Sample data".to_owned(),
        group_type: GroupType::OnCall,
        status: Status::Active,
        members: members.clone().collect(),
        supervisors: vec![people(0)],
        observed_by_all: true,
        site: None,
        allow_duplicates: false,
        use_default_devices: false,
        external_key: None,
        externally_owned: false,
        created: now,
    };
    let id = group.id;
    let mut all = vec![Entity::Group(group)];
    for (which, (word, hour)) in [("Days", 8), ("Nights", 20)].into_iter().enumerate() {
        let zone = zone(n)?;
        let start = jiff::civil::date(2026, 1, 5).at(hour, 0, 0, 0);
        let start = zone.instant(start).context("an instant")?;
        let rotation = Rotation::new(
            RotationType::Time(IntervalUnit::Weeks),
            Direction::FirstToLast,
            1,
            start,
            zone.clone(),
        )?;
        let places = members.clone().enumerate().map(|(place, recipient)| ShiftMember {
            recipient,
            delay_minutes: if place == 0 { 0 } else { 5 },
            escalation: if place == 0 { EscalationType::None } else { EscalationType::Peer },
            in_rotation: true,
        });
        all.push(Entity::Shift(Box::new(Shift {
            id: numbered(8, 2 * n + which),
            group: id,
            name: name(word)?,
            description: String::new(),
            pattern: Pattern::new(
                start,
                add_minutes(start, 12 * 60),
                zone,
                Recurrence::EVERY_DAY,
                Vec::new(),
            )?,
            members: places.collect(),
            rotation: Some(rotation),
            repeat: None,
            end_notice: None,
            created: now,
        })));
    }
    Ok(all)
}

fn form(n: usize, size: Size, now: Timestamp) -> Result<Vec<Entity>> {
    // The first tells one person, so that events sent while pages are measured stay small.
    let recipient = match n {
        0 => Recipient::Person(numbered(3, 0)),
        n => Recipient::Group(numbered(6, n % size.groups.max(1))),
    };
    let form = Form {
        id: numbered(5, n),
        name: name(&format!("Sample Form {n}"))?,
        recipients: vec![recipient],
        priority: Priority::Medium,
        options: default_options(),
        templates: Templates::default(),
        expiration_minutes: 180,
        override_device_restrictions: false,
        escalation_override: false,
    };
    let secret = if n == 0 { EVENT_KEY.to_owned() } else { format!("{EVENT_KEY}{n}") };
    let integration = Integration {
        id: integration_id(n),
        name: name(&format!("Sample Integration {n}"))?,
        format: Format::Generic,
        form: form.id,
        key_hash: key::hash(&secret),
        status: Status::Active,
        rate_per_minute: Some(10_000_000),
        created: now,
    };
    Ok(vec![Entity::Form(form), Entity::Integration(integration)])
}
