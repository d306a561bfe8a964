//! Who is it? From an `Authorization` header, or a name and a password, to a [`Principal`].
//!
//! Called by the API for every request and by the sign-in page. In two steps, because Argon2
//! keeps a processor busy for tens of milliseconds: [`Authenticator::prepare`] is cheap and may
//! answer at once (API keys, passwords that were right a moment ago, refusals); otherwise the
//! caller runs [`Authenticator::verify`] on a blocking thread. Few of these should run at a time:
//! the guard is asked again when one begins, so guesses sent all at once gain nothing but those
//! few.
//!
//! An unknown user and a wrong password take the same way, cost the same and are told the same. Who
//! is unknown is only sure while the configuration is confirmed to be the newest: otherwise callers
//! answer a refusal with [`unconfirmed_sign_in`] or [`unconfirmed_instance`], and nobody is told that
//! they do not exist.
//!
//! Here is also what signing in leads to: [`Sessions`], and the way to a new password.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_base::{Random, Secret, Timestamp};
use firebell_domain::credential::ApiKeyId;
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::cut;
use firebell_domain::person::{PersonId, Status};

use crate::cache::Cache;
use crate::guard::{self, Guard};
use crate::keys::BasicUser;
use crate::link::LinkKey;
use crate::principal::{Principal, Via};
use crate::reset::{Mailer, ResetMail};
use crate::session::Sessions;
use crate::uses::Uses;
use crate::{keys, password};

/// A longer `Authorization` header is malformed, in bytes.
pub const HEADER_BYTES_MAX: usize = 4096;

/// When to come again after a refusal that could not be confirmed.
pub const UNCONFIRMED_RETRY: Duration = Duration::from_secs(2);

/// Says whether the configuration is confirmed to be the newest. Must be cheap and never wait.
pub type Freshness = Arc<dyn Fn() -> bool + Send + Sync>;

/// Lets people in, or not. One per process; holds the cache, the guard and the sessions.
pub struct Authenticator {
    cache: Cache,
    guard: Guard,
    sessions: Sessions,
    freshness: Option<Freshness>,
    mailer: Option<Mailer>,
    argon2_runs: AtomicU64,
    uses: Uses,
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Authenticator");
        shown.field("cache", &self.cache).field("guard", &self.guard);
        shown.field("sessions", &self.sessions).finish_non_exhaustive()
    }
}

/// What is said instead of a refusal that could not be confirmed.
pub fn unconfirmed_sign_in() -> String {
    "Your sign-in could not be confirmed just now, because this server's configuration may not be the \
     newest. Check what you entered, or try again in a few seconds."
        .to_owned()
}

/// What is said instead of "there is no such instance" when that could not be confirmed.
pub fn unconfirmed_instance(name: &str) -> String {
    format!(
        "It could not be confirmed just now whether there is an instance {:?}, because this server's \
         configuration may not be the newest. Check the name, or try again in a few seconds.",
        cut(name, 100)
    )
}

/// Why somebody is not let in. The sentences are public.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No credentials.
    #[error(
        "Sign in: send a web login and password, or an API key, with HTTP Basic authentication, or an \
         access token as bearer."
    )]
    Missing,
    /// Not readable as credentials.
    #[error(
        "The Authorization header must be \"Basic\", a space, and base64 of user:password; or \
         \"Bearer\", a space, and an access token."
    )]
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
    /// With nothing remembered, and sessions that end with the process.
    pub fn new(random: &Random) -> Self {
        Self {
            cache: Cache::new(random),
            guard: Guard::default(),
            sessions: Sessions::new(&LinkKey::new(random.bytes())),
            freshness: None,
            mailer: None,
            argon2_runs: AtomicU64::new(0),
            uses: Uses::default(),
        }
    }

    /// With these sessions.
    #[must_use]
    pub fn with_sessions(self, sessions: Sessions) -> Self {
        Self { sessions, ..self }
    }

    /// Asks this whether the configuration is confirmed to be the newest.
    #[must_use]
    pub fn with_freshness(self, freshness: Freshness) -> Self {
        Self { freshness: Some(freshness), ..self }
    }

    /// Sends links to new passwords through this.
    #[must_use]
    pub fn with_mailer(self, mailer: Mailer) -> Self {
        Self { mailer: Some(mailer), ..self }
    }

    /// The sessions of those who were let in.
    pub const fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Whether the configuration is confirmed to be the newest: only then may anybody be told that
    /// something does not exist. True where nobody was named to ask.
    pub fn is_confirmed(&self) -> bool {
        self.freshness.as_ref().is_none_or(|freshness| freshness())
    }

    /// When an API key last let somebody in, as far as this process knows.
    pub fn key_used(&self, key: ApiKeyId) -> Option<Timestamp> {
        self.uses.last(key)
    }

    /// Whether links to new passwords can be sent.
    pub const fn can_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// How many passwords were hashed to verify somebody, since the start.
    pub fn argon2_runs(&self) -> u64 {
        self.argon2_runs.load(Ordering::Relaxed)
    }

    /// Sends a link to a new password to the e-mail devices of the person with this login, if there
    /// is one. What is answered is the same for everybody.
    ///
    /// # Errors
    /// [`AuthError::LockedOut`] when it was asked for too often.
    pub fn request_reset(
        &self,
        directory: &Directory,
        login: &str,
        client: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), AuthError> {
        let attempt = guard::Attempt { instance: directory.instance.no, login, client };
        let asked = self.guard.ask_reset(attempt, now);
        asked.map_err(|retry_after| AuthError::LockedOut { retry_after })?;
        let person = directory.person_by_login(login).filter(|p| p.status == Status::Active);
        let mail = person.and_then(|person| {
            let token = self.sessions.begin_reset(directory, person.id, now)?;
            ResetMail::to(directory, person, token, now)
        });
        if let (Some(mail), Some(mailer)) = (mail, &self.mailer) {
            mailer(mail);
        }
        Ok(())
    }

    /// Somebody has just shown, with a link that was mailed to them, that the login is theirs: who
    /// failed on purpose to lock them out does not reach them where they are.
    pub fn trust(
        &self,
        directory: &Directory,
        person: PersonId,
        client: Option<IpAddr>,
        now: Timestamp,
    ) {
        if let Some(person) = directory.person(person) {
            let (instance, login) = (directory.instance.no, person.web_login.as_str());
            self.guard.succeeded(guard::Attempt { instance, login, client }, now);
        }
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
                let who = Principal::of(directory, key.owner, Via::ApiKey(key.id));
                let who = who.ok_or(AuthError::Wrong)?;
                self.uses.note(key.id, now);
                Ok(Prepared::Done(who))
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
        let right = self.is_cached(pending, now) || self.is_right(pending);
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

    /// Hashes the password, whoever it is for.
    fn is_right(&self, pending: &Pending) -> bool {
        self.argon2_runs.fetch_add(1, Ordering::Relaxed);
        let stored = pending.candidate.as_ref().map(|(_, stored)| stored.as_str());
        password::verify(pending.password.expose(), stored)
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
