//! Pages of figures: how fast alerts are answered, who carries the load, what was delivered, what is noisy.
//!
//! | module | does |
//! |---|---|
//! | `facts` | what is known of an alert, and how the facts of an hour lie in a row |
//! | `gather` | from rows of the database to facts |
//! | `keep` | keeps the facts up to date, along the timelines |
//! | `shelf` | facts in memory, and the newest answers |
//! | `figures`, `hours` | from facts to figures; hours on call from shifts |
//! | `period`, `ask` | which time and which group, from the URL |
//! | `response`, `load`, `delivery`, `noise` | the pages |
//! | `chart`, `text` | charts and numbers in words |
//! | `export`, `csv` | the figures as files |

mod ask;
mod chart;
mod csv;
mod delivery;
mod export;
mod facts;
mod figures;
mod gather;
mod hours;
mod keep;
mod load;
mod noise;
mod period;
mod response;
mod shelf;
mod text;
mod words;

#[cfg(test)]
mod tests;

use axum::routing::get;
use axum::{Extension, Router};
use firebell_ui::Ui;

use crate::shelf::Shelf;

/// The routes of these pages.
pub fn router() -> Router<Ui> {
    Router::new()
        .route("/reports", get(response::show))
        .route("/reports/load", get(load::show))
        .route("/reports/delivery", get(delivery::show))
        .route("/reports/noise", get(noise::show))
        .route("/reports/csv/{figure}", get(export::send))
        .layer(Extension(Shelf::default()))
}
