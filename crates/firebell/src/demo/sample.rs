//! The sample instance. Everybody in it is made up and says so.

use firebell_access::password;
use firebell_base::time::{add_minutes, add_seconds};
use firebell_base::{Id, Random, Secret, Timestamp};
use firebell_config::document::{self, Document, Mode};
use firebell_config::{Author, Change, Snapshots};
use firebell_domain::absence::TemporaryAbsence;
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::Region;
use firebell_domain::name::Name;
use firebell_domain::person::Role;
use firebell_sql::Db;
use jiff::ToSpan as _;
use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::receiver::Receiver;
use crate::Context;
use crate::admin::apply::new_keys;
use crate::admin::refused;
use crate::admin::user::{Described, new_key};
use crate::authority::authority;
use crate::client::event::Door;
use crate::failure::{Exit, Failure};

/// The instance's name.
pub(crate) const INSTANCE: &str = "demo";
/// The on-call group.
pub(crate) const GROUP: &str = "Platform on-call";
/// The integration Alertmanager would post to.
pub(crate) const ALERTMANAGER: &str = "alertmanager";
/// An integration for anything else.
pub(crate) const ANYTHING: &str = "anything";
/// Who is away in each shift, so that the first place is passed over.
const AWAY: [&str; 2] = ["nils", "alex"];
/// The sample people: user name, first name, zone.
pub(crate) const PEOPLE: [(&str, &str, &str); 5] = [
    ("nils", "Nils", "Europe/Oslo"),
    ("ingrid", "Ingrid", "Europe/Oslo"),
    ("alex", "Alex", "America/New_York"),
    ("grace", "Grace", "America/New_York"),
    ("maria", "Maria", "Europe/Oslo"),
];
/// Nearer to a hand-over than this many minutes, other hours are taken.
const MARGIN_MINUTES: i64 = 90;

/// The keys of the sample instance.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// The administrator's API key, `x-api-key-…:…`.
    pub(crate) api_key: Secret,
    /// The administrator's password, for the pages.
    pub(crate) password: Secret,
    /// Where Alertmanager posts.
    pub(crate) alertmanager: Door,
    /// Where anything else is posted.
    pub(crate) anything: Door,
}

impl Sample {
    /// Makes the instance in an empty database.
    pub(crate) async fn make(
        context: &Context,
        db: &Db,
        receiver: &Receiver,
    ) -> Result<Self, Failure> {
        let (random, now) = (&context.random, context.clock.now());
        let snapshots = Snapshots::load(db).await.map_err(refused)?;
        let authority = authority(db, &snapshots, random);
        let made = authority
            .create_instance(
                INSTANCE,
                Region::Emea,
                &Author::new("firebell demo", "sample data"),
                now,
            )
            .await
            .map_err(refused)?;
        let (no, by) = (
            made.instance.no,
            Author { name: "firebell demo".to_owned(), reason: "sample data".to_owned() },
        );
        let admin = Described {
            target_name: "admin",
            first_name: "Sample",
            last_name: "Administrator",
            roles: vec![Role::FullAccessUser],
            time_zone: "Etc/UTC",
            language: "en",
            email: None,
        };
        let (admin, mut entities) = admin.entities(random, now)?;
        let label = Name::parse("demo").map_err(|error| broken(&error))?;
        let (key, api_key) = new_key(admin, label, random, now);
        entities.push(key);
        let password = password_of(random);
        let hash = password::hash(password.expose(), random).map_err(|error| broken(&error))?;
        entities.push(Entity::Password(Password { person: admin, hash }));
        let puts = move |_: &Directory| Ok(entities.iter().cloned().map(Change::Put).collect());
        authority.change(no, &by, now, puts).await.map_err(refused)?;

        let text = document(now, receiver).ok_or_else(|| broken(&"a time cannot be told"))?;
        let document = Document::parse(&text.to_string()).map_err(|faults| broken(&faults))?;
        let applied = document::apply(&authority, no, &by, document, Mode::Keep, now).await;
        let applied = applied.map_err(refused)?;
        let directory = applied.committed.directory;
        let absences: Vec<Change> = AWAY
            .iter()
            .filter_map(|name| directory.person_by_name(name))
            .map(|person| {
                Change::Put(Entity::Absence(TemporaryAbsence {
                    id: Id::new(random, now),
                    member: person.id,
                    group: None,
                    start: add_minutes(now, -60),
                    end: add_seconds(now, 7 * 24 * 60 * 60),
                    replacement: None,
                    created: now,
                }))
            })
            .collect();
        authority.change(no, &by, now, move |_| Ok(absences.clone())).await.map_err(refused)?;
        let keys = new_keys(&applied.plan, &directory);
        let door = |name: &str| {
            let new = keys.iter().find(|new| new.name == name)?;
            Some(Door { integration: new.id.clone(), key: Some(new.key.clone()) })
        };
        let doors = door(ALERTMANAGER).zip(door(ANYTHING));
        let (alertmanager, anything) = doors.ok_or_else(|| broken(&"an integration is missing"))?;
        Ok(Self { api_key, password, alertmanager, anything })
    }
}

/// Four groups of four letters and digits that nobody mixes up.
fn password_of(random: &Random) -> Secret {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let letter = |byte: u8| LETTERS.get(usize::from(byte) % LETTERS.len()).copied().unwrap_or(b'x');
    let letters: Vec<u8> = random.bytes::<16>().map(letter).into();
    let groups: Vec<String> =
        letters.chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
    Secret::new(groups.join("-"))
}

fn broken(why: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Broken, format!("The sample data cannot be made: {why}."))
}

/// The configuration as `firebell apply` would take it.
fn document(now: Timestamp, receiver: &Receiver) -> Option<Value> {
    let people = PEOPLE.iter().map(|(user, first, zone)| {
        json!({
            "targetName": user,
            "firstName": first,
            "lastName": "Sample",
            "timezone": zone,
            "roles": ["Standard User"],
            "devices": [
                {"name": "Sample Webhook", "deviceType": "GENERIC", "url": receiver.url_of(user),
                 "secret": receiver.secret()},
                {"name": "Work Email", "deviceType": "EMAIL",
                 "emailAddress": format!("{user}@example.org")},
            ],
        })
    });
    let members = |first: &str, second: &str| {
        json!([
            {"recipient": first},
            {"recipient": second, "delay": 5, "escalationType": "PEER"},
            {"recipient": "maria", "delay": 10, "escalationType": "MANAGEMENT"},
        ])
    };
    let [day, night] = hours(now)?;
    let shift = |name: &str, zone: &str, (start, end): (Timestamp, Timestamp), members: Value| {
        json!({
            "name": name,
            "start": start.to_string(),
            "end": end.to_string(),
            "timezone": zone,
            "recurrence": {"frequency": "DAILY"},
            "members": members,
        })
    };
    let names: Vec<&str> = PEOPLE.iter().map(|(user, ..)| *user).collect();
    Some(json!({
        "version": 1,
        "people": people.collect::<Vec<_>>(),
        "groups": [{
            "targetName": GROUP,
            "description": "Sample data: follows the sun between Oslo and New York",
            "members": names,
            "shifts": [
                shift("Oslo days", "Europe/Oslo", day, members("nils", "ingrid")),
                shift("New York nights", "America/New_York", night, members("alex", "grace")),
            ],
        }],
        "forms": [{"name": "Alerts", "recipients": [GROUP], "priority": "HIGH"}],
        "integrations": [
            {"name": ALERTMANAGER, "format": "alertmanager", "form": "Alerts"},
            {"name": ANYTHING, "format": "generic", "form": "Alerts"},
        ],
    }))
}

/// First start and end of the two shifts. Together they cover the day, and no hand-over is near, so
/// that the story is the same at any time of the day.
fn hours(now: Timestamp) -> Option<[(Timestamp, Timestamp); 2]> {
    let oslo = TimeZone::get("Europe/Oslo").ok()?;
    let today = now.to_zoned(oslo.clone()).date();
    let yesterday = today.checked_sub(1.day()).ok()?;
    let at = |date: Date, hour: i8| {
        date.to_datetime(time(hour, 0, 0, 0))
            .to_zoned(oslo.clone())
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    let is_near = |hour: i8| {
        let margin = MARGIN_MINUTES * 60;
        at(today, hour)
            .is_some_and(|handover| (now.as_second() - handover.as_second()).abs() < margin)
    };
    let (begin, end) = if is_near(8) || is_near(20) { (11, 23) } else { (8, 20) };
    let day = (at(yesterday, begin)?, at(yesterday, end)?);
    let night = (at(yesterday, end)?, at(today, begin)?);
    Some([day, night])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_on_call_at_any_time_and_no_handover_is_near() {
        let start: Timestamp = "2026-03-20T00:10:00Z".parse().unwrap();
        // Three weeks of quarters of an hour, over both changes of clocks.
        for quarter in 0..21 * 24 * 4 {
            let now = add_minutes(start, quarter * 15);
            let [day, night] = hours(now).unwrap();
            assert_eq!(day.1, night.0, "{now}");
            let length = night.1.as_second() - day.0.as_second();
            assert!((length - 24 * 3600).abs() <= 3600, "{now}");
            let since = (now.as_second() - day.0.as_second()).rem_euclid(24 * 3600);
            let from_day = since.min(24 * 3600 - since);
            let from_night = (since - (day.1.as_second() - day.0.as_second())).abs();
            assert!(from_day >= 1800 && from_night >= 1800, "{now}: {from_day} {from_night}");
        }
    }
}
