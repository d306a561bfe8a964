//! Responses, and what they do: pure decisions over where an alert stands.

use firebell_base::{Id, Timestamp};

use crate::alert::{AlertId, State};
use crate::form::{Action, ResponseOption};
use crate::notification::NotificationId;
use crate::person::PersonId;

/// The id of a response.
pub type ResponseId = Id<Response>;

/// An answer to an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Identity.
    pub id: ResponseId,
    /// To what.
    pub alert: AlertId,
    /// To which notification; none when given without one (page, API, command line).
    pub notification: Option<NotificationId>,
    /// By whom.
    pub person: PersonId,
    /// Which option, as it was when answered.
    pub option: ResponseOption,
    /// What was said with it.
    pub comment: Option<String>,
    /// Through which door.
    pub via: Via,
    /// When.
    pub at: Timestamp,
    /// Whether it did something, and why not.
    pub standing: Standing,
}

/// Through which door a response came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A one-tap link.
    Link,
    /// The HTTP API or the command line.
    Api,
    /// A page, by somebody signed in.
    Page,
}

impl Via {
    /// Every door, by storage code.
    pub const ALL: [Self; 3] = [Self::Link, Self::Api, Self::Page];

    /// The word in Firebell's own API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Link => "LINK",
            Self::Api => "API",
            Self::Page => "PAGE",
        }
    }

    /// The number in the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Link => 0,
            Self::Api => 1,
            Self::Page => 2,
        }
    }

    /// The door with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.code() == code)
    }
}

/// How a response stands to what came before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It counted.
    Counted,
    /// The same answer had been given before: recorded, nothing more.
    Repeated,
    /// The alert was over: recorded, nothing more.
    Late,
}

impl Standing {
    /// Every standing, by storage code.
    pub const ALL: [Self; 3] = [Self::Counted, Self::Repeated, Self::Late];

    /// The word in Firebell's own API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counted => "COUNTED",
            Self::Repeated => "REPEATED",
            Self::Late => "LATE",
        }
    }

    /// The number in the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Counted => 0,
            Self::Repeated => 1,
            Self::Late => 2,
        }
    }

    /// The standing with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// What a response does to the alert and what still runs for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing but the record.
    Nothing,
    /// The person's other pending notifications are cancelled.
    StopPerson,
    /// The target through which the person was reached stops.
    StopTarget,
    /// The next step of the escalation is taken at once.
    EscalateNow,
    /// The alert is acknowledged by the person; everything else stops.
    Acknowledge,
    /// The alert ends; everything stops.
    Close,
}

/// Decides what a response does. `already_given` says whether the same person has given the same
/// option before.
pub const fn decide(state: State, action: Action, already_given: bool) -> (Standing, Effect) {
    match state {
        State::Closed => return (Standing::Late, Effect::Nothing),
        State::Open | State::Acknowledged | State::Suspended => {}
    }
    // Pressing "Can't" twice must not skip a colleague.
    if already_given {
        return (Standing::Repeated, Effect::Nothing);
    }
    let effect = match action {
        Action::RecordResponse => Effect::Nothing,
        Action::StopNotifyingUser => Effect::StopPerson,
        Action::StopNotifyingTarget => Effect::StopTarget,
        Action::Escalate => match state {
            State::Open => Effect::EscalateNow,
            State::Acknowledged | State::Suspended | State::Closed => Effect::Nothing,
        },
        Action::AssignToUser => Effect::Acknowledge,
        Action::End => Effect::Close,
    };
    (Standing::Counted, effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_responses_do() {
        use Effect::{Acknowledge, Close, EscalateNow, Nothing, StopPerson, StopTarget};
        use Standing::{Counted, Late, Repeated};
        use State::{Acknowledged, Closed, Open, Suspended};
        let table = [
            ((Open, Action::AssignToUser, false), (Counted, Acknowledge)),
            ((Open, Action::End, false), (Counted, Close)),
            ((Open, Action::Escalate, false), (Counted, EscalateNow)),
            ((Open, Action::Escalate, true), (Repeated, Nothing)),
            ((Open, Action::RecordResponse, false), (Counted, Nothing)),
            ((Open, Action::StopNotifyingUser, false), (Counted, StopPerson)),
            ((Open, Action::StopNotifyingTarget, false), (Counted, StopTarget)),
            ((Acknowledged, Action::Escalate, false), (Counted, Nothing)),
            ((Acknowledged, Action::End, false), (Counted, Close)),
            ((Suspended, Action::AssignToUser, false), (Counted, Acknowledge)),
            ((Open, Action::AssignToUser, true), (Repeated, Nothing)),
            ((Closed, Action::AssignToUser, false), (Late, Nothing)),
            ((Closed, Action::End, true), (Late, Nothing)),
        ];
        for ((state, action, given), expected) in table {
            assert_eq!(decide(state, action, given), expected, "{state:?} {action:?} {given}");
        }
    }
}
