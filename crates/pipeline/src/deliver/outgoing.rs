//! What is handed from the engine to *deliver*, and how much of it: in all, and of each instance, so that one
//! instance's flood leaves room for another's alert. Used by the engine; it never sends anything itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

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

/// How many messages of each instance were handed over and have not ended.
#[derive(Debug, Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<BTreeMap<InstanceNo, usize>>>);

impl UnderWay {
    /// One has begun.
    fn begin(&self, instance: InstanceNo) {
        self.change(instance, |count| count.saturating_add(1));
    }

    /// One has ended, or never began.
    pub(super) fn end(&self, instance: InstanceNo) {
        self.change(instance, |count| count.saturating_sub(1));
    }

    fn change(&self, instance: InstanceNo, change: impl Fn(usize) -> usize) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(instance).or_default();
        *count = change(*count);
        if *count == 0 {
            counts.remove(&instance);
        }
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
        let used = self.under_way.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Room { left: SENDING_MAX.saturating_sub(used.values().sum()), used }
    }

    /// Hands messages over. The engine asked for [`Outgoing::room`] first, so the queue is bounded by that.
    pub(crate) fn send_all(&self, jobs: Vec<Job>) {
        for job in jobs {
            let instance = job.instance;
            self.under_way.begin(instance);
            if self.queue.send(job).is_err() {
                // Stopping: the lease ends, and whoever comes next sends it.
                self.under_way.end(instance);
            }
        }
    }
}
