//! Ends the sessions of people who leave: who is made inactive or removed, and comes back later,
//! signs in again.
//!
//! Called by [`super::Authority::change`] for every change, whoever makes it and by which way, in
//! its transaction: there is no moment at which somebody is gone and their sessions would count
//! again. Other processes learn it with the rest of the sessions. It must never fail a change that
//! could be made otherwise.

use std::collections::BTreeSet;

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::person::{PersonId, Status};
use firebell_domain::session::{Session, SessionKind};
use firebell_sql::{Error, WriteTx};
use firebell_store::sessions;

use super::Ends;
use crate::change::Change;

/// How long the end is remembered, in seconds: no session lasts longer.
const REMEMBERED_SECONDS: i64 = 90 * 24 * 60 * 60;

/// Ends the sessions of everybody who was active before the changes and is not afterwards.
pub(super) fn end_sessions(
    tx: &mut WriteTx<'_>,
    ends: Ends<'_>,
    changes: &[Change],
    now: Timestamp,
) -> Result<(), Error> {
    let gone = left(ends, changes);
    if gone.is_empty() {
        return Ok(());
    }
    let instance = ends.before.instance.no;
    let kinds = [SessionKind::WebBefore, SessionKind::ApiBefore];
    let marks: Vec<Session> = gone
        .into_iter()
        .flat_map(|person| kinds.map(|kind| (person, kind)))
        .map(|(person, kind)| Session {
            instance,
            id: person.cast(),
            kind,
            person,
            began: now,
            expires: add_seconds(now, REMEMBERED_SECONDS),
            address: String::new(),
            agent: String::new(),
            generation: 0,
            rotated: now,
            ended: Some(now),
        })
        .collect();
    sessions::put(tx, &marks, now)
}

/// Who was active and is not any more; each once.
fn left(ends: Ends<'_>, changes: &[Change]) -> BTreeSet<PersonId> {
    let is_active = |directory: &Directory, person: PersonId| {
        directory.person(person).is_some_and(|person| person.status == Status::Active)
    };
    let touched = changes.iter().filter_map(|change| match change {
        Change::Put(Entity::Person(person)) => Some(person.id),
        Change::Remove(Kind::Person, id) => Some(PersonId::from_bytes(*id)),
        Change::Put(_) | Change::Remove(..) => None,
    });
    touched.filter(|id| is_active(ends.before, *id) && !is_active(ends.after, *id)).collect()
}
