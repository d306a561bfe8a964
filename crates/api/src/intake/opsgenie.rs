//! The door for senders of Opsgenie's alert API: the integration's key comes as
//! `Authorization: GenieKey …`, and the answers have their words.
//!
//! Such senders come again after 429 and 5xx, and drop other refusals. Alerts are named by their
//! alias only: the ids of the other service mean nothing here.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use firebell_domain::directory::Directory;
use firebell_domain::event::{Draft, EventAction, RequestId};
use firebell_domain::integration::{Format, Integration};
use firebell_domain::person::Status;
use firebell_pipeline::payload::{PayloadError, opsgenie};
use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use super::{accept, find_by_key, inactive, other_format, parse, refusal, wrong_key};
use crate::body;
use crate::caller::{Credentials, credentials};
use crate::error::{ApiError, json_response};
use crate::page::Query;
use crate::routes::{Auth, Route, route};
use crate::state::ApiState;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(POST "/v2/alerts" => create,
        "Open an alert as with Opsgenie's API; Authorization: GenieKey and the integration's key.")
    .fields(&["message*", "alias", "description", "priority", "responders", "details", "tags"])
    .ok(202)
    .auth(Auth::Senders),
    route!(POST "/v2/alerts/{alias}/close" => close,
        "Close the alert with this alias, as with Opsgenie's API.")
    .query(&["identifierType"])
    .fields(&["user", "source", "note"])
    .ok(202)
    .auth(Auth::Senders),
    route!(POST "/v2/alerts/{alias}/acknowledge" => acknowledge,
        "Acknowledge the alert with this alias, as with Opsgenie's API.")
    .query(&["identifierType"])
    .fields(&["user", "source", "note"])
    .ok(202)
    .auth(Auth::Senders),
];

/// How their senders learn that they are not too fast.
const RATE_STATE: HeaderName = HeaderName::from_static("x-ratelimit-state");

async fn create(State(state): State<ApiState>, request: Request) -> Response {
    let asked = state.clock.monotonic_micros();
    let taken = take(&state, request, opsgenie::parse).await;
    answer(&state, asked, taken)
}

async fn close(
    State(state): State<ApiState>,
    Path(alias): Path<String>,
    query: Query,
    request: Request,
) -> Response {
    change(&state, EventAction::Resolve, alias, &query, request).await
}

async fn acknowledge(
    State(state): State<ApiState>,
    Path(alias): Path<String>,
    query: Query,
    request: Request,
) -> Response {
    change(&state, EventAction::Acknowledge, alias, &query, request).await
}

async fn change(
    state: &ApiState,
    action: EventAction,
    alias: String,
    query: &Query,
    request: Request,
) -> Response {
    let asked = state.clock.monotonic_micros();
    let (parts, body) = request.into_parts();
    let named = query.get("identifierType").unwrap_or_default();
    let taken = if named.eq_ignore_ascii_case("alias") {
        let request = Request::from_parts(parts, body);
        take(state, request, move |bytes: &[u8]| opsgenie::note(bytes, action, &alias)).await
    } else {
        // Who has no key need not hear what is wrong with the question.
        match door(state, &parts).await {
            Ok(_) => Err(not_by_alias()),
            Err(error) => Err(error),
        }
    };
    answer(state, asked, taken)
}

fn not_by_alias() -> ApiError {
    let message = "identifierType must be alias: alerts are known by the alias their sender gave \
                   them.";
    let arguments = vec!["identifierType".to_owned()];
    ApiError { arguments, ..ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, message) }
}

async fn take(
    state: &ApiState,
    request: Request,
    read: impl FnOnce(&[u8]) -> Result<Draft, PayloadError> + Send + 'static,
) -> Result<RequestId, ApiError> {
    let (parts, body): (Parts, Body) = request.into_parts();
    let (directory, integration) = door(state, &parts).await?;
    let bytes = body::read(&parts.headers, body, opsgenie::BODY_BYTES_MAX).await?;
    let parsed = parse(bytes.clone(), read).await?;
    let draft = parsed.map_err(|error| {
        state.metrics.requests_refused.add(1);
        let refused = refusal(&error);
        match &error {
            PayloadError::Field { .. } => {
                ApiError { status: StatusCode::UNPROCESSABLE_ENTITY, ..refused }
            }
            PayloadError::TooLarge { .. }
            | PayloadError::NotUtf8 { .. }
            | PayloadError::NotJson { .. } => refused,
        }
    })?;
    accept(state, &directory, &integration, vec![draft], &bytes).await
}

/// The integration whose key comes with the request.
async fn door(
    state: &ApiState,
    parts: &Parts,
) -> Result<(Arc<Directory>, Arc<Integration>), ApiError> {
    let key = key(&parts.headers).ok_or_else(|| {
        ApiError::unauthorized("Send the integration's key: Authorization: GenieKey, and the key.")
    })?;
    let found = state.find(|known| find_by_key(known, &key)).await;
    let (directory, integration) = found.ok_or_else(|| wrong_key(state, false))?;
    if integration.status == Status::Inactive {
        return Err(inactive());
    }
    if integration.format != Format::Opsgenie {
        return Err(other_format(&integration, Format::Opsgenie));
    }
    Ok((directory, integration))
}

fn key(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(AUTHORIZATION)?.to_str().ok()?;
    if let Some((scheme, key)) = given.trim().split_once(' ')
        && scheme.eq_ignore_ascii_case("geniekey")
    {
        return Some(key.trim().to_owned());
    }
    match credentials(headers) {
        Credentials::Bearer(key) => Some(key.expose().to_owned()),
        Credentials::None | Credentials::Unreadable | Credentials::Basic(..) => None,
    }
}

/// The answer in Opsgenie's words.
fn answer(state: &ApiState, asked: u64, taken: Result<RequestId, ApiError>) -> Response {
    let micros = state.clock.monotonic_micros().saturating_sub(asked);
    #[expect(clippy::cast_precision_loss, reason = "nobody needs exact microseconds")]
    let took = micros as f64 / 1e6;
    let error = match taken {
        Ok(request) => {
            let body = json!({
                "result": "Request will be processed",
                "took": took,
                "requestId": request.to_string(),
            });
            let mut response = json_response(StatusCode::ACCEPTED, &body);
            response.headers_mut().insert(RATE_STATE, HeaderValue::from_static("OK"));
            return response;
        }
        Err(error) => error,
    };
    let request = state.random.uuid(state.clock.now());
    let mut body = json!({
        "message": error.message, "took": took, "requestId": request.to_string(),
    });
    if error.status == StatusCode::UNPROCESSABLE_ENTITY
        && let (Some(field), Value::Object(fields)) = (error.arguments.first(), &mut body)
    {
        let named = Map::from_iter([(field.clone(), json!(error.message))]);
        fields.insert("errors".to_owned(), Value::Object(named));
    }
    let mut response = json_response(error.status, &body);
    let headers = response.headers_mut();
    let throttled = error.status == StatusCode::TOO_MANY_REQUESTS;
    let word = if throttled { "THROTTLED" } else { "OK" };
    headers.insert(RATE_STATE, HeaderValue::from_static(word));
    if error.status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("GenieKey"));
    }
    if let Some(wait) = error.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    response
}
