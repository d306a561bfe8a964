//! Pages of users: the list, one user, adding, importing.
//!
//! | module | does |
//! |---|---|
//! | `licence` | what the authority says of free licences; the button *Add User* |
//! | `list`, `columns`, `export`, `bulk` | the list: filters, columns, CSV, several at once |
//! | `entry`, `form` | what is entered about a person, and the form it is entered in |
//! | `create`, `edit` | adds somebody; changes somebody |
//! | `show`, `devices`, `acts` | one user's page; their devices on it; what is done with one press |
//! | `import` | people from a table, with a preview |
//! | `suggest` | names to choose from while typing |
//!
//! Nothing here denies anybody a licence: that is the authority's, and so is every write.

mod words;
mod licence;
mod change;
mod moment;
mod columns;
mod list;
mod export;
mod bulk;
mod entry;
mod form;
mod create;
mod edit;
mod show;
mod devices;
mod acts;
mod import;
mod more;
mod suggest;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::routing::{get, post};
use axum::{Extension, Router};
use firebell_config::roll::Rolls;
use firebell_ui::Ui;

use import::Turns;

/// The routes of these pages. Which devices are verified is shown where the request has a `Prober`, as
/// `firebell-web` gives it to every page.
pub fn router() -> Router<Ui> {
    with_turns(Arc::new(Turns::default()))
}

/// The same, with the places for imports given.
fn with_turns(turns: Arc<Turns>) -> Router<Ui> {
    Router::new()
        .route("/users", get(list::list))
        .route("/users/export.csv", get(export::export))
        .route("/users/bulk", post(bulk::bulk))
        .route("/users/suggest", get(suggest::suggest))
        .route("/users/more-licences", get(more::show))
        .route("/users/new", get(create::show).post(create::create))
        .route("/users/import", get(import::show).post(import::post))
        .route("/users/import/template.csv", get(import::template))
        .route("/users/{id}", get(show::show))
        .route("/users/{id}/edit", get(edit::show).post(edit::save))
        .route("/users/{id}/activate", post(acts::activate))
        .route("/users/{id}/deactivate", post(acts::deactivate))
        .route("/users/{id}/remove", get(acts::ask_remove).post(acts::remove))
        .route("/users/{id}/password-mail", post(acts::mail_password))
        .layer(Extension(Arc::new(Rolls::default())))
        .layer(Extension(turns))
}
