//! The configuration as of a revision: the one module tree that owns it.
//!
//! | part | does |
//! |---|---|
//! | [`Snapshots`] | the newest known configuration of every instance, in memory; lock-free reads |
//! | [`Authority`] | changes configuration: one transaction per change, checked, logged, numbered |
//! | [`loading`] | rows to views |
//! | [`codec`] | entities to and from the JSON bodies in the database |
//! | [`check`] | what makes a configuration valid, as a list of all faults |
//! | [`cascade`] | what else has to change when something is removed |
//! | [`document`] | the declarative document of `apply` and `export` |
//! | [`key`] | integration keys and their hashes |
//! | [`people`] | rules about people that forms, imports and the API share |
//! | [`roll`] | people in order, to be searched and paged |
//! | [`import`] | people from a table, with a plan of what would change |
//! | [`digest`] | digests of entities, instances and everything |
//! | [`feed`] | what followers are told: head, snapshot, deltas |
//! | [`view`] | all configuration as of a revision, with its digests, in memory |
//! | [`decisions`] | what follows from an instance's configuration |
//! | [`fresh`] | how sure a value is |
//! | [`licences`] | numbers of licences: allotted, held, free |
//! | [`entitlement_file`] | entitlements signed by an operator elsewhere |
//! | [`guard`] | changes that need an approval |
//! | [`audit`] | every administrative act, in a hash chain |
//! | [`history`] | what the configuration was |
//! | [`revisions`] | revisions, searched and one by one |
//! | [`fields`] | how an entity differs, field by field |
//! | [`seat_history`] | how many seats were held, day by day |
//! | [`audit_search`] | the audit, searched |
//! | [`instance_check`] | whether an instance's configuration is what its digest says |
//!
//! Read by every step of the pipeline and by the API through [`Snapshots`]; nobody reads
//! configuration from SQL at run time. A row that cannot be read never empties or stops anything:
//! the instance keeps its previous directory and the damage is reported ([`Snapshots::health`]).

mod words;
mod parts;
mod fault;
mod error;
mod change;
pub mod loading;
mod mismatch;
mod snapshots;
mod authority;
pub mod digest;
pub mod feed;
pub mod fresh;
pub mod licences;
pub mod entitlement_file;
pub mod view;
pub mod decisions;
pub mod guard;
pub mod audit;
pub mod history;
pub mod revisions;
pub mod fields;
pub mod seat_history;
pub mod audit_search;
pub mod instance_check;
pub mod codec;
pub mod check;
pub mod cascade;
pub mod document;
pub mod key;
pub mod people;
pub mod roll;
pub mod import;
pub mod limits;

#[cfg(test)]
mod samples;

pub use authority::{
    Authority, Confirmed, Denial, DenialReason, Entitled, EntitlementChange, Evidence, NOT_FIRST,
    Room, SeatCheck, Verification, Wrong,
};
pub use change::{Author, Change, Committed, Expect, Intent};
pub use check::{TemplateCheck, TemplateKind};
pub use error::ConfigError;
pub use fault::{FAULTS_MAX, Fault, Faults};
pub use loading::Damage;
pub use snapshots::Snapshots;
