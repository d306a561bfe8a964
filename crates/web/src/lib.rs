//! All pages, as one router: the ones of this crate (the response page behind a one-tap link, signing in and
//! out, a forgotten password, one's account, first run) and those of the `web-*` crates, behind the gate. Mounted
//! by the binary beside the API.
//!
//! | module | does |
//! |---|---|
//! | `answer` | the two requests of a link: show, and act |
//! | `seen` | what a link leads to, turned into the texts of a page |
//! | `page` | what the response page shows, as plain texts, and its template |
//! | `wording` | the sentences: what happens next, what happened, where the alert stands |
//! | `outside` | what surrounds pages for people who are not signed in |
//! | `sign_in`, `reset`, `kept` | signing in and out, a forgotten password, entries that outlived a session |
//! | `account`, `password` | one's profile and sessions, one's own password |
//! | `devices`, `keys` | one's own devices, and those of users one looks after; one's own API keys |
//! | `start`, `checklist` | first run, and what comes before the first real alert |
//! | `pwa` | what makes the pages installable |
//! | `words` | the catalogue of sentences |
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
mod outside;
mod sign_in;
mod reset;
mod kept;
mod account;
mod password;
mod devices;
mod keys;
mod start;
mod checklist;
mod pwa;
mod words;

#[cfg(test)]
mod tests;

use axum::extract::FromRef;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use firebell_access::first_run::FirstRun;
use firebell_pipeline::probe::Prober;
use firebell_ui::{SignInPage, Ui, of_pages, only_own_pages, signed_in};

use devices::Removed;

/// What the pages of this crate stand on.
#[derive(Clone)]
pub struct Web {
    pub(crate) ui: Ui,
    pub(crate) prober: Prober,
    pub(crate) first_run: FirstRun,
    pub(crate) removed: Removed,
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Web")
    }
}

impl Web {
    /// Puts it together: what all pages stand on, what tries devices, and who may set up.
    pub fn new(ui: Ui, prober: Prober, first_run: FirstRun) -> Self {
        Self { ui, prober, first_run, removed: Removed::default() }
    }
}

impl FromRef<Web> for Ui {
    fn from_ref(web: &Web) -> Self {
        web.ui.clone()
    }
}

/// The routes of the pages, to be merged into the server's router at its root: these and the ones of other
/// crates that stand behind the gate (`inside`) or are for anybody (`open`).
pub fn router(web: Web, inside: Router<Ui>, open: Router<Ui>) -> Router {
    let ui = web.ui.clone();
    let gate = from_fn_with_state((ui.clone(), sign_in::keeping as SignInPage), signed_in);
    let own = own().with_state(web.clone());
    // Pages of users say which devices are verified.
    let inside = inside.layer(Extension(web.prober.clone()));
    let inside = inside.merge(firebell_ui::router()).merge(own).layer(gate);
    let personal = Router::new()
        .route("/", get(sign_in::root))
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-out", get(sign_in::ask_out).post(sign_in::leave))
        .route("/reset", get(reset::show).post(reset::ask))
        .route("/reset/{token}", get(reset::show_set).post(reset::set))
        .route("/start", get(start::show).post(start::set_up))
        .with_state(web)
        .merge(inside)
        .layer(from_fn(only_own_pages));
    let pages = Router::new()
        .route("/r/{token}", get(answer::show))
        .route("/r/{token}/{option}", get(answer::show_option).post(answer::act))
        .route("/offline", get(pwa::offline))
        .merge(personal)
        .merge(open);
    let files = Router::new()
        .route("/manifest.webmanifest", get(pwa::manifest))
        .route("/sw.js", get(pwa::worker))
        .route("/icon.svg", get(pwa::icon))
        // Browsers ask for it on pages that name no icon, such as the one of a link.
        .route("/favicon.ico", get(pwa::icon))
        .route("/icon-192.png", get(pwa::icon_192))
        .route("/icon-512.png", get(pwa::icon_512));
    let all = pages.merge(files).layer(map_response(of_pages));
    firebell_ui::packed(all.merge(firebell_ui::open_router())).with_state(ui)
}

/// The pages of whoever is signed in.
fn own() -> Router<Web> {
    Router::new()
        .route("/account", get(account::show).post(account::save))
        .route("/account/password", get(password::show).post(password::set))
        .route("/account/end-others", post(account::end_others))
        .route("/account/sessions/{session}/end", post(account::end))
        .merge(devices::router())
        .route("/account/keys", get(keys::show).post(keys::create))
        .route("/account/keys/{key}/revoke", post(keys::revoke))
        .route("/start/checklist", get(checklist::show))
        .route("/start/ring", post(checklist::ring))
}
