//! The orders a roll is kept in.

use firebell_domain::person::{Person, PersonId};

/// An order that is kept, so that no page has to sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// By first and last name.
    Name,
    /// By target name.
    Target,
    /// By web login.
    Login,
}

/// What decides the order: folded texts, and the id where they are the same.
pub(super) type Key = (String, PersonId);

impl Order {
    pub(super) const ALL: [Self; 3] = [Self::Name, Self::Target, Self::Login];

    pub(super) fn key(self, person: &Person) -> Key {
        let text = match self {
            // The separator sorts before every letter, so "Bo Z" comes before "Bob A".
            Self::Name => format!("{}\u{0}{}", person.first_name.fold(), person.last_name.fold()),
            Self::Target => person.target_name.fold(),
            Self::Login => person.web_login.fold(),
        };
        (text, person.id)
    }
}
