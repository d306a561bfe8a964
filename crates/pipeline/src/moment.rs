//! What every decision is taken from: the configuration, the instant, and where ids come from.

use firebell_base::{Random, Timestamp};
use firebell_domain::directory::Directory;

/// The setting of a decision.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    /// The configuration.
    pub(crate) directory: &'a Directory,
    /// The instant.
    pub(crate) now: Timestamp,
    /// Where ids come from.
    pub(crate) random: &'a Random,
}
