//! Loading a whole snapshot beside what is served: pages, then the deltas since, then the digest.

use std::time::Duration;

use firebell_config::feed::{Delta, Head, SnapshotPage};
use firebell_config::view::{Nack, NackCode};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;

use super::guard::Guard;
use super::{Action, Asking, Copied, Core, Question};

/// Where the first page begins.
pub(super) const FIRST: InstanceNo = InstanceNo(0);
/// Up to this many entities a snapshot may grow as it likes: a young installation doubles in a day.
const GROWTH_FREE: usize = 1_000;
/// After this many answers without the deltas a snapshot needs, it is thrown away.
const EMPTY_MAX: u32 = 3;

/// A snapshot on its way.
#[derive(Debug, Clone)]
pub(super) struct Loading<V> {
    building: V,
    /// Where the next page begins; none when all are here.
    next: Option<InstanceNo>,
    /// The newest head of a page: the snapshot is whole as of it.
    target: Head,
    /// What it has cost to compute so far.
    pub(super) cost: Duration,
}

impl<V: Copied> Loading<V> {
    pub(super) fn question(&self) -> Question {
        match self.next {
            Some(from) => Question::Page(from),
            None => Question::Deltas(self.building.revision()),
        }
    }

    pub(super) const fn has_all_pages(&self) -> bool {
        self.next.is_none()
    }

    #[cfg(test)]
    pub(super) fn into_building(self) -> V {
        self.building
    }

    #[cfg(test)]
    pub(super) const fn parts(&self) -> (&V, Option<InstanceNo>, Head) {
        (&self.building, self.next, self.target)
    }
}

impl<V: Copied> Core<V> {
    /// A page of a snapshot.
    pub(super) fn page(
        &mut self,
        asking: Asking,
        from: InstanceNo,
        page: &SnapshotPage,
        out: &mut Vec<Action<V>>,
    ) {
        let mut loading = self.loading.take().unwrap_or_else(|| Loading {
            building: V::building(page.head.cell),
            next: Some(FIRST),
            target: page.head,
            cost: Duration::ZERO,
        });
        if let Err(nack) = self.take_page(&mut loading, asking.floor, from, page) {
            return self.give_up(loading.cost, nack);
        }
        self.load_failures = 0;
        self.finish_or_go_on(loading, out);
    }

    fn take_page(
        &mut self,
        loading: &mut Loading<V>,
        floor: Revision,
        from: InstanceNo,
        page: &SnapshotPage,
    ) -> Result<(), Nack> {
        let head = &page.head;
        self.plausible(floor.max(loading.target.revision), head)?;
        let refuse = |code, message: &str| Err(Nack::new(code, head.revision, message));
        let heard = self.heard.map_or(head.cell, |heard| heard.head.cell);
        if (head.cell != loading.target.cell || head.cell != heard) && self.holds(Guard::Cell) {
            self.counters.other_cell += 1;
            let message = "The head and the pages of a snapshot came from two databases.";
            return refuse(NackCode::OtherCell, message);
        }
        if head.revision.epoch != loading.target.revision.epoch {
            let message = "The database began another epoch while its snapshot was read.";
            return refuse(NackCode::NewEpoch, message);
        }
        let mut least = from.0;
        for part in &page.parts {
            let no = part.instance.no;
            if no < least || page.next.is_some_and(|next| no >= next.0) {
                let message = "A page of the snapshot has instances of another page.";
                return refuse(NackCode::OutOfOrder, message);
            }
            least = no.saturating_add(1);
        }
        if page.next.is_some_and(|next| next <= from) {
            let message = "A page of the snapshot leads back to itself.";
            return refuse(NackCode::OutOfOrder, message);
        }
        loading.building = loading.building.with_page(page)?;
        loading.next = page.next;
        loading.target = page.head;
        Ok(())
    }

    /// Deltas for a snapshot whose pages are all here.
    pub(super) fn catch_up(&mut self, deltas: &[Delta], out: &mut Vec<Action<V>>) {
        let Some(mut loading) = self.loading.take() else { return };
        let before = loading.building.revision();
        for delta in deltas {
            match self.next(&loading.building, delta) {
                Ok(Some(next)) => loading.building = next,
                Ok(None) => self.counters.duplicates += 1,
                Err(nack) => return self.give_up(loading.cost, nack),
            }
            // The digest that counts is that of the head.
            if loading.building.revision() >= loading.target.revision {
                break;
            }
        }
        if loading.building.revision() == before {
            let message = "The source has no deltas up to its own head.";
            let nack = Nack::new(NackCode::Incomplete, loading.target.revision, message);
            if self.streak >= EMPTY_MAX {
                return self.give_up(loading.cost, nack);
            }
            self.note(nack);
            self.loading = Some(loading);
            return self.load_back_off(Duration::ZERO);
        }
        self.finish_or_go_on(loading, out);
    }

    fn finish_or_go_on(&mut self, loading: Loading<V>, out: &mut Vec<Action<V>>) {
        let whole = loading.has_all_pages() || !self.holds(Guard::Whole);
        if !whole || loading.building.revision() < loading.target.revision {
            self.loading = Some(loading);
            return;
        }
        let cost = loading.cost;
        if let Err(nack) = self.finish(loading, out) {
            self.give_up(cost, nack);
        }
    }

    /// Everything is here: is it what the authority has?
    fn finish(&mut self, loading: Loading<V>, out: &mut Vec<Action<V>>) -> Result<(), Nack> {
        let Loading { building, target, .. } = loading;
        let checked = self.holds(Guard::Root) && self.holds(Guard::Whole);
        let root = if checked { target.root } else { building.root() };
        let view = building.verified(root)?;
        let at = view.revision();
        let served = self.served.as_ref().map(|served| (served.revision(), served.size()));
        if let Some((here, size)) = served {
            if at < here && self.holds(Guard::WentBack) {
                // This process has published something newer meanwhile. If that is sound, the
                // snapshot is not needed any more; if not, another one is.
                self.reload = self.quarantined.is_some();
                return Ok(());
            }
            self.check_size(size, &view, &target)?;
        }
        self.counters.snapshots += 1;
        self.quarantined = None;
        self.reload = false;
        self.nack = None;
        out.push(Action::Publish(view.clone()));
        self.adopt(view);
        Ok(())
    }

    /// A snapshot of unusual size is probably none of this configuration, or half of it.
    pub(super) fn check_size(&self, old: usize, view: &V, target: &Head) -> Result<(), Nack> {
        let (new, at) = (view.size(), view.revision());
        let usual = new >= old.div_ceil(2) && (new <= old.saturating_mul(2) || new <= GROWTH_FREE);
        let heard = self.heard.and_then(|heard| heard.head.approved);
        let approved = heard.max(target.approved).is_some_and(|upto| upto >= at);
        if usual || approved || !self.holds(Guard::Size) {
            return Ok(());
        }
        let message = format!(
            "A snapshot has {new} entries where {old} are served. If that is right, approve it: \
             firebell config approve-snapshot."
        );
        Err(Nack::new(NackCode::SnapshotSize, at, message))
    }

    /// Throws the snapshot away; there will be another. What is served is not to blame.
    fn give_up(&mut self, cost: Duration, nack: Nack) {
        self.loading = None;
        self.note(nack);
        self.load_back_off(cost);
    }
}
