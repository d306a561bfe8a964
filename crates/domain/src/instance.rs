//! Instances: the tenants.

use firebell_base::{Id, Timestamp};

use crate::name::Name;

/// The id of an instance.
pub type InstanceId = Id<Instance>;

/// The short number under which an instance's operations are stored: every key begins with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceNo(pub i64);

/// A customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Identity.
    pub id: InstanceId,
    /// Storage number.
    pub no: InstanceNo,
    /// Unique name: lower-case letters, digits and hyphens (it may be a host name's first label).
    pub name: Name,
    /// Where it lives.
    pub region: Region,
    /// When it was made.
    pub created: Timestamp,
}

/// Where an instance lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Region {
    /// Asia and the Pacific.
    Apac,
    /// Europe, the Middle East and Africa.
    #[default]
    Emea,
    /// North America.
    Na,
}

impl Region {
    /// The word on the wire (`apac`, `emea`, `na`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Apac => "apac",
            Self::Emea => "emea",
            Self::Na => "na",
        }
    }

    /// The region with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Apac, Self::Emea, Self::Na].into_iter().find(|r| r.word() == word)
    }
}

/// Whether `text` can name an instance: a DNS label of lower-case letters, digits and inner hyphens.
pub fn is_instance_name(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
