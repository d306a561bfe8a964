//! A process's copy of all configuration: how it follows, what it proves, when it may be trusted.
//!
//! | part | does |
//! |---|---|
//! | [`core`] | decides: a state machine without clocks, tasks or databases |
//! | [`Replica`] | drives it: asks a source, publishes what the core adopts, checks it |
//! | [`ReplicaHandle`] | what everybody else sees: status, freshness, waiting for a revision |
//! | [`SqlSource`] | tells from a database |
//! | [`wire`] | what a source tells, as bytes, for HTTP and for the disk |
//! | [`lkg`] | the last configuration that has proven itself, on disk |
//! | [`report`] | the row in which a node says how it is |
//!
//! Two promises. No time-out makes a replica more trusted: what was not heard is not known. And a
//! configuration that cannot be taken whole is not taken: the one before is served on, and the
//! refusal is visible.

pub mod settings;
pub mod core;
mod driver;
mod evaluate;
mod handle;
mod source_sql;
pub mod wire;
pub mod lkg;
pub mod report;

pub use crate::core::{Counters, State};
pub use driver::Replica;
pub use handle::{ReplicaHandle, Status};
pub use lkg::Keeping;
pub use settings::Settings;
pub use source_sql::SqlSource;
