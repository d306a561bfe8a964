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
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use firebell_access::link::{LinkClaims, LinkError, verify};
use firebell_access::{Permission, Principal, Scope, Via, allows};
use firebell_domain::form::ResponseOption;
use firebell_domain::response::Standing;
use firebell_pipeline::respond::{Answered, RespondError};
use firebell_ui::{Lang, Say, Shape, TooLarge, Ui, page, page_with, read_form};

use crate::page::{Headline, Mark, Offer, Offers, Page, respond_later};
use crate::seen::{Choice, Seen, shown};
use crate::wording;
use crate::words::say;

/// The largest form of an answer, in bytes: the longest comment fits four times over when every
/// character is one byte, and is cut when percent-encoding makes it larger.
pub(crate) const ANSWER_BYTES_MAX: usize = 16 * 1024;

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
    /// What the browser asks for: who reads is not known before the link was looked up.
    browser: Lang,
}

impl Link {
    /// Where answers are posted; the number follows.
    fn action(&self) -> String {
        format!("{}r/{}/", self.root, self.token)
    }

    const fn t(&self) -> Say {
        say(self.browser)
    }
}

/// `GET /r/{token}`
pub(crate) async fn show(
    State(state): State<Ui>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    // A path that is not even text cannot hold a link.
    let token = path.map(|Path(token)| token).unwrap_or_default();
    let link = Link { token, root: ROOT_OF_LINK, browser: Lang::of_browser(&headers) };
    let seen = match look(&state, &link).await {
        Ok(seen) => seen,
        Err(page) => return *page,
    };
    page(&confirmation(&link, &seen, Choice::Open))
}

/// `GET /r/{token}/{option}`
pub(crate) async fn show_option(
    State(state): State<Ui>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let (link, option) = parts(path, &headers);
    let seen = match look(&state, &link).await {
        Ok(seen) => seen,
        Err(page) => return *page,
    };
    match chosen(&seen, &option) {
        Some(option) => {
            let choice = Choice::Confirm(option.number);
            page(&confirmation(&link, &seen, choice))
        }
        None => no_such_option(&link, &seen),
    }
}

/// `POST /r/{token}/{option}`
pub(crate) async fn act(
    State(state): State<Ui>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (link, option) = parts(path, &headers);
    let claims = match verify(&state.link_key, &link.token, state.clock.now()) {
        Ok(claims) => claims,
        Err(error) => return refused(&state, &link, error).await,
    };
    let comment = comment(body).await;
    let seen = match read(&state, &link, claims).await {
        Ok(seen) => seen,
        Err(why) => return nowhere(&link, &why, retry(&link, &option, comment.ok().flatten())),
    };
    if !seen.may_answer {
        return page_with(StatusCode::FORBIDDEN, &confirmation(&link, &seen, Choice::Open));
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

fn parts(
    path: Result<Path<(String, String)>, PathRejection>,
    headers: &HeaderMap,
) -> (Link, String) {
    let (token, option) = path.map(|Path(parts)| parts).unwrap_or_default();
    (Link { token, root: ROOT_OF_OPTION, browser: Lang::of_browser(headers) }, option)
}

/// The comment that came with an answer; none when the field is empty or missing.
async fn comment(body: Body) -> Result<Option<String>, TooLarge> {
    let form = read_form(body, ANSWER_BYTES_MAX).await?;
    Ok(Some(form.text("comment").to_owned()).filter(|comment| !comment.is_empty()))
}

/// The option a path names, in its one spelling.
fn chosen<'a>(seen: &'a Seen, option: &str) -> Option<&'a ResponseOption> {
    let number: u8 = option.parse().ok()?;
    seen.option(number).filter(|found| found.number.to_string() == option)
}

/// Checks the link and reads what it leads to, or gives the page that says why not.
async fn look(state: &Ui, link: &Link) -> Result<Seen, Box<Response>> {
    match verify(&state.link_key, &link.token, state.clock.now()) {
        Ok(claims) => {
            let seen = read(state, link, claims).await;
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

async fn read(state: &Ui, link: &Link, claims: LinkClaims) -> Result<Seen, Nowhere> {
    let directory = state.snapshots.instance(claims.instance).ok_or(RespondError::NoInstance)?;
    let view = state.responder.view(claims.instance, claims.notification).await?;
    // The link was signed long ago; who they are and what they may is decided now.
    let who = Principal::of(&directory, view.person, Via::Link).ok_or(Nowhere::Left)?;
    let may_answer = allows(&who, Permission::Respond, &Scope::Instance).is_ok();
    let now = state.clock.now();
    Ok(Seen { directory, view, claims, may_answer, now, browser: link.browser })
}

/// The page that shows the alert and asks.
fn confirmation(link: &Link, seen: &Seen, choice: Choice) -> Page {
    let (t, offers) = (seen.t(), seen.offers(link.action(), choice, None));
    let headline = match (&offers, seen.own_answer()) {
        (Some(_), None) => None,
        (Some(_), Some(own)) => {
            let answer = shown(&own.option.text);
            let text = t.a("web-answered-text", &[("answer", &answer)]);
            Some(headline("ok", Shape::Check, &t.get("web-again"), text))
        }
        (None, _) if !seen.may_answer => {
            let word = t.get("web-informed");
            Some(headline("muted", Shape::Ring, &word, t.get("web-informed-text")))
        }
        (None, _) => {
            let word = t.get("web-closed");
            Some(headline("ok", Shape::Check, &word, t.get("web-closed-text")))
        }
    };
    Page {
        title: shown(&seen.view.alert.summary),
        headline,
        facts: Some(seen.facts()),
        footnote: offers.is_some().then(|| seen.footnote()),
        offers,
        ..Page::new(link.root, seen.lang())
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
        seen.with_holder(|holder| wording::done(seen.t(), option.action, standing, state, holder));
    let (class, shape) = match standing {
        Standing::Counted | Standing::Repeated => ("ok", Shape::Check),
        Standing::Late => ("muted", Shape::Slash),
    };
    let offers = seen.offers(link.action(), Choice::After(option.number), None);
    let page = Page {
        headline: Some(headline(class, shape, &word, text)),
        title: word,
        facts: Some(seen.facts()),
        footnote: offers.is_some().then(|| seen.footnote()),
        offers,
        ..Page::new(link.root, seen.lang())
    };
    firebell_ui::page(&page)
}

fn headline(class: &'static str, shape: Shape, word: &str, text: String) -> Headline {
    Headline { mark: Mark { class, shape, text: word.to_owned() }, text }
}

/// A page of words only.
fn notice(link: &Link, word: &str, text: &str) -> Page {
    let (word, text) = (link.t().get(word), link.t().get(text));
    Page {
        headline: Some(headline("muted", Shape::Slash, &word, text)),
        title: word,
        ..Page::new(link.root, link.browser)
    }
}

/// The link is genuine, the option is not.
fn no_such_option(link: &Link, seen: &Seen) -> Response {
    let (word, text) = (seen.t().get("web-no-option"), seen.t().get("web-no-option-text"));
    let page = Page {
        headline: Some(headline("muted", Shape::Slash, &word, text)),
        title: word,
        ..confirmation(link, seen, Choice::Open)
    };
    page_with(StatusCode::NOT_FOUND, &page)
}

fn too_large(link: &Link, seen: &Seen, option: &ResponseOption) -> Response {
    let (word, text) = (seen.t().get("web-long"), seen.t().get("web-long-text"));
    let page = Page {
        headline: Some(headline("muted", Shape::Slash, &word, text)),
        title: word,
        ..confirmation(link, seen, Choice::Confirm(option.number))
    };
    page_with(StatusCode::PAYLOAD_TOO_LARGE, &page)
}

/// The link is not to be used; an expired one may still say where its alert stands.
async fn refused(state: &Ui, link: &Link, error: LinkError) -> Response {
    match error {
        LinkError::Malformed | LinkError::Forged => {
            page_with(StatusCode::NOT_FOUND, &notice(link, "web-broken", "web-broken-text"))
        }
        LinkError::Expired(claims) => {
            let seen = read(state, link, claims).await.ok();
            let lang = seen.as_ref().map_or(link.browser, Seen::lang);
            let known = Link { browser: lang, token: String::new(), root: link.root };
            let page = notice(&known, "web-expired", "web-expired-text");
            let facts = seen.map(|seen| seen.facts());
            page_with(StatusCode::GONE, &Page { facts, ..page })
        }
    }
}

/// The answer again, for a page that could not act on it.
fn retry(link: &Link, option: &str, comment: Option<String>) -> Option<Offers> {
    let number = option.parse().ok()?;
    let offer = Offer {
        number,
        label: link.t().get("web-retry"),
        next: link.t().get("web-retry-next"),
        class: "loud",
    };
    Some(Offers {
        action: link.action(),
        first: number,
        main: Some(offer),
        lead: String::new(),
        others: Vec::new(),
        comment: Some(comment.unwrap_or_default()),
    })
}

/// The page for a link that leads nowhere.
fn nowhere(link: &Link, why: &Nowhere, again: Option<Offers>) -> Response {
    match why {
        Nowhere::Left => {
            page_with(StatusCode::FORBIDDEN, &notice(link, "web-left", "web-left-text"))
        }
        Nowhere::Failed(error) => failed(link, error, again),
    }
}

/// What was asked could not be done.
fn failed(link: &Link, error: &RespondError, again: Option<Offers>) -> Response {
    match error {
        RespondError::NoAlert => {
            page_with(StatusCode::GONE, &notice(link, "web-gone", "web-gone-text"))
        }
        RespondError::NoInstance => {
            page_with(StatusCode::NOT_FOUND, &notice(link, "web-broken", "web-elsewhere-text"))
        }
        RespondError::NoOption(_) | RespondError::Closed => {
            page_with(StatusCode::GONE, &notice(link, "web-unanswerable", "web-unanswerable-text"))
        }
        RespondError::Store(cause) => {
            tracing::warn!(error = %cause, "a response page could not be served");
            let (word, text) = if again.is_some() {
                ("web-untaken", "web-untaken-text")
            } else {
                ("web-unshown", "web-unshown-text")
            };
            let page = Page { offers: again, ..notice(link, word, text) };
            respond_later(RETRY_AFTER_SECONDS, &page)
        }
    }
}
