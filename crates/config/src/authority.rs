//! Changes configuration: decides on the newest state, checks, writes, logs and publishes.
//!
//! Called by the API, by `apply` and by set-up. One change is one transaction; changes are serial
//! across all processes of a database because each locks the head first. The revision is a row
//! updated in that transaction, so a later revision never holds less than an earlier one.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use firebell_base::{Random, Timestamp};
use firebell_domain::directory::{Directory, Revision};
use firebell_domain::instance::{InstanceId, InstanceNo, Region, is_instance_name};
use firebell_domain::name::{cut, is_invisible};
use firebell_sql::{Db, WriteTx};
use firebell_store::configuration::{self as rows, EntityRow, InstanceRow, LogRow};

use crate::change::{Author, Change, Committed, applied, effective};
use crate::check::TemplateCheck;
use crate::error::ConfigError;
use crate::fault::Faults;
use crate::limits::{AUTHOR_CHARS_MAX, CHANGES_MAX, REASON_CHARS_MAX};
use crate::loading;
use crate::snapshots::Snapshots;
use crate::{check, codec};

/// The unique key of instances' names, as the database reports it.
const NAME_KEY: &str = "instances.name";

/// The writer of configuration; a handle that is cloned freely.
#[derive(Debug, Clone)]
pub struct Authority {
    db: Db,
    snapshots: Snapshots,
    random: Random,
    templates: Option<TemplateCheck>,
}

impl Authority {
    /// A writer that publishes into these snapshots.
    pub fn new(db: Db, snapshots: Snapshots, random: Random) -> Self {
        Self { db, snapshots, random, templates: None }
    }

    /// Refuses forms whose message templates do not pass this check.
    #[must_use]
    pub fn with_template_check(self, templates: TemplateCheck) -> Self {
        Self { templates: Some(templates), ..self }
    }

    /// The snapshots it publishes into.
    pub fn snapshots(&self) -> &Snapshots {
        &self.snapshots
    }

    pub(crate) fn template_check(&self) -> Option<TemplateCheck> {
        self.templates
    }

    pub(crate) fn random(&self) -> &Random {
        &self.random
    }

    /// Makes an empty instance.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] for a name that cannot be used or is taken;
    /// [`ConfigError::Store`].
    pub async fn create_instance(
        &self,
        name: &str,
        region: Region,
        now: Timestamp,
    ) -> Result<Arc<Directory>, ConfigError> {
        if !is_instance_name(name) {
            return Err(Faults::one(
                "name",
                "must have 1 to 63 lower-case letters, digits and inner hyphens",
                "validation.instance.name",
            )
            .into());
        }
        let (name, snapshots) = (name.to_owned(), self.snapshots.clone());
        let id = InstanceId::new(&self.random, now);
        let create = move |tx: &mut WriteTx<'_>| {
            let at = next_revision(tx, snapshots.revision())?;
            let row = InstanceRow {
                no: rows::next_instance_no(tx)?,
                id: id.to_bytes(),
                name: name.clone(),
                region: region.word().to_owned(),
                created: now.as_microsecond(),
                modified: at,
            };
            match rows::add_instance(tx, &row) {
                Err(error) if error.is_unique_on(NAME_KEY) => return Err(name_taken(&name)),
                other => other?,
            }
            rows::append_log(tx, vec![creation(&row, now)])?;
            rows::set_head(tx, at)?;
            let loaded = loading::load(tx, &row)?.map_err(ConfigError::Damaged)?;
            let directory = Arc::new(loaded.directory);
            publish_after_commit(tx, &snapshots, &directory);
            Ok(directory)
        };
        self.db.write("config.create_instance", create).await
    }

    /// Changes an instance's configuration. `decide` sees the newest configuration and says what
    /// is to change; it may run more than once. If nothing changes there is no new revision.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] with what `decide` or the check found, [`ConfigError::Unknown`],
    /// [`ConfigError::Damaged`], [`ConfigError::WentBack`], [`ConfigError::Store`]. Nothing is
    /// changed then.
    pub async fn change<F>(
        &self,
        no: InstanceNo,
        by: &Author,
        now: Timestamp,
        decide: F,
    ) -> Result<Committed, ConfigError>
    where
        F: Fn(&Directory) -> Result<Vec<Change>, Faults> + Send + Sync + 'static,
    {
        let (by, snapshots, templates) = (shortened(by), self.snapshots.clone(), self.templates);
        let change = move |tx: &mut WriteTx<'_>| {
            let at = next_revision(tx, snapshots.revision())?;
            let before = newest(tx, &snapshots, no)?;
            let changes = effective(&before, decide(&before)?);
            if changes.is_empty() {
                return Ok(Committed { revision: before.revision, directory: before, changed: 0 });
            }
            if changes.len() > CHANGES_MAX {
                let message = format!("one change may touch {CHANGES_MAX} entries; split it");
                return Err(Faults::one("", message, "validation.common.too_many_changes").into());
            }
            let mut after = applied(&before, &changes);
            after.revision = at;
            check::check_with(&before, &after, &changes, templates)?;
            write(tx, no, at, Step { before: &before, changes: &changes, by: &by, now })?;
            let directory = Arc::new(after);
            publish_after_commit(tx, &snapshots, &directory);
            Ok(Committed { revision: at, directory, changed: changes.len() })
        };
        self.db.write("config.change", change).await
    }
}

/// Locks the head and says which revision comes next.
fn next_revision(tx: &mut WriteTx<'_>, known: Revision) -> Result<Revision, ConfigError> {
    let head = rows::lock_head(tx)?;
    if head < known {
        return Err(ConfigError::WentBack { held: known, found: head });
    }
    Ok(Revision { epoch: head.epoch, n: head.n + 1 })
}

/// The instance's newest configuration: the one in memory if no other process changed it since.
fn newest(
    tx: &mut WriteTx<'_>,
    snapshots: &Snapshots,
    no: InstanceNo,
) -> Result<Arc<Directory>, ConfigError> {
    let row = rows::instance(tx, no)?.ok_or_else(|| ConfigError::Unknown(no.0.to_string()))?;
    if let Some(known) = snapshots.undamaged(no).filter(|d| d.revision == row.modified) {
        return Ok(known);
    }
    let loaded = loading::load(tx, &row)?.map_err(ConfigError::Damaged)?;
    match loaded.damage.into_iter().next() {
        Some(damage) => Err(ConfigError::Damaged(damage)),
        None => Ok(Arc::new(loaded.directory)),
    }
}

/// On the database's thread, so that it happens even if the caller has gone away.
fn publish_after_commit(tx: &mut WriteTx<'_>, snapshots: &Snapshots, directory: &Arc<Directory>) {
    let (snapshots, directory) = (snapshots.clone(), Arc::clone(directory));
    tx.after_commit(Box::new(move || snapshots.publish(&directory)));
}

#[derive(Clone, Copy)]
struct Step<'a> {
    before: &'a Directory,
    changes: &'a [Change],
    by: &'a Author,
    now: Timestamp,
}

fn write(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    at: Revision,
    step: Step<'_>,
) -> Result<(), ConfigError> {
    let (mut puts, mut removed, mut renamed, mut log) = (vec![], vec![], vec![], vec![]);
    for change in step.changes {
        let (kind, id) = change.subject();
        let old = step.before.entity(kind, id);
        let after = match change {
            Change::Remove(..) => {
                removed.push((kind, id));
                None
            }
            Change::Put(entity) => {
                let name_key = entity.name_key();
                if old.as_ref().is_some_and(|old| old.name_key() != name_key) {
                    renamed.push((kind, id));
                }
                let kind = kind.word().to_owned();
                puts.push(EntityRow { kind, id, name_key, body: codec::encode(entity) });
                Some(codec::encode_for_log(entity))
            }
        };
        log.push(LogRow {
            revision: at,
            instance: no,
            kind: kind.word().to_owned(),
            id,
            at: step.now.as_microsecond(),
            author: step.by.name.clone(),
            reason: step.by.reason.clone(),
            before: old.as_ref().map(codec::encode_for_log),
            after,
        });
    }
    rows::remove_entities(tx, no, &removed)?;
    rows::park_names(tx, no, &renamed)?;
    rows::put_entities(tx, no, at, puts)?;
    rows::append_log(tx, log)?;
    rows::touch_instance(tx, no, at)?;
    rows::set_head(tx, at)?;
    Ok(())
}

fn creation(row: &InstanceRow, now: Timestamp) -> LogRow {
    LogRow {
        revision: row.modified,
        instance: row.no,
        kind: "instance".to_owned(),
        id: row.id,
        at: now.as_microsecond(),
        author: "firebell".to_owned(),
        reason: format!("instance {} created", row.name),
        before: None,
        after: None,
    }
}

fn name_taken(name: &str) -> ConfigError {
    let message = format!("there is an instance {name:?} already; choose another name");
    Faults::one("name", message, "validation.instance.name_not_unique").into()
}

fn shortened(by: &Author) -> Author {
    let clean = |text: &str, chars_max| {
        let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        cut(visible.trim(), chars_max)
    };
    Author { name: clean(&by.name, AUTHOR_CHARS_MAX), reason: clean(&by.reason, REASON_CHARS_MAX) }
}
