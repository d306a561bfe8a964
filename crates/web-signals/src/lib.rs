//! Pages of what comes in: integrations with their forms, silences, maintenance windows.
//!
//! | module | shows |
//! |---|---|
//! | [`integrations`] | the doors of senders, their keys, set-up, events, and a test of the whole way |
//! | [`forms`] | what becomes of events: whom they tell, what messages say, what may be answered |
//! | [`silences`], [`windows`] | what hides events, with what it would hide before it is saved |
//! | [`hiding`] | the form that these two share |
//! | [`matchers`], [`local`], [`preview`], [`edit`] | what several of these pages share |
//!
//! `web` puts the session gate around [`router`]. Nothing here decides what hides an event or who is
//! told: that is asked of `pipeline`, and who may do what of `access`.

mod edit;
mod forms;
mod hiding;
mod integrations;
mod local;
mod matchers;
mod preview;
mod silences;
mod windows;
mod words;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::{get, post};
use firebell_domain::suppression::{MaintenanceWindow, Silence};
use firebell_ui::Ui;

/// The routes of these pages.
pub fn router() -> Router<Ui> {
    Router::new().merge(doors()).merge(hides())
}

fn doors() -> Router<Ui> {
    use integrations::{act, create, detail, event, list, save, trial};
    Router::new()
        .route("/integrations", get(list::show).post(create::make))
        .route("/integrations/new", get(create::show))
        .route("/integrations/forms", get(forms::list::show).post(forms::edit::make))
        .route("/integrations/forms/new", get(forms::edit::new))
        .route("/integrations/forms/{form}", get(forms::edit::show).post(forms::edit::save))
        .route("/integrations/{integration}", get(detail::show).post(save::save))
        .route("/integrations/{integration}/edit", get(save::show))
        .route("/integrations/{integration}/key", post(act::new_key))
        .route("/integrations/{integration}/deactivate", post(act::deactivate))
        .route("/integrations/{integration}/activate", post(act::activate))
        .route("/integrations/{integration}/remove", post(act::remove))
        .route("/integrations/{integration}/events/{event}", get(event::show))
        .route("/integrations/{integration}/test", get(trial::show).post(trial::send))
        .route("/integrations/{integration}/test/{request}", get(trial::follow))
}

fn hides() -> Router<Ui> {
    use hiding::save::{look, make, new, save, show};
    Router::new()
        .route("/silences", get(silences::list::show).post(make::<Silence>))
        .route("/silences/new", get(new::<Silence>))
        .route("/silences/preview", post(look::<Silence>))
        .route("/silences/{silence}", get(show::<Silence>).post(save::<Silence>))
        .route("/silences/{silence}/end", post(silences::end::end))
        .route("/silences/{silence}/restore", post(silences::end::restore))
        .route("/windows", get(windows::list::show).post(make::<MaintenanceWindow>))
        .route("/windows/new", get(new::<MaintenanceWindow>))
        .route("/windows/preview", post(look::<MaintenanceWindow>))
        .route("/windows/{window}", get(show::<MaintenanceWindow>).post(save::<MaintenanceWindow>))
        .route("/windows/{window}/end", post(windows::end::end))
        .route("/windows/{window}/restore", post(windows::end::restore))
        .route("/windows/{window}/remove", post(windows::end::remove))
}
