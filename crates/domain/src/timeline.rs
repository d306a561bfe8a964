//! The timeline of an alert: what happened, in order, in words.

use firebell_base::Timestamp;

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
    /// The sentence people read.
    pub text: String,
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
    pub fn new(at: Timestamp, step: Step, text: impl Into<String>) -> Self {
        Self {
            at,
            step,
            text: text.into(),
            person: None,
            device: None,
            group: None,
            notification: None,
        }
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
