//! The pages a person sees without signing in: the response page behind a one-tap link, and a small
//! landing page. Mounted by the binary beside the API.
//!
//! | module | does |
//! |---|---|
//! | `answer` | the two requests: show, and act |
//! | `seen` | what a link leads to, turned into the texts of a page |
//! | `page` | what a page shows, as plain texts, and the templates that lay it out |
//! | `wording` | the sentences: what happens next, what happened, where the alert stands |
//! | `when` | instants in words, in the reader's zone |
//! | `form` | the bounded form body |
//! | `asset` | the style sheet under its content's hash |
//! | `head` | the headers every page carries |
//!
//! A GET never acts: mail scanners and chat previews follow links. Nothing here decides what an
//! answer does; that is `pipeline::respond`. A page never shows an error's inside.
//!
//! There is no token against cross-site requests, because there is nothing to ride on: no cookie
//! and no other authority that a browser adds by itself. Whoever can make a request that acts
//! already has the link, which is the whole authority. For that reason the token in the path is
//! as good as a key: it is never logged here, never sent on as a referrer, never cached.

mod answer;
mod seen;
mod page;
mod wording;
mod when;
mod form;
mod asset;
mod head;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::middleware::map_response;
use axum::routing::get;
use firebell_access::link::LinkKey;
use firebell_base::Clock;
use firebell_config::Snapshots;
use firebell_pipeline::respond::Responder;

/// What the pages stand on.
#[derive(Clone)]
pub struct WebState {
    /// The configuration: names, zones, forms.
    pub snapshots: Snapshots,
    /// Shows and takes answers.
    pub responder: Responder,
    /// The key links are signed with.
    pub link_key: LinkKey,
    /// The clock.
    pub clock: Clock,
}

/// The routes of the pages, to be merged into the server's router at its root.
pub fn router(state: WebState) -> Router {
    let pages = Router::new()
        .route("/", get(page::landing))
        .route("/r/{token}", get(answer::show))
        .route("/r/{token}/{option}", get(answer::show_option).post(answer::act))
        .with_state(state)
        .layer(map_response(head::of_pages));
    Router::new().route("/assets/{file}", get(asset::style_sheet)).merge(pages)
}
