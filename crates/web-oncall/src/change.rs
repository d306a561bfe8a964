//! Changes of groups, shifts and absences, and why one was refused.
//!
//! Whoever changes something is asked for their permission twice: before, for a page that says why not,
//! and in the transaction, with the roles they have in the newest configuration. What was taken away
//! from them meanwhile does not count any more.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use firebell_access::{Permission, Principal, allows};
use firebell_config::{Change, ConfigError, Faults as Refused, Intent};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::group::Group;
use firebell_ui::part::Notice;
use firebell_ui::write::{WriteFault, fault};
use firebell_ui::{Refusal, Say, Visit};

use crate::group::scope;
use crate::words::WORDS;

/// How a decision says that its author may not make it.
const FORBIDDEN: &str = "validation.common.forbidden";

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
    let (person, via, t) = (visit.principal.person, visit.principal.via, visit.say(&WORDS));
    let noted: Arc<Mutex<Entries>> = Arc::default();
    let notes = Arc::clone(&noted);
    let noting = move |directory: &Directory| {
        let who = Principal::of(directory, person, via)
            .ok_or_else(|| forbidden(t.get("oncall-forbidden-inactive")))?;
        let changes = decide(directory, &who)?;
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

/// A decision against whoever may not.
pub(crate) fn forbidden(message: impl Into<String>) -> Refused {
    Refused::one("", message, FORBIDDEN)
}

/// Whether they may change this group, with its shifts and roster.
///
/// # Errors
/// The decision against them.
pub(crate) fn may_write(who: &Principal, group: &Group) -> Result<(), Refused> {
    let may = allows(who, Permission::WriteGroups, &scope(group));
    may.map_err(|error| forbidden(error.message))
}

/// The group was removed in this very moment.
pub(crate) fn gone(t: Say) -> Refused {
    Refused::one("", t.get("oncall-group-gone"), "validation.group.not_exists")
}

/// Why a change was refused, by field. Who may not is told so instead.
pub(crate) fn told(visit: &Visit, error: ConfigError) -> WriteFault {
    let why = match &error {
        ConfigError::Invalid(wrong) => {
            let found = wrong.0.iter().find(|one| one.subcode == FORBIDDEN);
            found.map(|one| one.message.clone())
        }
        _ => None,
    };
    let mut fault = fault(visit, error);
    if let Some(why) = why {
        fault.status = StatusCode::FORBIDDEN;
        fault.word = visit.say(&WORDS).get("oncall-forbidden");
        fault.text = why;
        fault.fields = Vec::new();
    }
    fault
}

/// The page of a refused change that has no form to go back to.
pub(crate) fn refused(visit: &Visit, error: ConfigError) -> Refusal {
    let fault = told(visit, error);
    let all: Vec<String> = fault.fields.into_iter().map(|(_, message)| message).collect();
    let text = if all.is_empty() { fault.text } else { all.join(" ") };
    visit.notice(fault.status, Notice::wrong(fault.word, text))
}
