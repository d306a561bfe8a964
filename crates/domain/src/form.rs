//! Forms: what an alert says, to whom, and what may be answered.

use firebell_base::Id;

use crate::alert::Priority;
use crate::name::Name;
use crate::recipient::Recipient;

/// The id of a form.
pub type FormId = Id<Form>;

/// What becomes of an integration's events.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Identity.
    pub id: FormId,
    /// Unique name.
    pub name: Name,
    /// Who is told when the event names nobody.
    pub recipients: Vec<Recipient>,
    /// The priority when the event has none.
    pub priority: Priority,
    /// What may be answered, by number; at most nine (telephone keys).
    pub options: Vec<ResponseOption>,
    /// Message templates; the built-in ones where none is given.
    pub templates: Templates,
    /// Minutes after which an unanswered alert ends by itself, 1 to [`EXPIRATION_MINUTES_MAX`].
    pub expiration_minutes: u32,
    /// Whether device time frames and delays are ignored.
    pub override_device_restrictions: bool,
    /// Whether shift delays are ignored: everybody in the shift at once.
    pub escalation_override: bool,
}

/// Minutes an alert lives without an end, by default (xMatters: 180).
pub const EXPIRATION_MINUTES_DEFAULT: u32 = 180;
/// The longest life of an alert, in minutes: 30 days.
pub const EXPIRATION_MINUTES_MAX: u32 = 30 * 24 * 60;
/// The most response options of a form.
pub const OPTIONS_MAX: usize = 9;

/// Message templates of a form; each is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Templates {
    /// Subject line of an e-mail.
    pub email_subject: Option<String>,
    /// Text body of an e-mail.
    pub email_text: Option<String>,
    /// JSON body of a webhook.
    pub webhook_json: Option<String>,
}

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseOption {
    /// The key that stands for it, 1 to 9.
    pub number: u8,
    /// The label, such as `On it`.
    pub text: String,
    /// A longer text for messages; may be empty.
    pub description: String,
    /// What it does.
    pub action: Action,
    /// How it counts in reports.
    pub contribution: Contribution,
    /// Whether a comment may come with it.
    pub allow_comments: bool,
}

/// What a response does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing but being recorded.
    RecordResponse,
    /// Stops the other notifications to this person for this alert.
    StopNotifyingUser,
    /// Stops the target (group or person) through which the person was reached.
    StopNotifyingTarget,
    /// Goes to the next step of the escalation at once.
    Escalate,
    /// Acknowledges: the person owns the alert, nobody else is told.
    AssignToUser,
    /// Ends the alert.
    End,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 6] = [
        Self::RecordResponse,
        Self::StopNotifyingUser,
        Self::StopNotifyingTarget,
        Self::Escalate,
        Self::AssignToUser,
        Self::End,
    ];

    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::RecordResponse => "RECORD_RESPONSE",
            Self::StopNotifyingUser => "STOP_NOTIFYING_USER",
            Self::StopNotifyingTarget => "STOP_NOTIFYING_TARGET",
            Self::Escalate => "ESCALATE",
            Self::AssignToUser => "ASSIGN_TO_USER",
            Self::End => "END",
        }
    }

    /// The action with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word().eq_ignore_ascii_case(word))
    }
}

/// How a response counts in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Contribution {
    /// Not at all.
    #[default]
    None,
    /// Somebody helps.
    Positive,
    /// Neither.
    Neutral,
    /// Somebody cannot.
    Negative,
}

impl Contribution {
    /// Every contribution.
    pub const ALL: [Self; 4] = [Self::None, Self::Positive, Self::Neutral, Self::Negative];

    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Positive => "POSITIVE",
            Self::Neutral => "NEUTRAL",
            Self::Negative => "NEGATIVE",
        }
    }

    /// The contribution with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.word().eq_ignore_ascii_case(word))
    }
}

/// The answers of a form that says nothing else: on it, can't, resolved.
pub fn default_options() -> Vec<ResponseOption> {
    let option = |number, text: &str, description: &str, action, contribution| ResponseOption {
        number,
        text: text.to_owned(),
        description: description.to_owned(),
        action,
        contribution,
        allow_comments: true,
    };
    vec![
        option(
            1,
            "On it",
            "I take this; tell nobody else",
            Action::AssignToUser,
            Contribution::Positive,
        ),
        option(2, "Can't", "Tell the next person now", Action::Escalate, Contribution::Negative),
        option(3, "Resolved", "It is over; end the alert", Action::End, Contribution::Positive),
    ]
}
