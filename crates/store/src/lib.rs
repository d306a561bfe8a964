//! All SQL text by aggregate, and the migrations of both engines.
//!
//! One file per aggregate: its statements as named constants, listed in `ALL` (and `SETS`, `INSERTS`,
//! `UPDATES`) for the catalogue test that prepares each on both engines, and the functions that run them.
//! This crate decides nothing: no clock, no rules, no retries. Every function of the operations plane takes
//! the instance's number, and every statement binds it as `?1`.

mod codec;
pub mod migrations;
pub mod configuration;
pub mod history;
pub mod revisions;
pub mod feed;
pub mod seats;
pub mod seat_history;
pub mod nodes;
pub mod audit;
pub mod sessions;
pub mod assets;
pub mod alerts;
pub mod alert_list;
pub mod alert_rows;
pub mod alert_search;
pub mod calendar_feeds;
pub mod deliveries;
pub mod device_checks;
pub mod engine;
pub mod escalations;
pub mod events;
pub mod journal;
pub mod notifications;
pub mod responses;
pub mod reports;
pub mod retention;
pub mod saved_views;
pub mod signals;
pub mod timeline;

pub use codec::{decode_properties, encode_properties, property};
pub use firebell_sql::{Db, Error, ReadTx, WriteTx};
