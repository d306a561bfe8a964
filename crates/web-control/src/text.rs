//! How kinds, licences, states and values are called, and the ways to the pages of entities.
//!
//! Used by all pages here. Names come from people: they are only ever put into templates, which escape.

use firebell_base::{Id, Timestamp};
use firebell_config::history::What;
use firebell_domain::directory::{Directory, Kind, Revision};
use firebell_domain::licence::{Allotment, Enforcement, Entitlement, Phase};
use firebell_domain::person::LicenceType;
use firebell_ui::part::Badge;
use firebell_ui::{Say, Shape, Visit};

/// Bytes of a digest that are shown in tables, in hexadecimal digits.
pub(crate) const DIGITS: usize = 12;

/// Something with a name, and perhaps a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

impl Link {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: None }
    }
}

/// A kind in the singular.
pub(crate) fn kind_name(t: Say, kind: &str) -> String {
    let Some(known) = Kind::from_word(kind) else {
        return if kind == "instance" { t.get("control-kind-instance") } else { kind.to_owned() };
    };
    t.get(match known {
        Kind::Site => "control-kind-site",
        Kind::Person => "control-kind-person",
        Kind::Device => "control-kind-device",
        Kind::Group => "control-kind-group",
        Kind::Shift => "control-kind-shift",
        Kind::Absence => "control-kind-absence",
        Kind::Form => "control-kind-form",
        Kind::Integration => "control-kind-integration",
        Kind::Silence => "control-kind-silence",
        Kind::Window => "control-kind-window",
        Kind::ApiKey => "control-kind-api-key",
        Kind::Password => "control-kind-password",
        Kind::Entitlement => "control-kind-entitlement",
    })
}

/// So many of a kind: "2 people".
pub(crate) fn kind_count(t: Say, kind: &str, count: u64) -> String {
    let Some(known) = Kind::from_word(kind) else {
        return if kind == "instance" { t.get("control-count-instance") } else { kind.to_owned() };
    };
    let key = match known {
        Kind::Site => "control-count-site",
        Kind::Person => "control-count-person",
        Kind::Device => "control-count-device",
        Kind::Group => "control-count-group",
        Kind::Shift => "control-count-shift",
        Kind::Absence => "control-count-absence",
        Kind::Form => "control-count-form",
        Kind::Integration => "control-count-integration",
        Kind::Silence => "control-count-silence",
        Kind::Window => "control-count-window",
        Kind::ApiKey => "control-count-api-key",
        Kind::Password => "control-count-password",
        Kind::Entitlement => "control-count-entitlement",
    };
    t.n(key, count)
}

/// What happened to an entity, with a shape.
pub(crate) fn what_badge(t: Say, what: What) -> Badge {
    match what {
        What::Added => Badge::new("ok", Shape::Plus, t.get("control-added")),
        What::Changed => Badge::new("waits", Shape::Circle, t.get("control-changed")),
        What::Removed => Badge::new("high", Shape::Cross, t.get("control-removed")),
    }
}

/// The page of an entity, if it is there and has one.
pub(crate) fn entity_href(visit: &Visit, kind: Kind, id: [u8; 16]) -> Option<String> {
    let directory = &visit.directory;
    directory.entity_revision(kind, id)?;
    let text = Id::<()>::from_bytes(id).to_string();
    let path = match kind {
        Kind::Person | Kind::Password => format!("users/{text}"),
        Kind::Group => format!("groups/{text}"),
        Kind::Device => format!("users/{}", directory.device(Id::from_bytes(id))?.owner),
        Kind::ApiKey => format!("users/{}", directory.api_key(Id::from_bytes(id))?.owner),
        Kind::Shift => {
            let group = directory.shift(Id::from_bytes(id))?.group;
            format!("groups/{group}/shifts/{text}")
        }
        Kind::Absence => "absences".to_owned(),
        Kind::Integration => format!("integrations/{text}"),
        Kind::Silence => "silences".to_owned(),
        Kind::Window => "windows".to_owned(),
        Kind::Entitlement => "licences".to_owned(),
        Kind::Site | Kind::Form => return None,
    };
    Some(visit.href(&path))
}

/// A person by their target name, with their page.
pub(crate) fn author(visit: &Visit, name: &str) -> Link {
    let found = visit.directory.person_by_name(name);
    let href = found.and_then(|person| entity_href(visit, Kind::Person, person.id.to_bytes()));
    Link { text: name.to_owned(), href }
}

/// A value of a field: ids of what is there are shown as its name, instants as the visitor's clock shows them.
pub(crate) fn value(visit: &Visit, text: &str) -> Link {
    if let Some(at) = text.parse::<Timestamp>().ok().filter(|_| text.ends_with('Z')) {
        let local = at.to_zoned(visit.person.zone.rules().clone());
        return Link::plain(local.strftime("%Y-%m-%d %H:%M:%S %Z").to_string());
    }
    let bare = text.split_once(':').map_or(text, |(_, rest)| rest);
    let Ok(id) = bare.parse::<Id<()>>() else { return Link::plain(text) };
    let directory = &visit.directory;
    let id = id.to_bytes();
    let kinds =
        [Kind::Person, Kind::Group, Kind::Device, Kind::Site, Kind::Shift, Kind::Integration];
    let found = kinds.into_iter().find_map(|kind| Some((kind, named(directory, kind, id)?)));
    match found {
        Some((kind, text)) => Link { text, href: entity_href(visit, kind, id) },
        None => Link::plain(text),
    }
}

/// How an entity is called, if it is there and has a name.
pub(crate) fn named(directory: &Directory, kind: Kind, id: [u8; 16]) -> Option<String> {
    let name = match kind {
        Kind::Person | Kind::Password => directory.person(Id::from_bytes(id))?.display_name(),
        Kind::Group => directory.group(Id::from_bytes(id))?.target_name.to_string(),
        Kind::Device => {
            let device = directory.device(Id::from_bytes(id))?;
            let owner = directory.person(device.owner).map(|owner| owner.display_name());
            format!("{}: {}", owner.unwrap_or_default(), device.name)
        }
        Kind::Site => directory.site(Id::from_bytes(id))?.name.to_string(),
        Kind::Shift => {
            let shift = directory.shift(Id::from_bytes(id))?;
            let group = directory.group(shift.group).map(|group| group.target_name.to_string());
            format!("{}: {}", group.unwrap_or_default(), shift.name)
        }
        Kind::Integration => directory.integration(Id::from_bytes(id))?.name.to_string(),
        Kind::Absence => {
            let member = directory.absence(Id::from_bytes(id))?.member;
            directory.person(member)?.display_name()
        }
        Kind::Form | Kind::Silence | Kind::Window | Kind::ApiKey | Kind::Entitlement => {
            return None;
        }
    };
    Some(name)
}

/// An entity of the log: by its name now, or what it was called then; with its page.
pub(crate) fn subject(visit: &Visit, kind: &str, id: [u8; 16], name: &str) -> Link {
    let t = visit.say(&crate::words::WORDS);
    let Some(known) = Kind::from_word(kind) else { return Link::plain(name) };
    let text = match known {
        Kind::Person | Kind::Password | Kind::Device | Kind::Shift | Kind::Absence => {
            named(&visit.directory, known, id).unwrap_or_else(|| called(t, kind, name))
        }
        Kind::Entitlement => match LicenceType::from_word(name) {
            Some(licence) => licence_name(t, licence),
            None => name.to_owned(),
        },
        _ => called(t, kind, name),
    };
    Link { text, href: entity_href(visit, known, id) }
}

/// What it was called then; what has no name is called after its kind, because ids tell nobody anything.
fn called(t: Say, kind: &str, name: &str) -> String {
    if name.parse::<Id<()>>().is_ok() { kind_name(t, kind) } else { name.to_owned() }
}

/// A field's path in words: `members`, `2`, `delayMinutes` is "members › 2 › delay minutes".
pub(crate) fn field_name(path: &[String]) -> String {
    let words = |name: &String| {
        let mut out = String::with_capacity(name.len() + 4);
        for c in name.chars() {
            if c.is_ascii_uppercase() {
                out.push(' ');
                out.push(c.to_ascii_lowercase());
            } else {
                out.push(c);
            }
        }
        out
    };
    path.iter().map(words).collect::<Vec<_>>().join(" › ")
}

/// A type of licences.
pub(crate) fn licence_name(t: Say, licence: LicenceType) -> String {
    t.get(match licence {
        LicenceType::FullUser => "control-full-users",
        LicenceType::StakeholderUser => "control-stakeholders",
    })
}

/// How many.
pub(crate) fn allotment(t: Say, allotment: Allotment) -> String {
    match allotment {
        Allotment::Limited(most) => most.to_string(),
        Allotment::Unlimited => t.get("control-unlimited"),
    }
}

/// How strictly.
pub(crate) fn enforcement(t: Say, one: &Entitlement) -> String {
    match (one.allotment, one.enforcement) {
        (Allotment::Unlimited, _) => t.get("control-enforced-never"),
        (_, Enforcement::Hard) => t.get("control-enforced-hard"),
        (_, Enforcement::TrueUp) => t.get("control-enforced-true-up"),
        (_, Enforcement::Soft { percent, floor, days }) => {
            let (percent, floor, days) = (percent.to_string(), floor.to_string(), days.to_string());
            let args = [("percent", percent.as_str()), ("floor", &floor), ("days", &days)];
            t.a("control-enforced-soft", &args)
        }
    }
}

/// From when to when, and where in that time it is.
pub(crate) fn validity(visit: &Visit, one: &Entitlement, phase: Phase) -> String {
    let t = visit.say(&crate::words::WORDS);
    let at = |at: Timestamp| visit.when(at).clock;
    match phase {
        Phase::NotYet(from) => t.a("control-valid-from", &[("at", &at(from))]),
        Phase::Grace(end) => t.a("control-valid-grace", &[("at", &at(end))]),
        Phase::Expired(end) => t.a("control-valid-expired", &[("at", &at(end))]),
        Phase::Valid => match one.valid_until {
            Some(until) => t.a("control-valid-until", &[("at", &at(until))]),
            None => t.get("control-valid-always"),
        },
    }
}

/// An entitlement in one line, to compare two.
pub(crate) fn terms(visit: &Visit, one: Option<&Entitlement>) -> String {
    let t = visit.say(&crate::words::WORDS);
    let Some(one) = one else { return t.get("control-no-entitlement") };
    let mut parts = vec![allotment(t, one.allotment)];
    if one.allotment != Allotment::Unlimited {
        parts.push(enforcement(t, one));
    }
    let at = |at: Timestamp| visit.when(at).clock;
    parts.extend(one.valid_from.map(|from| t.a("control-terms-from", &[("at", &at(from))])));
    parts.extend(one.valid_until.map(|until| t.a("control-terms-until", &[("at", &at(until))])));
    if one.grace_days > 0 {
        parts.push(t.n("control-terms-grace", i64::from(one.grace_days)));
    }
    if !one.contract.is_empty() {
        parts.push(one.contract.clone());
    }
    parts.join(" · ")
}

/// How a process that reads configuration is, with its word.
pub(crate) fn state_badge(t: Say, word: &str) -> Badge {
    match word {
        "ready" => Badge::new("ok", Shape::Check, t.get("control-state-ready")),
        "lagging" => Badge::new("medium", Shape::Square, t.get("control-state-lagging")),
        "stale_serving" => Badge::new("medium", Shape::Square, t.get("control-state-stale")),
        "quarantined" => Badge::new("high", Shape::Triangle, t.get("control-state-quarantined")),
        "silent" => Badge::new("high", Shape::Slash, t.get("control-state-silent")),
        "joining" => Badge::new("waits", Shape::Ring, t.get("control-state-joining")),
        "syncing" => Badge::new("waits", Shape::Ring, t.get("control-state-syncing")),
        "verifying" => Badge::new("waits", Shape::Ring, t.get("control-state-verifying")),
        other => Badge::new("muted", Shape::Info, other),
    }
}

/// The way to the page of a revision.
pub(crate) fn revision_href(visit: &Visit, revision: Revision) -> String {
    visit.href(&format!("configuration/revisions/{revision}"))
}

/// What a clock of the visitor shows, with seconds: "09:41:07".
pub(crate) fn seconds(visit: &Visit, at: Timestamp) -> String {
    at.to_zoned(visit.person.zone.rules().clone()).strftime("%H:%M:%S").to_string()
}

/// A stretch of time in one unit: "0.3 s", "12 min".
pub(crate) fn span(millis: u128) -> String {
    match millis {
        ..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        60_000..3_600_000 => format!("{} min", millis / 60_000),
        3_600_000..172_800_000 => format!("{} h", millis / 3_600_000),
        _ => format!("{} d", millis / 86_400_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_spans_in_words() {
        let path = ["members", "2", "delayMinutes"].map(ToOwned::to_owned);
        assert_eq!(field_name(&path), "members › 2 › delay minutes");
        for (millis, text) in [
            (300, "0.3 s"),
            (59_999, "59.9 s"),
            (60_000, "1 min"),
            (3_600_000, "1 h"),
            (400_000_000, "4 d"),
        ] {
            assert_eq!(span(millis), text);
        }
    }
}
