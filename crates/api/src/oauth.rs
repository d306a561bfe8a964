//! `POST /api/xm/1/oauth2/token`: a person's password, or a refresh token, for an access token.
//!
//! Section 2 of the API reference: parameters come in a form body or in the query string, the client
//! is named by the id of its instance and has no secret, and errors are in the words of RFC 6749.
//! Passwords and tokens are never logged: the log line of a request has the route only.

use std::sync::Arc;

use crate::body;
use crate::caller::{self, bad_token, client, sign_in_with};
use crate::error::{ApiError, json_response};
use crate::routes::{Auth, Route, route};
use crate::state::ApiState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use firebell_access::authenticate::Login;
use firebell_access::form::Fields;
use firebell_access::session::{Tokens, Visitor};
use firebell_access::{TokenError, TokenKind, Via};
use firebell_base::Secret;
use firebell_config::Snapshots;
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceId;
use firebell_domain::name::cut;
use http::header::{CONTENT_TYPE, PRAGMA, RETRY_AFTER, USER_AGENT, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

/// The largest body, in bytes.
pub const FORM_BYTES_MAX: usize = 16 * 1024;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[route!(POST "/api/xm/1/oauth2/token" => token,
    "Exchange a password or a refresh token for an access token; as a form, or in the query.")
.form(&["grant_type", "client_id", "username", "password", "refresh_token"])
.auth(Auth::Anybody)];

/// A refusal in the words of RFC 6749, section 5.2.
#[derive(Debug)]
struct Refusal {
    word: &'static str,
    error: ApiError,
}

async fn token(State(state): State<ApiState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match grant(&state, &parts, body).await {
        Ok(tokens) => granted(&tokens),
        Err(refusal) => refusal.into_response(),
    }
}

async fn grant(state: &ApiState, parts: &Parts, body: Body) -> Result<Tokens, Refusal> {
    let fields = fields(parts, body).await?;
    if let Some(name) = fields.repeated() {
        return Err(invalid(format!("{:?} is there twice; send it once.", cut(name, 40))));
    }
    match fields.word("grant_type") {
        Some("password") => by_password(state, parts, &fields).await,
        Some("refresh_token") => by_refresh(state, parts, &fields).await,
        Some(other) => {
            let given = cut(other, 40);
            let message =
                format!("grant_type must be \"password\" or \"refresh_token\", not {given:?}.");
            Err(Refusal { word: "unsupported_grant_type", error: bad(message) })
        }
        None => Err(missing("grant_type")),
    }
}

async fn by_password(state: &ApiState, parts: &Parts, fields: &Fields) -> Result<Tokens, Refusal> {
    let user = fields.word("username").ok_or_else(|| missing("username"))?;
    let password = fields.get("password").ok_or_else(|| missing("password"))?;
    let directory = instance(state, parts, fields).await?;
    let client = client(parts);
    let login = Login { user, password: Secret::new(password), via: Via::Basic, client };
    let principal = sign_in_with(state, &directory, login).await.map_err(not_granted)?;
    let now = state.clock.now();
    let visitor = Visitor { client, agent: agent(&parts.headers) };
    let sessions = state.authenticator.sessions();
    let begun = sessions.begin_api(&directory, principal.person, visitor, &state.random, now);
    begun.ok_or_else(|| not_granted(bad_token(state, TokenError::Outdated)))
}

async fn by_refresh(state: &ApiState, parts: &Parts, fields: &Fields) -> Result<Tokens, Refusal> {
    let token = fields.word("refresh_token").ok_or_else(|| missing("refresh_token"))?;
    let directory = instance(state, parts, fields).await?;
    let now = state.clock.now();
    let sessions = state.authenticator.sessions();
    let claims = sessions.read(TokenKind::Refresh, token, now);
    let tokens = claims.and_then(|claims| sessions.refresh(&directory, &claims, now));
    tokens.map_err(|error| not_granted(bad_token(state, error)))
}

/// The instance of `client_id`, which must be the one the request names otherwise, if it does.
async fn instance(
    state: &ApiState,
    parts: &Parts,
    fields: &Fields,
) -> Result<Arc<Directory>, Refusal> {
    let given = fields.word("client_id").ok_or_else(|| missing("client_id"))?;
    let id: InstanceId = given.parse().map_err(|_| {
        let rule = "must be the id of the instance, a UUID (GET /api/firebell/1/instance has it).";
        invalid(format!("client_id {rule}"))
    })?;
    let named = caller::named(state, parts).await.map_err(|error| client_error(state, error))?;
    let found = if let Some(named) = named {
        Some(named).filter(|named| named.instance.id == id)
    } else {
        let of_id = |known: &Snapshots| known.all().into_iter().find(|d| d.instance.id == id);
        state.find(of_id).await
    };
    found.ok_or_else(|| client_error(state, caller::no_instance(state, given)))
}

/// The parameters: of the body if there is one, else of the query.
async fn fields(parts: &Parts, body: Body) -> Result<Fields, Refusal> {
    let bytes = body::read(&parts.headers, body, FORM_BYTES_MAX).await;
    let bytes = bytes.map_err(|error| Refusal { word: "invalid_request", error })?;
    if bytes.is_empty() {
        return Ok(Fields::read(parts.uri.query().unwrap_or_default().as_bytes()));
    }
    let given = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = given.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let message = "The body must be application/x-www-form-urlencoded; or send the parameters \
                       in the query string and no body.";
        return Err(invalid(message));
    }
    Ok(Fields::read(&bytes))
}

/// What a client calls itself.
pub(crate) fn agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn granted(tokens: &Tokens) -> Response {
    let mut response = json_response(
        StatusCode::OK,
        &json!({
            "access_token": tokens.access.expose(),
            "token_type": "bearer",
            "refresh_token": tokens.refresh.expose(),
            "expires_in": tokens.expires_in,
            "jti": tokens.session.to_string(),
        }),
    );
    response.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

fn bad(message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, message)
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal { word: "invalid_request", error: bad(message) }
}

fn missing(name: &str) -> Refusal {
    invalid(format!("{name} is missing."))
}

/// Wrong credentials are `invalid_grant` with 400; what passes keeps its own status.
fn not_granted(error: ApiError) -> Refusal {
    if error.status == StatusCode::UNAUTHORIZED {
        let error = ApiError { status: StatusCode::BAD_REQUEST, bad_token: false, ..error };
        return Refusal { word: "invalid_grant", error };
    }
    passing(error)
}

/// An unknown client is `invalid_client` with 401.
fn client_error(state: &ApiState, error: ApiError) -> Refusal {
    if !state.authenticator.is_confirmed() || error.status.is_server_error() {
        return passing(error);
    }
    let message = "client_id names no instance of this server, or not the one this address is for.";
    Refusal { word: "invalid_client", error: ApiError::unauthorized(message) }
}

fn passing(error: ApiError) -> Refusal {
    let word = match error.status.as_u16() {
        429 => "slow_down",
        500.. => "temporarily_unavailable",
        _ => "invalid_request",
    };
    Refusal { word, error }
}

impl Refusal {
    fn into_response(self) -> Response {
        let Self { word, error } = self;
        let body = json!({ "error": word, "error_description": error.message });
        let mut response = json_response(error.status, &body).into_response();
        let headers = response.headers_mut();
        if let Some(wait) = error.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        if error.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"Firebell\", charset=\"UTF-8\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
