//! Delta guards: changes that are well-formed and yet more likely a mistake than meant. They need an
//! approval with a reason.
//!
//! Called by the authority before every commit, and by replicas before they take a snapshot. A guard
//! never changes anything and knows of no way around it but an approval.
//!
//! | guard | holds |
//! |---|---|
//! | `allotment_removed` | an entitlement that would be gone |
//! | `allotment_to_zero` | an allotment that would be zero |
//! | `allotment_drop` | an allotment that would be less than half of what it was |
//! | `many_instances` | one revision that would change more than 0.5 % of all instances, and more than one |
//! | `snapshot_size` | a snapshot of less than half or more than twice the last one's size |

use std::fmt;

use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::licence::{Allotment, held_by};
use firebell_domain::person::LicenceType;

use crate::change::Change;

/// One revision may change this many of a thousand instances.
const INSTANCES_PER_THOUSAND_MAX: u64 = 5;
/// The words of all guards.
pub const GUARDS: [&str; 5] =
    ["allotment_removed", "allotment_to_zero", "allotment_drop", "many_instances", "snapshot_size"];

/// What a guard holds, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The guard's word, such as `allotment_to_zero`.
    pub guard: &'static str,
    /// What it saw, as a sentence.
    pub what: String,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} This needs an approval with a reason. Nothing was changed.", self.what)
    }
}

/// What the guards hold of a change: `changes` are about to be applied to `before`.
pub(crate) fn check(before: &Directory, changes: &[Change]) -> Vec<Held> {
    changes.iter().filter_map(|change| entitlement(before, change)).collect()
}

/// Whether so many of all instances may change in one revision.
pub(crate) fn instances(changed: usize, all: u64) -> Option<Held> {
    let many = u64::try_from(changed).unwrap_or(u64::MAX);
    let most = all.saturating_mul(INSTANCES_PER_THOUSAND_MAX);
    let held = many > 1 && many.saturating_mul(1_000) > most;
    held.then(|| Held {
        guard: "many_instances",
        what: format!("This changes {many} of {all} instances at once, more than 0.5 %."),
    })
}

/// Whether a snapshot of `found` entities may follow one of `last`; anything may follow nothing.
pub fn snapshot(found: u64, last: u64) -> Option<Held> {
    let held = last > 0 && (found.saturating_mul(2) < last || found > last.saturating_mul(2));
    held.then(|| Held {
        guard: "snapshot_size",
        what: format!("The snapshot has {found} entries, where the last one had {last}."),
    })
}

fn entitlement(before: &Directory, change: &Change) -> Option<Held> {
    let name = &before.instance.name;
    let (next, licence) = match change {
        Change::Put(Entity::Entitlement(next)) => (next, next.licence),
        Change::Remove(Kind::Entitlement, id) => {
            let licence = LicenceType::ALL.into_iter().find(|licence| licence.id() == *id)?;
            before.entitlement(licence)?;
            let what = format!(
                "Instance {name} would no longer have any entitlement to {} licences.",
                licence.word()
            );
            return Some(Held { guard: "allotment_removed", what });
        }
        Change::Put(_) | Change::Remove(..) => return None,
    };
    let word = licence.word();
    let old = before.entitlement(licence).map(|old| old.allotment);
    match (old, next.allotment) {
        (_, Allotment::Unlimited)
        | (Some(Allotment::Limited(0)), Allotment::Limited(0))
        | (None, Allotment::Limited(1..)) => None,
        (_, Allotment::Limited(0)) => Some(Held {
            guard: "allotment_to_zero",
            what: format!("The allotment of {word} licences of instance {name} would be zero."),
        }),
        (Some(old), Allotment::Limited(next)) => {
            let (was, called) = match old {
                Allotment::Limited(old) => (old, "the allotment"),
                // Less than half of what is in use is a mistake, whatever was allowed.
                Allotment::Unlimited => (in_use(before, licence), "licences in use"),
            };
            (u64::from(next) * 2 < u64::from(was)).then(|| Held {
                guard: "allotment_drop",
                what: format!(
                    "The allotment of {word} licences of instance {name} would be {next}, less \
                     than half of {called} now, {was}."
                ),
            })
        }
    }
}

/// How many people of the directory hold a licence of a type.
fn in_use(directory: &Directory, licence: LicenceType) -> u32 {
    let count = directory.people().filter(|person| held_by(person) == Some(licence)).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use firebell_domain::licence::Entitlement;

    use super::*;
    use crate::samples::acme;

    const TYPE: LicenceType = LicenceType::FullUser;

    fn put(allotment: Allotment) -> Change {
        Change::Put(Entity::Entitlement(Entitlement { allotment, ..Entitlement::unlimited(TYPE) }))
    }

    fn guard(old: Option<Allotment>, change: &Change) -> Option<&'static str> {
        let mut before = acme();
        before.remove(Kind::Entitlement, TYPE.id());
        if let Some(Change::Put(entity)) = old.map(put) {
            before.put(entity);
        }
        let held = check(&before, std::slice::from_ref(change));
        assert!(held.len() < 2);
        held.first().map(|held| held.guard)
    }

    #[test]
    fn allotments_are_held_at_zero_at_less_than_half_and_when_gone() {
        use Allotment::{Limited, Unlimited};
        let zero = Some("allotment_to_zero");
        let drop = Some("allotment_drop");
        for (old, next, expected) in [
            (None, Limited(0), zero),
            (None, Limited(5), None),
            (None, Unlimited, None),
            (Some(Limited(0)), Limited(0), None),
            (Some(Limited(1)), Limited(0), zero),
            (Some(Limited(100)), Limited(50), None),
            (Some(Limited(100)), Limited(49), drop),
            (Some(Limited(99)), Limited(49), drop),
            (Some(Limited(u32::MAX)), Limited(u32::MAX / 2), drop),
            (Some(Limited(49)), Limited(100), None),
            (Some(Limited(1)), Unlimited, None),
            // Two people of the sample are active.
            (Some(Unlimited), Limited(1), None),
            (Some(Unlimited), Limited(0), zero),
        ] {
            assert_eq!(guard(old, &put(next)), expected, "{old:?} {next:?}");
        }
        let gone = Change::Remove(Kind::Entitlement, TYPE.id());
        assert_eq!(guard(Some(Limited(5)), &gone), Some("allotment_removed"));
        assert_eq!(guard(None, &gone), None);
        let other = Change::Remove(Kind::Person, TYPE.id());
        assert_eq!(guard(Some(Limited(5)), &other), None);
    }

    #[test]
    fn unlimited_counts_as_what_is_in_use() {
        let mut before = acme();
        for n in 0..3 {
            before.put(Entity::Person(crate::samples::person(100 + n, &format!("p{n}"))));
        }
        let Change::Put(entity) = put(Allotment::Unlimited) else { panic!() };
        before.put(entity);
        let held = |n| check(&before, &[put(Allotment::Limited(n))]);
        assert_eq!(held(3), []);
        assert_eq!(held(2)[0].guard, "allotment_drop", "5 are in use");
        assert!(held(2)[0].what.contains("licences in use now, 5"), "{}", held(2)[0]);
    }

    #[test]
    fn many_instances_and_sizes() {
        for (changed, all, expected) in [
            (1, 1, false),
            (2, 2, true),
            (2, 399, true),
            (2, 400, false),
            (501, 100_000, true),
            (500, 100_000, false),
        ] {
            assert_eq!(instances(changed, all).is_some(), expected, "{changed} of {all}");
        }
        for (found, last, expected) in [
            (50, 100, false),
            (49, 100, true),
            (200, 100, false),
            (201, 100, true),
            (0, 0, false),
            (1, 0, false),
        ] {
            assert_eq!(snapshot(found, last).is_some(), expected, "{found} after {last}");
        }
    }
}
