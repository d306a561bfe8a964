//! Who is on a page, by the session's cookie, and in which instance.
//!
//! The session's token is in a cookie that scripts cannot read and that other sites' forms do not
//! bring along; besides, a form must come from a page of ours. Where the server is reached with TLS
//! the cookie has the prefix `__Host-`: then nobody in the same domain can plant one.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use firebell_access::session::{Visitor, WEB_SECONDS};
use firebell_access::token::Claims;
use firebell_access::{Principal, TokenError, TokenKind};
use firebell_base::Secret;
use firebell_domain::directory::Directory;
use firebell_domain::person::Person;

use crate::state::Ui;

/// Values of the cookie that are tried; a browser sends one.
const COOKIES_MAX: usize = 4;

/// Somebody who is signed in.
pub struct SignedIn {
    /// What the session's token says.
    pub claims: Claims,
    /// The configuration of their instance.
    pub directory: Arc<Directory>,
    /// Who.
    pub person: Arc<Person>,
    /// What they may.
    pub principal: Principal,
}

/// Who is on a page.
pub enum Who {
    /// Nobody we know.
    Nobody,
    /// Perhaps somebody: the configuration may not be the newest.
    Unconfirmed,
    /// This person.
    In(Box<SignedIn>),
}

/// Which instance a form is for.
pub enum Place {
    /// This one.
    Is(Arc<Directory>),
    /// One of several: ask.
    Ask,
    /// There is none with this name.
    Unknown(String),
    /// There is none at all.
    None,
}

/// Who sent the request.
pub fn who(state: &Ui, headers: &HeaderMap) -> Who {
    let mut found = Who::Nobody;
    for claims in presented(state, headers) {
        let Some(directory) = state.snapshots.instance(claims.instance) else {
            found = nobody(state);
            continue;
        };
        match state.authenticator.sessions().admit(&directory, &claims) {
            Ok(principal) => {
                let Some(person) = directory.person(principal.person).cloned() else { continue };
                return Who::In(Box::new(SignedIn { claims, directory, person, principal }));
            }
            Err(TokenError::Outdated) => found = nobody(state),
            Err(
                TokenError::Malformed
                | TokenError::Forged
                | TokenError::Expired
                | TokenError::Elsewhere
                | TokenError::Ended
                | TokenError::Replayed,
            ) => {}
        }
    }
    found
}

fn nobody(state: &Ui) -> Who {
    if state.authenticator.is_confirmed() { Who::Nobody } else { Who::Unconfirmed }
}

/// What the genuine cookies of a request say, whether they still count or not.
pub fn presented(state: &Ui, headers: &HeaderMap) -> Vec<Claims> {
    let now = state.clock.now();
    let name = cookie_name(state);
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.split_once('='));
    let values = pairs.filter(|(given, _)| given.trim() == name).map(|(_, value)| value.trim());
    let sessions = state.authenticator.sessions();
    let read = |value| sessions.read(TokenKind::Session, value, now).ok();
    values.take(COOKIES_MAX).filter_map(read).collect()
}

/// The instance of a request: the one that was entered, the one of the host, or the only one.
pub fn place(state: &Ui, parts: &Parts, entered: Option<&str>) -> Place {
    if let Some(name) = entered {
        let found = state.snapshots.by_name(name.trim());
        return found.map_or_else(|| Place::Unknown(name.trim().to_owned()), Place::Is);
    }
    let host = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let host = host.or_else(|| parts.uri.host()).unwrap_or_default();
    let label = host.split(['.', ':']).next().unwrap_or_default();
    if let Some(found) = state.snapshots.by_name(label) {
        return Place::Is(found);
    }
    let mut all = state.snapshots.all();
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Place::Is(only),
        (Some(_), false) => Place::Ask,
        (None, _) => Place::None,
    }
}

/// Whom to note down for a session.
pub fn visitor<'a>(state: &Ui, parts: &'a Parts) -> Visitor<'a> {
    let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Visitor { client: client(state, parts), agent: agent.unwrap_or_default() }
}

/// From where a request comes.
pub fn client(state: &Ui, parts: &Parts) -> Option<IpAddr> {
    (state.client)(&parts.extensions)
}

/// Lets the browser keep the session.
pub fn keep(state: &Ui, response: &mut Response, token: &Secret) {
    set(state, response, token.expose(), WEB_SECONDS);
}

/// Lets the browser forget it.
pub fn forget(state: &Ui, response: &mut Response) {
    set(state, response, "", 0);
}

fn set(state: &Ui, response: &mut Response, value: &str, seconds: i64) {
    let secure = if state.is_secure() { "; Secure" } else { "" };
    let name = cookie_name(state);
    let cookie =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
        cookie.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn cookie_name(state: &Ui) -> &'static str {
    if state.is_secure() { "__Host-firebell_session" } else { "firebell_session" }
}
