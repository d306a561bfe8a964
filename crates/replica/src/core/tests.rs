//! The core against everything that can happen to it.

mod tiny;
mod bench;
mod follows;
mod proves;
mod guards;
mod model;
mod simulation;

use super::*;

impl<V: Copied> Core<V> {
    /// The same without a guard.
    pub(super) fn without(mut self, guard: Option<Guard>) -> Self {
        self.off = guard;
        self
    }

    /// What a loader does that takes a time-out for an answer: it goes on with what it has.
    pub(super) fn go_on_regardless(&mut self) {
        if let Some(loading) = self.loading.take() {
            self.served = Some(loading.into_building());
        }
        if self.served.is_some() {
            self.lease = Some(self.now.plus(self.settings.lease));
        }
    }
}

/// Whether an event is a time that ran out, in whatever way.
fn is_timeout<V>(event: &Event<V>) -> bool {
    matches!(event, Event::Tick | Event::Answered { answer: Err(_), .. })
}
