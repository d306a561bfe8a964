//! Shifts: when which members of a group are on call, and in which order.

use firebell_base::{Id, Timestamp};

use crate::group::GroupId;
use crate::name::Name;
use crate::recipient::Recipient;
use crate::schedule::Pattern;
use crate::schedule::rotation::Rotation;

/// The id of a shift.
pub type ShiftId = Id<Shift>;

/// A recurring time in which members are on call.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    /// Identity.
    pub id: ShiftId,
    /// Whose shift it is.
    pub group: GroupId,
    /// Unique within the group.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// When it is held.
    pub pattern: Pattern,
    /// Who is on call, in order.
    pub members: Vec<ShiftMember>,
    /// Whether and how the order changes.
    pub rotation: Option<Rotation>,
    /// Whether the walk starts again when nobody answered.
    pub repeat: Option<RepeatEscalation>,
    /// Who hears that the walk ended without an answer.
    pub end_notice: Option<EndNotice>,
    /// When it was made.
    pub created: Timestamp,
}

/// One place in a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftMember {
    /// Who.
    pub recipient: Recipient,
    /// Minutes to wait after the member before.
    pub delay_minutes: u16,
    /// What kind of escalation reaching this member is. `None` goes with delay 0 only.
    pub escalation: EscalationType,
    /// Whether a rotation moves this member.
    pub in_rotation: bool,
}

/// What kind of escalation a step is; said in messages and the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EscalationType {
    /// Told together with the member before.
    #[default]
    None,
    /// To a colleague.
    Peer,
    /// To a superior.
    Management,
}

impl EscalationType {
    /// The word on the wire (`NONE`, `PEER`, `MANAGEMENT`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Peer => "PEER",
            Self::Management => "MANAGEMENT",
        }
    }
}

/// Starting the walk again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatEscalation {
    /// How many more times, 1 to [`REPETITIONS_MAX`].
    pub repetitions: u16,
    /// Minutes to wait after the last member before starting again, from 1.
    pub delay_minutes: u16,
}

/// The most times an escalation starts again.
pub const REPETITIONS_MAX: u16 = 100;
/// The longest delay before a member, in minutes: one week.
pub const DELAY_MINUTES_MAX: u16 = 7 * 24 * 60;
/// The most members of one shift.
pub const MEMBERS_MAX: usize = 500;

/// Telling somebody that nobody answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndNotice {
    /// Who hears it.
    pub recipient: Recipient,
    /// Minutes to wait after the last member (or the last repetition).
    pub delay_minutes: u16,
}
