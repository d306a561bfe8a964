//! What this release makes of an instance's configuration: what it would decide.
//!
//! Two processes with equal digests hold the same bytes; with equal fingerprints they also draw the
//! same conclusions. That tells a release that calculates something differently before anybody is
//! served by it. Called by `view` at every change, by rollouts and by tests. There is no clock in
//! here: what depends on time is derived for a day that is given, and a fingerprint covers all days
//! at which an entitlement turns.

use std::collections::BTreeSet;

use firebell_base::Timestamp;
use firebell_base::time::{add_seconds, from_micros};
use firebell_domain::directory::Directory;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement, Limit, Phase, held_by};
use firebell_domain::person::{LicenceType, Person, Status};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::digest::Digest;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// How long ago the allotment was first exceeded, in days, for what counts after head-room has ended.
const LONG_OVER_DAYS: i64 = 100_000;

/// What follows from an instance's configuration on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decisions {
    /// Per licence type, in the order of [`LicenceType::ALL`].
    pub licences: [LicenceDecision; 2],
    /// Who may sign in, and how.
    pub sign_in: SignIn,
}

/// What follows for one licence type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LicenceDecision {
    /// Which.
    pub licence: LicenceType,
    /// What is known of the entitlement; none means that nobody knows, and nothing is denied.
    pub entitled: Option<Entitled>,
    /// How many people hold one.
    pub held: u32,
}

/// What follows from an entitlement on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entitled {
    /// What is allotted.
    pub allotment: Allotment,
    /// How strictly.
    pub enforcement: Enforcement,
    /// Where it is in its time when the day begins (UTC).
    pub phase: Phase,
    /// How many may hold one while the allotment was not exceeded before.
    pub limit: Limit,
    /// How many may once it has been exceeded for long.
    pub limit_after: Limit,
}

/// Who may sign in to an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    /// People who may sign in with a password.
    pub by_password: u32,
    /// API keys that work.
    pub by_key: u32,
    /// The digest of who they are, as what, and what they are known by.
    pub who: Digest,
}

/// What follows from the configuration on a day.
pub fn derive(directory: &Directory, day: Date) -> Decisions {
    Decisions {
        licences: LicenceType::ALL.map(|licence| licence_decision(directory, licence, day)),
        sign_in: sign_in(directory),
    }
}

/// The digest of everything that follows from the configuration, on every day that matters.
pub fn fingerprint(directory: &Directory) -> Digest {
    let mut out = Vec::with_capacity(256);
    // A day before everything, for what does not depend on time.
    let mut days: BTreeSet<Date> = BTreeSet::from([day_of(Timestamp::UNIX_EPOCH)]);
    for entitlement in directory.entitlements() {
        days.extend(turning_days(entitlement));
    }
    for day in days {
        out.extend_from_slice(day.to_string().as_bytes());
        for licence in LicenceType::ALL {
            licence_decision(directory, licence, day).write(&mut out);
        }
    }
    let who = sign_in(directory);
    out.extend_from_slice(&who.by_password.to_be_bytes());
    out.extend_from_slice(&who.by_key.to_be_bytes());
    Digest::of(&[&out, &who.who.to_bytes()])
}

/// The days around which an entitlement begins, ends, and has no grace any more.
fn turning_days(entitlement: &Entitlement) -> impl Iterator<Item = Date> {
    let grace = i64::from(entitlement.grace_days) * DAY;
    let end = entitlement.valid_until;
    let turns = [entitlement.valid_from, end, end.map(|end| add_seconds(end, grace))];
    turns.into_iter().flatten().flat_map(|at| [at, add_seconds(at, DAY)]).map(day_of)
}

fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn start_of(day: Date) -> Timestamp {
    let start = day.to_zoned(TimeZone::UTC);
    // Only days at the ends of the calendar have none.
    start.map_or(from_micros(0), |start| start.timestamp())
}

fn licence_decision(directory: &Directory, licence: LicenceType, day: Date) -> LicenceDecision {
    let now = start_of(day);
    let long_over = add_seconds(now, -LONG_OVER_DAYS * DAY);
    let entitled = directory.entitlement(licence).map(|one| Entitled {
        allotment: one.allotment,
        enforcement: one.enforcement,
        phase: one.phase(now),
        limit: one.limit(now, None),
        limit_after: one.limit(now, Some(long_over)),
    });
    let held = directory.people().filter(|person| held_by(person) == Some(licence)).count();
    LicenceDecision { licence, entitled, held: u32::try_from(held).unwrap_or(u32::MAX) }
}

fn may_sign_in(person: &Person) -> bool {
    person.status == Status::Active
}

fn sign_in(directory: &Directory) -> SignIn {
    let mut hasher = Vec::new();
    let mut by_password = 0;
    for person in directory.people().filter(|person| may_sign_in(person)) {
        let found = directory.person_by_login(person.web_login.as_str());
        let known = found.is_some_and(|found| found.id == person.id);
        if known && directory.password(person.id).is_some() {
            by_password += 1;
        }
        hasher.extend_from_slice(&person.id.to_bytes());
        hasher.push(u8::from(known));
        hasher.push(u8::from(directory.password(person.id).is_some()));
        hasher.extend(person.roles.iter().flat_map(|role| role.word().bytes()));
        hasher.push(0);
    }
    let mut by_key = 0;
    for key in directory.api_keys() {
        if directory.person(key.owner).is_some_and(|owner| may_sign_in(owner)) {
            by_key += 1;
            hasher.extend_from_slice(&key.id.to_bytes());
        }
    }
    SignIn { by_password, by_key, who: Digest::of(&[&hasher]) }
}

impl LicenceDecision {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.licence.word().as_bytes());
        out.extend_from_slice(&self.held.to_be_bytes());
        let Some(entitled) = &self.entitled else {
            out.push(0);
            return;
        };
        out.push(1);
        match entitled.allotment {
            Allotment::Unlimited => out.push(0),
            Allotment::Limited(most) => {
                out.push(1);
                out.extend_from_slice(&most.to_be_bytes());
            }
        }
        match entitled.enforcement {
            Enforcement::Hard => out.push(0),
            Enforcement::TrueUp => out.push(1),
            Enforcement::Soft { percent, floor, days } => {
                out.extend_from_slice(&[2, percent]);
                out.extend_from_slice(&floor.to_be_bytes());
                out.extend_from_slice(&days.to_be_bytes());
            }
        }
        let (phase, at) = match entitled.phase {
            Phase::Valid => (0, None),
            Phase::NotYet(at) => (1, Some(at)),
            Phase::Grace(at) => (2, Some(at)),
            Phase::Expired(at) => (3, Some(at)),
        };
        out.push(phase);
        out.extend_from_slice(&at.map_or(0, Timestamp::as_microsecond).to_be_bytes());
        for limit in [entitled.limit, entitled.limit_after] {
            match limit {
                Limit::None => out.push(0),
                Limit::AtMost(most) => {
                    out.push(1);
                    out.extend_from_slice(&most.to_be_bytes());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use firebell_domain::directory::{Entity, Kind};
    use jiff::civil::date;

    use super::*;
    use crate::samples::{ANN, KEY, acme, at, bytes, person};

    fn limited(allotment: u32) -> Entitlement {
        let mut one = Entitlement::unlimited(LicenceType::FullUser);
        one.allotment = Allotment::Limited(allotment);
        one.valid_from = Some(at("2026-02-01T00:00:00Z"));
        one.valid_until = Some(at("2026-03-01T12:00:00Z"));
        one.grace_days = 14;
        one
    }

    #[test]
    fn decisions_are_those_of_the_day() {
        let mut directory = acme();
        directory.remove(Kind::Entitlement, LicenceType::FullUser.id());
        let none = derive(&directory, date(2026, 2, 10));
        assert_eq!(none.licences[0].entitled, None, "absent is not zero");
        assert_eq!(none.licences[0].held, 2);
        directory.put(Entity::Entitlement(limited(0)));
        let zero = derive(&directory, date(2026, 2, 10)).licences[0].entitled.unwrap();
        assert_eq!((zero.limit, zero.phase), (Limit::AtMost(0), Phase::Valid));
        for (day, phase) in [
            (date(2026, 1, 31), Phase::NotYet(at("2026-02-01T00:00:00Z"))),
            (date(2026, 3, 1), Phase::Valid),
            (date(2026, 3, 2), Phase::Grace(at("2026-03-15T12:00:00Z"))),
            (date(2026, 3, 16), Phase::Expired(at("2026-03-15T12:00:00Z"))),
        ] {
            let found = derive(&directory, day).licences[0].entitled.unwrap();
            assert_eq!(found.phase, phase, "{day}");
        }
        assert_eq!((none.sign_in.by_password, none.sign_in.by_key), (1, 1));
    }

    #[test]
    fn a_fingerprint_changes_with_what_would_be_decided_and_with_nothing_else() {
        let base = fingerprint(&acme());
        assert_eq!(fingerprint(&acme()), base);
        let mut other = acme();
        let mut site = (**other.sites().next().unwrap()).clone();
        site.language = "de".to_owned();
        other.put(Entity::Site(site));
        assert_eq!(fingerprint(&other), base, "nothing would be decided differently");

        let with = |entity| {
            let mut directory = acme();
            directory.put(entity);
            fingerprint(&directory)
        };
        let mut away = (**acme().person(crate::samples::id(ANN)).unwrap()).clone();
        away.status = Status::Inactive;
        let mut soft = limited(100);
        soft.enforcement = Enforcement::Soft { percent: 10, floor: 1, days: 14 };
        let mut later = limited(100);
        later.valid_until = Some(at("2026-03-01T12:00:01Z"));
        let mut keyless = acme();
        keyless.remove(Kind::ApiKey, bytes(KEY));
        let mut seen = BTreeSet::from([base, fingerprint(&keyless)]);
        for (i, entity) in [
            Entity::Person(away),
            Entity::Person(person(77, "cy")),
            Entity::Entitlement(limited(100)),
            Entity::Entitlement(limited(101)),
            Entity::Entitlement(soft),
            Entity::Entitlement(later),
        ]
        .into_iter()
        .enumerate()
        {
            assert!(seen.insert(with(entity)), "{i}");
        }
    }
}
