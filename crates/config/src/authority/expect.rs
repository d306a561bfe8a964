//! What a change depends on: that things are as its author saw them, and that nothing is held back.

use firebell_domain::directory::Directory;

use crate::change::{Expect, Intent};
use crate::error::ConfigError;
use crate::guard::Held;

/// Makes sure that everything is as the author saw it.
///
/// # Errors
/// [`ConfigError::Changed`] about the first thing that is not.
pub(super) fn check(expects: &[Expect], newest: &Directory) -> Result<(), ConfigError> {
    for expect in expects {
        let found = newest.entity_revision(expect.kind, expect.id);
        let met = match (found, expect.revision) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(found), Some(expected)) => found == expected,
        };
        if !met {
            return Err(ConfigError::Changed { kind: expect.kind.word(), found });
        }
    }
    Ok(())
}

/// What the guards hold, if an operator lets it pass all the same.
///
/// # Errors
/// [`ConfigError::NeedsApproval`] about the first thing that is held without an approval.
pub(super) fn approved(held: Vec<Held>, intent: &Intent) -> Result<Vec<Held>, ConfigError> {
    match held.first() {
        Some(first) if intent.approval.is_none() => Err(ConfigError::NeedsApproval(first.clone())),
        Some(_) | None => Ok(held),
    }
}
