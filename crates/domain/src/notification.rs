//! Notifications and the attempts to deliver them.

use firebell_base::{Id, Timestamp};

use crate::alert::AlertId;
use crate::device::DeviceId;
use crate::group::GroupId;
use crate::person::PersonId;
use crate::shift::ShiftId;

/// The id of a notification: also the idempotency key under which every attempt is sent.
pub type NotificationId = Id<Notification>;

/// One alert for one person on one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Identity and idempotency key.
    pub id: NotificationId,
    /// What about.
    pub alert: AlertId,
    /// For whom.
    pub person: PersonId,
    /// On which device.
    pub device: DeviceId,
    /// Why this person.
    pub path: Path,
    /// Where it stands.
    pub state: NotificationState,
    /// When it is to be sent (again).
    pub due: Timestamp,
    /// Attempts made so far.
    pub attempts: u32,
    /// When it was decided.
    pub created: Timestamp,
    /// When a channel took it, or the last attempt failed for good.
    pub finished: Option<Timestamp>,
}

/// How a person came to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Path {
    /// The group through which they were reached; none when named directly.
    pub group: Option<GroupId>,
    /// The shift that made them on call.
    pub shift: Option<ShiftId>,
    /// Their place in the shift, from 1.
    pub position: Option<u16>,
    /// For whom they stand in.
    pub stands_in_for: Option<PersonId>,
    /// Which round of the escalation it was, from 0.
    pub round: u16,
}

/// Where a notification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotificationState {
    /// To be sent when due, or being sent.
    Pending,
    /// A channel took it.
    Delivered,
    /// Given up after all attempts, or refused for good.
    Failed,
    /// No longer wanted when its time came.
    Cancelled,
    /// Answered.
    Responded,
}

impl NotificationState {
    /// Every state, by storage code.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Delivered, Self::Failed, Self::Cancelled, Self::Responded];

    /// The word in Firebell's own API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Delivered => "DELIVERED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::Responded => "RESPONDED",
        }
    }

    /// The number in the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Pending => 0,
            Self::Delivered => 1,
            Self::Failed => 2,
            Self::Cancelled => 3,
            Self::Responded => 4,
        }
    }

    /// The state with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// The id of a delivery.
pub type DeliveryId = Id<Delivery>;

/// One attempt to send a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Identity.
    pub id: DeliveryId,
    /// What was sent.
    pub notification: NotificationId,
    /// About which alert.
    pub alert: AlertId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// When it ended.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// The channel and provider that tried.
    pub provider: String,
    /// What the provider said; bounded, without secrets.
    pub detail: String,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The channel took it.
    Delivered,
    /// It failed and is tried again.
    Retrying,
    /// It failed for good.
    Failed,
}

impl Outcome {
    /// Every outcome, by storage code.
    pub const ALL: [Self; 3] = [Self::Delivered, Self::Retrying, Self::Failed];

    /// The word in Firebell's own API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Delivered => "DELIVERED",
            Self::Retrying => "RETRYING",
            Self::Failed => "FAILED",
        }
    }

    /// The number in the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Delivered => 0,
            Self::Retrying => 1,
            Self::Failed => 2,
        }
    }

    /// The outcome with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.code() == code)
    }
}
