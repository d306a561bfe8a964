//! What happened, from the JSON that `put` writes; from a sentence, as older releases wrote; and from what a newer
//! release may have written: nothing that is stored is ever refused.

use firebell_domain::alert::Priority;
use firebell_domain::devices::Skip;
use firebell_domain::response::{Standing, Via};
use firebell_domain::shift::EscalationType;
use firebell_domain::timeline::{
    Answering, Called, Correlation, Detail, Escalating, Kind, Passed, Routing, Sending, Skipped,
    Telling, TemplatePart, Used, What, Why,
};
use serde_json::Value as Json;

/// Reads what happened. What is not understood is shown as it is.
pub(super) fn take(stored: &Json) -> What {
    match stored {
        Json::String(text) => What::Said(text.clone()),
        Json::Array(parts) => known(parts).unwrap_or_else(|| What::Said(plain(parts))),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => {
            What::Said(stored.to_string())
        }
    }
}

/// An array nobody here understands, as text: what it says, without brackets.
fn plain(parts: &[Json]) -> String {
    let word = |part: &Json| match part {
        Json::String(text) => text.clone(),
        Json::Array(parts) => plain(parts),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => part.to_string(),
    };
    parts.iter().map(word).collect::<Vec<_>>().join(" · ")
}

fn known(parts: &[Json]) -> Option<What> {
    let mut parts = Parts(parts.iter());
    let code = parts.text()?;
    let take = |read: fn(&str, &mut Parts<'_>) -> Option<What>| read(&code, &mut parts.clone());
    take(correlation)
        .or_else(|| take(routing))
        .or_else(|| take(escalating))
        .or_else(|| take(telling))
        .or_else(|| take(sending))
        .or_else(|| take(answering))
}

fn correlation(code: &str, parts: &mut Parts<'_>) -> Option<What> {
    let what = match code {
        "ev" => Correlation::Accepted { source: parts.text()? },
        "op" => Correlation::Opened { number: parts.number()?, priority: parts.priority()? },
        "re" => Correlation::Repeated { count: parts.number()?, source: parts.text()? },
        "pr" => Correlation::Raised { priority: parts.priority()? },
        "as" => Correlation::Acknowledged { source: parts.text()? },
        "rs" => Correlation::Resolved { source: parts.text()? },
        "ro" => Correlation::RanOut,
        "wr" => Correlation::WouldRunOut,
        _ => return None,
    };
    Some(what.into())
}

fn routing(code: &str, parts: &mut Parts<'_>) -> Option<What> {
    let what = match code {
        "un" => Routing::Unknown {
            names: parts.0.by_ref().map(|n| Some(n.as_str()?.to_owned())).collect::<Option<_>>()?,
        },
        "sf" => Routing::ShiftInForce {
            group: parts.called()?,
            shift: parts.called()?,
            zone: parts.text()?,
            places: parts.whole()?,
        },
        "bc" => Routing::Broadcast { group: parts.called()?, members: parts.whole()? },
        "nc" => Routing::NobodyOnCall { group: parts.called()? },
        "gi" => Routing::GroupInactive { group: parts.called()? },
        "ga" => Routing::GroupAgain { group: parts.called()? },
        "gd" => Routing::TooDeep { group: parts.called()? },
        "su" => Routing::Supervisor { group: parts.called()?, person: parts.called()? },
        "in" => Routing::Inactive { who: parts.called()? },
        "tm" => Routing::TooMany,
        "no" => Routing::Nobody,
        _ => return None,
    };
    Some(what.into())
}

fn escalating(code: &str, parts: &mut Parts<'_>) -> Option<What> {
    let what = match code {
        "np" => Escalating::NextPlace { group: parts.called()? },
        "nr" => Escalating::NewRound { group: parts.called()? },
        "po" => Escalating::PassedOver {
            place: parts.whole()?,
            member: parts.called()?,
            why: match parts.number()? {
                0 => Passed::Vacant,
                1 => Passed::Inactive,
                2 => Passed::UnusableDevice,
                3 => Passed::NobodyThere,
                4 => Passed::NoDevice(parts.called()?),
                _ => return None,
            },
        },
        "ee" => Escalating::Ended { group: parts.called()?, notice: parts.optional(called).ok()? },
        "eb" => Escalating::Broken { reason: parts.text()? },
        _ => return None,
    };
    Some(what.into())
}

fn telling(code: &str, parts: &mut Parts<'_>) -> Option<What> {
    let what = match code {
        "td" => Telling::Told {
            person: parts.called()?,
            why: parts.why()?,
            uses: parts.list(used)?,
            skipped: parts.optional(|json| list(json, skipped)).ok()?.unwrap_or_default(),
        },
        "tb" => Telling::Before { person: parts.called()?, why: parts.why()? },
        "nd" => Telling::NoDevice {
            person: parts.called()?,
            why: parts.why()?,
            skipped: parts.list(skipped)?,
        },
        "nm" => Telling::NoMore { person: parts.called()? },
        _ => return None,
    };
    Some(what.into())
}

fn sending(code: &str, parts: &mut Parts<'_>) -> Option<What> {
    let what = match code {
        "dl" => Sending::Delivered {
            person: parts.called()?,
            device: parts.called()?,
            detail: parts.detail()?,
        },
        "rt" => Sending::Retrying {
            person: parts.called()?,
            device: parts.called()?,
            seconds: parts.number()?,
            detail: parts.detail()?,
        },
        "fl" => Sending::Failed {
            person: parts.called()?,
            device: parts.called()?,
            detail: parts.detail()?,
        },
        "tp" => {
            let part = *TemplatePart::ALL.get(parts.whole::<usize>()?)?;
            Sending::Template { part, error: parts.text()? }
        }
        "wt" => Sending::WebhookTemplate { error: parts.text()? },
        _ => return None,
    };
    Some(what.into())
}

fn answering(code: &str, parts: &mut Parts<'_>) -> Option<What> {
    let what = match code {
        "an" => Answering::Answered {
            person: parts.called()?,
            answer: parts.text()?,
            via: Via::from_code(parts.number()?)?,
            standing: Standing::from_code(parts.number()?)?,
            comment: parts.optional(|json| json.as_str().map(str::to_owned)).ok()?,
        },
        "ak" => Answering::Acknowledged { person: parts.called()? },
        "en" => Answering::Ended { person: parts.called()? },
        "nt" => Answering::NoMore { person: parts.called()?, cancelled: parts.whole()? },
        "st" => Answering::Stopped { who: parts.called()? },
        "ea" => Answering::Escalated,
        "nf" => Answering::NobodyFurther,
        "sp" => Answering::Suspended { person: parts.called()? },
        "rm" => Answering::Resumed { person: parts.called()? },
        _ => return None,
    };
    Some(what.into())
}

/// Something that is not understood here.
struct Unknown;

/// What is left of an array.
#[derive(Clone)]
struct Parts<'a>(std::slice::Iter<'a, Json>);

impl Parts<'_> {
    fn text(&mut self) -> Option<String> {
        self.0.next()?.as_str().map(str::to_owned)
    }

    fn number(&mut self) -> Option<i64> {
        self.0.next()?.as_i64()
    }

    fn whole<T: TryFrom<i64>>(&mut self) -> Option<T> {
        T::try_from(self.number()?).ok()
    }

    fn priority(&mut self) -> Option<Priority> {
        Priority::from_code(self.number()?)
    }

    fn called(&mut self) -> Option<Called> {
        called(self.0.next()?)
    }

    /// What need not be there, but is understood if it is.
    fn optional<T>(&mut self, read: impl FnOnce(&Json) -> Option<T>) -> Result<Option<T>, Unknown> {
        match self.0.next() {
            None | Some(Json::Null) => Ok(None),
            Some(json) => read(json).map(Some).ok_or(Unknown),
        }
    }

    fn list<T>(&mut self, read: fn(&Json) -> Option<T>) -> Option<Vec<T>> {
        list(self.0.next()?, read)
    }

    fn why(&mut self) -> Option<Why> {
        let mut parts = Parts(self.0.next()?.as_array()?.iter());
        Some(Why {
            group: parts.optional(called).ok()?,
            shift: parts.optional(called).ok()?,
            place: parts.optional(|json| u16::try_from(json.as_i64()?).ok()).ok()?,
            escalation: match parts.optional(Json::as_i64).ok()?.unwrap_or(0) {
                0 => EscalationType::None,
                1 => EscalationType::Peer,
                2 => EscalationType::Management,
                _ => return None,
            },
            stands_in_for: parts.optional(called).ok()?,
            round: parts.optional(|json| u16::try_from(json.as_i64()?).ok()).ok()?.unwrap_or(0),
        })
    }

    fn detail(&mut self) -> Option<Detail> {
        let json = self.0.next()?;
        if let Some(text) = json.as_str() {
            return Some(Detail::Said(text.to_owned()));
        }
        Some(match json.as_i64()? {
            0 => Detail::InstanceRemoved,
            1 => Detail::RecipientRemoved,
            2 => Detail::DeviceInactive,
            3 => Detail::ChannelFailed,
            4 => Detail::NoChannel(self.text()?),
            5 => Detail::Kept,
            _ => return None,
        })
    }
}

fn list<T>(json: &Json, read: fn(&Json) -> Option<T>) -> Option<Vec<T>> {
    json.as_array()?.iter().map(read).collect()
}

fn called(json: &Json) -> Option<Called> {
    if let Some(name) = json.as_str() {
        return Some(name.into());
    }
    let kind = usize::try_from(json.as_i64()?).ok()?;
    Kind::ALL.get(kind).copied().map(Called::Removed)
}

fn used(json: &Json) -> Option<Used> {
    let Some(parts) = json.as_array() else {
        return Some(Used { device: called(json)?, after: None });
    };
    let mut parts = Parts(parts.iter());
    Some(Used { device: parts.called()?, after: Some(parts.number()?) })
}

fn skipped(json: &Json) -> Option<Skipped> {
    let mut parts = Parts(json.as_array()?.iter());
    let device = parts.called()?;
    let why = match parts.number()? {
        0 => Skip::Inactive,
        1 => Skip::OutsideTimeframes,
        2 => Skip::Failsafe,
        3 => Skip::BelowThreshold(parts.priority()?),
        _ => return None,
    };
    Some(Skipped { device, why })
}
