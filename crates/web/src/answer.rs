//! The two requests of a one-tap link: show (GET, changes nothing) and act (POST).
//!
//! Whatever happens, the reader gets a page that says where the alert stands and what to do:
//!
//! | what | status |
//! |---|---|
//! | shown, answered, answered before, answered too late | 200 |
//! | the person it was sent to left, or may not answer (any more) | 403 |
//! | the link is incomplete or not genuine; the option does not exist | 404 |
//! | the link's time is over; the alert was removed | 410 |
//! | the comment is larger than the form may be | 413 |
//! | the database does not answer: nothing was done, and the page offers the same again | 503 |
//!
//! The token is never logged.

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::link::{LinkClaims, LinkError, verify};
use firebell_access::{Permission, Principal, Scope, Via, allows};
use firebell_domain::form::ResponseOption;
use firebell_domain::response::Standing;
use firebell_pipeline::respond::{Answered, RespondError};

use crate::WebState;
use crate::form;
use crate::page::{Headline, Mark, Offer, Offers, Page, Shape, respond, respond_later};
use crate::seen::{Choice, Seen, shown};
use crate::wording;

/// Seconds after which a page that could not reach the database asks to be opened again.
const RETRY_AFTER_SECONDS: u32 = 5;
/// The way to the root from `/r/{token}`.
const ROOT_OF_LINK: &str = "../";
/// The way to the root from `/r/{token}/{option}`.
const ROOT_OF_OPTION: &str = "../../";

/// A request's link, before anything was looked up.
struct Link {
    token: String,
    root: &'static str,
}

impl Link {
    /// Where answers are posted; the number follows.
    fn action(&self) -> String {
        format!("{}r/{}/", self.root, self.token)
    }
}

/// `GET /r/{token}`
pub(crate) async fn show(
    State(state): State<WebState>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    // A path that is not even text cannot hold a link.
    let token = path.map(|Path(token)| token).unwrap_or_default();
    let link = Link { token, root: ROOT_OF_LINK };
    let seen = match look(&state, &link).await {
        Ok(seen) => seen,
        Err(page) => return *page,
    };
    respond(StatusCode::OK, &confirmation(&link, &seen, Choice::Open))
}

/// `GET /r/{token}/{option}`
pub(crate) async fn show_option(
    State(state): State<WebState>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    let (link, option) = parts(path);
    let seen = match look(&state, &link).await {
        Ok(seen) => seen,
        Err(page) => return *page,
    };
    match chosen(&seen, &option) {
        Some(option) => {
            let choice = Choice::Confirm(option.number);
            respond(StatusCode::OK, &confirmation(&link, &seen, choice))
        }
        None => no_such_option(&link, &seen),
    }
}

/// `POST /r/{token}/{option}`
pub(crate) async fn act(
    State(state): State<WebState>,
    path: Result<Path<(String, String)>, PathRejection>,
    body: Body,
) -> Response {
    let (link, option) = parts(path);
    let claims = match verify(&state.link_key, &link.token, state.clock.now()) {
        Ok(claims) => claims,
        Err(error) => return refused(&state, &link, error).await,
    };
    let comment = form::comment(body).await;
    let seen = match read(&state, claims).await {
        Ok(seen) => seen,
        Err(why) => return nowhere(&link, &why, retry(&link, &option, comment.ok().flatten())),
    };
    if !seen.may_answer {
        return respond(StatusCode::FORBIDDEN, &confirmation(&link, &seen, Choice::Open));
    }
    let Some(option) = chosen(&seen, &option).cloned() else {
        return no_such_option(&link, &seen);
    };
    let Ok(comment) = comment else {
        return too_large(&link, &seen, &option);
    };
    let said = comment.clone().filter(|_| option.allow_comments);
    let answering =
        state.responder.answer_link(claims.instance, claims.notification, option.number, said);
    match answering.await {
        Ok(answered) => result(&link, seen, answered),
        Err(RespondError::NoOption(_)) => no_such_option(&link, &seen),
        Err(error) => {
            let again = retry(&link, &option.number.to_string(), comment);
            failed(&link, &error, again)
        }
    }
}

fn parts(path: Result<Path<(String, String)>, PathRejection>) -> (Link, String) {
    let (token, option) = path.map(|Path(parts)| parts).unwrap_or_default();
    (Link { token, root: ROOT_OF_OPTION }, option)
}

/// The option a path names, in its one spelling.
fn chosen<'a>(seen: &'a Seen, option: &str) -> Option<&'a ResponseOption> {
    let number: u8 = option.parse().ok()?;
    seen.option(number).filter(|found| found.number.to_string() == option)
}

/// Checks the link and reads what it leads to, or gives the page that says why not.
async fn look(state: &WebState, link: &Link) -> Result<Seen, Box<Response>> {
    match verify(&state.link_key, &link.token, state.clock.now()) {
        Ok(claims) => {
            let seen = read(state, claims).await;
            seen.map_err(|why| Box::new(nowhere(link, &why, None)))
        }
        Err(error) => Err(Box::new(refused(state, link, error).await)),
    }
}

/// Why a genuine link leads nowhere.
enum Nowhere {
    /// Whoever it was sent to is not active here (any more): it shows and does nothing.
    Left,
    /// What it speaks of cannot be read.
    Failed(RespondError),
}

impl From<RespondError> for Nowhere {
    fn from(error: RespondError) -> Self {
        Self::Failed(error)
    }
}

async fn read(state: &WebState, claims: LinkClaims) -> Result<Seen, Nowhere> {
    let directory = state.snapshots.instance(claims.instance).ok_or(RespondError::NoInstance)?;
    let view = state.responder.view(claims.instance, claims.notification).await?;
    // The link was signed long ago; who they are and what they may is decided now.
    let who = Principal::of(&directory, view.person, Via::Link).ok_or(Nowhere::Left)?;
    let may_answer = allows(&who, Permission::Respond, &Scope::Instance).is_ok();
    Ok(Seen { directory, view, claims, may_answer, now: state.clock.now() })
}

/// The page that shows the alert and asks.
fn confirmation(link: &Link, seen: &Seen, choice: Choice) -> Page {
    let offers = seen.offers(link.action(), choice, None);
    let headline = match (&offers, seen.own_answer()) {
        (Some(_), None) => None,
        (Some(_), Some(own)) => {
            let text =
                format!("You answered “{}”. You can still change that.", shown(&own.option.text));
            Some(headline("ok", Shape::Check, "We have your answer", text))
        }
        (None, _) if !seen.may_answer => {
            let text = "Others are asked to answer this alert. Nothing is wanted of you.";
            let word = "You are kept informed";
            Some(headline("muted", Shape::Ring, word, text.to_owned()))
        }
        (None, _) => {
            let text = "Nothing is wanted of you.".to_owned();
            Some(headline("ok", Shape::Check, "This alert is over", text))
        }
    };
    Page {
        root: link.root,
        title: shown(&seen.view.alert.summary),
        headline,
        facts: Some(seen.facts()),
        footnote: offers.is_some().then(|| seen.footnote()),
        offers,
    }
}

/// The page that says what an answer did.
fn result(link: &Link, mut seen: Seen, answered: Answered) -> Response {
    let Answered { response, alert, changed: _ } = answered;
    let (option, standing) = (response.option.clone(), response.standing);
    seen.view.alert = alert;
    seen.now = seen.now.max(response.at);
    seen.view.responses.push(response);
    let state = seen.view.alert.state;
    let (word, text) =
        seen.with_holder(|holder| wording::done(option.action, standing, state, holder));
    let (class, shape) = match standing {
        Standing::Counted | Standing::Repeated => ("ok", Shape::Check),
        Standing::Late => ("muted", Shape::Slash),
    };
    let offers = seen.offers(link.action(), Choice::After(option.number), None);
    let page = Page {
        root: link.root,
        title: word.to_owned(),
        headline: Some(headline(class, shape, word, text)),
        facts: Some(seen.facts()),
        footnote: offers.is_some().then(|| seen.footnote()),
        offers,
    };
    respond(StatusCode::OK, &page)
}

fn headline(class: &'static str, shape: Shape, word: &str, text: String) -> Headline {
    Headline { mark: Mark { class, shape, text: word.to_owned() }, text }
}

/// A page of words only.
fn notice(link: &Link, word: &str, text: &str) -> Page {
    Page {
        root: link.root,
        title: word.to_owned(),
        headline: Some(headline("muted", Shape::Slash, word, text.to_owned())),
        ..Page::default()
    }
}

/// The link is genuine, the option is not.
fn no_such_option(link: &Link, seen: &Seen) -> Response {
    let text = "The answers that can be given may have changed since the message was sent. \
                Nothing was done.";
    let page = Page {
        headline: Some(headline("muted", Shape::Slash, "There is no such answer", text.to_owned())),
        title: "There is no such answer".to_owned(),
        ..confirmation(link, seen, Choice::Open)
    };
    respond(StatusCode::NOT_FOUND, &page)
}

fn too_large(link: &Link, seen: &Seen, option: &ResponseOption) -> Response {
    let text = "Nothing was done. Shorten the comment, or answer without one.";
    let word = "The comment is too long";
    let page = Page {
        headline: Some(headline("muted", Shape::Slash, word, text.to_owned())),
        title: word.to_owned(),
        ..confirmation(link, seen, Choice::Confirm(option.number))
    };
    respond(StatusCode::PAYLOAD_TOO_LARGE, &page)
}

/// The link is not to be used; an expired one may still say where its alert stands.
async fn refused(state: &WebState, link: &Link, error: LinkError) -> Response {
    match error {
        LinkError::Malformed | LinkError::Forged => {
            let text = "It may have been cut in two. Open it from the message again, or copy all \
                        of it. If that does not help, ask whoever looks after Firebell.";
            respond(StatusCode::NOT_FOUND, &notice(link, "This link does not work", text))
        }
        LinkError::Expired(claims) => {
            let text = "It can no longer answer. Nothing was done.";
            let page = notice(link, "This link has expired", text);
            let facts = read(state, claims).await.ok().map(|seen| seen.facts());
            respond(StatusCode::GONE, &Page { facts, ..page })
        }
    }
}

/// The answer again, for a page that could not act on it.
fn retry(link: &Link, option: &str, comment: Option<String>) -> Option<Offers> {
    let number = option.parse().ok()?;
    let offer = Offer {
        number,
        label: "Try again".to_owned(),
        next: "Your answer and your comment are kept.".to_owned(),
        class: "loud",
    };
    Some(Offers {
        action: link.action(),
        first: number,
        main: Some(offer),
        lead: "",
        others: Vec::new(),
        comment: Some(comment.unwrap_or_default()),
    })
}

/// The page for a link that leads nowhere.
fn nowhere(link: &Link, why: &Nowhere, again: Option<Offers>) -> Response {
    match why {
        Nowhere::Left => {
            let text = "It was sent to somebody who is not here any more. Nothing was done. If \
                        you are that person, ask whoever looks after Firebell.";
            let page = notice(link, "This link does not work any more", text);
            respond(StatusCode::FORBIDDEN, &page)
        }
        Nowhere::Failed(error) => failed(link, error, again),
    }
}

/// What was asked could not be done.
fn failed(link: &Link, error: &RespondError, again: Option<Offers>) -> Response {
    match error {
        RespondError::NoAlert => {
            let text = "It ended long ago, and was removed after the time alerts are kept.";
            respond(StatusCode::GONE, &notice(link, "This alert is gone", text))
        }
        RespondError::NoInstance => {
            let text = "It belongs to an account that this server does not know. Ask whoever \
                        looks after Firebell.";
            respond(StatusCode::NOT_FOUND, &notice(link, "This link does not work", text))
        }
        RespondError::NoOption(_) | RespondError::Closed => {
            let text = "It is over, or the answer is no longer offered. Nothing was done.";
            respond(StatusCode::GONE, &notice(link, "This cannot be answered", text))
        }
        RespondError::Store(cause) => {
            tracing::warn!(error = %cause, "a response page could not be served");
            let (word, text) = if again.is_some() {
                ("We could not take your answer", "Nothing was recorded. Try again in a moment.")
            } else {
                ("We cannot show the alert just now", "Open the link again in a moment.")
            };
            let page = Page { offers: again, ..notice(link, word, text) };
            respond_later(RETRY_AFTER_SECONDS, &page)
        }
    }
}
