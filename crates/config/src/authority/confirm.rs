//! What only the authority may say: that something is confirmed, and that somebody is denied.
//!
//! Both are made here, inside the transaction that read what they speak of, and nowhere else: the
//! constructors are private to the authority, and other crates can only carry them.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use firebell_base::Timestamp;
use firebell_domain::directory::Revision;
use firebell_domain::licence::{Allotment, Limit, Phase};
use firebell_domain::person::LicenceType;

/// Which read of the authority something comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// The configuration's revision at that read.
    pub revision: Revision,
    /// The number of the read in this process; it began after the request arrived.
    pub read: u64,
    /// When.
    pub at: Timestamp,
}

/// The number of the next read. Taken inside the transaction that reads, so that whoever asked did so
/// before.
pub(super) fn next_read() -> u64 {
    static READS: AtomicU64 = AtomicU64::new(0);
    READS.fetch_add(1, Ordering::Relaxed) + 1
}

/// Something the authority read after it was asked, in one transaction.
///
/// Other crates can carry and read it:
///
/// ```
/// use firebell_config::{Confirmed, Evidence, SeatCheck};
///
/// fn shown(read: &Confirmed<SeatCheck>) -> (u32, Evidence) {
///     (read.value().held, *read.evidence())
/// }
/// ```
///
/// They cannot make one, neither by its function nor by its fields:
///
/// ```compile_fail,E0624
/// use firebell_config::{Confirmed, Evidence, SeatCheck};
///
/// fn forged(check: SeatCheck, evidence: Evidence) -> Confirmed<SeatCheck> {
///     Confirmed::new(check, evidence)
/// }
/// ```
///
/// ```compile_fail,E0451
/// use firebell_config::{Confirmed, Evidence, SeatCheck};
///
/// fn forged(value: SeatCheck, evidence: Evidence) -> Confirmed<SeatCheck> {
///     Confirmed { value, evidence }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed<T> {
    value: T,
    evidence: Evidence,
}

impl<T> Confirmed<T> {
    pub(super) const fn new(value: T, evidence: Evidence) -> Self {
        Self { value, evidence }
    }

    /// What was read.
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// By which read.
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// What decides whether one more person may hold a licence.
///
/// What is allotted is always said; an allotment that nobody set is none at all:
///
/// ```
/// use firebell_domain::licence::Allotment;
///
/// let (some, all) = (Allotment::Limited(3), Allotment::Unlimited);
/// assert_ne!(some, all);
/// ```
///
/// ```compile_fail,E0277
/// use firebell_domain::licence::Allotment;
///
/// fn missing<T: Default>() -> T {
///     T::default()
/// }
/// let nothing: Allotment = missing();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatCheck {
    /// Of which type.
    pub licence: LicenceType,
    /// What is allotted.
    pub allotment: Allotment,
    /// How many may hold one now, head-room included.
    pub limit: Limit,
    /// How many do.
    pub held: u32,
    /// How many more were asked for.
    pub wanted: u32,
    /// Where the entitlement is in its time.
    pub phase: Phase,
}

/// Why somebody is denied a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenialReason {
    /// All licences are in use.
    Limit,
    /// The entitlement has not begun.
    NotYetValid,
    /// The entitlement and its grace are over.
    Expired,
}

/// That somebody may not hold a licence, with what proves it. Cannot be made outside of the authority.
///
/// Other crates can show it:
///
/// ```
/// use firebell_config::{Denial, DenialReason, Evidence};
///
/// fn shown(denial: &Denial) -> (DenialReason, u32, Evidence, String) {
///     (denial.reason(), denial.check().held, *denial.evidence(), denial.to_string())
/// }
/// ```
///
/// They cannot make one, not even from something confirmed:
///
/// ```compile_fail,E0624
/// use firebell_config::{Confirmed, Denial, SeatCheck};
///
/// fn forged(read: &Confirmed<SeatCheck>) -> Option<Denial> {
///     Denial::of(read)
/// }
/// ```
///
/// ```compile_fail,E0451
/// use firebell_config::{Denial, DenialReason, Evidence, SeatCheck};
///
/// fn forged(reason: DenialReason, check: SeatCheck, evidence: Evidence) -> Denial {
///     Denial { reason, check, evidence }
/// }
/// ```
///
/// And no failure turns into one:
///
/// ```compile_fail,E0277
/// use firebell_config::Denial;
///
/// fn forged(timed_out: std::io::Error) -> Denial {
///     timed_out.into()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    reason: DenialReason,
    check: SeatCheck,
    evidence: Evidence,
}

impl Denial {
    /// The denial that follows from what was read, if one does.
    pub(super) fn of(read: &Confirmed<SeatCheck>) -> Option<Self> {
        let check = *read.value();
        let reason = match (check.phase, check.limit) {
            (Phase::NotYet(_), _) => DenialReason::NotYetValid,
            (Phase::Expired(_), _) => DenialReason::Expired,
            (Phase::Valid | Phase::Grace(_), limit)
                if !limit.has_room_for(check.held, check.wanted) =>
            {
                DenialReason::Limit
            }
            (Phase::Valid | Phase::Grace(_), _) => return None,
        };
        Some(Self { reason, check, evidence: *read.evidence() })
    }

    /// Why.
    pub const fn reason(&self) -> DenialReason {
        self.reason
    }

    /// The numbers.
    pub const fn check(&self) -> &SeatCheck {
        &self.check
    }

    /// The read that proves it.
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.check.licence {
            LicenceType::FullUser => "full user",
            LicenceType::StakeholderUser => "stakeholder user",
        };
        match (self.reason, self.check.limit, self.check.phase) {
            (DenialReason::NotYetValid, _, Phase::NotYet(from)) => {
                write!(f, "The {what} licences begin at {from}")?;
            }
            (DenialReason::Expired, _, Phase::Expired(end)) => {
                write!(f, "The {what} licences have expired at {end}; nobody loses theirs")?;
            }
            (_, Limit::AtMost(limit), _) => {
                let SeatCheck { held, wanted, .. } = self.check;
                let (allotted, room) = match self.check.allotment {
                    Allotment::Limited(allotted) => (allotted, limit.saturating_sub(allotted)),
                    Allotment::Unlimited => (limit, 0),
                };
                // What was bought and what is only suffered for a time are two numbers.
                let beyond = match room {
                    0 => String::new(),
                    room => format!(" and the {room} allowed beyond them"),
                };
                if held < limit {
                    let comma = if room == 0 { "" } else { "," };
                    write!(
                        f,
                        "Of {allotted} {what} licences{beyond}{comma} {held} are held, and {wanted} \
                         more wanted"
                    )?;
                } else {
                    write!(f, "All {allotted} {what} licences{beyond} are in use ({held} held)")?;
                }
            }
            (_, Limit::None, _) => write!(f, "The {what} licences do not allow this")?,
        }
        let Evidence { revision, at, .. } = self.evidence;
        write!(f, ", confirmed at {at} as of revision {revision}. Nothing was changed.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn check(phase: Phase, limit: Limit, held: u32, wanted: u32) -> SeatCheck {
        let (licence, allotment) = (LicenceType::FullUser, Allotment::Limited(3));
        SeatCheck { licence, allotment, limit, held, wanted, phase }
    }

    fn denied(check: SeatCheck) -> Option<Denial> {
        let revision = Revision { epoch: 7, n: 1_041 };
        let evidence = Evidence { revision, read: next_read(), at: at("2026-01-20T00:00:00Z") };
        Denial::of(&Confirmed::new(check, evidence))
    }

    #[test]
    fn a_denial_follows_from_what_was_read_or_is_none() {
        let (three, ended) = (Limit::AtMost(3), Phase::Expired(at("2026-01-01T00:00:00Z")));
        let coming = Phase::NotYet(at("2026-02-01T00:00:00Z"));
        let grace = Phase::Grace(at("2026-02-01T00:00:00Z"));
        for (read, reason) in [
            (check(Phase::Valid, three, 2, 1), None),
            (check(grace, three, 2, 1), None),
            (check(Phase::Valid, Limit::None, 9, 1), None),
            (check(Phase::Valid, three, 3, 1), Some(DenialReason::Limit)),
            (check(grace, three, 2, 2), Some(DenialReason::Limit)),
            (check(ended, Limit::None, 0, 1), Some(DenialReason::Expired)),
            (check(coming, Limit::None, 0, 1), Some(DenialReason::NotYetValid)),
        ] {
            assert_eq!(denied(read).map(|denial| denial.reason()), reason, "{read:?}");
        }
    }

    #[test]
    fn a_denial_says_its_numbers_its_time_and_its_revision() {
        let text = denied(check(Phase::Valid, Limit::AtMost(3), 3, 1)).unwrap().to_string();
        assert_eq!(
            text,
            "All 3 full user licences are in use (3 held), confirmed at 2026-01-20T00:00:00Z as of \
             revision 7.1041. Nothing was changed."
        );
        let ended = Phase::Expired(at("2026-01-01T00:00:00Z"));
        let text = denied(check(ended, Limit::None, 3, 1)).unwrap().to_string();
        assert!(text.starts_with("The full user licences have expired at 2026-01-01"), "{text}");
    }

    #[test]
    fn head_room_is_not_counted_as_what_is_allotted() {
        let soft = |held, wanted| {
            let check = check(Phase::Valid, Limit::AtMost(4), held, wanted);
            denied(check).unwrap().to_string()
        };
        let text = soft(4, 1);
        let full = "All 3 full user licences and the 1 allowed beyond them are in use (4 held), \
                    confirmed";
        assert!(text.starts_with(full), "{text}");
        let text = soft(3, 2);
        let many = "Of 3 full user licences and the 1 allowed beyond them, 3 are held, and 2 more \
                    wanted, confirmed";
        assert!(text.starts_with(many), "{text}");
    }

    #[test]
    fn reads_are_numbered_upwards() {
        let first = next_read();
        assert!(next_read() > first);
    }
}
