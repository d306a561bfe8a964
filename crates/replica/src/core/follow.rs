//! Following the authority from what is served: heads, deltas, and what this process publishes.

use std::time::Duration;

use firebell_config::feed::{Delta, Deltas, Head};
use firebell_config::view::{Nack, NackCode};
use firebell_domain::directory::Revision;

use super::guard::Guard;
use super::{Action, Asking, Copied, Core, Heard};

impl<V: Copied> Core<V> {
    /// A head: it is accepted if it can be true, and compared with what is served.
    pub(super) fn hear(&mut self, asking: Asking, head: Head) {
        let mut floor = asking.floor;
        if self.cell.is_none() && self.heard.is_some_and(|heard| heard.head.cell != head.cell) {
            // Nothing has been verified of either yet: the last one counts.
            (self.heard, self.loading, floor) = (None, None, Revision::default());
        }
        if let Err(nack) = self.plausible(floor, &head) {
            self.refuse(nack);
            return self.head_back_off();
        }
        self.head_failures = 0;
        if matches!(self.nack_code(), Some(NackCode::OtherCell | NackCode::WentBack)) {
            self.nack = None;
        }
        self.heard = Some(Heard { head, at: Some(asking.at) });
        self.compare();
        if !self.is_behind() {
            self.trouble = None;
        }
    }

    /// Whether a head can be the authority's, given what was known when it was asked for.
    pub(super) fn plausible(&mut self, floor: Revision, head: &Head) -> Result<(), Nack> {
        let at = head.revision;
        if self.cell.is_some_and(|cell| cell != head.cell) && self.holds(Guard::Cell) {
            self.counters.other_cell += 1;
            let message = "The source is another database than the one this node has followed. \
                           Point the node at its own, or remove its last-known-good file.";
            return Err(Nack::new(NackCode::OtherCell, at, message));
        }
        if at < floor && self.holds(Guard::WentBack) {
            self.counters.went_back += 1;
            let message = format!(
                "The source went back from revision {floor} to {at}. If its database was restored, \
                 begin a new epoch: firebell config new-epoch."
            );
            return Err(Nack::new(NackCode::WentBack, at, message));
        }
        Ok(())
    }

    /// What the newest head says about what is served.
    pub(super) fn compare(&mut self) {
        let (Some(heard), Some(served)) = (self.heard, &self.served) else { return };
        let (at, head) = (served.revision(), heard.head);
        if at.epoch < head.revision.epoch || (at < head.revision && at < head.floor) {
            self.reload = true;
        } else if at == head.revision && served.root() != head.root && self.holds(Guard::Root) {
            if self.quarantined.is_none() {
                let message = "The digest of the configuration served here is not the authority's.";
                self.refuse(Nack::new(NackCode::RootMismatch, at, message));
            }
        } else if at >= head.revision {
            if self.quarantined.is_none() {
                // It has all there is: whatever was refused on the way is no matter any more.
                self.nack = None;
            }
            self.renew(heard);
        }
    }

    /// What is served was the newest when the head was asked for.
    fn renew(&mut self, heard: Heard) {
        let Some(at) = heard.at else { return };
        let until = at.plus(self.settings.lease);
        if self.quarantined.is_some() || until <= self.now {
            return;
        }
        self.lease = self.lease.max(Some(until));
        self.fresh = self.fresh.max(Some(at));
        self.lost = None;
    }

    /// What came after a revision.
    pub(super) fn deltas(&mut self, deltas: Deltas, out: &mut Vec<Action<V>>) {
        let deltas = match deltas {
            Deltas::Next(deltas) => deltas,
            Deltas::Gone => {
                self.reload = true;
                self.loading = None;
                return self.load_back_off(Duration::ZERO);
            }
        };
        if self.loading.is_some() {
            return self.catch_up(&deltas, out);
        }
        let (Some(served), Some(heard)) = (&self.served, self.heard) else { return };
        let before = served.revision();
        let (view, refused) = self.up_to(served.clone(), &heard.head, &deltas);
        if view.revision() > before {
            out.push(Action::Publish(view.clone()));
            self.adopt(view);
        } else if refused.is_none() && self.is_behind() {
            // Its head is newer, but it has nothing to tell: it will, or the deltas are lost.
            self.streak += 1;
            self.reload |= self.streak >= 2;
            self.load_back_off(Duration::ZERO);
        }
        let newest = deltas.iter().map(|delta| delta.revision).max();
        if newest > Some(heard.head.revision) {
            self.next_head = self.next_head.min(self.now.plus(self.settings.poll));
        }
        if let Some(nack) = refused {
            self.refuse(nack);
            self.load_back_off(Duration::ZERO);
        }
    }

    /// The view after deltas, as far as they lead to the head that was accepted: there its digest
    /// counts, and nothing beyond it is taken.
    fn up_to(&mut self, served: V, head: &Head, deltas: &[Delta]) -> (V, Option<Nack>) {
        let mut view = served.clone();
        for delta in deltas {
            if delta.revision > head.revision {
                break;
            }
            match self.next(&view, delta).and_then(|next| self.checked(next, delta)) {
                Ok(Some(next)) => {
                    self.counters.deltas += 1;
                    view = next;
                }
                Ok(None) => self.counters.duplicates += 1,
                Err(nack) => return (view, Some(nack)),
            }
        }
        let there = view.revision() == head.revision && view.root() != head.root;
        if there && view.revision() > served.revision() && self.holds(Guard::Root) {
            let message = "The deltas lead to another digest than the head has.";
            let nack = Nack::new(NackCode::RootMismatch, head.revision, message);
            return (served, Some(nack));
        }
        (view, None)
    }

    /// The view after a delta; none if it has it already.
    pub(super) fn next(&mut self, view: &V, delta: &Delta) -> Result<Option<V>, Nack> {
        // A head that was heard earlier proves the last delta at most, never those on the way to it.
        if delta.cell != view.cell() && self.holds(Guard::Cell) {
            self.counters.other_cell += 1;
            let message = "The deltas are of another database than the one this node follows.";
            return Err(Nack::new(NackCode::OtherCell, delta.revision, message));
        }
        let here = view.revision();
        if delta.revision <= here {
            return Ok(None);
        }
        if (delta.prev != here || delta.revision.epoch != here.epoch) && self.holds(Guard::Order) {
            let message = format!(
                "A delta follows revision {}, but revision {here} is served here.",
                delta.prev
            );
            return Err(Nack::new(NackCode::OutOfOrder, delta.revision, message));
        }
        view.with_delta(delta).map(Some)
    }

    /// The same if it has the digest that the delta says. While a snapshot is built it need not.
    fn checked(&self, next: Option<V>, delta: &Delta) -> Result<Option<V>, Nack> {
        if next.as_ref().is_some_and(|next| next.root() != delta.root) && self.holds(Guard::Root) {
            let message = "After a delta, the digest of the configuration here is not the one that \
                           the authority has.";
            return Err(Nack::new(NackCode::RootMismatch, delta.revision, message));
        }
        Ok(next)
    }

    /// The authority of this process has published something: it is served already.
    pub(super) fn published(&mut self, view: V) {
        if self.served.as_ref().is_none_or(|served| served.revision() < view.revision()) {
            self.adopt(view);
        }
    }

    /// Serves a verified configuration from now on.
    pub(super) fn adopt(&mut self, view: V) {
        let at = view.revision();
        self.cell = Some(view.cell());
        self.load_failures = 0;
        self.streak = 0;
        self.trouble = None;
        if self.nack.as_ref().is_some_and(|nack| nack.revision <= at) {
            self.nack = None;
        }
        self.served = Some(view);
        if self.head_failures == 0 && !self.settings.held {
            // The load is over: the head is looked at often again.
            self.next_head = self.next_head.min(self.now.plus(self.settings.poll));
        }
        self.begin_proving();
        self.compare();
    }

    /// Refuses what was told: visibly, and serving what was served before.
    pub(super) fn refuse(&mut self, nack: Nack) {
        let newer = self.heard.is_some_and(|heard| heard.head.revision > nack.revision);
        match nack.code {
            NackCode::RootMismatch => self.quarantine(&nack),
            NackCode::NewEpoch | NackCode::Incomplete => self.reload = true,
            // The next answer may be right; if not, a snapshot is.
            NackCode::OutOfOrder => self.reload |= self.streak >= 1,
            // A later revision may have repaired it, which only a snapshot shows.
            NackCode::UnreadableEntity | NackCode::UnknownRequirement => {
                self.reload |= self.streak >= 1 && newer;
            }
            NackCode::OtherCell | NackCode::SnapshotSize | NackCode::WentBack => {}
        }
        self.note(nack);
    }

    /// Makes a refusal visible.
    pub(super) fn note(&mut self, nack: Nack) {
        self.counters.nacks += 1;
        self.streak = self.streak.saturating_add(1);
        self.proving.candidate = None;
        self.nack = Some(nack);
    }

    /// What is served cannot be trusted, or cannot be followed from: only a verified snapshot helps.
    pub(super) fn quarantine(&mut self, nack: &Nack) {
        if self.served.is_some() {
            self.counters.quarantines += u64::from(self.quarantined.is_none());
            self.quarantined = Some(nack.message.clone());
            self.drop_lease();
        }
        self.reload = true;
    }

    fn nack_code(&self) -> Option<NackCode> {
        self.nack.as_ref().map(|nack| nack.code)
    }
}
