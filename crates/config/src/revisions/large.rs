//! Revisions of very many entries, counted once: the log is only ever appended to. Used by searches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use firebell_base::time::from_micros;
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_sql::ReadTx;
use firebell_store::history as log;

use super::{Listed, counted};
use crate::error::ConfigError;

/// Revisions of which it is remembered how many entries they have.
const LARGE_MAX: usize = 1_000;

/// What is remembered. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Large(Arc<Mutex<BTreeMap<(InstanceNo, Revision), Listed>>>);

impl Large {
    pub(super) fn listed(
        &self,
        tx: &mut ReadTx<'_>,
        no: InstanceNo,
        at: Revision,
    ) -> Result<Option<Listed>, ConfigError> {
        if let Some(known) = self.known().get(&(no, at)) {
            return Ok(Some(known.clone()));
        }
        let Some(first) = log::of_revision(tx, no, at, 1)?.pop() else { return Ok(None) };
        let listed = Listed {
            revision: at,
            at: from_micros(first.at),
            author: first.author,
            reason: first.reason,
            kinds: counted(tx, no, at)?,
            first: Vec::new(),
        };
        let mut known = self.known();
        if known.len() >= LARGE_MAX {
            known.clear();
        }
        known.insert((no, at), listed.clone());
        Ok(Some(listed))
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<(InstanceNo, Revision), Listed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
