//! The timeline of an alert: what happened, in order.
//!
//! An entry holds what happened as a value ([`What`]), with names as they were then: pages tell it in
//! their reader's language. In English ([`Entry::text`]) it is told to everybody else: the API, the
//! command line, *explain*.

mod english;
mod what;

use firebell_base::Timestamp;

pub use english::span;
pub use what::{
    Answering, Called, Correlation, Detail, Escalating, Kind, Passed, Routing, Sending, Skipped,
    Telling, TemplatePart, Used, What, Why,
};

use crate::device::DeviceId;
use crate::group::GroupId;
use crate::notification::NotificationId;
use crate::person::PersonId;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Which step of the event's way.
    pub step: Step,
    /// What happened.
    pub what: What,
    /// The person it is about.
    pub person: Option<PersonId>,
    /// The device it is about.
    pub device: Option<DeviceId>,
    /// The group it is about.
    pub group: Option<GroupId>,
    /// The notification it is about.
    pub notification: Option<NotificationId>,
}

impl Entry {
    /// An entry about nobody in particular.
    pub fn new(at: Timestamp, step: Step, what: impl Into<What>) -> Self {
        Self {
            at,
            step,
            what: what.into(),
            person: None,
            device: None,
            group: None,
            notification: None,
        }
    }

    /// The sentence in English, made anew each time.
    pub fn text(&self) -> String {
        self.what.to_string()
    }

    /// The same, about this person.
    #[must_use]
    pub fn person(self, person: PersonId) -> Self {
        Self { person: Some(person), ..self }
    }

    /// The same, about this device.
    #[must_use]
    pub fn device(self, device: DeviceId) -> Self {
        Self { device: Some(device), ..self }
    }

    /// The same, about this group, if any.
    #[must_use]
    pub fn group(self, group: Option<GroupId>) -> Self {
        Self { group, ..self }
    }

    /// The same, about this notification.
    #[must_use]
    pub fn notification(self, notification: NotificationId) -> Self {
        Self { notification: Some(notification), ..self }
    }
}

/// The seven steps of an event's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Accepted from a sender.
    Intake,
    /// Opened, folded, suppressed, closed.
    Correlate,
    /// Whom it concerns.
    Route,
    /// The walk through a shift.
    Escalate,
    /// Who is told on which device.
    Notify,
    /// Attempts to send.
    Deliver,
    /// Answers.
    Respond,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 7] = [
        Self::Intake,
        Self::Correlate,
        Self::Route,
        Self::Escalate,
        Self::Notify,
        Self::Deliver,
        Self::Respond,
    ];

    /// The step's word: the name of its file, its metrics and its timeline entries.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Correlate => "correlate",
            Self::Route => "route",
            Self::Escalate => "escalate",
            Self::Notify => "notify",
            Self::Deliver => "deliver",
            Self::Respond => "respond",
        }
    }

    /// The step with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}
