//! What an instance is entitled to: how many people may hold a licence of a type, from when to when, and
//! how strictly that is meant.
//!
//! Read by the authority when somebody would begin to hold a licence, and by the pages that show numbers.
//! There is no default: an entitlement that is not there means that nobody knows, never zero.
//! [`decide`] is the whole rule about seats: the authority's transaction and the models in its tests run
//! this one function.

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;

use crate::directory::Directory;
use crate::person::{LicenceType, Person, Status};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// How many people may hold a licence of a type at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allotment {
    /// This many.
    Limited(u32),
    /// As many as there are.
    Unlimited,
}

/// What happens above the allotment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enforcement {
    /// Nobody more.
    Hard,
    /// Some more for some time: blocking a responder in the middle of an incident costs more than a seat.
    Soft {
        /// Head-room, in per cent of the allotment.
        percent: u8,
        /// Head-room, in people, if that is more.
        floor: u32,
        /// For how many days after the allotment was first exceeded.
        days: u16,
    },
    /// Everybody is let in, and what was used is settled later.
    TrueUp,
}

/// How many people of an instance may hold a licence of a type. Set by operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// Of which type.
    pub licence: LicenceType,
    /// How many.
    pub allotment: Allotment,
    /// How strictly.
    pub enforcement: Enforcement,
    /// From when on; none for always.
    pub valid_from: Option<Timestamp>,
    /// Until when, exclusive; none for ever.
    pub valid_until: Option<Timestamp>,
    /// For how many days after the end everything stays as it was.
    pub grace_days: u16,
    /// The contract it comes from, in the operator's words; may be empty.
    pub contract: String,
    /// The key of the operator who signed the file it came from; none if it was set here.
    pub signed_by: Option<String>,
}

/// Where an entitlement is in its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It begins then.
    NotYet(Timestamp),
    /// It counts.
    Valid,
    /// It has ended, and counts until then.
    Grace(Timestamp),
    /// It has counted until then. Nobody loses anything; nobody new gets a licence.
    Expired(Timestamp),
}

/// How many may hold a licence now, head-room included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// This many.
    AtMost(u32),
    /// As many as there are.
    None,
}

impl Entitlement {
    /// Unlimited for ever: what an instance of somebody who runs Firebell for themselves has.
    pub const fn unlimited(licence: LicenceType) -> Self {
        Self {
            licence,
            allotment: Allotment::Unlimited,
            enforcement: Enforcement::Hard,
            valid_from: None,
            valid_until: None,
            grace_days: 0,
            contract: String::new(),
            signed_by: None,
        }
    }

    /// Where it is in its time.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match (self.valid_from, self.valid_until) {
            (Some(from), _) if now < from => Phase::NotYet(from),
            (_, Some(until)) if now >= until => {
                let end = add_seconds(until, i64::from(self.grace_days) * DAY);
                if now < end { Phase::Grace(end) } else { Phase::Expired(end) }
            }
            _ => Phase::Valid,
        }
    }

    /// How many may hold a licence now. `over_since` is when more than the allotment were first held,
    /// if more are.
    pub fn limit(&self, now: Timestamp, over_since: Option<Timestamp>) -> Limit {
        let Allotment::Limited(allotted) = self.allotment else { return Limit::None };
        match self.enforcement {
            Enforcement::Hard => Limit::AtMost(allotted),
            Enforcement::TrueUp => Limit::None,
            Enforcement::Soft { percent, floor, days } => {
                let over = over_since
                    .is_some_and(|since| now >= add_seconds(since, i64::from(days) * DAY));
                if over {
                    return Limit::AtMost(allotted);
                }
                let share = u64::from(allotted) * u64::from(percent) / 100;
                let room = u32::try_from(share).unwrap_or(u32::MAX).max(floor);
                Limit::AtMost(allotted.saturating_add(room))
            }
        }
    }
}

impl Limit {
    /// Whether this many holders leave room for so many more.
    pub const fn has_room_for(self, held: u32, more: u32) -> bool {
        match self {
            Self::AtMost(limit) => match held.checked_add(more) {
                Some(then) => then <= limit,
                None => false,
            },
            Self::None => true,
        }
    }
}

/// The licence a person holds: that of their type while they are active. This is the only rule that says
/// who needs a seat.
pub fn held_by(person: &Person) -> Option<LicenceType> {
    match person.status {
        Status::Active => Some(person.licence),
        Status::Inactive => None,
    }
}

/// How many people of a configuration hold a licence of this type.
pub fn held_in(directory: &Directory, licence: LicenceType) -> u32 {
    let count = directory.people().filter(|person| held_by(person) == Some(licence)).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many licences of one type an instance's people hold, by each of the books, read in one
/// transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tally {
    /// By the counter.
    pub counter: u32,
    /// By the ledger: its live rows.
    pub ledger: u32,
    /// By the configuration: its active people.
    pub people: u32,
    /// Since when more than the allotment are held, if more are.
    pub over_since: Option<Timestamp>,
    /// Since when the books are known to differ, if they are; until somebody reconciles them.
    pub drift_since: Option<Timestamp>,
}

/// How many licences of one type change hands at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Turnover {
    /// People who held one and no longer do.
    pub released: u32,
    /// People who begin to hold one.
    pub taken: u32,
}

/// What becomes of a turnover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is done.
    Settled {
        /// What the counter says then.
        held: u32,
        /// Since when more than the allotment are held then, if more are.
        over_since: Option<Timestamp>,
        /// How many may hold one, which the write checks again; none if nobody takes one.
        limit: Limit,
    },
    /// There is none for everybody who wants one, and that is sure.
    Denied {
        /// Where the entitlement is in its time.
        phase: Phase,
        /// How many may hold one.
        limit: Limit,
        /// How many do, those left out who would have released theirs.
        held: u32,
    },
    /// Nobody knows how many there are: there is no entitlement.
    NoEntitlement,
    /// Nobody knows how many are held: the books differ.
    Drift,
}

impl Tally {
    /// Whether the books say the same, and did so since they were last reconciled.
    pub const fn agrees(&self) -> bool {
        self.counter == self.ledger && self.ledger == self.people && self.drift_since.is_none()
    }

    /// The most that any of the books says: what is granted must fit whichever of them is right.
    pub fn most(&self) -> u32 {
        self.counter.max(self.ledger).max(self.people)
    }
}

/// Decides about a turnover of licences of one type. Releases are always done. Licences are granted if
/// there is room by all the books, and denied only if all the books say the same: whatever is not sure is
/// no denial. Who holds a licence keeps it, even above a lowered allotment; only nobody new gets one.
pub fn decide(
    tally: &Tally,
    entitlement: Option<&Entitlement>,
    turn: Turnover,
    now: Timestamp,
) -> Decision {
    let held = tally.counter.saturating_sub(turn.released).saturating_add(turn.taken);
    let over_since = match entitlement.map(|one| one.allotment) {
        Some(Allotment::Limited(allotted)) if held > allotted => tally.over_since.or(Some(now)),
        Some(Allotment::Limited(_) | Allotment::Unlimited) => None,
        None => tally.over_since,
    };
    if turn.taken == 0 {
        return Decision::Settled { held, over_since, limit: Limit::None };
    }
    let Some(entitlement) = entitlement else {
        return Decision::NoEntitlement;
    };
    let (phase, limit) = (entitlement.phase(now), entitlement.limit(now, tally.over_since));
    let left = tally.most().saturating_sub(turn.released);
    let counts = matches!(phase, Phase::Valid | Phase::Grace(_));
    if counts && limit.has_room_for(left, turn.taken) {
        Decision::Settled { held, over_since, limit }
    } else if tally.agrees() {
        Decision::Denied { phase, limit, held: left }
    } else {
        Decision::Drift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn limited(enforcement: Enforcement) -> Entitlement {
        let mut one = Entitlement::unlimited(LicenceType::FullUser);
        (one.allotment, one.enforcement) = (Allotment::Limited(100), enforcement);
        one
    }

    #[test]
    fn an_end_counts_after_its_grace() {
        let mut one = limited(Enforcement::Hard);
        assert_eq!(one.phase(at("2026-01-01T00:00:00Z")), Phase::Valid);
        one.valid_from = Some(at("2026-02-01T00:00:00Z"));
        one.valid_until = Some(at("2026-03-01T00:00:00Z"));
        one.grace_days = 2;
        let end = at("2026-03-03T00:00:00Z");
        for (now, phase) in [
            ("2026-01-31T23:59:59Z", Phase::NotYet(at("2026-02-01T00:00:00Z"))),
            ("2026-02-01T00:00:00Z", Phase::Valid),
            ("2026-03-01T00:00:00Z", Phase::Grace(end)),
            ("2026-03-02T23:59:59Z", Phase::Grace(end)),
            ("2026-03-03T00:00:00Z", Phase::Expired(end)),
        ] {
            assert_eq!(one.phase(at(now)), phase, "{now}");
        }
    }

    #[test]
    fn head_room_is_for_some_days() {
        let now = at("2026-01-20T00:00:00Z");
        assert_eq!(limited(Enforcement::Hard).limit(now, None), Limit::AtMost(100));
        assert_eq!(limited(Enforcement::TrueUp).limit(now, None), Limit::None);
        let soft = limited(Enforcement::Soft { percent: 10, floor: 1, days: 14 });
        assert_eq!(soft.limit(now, None), Limit::AtMost(110));
        assert_eq!(soft.limit(now, Some(at("2026-01-06T00:00:01Z"))), Limit::AtMost(110));
        assert_eq!(soft.limit(now, Some(at("2026-01-06T00:00:00Z"))), Limit::AtMost(100));
        let floor = limited(Enforcement::Soft { percent: 0, floor: 3, days: 14 });
        assert_eq!(floor.limit(now, None), Limit::AtMost(103));
        assert!(Limit::AtMost(3).has_room_for(2, 1) && !Limit::AtMost(3).has_room_for(3, 1));
        assert!(!Limit::AtMost(u32::MAX).has_room_for(u32::MAX, 1));
        assert!(Limit::None.has_room_for(u32::MAX, 1));
    }

    const NOW: &str = "2026-01-20T00:00:00Z";

    fn books(held: u32) -> Tally {
        Tally { counter: held, ledger: held, people: held, over_since: None, drift_since: None }
    }

    fn take(taken: u32) -> Turnover {
        Turnover { released: 0, taken }
    }

    #[test]
    fn the_last_licence_is_granted_and_the_next_denied() {
        let one = limited(Enforcement::Hard);
        let limit = Limit::AtMost(100);
        let decide = |held, turn| decide(&books(held), Some(&one), turn, at(NOW));
        let done = |held| Decision::Settled { held, over_since: None, limit };
        let denied = |held| Decision::Denied { phase: Phase::Valid, limit, held };
        assert_eq!(decide(99, take(1)), done(100));
        assert_eq!(decide(100, take(1)), denied(100));
        assert_eq!(decide(98, take(3)), denied(98));
        assert_eq!(decide(100, Turnover { released: 1, taken: 1 }), done(100));
        assert_eq!(decide(120, Turnover { released: 1, taken: 1 }), denied(119));
    }

    #[test]
    fn releases_are_always_done() {
        let mut over = limited(Enforcement::Hard);
        over.valid_until = Some(at("2026-01-01T00:00:00Z"));
        let differing = Tally { ledger: 7, ..books(0) };
        for entitlement in [None, Some(&over)] {
            for tally in [books(120), books(1), differing] {
                let turn = Turnover { released: 1, taken: 0 };
                let decision = decide(&tally, entitlement, turn, at(NOW));
                let left = tally.counter.saturating_sub(1);
                assert!(matches!(decision, Decision::Settled { held, .. } if held == left));
            }
        }
    }

    #[test]
    fn what_is_not_known_is_no_denial() {
        let one = limited(Enforcement::Hard);
        let mut over = one.clone();
        over.valid_until = Some(at("2026-01-01T00:00:00Z"));
        assert_eq!(decide(&books(0), None, take(1), at(NOW)), Decision::NoEntitlement);
        let full = books(100);
        for tally in [
            Tally { counter: 101, ..full },
            Tally { counter: 99, ..full },
            Tally { ledger: 99, ..full },
            Tally { people: 99, ..full },
            Tally { drift_since: Some(at(NOW)), ..full },
        ] {
            assert_eq!(decide(&tally, Some(&one), take(1), at(NOW)), Decision::Drift);
            assert_eq!(decide(&tally, Some(&over), take(1), at(NOW)), Decision::Drift);
        }
        let low = Tally { counter: 3, ..books(98) };
        let granted = decide(&low, Some(&one), take(2), at(NOW));
        assert!(matches!(granted, Decision::Settled { held: 5, .. }), "{granted:?}");
    }

    #[test]
    fn being_over_is_remembered_from_its_beginning() {
        let soft = limited(Enforcement::Soft { percent: 10, floor: 1, days: 14 });
        let since = |tally: &Tally, turn| match decide(tally, Some(&soft), turn, at(NOW)) {
            Decision::Settled { over_since, .. } => over_since,
            Decision::Denied { .. } | Decision::NoEntitlement | Decision::Drift => {
                panic!("{tally:?}")
            }
        };
        assert_eq!(since(&books(99), take(1)), None);
        assert_eq!(since(&books(100), take(1)), Some(at(NOW)));
        let begun = Some(at("2026-01-19T00:00:00Z"));
        let over = Tally { over_since: begun, ..books(101) };
        assert_eq!(since(&over, take(1)), begun);
        assert_eq!(since(&over, Turnover { released: 1, taken: 0 }), None);
        let lowered = books(120);
        assert_eq!(since(&lowered, Turnover::default()), Some(at(NOW)));
    }

    #[test]
    fn an_ended_entitlement_denies_only_new_holders() {
        let mut one = Entitlement::unlimited(LicenceType::FullUser);
        one.valid_until = Some(at("2026-01-19T00:00:00Z"));
        let end = Phase::Expired(at("2026-01-19T00:00:00Z"));
        let denied = Decision::Denied { phase: end, limit: Limit::None, held: 5 };
        assert_eq!(decide(&books(5), Some(&one), take(1), at(NOW)), denied);
        one.grace_days = 2;
        let granted = decide(&books(5), Some(&one), take(1), at(NOW));
        assert!(matches!(granted, Decision::Settled { held: 6, .. }), "{granted:?}");
    }
}
