//! Whoever asks for a change of configuration, where it is decided: in the newest configuration, inside of the
//! transaction.
//!
//! A page asks for permission twice: before, for a page that says why not ([`Visit::require`]), and once more in the
//! decision, of the [`Principal`] that [`Asker::principal`] finds there. What was taken away from somebody meanwhile
//! does not count any more. [`crate::write`] tells a page what was decided. Who may do what is `access`.

use firebell_access::{Forbidden, Principal, Via};
use firebell_config::{ConfigError, Faults};
use firebell_domain::directory::Directory;
use firebell_domain::person::PersonId;

use crate::visit::Visit;
use crate::words::{Say, WORDS};

/// How a decision says that whoever asked for it may not.
const FORBIDDEN: &str = "auth.forbidden";

/// Whoever asks for a change; decisions own it.
#[derive(Debug, Clone)]
pub struct Asker {
    person: PersonId,
    via: Via,
    t: Say,
}

impl Asker {
    pub(crate) const fn of(visit: &Visit) -> Self {
        let who = &visit.principal;
        Self { person: who.person, via: who.via, t: visit.say(&WORDS) }
    }

    /// Them, with the roles they have in this configuration.
    ///
    /// # Errors
    /// They are inactive in it, or gone.
    pub fn principal(&self, newest: &Directory) -> Result<Principal, MayNot> {
        Principal::of(newest, self.person, self.via)
            .ok_or_else(|| MayNot(self.t.get("ui-not-active-any-more")))
    }
}

/// A decision against whoever asked: why they may not, in a sentence for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MayNot(pub String);

impl MayNot {
    /// The decision that a change failed with, if it was one against whoever asked.
    pub fn of(error: &ConfigError) -> Option<Self> {
        let ConfigError::Invalid(faults) = error else { return None };
        let found = faults.0.iter().find(|one| one.subcode == FORBIDDEN && one.field.is_empty());
        found.map(|one| Self(one.message.clone()))
    }

    /// As a fault of one field: without what was entered there, they may. [`MayNot::of`] does not know it any more.
    pub fn at(self, field: &str) -> Faults {
        Faults::one(field, self.0, FORBIDDEN)
    }
}

impl From<Forbidden> for MayNot {
    fn from(forbidden: Forbidden) -> Self {
        Self(forbidden.message)
    }
}

impl From<MayNot> for Faults {
    fn from(decision: MayNot) -> Self {
        decision.at("")
    }
}

#[cfg(test)]
mod tests {
    use firebell_domain::directory::{Entity, Kind};
    use firebell_domain::person::{Person, Role, Status};
    use firebell_testkit::pages::Pages;
    use firebell_testkit::postgres::TestEngine;

    use super::*;
    use crate::words::Lang;

    #[tokio::test]
    async fn whoever_asks_is_who_they_are_in_the_newest_configuration() {
        let pages = Pages::new(TestEngine::Sqlite, axum::Router::new()).await;
        let mut newest = (*pages.directory()).clone();
        let ada = (**newest.person_by_name("ada").unwrap()).clone();
        let asker = |lang| Asker { person: ada.id, via: Via::Basic, t: Say::new(&WORDS, lang) };
        let before = asker(Lang::English).principal(&newest).unwrap();
        assert_eq!((before.person, before.roles), (ada.id, vec![Role::FullAccessUser]));

        newest.put(Entity::Person(Person { roles: vec![Role::ReadOnlyUser], ..ada.clone() }));
        let demoted = asker(Lang::English).principal(&newest).unwrap();
        assert_eq!(demoted.roles, [Role::ReadOnlyUser]);

        newest.put(Entity::Person(Person { status: Status::Inactive, ..ada.clone() }));
        for (lang, text) in [
            (Lang::English, "You are no active user any more."),
            (Lang::German, "Du bist kein aktiver Benutzer mehr."),
            (Lang::Norwegian, "Du er ikke lenger en aktiv bruker."),
        ] {
            let MayNot(said) = asker(lang).principal(&newest).unwrap_err();
            assert!(said.starts_with(text), "{lang:?}: {said}");
        }
        newest.remove(Kind::Person, ada.id.to_bytes());
        assert!(asker(Lang::English).principal(&newest).is_err(), "gone");
    }

    #[test]
    fn a_decision_against_whoever_asked_is_told_from_other_faults() {
        let no = MayNot("No.".to_owned());
        let mut faults = Faults::one("", "too many", "validation.common.other");
        assert_eq!(MayNot::of(&ConfigError::Invalid(faults.clone())), None);
        faults.0.extend(no.clone().at("roles").0);
        assert_eq!(MayNot::of(&ConfigError::Invalid(faults.clone())), None, "of a field");
        faults.0.extend(Faults::from(no.clone()).0);
        assert_eq!(MayNot::of(&ConfigError::Invalid(faults)), Some(no));
        assert_eq!(MayNot::of(&ConfigError::Changed { kind: "group", found: None }), None);
    }
}
