//! Maintenance windows: what hides the events of integrations during planned, perhaps recurring, work.

pub(crate) mod end;
pub(crate) mod form;
pub(crate) mod list;
pub(crate) mod recurrence;

use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_domain::schedule::{Holidays, Occurrence};
use firebell_domain::suppression::MaintenanceWindow;
use firebell_ui::{Refusal, Visit};

use crate::words::WORDS;

/// Where a window stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It hides now.
    Active(Occurrence),
    /// It will.
    Upcoming(Occurrence),
    /// It never will again.
    Over,
}

impl Standing {
    pub(crate) fn of(window: &MaintenanceWindow, now: Timestamp) -> Self {
        let none = Holidays::default();
        if let Some(occurrence) = window.pattern.active_at(now, &none) {
            return Self::Active(occurrence);
        }
        window.pattern.next_start(now, &none).map_or(Self::Over, Self::Upcoming)
    }
}

/// The window of a path, in the visitor's instance.
pub(crate) fn known(visit: &Visit, id: &str) -> Result<Arc<MaintenanceWindow>, Refusal> {
    let found = id.parse().ok().and_then(|id| visit.directory.window(id)).cloned();
    found.ok_or_else(|| visit.missing(&visit.say(&WORDS).get("signals-window")))
}
