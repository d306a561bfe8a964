//! What makes a configuration valid.
//!
//! Called by the authority before every commit and by `document` for a dry run. It looks at what
//! changes and at what refers to it, never at the whole instance for a small change, and reports
//! all faults at once. It decides nothing about who may change what.

mod people;
mod groups;
mod alerting;
mod cycles;
mod references;
mod text;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use firebell_domain::directory::{Directory, Entity, Kind};

use crate::change::Change;
use crate::fault::{Fault, Faults};
use crate::limits::entities_max;

pub(crate) use text::is_language;

/// What a message template makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateKind {
    /// Plain text: the subject and the text of an e-mail.
    Text,
    /// JSON: the body of a webhook.
    Json,
}

/// Says whether a message template can be used; otherwise what is wrong with it, and where.
///
/// The language of templates belongs to the channels, of which configuration knows nothing: the
/// program hands this over ([`crate::Authority::with_template_check`]).
pub type TemplateCheck = fn(source: &str, kind: TemplateKind) -> Result<(), String>;

/// Checks a change: `after` is `before` with `changes` applied. Templates are not compiled.
///
/// # Errors
/// Everything that is wrong, up to [`crate::FAULTS_MAX`].
pub fn check(before: &Directory, after: &Directory, changes: &[Change]) -> Result<(), Faults> {
    check_with(before, after, changes, None)
}

/// The same, and every new or changed message template has to pass `templates`.
///
/// # Errors
/// As [`check`].
pub fn check_with(
    before: &Directory,
    after: &Directory,
    changes: &[Change],
    templates: Option<TemplateCheck>,
) -> Result<(), Faults> {
    let mut checker = Checker { before, after, templates, faults: Faults::default() };
    checker.counts(changes);
    checker.names(changes);
    for change in changes {
        if let Change::Put(entity) = change {
            checker.entity(entity);
        }
    }
    checker.dependants(changes);
    checker.keys(changes);
    checker.full_access(changes);
    references::check_removals(&mut checker, changes);
    cycles::check(&mut checker, changes);
    checker.faults.or(())
}

/// Kind and name of an entity, as in faults.
pub(crate) fn label(directory: &Directory, entity: &Entity) -> String {
    let kind = entity.kind().word().replace('_', " ");
    let name = match entity {
        Entity::Site(e) => e.name.to_string(),
        Entity::Person(e) => e.target_name.to_string(),
        Entity::Device(e) => {
            let owner = directory.person(e.owner).map(|p| p.target_name.to_string());
            format!("{}|{}", owner.unwrap_or_default(), e.name)
        }
        Entity::Group(e) => e.target_name.to_string(),
        Entity::Shift(e) => {
            let group = directory.group(e.group).map(|g| g.target_name.to_string());
            format!("{}|{}", group.unwrap_or_default(), e.name)
        }
        Entity::Absence(e) => {
            let who = directory.person(e.member).map(|p| p.target_name.to_string());
            format!("of {}", who.unwrap_or_default())
        }
        Entity::Form(e) => e.name.to_string(),
        Entity::Integration(e) => e.name.to_string(),
        Entity::Silence(e) => e.id.to_string(),
        Entity::Window(e) => e.name.to_string(),
        Entity::ApiKey(e) => e.name.to_string(),
        Entity::Password(e) => {
            let who = directory.person(e.person).map(|p| p.target_name.to_string());
            format!("of {}", who.unwrap_or_default())
        }
        Entity::Entitlement(e) => e.licence.word().to_owned(),
    };
    format!("{kind} {name}")
}

struct Checker<'a> {
    before: &'a Directory,
    after: &'a Directory,
    templates: Option<TemplateCheck>,
    faults: Faults,
}

impl Checker<'_> {
    /// Records a fault of an entity. The subcode is `validation.<kind>.<reason>`.
    fn fault(&mut self, entity: &Entity, field: &str, reason: &str, message: impl Into<String>) {
        self.faults.push(Fault {
            field: field.to_owned(),
            message: message.into(),
            subcode: format!("validation.{}.{reason}", entity.kind().word()),
            entity: label(self.after, entity),
            subject: Some((entity.kind(), entity.id())),
        });
    }

    fn entity(&mut self, entity: &Entity) {
        match entity {
            Entity::Site(e) => self.site(entity, e),
            Entity::Person(e) => self.person(entity, e),
            Entity::Device(e) => self.device(entity, e),
            Entity::Group(e) => self.group(entity, e),
            Entity::Shift(e) => self.shift(entity, e),
            Entity::Absence(e) => self.absence(entity, e),
            Entity::Form(e) => self.form(entity, e),
            Entity::Integration(e) => self.integration(entity, e),
            Entity::Silence(e) => self.silence(entity, e),
            Entity::Window(e) => self.window(entity, e),
            Entity::ApiKey(e) => self.api_key(entity, e),
            Entity::Password(e) => self.password(entity, e),
            Entity::Entitlement(e) => self.entitlement(entity, e),
        }
    }

    /// A shift's rules depend on its group: a changed group can break shifts that did not change.
    fn dependants(&mut self, changes: &[Change]) {
        let put: std::collections::BTreeSet<_> = changes.iter().map(Change::subject).collect();
        for change in changes {
            let Change::Put(Entity::Group(group)) = change else {
                continue;
            };
            let shifts: Vec<_> = self.after.shifts_of(group.id).cloned().collect();
            for shift in shifts {
                if !put.contains(&(Kind::Shift, shift.id.to_bytes())) {
                    let entity = Entity::Shift(Box::new((*shift).clone()));
                    self.shift_in_group(&entity, &shift, group);
                }
            }
        }
    }

    fn counts(&mut self, changes: &[Change]) {
        for kind in Kind::ALL {
            let grew = count(self.after, kind) > count(self.before, kind);
            let max = entities_max(kind);
            if grew && count(self.after, kind) > max {
                let added = changes.iter().find_map(|change| match change {
                    Change::Put(entity) if entity.kind() == kind => Some(entity),
                    Change::Put(_) | Change::Remove(..) => None,
                });
                if let Some(entity) = added {
                    let message = format!("an instance may have {max} of these; remove some");
                    self.fault(entity, "", "too_many", message);
                }
            }
        }
    }

    fn names(&mut self, changes: &[Change]) {
        let mut taken: BTreeMap<(Kind, String), [u8; 16]> = BTreeMap::new();
        let mut logins: BTreeMap<String, [u8; 16]> = BTreeMap::new();
        for change in changes {
            let Change::Put(entity) = change else {
                continue;
            };
            let (key, id) = ((entity.kind(), entity.name_key()), entity.id());
            let holder = self.before.id_by_name(key.0, &key.1).filter(|holder| {
                let kept = self.after.entity(key.0, *holder);
                kept.is_some_and(|kept| kept.name_key() == key.1)
            });
            let clash = holder.is_some_and(|holder| holder != id)
                || taken.insert(key, id).is_some_and(|other| other != id);
            if clash {
                let field = match entity.kind() {
                    Kind::Person | Kind::Group => "targetName",
                    _ => "name",
                };
                let message = "there is another one with this name; choose another name";
                self.fault(entity, field, "name_not_unique", message);
            }
            if let Entity::Person(person) = entity {
                let login = person.web_login.fold();
                let holder = self.before.person_by_login(&login).filter(|holder| {
                    let kept = self.after.person(holder.id);
                    kept.is_some_and(|kept| kept.web_login.fold() == login)
                });
                let clash = holder.is_some_and(|holder| holder.id != person.id)
                    || logins.insert(login, id).is_some_and(|other| other != id);
                if clash {
                    let message = "somebody else signs in with this name; choose another one";
                    self.fault(entity, "webLogin", "web_login_not_unique", message);
                }
            }
        }
    }
}

fn count(directory: &Directory, kind: Kind) -> usize {
    match kind {
        Kind::Site => directory.sites().len(),
        Kind::Person => directory.people().len(),
        Kind::Device => directory.devices().len(),
        Kind::Group => directory.groups().len(),
        Kind::Shift => directory.shifts().len(),
        Kind::Absence => directory.absences().len(),
        Kind::Form => directory.forms().len(),
        Kind::Integration => directory.integrations().len(),
        Kind::Silence => directory.silences().len(),
        Kind::Window => directory.windows().len(),
        Kind::ApiKey => directory.api_keys().len(),
        Kind::Password => directory.passwords().len(),
        Kind::Entitlement => directory.entitlements().len(),
    }
}
