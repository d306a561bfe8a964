//! The door for senders of PagerDuty's Events API v2: the integration's key is in the body, as
//! `routing_key`, and the answers have their words.
//!
//! Such senders come again after 429 and 5xx, and drop what is answered 400. The key is never kept
//! with the payload.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::integration::Format;
use firebell_domain::person::Status;
use firebell_pipeline::payload::{PayloadError, pagerduty};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use super::{accept, find_by_key, inactive, other_format, parse, refusal, wrong_key};
use crate::body;
use crate::error::{ApiError, json_response};
use crate::routes::{Auth, Route, route};
use crate::state::ApiState;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[route!(POST "/v2/enqueue" => enqueue,
    "Send an event as to PagerDuty's Events API v2; routing_key is the integration's key.")
.fields(&["routing_key*", "event_action*", "dedup_key", "payload"])
.ok(202)
.auth(Auth::Senders)];

async fn enqueue(State(state): State<ApiState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match take(&state, &parts.headers, body).await {
        Ok(dedup_key) => json_response(
            StatusCode::ACCEPTED,
            &json!({ "status": "success", "message": "Event processed", "dedup_key": dedup_key }),
        ),
        Err(error) => spoken(&error),
    }
}

/// What a body says, with its key apart.
struct Read {
    key: String,
    draft: Result<Draft, PayloadError>,
    kept: Vec<u8>,
}

fn read(bytes: &[u8]) -> Result<Read, PayloadError> {
    let key = pagerduty::routing_key(bytes)?;
    let kept = pagerduty::without_key(bytes, &key);
    Ok(Read { draft: pagerduty::parse(bytes), key, kept })
}

/// Takes an event; returns its dedup key, made here if the sender gave none.
async fn take(state: &ApiState, headers: &HeaderMap, body: Body) -> Result<String, ApiError> {
    let bytes = body::read(headers, body, pagerduty::BODY_BYTES_MAX).await?;
    let refused = |error: &PayloadError| {
        state.metrics.requests_refused.add(1);
        refusal(error)
    };
    let Read { key, draft, kept } = parse(bytes, read).await?.map_err(|error| refused(&error))?;
    let found = state.find(|known| find_by_key(known, &key)).await;
    let (directory, integration) = found.ok_or_else(|| wrong_key(state, false))?;
    if integration.status == Status::Inactive {
        return Err(inactive());
    }
    if integration.format != Format::PagerDuty {
        return Err(other_format(&integration, Format::PagerDuty));
    }
    let mut draft = draft.map_err(|error| refused(&error))?;
    if draft.action == EventAction::Trigger && draft.dedup_key.is_none() {
        draft.dedup_key = Some(state.random.uuid(state.clock.now()).to_string());
    }
    let dedup_key = draft.dedup_key.clone().unwrap_or_default();
    accept(state, &directory, &integration, vec![draft], &kept).await?;
    Ok(dedup_key)
}

/// One of our errors in PagerDuty's words.
fn spoken(error: &ApiError) -> Response {
    let body = match error.status {
        // A wrong key is a wrong event to them.
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => {
            let not_json = error.subcode.as_deref() == Some("validation.common.body.not_json");
            let (status, message) = if not_json {
                ("Unrecognized object", "Event object format is unrecognized")
            } else {
                ("invalid event", "Event object is invalid")
            };
            let detail = match error.status {
                StatusCode::UNAUTHORIZED => "Invalid routing key",
                _ => error.message.as_str(),
            };
            json!({ "status": status, "message": message, "errors": [detail] })
        }
        StatusCode::TOO_MANY_REQUESTS => {
            json!({ "status": "throttle exceeded", "message": error.message })
        }
        _ => json!({ "status": "not accepted", "message": error.message }),
    };
    let status = match error.status {
        StatusCode::UNAUTHORIZED => StatusCode::BAD_REQUEST,
        other => other,
    };
    let mut response = json_response(status, &body);
    if let Some(wait) = error.retry_after {
        let seconds = HeaderValue::from(wait.as_secs().max(1));
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}
