//! Who is it? From an `Authorization` header, or a name and a password, to a [`Principal`].
//!
//! Called by the API for every request and by the sign-in page. In two steps, because Argon2
//! keeps a processor busy for tens of milliseconds: [`Authenticator::prepare`] is cheap and may
//! answer at once (API keys, passwords that were right a moment ago, refusals); otherwise the
//! caller runs [`Authenticator::verify`] on a blocking thread. Few of these should run at a time:
//! the guard is asked again when one begins, so guesses sent all at once gain nothing but those
//! few.
//!
//! An unknown user and a wrong password take the same way, cost the same and are told the same.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_base::{Random, Secret, Timestamp};
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;

use crate::cache::Cache;
use crate::guard::{self, Guard};
use crate::keys::BasicUser;
use crate::principal::{Principal, Via};
use crate::{keys, password};

/// A longer `Authorization` header is malformed, in bytes.
pub const HEADER_BYTES_MAX: usize = 4096;

/// Lets people in, or not. One per process; holds the cache and the guard.
#[derive(Debug)]
pub struct Authenticator {
    cache: Cache,
    guard: Guard,
}

/// Why somebody is not let in. The sentences are public.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No credentials.
    #[error(
        "Sign in: send a web login and password, or an API key, with HTTP Basic authentication."
    )]
    Missing,
    /// Not readable as credentials.
    #[error("The Authorization header must be \"Basic\", a space, and base64 of user:password.")]
    Malformed,
    /// Unknown user, wrong password, unknown or wrong key, inactive person.
    #[error("The user name or the password is wrong.")]
    Wrong,
    /// Too many failures; the right password would be refused too.
    #[error("Too many failed attempts. Try again in {} s.", retry_after.as_secs())]
    LockedOut {
        /// How long to wait; whole seconds, for `Retry-After`.
        retry_after: Duration,
    },
}

/// What [`Authenticator::prepare`] found.
#[derive(Debug)]
pub enum Prepared {
    /// They are in.
    Done(Principal),
    /// A password must be verified: give this to [`Authenticator::verify`] on a blocking thread.
    Pending(Box<Pending>),
}

/// A password that is to be verified.
#[derive(Debug)]
pub struct Pending {
    instance: InstanceNo,
    login: String,
    password: Secret,
    client: Option<IpAddr>,
    /// Nobody, when the login is unknown, has no password or is inactive.
    candidate: Option<(Principal, String)>,
}

impl Authenticator {
    /// With nothing remembered.
    pub fn new(random: &Random) -> Self {
        Self { cache: Cache::new(random), guard: Guard::default() }
    }

    /// Reads an `Authorization` header: `Basic` with a web login and password, or with
    /// `x-api-key-<id>` and the key's secret. Cheap.
    pub fn prepare(
        &self,
        directory: &Directory,
        authorization: Option<&str>,
        client: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Prepared, AuthError> {
        let header = authorization.ok_or(AuthError::Missing)?;
        let (user, secret) = read_basic(header)?;
        match keys::basic_user(&user) {
            BasicUser::BadKey => Err(AuthError::Wrong),
            BasicUser::Key(id) => {
                let key = directory.api_key(id).ok_or(AuthError::Wrong)?;
                if !keys::matches(secret.expose(), &key.secret_hash) {
                    return Err(AuthError::Wrong);
                }
                Principal::of(directory, key.owner, Via::ApiKey(key.id))
                    .map(Prepared::Done)
                    .ok_or(AuthError::Wrong)
            }
            BasicUser::Login(user) => {
                let login = Login { user, password: secret, via: Via::Basic, client };
                self.prepare_login(directory, login, now)
            }
        }
    }

    /// The same for a name and a password from a sign-in page. Cheap.
    pub fn prepare_login(
        &self,
        directory: &Directory,
        login: Login<'_>,
        now: Timestamp,
    ) -> Result<Prepared, AuthError> {
        let candidate = directory.person_by_login(login.user).and_then(|person| {
            let principal = Principal::of(directory, person.id, login.via)?;
            Some((principal, directory.password(person.id)?.hash.clone()))
        });
        let pending = Pending {
            instance: directory.instance.no,
            login: login.user.to_owned(),
            password: login.password,
            client: login.client,
            candidate,
        };
        self.ask_guard(&pending, now)?;
        if self.is_cached(&pending, now) {
            return pending.candidate.map(|(p, _)| Prepared::Done(p)).ok_or(AuthError::Wrong);
        }
        Ok(Prepared::Pending(Box::new(pending)))
    }

    /// Verifies a password. Takes tens of milliseconds of processor time: run it on a blocking
    /// thread, and bound how many run at a time.
    pub fn verify(&self, pending: &Pending, now: Timestamp) -> Result<Principal, AuthError> {
        // Others may have failed, or succeeded with the same password, while this one waited.
        self.ask_guard(pending, now)?;
        let right = self.is_cached(pending, now)
            || password::verify(
                pending.password.expose(),
                pending.candidate.as_ref().map(|(_, stored)| stored.as_str()),
            );
        if let (true, Some((principal, stored))) = (right, &pending.candidate) {
            self.cache.remember(self.cache_key(pending, stored), now);
            self.guard.succeeded(pending.attempt(), now);
            Ok(principal.clone())
        } else {
            self.guard.failed(pending.attempt(), now);
            Err(AuthError::Wrong)
        }
    }

    /// Both steps in one, for callers that may block.
    pub fn authenticate(
        &self,
        directory: &Directory,
        authorization: Option<&str>,
        client: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Principal, AuthError> {
        match self.prepare(directory, authorization, client, now)? {
            Prepared::Done(principal) => Ok(principal),
            Prepared::Pending(pending) => self.verify(&pending, now),
        }
    }

    fn ask_guard(&self, pending: &Pending, now: Timestamp) -> Result<(), AuthError> {
        self.guard
            .check(pending.attempt(), now)
            .map_err(|retry_after| AuthError::LockedOut { retry_after })
    }

    fn is_cached(&self, pending: &Pending, now: Timestamp) -> bool {
        pending
            .candidate
            .as_ref()
            .is_some_and(|(_, stored)| self.cache.holds(self.cache_key(pending, stored), now))
    }

    fn cache_key(&self, pending: &Pending, stored: &str) -> crate::cache::Key {
        self.cache.key(pending.instance, &pending.login, pending.password.expose(), stored)
    }
}

/// A name and a password that somebody entered.
#[derive(Debug)]
pub struct Login<'a> {
    /// The web login, any case.
    pub user: &'a str,
    /// The password.
    pub password: Secret,
    /// How they try to get in.
    pub via: Via,
    /// From where, if that is known.
    pub client: Option<IpAddr>,
}

impl Pending {
    fn attempt(&self) -> guard::Attempt<'_> {
        guard::Attempt { instance: self.instance, login: &self.login, client: self.client }
    }
}

/// User and password of a Basic header (RFC 7617; the scheme in any case, UTF-8).
fn read_basic(header: &str) -> Result<(String, Secret), AuthError> {
    if header.len() > HEADER_BYTES_MAX {
        return Err(AuthError::Malformed);
    }
    let (scheme, code) = header.trim().split_once(' ').ok_or(AuthError::Malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(AuthError::Malformed);
    }
    let bytes = STANDARD.decode(code.trim()).map_err(|_| AuthError::Malformed)?;
    let text = String::from_utf8(bytes).map_err(|_| AuthError::Malformed)?;
    let (user, password) = text.split_once(':').ok_or(AuthError::Malformed)?;
    Ok((user.to_owned(), Secret::new(password)))
}

#[cfg(test)]
pub(crate) mod tests;
