//! The sentences of the timeline. Every one is made here, so that the pipeline and *explain* say the same thing.

use firebell_domain::device::DeviceId;
use firebell_domain::devices::Skip;
use firebell_domain::directory::Directory;
use firebell_domain::escalation::{Passed, Step};
use firebell_domain::group::GroupId;
use firebell_domain::notification::Path;
use firebell_domain::person::PersonId;
use firebell_domain::recipient::Recipient;
use firebell_domain::routing::Note;
use firebell_domain::shift::{EscalationType, ShiftId};

/// A person's name as shown to people.
pub(crate) fn person(directory: &Directory, id: PersonId) -> String {
    directory.person(id).map_or_else(|| "(removed person)".to_owned(), |p| p.display_name())
}

/// A group's name.
pub(crate) fn group(directory: &Directory, id: GroupId) -> String {
    directory.recipient_name(Recipient::Group(id))
}

/// A shift's name.
pub(crate) fn shift(directory: &Directory, id: ShiftId) -> String {
    directory.shift(id).map_or_else(|| "(removed shift)".to_owned(), |s| s.name.to_string())
}

/// A device's name.
pub(crate) fn device(directory: &Directory, id: DeviceId) -> String {
    directory.device(id).map_or_else(|| "(removed device)".to_owned(), |d| d.name.to_string())
}

/// A recipient as shown to people: a person by their name.
pub(crate) fn recipient(directory: &Directory, who: Recipient) -> String {
    match who {
        Recipient::Person(id) => person(directory, id),
        Recipient::Group(_) | Recipient::Device(_) => directory.recipient_name(who),
    }
}

/// Why a person is told: "on call for Payments SRE · shift Nights, place 1".
pub(crate) fn why(directory: &Directory, path: &Path, escalation: EscalationType) -> String {
    let mut why = match (path.group, path.shift) {
        (Some(g), Some(s)) => {
            let place = path.position.map(|p| format!(", place {p}")).unwrap_or_default();
            format!("on call for {} · shift {}{place}", group(directory, g), shift(directory, s))
        }
        (Some(g), None) => format!("of {}", group(directory, g)),
        (None, _) => "named directly".to_owned(),
    };
    match escalation {
        EscalationType::None => {}
        EscalationType::Peer => why.push_str(" · peer escalation"),
        EscalationType::Management => why.push_str(" · management escalation"),
    }
    if let Some(absent) = path.stands_in_for {
        why.push_str(" · standing in for ");
        why.push_str(&person(directory, absent));
    }
    if path.round > 0 {
        why = format!("{why} · round {}", u32::from(path.round) + 1);
    }
    why
}

/// What routing noticed, and the group it is about.
pub(crate) fn note(directory: &Directory, note: &Note) -> (String, Option<GroupId>) {
    match *note {
        Note::ShiftInForce(g, s, places) => {
            let (group_name, shift_name) = (group(directory, g), shift(directory, s));
            let zone = directory.shift(s).map(|s| s.pattern.zone.name().to_owned());
            let zone = zone.unwrap_or_default();
            let people = count(places, "place", "places");
            (format!("Routed to {group_name} · shift {shift_name} ({zone}) · {people}"), Some(g))
        }
        Note::Broadcast(g, members) => {
            let members = count(members, "member", "members");
            (format!("Routed to {} · broadcast to {members}", group(directory, g)), Some(g))
        }
        Note::NobodyOnCall(g) => {
            (format!("No shift of {} is in force: nobody is on call", group(directory, g)), Some(g))
        }
        Note::GroupInactive(g) => {
            (format!("Not told: {} is inactive or removed", group(directory, g)), Some(g))
        }
        Note::GroupAgain(g) => {
            (format!("{} was reached before: it is told once", group(directory, g)), Some(g))
        }
        Note::TooDeep(g) => {
            (format!("{} is nested too deep: it is not told", group(directory, g)), Some(g))
        }
        Note::SupervisorInstead(g, p) => {
            let (g_name, p_name) = (group(directory, g), person(directory, p));
            let text = format!("Nobody of {g_name} can be told, so its supervisor {p_name} is");
            (text, Some(g))
        }
        Note::RecipientInactive(who) => {
            (format!("Not told: {} is inactive, away or removed", recipient(directory, who)), None)
        }
        Note::PassedOver(g, step, passed) => (passed_over(directory, step, passed), Some(g)),
        Note::WalkEnded(g, notice) => {
            let tail = match notice {
                Some(who) => format!("; {} hears that nobody answered", recipient(directory, who)),
                None => String::new(),
            };
            (format!("The escalation of {} is at its end{tail}", group(directory, g)), Some(g))
        }
        Note::TooMany => {
            ("More recipients than one alert may tell: the rest is not told".to_owned(), None)
        }
    }
}

fn passed_over(directory: &Directory, step: Step, passed: Passed) -> String {
    let member = recipient(directory, step.member);
    let reason = match passed {
        Passed::Vacant => "is away, and nobody stands in".to_owned(),
        Passed::Inactive => "is inactive or removed".to_owned(),
        Passed::NoDevice(who) => {
            format!("is passed over: {} has no device that may be used now", person(directory, who))
        }
        Passed::UnusableDevice => "may not be used now".to_owned(),
        Passed::NobodyThere => "has nobody who can be told now".to_owned(),
    };
    format!("Place {}: {member} {reason}", step.position)
}

/// Devices passed over, with reasons: "Pager (inactive), Home Email (outside its time frames)".
pub(crate) fn skipped(directory: &Directory, skipped: &[(DeviceId, Skip)]) -> String {
    let words: Vec<String> = skipped
        .iter()
        .map(|(id, skip)| format!("{} ({})", device(directory, *id), skip.words()))
        .collect();
    words.join(", ")
}

/// "1 place", "3 places".
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// A duration in whole units: "45 s", "5 min", "2 h 10 min".
pub(crate) fn duration(micros: i64) -> String {
    let seconds = micros.max(0) / 1_000_000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, 0, _) => format!("{h} h"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_words() {
        let table = [
            (0, "0 s"),
            (45, "45 s"),
            (300, "5 min"),
            (301, "5 min 1 s"),
            (3600, "1 h"),
            (7800, "2 h 10 min"),
        ];
        for (seconds, words) in table {
            assert_eq!(duration(seconds * 1_000_000), words);
        }
    }
}
