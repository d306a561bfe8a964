//! Who asks, and in which instance.
//!
//! An API key and an access token name their instance by themselves. A web login does not: the path
//! (`/t/{instance}/…`), the header `X-Firebell-Instance`, the first label of the host, or there being
//! only one instance decide, in this order.
//!
//! Nobody is told that an instance or a user does not exist unless the configuration is confirmed to
//! be the newest: until then they hear 503, in words, and are asked to come again.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_access::authenticate::{
    Login, Prepared, UNCONFIRMED_RETRY, unconfirmed_instance, unconfirmed_sign_in,
};
use firebell_access::keys::{self, BasicUser};
use firebell_access::token::Claims;
use firebell_access::{AuthError, Permission, Principal, Scope, TokenError, TokenKind, allows};
use firebell_base::Secret;
use firebell_config::Author;
use firebell_domain::directory::Directory;
use firebell_domain::person::Person;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::door::Tenant;
use crate::error::ApiError;
use crate::state::ApiState;

/// The header that names the instance.
pub const INSTANCE_HEADER: &str = "x-firebell-instance";

/// The address a request comes from, set by the binary, which knows which proxies to believe.
#[derive(Debug, Clone, Copy)]
pub struct Client(pub IpAddr);

/// Somebody who was let in, and the newest configuration of their instance. An extractor.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub principal: Principal,
    /// The configuration.
    pub directory: Arc<Directory>,
}

impl Caller {
    /// Whether they may.
    ///
    /// # Errors
    /// 403 naming the role that is needed.
    pub fn require(&self, permission: Permission, scope: Scope<'_>) -> Result<(), ApiError> {
        allows(&self.principal, permission, &scope).map_err(ApiError::from)
    }

    /// The caller as a person.
    pub fn person(&self) -> Option<&Arc<Person>> {
        self.directory.person(self.principal.person)
    }

    /// The caller as author of a change.
    pub fn author(&self, reason: impl Into<String>) -> Author {
        let id = self.principal.person;
        let name = self.person().map_or_else(|| id.to_string(), |p| p.target_name.to_string());
        Author { name, reason: reason.into() }
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        authenticate(state, parts).await
    }
}

/// What an `Authorization` header holds.
#[derive(Debug)]
pub(crate) enum Credentials {
    /// `Basic`: user and password.
    Basic(String, Secret),
    /// `Bearer`.
    Bearer(Secret),
    /// Something else.
    Unreadable,
    /// No header.
    None,
}

/// Takes the `Authorization` header apart.
pub(crate) fn credentials(headers: &HeaderMap) -> Credentials {
    let Some(header) = headers.get(AUTHORIZATION) else { return Credentials::None };
    let Ok(header) = header.to_str() else { return Credentials::Unreadable };
    let Some((scheme, rest)) = header.trim().split_once(' ') else {
        return Credentials::Unreadable;
    };
    if scheme.eq_ignore_ascii_case("bearer") {
        return Credentials::Bearer(Secret::new(rest.trim()));
    }
    let decoded = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded.as_deref().and_then(|text| text.split_once(':')) {
        Some((user, password)) if scheme.eq_ignore_ascii_case("basic") => {
            Credentials::Basic(user.to_owned(), Secret::new(password))
        }
        _ => Credentials::Unreadable,
    }
}

/// Lets somebody in, into the instance the request names.
async fn authenticate(state: &ApiState, parts: &Parts) -> Result<Caller, ApiError> {
    let directory = instance(state, parts).await?;
    let principal = sign_in(state, parts, &directory).await?;
    Ok(Caller { principal, directory })
}

/// Lets somebody in, into this instance.
pub(crate) async fn sign_in(
    state: &ApiState,
    parts: &Parts,
    directory: &Directory,
) -> Result<Principal, ApiError> {
    if let Credentials::Bearer(token) = credentials(&parts.headers) {
        let claims = access_claims(state, &token)?;
        let admitted = state.authenticator.sessions().admit(directory, &claims);
        return admitted.map_err(|error| bad_token(state, error));
    }
    let now = state.clock.now();
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let prepared = state.authenticator.prepare(directory, header, client(parts), now);
    verify(state, prepared).await
}

/// Lets somebody in with a name and a password from a body.
pub(crate) async fn sign_in_with(
    state: &ApiState,
    directory: &Directory,
    login: Login<'_>,
) -> Result<Principal, ApiError> {
    let prepared = state.authenticator.prepare_login(directory, login, state.clock.now());
    verify(state, prepared).await
}

/// Does what is left to do to let somebody in.
async fn verify(
    state: &ApiState,
    prepared: Result<Prepared, AuthError>,
) -> Result<Principal, ApiError> {
    match prepared.map_err(|error| refused(state, error))? {
        Prepared::Done(principal) => Ok(principal),
        Prepared::Pending(pending) => {
            let authenticator = Arc::clone(&state.authenticator);
            // The time is asked again, because this may wait for its turn.
            let clock = state.clock.clone();
            let work = move || authenticator.verify(&pending, clock.now());
            let verified = state.hashing.run(work).await?;
            verified.map_err(|error| refused(state, error))
        }
    }
}

/// What an access token says.
fn access_claims(state: &ApiState, token: &Secret) -> Result<Claims, ApiError> {
    let now = state.clock.now();
    let read = state.authenticator.sessions().read(TokenKind::Access, token.expose(), now);
    read.map_err(|error| bad_token(state, error))
}

/// A refusal, if it can be confirmed.
pub(crate) fn refused(state: &ApiState, error: AuthError) -> ApiError {
    match error {
        AuthError::Wrong if !state.authenticator.is_confirmed() => {
            unconfirmed("sign_in_unconfirmed", unconfirmed_sign_in())
        }
        AuthError::Wrong
        | AuthError::Missing
        | AuthError::Malformed
        | AuthError::LockedOut { .. } => error.into(),
    }
}

/// The refusal of a token, if it can be confirmed.
pub(crate) fn bad_token(state: &ApiState, error: TokenError) -> ApiError {
    match error {
        TokenError::Outdated if !state.authenticator.is_confirmed() => {
            unconfirmed("sign_in_unconfirmed", unconfirmed_sign_in())
        }
        TokenError::Malformed
        | TokenError::Forged
        | TokenError::Expired
        | TokenError::Elsewhere
        | TokenError::Ended
        | TokenError::Outdated
        | TokenError::Replayed => {
            ApiError { bad_token: true, ..ApiError::unauthorized(error.to_string()) }
        }
    }
}

/// There is no such instance, if that can be confirmed.
pub(crate) fn no_instance(state: &ApiState, name: &str) -> ApiError {
    if state.authenticator.is_confirmed() {
        return ApiError::not_found("instance", name);
    }
    unconfirmed("instance_unconfirmed", unconfirmed_instance(name))
}

/// 503: perhaps it is only not known here yet.
pub(crate) fn unconfirmed(subcode: &str, message: String) -> ApiError {
    let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, message).subcode(subcode);
    ApiError { retry_after: Some(UNCONFIRMED_RETRY), ..error }
}

/// From where the request comes, if that is known.
pub(crate) fn client(parts: &Parts) -> Option<IpAddr> {
    let told = parts.extensions.get::<Client>().map(|client| client.0);
    told.or_else(|| parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()))
}

/// The instance a request is for.
pub(crate) async fn instance(state: &ApiState, parts: &Parts) -> Result<Arc<Directory>, ApiError> {
    let named = named(state, parts).await?;
    let user = match credentials(&parts.headers) {
        Credentials::Basic(user, _) => user,
        Credentials::None => return Err(AuthError::Missing.into()),
        Credentials::Unreadable => return Err(AuthError::Malformed.into()),
        Credentials::Bearer(token) => return of_token(state, &token, named).await,
    };
    match keys::basic_user(&user) {
        BasicUser::BadKey => Err(AuthError::Wrong.into()),
        BasicUser::Key(id) => {
            let of_key = state.find(|known| known.by_api_key(id)).await;
            let of_key = of_key.ok_or_else(|| refused(state, AuthError::Wrong))?;
            // A key is good in its own instance only, whatever else the request names.
            match named {
                Some(named) if named.instance.no != of_key.instance.no => {
                    Err(refused(state, AuthError::Wrong))
                }
                Some(_) | None => Ok(of_key),
            }
        }
        BasicUser::Login(_) => match named {
            Some(named) => Ok(named),
            None => by_host_or_alone(state, parts).await,
        },
    }
}

/// The instance of an access token, which must be the named one if one is named.
async fn of_token(
    state: &ApiState,
    token: &Secret,
    named: Option<Arc<Directory>>,
) -> Result<Arc<Directory>, ApiError> {
    let claims = access_claims(state, token)?;
    match named {
        Some(named) if named.instance.no == claims.instance => Ok(named),
        Some(_) => Err(bad_token(state, TokenError::Elsewhere)),
        None => {
            let found = state.find(|known| known.instance(claims.instance)).await;
            found.ok_or_else(|| bad_token(state, TokenError::Outdated))
        }
    }
}

/// The instance somebody wants to sign in to, who has no credentials yet.
pub(crate) async fn instance_to_enter(
    state: &ApiState,
    parts: &Parts,
) -> Result<Arc<Directory>, ApiError> {
    match named(state, parts).await? {
        Some(named) => Ok(named),
        None => by_host_or_alone(state, parts).await,
    }
}

/// The instance the path or the header names.
pub(crate) async fn named(
    state: &ApiState,
    parts: &Parts,
) -> Result<Option<Arc<Directory>>, ApiError> {
    let header = parts.headers.get(INSTANCE_HEADER);
    let in_header = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let in_path = parts.extensions.get::<Tenant>().map(|tenant| tenant.0.clone());
    let Some(name) = in_path.or(in_header) else { return Ok(None) };
    let found = state.find(|known| known.by_name(&name)).await;
    found.map(Some).ok_or_else(|| no_instance(state, &name))
}

async fn by_host_or_alone(state: &ApiState, parts: &Parts) -> Result<Arc<Directory>, ApiError> {
    let host = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
    let host = host.or_else(|| parts.uri.host()).unwrap_or_default();
    let label = host.split(['.', ':']).next().unwrap_or_default();
    if let Some(found) = state.snapshots.by_name(label) {
        return Ok(found);
    }
    if state.snapshots.all().is_empty() {
        state.look_again().await;
    }
    let mut all = state.snapshots.all();
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) | (Some(_), false) if !state.authenticator.is_confirmed() => {
            Err(no_instance(state, label))
        }
        (None, _) => {
            let message = "There is no instance yet: make one with `firebell instance create`.";
            Err(ApiError::bad_request("validation.instance.none", message, &[]))
        }
        (Some(_), false) => {
            let message = "This server has several instances: name one in the header \
                           X-Firebell-Instance, with the path prefix /t/{instance}, as the first \
                           label of the host name, or by using an API key.";
            Err(ApiError::bad_request("validation.instance.ambiguous", message, &["instance"]))
        }
    }
}
