//! The declarative document of `firebell apply` and `firebell export`: configuration by names.
//!
//! It says how things are to be; [`plan()`] finds what has to change for that and why not, and
//! [`apply`] does it in one transaction. Applying twice changes nothing. A field that is left out
//! stays as it is (`null` clears it); an entry that is left out stays too, unless [`Mode::Prune`]
//! is asked for, which removes what a present list does not mention and never touches the entries
//! of lists that are absent. Absences, silences, passwords and API keys are not part of documents.
//!
//! Cast: `read` turns text into `shape`s, strictly; `names` gives every entry its id; `build` makes
//! entities of the shapes; [`plan()`] compares; [`export()`] goes the other way.

mod read;
mod suggest;
mod shape;
mod names;
mod build;
mod plan;
mod export;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use firebell_base::Timestamp;
use firebell_domain::instance::InstanceNo;

pub use export::export;
pub use plan::{DiffLine, Plan, Verb, plan, plan_with};

use crate::authority::Authority;
use crate::change::{Author, Committed};
use crate::error::ConfigError;
use crate::fault::Faults;

/// The largest document, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The most values in one document, counted after its aliases are followed.
pub const DOCUMENT_VALUES_MAX: usize = 4_000_000;

/// Configuration by names.
#[derive(Clone, PartialEq)]
pub struct Document(shape::Root);

/// What happens to entries that a list of the document does not mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They stay.
    Keep,
    /// They are removed, with what depends on them.
    Prune,
}

impl Document {
    /// Reads YAML or JSON.
    ///
    /// # Errors
    /// Every fault found, with its path and the remedy; unknown fields are faults.
    pub fn parse(text: &str) -> Result<Self, Faults> {
        read::document(text).map(Self)
    }

    /// Writes YAML.
    ///
    /// # Errors
    /// A fault if the document cannot be written, which no document made here causes.
    pub fn to_yaml(&self) -> Result<String, Faults> {
        serde_norway::to_string(&self.0).map_err(|error| unwritable(&error))
    }

    /// Writes JSON with line breaks.
    ///
    /// # Errors
    /// As [`Document::to_yaml`].
    pub fn to_json(&self) -> Result<String, Faults> {
        serde_json::to_string_pretty(&self.0).map_err(|error| unwritable(&error))
    }
}

fn unwritable(error: &dyn fmt::Display) -> Faults {
    Faults::one("", format!("cannot be written: {error}"), "validation.document.unwritable")
}

/// Documents may hold keys, so they are not shown.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document(…)")
    }
}

/// What applying a document did.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The configuration now.
    pub committed: Committed,
    /// What was changed for it, and the keys that were made.
    pub plan: Plan,
}

/// Plans a document against the newest configuration and commits the changes.
///
/// # Errors
/// [`ConfigError::Invalid`] with every fault of the document; otherwise as [`Authority::change`].
pub async fn apply(
    authority: &Authority,
    no: InstanceNo,
    by: &Author,
    document: Document,
    mode: Mode,
    now: Timestamp,
) -> Result<Outcome, ConfigError> {
    let (random, templates) = (authority.random().clone(), authority.template_check());
    let last: Arc<Mutex<Option<Plan>>> = Arc::default();
    let kept = Arc::clone(&last);
    let decide = move |directory: &firebell_domain::directory::Directory| {
        let plan = plan_with(&document, directory, (&random, now), mode, templates)?;
        let changes = plan.changes.clone();
        // The transaction may run again: the last plan is the one that is committed.
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(plan);
        Ok(changes)
    };
    let committed = authority.change(no, by, now, decide).await?;
    let plan = last.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
    Ok(Outcome { committed, plan })
}
