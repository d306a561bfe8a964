//! Events: what senders send, in one form whatever they speak.

use std::borrow::Cow;

use firebell_base::{Id, Timestamp};

use crate::alert::Priority;
use crate::integration::IntegrationId;
use crate::property::Properties;
use crate::recipient::Pointer;

/// The id of an event.
pub type EventId = Id<Event>;
/// The id of a request; one request may bring several events.
pub type RequestId = Id<Request>;

/// Marker for [`RequestId`].
#[derive(Debug)]
pub enum Request {}

/// One thing a sender said, normalised.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Identity.
    pub id: EventId,
    /// The request that brought it.
    pub request: RequestId,
    /// The door it came through.
    pub integration: IntegrationId,
    /// When it was accepted.
    pub received: Timestamp,
    /// What it says.
    pub draft: Draft,
}

/// What a payload parser makes of a payload: an event without the circumstances of its arrival.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// What is to be done.
    pub action: EventAction,
    /// What it speaks of; none on a trigger means a new alert in any case.
    pub dedup_key: Option<String>,
    /// One line that says what is wrong.
    pub summary: String,
    /// The urgency, if the sender says.
    pub priority: Option<Priority>,
    /// Everything else the sender told.
    pub properties: Properties,
    /// Whom the sender wants told; empty means the form's recipients.
    pub recipients: Vec<Pointer>,
    /// Minutes after which the alert ends by itself, if the sender says.
    pub expiration_minutes: Option<u32>,
    /// Ignore device time frames and delays, if the sender says.
    pub override_device_restrictions: Option<bool>,
    /// Ignore shift delays, if the sender says.
    pub escalation_override: Option<bool>,
}

impl Draft {
    /// The value a matcher sees under `name`: a property, or `priority`, `summary`, `dedup_key`; empty
    /// when there is none, as in Alertmanager.
    pub fn label(&self, name: &str) -> Cow<'_, str> {
        if let Some(value) = self.properties.get(name) {
            return match value {
                crate::property::Value::Text(text) => Cow::Borrowed(text),
                crate::property::Value::Bool(_)
                | crate::property::Value::Int(_)
                | crate::property::Value::Real(_)
                | crate::property::Value::List(_) => Cow::Owned(value.to_string()),
            };
        }
        match name {
            "priority" => Cow::Borrowed(self.priority.map_or("", Priority::word)),
            "summary" => Cow::Borrowed(&self.summary),
            "dedup_key" => Cow::Borrowed(self.dedup_key.as_deref().unwrap_or("")),
            _ => Cow::Borrowed(""),
        }
    }
}

/// What an event asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventAction {
    /// Something is wrong.
    #[default]
    Trigger,
    /// Somebody at the source has it.
    Acknowledge,
    /// It is over.
    Resolve,
}

impl EventAction {
    /// Every action, by storage code.
    pub const ALL: [Self; 3] = [Self::Trigger, Self::Acknowledge, Self::Resolve];

    /// The word in payloads (`trigger`, `acknowledge`, `resolve`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Acknowledge => "acknowledge",
            Self::Resolve => "resolve",
        }
    }

    /// The action with this word, whatever the case.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It opened an alert.
    Opened,
    /// It was counted into an open alert.
    Folded,
    /// It acknowledged an alert.
    Acknowledged,
    /// It closed an alert.
    Closed,
    /// A silence or a maintenance window hid it.
    Suppressed,
    /// It wanted to acknowledge or resolve, and no alert was open under its key.
    Unmatched,
    /// Its integration or form was gone when it was processed, or the record could not be read.
    Refused,
}

impl Fate {
    /// Every fate, by storage code.
    pub const ALL: [Self; 7] = [
        Self::Opened,
        Self::Folded,
        Self::Acknowledged,
        Self::Closed,
        Self::Suppressed,
        Self::Unmatched,
        Self::Refused,
    ];

    /// The word in Firebell's own API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "OPENED",
            Self::Folded => "FOLDED",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Closed => "CLOSED",
            Self::Suppressed => "SUPPRESSED",
            Self::Unmatched => "UNMATCHED",
            Self::Refused => "REFUSED",
        }
    }

    /// The number in the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Opened => 0,
            Self::Folded => 1,
            Self::Acknowledged => 2,
            Self::Closed => 3,
            Self::Suppressed => 4,
            Self::Unmatched => 5,
            Self::Refused => 6,
        }
    }

    /// The fate with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.code() == code)
    }
}
