//! Which alerts have just changed: told by the engine after a turn's commit, by the responder after an answer,
//! and by *deliver* after it recorded results; heard by open pages.
//!
//! A hint and nothing more: whoever hears it reads the database. It never holds up whoever tells it (a listener
//! that is too slow is told that it missed something), and it costs next to nothing while nobody listens. What
//! another process on the same database does is not told here: listeners look for that themselves.

use std::sync::Arc;

use firebell_domain::alert::AlertId;
use firebell_domain::instance::InstanceNo;
use tokio::sync::broadcast::{self, Receiver, Sender, error::RecvError};

/// Changes that may wait for a slow listener; with more it is told to read everything again.
pub const LIVE_WAITING_MAX: usize = 1024;

/// Tells listeners which alerts changed. Clones share the listeners.
#[derive(Debug, Clone)]
pub struct Live(Sender<Change>);

/// Alerts of one instance that changed together.
#[derive(Debug, Clone)]
pub struct Change {
    /// Whose.
    pub instance: InstanceNo,
    /// Which.
    pub alerts: Arc<[AlertId]>,
}

/// What a listener hears.
#[derive(Debug, Clone)]
pub enum Heard {
    /// These changed.
    Changed(Change),
    /// Some were missed: read again what is shown.
    Missed,
    /// Nobody will tell anything any more.
    Over,
}

/// Hears of changes from the moment it was made.
#[derive(Debug)]
pub struct Listener(Receiver<Change>);

impl Live {
    /// One that nobody listens to yet.
    pub fn new() -> Self {
        Self(broadcast::channel(LIVE_WAITING_MAX).0)
    }

    /// Whether anybody listens: else nothing needs to be gathered.
    pub fn is_heard(&self) -> bool {
        self.0.receiver_count() > 0
    }

    /// Says that these alerts changed and that it is committed.
    pub fn publish(&self, instance: InstanceNo, alerts: &[AlertId]) {
        if !alerts.is_empty() && self.is_heard() {
            // An error means that the last listener has just left.
            drop(self.0.send(Change { instance, alerts: Arc::from(alerts) }));
        }
    }

    /// The same for pairs, grouped by instance.
    pub(crate) fn publish_all(&self, mut changed: Vec<(InstanceNo, AlertId)>) {
        if !self.is_heard() {
            return;
        }
        changed.sort_unstable();
        changed.dedup();
        for same in changed.chunk_by(|(a, _), (b, _)| a == b) {
            if let Some((no, _)) = same.first() {
                let alerts: Vec<AlertId> = same.iter().map(|(_, alert)| *alert).collect();
                self.publish(*no, &alerts);
            }
        }
    }

    /// Hears of everything from now on.
    pub fn subscribe(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

impl Listener {
    /// Waits for the next change. May be abandoned without losing one.
    pub async fn next(&mut self) -> Heard {
        match self.0.recv().await {
            Ok(change) => Heard::Changed(change),
            Err(RecvError::Lagged(_)) => Heard::Missed,
            Err(RecvError::Closed) => Heard::Over,
        }
    }
}

#[cfg(test)]
mod tests {
    use firebell_base::{Id, Random, Timestamp};

    use super::*;

    fn ids(count: usize) -> Vec<AlertId> {
        let random = Random::seeded(3);
        (0..count).map(|_| Id::new(&random, Timestamp::UNIX_EPOCH)).collect()
    }

    #[tokio::test]
    async fn changes_arrive_grouped_by_instance_and_once() {
        let live = Live::new();
        let ids = ids(3);
        let [a, b, c] = [ids[0], ids[1], ids[2]];
        live.publish(InstanceNo(1), &[a]);
        let mut listener = live.subscribe();
        let (one, two) = (InstanceNo(1), InstanceNo(2));
        live.publish_all(vec![(two, c), (one, a), (one, b), (one, a)]);
        live.publish(one, &[]);
        drop(live);
        let mut heard = Vec::new();
        while let Heard::Changed(change) = listener.next().await {
            let mut alerts = change.alerts.to_vec();
            alerts.sort_unstable();
            heard.push((change.instance, alerts));
        }
        let mut both = vec![a, b];
        both.sort_unstable();
        assert_eq!(heard, [(one, both), (two, vec![c])]);
    }

    #[tokio::test]
    async fn who_is_too_slow_is_told_that_something_was_missed() {
        let live = Live::new();
        assert!(!live.is_heard());
        let mut listener = live.subscribe();
        assert!(live.is_heard());
        let ids = ids(1);
        for _ in 0..=LIVE_WAITING_MAX {
            live.publish(InstanceNo(1), &ids);
        }
        assert!(matches!(listener.next().await, Heard::Missed));
        assert!(matches!(listener.next().await, Heard::Changed(_)));
        drop(live);
    }
}
