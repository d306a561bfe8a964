//! Entitlements: set by operators, for one instance or for many in one revision.

use std::collections::BTreeMap;
use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_domain::directory::{Directory, Entity, Kind, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Allotment, Entitlement};
use firebell_domain::person::LicenceType;
use firebell_sql::{ReadTx, WriteTx};
use firebell_store::configuration as rows;

use super::ground::Ground;
use super::write::Draft;
use super::{Authority, Ends, cleaned, expect, settle};
use crate::change::{Change, Intent, applied, effective};
use crate::error::ConfigError;
use crate::fault::Faults;
use crate::guard::Held as Guarded;
use crate::view::Held;
use crate::{check, guard};

/// Instances whose entitlements one revision may change.
const INSTANCES_MAX: usize = 10_000;

/// What becomes of an instance's entitlement to one type of licences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntitlementChange {
    /// It becomes this.
    Set(Entitlement),
    /// There is none any more: nobody knows how many licences there are.
    Remove(LicenceType),
}

/// Entitlements that were set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitled {
    /// The configuration's revision now.
    pub revision: Revision,
    /// The instances that were changed.
    pub instances: Vec<InstanceNo>,
    /// What the guards held, and the approval let pass.
    pub passed: Vec<Guarded>,
}

/// One instance's part.
struct Step {
    held: Arc<Held>,
    before: Arc<Directory>,
    after: Directory,
    changes: Vec<Change>,
}

impl Authority {
    /// Sets entitlements of one instance or of many, in one revision. Nobody loses a licence, however few
    /// there are then. If nothing changes there is no new revision.
    ///
    /// # Errors
    /// [`ConfigError::NeedsApproval`] if a guard holds it and the intent has no approval; the rest as
    /// [`Authority::change`]. Nothing is changed then.
    pub async fn set_entitlements(
        &self,
        changes: Vec<(InstanceNo, EntitlementChange)>,
        by: impl Into<Intent>,
        now: Timestamp,
    ) -> Result<Entitled, ConfigError> {
        let (intent, wanted) = (cleaned(by.into()), by_instance(changes)?);
        let snapshots = self.snapshots.clone();
        let set = move |tx: &mut WriteTx<'_>| {
            let ground = Ground::take(tx, &snapshots, now)?;
            let steps = planned(&ground, &wanted, &intent)?;
            if steps.is_empty() {
                let revision = ground.head().revision;
                return Ok(Entitled { revision, instances: Vec::new(), passed: Vec::new() });
            }
            let passed = expect::approved(held_back(tx, &steps)?, &intent)?;
            let mut draft = Draft::new(&ground, &intent, now);
            for step in &steps {
                let Step { held, before, after, changes } = step;
                check::check_with(before, after, changes, None)?;
                settle(tx, &ground, Ends { before, after }, changes, &intent, now)?;
                draft.add(Some(held), before, changes);
                draft.act("licence.set", Some(before.instance.no), &subject(step));
            }
            draft.pass(passed.clone());
            draft.commit(tx, &ground, &snapshots)?;
            let instances = steps.iter().map(|step| step.before.instance.no).collect();
            Ok(Entitled { revision: ground.at(), instances, passed })
        };
        self.db.write("config.set_entitlements", set).await
    }

    /// What the guards would hold of it. Nothing is changed.
    ///
    /// # Errors
    /// As [`Authority::set_entitlements`], but for [`ConfigError::NeedsApproval`].
    pub async fn try_entitlements(
        &self,
        changes: Vec<(InstanceNo, EntitlementChange)>,
        by: impl Into<Intent>,
    ) -> Result<Vec<Guarded>, ConfigError> {
        let (intent, wanted) = (cleaned(by.into()), by_instance(changes)?);
        let snapshots = self.snapshots.clone();
        // A transaction that writes, because it stands on the locked head; it writes nothing.
        let set = move |tx: &mut WriteTx<'_>| {
            let ground = Ground::take(tx, &snapshots, None)?;
            let steps = planned(&ground, &wanted, &intent)?;
            for step in &steps {
                check::check_with(&step.before, &step.after, &step.changes, None)?;
            }
            held_back(tx, &steps)
        };
        self.db.write("config.try_entitlements", set).await
    }
}

fn by_instance(
    changes: Vec<(InstanceNo, EntitlementChange)>,
) -> Result<BTreeMap<InstanceNo, Vec<Change>>, ConfigError> {
    let mut wanted: BTreeMap<InstanceNo, Vec<Change>> = BTreeMap::new();
    for (no, change) in changes {
        wanted.entry(no).or_default().push(match change {
            EntitlementChange::Set(one) => Change::Put(Entity::Entitlement(one)),
            EntitlementChange::Remove(licence) => Change::Remove(Kind::Entitlement, licence.id()),
        });
    }
    if wanted.len() > INSTANCES_MAX {
        let message = format!("one change may touch {INSTANCES_MAX} instances; split it");
        return Err(Faults::one("", message, "validation.common.too_many_changes").into());
    }
    Ok(wanted)
}

fn planned(
    ground: &Ground,
    wanted: &BTreeMap<InstanceNo, Vec<Change>>,
    intent: &Intent,
) -> Result<Vec<Step>, ConfigError> {
    let mut steps = Vec::new();
    for (no, changes) in wanted {
        let (held, before) = ground.instance(*no)?;
        expect::check(&intent.expects, &before)?;
        let changes = effective(&before, changes.clone());
        if !changes.is_empty() {
            let after = applied(&before, &changes, ground.at());
            steps.push(Step { held, before, after, changes });
        }
    }
    Ok(steps)
}

fn held_back(tx: &mut ReadTx<'_>, steps: &[Step]) -> Result<Vec<Guarded>, ConfigError> {
    let of = |step: &Step| guard::check(&step.before, &step.changes);
    let mut held: Vec<Guarded> = steps.iter().flat_map(of).collect();
    if steps.len() > 1 {
        let all = u64::try_from(rows::instance_count(tx)?).unwrap_or(0);
        held.extend(guard::instances(steps.len(), all));
    }
    Ok(held)
}

/// Such as `acme: FULL_USER 5 -> 3`.
fn subject(step: &Step) -> String {
    let shown = |directory: &Directory, licence| match directory.entitlement(licence) {
        None => "none".to_owned(),
        Some(one) => match one.allotment {
            Allotment::Limited(most) => most.to_string(),
            Allotment::Unlimited => "unlimited".to_owned(),
        },
    };
    let touched = |licence: &LicenceType| {
        step.changes.iter().any(|change| change.subject() == (Kind::Entitlement, licence.id()))
    };
    let one = |licence: LicenceType| {
        let (old, new) = (shown(&step.before, licence), shown(&step.after, licence));
        format!("{} {old} -> {new}", licence.word())
    };
    let list: Vec<String> = LicenceType::ALL.into_iter().filter(touched).map(one).collect();
    format!("instance {}: {}", step.before.instance.name, list.join(", "))
}
