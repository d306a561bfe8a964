//! The pages a person sees: the response page behind a one-tap link, signing in and out, a forgotten
//! password, one's account, and a small landing page. Mounted by the binary beside the API.
//!
//! | module | does |
//! |---|---|
//! | `answer` | the two requests of a link: show, and act |
//! | `seen` | what a link leads to, turned into the texts of a page |
//! | `page` | what the response page shows, as plain texts, and its template |
//! | `wording` | the sentences: what happens next, what happened, where the alert stands |
//! | `when` | instants in words, in the reader's zone |
//! | `frame` | what pages for people who sign in have in common |
//! | `visitor` | who is on a page, by the session's cookie; forms of other sites |
//! | `sign_in`, `reset` | signing in and out, a forgotten password |
//! | `account`, `password` | one's sessions, one's own password |
//! | `slowly` | how passwords are hashed, with everybody else's |
//! | `form` | the bounded form body |
//! | `asset` | the style sheet under its content's hash |
//! | `head` | the headers every page carries |
//!
//! A GET never acts: mail scanners and chat previews follow links. Nothing here decides what an
//! answer does; that is `pipeline::respond`; nor who is let in, that is `access`. A page never shows
//! an error's inside. Signing in needs memory only.
//!
//! The response page has no token against cross-site requests, because there is nothing to ride on:
//! no cookie and no other authority that a browser adds by itself. Whoever can make a request that
//! acts already has the link, which is the whole authority. For that reason the token in the path is
//! as good as a key: it is never logged here, never sent on as a referrer, never cached. The pages
//! that use the session's cookie take forms of our own pages only.

mod answer;
mod seen;
mod page;
mod wording;
mod when;
mod frame;
mod visitor;
mod sign_in;
mod reset;
mod account;
mod password;
mod slowly;
mod form;
mod asset;
mod head;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::Extensions;
use axum::middleware::{from_fn, map_response};
use axum::routing::{get, post};
use firebell_access::Authenticator;
use firebell_access::link::LinkKey;
use firebell_base::{Clock, Random};
use firebell_config::{Authority, Snapshots};
use firebell_pipeline::respond::Responder;

pub use slowly::{Busy, Slowly, Waiting, Work};

/// What the pages stand on.
#[derive(Clone)]
pub struct WebState {
    /// The configuration: names, zones, forms.
    pub snapshots: Snapshots,
    /// Shows and takes answers.
    pub responder: Responder,
    /// The key links are signed with.
    pub link_key: LinkKey,
    /// Sets new passwords.
    pub authority: Authority,
    /// Lets people in, and knows their sessions: the same as the API's.
    pub authenticator: Arc<Authenticator>,
    /// Runs the hashing of passwords: in the same places as the API.
    pub slowly: Slowly,
    /// From where a request comes, if that is known.
    pub client: fn(&Extensions) -> Option<IpAddr>,
    /// Where people reach the server: with `https://`, cookies are kept to that.
    pub public_url: String,
    /// The clock.
    pub clock: Clock,
    /// Where ids and salts come from.
    pub random: Random,
}

/// The routes of the pages, to be merged into the server's router at its root.
pub fn router(state: WebState) -> Router {
    let personal = Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-out", get(sign_in::ask_out).post(sign_in::leave))
        .route("/reset", get(reset::show).post(reset::ask))
        .route("/reset/{token}", get(reset::show_set).post(reset::set))
        .route("/account", get(account::show))
        .route("/account/password", get(password::show).post(password::set))
        .route("/account/end-others", post(account::end_others))
        .route("/account/sessions/{session}/end", post(account::end))
        .layer(from_fn(visitor::only_own_pages));
    let pages = Router::new()
        .route("/", get(page::landing))
        .route("/r/{token}", get(answer::show))
        .route("/r/{token}/{option}", get(answer::show_option).post(answer::act))
        .merge(personal)
        .with_state(state)
        .layer(map_response(head::of_pages));
    Router::new().route("/assets/{file}", get(asset::style_sheet)).merge(pages)
}
