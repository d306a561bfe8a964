//! Removing a device at once, and taking it back within a moment.
//!
//! What was removed is kept in memory for a short time, with every other entry that was changed along with it;
//! never in the browser, because a webhook has a secret. A restart forgets it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_config::{Change, Faults as Wrong, cascade};
use firebell_domain::device::DeviceId;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_ui::part::Notice;
use firebell_ui::{Answer, Form, Undo};

use super::whose::{GONE, Whose};
use super::{in_order, numbered};
use crate::Web;
use crate::seen::shown;
use crate::words::WORDS;

/// Seconds for which it can be taken back: the button is there for ten.
const SECONDS: i64 = 120;
/// Devices that are remembered; the oldest go first.
const REMEMBERED_MAX: usize = 1_000;
/// How the decision says that it is too late.
const LATE: &str = "device.restore_late";

/// What was removed a moment ago. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Removed(Arc<Mutex<HashMap<Key, Kept>>>);

type Key = (InstanceNo, DeviceId);

/// What entries were, and what became of them.
type Entries = Vec<(Option<Entity>, Change)>;

#[derive(Clone)]
struct Kept {
    owner: PersonId,
    /// Who removed it: nobody else takes it back.
    by: PersonId,
    at: Timestamp,
    /// Each entry before and after.
    entries: Entries,
}

impl Removed {
    fn keep(&self, key: Key, kept: Kept) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, old| kept.at < add_seconds(old.at, SECONDS));
        if all.len() >= REMEMBERED_MAX {
            let oldest = all.iter().min_by_key(|(_, old)| old.at).map(|(key, _)| *key);
            oldest.map(|key| all.remove(&key));
        }
        all.insert(key, kept);
    }

    fn take(&self, key: Key, (owner, by): (PersonId, PersonId), now: Timestamp) -> Option<Kept> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = all.get(&key).is_some_and(|kept| {
            (kept.owner, kept.by) == (owner, by) && now < add_seconds(kept.at, SECONDS)
        });
        if fits { all.remove(&key) } else { None }
    }
}

/// The changes that remove a device: every mention of it goes, and the others close the gap.
fn removal(directory: &Directory, device: DeviceId, owner: PersonId) -> Vec<Change> {
    let mut changes = cascade::remove_device(directory, device);
    let mut left = in_order(directory, owner);
    left.retain(|one| one.id != device);
    changes.extend(numbered(left));
    changes
}

/// `POST …/devices/{device}/remove`
pub(super) async fn remove(State(web): State<Web>, whose: Whose) -> Answer {
    whose.require()?;
    let (visit, device, still) = (&whose.visit, whose.device()?, whose.still());
    let (id, owner, no) = (device.id, device.owner, visit.claims.instance);
    // The newest configuration decides: what it was before is noted down there.
    let noted: Arc<Mutex<Entries>> = Arc::default();
    let notes = Arc::clone(&noted);
    let decide = move |directory: &Directory| {
        still(directory, None)?;
        if directory.device(id).is_none() {
            return Err(Wrong::one("device", "was removed meanwhile", GONE));
        }
        let changes = removal(directory, id, owner);
        let before = |change: &Change| {
            let (kind, id) = change.subject();
            (directory.entity(kind, id), change.clone())
        };
        *notes.lock().unwrap_or_else(PoisonError::into_inner) =
            changes.iter().map(before).collect();
        Ok(changes)
    };
    let author = whose.author("device removed");
    let changed = visit.ui.authority.change(no, &author, visit.now, decide).await;
    changed.map_err(|error| whose.refused(error))?;
    let entries = std::mem::take(&mut *noted.lock().unwrap_or_else(PoisonError::into_inner));
    let kept = Kept { owner, by: visit.person.id, at: visit.now, entries };
    web.removed.keep((no, id), kept);
    let name = shown(device.name.as_str());
    let text = visit.say(&WORDS).a("web-device-removed", &[("name", &name)]);
    let undo = Undo {
        action: format!("{}/restore", whose.list),
        fields: vec![("device".to_owned(), id.to_string())],
    };
    Ok(visit.toast_undo(visit.lead(&whose.list), text, undo))
}

/// `POST …/devices/restore`
pub(super) async fn restore(State(web): State<Web>, whose: Whose, form: Form) -> Answer {
    whose.require()?;
    let (visit, still) = (&whose.visit, whose.still());
    let (t, no, owner) = (visit.say(&WORDS), visit.claims.instance, whose.owner.id);
    let late = || {
        let word = t.get("web-device-restore-title");
        let notice = Notice::wrong(word, t.get("web-device-restore-late"));
        let back = whose.text("web-device-back", "web-device-of-back");
        visit.notice(StatusCode::CONFLICT, notice.link(back, visit.href(&whose.list)))
    };
    let id: Option<DeviceId> = form.text("device").parse().ok();
    let key = (owner, visit.person.id);
    let kept = id.and_then(|id| web.removed.take((no, id), key, visit.now));
    let (Some(id), Some(kept)) = (id, kept) else { return Err(late()) };
    let decide = move |directory: &Directory| {
        // Where mail went before is no new address: it was allowed when it was set.
        still(directory, None)?;
        if directory.device(id).is_some() {
            return Err(Wrong::one("device", "is there", LATE));
        }
        Ok(restored(directory, &kept))
    };
    let author = whose.author("device brought back");
    let changed = visit.ui.authority.change(no, &author, visit.now, decide).await;
    let done = changed.map_err(|_| late())?;
    let name = done.directory.device(id).map(|device| shown(device.name.as_str()));
    let name = name.unwrap_or_default();
    let text = t.a("web-device-restored", &[("name", &name)]);
    Ok(visit.toast(visit.lead(&whose.list), text))
}

/// Every entry that still is as the removal left it becomes what it was; the others were changed since, and
/// stay.
fn restored(directory: &Directory, kept: &Kept) -> Vec<Change> {
    let entries = kept.entries.iter().filter_map(|(before, after)| {
        let (kind, id) = after.subject();
        let untouched = match after {
            Change::Put(entity) => directory.entity(kind, id).as_ref() == Some(entity),
            Change::Remove(..) => directory.entity(kind, id).is_none(),
        };
        before.clone().filter(|_| untouched).map(Change::Put)
    });
    let mut changes: Vec<Change> = entries.collect();
    // Devices that were added meanwhile go after the ones that are back.
    let back: Vec<DeviceId> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Put(Entity::Device(device)) => Some(device.id),
            _ => None,
        })
        .collect();
    let places = back.len();
    let mut others = in_order(directory, kept.owner);
    others.retain(|device| !back.contains(&device.id));
    let moved = others.into_iter().zip(1..).map(|(mut device, n): (_, u16)| {
        device.sequence = u16::try_from(places).unwrap_or(u16::MAX).saturating_add(n);
        Change::Put(Entity::Device(device))
    });
    changes.extend(moved.collect::<Vec<_>>());
    changes
}
