//! The page to change one's own password, for whoever knows the old one: a browser that was left
//! open must not become the account. Wrong ones count like failures to sign in. All other sessions
//! end, and this one goes on as a new one.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use firebell_access::authenticate::{Login, UNCONFIRMED_RETRY};
use firebell_access::form::Fields as Entered;
use firebell_access::{AuthError, Via, password};
use firebell_base::Secret;
use firebell_config::{Author, Change, ConfigError, Faults};
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity};

use crate::WebState;
use crate::account::inside;
use crate::frame::{Frame, Words, good, respond_in, wrong};
use crate::page::Headline;
use crate::seen::shown;
use crate::sign_in::{Trouble, admitted, read};
use crate::visitor::{SignedIn, client, keep, visitor};

/// The way to the root from `/account/password`.
const ROOT: &str = "../";
/// How the decision says that the password was changed meanwhile.
const CHANGED: &str = "sign_in.password.changed";
const NOT_CHANGED: &str = "The password was not changed";

#[derive(Debug, Template)]
#[template(path = "password.html")]
struct Page {
    frame: Frame,
    login: String,
    notice: Option<Headline>,
}

/// `GET /account/password`
pub(crate) async fn show(State(state): State<WebState>, headers: HeaderMap) -> Response {
    match inside(&state, &headers, ROOT) {
        Ok(signed_in) => page(&signed_in, None),
        Err(response) => *response,
    }
}

/// `POST /account/password`
pub(crate) async fn set(State(state): State<WebState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let signed_in = match inside(&state, &parts.headers, ROOT) {
        Ok(signed_in) => signed_in,
        Err(response) => return *response,
    };
    let entered = match read(body).await {
        Ok(entered) => entered,
        Err(trouble) => return page(&signed_in, Some(trouble)),
    };
    match change(&state, &parts, &signed_in, &entered).await {
        Ok(directory) => goes_on(&state, &parts, &signed_in, &directory),
        Err(trouble) => page(&signed_in, Some(trouble)),
    }
}

async fn change(
    state: &WebState,
    parts: &Parts,
    signed_in: &SignedIn,
    entered: &Entered,
) -> Result<Arc<Directory>, Trouble> {
    let new = checked(entered)?;
    let known = known(state, parts, signed_in, entered).await?;
    let random = state.random.clone();
    let hashed = state.slowly.run(move || password::hash(&new, &random)).await;
    let hash = hashed.ok().and_then(Result::ok).ok_or_else(Trouble::busy)?;
    let (no, person) = (signed_in.claims.instance, signed_in.claims.person);
    let decide = move |newest: &Directory| {
        if newest.password(person).is_none_or(|password| password.hash != known) {
            return Err(Faults::one("password", "was changed meanwhile", CHANGED));
        }
        Ok(vec![Change::Put(Entity::Password(Password { person, hash: hash.clone() }))])
    };
    let by = Author::new(signed_in.person.target_name.to_string(), "own password changed");
    match state.authority.change(no, &by, state.clock.now(), decide).await {
        Ok(committed) => Ok(committed.directory),
        Err(ConfigError::Invalid(faults)) if faults.0.iter().any(|f| f.subcode == CHANGED) => {
            let text = "It was changed by somebody else just now. Sign in again; if it was not \
                        you, ask an administrator of your instance.";
            Err(Trouble::new(StatusCode::CONFLICT, wrong(NOT_CHANGED, text)))
        }
        Err(error) => {
            tracing::warn!(%error, "a password could not be changed");
            let text = "Your old password still works. Try again in a moment.";
            let notice = wrong("The password could not be changed just now", text);
            Err(Trouble::later(notice, UNCONFIRMED_RETRY))
        }
    }
}

/// The new password, if it may be one.
fn checked(entered: &Entered) -> Result<String, Trouble> {
    let refuse = |text: &str| Trouble::new(StatusCode::BAD_REQUEST, wrong(NOT_CHANGED, text));
    let new = entered.get("password").unwrap_or_default();
    password::check(new).map_err(|error| refuse(&error.to_string()))?;
    if entered.get("again") != Some(new) {
        return Err(refuse("You entered two different passwords. Enter the same twice."));
    }
    if entered.get("old") == Some(new) {
        return Err(refuse("The new password is the old one. Choose another."));
    }
    Ok(new.to_owned())
}

/// The stored hash of the old password, if it is the right one.
async fn known(
    state: &WebState,
    parts: &Parts,
    signed_in: &SignedIn,
    entered: &Entered,
) -> Result<String, Trouble> {
    let SignedIn { directory, person, .. } = signed_in;
    let login = Login {
        user: person.web_login.as_str(),
        password: Secret::new(entered.get("old").unwrap_or_default()),
        via: Via::Basic,
        client: client(state, parts),
    };
    match admitted(state, directory, login).await? {
        Ok(principal) if principal.person == person.id => {
            let stored = directory.password(person.id).map(|password| password.hash.clone());
            stored.ok_or_else(|| refused(state, &AuthError::Wrong))
        }
        Ok(_) => Err(refused(state, &AuthError::Wrong)),
        Err(error) => Err(refused(state, &error)),
    }
}

fn refused(state: &WebState, error: &AuthError) -> Trouble {
    let trouble = Trouble::refused(state, error);
    if trouble.status != StatusCode::FORBIDDEN {
        return trouble;
    }
    let text = "The old password is wrong. Capital letters matter.";
    Trouble { notice: wrong(NOT_CHANGED, text), ..trouble }
}

/// Ends every session, and goes on with a new one.
fn goes_on(
    state: &WebState,
    parts: &Parts,
    signed_in: &SignedIn,
    directory: &Directory,
) -> Response {
    let (sessions, now) = (state.authenticator.sessions(), state.clock.now());
    let person = signed_in.claims.person;
    sessions.end_all(signed_in.claims.instance, person, now);
    let text = "All your other sessions were ended.";
    let notice = good("Your new password is set", text);
    let words = Words::new(Frame::new(ROOT, "Your new password is set"), notice);
    let mut response = words.link("account", "Back to your account").respond(StatusCode::OK);
    let visitor = visitor(state, parts);
    if let Some(begun) = sessions.begin_web(directory, person, visitor, &state.random, now) {
        keep(state, &mut response, &begun.token);
    }
    response
}

fn page(signed_in: &SignedIn, trouble: Option<Trouble>) -> Response {
    let (status, wait) = trouble.as_ref().map_or((StatusCode::OK, None), |t| (t.status, t.wait));
    let person = &signed_in.person;
    let name = shown(&person.display_name());
    let page = Page {
        frame: Frame { who: Some(name), ..Frame::new(ROOT, "Change your password") },
        login: person.web_login.to_string(),
        notice: trouble.map(|trouble| trouble.notice),
    };
    respond_in(status, &page, wait)
}
