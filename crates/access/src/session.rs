//! Sessions: who signed in, until when it counts, and what ends it before.
//!
//! Called by the API and the pages. Judging a token needs the directory and what is known here,
//! both in memory: it works while the database is slow or away. What begins, is exchanged or ended
//! is written behind by the binary ([`Sessions::pending`], [`Sessions::stored`]), and what other
//! processes wrote is learnt ([`Sessions::learn`]).
//!
//! A session is over when its time is over, when it was ended, when the person is not active, and
//! when the password is not the one it began with. A refresh token is exchanged once; whoever uses
//! it again, later than a lost answer explains, ends the session: somebody has a copy. A session
//! that nothing is known of counts: its signature shows that it began.

mod ends;
mod known;

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use firebell_base::time::{add_micros, add_seconds};
use firebell_base::{Id, Random, Secret, Timestamp};
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::{cut, is_invisible};
use firebell_domain::person::PersonId;
use firebell_domain::session::{Session, SessionId, SessionKind};

use self::ends::Teller;
use self::known::Known;
use crate::link::LinkKey;
use crate::principal::{Principal, Via};
use crate::token::{self, Claims, TokenError, TokenKey, TokenKind};

pub use ends::Ends;

/// How long a session of the pages counts, in seconds: over a week on call and back.
pub const WEB_SECONDS: i64 = 14 * DAY_SECONDS;
/// How long an access token counts, in seconds (xMatters: 900).
pub const ACCESS_SECONDS: i64 = 900;
/// How long a refresh token may wait to be exchanged, in seconds.
pub const REFRESH_SECONDS: i64 = 14 * DAY_SECONDS;
/// How long a session of the API can be prolonged, in seconds.
pub const API_SECONDS_MAX: i64 = 90 * DAY_SECONDS;
/// How long a token to set a new password counts, in seconds.
pub const RESET_SECONDS: i64 = 30 * 60;
/// How long a refresh token may be used again because its answer was lost, in seconds.
pub const LOST_ANSWER_SECONDS: i64 = 10;
/// Sessions of one person on the pages that are known; a further one ends the oldest.
pub const WEB_SESSIONS_MAX: usize = 50;
/// The same for the API, where programs sign in for each of their runs.
pub const API_SESSIONS_MAX: usize = 200;
/// Sessions of everybody that are known, at about 250 bytes each; beyond, the oldest are over.
pub const SESSIONS_MAX: usize = 200_000;
/// Sessions that are written at once.
pub const PENDING_AT_ONCE_MAX: usize = 500;

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// Characters kept of what a client calls itself.
const AGENT_CHARS_MAX: usize = 200;

/// The sessions of a process. One per process.
pub struct Sessions {
    key: TokenKey,
    known: Mutex<Known>,
    teller: Teller,
}

/// Who asks for a session, as far as that is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Visitor<'a> {
    /// From where.
    pub client: Option<IpAddr>,
    /// With what: the `User-Agent` header.
    pub agent: &'a str,
}

/// A session of the pages that was just begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The session.
    pub session: Session,
    /// The cookie's value.
    pub token: Secret,
}

/// What a program gets to act as a person.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Of which session they are.
    pub session: SessionId,
    /// For requests; counts for [`ACCESS_SECONDS`] at most.
    pub access: Secret,
    /// For the next access token.
    pub refresh: Secret,
    /// For how many seconds the access token counts.
    pub expires_in: i64,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").field("known", &self.lock().len()).finish_non_exhaustive()
    }
}

impl Sessions {
    /// With nothing known. Tokens are signed with the key of links, for their own purpose.
    pub fn new(key: &LinkKey) -> Self {
        Self { key: key.into(), known: Mutex::default(), teller: Teller::default() }
    }

    /// Tells that some sessions ended, here or in another process, but for those whose time was over: what
    /// was begun for one and goes on, such as a stream to an open page, has to be admitted anew.
    pub fn ends(&self) -> Ends {
        self.teller.ends()
    }

    /// Begins a session of the pages, always a new one. None if the person is not active.
    pub fn begin_web(
        &self,
        directory: &Directory,
        person: PersonId,
        visitor: Visitor<'_>,
        random: &Random,
        now: Timestamp,
    ) -> Option<Begun> {
        let stamp = token::stamp(&self.key, directory, person)?;
        let session = self.begin(directory, (SessionKind::Web, person), visitor, random, now);
        let claims = claims_of(TokenKind::Session, &session, stamp);
        Some(Begun { token: token::sign(&self.key, &claims), session })
    }

    /// Begins a session of the API. None if the person is not active.
    pub fn begin_api(
        &self,
        directory: &Directory,
        person: PersonId,
        visitor: Visitor<'_>,
        random: &Random,
        now: Timestamp,
    ) -> Option<Tokens> {
        let stamp = token::stamp(&self.key, directory, person)?;
        let session = self.begin(directory, (SessionKind::Api, person), visitor, random, now);
        Some(self.tokens(&session, stamp, now))
    }

    /// Reads a token of one kind: its form, signature and end. Whether it counts, [`Self::admit`]
    /// says.
    ///
    /// # Errors
    /// [`TokenError::Malformed`], [`TokenError::Forged`], [`TokenError::Expired`].
    pub fn read(&self, kind: TokenKind, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        token::verify(&self.key, kind, token, now)
    }

    /// Lets the holder of a token in, unless the session is over.
    ///
    /// # Errors
    /// Why it is over, or [`TokenError::Malformed`] for a token that lets nobody in.
    pub fn admit(&self, directory: &Directory, claims: &Claims) -> Result<Principal, TokenError> {
        let (kind, via) = match claims.kind {
            TokenKind::Session => (SessionKind::Web, Via::Session(claims.session)),
            TokenKind::Access => (SessionKind::Api, Via::Bearer(claims.session)),
            TokenKind::Refresh | TokenKind::Reset => return Err(TokenError::Malformed),
        };
        self.judge(directory, claims, kind)?;
        Principal::of(directory, claims.person, via).ok_or(TokenError::Outdated)
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// # Errors
    /// Why it is refused; [`TokenError::Replayed`] ends the session.
    pub fn refresh(
        &self,
        directory: &Directory,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<Tokens, TokenError> {
        if claims.kind != TokenKind::Refresh {
            return Err(TokenError::Malformed);
        }
        self.judge(directory, claims, SessionKind::Api)?;
        let exchanged = self.lock().exchange(&session_of(claims, SessionKind::Api), now);
        if exchanged.is_err() {
            self.tell_ends();
        }
        Ok(self.tokens(&exchanged?, claims.stamp, now))
    }

    /// A token with which a person may set a new password. None if they are not active.
    pub fn begin_reset(
        &self,
        directory: &Directory,
        person: PersonId,
        now: Timestamp,
    ) -> Option<Secret> {
        let claims = Claims {
            kind: TokenKind::Reset,
            instance: directory.instance.no,
            person,
            session: SessionId::from_bytes([0; 16]),
            generation: 0,
            began: now,
            expires: add_seconds(now, RESET_SECONDS),
            stamp: token::stamp(&self.key, directory, person)?,
        };
        Some(token::sign(&self.key, &claims))
    }

    /// Who may set a new password with this token. It is good until they have: ask again with the
    /// directory in which the password is changed.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn admit_reset(
        &self,
        directory: &Directory,
        claims: &Claims,
    ) -> Result<PersonId, TokenError> {
        if claims.kind != TokenKind::Reset {
            return Err(TokenError::Malformed);
        }
        self.is_current(directory, claims)?;
        Ok(claims.person)
    }

    /// Ends the session of a token.
    pub fn end_of(&self, claims: &Claims, now: Timestamp) {
        let kind = match claims.kind {
            TokenKind::Session => SessionKind::Web,
            TokenKind::Access | TokenKind::Refresh => SessionKind::Api,
            TokenKind::Reset => return,
        };
        self.lock().end(&session_of(claims, kind), now);
        self.tell_ends();
    }

    /// Ends one of a person's sessions; says whether it is known and was not over.
    pub fn end(
        &self,
        instance: InstanceNo,
        person: PersonId,
        session: SessionId,
        now: Timestamp,
    ) -> bool {
        let mut known = self.lock();
        let found = known.live(instance, person, now).into_iter().find(|one| one.id == session);
        let Some(found) = found else { return false };
        known.end(&found, now);
        drop(known);
        self.tell_ends();
        true
    }

    /// Ends a session of the API, whether it is known or not.
    pub fn end_api(
        &self,
        instance: InstanceNo,
        person: PersonId,
        session: SessionId,
        now: Timestamp,
    ) {
        let ended = Session {
            instance,
            id: session,
            kind: SessionKind::Api,
            person,
            began: now,
            expires: add_seconds(now, API_SECONDS_MAX),
            address: String::new(),
            agent: String::new(),
            generation: 0,
            rotated: now,
            ended: None,
        };
        self.lock().end(&ended, now);
        self.tell_ends();
    }

    /// Ends every session of a person: also those that only other processes know.
    pub fn end_all(&self, instance: InstanceNo, person: PersonId, now: Timestamp) {
        let mut known = self.lock();
        for kind in [SessionKind::Web, SessionKind::Api] {
            known.end_all(instance, person, kind, now);
        }
        drop(known);
        self.tell_ends();
    }

    /// Ends every session of a person but this one.
    pub fn end_others(&self, session: &Session, now: Timestamp) {
        let (instance, person) = (session.instance, session.person);
        let mut known = self.lock();
        for kind in [SessionKind::Web, SessionKind::Api] {
            known.end_before((instance, person), kind, add_micros(session.began, -1), now);
        }
        for other in known.live(instance, person, now) {
            if other.id != session.id {
                known.end(&other, now);
            }
        }
        drop(known);
        self.tell_ends();
    }

    /// A person's sessions that are known and not over, the newest first.
    pub fn live(&self, instance: InstanceNo, person: PersonId, now: Timestamp) -> Vec<Session> {
        let mut live = self.lock().live(instance, person, now);
        live.sort_by_key(|session| std::cmp::Reverse((session.began, session.id)));
        live
    }

    /// The session of a token, as it is known; made from the token if it is not.
    pub fn session_of(&self, claims: &Claims) -> Session {
        let kind = match claims.kind {
            TokenKind::Session => SessionKind::Web,
            TokenKind::Access | TokenKind::Refresh | TokenKind::Reset => SessionKind::Api,
        };
        let said = session_of(claims, kind);
        self.lock().find(&said).cloned().unwrap_or(said)
    }

    /// What is to be written, at most [`PENDING_AT_ONCE_MAX`] rows. They stay until
    /// [`Self::stored`] says that they are.
    pub fn pending(&self) -> Vec<Session> {
        self.lock().pending(PENDING_AT_ONCE_MAX)
    }

    /// These were written. What has changed since stays pending.
    pub fn stored(&self, sessions: &[Session]) {
        self.lock().stored(sessions);
    }

    /// Learns what other processes wrote, or this one before it was restarted.
    pub fn learn(&self, sessions: &[Session], now: Timestamp) {
        let mut known = self.lock();
        let mut ended = false;
        for session in sessions.iter().filter(|session| now < session.expires) {
            ended |= known.learn(session, now);
        }
        drop(known);
        if ended {
            self.tell_ends();
        }
    }

    fn begin(
        &self,
        directory: &Directory,
        (kind, person): (SessionKind, PersonId),
        visitor: Visitor<'_>,
        random: &Random,
        now: Timestamp,
    ) -> Session {
        let instance = directory.instance.no;
        let mut known = self.lock();
        // Later than whatever ended all sessions until now.
        let began = known.first_beginning(instance, person, kind).max(now);
        let seconds = if kind == SessionKind::Web { WEB_SECONDS } else { REFRESH_SECONDS };
        let session = Session {
            instance,
            id: Id::new(random, now),
            kind,
            person,
            began,
            expires: add_seconds(now, seconds),
            address: visitor.client.map(|ip| ip.to_canonical().to_string()).unwrap_or_default(),
            agent: plain(visitor.agent),
            generation: 0,
            rotated: now,
            ended: None,
        };
        let ended = known.put(session.clone(), now);
        drop(known);
        if ended {
            self.tell_ends();
        }
        session
    }

    fn tell_ends(&self) {
        self.teller.tell();
    }

    /// Whether the session of these claims counts.
    fn judge(
        &self,
        directory: &Directory,
        claims: &Claims,
        kind: SessionKind,
    ) -> Result<(), TokenError> {
        if claims.instance != directory.instance.no {
            return Err(TokenError::Elsewhere);
        }
        if self.lock().is_over(&session_of(claims, kind)) {
            return Err(TokenError::Ended);
        }
        self.is_current(directory, claims)
    }

    /// Whether the person and their password are as the token was made for.
    fn is_current(&self, directory: &Directory, claims: &Claims) -> Result<(), TokenError> {
        if claims.instance != directory.instance.no {
            return Err(TokenError::Elsewhere);
        }
        let stamp = token::stamp(&self.key, directory, claims.person);
        // The signature was right, so nobody can try stamps: they may be compared plainly.
        if stamp == Some(claims.stamp) { Ok(()) } else { Err(TokenError::Outdated) }
    }

    fn tokens(&self, session: &Session, stamp: token::Stamp, now: Timestamp) -> Tokens {
        let refresh = claims_of(TokenKind::Refresh, session, stamp);
        let expires = add_seconds(now, ACCESS_SECONDS).min(session.expires);
        let access = Claims { expires, ..claims_of(TokenKind::Access, session, stamp) };
        Tokens {
            session: session.id,
            access: token::sign(&self.key, &access),
            refresh: token::sign(&self.key, &refresh),
            expires_in: (expires.as_microsecond() - now.as_microsecond()) / 1_000_000,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a token says of a session.
fn claims_of(kind: TokenKind, session: &Session, stamp: token::Stamp) -> Claims {
    Claims {
        kind,
        instance: session.instance,
        person: session.person,
        session: session.id,
        generation: session.generation,
        began: session.began,
        expires: session.expires,
        stamp,
    }
}

/// What is known of a session from its token alone.
fn session_of(claims: &Claims, kind: SessionKind) -> Session {
    Session {
        instance: claims.instance,
        id: claims.session,
        kind,
        person: claims.person,
        began: claims.began,
        expires: claims.expires,
        address: String::new(),
        agent: String::new(),
        generation: claims.generation,
        rotated: claims.began,
        ended: None,
    }
}

/// What a client calls itself, harmless and short.
fn plain(agent: &str) -> String {
    let visible: String = agent.chars().filter(|c| !is_invisible(*c)).collect();
    cut(visible.trim(), AGENT_CHARS_MAX)
}

#[cfg(test)]
mod tests;
