//! What can happen to an alert, as values: told in English by `english`, in other languages by pages,
//! stored by `store::timeline`, which knows a code for each.
//!
//! Names are as they were at that moment: history does not change when somebody is renamed.

use crate::alert::Priority;
use crate::devices::Skip;
use crate::response::{Standing, Via};
use crate::shift::EscalationType;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Somebody else's English sentence, kept as it is: of a channel, of an older release, or of a newer one
    /// that knows more than this.
    Said(String),
    /// What events and time made of the alert.
    Correlation(Correlation),
    /// Whom it concerns.
    Routing(Routing),
    /// The walk through a shift.
    Escalating(Escalating),
    /// Who is told on which device, and who is not.
    Telling(Telling),
    /// What became of a message.
    Sending(Sending),
    /// What people answered and did.
    Answering(Answering),
}

/// What events and time made of the alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correlation {
    /// An event was accepted from this integration, and opens the alert.
    Accepted {
        /// The integration.
        source: String,
    },
    /// It was opened.
    Opened {
        /// Its number in the instance.
        number: i64,
        /// How urgent it is.
        priority: Priority,
    },
    /// It stands for so many events by now.
    Repeated {
        /// How many.
        count: i64,
        /// The integration of the newest.
        source: String,
    },
    /// A later event made it more urgent.
    Raised {
        /// How urgent it is now.
        priority: Priority,
    },
    /// Somebody at the source has it.
    Acknowledged {
        /// The integration.
        source: String,
    },
    /// It is over at the source.
    Resolved {
        /// The integration.
        source: String,
    },
    /// Its time ran out.
    RanOut,
    /// Its time would run out if nobody had answered: said by *explain*.
    WouldRunOut,
}

/// Whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routing {
    /// The event names recipients that nobody is called.
    Unknown {
        /// What it calls them.
        names: Vec<String>,
    },
    /// A shift is on call for a group.
    ShiftInForce {
        /// The group.
        group: Called,
        /// The shift.
        shift: Called,
        /// The zone the shift's times are in.
        zone: String,
        /// How many places it has.
        places: usize,
    },
    /// A broadcast group tells its whole roster.
    Broadcast {
        /// The group.
        group: Called,
        /// How many members it has.
        members: usize,
    },
    /// No shift of the group is in force.
    NobodyOnCall {
        /// The group.
        group: Called,
    },
    /// The group is inactive or removed: it is not told.
    GroupInactive {
        /// The group.
        group: Called,
    },
    /// The group was reached before.
    GroupAgain {
        /// The group.
        group: Called,
    },
    /// The group is a member of a member of … a member.
    TooDeep {
        /// The group.
        group: Called,
    },
    /// The supervisor is told because nobody of the group can be.
    Supervisor {
        /// The group.
        group: Called,
        /// Its supervisor.
        person: Called,
    },
    /// A recipient is inactive, away or removed: they are not told.
    Inactive {
        /// Who.
        who: Called,
    },
    /// There are more recipients than one alert may tell.
    TooMany,
    /// Nobody at all could be told.
    Nobody,
}

/// The walk through a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Escalating {
    /// Nobody answered yet: the next place has its turn.
    NextPlace {
        /// Through which group.
        group: Called,
    },
    /// Nobody answered: it starts again.
    NewRound {
        /// Through which group.
        group: Called,
    },
    /// A place is passed over: whoever has it is not told.
    PassedOver {
        /// The place's number in the shift, from 1.
        place: u16,
        /// Whose place.
        member: Called,
        /// Why.
        why: Passed,
    },
    /// It is at its end.
    Ended {
        /// Through which group.
        group: Called,
        /// Who hears that nobody answered.
        notice: Option<Called>,
    },
    /// What was stored of it cannot be read.
    Broken {
        /// Why not, in English.
        reason: String,
    },
}

/// Who is told on which device, and who is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Telling {
    /// Somebody is told.
    Told {
        /// Who.
        person: Called,
        /// Why they.
        why: Why,
        /// On which devices.
        uses: Vec<Used>,
        /// On which not.
        skipped: Vec<Skipped>,
    },
    /// They were told before, and once is enough.
    Before {
        /// Who.
        person: Called,
        /// Why they would have been.
        why: Why,
    },
    /// They have no device that may be used now.
    NoDevice {
        /// Who.
        person: Called,
        /// Why they would have been told.
        why: Why,
        /// Their devices, and why not these.
        skipped: Vec<Skipped>,
    },
    /// They asked not to be told about this alert.
    NoMore {
        /// Who.
        person: Called,
    },
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// A channel took it.
    Delivered {
        /// For whom.
        person: Called,
        /// For which device.
        device: Called,
        /// What the receiver said.
        detail: Detail,
    },
    /// It failed and is tried again.
    Retrying {
        /// For whom.
        person: Called,
        /// For which device.
        device: Called,
        /// In how many seconds.
        seconds: i64,
        /// What went wrong.
        detail: Detail,
    },
    /// It failed for good.
    Failed {
        /// For whom.
        person: Called,
        /// For which device.
        device: Called,
        /// What went wrong.
        detail: Detail,
    },
    /// A template of the form for mails cannot be used.
    Template {
        /// Of which part.
        part: TemplatePart,
        /// Why not, in English.
        error: String,
    },
    /// The form's template for webhooks failed; the default was used.
    WebhookTemplate {
        /// Why, in English.
        error: String,
    },
}

/// What people answered and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answering {
    /// Somebody answered.
    Answered {
        /// Who.
        person: Called,
        /// With which of the form's options, in the form's words.
        answer: String,
        /// Through which door.
        via: Via,
        /// How it stands to what came before.
        standing: Standing,
        /// What they said with it.
        comment: Option<String>,
    },
    /// Somebody took it.
    Acknowledged {
        /// Who.
        person: Called,
    },
    /// Somebody ended it.
    Ended {
        /// Who.
        person: Called,
    },
    /// Somebody asked not to be told again about it.
    NoMore {
        /// Who.
        person: Called,
        /// How many messages to them were still to be sent.
        cancelled: u64,
    },
    /// A group, or a person who came without one, is told no more.
    Stopped {
        /// Who.
        who: Called,
    },
    /// Somebody escalated it.
    Escalated,
    /// Somebody wanted to escalate it, and there is nobody further.
    NobodyFurther,
    /// Somebody suspended it.
    Suspended {
        /// Who.
        person: Called,
    },
    /// Somebody resumed it.
    Resumed {
        /// Who.
        person: Called,
    },
}

/// How somebody or something was called then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// By this name.
    Name(String),
    /// It had been removed.
    Removed(Kind),
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person.
    Person,
    /// A device.
    Device,
    /// A group.
    Group,
    /// A shift.
    Shift,
}

impl Kind {
    /// Every kind, by storage code.
    pub const ALL: [Self; 4] = [Self::Person, Self::Device, Self::Group, Self::Shift];
}

/// Why somebody is told: by which way they were reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Why {
    /// Through which group; none when named directly.
    pub group: Option<Called>,
    /// By which shift of it they are on call.
    pub shift: Option<Called>,
    /// At which place of the shift, from 1.
    pub place: Option<u16>,
    /// What kind of escalation it was.
    pub escalation: EscalationType,
    /// For whom they stand in.
    pub stands_in_for: Option<Called>,
    /// In which round of the escalation, from 0.
    pub round: u16,
}

/// A device that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The device.
    pub device: Called,
    /// After how many seconds; none at once.
    pub after: Option<i64>,
}

/// A device that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The device.
    pub device: Called,
    /// Why not.
    pub why: Skip,
}

/// Why a place was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passed {
    /// The member is away and nobody stands in.
    Vacant,
    /// The member (or who stands in) is inactive or removed.
    Inactive,
    /// This person has no device that may be used now.
    NoDevice(Called),
    /// The device may not be used now.
    UnusableDevice,
    /// Nobody of the group can be told now.
    NobodyThere,
}

/// What is known of an attempt to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// What a channel or the receiver said, in their words.
    Said(String),
    /// There is no mail server: it was kept instead of being sent.
    Kept,
    /// The instance was removed.
    InstanceRemoved,
    /// The person or the device was removed.
    RecipientRemoved,
    /// The device was switched off since.
    DeviceInactive,
    /// Nothing here sends to addresses of this kind.
    NoChannel(String),
    /// The channel itself failed.
    ChannelFailed,
}

/// A part of a mail that a form may have a template for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplatePart {
    /// Its subject.
    Subject,
    /// Its text.
    Body,
}

impl TemplatePart {
    /// Every part, by storage code.
    pub const ALL: [Self; 2] = [Self::Subject, Self::Body];
}

impl From<&str> for Called {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Called {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

macro_rules! what_of {
    ($($kind:ident),*) => {$(
        impl From<$kind> for What {
            fn from(what: $kind) -> Self {
                Self::$kind(what)
            }
        }
    )*};
}

what_of!(Correlation, Routing, Escalating, Telling, Sending, Answering);
