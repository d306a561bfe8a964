//! How sure something is. A value is confirmed, or known from some time ago, or unknown for a cause;
//! nothing turns one of these into another, and no cause is ever an answer about licences.

use std::time::Duration;

use firebell_domain::directory::Revision;
use firebell_sql as sql;

use crate::authority::Confirmed;
use crate::error::ConfigError;

/// A value and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness<T> {
    /// The authority read it, after it was asked.
    Confirmed(Confirmed<T>),
    /// A replica had it.
    LastKnown {
        /// The value.
        value: T,
        /// As of which revision.
        revision: Revision,
        /// How long ago the replica was last sure that this is the newest.
        age: Duration,
    },
    /// Nobody knows.
    Unknown(Cause),
}

impl<T> Freshness<T> {
    /// The value, if there is one, however sure it is.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Confirmed(confirmed) => Some(confirmed.value()),
            Self::LastKnown { value, .. } => Some(value),
            Self::Unknown(_) => None,
        }
    }
}

/// Why something is not confirmed. Closed: every text shown to people is in [`Cause::message`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The database did not answer in time, or is busy.
    TimedOut,
    /// The database cannot be reached.
    Unreachable,
    /// The database is older than what was known.
    WentBack,
    /// Stored configuration cannot be read.
    Damaged,
    /// The ledger of seats and its counter differ.
    Drift,
    /// There is no entitlement for the licence type.
    NoEntitlement,
    /// The digest of the configuration is not what it should be.
    RootMismatch,
    /// Nothing was loaded yet.
    NotLoaded,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 8] = [
        Self::TimedOut,
        Self::Unreachable,
        Self::WentBack,
        Self::Damaged,
        Self::Drift,
        Self::NoEntitlement,
        Self::RootMismatch,
        Self::NotLoaded,
    ];

    /// The word in logs, metrics and APIs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::WentBack => "went_back",
            Self::Damaged => "damaged",
            Self::Drift => "seat_drift",
            Self::NoEntitlement => "no_entitlement",
            Self::RootMismatch => "root_mismatch",
            Self::NotLoaded => "not_loaded",
        }
    }

    /// Whether it is about the configuration as a whole: it also holds up what needs no licence.
    pub const fn is_of_configuration(self) -> bool {
        match self {
            Self::WentBack | Self::Damaged | Self::RootMismatch => true,
            Self::TimedOut
            | Self::Unreachable
            | Self::Drift
            | Self::NoEntitlement
            | Self::NotLoaded => false,
        }
    }

    /// What people are told: never that a limit was reached.
    pub const fn message(self) -> &'static str {
        match self {
            Self::TimedOut => "The licences could not be confirmed in time. Try again.",
            Self::Unreachable => {
                "The licences could not be confirmed, because the database cannot be reached. Try \
                 again a little later."
            }
            Self::WentBack => {
                "The configuration could not be confirmed, because the database is older than what \
                 this server has already seen. The operator has to look at it."
            }
            Self::Damaged => {
                "The configuration could not be confirmed, because a part of what is stored cannot \
                 be read. The operator has to look at it."
            }
            Self::Drift => {
                "The licences could not be confirmed, because their count and their ledger differ. \
                 The operator has been told."
            }
            Self::NoEntitlement => {
                "The licences could not be confirmed, because it is not known how many this \
                 instance has. The operator has to set them."
            }
            Self::RootMismatch => {
                "The configuration could not be confirmed, because its digest is not what it should \
                 be. The operator has to look at it."
            }
            Self::NotLoaded => {
                "The licences could not be confirmed yet, because the server has just started. Try \
                 again."
            }
        }
    }

    /// Whether asking again soon may help.
    pub const fn is_passing(self) -> bool {
        match self {
            Self::TimedOut | Self::Unreachable | Self::NotLoaded => true,
            Self::WentBack
            | Self::Damaged
            | Self::Drift
            | Self::NoEntitlement
            | Self::RootMismatch => false,
        }
    }
}

/// The cause that a failed database stands for: only if asking again may help. Every other failure is a
/// fault of the program or its data, and no statement about licences either.
pub const fn cause(error: &sql::Error) -> Option<Cause> {
    match error {
        sql::Error::Busy { .. } => Some(Cause::TimedOut),
        sql::Error::Unavailable { .. } => Some(Cause::Unreachable),
        sql::Error::Unique { .. }
        | sql::Error::Missing { .. }
        | sql::Error::Unsupported { .. }
        | sql::Error::Type { .. }
        | sql::Error::Broken { .. } => None,
    }
}

impl ConfigError {
    /// Why licences could not be confirmed, if that is what this failure means for a change that needs
    /// one: never a denial, and never about what the author asked for.
    pub const fn unconfirmed(&self) -> Option<Cause> {
        match self {
            Self::Unconfirmed(cause) => Some(*cause),
            Self::Store(error) => cause(error),
            Self::WentBack { .. } => Some(Cause::WentBack),
            Self::Damaged(_) => Some(Cause::Damaged),
            Self::Invalid(_)
            | Self::Unknown(_)
            | Self::Changed { .. }
            | Self::Denied(_)
            | Self::NeedsApproval(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::fault::Faults;

    #[test]
    fn no_cause_sounds_like_an_answer() {
        let words: BTreeSet<&str> = Cause::ALL.iter().map(|cause| cause.word()).collect();
        let texts: BTreeSet<&str> = Cause::ALL.iter().map(|cause| cause.message()).collect();
        assert_eq!((words.len(), texts.len()), (Cause::ALL.len(), Cause::ALL.len()));
        for cause in Cause::ALL {
            let what = if cause.is_of_configuration() { "configuration" } else { "licences" };
            let text = cause.message();
            assert!(text.starts_with(&format!("The {what} could not be confirmed")), "{text}");
            assert!(text.contains("licence") != cause.is_of_configuration(), "{text}");
            for word in ["limit", "full", "in use", "maximum", "reached the"] {
                assert!(!text.contains(word), "{text}");
            }
        }
    }

    #[test]
    fn what_holds_up_every_change_speaks_of_the_configuration() {
        for cause in [Cause::WentBack, Cause::Damaged, Cause::RootMismatch] {
            assert!(cause.message().starts_with("The configuration could not"), "{cause:?}");
        }
    }

    #[test]
    fn only_passing_failures_of_the_database_are_causes() {
        let text = || "x".to_owned();
        for (error, expected) in [
            (sql::Error::Busy { cause: text() }, Some(Cause::TimedOut)),
            (sql::Error::unavailable("x", "x"), Some(Cause::Unreachable)),
            (sql::Error::broken("x", "x"), None),
            (sql::Error::Unique { constraint: text(), cause: text() }, None),
            (sql::Error::Missing { statement: "x" }, None),
            (sql::Error::unsupported("x"), None),
        ] {
            assert_eq!(cause(&error), expected, "{error:?}");
            assert_eq!(cause(&error).is_some(), error.is_retryable());
            assert!(expected.is_none_or(Cause::is_passing));
            assert_eq!(ConfigError::Store(error).unconfirmed(), expected);
        }
        let invalid = ConfigError::Invalid(Faults::one("x", "no", "validation.test"));
        assert_eq!(invalid.unconfirmed(), None);
        assert_eq!(ConfigError::Unconfirmed(Cause::Drift).unconfirmed(), Some(Cause::Drift));
    }
}
