//! Changes configuration: decides on the newest state, checks, writes, logs and publishes.
//!
//! Called by the API, by `apply`, by operators' commands and by set-up. One change is one transaction;
//! changes are serial across all processes of a database because each locks the head first. The revision
//! is a row updated in that transaction, so a later revision never holds less than an earlier one.
//!
//! | part | does |
//! |---|---|
//! | `ground` | locks the head, and has all configuration as of it |
//! | `expect` | what must still be as the author saw it |
//! | `seats` | who may hold a licence |
//! | `leave` | the sessions of people who leave |
//! | `write` | entities, log, delta, digests, audit and head of one revision |
//! | `entitle` | entitlements of many instances in one revision |
//! | `upkeep` | epochs, approvals, verification and repair |
//! | `confirm` | what only the authority may say |
//! | `first` | the first instance with its people, in one revision |

mod ground;
mod expect;
mod seats;
mod leave;
mod write;
mod entitle;
mod upkeep;
mod confirm;
mod first;
#[cfg(test)]
mod tests;

pub use confirm::{Confirmed, Denial, DenialReason, Evidence, SeatCheck};
pub use entitle::{Entitled, EntitlementChange};
pub use first::NOT_FIRST;
pub use seats::Room;
pub use upkeep::{Verification, Wrong};

use std::sync::Arc;

use firebell_base::{Random, Timestamp};
use firebell_domain::directory::{Directory, Entity, Revision};
use firebell_domain::instance::{Instance, InstanceId, InstanceNo, Region, is_instance_name};
use firebell_domain::licence::Entitlement;
use firebell_domain::name::{Name, cut, is_invisible};
use firebell_domain::person::LicenceType;
use firebell_sql::{Db, Error, WriteTx};
use firebell_store::configuration::{self as rows, InstanceRow};

use crate::change::{Author, Change, Committed, Intent, applied, effective};
use crate::check::{self, TemplateCheck};
use crate::error::ConfigError;
use crate::fault::Faults;
use crate::guard;
use crate::limits::{AUTHOR_CHARS_MAX, CHANGES_MAX, REASON_CHARS_MAX};
use crate::revisions::Large;
use crate::snapshots::Snapshots;

use ground::{Ground, newest};
use seats::Settle;
use write::Draft;

/// The unique key of instances' names, as the database reports it.
const NAME_KEY: &str = "instances.name";

/// The writer of configuration; a handle that is cloned freely.
#[derive(Debug, Clone)]
pub struct Authority {
    db: Db,
    snapshots: Snapshots,
    random: Random,
    templates: Option<TemplateCheck>,
    large: Large,
}

impl Authority {
    /// A writer that publishes into these snapshots.
    pub fn new(db: Db, snapshots: Snapshots, random: Random) -> Self {
        Self { db, snapshots, random, templates: None, large: Large::default() }
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

    pub(crate) fn large(&self) -> &Large {
        &self.large
    }

    pub(crate) fn random(&self) -> &Random {
        &self.random
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// Makes an instance that is entitled to as many people as it likes, and has nothing else.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] for a name that cannot be used or is taken; the rest as
    /// [`Authority::change`].
    pub async fn create_instance(
        &self,
        name: &str,
        region: Region,
        by: impl Into<Intent>,
        now: Timestamp,
    ) -> Result<Arc<Directory>, ConfigError> {
        let intent = cleaned(by.into());
        let name = instance_name(name)?;
        let (snapshots, id) = (self.snapshots.clone(), InstanceId::new(&self.random, now));
        let create = move |tx: &mut WriteTx<'_>| {
            let ground = Ground::take(tx, &snapshots, now)?;
            let no = rows::next_instance_no(tx)?;
            let instance = Instance { id, no, name: name.clone(), region, created: now };
            add_row(tx, &instance, ground.at())?;
            let before = Directory::new(instance, ground.at());
            let unlimited = |licence| Entity::Entitlement(Entitlement::unlimited(licence));
            let changes: Vec<Change> =
                LicenceType::ALL.into_iter().map(|one| Change::Put(unlimited(one))).collect();
            let after = applied(&before, &changes, ground.at());
            settle(tx, &ground, Ends { before: &before, after: &after }, &changes, &intent, now)?;
            let mut draft = Draft::new(&ground, &intent, now);
            draft.make(&before.instance);
            draft.add(None, &before, &changes);
            draft.act("instance.create", Some(no), &format!("instance {}", before.instance.name));
            let view = draft.commit(tx, &ground, &snapshots)?;
            view.directory(no).ok_or_else(|| ConfigError::Unknown(no.0.to_string()))
        };
        self.db.write("config.create_instance", create).await
    }

    /// Changes an instance's configuration. `decide` sees the newest configuration and says what
    /// is to change; it may run more than once. If nothing changes there is no new revision.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] with what `decide` or the check found, [`ConfigError::Unknown`],
    /// [`ConfigError::Changed`], [`ConfigError::NeedsApproval`], [`ConfigError::Denied`],
    /// [`ConfigError::Unconfirmed`], [`ConfigError::Damaged`], [`ConfigError::WentBack`],
    /// [`ConfigError::Store`]. Nothing is changed then.
    pub async fn change<F>(
        &self,
        no: InstanceNo,
        by: impl Into<Intent>,
        now: Timestamp,
        decide: F,
    ) -> Result<Committed, ConfigError>
    where
        F: Fn(&Directory) -> Result<Vec<Change>, Faults> + Send + Sync + 'static,
    {
        let intent = cleaned(by.into());
        let (snapshots, templates) = (self.snapshots.clone(), self.templates);
        let change = move |tx: &mut WriteTx<'_>| {
            let ground = Ground::take(tx, &snapshots, now)?;
            let (held, before) = ground.instance(no)?;
            if let Some(key) = &intent.key
                && let Some(person) = seats::repeated(tx, no, key)?
            {
                return Ok(unchanged(before, Some(person)));
            }
            expect::check(&intent.expects, &before)?;
            let changes = effective(&before, decide(&before)?);
            if changes.is_empty() {
                return Ok(unchanged(before, None));
            }
            if changes.len() > CHANGES_MAX {
                let message = format!("one change may touch {CHANGES_MAX} entries; split it");
                return Err(Faults::one("", message, "validation.common.too_many_changes").into());
            }
            let passed = expect::approved(guard::check(&before, &changes), &intent)?;
            let after = applied(&before, &changes, ground.at());
            check::check_with(&before, &after, &changes, templates)?;
            let ends = Ends { before: &before, after: &after };
            settle(tx, &ground, ends, &changes, &intent, now)?;
            leave::end_sessions(tx, ends, &changes, now)?;
            let mut draft = Draft::new(&ground, &intent, now);
            draft.add(Some(&held), &before, &changes);
            draft.pass(passed);
            draft.act("config.change", Some(no), &write::subject(&before, &after, &changes));
            let view = draft.commit(tx, &ground, &snapshots)?;
            let known = view.directory(no);
            let directory = known.ok_or_else(|| ConfigError::Unknown(no.0.to_string()))?;
            let (revision, changed) = (ground.at(), changes.len());
            Ok(Committed { revision, directory, changed, repeated: None })
        };
        let done = self.db.write("config.change", change).await;
        self.noting_drift(no, now, done).await
    }
}

fn unchanged(
    directory: Arc<Directory>,
    repeated: Option<firebell_domain::person::PersonId>,
) -> Committed {
    Committed { revision: directory.revision, directory, changed: 0, repeated }
}

/// An instance's configuration before and after.
#[derive(Clone, Copy)]
struct Ends<'a> {
    before: &'a Directory,
    after: &'a Directory,
}

/// Takes and releases the seats a change needs.
fn settle(
    tx: &mut WriteTx<'_>,
    ground: &Ground,
    ends: Ends<'_>,
    changes: &[Change],
    intent: &Intent,
    now: Timestamp,
) -> Result<(), ConfigError> {
    let change = Settle {
        instance: ends.before.instance.no,
        before: ends.before,
        after: ends.after,
        changes,
        at: ground.at(),
        now,
        key: intent.key,
        read: ground.read(),
    };
    seats::settle(tx, &change)
}

fn instance_name(name: &str) -> Result<Name, ConfigError> {
    let parsed = Name::parse(name).ok().filter(|_| is_instance_name(name));
    parsed.ok_or_else(|| {
        let message = "must have 1 to 63 lower-case letters, digits and inner hyphens";
        Faults::one("name", message, "validation.instance.name").into()
    })
}

/// Its digest is written with the rest of the revision.
fn add_row(tx: &mut WriteTx<'_>, instance: &Instance, at: Revision) -> Result<(), ConfigError> {
    let row = InstanceRow {
        no: instance.no,
        id: instance.id.to_bytes(),
        name: instance.name.to_string(),
        region: instance.region.word().to_owned(),
        created: instance.created.as_microsecond(),
        modified: at,
        digest: [0; 32],
    };
    let taken = |error: &Error| error.is_unique_on(NAME_KEY);
    match rows::add_instance(tx, &row) {
        Err(error) if taken(&error) => {
            let name = &row.name;
            let message = format!("there is an instance {name:?} already; choose another name");
            Err(Faults::one("name", message, "validation.instance.name_not_unique").into())
        }
        other => Ok(other?),
    }
}

fn cleaned(intent: Intent) -> Intent {
    let clean = |text: &str, chars_max| {
        let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        cut(visible.trim(), chars_max)
    };
    let by = Author {
        name: clean(&intent.by.name, AUTHOR_CHARS_MAX),
        reason: clean(&intent.by.reason, REASON_CHARS_MAX),
    };
    let approval = intent.approval.map(|reason| clean(&reason, REASON_CHARS_MAX));
    Intent { by, approval: approval.filter(|reason| !reason.is_empty()), ..intent }
}
