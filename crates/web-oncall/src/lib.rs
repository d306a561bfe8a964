//! Pages of who is on call: groups, shifts, calendars, absences.
//!
//! | module | is |
//! |---|---|
//! | `now`, `card`, `board` | `/on-call`: who is on call in every group |
//! | `groups`, `group`, `group_form`, `members` | the list of groups, one group, changing it |
//! | `shift` | one shift, its form |
//! | `calendar`, `chart`, `story` | the calendar of a group: drawing, table, one block |
//! | `preview` | what a change makes different, before it is saved |
//! | `change`, `undo` | every change, asked for permission again; taking it back within a moment |
//! | `absences` | who is away, and who stands in |
//! | `feed`, `ical` | calendars for other programs |
//! | `turns` | places for work that takes long |
//! | `local`, `phrase`, `names`, `words` | times, rules and names in words |
//!
//! Who is on call is computed by `firebell_domain::duty` and never here. Nothing here decides who
//! may do what: every handler asks `access` through the visit, and again in the transaction.

mod absences;
mod board;
mod calendar;
mod card;
mod change;
mod chart;
mod feed;
mod group;
mod group_form;
mod groups;
mod ical;
mod local;
mod members;
mod names;
mod now;
mod phrase;
mod preview;
mod shift;
mod story;
mod turns;
mod undo;
mod words;

#[cfg(test)]
mod tests;

use axum::routing::{get, post};
use axum::{Extension, Router};
use firebell_ui::Ui;

/// The routes of these pages: behind the gate.
pub fn router() -> Router<Ui> {
    Router::new()
        .route("/on-call", get(now::show))
        .route("/groups", get(groups::list).post(group_form::add))
        .route("/groups/new", get(group_form::blank))
        .route("/groups/{group}", get(group::show))
        .route("/groups/{group}/edit", get(group_form::edit).post(group_form::save))
        .route("/groups/{group}/remove", get(group_form::ask_remove).post(group_form::remove))
        .route("/groups/{group}/undo", post(undo::undo))
        .route("/groups/{group}/members", post(members::add))
        .route("/groups/{group}/members/remove", post(members::remove))
        .route("/groups/{group}/shifts/{shift}", get(shift::show).post(shift::save))
        // Who comes back to a preview with GET gets the form.
        .route("/groups/{group}/shifts/{shift}/preview", get(shift::show).post(shift::preview))
        .route("/groups/{group}/shifts/{shift}/remove", get(shift::ask_remove).post(shift::remove))
        .route("/absences", get(absences::list).post(absences::add))
        .route("/absences/{absence}/end", post(absences::end))
        .route("/calendar", get(feed::list))
        .route("/calendar/feeds", post(feed::add))
        .route("/calendar/feeds/{feed}/remove", post(feed::remove))
        .layer(Extension(board::Boards::default()))
        .layer(Extension(undo::Undos::default()))
        .layer(Extension(turns::Turns::default()))
}

/// The routes that need no session: calendars under their secret addresses. Whoever logs requests
/// must leave their paths out.
pub fn open_router() -> Router<Ui> {
    open(turns::Turns::default())
}

fn open(turns: turns::Turns) -> Router<Ui> {
    Router::new().route("/calendar/{token}", get(feed::read)).layer(Extension(turns))
}
