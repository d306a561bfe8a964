//! How people, groups and devices are called on these pages, and how they are found by what was
//! typed.

use firebell_domain::directory::Directory;
use firebell_domain::group::Group;
use firebell_domain::person::PersonId;
use firebell_domain::recipient::{Pointer, Recipient};

/// Names offered while somebody types; more are found by typing them out.
const OFFERED_MAX: usize = 200;

/// What is shown: "Bo Ek", "Payments", "Bo Ek · Work Email".
pub(crate) fn shown(directory: &Directory, recipient: Recipient) -> String {
    match recipient {
        Recipient::Person(id) => person(directory, id),
        Recipient::Device(id) => match directory.device(id) {
            Some(device) => format!("{} · {}", person(directory, device.owner), device.name),
            None => directory.recipient_name(recipient),
        },
        Recipient::Group(_) => directory.recipient_name(recipient),
    }
}

/// "Bo Ek"
pub(crate) fn person(directory: &Directory, id: PersonId) -> String {
    directory.person(id).map_or_else(
        || directory.recipient_name(Recipient::Person(id)),
        |person| person.display_name(),
    )
}

/// Whom somebody means by a target name, `user|Device Name` or an id.
pub(crate) fn recipient(directory: &Directory, entered: &str) -> Option<Recipient> {
    directory.resolve(&Pointer(entered.to_owned()))
}

/// Which person somebody means by a target name or an id.
pub(crate) fn person_named(directory: &Directory, entered: &str) -> Option<PersonId> {
    match recipient(directory, entered)? {
        Recipient::Person(person) => Some(person),
        Recipient::Device(_) | Recipient::Group(_) => None,
    }
}

/// What is offered in fields for a name: what is entered, and who that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) value: String,
    pub(crate) label: String,
}

/// The roster of a group, to choose from.
pub(crate) fn roster(directory: &Directory, group: &Group) -> Vec<Offer> {
    let offer = |recipient: &Recipient| Offer {
        value: directory.recipient_name(*recipient),
        label: shown(directory, *recipient),
    };
    group.members.iter().take(OFFERED_MAX).map(offer).collect()
}

/// The people of a group's roster, to stand in for somebody.
pub(crate) fn colleagues(directory: &Directory, group: &Group) -> Vec<Offer> {
    let people = group.members.iter().filter_map(|member| match member {
        Recipient::Person(id) => directory.person(*id),
        Recipient::Device(_) | Recipient::Group(_) => None,
    });
    let offer = |person: &std::sync::Arc<firebell_domain::person::Person>| Offer {
        value: person.target_name.to_string(),
        label: person.display_name(),
    };
    people.take(OFFERED_MAX).map(offer).collect()
}
