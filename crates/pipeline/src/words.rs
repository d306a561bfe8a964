//! What the timeline is told with: names as they are now, and the reasons of decisions, as values. Made here, so
//! that the pipeline and *explain* tell the same.

use firebell_domain::device::DeviceId;
use firebell_domain::devices::Skip;
use firebell_domain::directory::Directory;
use firebell_domain::escalation::{self, Step};
use firebell_domain::group::GroupId;
use firebell_domain::notification::Path;
use firebell_domain::person::PersonId;
use firebell_domain::recipient::Recipient;
use firebell_domain::routing::Note;
use firebell_domain::shift::{EscalationType, ShiftId};
use firebell_domain::timeline::{Called, Escalating, Kind, Passed, Routing, Skipped, What, Why};

/// A person's name as shown to people.
pub(crate) fn person(directory: &Directory, id: PersonId) -> Called {
    called(directory.person(id).map(|p| p.display_name()), Kind::Person)
}

/// A group's name.
pub(crate) fn group(directory: &Directory, id: GroupId) -> Called {
    called(directory.group(id).map(|g| g.target_name.to_string()), Kind::Group)
}

/// A shift's name.
fn shift(directory: &Directory, id: ShiftId) -> Called {
    called(directory.shift(id).map(|s| s.name.to_string()), Kind::Shift)
}

/// A device's name.
pub(crate) fn device(directory: &Directory, id: DeviceId) -> Called {
    called(directory.device(id).map(|d| d.name.to_string()), Kind::Device)
}

fn called(name: Option<String>, kind: Kind) -> Called {
    name.map_or(Called::Removed(kind), Called::Name)
}

/// A recipient as shown to people: a person by their name, a device with its owner's.
fn recipient(directory: &Directory, who: Recipient) -> Called {
    match who {
        Recipient::Person(id) => person(directory, id),
        Recipient::Group(id) => group(directory, id),
        Recipient::Device(id) => {
            let known = directory.device(id).map(|_| directory.recipient_name(who));
            called(known, Kind::Device)
        }
    }
}

/// Why a person is told.
pub(crate) fn why(directory: &Directory, path: &Path, escalation: EscalationType) -> Why {
    Why {
        group: path.group.map(|id| group(directory, id)),
        shift: path.shift.map(|id| shift(directory, id)),
        place: path.position,
        escalation,
        stands_in_for: path.stands_in_for.map(|id| person(directory, id)),
        round: path.round,
    }
}

/// What routing noticed, and the group it is about.
pub(crate) fn note(directory: &Directory, note: &Note) -> (What, Option<GroupId>) {
    let named = |id| group(directory, id);
    match *note {
        Note::PassedOver(g, step, passed) => (passed_over(directory, step, passed).into(), Some(g)),
        Note::WalkEnded(g, notice) => {
            let notice = notice.map(|who| recipient(directory, who));
            (Escalating::Ended { group: named(g), notice }.into(), Some(g))
        }
        Note::ShiftInForce(g, s, places) => {
            let zone = directory.shift(s).map(|s| s.pattern.zone.name().to_owned());
            let (group, shift) = (named(g), shift(directory, s));
            let zone = zone.unwrap_or_default();
            (Routing::ShiftInForce { group, shift, zone, places }.into(), Some(g))
        }
        Note::Broadcast(g, members) => {
            (Routing::Broadcast { group: named(g), members }.into(), Some(g))
        }
        Note::NobodyOnCall(g) => (Routing::NobodyOnCall { group: named(g) }.into(), Some(g)),
        Note::GroupInactive(g) => (Routing::GroupInactive { group: named(g) }.into(), Some(g)),
        Note::GroupAgain(g) => (Routing::GroupAgain { group: named(g) }.into(), Some(g)),
        Note::TooDeep(g) => (Routing::TooDeep { group: named(g) }.into(), Some(g)),
        Note::SupervisorInstead(g, p) => {
            let person = person(directory, p);
            (Routing::Supervisor { group: named(g), person }.into(), Some(g))
        }
        Note::RecipientInactive(who) => {
            (Routing::Inactive { who: recipient(directory, who) }.into(), None)
        }
        Note::TooMany => (Routing::TooMany.into(), None),
    }
}

fn passed_over(directory: &Directory, step: Step, passed: escalation::Passed) -> Escalating {
    let why = match passed {
        escalation::Passed::Vacant => Passed::Vacant,
        escalation::Passed::Inactive => Passed::Inactive,
        escalation::Passed::NoDevice(who) => Passed::NoDevice(person(directory, who)),
        escalation::Passed::UnusableDevice => Passed::UnusableDevice,
        escalation::Passed::NobodyThere => Passed::NobodyThere,
    };
    let member = recipient(directory, step.member);
    Escalating::PassedOver { place: step.position, member, why }
}

/// Devices passed over, with reasons.
pub(crate) fn skipped(directory: &Directory, skipped: &[(DeviceId, Skip)]) -> Vec<Skipped> {
    let one = |(id, why): &(DeviceId, Skip)| Skipped { device: device(directory, *id), why: *why };
    skipped.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use firebell_base::time::from_micros;
    use firebell_channels::outbox::Outbox;
    use firebell_channels::{Address, Channel as _, Message};
    use firebell_domain::timeline::Detail;

    /// The timeline says it in place of the channel, in every language.
    #[tokio::test]
    async fn what_is_kept_is_told_as_the_channel_tells_it() {
        let message = Message {
            key: "k".to_owned(),
            instance: "acme".to_owned(),
            alert_number: 1,
            to: Address::Email("bo@example.org".to_owned()),
            recipient_name: "Bo Ek".to_owned(),
            language: "de".to_owned(),
            subject: String::new(),
            text: String::new(),
            html: None,
            json: None,
            options: Vec::new(),
            thread: None,
            sent_at: from_micros(0),
        };
        let receipt = Outbox.send(&message).await.unwrap();
        assert_eq!(receipt.detail, Detail::Kept.to_string());
    }
}
