//! What is handed from the engine to *deliver*, and how much of it: in all, and of each instance, so that one
//! instance's flood leaves room for another's alert. Used by the engine; it never sends anything itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use firebell_domain::instance::InstanceNo;
use tokio::sync::mpsc;

use crate::engine::Job;
use crate::limits::{SENDING_MAX, SENDING_PER_INSTANCE_MAX};

/// The handle through which the engine hands over what is to be sent. It counts what is under way, so that the
/// engine leases no more than can be sent soon.
#[derive(Clone)]
pub struct Outgoing {
    queue: mpsc::UnboundedSender<Job>,
    under_way: UnderWay,
}

/// What was handed over and has not ended.
#[derive(Debug, Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    of: BTreeMap<InstanceNo, usize>,
    /// Whether one has ended since the engine asked for room.
    ended: bool,
    /// Whether the engine has more than there was room for.
    short: bool,
}

impl UnderWay {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One has begun.
    fn begin(&self, instance: InstanceNo) {
        *self.counts().of.entry(instance).or_default() += 1;
    }

    /// One has ended, or never began. Says whether the engine waits for the place.
    pub(super) fn end(&self, instance: InstanceNo) -> bool {
        let mut counts = self.counts();
        if let Some(count) = counts.of.get_mut(&instance) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.of.remove(&instance);
            }
        }
        counts.ended = true;
        std::mem::take(&mut counts.short)
    }
}

/// How many more messages may be handed over: in all, and of each instance.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    left: usize,
    used: BTreeMap<InstanceNo, usize>,
}

impl Room {
    /// Places left for one instance.
    pub(crate) fn left_for(&self, instance: InstanceNo) -> usize {
        let used = self.used.get(&instance).copied().unwrap_or(0);
        SENDING_PER_INSTANCE_MAX.saturating_sub(used).min(self.left)
    }

    /// Takes a place; says whether there was one.
    pub(crate) fn take(&mut self, instance: InstanceNo) -> bool {
        if self.left_for(instance) == 0 {
            return false;
        }
        self.left -= 1;
        *self.used.entry(instance).or_default() += 1;
        true
    }

    /// Places left in all.
    pub(crate) fn left(&self) -> usize {
        self.left
    }
}

impl Outgoing {
    pub(super) fn new(queue: mpsc::UnboundedSender<Job>, under_way: UnderWay) -> Self {
        Self { queue, under_way }
    }

    /// How many more messages may be handed over now.
    pub(crate) fn room(&self) -> Room {
        let mut counts = self.under_way.counts();
        counts.ended = false;
        let used = counts.of.clone();
        Room { left: SENDING_MAX.saturating_sub(used.values().sum()), used }
    }

    /// Hands messages over. The engine asked for [`Outgoing::room`] first, so the queue is bounded by that.
    /// With `short` it has more than there was room for, and is woken when a place becomes free; says whether
    /// one has become free already.
    pub(crate) fn send_all(&self, jobs: Vec<Job>, short: bool) -> bool {
        for job in jobs {
            let instance = job.instance;
            self.under_way.begin(instance);
            if self.queue.send(job).is_err() {
                // Stopping: the lease ends, and whoever comes next sends it.
                self.under_way.end(instance);
            }
        }
        let mut counts = self.under_way.counts();
        counts.short = short && !counts.ended;
        short && counts.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_hears_of_a_free_place_only_when_it_waits_for_one() {
        let (queue, _kept) = mpsc::unbounded_channel();
        let outgoing = Outgoing::new(queue, UnderWay::default());
        let (under_way, no) = (&outgoing.under_way, InstanceNo(1));
        for _ in 0..4 {
            under_way.begin(no);
        }
        assert_eq!(outgoing.room().left_for(no), SENDING_PER_INSTANCE_MAX - 4);
        assert!(!outgoing.send_all(Vec::new(), false));
        assert!(!under_way.end(no), "nobody waits");

        outgoing.room();
        assert!(!outgoing.send_all(Vec::new(), true));
        assert!(under_way.end(no), "the engine waits");
        assert!(!under_way.end(no), "and is told once");

        outgoing.room();
        under_way.end(no);
        assert!(outgoing.send_all(Vec::new(), true), "a place became free during the turn");
        assert_eq!(outgoing.room().left_for(no), SENDING_PER_INSTANCE_MAX);
    }
}
