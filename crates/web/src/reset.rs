//! The pages of those who forgot their password: ask for a link, and set a new one with it.
//!
//! Asking is answered the same for everybody. The link works once, because setting a password makes
//! it refer to one that is not there any more. The token in the path is never logged or passed on.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use firebell_access::authenticate::UNCONFIRMED_RETRY;
use firebell_access::token::Claims;
use firebell_access::{TokenError, TokenKind, password};
use firebell_config::{Author, Change, ConfigError, Faults};
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::person::Person;
use firebell_ui::part::{Field, Notice};
use firebell_ui::visitor::{Place, client, place};
use firebell_ui::{Form, Query, Ui};

use crate::outside::{Outside, Words, new_password, respond_in, rule};
use crate::sign_in::{Trouble, fields, read};
use crate::words::for_visitor;

/// The way to the root from `/reset/{token}`.
const ROOT_OF_TOKEN: &str = "../";
/// How the decision says that the link does not work any more.
const USED: &str = "reset.used";

#[derive(Debug, Template)]
#[template(path = "reset_ask.html")]
struct AskPage {
    outside: Outside,
    fields: Vec<Field>,
    notice: Option<Notice>,
}

#[derive(Debug, Template)]
#[template(path = "reset_set.html")]
struct SetPage {
    outside: Outside,
    login: String,
    fields: [Field; 2],
    notice: Option<Notice>,
}

/// What was asked for: an instance and a user name.
#[derive(Default)]
struct Asked {
    instance: String,
    login: String,
}

/// `GET /reset`
pub(crate) async fn show(State(state): State<Ui>, query: Query, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if !state.authenticator.can_mail() {
        return no_mail(&parts.headers);
    }
    let (instance, login) = (query.text("instance").to_owned(), query.text("login").to_owned());
    ask_page(&state, &parts, &Asked { instance, login }, None)
}

/// `POST /reset`
pub(crate) async fn ask(State(state): State<Ui>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !state.authenticator.can_mail() {
        return no_mail(&parts.headers);
    }
    let form = match read(for_visitor(&parts.headers), body).await {
        Ok(form) => form,
        Err(trouble) => return ask_page(&state, &parts, &Asked::default(), Some(trouble)),
    };
    let (instance, login) = (form.text("instance").to_owned(), form.text("login").to_owned());
    let asked = Asked { instance, login };
    match send(&state, &parts, &asked) {
        Ok(()) => {
            let outside = Outside::new(&parts.headers, "", "web-reset-sent");
            let text = outside.t.get("web-reset-sent-text");
            let notice = Notice::good(outside.title.clone(), text);
            Words::new(outside, notice).link("web-reset-back", "sign-in").respond(StatusCode::OK)
        }
        Err(trouble) => ask_page(&state, &parts, &asked, Some(trouble)),
    }
}

fn send(state: &Ui, parts: &Parts, asked: &Asked) -> Result<(), Trouble> {
    let t = for_visitor(&parts.headers);
    if asked.login.is_empty() {
        let notice = Notice::wrong(t.get("web-missing"), t.get("web-reset-missing"));
        return Err(Trouble::new(StatusCode::BAD_REQUEST, notice));
    }
    let directory = match place(state, parts, asked.instance()) {
        Place::Is(directory) => directory,
        other => return Err(Trouble::nowhere(t, state, other)),
    };
    let (client, now) = (client(state, parts), state.clock.now());
    let sent = state.authenticator.request_reset(&directory, &asked.login, client, now);
    sent.map_err(|error| Trouble::refused(t, state, &error))
}

impl Asked {
    fn instance(&self) -> Option<&str> {
        Some(self.instance.as_str()).filter(|name| !name.is_empty())
    }
}

/// `GET /reset/{token}`
pub(crate) async fn show_set(
    State(state): State<Ui>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    match open(&state, path, &headers) {
        Ok(link) => set_page(&headers, &link.person, None),
        Err(response) => *response,
    }
}

/// `POST /reset/{token}`
pub(crate) async fn set(
    State(state): State<Ui>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let link = match open(&state, path, headers) {
        Ok(link) => link,
        Err(response) => return *response,
    };
    let form = match read(for_visitor(headers), body).await {
        Ok(form) => form,
        Err(trouble) => return set_page(headers, &link.person, Some(trouble)),
    };
    match change(&state, headers, &link, &form).await {
        Ok(directory) => {
            let (person, now) = (link.claims.person, state.clock.now());
            state.authenticator.trust(&directory, person, client(&state, &parts), now);
            let outside = Outside::new(headers, ROOT_OF_TOKEN, "web-password-done");
            let text = outside.t.get("web-reset-done-text");
            let notice = Notice::good(outside.title.clone(), text);
            Words::new(outside, notice).link("web-sign-in", "sign-in").respond(StatusCode::OK)
        }
        Err(Failed::Trouble(trouble)) => set_page(headers, &link.person, Some(trouble)),
        Err(Failed::Used) => dead(headers),
    }
}

/// A link that works.
struct OpenLink {
    claims: Claims,
    person: Arc<Person>,
}

fn open(
    state: &Ui,
    path: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<OpenLink, Box<Response>> {
    // A path that is not even text cannot hold a token.
    let token = path.map(|Path(token)| token).unwrap_or_default();
    let sessions = state.authenticator.sessions();
    let refuse = |error| Box::new(refused(state, headers, error));
    let claims = sessions.read(TokenKind::Reset, &token, state.clock.now()).map_err(refuse)?;
    let directory = state.snapshots.instance(claims.instance);
    let directory = directory.ok_or_else(|| refuse(TokenError::Outdated))?;
    let person = sessions.admit_reset(&directory, &claims).map_err(refuse)?;
    let person = directory.person(person).cloned();
    Ok(OpenLink { claims, person: person.ok_or_else(|| refuse(TokenError::Outdated))? })
}

/// Why the password was not set.
enum Failed {
    /// Something can be done about it.
    Trouble(Trouble),
    /// The link was used meanwhile.
    Used,
}

async fn change(
    state: &Ui,
    headers: &HeaderMap,
    link: &OpenLink,
    form: &Form,
) -> Result<Arc<Directory>, Failed> {
    let t = for_visitor(headers);
    let new = form.raw("password").to_owned();
    let refuse = |text: String| {
        let notice = Notice::wrong(t.get("web-reset-failed"), text);
        Failed::Trouble(Trouble::new(StatusCode::BAD_REQUEST, notice))
    };
    password::check(&new).map_err(|error| refuse(rule(t, &error)))?;
    if form.raw("again") != new {
        return Err(refuse(t.get("web-password-differ")));
    }
    let random = state.random.clone();
    let hashed = state.slowly.run(move || password::hash(&new, &random)).await;
    let hash = hashed.ok().and_then(Result::ok);
    let hash = hash.ok_or_else(|| Failed::Trouble(Trouble::busy(t)))?;
    let (claims, door) = (link.claims, Arc::clone(&state.authenticator));
    let decide = move |newest: &Directory| {
        // Of two who use the link at once, one does.
        let person = door.sessions().admit_reset(newest, &claims);
        let person = person.map_err(|error| Faults::one("token", error.to_string(), USED))?;
        Ok(vec![Change::Put(Entity::Password(Password { person, hash: hash.clone() }))])
    };
    let by = Author::new(link.person.target_name.to_string(), "password reset by e-mail");
    let now = state.clock.now();
    match state.authority.change(claims.instance, &by, now, decide).await {
        Ok(committed) => {
            state.authenticator.sessions().end_all(claims.instance, claims.person, now);
            Ok(committed.directory)
        }
        Err(ConfigError::Invalid(faults)) if faults.0.iter().any(|f| f.subcode == USED) => {
            Err(Failed::Used)
        }
        Err(error) => {
            tracing::warn!(%error, "a new password could not be set");
            let notice = Notice::wrong(t.get("web-reset-later"), t.get("web-old-works"));
            Err(Failed::Trouble(Trouble::later(notice, UNCONFIRMED_RETRY)))
        }
    }
}

fn refused(state: &Ui, headers: &HeaderMap, error: TokenError) -> Response {
    if error == TokenError::Outdated && !state.authenticator.is_confirmed() {
        let outside = Outside::new(headers, ROOT_OF_TOKEN, "web-not-sure");
        let text = outside.t.get("web-not-sure-sign-in");
        let words = Words::new(outside.clone(), Notice::wrong(outside.title, text));
        return respond_in(StatusCode::SERVICE_UNAVAILABLE, &words, Some(UNCONFIRMED_RETRY));
    }
    dead(headers)
}

fn dead(headers: &HeaderMap) -> Response {
    let outside = Outside::new(headers, ROOT_OF_TOKEN, "web-reset-dead");
    let notice = Notice::wrong(outside.title.clone(), outside.t.get("web-reset-dead-text"));
    Words::new(outside, notice).link("web-reset-again", "reset").respond(StatusCode::GONE)
}

fn no_mail(headers: &HeaderMap) -> Response {
    let outside = Outside::new(headers, "", "web-reset-no-mail");
    let notice = Notice::wrong(outside.title.clone(), outside.t.get("web-reset-no-mail-text"));
    let words = Words::new(outside, notice).link("web-reset-back", "sign-in");
    words.respond(StatusCode::NOT_IMPLEMENTED)
}

fn ask_page(state: &Ui, parts: &Parts, asked: &Asked, trouble: Option<Trouble>) -> Response {
    let (status, wait) = trouble.as_ref().map_or((StatusCode::OK, None), |t| (t.status, t.wait));
    let outside = Outside::new(&parts.headers, "", "web-reset-ask");
    let (fields, _) = fields(outside.t, state, parts, (asked.instance(), &asked.login));
    let notice = trouble.map(|trouble| trouble.notice);
    respond_in(status, &AskPage { outside, fields, notice }, wait)
}

fn set_page(headers: &HeaderMap, person: &Person, trouble: Option<Trouble>) -> Response {
    let (status, wait) = trouble.as_ref().map_or((StatusCode::OK, None), |t| (t.status, t.wait));
    let outside = Outside::new(headers, ROOT_OF_TOKEN, "web-reset-set");
    let page = SetPage {
        login: person.web_login.to_string(),
        fields: new_password(outside.t),
        notice: trouble.map(|trouble| trouble.notice),
        outside,
    };
    respond_in(status, &page, wait)
}
