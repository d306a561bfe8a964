//! What a process knows of sessions: a bounded table, and what of it is still to be written.
//!
//! Used by [`super::Sessions`] only. Nothing that was ended may come back because the table is full:
//! what is dropped is covered by a mark that ends everything until its beginning.

use std::collections::{BTreeSet, HashMap};

use firebell_base::Timestamp;
use firebell_base::time::{add_micros, add_seconds, micros_between};
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_domain::session::{Session, SessionId, SessionKind};

use super::{
    API_SECONDS_MAX, API_SESSIONS_MAX, LOST_ANSWER_SECONDS, REFRESH_SECONDS, SESSIONS_MAX,
    WEB_SESSIONS_MAX,
};
use crate::token::TokenError;

/// The part of a full table that is dropped at once, so that a flood pays for the sweep in bulk.
const SWEEP_PART: usize = 10;

type Who = (InstanceNo, PersonId);
type Key = (Who, SessionKind, SessionId);

/// Sessions and marks by person.
#[derive(Default)]
pub(super) struct Known {
    people: HashMap<Who, Vec<Session>>,
    count: usize,
    /// Everything that began until then is over.
    floor: Option<Timestamp>,
    dirty: BTreeSet<Key>,
}

fn key(session: &Session) -> Key {
    ((session.instance, session.person), session.kind, session.id)
}

impl Known {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn find(&self, session: &Session) -> Option<&Session> {
        let (who, kind, id) = key(session);
        self.people.get(&who)?.iter().find(|held| (held.kind, held.id) == (kind, id))
    }

    /// The first instant at which a session can begin that is not over.
    pub(super) fn first_beginning(
        &self,
        instance: InstanceNo,
        person: PersonId,
        kind: SessionKind,
    ) -> Timestamp {
        let over_until = self.over_until((instance, person), kind);
        over_until.map_or(Timestamp::MIN, |until| add_micros(until, 1))
    }

    /// Whether the session was ended, by itself or together with others.
    pub(super) fn is_over(&self, session: &Session) -> bool {
        let who = (session.instance, session.person);
        self.over_until(who, session.kind).is_some_and(|until| session.began <= until)
            || self.find(session).is_some_and(|held| held.ended.is_some())
    }

    /// The person's sessions that are not over.
    pub(super) fn live(
        &self,
        instance: InstanceNo,
        person: PersonId,
        now: Timestamp,
    ) -> Vec<Session> {
        let held = self.people.get(&(instance, person)).map(Vec::as_slice).unwrap_or_default();
        let live = held.iter().filter(|one| one.is_live(now) && !self.is_over(one));
        live.cloned().collect()
    }

    /// Puts a new session in; says whether others ended, because there were too many.
    pub(super) fn put(&mut self, session: Session, now: Timestamp) -> bool {
        self.dirty.insert(key(&session));
        self.insert(session, now)
    }

    /// Ends a session, known or not.
    pub(super) fn end(&mut self, session: &Session, now: Timestamp) {
        let held = self.hold(session, now);
        if held.ended.is_none() {
            held.ended = Some(now);
            self.dirty.insert(key(session));
        }
    }

    /// Ends everything of a person and a kind, whenever it began.
    pub(super) fn end_all(
        &mut self,
        instance: InstanceNo,
        person: PersonId,
        kind: SessionKind,
        now: Timestamp,
    ) {
        let who = (instance, person);
        let held = self.people.get(&who).map(Vec::as_slice).unwrap_or_default();
        // Clocks of other processes may be ahead, and what begins right after an end is dated later.
        let newest = held.iter().filter(|one| one.kind == kind).map(|one| one.began).max();
        self.end_before(who, kind, newest.map_or(now, |newest| newest.max(now)), now);
    }

    /// Ends everything of a person and a kind that began until an instant.
    pub(super) fn end_before(
        &mut self,
        who: (InstanceNo, PersonId),
        kind: SessionKind,
        until: Timestamp,
        now: Timestamp,
    ) {
        let mark = Session {
            instance: who.0,
            id: who.1.cast(),
            kind: kind.mark(),
            person: who.1,
            began: until,
            expires: add_seconds(until, API_SECONDS_MAX),
            address: String::new(),
            agent: String::new(),
            generation: 0,
            rotated: until,
            ended: Some(now),
        };
        let held = self.hold(&mark, now);
        held.began = held.began.max(until);
        held.expires = held.expires.max(mark.expires);
        self.dirty.insert(key(&mark));
    }

    /// Counts an exchange of a refresh token that claims to be of this session.
    ///
    /// The generation presented is compared with the known one: the same is exchanged; the one
    /// before may be a lost answer; a newer one was made by another process, or by this one before
    /// it was restarted; anything older is a copy.
    pub(super) fn exchange(
        &mut self,
        presented: &Session,
        now: Timestamp,
    ) -> Result<Session, TokenError> {
        let held = self.hold(presented, now);
        held.generation = held.generation.max(presented.generation);
        let behind = held.generation - presented.generation;
        let lost = micros_between(held.rotated, now) <= LOST_ANSWER_SECONDS * 1_000_000;
        match behind {
            0 if held.generation < u32::MAX => {
                held.generation += 1;
                held.rotated = now;
                let last = add_seconds(held.began, API_SECONDS_MAX);
                held.expires = add_seconds(now, REFRESH_SECONDS).min(last).max(held.expires);
                let session = held.clone();
                self.dirty.insert(key(&session));
                Ok(session)
            }
            1 if lost => Ok(held.clone()),
            _ => {
                self.end(presented, now);
                Err(TokenError::Replayed)
            }
        }
    }

    /// Joins what another process wrote with what is known; says whether something ended.
    pub(super) fn learn(&mut self, row: &Session, now: Timestamp) -> bool {
        let before = self.find(row).map(|held| (held.began, held.ended));
        let held = self.hold(row, now);
        held.began = held.began.max(row.began);
        held.expires = held.expires.max(row.expires);
        if row.generation > held.generation {
            (held.generation, held.rotated) = (row.generation, row.rotated);
        }
        held.ended = held.ended.or(row.ended);
        if held.address.is_empty() && held.agent.is_empty() {
            held.address.clone_from(&row.address);
            held.agent.clone_from(&row.agent);
        }
        // A mark, too, is an entry that has ended; it ends more by beginning later.
        held.ended.is_some() && before != Some((held.began, held.ended))
    }

    /// The first of what is to be written.
    pub(super) fn pending(&self, limit: usize) -> Vec<Session> {
        let of = |(who, kind, id): &Key| {
            let held = self.people.get(who)?;
            held.iter().find(|one| (one.kind, one.id) == (*kind, *id)).cloned()
        };
        self.dirty.iter().filter_map(of).take(limit).collect()
    }

    pub(super) fn stored(&mut self, sessions: &[Session]) {
        for session in sessions {
            if self.find(session) == Some(session) {
                self.dirty.remove(&key(session));
            }
        }
    }

    /// Until when everything of this person and kind is over.
    fn over_until(&self, who: Who, kind: SessionKind) -> Option<Timestamp> {
        let held = self.people.get(&who).map(Vec::as_slice).unwrap_or_default();
        let mark = held.iter().find(|one| one.kind == kind.mark()).map(|mark| mark.began);
        mark.max(self.floor)
    }

    /// The entry of this session, made from what is said of it if there is none.
    fn hold(&mut self, session: &Session, now: Timestamp) -> &mut Session {
        if self.find(session).is_none() {
            self.insert(session.clone(), now);
        }
        let (who, kind, id) = key(session);
        let held = self.people.entry(who).or_default();
        let place = held.iter().position(|one| (one.kind, one.id) == (kind, id));
        let place = place.unwrap_or_else(|| {
            // Only a session that was over when it came is dropped at once: it stays over.
            self.count += 1;
            held.push(session.clone());
            held.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the place was just found")]
        &mut held[place]
    }

    /// Says whether sessions ended to make room.
    fn insert(&mut self, session: Session, now: Timestamp) -> bool {
        let floor = self.floor;
        if self.count >= SESSIONS_MAX {
            self.sweep(now);
        }
        let (who, kind, _) = key(&session);
        self.retain_of(who, |one| now < one.expires);
        let held = self.people.entry(who).or_default();
        held.push(session);
        self.count += 1;
        let most = match kind {
            SessionKind::Web => WEB_SESSIONS_MAX,
            SessionKind::Api => API_SESSIONS_MAX,
            SessionKind::WebBefore | SessionKind::ApiBefore => return self.floor != floor,
        };
        let of_kind = held.iter().filter(|one| one.kind == kind);
        if of_kind.clone().count() > most
            && let Some(oldest) = of_kind.map(|one| one.began).min()
        {
            self.retain_of(who, |one| one.kind != kind || one.began > oldest);
            self.end_before(who, kind, oldest, now);
            return true;
        }
        self.floor != floor
    }

    /// Keeps some of a person's sessions.
    fn retain_of(&mut self, who: Who, keep: impl Fn(&Session) -> bool) {
        let Some(held) = self.people.get_mut(&who) else { return };
        for gone in held.extract_if(.., |one| !keep(one)) {
            self.count -= 1;
            self.dirty.remove(&key(&gone));
        }
    }

    /// Drops what has expired, and, if that is not enough, the oldest part of everything.
    fn sweep(&mut self, now: Timestamp) {
        self.retain(|session| now < session.expires);
        let most = SESSIONS_MAX - SESSIONS_MAX / SWEEP_PART;
        if self.count <= most {
            return;
        }
        let mut began: Vec<Timestamp> = self.people.values().flatten().map(|s| s.began).collect();
        began.sort_unstable();
        let floor = began.get(self.count - most).copied();
        self.floor = self.floor.max(floor);
        self.retain(|session| Some(session.began) > floor);
    }

    fn retain(&mut self, keep: impl Fn(&Session) -> bool) {
        let everybody: Vec<Who> = self.people.keys().copied().collect();
        for who in everybody {
            self.retain_of(who, &keep);
        }
        self.people.retain(|_, held| !held.is_empty());
    }
}
