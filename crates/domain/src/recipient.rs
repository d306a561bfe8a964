//! Recipients: whom an event, a form, a roster or a shift names.

use crate::device::DeviceId;
use crate::group::GroupId;
use crate::person::PersonId;

/// A known recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipient {
    /// A person, on their devices in order.
    Person(PersonId),
    /// One device of a person.
    Device(DeviceId),
    /// A group.
    Group(GroupId),
}

impl Recipient {
    /// The kind's word on the wire (`PERSON`, `DEVICE`, `GROUP`).
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Person(_) => "PERSON",
            Self::Device(_) => "DEVICE",
            Self::Group(_) => "GROUP",
        }
    }

    /// The id, whatever the kind.
    pub const fn uuid(self) -> [u8; 16] {
        match self {
            Self::Person(id) => id.to_bytes(),
            Self::Device(id) => id.to_bytes(),
            Self::Group(id) => id.to_bytes(),
        }
    }
}

/// A recipient as a sender wrote it: a UUID, a target name, or `user|Device Name`; resolved against the
/// directory when the alert is routed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pointer(pub String);
