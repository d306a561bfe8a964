//! `/api/firebell/1/sign-in`: sign in and out, see and end sessions, set a forgotten password.
//!
//! Signing in needs nothing but what is in memory. What ends a session counts at once and is written
//! behind. Whether a login exists cannot be learnt here: every answer about it is the same.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Request, State};
use axum::response::Response;
use firebell_access::authenticate::Login;
use firebell_access::session::{Tokens, Visitor};
use firebell_access::token::Claims;
use firebell_access::{Permission, Scope, TokenError, TokenKind, Via, password};
use firebell_base::{Random, Secret};
use firebell_config::audit::{self, Act};
use firebell_config::{Author, Change, Faults};
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::person::{Person, PersonId};
use firebell_domain::session::{Session, SessionId};
use firebell_store::{self as store, WriteTx};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::body::Body;
use crate::caller::{Caller, bad_token, client, instance_to_enter, refused, sign_in_with};
use crate::error::{ApiError, json_response};
use crate::native::BASE;
use crate::oauth::agent;
use crate::page::Query;
use crate::routes::{Auth, Route, route};
use crate::state::ApiState;
use crate::time::format_time;
use crate::xm::shape::{self, lookup};

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(POST "/api/firebell/1/sign-in" => enter,
        "Sign in with a web login and password; answers with tokens.")
    .fields(&["login*", "password*"])
    .auth(Auth::Anybody),
    route!(GET "/api/firebell/1/sign-in" => who, "Who is signed in, and how."),
    route!(DELETE "/api/firebell/1/sign-in" => leave, "End the session of the access token."),
    route!(GET "/api/firebell/1/sign-in/sessions" => sessions,
        "One's own sessions; another person's for those who administer.")
    .query(&["person", "offset", "limit"]),
    route!(DELETE "/api/firebell/1/sign-in/sessions" => end_all, "End all of these sessions.")
        .query(&["person"]),
    route!(DELETE "/api/firebell/1/sign-in/sessions/{session}" => end, "End one session.")
        .query(&["person"]),
    route!(POST "/api/firebell/1/sign-in/reset" => reset,
        "Ask for a link to a new password by e-mail. Answers the same whether the login exists.")
    .fields(&["login*"])
    .ok(202)
    .auth(Auth::Anybody),
    route!(POST "/api/firebell/1/sign-in/reset/complete" => complete,
        "Set a new password with the token of such a link. Ends all sessions.")
    .fields(&["token*", "password*"])
    .auth(Auth::Anybody),
];

async fn enter(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = read(&state, request).await?;
    let user = text(body.object(), "login")?;
    let password = Secret::new(text(body.object(), "password")?);
    let directory = instance_to_enter(&state, &parts).await?;
    let client = client(&parts);
    let login = Login { user: user.trim(), password, via: Via::Basic, client };
    let principal = sign_in_with(&state, &directory, login).await?;
    let visitor = Visitor { client, agent: agent(&parts.headers) };
    let now = state.clock.now();
    let begun = state.authenticator.sessions().begin_api(
        &directory,
        principal.person,
        visitor,
        &state.random,
        now,
    );
    let tokens = begun.ok_or_else(|| bad_token(&state, TokenError::Outdated))?;
    Ok(json_response(StatusCode::OK, &shape_of(&directory, principal.person, &tokens)))
}

/// The tokens of somebody who was let in.
pub(crate) fn shape_of(directory: &Directory, person: PersonId, tokens: &Tokens) -> Value {
    json!({
        "accessToken": tokens.access.expose(),
        "refreshToken": tokens.refresh.expose(),
        "expiresIn": tokens.expires_in,
        "session": tokens.session.to_string(),
        "clientId": directory.instance.id.to_string(),
        "person": directory.person(person).map(|person| of_person(person)),
    })
}

async fn who(caller: Caller, query: Query) -> Result<Response, ApiError> {
    let principal = &caller.principal;
    let via = match principal.via {
        Via::Basic => "PASSWORD",
        Via::ApiKey(_) => "API_KEY",
        Via::Session(_) | Via::Bearer(_) => "SESSION",
        Via::Link => "LINK",
    };
    let directory = &caller.directory;
    let shape = json!({
        "person": caller.person().map(|person| of_person(person)),
        "instance": {
            "id": directory.instance.id.to_string(),
            "name": directory.instance.name.as_str(),
        },
        "roles": principal.roles.iter().map(|role| role.word()).collect::<Vec<_>>(),
        "licenseType": principal.licence.word(),
        "via": via,
        "session": own_session(&caller).map(|id| id.to_string()),
        "links": { "self": format!("{BASE}/sign-in") },
    });
    Ok(shape::ok(&query, shape))
}

async fn leave(State(state): State<ApiState>, caller: Caller) -> Result<Response, ApiError> {
    let Some(session) = own_session(&caller) else {
        let message = "There is no session to end: you came with a password or an API key, not \
                       with an access token.";
        return Err(ApiError::bad_request("validation.session.none", message, &[]));
    };
    let (no, person) = (caller.directory.instance.no, caller.principal.person);
    let now = state.clock.now();
    // It may have begun in another process, and not be known here.
    state.authenticator.sessions().end_api(no, person, session, now);
    Ok(json_response(StatusCode::OK, &json!({ "ended": 1 })))
}

async fn sessions(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    let person = subject(&caller, &query)?;
    let now = state.clock.now();
    let no = caller.directory.instance.no;
    let live = state.authenticator.sessions().live(no, person, now);
    let own = own_session(&caller);
    let path = format!("{BASE}/sign-in/sessions");
    shape::list(&path, &query, &live, |session| of_session(session, own))
}

async fn end(
    State(state): State<ApiState>,
    caller: Caller,
    Path(session): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let person = subject(&caller, &query)?;
    let no = caller.directory.instance.no;
    let unknown = || ApiError::not_found("session", &session);
    let id: SessionId = session.trim().parse().map_err(|_| unknown())?;
    let (sessions, now) = (state.authenticator.sessions(), state.clock.now());
    let live = sessions.live(no, person, now);
    let found = live.into_iter().find(|session| session.id == id).ok_or_else(unknown)?;
    record(&state, &caller, person, vec![found]).await?;
    sessions.end(no, person, id, now);
    Ok(json_response(StatusCode::OK, &json!({ "ended": 1 })))
}

async fn end_all(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    let person = subject(&caller, &query)?;
    let (no, now) = (caller.directory.instance.no, state.clock.now());
    let sessions = state.authenticator.sessions();
    let live = sessions.live(no, person, now);
    let ended = live.len();
    record(&state, &caller, person, live).await?;
    sessions.end_all(no, person, now);
    Ok(json_response(StatusCode::OK, &json!({ "ended": ended })))
}

async fn reset(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = read(&state, request).await?;
    let login = text(body.object(), "login")?;
    if !state.authenticator.can_mail() {
        let message = "This server sends no e-mail, so passwords cannot be reset by it. Ask \
                       whoever looks after Firebell.";
        let status = StatusCode::NOT_IMPLEMENTED;
        return Err(ApiError::new(status, message).subcode("sign_in.reset.no_mail"));
    }
    let directory = instance_to_enter(&state, &parts).await?;
    let now = state.clock.now();
    let asked = state.authenticator.request_reset(&directory, login.trim(), client(&parts), now);
    asked.map_err(|error| refused(&state, error))?;
    let message = "If there is such a user with an e-mail device, a message is on its way. The \
                   link in it works for 30 minutes.";
    Ok(json_response(StatusCode::ACCEPTED, &json!({ "message": message })))
}

async fn complete(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = read(&state, request).await?;
    let token = text(body.object(), "token")?;
    let new = text(body.object(), "password")?.to_owned();
    let refuse = |error| reset_refused(&state, error);
    let sessions = state.authenticator.sessions();
    let now = state.clock.now();
    let claims = sessions.read(TokenKind::Reset, token.trim(), now).map_err(refuse)?;
    let directory = state.find(|known| known.instance(claims.instance)).await;
    let directory = directory.ok_or_else(|| refuse(TokenError::Outdated))?;
    let person = sessions.admit_reset(&directory, &claims).map_err(refuse)?;
    password::check(&new).map_err(|error| {
        ApiError::bad_request("validation.person.password", error.to_string(), &["password"])
    })?;
    let random: Random = state.random.clone();
    let hash = state.hashing.run(move || password::hash(&new, &random)).await?;
    let hash = hash.map_err(|error| ApiError::internal(&error))?;
    set_password(&state, &directory, claims, hash).await?;
    let now = state.clock.now();
    state.authenticator.sessions().end_all(claims.instance, person, now);
    state.authenticator.trust(&directory, person, client(&parts), now);
    Ok(json_response(StatusCode::OK, &json!({ "message": "The new password is set. Sign in." })))
}

/// Sets the password, if the token is still good in the configuration that is changed: of two who
/// use it at once, one does.
async fn set_password(
    state: &ApiState,
    directory: &Directory,
    claims: Claims,
    hash: String,
) -> Result<(), ApiError> {
    let slot: Arc<Mutex<Option<TokenError>>> = Arc::default();
    let outcome = Arc::clone(&slot);
    let authenticator = Arc::clone(&state.authenticator);
    let decide = move |newest: &Directory| {
        let admitted = authenticator.sessions().admit_reset(newest, &claims);
        *outcome.lock().unwrap_or_else(PoisonError::into_inner) = admitted.err();
        let person = admitted.map_err(|_| Faults::default())?;
        Ok(vec![Change::Put(Entity::Password(Password { person, hash: hash.clone() }))])
    };
    let by = directory
        .person(claims.person)
        .map_or_else(|| claims.person.to_string(), |person| person.target_name.to_string());
    let by = Author::new(by, "password reset by e-mail");
    let now = state.clock.now();
    let changed = state.authority.change(claims.instance, &by, now, decide).await;
    let refused = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (changed, refused) {
        (Ok(_), _) => Ok(()),
        (Err(_), Some(error)) => Err(reset_refused(state, error)),
        (Err(error), None) => Err(error.into()),
    }
}

/// A link that does not work: 400, for there is nothing to authenticate with.
fn reset_refused(state: &ApiState, error: TokenError) -> ApiError {
    let error = bad_token(state, error);
    if error.status != StatusCode::UNAUTHORIZED {
        return error;
    }
    let message = "The link does not work any more: it was used, is older than 30 minutes, or is \
                   not complete. Ask for a new one.";
    ApiError::bad_request("sign_in.reset.token", message, &["token"])
}

/// Takes a request apart that nobody has signed in for.
pub(crate) async fn read(
    state: &ApiState,
    request: Request,
) -> Result<(http::request::Parts, Body), ApiError> {
    let (parts, body) = request.into_parts();
    let again = Request::from_parts(parts.clone(), body);
    let body = <Body as axum::extract::FromRequest<ApiState>>::from_request(again, state).await?;
    Ok((parts, body))
}

pub(crate) fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, ApiError> {
    match fields.get(name) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text),
        Some(Value::String(_) | Value::Null) | None => {
            Err(ApiError::field(name, "is missing; send it as a text."))
        }
        Some(_) => Err(ApiError::field(name, "must be a text.")),
    }
}

/// Whose sessions a request is about: the caller's, or those of `person` for who administers.
fn subject(caller: &Caller, query: &Query) -> Result<PersonId, ApiError> {
    let own = caller.principal.person;
    let Some(named) = query.get("person") else { return Ok(own) };
    let found = lookup::person(&caller.directory, &named).map(|person| person.id);
    if found == Some(own) {
        return Ok(own);
    }
    caller.require(Permission::Administer, Scope::Instance)?;
    found.ok_or_else(|| ApiError::not_found("person", &named))
}

pub(crate) fn own_session(caller: &Caller) -> Option<SessionId> {
    match caller.principal.via {
        Via::Session(session) | Via::Bearer(session) => Some(session),
        Via::Basic | Via::ApiKey(_) | Via::Link => None,
    }
}

/// Who ends somebody else's sessions does so as an administrator: the audit keeps it. One's own need
/// nothing but memory.
async fn record(
    state: &ApiState,
    caller: &Caller,
    person: PersonId,
    live: Vec<Session>,
) -> Result<(), ApiError> {
    if caller.principal.person == person {
        return Ok(());
    }
    let now = state.clock.now();
    let directory = &caller.directory;
    let name = |id| directory.person(id).map_or_else(String::new, |p| p.target_name.to_string());
    let act = Act {
        at: now,
        instance: Some(directory.instance.no),
        actor: name(caller.principal.person),
        act: "session.end",
        subject: name(person),
        reason: "sessions ended by an administrator".to_owned(),
        detail: format!("{} sessions", live.len()),
        revision: state.snapshots.revision(),
    };
    let ended: Vec<Session> =
        live.into_iter().map(|session| Session { ended: Some(now), ..session }).collect();
    let write = move |tx: &mut WriteTx<'_>| {
        store::sessions::put(tx, &ended, now)?;
        audit::append(tx, &act).map(drop)
    };
    let written: Result<(), store::Error> = state.db.write("api.end_sessions", write).await;
    written.map_err(ApiError::from)
}

fn of_person(person: &Person) -> Value {
    json!({
        "id": person.id.to_string(),
        "targetName": person.target_name.as_str(),
        "firstName": person.first_name.as_str(),
        "lastName": person.last_name.as_str(),
        "links": { "self": format!("/api/xm/1/people/{}", person.id) },
    })
}

fn of_session(session: &Session, own: Option<SessionId>) -> Value {
    json!({
        "id": session.id.to_string(),
        "kind": session.kind.word().to_uppercase(),
        "began": format_time(session.began),
        "expires": format_time(session.expires),
        "address": session.address,
        "agent": session.agent,
        "current": own == Some(session.id),
        "links": { "self": format!("{BASE}/sign-in/sessions/{}", session.id) },
    })
}
