//! Typed 128-bit ids: a person's id cannot be passed where a device's is wanted.
//!
//! On the wire and in logs an id is a hyphenated lower-case UUID (the xMatters API demands UUIDs);
//! in the database it is its 16 bytes, which halves the indexes and sorts by creation time.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

use crate::random::Random;

/// An id of a `T`.
pub struct Id<T> {
    uuid: Uuid,
    kind: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// A fresh id, ordered by `now`.
    pub fn new(random: &Random, now: Timestamp) -> Self {
        Self::from_uuid(random.uuid(now))
    }

    /// The id with this UUID.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// The id with these 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self::from_uuid(Uuid::from_bytes(bytes))
    }

    /// The 16 bytes, as stored.
    pub const fn to_bytes(self) -> [u8; 16] {
        *self.uuid.as_bytes()
    }

    /// The UUID, as spoken on the wire.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }

    /// The same id read as another kind's; for tables that hold ids of several kinds.
    pub const fn cast<U>(self) -> Id<U> {
        Id::from_uuid(self.uuid)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.hyphenated().fmt(f)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID (expected 8-4-4-4-12 hexadecimal digits)")]
pub struct IdError;

impl<T> FromStr for Id<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        // Only the canonical form: other spellings of one id would be other names of one thing.
        if text.len() != 36 {
            return Err(IdError);
        }
        Uuid::try_parse(text).map(Self::from_uuid).map_err(|_| IdError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing;

    #[test]
    fn text_and_bytes_round_trip() {
        let id: Id<Thing> = Id::new(&Random::seeded(3), Timestamp::UNIX_EPOCH);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(Id::from_bytes(id.to_bytes()), id);
    }

    #[test]
    fn only_the_canonical_text_is_an_id() {
        for bad in
            ["", "x", "00000000000000000000000000000000", "{00000000-0000-0000-0000-00000000000}"]
        {
            assert_eq!(bad.parse::<Id<Thing>>(), Err(IdError), "{bad}");
        }
    }
}
