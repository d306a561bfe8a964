//! The timeline in English: the one place where its English sentences are.
//!
//! Called by whoever shows it without a language of their own: the API, the command line, *explain*. Pages have
//! catalogues, whose English is held against this by a test.

use std::fmt::{Display, Formatter, Result};

use super::what::{
    Answering, Called, Correlation, Detail, Escalating, Kind, Passed, Routing, Sending, Skipped,
    Telling, TemplatePart, What, Why,
};
use crate::devices::Skip;
use crate::response::{Standing, Via};
use crate::shift::EscalationType;

impl Display for What {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Said(text) => f.write_str(text),
            Self::Correlation(what) => what.fmt(f),
            Self::Routing(what) => what.fmt(f),
            Self::Escalating(what) => what.fmt(f),
            Self::Telling(what) => what.fmt(f),
            Self::Sending(what) => what.fmt(f),
            Self::Answering(what) => what.fmt(f),
        }
    }
}

impl Display for Correlation {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Accepted { source } => write!(f, "Event accepted from {source}"),
            Self::Opened { number, priority } => {
                write!(f, "Alert {number} opened, priority {}", priority.word())
            }
            Self::Repeated { count, source } => {
                write!(f, "{count} events so far, the newest from {source}")
            }
            Self::Raised { priority } => {
                write!(f, "Priority raised to {} by a later event", priority.word())
            }
            Self::Acknowledged { source } => write!(f, "Acknowledged by the source, {source}"),
            Self::Resolved { source } => write!(f, "Resolved by the source, {source}"),
            Self::RanOut => f.write_str("Ended: its time ran out"),
            Self::WouldRunOut => f.write_str("The alert would end here if nobody had answered"),
        }
    }
}

impl Display for Routing {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Unknown { names } => {
                write!(f, "The event names recipients that do not exist: {}", names.join(", "))
            }
            Self::ShiftInForce { group, shift, zone, places } => {
                let places = Count(*places, "place", "places");
                write!(f, "Routed to {group} · shift {shift} ({zone}) · {places}")
            }
            Self::Broadcast { group, members } => {
                let members = Count(*members, "member", "members");
                write!(f, "Routed to {group} · broadcast to {members}")
            }
            Self::NobodyOnCall { group } => {
                write!(f, "No shift of {group} is in force: nobody is on call")
            }
            Self::GroupInactive { group } => write!(f, "Not told: {group} is inactive or removed"),
            Self::GroupAgain { group } => {
                write!(f, "{group} was reached before: it is told once")
            }
            Self::TooDeep { group } => write!(f, "{group} is nested too deep: it is not told"),
            Self::Supervisor { group, person } => {
                write!(f, "Nobody of {group} can be told, so its supervisor {person} is")
            }
            Self::Inactive { who } => write!(f, "Not told: {who} is inactive, away or removed"),
            Self::TooMany => {
                f.write_str("More recipients than one alert may tell: the rest is not told")
            }
            Self::Nobody => f.write_str("Nobody could be told about this alert"),
        }
    }
}

impl Display for Escalating {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::NextPlace { group } => {
                write!(f, "No answer yet: {group} escalates to the next place")
            }
            Self::NewRound { group } => {
                write!(f, "Nobody answered: the escalation of {group} starts again")
            }
            Self::PassedOver { place, member, why } => write!(f, "Place {place}: {member} {why}"),
            Self::Ended { group, notice: None } => {
                write!(f, "The escalation of {group} is at its end")
            }
            Self::Ended { group, notice: Some(who) } => {
                write!(
                    f,
                    "The escalation of {group} is at its end; {who} hears that nobody answered"
                )
            }
            Self::Broken { reason } => write!(f, "The escalation ends here: {reason}"),
        }
    }
}

impl Display for Passed {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Vacant => f.write_str("is away, and nobody stands in"),
            Self::Inactive => f.write_str("is inactive or removed"),
            Self::NoDevice(who) => {
                write!(f, "is passed over: {who} has no device that may be used now")
            }
            Self::UnusableDevice => f.write_str("may not be used now"),
            Self::NobodyThere => f.write_str("has nobody who can be told now"),
        }
    }
}

impl Display for Telling {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Told { person, why, uses, skipped } => {
                write!(f, "{person} ({why}) is told on ")?;
                for (i, used) in uses.iter().enumerate() {
                    let between = if i == 0 { "" } else { "; " };
                    write!(f, "{between}{}", used.device)?;
                    if let Some(seconds) = used.after {
                        write!(f, " after {}", span(seconds))?;
                    }
                }
                if !skipped.is_empty() {
                    write!(f, "; not on {}", Listed(skipped))?;
                }
                Ok(())
            }
            Self::Before { person, why } => write!(f, "{person} ({why}) was told before"),
            Self::NoDevice { person, why, skipped } if skipped.is_empty() => {
                write!(f, "Not told: {person} ({why}): no device")
            }
            Self::NoDevice { person, why, skipped } => {
                write!(f, "Not told: {person} ({why}): {}", Listed(skipped))
            }
            Self::NoMore { person } => {
                write!(f, "Not told: {person} asked not to be told about this alert")
            }
        }
    }
}

impl Display for Sending {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Delivered { person, device, detail } => {
                write!(f, "{person} · {device}: delivered. {detail}")
            }
            Self::Retrying { person, device, seconds, detail } => {
                let wait = span(*seconds);
                write!(f, "{person} · {device}: not delivered, again in {wait}. {detail}")
            }
            Self::Failed { person, device, detail } => {
                write!(f, "{person} · {device}: could not be delivered. {detail}")
            }
            Self::Template { part, error } => {
                let part = match part {
                    TemplatePart::Subject => "subject",
                    TemplatePart::Body => "body",
                };
                write!(f, "The form's {part} template cannot be used: {error}")
            }
            Self::WebhookTemplate { error } => {
                write!(f, "The form's webhook template failed, the default was used: {error}")
            }
        }
    }
}

impl Display for Detail {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Said(text) => f.write_str(text),
            Self::Kept => f.write_str(
                "No mail server is configured: the message was not sent and is kept visible in the outbox.",
            ),
            Self::InstanceRemoved => f.write_str("The instance was removed."),
            Self::RecipientRemoved => {
                f.write_str("Not sent: the person or the device was removed.")
            }
            Self::DeviceInactive => f.write_str("Not sent: the device is inactive."),
            Self::NoChannel(kind) => write!(f, "No channel for {kind} is configured."),
            Self::ChannelFailed => f.write_str("The channel failed unexpectedly."),
        }
    }
}

impl Display for Answering {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Answered { person, answer, via, standing, comment } => {
                let via = match via {
                    Via::Link => "a link",
                    Via::Api => "the API",
                    Via::Page => "a page",
                };
                let standing = match standing {
                    Standing::Counted => "",
                    Standing::Repeated => " (given before)",
                    Standing::Late => " (the alert was over)",
                };
                write!(f, "{person} answered “{answer}” by {via}{standing}")?;
                comment.iter().try_for_each(|comment| write!(f, ": “{comment}”"))
            }
            Self::Acknowledged { person } => {
                write!(f, "Acknowledged by {person}: nobody else is told")
            }
            Self::Ended { person } => write!(f, "Ended by {person}"),
            Self::NoMore { person, cancelled } => {
                write!(f, "{person} is not told again about this alert ({cancelled} cancelled)")
            }
            Self::Stopped { who } => write!(f, "{who} is told no more"),
            Self::Escalated => f.write_str("Escalated to the next place at once"),
            Self::NobodyFurther => f.write_str("Nobody further to escalate to"),
            Self::Suspended { person } => {
                write!(f, "Suspended by {person}: nothing is sent until it is resumed")
            }
            Self::Resumed { person } => write!(f, "Resumed by {person}"),
        }
    }
}

/// "Bo Ek", "(removed person)".
impl Display for Called {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Self::Name(name) => name,
            Self::Removed(Kind::Person) => "(removed person)",
            Self::Removed(Kind::Device) => "(removed device)",
            Self::Removed(Kind::Group) => "(removed group)",
            Self::Removed(Kind::Shift) => "(removed shift)",
        })
    }
}

/// "on call for Payments SRE · shift Nights, place 1".
impl Display for Why {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match (&self.group, &self.shift) {
            (Some(group), Some(shift)) => {
                write!(f, "on call for {group} · shift {shift}")?;
                self.place.iter().try_for_each(|place| write!(f, ", place {place}"))?;
            }
            (Some(group), None) => write!(f, "of {group}")?,
            (None, _) => f.write_str("named directly")?,
        }
        f.write_str(match self.escalation {
            EscalationType::None => "",
            EscalationType::Peer => " · peer escalation",
            EscalationType::Management => " · management escalation",
        })?;
        if let Some(absent) = &self.stands_in_for {
            write!(f, " · standing in for {absent}")?;
        }
        if self.round > 0 {
            write!(f, " · round {}", u32::from(self.round) + 1)?;
        }
        Ok(())
    }
}

/// Devices passed over, with reasons: "Pager (inactive), Home Email (outside its time frames)".
struct Listed<'a>(&'a [Skipped]);

impl Display for Listed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (i, Skipped { device, why }) in self.0.iter().enumerate() {
            let between = if i == 0 { "" } else { ", " };
            write!(f, "{between}{device} ({why})")?;
        }
        Ok(())
    }
}

impl Display for Skip {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Inactive => f.write_str("inactive"),
            Self::BelowThreshold(priority) => {
                write!(f, "only for priority {} and above", priority.word())
            }
            Self::OutsideTimeframes => f.write_str("outside its time frames"),
            Self::Failsafe => f.write_str("failsafe, not needed"),
        }
    }
}

/// "1 place", "3 places".
struct Count(usize, &'static str, &'static str);

impl Display for Count {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} {}", self.0, if self.0 == 1 { self.1 } else { self.2 })
    }
}

/// A duration in whole units, as people of every language read it: "45 s", "5 min", "2 h 10 min".
pub fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, 0, _) => format!("{h} h"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod tests;
