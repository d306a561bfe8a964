//! The configuration as of a revision: the one module tree that owns it.
//!
//! | part | does |
//! |---|---|
//! | [`Snapshots`] | the newest known configuration of every instance, in memory; lock-free reads |
//! | [`Authority`] | changes configuration: one transaction per change, checked, logged, numbered |
//! | [`codec`] | entities to and from the JSON bodies in the database |
//! | [`check`] | what makes a configuration valid, as a list of all faults |
//! | [`cascade`] | what else has to change when something is removed |
//! | [`document`] | the declarative document of `apply` and `export` |
//! | [`key`] | integration keys and their hashes |
//!
//! Read by every step of the pipeline and by the API through [`Snapshots`]; nobody reads
//! configuration from SQL at run time. A row that cannot be read never empties or stops anything:
//! the instance keeps its previous directory and the damage is reported ([`Snapshots::health`]).

mod words;
mod parts;
mod fault;
mod error;
mod change;
mod loading;
mod snapshots;
mod authority;
pub mod codec;
pub mod check;
pub mod cascade;
pub mod document;
pub mod key;
pub mod limits;

#[cfg(test)]
mod samples;

pub use authority::Authority;
pub use change::{Author, Change, Committed};
pub use check::{TemplateCheck, TemplateKind};
pub use error::ConfigError;
pub use fault::{FAULTS_MAX, Fault, Faults};
pub use loading::Damage;
pub use snapshots::Snapshots;
