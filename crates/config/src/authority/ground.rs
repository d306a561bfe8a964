//! What a change stands on: the locked head, and all configuration as of it.
//!
//! Taken first in every transaction of the authority. What this process has in memory is used if it is the
//! newest, and is caught up with otherwise; that its digest is the head's is made sure of every time. What
//! it caught up with is public at once: it is committed, whatever becomes of the transaction.

use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_domain::directory::{Directory, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_sql::{ReadTx, WriteTx};
use firebell_store::configuration::{self as rows, Head};

use super::confirm::next_read;
use crate::digest::Digest;
use crate::error::ConfigError;
use crate::fresh::Cause;
use crate::guard;
use crate::loading::{self, Damage};
use crate::snapshots::Snapshots;
use crate::view::{Held, View};

/// The head, locked until the transaction ends, and all configuration as of it.
pub(super) struct Ground {
    head: Head,
    view: Arc<View>,
    read: u64,
}

impl Ground {
    /// Locks the head. Without an instant, a mismatch that was found lately does not count: it is looked for.
    ///
    /// # Errors
    /// [`ConfigError::WentBack`]; [`ConfigError::Unconfirmed`] if the stored configuration does not have the
    /// head's digest; [`ConfigError::Store`].
    pub(super) fn take(
        tx: &mut WriteTx<'_>,
        snapshots: &Snapshots,
        now: impl Into<Option<Timestamp>>,
    ) -> Result<Self, ConfigError> {
        let read = next_read();
        let head = rows::lock_head(tx)?;
        let view = at_head(tx, snapshots, &snapshots.view(), &head, now.into())?;
        Ok(Self { head, view, read })
    }

    /// The head as it was locked.
    pub(super) const fn head(&self) -> &Head {
        &self.head
    }

    /// All configuration as of the head.
    pub(super) const fn view(&self) -> &Arc<View> {
        &self.view
    }

    /// The number of this read in the process.
    pub(super) const fn read(&self) -> u64 {
        self.read
    }

    /// The revision that comes next.
    pub(super) const fn at(&self) -> Revision {
        let Revision { epoch, n } = self.head.revision;
        Revision { epoch, n: n + 1 }
    }

    /// An instance's newest configuration.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`]; [`ConfigError::Damaged`] if not all of it can be read.
    pub(super) fn instance(
        &self,
        no: InstanceNo,
    ) -> Result<(Arc<Held>, Arc<Directory>), ConfigError> {
        let held = self.view.held(no).ok_or_else(|| ConfigError::Unknown(no.0.to_string()))?;
        let directory = whole(held)?;
        Ok((Arc::clone(held), directory))
    }
}

/// An instance's newest configuration, as this transaction sees it. What is known was known before the
/// transaction began: later commits of this process must not look like a database that went back.
///
/// # Errors
/// As [`Ground::take`] and [`Ground::instance`].
pub(super) fn newest(
    tx: &mut ReadTx<'_>,
    snapshots: &Snapshots,
    known: &Arc<View>,
    no: InstanceNo,
    now: Timestamp,
) -> Result<Arc<Directory>, ConfigError> {
    let head = rows::whole_head(tx)?;
    let view = at_head(tx, snapshots, known, &head, Some(now))?;
    let held = view.held(no).ok_or_else(|| ConfigError::Unknown(no.0.to_string()))?;
    whole(held)
}

/// All configuration as of the head; the transaction must not have written anything. While it is known that
/// the stored configuration does not have the head's digest, it is not read again for every caller.
fn at_head(
    tx: &mut ReadTx<'_>,
    snapshots: &Snapshots,
    known: &Arc<View>,
    head: &Head,
    now: Option<Timestamp>,
) -> Result<Arc<View>, ConfigError> {
    let (revision, root) = (head.revision, Digest::from_bytes(head.root));
    let is_known = known.is_whole() && (known.revision(), known.root()) == (revision, root);
    let mismatch = || ConfigError::Unconfirmed(Cause::RootMismatch);
    let stands = |now| snapshots.mismatch().stands(revision, root, now);
    if !is_known && now.is_some_and(stands) {
        return Err(mismatch());
    }
    let found = loading::at_head(tx, known, head)?;
    if found.agrees {
        if !Arc::ptr_eq(known, &found.view) && may_be_public(known, &found.view) {
            // It is committed. Without this, changes that are refused, and reads, would catch up with the
            // same again and again.
            snapshots.swap(Arc::clone(&found.view));
        }
        return Ok(found.view);
    }
    if let Some(now) = now {
        snapshots.mismatch().note(revision, root, now);
    }
    Err(mismatch())
}

/// Within an epoch, what is newer is public. What a new epoch begins with is a snapshot: if its size is
/// unusual, replicas wait for an operator's approval, and nobody gets around that by asking here.
fn may_be_public(known: &View, found: &View) -> bool {
    let size = |view: &View| u64::try_from(view.entities()).unwrap_or(u64::MAX);
    known.revision().epoch == found.revision().epoch
        || guard::snapshot(size(found), size(known)).is_none()
}

fn whole(held: &Held) -> Result<Arc<Directory>, ConfigError> {
    match (held.damage().next(), held.directory()) {
        (Some(damage), _) => Err(ConfigError::Damaged(damage.clone())),
        (None, Some(directory)) => Ok(Arc::clone(directory)),
        (None, None) => Err(ConfigError::Damaged(unreadable(held.no()))),
    }
}

fn unreadable(no: InstanceNo) -> Damage {
    Damage {
        instance: no,
        name: no.0.to_string(),
        kind: "instance".to_owned(),
        id: String::new(),
        reason: "it cannot be read".to_owned(),
    }
}
