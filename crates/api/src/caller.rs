//! Who asks, and in which instance.
//!
//! An API key names its instance by itself. A web login does not: the path (`/t/{instance}/…`),
//! the header `X-Firebell-Instance`, the first label of the host, or there being only one instance
//! decide, in this order.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_access::authenticate::Prepared;
use firebell_access::keys::{self, BasicUser};
use firebell_access::{AuthError, Permission, Principal, Scope, allows};
use firebell_base::Secret;
use firebell_config::Author;
use firebell_domain::directory::Directory;
use firebell_domain::person::Person;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;

use crate::error::ApiError;
use crate::server::Tenant;
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
    let now = state.clock.now();
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match state.authenticator.prepare(directory, header, client(parts), now)? {
        Prepared::Done(principal) => Ok(principal),
        Prepared::Pending(pending) => {
            let authenticator = Arc::clone(&state.authenticator);
            // The time is asked again, because this may wait for its turn.
            let clock = state.clock.clone();
            let work = move || authenticator.verify(&pending, clock.now());
            let verified = state.hashing.run(work).await?;
            verified.map_err(ApiError::from)
        }
    }
}

/// From where the request comes, if that is known.
fn client(parts: &Parts) -> Option<IpAddr> {
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
        Credentials::Bearer(_) => {
            let message = "Bearer tokens are not accepted here: use HTTP Basic with a web login \
                           and password, or with an API key.";
            let error = ApiError::unauthorized(message);
            return Err(ApiError { bad_token: true, ..error });
        }
    };
    match keys::basic_user(&user) {
        BasicUser::BadKey => Err(AuthError::Wrong.into()),
        BasicUser::Key(id) => {
            let of_key = state.find(|known| known.by_api_key(id)).await.ok_or(AuthError::Wrong)?;
            // A key is good in its own instance only, whatever else the request names.
            match named {
                Some(named) if named.instance.no != of_key.instance.no => {
                    Err(AuthError::Wrong.into())
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

/// The instance the path or the header names.
async fn named(state: &ApiState, parts: &Parts) -> Result<Option<Arc<Directory>>, ApiError> {
    let header = parts.headers.get(INSTANCE_HEADER);
    let in_header = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let in_path = parts.extensions.get::<Tenant>().map(|tenant| tenant.0.clone());
    let Some(name) = in_path.or(in_header) else { return Ok(None) };
    let found = state.find(|known| known.by_name(&name)).await;
    found.map(Some).ok_or_else(|| ApiError::not_found("instance", &name))
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
