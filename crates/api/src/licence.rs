//! What a write that may need a licence is answered with when it is not made.
//!
//! Three answers that must never be taken for one another: a denial, which the authority proves
//! (409); nobody knows whether there is a licence (503 `licence_unconfirmed`); and a fault in the
//! request. No cause of the second ever becomes the first. Called by `xm::shape::change`.

use std::time::Duration;

use axum::response::Response;
use firebell_config::fresh::{Cause, Freshness};
use firebell_config::licences::{Quotas, last_known};
use firebell_config::{ConfigError, Confirmed};
use firebell_replica::ReplicaHandle;
use firebell_store::Error;
use http::StatusCode;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::error::ApiError;
use crate::fresh;
use crate::state::ApiState;
use crate::time::format_time;

/// The stable key of what nobody knows.
pub(crate) const UNCONFIRMED: &str = "licence_unconfirmed";
/// The stable key of a change that needs no licence, held up by the configuration's own state.
pub(crate) const CONFIGURATION_UNCONFIRMED: &str = "configuration_unconfirmed";
/// When to come again if the cause passes by itself.
const RETRY_PASSING: Duration = Duration::from_secs(1);
/// When to come again if somebody has to look at it first.
const RETRY_REPAIR: Duration = Duration::from_secs(30);

/// What is certain of a change that was not confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was not made.
    NotMade,
    /// It may have been made: the answer to the commit may have been lost. A key would make
    /// repeating safe, but none was sent.
    Unknown,
    /// The same, and a key was sent.
    UnknownWithKey,
}

impl Outcome {
    /// What is certain after this error. `begun` says whether the transaction came as far as a
    /// decision: before, there was nothing to commit.
    pub(crate) const fn of(error: &ConfigError, begun: bool, has_key: bool) -> Self {
        match (error, begun, has_key) {
            (ConfigError::Store(Error::Unavailable { .. }), true, true) => Self::UnknownWithKey,
            (ConfigError::Store(Error::Unavailable { .. }), true, false) => Self::Unknown,
            _ => Self::NotMade,
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::NotMade => "Nothing was changed.",
            Self::Unknown => {
                "It is not known whether the change was saved: look at the person before you \
                 repeat it. With an Idempotency-Key, repeating is safe."
            }
            Self::UnknownWithKey => {
                "It is not known whether the change was saved: repeat the request with the same \
                 Idempotency-Key; it is made once."
            }
        }
    }
}

/// The answer to a change that was refused or failed, counted.
pub(crate) fn refused(state: &ApiState, error: ConfigError, outcome: Outcome) -> ApiError {
    if let Some(cause) = error.unconfirmed() {
        state.counts().unconfirmed.add(1);
        return unconfirmed(cause, outcome);
    }
    if matches!(error, ConfigError::Denied(_)) {
        state.counts().denied.add(1);
    }
    error.into()
}

/// The numbers of the caller's instance: confirmed if the authority can be asked, otherwise as this
/// process last knew them.
///
/// # Errors
/// 503 if neither knows.
pub(crate) async fn quotas(
    state: &ApiState,
    caller: &Caller,
) -> Result<Freshness<Quotas>, ApiError> {
    let now = state.clock.now();
    let error = match state.authority.quotas(caller.directory.instance.no, now).await {
        Ok(confirmed) => return Ok(Freshness::Confirmed(confirmed)),
        Err(error) => error,
    };
    let Some(cause) = error.unconfirmed() else { return Err(error.into()) };
    tracing::warn!(cause = cause.word(), "licences are shown as last known");
    let age = state.replica.as_ref().and_then(ReplicaHandle::freshness_age);
    match age.map(|age| last_known(Some(&caller.directory), age, now)) {
        Some(known @ Freshness::LastKnown { .. }) => Ok(known),
        Some(Freshness::Unknown(_) | Freshness::Confirmed(_)) | None => {
            Err(unconfirmed(cause, Outcome::NotMade))
        }
    }
}

/// What was read, and how sure it is, in words for the body of an answer.
pub(crate) fn shown<T>(value: &Freshness<T>) -> Option<(&T, Value)> {
    match value {
        Freshness::Confirmed(confirmed) => Some((confirmed.value(), sure(confirmed))),
        Freshness::LastKnown { value, revision, age } => {
            let how = json!({
                "state": "LAST_KNOWN",
                "revision": revision.to_string(),
                "ageSeconds": age.as_secs(),
            });
            Some((value, how))
        }
        Freshness::Unknown(_) => None,
    }
}

/// How sure something confirmed is.
pub(crate) fn sure<T>(confirmed: &Confirmed<T>) -> Value {
    let evidence = confirmed.evidence();
    json!({
        "state": "CONFIRMED",
        "revision": evidence.revision.to_string(),
        "at": format_time(evidence.at),
    })
}

/// Says in the headers how sure an answer is.
pub(crate) fn stamped<T>(mut response: Response, value: &Freshness<T>) -> Response {
    match value {
        Freshness::Confirmed(confirmed) => {
            return fresh::confirmed(response, confirmed.evidence().revision);
        }
        Freshness::LastKnown { age, .. } => {
            let told = fresh::stale(Some(*age));
            fresh::put_new(response.headers_mut(), fresh::FRESHNESS, &told);
        }
        Freshness::Unknown(_) => {}
    }
    response
}

/// Nobody knows whether there is a licence.
pub(crate) fn unconfirmed(cause: Cause, outcome: Outcome) -> ApiError {
    tracing::warn!(
        cause = cause.word(),
        ?outcome,
        "a change or its licences could not be confirmed"
    );
    let retry_after = Some(if cause.is_passing() { RETRY_PASSING } else { RETRY_REPAIR });
    let message = format!("{} {}", cause.message(), outcome.sentence());
    let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, message).subcode(UNCONFIRMED);
    ApiError { retry_after, arguments: vec![cause.word().to_owned()], ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certain_is_said() {
        let away = || ConfigError::Store(Error::unavailable("Away.", "cause"));
        assert_eq!(Outcome::of(&away(), false, true), Outcome::NotMade);
        assert_eq!(Outcome::of(&away(), true, true), Outcome::UnknownWithKey);
        assert_eq!(Outcome::of(&away(), true, false), Outcome::Unknown);
        let busy = ConfigError::Store(Error::Busy { cause: String::new() });
        assert_eq!(Outcome::of(&busy, true, true), Outcome::NotMade, "it was rolled back");
        for outcome in [Outcome::NotMade, Outcome::Unknown, Outcome::UnknownWithKey] {
            let certain = unconfirmed(Cause::TimedOut, outcome).message;
            assert_eq!(certain.contains("Nothing was changed"), outcome == Outcome::NotMade);
        }
    }

    #[test]
    fn no_cause_is_ever_told_as_a_full_house() {
        for cause in Cause::ALL {
            let error = unconfirmed(cause, Outcome::NotMade);
            assert_eq!(error.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(error.subcode.as_deref(), Some(UNCONFIRMED));
            assert!(error.retry_after.is_some());
            assert!(!error.message.contains("limit") && !error.message.contains("in use"));
        }
    }
}
