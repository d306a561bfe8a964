//! When something is due next: from the agenda a turn began with and the rows it wrote itself, so that a turn
//! which only processed events need not ask the database again. Used by the turn; it may say too early an
//! instant (the next turn then finds nothing), but never too late a one.

use std::collections::BTreeMap;

use firebell_base::Timestamp;
use firebell_domain::instance::InstanceNo;
use firebell_store::engine;
use firebell_store::notifications::Next;

use crate::changes::Changes;
use crate::deliver::Room;

/// When things are due next.
pub(super) struct Timers {
    /// Walks and run-out times.
    always: Option<Timestamp>,
    sendings: Vec<(InstanceNo, Timestamp)>,
}

impl Timers {
    /// Those of the rows a turn writes.
    pub(super) fn of(changes: &Changes) -> Self {
        let expiries =
            changes.opened.iter().map(|(_, alert)| alert).chain(changes.changed.values());
        let expiries = expiries.filter(|alert| alert.closed.is_none()).map(|alert| alert.expires);
        let walks = changes.walks.iter().chain(&changes.walked).filter_map(|walk| walk.due);
        let mut sendings: BTreeMap<InstanceNo, Timestamp> = BTreeMap::new();
        for (no, notification, next) in &changes.notifications {
            let at = match next {
                Next::Due => notification.due,
                Next::Leased(until) => *until,
            };
            let first = sendings.entry(*no).or_insert(at);
            *first = at.min(*first);
        }
        Self { always: expiries.chain(walks).min(), sendings: sendings.into_iter().collect() }
    }

    pub(super) fn add(&mut self, agenda: engine::Agenda) {
        let all = [self.always, agenda.walk, agenda.expiry];
        self.always = all.into_iter().flatten().min();
        self.sendings.extend(agenda.waiting);
    }

    /// The earliest instant at which there is something to do, and whether something waits for room.
    /// Notifications that there is no room for are nothing to do: whoever makes room wakes the engine.
    pub(super) fn next(self, room: &Room) -> (Option<Timestamp>, bool) {
        let (sendable, short): (Vec<_>, Vec<_>) =
            self.sendings.into_iter().partition(|(no, _)| room.left_for(*no) > 0);
        let first = sendable.into_iter().map(|(_, at)| at).min();
        ([self.always, first].into_iter().flatten().min(), !short.is_empty())
    }
}
