//! The pages of those who forgot their password: ask for a link, and set a new one with it.
//!
//! Asking is answered the same for everybody. The link works once, because setting a password makes
//! it refer to one that is not there any more. The token in the path is never logged or passed on.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use firebell_access::authenticate::{UNCONFIRMED_RETRY, unconfirmed_sign_in};
use firebell_access::form::Fields as Entered;
pub(crate) use firebell_access::password::RULES;
use firebell_access::token::Claims;
use firebell_access::{TokenError, TokenKind, password};
use firebell_config::{Author, Change, ConfigError, Faults};
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::person::Person;

use crate::WebState;
use crate::frame::{Fields, Frame, Words, good, respond_in, wrong};
use crate::page::Headline;
use crate::sign_in::{Trouble, fields, read};
use crate::visitor::{Place, client, place};

/// The way to the root from `/reset/{token}`.
const ROOT_OF_TOKEN: &str = "../";
/// How the decision says that the link does not work any more.
const USED: &str = "reset.used";

#[derive(Debug, Template)]
#[template(path = "reset_ask.html")]
struct AskPage {
    frame: Frame,
    fields: Fields,
    notice: Option<Headline>,
}

#[derive(Debug, Template)]
#[template(path = "reset_set.html")]
struct SetPage {
    frame: Frame,
    login: String,
    notice: Option<Headline>,
}

/// `GET /reset`
pub(crate) async fn show(State(state): State<WebState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if !state.authenticator.can_mail() {
        return no_mail();
    }
    let asked = Entered::read(parts.uri.query().unwrap_or_default().as_bytes());
    ask_page(&state, &parts, &asked, None)
}

/// `POST /reset`
pub(crate) async fn ask(State(state): State<WebState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !state.authenticator.can_mail() {
        return no_mail();
    }
    let entered = match read(body).await {
        Ok(entered) => entered,
        Err(trouble) => return ask_page(&state, &parts, &Entered::default(), Some(trouble)),
    };
    match send(&state, &parts, &entered) {
        Ok(()) => {
            let text = "If there is such a user with an e-mail device, a message with a link is on \
                        its way. The link works for 30 minutes.";
            let words = Words::new(
                Frame::new("", "Look into your mail"),
                good("Look into your mail", text),
            );
            words.link("sign-in", "Back to signing in").respond(StatusCode::OK)
        }
        Err(trouble) => ask_page(&state, &parts, &entered, Some(trouble)),
    }
}

fn send(state: &WebState, parts: &Parts, entered: &Entered) -> Result<(), Trouble> {
    let Some(login) = entered.word("login") else {
        let notice = wrong("Something is missing", "Enter your user name.");
        return Err(Trouble::new(StatusCode::BAD_REQUEST, notice));
    };
    let directory = match place(state, parts, entered.word("instance")) {
        Place::Is(directory) => directory,
        other => return Err(Trouble::nowhere(state, other)),
    };
    let (client, now) = (client(state, parts), state.clock.now());
    let asked = state.authenticator.request_reset(&directory, login, client, now);
    asked.map_err(|error| Trouble::refused(state, &error))
}

/// `GET /reset/{token}`
pub(crate) async fn show_set(
    State(state): State<WebState>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    match open(&state, path) {
        Ok(link) => set_page(&link.person, None),
        Err(response) => *response,
    }
}

/// `POST /reset/{token}`
pub(crate) async fn set(
    State(state): State<WebState>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let link = match open(&state, path) {
        Ok(link) => link,
        Err(response) => return *response,
    };
    let (parts, body) = request.into_parts();
    let entered = match read(body).await {
        Ok(entered) => entered,
        Err(trouble) => return set_page(&link.person, Some(trouble)),
    };
    match change(&state, &link, &entered).await {
        Ok(directory) => {
            let (person, now) = (link.claims.person, state.clock.now());
            state.authenticator.trust(&directory, person, client(&state, &parts), now);
            let text = "All your sessions were ended. Sign in with the new password.";
            let notice = good("Your new password is set", text);
            let words = Words::new(Frame::new(ROOT_OF_TOKEN, "Your new password is set"), notice);
            words.link("sign-in", "Sign in").respond(StatusCode::OK)
        }
        Err(Failed::Trouble(trouble)) => set_page(&link.person, Some(trouble)),
        Err(Failed::Used) => dead(),
    }
}

/// A link that works.
struct OpenLink {
    claims: Claims,
    person: Arc<Person>,
}

fn open(
    state: &WebState,
    path: Result<Path<String>, PathRejection>,
) -> Result<OpenLink, Box<Response>> {
    // A path that is not even text cannot hold a token.
    let token = path.map(|Path(token)| token).unwrap_or_default();
    let sessions = state.authenticator.sessions();
    let refuse = |error| Box::new(refused(state, error));
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
    state: &WebState,
    link: &OpenLink,
    entered: &Entered,
) -> Result<Arc<Directory>, Failed> {
    let new = entered.get("password").unwrap_or_default().to_owned();
    let refuse = |text: String| {
        let notice = wrong("The password was not set", text);
        Failed::Trouble(Trouble::new(StatusCode::BAD_REQUEST, notice))
    };
    password::check(&new).map_err(|error| refuse(error.to_string()))?;
    if entered.get("again") != Some(new.as_str()) {
        return Err(refuse(
            "You entered two different passwords. Enter the same twice.".to_owned(),
        ));
    }
    let random = state.random.clone();
    let hashed = state.slowly.run(move || password::hash(&new, &random)).await;
    let hash = hashed.ok().and_then(Result::ok);
    let hash = hash.ok_or_else(|| Failed::Trouble(Trouble::busy()))?;
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
            let text = "Your old password still works. Try again in a moment.";
            let notice = wrong("The password could not be set just now", text);
            Err(Failed::Trouble(Trouble::later(notice, UNCONFIRMED_RETRY)))
        }
    }
}

fn refused(state: &WebState, error: TokenError) -> Response {
    if error == TokenError::Outdated && !state.authenticator.is_confirmed() {
        let notice = wrong("Not sure just now", unconfirmed_sign_in());
        let words = Words::new(Frame::new(ROOT_OF_TOKEN, "Not sure just now"), notice);
        return respond_in(StatusCode::SERVICE_UNAVAILABLE, &words, Some(UNCONFIRMED_RETRY));
    }
    dead()
}

fn dead() -> Response {
    let text = "It was used, is older than 30 minutes, or is not complete. Nothing was done.";
    let notice = wrong("This link does not work any more", text);
    let words = Words::new(Frame::new(ROOT_OF_TOKEN, "This link does not work any more"), notice);
    words.link("reset", "Ask for a new link").respond(StatusCode::GONE)
}

fn no_mail() -> Response {
    let text = "This server sends no e-mail. Ask an administrator of your instance to set a new \
                password for you.";
    let notice = wrong("No link can be sent", text);
    let words = Words::new(Frame::new("", "No link can be sent"), notice);
    words.link("sign-in", "Back to signing in").respond(StatusCode::NOT_IMPLEMENTED)
}

fn ask_page(
    state: &WebState,
    parts: &Parts,
    entered: &Entered,
    trouble: Option<Trouble>,
) -> Response {
    let (status, wait) = trouble.as_ref().map_or((StatusCode::OK, None), |t| (t.status, t.wait));
    let page = AskPage {
        frame: Frame::new("", "Forgot your password?"),
        fields: fields(state, parts, entered),
        notice: trouble.map(|trouble| trouble.notice),
    };
    respond_in(status, &page, wait)
}

fn set_page(person: &Person, trouble: Option<Trouble>) -> Response {
    let (status, wait) = trouble.as_ref().map_or((StatusCode::OK, None), |t| (t.status, t.wait));
    let page = SetPage {
        frame: Frame::new(ROOT_OF_TOKEN, "Set a new password"),
        login: person.web_login.to_string(),
        notice: trouble.map(|trouble| trouble.notice),
    };
    respond_in(status, &page, wait)
}
