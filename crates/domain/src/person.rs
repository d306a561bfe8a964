//! People.

use firebell_base::{Id, Timestamp};

use crate::name::Name;
use crate::property::Properties;
use crate::schedule::Zone;
use crate::site::SiteId;

/// The id of a person.
pub type PersonId = Id<Person>;

/// Somebody who can be told, and perhaps sign in.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Identity.
    pub id: PersonId,
    /// The user id people write: unique in the instance.
    pub target_name: Name,
    /// Given name.
    pub first_name: Name,
    /// Family name.
    pub last_name: Name,
    /// What they sign in with; the target name unless said otherwise.
    pub web_login: Name,
    /// Digits for telephone sign-in.
    pub phone_login: Option<String>,
    /// Language of messages to them, a BCP 47 tag such as `en`.
    pub language: String,
    /// The zone their device time frames and their messages' times are in.
    pub zone: Zone,
    /// Where they work; decides which holidays count for their devices.
    pub site: Option<SiteId>,
    /// Who supervises them.
    pub supervisors: Vec<PersonId>,
    /// What they may do; at least one.
    pub roles: Vec<Role>,
    /// Inactive people get no notifications and cannot sign in.
    pub status: Status,
    /// Which licence they hold.
    pub licence: LicenceType,
    /// Custom fields.
    pub properties: Properties,
    /// Key in another system.
    pub external_key: Option<String>,
    /// Whether another system owns this entry.
    pub externally_owned: bool,
    /// When the entry was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

impl Person {
    /// First and last name, as shown to people.
    pub fn display_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Whether something takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Status {
    /// Takes part.
    #[default]
    Active,
    /// Kept, but gets and does nothing.
    Inactive,
}

impl Status {
    /// The word on the wire (`ACTIVE`, `INACTIVE`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
        }
    }
}

/// The licence a person holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum LicenceType {
    /// May do everything the roles allow.
    #[default]
    FullUser,
    /// Is told, but may not respond or send.
    StakeholderUser,
}

impl LicenceType {
    /// Every licence type, in the order shown.
    pub const ALL: [Self; 2] = [Self::FullUser, Self::StakeholderUser];

    /// The licence type with this word, whatever the case.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word().eq_ignore_ascii_case(word.trim()))
    }

    /// The id of an instance's entitlement to it: the same in every instance. Version 8 UUIDs.
    pub const fn id(self) -> [u8; 16] {
        let last = match self {
            Self::FullUser => 1,
            Self::StakeholderUser => 2,
        };
        [b'l', b'i', b'c', b'e', b'n', b'c', 0x80, 0, 0x80, 0, 0, 0, 0, 0, 0, last]
    }

    /// The word on the wire (`FULL_USER`, `STAKEHOLDER_USER`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::FullUser => "FULL_USER",
            Self::StakeholderUser => "STAKEHOLDER_USER",
        }
    }
}

/// A role, by its name. What each may do is decided in the `access` crate, in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Everything in the instance.
    FullAccessUser,
    /// Groups, shifts and absences.
    GroupSupervisor,
    /// People and their devices.
    PersonSupervisor,
    /// Responds, sees, and looks after their own devices.
    StandardUser,
    /// Sees everything, changes nothing.
    ReadOnlyUser,
    /// A machine: may use the API to read and to send events.
    RestWebServiceUser,
    /// Gets messages, but may not sign in.
    NoAccessUser,
}

impl Role {
    /// Every role, in the order shown.
    pub const ALL: [Self; 7] = [
        Self::FullAccessUser,
        Self::GroupSupervisor,
        Self::PersonSupervisor,
        Self::StandardUser,
        Self::ReadOnlyUser,
        Self::RestWebServiceUser,
        Self::NoAccessUser,
    ];

    /// The role's name, as in xMatters.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FullAccessUser => "Full Access User",
            Self::GroupSupervisor => "Group Supervisor",
            Self::PersonSupervisor => "Person Supervisor",
            Self::StandardUser => "Standard User",
            Self::ReadOnlyUser => "Read-only User",
            Self::RestWebServiceUser => "REST Web Service User",
            Self::NoAccessUser => "No Access User",
        }
    }

    /// The role with this name, whatever the case.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word().eq_ignore_ascii_case(word.trim()))
    }
}
