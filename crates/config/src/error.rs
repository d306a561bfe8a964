//! Why configuration could not be read or changed. `Display` is a public sentence.

use firebell_domain::directory::Revision;
use firebell_sql as sql;

use crate::authority::Denial;
use crate::fault::Faults;
use crate::fresh::Cause;
use crate::guard::Held;
use crate::loading::Damage;

/// A refused or failed change, or a failed load.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The change would make the configuration invalid.
    #[error("{0}")]
    Invalid(Faults),
    /// There is no such instance.
    #[error("There is no instance {0:?}.")]
    Unknown(String),
    /// A stored entity cannot be read, so nothing may be built on it.
    #[error(
        "The stored configuration is damaged: {0}. It is not changed until that entry can be read: \
         start the release that wrote it, or restore a backup."
    )]
    Damaged(Damage),
    /// The database is older than what this process has already seen.
    #[error(
        "The database went back from revision {held} to {found}: it was probably restored from a \
         backup while this process was running. Restart the process."
    )]
    WentBack {
        /// The newest revision this process has seen.
        held: Revision,
        /// The database's revision.
        found: Revision,
    },
    /// What the author saw has been changed, or is gone.
    #[error(
        "The {kind} was changed by somebody else meanwhile{}. Look at it again, then repeat the \
         change.",
        found.map(|found| format!(" (revision {found})")).unwrap_or_default()
    )]
    Changed {
        /// The kind's word.
        kind: &'static str,
        /// The revision that changed it last; none if it is gone.
        found: Option<Revision>,
    },
    /// There is no licence for somebody the change would activate. Nothing was changed.
    #[error("{0}")]
    Denied(Box<Denial>),
    /// Whether there is a licence could not be confirmed. Nothing was changed.
    #[error("{}", .0.message())]
    Unconfirmed(Cause),
    /// A delta guard holds the change until an operator approves it.
    #[error("{0}")]
    NeedsApproval(Held),
    /// The database failed.
    #[error("{0}")]
    Store(#[from] sql::Error),
}

impl From<Faults> for ConfigError {
    fn from(faults: Faults) -> Self {
        Self::Invalid(faults)
    }
}

impl sql::Retryable for ConfigError {
    fn sql_error(&self) -> Option<&sql::Error> {
        match self {
            Self::Store(error) => Some(error),
            Self::Invalid(_)
            | Self::Unknown(_)
            | Self::Damaged(_)
            | Self::WentBack { .. }
            | Self::Changed { .. }
            | Self::Denied(_)
            | Self::Unconfirmed(_)
            | Self::NeedsApproval(_) => None,
        }
    }
}
