//! Silences and maintenance windows: what hides events, and says so.

use firebell_base::{Id, Timestamp};

use crate::event::Draft;
use crate::integration::IntegrationId;
use crate::matcher::Matcher;
use crate::name::Name;
use crate::schedule::{Holidays, Pattern};

/// The id of a silence.
pub type SilenceId = Id<Silence>;
/// The id of a maintenance window.
pub type WindowId = Id<MaintenanceWindow>;

/// Hides trigger events that satisfy all matchers, in `[starts, ends)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    /// Identity.
    pub id: SilenceId,
    /// All of them must be satisfied; at least one.
    pub matchers: Vec<Matcher>,
    /// First instant.
    pub starts: Timestamp,
    /// First instant after.
    pub ends: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Why.
    pub comment: String,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// Hides trigger events of some integrations during planned, perhaps recurring, work.
#[derive(Debug, Clone, PartialEq)]
pub struct MaintenanceWindow {
    /// Identity.
    pub id: WindowId,
    /// Unique name.
    pub name: Name,
    /// Whose events; empty means every integration's.
    pub integrations: Vec<IntegrationId>,
    /// All of them must be satisfied too; may be empty.
    pub matchers: Vec<Matcher>,
    /// When.
    pub pattern: Pattern,
    /// Why.
    pub comment: String,
}

impl Silence {
    /// Whether the silence hides this event at this time.
    pub fn hides(&self, event: &Draft, at: Timestamp) -> bool {
        self.starts <= at && at < self.ends && self.covers(event)
    }

    /// Whether the silence is about this event, whenever it is.
    pub fn covers(&self, event: &Draft) -> bool {
        all_match(&self.matchers, event)
    }
}

impl MaintenanceWindow {
    /// Whether the window hides this integration's event at this time.
    pub fn hides(&self, integration: IntegrationId, event: &Draft, at: Timestamp) -> bool {
        self.covers(integration, event)
            && self.pattern.active_at(at, &Holidays::default()).is_some()
    }

    /// Whether the window is about this integration's event, whenever it is.
    pub fn covers(&self, integration: IntegrationId, event: &Draft) -> bool {
        (self.integrations.is_empty() || self.integrations.contains(&integration))
            && all_match(&self.matchers, event)
    }
}

fn all_match(matchers: &[Matcher], event: &Draft) -> bool {
    matchers.iter().all(|m| m.matches(&event.label(&m.name)))
}

/// The rule that hid an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A silence.
    Silence(SilenceId),
    /// A maintenance window.
    Window(WindowId),
}
