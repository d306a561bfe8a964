//! Nothing that is still referred to may be removed.

use std::collections::BTreeSet;

use firebell_domain::directory::{Directory, Kind};
use firebell_domain::person::PersonId;
use firebell_domain::recipient::Recipient;
use firebell_domain::site::SiteId;

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
    let mut found = Vec::new();
    each_reference(checker.after, &mut |from, to| {
        if removed.contains(&to) && !changed.contains(&from) {
            found.push((from, to));
        }
    });
    for (from, to) in found {
        let user = checker.after.entity(from.0, from.1);
        let gone = checker.before.entity(to.0, to.1);
        let (Some(user), Some(gone)) = (user, gone) else {
            continue;
        };
        let user = label(checker.after, &user);
        checker.faults.push(Fault {
            field: String::new(),
            message: format!("cannot be removed: {user} refers to it; change that first"),
            subcode: format!("validation.{}.in_use", to.0.word()),
            entity: label(checker.before, &gone),
            subject: Some(to),
        });
    }
}

/// Calls `f` with every reference of one entity to another.
fn each_reference(directory: &Directory, f: &mut impl FnMut(Subject, Subject)) {
    for e in directory.people() {
        let from = person(e.id);
        e.site.iter().for_each(|to| f(from, site(*to)));
        e.supervisors.iter().for_each(|to| f(from, person(*to)));
    }
    for e in directory.devices() {
        f((Kind::Device, e.id.to_bytes()), person(e.owner));
    }
    for e in directory.groups() {
        let from = (Kind::Group, e.id.to_bytes());
        e.site.iter().for_each(|to| f(from, site(*to)));
        e.supervisors.iter().for_each(|to| f(from, person(*to)));
        e.members.iter().for_each(|to| f(from, recipient(*to)));
    }
    for e in directory.shifts() {
        let from = (Kind::Shift, e.id.to_bytes());
        f(from, (Kind::Group, e.group.to_bytes()));
        e.members.iter().for_each(|to| f(from, recipient(to.recipient)));
        e.end_notice.iter().for_each(|to| f(from, recipient(to.recipient)));
    }
    for e in directory.absences() {
        let from = (Kind::Absence, e.id.to_bytes());
        f(from, person(e.member));
        e.replacement.iter().for_each(|to| f(from, person(*to)));
        e.group.iter().for_each(|to| f(from, (Kind::Group, to.to_bytes())));
    }
    for e in directory.forms() {
        let from = (Kind::Form, e.id.to_bytes());
        e.recipients.iter().for_each(|to| f(from, recipient(*to)));
    }
    for e in directory.integrations() {
        f((Kind::Integration, e.id.to_bytes()), (Kind::Form, e.form.to_bytes()));
    }
    for e in directory.windows() {
        let from = (Kind::Window, e.id.to_bytes());
        e.integrations.iter().for_each(|to| f(from, (Kind::Integration, to.to_bytes())));
    }
    for e in directory.api_keys() {
        f((Kind::ApiKey, e.id.to_bytes()), person(e.owner));
    }
    for e in directory.passwords() {
        f((Kind::Password, e.person.to_bytes()), person(e.person));
    }
}

fn person(id: PersonId) -> Subject {
    (Kind::Person, id.to_bytes())
}

fn site(id: SiteId) -> Subject {
    (Kind::Site, id.to_bytes())
}

fn recipient(recipient: Recipient) -> Subject {
    let kind = match recipient {
        Recipient::Person(_) => Kind::Person,
        Recipient::Device(_) => Kind::Device,
        Recipient::Group(_) => Kind::Group,
    };
    (kind, recipient.uuid())
}
