//! Alerts: what Firebell makes of events.

use firebell_base::{Id, Timestamp};

use crate::event::RequestId;
use crate::form::FormId;
use crate::integration::IntegrationId;
use crate::person::PersonId;
use crate::property::Properties;

/// The id of an alert.
pub type AlertId = Id<Alert>;

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Identity.
    pub id: AlertId,
    /// The number people say (xMatters' `eventId`), rising within an instance.
    pub number: i64,
    /// Whose event opened it.
    pub integration: IntegrationId,
    /// What governs it.
    pub form: FormId,
    /// The request that brought the opening event.
    pub request: RequestId,
    /// What makes later events speak of it; none means no later event can.
    pub dedup_key: Option<String>,
    /// Where it stands.
    pub state: State,
    /// How urgent it is: the highest of its events.
    pub priority: Priority,
    /// How many trigger events it stands for.
    pub count: i64,
    /// One line that says what is wrong.
    pub summary: String,
    /// What the sender told, of the newest event.
    pub properties: Properties,
    /// Who acknowledged it.
    pub owner: Option<PersonId>,
    /// When it was opened.
    pub created: Timestamp,
    /// When anything about it last changed.
    pub updated: Timestamp,
    /// When it was first acknowledged.
    pub acknowledged: Option<Timestamp>,
    /// When and how it ended.
    pub closed: Option<Closed>,
    /// When it ends by itself if nobody ends it.
    pub expires: Timestamp,
}

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Somebody is wanted: the escalation runs.
    Open,
    /// Somebody has it; nobody else is told.
    Acknowledged,
    /// Told to wait: nothing is sent, answers still count.
    Suspended,
    /// Over.
    Closed,
}

impl State {
    /// Every state, by storage code.
    pub const ALL: [Self; 4] = [Self::Open, Self::Acknowledged, Self::Suspended, Self::Closed];

    /// The word in Firebell's own API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Suspended => "SUSPENDED",
            Self::Closed => "CLOSED",
        }
    }

    /// The number in the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Acknowledged => 1,
            Self::Suspended => 2,
            Self::Closed => 3,
        }
    }

    /// The state with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// The end of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// How.
    pub cause: CloseCause,
    /// Who, when it was a person.
    pub by: Option<PersonId>,
}

/// How an alert ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCause {
    /// The sender said it is over.
    Source,
    /// Somebody answered with an option that ends it.
    Response,
    /// Somebody ended it by hand: page, API or command line.
    Person,
    /// Its time ran out.
    Expired,
}

impl CloseCause {
    /// Every cause, by storage code.
    pub const ALL: [Self; 4] = [Self::Source, Self::Response, Self::Person, Self::Expired];

    /// The number in the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Source => 0,
            Self::Response => 1,
            Self::Person => 2,
            Self::Expired => 3,
        }
    }

    /// The cause with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// The word in Firebell's own API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Source => "SOURCE",
            Self::Response => "RESPONSE",
            Self::Person => "PERSON",
            Self::Expired => "EXPIRED",
        }
    }
}

/// How urgent an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Priority {
    /// Can wait for the day.
    Low,
    /// The usual.
    #[default]
    Medium,
    /// Wake somebody.
    High,
}

impl Priority {
    /// Every priority, lowest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The word on the wire (`LOW`, `MEDIUM`, `HIGH`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
        }
    }

    /// The priority with this word, whatever the case.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word().eq_ignore_ascii_case(word.trim()))
    }

    /// The number in the database; rises with urgency.
    pub const fn code(self) -> i64 {
        match self {
            Self::Low => 0,
            Self::Medium => 1,
            Self::High => 2,
        }
    }

    /// The priority with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }
}
