//! Pages about the instance itself: licences, configuration and its history; for operators, all instances.
//!
//! | module | does |
//! |---|---|
//! | `licences` | what is allotted, held and free; since when; how sure that is |
//! | `holders`, `why` | who holds a licence, and why somebody does or does not |
//! | `curve` | how many were held and allotted over time |
//! | `ask` | what to send to the operator for more |
//! | `configuration` | the revisions of the instance, searched |
//! | `revision`, `entity` | one revision, one entity, field by field |
//! | `past` | what the configuration was, and who was on call then |
//! | `check` | the export, and whether what is stored is what its digest says |
//! | `audit`, `chain` | every administrative act, and whether the chain of hashes is whole |
//! | `operator` | all instances: make them, entitle them, their nodes and their acts |
//! | `who` | who operates the server, and who administers the instance |
//! | `numbers` | licences, confirmed or last known, never anything between |
//! | `text` | names of kinds, licences and states; ways to the pages of entities |
//! | `svg` | bars and curves |
//!
//! Nothing here decides about licences or permissions: `config` and `access` do. What is not confirmed is told
//! as last known, with its age and its cause, and never as a limit.

mod ask;
mod audit;
mod chain;
mod check;
mod configuration;
mod curve;
mod entity;
mod holders;
mod licences;
mod numbers;
mod operator;
mod past;
mod revision;
mod svg;
mod text;
mod who;
mod why;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router};
use firebell_config::roll::Rolls;
use firebell_ui::Ui;

/// Rows of a page of a list.
const ROWS: usize = 50;

/// The routes of these pages.
pub fn router() -> Router<Ui> {
    Router::new()
        .route("/licences", get(licences::show))
        .route("/licences/holders", get(holders::show))
        .route("/licences/why", get(why::show))
        .route("/licences/history", get(curve::show))
        .route("/licences/ask", get(ask::show))
        .route("/configuration", get(configuration::show))
        .route("/configuration/revisions/{revision}", get(revision::show))
        .route("/configuration/entities/{kind}/{id}", get(entity::show))
        .route("/configuration/at", get(past::show))
        .route("/configuration/export", get(check::export))
        .route("/configuration/check", get(check::show).post(check::run))
        .route("/configuration/audit", get(audit::show))
        .route("/configuration/audit/chain", get(chain::show))
        .layer(Extension(Arc::new(Rolls::default())))
        .merge(operator::router())
}
