//! What operators may ask of this very process: to take a whole snapshot again.
//!
//! Let in by the token of nodes, compared in constant time; without the setting there is no such
//! path. It changes nothing but which way this process takes to the configuration it has to have
//! anyway.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use firebell_access::keys;
use firebell_base::Secret;
use firebell_replica::ReplicaHandle;
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use serde_json::{Value, json};

/// Where.
const RESYNC: &str = "/api/firebell/1/replica/resync";

#[derive(Clone)]
struct Tended {
    replica: ReplicaHandle,
    /// Only the hash, so that comparing takes the same time whatever is presented.
    token: [u8; 32],
}

/// The routes; none without a token.
pub(crate) fn router(replica: &ReplicaHandle, token: Option<&Secret>) -> Router {
    let Some(token) = token else { return Router::new() };
    let state = Tended { replica: replica.clone(), token: keys::hash(token.expose()) };
    Router::new().route(RESYNC, post(resync)).with_state(state)
}

async fn resync(State(state): State<Tended>, headers: HeaderMap) -> Response {
    if !is_let_in(&headers, &state.token) {
        let body = json!({"code": 401, "reason": "Unauthorized",
            "message": "This needs the token of the setting feed.token, as Bearer."});
        let mut response = answer(StatusCode::UNAUTHORIZED, &body);
        response.headers_mut().insert(WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
        return response;
    }
    state.replica.resync();
    tracing::info!("told to take a whole snapshot again");
    answer(StatusCode::ACCEPTED, &json!({"resync": true}))
}

fn is_let_in(headers: &HeaderMap, token: &[u8; 32]) -> bool {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let presented = header.and_then(|value| value.split_once(' '));
    presented.is_some_and(|(scheme, secret)| {
        scheme.eq_ignore_ascii_case("bearer") && keys::matches(secret.trim(), token)
    })
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let kind = [(CONTENT_TYPE, "application/json")];
    (status, kind, body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_lets_in() {
        let token = keys::hash("the-token");
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            is_let_in(&headers, &token)
        };
        assert!(with("Bearer the-token") && with("bearer the-token"));
        assert!(!with("Bearer the-toke") && !with("Basic the-token") && !with("the-token"));
        assert!(!is_let_in(&HeaderMap::new(), &token));
    }
}
