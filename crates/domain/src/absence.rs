//! Temporary absences.

use firebell_base::{Id, Timestamp};

use crate::group::GroupId;
use crate::person::PersonId;

/// The id of an absence.
pub type AbsenceId = Id<TemporaryAbsence>;

/// A time `[start, end)` in which a member is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemporaryAbsence {
    /// Identity.
    pub id: AbsenceId,
    /// Who is away.
    pub member: PersonId,
    /// In which group; none means in all.
    pub group: Option<GroupId>,
    /// First instant away.
    pub start: Timestamp,
    /// First instant back.
    pub end: Timestamp,
    /// Who stands in; none is a vacancy.
    pub replacement: Option<PersonId>,
    /// When it was entered: of overlapping absences the latest entered holds.
    pub created: Timestamp,
}
