//! Pages of alerts: the live list, one alert with its whole story, messages to people and groups.
//!
//! | module | does |
//! |---|---|
//! | `filter` | reads the list's filters from the URL |
//! | `list`, `bulk`, `views` | the list, acts on several alerts, kept filters |
//! | `row` | one row of the list, as the page and live updates show it |
//! | `hub` | reads what changed once, for all open pages of this process |
//! | `known` | what the hub tells of one instance, and when |
//! | `live` | server-sent events to open pages |
//! | `story`, `timeline`, `told` | one alert: how it stands, what happened, who was told |
//! | `act` | answers to it |
//! | `send` | a message to people and groups |
//!
//! Permissions are asked of `access` through the kit, first in every handler; the tenant is the visitor's.

mod words;
mod filter;
mod row;
mod list;
mod bulk;
mod views;
mod hub;
mod known;
mod live;
mod story;
mod timeline;
mod told;
mod act;
mod send;

use axum::routing::{get, post};
use axum::{Extension, Router};
use firebell_ui::Ui;

/// From when on a wait is measured: it decides how long is waited, and nothing else.
#[expect(clippy::disallowed_methods, reason = "the runtime's own time, for its own timers")]
fn waiting_since() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// The routes of these pages.
pub fn router() -> Router<Ui> {
    Router::new()
        .route("/alerts", get(list::list))
        .route("/alerts/counts", get(list::counts))
        .route("/alerts/live", get(live::of_list))
        .route("/alerts/bulk", post(bulk::act))
        .route("/alerts/views", post(views::keep))
        .route("/alerts/views/{view}/rename", post(views::rename))
        .route("/alerts/views/{view}/delete", post(views::forget))
        .route("/alerts/new", get(send::form).post(send::send))
        .route("/alerts/new/find", get(send::find))
        .route("/alerts/{alert}", get(story::story).post(act::act))
        .route("/alerts/{alert}/live", get(live::of_alert))
        .layer(Extension(hub::Hub::default()))
}

#[cfg(test)]
mod tests;
