//! Errors as xMatters clients know them: an envelope with code, reason, message, subcode and
//! arguments.
//!
//! Every handler fails with an [`ApiError`]. Its message is public and says what to change; causes
//! go to the log, once, here.

use std::fmt::Display;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use firebell_access::{AuthError, Forbidden};
use firebell_config::{ConfigError, DenialReason, Fault, Faults};
use firebell_domain::directory::Revision;
use firebell_domain::licence::Limit;
use firebell_pipeline::respond::RespondError;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::fresh;
use crate::licence::{self, Outcome};

/// How long a client should wait when nothing better is known.
const RETRY_AFTER_DEFAULT: Duration = Duration::from_secs(1);

/// An answer that is not a success.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// A sentence for people, that says what to change.
    pub message: String,
    /// A stable key for programs, such as `validation.person.site_not_exists`.
    pub subcode: Option<String>,
    /// What the message speaks of: field names, given values.
    pub arguments: Vec<String>,
    /// When to come again.
    pub retry_after: Option<Duration>,
    /// Every fault of a refused configuration change.
    pub faults: Box<[Fault]>,
    /// Whether a bearer token was refused: its clients look for an OAuth word.
    pub bad_token: bool,
    /// As of which revision of the configuration it is so, if that was read for it.
    pub revision: Option<Box<Revision>>,
}

impl ApiError {
    /// An error with only a status and a message.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            subcode: None,
            arguments: Vec::new(),
            retry_after: None,
            faults: Box::default(),
            bad_token: false,
            revision: None,
        }
    }

    /// The same with a stable key.
    #[must_use]
    pub fn subcode(self, subcode: &str) -> Self {
        Self { subcode: Some(subcode.to_owned()), ..self }
    }

    /// 400: the request must be changed. `arguments` are the field and what was given.
    pub fn bad_request(subcode: &str, message: impl Into<String>, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { arguments, ..Self::new(StatusCode::BAD_REQUEST, message).subcode(subcode) }
    }

    /// 400 for one field: `field` and what it must be.
    pub fn field(field: &str, rule: impl Display) -> Self {
        let message = format!("{field} {rule}");
        Self::bad_request("validation.common.field.invalid", message, &[field])
    }

    /// 400 for a word that is none of a list.
    pub fn not_one_of(field: &str, given: &str, words: &str) -> Self {
        let given = firebell_domain::name::cut(given, 40);
        let message = format!("{field} must be one of {words}, not {given:?}.");
        let subcode = "validation.common.field.invalid.enum";
        Self::bad_request(subcode, message, &[field, &given, words])
    }

    /// 404: there is no such thing, or none the caller may see.
    pub fn not_found(what: &str, id: &str) -> Self {
        let id = firebell_domain::name::cut(id, 100);
        let subcode = format!("validation.{what}.{what}_not_exists");
        let message = format!("There is no {} {id:?}.", what.replace('_', " "));
        let arguments = vec![id];
        Self { arguments, ..Self::new(StatusCode::NOT_FOUND, message).subcode(&subcode) }
    }

    /// 403: known, but not permitted.
    pub fn forbidden(forbidden: &Forbidden) -> Self {
        Self::new(StatusCode::FORBIDDEN, forbidden.message.clone()).subcode("auth.forbidden")
    }

    /// 409: against what is there already.
    pub fn conflict(subcode: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message).subcode(subcode)
    }

    /// 401: nobody we know.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message).subcode("auth.unauthorized")
    }

    /// 413: more than `bytes_max`.
    pub fn too_large(bytes_max: usize) -> Self {
        let message = format!("The body is larger than {bytes_max} bytes; send less at once.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
            .subcode("validation.common.body.too_large")
    }

    /// 503: come again.
    pub fn unavailable(retry_after: Duration) -> Self {
        let message = "The server cannot take this now. Try again a little later.";
        let retry_after = Some(retry_after);
        Self { retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, message) }
    }

    /// 500: our fault; the cause goes to the log only.
    pub fn internal(cause: &dyn Display) -> Self {
        tracing::error!(%cause, "a request failed inside");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The server failed. The operator finds the cause in its log, under the x-request-id \
             of this answer.",
        )
    }

    /// The envelope.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "code": self.status.as_u16(),
            "reason": self.status.canonical_reason().unwrap_or("Error"),
            "message": self.message,
        });
        if let Value::Object(map) = &mut body {
            if let Some(subcode) = &self.subcode {
                map.insert("subcode".to_owned(), json!(subcode));
            }
            if !self.arguments.is_empty() {
                map.insert("arguments".to_owned(), json!(self.arguments));
            }
            if !self.faults.is_empty() {
                let faults = self.faults.iter().map(fault_line).collect();
                map.insert("faults".to_owned(), Value::Array(faults));
            }
            if self.bad_token {
                map.insert("error".to_owned(), json!("invalid_token"));
            }
        }
        body
    }
}

fn fault_line(fault: &Fault) -> Value {
    json!({
        "field": fault.field,
        "message": fault.message,
        "subcode": fault.subcode,
        "entity": fault.entity,
    })
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = json_response(self.status, &self.body());
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"Firebell\", charset=\"UTF-8\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        match self.revision {
            Some(revision) => fresh::confirmed(response, *revision),
            None => response,
        }
    }
}

/// A JSON answer with the content type xMatters clients look for.
pub fn json_response(status: StatusCode, body: &Value) -> Response {
    let kind = HeaderValue::from_static("application/json;charset=utf-8");
    (status, [(http::header::CONTENT_TYPE, kind)], body.to_string()).into_response()
}

/// 200 with JSON.
pub fn ok(body: &Value) -> Response {
    json_response(StatusCode::OK, body)
}

impl From<firebell_store::Error> for ApiError {
    fn from(error: firebell_store::Error) -> Self {
        if error.is_retryable() {
            tracing::warn!(%error, cause = error.cause(), "the database could not be used");
            return Self::unavailable(RETRY_AFTER_DEFAULT);
        }
        tracing::error!(%error, cause = error.cause(), "the database refused a request");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The database refused the request. The operator finds the cause in the server's log.",
        )
    }
}

impl From<Faults> for ApiError {
    fn from(faults: Faults) -> Self {
        let Some(first) = faults.0.first().cloned() else {
            return Self::new(StatusCode::BAD_REQUEST, "The change was refused.");
        };
        let taken = |subcode: &str| subcode.contains("not_unique") || subcode.contains("duplicate");
        let status =
            if taken(&first.subcode) { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST };
        let field = first.field.clone();
        Self {
            arguments: if field.is_empty() { Vec::new() } else { vec![field] },
            faults: faults.0.into(),
            ..Self::new(status, first.to_string()).subcode(&first.subcode)
        }
    }
}

impl From<ConfigError> for ApiError {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Invalid(faults) => faults.into(),
            ConfigError::Unknown(_) => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            ConfigError::Damaged(_) => {
                tracing::error!(%error, "a change of configuration was refused");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
            ConfigError::WentBack { .. } => {
                tracing::error!(%error, "a change of configuration was refused");
                let retry_after = Some(RETRY_AFTER_DEFAULT);
                let refused = Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string());
                Self { retry_after, ..refused.subcode(licence::CONFIGURATION_UNCONFIRMED) }
            }
            ConfigError::Changed { .. } => {
                Self::new(StatusCode::PRECONDITION_FAILED, error.to_string())
                    .subcode("validation.common.precondition_failed")
            }
            ConfigError::Denied(ref denial) => {
                let limit = match denial.check().limit {
                    Limit::AtMost(limit) => limit.to_string(),
                    Limit::None => String::new(),
                };
                let arguments = vec![denial.check().licence.word().to_owned(), limit];
                let revision = Some(Box::new(denial.evidence().revision));
                let subcode = match denial.reason() {
                    DenialReason::Limit => "validation.person.license_limit_exceeded",
                    DenialReason::NotYetValid => "validation.person.license_not_yet_valid",
                    DenialReason::Expired => "validation.person.license_expired",
                };
                let refused = Self::conflict(subcode, error.to_string());
                Self { arguments, revision, ..refused }
            }
            ConfigError::Unconfirmed(cause) => {
                let refused = licence::unconfirmed(cause, Outcome::NotMade);
                if cause.is_of_configuration() {
                    return refused.subcode(licence::CONFIGURATION_UNCONFIRMED);
                }
                refused
            }
            ConfigError::NeedsApproval(_) => {
                Self::conflict("validation.common.needs_approval", error.to_string())
            }
            ConfigError::Store(error) => error.into(),
        }
    }
}

impl From<RespondError> for ApiError {
    fn from(error: RespondError) -> Self {
        let message = error.to_string();
        match error {
            RespondError::NoAlert | RespondError::NoInstance => {
                Self::new(StatusCode::NOT_FOUND, sentence(&message))
                    .subcode("validation.event.event_not_exists")
            }
            RespondError::NoOption(number) => {
                let given = number.to_string();
                let subcode = "validation.response.option_not_exists";
                Self::bad_request(subcode, sentence(&message), &["option", &given])
            }
            RespondError::Closed => {
                Self::conflict("validation.event.terminated", sentence(&message))
            }
            RespondError::Store(error) => error.into(),
        }
    }
}

impl From<Forbidden> for ApiError {
    fn from(forbidden: Forbidden) -> Self {
        Self::forbidden(&forbidden)
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let message = error.to_string();
        match error {
            AuthError::Missing | AuthError::Malformed | AuthError::Wrong => {
                Self::unauthorized(message)
            }
            AuthError::LockedOut { retry_after } => Self {
                retry_after: Some(retry_after),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, message).subcode("auth.locked_out")
            },
        }
    }
}

/// The same words as a sentence.
pub(crate) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_has_what_clients_read() {
        let error = ApiError::bad_request("validation.x.y", "No.", &["site"]);
        let expected = json!({
            "code": 400, "reason": "Bad Request", "message": "No.", "subcode": "validation.x.y",
            "arguments": ["site"],
        });
        assert_eq!(error.body(), expected);
        let error = ApiError::not_found("person", "bo");
        assert_eq!(error.body()["subcode"], "validation.person.person_not_exists");
        assert_eq!(error.body()["message"], "There is no person \"bo\".");
    }

    #[test]
    fn a_change_that_needs_no_licence_is_not_told_of_licences() {
        use firebell_config::fresh::Cause;

        let root = ConfigError::Unconfirmed(Cause::RootMismatch);
        let revision = |n| Revision { epoch: 1, n };
        let back = ConfigError::WentBack { held: revision(9), found: revision(4) };
        for error in [root, back] {
            let error = ApiError::from(error);
            assert_eq!(error.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(error.subcode.as_deref(), Some("configuration_unconfirmed"));
            assert!(error.retry_after.is_some() && !error.message.contains("licence"));
        }
        let drift = ApiError::from(ConfigError::Unconfirmed(Cause::Drift));
        assert_eq!(drift.subcode.as_deref(), Some("licence_unconfirmed"));
    }

    #[test]
    fn duplicates_are_conflicts_and_all_faults_are_told() {
        let mut faults = Faults::one("targetName", "is taken", "validation.person.not_unique");
        faults.push(Faults::one("site", "is unknown", "validation.person.site").0.remove(0));
        let error = ApiError::from(faults);
        assert_eq!(error.status, StatusCode::CONFLICT);
        assert_eq!(error.body()["faults"][1]["field"], "site");
        let error = ApiError::from(Faults::one("site", "is unknown", "validation.person.site"));
        assert_eq!(
            (error.status.as_u16(), error.arguments.as_slice()),
            (400, &["site".to_owned()][..])
        );
    }
}
