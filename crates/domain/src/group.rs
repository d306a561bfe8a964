//! Groups and their rosters.

use firebell_base::{Id, Timestamp};

use crate::name::Name;
use crate::person::{PersonId, Status};
use crate::recipient::Recipient;
use crate::site::SiteId;

/// The id of a group.
pub type GroupId = Id<Group>;

/// People, devices and groups that are told together.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_field_names, reason = "group type is the field's standard term")]
pub struct Group {
    /// Identity.
    pub id: GroupId,
    /// Unique name.
    pub target_name: Name,
    /// What it is for.
    pub description: String,
    /// How its members are chosen.
    pub group_type: GroupType,
    /// Inactive groups tell nobody.
    pub status: Status,
    /// The roster; who of it is told is a matter of shifts unless the group is a broadcast.
    pub members: Vec<Recipient>,
    /// Who looks after it.
    pub supervisors: Vec<PersonId>,
    /// Whether everybody may see and target it.
    pub observed_by_all: bool,
    /// Whose holidays count; none means no holidays.
    pub site: Option<SiteId>,
    /// Whether one person may be told more than once by it for one alert.
    pub allow_duplicates: bool,
    /// Whether members without a usable device are told on their default device.
    pub use_default_devices: bool,
    /// Key in another system.
    pub external_key: Option<String>,
    /// Whether another system owns this entry.
    pub externally_owned: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// How a group finds whom to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupType {
    /// Through its shifts: who is on call, in order, with delays.
    #[default]
    OnCall,
    /// Everybody on the roster at once.
    Broadcast,
}

impl GroupType {
    /// The word on the wire (`ON_CALL`, `BROADCAST`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::OnCall => "ON_CALL",
            Self::Broadcast => "BROADCAST",
        }
    }
}
