//! Changes of groups, shifts and absences: what a form was filled in for, who may still make them, and
//! what they changed.

use std::sync::{Arc, Mutex, PoisonError};

use firebell_access::{Permission, Principal, allows};
use firebell_config::{Change, ConfigError, Expect, Faults as Refused, Intent};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::group::Group;
use firebell_ui::{MayNot, Say, Visit};

use crate::group::scope;

/// What entries were, and what became of them; only those that are not what they were.
pub(crate) type Entries = Vec<(Option<Entity>, Change)>;

/// Changes the visitor's instance. `decide` sees the newest configuration, and the visitor as they are
/// in it. Told is what was changed.
///
/// # Errors
/// As [`firebell_config::Authority::change`].
pub(crate) async fn change(
    visit: &Visit,
    intent: Intent,
    decide: impl Fn(&Directory, &Principal) -> Result<Vec<Change>, Refused> + Send + Sync + 'static,
) -> Result<Entries, ConfigError> {
    let asker = visit.asker();
    let noted: Arc<Mutex<Entries>> = Arc::default();
    let notes = Arc::clone(&noted);
    let noting = move |directory: &Directory| {
        let changes = decide(directory, &asker.principal(directory)?)?;
        let before = |change: &Change| {
            let (kind, id) = change.subject();
            (directory.entity(kind, id), change.clone())
        };
        let differs = |(before, change): &(Option<Entity>, Change)| match change {
            Change::Put(after) => before.as_ref() != Some(after),
            Change::Remove(..) => before.is_some(),
        };
        // It may run twice: the last time counts.
        *notes.lock().unwrap_or_else(PoisonError::into_inner) =
            changes.iter().map(before).filter(differs).collect();
        Ok(changes)
    };
    visit.ui.authority.change(visit.claims.instance, intent, visit.now, noting).await?;
    Ok(std::mem::take(&mut *noted.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// Whether they may change this group, with its shifts and roster.
///
/// # Errors
/// The decision against them.
pub(crate) fn may_write(who: &Principal, group: &Group) -> Result<(), MayNot> {
    allows(who, Permission::WriteGroups, &scope(group)).map_err(MayNot::from)
}

/// What whoever filled in a form saw of an entity, as the form has it. What names no revision is as old as
/// can be: it never overwrites.
pub(crate) fn seen(kind: Kind, id: [u8; 16], rev: &str) -> Expect {
    Expect { kind, id, revision: Some(rev.parse().unwrap_or_default()) }
}

/// The group was removed in this very moment.
pub(crate) fn gone(t: Say) -> Refused {
    Refused::one("", t.get("oncall-group-gone"), "validation.group.not_exists")
}
