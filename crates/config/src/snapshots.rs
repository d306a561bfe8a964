//! The newest known configuration of every instance, in memory.
//!
//! Read by every step and every request without locks; replaced as a whole when something
//! changed: by the authority of this process right after its commits, by the replica, and by
//! [`Snapshots::refresh`] in commands and tests. It only goes forward, and never becomes empty
//! because of a row that cannot be read.

use std::sync::Arc;

use arc_swap::ArcSwap;
use firebell_domain::credential::ApiKeyId;
use firebell_domain::directory::{Directory, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::IntegrationId;
use firebell_sql::Db;
use firebell_store::configuration as rows;
use tokio::sync::watch;

use crate::error::ConfigError;
use crate::loading::{self, AtHead, Damage};
use crate::mismatch::Mismatch;
use crate::view::View;

/// A handle; its clones see the same configuration.
#[derive(Debug, Clone)]
pub struct Snapshots {
    view: Arc<ArcSwap<View>>,
    told: Arc<watch::Sender<Revision>>,
    mismatch: Mismatch,
}

impl Snapshots {
    /// Nothing yet: for a replica to fill. The revision is 0.0 until then.
    pub fn empty() -> Self {
        let view = View::building([0; 16]);
        let told = Arc::new(watch::Sender::new(view.revision()));
        Self { view: Arc::new(ArcSwap::from_pointee(view)), told, mismatch: Mismatch::default() }
    }

    /// Reads the whole configuration of a database.
    ///
    /// # Errors
    /// [`ConfigError::Store`]. Entries that cannot be read are left out and are in
    /// [`Snapshots::health`].
    pub async fn load(db: &Db) -> Result<Self, ConfigError> {
        let snapshots = Self::empty();
        snapshots.refresh(db).await?;
        Ok(snapshots)
    }

    /// All of it as of one revision.
    pub fn view(&self) -> Arc<View> {
        self.view.load_full()
    }

    /// The configuration of an instance.
    pub fn instance(&self, no: InstanceNo) -> Option<Arc<Directory>> {
        self.view.load().directory(no)
    }

    /// The configuration of the instance with this name, whatever the case.
    pub fn by_name(&self, name: &str) -> Option<Arc<Directory>> {
        self.view.load().by_name(name)
    }

    /// The configuration this integration belongs to.
    pub fn by_integration(&self, id: IntegrationId) -> Option<Arc<Directory>> {
        self.view.load().by_integration(id)
    }

    /// The integration with this key (see [`crate::key::hash`]) and the configuration it is in.
    pub fn by_integration_key_hash(
        &self,
        hash: &[u8; 32],
    ) -> Option<(Arc<Directory>, IntegrationId)> {
        self.view.load().by_integration_key_hash(hash)
    }

    /// The configuration this API key belongs to.
    pub fn by_api_key(&self, id: ApiKeyId) -> Option<Arc<Directory>> {
        self.view.load().by_api_key(id)
    }

    /// The configuration of every instance, by number.
    pub fn all(&self) -> Vec<Arc<Directory>> {
        let view = self.view.load();
        view.instances().filter_map(|held| held.directory().cloned()).collect()
    }

    /// As of which revision this is.
    pub fn revision(&self) -> Revision {
        self.view.load().revision()
    }

    /// The stored entries that cannot be read. Their instances keep the configuration they had, or,
    /// since the start of the process, what could be read.
    pub fn health(&self) -> Vec<Damage> {
        self.view.load().damage()
    }

    /// Tells of every newer revision.
    pub fn changes(&self) -> watch::Receiver<Revision> {
        self.told.subscribe()
    }

    /// What is known of a database whose configuration is not what its head says.
    pub(crate) const fn mismatch(&self) -> &Mismatch {
        &self.mismatch
    }

    /// Makes a view the one that is read. Says whether it did: not if the view is not whole, of
    /// another database, or older than the present one.
    pub fn swap(&self, view: impl Into<Arc<View>>) -> bool {
        let view = view.into();
        let fits = |now: &View| {
            let same = now.cell() == view.cell() || !now.is_whole();
            view.is_whole() && same && view.revision() >= now.revision()
        };
        let before = self.view.rcu(|now| match (fits(now), view.nack()) {
            (false, _) => Arc::clone(now),
            (true, None) => Arc::clone(&view),
            (true, Some(_)) => Arc::new(view.serving_on(now)),
        });
        if !fits(&before) {
            return false;
        }
        report_new(&before, &view);
        self.told.send_if_modified(|told| {
            let newer = *told < view.revision();
            *told = view.revision().max(*told);
            newer
        });
        true
    }

    /// Reads what other processes changed; cheap when nothing did. Says whether anything is new.
    ///
    /// # Errors
    /// [`ConfigError::Store`]; [`ConfigError::WentBack`] if the database is older than what is
    /// known: what is known stays in use.
    pub async fn refresh(&self, db: &Db) -> Result<bool, ConfigError> {
        // Taken before the transaction begins: later commits of this process must not look like
        // a database that went back.
        let known = self.view();
        let read = move |tx: &mut firebell_sql::ReadTx<'_>| {
            let head = rows::whole_head(tx)?;
            if known.is_whole() && head.revision == known.revision() {
                return Ok(None);
            }
            loading::at_head(tx, &known, &head).map(Some)
        };
        match db.read("config.refresh", read).await? {
            Some(AtHead { view, .. }) => Ok(self.swap(view)),
            None => Ok(false),
        }
    }
}

/// Logs what could be read before and cannot be read now.
fn report_new(before: &View, now: &View) {
    if now.nack().is_none() {
        return;
    }
    let known = before.damage();
    for damage in now.damage().into_iter().filter(|damage| !known.contains(damage)) {
        tracing::error!(
            instance.name = damage.name,
            entity.kind = damage.kind,
            entity.id = damage.id,
            reason = damage.reason,
            "a stored configuration entry cannot be read"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::feed::Head;

    fn view(cell: u8, epoch: i64, n: i64) -> View {
        let revision = Revision { epoch, n };
        let cell = [cell; 16];
        let head = Head { cell, revision, root: Digest::ZERO, floor: revision, approved: None };
        View::building(cell).with_rows(&head, &[])
    }

    #[test]
    fn it_only_goes_forward() {
        let snapshots = Snapshots::empty();
        let told = snapshots.changes();
        assert_eq!(snapshots.revision(), Revision::default());
        assert!(!snapshots.swap(View::building([1; 16])), "it is not whole");
        for (cell, epoch, n, taken) in [
            (1, 1, 5, true),
            (1, 1, 4, false),
            (2, 1, 6, false),
            (1, 1, 5, true),
            (1, 1, 9, true),
            (1, 0, 99, false),
            (1, 2, 0, true),
            (1, 1, 10, false),
        ] {
            assert_eq!(snapshots.swap(view(cell, epoch, n)), taken, "{cell} {epoch}.{n}");
            if taken {
                assert_eq!(snapshots.revision(), Revision { epoch, n });
                assert_eq!(*told.borrow(), snapshots.revision());
            }
        }
    }
}
