//! The first instance of an installation and its first people, in one revision: set-up that breaks off leaves
//! nothing behind, and of two who set up at once one does.

use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::{Instance, InstanceId, Region};
use firebell_domain::licence::Entitlement;
use firebell_domain::person::LicenceType;
use firebell_sql::WriteTx;
use firebell_store::configuration as rows;

use super::ground::Ground;
use super::write::Draft;
use super::{Authority, Ends, add_row, cleaned, instance_name, settle};
use crate::change::{Change, Intent, applied};
use crate::check;
use crate::error::ConfigError;
use crate::fault::Faults;

/// How [`Authority::create_first`] says that it is not the first.
pub const NOT_FIRST: &str = "validation.instance.not_first";

impl Authority {
    /// Makes the first instance, entitled to as many people as it likes, with these entities in it.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] with the subcode [`NOT_FIRST`] if there is an instance already, and for what
    /// cannot be used; the rest as [`Authority::change`]. Nothing is changed then.
    pub async fn create_first(
        &self,
        name: &str,
        region: Region,
        entities: Vec<Entity>,
        by: impl Into<Intent>,
        now: Timestamp,
    ) -> Result<Arc<Directory>, ConfigError> {
        let intent = cleaned(by.into());
        let name = instance_name(name)?;
        let (snapshots, id) = (self.snapshots.clone(), InstanceId::new(&self.random, now));
        let templates = self.templates;
        let unlimited = |licence| Entity::Entitlement(Entitlement::unlimited(licence));
        let changes: Vec<Change> =
            LicenceType::ALL.into_iter().map(unlimited).chain(entities).map(Change::Put).collect();
        let create = move |tx: &mut WriteTx<'_>| {
            let ground = Ground::take(tx, &snapshots, now)?;
            // The head is locked: whoever else sets up has committed, or waits.
            if rows::instance_count(tx)? > 0 {
                let message = "there is an instance already";
                return Err(Faults::one("name", message, NOT_FIRST).into());
            }
            let no = rows::next_instance_no(tx)?;
            let instance = Instance { id, no, name: name.clone(), region, created: now };
            add_row(tx, &instance, ground.at())?;
            let before = Directory::new(instance, ground.at());
            let after = applied(&before, &changes, ground.at());
            check::check_with(&before, &after, &changes, templates)?;
            settle(tx, &ground, Ends { before: &before, after: &after }, &changes, &intent, now)?;
            let mut draft = Draft::new(&ground, &intent, now);
            draft.make(&before.instance);
            draft.add(None, &before, &changes);
            draft.act("instance.create", Some(no), &format!("instance {}", before.instance.name));
            let view = draft.commit(tx, &ground, &snapshots)?;
            view.directory(no).ok_or_else(|| ConfigError::Unknown(no.0.to_string()))
        };
        self.db.write("config.create_first", create).await
    }
}
