//! What happened to an alert, in the reader's language: sentences of `domain::timeline`'s values, and the reasons in
//! them. Called by every page that shows a timeline or says why somebody is told.
//!
//! In English it says what the domain says, word by word: a test holds both against each other. What channels,
//! receivers and senders said stays in their words, apart from the sentence.

use askama::Template;
use askama::filters::HtmlSafe;
use firebell_domain::alert::Priority;
use firebell_domain::devices::Skip;
use firebell_domain::event::EventAction;
use firebell_domain::response::{Standing, Via};
use firebell_domain::shift::EscalationType;
use firebell_domain::timeline::{
    Answering, Called, Correlation, Detail, Escalating, Kind, Passed, Routing, Sending, Skipped,
    Telling, TemplatePart, Used, What, Why, span,
};
use firebell_pipeline::explain::Foreseen;

use crate::words::{Catalogue, Lang, Say};

static WORDS: Catalogue = Catalogue::new(&[
    ("en", include_str!("../locales/told/en.ftl")),
    ("de", include_str!("../locales/told/de.ftl")),
    ("nb", include_str!("../locales/told/nb.ftl")),
]);

/// A sentence, and what was said in it by others. In a page what others said is marked as English, which it
/// mostly is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "told.html")]
pub struct Told {
    /// In the reader's language.
    pub text: String,
    /// In the words of a channel, a receiver or another release; mostly empty.
    pub quoted: String,
}

impl HtmlSafe for Told {}

impl Told {
    fn quoting(text: String, quoted: &str) -> Self {
        Self { text, quoted: quoted.to_owned() }
    }

    /// All of it as one text.
    pub fn line(&self) -> String {
        let between = if self.text.is_empty() || self.quoted.is_empty() { "" } else { " " };
        format!("{}{between}{}", self.text, self.quoted)
    }
}

impl From<String> for Told {
    fn from(text: String) -> Self {
        Self { text, quoted: String::new() }
    }
}

/// What happened.
pub fn told(lang: Lang, what: &What) -> Told {
    let t = Say::new(&WORDS, lang);
    match what {
        What::Said(text) => Told::quoting(String::new(), text),
        What::Correlation(what) => correlation(t, what).into(),
        What::Routing(what) => routing(t, what).into(),
        What::Escalating(what) => escalating(t, what),
        What::Telling(what) => telling(t, what).into(),
        What::Sending(what) => sending(t, what),
        What::Answering(what) => answering(t, what).into(),
    }
}

/// Who was not told, and why not; nothing if it is about something else.
pub fn not_told(lang: Lang, what: &What) -> Option<String> {
    let t = Say::new(&WORDS, lang);
    match what {
        What::Routing(what) => not_routed(t, what),
        What::Telling(what) => not_notified(t, what),
        What::Escalating(Escalating::PassedOver { .. }) => Some(told(lang, what).text),
        What::Said(_)
        | What::Correlation(_)
        | What::Escalating(_)
        | What::Sending(_)
        | What::Answering(_) => None,
    }
}

/// Why somebody is told: "on call for Payments · shift Nights, place 1".
pub fn why(lang: Lang, why: &Why) -> String {
    reason(Say::new(&WORDS, lang), why)
}

/// What is known of an attempt to send.
pub fn detail(lang: Lang, detail: &Detail) -> Told {
    match known(Say::new(&WORDS, lang), detail) {
        Ok(text) => text.into(),
        Err(said) => Told::quoting(String::new(), said),
    }
}

/// What would become of an event.
pub fn foreseen(lang: Lang, foreseen: &Foreseen) -> String {
    let t = Say::new(&WORDS, lang);
    match foreseen {
        Foreseen::Refused => t.get("told-if-no-form"),
        Foreseen::Forwarded(EventAction::Trigger) => t.get("told-if-trigger"),
        Foreseen::Forwarded(EventAction::Acknowledge) => t.get("told-if-acknowledge"),
        Foreseen::Forwarded(EventAction::Resolve) => t.get("told-if-resolve"),
        Foreseen::Silenced(comment) => t.a("told-if-silence", &[("comment", comment)]),
        Foreseen::InWindow(name) => t.a("told-if-window", &[("name", name)]),
        Foreseen::Opened(0) => t.get("told-if-nobody"),
        Foreseen::Opened(people) => t.n("told-if-opened", *people),
    }
}

fn correlation(t: Say, what: &Correlation) -> String {
    let of = |key: &str, source: &str| t.a(key, &[("source", source)]);
    match what {
        Correlation::Accepted { source } => of("told-accepted", source),
        Correlation::Opened { number, priority } => {
            t.na("told-opened", *number, &[("priority", &urgency(t, *priority))])
        }
        Correlation::Repeated { count, source } => {
            t.na("told-repeated", *count, &[("source", source)])
        }
        Correlation::Raised { priority } => {
            t.a("told-raised", &[("priority", &urgency(t, *priority))])
        }
        Correlation::Acknowledged { source } => of("told-acknowledged-source", source),
        Correlation::Resolved { source } => of("told-resolved-source", source),
        Correlation::RanOut => t.get("told-ran-out"),
        Correlation::WouldRunOut => t.get("told-would-run-out"),
    }
}

fn urgency(t: Say, priority: Priority) -> String {
    t.get(match priority {
        Priority::High => "told-high",
        Priority::Medium => "told-medium",
        Priority::Low => "told-low",
    })
}

fn routing(t: Say, what: &Routing) -> String {
    let of = |key: &str, group: &Called| t.a(key, &[("group", &name(t, group))]);
    match what {
        Routing::Unknown { names } => t.a("told-unknown", &[("names", &names.join(", "))]),
        Routing::ShiftInForce { group, shift, zone, places } => {
            let (group, shift) = (name(t, group), name(t, shift));
            let names = [("group", group.as_str()), ("shift", &shift), ("zone", zone)];
            t.na("told-shift", *places, &names)
        }
        Routing::Broadcast { group, members } => {
            t.na("told-broadcast", *members, &[("group", &name(t, group))])
        }
        Routing::NobodyOnCall { group } => of("told-nobody-on-call", group),
        Routing::GroupAgain { group } => of("told-group-again", group),
        Routing::TooDeep { group } => of("told-too-deep", group),
        Routing::Supervisor { group, person } => {
            let names = [("group", name(t, group)), ("name", name(t, person))];
            t.a("told-supervisor", &names.each_ref().map(|(key, name)| (*key, name.as_str())))
        }
        Routing::TooMany => t.get("told-too-many"),
        Routing::Nobody => t.get("told-nobody"),
        Routing::GroupInactive { .. } | Routing::Inactive { .. } => {
            t.a("told-not", &[("why", &not_routed(t, what).unwrap_or_default())])
        }
    }
}

fn not_routed(t: Say, what: &Routing) -> Option<String> {
    match what {
        Routing::GroupInactive { group } => {
            Some(t.a("told-not-group", &[("group", &name(t, group))]))
        }
        Routing::Inactive { who } => Some(t.a("told-not-recipient", &[("name", &name(t, who))])),
        Routing::Unknown { .. }
        | Routing::ShiftInForce { .. }
        | Routing::Broadcast { .. }
        | Routing::NobodyOnCall { .. }
        | Routing::GroupAgain { .. }
        | Routing::TooDeep { .. }
        | Routing::Supervisor { .. }
        | Routing::TooMany
        | Routing::Nobody => None,
    }
}

fn escalating(t: Say, what: &Escalating) -> Told {
    let of = |key: &str, group: &Called| t.a(key, &[("group", &name(t, group))]).into();
    match what {
        Escalating::NextPlace { group } => of("told-next-place", group),
        Escalating::NewRound { group } => of("told-new-round", group),
        Escalating::PassedOver { place, member, why } => {
            let member = name(t, member);
            let passed = |key: &str| t.na(key, *place, &[("name", &member)]);
            match why {
                Passed::Vacant => passed("told-passed-vacant"),
                Passed::Inactive => passed("told-passed-inactive"),
                Passed::UnusableDevice => passed("told-passed-unusable"),
                Passed::NobodyThere => passed("told-passed-nobody"),
                Passed::NoDevice(who) => {
                    let names = [("name", member.as_str()), ("who", &name(t, who))];
                    t.na("told-passed-no-device", *place, &names)
                }
            }
            .into()
        }
        Escalating::Ended { group, notice: None } => of("told-walk-ended", group),
        Escalating::Ended { group, notice: Some(who) } => {
            let names = [("group", name(t, group)), ("name", name(t, who))];
            let names = names.each_ref().map(|(key, name)| (*key, name.as_str()));
            t.a("told-walk-ended-notice", &names).into()
        }
        Escalating::Broken { reason } => Told::quoting(t.get("told-walk-broken"), reason),
    }
}

fn telling(t: Say, what: &Telling) -> String {
    match what {
        Telling::Told { person, why, uses, skipped } => {
            let mut devices: Vec<String> = uses.iter().map(|used| device(t, used)).collect();
            if !skipped.is_empty() {
                devices.push(t.a("told-not-on", &[("devices", &passed(t, skipped))]));
            }
            let (person, why) = (name(t, person), reason(t, why));
            let devices = devices.join("; ");
            t.a("told-told", &[("name", &person), ("why", &why), ("devices", &devices)])
        }
        Telling::Before { person, why } => {
            t.a("told-before", &[("name", &name(t, person)), ("why", &reason(t, why))])
        }
        Telling::NoDevice { .. } | Telling::NoMore { .. } => {
            t.a("told-not", &[("why", &not_notified(t, what).unwrap_or_default())])
        }
    }
}

fn not_notified(t: Say, what: &Telling) -> Option<String> {
    match what {
        Telling::NoDevice { person, why, skipped } => {
            let none = skipped.is_empty();
            let devices = if none { t.get("told-no-device") } else { passed(t, skipped) };
            let (person, why) = (name(t, person), reason(t, why));
            let words = [("name", person.as_str()), ("why", &why), ("devices", &devices)];
            Some(t.a("told-not-device", &words))
        }
        Telling::NoMore { person } => Some(t.a("told-not-asked", &[("name", &name(t, person))])),
        Telling::Told { .. } | Telling::Before { .. } => None,
    }
}

fn device(t: Say, used: &Used) -> String {
    let device = name(t, &used.device);
    match used.after {
        None => device,
        Some(wait) => t.a("told-after", &[("device", &device), ("wait", &span(wait))]),
    }
}

/// Devices passed over, with reasons.
fn passed(t: Say, skipped: &[Skipped]) -> String {
    let one = |Skipped { device, why }: &Skipped| {
        let why = match why {
            Skip::Inactive => t.get("told-skip-inactive"),
            Skip::BelowThreshold(priority) => {
                t.a("told-skip-priority", &[("priority", &urgency(t, *priority))])
            }
            Skip::OutsideTimeframes => t.get("told-skip-time"),
            Skip::Failsafe => t.get("told-skip-failsafe"),
        };
        t.a("told-skip", &[("device", &name(t, device)), ("why", &why)])
    };
    skipped.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn reason(t: Say, why: &Why) -> String {
    let Why { group, shift, place, escalation, stands_in_for, round } = why;
    let mut parts = vec![match (group, shift) {
        (Some(group), Some(shift)) => {
            let (group, shift) = (name(t, group), name(t, shift));
            let names = [("group", group.as_str()), ("shift", &shift)];
            match place {
                Some(place) => t.na("told-why-place", *place, &names),
                None => t.a("told-why-shift", &names),
            }
        }
        (Some(group), None) => t.a("told-why-group", &[("group", &name(t, group))]),
        (None, _) => t.get("told-why-named"),
    }];
    match escalation {
        EscalationType::None => {}
        EscalationType::Peer => parts.push(t.get("told-why-peer")),
        EscalationType::Management => parts.push(t.get("told-why-management")),
    }
    if let Some(absent) = stands_in_for {
        parts.push(t.a("told-why-stands-in", &[("name", &name(t, absent))]));
    }
    if *round > 0 {
        parts.push(t.n("told-why-round", i64::from(*round) + 1));
    }
    parts.join(" · ")
}

fn sending(t: Say, what: &Sending) -> Told {
    let (text, detail) = match what {
        Sending::Delivered { person, device, detail } => {
            let names = [("name", name(t, person)), ("device", name(t, device))];
            let names = names.each_ref().map(|(key, name)| (*key, name.as_str()));
            (t.a("told-delivered", &names), detail)
        }
        Sending::Retrying { person, device, seconds, detail } => {
            let (person, device) = (name(t, person), name(t, device));
            let wait = span(*seconds);
            let words = [("name", person.as_str()), ("device", &device), ("wait", &wait)];
            (t.a("told-retrying", &words), detail)
        }
        Sending::Failed { person, device, detail } => {
            let names = [("name", name(t, person)), ("device", name(t, device))];
            let names = names.each_ref().map(|(key, name)| (*key, name.as_str()));
            (t.a("told-failed", &names), detail)
        }
        Sending::Template { part, error } => {
            let text = t.get(match part {
                TemplatePart::Subject => "told-template-subject",
                TemplatePart::Body => "told-template-body",
            });
            return Told::quoting(text, error);
        }
        Sending::WebhookTemplate { error } => {
            return Told::quoting(t.get("told-template-webhook"), error);
        }
    };
    match known(t, detail) {
        Ok(known) => format!("{text} {known}").into(),
        Err(said) => Told::quoting(text, said),
    }
}

/// What is known of an attempt, or what somebody else said of it.
fn known(t: Say, detail: &Detail) -> Result<String, &str> {
    Ok(match detail {
        Detail::Said(text) => return Err(text),
        Detail::Kept => t.get("told-detail-kept"),
        Detail::InstanceRemoved => t.get("told-detail-instance"),
        Detail::RecipientRemoved => t.get("told-detail-recipient"),
        Detail::DeviceInactive => t.get("told-detail-inactive"),
        Detail::NoChannel(kind) => t.a("told-detail-no-channel", &[("kind", kind)]),
        Detail::ChannelFailed => t.get("told-detail-channel"),
    })
}

fn answering(t: Say, what: &Answering) -> String {
    let by = |key: &str, person: &Called| t.a(key, &[("name", &name(t, person))]);
    match what {
        Answering::Answered { person, answer, via, standing, comment } => {
            let via = t.get(match via {
                Via::Link => "told-via-link",
                Via::Api => "told-via-api",
                Via::Page => "told-via-page",
            });
            let words = [("name", &name(t, person)), ("answer", answer), ("via", &via)];
            let mut text = t.a("told-answered", &words.map(|(key, word)| (key, word.as_str())));
            match standing {
                Standing::Counted => {}
                Standing::Repeated => text = t.a("told-again", &[("answered", &text)]),
                Standing::Late => text = t.a("told-late", &[("answered", &text)]),
            }
            match comment {
                Some(comment) => {
                    let words = [("answered", text.as_str()), ("comment", comment)];
                    t.a("told-answered-comment", &words)
                }
                None => text,
            }
        }
        Answering::Acknowledged { person } => by("told-acknowledged", person),
        Answering::Ended { person } => by("told-ended", person),
        Answering::NoMore { person, cancelled } => {
            t.na("told-no-more", *cancelled, &[("name", &name(t, person))])
        }
        Answering::Stopped { who } => by("told-stopped", who),
        Answering::Escalated => t.get("told-escalated"),
        Answering::NobodyFurther => t.get("told-nobody-further"),
        Answering::Suspended { person } => by("told-suspended", person),
        Answering::Resumed { person } => by("told-resumed", person),
    }
}

fn name(t: Say, called: &Called) -> String {
    match called {
        Called::Name(name) => name.clone(),
        Called::Removed(Kind::Person) => t.get("told-removed-person"),
        Called::Removed(Kind::Device) => t.get("told-removed-device"),
        Called::Removed(Kind::Group) => t.get("told-removed-group"),
        Called::Removed(Kind::Shift) => t.get("told-removed-shift"),
    }
}

#[cfg(test)]
mod tests;
