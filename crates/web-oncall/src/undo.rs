//! Taking back, within a moment, what was done to a group: to its shifts, its roster, or itself.
//!
//! What entries were is kept in memory for a short time, with what became of them. Whoever did it gets
//! exactly that back, all of it or, if anything was changed again since, nothing. A restart forgets it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::Principal;
use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_config::{Change, ConfigError, Faults as Refused, Intent};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::group::GroupId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_ui::part::Notice;
use firebell_ui::{Answer, Form, Refusal, Undo, Visit};

use crate::change::{Entries, change, gone, may_write};
use crate::group::writable;
use crate::words::WORDS;

/// Seconds for which it can be taken back: the button is there for ten.
const SECONDS: i64 = 120;
/// Acts that are remembered; the oldest go first.
const REMEMBERED_MAX: usize = 1_000;
/// How the decision says that somebody changed something since.
const SINCE: &str = "validation.common.changed_since";

/// What was done a moment ago. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Undos(Arc<Mutex<HashMap<Key, Kept>>>);

/// Where, and the act's own word.
type Key = (InstanceNo, String);

/// An act.
#[derive(Clone)]
struct Kept {
    by: PersonId,
    at: Timestamp,
    group: GroupId,
    /// What it is called that was changed.
    name: String,
    entries: Arc<Entries>,
}

impl Undos {
    /// Says on the next page what was done, with a way back.
    pub(crate) fn toast(
        &self,
        visit: &Visit,
        response: Response,
        text: String,
        (group, name): (GroupId, &str),
        entries: Entries,
    ) -> Response {
        match self.keep(visit, group, name, entries) {
            Some(undo) => visit.toast_undo(response, text, undo),
            None => visit.toast(response, text),
        }
    }

    /// Remembers what the visitor did to a group; `name` says to what of it. Nothing is offered where
    /// nothing was changed.
    fn keep(&self, visit: &Visit, group: GroupId, name: &str, entries: Entries) -> Option<Undo> {
        if entries.is_empty() {
            return None;
        }
        let word = format!("{:032x}", u128::from_be_bytes(visit.ui.random.bytes()));
        let kept = Kept {
            by: visit.person.id,
            at: visit.now,
            group,
            name: name.to_owned(),
            entries: Arc::new(entries),
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, old| kept.at < add_seconds(old.at, SECONDS));
        if all.len() >= REMEMBERED_MAX {
            let oldest = all.iter().min_by_key(|(_, old)| old.at).map(|(key, _)| key.clone());
            oldest.map(|key| all.remove(&key));
        }
        all.insert((visit.claims.instance, word.clone()), kept);
        let action = format!("groups/{group}/undo");
        Some(Undo { action, fields: vec![("act".to_owned(), word)] })
    }

    /// What the visitor did, if that is known and not too long ago.
    fn of(&self, key: &Key, visit: &Visit, group: GroupId) -> Option<Kept> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |kept: &&Kept| {
            kept.by == visit.person.id
                && kept.group == group
                && visit.now < add_seconds(kept.at, SECONDS)
        };
        all.get(key).filter(fits).cloned()
    }

    fn forget(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// `POST /groups/{id}/undo`
pub(crate) async fn undo(
    visit: Visit,
    Extension(undos): Extension<Undos>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    let group = Arc::clone(writable(&visit, &id)?);
    let t = visit.say(&WORDS);
    let (target, place) = (group.id, format!("groups/{}", group.id));
    let not = |text: String| -> Refusal {
        let notice = Notice::wrong(t.get("oncall-undo-not"), text);
        let notice = notice.link(t.get("oncall-back"), visit.href(&place));
        visit.notice(StatusCode::CONFLICT, notice)
    };
    let key = (visit.claims.instance, form.text("act").to_owned());
    let Some(kept) = undos.of(&key, &visit, target) else {
        return Err(not(t.get("oncall-undo-late")));
    };
    let entries = Arc::clone(&kept.entries);
    let decide = move |directory: &Directory, who: &Principal| {
        may_write(who, directory.group(target).ok_or_else(|| gone(t))?)?;
        if entries.iter().all(|(_, change)| is_left(directory, change)) {
            Ok(entries.iter().map(|(before, change)| former(before.as_ref(), change)).collect())
        } else {
            Err(Refused::one("", "was changed since", SINCE))
        }
    };
    let intent = Intent::from(&visit.author("undone"));
    match change(&visit, intent, decide).await {
        Ok(_) => {
            undos.forget(&key);
            let text = t.a("oncall-undone", &[("name", &kept.name)]);
            Ok(visit.toast(visit.lead(&place), text))
        }
        Err(ConfigError::Invalid(wrong)) if wrong.0.iter().any(|one| one.subcode == SINCE) => {
            Err(not(t.a("oncall-undo-since", &[("name", &kept.name)])))
        }
        Err(error) => Err(visit.refused(error)),
    }
}

/// Whether an entry still is as the act left it.
fn is_left(directory: &Directory, change: &Change) -> bool {
    let (kind, id) = change.subject();
    match change {
        Change::Put(entity) => directory.entity(kind, id).as_ref() == Some(entity),
        Change::Remove(..) => directory.entity(kind, id).is_none(),
    }
}

/// The change that makes it what it was.
fn former(before: Option<&Entity>, change: &Change) -> Change {
    let (kind, id) = change.subject();
    before.map_or(Change::Remove(kind, id), |entity| Change::Put(entity.clone()))
}
