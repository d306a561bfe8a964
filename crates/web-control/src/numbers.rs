//! Licences of an instance: confirmed by the authority, or as this process last knew them, with the cause.
//!
//! Used by all pages that show such numbers. It waits for the authority for a bounded time. What is not
//! confirmed stays so: nothing here calls a number sure, zero or a limit because somebody did not answer.

use std::time::Duration;

use firebell_config::fresh::{Cause, Freshness};
use firebell_config::licences::{Quotas, last_known};
use firebell_config::{ConfigError, Confirmed, Evidence};
use firebell_domain::directory::{Directory, Revision};
use firebell_replica::ReplicaHandle;
use firebell_ui::{Refusal, Visit};
use tokio::time::timeout;

use crate::text::{seconds, span};
use crate::words::WORDS;

/// How long a page waits for the authority before it shows what is known.
pub(crate) const ASK_MAX: Duration = Duration::from_millis(1_500);

/// How sure numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// The authority read them for this page.
    Confirmed(Evidence),
    /// This process had them.
    LastKnown {
        revision: Revision,
        /// How long ago it was last sure to have the newest; none if nobody knows.
        age: Option<Duration>,
        cause: Cause,
    },
}

/// Numbers, and how sure they are.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    pub(crate) quotas: Quotas,
    pub(crate) how: How,
}

impl Numbers {
    pub(crate) const fn is_confirmed(&self) -> bool {
        matches!(self.how, How::Confirmed(_))
    }

    /// "confirmed 09:41:07 at revision 7.1041", or as of when they were known.
    pub(crate) fn known(&self, visit: &Visit) -> String {
        self.how.words(visit)
    }
}

impl How {
    pub(crate) fn of<T>(confirmed: &Confirmed<T>) -> Self {
        Self::Confirmed(*confirmed.evidence())
    }

    pub(crate) fn words(self, visit: &Visit) -> String {
        let t = visit.say(&WORDS);
        match self {
            Self::Confirmed(evidence) => {
                let (at, revision) = (seconds(visit, evidence.at), evidence.revision.to_string());
                t.a("control-confirmed", &[("at", &at), ("revision", &revision)])
            }
            Self::LastKnown { revision, age: Some(age), .. } => {
                let (revision, age) = (revision.to_string(), span(age.as_millis()));
                t.a("control-last-known", &[("revision", &revision), ("age", &age)])
            }
            Self::LastKnown { revision, age: None, .. } => {
                t.a("control-last-known-ageless", &[("revision", &revision.to_string())])
            }
        }
    }
}

/// The numbers of an instance.
///
/// # Errors
/// The page of a failure that says nothing about how sure numbers are, such as a broken statement.
pub(crate) async fn numbers(visit: &Visit, directory: &Directory) -> Result<Numbers, Refusal> {
    let asked = visit.ui.authority.quotas(directory.instance.no, visit.now);
    match asked_in_time(asked).await {
        Ok(confirmed) => {
            Ok(Numbers { how: How::of(&confirmed), quotas: confirmed.value().clone() })
        }
        Err(Unanswered::Failed(error)) => Err(visit.refused(error)),
        Err(Unanswered::Unsure(cause)) => Ok(known(visit, directory, cause)),
    }
}

/// Why the authority gave no answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// It could not say.
    Unsure(Cause),
    /// Something is wrong.
    Failed(ConfigError),
}

/// Waits for an answer of the authority, but not for long.
pub(crate) async fn asked_in_time<T>(
    asked: impl Future<Output = Result<T, ConfigError>>,
) -> Result<T, Unanswered> {
    match timeout(ASK_MAX, asked).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(match error.unconfirmed() {
            Some(cause) => Unanswered::Unsure(cause),
            None => Unanswered::Failed(error),
        }),
        Err(_) => Err(Unanswered::Unsure(Cause::TimedOut)),
    }
}

/// What this process has.
pub(crate) fn known(visit: &Visit, directory: &Directory, cause: Cause) -> Numbers {
    tracing::warn!(cause = cause.word(), "licences are shown as last known");
    let age = visit.ui.replica.as_ref().and_then(ReplicaHandle::freshness_age);
    let how = How::LastKnown { revision: directory.revision, age, cause };
    let quotas = match last_known(Some(directory), age.unwrap_or_default(), visit.now) {
        Freshness::LastKnown { value, .. } => value,
        Freshness::Confirmed(confirmed) => confirmed.value().clone(),
        Freshness::Unknown(_) => Quotas { instance: directory.instance.no, list: Vec::new() },
    };
    Numbers { quotas, how }
}
