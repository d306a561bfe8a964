//! The pages to sign in and out. Every sign-in begins a new session, and ends the one the browser
//! had: nobody can be given a session that somebody else knows.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use firebell_access::authenticate::{
    Login, Prepared, UNCONFIRMED_RETRY, unconfirmed_instance, unconfirmed_sign_in,
};
use firebell_access::form::Fields as Entered;
use firebell_access::{AuthError, Principal, Via};
use firebell_base::Secret;
use firebell_domain::directory::Directory;
use firebell_domain::name::cut;

use crate::WebState;
use crate::form;
use crate::frame::{Button, Fields, Frame, Words, good, lead_to, respond_in, wrong};
use crate::page::Headline;
use crate::visitor::{Place, Who, client, forget, keep, place, presented, visitor, who};

/// Where people go who said nothing else.
const HOME: &str = "account";
/// Characters of the place to go to afterwards.
const NEXT_CHARS_MAX: usize = 500;

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    fields: Fields,
    next: Option<String>,
    notice: Option<Headline>,
}

/// Why a form was not taken: what is said, the status, and when to come again.
pub(crate) struct Trouble {
    pub(crate) notice: Headline,
    pub(crate) status: StatusCode,
    pub(crate) wait: Option<Duration>,
}

impl Trouble {
    pub(crate) const fn new(status: StatusCode, notice: Headline) -> Self {
        Self { notice, status, wait: None }
    }

    /// Nobody can do it just now.
    pub(crate) const fn later(notice: Headline, wait: Duration) -> Self {
        Self { notice, status: StatusCode::SERVICE_UNAVAILABLE, wait: Some(wait) }
    }

    /// The passwords of others are being verified.
    pub(crate) fn busy() -> Self {
        let text = "Nothing was done. Try again in a second.";
        Self::later(wrong("Many people are signing in just now", text), Duration::from_secs(1))
    }

    /// The instance that was named cannot be used.
    pub(crate) fn nowhere(state: &WebState, place: Place) -> Self {
        let name = match place {
            Place::Unknown(name) => name,
            Place::Ask => {
                let notice = wrong("Which instance?", "Enter the name of your instance.");
                return Self::new(StatusCode::BAD_REQUEST, notice);
            }
            Place::None | Place::Is(_) => String::new(),
        };
        if !state.authenticator.is_confirmed() {
            let notice = wrong("Not sure just now", unconfirmed_instance(&name));
            return Self::later(notice, UNCONFIRMED_RETRY);
        }
        let text = if name.is_empty() {
            "This server has no instance yet. Whoever runs it makes one with `firebell instance \
             create`."
                .to_owned()
        } else {
            format!("There is no instance {:?} on this server. Check its name.", cut(&name, 100))
        };
        Self::new(StatusCode::NOT_FOUND, wrong("No such instance", text))
    }

    /// Somebody was not let in.
    pub(crate) fn refused(state: &WebState, error: &AuthError) -> Self {
        match error {
            AuthError::LockedOut { retry_after } => Self {
                notice: wrong("Too many attempts", error.to_string()),
                status: StatusCode::TOO_MANY_REQUESTS,
                wait: Some(*retry_after),
            },
            _ if !state.authenticator.is_confirmed() => {
                let notice = wrong("Not sure just now", unconfirmed_sign_in());
                Self::later(notice, UNCONFIRMED_RETRY)
            }
            AuthError::Wrong | AuthError::Missing | AuthError::Malformed => {
                let text = "The user name or the password is wrong. Check both; capital letters \
                            matter in the password.";
                Self::new(StatusCode::FORBIDDEN, wrong("You are not signed in", text))
            }
        }
    }
}

/// `GET /sign-in`
pub(crate) async fn show(State(state): State<WebState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let asked = Entered::read(parts.uri.query().unwrap_or_default().as_bytes());
    let next = asked.word("next").and_then(safe);
    match who(&state, &parts.headers) {
        Who::In(_) => lead_to(&target(next.as_deref())),
        Who::Nobody => page(&state, &parts, &asked, None),
        Who::Unconfirmed => {
            let notice = wrong("Not sure just now", unconfirmed_sign_in());
            let trouble = Trouble::later(notice, UNCONFIRMED_RETRY);
            page(&state, &parts, &asked, Some(trouble))
        }
    }
}

/// `POST /sign-in`
pub(crate) async fn enter(State(state): State<WebState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let entered = match read(body).await {
        Ok(entered) => entered,
        Err(trouble) => return page(&state, &parts, &Entered::default(), Some(trouble)),
    };
    match admit(&state, &parts, &entered).await {
        Ok((directory, principal)) => begin(&state, &parts, &entered, &directory, &principal),
        Err(trouble) => page(&state, &parts, &entered, Some(trouble)),
    }
}

/// Reads a form of these pages.
pub(crate) async fn read(body: Body) -> Result<Entered, Trouble> {
    form::fields(body).await.map_err(|form::TooLarge| {
        let notice = wrong("That was too much", "What you entered is too long. Shorten it.");
        Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, notice)
    })
}

async fn admit(
    state: &WebState,
    parts: &Parts,
    entered: &Entered,
) -> Result<(Arc<Directory>, Principal), Trouble> {
    let (Some(user), Some(password)) = (entered.word("login"), entered.get("password")) else {
        let notice = wrong("Something is missing", "Enter your user name and your password.");
        return Err(Trouble::new(StatusCode::BAD_REQUEST, notice));
    };
    let directory = match place(state, parts, entered.word("instance")) {
        Place::Is(directory) => directory,
        other => return Err(Trouble::nowhere(state, other)),
    };
    let password = Secret::new(password);
    // How they got in is decided when the session lets them in.
    let login = Login { user, password, via: Via::Basic, client: client(state, parts) };
    match admitted(state, &directory, login).await? {
        Ok(principal) => Ok((directory, principal)),
        Err(error) => Err(Trouble::refused(state, &error)),
    }
}

/// Whom a name and a password let in, or why nobody.
///
/// # Errors
/// [`Trouble`] if too many are asking.
pub(crate) async fn admitted(
    state: &WebState,
    directory: &Directory,
    login: Login<'_>,
) -> Result<Result<Principal, AuthError>, Trouble> {
    match state.authenticator.prepare_login(directory, login, state.clock.now()) {
        Ok(Prepared::Done(principal)) => Ok(Ok(principal)),
        Ok(Prepared::Pending(pending)) => {
            let (door, clock) = (Arc::clone(&state.authenticator), state.clock.clone());
            let verified = state.slowly.run(move || door.verify(&pending, clock.now())).await;
            verified.map_err(|_| Trouble::busy())
        }
        Err(error) => Ok(Err(error)),
    }
}

fn begin(
    state: &WebState,
    parts: &Parts,
    entered: &Entered,
    directory: &Directory,
    principal: &Principal,
) -> Response {
    let now = state.clock.now();
    let sessions = state.authenticator.sessions();
    let visitor = visitor(state, parts);
    let person = principal.person;
    let Some(begun) = sessions.begin_web(directory, person, visitor, &state.random, now) else {
        let trouble = Trouble::refused(state, &AuthError::Wrong);
        return page(state, parts, entered, Some(trouble));
    };
    for old in presented(state, &parts.headers) {
        sessions.end_of(&old, now);
    }
    let next = entered.word("next").and_then(safe);
    let mut response = lead_to(&target(next.as_deref()));
    keep(state, &mut response, &begun.token);
    response
}

/// `GET /sign-out`: asks, because a GET never acts.
pub(crate) async fn ask_out() -> Response {
    let notice = good("Sign out?", "Alerts still reach you. Only this browser forgets you.");
    let button = Some(Button { action: "sign-out", label: "Sign out" });
    let words = Words::new(Frame::new("", "Sign out"), notice);
    Words { button, ..words }.link(HOME, "Stay signed in").respond(StatusCode::OK)
}

/// `POST /sign-out`
pub(crate) async fn leave(State(state): State<WebState>, headers: HeaderMap) -> Response {
    let now = state.clock.now();
    for claims in presented(&state, &headers) {
        state.authenticator.sessions().end_of(&claims, now);
    }
    let notice = good("You are signed out", "Alerts still reach you on your devices.");
    let words = Words::new(Frame::new("", "Signed out"), notice).link("sign-in", "Sign in again");
    let mut response = words.respond(StatusCode::OK);
    forget(&state, &mut response);
    response
}

fn page(state: &WebState, parts: &Parts, entered: &Entered, trouble: Option<Trouble>) -> Response {
    let (status, wait) = trouble.as_ref().map_or((StatusCode::OK, None), |t| (t.status, t.wait));
    let page = Page {
        frame: Frame::new("", "Sign in"),
        fields: fields(state, parts, entered),
        next: entered.word("next").and_then(safe),
        notice: trouble.map(|trouble| trouble.notice),
    };
    respond_in(status, &page, wait)
}

/// What to show again of what was entered: never the password.
pub(crate) fn fields(state: &WebState, parts: &Parts, entered: &Entered) -> Fields {
    let text = |name| cut(entered.word(name).unwrap_or_default(), 200);
    let fixed = match (entered.word("instance"), place(state, parts, None)) {
        (None, Place::Is(directory)) => Some(directory.instance.name.to_string()),
        _ => None,
    };
    Fields { fixed, instance: text("instance"), login: text("login") }
}

/// A place on this server to go to: a path, and nothing that a browser takes for another host.
fn safe(next: &str) -> Option<String> {
    let path = next.strip_prefix('/')?;
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<' | '>' | '\'');
    let is_path = !path.starts_with('/') && next.chars().all(plain);
    (is_path && next.len() <= NEXT_CHARS_MAX).then(|| next.to_owned())
}

/// The way there from `/sign-in`.
fn target(next: Option<&str>) -> String {
    next.map_or_else(|| HOME.to_owned(), |next| format!(".{next}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        for (next, expected) in [
            ("/account", Some("./account")),
            ("/alerts?text=a%20b", Some("./alerts?text=a%20b")),
            ("/", Some("./")),
            ("//evil.example", None),
            ("/\\evil.example", None),
            ("https://evil.example", None),
            ("javascript:alert(1)", None),
            ("/a\r\nSet-Cookie:x=y", None),
            ("/ø", None),
            ("account", None),
            ("", None),
        ] {
            let safe = safe(next);
            let place = safe.as_deref().map(|next| target(Some(next)));
            assert_eq!(place.as_deref(), expected, "{next:?}");
        }
        assert_eq!(target(None), "account");
        assert_eq!(safe(&format!("/{}", "x".repeat(NEXT_CHARS_MAX))), None);
    }
}
