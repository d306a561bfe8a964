//! What an instance is entitled to and what is used of it, as numbers people can read.
//!
//! Made by the authority ([`Authority::quotas`](crate::Authority::quotas),
//! [`Authority::explain`](crate::Authority::explain)), confirmed, or by [`last_known`] from a replica,
//! which never is. Shown by the API, the pages and `firebell licence`. Nothing here decides anything; what
//! nobody needs any more is removed by [`forget`].

use std::sync::Arc;
use std::time::Duration;

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::directory::{Directory, Kind, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Allotment, Entitlement, Limit, Phase, Tally, held_in};
use firebell_domain::person::{LicenceType, PersonId};
use firebell_sql::{Error, WriteTx};
use firebell_store::seats as rows;

use crate::fresh::{Cause, Freshness};

/// For how many days released seats stay in the ledger, with the keys they were asked for under: long
/// enough to settle a year.
pub const RELEASED_KEPT_DAYS: i64 = 400;

/// An instance's licences, by type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas {
    /// Whose.
    pub instance: InstanceNo,
    /// One for each type, in the order shown.
    pub list: Vec<Quota>,
}

/// An instance's licences of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Of which type.
    pub licence: LicenceType,
    /// What is allotted; none if nobody knows. Never read that as zero.
    pub terms: Option<Terms>,
    /// What is held, by each of the books.
    pub tally: Tally,
}

/// What is allotted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The entitlement.
    pub entitlement: Arc<Entitlement>,
    /// The revision that last changed it.
    pub since: Revision,
    /// Where it is in its time.
    pub phase: Phase,
    /// How many may hold one now, head-room included.
    pub limit: Limit,
}

/// How many more may hold a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Free {
    /// This many.
    Seats(u32),
    /// As many as there are.
    Unlimited,
}

/// Why somebody does or does not hold a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// They are active.
    Active,
    /// They are inactive, and inactive people need none.
    Inactive,
    /// There is no such person.
    NotThere,
    /// The ledger does not say what it should.
    BooksDiffer,
}

/// What there is to know of an instance's licences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceExplanation {
    /// The numbers.
    pub quotas: Quotas,
    /// The person who was asked about.
    pub person: Option<PersonLicence>,
}

/// Whether somebody holds a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonLicence {
    /// Who.
    pub id: PersonId,
    /// Their target name, if they are there.
    pub name: Option<String>,
    /// The seat they hold.
    pub seat: Option<Seat>,
    /// Why.
    pub why: Why,
}

/// A held licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The type's word.
    pub licence: String,
    /// Since which revision.
    pub since: Revision,
    /// Since when.
    pub at: Timestamp,
}

/// What *reconcile* does with what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconcile {
    /// It only tells; a drift it finds is remembered.
    Check,
    /// It makes ledger and counters what the configuration says.
    Repair,
}

/// The most differences listed by *reconcile*; all are counted and repaired.
pub const DIFFERENCES_MAX: usize = 100;

/// What *reconcile* found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// As of which revision.
    pub revision: Revision,
    /// The books as they were found, by type.
    pub found: Vec<(LicenceType, Tally)>,
    /// People about whom ledger and configuration differ, at most [`DIFFERENCES_MAX`].
    pub differences: Vec<Difference>,
    /// How many there are.
    pub differing: usize,
    /// Whether all was made to agree.
    pub repaired: bool,
}

/// Somebody about whom ledger and configuration differ. Words of licence types; none for no licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Who.
    pub person: PersonId,
    /// What the ledger says.
    pub ledger: Option<String>,
    /// What the configuration says.
    pub configuration: Option<&'static str>,
}

/// A counter that is known to differ from the ledger or from the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drifted {
    /// Whose.
    pub instance: InstanceNo,
    /// The licence type's word.
    pub licence: String,
    /// Since when.
    pub since: Timestamp,
}

/// Removes seats that were released more than [`RELEASED_KEPT_DAYS`] ago, at most `limit`. Says whether there
/// may be more. Seats that are held are never touched, so the books agree as before.
///
/// # Errors
/// What the engine reports.
pub fn forget(tx: &mut WriteTx<'_>, now: Timestamp, limit: usize) -> Result<bool, Error> {
    let before = add_seconds(now, -RELEASED_KEPT_DAYS * 86_400).as_microsecond();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let removed = rows::forget(tx, before, limit)?;
    Ok(i64::try_from(removed).is_ok_and(|removed| removed > 0 && removed >= limit))
}

impl Quotas {
    /// Those of a configuration, with these books.
    pub(crate) fn of(
        directory: &Directory,
        now: Timestamp,
        tally: impl Fn(LicenceType) -> Tally,
    ) -> Self {
        let one = |licence: LicenceType| {
            let tally = tally(licence);
            let terms = directory.entitlement(licence).map(|entitlement| Terms {
                entitlement: Arc::clone(entitlement),
                since: directory
                    .entity_revision(Kind::Entitlement, licence.id())
                    .unwrap_or(directory.revision),
                phase: entitlement.phase(now),
                limit: entitlement.limit(now, tally.over_since),
            });
            Quota { licence, terms, tally }
        };
        Self { instance: directory.instance.no, list: LicenceType::ALL.map(one).into() }
    }

    /// Those of one type.
    pub fn of_type(&self, licence: LicenceType) -> Option<&Quota> {
        self.list.iter().find(|one| one.licence == licence)
    }
}

impl Quota {
    /// How many are held; the most that any of the books says.
    pub fn held(&self) -> u32 {
        self.tally.most()
    }

    /// How many are allotted; none if nobody knows.
    pub fn allotment(&self) -> Option<Allotment> {
        self.terms.as_ref().map(|terms| terms.entitlement.allotment)
    }

    /// How many more may hold one; none if nobody knows.
    pub fn free(&self) -> Option<Free> {
        let terms = self.terms.as_ref()?;
        Some(match (terms.phase, terms.limit) {
            (Phase::NotYet(_) | Phase::Expired(_), _) => Free::Seats(0),
            (Phase::Valid | Phase::Grace(_), Limit::None) => Free::Unlimited,
            (Phase::Valid | Phase::Grace(_), Limit::AtMost(limit)) => {
                Free::Seats(limit.saturating_sub(self.held()))
            }
        })
    }

    /// Why a number here is not sure, if it is not.
    pub fn unsure(&self) -> Option<Cause> {
        match (&self.terms, self.tally.agrees()) {
            (None, _) => Some(Cause::NoEntitlement),
            (Some(_), false) => Some(Cause::Drift),
            (Some(_), true) => None,
        }
    }
}

impl Why {
    /// As a sentence.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Active => "Active people hold a licence of their type.",
            Self::Inactive => "Inactive people need no licence.",
            Self::NotThere => "There is no such person in this instance.",
            Self::BooksDiffer => {
                "The ledger of seats does not say what the configuration says. Reconcile it."
            }
        }
    }
}

/// An instance's licences as a replica has them: what is allotted, and how many people are active. How
/// many are held may have changed since; whether one more may be is the authority's to say.
pub fn last_known(
    directory: Option<&Directory>,
    age: Duration,
    now: Timestamp,
) -> Freshness<Quotas> {
    let Some(directory) = directory else {
        return Freshness::Unknown(Cause::NotLoaded);
    };
    let tally = |licence| {
        let people = held_in(directory, licence);
        Tally { counter: people, ledger: people, people, over_since: None, drift_since: None }
    };
    let value = Quotas::of(directory, now, tally);
    Freshness::LastKnown { value, revision: directory.revision, age }
}

#[cfg(test)]
mod tests {
    use firebell_domain::directory::Entity;

    use super::*;
    use crate::samples::{acme, at, now};

    fn with(entitlement: Option<Entitlement>) -> Quota {
        let mut directory = acme();
        for licence in LicenceType::ALL {
            directory.remove(Kind::Entitlement, licence.id());
        }
        if let Some(one) = entitlement {
            directory.put(Entity::Entitlement(one));
        }
        let known = last_known(Some(&directory), Duration::from_secs(4), now());
        let Freshness::LastKnown { value, revision, age } = known else { panic!("{known:?}") };
        assert_eq!((revision, age), (directory.revision, Duration::from_secs(4)));
        value.of_type(LicenceType::FullUser).unwrap().clone()
    }

    #[test]
    fn what_nobody_set_is_unknown_and_not_zero() {
        let quota = with(None);
        assert_eq!((quota.allotment(), quota.free()), (None, None));
        assert_eq!(quota.unsure(), Some(Cause::NoEntitlement));
        let nothing = last_known(None, Duration::ZERO, now());
        assert_eq!(nothing, Freshness::Unknown(Cause::NotLoaded));
    }

    #[test]
    fn what_is_free_follows_from_what_is_allotted() {
        let unlimited = Entitlement::unlimited(LicenceType::FullUser);
        let held = held_in(&acme(), LicenceType::FullUser);
        assert!(held > 1);
        assert_eq!(with(Some(unlimited.clone())).free(), Some(Free::Unlimited));
        for (allotted, free) in [(held + 3, 3), (held, 0), (held - 1, 0)] {
            let limited = Allotment::Limited(allotted);
            let quota = with(Some(Entitlement { allotment: limited, ..unlimited.clone() }));
            assert_eq!((quota.held(), quota.free()), (held, Some(Free::Seats(free))));
            assert_eq!(quota.unsure(), None);
        }
        let ended = Some(at("2026-01-01T00:00:00Z"));
        let over = with(Some(Entitlement { valid_until: ended, ..unlimited }));
        assert_eq!(over.free(), Some(Free::Seats(0)));
    }
}
