//! The doors of senders: inbound triggers, Alertmanager's own API, and beside this file those of
//! PagerDuty's and Opsgenie's senders.
//!
//! Here a sender is let in, the body is read within bounds, and the words of the answer are chosen;
//! `pipeline::payload` says what the body means and `pipeline::intake` makes it durable. A 2xx is
//! given only after that.
//!
//! Alertmanager and Prometheus repeat what was answered 5xx and drop what was answered 4xx. So to
//! them an overload is always 503, never 429. And no sender is told that an integration or a key
//! is unknown or wrong while this process is not sure of its configuration: the event would be lost.

pub(crate) mod opsgenie;
pub(crate) mod pagerduty;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use firebell_access::{Permission, Scope, TokenKind, allows, keys};
use firebell_base::Timestamp;
use firebell_base::limit::API_BODY_BYTES_MAX;
use firebell_config::Snapshots;
use firebell_domain::directory::Directory;
use firebell_domain::event::{Draft, RequestId};
use firebell_domain::integration::{Format, Integration, IntegrationId};
use firebell_domain::name::cut;
use firebell_domain::person::Status;
use firebell_pipeline::intake::IntakeError;
use firebell_pipeline::payload::{self, PayloadError, alertmanager_v2};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::body;
use crate::caller::{self, Credentials, credentials, sign_in};
use crate::door::Tenant;
use crate::error::{ApiError, json_response};
use crate::native::integrations::known_integration;
use crate::page::Query;
use crate::routes::{Auth, Route, bytes_response, route};
use crate::state::ApiState;

/// A larger body is parsed away from the threads that serve requests, in bytes.
const PARSE_HERE_BYTES_MAX: usize = 64 * 1024;
/// When to come again after an overload that says nothing better.
const RETRY_AFTER_OVERLOAD: Duration = Duration::from_secs(1);
/// What a process that is not sure of its configuration cannot tell about a key it does not know.
const KEY_IS_RIGHT: &str = "the integration's key is right";

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(POST "/api/integration/1/functions/{id}/triggers" => trigger,
        "Send an event to an integration, by UUID or name; the body is what its format expects.")
    .query(&["apiKey"])
    .fields(&["recipients", "priority", "properties"])
    .ok(202)
    .auth(Auth::Senders),
    route!(POST "/api/v2/alerts" => alertmanager_alerts,
        "Send alerts as to Alertmanager's own API, version 2; the body is a list.")
    .auth(Auth::Senders),
    route!(GET "/-/healthy" => healthy, "Alertmanager's health check.").auth(Auth::Anybody),
    route!(GET "/-/ready" => healthy, "Alertmanager's readiness check.").auth(Auth::Anybody),
];

async fn healthy() -> Response {
    bytes_response("text/plain; charset=utf-8", "OK")
}

/// An event for one integration.
async fn trigger(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    query: Query,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let sender = Sender { parts: &parts, presented: presented(&query, &parts.headers) };
    let (directory, integration) = resolve(&state, &sender, &id).await?;
    let taken = take(&state, &directory, &integration, &sender, body).await;
    match taken {
        Ok(request) => {
            Ok(json_response(StatusCode::ACCEPTED, &json!({ "requestId": request.to_string() })))
        }
        Err(error) => Err(in_words_of(integration.format, error)),
    }
}

/// An integration and the configuration it is in.
type Door = (Arc<Directory>, Arc<Integration>);

/// The integration a path means, by id or by name. Ids are good everywhere; a name is looked for
/// where the sender's key belongs, or in the instance of the person who sends. Nobody else hears
/// which names there are.
async fn resolve(state: &ApiState, sender: &Sender<'_>, text: &str) -> Result<Door, ApiError> {
    let unknown = || {
        let what = format!("there is an integration {:?}", cut(text, 100));
        if_confirmed(state, &what, ApiError::not_found("integration", text))
    };
    let id = text.trim().parse::<IntegrationId>();
    if let Some(Presented { key, .. }) = sender.presented.as_ref().filter(|one| one.meant) {
        match find_by_key(&state.snapshots, key) {
            Some(door) if Ok(door.1.id) == id => return Ok(door),
            Some(_) => {}
            // The key, or the whole integration, may have been made a moment ago.
            None => state.look_again().await,
        }
    }
    if let Ok(id) = id {
        let look = |known: &Snapshots| {
            let directory = known.by_integration(id)?;
            let integration = directory.integration(id).cloned()?;
            Some((directory, integration))
        };
        return state.find(look).await.ok_or_else(unknown);
    }
    let Some(Presented { key, meant, bearer }) = &sender.presented else {
        return Err(keyless());
    };
    if let Some((directory, integration)) = find_by_key(&state.snapshots, key)
        && known_integration(&directory, text).is_some_and(|named| named.id == integration.id)
    {
        return Ok((directory, integration));
    }
    if *meant {
        return Err(wrong_key(state, *bearer));
    }
    let directory = caller::instance(state, sender.parts).await?;
    if let Some(integration) = known_integration(&directory, text).cloned() {
        return Ok((directory, integration));
    }
    sign_in(state, sender.parts, &directory).await?;
    Err(unknown())
}

/// What may be an integration's key.
struct Presented {
    key: String,
    /// It can be nothing else, such as a person's password.
    meant: bool,
    bearer: bool,
}

fn presented(query: &Query, headers: &HeaderMap) -> Option<Presented> {
    if let Some(key) = query.get("apiKey") {
        return Some(Presented { key, meant: true, bearer: false });
    }
    match credentials(headers) {
        Credentials::Bearer(token) => {
            // An access token is a person's: whether they may send is asked later.
            let meant = !token.expose().starts_with(TokenKind::Access.prefix());
            Some(Presented { key: token.expose().to_owned(), meant, bearer: true })
        }
        Credentials::Basic(user, password) => {
            // Somebody who means a key is not tried as a person: that would cost and lock out.
            let meant = password.expose().starts_with(keys::INTEGRATION_KEY_PREFIX)
                || user.parse::<IntegrationId>().is_ok();
            Some(Presented { key: password.expose().to_owned(), meant, bearer: false })
        }
        Credentials::None | Credentials::Unreadable => None,
    }
}

fn find_by_key(known: &Snapshots, key: &str) -> Option<Door> {
    if key.len() > keys::PRESENTED_BYTES_MAX {
        return None;
    }
    let (directory, id) = known.by_integration_key_hash(&keys::hash(key))?;
    let integration = directory.integration(id).cloned()?;
    Some((directory, integration))
}

fn wrong_key(state: &ApiState, bearer: bool) -> ApiError {
    let refusal = ApiError::unauthorized("The integration's key is wrong.");
    if_confirmed(state, KEY_IS_RIGHT, ApiError { bad_token: bearer, ..refusal })
}

/// A refusal, if it can be confirmed: until then 503 that says what this process cannot tell,
/// because senders drop what is answered 4xx.
fn if_confirmed(state: &ApiState, whether: &str, refusal: ApiError) -> ApiError {
    if state.authenticator.is_confirmed() {
        return refusal;
    }
    let message = format!(
        "This server cannot tell now whether {whether}, because its configuration may not be the \
         newest. Try again in a few seconds."
    );
    caller::unconfirmed("integration_unconfirmed", message)
}

fn keyless() -> ApiError {
    let message = "Send the integration's key: as ?apiKey=…, as password with HTTP Basic \
                   authentication, or as bearer token.";
    ApiError::unauthorized(message)
}

/// Who sends.
struct Sender<'a> {
    parts: &'a Parts,
    presented: Option<Presented>,
}

async fn take(
    state: &ApiState,
    directory: &Directory,
    integration: &Integration,
    sender: &Sender<'_>,
    body: Body,
) -> Result<RequestId, ApiError> {
    admit(state, sender, directory, integration).await?;
    let format = integration.format;
    let bytes = body::read(&sender.parts.headers, body, payload::body_bytes_max(format)).await?;
    let now = state.clock.now();
    let parsed = parse(bytes.clone(), move |bytes| payload::parse(format, bytes, now)).await?;
    let drafts = parsed.map_err(|error| {
        state.metrics.requests_refused.add(1);
        refusal(&error)
    })?;
    accept(state, directory, integration, drafts, &bytes).await
}

/// To senders that drop what is answered 4xx, a matter of time is 503.
fn in_words_of(format: Format, error: ApiError) -> ApiError {
    let passes =
        matches!(error.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
    match format {
        Format::Alertmanager if passes => ApiError {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: error.retry_after.or(Some(RETRY_AFTER_OVERLOAD)),
            ..error
        },
        Format::Alertmanager | Format::Generic | Format::PagerDuty | Format::Opsgenie => error,
    }
}

/// Lets the sender in: by the integration's key, or as a person who may send events.
async fn admit(
    state: &ApiState,
    sender: &Sender<'_>,
    directory: &Directory,
    integration: &Integration,
) -> Result<(), ApiError> {
    let Some(presented) = &sender.presented else {
        return Err(keyless());
    };
    if !keys::matches(&presented.key, &integration.key_hash) {
        if presented.meant {
            return Err(wrong_key(state, presented.bearer));
        }
        let principal = sign_in(state, sender.parts, directory).await?;
        allows(&principal, Permission::SendEvents, &Scope::Instance)?;
    }
    match integration.status {
        Status::Active => Ok(()),
        Status::Inactive => Err(inactive()),
    }
}

fn inactive() -> ApiError {
    let message = "This integration is inactive and takes no events; make it active first.";
    ApiError::new(StatusCode::FORBIDDEN, message).subcode("validation.integration.inactive")
}

/// A key opened the door of another kind of sender.
fn other_format(integration: &Integration, wanted: Format) -> ApiError {
    let (is, wanted) = (integration.format.word(), wanted.word());
    let message = format!(
        "This key is of an integration with the format {is}; use the key of one with the format \
         {wanted}."
    );
    ApiError::bad_request("validation.integration.format", message, &["format", is])
}

/// Parses small bodies at once and large ones on a thread that may be kept busy.
async fn parse<T: Send + 'static>(
    bytes: Bytes,
    read: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> Result<T, ApiError> {
    if bytes.len() <= PARSE_HERE_BYTES_MAX {
        return Ok(read(&bytes));
    }
    let task = tokio::task::spawn_blocking(move || read(&bytes));
    task.await.map_err(|error| ApiError::internal(&error))
}

pub(crate) fn refusal(error: &PayloadError) -> ApiError {
    let status = match error {
        PayloadError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        PayloadError::NotUtf8 { .. }
        | PayloadError::NotJson { .. }
        | PayloadError::Field { .. } => StatusCode::BAD_REQUEST,
    };
    let arguments = vec![error.field().to_owned()];
    ApiError { arguments, ..ApiError::new(status, error.to_string()).subcode(error.subcode()) }
}

async fn accept(
    state: &ApiState,
    directory: &Directory,
    integration: &Integration,
    drafts: Vec<Draft>,
    bytes: &[u8],
) -> Result<RequestId, ApiError> {
    let no = directory.instance.no;
    let accepted = state.intake.accept(no, integration, drafts, bytes).await;
    accepted.map_err(|error| {
        let message = crate::error::sentence(&error.to_string());
        let (status, retry_after) = match error {
            IntakeError::TooMany { retry_after, .. } => {
                (StatusCode::TOO_MANY_REQUESTS, retry_after)
            }
            IntakeError::Overloaded | IntakeError::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER_OVERLOAD)
            }
        };
        ApiError { retry_after: Some(retry_after), ..ApiError::new(status, message) }
    })
}

/// Alerts as Prometheus posts them, answered in Alertmanager's words.
async fn alertmanager_alerts(State(state): State<ApiState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (directory, integration) = match by_key(&state, &parts).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    if let Some(media) = foreign_media_type(&parts.headers) {
        let message =
            format!("unsupported media type {media:?}, only [application/json] are allowed");
        return framework(StatusCode::UNSUPPORTED_MEDIA_TYPE, &message);
    }
    let bytes = match body::read(&parts.headers, body, API_BODY_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return spoken(&error),
    };
    let now = state.clock.now();
    match take_alerts(&state, &directory, &integration, bytes, now).await {
        Ok(response) => response,
        Err(error) => spoken(&error),
    }
}

async fn take_alerts(
    state: &ApiState,
    directory: &Directory,
    integration: &Integration,
    bytes: Bytes,
    now: Timestamp,
) -> Result<Response, ApiError> {
    let outcome = parse(bytes.clone(), move |bytes| alertmanager_v2::parse(bytes, now)).await?;
    // The valid alerts are taken, whatever is answered about the others.
    accept(state, directory, integration, outcome.drafts, &bytes).await?;
    Ok(match outcome.error {
        None => StatusCode::OK.into_response(),
        Some(error) => {
            state.metrics.requests_refused.add(1);
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
            let kind = HeaderValue::from_static("application/json");
            (status, [(CONTENT_TYPE, kind)], error.body).into_response()
        }
    })
}

/// The integration whose key comes with the request: in the path, as password or as bearer token.
async fn by_key(state: &ApiState, parts: &Parts) -> Result<Door, Box<Response>> {
    let in_path = parts.extensions.get::<Tenant>().map(|tenant| tenant.0.as_str());
    let in_path = in_path.filter(|word| word.starts_with(keys::INTEGRATION_KEY_PREFIX));
    let presented = match (in_path, credentials(&parts.headers)) {
        (Some(key), _) => key.to_owned(),
        (None, Credentials::Basic(_, password)) => password.expose().to_owned(),
        (None, Credentials::Bearer(token)) => token.expose().to_owned(),
        (None, Credentials::None | Credentials::Unreadable) => {
            return Err(Box::new(stranger(
                "send the integration's key: in the path as /t/{key}/api/v2/alerts, as password, \
                 or as bearer token",
            )));
        }
    };
    let found = state.find(|known| find_by_key(known, &presented)).await;
    let (directory, integration) = found.ok_or_else(|| {
        let refusal = wrong_key(state, false);
        Box::new(match refusal.status {
            StatusCode::UNAUTHORIZED => stranger("the integration's key is wrong"),
            _ => spoken(&refusal),
        })
    })?;
    match integration.status {
        Status::Active => Ok((directory, integration)),
        Status::Inactive => Err(Box::new(spoken(&inactive()))),
    }
}

/// The media type of the body, when it is not JSON.
fn foreign_media_type(headers: &HeaderMap) -> Option<String> {
    let given = String::from_utf8_lossy(headers.get(CONTENT_TYPE)?.as_bytes());
    let media = given.split(';').next().unwrap_or_default().trim();
    (!media.eq_ignore_ascii_case("application/json")).then(|| cut(&media.to_ascii_lowercase(), 60))
}

fn stranger(message: &str) -> Response {
    let mut response = framework(StatusCode::UNAUTHORIZED, message);
    let challenge = HeaderValue::from_static("Basic realm=\"Firebell\", charset=\"UTF-8\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

/// One of our errors in the words of Alertmanager's framework.
fn spoken(error: &ApiError) -> Response {
    let error = in_words_of(Format::Alertmanager, error.clone());
    let mut response = framework(error.status, &error.message);
    if let Some(wait) = error.retry_after {
        let seconds = HeaderValue::from(wait.as_secs().max(1));
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}

/// An error as Alertmanager's web framework writes it.
pub(crate) fn framework(status: StatusCode, message: &str) -> Response {
    let body: Value = json!({ "code": status.as_u16(), "message": message });
    let kind = HeaderValue::from_static("application/json");
    (status, [(CONTENT_TYPE, kind)], body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alertmanager_never_hears_4xx_for_what_passes() {
        for (format, given, told) in [
            (Format::Generic, 429, 429),
            (Format::Generic, 408, 408),
            (Format::Alertmanager, 429, 503),
            (Format::Alertmanager, 408, 503),
            (Format::Alertmanager, 400, 400),
            (Format::Alertmanager, 413, 413),
        ] {
            let error = ApiError::new(StatusCode::from_u16(given).unwrap(), "x");
            let error = in_words_of(format, error);
            assert_eq!(error.status.as_u16(), told, "{format:?} {given}");
            assert_eq!(error.retry_after.is_some(), told == 503);
        }
    }
}
