//! The page to change one's own password, for whoever knows the old one: a browser that was left
//! open must not become the account. Wrong ones count like failures to sign in. All other sessions
//! end, and this one goes on as a new one.

use std::sync::Arc;

use askama::Template;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use firebell_access::authenticate::{Login, UNCONFIRMED_RETRY};
use firebell_access::{AuthError, Via, password};
use firebell_base::Secret;
use firebell_config::{Author, Change, ConfigError, Faults};
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity};
use firebell_ui::part::{Field, Notice, Tabs};
use firebell_ui::visitor::{client, keep, visitor};
use firebell_ui::{Area, Form, Frame, Say, Visit};

use crate::account::tabs;
use crate::outside::{new_password, respond_in, rule};
use crate::sign_in::{Trouble, admitted, read};
use crate::words::WORDS;

/// How the decision says that the password was changed meanwhile.
const CHANGED: &str = "sign_in.password.changed";

#[derive(Debug, Template)]
#[template(path = "password.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    login: String,
    fields: Vec<Field>,
    notice: Option<Notice>,
}

/// `GET /account/password`
pub(crate) async fn show(visit: Visit) -> Response {
    page(&visit, None)
}

/// `POST /account/password`
pub(crate) async fn set(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let form = match read(visit.say(&WORDS), body).await {
        Ok(form) => form,
        Err(trouble) => return page(&visit, Some(trouble)),
    };
    match change(&visit, &parts, &form).await {
        Ok(directory) => goes_on(&visit, &parts, &directory),
        Err(trouble) => page(&visit, Some(trouble)),
    }
}

async fn change(visit: &Visit, parts: &Parts, form: &Form) -> Result<Arc<Directory>, Trouble> {
    let (t, state) = (visit.say(&WORDS), &visit.ui);
    let new = checked(t, form)?;
    let known =
        known(visit, parts, form.raw("old")).await.map_err(|trouble| unchanged(t, trouble))?;
    let random = state.random.clone();
    let hashed = state.slowly.run(move || password::hash(&new, &random)).await;
    let hash = hashed.ok().and_then(Result::ok).ok_or_else(|| Trouble::busy(t))?;
    let (no, person) = (visit.claims.instance, visit.claims.person);
    let decide = move |newest: &Directory| {
        if newest.password(person).is_none_or(|password| password.hash != known) {
            return Err(Faults::one("password", "was changed meanwhile", CHANGED));
        }
        Ok(vec![Change::Put(Entity::Password(Password { person, hash: hash.clone() }))])
    };
    let by = Author::new(visit.person.target_name.to_string(), "own password changed");
    match state.authority.change(no, &by, visit.now, decide).await {
        Ok(committed) => Ok(committed.directory),
        Err(ConfigError::Invalid(faults)) if faults.0.iter().any(|f| f.subcode == CHANGED) => {
            let text = t.get("web-password-raced");
            let notice = Notice::wrong(t.get("web-password-unchanged"), text);
            Err(Trouble::new(StatusCode::CONFLICT, notice))
        }
        Err(error) => {
            tracing::warn!(%error, "a password could not be changed");
            let notice = Notice::wrong(t.get("web-password-later"), t.get("web-old-works"));
            Err(Trouble::later(notice, UNCONFIRMED_RETRY))
        }
    }
}

/// The new password, if it may be one.
fn checked(t: Say, form: &Form) -> Result<String, Trouble> {
    let refuse = |text: String| {
        let notice = Notice::wrong(t.get("web-password-unchanged"), text);
        Trouble::new(StatusCode::BAD_REQUEST, notice)
    };
    let new = form.raw("password");
    password::check(new).map_err(|error| refuse(rule(t, &error)))?;
    if form.raw("again") != new {
        return Err(refuse(t.get("web-password-differ")));
    }
    if form.raw("old") == new {
        return Err(refuse(t.get("web-password-same")));
    }
    Ok(new.to_owned())
}

/// The stored hash of the visitor's password, if what they entered is it. Wrong ones count like failures to
/// sign in; the trouble's status is 403 then.
///
/// # Errors
/// Wrong, too often, or too many at once.
pub(crate) async fn known(visit: &Visit, parts: &Parts, entered: &str) -> Result<String, Trouble> {
    let Visit { ui, directory, person, .. } = visit;
    let t = visit.say(&WORDS);
    let login = Login {
        user: person.web_login.as_str(),
        password: Secret::new(entered),
        via: Via::Basic,
        client: client(ui, parts),
    };
    let wrong = || Trouble::refused(t, ui, &AuthError::Wrong);
    match admitted(t, ui, directory, login).await? {
        Ok(principal) if principal.person == person.id => {
            let stored = directory.password(person.id).map(|password| password.hash.clone());
            stored.ok_or_else(wrong)
        }
        Ok(_) => Err(wrong()),
        Err(error) => Err(Trouble::refused(t, ui, &error)),
    }
}

fn unchanged(t: Say, trouble: Trouble) -> Trouble {
    if trouble.status != StatusCode::FORBIDDEN {
        return trouble;
    }
    let text = t.get("web-password-wrong");
    Trouble { notice: Notice::wrong(t.get("web-password-unchanged"), text), ..trouble }
}

/// Ends every session, and goes on with a new one.
fn goes_on(visit: &Visit, parts: &Parts, directory: &Directory) -> Response {
    let (state, t) = (&visit.ui, visit.say(&WORDS));
    let (sessions, person) = (state.authenticator.sessions(), visit.claims.person);
    sessions.end_all(visit.claims.instance, person, visit.now);
    let word = t.get("web-password-done");
    let notice = Notice::good(word, t.get("web-password-done-text"));
    let notice = notice.link(t.get("web-back-account"), visit.href("account"));
    let mut response = laid_out(visit, StatusCode::OK, (Some(notice), None), Vec::new());
    let visitor = visitor(state, parts);
    if let Some(begun) = sessions.begin_web(directory, person, visitor, &state.random, visit.now) {
        keep(state, &mut response, &begun.token);
    }
    response
}

fn page(visit: &Visit, trouble: Option<Trouble>) -> Response {
    let (status, wait) = trouble.as_ref().map_or((StatusCode::OK, None), |t| (t.status, t.wait));
    let t = visit.say(&WORDS);
    let old = Field::password("old", t.get("web-password-old"))
        .autocomplete("current-password")
        .max(1024)
        .required();
    let fields = std::iter::once(old).chain(new_password(t)).collect();
    laid_out(visit, status, (trouble.map(|trouble| trouble.notice), wait), fields)
}

fn laid_out(
    visit: &Visit,
    status: StatusCode,
    (notice, wait): (Option<Notice>, Option<std::time::Duration>),
    fields: Vec<Field>,
) -> Response {
    let t = visit.say(&WORDS);
    let page = Page {
        frame: visit.frame(t.get("web-password-change"), Area::Account),
        tabs: tabs(visit, "account/password"),
        login: visit.person.web_login.to_string(),
        fields,
        notice,
        t,
    };
    respond_in(status, &page, wait)
}
