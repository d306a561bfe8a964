//! The closed lists of words on the wire that more than one shape needs.

use firebell_domain::alert::Priority;
use firebell_domain::group::GroupType;
use firebell_domain::person::{LicenceType, Status};
use firebell_domain::schedule::rotation::{Direction, IntervalUnit};
use firebell_domain::schedule::{Classifier, Weekday};
use firebell_domain::shift::EscalationType;

/// `ACTIVE` or `INACTIVE`.
pub(crate) const STATUSES: [(Status, &str); 2] =
    [(Status::Active, "ACTIVE"), (Status::Inactive, "INACTIVE")];
/// Licence types.
pub(crate) const LICENCES: [(LicenceType, &str); 2] =
    [(LicenceType::FullUser, "FULL_USER"), (LicenceType::StakeholderUser, "STAKEHOLDER_USER")];
/// Group types that can be made.
pub(crate) const GROUP_TYPES: [(GroupType, &str); 2] =
    [(GroupType::OnCall, "ON_CALL"), (GroupType::Broadcast, "BROADCAST")];
/// Priorities.
pub(crate) const PRIORITIES: [(Priority, &str); 3] =
    [(Priority::Low, "LOW"), (Priority::Medium, "MEDIUM"), (Priority::High, "HIGH")];
/// Days, from Sunday.
pub(crate) const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Sunday, "SU"),
    (Weekday::Monday, "MO"),
    (Weekday::Tuesday, "TU"),
    (Weekday::Wednesday, "WE"),
    (Weekday::Thursday, "TH"),
    (Weekday::Friday, "FR"),
    (Weekday::Saturday, "SA"),
];
/// Months, from January.
pub(crate) const MONTHS: [(i8, &str); 12] = [
    (1, "JAN"),
    (2, "FEB"),
    (3, "MAR"),
    (4, "APR"),
    (5, "MAY"),
    (6, "JUN"),
    (7, "JUL"),
    (8, "AUG"),
    (9, "SEP"),
    (10, "OCT"),
    (11, "NOV"),
    (12, "DEC"),
];
/// Places of a weekday in its month.
pub(crate) const CLASSIFIERS: [(Classifier, &str); 5] = [
    (Classifier::First, "FIRST"),
    (Classifier::Second, "SECOND"),
    (Classifier::Third, "THIRD"),
    (Classifier::Fourth, "FOURTH"),
    (Classifier::Last, "LAST"),
];
/// Directions of a rotation.
pub(crate) const DIRECTIONS: [(Direction, &str); 2] =
    [(Direction::FirstToLast, "FIRST_TO_LAST"), (Direction::LastToFirst, "LAST_TO_FIRST")];
/// Units of a rotation by time.
pub(crate) const UNITS: [(IntervalUnit, &str); 3] =
    [(IntervalUnit::Hours, "HOURS"), (IntervalUnit::Days, "DAYS"), (IntervalUnit::Weeks, "WEEKS")];
/// Escalation types as a shift's members have them; on-call answers have capitals.
pub(crate) const ESCALATIONS: [(EscalationType, &str); 3] = [
    (EscalationType::None, "None"),
    (EscalationType::Peer, "Peer"),
    (EscalationType::Management, "Management"),
];

/// The word of a value of a list that has them all.
pub(crate) fn word<T: PartialEq>(list: &[(T, &'static str)], value: &T) -> &'static str {
    list.iter().find(|(known, _)| known == value).map_or("", |(_, word)| word)
}

/// The word of a day.
pub(crate) fn day(day: Weekday) -> &'static str {
    word(&DAYS, &day)
}
