//! Sessions: that somebody signed in, and until when it counts.
//!
//! Made and judged by the `access` crate, kept by the store. Holds nothing with which anybody could
//! sign in.

use firebell_base::{Id, Timestamp};

use crate::instance::InstanceNo;
use crate::person::PersonId;

/// The id of a session.
pub type SessionId = Id<Session>;

/// That somebody signed in; or that all their older sessions are over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Where.
    pub instance: InstanceNo,
    /// Identity; new at every sign-in. That of the person where it speaks of all their sessions.
    pub id: SessionId,
    /// Which way they came, and whether this is one session.
    pub kind: SessionKind,
    /// Who.
    pub person: PersonId,
    /// When they gave their password.
    pub began: Timestamp,
    /// From when on it does not count any more.
    pub expires: Timestamp,
    /// The network address they came from; may be empty.
    pub address: String,
    /// What they came with, as it calls itself; may be empty.
    pub agent: String,
    /// How often its refresh token was exchanged.
    pub generation: u32,
    /// When that was done last.
    pub rotated: Timestamp,
    /// When it was ended before its time.
    pub ended: Option<Timestamp>,
}

/// Which way somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionKind {
    /// On the pages, with a cookie.
    Web,
    /// Over the API, with an access and a refresh token.
    Api,
    /// Not one session: every one on the pages that began until this one's beginning is over.
    WebBefore,
    /// The same for the API.
    ApiBefore,
}

impl SessionKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Web, Self::Api, Self::WebBefore, Self::ApiBefore];

    /// The word in the database and on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::WebBefore => "web_before",
            Self::ApiBefore => "api_before",
        }
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The mark that ends all older sessions of this kind; a mark's own.
    #[must_use]
    pub const fn mark(self) -> Self {
        match self {
            Self::Web | Self::WebBefore => Self::WebBefore,
            Self::Api | Self::ApiBefore => Self::ApiBefore,
        }
    }

    /// Whether it stands for all older sessions, and not for one.
    pub const fn is_mark(self) -> bool {
        matches!(self, Self::WebBefore | Self::ApiBefore)
    }
}

impl Session {
    /// Whether it counts at `now`, as far as it knows itself.
    pub fn is_live(&self, now: Timestamp) -> bool {
        !self.kind.is_mark() && self.ended.is_none() && now < self.expires
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_marks_belong_to_one_kind() {
        for kind in SessionKind::ALL {
            assert_eq!(SessionKind::from_word(kind.word()), Some(kind));
            assert!(kind.mark().is_mark());
            assert_eq!(kind.is_mark(), kind.mark() == kind);
        }
        assert_eq!(SessionKind::from_word("Web"), None);
    }
}
