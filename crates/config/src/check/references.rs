//! Nothing that is still referred to may be removed.

use std::collections::BTreeSet;

use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::recipient::Recipient;

use super::{Checker, label};
use crate::change::Change;
use crate::fault::Fault;

type Subject = (Kind, [u8; 16]);

/// Finds who still refers to what is removed. Entities that are put are checked themselves, so
/// only the ones that did not change are looked through, and only if something is removed.
pub(super) fn check_removals(checker: &mut Checker<'_>, changes: &[Change]) {
    let removed: BTreeSet<Subject> = changes
        .iter()
        .filter(|change| matches!(change, Change::Remove(..)))
        .map(Change::subject)
        .collect();
    if removed.is_empty() {
        return;
    }
    let changed: BTreeSet<Subject> = changes.iter().map(Change::subject).collect();
    for (subject, reference) in references(checker.after) {
        if changed.contains(&subject) || !removed.contains(&reference) {
            continue;
        }
        let (Some(user), Some(gone)) = (
            checker.after.entity(subject.0, subject.1),
            checker.before.entity(reference.0, reference.1),
        ) else {
            continue;
        };
        let user = label(checker.after, &user);
        let kind = reference.0.word();
        checker.faults.push(Fault {
            field: String::new(),
            message: format!("cannot be removed: {user} refers to it; change that first"),
            subcode: format!("validation.{kind}.in_use"),
            entity: label(checker.before, &gone),
            subject: Some(reference),
        });
    }
}

/// Every reference of one entity to another.
fn references(directory: &Directory) -> impl Iterator<Item = (Subject, Subject)> {
    let people = directory.people().flat_map(|e| of(&Entity::Person((**e).clone())));
    let devices = directory.devices().flat_map(|e| of(&Entity::Device((**e).clone())));
    let groups = directory.groups().flat_map(|e| of(&Entity::Group((**e).clone())));
    let shifts = directory.shifts().flat_map(|e| of(&Entity::Shift(Box::new((**e).clone()))));
    let absences = directory.absences().flat_map(|e| of(&Entity::Absence((**e).clone())));
    let forms = directory.forms().flat_map(|e| of(&Entity::Form((**e).clone())));
    let doors = directory.integrations().flat_map(|e| of(&Entity::Integration((**e).clone())));
    let windows = directory.windows().flat_map(|e| of(&Entity::Window(Box::new((**e).clone()))));
    let keys = directory.api_keys().flat_map(|e| of(&Entity::ApiKey((**e).clone())));
    let passwords = directory.passwords().flat_map(|e| of(&Entity::Password((**e).clone())));
    people
        .chain(devices)
        .chain(groups)
        .chain(shifts)
        .chain(absences)
        .chain(forms)
        .chain(doors)
        .chain(windows)
        .chain(keys)
        .chain(passwords)
}

fn of(entity: &Entity) -> Vec<(Subject, Subject)> {
    let mut to: Vec<Subject> = Vec::new();
    let person = |id: firebell_domain::person::PersonId| (Kind::Person, id.to_bytes());
    let site = |id: firebell_domain::site::SiteId| (Kind::Site, id.to_bytes());
    match entity {
        Entity::Site(_) | Entity::Silence(_) => {}
        Entity::Person(e) => {
            to.extend(e.site.map(site));
            to.extend(e.supervisors.iter().copied().map(person));
        }
        Entity::Device(e) => to.push(person(e.owner)),
        Entity::Group(e) => {
            to.extend(e.site.map(site));
            to.extend(e.supervisors.iter().copied().map(person));
            to.extend(e.members.iter().copied().map(subject));
        }
        Entity::Shift(e) => {
            to.push((Kind::Group, e.group.to_bytes()));
            to.extend(e.members.iter().map(|member| subject(member.recipient)));
            to.extend(e.end_notice.iter().map(|notice| subject(notice.recipient)));
        }
        Entity::Absence(e) => {
            to.push(person(e.member));
            to.extend(e.replacement.map(person));
            to.extend(e.group.map(|group| (Kind::Group, group.to_bytes())));
        }
        Entity::Form(e) => to.extend(e.recipients.iter().copied().map(subject)),
        Entity::Integration(e) => to.push((Kind::Form, e.form.to_bytes())),
        Entity::Window(e) => {
            to.extend(e.integrations.iter().map(|id| (Kind::Integration, id.to_bytes())));
        }
        Entity::ApiKey(e) => to.push(person(e.owner)),
        Entity::Password(e) => to.push(person(e.person)),
    }
    let own = (entity.kind(), entity.id());
    to.into_iter().map(|reference| (own, reference)).collect()
}

fn subject(recipient: Recipient) -> Subject {
    let kind = match recipient {
        Recipient::Person(_) => Kind::Person,
        Recipient::Device(_) => Kind::Device,
        Recipient::Group(_) => Kind::Group,
    };
    (kind, recipient.uuid())
}
