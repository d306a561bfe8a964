//! The newest known configuration of every instance, in memory.
//!
//! Read by every step and every request without locks; replaced as a whole when something
//! changed: by the authority of this process right after its commits, and by
//! [`Snapshots::refresh`] for changes of other processes. It only goes forward, and never becomes
//! empty because of a row that cannot be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use firebell_domain::credential::ApiKeyId;
use firebell_domain::directory::{Directory, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::IntegrationId;
use firebell_domain::name::fold;
use firebell_sql::{Db, ReadTx};
use firebell_store::configuration as rows;

use crate::error::ConfigError;
use crate::loading::{self, Damage, Loaded};

/// A handle; its clones see the same configuration.
#[derive(Debug, Clone)]
pub struct Snapshots {
    state: Arc<ArcSwap<State>>,
}

#[derive(Debug, Clone, Default)]
struct State {
    head: Revision,
    instances: BTreeMap<InstanceNo, Held>,
    index: Arc<Index>,
}

/// What is known of one instance.
#[derive(Debug, Clone)]
struct Held {
    /// None while its rows could never be read.
    directory: Option<Arc<Directory>>,
    /// The revision that was looked at; newer than the directory's if that could not be read.
    tried: Revision,
    damage: Arc<[Damage]>,
}

/// Look-ups across instances.
#[derive(Debug, Default, PartialEq)]
struct Index {
    names: BTreeMap<String, InstanceNo>,
    integrations: BTreeMap<IntegrationId, InstanceNo>,
    keys: BTreeMap<[u8; 32], (InstanceNo, IntegrationId)>,
    api_keys: BTreeMap<ApiKeyId, InstanceNo>,
}

impl Snapshots {
    /// Reads the whole configuration of a database.
    ///
    /// # Errors
    /// [`ConfigError::Store`]. Entries that cannot be read are left out and are in
    /// [`Snapshots::health`].
    pub async fn load(db: &Db) -> Result<Self, ConfigError> {
        let snapshots = Self { state: Arc::new(ArcSwap::from_pointee(State::default())) };
        snapshots.refresh(db).await?;
        Ok(snapshots)
    }

    /// The configuration of an instance.
    pub fn instance(&self, no: InstanceNo) -> Option<Arc<Directory>> {
        self.state.load().directory(no)
    }

    /// The configuration of the instance with this name, whatever the case.
    pub fn by_name(&self, name: &str) -> Option<Arc<Directory>> {
        let state = self.state.load();
        state.directory(*state.index.names.get(&fold(name))?)
    }

    /// The configuration this integration belongs to.
    pub fn by_integration(&self, id: IntegrationId) -> Option<Arc<Directory>> {
        let state = self.state.load();
        state.directory(*state.index.integrations.get(&id)?)
    }

    /// The integration with this key (see [`crate::key::hash`]) and the configuration it is in.
    pub fn by_integration_key_hash(
        &self,
        hash: &[u8; 32],
    ) -> Option<(Arc<Directory>, IntegrationId)> {
        let state = self.state.load();
        let (no, id) = *state.index.keys.get(hash)?;
        Some((state.directory(no)?, id))
    }

    /// The configuration this API key belongs to.
    pub fn by_api_key(&self, id: ApiKeyId) -> Option<Arc<Directory>> {
        let state = self.state.load();
        state.directory(*state.index.api_keys.get(&id)?)
    }

    /// The configuration of every instance, by number.
    pub fn all(&self) -> Vec<Arc<Directory>> {
        self.state.load().instances.values().filter_map(|held| held.directory.clone()).collect()
    }

    /// The revision up to which everything is known. Single instances may be newer.
    pub fn revision(&self) -> Revision {
        self.state.load().head
    }

    /// The stored entries that cannot be read. Their instances keep the configuration they had, or,
    /// since the start of the process, what could be read.
    pub fn health(&self) -> Vec<Damage> {
        let state = self.state.load();
        state.instances.values().flat_map(|held| held.damage.iter().cloned()).collect()
    }

    /// Reads what other processes changed; cheap when nothing did. Says whether anything is new.
    ///
    /// # Errors
    /// [`ConfigError::Store`]; [`ConfigError::WentBack`] if the database is older than what is
    /// known: what is known stays in use.
    pub async fn refresh(&self, db: &Db) -> Result<bool, ConfigError> {
        // Taken before the transaction begins: later commits of this process must not look like
        // a database that went back.
        let known = self.state.load_full();
        let news = db.read("config.refresh", move |tx| read_news(tx, &known)).await?;
        let Some(news) = news else { return Ok(false) };
        for damage in news.instances.values().flat_map(|held| held.damage.iter()) {
            tracing::error!(
                instance.name = damage.name,
                entity.kind = damage.kind,
                entity.id = damage.id,
                reason = damage.reason,
                "a stored configuration entry cannot be read"
            );
        }
        self.state.rcu(|state| state.with(&news));
        Ok(true)
    }

    /// Makes a committed configuration known. Older ones than the known one are ignored.
    pub(crate) fn publish(&self, directory: &Arc<Directory>) {
        let (no, revision) = (directory.instance.no, directory.revision);
        let held =
            Held { directory: Some(Arc::clone(directory)), tried: revision, damage: Arc::from([]) };
        self.state.rcu(|state| {
            // With a gap in between, another instance has changed too: the next refresh tells.
            let follows = state.head.epoch == revision.epoch && state.head.n + 1 == revision.n;
            let head = if follows { revision } else { state.head };
            state.with(&News { head, instances: BTreeMap::from([(no, held.clone())]) })
        });
    }

    /// An instance's configuration if all of it could be read.
    pub(crate) fn undamaged(&self, no: InstanceNo) -> Option<Arc<Directory>> {
        let state = self.state.load();
        let held = state.instances.get(&no).filter(|held| held.damage.is_empty())?;
        held.directory.clone()
    }
}

struct News {
    head: Revision,
    instances: BTreeMap<InstanceNo, Held>,
}

fn read_news(tx: &mut ReadTx<'_>, known: &State) -> Result<Option<News>, ConfigError> {
    let head = rows::head(tx)?;
    if head == known.head {
        return Ok(None);
    }
    if head < known.head {
        return Err(ConfigError::WentBack { held: known.head, found: head });
    }
    let mut instances = BTreeMap::new();
    for row in rows::instances(tx)? {
        if known.instances.get(&row.no).is_some_and(|held| held.tried == row.modified) {
            continue;
        }
        let (directory, damage) = match loading::load(tx, &row)? {
            Ok(Loaded { directory, damage }) => (Some(Arc::new(directory)), damage),
            Err(damage) => (None, vec![damage]),
        };
        let held = Held { directory, tried: row.modified, damage: damage.into() };
        instances.insert(row.no, held);
    }
    Ok(Some(News { head, instances }))
}

impl State {
    fn directory(&self, no: InstanceNo) -> Option<Arc<Directory>> {
        self.instances.get(&no)?.directory.clone()
    }

    fn with(&self, news: &News) -> Self {
        let mut next = self.clone();
        next.head = next.head.max(news.head);
        let mut reindex = false;
        for (no, fresh) in &news.instances {
            let old = next.instances.remove(no);
            let chosen = choose(old.clone(), fresh.clone());
            reindex |= old.and_then(|held| entries(&held)) != entries(&chosen);
            next.instances.insert(*no, chosen);
        }
        if reindex {
            next.index = Arc::new(Index::of(next.instances.values()));
        }
        next
    }
}

/// What is kept of what was known and what was read now.
fn choose(old: Option<Held>, fresh: Held) -> Held {
    match old {
        Some(old) if old.tried > fresh.tried => old,
        // Better the whole configuration of before than half of the new one.
        Some(old) if !fresh.damage.is_empty() && old.directory.is_some() => {
            Held { directory: old.directory, ..fresh }
        }
        Some(_) | None => fresh,
    }
}

/// What the index has of one instance.
fn entries(held: &Held) -> Option<Index> {
    held.directory.is_some().then(|| Index::of(std::iter::once(held)))
}

impl Index {
    /// Instances come in the order of their numbers, and the first to have a key keeps it: nobody
    /// can take events from another instance by using its key.
    fn of<'a>(instances: impl Iterator<Item = &'a Held>) -> Self {
        let mut index = Self::default();
        for directory in instances.filter_map(|held| held.directory.as_ref()) {
            let no = directory.instance.no;
            index.names.entry(directory.instance.name.fold()).or_insert(no);
            for integration in directory.integrations() {
                index.integrations.entry(integration.id).or_insert(no);
                index.keys.entry(integration.key_hash).or_insert((no, integration.id));
            }
            for key in directory.api_keys() {
                index.api_keys.entry(key.id).or_insert(no);
            }
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::acme;

    #[test]
    fn it_only_goes_forward_and_knows_of_gaps() {
        let snapshots = Snapshots { state: Arc::new(ArcSwap::from_pointee(State::default())) };
        let publish = |epoch, n| {
            let mut directory = acme();
            directory.revision = Revision { epoch, n };
            snapshots.publish(&Arc::new(directory));
            let seen = snapshots.instance(InstanceNo(1)).map(|seen| seen.revision.n);
            (seen.unwrap(), snapshots.revision().n)
        };
        assert_eq!(publish(0, 1), (1, 1));
        assert_eq!(publish(0, 2), (2, 2));
        assert_eq!(publish(0, 4), (4, 2), "3 is not known");
        assert_eq!(publish(0, 3), (4, 3), "3 came late: the newer one stays");
        assert_eq!(publish(1, 4), (4, 3), "another epoch never follows");
    }
}
